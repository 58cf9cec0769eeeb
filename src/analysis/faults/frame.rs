//! The spectrum of one slice: what the lossy, noise and hum detectors look at.

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// One windowed (Hann) FFT per slice, as long as the slice allows.
pub(super) struct Frame {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Energy of left and right together in each bin.
    pub(super) energy: Vec<f64>,
    /// Hz per bin.
    pub(super) bin_hz: f64,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame").finish_non_exhaustive()
    }
}

impl Frame {
    /// For slices of `frames` samples at a rate.
    pub(super) fn new(frames: usize, sample_rate_hz: f64) -> Self {
        let mut length = 16;
        while length * 2 <= frames {
            length *= 2;
        }
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let turn = 2.0 * std::f64::consts::PI / length as f64;
        let window = (0..length).map(|n| (0.5 - 0.5 * libm::cos(turn * n as f64)) as f32);
        Self {
            window: window.collect(),
            input: vec![0.0; length],
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            energy: vec![0.0; length / 2 + 1],
            bin_hz: sample_rate_hz / length as f64,
            fft,
        }
    }

    /// Fills [`Self::energy`]; false when the slice is too short.
    pub(super) fn look(&mut self, left: &[f32], right: &[f32]) -> bool {
        if left.len() < self.input.len() {
            return false;
        }
        self.energy.fill(0.0);
        for channel in [left, right] {
            for ((to, x), w) in self.input.iter_mut().zip(channel).zip(&self.window) {
                *to = x * w;
            }
            let done =
                self.fft
                    .process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
            if done.is_err() {
                return false;
            }
            for (energy, bin) in self.energy.iter_mut().zip(&self.bins) {
                *energy += f64::from(bin.norm_sqr());
            }
        }
        true
    }

    /// Mean energy per bin from `from_hz` up to `to_hz`; `None` where the rate has nothing.
    pub(super) fn mean(&self, from_hz: f64, to_hz: f64) -> Option<f64> {
        let from = libm::ceil(from_hz / self.bin_hz) as usize;
        let to = libm::ceil(to_hz / self.bin_hz) as usize;
        let range = self.energy.get(from..to).filter(|r| !r.is_empty())?;
        Some(range.iter().sum::<f64>() / range.len() as f64)
    }
}
