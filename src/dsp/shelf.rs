//! A low shelf whose gain moves: a state-variable filter that is exactly nothing at 0 dB.
//!
//! Zavalishin, *The Art of VA Filter Design*; Simper, "SVF using linear trapezoidal optimised".

use core::f64::consts::{LN_10, PI, SQRT_2};
use wide::f64x2;

/// Highest corner, as a share of the sample rate.
const CORNER_SHARE_MAX: f64 = 0.45;
/// `1/Q`: the steepest shelf that neither overshoots nor dips.
const DAMPING: f64 = SQRT_2;
/// States below this are silence: more than 300 dB down.
const SILENCE: f64 = 1e-18;

/// What moves with the gain: `g`, `1 / (1 + g (g + damping))`, and how much of the band and low-pass
/// outputs is added.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Coefficients {
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
            g,
            scale: 1.0 / (1.0 + g * (g + DAMPING)),
            band: DAMPING * (a - 1.0),
            low: a * a - 1.0,
        }
    }

    /// The way to `other` in so many steps.
    fn step_to(&self, other: &Self, steps: f64) -> Self {
        let part = 1.0 / steps;
        Self {
            g: (other.g - self.g) * part,
            scale: (other.scale - self.scale) * part,
            band: (other.band - self.band) * part,
            low: (other.low - self.low) * part,
        }
    }
}

const STILL: Coefficients = Coefficients {
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
        let Coefficients {
            g,
            scale,
            band,
            low,
        } = self.now;
        let step = self.step;
        let (mut g, mut scale) = (f64x2::splat(g), f64x2::splat(scale));
        let (mut band_part, mut low_part) = (f64x2::splat(band), f64x2::splat(low));
        let damping = f64x2::splat(DAMPING);
        let (mut s1, mut s2) = (self.s1, self.s2);
        for frame in frames {
            g += f64x2::splat(step.g);
            scale += f64x2::splat(step.scale);
            band_part += f64x2::splat(step.band);
            low_part += f64x2::splat(step.low);
            let high = (*frame - s1 * (g + damping) - s2) * scale;
            let to_band = high * g;
            let band = to_band + s1;
            s1 = band + to_band;
            let to_low = band * g;
            let low = to_low + s2;
            s2 = low + to_low;
            *frame += band * band_part + low * low_part;
        }
        (self.s1, self.s2) = (s1, s2);
        self.now = Coefficients {
            g: g.to_array()[0],
            scale: scale.to_array()[0],
            band: band_part.to_array()[0],
            low: low_part.to_array()[0],
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
