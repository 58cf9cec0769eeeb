//! Instructions of the meter per second of stereo at 48 kHz in blocks of 64 frames: divide by 48,000 for
//! the cost of a frame. The `ebur128` crate with the same measures stands beside it.
//!
//! `cargo bench --bench meter` (needs valgrind and gungraun-runner).
#![allow(missing_docs)] // The macros make public items of their own.

use core::hint::black_box;
use ebur128::{EbuR128, Mode};
use finalcoat::dsp::block::Stream;
use finalcoat::dsp::meter::Meter;
use gungraun::prelude::*;

const RATE_HZ: u32 = 48_000;
const BLOCK_FRAMES: usize = 64;

type Stereo = [Vec<f32>; 2];

/// A second of noise under four beats, driven 6 dB into clipping.
fn loud() -> Stereo {
    let mut state = 1_u32;
    let mut low = 0.0_f32;
    core::array::from_fn(|_| {
        (0..RATE_HZ)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let white = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
                low += 0.1 * (white - low);
                let beat = 1.0 - (n % (RATE_HZ / 4)) as f32 / (RATE_HZ / 4) as f32;
                (2.0 * (0.1 + beat) * (3.0 * low + 0.2 * white)).clamp(-1.0, 1.0)
            })
            .collect()
    })
}

/// A second of the tone whose every interval could hold the peak: the most there is to read at 16×.
fn quarter_rate_tone() -> Stereo {
    let tone: Vec<f32> = (0..RATE_HZ)
        .map(|n| [0.5, 0.5, -0.5, -0.5][n as usize % 4] * (1.0 + n as f32 * 1e-5))
        .collect();
    [tone.clone(), tone]
}

/// A meter that has already heard the signal once.
fn ours(signal: Stereo) -> (Meter, Stereo) {
    let mut meter = Meter::new(Stream::new(f64::from(RATE_HZ)));
    meter.process(&signal[0], &signal[1]);
    (meter, signal)
}

fn theirs(signal: Stereo) -> (EbuR128, Stereo) {
    let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK | Mode::HISTOGRAM;
    let mut meter = EbuR128::new(2, RATE_HZ, mode).expect("the mode and rate are valid");
    let _ = meter.add_frames_planar_f32(&[&signal[0], &signal[1]]);
    (meter, signal)
}

#[library_benchmark]
#[bench::loud(ours(loud()))]
#[bench::quarter_rate_tone(ours(quarter_rate_tone()))]
fn meter((mut meter, [left, right]): (Meter, Stereo)) -> (Meter, Stereo) {
    for (left, right) in left.chunks(BLOCK_FRAMES).zip(right.chunks(BLOCK_FRAMES)) {
        meter.process(black_box(left), black_box(right));
    }
    (meter, [left, right])
}

#[library_benchmark]
#[bench::loud(ours(loud()))]
fn reading((meter, signal): (Meter, Stereo)) -> (Meter, Stereo) {
    black_box(meter.reading());
    (meter, signal)
}

#[library_benchmark]
#[bench::loud(theirs(loud()))]
fn ebur128_crate((mut meter, [left, right]): (EbuR128, Stereo)) -> (EbuR128, Stereo) {
    for (left, right) in left.chunks(BLOCK_FRAMES).zip(right.chunks(BLOCK_FRAMES)) {
        let _ = meter.add_frames_planar_f32(black_box(&[left, right]));
    }
    (meter, [left, right])
}

library_benchmark_group!(name = meters, benchmarks = [meter, reading, ebur128_crate]);
main!(library_benchmark_groups = meters);
