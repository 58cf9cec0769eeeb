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
//! *Bells* are 1 at 0 Hz and have value and zero slope at the centre. *Low shelves* have the analogue gain
//! at 0 Hz, at Nyquist and at the corner. Boosts match better than cuts, so a cut is the exact inverse of
//! the boost, and a high shelf is a low shelf of the opposite gain with a gain behind it.

use super::super::settings::equalizer::{FREQUENCY_HZ, Q, Shape, Slope};
use super::super::settings::range::Range;
use crate::dsp::svf::{CORNER_SHARE_MAX, Svf};
use core::f64::consts::{FRAC_1_SQRT_2, LN_10, PI, SQRT_2};

/// Highest frequency (in radians a sample) at which shelves and high cuts are matched in between 0 Hz and
/// Nyquist.
const MATCH_MAX: f64 = 2.6;

/// Where a band stands, with what of it only changes when it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Centre or corner in radians a sample.
    omega: f64,
    /// `tan(ω/2)`.
    pub(super) tan: f64,
    /// `tan²` of half the frequency in between at which shelves and high cuts are matched.
    match_tan_squared: f64,
    /// That frequency and Nyquist as multiples of the corner, squared.
    match_ratio_squared: f64,
    nyquist_ratio_squared: f64,
}

impl Place {
    /// At `hz`, kept within what can be built at this rate.
    pub(super) fn new(hz: f64, rate_hz: f64) -> Self {
        let omega = 2.0 * PI * hz.clamp(1e-6 * rate_hz, CORNER_SHARE_MAX * rate_hz) / rate_hz;
        let tan = libm::tan(0.5 * omega);
        let matched = omega.min(MATCH_MAX);
        let match_tan = if matched == omega {
            tan
        } else {
            libm::tan(0.5 * matched)
        };
        let squared = |x: f64| x * x;
        Self {
            omega,
            tan,
            match_tan_squared: squared(match_tan),
            match_ratio_squared: squared(matched / omega),
            nyquist_ratio_squared: squared(PI / omega),
        }
    }
}

/// One section, or two in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sections {
    pub(super) first: Svf,
    pub(super) second: Option<Svf>,
}

/// The sections of a shape. `slope` matters to cuts alone, `gain_db` to all others; with a gain of 0 it is
/// exactly a wire.
pub(super) fn sections(
    shape: Shape,
    slope: Slope,
    place: &Place,
    q: f64,
    gain_db: f64,
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
        Shape::LowCut => cut(slope, q, |q| low_cut(place, q), low_cut_gentle(place)),
        Shape::HighCut => cut(slope, q, |q| high_cut(place, q), high_cut_gentle(place)),
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
    f64::from(if value.is_nan() {
        range.default
    } else {
        value.clamp(range.min, range.max)
    })
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
    let energy_at = |xx: f64| {
        let bend = a * xx / (q * q);
        let [over, under] = [a - xx, 1.0 - a * xx];
        a * a * (over * over + bend) / (under * under + bend)
    };
    let low = a * a;
    let high = libm::sqrt(energy_at(place.nyquist_ratio_squared));
    let boost = Svf {
        g,
        k,
        high,
        band: matched_band(place, g, k, high, low, energy_at(place.match_ratio_squared)),
        low,
    };
    if gain_db > 0.0 {
        boost
    } else {
        boost.inverse()
    }
}

/// The band share that gives the section the energy at the frequency in between.
fn matched_band(place: &Place, g: f64, k: f64, high: f64, low: f64, energy: f64) -> f64 {
    let v = place.match_tan_squared / (g * g);
    let [under, over] = [1.0 - v, low - high * v];
    let band_squared = (energy * (under * under + k * k * v) - over * over) / v;
    // No more than a zero on the unit circle can be asked for.
    libm::sqrt(band_squared.max(0.0)).max(1e-3 * k * libm::sqrt(high * low))
}

/// `(A·s + 1) / (s + A)` with `A = √G`: half the gain down below, half up above, none at the frequency.
fn tilt(place: &Place, gain_db: f64) -> Svf {
    let a = gain_of(0.5 * gain_db.abs());
    if gain_db == 0.0 {
        return gentle(place.omega, 1.0, 1.0);
    }
    let low = 1.0 / a;
    let xx = place.nyquist_ratio_squared;
    let high = libm::sqrt((a * a * xx + 1.0) / (xx + a * a));
    let up = gentle(a * place.omega, low, high);
    if gain_db > 0.0 { up } else { up.inverse() }
}

/// A first-order section with its pole at `omega`, beside a pole and a zero that cancel each other.
fn gentle(omega: f64, low: f64, high: f64) -> Svf {
    let grown = libm::expm1(omega);
    let corner = grown / (grown + 2.0);
    let g = libm::sqrt(corner);
    Svf {
        g,
        k: (1.0 + corner) / g,
        high,
        band: (high + low * corner) / g,
        low,
    }
}

/// Butterworth sections of an order, the last pole pair of which has its quality scaled so that
/// `q = √½` leaves it as it is.
fn cut(slope: Slope, q: f64, pair: impl Fn(f64) -> Svf, gentle: Svf) -> Sections {
    let scale = q * SQRT_2;
    let [first, second] = match slope {
        Slope::Db6 => [gentle, gentle],
        Slope::Db12 => [pair(FRAC_1_SQRT_2 * scale); 2],
        Slope::Db18 => [gentle, pair(scale)],
        // 1/(2·cos(π/8)) and 1/(2·cos(3π/8)).
        Slope::Db24 => [
            pair(0.541_196_100_146_197),
            pair(1.306_562_964_876_376_5 * scale),
        ],
    };
    let steep = matches!(slope, Slope::Db18 | Slope::Db24);
    Sections {
        first,
        second: steep.then_some(second),
    }
}

/// `s² / (s² + s/Q + 1)`, both zeros at 0 Hz, with the analogue gain at the corner.
fn low_cut(place: &Place, q: f64) -> Svf {
    let [g, k] = poles(place.omega, 0.5 / q);
    let v = place.match_tan_squared / (g * g);
    let xx = place.match_ratio_squared;
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
    let [g, k] = poles(place.omega, 0.5 / q);
    let energy_at = |xx: f64| 1.0 / ((1.0 - xx) * (1.0 - xx) + xx / (q * q));
    let high = libm::sqrt(energy_at(place.nyquist_ratio_squared));
    Svf {
        g,
        k,
        high,
        band: matched_band(place, g, k, high, 1.0, energy_at(place.match_ratio_squared)),
        low: 1.0,
    }
}

/// `s / (s + 1)`, with the analogue gain at Nyquist.
fn low_cut_gentle(place: &Place) -> Svf {
    let xx = place.nyquist_ratio_squared;
    gentle(place.omega, 0.0, libm::sqrt(xx / (1.0 + xx)))
}

/// `1 / (s + 1)`, with the analogue gain at 0 Hz and Nyquist.
fn high_cut_gentle(place: &Place) -> Svf {
    let xx = place.nyquist_ratio_squared;
    gentle(place.omega, 1.0, libm::sqrt(1.0 / (1.0 + xx)))
}
