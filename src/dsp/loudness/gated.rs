//! The gated loudness alone, from weighted energies in steps of 100 ms.

use super::histogram::Histogram;
use super::{INTEGRATED_GATE_LU, energy_to_lufs};

/// Steps of the momentary window, 400 ms.
const WINDOW_STEPS: usize = 4;

/// Integrated loudness (ITU-R BS.1770-5) of a programme whose K-weighted energy comes step by step.
#[derive(Debug, Clone)]
pub struct GatedLoudness {
    steps: [f64; WINDOW_STEPS],
    steps_heard: usize,
    histogram: Histogram,
}

impl Default for GatedLoudness {
    fn default() -> Self {
        Self::new()
    }
}

impl GatedLoudness {
    /// Nothing heard yet; allocates all it will ever need.
    pub fn new() -> Self {
        Self {
            steps: [0.0; WINDOW_STEPS],
            steps_heard: 0,
            histogram: Histogram::new(),
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.steps_heard = 0;
        self.histogram.reset();
    }

    /// Hears one step of 100 ms: its mean weighted energy per frame, left and right summed.
    pub fn add_step(&mut self, energy: f64) {
        self.steps.rotate_left(1);
        self.steps[WINDOW_STEPS - 1] = energy;
        self.steps_heard += 1;
        if self.steps_heard >= WINDOW_STEPS {
            self.histogram
                .add(self.steps.iter().sum::<f64>() / WINDOW_STEPS as f64);
        }
    }

    /// Windows of 400 ms, 100 ms apart, that were loud enough to count.
    pub fn windows(&self) -> u64 {
        self.histogram.windows()
    }

    /// In LUFS; nothing before 400 ms of sound were heard.
    pub fn lufs(&self) -> Option<f64> {
        self.histogram
            .gated_mean_energy(INTEGRATED_GATE_LU)
            .map(energy_to_lufs)
    }
}
