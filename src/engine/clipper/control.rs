//! Where the clipper's knee lies, on a grid of samples: from the held peak, the level, the highs and the
//! ceiling.

use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::glide::Glide;
use crate::dsp::interpolator::larger;
use crate::dsp::oversampler::{CHUNK_FRAMES, Plane};
use crate::dsp::units::{db_to_energy, db_to_gain, one_pole_feedback};
use crate::engine::limiter::smaller;
use crate::engine::settings::loudness::{
    CEILING_DBTP, CLIP_DEPTH_DB, Character, DRIVE_DB, LoudnessSettings,
};

const GRID_RATE_HZ: f64 = 6_000.0;
/// Steps that the control is ahead of the sound at least: one to be measured, two to be smoothed over,
/// one to move there.
const LOOK_AHEAD_STEPS: usize = 4;
/// Steps that a peak is held on beyond: a millisecond.
const HOLD_STEPS: usize = 6;
/// More than any rate's look-ahead and hold, from 44.1 kHz up.
const STEPS_MAX: usize = 16;
/// From the start of the knee to the peak. Less would fold more back, and let the clipped sound fall where
/// the sound rises at the greatest depth.
const KNEE_DB: f64 = 8.0;
/// Time constants of the two levels, and how far over each the knee starts at least.
const LEVEL_MS: [f64; 2] = [20.0, 0.5];
const OVER_LEVEL_DB: [f64; 2] = [3.5, 0.5];
/// What is taken of a peak is heard in the highs, and hides behind the highs of the same moment: it is at
/// most this share of the highest second difference (at this rate a high-pass with gain 1 at 8 kHz and
/// −12 dB an octave below). Found on songs: half of it, and dense mixes keep what the limiter would take;
/// twice, and dark ones are roughened more than the limiter would.
const HIDDEN_SHARE: f64 = 0.4;
const BEND_RATE_HZ: f64 = 48_000.0;
const GLIDE_MS: f64 = 50.0;
/// Below this there is no level to compare with.
const ENERGY_MIN: f32 = 1e-12;

/// What part of the depth each character takes.
fn share(character: Character) -> f64 {
    match character {
        Character::Transparent => 0.5,
        Character::Punchy => 1.0,
        Character::Dense => 0.75,
    }
}

/// The knee of each frame of a chunk: of `x`, the share `most · knee(x² · slope − start)` is taken.
pub(super) struct Knees {
    pub(super) slope: Plane,
    pub(super) most: Plane,
    pub(super) start: f32,
}

impl Knees {
    pub(super) fn new() -> Self {
        Self {
            slope: [0.0; CHUNK_FRAMES],
            most: [0.0; CHUNK_FRAMES],
            start: 0.0,
        }
    }

    /// The same knee in every frame: up to `peak`, where `most` is taken.
    #[cfg(test)]
    pub(super) fn steady(peak: f32, most: f32) -> Self {
        let start = start();
        Self {
            slope: [(1.0 + start) / (peak * peak); CHUNK_FRAMES],
            most: [most; CHUNK_FRAMES],
            start,
        }
    }
}

/// Of a knee that goes, in squares, from 1 to its end, one over the length.
fn start() -> f32 {
    (1.0 / (db_to_energy(KNEE_DB) - 1.0)) as f32
}

/// A line from step to step.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    value: f32,
    goal: f32,
    slope: f32,
}

impl Line {
    fn aim(&mut self, goal: f32, samples: usize) {
        // The line of the last step has arrived.
        self.value = self.goal;
        self.goal = goal;
        self.slope = (goal - self.value) / samples as f32;
    }

    #[inline(always)]
    fn tick(&mut self) -> f32 {
        self.value += self.slope;
        self.value
    }

    fn nothing(&self) -> bool {
        self.value == 0.0 && self.goal == 0.0
    }
}

#[derive(Debug)]
pub(super) struct Control {
    settings: LoudnessSettings,
    grid_samples: usize,
    look_ahead_samples: usize,
    held_steps: usize,
    feedbacks: [f32; 2],
    over_levels: [f32; 2],
    start: f32,
    /// Most that may be taken, as a share of the second difference.
    hidden: f32,
    /// Ticked once a step: the ceiling before the drive, and the gain at the full depth.
    ceiling: Glide,
    depth: Glide,
    now: Now,
}

/// What it remembers of the sound.
#[derive(Debug, Clone, Default)]
struct Now {
    /// How far into the step, its peak so far, and its energy by channel.
    position: usize,
    peak: f32,
    energy: [f32; 2],
    /// Peak of the second difference so far, and the last two samples of each channel.
    bend: f32,
    last: [[f32; 2]; 2],
    /// Peaks of samples and of second differences of the last steps, and where the next ones go.
    peaks: [f32; STEPS_MAX],
    bends: [f32; STEPS_MAX],
    next: usize,
    /// The held ones a step ago.
    held: f32,
    held_bend: f32,
    /// Squared level by time constant and channel.
    levels: [[f32; 2]; 2],
    slope: Line,
    most: Line,
}

impl Control {
    /// For a sound that comes to the clipper's curve `rise_samples` later on its own.
    pub(super) fn new(stream: Stream, rise_samples: usize, settings: &LoudnessSettings) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let grid_samples = (libm::round(rate_hz / GRID_RATE_HZ) as usize).max(1);
        let look_ahead_samples = rise_samples.max(LOOK_AHEAD_STEPS * grid_samples);
        let held_steps = look_ahead_samples.div_ceil(grid_samples) + 1 + HOLD_STEPS;
        let step_rate_hz = rate_hz / grid_samples as f64;
        let unity = Glide::new(
            Stream {
                sample_rate_hz: step_rate_hz,
            },
            GLIDE_MS,
            1.0,
        );
        // The second difference of the same sound falls with the square of the rate.
        let rates = rate_hz / BEND_RATE_HZ;
        let mut control = Self {
            settings: *settings,
            grid_samples,
            look_ahead_samples,
            held_steps: held_steps.min(STEPS_MAX),
            feedbacks: LEVEL_MS.map(|ms| one_pole_feedback(ms, step_rate_hz) as f32),
            over_levels: OVER_LEVEL_DB.map(|db| db_to_energy(db) as f32),
            start: start(),
            hidden: (HIDDEN_SHARE * rates * rates) as f32,
            ceiling: unity.clone(),
            depth: unity,
            now: Now::default(),
        };
        control.aim();
        control.reset();
        control
    }

    /// Whether it starts from off, so that nothing of before is remembered.
    pub(super) fn set(&mut self, settings: &LoudnessSettings) -> bool {
        if *settings == self.settings {
            return false;
        }
        let was_off = self.off();
        self.settings = *settings;
        self.aim();
        let starts = was_off && !self.off();
        if starts {
            self.ceiling.reset();
            self.now = Now::default();
        }
        starts
    }

    fn aim(&mut self) {
        let settings = &self.settings;
        let depth_db = match settings.on {
            true => f64::from(CLIP_DEPTH_DB.quantized(settings.clip_depth_db)),
            false => 0.0,
        };
        let drive_db = f64::from(DRIVE_DB.quantized(settings.drive_db));
        let ceiling_dbtp = f64::from(CEILING_DBTP.quantized(settings.ceiling_dbtp));
        let depth_db = depth_db * share(settings.character);
        self.depth.set(db_to_gain(-depth_db) as f32);
        self.ceiling.set(db_to_gain(ceiling_dbtp - drive_db) as f32);
    }

    pub(super) fn reset(&mut self) {
        self.ceiling.reset();
        self.depth.reset();
        self.now = Now::default();
    }

    /// Whether nothing is and nothing will be taken.
    pub(super) fn off(&self) -> bool {
        self.depth.settled() && self.depth.value() == 1.0 && self.now.most.nothing()
    }

    /// From the input to the clipper's curve.
    pub(super) fn look_ahead_samples(&self) -> usize {
        self.look_ahead_samples
    }

    /// Reads the chunk and writes the knees for what is at the curve by now. Whether anything may be
    /// taken.
    pub(super) fn process(&mut self, chunk: &StereoBlock<'_>, knees: &mut Knees) -> bool {
        let frames = chunk.frames().min(CHUNK_FRAMES);
        knees.start = self.start;
        let mut clips = false;
        let mut start = 0;
        while start < frames {
            let now = &mut self.now;
            let end = frames.min(start + self.grid_samples - now.position);
            for (left, right) in chunk.left[start..end].iter().zip(&chunk.right[start..end]) {
                now.peak = larger(now.peak, larger(left.abs(), right.abs()));
                now.energy[0] += left * left;
                now.energy[1] += right * right;
                for (last, sample) in now.last.iter_mut().zip([*left, *right]) {
                    let bend = sample + last[1] - 2.0 * last[0];
                    now.bend = larger(now.bend, bend.abs());
                    *last = [sample, last[0]];
                }
            }
            if now.most.nothing() {
                knees.most[start..end].fill(0.0);
            } else {
                clips = true;
                for n in start..end {
                    knees.slope[n] = now.slope.tick();
                    knees.most[n] = now.most.tick();
                }
            }
            now.position += end - start;
            if now.position == self.grid_samples {
                self.step();
            }
            start = end;
        }
        clips
    }

    fn step(&mut self) {
        let now = &mut self.now;
        now.position = 0;
        if let Some(place) = now.peaks.get_mut(now.next) {
            *place = core::mem::take(&mut now.peak);
        }
        if let Some(place) = now.bends.get_mut(now.next) {
            *place = core::mem::take(&mut now.bend);
        }
        now.next = (now.next + 1) % self.held_steps;
        let highest = |peaks: &[f32]| peaks.iter().fold(0.0, |most, &peak| larger(most, peak));
        let (held, held_bend) = (highest(&now.peaks), highest(&now.bends));
        let peak = 0.5 * (held + core::mem::replace(&mut now.held, held));
        let bend = 0.5 * (held_bend + core::mem::replace(&mut now.held_bend, held_bend));

        let energy = core::mem::take(&mut now.energy).map(|sum| sum / self.grid_samples as f32);
        let mut least = ENERGY_MIN;
        for ((levels, feedback), over) in
            (now.levels.iter_mut().zip(self.feedbacks)).zip(self.over_levels)
        {
            for (level, energy) in levels.iter_mut().zip(energy) {
                *level = energy + (*level - energy) * feedback;
                least = larger(least, *level * over);
            }
        }

        let ceiling = self.ceiling.tick();
        let depth = self.depth.tick();
        let most = if peak > ceiling {
            smaller(
                1.0 - larger(ceiling / peak, depth),
                self.hidden * bend / peak,
            )
        } else {
            0.0
        };
        // In squares, from the peak down to where the knee starts.
        let below_peak = peak * peak * (self.start / (1.0 + self.start));
        let knee = larger(below_peak, least);
        now.slope.aim(self.start / knee, self.grid_samples);
        now.most.aim(most, self.grid_samples);
    }
}
