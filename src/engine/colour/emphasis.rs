//! What the curve hears less or more of, and the exact way back.

use crate::dsp::block::Stream;
use core::f64::consts::PI;
use wide::f64x2;

/// Pole of the low shelf, and its gain far below.
const LOWS_HZ: f64 = 200.0;
const LOWS_GAIN: f64 = 0.2;
/// Centre of the shelf for highs at the gain that tape has, from which the pole follows.
const HIGHS_HZ: f64 = 5_000.0;
const HIGHS_GAIN: f64 = 1.584_893;
/// Corner of what blocks DC behind a lopsided curve.
const BLOCKER_HZ: f64 = 5.0;

/// A one-pole low-pass in the topology-preserving form, both channels side by side.
#[derive(Debug, Clone)]
struct Pole {
    share: f64,
    state: f64x2,
}

impl Pole {
    fn new(stream: Stream, hz: f64) -> Self {
        let g = libm::tan(PI * (hz / stream.sample_rate_hz).min(0.45));
        Self {
            share: g / (1.0 + g),
            state: f64x2::splat(0.0),
        }
    }

    #[inline(always)]
    fn low(&mut self, input: f64x2) -> f64x2 {
        let moved = (input - self.state) * f64x2::splat(self.share);
        let low = self.state + moved;
        self.state = low + moved;
        low
    }
}

/// `through · x − low · lowpass(x)`, and back.
#[derive(Debug, Clone, Copy)]
struct Shelf {
    through: f64,
    low: f64,
    /// One over what of the present input the shelf's output holds.
    back: f64,
}

impl Shelf {
    fn new(through: f64, low: f64, pole: &Pole) -> Self {
        Self {
            through,
            low,
            back: 1.0 / (through - low * pole.share),
        }
    }

    #[inline(always)]
    fn apply(self, pole: &mut Pole, input: f64x2) -> f64x2 {
        f64x2::splat(self.through) * input - f64x2::splat(self.low) * pole.low(input)
    }

    /// The input that [`apply`](Self::apply) made `output` of.
    #[inline(always)]
    fn undo(self, pole: &mut Pole, output: f64x2) -> f64x2 {
        let kept = f64x2::splat(self.low * (1.0 - pole.share));
        let input = (output + kept * pole.state) * f64x2::splat(self.back);
        pole.low(input);
        input
    }
}

/// Less drive below 120 Hz, more for highs where the kind says so; the way back also blocks DC.
#[derive(Debug, Clone)]
pub(super) struct Emphasis {
    lows: Shelf,
    highs: Shelf,
    /// Poles of lows and highs on the way there, and on the way back.
    there: [Pole; 2],
    back: [Pole; 2],
    blocker: Pole,
}

impl Emphasis {
    pub(super) fn new(stream: Stream, highs: f64) -> Self {
        let pole_hz = HIGHS_HZ * libm::sqrt(HIGHS_GAIN);
        let poles = [Pole::new(stream, LOWS_HZ), Pole::new(stream, pole_hz)];
        Self {
            lows: Shelf::new(1.0, 1.0 - LOWS_GAIN, &poles[0]),
            highs: Shelf::new(highs, highs - 1.0, &poles[1]),
            there: poles.clone(),
            back: poles,
            blocker: Pole::new(stream, BLOCKER_HZ),
        }
    }

    pub(super) fn reset(&mut self) {
        let [a, b] = &mut self.there;
        let [c, d] = &mut self.back;
        for pole in [a, b, c, d, &mut self.blocker] {
            pole.state = f64x2::splat(0.0);
        }
    }

    /// Another gain for highs, linear.
    #[inline]
    pub(super) fn set_highs(&mut self, highs: f64) {
        self.highs = Shelf::new(highs, highs - 1.0, &self.there[1]);
    }

    #[inline(always)]
    pub(super) fn apply(&mut self, input: f64x2) -> f64x2 {
        let [lows, highs] = &mut self.there;
        self.highs.apply(highs, self.lows.apply(lows, input))
    }

    /// The way back of what was added.
    #[inline(always)]
    pub(super) fn undo(&mut self, added: f64x2) -> f64x2 {
        let added = added - self.blocker.low(added);
        let [lows, highs] = &mut self.back;
        self.lows.undo(lows, self.highs.undo(highs, added))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::units::gain_to_db;

    const RATE_HZ: f64 = 48_000.0;

    fn gain_db(response: &[f64], hz: f64) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, h) in response.iter().enumerate() {
            let angle = 2.0 * PI * hz / RATE_HZ * n as f64;
            re += h * libm::cos(angle);
            im -= h * libm::sin(angle);
        }
        gain_to_db(libm::hypot(re, im))
    }

    fn impulse(n: usize) -> f64x2 {
        f64x2::splat(if n == 0 { 1.0 } else { 0.0 })
    }

    #[test]
    fn lows_are_driven_less_and_highs_more() {
        let mut emphasis = Emphasis::new(Stream::new(RATE_HZ), HIGHS_GAIN);
        let response: Vec<f64> = (0..96_000)
            .map(|n| emphasis.apply(impulse(n)).to_array()[0])
            .collect();
        // First-order shelves in closed form: (jf + zero) / (jf + pole).
        let shelf = |hz: f64, zero_hz: f64, pole_hz: f64| {
            libm::hypot(hz, zero_hz) / libm::hypot(hz, pole_hz)
        };
        let pole_hz = HIGHS_HZ * libm::sqrt(HIGHS_GAIN);
        for hz in [20.0, 60.0, 120.0, 1_000.0, 5_000.0] {
            let warped = RATE_HZ / PI * libm::tan(PI * hz / RATE_HZ);
            let warp = |hz: f64| RATE_HZ / PI * libm::tan(PI * hz / RATE_HZ);
            let expected = shelf(warped, LOWS_GAIN * warp(LOWS_HZ), warp(LOWS_HZ))
                * HIGHS_GAIN
                * shelf(warped, warp(pole_hz) / HIGHS_GAIN, warp(pole_hz));
            let (found, expected) = (gain_db(&response, hz), gain_to_db(expected));
            assert!((found - expected).abs() < 0.001, "{hz}: {found} {expected}");
        }
        assert!(gain_db(&response, 60.0) < -8.0);
        assert!((gain_db(&response, 20_000.0) - 4.0).abs() < 0.2);
    }

    #[test]
    fn the_way_back_is_exact_but_for_dc() {
        let mut emphasis = Emphasis::new(Stream::new(RATE_HZ), HIGHS_GAIN);
        let mut blocker = Pole::new(Stream::new(RATE_HZ), BLOCKER_HZ);
        for n in 0..10_000 {
            let angle = n as f64;
            let x = f64x2::new([libm::sin(angle * angle * 1e-4), 1.0]);
            let there = emphasis.apply(x);
            let back = emphasis.undo(there);
            let error = back - (x - blocker.low(x));
            assert!(
                error.to_array().iter().all(|e| e.abs() < 1e-12),
                "{error:?}"
            );
        }
    }
}
