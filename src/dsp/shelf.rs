//! A low shelf whose gain moves: a state-variable filter that is exactly nothing at 0 dB.
//!
//! Zavalishin, *The Art of VA Filter Design*; Simper, "SVF using linear trapezoidal optimised".

use crate::dsp::svf::CORNER_SHARE_MAX;
use core::f64::consts::{LN_10, PI, SQRT_2};
use wide::f64x2;

/// `1/Q`: the steepest shelf that neither overshoots nor dips.
const DAMPING: f64 = SQRT_2;
/// States below this are silence: more than 300 dB down.
const SILENCE: f64 = 1e-18;

/// What moves with the gain: `g + damping`, `g`, `g / (1 + g (g + damping))`, and how much of the band
/// and low-pass outputs is added.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Coefficients {
    damped: f64,
    g: f64,
    scale: f64,
    band: f64,
    low: f64,
}

impl Coefficients {
    /// `tangent` is that of the corner; half of the gain is reached there.
    fn new(tangent: f64, gain_db: f64) -> Self {
        // The root of A, whose fourth power is the gain.
        let root = if gain_db == 0.0 {
            1.0
        } else {
            libm::exp(gain_db * (LN_10 / 80.0))
        };
        let a = root * root;
        let g = tangent / root;
        Self {
            damped: g + DAMPING,
            g,
            scale: g / (1.0 + g * (g + DAMPING)),
            band: DAMPING * (a - 1.0),
            low: a * a - 1.0,
        }
    }

    /// The way to `other` in so many steps.
    fn step_to(&self, other: &Self, steps: f64) -> Self {
        let part = 1.0 / steps;
        Self {
            damped: (other.damped - self.damped) * part,
            g: (other.g - self.g) * part,
            scale: (other.scale - self.scale) * part,
            band: (other.band - self.band) * part,
            low: (other.low - self.low) * part,
        }
    }
}

/// [`Coefficients`], the same for both channels.
struct Moving {
    damped: f64x2,
    g: f64x2,
    scale: f64x2,
    band: f64x2,
    low: f64x2,
}

const STILL: Coefficients = Coefficients {
    damped: 0.0,
    g: 0.0,
    scale: 0.0,
    band: 0.0,
    low: 0.0,
};

/// A second-order low shelf for two channels side by side. Its coefficients go from each aim to the next
/// along straight lines.
#[derive(Debug, Clone)]
pub struct LowShelf {
    tangent: f64,
    gain_db: f64,
    now: Coefficients,
    step: Coefficients,
    aim: Coefficients,
    s1: f64x2,
    s2: f64x2,
}

impl LowShelf {
    /// Stands at `gain_db` below `corner_hz`, which is clamped to 0.45 of the rate.
    pub fn new(corner_hz: f64, gain_db: f64, rate_hz: f64) -> Self {
        let tangent = tangent(corner_hz, rate_hz);
        let now = Coefficients::new(tangent, gain_db);
        Self {
            tangent,
            gain_db,
            now,
            step: STILL,
            aim: now,
            s1: f64x2::ZERO,
            s2: f64x2::ZERO,
        }
    }

    /// Back to silence, and at its aim.
    pub fn reset(&mut self) {
        self.land();
        self.s1 = f64x2::ZERO;
        self.s2 = f64x2::ZERO;
    }

    /// Moves the corner with the next aim.
    pub fn tune(&mut self, corner_hz: f64, rate_hz: f64) {
        self.tangent = tangent(corner_hz, rate_hz);
        // No number equals it: the next aim is computed.
        self.gain_db = f64::NAN;
    }

    /// Ends the last line exactly at its aim, and starts one to `gain_db` that takes `samples`.
    #[inline]
    pub fn aim(&mut self, gain_db: f64, samples: usize) {
        self.land();
        if gain_db != self.gain_db {
            self.gain_db = gain_db;
            self.aim = Coefficients::new(self.tangent, gain_db);
            self.step = self.now.step_to(&self.aim, samples as f64);
        }
        let [left, right] = (self.s1.abs() + self.s2.abs()).to_array();
        if left + right < SILENCE {
            self.s1 = f64x2::ZERO;
            self.s2 = f64x2::ZERO;
        }
    }

    fn land(&mut self) {
        self.now = self.aim;
        self.step = STILL;
    }

    /// Whether it changes nothing and is not about to.
    pub fn flat(&self) -> bool {
        self.gain_db == 0.0 && self.now == self.aim
    }

    /// In place.
    pub fn run(&mut self, frames: &mut [f64x2]) {
        let mut moving = Moving {
            damped: f64x2::splat(self.now.damped),
            g: f64x2::splat(self.now.g),
            scale: f64x2::splat(self.now.scale),
            band: f64x2::splat(self.now.band),
            low: f64x2::splat(self.now.low),
        };
        let step = self.step;
        let (mut s1, mut s2) = (self.s1, self.s2);
        let mut tick = |frame: &mut f64x2| {
            moving.damped += f64x2::splat(step.damped);
            moving.g += f64x2::splat(step.g);
            moving.scale += f64x2::splat(step.scale);
            moving.band += f64x2::splat(step.band);
            moving.low += f64x2::splat(step.low);
            let to_band = (*frame - s1 * moving.damped - s2) * moving.scale;
            let band = s1 + to_band;
            s1 = band + to_band;
            let to_low = band * moving.g;
            let low = s2 + to_low;
            s2 = low + to_low;
            *frame += band * moving.band + low * moving.low;
        };
        // By twos, so that the states need not move.
        let (twos, rest) = frames.as_chunks_mut();
        for [one, two] in twos {
            tick(one);
            tick(two);
        }
        rest.iter_mut().for_each(tick);
        (self.s1, self.s2) = (s1, s2);
        let first = |both: f64x2| both.to_array()[0];
        self.now = Coefficients {
            damped: first(moving.damped),
            g: first(moving.g),
            scale: first(moving.scale),
            band: first(moving.band),
            low: first(moving.low),
        };
    }

    /// Gain in dB at `hz` while the gain stands still, in closed form.
    pub fn response_db(corner_hz: f64, gain_db: f64, rate_hz: f64, hz: f64) -> f64 {
        let a = libm::pow(10.0, gain_db / 40.0);
        let warped = libm::tan(PI * (hz / rate_hz).clamp(0.0, 0.499_999));
        let w = warped * libm::sqrt(a) / tangent(corner_hz, rate_hz);
        let power = |constant: f64, damping: f64| {
            let (re, im) = (constant - w * w, damping * w);
            re * re + im * im
        };
        10.0 * libm::log10(power(a * a, DAMPING * a) / power(1.0, DAMPING))
    }
}

fn tangent(corner_hz: f64, rate_hz: f64) -> f64 {
    libm::tan(PI * (corner_hz / rate_hz).min(CORNER_SHARE_MAX))
}
