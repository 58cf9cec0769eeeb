//! Windowed FFT frames of real signals, and sums over bands of their bins.

use core::f64::consts::TAU;
use core::fmt;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Hann-windowed frames of one length; allocates all it will ever need.
pub(super) struct FrameFft {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Makes bin powers add up to the mean square.
    scale: f32,
    bin_hz: f64,
}

impl fmt::Debug for FrameFft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameFft")
            .field("window", &self.window.len())
            .finish_non_exhaustive()
    }
}

/// Samples of a frame that lasts `seconds`, at any rate.
pub(super) fn frame_samples(seconds: f64, sample_rate_hz: f64) -> usize {
    (libm::round(seconds * sample_rate_hz) as usize).clamp(16, 1 << 20)
}

impl FrameFft {
    /// Frames that last as long at every rate, padded to a power of two: chosen so that at 48 kHz and its
    /// doubles little is padded.
    pub(super) fn lasting(seconds: f64, sample_rate_hz: f64) -> Self {
        let window = frame_samples(seconds, sample_rate_hz);
        Self::new(window, window.next_power_of_two(), sample_rate_hz)
    }

    /// Frames of `window` samples, padded with silence to `length`.
    pub(super) fn new(window: usize, length: usize, sample_rate_hz: f64) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let shape = |n: usize| 0.5 - 0.5 * libm::cos(TAU * (n as f64 + 0.5) / window as f64);
        let shape: Vec<f64> = (0..window).map(shape).collect();
        let energy: f64 = shape.iter().map(|w| w * w).sum();
        Self {
            window: shape.iter().map(|&w| w as f32).collect(),
            input: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            scale: (2.0 / (length as f64 * energy)) as f32,
            bin_hz: sample_rate_hz / length as f64,
            fft,
        }
    }

    /// Samples of a frame.
    pub(super) fn window(&self) -> usize {
        self.window.len()
    }

    /// Distance of the bins in Hz.
    pub(super) fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// How many bins there are.
    pub(super) fn bins(&self) -> usize {
        self.bins.len()
    }

    /// What turns a squared bin into its share of the mean square.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// The bins of one frame, [`window`](Self::window) samples long.
    pub(super) fn run(&mut self, samples: &[f32]) -> &[Complex<f32>] {
        let (head, padding) = self.input.split_at_mut(self.window.len());
        for ((x, sample), w) in head.iter_mut().zip(samples).zip(&self.window) {
            *x = sample * w;
        }
        padding.fill(0.0);
        let (input, bins) = (&mut self.input, &mut self.bins);
        // Fails only for wrong lengths, which are all its own.
        let _ = self
            .fft
            .process_with_scratch(input, bins, &mut self.scratch);
        &self.bins
    }

    /// Powers of the bins of one frame from `first` on, as many as `powers` holds.
    pub(super) fn powers(&mut self, samples: &[f32], first: usize, powers: &mut [f32]) {
        let scale = self.scale;
        let bins = self.run(samples);
        for (power, bin) in powers.iter_mut().zip(&bins[first..]) {
            *power = bin.norm_sqr() * scale;
        }
    }
}

/// A range of frequencies as bins, those at its ends by their share.
#[derive(Debug, Clone, Copy)]
pub(super) struct BinBand {
    first: usize,
    last: usize,
    first_share: f32,
    last_share: f32,
}

impl BinBand {
    /// From `low_hz` to `high_hz`; each bin stands for half its distance to both sides.
    pub(super) fn new(low_hz: f64, high_hz: f64, bin_hz: f64, bins: usize) -> Self {
        let place = |hz: f64| (hz / bin_hz + 0.5).clamp(0.0, bins as f64);
        let (low, high) = (place(low_hz), place(high_hz));
        let first = (low as usize).min(bins - 1);
        let last = (high as usize).min(bins - 1);
        let (first_share, last_share) = if first == last {
            (high - low, 0.0)
        } else {
            (
                (first + 1) as f64 - low,
                (high - last as f64).clamp(0.0, 1.0),
            )
        };
        Self {
            first,
            last,
            first_share: first_share.clamp(0.0, 1.0) as f32,
            last_share: last_share as f32,
        }
    }

    /// The same for powers that begin with the bin `start`.
    pub(super) fn starting_at(self, start: usize) -> Self {
        Self {
            first: self.first.saturating_sub(start),
            last: self.last.saturating_sub(start),
            ..self
        }
    }

    /// The power within.
    pub(super) fn sum(&self, powers: &[f32]) -> f32 {
        let at = |bin: usize| powers.get(bin).copied().unwrap_or(0.0);
        let ends = self.first_share * at(self.first) + self.last_share * at(self.last);
        let Some(inner) = powers.get(self.first + 1..self.last.max(self.first + 1)) else {
            return ends;
        };
        let (groups, rest) = inner.as_chunks::<8>();
        let mut lanes = [0.0_f32; 8];
        for group in groups {
            for (lane, power) in lanes.iter_mut().zip(group) {
                *lane += power;
            }
        }
        let halves: [f32; 4] = core::array::from_fn(|n| lanes[n] + lanes[n + 4]);
        ends + rest.iter().sum::<f32>() + (halves[0] + halves[1]) + (halves[2] + halves[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_share_the_bins_between_them() {
        let powers: Vec<f32> = (0..100).map(|n| (n % 7) as f32).collect();
        let whole = BinBand::new(0.0, 99.5, 1.0, 100).sum(&powers);
        assert!((whole - powers.iter().sum::<f32>()).abs() < 1e-3);
        for cut in [0.2, 3.5, 10.49, 10.5, 50.77, 99.2] {
            let low = BinBand::new(0.0, cut, 1.0, 100).sum(&powers);
            let high = BinBand::new(cut, 99.5, 1.0, 100).sum(&powers);
            assert!((low + high - whole).abs() < 1e-3, "{cut}: {low} {high}");
        }
        let narrow = BinBand::new(10.6, 10.8, 1.0, 100).sum(&powers);
        assert!((narrow - 0.2 * powers[11]).abs() < 1e-5);
    }

    #[test]
    fn a_sine_has_half_its_amplitude_squared() {
        for (window, length) in [(4096, 4096), (1900, 2048)] {
            let mut frame = FrameFft::new(window, length, 48_000.0);
            let turn = TAU * 1234.5 / 48_000.0;
            let sine: Vec<f32> = (0..window)
                .map(|n| (0.3 * libm::sin(turn * n as f64)) as f32)
                .collect();
            let mut powers = vec![0.0; frame.bins()];
            frame.powers(&sine, 0, &mut powers);
            let sum: f32 = powers.iter().sum();
            assert!((sum / 0.045 - 1.0).abs() < 1e-3, "{sum}");
        }
    }
}
