//! One band alone: fourth-order Linkwitz–Riley filters at the multiband's splits. They are steeper than
//! the multiband's own, so that a band is heard and not its neighbour.

use crate::dsp::block::Stream;
use crate::dsp::glide::Glide;
use crate::dsp::svf::CORNER_SHARE_MAX;
use crate::engine::settings::multiband::BANDS;
use core::f64::consts::{PI, SQRT_2};

/// Splits between the bands.
pub(super) const SPLITS: usize = BANDS - 1;
const GLIDE_MS: f64 = 50.0;
/// States below this (−300 dBFS) are silence.
const SILENCE: f64 = 1e-15;

/// Two second-order Butterworth filters in series, for left and right.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    states: [[[f64; 2]; 2]; 2],
}

impl Pair {
    /// The low-pass where `low`, else the high-pass.
    #[inline]
    fn tick(&mut self, [c1, c2, c3]: [f64; 3], low: bool, mut x: [f64; 2]) -> [f64; 2] {
        for [s1, s2] in &mut self.states {
            for c in 0..2 {
                let v3 = x[c] - s2[c];
                let v1 = c1 * s1[c] + c2 * v3;
                let v2 = s2[c] + c2 * s1[c] + c3 * v3;
                s1[c] = 2.0 * v1 - s1[c];
                s2[c] = 2.0 * v2 - s2[c];
                x[c] = if low { v2 } else { x[c] - SQRT_2 * v1 - v2 };
            }
        }
        x
    }
}

/// The filters of all bands.
#[derive(Debug)]
pub(super) struct Solo {
    rate_hz: f64,
    /// They tick at each control point.
    splits_hz: [Glide; SPLITS],
    coefficients: [[f64; 3]; SPLITS],
    /// Per band the high-pass at its lower end and the low-pass at its upper.
    bands: [[Pair; 2]; BANDS],
}

impl Solo {
    pub(super) fn new(stream: Stream, slots: Stream, splits_hz: [f32; SPLITS]) -> Self {
        let mut solo = Self {
            rate_hz: stream.sample_rate_hz,
            splits_hz: splits_hz.map(|hz| Glide::new(slots, GLIDE_MS, hz)),
            coefficients: [[0.0; 3]; SPLITS],
            bands: [[Pair::default(); 2]; BANDS],
        };
        solo.tune();
        solo
    }

    /// Other splits.
    pub(super) fn set(&mut self, splits_hz: [f32; SPLITS]) {
        for (glide, hz) in self.splits_hz.iter_mut().zip(splits_hz) {
            if hz.is_finite() {
                glide.set(hz.clamp(1.0, 1e5));
            }
        }
    }

    /// A band begins at rest.
    pub(super) fn start(&mut self, band: usize) {
        if let Some(pairs) = self.bands.get_mut(band) {
            *pairs = [Pair::default(); 2];
        }
    }

    /// Glides land.
    pub(super) fn reset(&mut self) {
        self.splits_hz.iter_mut().for_each(Glide::reset);
        self.bands = [[Pair::default(); 2]; BANDS];
        self.tune();
    }

    fn tune(&mut self) {
        for (coefficients, hz) in self.coefficients.iter_mut().zip(&self.splits_hz) {
            let share = (f64::from(hz.value()) / self.rate_hz).min(CORNER_SHARE_MAX);
            let g = libm::tan(PI * share);
            let c1 = 1.0 / (1.0 + g * (g + SQRT_2));
            *coefficients = [c1, g * c1, g * g * c1];
        }
    }

    /// The next control point.
    pub(super) fn step(&mut self) {
        if self.splits_hz.iter().any(|hz| !hz.settled()) {
            for hz in &mut self.splits_hz {
                hz.tick();
            }
            self.tune();
        }
        for pair in self.bands.iter_mut().flatten() {
            if pair
                .states
                .iter()
                .flatten()
                .flatten()
                .all(|s| s.abs() < SILENCE)
            {
                *pair = Pair::default();
            }
        }
    }

    /// One frame of one band.
    #[inline]
    pub(super) fn tick(&mut self, band: usize, x: [f64; 2]) -> [f64; 2] {
        let [high, low] = &mut self.bands[band];
        let x = match band.checked_sub(1) {
            Some(split) => high.tick(self.coefficients[split], false, x),
            None => x,
        };
        match self.coefficients.get(band) {
            Some(&coefficients) => low.tick(coefficients, true, x),
            None => x,
        }
    }
}
