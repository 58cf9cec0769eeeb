//! Second-order filters after R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
//! coefficients", in `f64`. On purpose not those of the engine: what damages a song shares no code with
//! what repairs it.

use std::f64::consts::{PI, SQRT_2};

/// Coefficients over a0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Filter {
    pub(crate) b: [f64; 3],
    /// a1 and a2.
    pub(crate) a: [f64; 2],
}

impl Filter {
    /// A bell of `gain_db` at its centre.
    pub(crate) fn bell(centre_hz: f64, q: f64, gain_db: f64, rate_hz: f64) -> Self {
        let (cos, alpha) = parts(centre_hz, q, rate_hz);
        let a = amplitude(gain_db);
        Self::over_a0(
            [1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a],
            [1.0 + alpha / a, -2.0 * cos, 1.0 - alpha / a],
        )
    }

    /// A shelf of slope 1 that lifts what is below the corner; half of `gain_db` is reached there.
    pub(crate) fn low_shelf(corner_hz: f64, gain_db: f64, rate_hz: f64) -> Self {
        Self::shelf(corner_hz, gain_db, rate_hz, 1.0)
    }

    /// A shelf of slope 1 that lifts what is above the corner; half of `gain_db` is reached there.
    pub(crate) fn high_shelf(corner_hz: f64, gain_db: f64, rate_hz: f64) -> Self {
        Self::shelf(corner_hz, gain_db, rate_hz, -1.0)
    }

    fn shelf(corner_hz: f64, gain_db: f64, rate_hz: f64, sign: f64) -> Self {
        let (cos, alpha) = parts(corner_hz, 1.0 / SQRT_2, rate_hz);
        let cos = cos * sign;
        let a = amplitude(gain_db);
        let root = 2.0 * a.sqrt() * alpha;
        Self::over_a0(
            [
                a * ((a + 1.0) - (a - 1.0) * cos + root),
                sign * 2.0 * a * ((a - 1.0) - (a + 1.0) * cos),
                a * ((a + 1.0) - (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) + (a - 1.0) * cos + root,
                sign * -2.0 * ((a - 1.0) + (a + 1.0) * cos),
                (a + 1.0) + (a - 1.0) * cos - root,
            ],
        )
    }

    /// A Butterworth low-pass of second order.
    pub(crate) fn low_pass(corner_hz: f64, rate_hz: f64) -> Self {
        let (cos, alpha) = parts(corner_hz, 1.0 / SQRT_2, rate_hz);
        let b = (1.0 - cos) / 2.0;
        Self::over_a0([b, 2.0 * b, b], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    /// A Butterworth high-pass of second order.
    pub(crate) fn high_pass(corner_hz: f64, rate_hz: f64) -> Self {
        let (cos, alpha) = parts(corner_hz, 1.0 / SQRT_2, rate_hz);
        let b = (1.0 + cos) / 2.0;
        Self::over_a0([b, -2.0 * b, b], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    fn over_a0(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|b| b / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
        }
    }

    /// All of `input`, from rest.
    pub(crate) fn run(&self, input: &[f64]) -> Vec<f64> {
        let (mut s1, mut s2) = (0.0, 0.0);
        input
            .iter()
            .map(|&x| {
                let y = self.b[0] * x + s1;
                s1 = self.b[1] * x - self.a[0] * y + s2;
                s2 = self.b[2] * x - self.a[1] * y;
                y
            })
            .collect()
    }
}

/// Several filters after each other.
pub(crate) fn chain(filters: &[Filter], input: &[f64]) -> Vec<f64> {
    filters
        .iter()
        .fold(input.to_vec(), |sound, filter| filter.run(&sound))
}

/// A Linkwitz–Riley split of fourth order: low and high, which sum to an all-pass.
pub(crate) fn split(input: &[f64], corner_hz: f64, rate_hz: f64) -> (Vec<f64>, Vec<f64>) {
    let low = Filter::low_pass(corner_hz, rate_hz);
    let high = Filter::high_pass(corner_hz, rate_hz);
    (chain(&[low, low], input), chain(&[high, high], input))
}

/// cos ω and α; the corner is kept below Nyquist.
fn parts(frequency_hz: f64, q: f64, rate_hz: f64) -> (f64, f64) {
    let omega = 2.0 * PI * frequency_hz.min(0.45 * rate_hz) / rate_hz;
    (omega.cos(), omega.sin() / (2.0 * q))
}

fn amplitude(gain_db: f64) -> f64 {
    10f64.powf(gain_db / 40.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    /// Gain at a frequency, from the impulse response.
    fn gain_db(filters: &[Filter], frequency_hz: f64) -> f64 {
        let mut impulse = vec![0.0; 48_000];
        impulse[0] = 1.0;
        let response = chain(filters, &impulse);
        let (mut re, mut im) = (0.0, 0.0);
        for (n, h) in response.iter().enumerate() {
            let phase = 2.0 * PI * frequency_hz / RATE_HZ * n as f64;
            re += h * phase.cos();
            im -= h * phase.sin();
        }
        10.0 * (re * re + im * im).log10()
    }

    #[test]
    fn bells_and_shelves_have_the_gain_they_are_named_for() {
        let cases = [
            (Filter::bell(120.0, 1.0, 5.0, RATE_HZ), 120.0, 5.0),
            (Filter::bell(73.4, 12.0, 9.0, RATE_HZ), 73.4, 9.0),
            (Filter::bell(73.4, 12.0, 9.0, RATE_HZ), 1000.0, 0.0),
            (Filter::low_shelf(300.0, 3.0, RATE_HZ), 10.0, 3.0),
            (Filter::low_shelf(300.0, 3.0, RATE_HZ), 300.0, 1.5),
            (Filter::low_shelf(300.0, 3.0, RATE_HZ), 12_000.0, 0.0),
            (Filter::high_shelf(6000.0, -6.0, RATE_HZ), 22_000.0, -6.0),
            (Filter::high_shelf(6000.0, -6.0, RATE_HZ), 6000.0, -3.0),
            (Filter::high_shelf(6000.0, -6.0, RATE_HZ), 100.0, 0.0),
            (Filter::low_pass(150.0, RATE_HZ), 150.0, -3.0103),
            (Filter::high_pass(150.0, RATE_HZ), 150.0, -3.0103),
        ];
        for (filter, frequency_hz, expected_db) in cases {
            let db = gain_db(&[filter], frequency_hz);
            assert!(
                (db - expected_db).abs() < 0.02,
                "{filter:?} at {frequency_hz} Hz: {db} dB, not {expected_db}"
            );
        }
    }

    #[test]
    fn a_split_sums_flat_and_leaves_little_beyond_its_corner() {
        let mut impulse = vec![0.0; 48_000];
        impulse[0] = 1.0;
        let (low, high) = split(&impulse, 150.0, RATE_HZ);
        let energy: f64 = low.iter().zip(&high).map(|(l, h)| (l + h).powi(2)).sum();
        assert!((energy - 1.0).abs() < 1e-9, "{energy}");
        let low = Filter::low_pass(150.0, RATE_HZ);
        assert!(gain_db(&[low, low], 600.0) < -47.0);
    }
}
