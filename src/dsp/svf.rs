//! State-variable filters in the topology-preserving form: safe to modulate, accurate at low frequency.
//!
//! Zavalishin, *The Art of VA Filter Design*; Simper, "SVF using linear trapezoidal optimised".

use core::f64::consts::PI;
use wide::f64x2;

/// Highest corner a filter is built for, as a share of the sample rate.
pub const CORNER_SHARE_MAX: f64 = 0.45;
/// States below this are silence: −600 dBFS.
const SILENCE: f64 = 1e-30;

/// What a section does, in the form that its realisation is modulated in:
///
/// ```text
///        high·s² + band·g·s + low·g²
/// H(s) = ───────────────────────────,   s = j·tan(π·f/fs)
///             s² + k·g·s + g²
/// ```
///
/// Any stable biquad can be written so. `low` is the gain at 0 Hz, `high` the gain at Nyquist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Svf {
    /// Tangent of half the poles' angular frequency per sample.
    pub g: f64,
    /// Damping of the poles: 1/Q.
    pub k: f64,
    /// Share of the high-pass.
    pub high: f64,
    /// Share of the band-pass, whose gain at its centre is `band / k`.
    pub band: f64,
    /// Share of the low-pass.
    pub low: f64,
}

impl Svf {
    /// Changes nothing, with poles at `g` and `k`.
    pub fn wire(g: f64, k: f64) -> Self {
        Self {
            g,
            k,
            high: 1.0,
            band: k,
            low: 1.0,
        }
    }

    /// What undoes this section: zeros become poles. All three shares must be above zero.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let g = self.g * libm::sqrt(self.low / self.high);
        Self {
            g,
            k: self.band / libm::sqrt(self.high * self.low),
            high: 1.0 / self.high,
            band: self.k * self.g / (self.high * g),
            low: 1.0 / self.low,
        }
    }

    /// The same with a gain behind it.
    #[must_use]
    pub fn scaled(&self, gain: f64) -> Self {
        Self {
            high: self.high * gain,
            band: self.band * gain,
            low: self.low * gain,
            ..*self
        }
    }

    /// Real and imaginary part of the transfer function at `hz`, below half of `rate_hz`.
    pub fn response(&self, hz: f64, rate_hz: f64) -> [f64; 2] {
        let s = libm::tan(PI * (hz / rate_hz).clamp(0.0, 0.499_999_999));
        let (g, ss) = (self.g, s * s);
        let over = [self.low * g * g - self.high * ss, self.band * g * s];
        let under = [g * g - ss, self.k * g * s];
        let energy = under[0] * under[0] + under[1] * under[1];
        [
            (over[0] * under[0] + over[1] * under[1]) / energy,
            (over[1] * under[0] - over[0] * under[1]) / energy,
        ]
    }
}

/// The numbers the loop runs on, for two lanes with the same poles.
#[derive(Debug, Clone, Copy)]
struct Taps {
    g: f64x2,
    /// `g + k`.
    damping: f64x2,
    /// `g / (1 + g·(g + k))`.
    slope: f64x2,
    input: f64x2,
    band: f64x2,
    low: f64x2,
}

impl Taps {
    const NOTHING: Self = Self {
        g: f64x2::ZERO,
        damping: f64x2::ZERO,
        slope: f64x2::ZERO,
        input: f64x2::ZERO,
        band: f64x2::ZERO,
        low: f64x2::ZERO,
    };

    /// Lanes of share 1 are filtered, lanes of share 0 pass untouched.
    fn of(svf: &Svf, shares: [f64; 2]) -> Self {
        let shares = f64x2::new(shares);
        let lanes = |value: f64| shares * f64x2::splat(value);
        let damping = svf.g + svf.k;
        Self {
            g: f64x2::splat(svf.g),
            damping: f64x2::splat(damping),
            slope: f64x2::splat(svf.g / (1.0 + svf.g * damping)),
            input: f64x2::ONE + lanes(svf.high - 1.0),
            band: lanes(svf.band - svf.k * svf.high),
            low: lanes(svf.low - svf.high),
        }
    }

    /// A `share` of the way from `from` to here.
    fn step_from(&self, from: &Self, share: f64) -> Self {
        let share = f64x2::splat(share);
        Self {
            g: (self.g - from.g) * share,
            damping: (self.damping - from.damping) * share,
            slope: (self.slope - from.slope) * share,
            input: (self.input - from.input) * share,
            band: (self.band - from.band) * share,
            low: (self.low - from.low) * share,
        }
    }

    #[inline(always)]
    fn advance(&mut self, step: &Self) {
        self.g += step.g;
        self.damping += step.damping;
        self.slope += step.slope;
        self.input += step.input;
        self.band += step.band;
        self.low += step.low;
    }

    /// One frame through states `s1` and `s2`.
    #[inline(always)]
    fn tick(&self, s1: &mut f64x2, s2: &mut f64x2, frame: &mut f64x2) {
        let x = *frame;
        let rise1 = self.slope * (x - self.damping * *s1 - *s2);
        let v1 = *s1 + rise1;
        *s1 = v1 + rise1;
        let rise2 = self.g * v1;
        let v2 = *s2 + rise2;
        *s2 = v2 + rise2;
        *frame = self.input * x + self.band * v1 + self.low * v2;
    }
}

/// Does `tick` for each frame, four to a turn of the loop.
#[inline(always)]
fn for_each_frame(frames: &mut [f64x2], mut tick: impl FnMut(&mut f64x2)) {
    let mut fours = frames.chunks_exact_mut(4);
    for four in &mut fours {
        for frame in four {
            tick(frame);
        }
    }
    for frame in fours.into_remainder() {
        tick(frame);
    }
}

/// A section for two lanes side by side: left and right, or mid and side. Its numbers move along straight
/// lines between designs that are each stable however they alternate (Wishnick, "Time-varying filters for
/// musical applications", DAFx-14).
#[derive(Debug, Clone)]
pub struct StereoSvf {
    now: Taps,
    step: Taps,
    target: Taps,
    gliding: bool,
    s1: f64x2,
    s2: f64x2,
}

impl Default for StereoSvf {
    fn default() -> Self {
        Self::new()
    }
}

impl StereoSvf {
    /// A wire, at silence.
    pub fn new() -> Self {
        let wire = Taps::of(&Svf::wire(1.0, 1.0), [0.0; 2]);
        Self {
            now: wire,
            step: Taps::NOTHING,
            target: wire,
            gliding: false,
            s1: f64x2::ZERO,
            s2: f64x2::ZERO,
        }
    }

    /// Back to silence; the numbers stay.
    pub fn reset(&mut self) {
        self.s1 = f64x2::ZERO;
        self.s2 = f64x2::ZERO;
    }

    /// Is `svf` from the next frame, on each lane as far as its share says: 1 all, 0 a wire.
    pub fn land(&mut self, svf: &Svf, shares: [f64; 2]) {
        self.target = Taps::of(svf, shares);
        self.arrive();
    }

    /// Will be `svf` after `frames` frames. What it was aimed at before is taken as reached.
    pub fn aim(&mut self, svf: &Svf, shares: [f64; 2], frames: usize) {
        self.arrive();
        self.target = Taps::of(svf, shares);
        self.step = self.target.step_from(&self.now, 1.0 / frames as f64);
        self.gliding = true;
    }

    /// Is what it was aimed at.
    pub fn arrive(&mut self) {
        self.now = self.target;
        self.gliding = false;
    }

    /// Whether the numbers are where they were aimed at.
    pub fn steady(&self) -> bool {
        !self.gliding
    }

    /// Goes on with left and right turned into mid and side.
    pub fn turn_to_mid_side(&mut self) {
        self.s1 = mid_side(self.s1);
        self.s2 = mid_side(self.s2);
    }

    /// Goes on with mid and side turned into left and right.
    pub fn turn_to_left_right(&mut self) {
        self.s1 = left_right(self.s1);
        self.s2 = left_right(self.s2);
    }

    /// Takes what has rung out for silence, before it gets too small to compute with.
    pub fn settle(&mut self) {
        let most = self.s1.abs().max(self.s2.abs()).to_array();
        if most[0] < SILENCE && most[1] < SILENCE {
            self.reset();
        }
    }

    /// Filters `frames`, each a pair of lanes, in place.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.gliding {
            self.process_gliding(frames);
        } else {
            self.process_steady(frames);
        }
    }

    fn process_steady(&mut self, frames: &mut [f64x2]) {
        let taps = self.now;
        let (mut s1, mut s2) = (self.s1, self.s2);
        for_each_frame(frames, |frame| taps.tick(&mut s1, &mut s2, frame));
        (self.s1, self.s2) = (s1, s2);
    }

    fn process_gliding(&mut self, frames: &mut [f64x2]) {
        let (mut taps, step) = (self.now, self.step);
        let (mut s1, mut s2) = (self.s1, self.s2);
        for_each_frame(frames, |frame| {
            taps.advance(&step);
            taps.tick(&mut s1, &mut s2, frame);
        });
        self.now = taps;
        (self.s1, self.s2) = (s1, s2);
    }
}

/// Mid and side of left and right: half the sum and half the difference.
#[inline]
pub fn mid_side(left_right: f64x2) -> f64x2 {
    let [left, right] = left_right.to_array();
    f64x2::new([0.5 * (left + right), 0.5 * (left - right)])
}

/// Left and right of mid and side.
#[inline]
pub fn left_right(mid_side: f64x2) -> f64x2 {
    let [mid, side] = mid_side.to_array();
    f64x2::new([mid + side, mid - side])
}

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
