//! Finds the drive for a loudness goal by playing what was heard through the real engine.
//!
//! When the store holds only a sample of a long passage, loudness is corrected by the difference between
//! the whole passage, which the meter before the chain has counted, and the sample: what is rehearsed is
//! how much louder the passage becomes.

use std::sync::atomic::{AtomicBool, Ordering};

use super::hearing::Hearing;
use crate::assistant::drive::{self, Driven, Goal, Programme, Solution};
use crate::assistant::rehearsal::take::Take;
use crate::assistant::rehearsal::trims;
use crate::dsp::meter::MeterReading;
use crate::engine::settings::loudness::TRIM_POINTS_PCT;
use crate::engine::settings::{INTENSITY, Settings};
use crate::handoff::errand::{Answer, Job};

/// Less than this is no passage.
const SECONDS_MIN: f64 = 3.0;
/// Renders that a search usually takes; only the progress bar believes it.
const RENDERS_USUAL: f32 = 5.0;

/// Works until found, cancelled or `stop`.
pub fn solve(job: &Job, hearing: &mut Hearing, stop: &AtomicBool) -> Result<Answer, String> {
    let seconds = hearing.heard().seconds();
    if seconds < SECONDS_MIN {
        return Err(format!(
            "Play at least {SECONDS_MIN:.0} s of the song first; {seconds:.1} s were heard."
        ));
    }
    let request = &job.request;
    let mut stage = Stage {
        hearing,
        stopped: &|| job.cancelled() || stop.load(Ordering::Acquire),
        tell: &|share| job.progress(share),
        renders: 0,
    };
    let plain = stage.play(None)?.0;
    let plain_lufs = plain.integrated_lufs.ok_or_else(silent)?;
    let whole = if stage.hearing.complete() {
        plain
    } else {
        request.input
    };
    let whole_lufs = whole.integrated_lufs.unwrap_or(plain_lufs);
    let programme = Programme {
        integrated_lufs: whole_lufs,
        plr_db: whole.plr_db.or(plain.plr_db).ok_or_else(silent)?,
        true_peak_dbtp: whole
            .true_peak_dbtp
            .or(plain.true_peak_dbtp)
            .ok_or_else(silent)?,
    };
    let goal = Goal {
        target_lufs: request.goal_lufs,
        ceiling_dbtp: f64::from(request.settings.loudness.ceiling_dbtp),
        force: false,
    };
    let mut rehearse = |intensity: f32, drive_db: f32| {
        let mut settings = request.settings;
        settings.bypass = false;
        settings.intensity = intensity;
        settings.loudness.on = true;
        settings.loudness.drive_db = drive_db;
        settings.loudness.drive_trim_db = [0.0; TRIM_POINTS_PCT.len()];
        let (reading, p95_gain_reduction_db) = stage.play(Some(&settings))?;
        let sample_lufs = reading.integrated_lufs.ok_or_else(silent)?;
        let integrated_lufs = sample_lufs + whole_lufs - plain_lufs;
        let true_peak_dbtp = reading.true_peak_dbtp.ok_or_else(silent)?;
        Ok::<_, String>(Driven {
            integrated_lufs,
            p95_gain_reduction_db,
            plr_db: true_peak_dbtp - integrated_lufs,
        })
    };
    let solution = drive::solve(&programme, &goal, |drive_db| {
        rehearse(INTENSITY.max, drive_db)
    })?;
    let mut answer = answer(&solution, request.goal_lufs, seconds);
    if request.settings.shapes_sound() {
        answer.drive_trim_db = trims::trims(&programme, &goal, &solution, rehearse)?;
    }
    Ok(answer)
}

fn silent() -> String {
    "What was heard is silent: play the song first.".to_owned()
}

fn answer(solution: &Solution, goal_lufs: f64, seconds: f64) -> Answer {
    let drive_db = solution.drive_db;
    let reached_lufs = solution.driven.integrated_lufs;
    let heard = format!("{}:{:02}", seconds as u64 / 60, seconds as u64 % 60);
    let gives =
        format!("Drive {drive_db:+.2} dB brings the {heard} heard to {reached_lufs:.1} LUFS");
    let text = match &solution.stopped_by {
        Some(stop) => format!("{gives}, not {goal_lufs:.1}: {}.", stop.text()),
        None => format!("{gives}."),
    };
    Answer {
        drive_db,
        drive_trim_db: [0.0; TRIM_POINTS_PCT.len()],
        reached_lufs,
        text,
    }
}

/// Where what was heard is played.
struct Stage<'a> {
    hearing: &'a mut Hearing,
    stopped: &'a dyn Fn() -> bool,
    tell: &'a dyn Fn(f32),
    renders: u32,
}

impl Stage<'_> {
    /// Plays all that is kept, as it is or through an engine: what the meter behind it says, and the
    /// 95th percentile of the gain reduction, in dB.
    fn play(&mut self, settings: Option<&Settings>) -> Result<(MeterReading, f64), String> {
        let stream = self.hearing.heard().stream();
        let total = self.hearing.heard().kept_frames().max(1);
        let mut take = Take::new(stream, settings);
        let (before, mut done) = (self.renders as f32, 0);
        self.hearing.play(|left, right| {
            take.process(left, right);
            done += left.len();
            let share = (before + done as f32 / total as f32) / (1.0 + RENDERS_USUAL);
            (self.tell)(share.min(0.99));
            !(self.stopped)()
        });
        if (self.stopped)() {
            return Err("Stopped.".to_owned());
        }
        self.renders += 1;
        Ok(take.finish())
    }
}
