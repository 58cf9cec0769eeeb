//! Finds the drive for a loudness goal by playing what was heard through the real engine.
//!
//! When the store holds only a sample of a long passage, the goal is moved by the difference between
//! the loudness of the whole passage, which the meter before the chain has counted, and that of the
//! sample: what is solved is how much louder the passage becomes.

use std::sync::atomic::{AtomicBool, Ordering};

use super::hearing::Hearing;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::meter::Meter;
use crate::engine::Engine;
use crate::engine::settings::{DRIVE_DB, Settings};
use crate::handoff::errand::{Answer, Job};

/// Less than this is no passage.
const SECONDS_MIN: f64 = 3.0;
/// How close is close enough, in LU.
const TOLERANCE_LU: f64 = 0.03;
/// Rehearsals at most.
const PASSES_MAX: u32 = 8;

/// Works until found, cancelled or `stop`.
pub fn solve(job: &Job, hearing: &mut Hearing, stop: &AtomicBool) -> Result<Answer, String> {
    let seconds = hearing.heard().seconds();
    if seconds < SECONDS_MIN {
        return Err(format!(
            "Play at least {SECONDS_MIN:.0} s of the song first; {seconds:.1} s were heard."
        ));
    }
    let stopped = || job.cancelled() || stop.load(Ordering::Acquire);
    let void = || "Stopped.".to_owned();
    let silent = || "What was heard is silent: play the song first.".to_owned();

    let plain = measure(hearing, None, &stopped, &|_| {}).ok_or_else(void)?;
    let plain_lufs = plain.ok_or_else(silent)?;
    let whole_lufs = match job.request.input.integrated_lufs {
        Some(whole_lufs) if !hearing.complete() => whole_lufs,
        _ => plain_lufs,
    };
    // From here on loudness is that of the whole passage.
    let correction_lu = whole_lufs - plain_lufs;
    let goal_lufs = job.request.goal_lufs;

    let mut pass = 0;
    let mut rehearse = |drive_db: f32| -> Result<f64, String> {
        let mut settings = job.request.settings.clone();
        settings.bypass = false;
        settings.loudness.on = true;
        settings.loudness.drive_db = drive_db;
        let so_far = pass as f32;
        pass += 1;
        let tell = |share: f32| job.progress(((so_far + share) / 5.0).min(0.99));
        let lufs = measure(hearing, Some(&settings), &stopped, &tell).ok_or_else(void)?;
        Ok(lufs.ok_or_else(silent)? + correction_lu)
    };

    let (mut low, mut high): (Option<(f64, f64)>, Option<(f64, f64)>) = (None, None);
    let mut drive_db = DRIVE_DB.quantized((goal_lufs - whole_lufs) as f32);
    let mut best = (drive_db, f64::INFINITY);
    for _ in 0..PASSES_MAX {
        let reached_lufs = rehearse(drive_db)?;
        if (reached_lufs - goal_lufs).abs() < (best.1 - goal_lufs).abs() {
            best = (drive_db, reached_lufs);
        }
        let missing_lu = goal_lufs - reached_lufs;
        let here = (f64::from(drive_db), reached_lufs);
        if missing_lu > 0.0 {
            low = Some(here);
        } else {
            high = Some(here);
        }
        let next_db = match (low, high) {
            (Some(a), Some(b)) if b.1 > a.1 => a.0 + (goal_lufs - a.1) * (b.0 - a.0) / (b.1 - a.1),
            // The limiter takes back a part of what the drive gives.
            _ => here.0 + missing_lu * 1.4,
        };
        let next_db = DRIVE_DB.quantized(next_db as f32);
        if missing_lu.abs() <= TOLERANCE_LU || next_db == drive_db {
            break;
        }
        drive_db = next_db;
    }
    Ok(answer(best, goal_lufs, seconds))
}

fn answer((drive_db, reached_lufs): (f32, f64), goal_lufs: f64, seconds: f64) -> Answer {
    let minutes = (seconds / 60.0) as u64;
    let heard = format!("{minutes}:{:02}", (seconds % 60.0) as u64);
    let text = if (reached_lufs - goal_lufs).abs() <= 0.1 {
        format!("Drive {drive_db:+.2} dB brings the {heard} heard to {reached_lufs:.1} LUFS.")
    } else {
        format!(
            "{goal_lufs:.1} LUFS is out of reach: drive {drive_db:+.2} dB brings the {heard} heard to \
             {reached_lufs:.1} LUFS."
        )
    };
    Answer {
        drive_db,
        reached_lufs,
        text,
    }
}

/// Integrated loudness of what is kept, as it is or through an engine. The outer `None`: stopped; the
/// inner: silent.
fn measure(
    hearing: &mut Hearing,
    settings: Option<&Settings>,
    stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(f32),
) -> Option<Option<f64>> {
    let stream: Stream = hearing.heard().stream();
    let total = hearing.heard().kept_frames().max(1);
    let mut meter = Meter::new(stream);
    let mut engine = settings.map(|settings| Engine::new(stream, settings));
    let latency = engine.as_ref().map_or(0, Engine::latency_samples);
    let mut skip = latency;
    let mut done = 0;
    let mut hear = |left: &mut [f32], right: &mut [f32]| {
        if let Some(engine) = &mut engine {
            engine.process(&mut StereoBlock::new(left, right));
        }
        let from = skip.min(left.len());
        skip -= from;
        meter.process(&left[from..], &right[from..]);
        done += left.len();
        tell(done as f32 / total as f32);
        !stopped()
    };
    hearing.play(&mut hear);
    if stopped() {
        return None;
    }
    // What is still inside the engine.
    hear(&mut vec![0.0; latency], &mut vec![0.0; latency]);
    Some(meter.reading().integrated_lufs)
}
