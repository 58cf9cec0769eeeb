//! Glue: a bus compressor that breathes with a mix; a master that is dense already gets none.

use super::need::{of_density, ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::assistant::style::Side;
use crate::engine::settings::glue::GlueSettings;

/// Authority: mean gain reduction of the loud passages, in dB.
const REDUCTION_MAX_DB: f64 = 1.8;
/// Ratio of little and of all glue.
const RATIO: [f64; 2] = [1.5, 2.0];
const KNEE_DB: f64 = 8.0;
/// A calm song gets this share of what a driving one gets.
const CALM_SHARE: f64 = 0.2;
/// Peak to loudness ratio beyond the style's by so many standard deviations: nothing, and all.
const PLR_SIGMA: [f64; 2] = [0.0, 2.0];
const PLR_SPREAD_MIN_DB: f64 = 1.0;
/// Level that the compressor's detector reads in the loudest 3 s at the default reference level: −18 LUFS are
/// −17.3 dB of both channels' power, less the bass its high-pass leaves out, plus its peaks.
const LOUD_LEVEL_DB: f64 = -16.5;
/// Attack of a song without and of one full of hits, in ms: hits keep their front.
const ATTACK_MS: [f64; 2] = [20.0, 30.0];
/// Release in beats, and its bounds in ms.
const RELEASE_BEATS: f64 = 0.4;
const RELEASE_MS: [f64; 2] = [100.0, 400.0];
const RELEASE_USUAL_MS: f64 = 150.0;
/// Below this strength there is no tempo.
const TEMPO_STRENGTH_MIN: f64 = 2.0;
/// Less is not worth a stage, in dB.
const REDUCTION_MIN_DB: f64 = 0.25;

/// The move; `None` for what is dense already, and for what has little energy to hold together.
pub fn glue(case: &Case<'_>) -> Option<Move> {
    let rhythm = &case.report.rhythm;
    let style = &case.target.style;
    let plr_db = case.report.loudness.plr_db?;
    let sigma = (plr_db - style.plr_db) / style.plr_spread_db.max(PLR_SPREAD_MIN_DB);
    let energy = rhythm.energy.clamp(0.0, 1.0);
    let amount = of_density(case)
        * ramp(sigma, PLR_SIGMA[0], PLR_SIGMA[1])
        * (CALM_SHARE + (1.0 - CALM_SHARE) * energy);
    let reduction_db = REDUCTION_MAX_DB * amount;
    if reduction_db < REDUCTION_MIN_DB {
        return None;
    }
    let ratio = RATIO[0] + (RATIO[1] - RATIO[0]) * amount;
    let hits = ramp(rhythm.percussiveness, -1.0, 1.0);
    let release_ms = rhythm
        .tempo_bpm
        .filter(|&bpm| rhythm.tempo_strength > TEMPO_STRENGTH_MIN && bpm > 0.0)
        .map_or(RELEASE_USUAL_MS, |bpm| RELEASE_BEATS * 60_000.0 / bpm)
        .clamp(RELEASE_MS[0], RELEASE_MS[1]);
    let settings = GlueSettings {
        on: true,
        threshold_db: tenths(LOUD_LEVEL_DB - over_db(reduction_db, ratio)),
        ratio: (libm::round(ratio * 20.0) / 20.0) as f32,
        knee_db: KNEE_DB as f32,
        attack_ms: libm::round(ATTACK_MS[0] + (ATTACK_MS[1] - ATTACK_MS[0]) * hits) as f32,
        release_ms: (libm::round(release_ms / 10.0) * 10.0) as f32,
        auto_release: true,
        ..GlueSettings::default()
    };
    Some(Move {
        kind: MoveKind::Glue,
        text: format!(
            "The peaks stand {plr_db:.1} dB above the loudness, {:.1} dB {}: a slow compressor \
             of {reduction_db:.1} dB on the mean holds the mix together.",
            style.plr_db,
            case.target.is_usual(Side::Dynamics)
        ),
        value: plr_db,
        unit: "dB",
        change: Change::Glue(settings),
        on: true,
    })
}

/// How far above its threshold a level is held back by so much: the curve with its knee, turned round.
fn over_db(reduction_db: f64, ratio: f64) -> f64 {
    let slope = 1.0 - 1.0 / ratio;
    let in_knee_db = libm::sqrt(2.0 * KNEE_DB * reduction_db / slope);
    if in_knee_db <= KNEE_DB {
        in_knee_db - 0.5 * KNEE_DB
    } else {
        reduction_db / slope
    }
}
