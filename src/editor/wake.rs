//! Wakes the window while nothing moves in it: looks, from a thread of its own, whether there is anything new,
//! so that a window that shows the same costs nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::preferences::Store;
use crate::engine::audition::settings::AuditionSettings;
use crate::handoff::errand::Errand;
use crate::handoff::joined::Joined;
use crate::handoff::linked::Linked;
use crate::handoff::listen::Status;
use crate::handoff::player::{PlayerView, Remote};
use crate::handoff::{EditorSide, lock};
use crate::params::FinalcoatParams;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// The thread. It takes the lock of the editor's side, which must not be held where this is dropped. Without the
/// thread the window is as good, only later: input and a playing host still wake it.
#[derive(Debug)]
pub struct Wake {
    shared: Arc<Shared>,
    _thread: Joined,
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
        let look = move |stop: &AtomicBool| {
            while !stop.load(Ordering::Acquire) {
                match eye.look() {
                    Some(true) => surface.request_repaint(),
                    Some(false) => {}
                    None => return,
                }
                std::thread::park_timeout(LOOK);
            }
        };
        Self {
            shared,
            _thread: Joined::start("finalcoat window", look),
        }
    }

    /// A frame was drawn, up to this many columns of the history. `next`: when another comes by itself.
    pub fn drawn(&self, next: Option<Duration>, columns: u64) {
        self.shared.drawn(next, columns);
    }
}

/// What the window does by itself until something new is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pace {
    /// Nothing.
    Sleeps,
    /// It draws now and then, as the host runs and nothing sounds.
    Idles,
    /// It draws at least as often as this thread looks.
    Moves,
}

/// What window and thread tell each other.
#[derive(Debug)]
struct Shared {
    /// What there was when the last frame was drawn.
    drawn: Mutex<Drawn>,
}

#[derive(Debug, Clone, Copy)]
struct Drawn {
    /// Columns of the history.
    columns: u64,
    pace: Pace,
    /// Whether another frame was asked for since. A hidden window may not draw it for hours.
    asked: bool,
}

impl Shared {
    fn drawn(&self, next: Option<Duration>, columns: u64) {
        let pace = match next {
            None => Pace::Sleeps,
            Some(next) if next > LOOK => Pace::Idles,
            Some(_) => Pace::Moves,
        };
        *lock(&self.drawn) = Drawn {
            columns,
            pace,
            asked: false,
        };
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
        let shared = Shared {
            drawn: Mutex::new(Drawn {
                columns: lock(side).history.written(),
                pace: Pace::Sleeps,
                // The first frame comes by itself. Asked for before the window is on the screen, it
                // would never come: the X server would tell of it when nobody hears it yet.
                asked: true,
            }),
        };
        let mut new = Self {
            shared: Arc::new(shared),
            params: Arc::downgrade(params),
            side: Arc::downgrade(side),
            preferences: preferences.clone(),
            before: None,
        };
        new.before = new.now();
        new
    }

    /// Whether a frame is to be asked for; `None` where the instance is gone.
    fn look(&mut self) -> Option<bool> {
        let drawn = *lock(&self.shared.drawn);
        // What is new then is found when the window rests again.
        if drawn.asked || drawn.pace == Pace::Moves {
            return Some(false);
        }
        let now = self.now()?;
        let runs = now.columns != drawn.columns && (drawn.pace == Pace::Sleeps || now.sounds);
        let before = self.before.as_ref();
        if !runs && before.is_some_and(|before| before.same(&now, drawn.pace)) {
            return Some(false);
        }
        lock(&self.shared.drawn).asked = true;
        self.before = Some(now);
        Some(true)
    }

    fn now(&self) -> Option<Seen> {
        let (params, side) = (self.params.upgrade()?, self.side.upgrade()?);
        let side = lock(&side);
        Some(Seen {
            columns: side.history.written(),
            sounds: side.history.sounds().is_some(),
            status: side.listen.status(),
            rest: Rest {
                params: params.changes(),
                session: params.kept.session.changes(),
                preferences: self.preferences.changes(),
                audition: side.audition.get(),
                errand: side.errand.look(),
                player: side.player.as_ref().map(Remote::view),
                ends: side.player.as_ref().is_some_and(Remote::ends),
                linked: side.linked.view(),
            },
        })
    }
}

/// All that is shown and may change by itself.
#[derive(Debug)]
struct Seen {
    columns: u64,
    /// Whether the last of them is not silent.
    sounds: bool,
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
    player: Option<PlayerView>,
    /// The app is asked to end.
    ends: bool,
    linked: Arc<Linked>,
}

impl Seen {
    /// Whether the same is shown. What a running host moves does not count for a window that idles: it draws
    /// that soon enough.
    fn same(&self, other: &Self, pace: Pace) -> bool {
        let told = |seen: &Self| {
            let mut told = seen.status.clone();
            // Nowhere to be seen.
            told.taken_frames = 0;
            if pace == Pace::Idles {
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

    /// When the next frame comes of a window that shows silence, and of one that shows sound.
    const IDLES: Option<Duration> = Some(Duration::from_millis(100));
    const MOVES: Option<Duration> = Some(Duration::from_millis(16));

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

        /// Of a window that has drawn its first frame.
        fn eye(&self) -> Eye {
            let eye = Eye::new(&self.params, &self.side, &self.preferences);
            eye.shared.drawn(None, self.columns());
            eye
        }

        fn plays(&mut self, peak: f32) {
            self.audio.history.push(Column {
                output_peak: peak,
                ..Column::default()
            });
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
    fn a_host_that_starts_or_sounds_wakes_the_window_at_once_and_is_left_to_it_then() {
        let mut instance = Instance::new();
        let mut eye = instance.eye();
        assert_eq!(eye.look(), Some(false));
        instance.plays(0.0);
        assert_eq!(eye.look(), Some(true), "the first column");
        eye.shared.drawn(IDLES, instance.columns());
        for _ in 0..10 {
            instance.plays(0.0);
            assert_eq!(eye.look(), Some(false), "it draws silence by itself");
        }
        instance.plays(0.1);
        assert_eq!(eye.look(), Some(true), "what sounds is seen at once");
        for _ in 0..10 {
            eye.shared.drawn(MOVES, instance.columns());
            instance.plays(0.1);
            assert_eq!(eye.look(), Some(false), "it draws that by itself");
        }
        // Columns that came while the last frame was drawn are not lost.
        let columns = instance.columns();
        instance.plays(0.1);
        eye.shared.drawn(None, columns);
        assert_eq!(eye.look(), Some(true));
        eye.shared.drawn(None, instance.columns());
        assert_eq!(eye.look(), Some(false), "the host rests");
        instance.plays(0.0);
        assert_eq!(eye.look(), Some(true), "and starts again");
    }

    #[test]
    fn whatever_else_is_shown_wakes_it_also_while_the_host_runs() {
        let instance = Instance::new();
        let mut eye = instance.eye();
        for idles in [false, true] {
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
                &|| lock(&instance.side).listen.listen(!idles),
                &|| {
                    let fault = Some(format!("{idles}"));
                    instance.worker.listen.tell(|status| status.fault = fault);
                },
                &|| {
                    let mut audition = AuditionSettings::default();
                    if !idles {
                        audition.listen = Listen::Delta;
                    }
                    lock(&instance.side).audition.set(&audition);
                },
            ];
            for (place, act) in acts.into_iter().enumerate() {
                eye.shared.drawn(IDLES.filter(|_| idles), 0);
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
        eye.shared.drawn(None, 0);
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
        eye.shared.drawn(None, 0);
        assert_eq!(eye.look(), Some(false));
        drop(side);
        assert_eq!(eye.look(), None);
    }
}
