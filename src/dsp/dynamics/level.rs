//! How loud a sound is, from the energy of grid steps: RMS over a window, blended with its peaks.
//!
//! Calibrated so that a steady sine reads its peak: energies come in as squared amplitudes and go out as
//! the squared amplitude of the sine that would read the same.

use crate::dsp::block::Stream;
use crate::dsp::units::{ms_to_samples, one_pole_feedback};

/// A sine's peak energy over its mean energy.
const SINE_CREST: f64 = 2.0;
/// Peaks count from 6 dB above the RMS value on: a quarter of their energy, before calibration.
const PEAK_SHARE: f64 = SINE_CREST / 4.0;
/// Lengths of the two boxes whose convolution is the RMS window: no steps at its ends, little ripple.
const BOX_SHARES: [f64; 2] = [0.6, 0.4];
/// Crest is peak and mean over about so long (Giannoulis, Massberg & Reiss, "Parameter automation in a
/// dynamic range compressor", JAES 61(10), 2013).
const CREST_MS: f64 = 200.0;
/// And the pace that follows from it holds for about so long, so that a single onset does not change it.
const PACE_MS: f64 = 1000.0;
/// Bounds of the pace.
const PACE: [f64; 2] = [0.5, 2.0];
/// Energies that are silence.
const SILENCE: f64 = 1e-20;

/// The level of one signal.
#[derive(Debug, Clone)]
pub struct Level {
    boxes: [RunningMean; 2],
    peak: f64,
    peak_keep: f64,
}

impl Level {
    /// An RMS window of `window_ms`, fed with the steps of `stream`.
    pub fn new(stream: Stream, window_ms: f64) -> Self {
        let steps = |share: f64| {
            RunningMean::new(ms_to_samples(window_ms * share, stream.sample_rate_hz, 1))
        };
        Self {
            boxes: BOX_SHARES.map(steps),
            peak: 0.0,
            peak_keep: one_pole_feedback(window_ms, stream.sample_rate_hz),
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.boxes.iter_mut().for_each(RunningMean::reset);
        self.peak = 0.0;
    }

    /// Takes the mean and the highest energy of one step; gives the energy of the sine as loud.
    #[inline]
    pub fn tick(&mut self, mean: f64, peak: f64) -> f64 {
        let [first, second] = &mut self.boxes;
        let mean = second.tick(first.tick(mean));
        let fallen = self.peak * self.peak_keep;
        self.peak = if peak > fallen { peak } else { fallen };
        let (rms, peak) = (SINE_CREST * mean, PEAK_SHARE * self.peak);
        if peak > rms { peak } else { rms }
    }
}

/// How fast a gain should move for a sound as percussive as this: 1 for a sine, up to twice as fast
/// (0.5) for percussive and up to half as fast (2) for dense sound.
#[derive(Debug, Clone)]
pub struct Pace {
    peak: f64,
    mean: f64,
    crest_share: f64,
    pace: f64,
    pace_share: f64,
}

impl Pace {
    /// Fed with the steps of `stream`.
    pub fn new(stream: Stream) -> Self {
        let share = |tau_ms| 1.0 - one_pole_feedback(tau_ms, stream.sample_rate_hz);
        Self {
            peak: 0.0,
            mean: 0.0,
            crest_share: share(CREST_MS),
            pace: 1.0,
            pace_share: share(PACE_MS),
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.peak = 0.0;
        self.mean = 0.0;
        self.pace = 1.0;
    }

    /// Takes the mean and the highest energy of one step; gives the factor for time constants.
    ///
    /// The paper's times go with the inverse square of the crest, which would have all music at the
    /// bound: here with the inverse square root, so that 6 dB of crest above a sine's is a factor 0.71
    /// and 12 dB is 0.5.
    #[inline]
    pub fn tick(&mut self, mean: f64, peak: f64) -> f64 {
        self.peak = if peak > self.peak {
            peak
        } else {
            self.peak + (peak - self.peak) * self.crest_share
        };
        self.mean += (mean - self.mean) * self.crest_share;
        if self.mean > SILENCE {
            let wanted = libm::sqrt(libm::sqrt(SINE_CREST * self.mean / self.peak));
            let [least, most] = PACE;
            self.pace += (wanted.clamp(least, most) - self.pace) * self.pace_share;
        }
        self.pace
    }
}

/// The mean of the last so many values. Exact again after each round of its ring.
#[derive(Debug, Clone)]
struct RunningMean {
    ring: Vec<f64>,
    at: usize,
    sum: f64,
    /// The sum of this round alone, which replaces `sum` at its end.
    fresh: f64,
    scale: f64,
}

impl RunningMean {
    fn new(length: usize) -> Self {
        Self {
            ring: vec![0.0; length],
            at: 0,
            sum: 0.0,
            fresh: 0.0,
            scale: 1.0 / length as f64,
        }
    }

    fn reset(&mut self) {
        self.ring.fill(0.0);
        self.at = 0;
        self.sum = 0.0;
        self.fresh = 0.0;
    }

    #[inline]
    fn tick(&mut self, value: f64) -> f64 {
        self.fresh += value;
        if let Some(oldest) = self.ring.get_mut(self.at) {
            self.sum += value - *oldest;
            *oldest = value;
        }
        self.at += 1;
        if self.at >= self.ring.len() {
            self.at = 0;
            self.sum = self.fresh;
            self.fresh = 0.0;
        }
        // Rounding may leave a trace below zero.
        if self.sum > 0.0 {
            self.sum * self.scale
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_mean_is_the_mean_and_forgets() {
        let mut mean = RunningMean::new(7);
        let values: Vec<f64> = (0..100).map(|n| f64::from(n * n % 31)).collect();
        for n in 0..values.len() {
            let found = mean.tick(values[n]);
            let expected = values[(n + 1).saturating_sub(7)..=n].iter().sum::<f64>() / 7.0;
            assert!((found - expected).abs() < 1e-12);
        }
        mean.tick(1e12);
        for _ in 0..14 {
            mean.tick(1e-12);
        }
        assert!((mean.tick(1e-12) - 1e-12).abs() < 1e-24);
    }

    #[test]
    fn peaks_count_from_6_db_above_rms() {
        let stream = Stream::new(3000.0);
        // A crest of 12 dB reads 6 dB less than its peak, on the scale where a sine reads its peak.
        let mut level = Level::new(stream, 10.0);
        let mut energy = 0.0;
        for _ in 0..100 {
            energy = level.tick(1.0 / 16.0, 1.0);
        }
        assert!((energy - 0.5).abs() < 1e-12, "{energy}");
        // A crest of 3 dB (a sine) reads its peak.
        level.reset();
        for _ in 0..100 {
            energy = level.tick(0.5, 1.0);
        }
        assert!((energy - 1.0).abs() < 1e-12, "{energy}");
    }

    #[test]
    fn pace_goes_with_crest() {
        for (crest_db, expected) in [(0.0, 1.189), (3.01, 1.0), (9.03, 0.707), (30.0, 0.5)] {
            let mut pace = Pace::new(Stream::new(3000.0));
            let mean = libm::pow(10.0, -crest_db / 10.0);
            let mut found = 0.0;
            for _ in 0..60_000 {
                found = pace.tick(mean, 1.0);
            }
            assert!((found - expected).abs() < 0.002, "{crest_db}: {found}");
        }
    }
}
