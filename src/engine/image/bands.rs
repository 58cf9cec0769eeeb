//! What the guard hears: energies of mid and side in the four bands, K-weighted.
//!
//! The band filters are second-order Butterworth pairs in a tree, whose powers add up to one at every
//! frequency: no energy is counted twice or lost. Single precision is plenty for energies, and lets mid
//! and side of two branches share one vector.

use super::SPLITS;
use super::shelves::warped;
use crate::dsp::block::Stream;
use crate::dsp::weighted::WeightedLanes;
use crate::engine::settings::image::BANDS;
use core::f64::consts::SQRT_2;
use wide::f32x4;

/// How often the guard is told.
pub(super) const STEP_MS: f64 = 10.0;

/// Sums over frames of mid², side² and mid·side, per band.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Energies {
    pub(super) mid: [f64; BANDS],
    pub(super) side: [f64; BANDS],
    pub(super) cross: [f64; BANDS],
}

/// State-variable filters in four lanes.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    c1: f32x4,
    c2: f32x4,
    c3: f32x4,
    s1: f32x4,
    s2: f32x4,
}

impl Lanes {
    fn new() -> Self {
        let zero = f32x4::ZERO;
        Self {
            c1: zero,
            c2: zero,
            c3: zero,
            s1: zero,
            s2: zero,
        }
    }

    fn set(&mut self, warped: [f64; 4]) {
        let c1 = warped.map(|g| 1.0 / (1.0 + g * (g + SQRT_2)));
        let lanes = |power: i32| {
            f32x4::from(core::array::from_fn(|lane| {
                let g: f64 = warped[lane];
                (c1[lane] * (0..power).map(|_| g).product::<f64>()) as f32
            }))
        };
        self.c1 = lanes(0);
        self.c2 = lanes(1);
        self.c3 = lanes(2);
    }

    /// Low-pass and high-pass.
    #[inline]
    fn tick(&mut self, x: f32x4) -> [f32x4; 2] {
        let v3 = x - self.s2;
        let v1 = self.c1 * self.s1 + self.c2 * v3;
        let v2 = self.s2 + self.c2 * self.s1 + self.c3 * v3;
        self.s1 = v1 + v1 - self.s1;
        self.s2 = v2 + v2 - self.s2;
        [v2, x - v2 - f32x4::splat(SQRT_2 as f32) * v1]
    }
}

/// Listens to mid and side.
#[derive(Debug)]
pub(super) struct Bands {
    rate_hz: f64,
    weighting: WeightedLanes,
    middle: Lanes,
    /// Lanes 0 and 1 split the lower half, 2 and 3 the upper.
    ends: Lanes,
    /// Squares and mid·side, of what is below the splits of `ends` and what is above.
    sums: [[f32x4; 2]; 2],
    grid_steps: u32,
    grid_steps_done: u32,
}

impl Bands {
    /// For a stream whose control points lie `grid_frames` apart.
    pub(super) fn new(stream: Stream, grid_frames: usize) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let steps = libm::round(STEP_MS * 1e-3 * rate_hz / grid_frames as f64);
        Self {
            rate_hz,
            weighting: WeightedLanes::new(stream),
            middle: Lanes::new(),
            ends: Lanes::new(),
            sums: [[f32x4::ZERO; 2]; 2],
            grid_steps: steps.max(1.0) as u32,
            grid_steps_done: 0,
        }
    }

    /// As good as new.
    pub(super) fn reset(&mut self, splits_hz: &[f64; SPLITS]) {
        self.weighting.reset();
        self.middle = Lanes::new();
        self.ends = Lanes::new();
        self.sums = [[f32x4::ZERO; 2]; 2];
        self.grid_steps_done = 0;
        self.set(splits_hz);
    }

    /// Other splits.
    pub(super) fn set(&mut self, splits_hz: &[f64; SPLITS]) {
        let [low, mid, high] = splits_hz.map(|hz| warped(hz, self.rate_hz));
        self.middle.set([mid; 4]);
        self.ends.set([low, low, high, high]);
    }

    /// At most [`super::RUN_FRAMES`] frames.
    pub(super) fn listen(&mut self, mid: &[f64], side: &[f64]) {
        let mut frames = [f32x4::ZERO; super::RUN_FRAMES];
        let frames = &mut frames[..mid.len()];
        for (frame, (&mid, &side)) in frames.iter_mut().zip(mid.iter().zip(side)) {
            let (mid, side) = (mid as f32, side as f32);
            *frame = f32x4::from([mid, side, mid, side]);
        }
        self.weighting.weigh(frames);
        let (mut middle, mut ends) = (self.middle, self.ends);
        let [[mut low, mut low_cross], [mut high, mut high_cross]] = self.sums;
        for frame in frames {
            let [below, above] = middle.tick(*frame);
            let (below, above) = (below.to_array(), above.to_array());
            let halves = f32x4::from([below[0], below[1], above[0], above[1]]);
            let [lows, highs] = ends.tick(halves);
            low += lows * lows;
            high += highs * highs;
            low_cross += lows * swapped(lows);
            high_cross += highs * swapped(highs);
        }
        (self.middle, self.ends) = (middle, ends);
        self.sums = [[low, low_cross], [high, high_cross]];
    }

    /// At each control point: what was heard, when it is time.
    pub(super) fn take(&mut self) -> Option<Energies> {
        self.grid_steps_done += 1;
        if self.grid_steps_done < self.grid_steps {
            return None;
        }
        self.grid_steps_done = 0;
        let [low, high] = self
            .sums
            .map(|sums| sums.map(|lanes| lanes.to_array().map(f64::from)));
        self.sums = [[f32x4::ZERO; 2]; 2];
        let bands = |of: usize, lane: usize| {
            [
                low[of][lane],
                high[of][lane],
                low[of][lane + 2],
                high[of][lane + 2],
            ]
        };
        Some(Energies {
            mid: bands(0, 0),
            side: bands(0, 1),
            cross: bands(1, 0),
        })
    }
}

/// Mid and side exchanged.
#[inline]
fn swapped(lanes: f32x4) -> f32x4 {
    let [a, b, c, d] = lanes.to_array();
    f32x4::from([b, a, d, c])
}
