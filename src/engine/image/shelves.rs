//! The width: a broadband gain on the side and three low shelves at the splits, so that equal widths are
//! exactly flat and 100 % everywhere is the side itself.
//!
//! The shelves are state-variable filters (Simper, "SVF using linear trapezoidal optimised"; Zavalishin):
//! `y = x + k(A−1)·v1 + (A²−1)·v2` at `g/√A`, with A² the ratio of the widths beside the split.

use super::{SILENCE, SPLITS};
use crate::dsp::svf::CORNER_SHARE_MAX;
use crate::engine::settings::image::BANDS;
use core::f64::consts::{PI, SQRT_2};

/// Widths beside each other differ by at most 30 dB: what is narrower is mono to any ear, and the shelf
/// would reach far into its neighbour.
const RATIO_MIN: f64 = 0.031_622_776_601_683_79;

/// Gain of the side above all splits, and the factor by which it grows at each split on the way down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gains {
    pub(super) broadband: f64,
    pub(super) ratios: [f64; SPLITS],
}

impl Gains {
    /// Of widths from 0, low band to high.
    pub(super) fn of(widths: &[f64; BANDS]) -> Self {
        let widest = widths.iter().copied().fold(0.0, f64::max);
        if widest == 0.0 {
            return Self {
                broadband: 0.0,
                ratios: [1.0; SPLITS],
            };
        }
        let held = widths.map(|width| width.max(RATIO_MIN * widest));
        Self {
            broadband: held[BANDS - 1],
            ratios: core::array::from_fn(|split| held[split] / held[split + 1]),
        }
    }
}

/// Warped corner of a split.
pub(super) fn warped(hz: f64, rate_hz: f64) -> f64 {
    libm::tan(PI * (hz / rate_hz).min(CORNER_SHARE_MAX))
}

/// Coefficients c1, c2, c3 of the filter core, and the gains of v1 and v2.
pub(super) fn shelf(warped: f64, ratio: f64) -> [f64; 5] {
    let root = libm::sqrt(ratio);
    let g = warped / libm::sqrt(root);
    let c1 = 1.0 / (1.0 + g * (g + SQRT_2));
    [c1, g * c1, g * g * c1, SQRT_2 * (root - 1.0), ratio - 1.0]
}

#[derive(Debug, Clone, Copy)]
struct Shelf {
    now: [f64; 5],
    target: [f64; 5],
    /// Way of one sample.
    step: [f64; 5],
    states: [f64; 2],
}

impl Shelf {
    /// Does nothing now, nor at the end of the step.
    fn idle(&self) -> bool {
        self.now[4] == 0.0 && self.target[4] == 0.0
    }

    #[inline]
    fn tick([c1, c2, c3, m1, m2]: &[f64; 5], [s1, s2]: &mut [f64; 2], x: f64) -> f64 {
        let v3 = x - *s2;
        let v1 = c1 * *s1 + c2 * v3;
        let v2 = *s2 + c2 * *s1 + c3 * v3;
        *s1 = 2.0 * v1 - *s1;
        *s2 = 2.0 * v2 - *s2;
        x + (m1 * v1 + m2 * v2)
    }

    fn process(&mut self, samples: &mut [f64]) {
        let mut states = self.states;
        let mut now = self.now;
        if self.step == [0.0; 5] {
            for sample in samples {
                *sample = Self::tick(&now, &mut states, *sample);
            }
        } else {
            for sample in samples {
                for (now, step) in now.iter_mut().zip(&self.step) {
                    *now += step;
                }
                *sample = Self::tick(&now, &mut states, *sample);
            }
            self.now = now;
        }
        self.states = states;
    }
}

/// All shelves with their states.
#[derive(Debug)]
pub(super) struct Shelves {
    rate_hz: f64,
    warped: [f64; SPLITS],
    shelves: [Shelf; SPLITS],
    broadband: f64,
    broadband_target: f64,
    broadband_step: f64,
    /// What was aimed at last.
    widths: [f64; BANDS],
    /// Nothing is on its way.
    still: bool,
}

impl Shelves {
    pub(super) fn new(rate_hz: f64) -> Self {
        let nothing = Shelf {
            now: [0.0; 5],
            target: [0.0; 5],
            step: [0.0; 5],
            states: [0.0; 2],
        };
        Self {
            rate_hz,
            warped: [0.0; SPLITS],
            shelves: [nothing; SPLITS],
            broadband: 1.0,
            broadband_target: 1.0,
            broadband_step: 0.0,
            widths: [1.0; BANDS],
            still: false,
        }
    }

    /// At rest, standing at `widths`.
    pub(super) fn start(&mut self, splits_hz: &[f64; SPLITS], widths: &[f64; BANDS]) {
        self.set(splits_hz);
        self.aim(widths, 1);
        self.arrive();
        for shelf in &mut self.shelves {
            shelf.states = [0.0; 2];
        }
    }

    /// Other splits, from the next `aim` on.
    pub(super) fn set(&mut self, splits_hz: &[f64; SPLITS]) {
        self.warped = splits_hz.map(|hz| warped(hz, self.rate_hz));
        // Equal to nothing: the next aim is a new one.
        self.widths = [f64::NAN; BANDS];
    }

    /// Starts moving to `widths`, which shall be reached in `frames`.
    pub(super) fn aim(&mut self, widths: &[f64; BANDS], frames: usize) {
        // Arrived where it shall stay: every way of the step before was none.
        let stays = *widths == self.widths;
        if stays && self.still {
            self.rest();
            return;
        }
        self.still = stays;
        self.widths = *widths;
        let gains = Gains::of(widths);
        let share = 1.0 / frames as f64;
        self.broadband_target = gains.broadband;
        self.broadband_step = (gains.broadband - self.broadband) * share;
        for (split, shelf) in self.shelves.iter_mut().enumerate() {
            if gains.ratios[split] == 1.0 && shelf.now[4] == 0.0 {
                // Nothing to do: the next time it begins at rest.
                shelf.target[4] = 0.0;
                shelf.states = [0.0; 2];
                continue;
            }
            let target = self::shelf(self.warped[split], gains.ratios[split]);
            if shelf.idle() {
                // It stood elsewhere while it was of no use.
                shelf.now = self::shelf(self.warped[split], 1.0);
            }
            shelf.target = target;
            shelf.step = core::array::from_fn(|n| (target[n] - shelf.now[n]) * share);
        }
        self.rest();
    }

    /// States that fell silent are silent.
    fn rest(&mut self) {
        for shelf in &mut self.shelves {
            if shelf.states.iter().all(|state| state.abs() < SILENCE) {
                shelf.states = [0.0; 2];
            }
        }
    }

    /// The end of the way, exactly.
    pub(super) fn arrive(&mut self) {
        self.broadband = self.broadband_target;
        for shelf in &mut self.shelves {
            if !shelf.idle() {
                shelf.now = shelf.target;
            }
        }
    }

    /// Adds `w(side) − side` to `added`; whether there was anything to add.
    pub(super) fn process(&mut self, side: &[f64], added: &mut [f64]) -> bool {
        let flat = self.broadband_step == 0.0 && self.broadband == 1.0;
        if flat && self.shelves.iter().all(Shelf::idle) {
            return false;
        }
        let mut wide = [0.0; super::RUN_FRAMES];
        let wide = &mut wide[..side.len()];
        wide.copy_from_slice(side);
        for shelf in &mut self.shelves {
            if !shelf.idle() {
                shelf.process(wide);
            }
        }
        let mut gain = self.broadband;
        for ((added, side), wide) in added.iter_mut().zip(side).zip(wide) {
            gain += self.broadband_step;
            *added += gain * *wide - side;
        }
        self.broadband = gain;
        true
    }
}
