//! Whether a stem's peaks meet one level all through: the trace of a limiter.
//!
//! The detector of songs (`analysis::faults::limiting`) asks how many of all peaks are pressed. A stem has few peaks,
//! and a drum machine's hits all have one. So here moments of a tenth of a second are counted whose peak lies at the
//! highest of the stem, and of those that look alike around it only one in each tenth of the shapes: a limiter presses
//! what differs, a machine repeats what is the same. Of 295 intact stems none is found but those rendered against full
//! scale; of 25 limited by 6 dB with look-ahead 19 are, five of the others being a machine's hits.

use crate::dsp::units::{db_to_energy, db_to_gain, gain_to_db};

/// Length of a moment.
const MOMENT_S: f64 = 0.1;
/// A peak this near to the highest, in dB, is at the ceiling.
const NEAR_DB: f64 = 0.1;
/// Moments this far below the loudest, in dB, are not loud.
const LOUD_DB: f64 = 20.0;
/// Where a peak's surroundings are looked at, in seconds to either side.
const BESIDE_S: f64 = 0.0004;
/// Peaks are alike when their surroundings, as shares of the peak, differ by less.
const ALIKE: f32 = 0.02;
/// So many peaks that differ, and so large a share of the loud moments, make a ceiling.
const PEAKS_MIN: usize = 10;
const SHARE_PCT: f64 = 7.0;

/// How a stem's peaks meet one level.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ceiling {
    /// The highest peak, in dBFS.
    pub level_dbfs: f64,
    /// Share of the loud moments whose peak is there, in %; of those that are alike one counts.
    pub share_pct: f64,
    /// How many those are.
    pub peaks: usize,
}

impl Ceiling {
    /// Whether a limiter made it.
    pub fn is_limited(&self) -> bool {
        self.peaks >= PEAKS_MIN && self.share_pct >= SHARE_PCT
    }
}

/// Gathers the peaks of a stem.
#[derive(Debug, Clone)]
pub(super) struct PeakListener {
    frames: usize,
    beside: usize,
    left: Vec<f32>,
    right: Vec<f32>,
    moments: Vec<Moment>,
}

/// The highest sample of a moment, what is beside it as shares of it, and the moment's energy.
#[derive(Debug, Clone, Copy)]
struct Moment {
    peak: f32,
    beside: [f32; 2],
    energy: f32,
}

impl PeakListener {
    pub(super) fn new(sample_rate_hz: u32) -> Self {
        let frames = |seconds: f64| (seconds * f64::from(sample_rate_hz)) as usize;
        Self {
            frames: frames(MOMENT_S).max(1),
            beside: frames(BESIDE_S).max(1),
            left: Vec::new(),
            right: Vec::new(),
            moments: Vec::new(),
        }
    }

    pub(super) fn process(&mut self, mut left: &[f32], mut right: &[f32]) {
        while !left.is_empty() {
            let now = (self.frames - self.left.len()).min(left.len());
            self.left.extend_from_slice(&left[..now]);
            self.right.extend_from_slice(&right[..now]);
            (left, right) = (&left[now..], &right[now..]);
            if self.left.len() == self.frames {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let highest = |samples: &[f32]| {
            let mut best = (0, 0.0_f32);
            for (at, x) in samples.iter().enumerate() {
                if x.abs() > best.1 {
                    best = (at, x.abs());
                }
            }
            best
        };
        let (left, right) = (highest(&self.left), highest(&self.right));
        let (samples, (at, peak)) = if right.1 > left.1 {
            (&self.right, right)
        } else {
            (&self.left, left)
        };
        let share = |beside: Option<usize>| {
            let beside = beside.and_then(|beside| samples.get(beside));
            beside.map_or(0.0, |x| x / samples[at])
        };
        let beside = [
            share(at.checked_sub(self.beside)),
            share(Some(at + self.beside)),
        ];
        let squares = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>();
        let energy = squares(&self.left) + squares(&self.right);
        if peak > 0.0 {
            self.moments.push(Moment {
                peak,
                beside,
                energy,
            });
        }
        self.left.clear();
        self.right.clear();
    }

    pub(super) fn ceiling(&self) -> Ceiling {
        let highest = |of: fn(&Moment) -> f32| self.moments.iter().map(of).fold(0.0, f32::max);
        let (peak, energy) = (highest(|m| m.peak), highest(|m| m.energy));
        if peak <= 0.0 {
            return Ceiling::default();
        }
        let near = db_to_gain(-NEAR_DB) as f32 * peak;
        let loud = db_to_energy(-LOUD_DB) as f32 * energy;
        let mut different: Vec<[f32; 2]> = Vec::new();
        for moment in self.moments.iter().filter(|moment| moment.peak >= near) {
            let is_alike = |other: &[f32; 2]| {
                (other.iter().zip(&moment.beside)).all(|(a, b)| (a - b).abs() < ALIKE)
            };
            if !different.iter().any(is_alike) {
                different.push(moment.beside);
            }
        }
        let louds = self.moments.iter().filter(|moment| moment.energy > loud);
        Ceiling {
            level_dbfs: gain_to_db(f64::from(peak)),
            share_pct: 100.0 * different.len() as f64 / louds.count().max(1) as f64,
            peaks: different.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const RATE_HZ: u32 = 44_100;

    fn ceiling(signal: impl Fn(f64) -> f64) -> Ceiling {
        let samples: Vec<f32> = (0..20 * RATE_HZ)
            .map(|n| signal(f64::from(n) / f64::from(RATE_HZ)) as f32)
            .collect();
        let mut listener = PeakListener::new(RATE_HZ);
        for part in samples.chunks(1000) {
            listener.process(part, part);
        }
        listener.ceiling()
    }

    /// A voice of sorts: tones that come and go.
    fn moving(s: f64) -> f64 {
        let swell = 0.3 + 0.25 * libm::sin(TAU * 0.37 * s) + 0.2 * libm::sin(TAU * 1.3 * s);
        let tones = [211.0, 317.0, 1033.0]
            .iter()
            .map(|hz| libm::sin(TAU * hz * s + 3.0 * libm::sin(s)))
            .sum::<f64>();
        swell * tones / 3.0
    }

    #[test]
    fn what_a_limiter_presses_differs() {
        let driven = ceiling(|s| (3.0 * moving(s)).clamp(-0.8, 0.8));
        assert!(driven.is_limited(), "{driven:?}");
        assert!((driven.level_dbfs + 1.94).abs() < 0.01, "{driven:?}");
        let free = ceiling(moving);
        assert!(!free.is_limited(), "{free:?}");
    }

    #[test]
    fn a_machine_repeats_its_hits() {
        let hits = ceiling(|s| {
            let beat = s.rem_euclid(0.5);
            0.9 * libm::exp(-beat * 30.0) * libm::sin(TAU * 60.0 * beat)
        });
        assert!(!hits.is_limited(), "{hits:?}");
        let steady = ceiling(|s| 0.5 * libm::sin(TAU * 440.0 * s));
        assert!(!steady.is_limited(), "{steady:?}");
    }
}
