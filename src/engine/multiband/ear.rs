//! The stage's detector by itself, for who wants to know what it would hear.

use super::detector::Detector;
use super::{CONTROL_HZ, SPLITS};
use crate::dsp::block::Stream;
use crate::dsp::dynamics::grid::Grid;
use crate::engine::settings::multiband::{BANDS, SPLIT_HIGH_HZ, SPLIT_LOW_HZ, SPLIT_MID_HZ};
use wide::f64x2;

const RUN_FRAMES: usize = 64;

/// Hears what the stage hears, with the splits it starts with.
#[derive(Debug)]
pub struct Ear {
    grid: Grid,
    detector: Detector,
}

/// What the bands read in a step of control, as squared amplitudes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Heard {
    /// Mean energy, mean of left and right.
    pub mean: [f64; BANDS],
    /// Highest energy, mean of left and right.
    pub peak: [f64; BANDS],
    /// What the gain computer goes by: the energy of the sine as loud, whose level is its peak's.
    pub energy: [f64; BANDS],
}

impl Ear {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream) -> Self {
        let grid = Grid::new(stream, CONTROL_HZ);
        let splits_hz: [f64; SPLITS] =
            [SPLIT_LOW_HZ, SPLIT_MID_HZ, SPLIT_HIGH_HZ].map(|range| f64::from(range.default));
        Self {
            detector: Detector::new(stream, &grid, splits_hz),
            grid,
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.grid.reset();
        self.detector.reset();
    }

    /// Listens, and tells each step of control (1/1500 s) when it is complete.
    pub fn listen(&mut self, left: &[f32], right: &[f32], mut each: impl FnMut(&Heard)) {
        let mut frames = [f64x2::ZERO; RUN_FRAMES];
        let (mut left, mut right) = (left, right);
        while !left.is_empty() {
            let run = left.len().min(self.grid.left()).min(RUN_FRAMES);
            let (l, r);
            (l, left) = left.split_at(run);
            (r, right) = right.split_at(run);
            for ((frame, &l), &r) in frames.iter_mut().zip(l).zip(r) {
                *frame = f64x2::new([f64::from(l), f64::from(r)]);
            }
            self.detector.hear(&mut frames[..run]);
            if self.grid.advance(run) {
                let bands = self.detector.take(self.grid.samples());
                each(&Heard {
                    mean: bands.map(|band| band.mean),
                    peak: bands.map(|band| band.peak),
                    energy: bands.map(|band| band.energy),
                });
            }
        }
    }
}
