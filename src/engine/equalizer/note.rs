//! Where a bass-note band goes: to the fundamental that is heard, if it is near; else back home.

use crate::dsp::pitch::BassNote;
use crate::dsp::units::one_pole_feedback;

/// Less than this and the note is not believed.
const CONFIDENCE_MIN: f64 = 0.8;
/// Notes up to a fifth away are followed.
const NEAR_RATIO: f64 = 1.5;
/// Time constant of the way to a note: there in about 15 ms.
const FOLLOW_MS: f64 = 5.0;
/// The last note is held so long when none is heard, as under a kick.
const HOLD_MS: f64 = 100.0;
/// Time constant of the way home.
const RETURN_MS: f64 = 60.0;
/// Closer than this is there.
const THERE_OCTAVES: f64 = 1e-4;

/// Distance of a band from where it is set, in octaves.
#[derive(Debug, Clone)]
pub(super) struct Follower {
    offset: f64,
    target: f64,
    follow: f64,
    back: f64,
    hold_steps: u32,
    held_steps: u32,
}

impl Follower {
    pub(super) fn new(grid_rate_hz: f64) -> Self {
        let rise = |tau_ms| 1.0 - one_pole_feedback(tau_ms, grid_rate_hz);
        Self {
            offset: 0.0,
            target: 0.0,
            follow: rise(FOLLOW_MS),
            back: rise(RETURN_MS),
            hold_steps: (HOLD_MS * 1e-3 * grid_rate_hz) as u32,
            held_steps: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.offset = 0.0;
        self.target = 0.0;
        self.held_steps = self.hold_steps;
    }

    /// How far the band stands from where it is set, in octaves.
    pub(super) fn offset_octaves(&self) -> f64 {
        self.offset
    }

    /// One grid step on; the band is set to `octave` (log2 of its frequency in Hz).
    pub(super) fn tick(&mut self, note: Option<BassNote>, octave: f64) {
        let near = note
            .filter(|note| note.confidence >= CONFIDENCE_MIN)
            .map(|note| libm::log2(note.hz) - octave)
            .filter(|offset| offset.abs() <= libm::log2(NEAR_RATIO));
        if let Some(offset) = near {
            self.target = offset;
            self.held_steps = 0;
        } else if self.held_steps < self.hold_steps {
            self.held_steps += 1;
        } else {
            self.target = 0.0;
        }
        let rise = if self.target == 0.0 {
            self.back
        } else {
            self.follow
        };
        let left = self.target - self.offset;
        if left.abs() > THERE_OCTAVES {
            self.offset += left * rise;
        } else if self.target == 0.0 {
            self.offset = 0.0;
        }
    }
}
