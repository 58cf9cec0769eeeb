//! One call per block of 64 frames, for callgrind to count each: the engine must not have expensive
//! moments. `cargo xtask bench` runs it under callgrind and prints median and worst block.
//!
//! A second of a dense mix through the whole chain, then another while intensity goes from 0 to 100 %
//! and back with every block.

#[path = "support/song.rs"]
mod song;

use core::hint::black_box;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use song::{BLOCK_FRAMES, RATE_HZ};

/// Blocks of each of the two passages; `xtask` knows the number too.
const BLOCKS: usize = 750;

/// What callgrind counts. The name is what it looks for.
#[inline(never)]
fn one_block(engine: &mut Engine, settings: &Settings, block: &mut StereoBlock<'_>) {
    engine.set(black_box(settings));
    engine.process(black_box(block));
}

fn main() {
    let [mut left, mut right] = song::song();
    let mut settings = song::settings();
    let mut engine = Engine::new(Stream::new(RATE_HZ as f64), &settings);
    let warm = RATE_HZ / BLOCK_FRAMES;
    let blocks = left
        .chunks_mut(BLOCK_FRAMES)
        .zip(right.chunks_mut(BLOCK_FRAMES));
    for (number, (left, right)) in blocks.enumerate().take(warm + 2 * BLOCKS) {
        let mut block = StereoBlock::new(left, right);
        if number < warm {
            engine.process(&mut block);
            continue;
        }
        if number >= warm + BLOCKS {
            let place = (number - warm - BLOCKS) as f32 / BLOCKS as f32;
            settings.intensity = 100.0 * (1.0 - (2.0 * place - 1.0).abs());
        }
        one_block(&mut engine, &settings, &mut block);
    }
}
