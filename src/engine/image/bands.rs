//! What the guard hears: energies of mid and side in the four bands, K-weighted.
//!
//! The band filters are second-order Butterworth pairs in a tree, whose powers add up to one at every
//! frequency: no energy is counted twice or lost. Single precision is plenty for energies, and lets mid
//! and side of two branches share one vector; so is half of 44.1 kHz, to which the mean of a few frames
//! brings the rate. What lies above counts less, in mid and side alike.

use super::SPLITS;
use super::shelves::warped;
use crate::dsp::block::Stream;
use crate::dsp::weighted::WeightedLanes;
use crate::engine::settings::image::BANDS;
use core::f64::consts::SQRT_2;
use wide::f32x4;

/// Rate of the energies, about.
const RATE_HZ: f64 = 24e3;
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
    /// Rate of the energies.
    rate_hz: f64,
    /// Frames of sound to one of them, and how many are missing in the sum of the open one.
    frames: u32,
    missing: u32,
    open: [f64; 2],
    weighting: WeightedLanes,
    middle: Lanes,
    /// Lanes 0 and 2 split the lower half of mid and side, 1 and 3 the upper.
    ends: Lanes,
    /// Mid², side², mid·side of four bands: the parts below the splits of `ends` in lanes 0 and 2, those
    /// above in 1 and 3.
    sums: [f32x4; 3],
    grid_steps: u32,
    grid_steps_done: u32,
}

impl Bands {
    /// For a stream whose control points lie `grid_frames` apart.
    pub(super) fn new(stream: Stream, grid_frames: usize) -> Self {
        let steps = libm::round(STEP_MS * 1e-3 * stream.sample_rate_hz / grid_frames as f64);
        let frames = libm::round(stream.sample_rate_hz / RATE_HZ).max(1.0);
        let rate_hz = stream.sample_rate_hz / frames;
        Self {
            rate_hz,
            frames: frames as u32,
            missing: frames as u32,
            open: [0.0; 2],
            weighting: WeightedLanes::new(Stream::new(rate_hz)),
            middle: Lanes::new(),
            ends: Lanes::new(),
            sums: [f32x4::ZERO; 3],
            grid_steps: steps.max(1.0) as u32,
            grid_steps_done: 0,
        }
    }

    /// As good as new.
    pub(super) fn reset(&mut self, splits_hz: &[f64; SPLITS]) {
        self.missing = self.frames;
        self.open = [0.0; 2];
        self.weighting.reset();
        self.middle = Lanes::new();
        self.ends = Lanes::new();
        self.sums = [f32x4::ZERO; 3];
        self.grid_steps_done = 0;
        self.set(splits_hz);
    }

    /// Other splits.
    pub(super) fn set(&mut self, splits_hz: &[f64; SPLITS]) {
        let [low, mid, high] = splits_hz.map(|hz| warped(hz, self.rate_hz));
        self.middle.set([mid; 4]);
        self.ends.set([low, high, low, high]);
    }

    /// Frames of the open step.
    pub(super) fn listen(&mut self, mid: &[f64], side: &[f64]) {
        let mut weighting = self.weighting.clone();
        let (mut middle, mut ends) = (self.middle, self.ends);
        let [mut mids, mut sides, mut crosses] = self.sums;
        let share = 1.0 / f64::from(self.frames);
        let [mut open_mid, mut open_side] = self.open;
        let mut missing = self.missing;
        for (&mid, &side) in mid.iter().zip(side) {
            open_mid += mid;
            open_side += side;
            missing -= 1;
            if missing > 0 {
                continue;
            }
            missing = self.frames;
            let (mid, side) = ((open_mid * share) as f32, (open_side * share) as f32);
            (open_mid, open_side) = (0.0, 0.0);
            let frame = weighting.tick(f32x4::from([mid, side, mid, side]));
            let [below, above] = middle.tick(frame);
            let [lows, highs] = ends.tick(below.unpack_lo(above));
            let (mid, side) = (lows.unpack_lo(highs), lows.unpack_hi(highs));
            mids += mid * mid;
            sides += side * side;
            crosses += mid * side;
        }
        (self.open, self.missing) = ([open_mid, open_side], missing);
        (self.middle, self.ends) = (middle, ends);
        self.weighting = weighting;
        self.sums = [mids, sides, crosses];
    }

    /// At each control point: what was heard, when it is time.
    pub(super) fn take(&mut self) -> Option<Energies> {
        self.grid_steps_done += 1;
        if self.grid_steps_done < self.grid_steps {
            return None;
        }
        self.grid_steps_done = 0;
        let [mid, side, cross] = self.sums.map(|lanes| lanes.to_array().map(f64::from));
        self.sums = [f32x4::ZERO; 3];
        Some(Energies { mid, side, cross })
    }
}
