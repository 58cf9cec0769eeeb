//! Stage 7, loudness: drive, true-peak limiter, safety.

use super::reading::LoudnessReading;
use super::settings::LoudnessSettings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::delay::Delay;

/// The loudness stage.
#[derive(Debug)]
pub struct Loudness {
    delay: [Delay; 2],
}

impl Loudness {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, _settings: &LoudnessSettings) -> Self {
        let samples = crate::dsp::units::ms_to_samples(5.5, stream.sample_rate_hz, 1);
        Self {
            delay: [Delay::new(samples), Delay::new(samples)],
        }
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, _settings: &LoudnessSettings) {}

    /// Back to silence.
    pub fn reset(&mut self) {
        self.delay.iter_mut().for_each(Delay::reset);
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        for n in 0..block.frames() {
            block.left[n] = self.delay[0].tick(block.left[n]);
            block.right[n] = self.delay[1].tick(block.right[n]);
        }
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.delay[0].samples()
    }

    /// Samples until the gain has recovered from the deepest limiting.
    pub fn release_samples(&self) -> usize {
        0
    }

    /// What it did since last asked.
    pub fn take_reading(&mut self) -> LoudnessReading {
        LoudnessReading::default()
    }
}
