//! What a window costs while nothing moves in it, and after it: no frames, and no thread.
#![cfg(feature = "plugin")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use egui::epaint::ClippedShape;
use egui::{Context, Pos2, RawInput, Rect, ViewportId, vec2};
use finalcoat::editor::app::App;
use finalcoat::handoff::history::Column;
use finalcoat::handoff::snapshot::Snapshot;
use finalcoat::handoff::{self, AudioSide};
use finalcoat::params::FinalcoatParams;

/// Only one test at a time: threads are counted.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A window without plugin and host.
struct Window {
    audio: AudioSide,
    params: Arc<FinalcoatParams>,
    app: App,
    surface: Context,
    time_s: f64,
}

impl Window {
    fn open() -> Self {
        let (audio, side, _worker) = handoff::new();
        let params = Arc::new(FinalcoatParams::default());
        let side = Arc::new(Mutex::new(side));
        let mut app = App::new(params.clone(), side, Arc::default());
        app.keep_preferences(None);
        app.keep_presets(None);
        let surface = Context::default();
        app.look_on(&surface);
        Self {
            audio,
            params,
            app,
            surface,
            time_s: 0.0,
        }
    }

    /// Draws after a time, which also passes; what is on it, and how long it wants to wait.
    fn draw(&mut self, passed_s: f64) -> (Vec<ClippedShape>, Duration) {
        std::thread::sleep(Duration::from_secs_f64(passed_s));
        self.time_s += passed_s;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1200.0, 740.0))),
            time: Some(self.time_s),
            ..RawInput::default()
        };
        let app = &mut self.app;
        let mut output = self.surface.run_ui(input, |ui| app.frame(ui));
        let wait = output.viewport_output[&ViewportId::ROOT].repaint_delay;
        let shapes = core::mem::take(&mut output.shapes);
        output.drop_without_applying_deltas();
        (shapes, wait)
    }

    /// Draws until it wants no more frames; what is on it then.
    fn rest(&mut self) -> Vec<ClippedShape> {
        for _ in 0..1000 {
            let (shapes, wait) = self.draw(0.02);
            if wait == Duration::MAX {
                return shapes;
            }
        }
        panic!("it does not rest");
    }
}

#[test]
fn the_first_frame_is_not_asked_for() {
    let _alone = alone();
    let asked = Arc::new(AtomicU32::new(0));
    let mut window = Window::open();
    let count = asked.clone();
    window.surface.set_request_repaint_callback(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let plays = |window: &mut Window| {
        for _ in 0..10 {
            window.audio.history.push(Column {
                output_peak: 0.5,
                ..Column::default()
            });
            std::thread::sleep(Duration::from_millis(30));
        }
        asked.load(Ordering::Relaxed)
    };
    // A window that is not on the screen yet would wait for its answer for ever.
    assert_eq!(plays(&mut window), 0);
    window.rest();
    assert!(plays(&mut window) > 0);
}

#[test]
fn what_falls_comes_to_rest_before_the_window_does() {
    let _alone = alone();
    let mut window = Window::open();
    window.rest();
    let mut snapshot = Snapshot {
        sample_rate_hz: 48_000.0,
        ..Snapshot::default()
    };
    snapshot.reading.glue.move_db = -12.0;
    snapshot.reading.multiband.moves_db[1] = 9.0;
    // The host runs; nothing sounds, and the lift stands still.
    for _ in 0..5 {
        window.audio.history.push(Column::default());
        window.audio.snapshot.write(snapshot);
        window.draw(0.02);
    }
    window.audio.history.push(Column::default());
    let (running, wait) = window.draw(0.02);
    assert!(wait >= Duration::from_millis(50), "{wait:?}");
    // The host stops.
    let resting = window.rest();
    assert_ne!(running, resting);
    let (later, _) = window.draw(0.5);
    assert!(resting == later, "it would have moved on");
}

#[test]
fn a_change_from_outside_is_asked_to_be_drawn() {
    let _alone = alone();
    let mut window = Window::open();
    window.rest();
    assert_eq!(window.draw(0.2).1, Duration::MAX, "nothing happens");
    window.params.kept.session.edit(|session| session.slot ^= 1);
    assert!((0..200).any(|_| window.draw_was_asked()), "a change");
}

impl Window {
    /// Whether a frame is asked for, some time later.
    fn draw_was_asked(&self) -> bool {
        std::thread::sleep(Duration::from_millis(20));
        self.surface.has_requested_repaint()
    }
}

/// Threads that look for a window; their name is cut where it is told.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("tasks");
    let names = tasks.flatten().filter_map(|task| {
        // One that has just ended has no name any more.
        std::fs::read_to_string(task.path().join("comm")).ok()
    });
    names
        .filter(|name| name.starts_with("finalcoat windo"))
        .count()
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_window_leaves_no_thread() {
    let _alone = alone();
    let settles = |many: usize, times: usize| {
        (0..times).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            threads() == many
        })
    };
    for _ in 0..20 {
        let windows = [(); 5].map(|()| Window::open());
        // A thread names itself some time after it was started.
        assert!(settles(5, 5000), "{}", threads());
        drop(windows);
        // The system lists a thread that has ended a little longer, but not until the next look.
        assert!(settles(0, 10), "{}", threads());
    }
}
