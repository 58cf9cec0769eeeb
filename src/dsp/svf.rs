//! State-variable filters in the topology-preserving form: safe to modulate, accurate at low frequency.
//!
//! Zavalishin, *The Art of VA Filter Design*; Simper, "SVF using linear trapezoidal optimised".

use core::f64::consts::PI;

/// Highest corner a filter is built for, as a share of the sample rate.
const CORNER_SHARE_MAX: f64 = 0.45;

/// A fourth-order Butterworth low-pass for two channels side by side.
#[derive(Debug, Clone)]
pub struct Lowpass4 {
    sections: [Section; 2],
}

#[derive(Debug, Clone)]
struct Section {
    c1: f64,
    c2: f64,
    c3: f64,
    s1: [f64; 2],
    s2: [f64; 2],
}

impl Section {
    fn new(corner_hz: f64, q: f64, rate_hz: f64) -> Self {
        let g = libm::tan(PI * (corner_hz / rate_hz).min(CORNER_SHARE_MAX));
        let c1 = 1.0 / (1.0 + g * (g + 1.0 / q));
        Self {
            c1,
            c2: g * c1,
            c3: g * g * c1,
            s1: [0.0; 2],
            s2: [0.0; 2],
        }
    }

    #[inline]
    fn tick(&mut self, input: [f64; 2]) -> [f64; 2] {
        let mut low = [0.0; 2];
        for channel in 0..2 {
            let v3 = input[channel] - self.s2[channel];
            let v1 = self.c1 * self.s1[channel] + self.c2 * v3;
            let v2 = self.s2[channel] + self.c2 * self.s1[channel] + self.c3 * v3;
            self.s1[channel] = 2.0 * v1 - self.s1[channel];
            self.s2[channel] = 2.0 * v2 - self.s2[channel];
            low[channel] = v2;
        }
        low
    }
}

impl Lowpass4 {
    /// Corner at −3.01 dB; clamped to 0.45 of the rate.
    pub fn new(corner_hz: f64, rate_hz: f64) -> Self {
        // Pole pairs of the fourth-order Butterworth circle.
        let q = |pair: f64| 1.0 / (2.0 * libm::cos(PI * pair / 8.0));
        Self {
            sections: [
                Section::new(corner_hz, q(1.0), rate_hz),
                Section::new(corner_hz, q(3.0), rate_hz),
            ],
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        for section in &mut self.sections {
            section.s1 = [0.0; 2];
            section.s2 = [0.0; 2];
        }
    }

    /// One frame in, one out.
    #[inline]
    pub fn tick(&mut self, input: [f64; 2]) -> [f64; 2] {
        let [first, second] = &mut self.sections;
        second.tick(first.tick(input))
    }

    /// Gain in dB at `hz`, in closed form (Butterworth through the bilinear transform).
    pub fn response_db(corner_hz: f64, rate_hz: f64, hz: f64) -> f64 {
        let warp = |hz: f64| libm::tan(PI * (hz / rate_hz).min(0.499_999));
        let ratio = warp(hz) / warp(corner_hz);
        -10.0 * libm::log10(1.0 + libm::pow(ratio, 8.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_response_is_the_stated_one() {
        let (corner_hz, rate_hz) = (300.0, 12_000.0);
        let mut filter = Lowpass4::new(corner_hz, rate_hz);
        let response: Vec<f64> = (0..8192)
            .map(|n| filter.tick([if n == 0 { 1.0 } else { 0.0 }, 0.0])[0])
            .collect();
        for hz in [20.0, 120.0, 300.0, 600.0, 1500.0] {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, h) in response.iter().enumerate() {
                let angle = 2.0 * PI * hz / rate_hz * n as f64;
                re += h * libm::cos(angle);
                im -= h * libm::sin(angle);
            }
            let measured_db = 10.0 * libm::log10(re * re + im * im);
            let stated_db = Lowpass4::response_db(corner_hz, rate_hz, hz);
            assert!(
                (measured_db - stated_db).abs() < 0.001,
                "{hz}: {measured_db} {stated_db}"
            );
        }
    }
}
