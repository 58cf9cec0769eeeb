//! The look-ahead true-peak limiter: the gain path that cannot overshoot.
//!
//! ```text
//! driven input ─► 4× interval peaks ─► needed gain ─┬─► held minimum ─► sustain gain ──┐
//!        │                                          └─► transient gain, by channel ─► × ┴─► sliding
//!        └──────────────────────── delay ──────────────────────────────► ×  ◄─ boxes ◄─ minimum
//! ```
//!
//! *Sustain* follows what is needed again and again: the demand held over the longest half-period
//! (so that a bass note asks for one constant gain), approached and left slowly. *Transient* takes
//! what is left and lets go quickly, unless the level is mostly bass: then it too holds on over the
//! half-period, because a gain that follows single waves distorts them. Their product never exceeds what is needed; the sliding minimum
//! spans the smoother, so the smoothed gain cannot either (a mean of values no larger than the need).

mod bass;
mod sustain;

use super::settings::loudness::{CEILING_DBTP, Character, DRIVE_DB, LoudnessSettings, RELEASE_MS};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::box_smoother::BoxSmoother;
use crate::dsp::delay::Delay;
use crate::dsp::glide::Glide;
use crate::dsp::interpolator::{QUICK_DELAY_SAMPLES, QuickInterpolator, larger};
use crate::dsp::units::{db_to_gain, ms_to_samples, one_pole_feedback};
use crate::dsp::window_min::WindowMin;
use bass::Bass;
use sustain::Sustain;

/// Most frames per pass.
pub(crate) const CHUNK_FRAMES: usize = 64;
/// Length of the gain smoother; with the interpolator's 15 samples, the latency.
const LOOKAHEAD_MS: f64 = 0.8;
/// The limiter aims this far below the ceiling; what its 4× grid cannot see stays in this margin.
const MARGIN_DB: f64 = 0.03;
const GLIDE_MS: f64 = 50.0;
/// What counts as deep limiting, and as recovered from it, when the tail is reported.
const RELEASED_FROM_DB: f64 = 15.0;
const RELEASED_TO_DB: f64 = 0.1;
/// Over which a demand counts as lasting: half a period of 42 Hz.
const HOLD_MS: f64 = 12.0;

/// Deeper than this is never asked for: −80 dB.
const GAIN_MIN: f32 = 1e-4;
/// Closer to unity than this is unity: about the step of an f32 there.
pub(super) const UNITY_SNAP: f32 = 1e-7;

/// What makes a character.
#[derive(Debug, Clone, Copy)]
struct Tuning {
    /// Time constant of the sustain gain towards more limiting.
    sustain_rise_ms: f64,
    /// And towards less, on top of which comes the release setting tenfold.
    sustain_fall_ms: f64,
    /// Time constant of the transient gain's recovery, as a multiple of the release setting.
    release_share: f64,
    /// 1: both channels always get the same gain; 0: each its own transient gain.
    transient_link: f32,
}

impl Tuning {
    fn sustain_fall_ms(&self, release_ms: f64) -> f64 {
        self.sustain_fall_ms + 10.0 * release_ms
    }

    fn of(character: Character) -> Self {
        match character {
            Character::Transparent => Self {
                sustain_rise_ms: 2000.0,
                sustain_fall_ms: 200.0,
                release_share: 1.0,
                transient_link: 1.0,
            },
            Character::Punchy => Self {
                sustain_rise_ms: 3000.0,
                sustain_fall_ms: 100.0,
                release_share: 0.5,
                transient_link: 0.7,
            },
            Character::Dense => Self {
                sustain_rise_ms: 500.0,
                sustain_fall_ms: 800.0,
                release_share: 4.0,
                transient_link: 0.9,
            },
        }
    }
}

/// Feedback coefficients that follow from settings and stream.
#[derive(Debug, Clone, Copy)]
struct Ballistics {
    sustain_rise: f32,
    sustain_fall: f32,
    release: f32,
    transient_link: f32,
}

impl Ballistics {
    fn new(settings: &LoudnessSettings, stream: Stream, grid_samples: usize) -> Self {
        let tuning = Tuning::of(settings.character);
        let release_ms = f64::from(RELEASE_MS.quantized(settings.release_ms));
        let grid_rate_hz = stream.sample_rate_hz / grid_samples as f64;
        let toward = |tau_ms: f64, rate_hz: f64| (1.0 - one_pole_feedback(tau_ms, rate_hz)) as f32;
        Self {
            sustain_rise: toward(tuning.sustain_rise_ms, grid_rate_hz),
            sustain_fall: toward(tuning.sustain_fall_ms(release_ms), grid_rate_hz),
            release: toward(tuning.release_share * release_ms, stream.sample_rate_hz),
            transient_link: tuning.transient_link,
        }
    }
}

/// Keeps the true peak under the ceiling; below it a pure delay, bit for bit.
#[derive(Debug)]
pub struct Limiter {
    stream: Stream,
    settings: LoudnessSettings,
    ballistics: Ballistics,
    drive: Glide,
    ceiling: Glide,
    interpolators: [QuickInterpolator; 2],
    audio: [Delay; 2],
    bass: Bass,
    sustain: Sustain,
    /// Gain of the transient path per channel, before the minimum.
    transient: [f32; 2],
    held: WindowMin<2>,
    smoother: BoxSmoother<2>,
    /// Samples since anything but unity entered the gain path; at rest when it has all left.
    quiet_samples: usize,
    memory_samples: usize,
    min_gain: f32,
    peak_in: f32,
}

impl Limiter {
    /// Allocates all it will ever need. Uses all of `settings` but `on`.
    pub fn new(stream: Stream, settings: &LoudnessSettings) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let smoother_samples = ms_to_samples(LOOKAHEAD_MS, rate_hz, 3);
        let window_samples = smoother_samples + 1;
        let latency_samples = smoother_samples + QUICK_DELAY_SAMPLES - 1;
        let bass = Bass::new(stream, HOLD_MS);
        let sustain = Sustain::new(stream, HOLD_MS, bass.grid_samples());
        let ballistics = Ballistics::new(settings, stream, sustain.grid_samples());
        let unity = Glide::new(stream, GLIDE_MS, 1.0);
        let mut limiter = Self {
            stream,
            settings: *settings,
            ballistics,
            drive: unity.clone(),
            ceiling: unity,
            interpolators: [QuickInterpolator::new(), QuickInterpolator::new()],
            audio: [Delay::new(latency_samples), Delay::new(latency_samples)],
            bass,
            sustain,
            transient: [1.0; 2],
            held: WindowMin::new(window_samples, CHUNK_FRAMES, 1.0),
            smoother: BoxSmoother::new(smoother_samples, CHUNK_FRAMES),
            quiet_samples: 0,
            memory_samples: window_samples + smoother_samples,
            min_gain: 1.0,
            peak_in: 0.0,
        };
        limiter.aim_glides();
        limiter.reset();
        limiter
    }

    /// Takes effect from the next sample; drive and ceiling glide.
    pub fn set(&mut self, settings: &LoudnessSettings) {
        if *settings != self.settings {
            self.settings = *settings;
            self.ballistics = Ballistics::new(settings, self.stream, self.sustain.grid_samples());
            self.aim_glides();
        }
    }

    fn aim_glides(&mut self) {
        let drive_db = f64::from(DRIVE_DB.quantized(self.settings.drive_db));
        let ceiling_dbtp = f64::from(CEILING_DBTP.quantized(self.settings.ceiling_dbtp));
        self.drive.set(db_to_gain(drive_db) as f32);
        self.ceiling
            .set(db_to_gain(ceiling_dbtp - MARGIN_DB) as f32);
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.drive.reset();
        self.ceiling.reset();
        self.interpolators
            .iter_mut()
            .for_each(QuickInterpolator::reset);
        self.audio.iter_mut().for_each(Delay::reset);
        self.bass.reset();
        self.sustain.reset();
        self.transient = [1.0; 2];
        self.held.reset();
        self.smoother.reset();
        self.quiet_samples = self.memory_samples;
        self.min_gain = 1.0;
        self.peak_in = 0.0;
    }

    /// In place; any length. Drives, then limits.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk));
    }

    fn process_chunk(&mut self, chunk: &mut StereoBlock<'_>) {
        let frames = chunk.frames();
        self.apply_drive(chunk);
        let mut needs = [[0.0_f32; CHUNK_FRAMES]; 2];
        self.interpolators[0].process(chunk.left, &mut needs[0][..frames]);
        self.interpolators[1].process(chunk.right, &mut needs[1][..frames]);
        let mut ceilings = [0.0; CHUNK_FRAMES];
        let limits = self.peaks_to_needs(&mut needs, &mut ceilings, frames);
        let mut bass_levels = [0.0; CHUNK_FRAMES];
        self.bass.process(chunk, &mut bass_levels);
        delay_in_place(&mut self.audio[0], chunk.left);
        delay_in_place(&mut self.audio[1], chunk.right);
        if !limits && self.quiet_samples >= self.memory_samples && self.sustain.at_rest() {
            // Unity into a gain path full of unity: nothing would change.
            self.sustain.skip(frames);
            return;
        }
        for (level, ceiling) in bass_levels.iter_mut().zip(&ceilings[..frames]) {
            *level /= ceiling;
        }
        self.apply_gain(chunk, &needs, &bass_levels);
    }

    fn apply_drive(&mut self, chunk: &mut StereoBlock<'_>) {
        if self.drive.settled() {
            let drive = self.drive.value();
            chunk.left.iter_mut().for_each(|x| *x *= drive);
            chunk.right.iter_mut().for_each(|x| *x *= drive);
        } else {
            for (left, right) in chunk.left.iter_mut().zip(chunk.right.iter_mut()) {
                let drive = self.drive.tick();
                *left *= drive;
                *right *= drive;
            }
        }
    }

    /// Turns peaks into the gains they need, at most 1, under the ceiling of each frame. Whether any is
    /// less.
    fn peaks_to_needs(
        &mut self,
        needs: &mut [[f32; CHUNK_FRAMES]; 2],
        ceilings: &mut [f32; CHUNK_FRAMES],
        frames: usize,
    ) -> bool {
        let mut highest = 0.0_f32;
        for channel in needs.iter() {
            highest = channel[..frames].iter().fold(highest, |a, &b| larger(a, b));
        }
        self.peak_in = larger(self.peak_in, highest);
        let settled = self.ceiling.settled();
        if settled {
            ceilings[..frames].fill(self.ceiling.value());
        } else {
            ceilings[..frames].fill_with(|| self.ceiling.tick());
        }
        if settled && highest <= self.ceiling.value() {
            needs[0][..frames].fill(1.0);
            needs[1][..frames].fill(1.0);
            return false;
        }
        let [left, right] = needs;
        let pairs = left[..frames].iter_mut().zip(&mut right[..frames]);
        for ((left, right), ceiling) in pairs.zip(ceilings) {
            *left = needed_gain(*left, *ceiling);
            *right = needed_gain(*right, *ceiling);
        }
        true
    }

    fn apply_gain(
        &mut self,
        chunk: &mut StereoBlock<'_>,
        needs: &[[f32; CHUNK_FRAMES]; 2],
        bass_shares: &[f32; CHUNK_FRAMES],
    ) {
        let Ballistics {
            release,
            transient_link,
            ..
        } = self.ballistics;
        let frames = chunk.frames();
        let mut gains = [[1.0_f32; 2]; CHUNK_FRAMES];
        let gains = &mut gains[..frames];
        for (n, gain) in gains.iter_mut().enumerate() {
            let need = [needs[0][n], needs[1][n]];
            let linked = smaller(need[0], need[1]);
            self.sustain.tick(linked, bass_shares[n], &self.ballistics);
            let sustain = self.sustain.gain();
            let most = smaller(sustain, self.sustain.bass_gain());
            let linked_rest = smaller(most, linked) / sustain;
            for channel in 0..2 {
                let rest = smaller(most, need[channel]) / sustain;
                let rest = rest + transient_link * (linked_rest - rest);
                let recovered = self.transient[channel] + (1.0 - self.transient[channel]) * release;
                let recovered = if recovered > 1.0 - UNITY_SNAP {
                    1.0
                } else {
                    recovered
                };
                self.transient[channel] = smaller(rest, recovered);
                gain[channel] = smaller(sustain * self.transient[channel], need[channel]);
            }
            self.quiet_samples = if *gain == [1.0; 2] {
                self.quiet_samples.saturating_add(1)
            } else {
                0
            };
        }
        self.held.process(gains);
        self.smoother.process(gains);
        for (gain, (left, right)) in gains
            .iter()
            .zip(chunk.left.iter_mut().zip(chunk.right.iter_mut()))
        {
            *left *= gain[0];
            *right *= gain[1];
        }
        self.min_gain = gains
            .as_flattened()
            .iter()
            .fold(self.min_gain, |least, &gain| smaller(least, gain));
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.audio[0].samples()
    }

    /// Samples from the end of a loud passage until 15 dB of limiting have come back to within 0.1 dB
    /// of unity.
    pub fn release_samples(&self) -> usize {
        let release_ms = f64::from(RELEASE_MS.quantized(self.settings.release_ms));
        let fall_ms = Tuning::of(self.settings.character).sustain_fall_ms(release_ms);
        // The reduction falls exponentially in dB.
        let time_constants = libm::log(RELEASED_FROM_DB / RELEASED_TO_DB);
        ms_to_samples(
            HOLD_MS + fall_ms * time_constants,
            self.stream.sample_rate_hz,
            1,
        )
    }

    /// Smallest gain and highest input peak since the last call.
    pub fn take_reading(&mut self) -> (f32, f32) {
        (
            core::mem::replace(&mut self.min_gain, 1.0),
            core::mem::replace(&mut self.peak_in, 0.0),
        )
    }
}

fn delay_in_place(delay: &mut Delay, samples: &mut [f32]) {
    let mut delayed = [0.0_f32; CHUNK_FRAMES];
    delay.process(samples, &mut delayed[..samples.len()]);
    samples.copy_from_slice(&delayed[..samples.len()]);
}

#[inline]
fn needed_gain(peak: f32, ceiling: f32) -> f32 {
    if peak > ceiling {
        larger(ceiling / peak, GAIN_MIN)
    } else {
        1.0
    }
}

/// Minimum by one comparison (`f32::min` has to look for NaN).
#[inline]
pub(super) fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}
