//! A band split for listening: two halves whose energies add up to the input's.
//!
//! Butterworth low- and high-pass of fifth order as sum and difference of two all-passes (Regalia, Mitra
//! & Vaidyanathan, "The digital all-pass filter: a versatile signal processing building block", Proc.
//! IEEE 76(1), 1988): both for the price of one, flat to a thousandth of a dB in the middle of a band,
//! 26 dB down at 0.55 of the split.

use crate::dsp::svf::CORNER_SHARE_MAX;
use core::f64::consts::PI;
use wide::f64x2;

/// Damping `1/Q` of the two pole pairs of a fifth-order Butterworth filter: `2 cos 72°`, `2 cos 36°`.
const DAMPINGS: [f64; 2] = [0.618_033_988_749_894_8, 1.618_033_988_749_895];

/// Sums of what passed: energy of each channel and its highest value.
#[derive(Debug, Clone, Copy)]
pub struct Energy {
    sum: f64x2,
    peak: f64x2,
}

impl Energy {
    /// Nothing yet.
    pub const NONE: Self = Self {
        sum: f64x2::ZERO,
        peak: f64x2::ZERO,
    };

    /// Adds one frame.
    #[inline(always)]
    pub fn add(&mut self, frame: f64x2) {
        let energy = frame * frame;
        self.sum += energy;
        self.peak = self.peak.fast_max(energy);
    }

    /// Mean over `samples` and highest value, of both channels together: the mean of left and right.
    #[inline]
    pub fn of_both(&self, samples: usize) -> [f64; 2] {
        let half = |both: f64x2| {
            let [left, right] = both.to_array();
            0.5 * (left + right)
        };
        [half(self.sum) / samples as f64, half(self.peak)]
    }
}

/// Splits two channels side by side.
///
/// The all-passes run in direct form, which is cheap and has no more than −200 dB of noise in double
/// precision; what is heard does not pass through them.
#[derive(Debug, Clone)]
pub struct Split {
    tuning: Tuning,
    state: State,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tuning {
    /// `a1` and `a2` of each pole pair.
    pairs: [[f64; 2]; 2],
    /// `g / (1 + g)` of the real pole.
    real: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    input: [f64x2; 2],
    pairs: [[f64x2; 2]; 2],
    real: f64x2,
}

impl State {
    /// Twice the low and twice the high half of one frame.
    #[inline(always)]
    fn tick(&mut self, tuning: &Tuning, input: f64x2) -> [f64x2; 2] {
        let [x1, x2] = self.input;
        let mut outputs = [f64x2::ZERO; 2];
        for ((output, past), [a1, a2]) in outputs.iter_mut().zip(&mut self.pairs).zip(tuning.pairs)
        {
            let [y1, y2] = *past;
            *output = x2 + (x1 - y1) * a1 + (input - y2) * a2;
            *past = [*output, y1];
        }
        self.input = [input, x1];
        let [one, two] = outputs;
        let step = (one - self.real) * tuning.real;
        let low = step + self.real;
        self.real = low + step;
        let one = low + low - one;
        [two + one, two - one]
    }
}

impl Split {
    /// Splits at `corner_hz`, clamped to 0.45 of the rate.
    pub fn new(corner_hz: f64, rate_hz: f64) -> Self {
        let mut split = Self {
            tuning: Tuning::default(),
            state: State::default(),
        };
        split.tune(corner_hz, rate_hz);
        split
    }

    /// Moves the corner.
    pub fn tune(&mut self, corner_hz: f64, rate_hz: f64) {
        let g = libm::tan(PI * (corner_hz / rate_hz).min(CORNER_SHARE_MAX));
        self.tuning = Tuning {
            pairs: DAMPINGS.map(|damping| {
                let scale = 1.0 / (1.0 + g * (g + damping));
                [
                    2.0 * (g * g - 1.0) * scale,
                    (1.0 - damping * g + g * g) * scale,
                ]
            }),
            real: g / (1.0 + g),
        };
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.state = State::default();
    }

    /// Replaces `frames` by twice their high half, and adds twice the low half to `low`.
    pub fn pass_high(&mut self, frames: &mut [f64x2], low: &mut Energy) {
        let (tuning, mut state, mut lows) = (self.tuning, self.state, *low);
        let mut hear = |frame: &mut f64x2| {
            let [low, high] = state.tick(&tuning, *frame);
            lows.add(low);
            *frame = high;
        };
        // By twos, so that the states need not move.
        let (twos, rest) = frames.as_chunks_mut();
        for [one, two] in twos {
            hear(one);
            hear(two);
        }
        rest.iter_mut().for_each(hear);
        (self.state, *low) = (state, lows);
    }

    /// As [`pass_high`](Self::pass_high), for the last split: adds up both halves.
    pub fn listen(&mut self, frames: &[f64x2], low: &mut Energy, high: &mut Energy) {
        let (tuning, mut state, mut lows, mut highs) = (self.tuning, self.state, *low, *high);
        let mut hear = |frame: &f64x2| {
            let [low, high] = state.tick(&tuning, *frame);
            lows.add(low);
            highs.add(high);
        };
        let (twos, rest) = frames.as_chunks();
        for [one, two] in twos {
            hear(one);
            hear(two);
        }
        rest.iter().for_each(hear);
        (self.state, *low, *high) = (state, lows, highs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_butterworth() {
        for rate_hz in [44_100.0, 192_000.0] {
            for corner_hz in [110.0, 4500.0] {
                let mut split = Split::new(corner_hz, rate_hz);
                let response: Vec<[f64; 2]> = (0..(rate_hz as usize) / 4)
                    .map(|n| {
                        let input = f64x2::splat(if n == 0 { 0.5 } else { 0.0 });
                        split.state.tick(&split.tuning, input)
                    })
                    .map(|halves| halves.map(|half| half.to_array()[0]))
                    .collect();
                for ratio in [0.3, 60.0 / 110.0, 1.0, 2.5] {
                    let hz = corner_hz * ratio;
                    let warp = |hz: f64| libm::tan(PI * hz / rate_hz);
                    let order = libm::pow(warp(hz) / warp(corner_hz), 10.0);
                    for (half, power) in [1.0 / (1.0 + order), order / (1.0 + order)]
                        .into_iter()
                        .enumerate()
                    {
                        let (mut re, mut im) = (0.0, 0.0);
                        for (n, h) in response.iter().enumerate() {
                            let angle = 2.0 * PI * hz / rate_hz * n as f64;
                            re += h[half] * libm::cos(angle);
                            im -= h[half] * libm::sin(angle);
                        }
                        let (found, expected) = (re * re + im * im, power);
                        assert!(
                            (10.0 * libm::log10(found / expected)).abs() < 0.001,
                            "{corner_hz} Hz, half {half} at {hz} Hz: {found} {expected}"
                        );
                    }
                }
            }
        }
    }
}
