//! Time of one frame of the editor without a window: reading what the audio thread tells, laying out, drawing,
//! and cutting into triangles; the song plays. For people, not for tests: `cargo bench --bench frame`.

#[allow(dead_code)]
#[path = "support/song.rs"]
mod song;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use egui::{Pos2, RawInput, Rect, vec2};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::editor::app::App;
use finalcoat::params::FinalcoatParams;
use finalcoat::params::kept::WINDOW_DEFAULT;
use finalcoat::plugin::live::Live;
use song::RATE_HZ;

/// Frames that are measured, after as many that are not.
const FRAMES: usize = 600;

fn main() {
    for (name, scale) in [("1x", 1.0), ("2x", 2.0)] {
        for plays in [false, true] {
            let [median, high, p99] = frames(scale, plays);
            let state = if plays { "playing" } else { "still" };
            println!("{name} {state:>8}: median {median:.2} ms, p95 {high:.2} ms, p99 {p99:.2} ms");
        }
    }
}

/// Median, 95th and 99th percentile of the time of a frame in ms.
fn frames(scale: f32, plays: bool) -> [f64; 3] {
    let settings = song::settings();
    let stream = Stream::new(RATE_HZ as f64);
    let mut live = Live::new(stream, &settings);
    let (mut out, editor_side, _worker_side) = finalcoat::handoff::new();
    let params = Arc::new(FinalcoatParams::default());
    let mut app = App::new(params, Arc::new(Mutex::new(editor_side)), Arc::default());
    app.keep_preferences(None);
    let context = egui::Context::default();
    app.look_on(&context);
    let [mut left, mut right] = song::song();
    let per_frame = RATE_HZ / 60;
    let blocks = left.len() / per_frame;
    let mut times_ms = Vec::new();
    for frame in 0..2 * FRAMES {
        if plays {
            let from = frame % blocks * per_frame;
            let range = from..from + per_frame;
            let block = &mut StereoBlock::new(&mut left[range.clone()], &mut right[range]);
            live.process(block, &mut out);
        }
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(
                Pos2::ZERO,
                vec2(WINDOW_DEFAULT[0], WINDOW_DEFAULT[1]),
            )),
            time: Some(frame as f64 / 60.0),
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(scale);
        let start = Instant::now();
        let output = context.run_ui(input, |ui| app.frame(ui));
        let triangles = context.tessellate(output.shapes.clone(), output.pixels_per_point);
        times_ms.push(start.elapsed().as_secs_f64() * 1e3);
        std::hint::black_box(triangles);
        output.drop_without_applying_deltas();
    }
    let mut times_ms = times_ms.split_off(FRAMES);
    times_ms.sort_by(f64::total_cmp);
    [0.5, 0.95, 0.99].map(|share| times_ms[(share * (FRAMES - 1) as f64) as usize])
}
