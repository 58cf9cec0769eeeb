//! Signals to send in: made from a seed, the same on every machine.
#![allow(dead_code, unreachable_pub)]

use std::f64::consts::TAU;

/// Random numbers from a seed (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From `min` up to, but not, `max`.
    pub fn between(&mut self, min: f64, max: f64) -> f64 {
        min + (max - min) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of `count` numbers from 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// White noise of magnitude at most `peak`.
    pub fn noise(&mut self, peak: f32, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|_| self.between(-1.0, 1.0) as f32 * peak)
            .collect()
    }
}

/// Something like music, full scale and over: a bass line, a chord that comes and goes, and a drum every
/// half second, wider than mono.
pub fn programme(sample_rate_hz: f64, frames: usize, seed: u64) -> [Vec<f32>; 2] {
    let mut random = Random::new(seed);
    let note_hz = random.between(41.0, 82.0);
    let mut channels = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
    let mut low_passed = 0.0;
    for n in 0..frames {
        let t = n as f64 / sample_rate_hz;
        let beat_s = t % 0.5;
        let bass = 0.45 * (TAU * note_hz * t).sin();
        let kick = 0.9 * (-beat_s / 0.06).exp() * (TAU * 55.0 * beat_s).sin();
        let hiss = random.between(-1.0, 1.0);
        low_passed += 0.5 * (hiss - low_passed);
        let snare = 0.7 * (-((t + 0.25) % 0.5) / 0.03).exp() * low_passed;
        let swell = 0.5 + 0.5 * (TAU * 0.7 * t).sin();
        let chord = |shift: f64| {
            [4.0, 5.0, 6.0, 9.0]
                .iter()
                .map(|ratio| 0.09 * (TAU * ratio * note_hz * t + shift * ratio).sin())
                .sum::<f64>()
        };
        let middle = bass + kick + snare;
        channels[0].push((middle + swell * chord(0.0)) as f32);
        channels[1].push((middle + swell * chord(0.4)) as f32);
    }
    channels
}
