//! De-essing: bursts of 5–9 kHz that stand out of the voice's own presence are held back, and only they.

use super::need::{finished, ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::assistant::finding::FindingKind;
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Placement, Shape};

/// Authority: so deep at most, in dB.
const DEPTH_MAX_DB: f64 = 4.0;
/// How much more the band jumps than it dips where it is sharp, and where all is done, in dB. Half of 45 free
/// songs have 1.2 dB, one in ten 3 dB.
const JUMP_DB: [f64; 2] = [1.6, 5.0];
/// On a finished song it may be meant: so much less is done there.
const FINISHED_SHARE: f64 = 0.4;
/// Above this centre a shelf takes all of what hisses.
const SHELF_FROM_HZ: f64 = 8000.0;
const SHELF_CORNER_SHARE: f64 = 0.75;
const CENTER_HZ: [f64; 2] = [4000.0, 11_000.0];
/// With less side than this in the highest band the voice is in the middle: cymbals at the sides stay.
const MIDDLE_MAX_DB: f64 = -6.0;
const RATIO: f32 = 3.0;
const ATTACK_MS: f32 = 0.7;
const RELEASE_MS: f32 = 40.0;
const BELL_Q: f32 = 1.2;
const SHELF_Q: f32 = 0.71;
/// Shallower is not worth a band, in dB.
const DEPTH_MIN_DB: f64 = 0.5;

/// The move; `None` where no consonant is sharp.
pub fn de_essing(case: &Case<'_>) -> Option<Move> {
    let heard = &case.report.sibilance;
    let found = case
        .findings
        .iter()
        .any(|finding| finding.kind == FindingKind::Sibilant);
    let need = ramp(heard.jump_db, JUMP_DB[0], JUMP_DB[1]).max(if found { 0.4 } else { 0.0 });
    let meant = FINISHED_SHARE * finished(case.report, case.target);
    let center_hz = heard.center_hz.clamp(CENTER_HZ[0], CENTER_HZ[1]);
    let depth_db = DEPTH_MAX_DB * need * (1.0 - meant) * case.confidence.clamp(0.0, 1.0)
        - case.lowered_db(center_hz);
    if depth_db < DEPTH_MIN_DB {
        return None;
    }
    let (shape, hz, q) = if center_hz > SHELF_FROM_HZ {
        (Shape::HighShelf, center_hz * SHELF_CORNER_SHARE, SHELF_Q)
    } else {
        (Shape::Bell, center_hz, BELL_Q)
    };
    let placement = if case.report.stereo.bands[3].side_to_mid_db < MIDDLE_MAX_DB {
        Placement::Mid
    } else {
        Placement::Stereo
    };
    let band = BandSettings {
        on: true,
        shape,
        placement,
        frequency_hz: hz as f32,
        q,
        threshold_db: tenths(heard.threshold_db),
        range_db: -tenths(depth_db),
        ratio: RATIO,
        attack_ms: ATTACK_MS,
        release_ms: RELEASE_MS,
        ..BandSettings::default()
    };
    Some(Move {
        kind: MoveKind::DeEssing,
        text: format!(
            "Bursts around {} rise {:.1} dB further above their surroundings than the band falls below them, as \
             sharp consonants do: they are held back by up to {:.1} dB.",
            hertz(center_hz),
            heard.jump_db,
            depth_db
        ),
        value: heard.jump_db,
        unit: "dB",
        change: Change::Bands(vec![band]),
        on: true,
    })
}
