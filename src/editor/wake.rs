//! Wakes the window while nothing moves in it: looks, from a thread of its own, whether there is anything new,
//! so that a window that shows the same costs nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use super::app::lock;
use super::preferences::Store;
use crate::engine::audition::settings::AuditionSettings;
use crate::handoff::EditorSide;
use crate::handoff::errand::Errand;
use crate::handoff::listen::Status;
use crate::params::FinalcoatParams;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// The thread; dropping this ends it and waits until it is gone, as the host may unload its code right after.
/// It takes the lock of the editor's side, which must not be held then.
#[derive(Debug)]
pub struct Wake {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It may have panicked, and is gone then too.
            let _ = thread.join();
        }
    }
}

impl Wake {
    /// Starts to look on behalf of a surface.
    pub fn start(
        surface: &egui::Context,
        params: &Arc<FinalcoatParams>,
        side: &Arc<Mutex<EditorSide>>,
        preferences: &Arc<Store>,
    ) -> Self {
        let mut eye = Eye::new(params, side, preferences);
        let shared = eye.shared.clone();
        let surface = surface.clone();
        let look = move || {
            while !eye.shared.done.load(Ordering::Acquire) {
                match eye.look() {
                    Some(true) => surface.request_repaint(),
                    Some(false) => {}
                    None => return,
                }
                std::thread::park_timeout(LOOK);
            }
        };
        // Without the thread the window is as good, only later: input and a playing host still wake it.
        let thread = std::thread::Builder::new()
            .name("finalcoat window".to_owned())
            .spawn(look)
            .ok();
        Self { shared, thread }
    }

    /// A frame was drawn, up to this many columns of the history. `follows`: more frames come by themselves, as
    /// the host runs.
    pub fn drawn(&self, follows: bool, columns: u64) {
        self.shared.drawn(follows, columns);
    }
}

/// What window and thread tell each other.
#[derive(Debug, Default)]
struct Shared {
    done: AtomicBool,
    /// Columns of the history when the last frame was drawn.
    columns: AtomicU64,
    /// Whether the window draws by itself what a running host moves.
    follows: AtomicBool,
    /// Whether a frame was asked for and is not drawn yet. A hidden window may take hours.
    asked: AtomicBool,
}

impl Shared {
    fn drawn(&self, follows: bool, columns: u64) {
        self.columns.store(columns, Ordering::Relaxed);
        self.follows.store(follows, Ordering::Relaxed);
        self.asked.store(false, Ordering::Release);
    }
}

/// Looks whether there is anything new.
struct Eye {
    shared: Arc<Shared>,
    params: Weak<FinalcoatParams>,
    side: Weak<Mutex<EditorSide>>,
    preferences: Arc<Store>,
    /// As it was when a frame was last asked for.
    before: Option<Seen>,
}

impl Eye {
    fn new(
        params: &Arc<FinalcoatParams>,
        side: &Arc<Mutex<EditorSide>>,
        preferences: &Arc<Store>,
    ) -> Self {
        let shared = Arc::<Shared>::default();
        let mut new = Self {
            shared,
            params: Arc::downgrade(params),
            side: Arc::downgrade(side),
            preferences: preferences.clone(),
            before: None,
        };
        new.before = new.now();
        if let Some(seen) = &new.before {
            new.shared.columns.store(seen.columns, Ordering::Relaxed);
        }
        new
    }

    /// Whether a frame is to be asked for; `None` where the instance is gone.
    fn look(&mut self) -> Option<bool> {
        let now = self.now()?;
        let follows = self.shared.follows.load(Ordering::Relaxed);
        let starts = !follows && now.columns != self.shared.columns.load(Ordering::Relaxed);
        let before = self.before.as_ref();
        if !starts && before.is_some_and(|before| before.same(&now, follows)) {
            return Some(false);
        }
        if self.shared.asked.swap(true, Ordering::AcqRel) {
            return Some(false);
        }
        self.before = Some(now);
        Some(true)
    }

    fn now(&self) -> Option<Seen> {
        let (params, side) = (self.params.upgrade()?, self.side.upgrade()?);
        let side = lock(&side);
        Some(Seen {
            columns: side.history.written(),
            status: side.listen.status(),
            rest: Rest {
                params: params.changes(),
                session: params.kept.session.changes(),
                preferences: self.preferences.changes(),
                audition: side.audition.get(),
                errand: side.errand.look(),
            },
        })
    }
}

/// All that is shown and may change by itself.
#[derive(Debug)]
struct Seen {
    columns: u64,
    status: Status,
    rest: Rest,
}

#[derive(Debug, PartialEq)]
struct Rest {
    params: u32,
    session: u64,
    preferences: u64,
    audition: AuditionSettings,
    errand: Errand,
}

impl Seen {
    /// Whether the same is shown. `follows`: what a running host moves does not count.
    fn same(&self, other: &Self, follows: bool) -> bool {
        let told = |seen: &Self| {
            let mut told = seen.status.clone();
            // Nowhere to be seen.
            told.taken_frames = 0;
            if follows {
                told = Status {
                    on: told.on,
                    work: told.work,
                    fault: told.fault,
                    styles: told.styles,
                    ..Status::default()
                };
            }
            told
        };
        self.rest == other.rest && told(self) == told(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::preferences::Preferences;
    use crate::engine::audition::settings::Listen;
    use crate::handoff::history::Column;
    use crate::handoff::{AudioSide, WorkerSide};

    /// An instance without window and host.
    struct Instance {
        audio: AudioSide,
        worker: WorkerSide,
        params: Arc<FinalcoatParams>,
        side: Arc<Mutex<EditorSide>>,
        preferences: Arc<Store>,
    }

    impl Instance {
        fn new() -> Self {
            let (audio, editor, worker) = crate::handoff::new();
            Self {
                audio,
                worker,
                params: Arc::new(FinalcoatParams::default()),
                side: Arc::new(Mutex::new(editor)),
                preferences: Store::of(None),
            }
        }

        fn eye(&self) -> Eye {
            Eye::new(&self.params, &self.side, &self.preferences)
        }

        fn plays(&mut self) {
            self.audio.history.push(Column::default());
            self.worker.listen.tell(|status| {
                status.taken_frames += 960;
                status.position_s = Some(status.taken_frames as f64 / 48e3);
                status.covered_s += 0.02;
            });
        }

        fn columns(&self) -> u64 {
            lock(&self.side).history.written()
        }
    }

    #[test]
    fn a_host_that_starts_wakes_the_window_at_once_and_is_left_to_it_then() {
        let mut instance = Instance::new();
        let mut eye = instance.eye();
        assert_eq!(eye.look(), Some(false));
        instance.plays();
        assert_eq!(eye.look(), Some(true), "the first column");
        eye.shared.drawn(true, instance.columns());
        for _ in 0..10 {
            instance.plays();
            assert_eq!(eye.look(), Some(false), "the window draws that by itself");
        }
        // Columns that came while the last frame was drawn are not lost.
        let columns = instance.columns();
        instance.plays();
        assert_eq!(eye.look(), Some(false));
        eye.shared.drawn(false, columns);
        assert_eq!(eye.look(), Some(true));
        eye.shared.drawn(false, instance.columns());
        assert_eq!(eye.look(), Some(false), "the host rests");
        instance.plays();
        assert_eq!(eye.look(), Some(true), "and starts again");
    }

    #[test]
    fn whatever_else_is_shown_wakes_it_also_while_the_host_runs() {
        let instance = Instance::new();
        let mut eye = instance.eye();
        for follows in [false, true] {
            let acts: [&dyn Fn(); 5] = [
                &|| {
                    instance
                        .params
                        .kept
                        .session
                        .edit(|session| session.slot ^= 1)
                },
                &|| {
                    let before = instance.preferences.get();
                    let zoom_pct = before.zoom_pct + 25;
                    let to = Preferences { zoom_pct, ..before };
                    instance
                        .preferences
                        .change(&instance.preferences.get(), &to);
                },
                &|| lock(&instance.side).listen.listen(!follows),
                &|| {
                    let fault = Some(format!("{follows}"));
                    instance.worker.listen.tell(|status| status.fault = fault);
                },
                &|| {
                    let mut audition = AuditionSettings::default();
                    if !follows {
                        audition.listen = Listen::Delta;
                    }
                    lock(&instance.side).audition.set(&audition);
                },
            ];
            for (place, act) in acts.into_iter().enumerate() {
                eye.shared.drawn(follows, 0);
                assert_eq!(eye.look(), Some(false), "{place}");
                act();
                assert_eq!(eye.look(), Some(true), "{place}");
                assert_eq!(eye.look(), Some(false), "asked for once, {place}");
            }
        }
    }

    #[test]
    fn what_comes_between_asking_and_drawing_is_not_lost() {
        let instance = Instance::new();
        let mut eye = instance.eye();
        let edit = || {
            instance
                .params
                .kept
                .session
                .edit(|session| session.slot ^= 1)
        };
        edit();
        assert_eq!(eye.look(), Some(true));
        // The frame that was asked for may have looked before this.
        edit();
        assert_eq!(eye.look(), Some(false));
        eye.shared.drawn(false, 0);
        assert_eq!(eye.look(), Some(true));
    }

    #[test]
    fn it_ends_with_the_instance() {
        let Instance {
            params,
            side,
            preferences,
            ..
        } = Instance::new();
        let mut eye = Eye::new(&params, &side, &preferences);
        assert_eq!(eye.look(), Some(false));
        drop(side);
        assert_eq!(eye.look(), None);
    }
}
