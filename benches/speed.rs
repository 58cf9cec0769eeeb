//! Times real time of each stage on this machine, best of a few runs: for people, not for tests.

#[path = "support/song.rs"]
mod song;

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::Engine;
use finalcoat::engine::loudness::Loudness;
use song::{BLOCK_FRAMES, RATE_HZ, Stereo};
use std::time::Instant;

const RUNS: usize = 7;

fn main() {
    let song = song::song();
    let seconds = song[0].len() as f64 / RATE_HZ as f64;
    let stream = Stream::new(RATE_HZ as f64);
    let settings = song::settings();
    println!("times real time, one core, 48 kHz, blocks of {BLOCK_FRAMES} frames");
    let report = |name: &str, mut process: Box<dyn FnMut(&mut StereoBlock<'_>)>| {
        let best = (0..RUNS)
            .map(|_| {
                let mut copy: Stereo = song.clone();
                let [left, right] = &mut copy;
                let start = Instant::now();
                for (left, right) in left
                    .chunks_mut(BLOCK_FRAMES)
                    .zip(right.chunks_mut(BLOCK_FRAMES))
                {
                    process(&mut StereoBlock::new(left, right));
                }
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!("{name:>10}  {:>6.0}x", seconds / best);
    };
    let mut loudness = Loudness::new(stream, &settings.loudness);
    report("loudness", Box::new(move |block| loudness.process(block)));
    let mut meter = Meter::new(stream);
    report(
        "meter",
        Box::new(move |block| meter.process(block.left, block.right)),
    );
    let mut engine = Engine::new(stream, &settings);
    report("engine", Box::new(move |block| engine.process(block)));
}
