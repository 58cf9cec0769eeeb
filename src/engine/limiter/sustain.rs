//! The gain that both channels need again and again, and the gain that bass must keep.

use super::{Ballistics, GAIN_MIN, UNITY_SNAP, smaller};
use crate::dsp::block::Stream;
use crate::dsp::box_smoother::{UNITY, to_fixed};
use crate::dsp::interpolator::larger;
use crate::dsp::sliding_min::SlidingMin;
use crate::dsp::units::ms_to_samples;

/// The gain moves on a grid of so many bass steps, straight in between.
const GRID_BASS_STEPS: usize = 4;
/// The gain aims beyond the demand by this share of it, so that it arrives instead of creeping, but by
/// no more than this many nepers, so that how it follows ripple does not depend on the drive.
const AIM_SHARE: f32 = 0.5;
const AIM_MAX: f32 = 0.35;
/// And stays this much deeper than asked, so that ripple of the peak reading does not reach the
/// transient gain.
const MARGIN: f32 = 1.001;
/// Share of the peak that is bass, from which a demand is held over the half-period, and from which
/// it is held in full. A gain that followed single half-periods would distort the bass.
const BASS_SHARE: [f32; 2] = [0.75, 0.95];

/// Follows the demand held over the longest half-period, so that a bass note asks for one gain.
#[derive(Debug)]
pub(super) struct Sustain {
    grid_samples: usize,
    position: usize,
    /// Smallest need within the current grid step.
    step_need: f32,
    held: SlidingMin,
    /// Held minimum steps of unity since it was anything else.
    quiet_steps: usize,
    window_steps: usize,
    /// Sustained reduction in nepers: in logarithms, so that a dB more of drive asks for a dB more.
    reduction: f32,
    /// The gain it gives at the end of this grid step.
    goal: f32,
    value: f32,
    slope: f32,
    bass_gain: f32,
}

impl Sustain {
    pub(super) fn new(stream: Stream, hold_ms: f64, bass_grid_samples: usize) -> Self {
        let grid_samples = GRID_BASS_STEPS * bass_grid_samples;
        let hold_samples = ms_to_samples(hold_ms, stream.sample_rate_hz, 1);
        let window_steps = hold_samples.div_ceil(grid_samples) + 1;
        Self {
            grid_samples,
            position: 0,
            step_need: 1.0,
            held: SlidingMin::new(window_steps, UNITY),
            quiet_steps: window_steps,
            window_steps,
            reduction: 0.0,
            goal: 1.0,
            value: 1.0,
            slope: 0.0,
            bass_gain: 1.0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.position = 0;
        self.step_need = 1.0;
        self.held.reset(UNITY);
        self.quiet_steps = self.window_steps;
        self.reduction = 0.0;
        self.goal = 1.0;
        self.value = 1.0;
        self.slope = 0.0;
        self.bass_gain = 1.0;
    }

    pub(super) fn grid_samples(&self) -> usize {
        self.grid_samples
    }

    pub(super) fn at_rest(&self) -> bool {
        self.value == 1.0
            && self.goal == 1.0
            && self.step_need == 1.0
            && self.quiet_steps >= self.window_steps
    }

    /// Lets time pass at rest; the grid stays where it was counted to.
    pub(super) fn skip(&mut self, samples: usize) {
        self.position = (self.position + samples) % self.grid_samples;
    }

    /// The sustained gain at the frame last ticked.
    #[inline]
    pub(super) fn gain(&self) -> f32 {
        self.value
    }

    /// The gain that bass-driven limiting may not rise above, at the frame last ticked.
    #[inline]
    pub(super) fn bass_gain(&self) -> f32 {
        self.bass_gain
    }

    /// One frame on: the gain it needs, and the bass level as a multiple of the ceiling.
    #[inline]
    pub(super) fn tick(&mut self, need: f32, bass: f32, ballistics: &Ballistics) {
        self.step_need = smaller(self.step_need, need);
        self.value += self.slope;
        self.position += 1;
        if self.position == self.grid_samples {
            self.step(bass, ballistics);
        }
    }

    fn step(&mut self, bass: f32, ballistics: &Ballistics) {
        self.position = 0;
        let fixed = to_fixed(core::mem::replace(&mut self.step_need, 1.0));
        self.quiet_steps = if fixed == UNITY {
            self.quiet_steps.saturating_add(1)
        } else {
            0
        };
        let held = self.held.tick(fixed) as f32 * (1.0 / UNITY as f32);

        let demand = -libm::logf(larger(held, GAIN_MIN));

        // The held peak is the ceiling over `held`.
        let share = (bass * held - BASS_SHARE[0]) / (BASS_SHARE[1] - BASS_SHARE[0]);
        self.bass_gain = gain_of(demand * smaller(larger(share, 0.0), 1.0));

        // The line of the last step has arrived here.
        self.value = self.goal;
        let asked = demand * MARGIN;
        if asked > self.reduction {
            let aim = demand + smaller(AIM_SHARE * demand, AIM_MAX);
            let moved = self.reduction + (aim - self.reduction) * ballistics.sustain_rise;
            self.reduction = smaller(asked, moved);
        } else {
            self.reduction += (asked - self.reduction) * ballistics.sustain_fall;
            if self.reduction - asked < UNITY_SNAP {
                self.reduction = asked;
            }
        }
        self.goal = gain_of(self.reduction);
        self.slope = (self.goal - self.value) / self.grid_samples as f32;
    }
}

/// The gain of a reduction in nepers; exactly 1 for none.
fn gain_of(reduction: f32) -> f32 {
    if reduction == 0.0 {
        1.0
    } else {
        libm::expf(-reduction)
    }
}
