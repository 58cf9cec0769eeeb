//! Why everything was done, in sentences that say what is in effect.

use super::assisted::Assisted;
use super::job::Job;
use super::told::Reason;
use crate::assistant::drive::TOLERANCE_LU;
use crate::assistant::moves::{Move, MoveKind};
use crate::assistant::rehearsal::usual_loudness_of;
use crate::engine::settings::Settings;
use crate::offline::measure::{Measurement, rounded};
use crate::offline::render::keeps_ceiling;

/// What was done: the moves with the share of them that is in effect, then loudness and delivery.
pub(super) fn reasons(
    assisted: Option<&Assisted>,
    (before, after): (&Measurement, &Measurement),
    settings: &Settings,
    job: &Job,
    trim_db: f64,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(made) = assisted {
        reasons.extend(shaping(&made.moves, settings.intensity));
        if settings.loudness.on {
            let limiter = made
                .moves
                .iter()
                .filter(|one| one.kind == MoveKind::Limiter);
            reasons.extend(limiter.filter(|one| one.on).map(of_move));
            reasons.extend(usual_loudness(made, before));
        }
    }
    let loudness = &settings.in_effect().loudness;
    if let (true, Some(from), Some(to)) = (
        keeps_ceiling(settings),
        before.integrated_lufs,
        after.integrated_lufs,
    ) {
        reasons.push(Reason {
            stage: "loudness",
            text: format!(
                "A drive of {:+.2} dB into the limiter, with a ceiling of {:.2} dBTP, takes the song from \
                 {from:.1} to {to:.1} LUFS.",
                loudness.drive_db, loudness.ceiling_dbtp
            ),
            value: rounded(f64::from(loudness.drive_db)),
            unit: "dB",
        });
    }
    if trim_db < 0.0 {
        reasons.push(Reason {
            stage: "delivery",
            text: "The finished file is trimmed so that no meter reads it above the ceiling."
                .to_owned(),
            value: rounded(trim_db),
            unit: "dB",
        });
    }
    if let (Some(service), Some(lufs), Some(peak)) =
        (job.service, after.integrated_lufs, after.true_peak_dbtp)
    {
        reasons.push(Reason {
            stage: "delivery",
            text: sentence(&service.says(lufs, peak)),
            value: rounded(service.gain_db(lufs, peak)),
            unit: "dB",
        });
    }
    reasons
}

/// The moves that shape the sound. Their sentences speak of 100 %; what else is in effect is said first, and
/// nothing is listed of which nothing is in effect.
fn shaping(moves: &[Move], intensity_pct: f32) -> Vec<Reason> {
    let shaping: Vec<Reason> = moves
        .iter()
        .filter(|one| one.on && one.kind != MoveKind::Limiter)
        .map(of_move)
        .collect();
    if intensity_pct <= 0.0 || shaping.is_empty() {
        return Vec::new();
    }
    let head = Reason {
        stage: "intensity",
        text: format!(
            "What shapes the sound is described as it would be at 100 %; {intensity_pct:.0} % of it is in effect."
        ),
        value: rounded(f64::from(intensity_pct)),
        unit: "%",
    };
    let head = Some(head).filter(|_| intensity_pct < 100.0);
    head.into_iter().chain(shaping).collect()
}

fn of_move(one: &Move) -> Reason {
    Reason {
        stage: one.kind.stage().key(),
        text: one.text.clone(),
        value: rounded(one.value),
        unit: one.unit,
    }
}

/// Where the goal of `auto` comes from; a note says it where the knee lowered it.
fn usual_loudness(made: &Assisted, before: &Measurement) -> Option<Reason> {
    let goal_lufs = made.goal_lufs?;
    let usual_lufs = made.usual_lufs?;
    if made.is_lowered {
        return None;
    }
    let who = usual_loudness_of(&made.target);
    let text = if (goal_lufs - usual_lufs).abs() <= TOLERANCE_LU {
        format!("{who} {usual_lufs:.1} LUFS: that is the goal.")
    } else {
        let song_lufs = before.integrated_lufs?;
        if (goal_lufs - song_lufs).abs() <= TOLERANCE_LU {
            format!(
                "{who} {usual_lufs:.1} LUFS; the song is louder and stays at {song_lufs:.1} LUFS."
            )
        } else {
            format!(
                "{who} {usual_lufs:.1} LUFS; the song is louder, but its peaks stand above the ceiling. Under it \
                 the song has {goal_lufs:.1} LUFS by itself: that is the goal."
            )
        }
    };
    Some(Reason {
        stage: "loudness",
        text,
        value: rounded(goal_lufs),
        unit: "LUFS",
    })
}

/// A text as a sentence: a capital first, a full stop last.
pub(in crate::offline) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    let mut out = first.unwrap_or_default() + chars.as_str();
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}
