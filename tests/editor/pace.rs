//! How often the window asks to be drawn.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, RawInput, ViewportId};
use finalcoat::editor::window::Window;
use finalcoat::handoff;
use finalcoat::handoff::history::Column;
use finalcoat::params::FinalcoatParams;

/// How long the window wants to wait for its next frame, while columns like `heard` come in.
fn waits(heard: Column) -> Duration {
    let (mut audio, side, _worker) = handoff::new();
    let mut app = Window::new(Arc::new(FinalcoatParams::default()), side).app();
    let surface = Context::default();
    finalcoat::editor::theme::install(&surface);
    let mut wait = Duration::ZERO;
    // The first frames settle the layout.
    for _ in 0..10 {
        audio.history.push(heard);
        let output = surface.run_ui(RawInput::default(), |ui| app.frame(ui));
        wait = output.viewport_output[&ViewportId::ROOT].repaint_delay;
        output.drop_without_applying_deltas();
    }
    wait
}

#[test]
fn a_window_draws_seldom_while_it_hears_silence() {
    assert!(waits(Column::default()) >= Duration::from_millis(100));
}

#[test]
fn a_window_draws_all_frames_while_it_hears_something() {
    let heard = Column {
        input_peak: 0.5,
        output_peak: 0.5,
        ..Column::default()
    };
    assert!(waits(heard) <= Duration::from_millis(17));
    let limited = Column {
        min_gain: 0.5,
        ..Column::default()
    };
    assert!(waits(limited) <= Duration::from_millis(17));
}
