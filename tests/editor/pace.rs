//! How often the window asks to be drawn.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, RawInput, ViewportId};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::editor::theme;
use finalcoat::editor::window::Window;
use finalcoat::handoff;
use finalcoat::params::FinalcoatParams;
use finalcoat::plugin::live::Live;

const BLOCK_FRAMES: usize = 512;

/// How long the window wants to wait for its next frame, while the host plays a tone of this magnitude.
fn waits(magnitude: f32) -> Duration {
    let (mut audio, side, _worker) = handoff::new();
    let params = Arc::new(FinalcoatParams::default());
    let mut live = Live::new(Stream::new(48_000.0), &params.settings());
    live.measure_anew(&mut audio);
    let mut app = Window::new(params, side).app();
    let surface = Context::default();
    theme::install(&surface);
    let (mut wait, mut phase) = (Duration::ZERO, 0_u32);
    // The first frames settle the layout, and the chain.
    for _ in 0..30 {
        for _ in 0..4 {
            let tone = |_| {
                phase += 1;
                magnitude * (phase as f32 * 0.1).sin()
            };
            let mut left: Vec<f32> = (0..BLOCK_FRAMES).map(tone).collect();
            let mut right = left.clone();
            live.process(&mut StereoBlock::new(&mut left, &mut right), &mut audio);
        }
        let input = RawInput {
            time: Some(60.0),
            ..RawInput::default()
        };
        let output = surface.run_ui(input, |ui| app.frame(ui));
        wait = output.viewport_output[&ViewportId::ROOT].repaint_delay;
        output.drop_without_applying_deltas();
    }
    wait
}

#[test]
fn a_window_draws_seldom_while_it_hears_silence() {
    assert!(waits(0.0) >= Duration::from_millis(400));
}

#[test]
fn a_window_draws_all_frames_while_it_hears_something() {
    assert!(waits(0.1) <= Duration::from_millis(17));
}
