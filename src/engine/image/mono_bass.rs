//! Mono bass: the side loses what lies below a corner, through a second-order Linkwitz–Riley high-pass,
//! and the mid passes the first-order all-pass with the same phase, so that the image does not smear.
//!
//! With `A(s) = (s − 1)/(s + 1)`: `M' = A(M)` and `S' = α·HP²(S) + (1 − α)·A(S)`. The phases are equal at
//! every frequency, as `HP²/A = ω²/(1 + ω²)` is real. Above the corner A is +1: what is not touched keeps
//! its polarity.
//!
//! To be switched on, the corner comes up from below hearing, where the filters change next to nothing:
//! there, and only there, unfiltered fades into filtered. A crossfade at the corner itself would tear a
//! hole, as A turns bass by half a circle.

use super::SILENCE;
use super::shelves::warped;
use crate::dsp::block::Stream;
use crate::dsp::glide::Glide;

/// Where the corner waits, in octaves above 1 Hz.
const REST_OCTAVES: f32 = 1.0;
/// Duration of the way up and down.
const SWEEP_MS: f64 = 150.0;
/// Duration of other moves, and of the crossfade at the beginning of the way.
const GLIDE_MS: f64 = 50.0;

/// Mono bass with its states.
#[derive(Debug)]
pub(super) struct MonoBass {
    rate_hz: f64,
    wanted: bool,
    /// All of them tick once per grid step. Octaves above 1 Hz:
    corner: Glide,
    amount: Glide,
    /// 0 = unfiltered, 1 = filtered.
    share: Glide,
    /// Shares at the beginning of the step and at its end.
    shares: [f64; 2],
    amounts: [f64; 2],
    frames_done: usize,
    step_frames: usize,
    /// Feedback of the one-poles, `g/(1 + g)`, at the beginning of the step and at its end.
    poles: [f64; 2],
    states: [f64; 3],
}

impl MonoBass {
    pub(super) fn new(rate_hz: f64, grid: Stream) -> Self {
        Self {
            rate_hz,
            wanted: false,
            corner: Glide::new(grid, SWEEP_MS, REST_OCTAVES),
            amount: Glide::new(grid, GLIDE_MS, 0.0),
            share: Glide::new(grid, GLIDE_MS, 0.0),
            shares: [0.0; 2],
            amounts: [0.0; 2],
            frames_done: 0,
            step_frames: libm::round(rate_hz / grid.sample_rate_hz).max(1.0) as usize,
            poles: [0.0; 2],
            states: [0.0; 3],
        }
    }

    /// `amount` from 0, none, to 1.
    pub(super) fn set(&mut self, below_hz: f32, amount: f32) {
        self.wanted = amount > 0.0;
        if self.wanted {
            if self.idle_share() {
                self.amount.set(amount);
                self.amount.reset();
            }
            self.corner.set(libm::log2f(below_hz));
            self.amount.set(amount);
            self.share.set(1.0);
        } else {
            self.corner.set(REST_OCTAVES);
        }
    }

    /// At rest, at the beginning of a step.
    pub(super) fn start(&mut self) {
        self.states = [0.0; 3];
        self.frames_done = 0;
        let share = f64::from(self.share.value());
        let amount = f64::from(self.amount.value());
        self.shares = [share; 2];
        self.amounts = [amount; 2];
        self.poles = [self.pole(); 2];
    }

    /// Back to silence; glides land.
    pub(super) fn reset(&mut self) {
        self.corner.reset();
        self.amount.reset();
        self.share.set(if self.wanted { 1.0 } else { 0.0 });
        self.share.reset();
        self.start();
    }

    /// Nothing is filtered, nor is it about to be.
    pub(super) fn idle(&self) -> bool {
        !self.wanted && self.idle_share()
    }

    fn idle_share(&self) -> bool {
        self.share.settled() && self.share.value() == 0.0 && self.shares == [0.0; 2]
    }

    fn pole(&self) -> f64 {
        let octaves = f64::from(self.corner.value());
        let g = warped(libm::exp2(octaves), self.rate_hz);
        g / (1.0 + g)
    }

    /// The next control point.
    pub(super) fn step(&mut self) {
        if self.idle() {
            self.states = [0.0; 3];
            return;
        }
        self.frames_done = 0;
        self.poles = [self.poles[1]; 2];
        if !self.corner.settled() {
            self.corner.tick();
            self.poles[1] = self.pole();
        } else if !self.wanted {
            self.share.set(0.0);
        }
        let next = |[_, now]: [f64; 2], glide: &mut Glide| [now, f64::from(glide.tick())];
        self.shares = next(self.shares, &mut self.share);
        self.amounts = next(self.amounts, &mut self.amount);
        if self.states.iter().all(|state| state.abs() < SILENCE) {
            self.states = [0.0; 3];
        }
    }

    /// In place; adds to `mid_added` and `side_added` what was added to mid and side.
    pub(super) fn process(
        &mut self,
        mid: &mut [f64],
        side: &mut [f64],
        mid_added: &mut [f64],
        side_added: &mut [f64],
    ) {
        let mut states = self.states;
        let way = |[from, to]: [f64; 2]| (from, (to - from) / self.step_frames as f64);
        let ways = [self.shares, self.amounts, self.poles].map(way);
        let still = ways.iter().all(|(_, step)| *step == 0.0);
        let [mut share, mut amount, mut pole] = ways.map(|(from, _)| from);
        let sound = mid.iter_mut().zip(side.iter_mut());
        let added = mid_added.iter_mut().zip(side_added.iter_mut());
        for (n, ((mid, side), (mid_added, side_added))) in sound.zip(added).enumerate() {
            if !still {
                let at = (self.frames_done + n + 1) as f64;
                [share, amount, pole] = ways.map(|(from, step)| from + step * at);
            }
            let frame = [*mid, *side];
            let [more_mid, more_side] = tick(&mut states, frame, share, amount, pole);
            *mid_added = more_mid;
            *side_added = more_side;
            *mid += more_mid;
            *side += more_side;
        }
        self.frames_done += mid.len();
        self.states = states;
    }
}

/// What is added to mid and side.
#[inline]
fn tick(
    [m, s, t]: &mut [f64; 3],
    [mid, side]: [f64; 2],
    share: f64,
    amount: f64,
    pole: f64,
) -> [f64; 2] {
    let low = |state: &mut f64, x: f64| {
        let v = (x - *state) * pole;
        let low = v + *state;
        *state = low + v;
        low
    };
    let low_mid = low(m, mid);
    let low_side = low(s, side);
    let lower_side = low(t, side - low_side);
    let taken = amount * (lower_side - low_side) + 2.0 * low_side;
    [-2.0 * share * low_mid, -share * taken]
}
