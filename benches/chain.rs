//! Instructions of each stage for one second of a dense mix driven 6 dB into the limiter, at 48 kHz in
//! blocks of 64 frames: divide by 48,000 for the cost of a frame (`cargo xtask bench` does).
//!
//! Each unit has already heard three seconds of it.
#![allow(missing_docs)] // of the modules that gungraun's macros make

#[path = "support/song.rs"]
mod song;

use core::hint::black_box;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::Engine;
use finalcoat::engine::limiter::Limiter;
use finalcoat::engine::loudness::Loudness;
use finalcoat::engine::safety::Safety;
use gungraun::prelude::*;
use song::{BLOCK_FRAMES, RATE_HZ, Stereo, settings};

fn stream() -> Stream {
    Stream::new(RATE_HZ as f64)
}

/// Three seconds to warm up, one to measure.
fn halves() -> [Stereo; 2] {
    let song = song::song();
    [
        song.clone().map(|channel| channel[..3 * RATE_HZ].to_vec()),
        song.map(|channel| channel[3 * RATE_HZ..4 * RATE_HZ].to_vec()),
    ]
}

fn run(stereo: &mut Stereo, mut process: impl FnMut(&mut StereoBlock<'_>)) {
    let [left, right] = stereo;
    for (left, right) in left
        .chunks_mut(BLOCK_FRAMES)
        .zip(right.chunks_mut(BLOCK_FRAMES))
    {
        process(&mut StereoBlock::new(black_box(left), black_box(right)));
    }
}

fn warm_engine() -> (Engine, Stereo) {
    let [mut before, now] = halves();
    let mut engine = Engine::new(stream(), &settings());
    run(&mut before, |block| engine.process(block));
    (engine, now)
}

fn warm_loudness() -> (Loudness, Stereo) {
    let [mut before, now] = halves();
    let mut loudness = Loudness::new(stream(), &settings().loudness);
    run(&mut before, |block| loudness.process(block));
    (loudness, now)
}

fn warm_limiter() -> (Limiter, Stereo) {
    let [mut before, now] = halves();
    let mut limiter = Limiter::new(stream(), &settings().loudness);
    run(&mut before, |block| limiter.process(block));
    (limiter, now)
}

/// What the safety stage gets is what leaves the limiter.
fn warm_safety() -> (Safety, Stereo) {
    let [mut before, mut now] = halves();
    let loudness = settings().loudness;
    let mut limiter = Limiter::new(stream(), &loudness);
    let mut safety = Safety::new(stream(), loudness.ceiling_dbtp);
    run(&mut before, |block| {
        limiter.process(block);
        safety.process(block);
    });
    run(&mut now, |block| limiter.process(block));
    (safety, now)
}

fn warm_meter() -> (Meter, Stereo) {
    let [before, now] = halves();
    let mut meter = Meter::new(stream());
    meter.process(&before[0], &before[1]);
    (meter, now)
}

#[library_benchmark(setup = warm_engine)]
#[bench::metal()]
fn engine((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_loudness)]
#[bench::metal()]
fn loudness((mut unit, mut song): (Loudness, Stereo)) -> (Loudness, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_limiter)]
#[bench::metal()]
fn limiter((mut unit, mut song): (Limiter, Stereo)) -> (Limiter, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_safety)]
#[bench::metal()]
fn safety((mut unit, mut song): (Safety, Stereo)) -> (Safety, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_meter)]
#[bench::metal()]
fn meter((mut unit, mut song): (Meter, Stereo)) -> (Meter, Stereo) {
    run(&mut song, |block| unit.process(block.left, block.right));
    (unit, song)
}

library_benchmark_group!(
    name = chain,
    benchmarks = [engine, loudness, limiter, safety, meter]
);
main!(library_benchmark_groups = chain);
