//! What the plugin must sound like: the engine, driven without a host.
#![allow(dead_code, unreachable_pub)]

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;

/// Left and right.
pub type Stereo = [Vec<f32>; 2];

/// `input` through an engine that starts at `start` and is told new settings at the frames of `moved`.
pub fn rendered(
    start: &Settings,
    sample_rate_hz: f64,
    input: &Stereo,
    moved: &[(usize, Settings)],
) -> Stereo {
    let mut engine = Engine::new(Stream::new(sample_rate_hz), start);
    let [mut left, mut right] = input.clone();
    let mut block = StereoBlock::new(&mut left, &mut right);
    let mut done = 0;
    for (frame, settings) in moved {
        engine.process(&mut block.part(done, *frame));
        engine.set(settings);
        done = *frame;
    }
    let end = block.frames();
    engine.process(&mut block.part(done, end));
    [left, right]
}
