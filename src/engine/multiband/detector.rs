//! What the bands hear: the signal split four ways, and how loud each part is.

use super::SPLITS;
use crate::dsp::block::Stream;
use crate::dsp::dynamics::grid::Grid;
use crate::dsp::dynamics::level::Level;
use crate::dsp::dynamics::split::{Energy, Split};
use crate::engine::settings::multiband::BANDS;
use wide::f64x2;

/// RMS windows of the bands: about one and a half periods of what is lowest in them.
const WINDOWS_MS: [f64; BANDS] = [25.0, 15.0, 10.0, 5.0];
/// Each split doubles what leaves it; the energies of the bands by that.
const SCALES: [f64; BANDS] = [1.0 / 4.0, 1.0 / 16.0, 1.0 / 64.0, 1.0 / 64.0];

#[derive(Debug)]
pub(super) struct Detector {
    splits: [Split; SPLITS],
    energies: [Energy; BANDS],
    levels: [Level; BANDS],
}

/// What one band heard in a step, as squared amplitudes, both channels together (their mean).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    pub(super) mean: f64,
    pub(super) peak: f64,
    /// That of the sine as loud as the band.
    pub(super) energy: f64,
}

impl Detector {
    pub(super) fn new(stream: Stream, grid: &Grid, splits_hz: [f64; SPLITS]) -> Self {
        Self {
            splits: splits_hz.map(|hz| Split::new(hz, stream.sample_rate_hz)),
            energies: [Energy::NONE; BANDS],
            levels: WINDOWS_MS.map(|window_ms| Level::new(grid.stream(stream), window_ms)),
        }
    }

    pub(super) fn reset(&mut self) {
        self.splits.iter_mut().for_each(Split::reset);
        self.energies = [Energy::NONE; BANDS];
        self.levels.iter_mut().for_each(Level::reset);
    }

    pub(super) fn tune(&mut self, splits_hz: [f64; SPLITS], rate_hz: f64) {
        for (split, hz) in self.splits.iter_mut().zip(splits_hz) {
            split.tune(hz, rate_hz);
        }
    }

    /// Listens to `frames`, and leaves nothing usable in them.
    pub(super) fn hear(&mut self, frames: &mut [f64x2]) {
        let [low, mid, high] = &mut self.splits;
        let [e1, e2, e3, e4] = &mut self.energies;
        low.pass_high(frames, e1);
        mid.pass_high(frames, e2);
        high.listen(frames, e3, e4);
    }

    /// The step of so many samples that is over.
    pub(super) fn take(&mut self, samples: usize) -> [Heard; BANDS] {
        let mut heard = [Heard::default(); BANDS];
        for (((heard, energy), level), scale) in heard
            .iter_mut()
            .zip(&mut self.energies)
            .zip(&mut self.levels)
            .zip(SCALES)
        {
            let [mean, peak] = energy.of_both(samples).map(|energy| energy * scale);
            *energy = Energy::NONE;
            *heard = Heard {
                mean,
                peak,
                energy: level.tick(mean, peak),
            };
        }
        heard
    }
}
