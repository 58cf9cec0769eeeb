//! The K-weighting of ITU-R BS.1770-5, Annex 1, for left and right at once.
//!
//! The standard tabulates two biquads at 48 kHz. For any other rate they are derived from the analogue
//! prototypes behind that table, with the constants that libebur128 found for them. The high-pass keeps
//! the table's numerator 1, −2, 1, which alone would shift the level with the rate (−0.022 dB at
//! 96 kHz): its gain is set so that 997 Hz reads the same at every rate.

use core::f64::consts::PI;

/// Where the level is the same at every rate; also the standard's calibration tone.
const REFERENCE_HZ: f64 = 997.0;
/// The rate of the standard's table.
const TABLE_RATE_HZ: f64 = 48_000.0;

const SHELF_HZ: f64 = 1_681.974_450_955_533;
const SHELF_DB: f64 = 3.999_843_853_973_347;
const SHELF_Q: f64 = 0.707_175_236_955_419_6;
const SHELF_BAND_EXPONENT: f64 = 0.499_666_774_154_541_6;
const HIGH_PASS_HZ: f64 = 38.135_470_876_024_44;
const HIGH_PASS_Q: f64 = 0.500_327_037_323_877_3;

/// Power that the weighting lets through at `hz`, by its analogue prototypes: what the filters do at any rate
/// far above it.
pub fn k_weighting_power(hz: f64) -> f64 {
    let low = (hz / HIGH_PASS_HZ) * (hz / HIGH_PASS_HZ);
    let high_pass = low * low / ((1.0 - low) * (1.0 - low) + low / (HIGH_PASS_Q * HIGH_PASS_Q));
    let x = (hz / SHELF_HZ) * (hz / SHELF_HZ);
    let gain = libm::pow(10.0, SHELF_DB / 20.0);
    let band = libm::pow(gain, SHELF_BAND_EXPONENT);
    let over_q2 = x / (SHELF_Q * SHELF_Q);
    // |Vh·s² + Vb·s/Q + 1|² / |s² + s/Q + 1|²
    let above = (1.0 - gain * x) * (1.0 - gain * x) + band * band * over_q2;
    let below = (1.0 - x) * (1.0 - x) + over_q2;
    high_pass * above / below
}

/// Numerator and denominator of `(b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

impl Biquad {
    fn shelf(sample_rate_hz: f64) -> Self {
        // Below 3.7 kHz the corner would lie beyond Nyquist and the filter be unstable.
        let k = libm::tan(PI * (SHELF_HZ / sample_rate_hz).min(0.45));
        let high = libm::pow(10.0, SHELF_DB / 20.0);
        let band = libm::pow(high, SHELF_BAND_EXPONENT);
        let a0 = 1.0 + k / SHELF_Q + k * k;
        Self {
            b: [
                (high + band * k / SHELF_Q + k * k) / a0,
                2.0 * (k * k - high) / a0,
                (high - band * k / SHELF_Q + k * k) / a0,
            ],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / SHELF_Q + k * k) / a0],
        }
    }

    fn high_pass(sample_rate_hz: f64) -> Self {
        let k = libm::tan(PI * HIGH_PASS_HZ / sample_rate_hz);
        let a0 = 1.0 + k / HIGH_PASS_Q + k * k;
        Self {
            b: [1.0, -2.0, 1.0],
            a: [
                2.0 * (k * k - 1.0) / a0,
                (1.0 - k / HIGH_PASS_Q + k * k) / a0,
            ],
        }
    }

    /// Magnitude at `turns` of the sampling frequency.
    fn gain_at(&self, turns: f64) -> f64 {
        let magnitude = |c: [f64; 3]| {
            let (w1, w2) = (2.0 * PI * turns, 4.0 * PI * turns);
            let re = c[0] + c[1] * libm::cos(w1) + c[2] * libm::cos(w2);
            let im = c[1] * libm::sin(w1) + c[2] * libm::sin(w2);
            libm::hypot(re, im)
        };
        magnitude(self.b) / magnitude([1.0, self.a[0], self.a[1]])
    }
}

/// Magnitude of shelf and high-pass at `frequency_hz`, before the level is made equal.
fn raw_gain_at(frequency_hz: f64, sample_rate_hz: f64) -> f64 {
    let turns = frequency_hz / sample_rate_hz;
    Biquad::shelf(sample_rate_hz).gain_at(turns) * Biquad::high_pass(sample_rate_hz).gain_at(turns)
}

/// Both biquads with their state, left and right side by side so that two lanes do the work of one.
#[derive(Debug, Clone)]
pub(super) struct KWeighting {
    /// The high-pass's level is folded into `b`.
    shelf: Biquad,
    high_pass: Biquad,
    state: [[f64; 2]; 4],
}

impl KWeighting {
    /// The filter at rest.
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let reference_hz = REFERENCE_HZ.min(sample_rate_hz / 4.0);
        let level =
            raw_gain_at(reference_hz, TABLE_RATE_HZ) / raw_gain_at(reference_hz, sample_rate_hz);
        let mut shelf = Biquad::shelf(sample_rate_hz);
        shelf.b = shelf.b.map(|b| b * level);
        Self {
            shelf,
            high_pass: Biquad::high_pass(sample_rate_hz),
            state: [[0.0; 2]; 4],
        }
    }

    /// Numerator and denominator of the shelf, level included, and the denominator of the high-pass.
    pub(super) fn coefficients(&self) -> ([f64; 3], [f64; 2], [f64; 2]) {
        (self.shelf.b, self.shelf.a, self.high_pass.a)
    }

    /// Back to rest.
    pub(super) fn reset(&mut self) {
        self.state = [[0.0; 2]; 4];
    }

    /// Weights the samples and adds their squares to `energy`, left and right apart.
    pub(super) fn add_energy(&mut self, left: &[f32], right: &[f32], energy: &mut [f64; 2]) {
        let Biquad { b, a } = self.shelf;
        let [p1, p2] = self.high_pass.a;
        let [mut s1, mut s2, mut h1, mut h2] = self.state;
        let mut sum = *energy;
        for (&l, &r) in left.iter().zip(right) {
            let x = [f64::from(l), f64::from(r)];
            for c in 0..2 {
                // Transposed direct form II, twice.
                let y = b[0] * x[c] + s1[c];
                s1[c] = b[1] * x[c] - a[0] * y + s2[c];
                s2[c] = b[2] * x[c] - a[1] * y;
                let z = y + h1[c];
                h1[c] = h2[c] - (y + y) - p1 * z;
                h2[c] = y - p2 * z;
                sum[c] += z * z;
            }
        }
        self.state = [s1, s2, h1, h2];
        *energy = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_48_khz_the_coefficients_are_those_of_the_standard() {
        let shelf = Biquad::shelf(48_000.0);
        let high_pass = Biquad::high_pass(48_000.0);
        // BS.1770-5 Annex 1, tables 1 and 2.
        let table = [
            (shelf.b[0], 1.535_124_859_586_97),
            (shelf.b[1], -2.691_696_189_406_38),
            (shelf.b[2], 1.198_392_810_852_85),
            (shelf.a[0], -1.690_659_293_182_41),
            (shelf.a[1], 0.732_480_774_215_85),
            (high_pass.a[0], -1.990_047_454_833_98),
            (high_pass.a[1], 0.990_072_250_366_21),
        ];
        for (ours, theirs) in table {
            assert!((ours - theirs).abs() < 1e-8, "{ours} is not {theirs}");
        }
        assert_eq!(KWeighting::new(48_000.0).shelf, shelf);
    }

    #[test]
    fn the_filter_is_stable_and_finite_at_every_rate() {
        for sample_rate_hz in [100.0, 1_000.0, 3_400.0, 8_000.0, 44_100.0, 384_000.0, 2e6] {
            let mut filter = KWeighting::new(sample_rate_hz);
            let mut energy = [0.0; 2];
            filter.add_energy(&[1.0], &[-1.0], &mut energy);
            filter.add_energy(&[0.0; 4_096], &[0.0; 4_096], &mut energy);
            assert!(energy[0].is_finite() && energy[0] > 0.0);
            assert_eq!(energy[0], energy[1]);
            for _ in 0..200 {
                filter.add_energy(&[0.0; 4_096], &[0.0; 4_096], &mut energy);
            }
            let mut tail = [0.0; 2];
            filter.add_energy(&[0.0; 4_096], &[0.0; 4_096], &mut tail);
            assert!(tail[0] < 1e-20, "{sample_rate_hz} Hz rings: {tail:?}");
        }
    }
}
