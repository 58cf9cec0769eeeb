//! Wakes the window while nothing moves in it: looks, from a thread of its own, whether there is anything new,
//! so that a window that shows the same costs nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::app::{STALE, lock};
use crate::engine::audition::settings::AuditionSettings;
use crate::handoff::EditorSide;
use crate::handoff::errand::Errand;
use crate::handoff::listen::Status;
use crate::handoff::player::{PlayerView, Remote};
use crate::params::FinalcoatParams;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Wake {
    done: Arc<AtomicBool>,
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

impl Wake {
    /// Starts to look on behalf of a surface.
    pub fn start(
        surface: &egui::Context,
        params: &Arc<FinalcoatParams>,
        side: &Arc<Mutex<EditorSide>>,
    ) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let ended = done.clone();
        let surface = surface.clone();
        let (params, side) = (Arc::downgrade(params), Arc::downgrade(side));
        let look = move || {
            let mut before = None;
            let mut columns = (0, None);
            while !ended.load(Ordering::Relaxed) {
                let Some(now) = Seen::now(&params, &side, &mut columns) else {
                    return;
                };
                if before.as_ref().is_some_and(|before| *before != now) {
                    surface.request_repaint();
                }
                before = Some(now);
                std::thread::sleep(LOOK);
            }
        };
        // Without the thread the window is as good, only later: input and a playing host still wake it.
        let _ = std::thread::Builder::new()
            .name("finalcoat window".to_owned())
            .spawn(look);
        Self { done }
    }
}

/// All that is shown and may change by itself.
#[derive(Debug, PartialEq)]
struct Seen {
    /// The host processes.
    running: bool,
    /// Counts what can be seen of it: silence cannot.
    sounds: Option<u64>,
    params: u32,
    session: u64,
    audition: AuditionSettings,
    errand: Errand,
    status: Status,
    player: Option<PlayerView>,
    /// The app is asked to end.
    ends: bool,
}

impl Seen {
    /// `None` where the instance is gone. `columns`: how many were written, and when the last came.
    fn now(
        params: &Weak<FinalcoatParams>,
        side: &Weak<Mutex<EditorSide>>,
        columns: &mut (u64, Option<Instant>),
    ) -> Option<Self> {
        let (params, side) = (params.upgrade()?, side.upgrade()?);
        let side = lock(&side);
        let written = side.history.written();
        if written != columns.0 {
            *columns = (written, Some(Instant::now()));
        }
        Some(Self {
            running: columns.1.is_some_and(|came| came.elapsed() < STALE),
            sounds: side.history.sounds(),
            params: params.changes(),
            session: params.kept.session.changes(),
            audition: side.audition.get(),
            errand: side.errand.look(),
            status: side.listen.status(),
            player: side.player.as_ref().map(Remote::view),
            ends: side.player.as_ref().is_some_and(Remote::ends),
        })
    }
}
