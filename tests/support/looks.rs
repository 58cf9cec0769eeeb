//! Tones through a stage, and looks at its gain on the way.
#![allow(dead_code, unreachable_pub)]

use finalcoat::dsp::block::StereoBlock;
use std::f64::consts::TAU;

pub const RATE_HZ: f64 = 48_000.0;
/// Frames between two looks at a gain: 2 ms.
pub const LOOK: usize = 96;

pub type Stereo = [Vec<f32>; 2];

pub fn gain(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// Both channels the same; `level_db` is that of the peak, at a time in seconds.
pub fn tone(hz: f64, seconds: f64, level_db: impl Fn(f64) -> f64) -> Stereo {
    let channel: Vec<f32> = (0..(seconds * RATE_HZ) as usize)
        .map(|n| n as f64 / RATE_HZ)
        .map(|t| (gain(level_db(t)) * (TAU * hz * t).sin()) as f32)
        .collect();
    [channel.clone(), channel]
}

pub fn looked_at<T>(
    input: &Stereo,
    mut look: impl FnMut(&mut StereoBlock<'_>) -> T,
) -> (Stereo, Vec<T>) {
    let [mut left, mut right] = input.clone();
    let looks = left
        .chunks_mut(LOOK)
        .zip(right.chunks_mut(LOOK))
        .map(|(left, right)| look(&mut StereoBlock::new(left, right)))
        .collect();
    ([left, right], looks)
}

/// Level of the last 0.2 s against the input's, in dB.
pub fn gain_db_at_end(output: &[f32], input: &[f32]) -> f64 {
    let energy = |x: &[f32]| -> f64 {
        let last = &x[x.len() - (0.2 * RATE_HZ) as usize..];
        last.iter().map(|x| f64::from(*x).powi(2)).sum()
    };
    10.0 * (energy(output) / energy(input)).log10()
}

/// When a series of looks first passes `value` after `from_s`, in ms since then.
pub fn passes_ms(looks: &[f64], from_s: f64, value: f64) -> f64 {
    let first = (from_s * RATE_HZ) as usize / LOOK - 1;
    let falling = looks[first] > value;
    let n = (first..looks.len())
        .find(|&n| (looks[n] < value) == falling)
        .expect("the value is passed");
    // On the line between the two looks.
    let part = (value - looks[n - 1]) / (looks[n] - looks[n - 1]);
    ((n - first) as f64 - 2.0 + part) * LOOK as f64 * 1e3 / RATE_HZ
}

/// Highest magnitude, in dBFS, of what two notches at the tone leave of it: nothing of a steady tone,
/// next to nothing of a gain that glides, most of a step.
pub fn click_dbfs(samples: &[f32]) -> f64 {
    let mut rest: Vec<f64> = samples.iter().map(|x| f64::from(*x)).collect();
    let middle = 2.0 * (TAU * 997.0 / RATE_HZ).cos();
    for _ in 0..2 {
        let notched = rest.windows(3).map(|x| x[0] - middle * x[1] + x[2]);
        rest = notched.collect();
    }
    let peak = rest.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    20.0 * peak.log10()
}
