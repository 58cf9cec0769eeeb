//! How loud it is in a band: its own filter, an energy that does not ripple, and a static curve.

use super::super::settings::equalizer::Shape;
use super::design::Place;
use crate::dsp::svf::{left_right, mid_side};
use crate::dsp::units::one_pole_feedback;
use core::f64::consts::{LN_2, LN_10, SQRT_2};
use wide::f64x2;

/// Time constant of the mean as a share of the period of the band's lower edge.
const MEAN_PERIODS: f64 = 0.75;
const MEAN_MS_MAX: f64 = 30.0;
/// A low shelf hears everything down to the lowest note.
const LOW_MEAN_MS: f64 = 20.0;
/// A single peak, as the mean of one grid step, counts so much less (as energy) than what lasts: −3.01 dB.
const PEAK_SHARE: f64 = 0.5;
/// Silence.
const ENERGY_MIN: f64 = 1e-30;
/// Width of the bend around the threshold.
const KNEE_DB: f64 = 6.0;

/// What is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ear {
    /// Around the centre of a bell.
    Around,
    /// Below the corner of a low shelf.
    Below,
    /// Above the corner of a high shelf or the pivot of a tilt.
    Above,
}

/// Level of one band, read on the control grid: the mean or the peaks, whichever is higher.
///
/// A sine in the band, in all it listens to, reads its peak amplitude in dBFS.
#[derive(Debug, Clone)]
pub(super) struct Detector {
    ear: Ear,
    g: f64,
    damping: f64,
    slope: f64,
    hidden: f64,
    rise: f64,
    s1: f64x2,
    s2: f64x2,
    sum: f64x2,
    mean: f64,
    held: f64,
}

impl Detector {
    pub(super) fn new() -> Self {
        Self {
            ear: Ear::Around,
            g: 1.0,
            damping: 2.0,
            slope: 1.0 / 3.0,
            hidden: 1.0 / 3.0,
            rise: 1.0,
            s1: f64x2::ZERO,
            s2: f64x2::ZERO,
            sum: f64x2::ZERO,
            mean: 0.0,
            held: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.s1 = f64x2::ZERO;
        self.s2 = f64x2::ZERO;
        self.sum = f64x2::ZERO;
        self.mean = 0.0;
        self.held = 0.0;
    }

    /// Listens as `shape` asks, at `hz`, which is at `place`.
    pub(super) fn aim(&mut self, shape: Shape, place: &Place, hz: f64, q: f64, grid_rate_hz: f64) {
        self.ear = match shape {
            Shape::Bell | Shape::BassNote => Ear::Around,
            Shape::LowShelf | Shape::HighCut => Ear::Below,
            Shape::HighShelf | Shape::LowCut | Shape::Tilt => Ear::Above,
        };
        let (k, mean_ms) = match self.ear {
            Ear::Around => {
                let half = 0.5 / q;
                let edge_hz = hz * (libm::sqrt(1.0 + half * half) - half);
                (1.0 / q, 1e3 * MEAN_PERIODS / edge_hz)
            }
            Ear::Below => (SQRT_2, LOW_MEAN_MS),
            Ear::Above => (SQRT_2, 1e3 * MEAN_PERIODS / hz),
        };
        self.g = place.tan;
        self.damping = self.g + k;
        self.hidden = 1.0 / (1.0 + self.g * self.damping);
        self.slope = self.g * self.hidden;
        self.rise = 1.0 - one_pole_feedback(mean_ms.min(MEAN_MS_MAX), grid_rate_hz);
    }

    /// Hears `frames`.
    pub(super) fn listen(&mut self, frames: &[f64x2]) {
        match self.ear {
            // For a sine at any frequency the low-pass times the high-pass is minus the square of the
            // band-pass a quarter period later: together they are its envelope squared, without ripple.
            Ear::Around => self.run(frames, |high, band, low| band * band - high * low),
            Ear::Below => self.run(frames, |_, _, low| low * low),
            Ear::Above => self.run(frames, |high, _, _| high * high),
        }
    }

    #[inline(always)]
    fn run(&mut self, frames: &[f64x2], energy: impl Fn(f64x2, f64x2, f64x2) -> f64x2) {
        let g = f64x2::splat(self.g);
        let damping = f64x2::splat(self.damping);
        let hidden = f64x2::splat(self.hidden);
        let (mut s1, mut s2) = (self.s1, self.s2);
        let mut sum = self.sum;
        let mut hear = |x: f64x2| {
            let high = hidden * (x - damping * s1 - s2);
            let rise1 = g * high;
            let band = s1 + rise1;
            s1 = band + rise1;
            let rise2 = g * band;
            let low = s2 + rise2;
            s2 = low + rise2;
            sum += energy(high, band, low);
        };
        let fours = frames.chunks_exact(4);
        let rest = fours.remainder();
        fours.for_each(|four| four.iter().for_each(|&x| hear(x)));
        rest.iter().for_each(|&x| hear(x));
        (self.s1, self.s2) = (s1, s2);
        self.sum = sum;
    }

    /// The level in dBFS after a grid step of `samples`; `weights` say how the lanes' energies add up.
    pub(super) fn level_db(&mut self, weights: [f64; 2], samples: usize) -> f64 {
        let [first, second] = core::mem::replace(&mut self.sum, f64x2::ZERO).to_array();
        let mean = (weights[0] * first + weights[1] * second) / samples as f64;
        self.mean += (mean - self.mean) * self.rise;
        self.held = (self.held - self.held * self.rise).max(mean);
        let k = self.damping - self.g;
        let share = match self.ear {
            Ear::Around => k * k,
            // The energy of a sine is half its peak's.
            Ear::Below | Ear::Above => 2.0,
        };
        let energy = share * self.mean.max(self.held * PEAK_SHARE);
        energy_to_db(energy.max(ENERGY_MIN))
    }

    pub(super) fn turn_to_mid_side(&mut self) {
        self.s1 = mid_side(self.s1);
        self.s2 = mid_side(self.s2);
        // Of both lanes only the sum is asked for, and in mid and side it is half as large.
        let [left, right] = self.sum.to_array();
        self.sum = f64x2::new([0.5 * (left + right), 0.0]);
    }

    pub(super) fn turn_to_left_right(&mut self) {
        self.s1 = left_right(self.s1);
        self.s2 = left_right(self.s2);
        let [mid, side] = self.sum.to_array();
        self.sum = f64x2::splat(mid + side);
    }

    /// Takes what has rung out for silence.
    pub(super) fn settle(&mut self) {
        let most = self.s1.abs().max(self.s2.abs()).to_array();
        if most[0] < 1e-30 && most[1] < 1e-30 && self.mean < 1e-60 && self.held < 1e-60 {
            self.reset();
        }
    }
}

/// Level in dB of an energy of a normal number above zero, within 1e-7 dB: `ln m = 2·atanh((m−1)/(m+1))` of
/// the mantissa, by four terms of its series.
fn energy_to_db(energy: f64) -> f64 {
    let bits = energy.to_bits();
    // From √½ to √2, where the series converges fastest.
    let shifted = bits.wrapping_add(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    let exponent = (shifted >> 52) as i32 - 1023;
    let mantissa = f64::from_bits(bits.wrapping_sub(((exponent as i64) << 52) as u64));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let tt = t * t;
    let series = 1.0 + tt * (1.0 / 3.0 + tt * (1.0 / 5.0 + tt * (1.0 / 7.0 + tt / 9.0)));
    (10.0 / LN_10) * (2.0 * t * series + LN_2 * f64::from(exponent))
}

/// Where the level wants the band to move, in dB: from `threshold_db` on, `slope` (`1 − 1/ratio`) for each
/// dB, as far as `range_db` and in its direction, bent softly around the threshold (the knee of
/// Giannoulis, Massberg & Reiss, JAES 60(6), 2012).
pub(super) fn static_move_db(level_db: f64, threshold_db: f64, slope: f64, range_db: f64) -> f64 {
    let over = level_db - threshold_db;
    let bent = if over <= -0.5 * KNEE_DB {
        return 0.0;
    } else if over < 0.5 * KNEE_DB {
        let in_knee = over + 0.5 * KNEE_DB;
        in_knee * in_knee / (2.0 * KNEE_DB)
    } else {
        over
    };
    libm::copysign((bent * slope).min(range_db.abs()), range_db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_logarithm_is_a_logarithm() {
        for n in -2990..=600 {
            let energy = libm::pow(10.0, f64::from(n) * 0.01);
            let error_db = energy_to_db(energy) - 10.0 * libm::log10(energy);
            assert!(error_db.abs() < 1e-7, "{energy}: {error_db}");
        }
    }
}
