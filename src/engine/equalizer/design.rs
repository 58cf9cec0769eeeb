//! The filters of the shapes: digital sections whose magnitude follows the analogue curve to Nyquist.
//!
//! After M. Vicanek, "Matched Second Order Digital Filters" (2016): poles by impulse invariance, zeros by
//! matching the magnitude at chosen frequencies; written here in the numbers of [`Svf`], where nothing
//! cancels at low frequencies. With `T = tan²(ω/2)` the squared magnitude of a section is
//!
//! ```text
//! ((low·g² − high·T)² + band²·g²·T) / ((g² − T)² + k²·g²·T)
//! ```
//!
//! *Bells* are 1 at 0 Hz and have value and zero slope at the centre. *All else* has the analogue gain at
//! 0 Hz, at the corner and close to Nyquist. Boosts match better than cuts, so a cut is the exact inverse
//! of the boost, and a high shelf is a low shelf of the opposite gain with a gain behind it.

use super::super::settings::equalizer::{FREQUENCY_HZ, Q, Shape, Slope};
use super::super::settings::range::Range;
use crate::dsp::svf::{CORNER_SHARE_MAX, Svf};
use core::f64::consts::{FRAC_1_SQRT_2, LN_10, PI, SQRT_2};

/// Where magnitudes are matched, in radians a sample, with the tangents of their halves: at the corner or
/// at `NEAR` if that is lower, and at `FAR`. Two points below Nyquist serve 20 kHz at 44.1 and 48 kHz
/// better than Nyquist itself.
const NEAR: f64 = 2.2;
const NEAR_TAN: f64 = 1.9647596572486523;
const FAR: f64 = 2.7;
const FAR_TAN: f64 = 4.455221759562705;

/// Where a band stands, with what of it only changes when it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Centre or corner in radians a sample.
    omega: f64,
    /// `tan(ω/2)`.
    pub(super) tan: f64,
    near: Match,
    far: Match,
}

/// A frequency at which a magnitude is matched.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Match {
    tan_squared: f64,
    /// As a multiple of the corner, squared.
    ratio_squared: f64,
}

impl Place {
    /// At `hz`, kept within what can be built at this rate.
    pub(super) fn new(hz: f64, rate_hz: f64) -> Self {
        let omega = 2.0 * PI * hz.clamp(1e-6 * rate_hz, CORNER_SHARE_MAX * rate_hz) / rate_hz;
        let tan = libm::tan(0.5 * omega);
        let squared = |x: f64| x * x;
        let near = if omega < NEAR {
            Match {
                tan_squared: squared(tan),
                ratio_squared: 1.0,
            }
        } else {
            Match {
                tan_squared: squared(NEAR_TAN),
                ratio_squared: squared(NEAR / omega),
            }
        };
        let far = Match {
            tan_squared: squared(FAR_TAN),
            ratio_squared: squared(FAR / omega),
        };
        Self {
            omega,
            tan,
            near,
            far,
        }
    }
}

/// One section, or two in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sections {
    pub(super) first: Svf,
    pub(super) second: Option<Svf>,
}

/// The sections of a shape. `slope` and `amount` matter to cuts alone, `gain_db` to all others; with a gain
/// or an amount of 0 they are exactly wires.
pub(super) fn sections(
    shape: Shape,
    slope: Slope,
    place: &Place,
    q: f64,
    gain_db: f64,
    amount: f64,
) -> Sections {
    let one = |first| Sections {
        first,
        second: None,
    };
    match shape {
        Shape::Bell | Shape::BassNote => one(bell(place, q, gain_db)),
        Shape::LowShelf => one(low_shelf(place, q, gain_db)),
        Shape::HighShelf => one(low_shelf(place, q, -gain_db).scaled(gain_of(gain_db))),
        Shape::Tilt => one(tilt(place, gain_db)),
        Shape::LowCut => {
            let pair = |q| low_cut(place, q);
            cut(slope, q, amount, pair, low_cut_gentle(place))
        }
        Shape::HighCut => {
            let pair = |q| high_cut(place, q);
            cut(slope, q, amount, pair, high_cut_gentle(place))
        }
    }
}

/// A frequency within the range of the setting; a value that is no number is the default.
pub(super) fn frequency_hz(hz: f32) -> f64 {
    within(&FREQUENCY_HZ, hz)
}

/// A quality within the range of the setting.
pub(super) fn quality(q: f32) -> f64 {
    within(&Q, q)
}

/// The value within its range, but not onto its steps; the default for what is no number.
pub(super) fn within(range: &Range, value: f32) -> f64 {
    f64::from(range.held(value, 0.0))
}

/// Linear amplitude of a level in dB.
fn gain_of(gain_db: f64) -> f64 {
    libm::exp(gain_db * (LN_10 / 20.0))
}

/// `g` and `k` of the impulse-invariant poles of `s² + 2·damping·omega·s + omega²`: the half angle of
/// `tanh(p/2)`, in the form that loses no digits at low frequency.
fn poles(omega: f64, damping: f64) -> [f64; 2] {
    let half = HalfAngle::of(0.5 * omega * damping);
    let [over, under] = if damping < 1.0 {
        let (sin, cos) = libm::sincos(0.5 * omega * libm::sqrt(1.0 - damping * damping));
        [
            half.sinh * half.sinh + sin * sin,
            half.sinh * half.sinh + cos * cos,
        ]
    } else {
        let fast = damping + libm::sqrt(damping * damping - 1.0);
        let fast_half = HalfAngle::of(0.5 * omega * fast);
        let slow_half = HalfAngle::of(0.5 * omega / fast);
        [
            fast_half.sinh * slow_half.sinh,
            fast_half.cosh * slow_half.cosh,
        ]
    };
    let g = libm::sqrt(over / under);
    [g, 2.0 * half.sinh * half.cosh / (g * under)]
}

struct HalfAngle {
    sinh: f64,
    cosh: f64,
}

impl HalfAngle {
    fn of(x: f64) -> Self {
        let grown = libm::expm1(x);
        let back = grown / (grown + 1.0);
        Self {
            sinh: 0.5 * (grown + back),
            cosh: 1.0 + 0.5 * (grown - back),
        }
    }
}

/// `(s² + (√G/Q)·s + 1) / (s² + s/(√G·Q) + 1)`.
fn bell(place: &Place, q: f64, gain_db: f64) -> Svf {
    let root = gain_of(0.5 * gain_db.abs());
    let [g, k] = poles(place.omega, 0.5 / (root * q));
    if gain_db == 0.0 {
        return Svf::wire(g, k);
    }
    let energy = root * root * root * root;
    let u = g * g / (place.tan * place.tan);
    let high = libm::sqrt((energy - (energy - 1.0) * u * u).max(1.0));
    let band_squared = energy * (k * k - 2.0) + 2.0 * (energy - 1.0) * u + 2.0 * high;
    let boost = Svf {
        g,
        k,
        high,
        band: libm::sqrt(band_squared.max(1e-6 * k * k)),
        low: 1.0,
    };
    if gain_db > 0.0 {
        boost
    } else {
        boost.inverse()
    }
}

/// `A·(s² + (√A/Q)·s + A) / (A·s² + (√A/Q)·s + 1)` with `A = √G` (RBJ's cookbook).
fn low_shelf(place: &Place, q: f64, gain_db: f64) -> Svf {
    let a = gain_of(0.5 * gain_db.abs());
    let [g, k] = poles(place.omega / libm::sqrt(a), 0.5 / q);
    if gain_db == 0.0 {
        return Svf::wire(g, k);
    }
    let boost = matched(place, [g, k], a * a, |xx| {
        let bend = a * xx / (q * q);
        let [over, under] = [a - xx, 1.0 - a * xx];
        a * a * (over * over + bend) / (under * under + bend)
    });
    if gain_db > 0.0 {
        boost
    } else {
        boost.inverse()
    }
}

/// The section with these poles, this gain at 0 Hz, and the energy that the analogue curve has at the near
/// and the far frequency, each as the square of its multiple of the corner.
fn matched(place: &Place, poles: [f64; 2], low: f64, energy_at: impl Fn(f64) -> f64) -> Svf {
    let [g, k] = poles;
    // The energy over the poles' is low² + (band² − 2·low·high)·v + high²·v² with v = T/g².
    let at = |point: &Match| {
        let v = point.tan_squared / (g * g);
        let under = 1.0 - v;
        let over = energy_at(point.ratio_squared) * (under * under + k * k * v);
        (v, (over - low * low) / v)
    };
    let (near_v, near) = at(&place.near);
    let (far_v, far) = at(&place.far);
    let high_squared = ((far - near) / (far_v - near_v)).max(0.0);
    let high = libm::sqrt(high_squared);
    let band_squared = near - high_squared * near_v + 2.0 * low * high;
    Svf {
        g,
        k,
        high,
        band: libm::sqrt(band_squared.max(0.0)),
        low,
    }
}

/// `(A·s + 1) / (s + A)` with `A = √G`: half the gain down below, half up above, none at the frequency.
fn tilt(place: &Place, gain_db: f64) -> Svf {
    let a = gain_of(0.5 * gain_db.abs());
    let poles = gentle_poles(a * place.omega);
    if gain_db == 0.0 {
        return Svf::wire(poles[0], poles[1]);
    }
    let up = matched(place, poles, 1.0 / a, |xx| {
        (a * a * xx + 1.0) / (xx + a * a)
    });
    if gain_db > 0.0 { up } else { up.inverse() }
}

/// `g` and `k` of a pole at `omega` beside one that only lends a zero to match with.
fn gentle_poles(omega: f64) -> [f64; 2] {
    let grown = libm::expm1(omega);
    let corner = grown / (grown + 2.0);
    let g = libm::sqrt(corner);
    [g, (1.0 + corner) / g]
}

/// Butterworth sections of an order, the last pole pair of which has its quality scaled so that
/// `q = √½` leaves it as it is.
///
/// Less than the whole `amount` moves the zeros from the edge of the spectrum towards the poles, so that
/// the cut becomes a minimum-phase shelf; with `r = 1 − amount` its floor is `r` to the power of the order.
/// The squared magnitude of a cut of 6 or 12 dB/oct, and of any Butterworth cut, goes on the straight line
/// from the whole cut's, `C`, to 1: `C + r^(2·order)·(1 − C)`. Steep ones that resonate stay above it.
fn cut(slope: Slope, q: f64, amount: f64, pair: impl Fn(f64) -> Svf, gentle: Svf) -> Sections {
    let scale = q * SQRT_2;
    let rest = 1.0 - amount;
    let squared = rest * rest;
    let order = match slope {
        Slope::Db6 => 1,
        Slope::Db12 => 2,
        Slope::Db18 => 3,
        Slope::Db24 => 4,
    };
    let gentle = || partial(&gentle, squared, 0.0);
    // The straight line for each section alone would have the product overshoot where one resonates: its
    // zeros are bent so that together they lie like a Butterworth filter's poles.
    let [near, far] =
        [squared, libm::pow(squared, f64::from(order))].map(|x| x - squared * squared);
    let pair = |flat_q: f64, scale: f64| {
        let q = flat_q * scale;
        let [flat, own] = [1.0 / (flat_q * flat_q), 1.0 / (q * q)];
        let bend = near * (own.min(2.0).max(flat) - 2.0) + far * (own - flat).min(0.0);
        partial(&pair(q), squared * squared, bend)
    };
    // 1/(2·cos(π/8)) and 1/(2·cos(3π/8)).
    let [damped_q, resonant_q] = [0.541_196_100_146_197, 1.306_562_964_876_376_5];
    let (first, second) = match slope {
        Slope::Db6 => (gentle(), None),
        Slope::Db12 => (pair(FRAC_1_SQRT_2, scale), None),
        Slope::Db18 => (gentle(), Some(pair(1.0, scale))),
        Slope::Db24 => (pair(damped_q, 1.0), Some(pair(resonant_q, scale))),
    };
    Sections { first, second }
}

/// The minimum-phase section whose squared magnitude has a share of `kept` of a wire and the rest of `cut`,
/// and `bend` more in the middle of its numerator (see [`matched`]).
fn partial(cut: &Svf, kept: f64, bend: f64) -> Svf {
    if kept == 0.0 {
        return *cut;
    }
    if kept == 1.0 {
        return Svf::wire(cut.g, cut.k);
    }
    let between = |cut: f64, wire: f64| cut + kept * (wire - cut);
    let low = libm::sqrt(between(cut.low * cut.low, 1.0));
    let high = libm::sqrt(between(cut.high * cut.high, 1.0));
    let cut_middle = cut.band * cut.band - 2.0 * cut.low * cut.high;
    let middle = between(cut_middle, cut.k * cut.k - 2.0) + bend;
    Svf {
        high,
        band: libm::sqrt((middle + 2.0 * low * high).max(0.0)),
        low,
        ..*cut
    }
}

/// `s² / (s² + s/Q + 1)`, both zeros at 0 Hz, with the analogue gain at the near frequency.
fn low_cut(place: &Place, q: f64) -> Svf {
    let [g, k] = poles(place.omega, 0.5 / q);
    let v = place.near.tan_squared / (g * g);
    let xx = place.near.ratio_squared;
    let energy = xx * xx / ((1.0 - xx) * (1.0 - xx) + xx / (q * q));
    let under = 1.0 - v;
    Svf {
        g,
        k,
        high: libm::sqrt(energy * (under * under + k * k * v)) / v,
        band: 0.0,
        low: 0.0,
    }
}

/// `1 / (s² + s/Q + 1)`.
fn high_cut(place: &Place, q: f64) -> Svf {
    matched(place, poles(place.omega, 0.5 / q), 1.0, |xx| {
        1.0 / ((1.0 - xx) * (1.0 - xx) + xx / (q * q))
    })
}

/// `s / (s + 1)`.
fn low_cut_gentle(place: &Place) -> Svf {
    matched(place, gentle_poles(place.omega), 0.0, |xx| xx / (1.0 + xx))
}

/// `1 / (s + 1)`.
fn high_cut_gentle(place: &Place) -> Svf {
    matched(place, gentle_poles(place.omega), 1.0, |xx| 1.0 / (1.0 + xx))
}
