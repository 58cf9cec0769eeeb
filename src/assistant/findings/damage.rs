//! Damage, and what is merely quiet: `clipping, over_limited, dc_offset, noise, lossy_source, silence, quiet`.

use super::{Words, finding, located, severity};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Finding, FindingKind, Reach, Severity};
use crate::assistant::style::{Side, Target};

/// Share of clipped samples in %.
const CLIPPED_PCT: [f64; 3] = [0.02, 0.05, 0.15];
/// Share of pressed peaks in %, and the peak to loudness ratio of the loud third (PSR) in dB that must come
/// with it: a loud master has one of the two.
const PRESSED_PCT: [f64; 3] = [22.0, 30.0, 45.0];
const PRESSED_PSR_DB: [f64; 3] = [9.0, 8.6, 7.5];
/// DC re the song's peak, in dB; less is taken out in silence.
const DC_DB: f64 = -36.2;
/// Noise in the quiet moments re the loudest 3 s, in dB.
const NOISE_DB: [f64; 2] = [-60.0, -45.0];
/// How sure the end of the spectrum must be a codec's.
const LOSSY: [f64; 2] = [0.3, 0.6];
/// Dropouts: one may be an edit, more are a fault.
const GAPS_HIGH: usize = 3;
/// Below what the style usually carries, in LU.
const QUIET_LU: f64 = 1.5;
/// Peaks so many spreads above what is usual: turning up is not enough.
const PEAKY_SPREADS: f64 = 1.5;

/// What was found.
pub fn findings(report: &Report, target: &Target) -> Vec<Finding> {
    [
        clipping(report),
        over_limited(report),
        silence(report),
        dc(report),
        noise(report),
        lossy(report),
        quiet(report, target),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn clipping(report: &Report) -> Option<Finding> {
    let clipping = &report.faults.clipping;
    let severity = severity(clipping.share_pct, CLIPPED_PCT)?;
    let words = Words {
        text: format!(
            "{:.2} % of the samples are clipped: flat tops {:.1} times a second, {:.1} dB below the highest peak.",
            clipping.share_pct,
            clipping.runs_per_s,
            -clipping.level_db.min(0.0)
        ),
        advice: "Look for what was driven past full scale, turn it down and export again.",
        better: "An export without clipping: a clipped recording must be recorded again.",
    };
    let reach = (Cause::Source, Reach::No, Reach::No);
    let found = finding(
        FindingKind::Clipping,
        severity,
        (clipping.share_pct, "%"),
        reach,
        words,
        clipping.confidence,
    );
    Some(located(found, &clipping.places, None))
}

fn over_limited(report: &Report) -> Option<Finding> {
    let limiting = &report.faults.limiting;
    let psr_db = report.loudness.psr_p10_db.or(report.loudness.plr_db)?;
    let [pressed, dense] = [
        severity(limiting.pressed_pct, PRESSED_PCT)?,
        severity(psr_db, PRESSED_PSR_DB)?,
    ];
    let words = Words {
        text: format!(
            "{:.0} % of the peaks in the loud parts are pressed against one level; {psr_db:.1} dB are left \
             between loudness and peaks.",
            limiting.pressed_pct
        ),
        advice: "Take the limiter off the mix bus, or several dB of it, and export again.",
        better: "The mix before its limiter; of a bought beat, the trackouts.",
    };
    let reach = (Cause::Source, Reach::No, Reach::No);
    let found = finding(
        FindingKind::OverLimited,
        pressed.min(dense),
        (limiting.pressed_pct, "%"),
        reach,
        words,
        limiting.confidence,
    );
    Some(located(found, &limiting.places, None))
}

fn silence(report: &Report) -> Option<Finding> {
    let gaps = &report.faults.gaps;
    let count = gaps.len();
    if count == 0 {
        return None;
    }
    let severity = if count >= GAPS_HIGH {
        Severity::High
    } else {
        Severity::Low
    };
    let words = Words {
        text: if count == 1 {
            "The sound drops out to digital silence once inside the music.".to_owned()
        } else {
            format!("The sound drops out to digital silence {count} times inside the music.")
        },
        advice: "Listen there; if it is not meant, export again with a larger audio buffer.",
        better: "An export without dropouts.",
    };
    let found = finding(
        FindingKind::Silence,
        severity,
        (count as f64, "dropouts"),
        (Cause::Source, Reach::No, Reach::No),
        words,
        0.7,
    );
    Some(located(found, gaps, None))
}

fn dc(report: &Report) -> Option<Finding> {
    let [left, right] = report.faults.dc_db;
    let dc_db = left.max(right);
    if dc_db < DC_DB {
        return None;
    }
    let words = Words {
        text: format!(
            "The wave sits off its centre (DC), {:.0} dB below its peak.",
            -dc_db
        ),
        advice: "The master takes it out at the input.",
        better: "A high-pass at 10 Hz on the track it comes from.",
    };
    Some(finding(
        FindingKind::DcOffset,
        Severity::Low,
        (dc_db, "dB"),
        (Cause::Song, Reach::Yes, Reach::Yes),
        words,
        0.9,
    ))
}

fn noise(report: &Report) -> Option<Finding> {
    let floor_db = report.faults.noise_floor_db?;
    let severity = severity(floor_db, [NOISE_DB[0], NOISE_DB[1], f64::INFINITY])?;
    let what = match report.faults.hum_hz {
        Some(hz) => format!("Hum of {hz:.0} Hz"),
        None => "Noise".to_owned(),
    };
    let words = Words {
        text: format!(
            "{what} in the quiet moments lies {:.0} dB below the loudest part.",
            -floor_db
        ),
        advice: "Mute or gate the noisy track where it does not play; limiting brings noise up.",
        better: "Take the noise out of the track it comes from, before the mix.",
    };
    Some(finding(
        FindingKind::Noise,
        severity,
        (floor_db, "dB"),
        (Cause::Source, Reach::No, Reach::Limited),
        words,
        0.5,
    ))
}

fn lossy(report: &Report) -> Option<Finding> {
    let faults = &report.faults;
    let cutoff_hz = faults.lossy_cutoff_hz?;
    let severity = severity(faults.lossy_confidence, [LOSSY[0], LOSSY[1], f64::INFINITY])?;
    let words = Words {
        text: format!(
            "The spectrum ends at {:.1} kHz as an MP3's does: the song has likely been one.",
            cutoff_hz / 1000.0
        ),
        advice: "Master from the uncompressed export (WAV, AIFF, FLAC).",
        better: "The file before it was compressed.",
    };
    Some(finding(
        FindingKind::LossySource,
        severity,
        (cutoff_hz, "Hz"),
        (Cause::Source, Reach::No, Reach::No),
        words,
        faults.lossy_confidence,
    ))
}

fn quiet(report: &Report, target: &Target) -> Option<Finding> {
    let style = &target.style;
    let than = target.than_usual(Side::Loudness);
    let lufs = report.loudness.integrated_lufs?;
    let missing_lu = style.loudness_lufs - lufs;
    if missing_lu < QUIET_LU {
        return None;
    }
    let peaky = report
        .loudness
        .plr_db
        .is_some_and(|plr| plr > style.plr_db + PEAKY_SPREADS * style.plr_spread_db);
    let words = Words {
        text: format!("At {lufs:.1} LUFS it is {missing_lu:.1} LU quieter {than}."),
        advice: "The master brings the level; being quiet is no fault of the mix.",
        better: "No change in the mix: level is the master's work.",
    };
    Some(finding(
        FindingKind::Quiet,
        if peaky { Severity::Low } else { Severity::Info },
        (missing_lu, "LU"),
        (Cause::Song, Reach::Yes, Reach::No),
        words,
        0.9,
    ))
}
