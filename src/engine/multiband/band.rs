//! The dynamics of one band: what the level asks for, and how the gain follows.

use super::detector::Heard;
use super::knobs::BandKnobs;
use crate::dsp::block::Stream;
use crate::dsp::dynamics::ballistics::Branching;
use crate::dsp::dynamics::curve::{compression_gain_db, level_db, lift_gain_db};
use crate::dsp::dynamics::level::Pace;

#[derive(Debug, Clone)]
pub(super) struct Band {
    pace: Pace,
    gain: Branching,
}

impl Band {
    /// Moves with the steps of `stream`.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            pace: Pace::new(stream),
            gain: Branching::new(1e3 / stream.sample_rate_hz),
        }
    }

    pub(super) fn reset(&mut self) {
        self.pace.reset();
        self.gain.reset();
    }

    /// The gain of the dynamics, in dB.
    pub(super) fn gain_db(&self) -> f64 {
        self.gain.gain_db()
    }

    #[inline]
    pub(super) fn tick(&mut self, heard: Heard, knobs: &BandKnobs, knee_db: f64) -> f64 {
        let pace = self.pace.tick(heard.mean, heard.peak);
        let level_db = level_db(heard.energy);
        let wanted_db = compression_gain_db(level_db, knobs.threshold_db(), knobs.slope(), knee_db)
            + lift_gain_db(level_db, knobs.lift_threshold_db(), knobs.lift_db());
        let (attack_ms, release_ms) = (knobs.attack_ms * pace, knobs.release_ms * pace);
        self.gain.tick(wanted_db, attack_ms, release_ms)
    }
}
