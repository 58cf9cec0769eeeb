//! How much of the level is bass, held over half a period of the lowest note.

use super::CHUNK_FRAMES;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::box_smoother::{UNITY, to_fixed};
use crate::dsp::interpolator::larger;
use crate::dsp::sliding_min::SlidingMin;
use crate::dsp::svf::Lowpass4;
use crate::dsp::units::ms_to_samples;

/// The bass is looked at on this grid, at the mean of its samples.
const GRID_MS: f64 = 1.0 / 12.0;
const CUTOFF_HZ: f64 = 300.0;
/// Full scale of the held level: +36 dBFS.
const LEVEL_MAX: f32 = 64.0;

/// Peak level of the bass of both channels.
#[derive(Debug)]
pub(super) struct Bass {
    grid_samples: usize,
    position: usize,
    sum: [f32; 2],
    lowpass: Lowpass4,
    /// Of what is missing to full scale, so that the minimum holds the highest level.
    held: SlidingMin,
    level: f32,
}

impl Bass {
    pub(super) fn new(stream: Stream, hold_ms: f64) -> Self {
        let grid_samples = ms_to_samples(GRID_MS, stream.sample_rate_hz, 1);
        let grid_rate_hz = stream.sample_rate_hz / grid_samples as f64;
        Self {
            grid_samples,
            position: 0,
            sum: [0.0; 2],
            lowpass: Lowpass4::new(CUTOFF_HZ, grid_rate_hz),
            held: SlidingMin::new(ms_to_samples(hold_ms, grid_rate_hz, 1), UNITY),
            level: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.position = 0;
        self.sum = [0.0; 2];
        self.lowpass.reset();
        self.held.reset(UNITY);
        self.level = 0.0;
    }

    pub(super) fn grid_samples(&self) -> usize {
        self.grid_samples
    }

    /// The held level, linear, as of each frame.
    pub(super) fn process(&mut self, chunk: &StereoBlock<'_>, levels: &mut [f32; CHUNK_FRAMES]) {
        for (n, (left, right)) in chunk.left.iter().zip(chunk.right.iter()).enumerate() {
            self.sum[0] += left;
            self.sum[1] += right;
            self.position += 1;
            if self.position == self.grid_samples {
                self.step();
            }
            levels[n] = self.level;
        }
    }

    fn step(&mut self) {
        self.position = 0;
        let scale = 1.0 / self.grid_samples as f64;
        let mean = core::mem::take(&mut self.sum).map(|sum| f64::from(sum) * scale);
        let bass = self.lowpass.tick(mean);
        let level = larger(bass[0].abs() as f32, bass[1].abs() as f32);
        let missing = larger(1.0 - level * (1.0 / LEVEL_MAX), 0.0);
        let held = self.held.tick(to_fixed(missing));
        self.level = (1.0 - held as f32 * (1.0 / UNITY as f32)) * LEVEL_MAX;
    }
}
