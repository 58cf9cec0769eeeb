//! What the bus compressor hears: both channels through a first-order high-pass.

use crate::dsp::block::Stream;
use crate::dsp::dynamics::level::Level;
use crate::dsp::dynamics::split::Energy;
use crate::dsp::svf::CORNER_SHARE_MAX;
use crate::engine::settings::glue::SIDECHAIN_HZ;
use core::f64::consts::PI;
use wide::f64x2;

/// The RMS window: bass notes read steadily, so that the gain does not follow their waves. Hits are
/// heard by their peaks.
const WINDOW_MS: f64 = 20.0;
/// The high-pass comes in over so many Hz above the lowest value, at which it is off.
const FADE_HZ: f64 = 5.0;

#[derive(Debug)]
pub(super) struct Detector {
    /// `g / (1 + g)` of the low-pass that is taken away, and how much of it.
    low: f64,
    share: f64,
    state: f64x2,
    energy: Energy,
    level: Level,
}

impl Detector {
    /// Moves with the steps of `stream`; hears everything until it is tuned.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            low: 0.0,
            share: 0.0,
            state: f64x2::ZERO,
            energy: Energy::NONE,
            level: Level::new(stream, WINDOW_MS),
        }
    }

    pub(super) fn reset(&mut self) {
        self.state = f64x2::ZERO;
        self.energy = Energy::NONE;
        self.level.reset();
    }

    pub(super) fn tune(&mut self, corner_hz: f64, rate_hz: f64) {
        let g = libm::tan(PI * (corner_hz / rate_hz).min(CORNER_SHARE_MAX));
        self.low = g / (1.0 + g);
        self.share = ((corner_hz - f64::from(SIDECHAIN_HZ.min)) / FADE_HZ).clamp(0.0, 1.0);
    }

    pub(super) fn hear(&mut self, left: &[f32], right: &[f32]) {
        let (mut state, mut energy) = (self.state, self.energy);
        for (left, right) in left.iter().zip(right) {
            let input = f64x2::new([f64::from(*left), f64::from(*right)]);
            let step = (input - state) * self.low;
            let low = step + state;
            state = low + step;
            energy.add(input - low * self.share);
        }
        (self.state, self.energy) = (state, energy);
    }

    /// The energy of the sine as loud, after a step of so many samples.
    pub(super) fn take(&mut self, samples: usize) -> f64 {
        let [mean, peak] = self.energy.of_both(samples);
        self.energy = Energy::NONE;
        self.level.tick(mean, peak)
    }
}
