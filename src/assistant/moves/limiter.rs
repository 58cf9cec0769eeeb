//! The loudness stage's manner: character, release and clip depth by how percussive and driving a song is.

use super::need::ramp;
use super::{Case, Change, Move, MoveKind};
use crate::engine::settings::loudness::{Character, RELEASE_MS};

/// Authority: the clipper takes so much at most, in dB, before rehearsal has shown what it costs.
const CLIP_MAX_DB: f64 = 1.5;
/// From this percussiveness and energy on hits carry the song.
const PUNCHY: [f64; 2] = [0.25, 0.5];
/// Up to this percussiveness and from this energy on it is a wall of sound.
const DENSE: [f64; 2] = [-0.35, 0.6];
/// Clipping shortens hits; tonal and calm music is not clipped below these.
const CLIP_PERCUSSIVENESS: [f64; 2] = [-0.5, 0.8];
const CLIP_ENERGY: [f64; 2] = [0.25, 0.8];
/// Fast release of a calm and of a driving song, in ms.
const RELEASE: [f64; 2] = [20.0, 8.0];

/// The move: there always is one, for loudness is a choice of its own.
pub fn limiter(case: &Case<'_>) -> Option<Move> {
    let rhythm = &case.report.rhythm;
    let (hits, energy) = (rhythm.percussiveness, rhythm.energy.clamp(0.0, 1.0));
    let (character, why) = if hits >= PUNCHY[0] && energy >= PUNCHY[1] {
        (
            Character::Punchy,
            "hits carry it, the limiter lets go quickly after them",
        )
    } else if hits <= DENSE[0] && energy >= DENSE[1] {
        (
            Character::Dense,
            "it is a wall of sound, the limiter holds evenly",
        )
    } else {
        (
            Character::Transparent,
            "the limiter changes as little as it can",
        )
    };
    let clip_db = CLIP_MAX_DB
        * ramp(hits, CLIP_PERCUSSIVENESS[0], CLIP_PERCUSSIVENESS[1])
        * ramp(energy, CLIP_ENERGY[0], CLIP_ENERGY[1]);
    // Half dBs: what is tried in rehearsal is as coarse.
    let clip_db = (libm::round(clip_db * 2.0) / 2.0) as f32;
    let release_ms =
        RELEASE_MS.quantized(libm::round(RELEASE[0] + (RELEASE[1] - RELEASE[0]) * energy) as f32);
    Some(Move {
        kind: MoveKind::Limiter,
        text: format!("Percussiveness {hits:+.2} and energy {energy:.2}: {why}."),
        value: hits,
        unit: "",
        change: Change::Limiter(character, release_ms, clip_db),
        on: true,
    })
}
