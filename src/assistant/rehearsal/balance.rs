//! The balance of multiband, clipper and limiter at the goal: a few ways are played, the least loss wins.

use super::loss::Reference;
use super::stage::Shaped;
use super::{Cancelled, Room};
use crate::assistant::moves::{Change, MoveKind};
use crate::assistant::proposal::Proposal;
use crate::engine::settings::loudness::{CLIP_DEPTH_DB, Character, DRIVE_DB, LoudnessSettings};

/// With less limiting at the 95th percentile than this there is nothing to balance, in dB.
const REDUCTION_MIN_DB: f64 = 0.75;
/// Another way must lose so much less, or the song's own manner stays.
const BETTER: f64 = 0.95;
/// Clip depths tried besides the song's own, in dB more or less.
const CLIP_STEPS_DB: [f32; 2] = [-1.0, 1.0];
/// Slope of loudness over drive, where nothing is known.
const SLOPE: f64 = 0.75;
/// What a LU more costs about, in dB of loss: ways are tried at one drive and come out a little apart.
const LOSS_PER_LU: f64 = 0.2;

/// Chooses character and clip depth, in the draft's settings and its limiter move.
pub(super) fn balance(
    room: &mut Room<'_, '_>,
    shaped: &Shaped,
    draft: &mut Proposal,
    goal_lufs: f64,
) -> Result<(), Cancelled> {
    let Some(index) = draft
        .moves
        .iter()
        .position(|one| one.kind == MoveKind::Limiter && one.on)
    else {
        return Ok(());
    };
    let rate_hz = room.material.stream.sample_rate_hz;
    let mut best = draft.settings.loudness;
    best.on = true;
    best.drive_db = drive_for(draft, room.song_lufs(shaped.lufs), goal_lufs);
    let first = room.stage.play(shaped, &best, true)?;
    if first.p95_gain_reduction_db < REDUCTION_MIN_DB {
        return Ok(());
    }
    // Brought nearer to the goal, so that the loss is that of the goal.
    let missing_lu = goal_lufs - room.song_lufs(first.lufs);
    best.drive_db = DRIVE_DB.quantized(best.drive_db + (missing_lu / SLOPE) as f32);
    let mut reference = Reference::new(&mut room.stage, shaped, rate_hz)?;
    let mut least = trial(room, shaped, &mut reference, &best, goal_lufs)?;
    let own = best;
    for step_db in CLIP_STEPS_DB {
        let mut other = own;
        other.clip_depth_db = CLIP_DEPTH_DB.quantized(own.clip_depth_db + step_db);
        if other.clip_depth_db != own.clip_depth_db {
            let loss_db = trial(room, shaped, &mut reference, &other, goal_lufs)?;
            if loss_db < BETTER * least {
                (best, least) = (other, loss_db);
            }
        }
    }
    for character in [Character::Transparent, Character::Punchy, Character::Dense] {
        if character != own.character {
            let mut other = best;
            other.character = character;
            let loss_db = trial(room, shaped, &mut reference, &other, goal_lufs)?;
            if loss_db < BETTER * least {
                (best, least) = (other, loss_db);
            }
        }
    }
    if (best.character, best.clip_depth_db) != (own.character, own.clip_depth_db) {
        let settings = &mut draft.settings.loudness;
        settings.character = best.character;
        settings.clip_depth_db = best.clip_depth_db;
        let one = &mut draft.moves[index];
        one.change = Change::Limiter(best.character, best.release_ms, best.clip_depth_db);
        one.value = least;
        one.unit = "dB";
        one.text = format!(
            "At {goal_lufs:.1} LUFS {} with {:.1} dB of clipping lost least of what was rehearsed: {least:.1} \
             dB of hits and tone.",
            name(best.character),
            best.clip_depth_db
        );
    }
    Ok(())
}

/// A drive near the goal, by the cost curve.
fn drive_for(draft: &Proposal, shaped_lufs: f64, goal_lufs: f64) -> f32 {
    let points = &draft.cost.points;
    let between = points.windows(2).find_map(|pair| {
        let (from, to) = (pair[0], pair[1]);
        (from.lufs..to.lufs).contains(&goal_lufs).then(|| {
            let share = (goal_lufs - from.lufs) / (to.lufs - from.lufs);
            from.drive_db + share * (to.drive_db - from.drive_db)
        })
    });
    let beyond = points
        .last()
        .filter(|last| goal_lufs >= last.lufs)
        .map(|last| last.drive_db);
    let drive_db = between.or(beyond).unwrap_or(goal_lufs - shaped_lufs);
    DRIVE_DB.quantized(drive_db as f32)
}

/// The loss in dB that a way of limiting has at the goal.
fn trial(
    room: &mut Room<'_, '_>,
    shaped: &Shaped,
    reference: &mut Reference,
    loudness: &LoudnessSettings,
    goal_lufs: f64,
) -> Result<f64, Cancelled> {
    let played = room.stage.play(shaped, loudness, true)?;
    let missing_lu = goal_lufs - room.song_lufs(played.lufs);
    Ok(reference.loss_db(&mut room.stage, &played)? + LOSS_PER_LU * missing_lu)
}

fn name(character: Character) -> &'static str {
    match character {
        Character::Transparent => "the transparent limiter",
        Character::Punchy => "the punchy limiter",
        Character::Dense => "the dense limiter",
    }
}
