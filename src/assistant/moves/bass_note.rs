//! Ringing bass notes: a note that is louder than its neighbours whenever it is played is held back by what
//! it is too loud.

use super::need::{ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::analysis::report::RingingNote;
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Shape};

/// Authority: so many notes, and each so deep at most, in dB.
const NOTES_MAX: usize = 2;
const DEPTH_MAX_DB: f64 = 6.0;
/// Excess from which a note may ring, and share of the time it must sound (dsp-notes §4.3).
const EXCESS_MIN_DB: f64 = 4.5;
const ACTIVE_MIN: f64 = 0.08;
/// Excess and margin over the strongest other note together, from which it is believed and from which all is
/// done, in dB. Set on some 40 songs by judgement: a song in three gets a light cut.
const EVIDENCE_DB: [f64; 2] = [6.5, 10.5];
/// Notes nearer to each other than this, in octaves, are one.
const APART: f64 = 0.2;
/// Bass lines are not even: so much of the excess stays.
const EXCESS_KEPT_DB: f64 = 2.0;
/// Share of the rest that is taken.
const SHARE: f64 = 0.85;
const RANGE_HZ: core::ops::RangeInclusive<f64> = 30.0..=160.0;
const Q: [f64; 2] = [5.0, 12.0];
/// Above its threshold the note is pulled down almost as far as it rises.
const RATIO: f32 = 6.0;
/// Shallower is not worth a band, in dB.
const DEPTH_MIN_DB: f64 = 0.8;
const ATTACK_MS: f32 = 15.0;
const RELEASE_MS: f32 = 120.0;

/// The move: a dynamic bell at each note that rings; `None` where none does.
pub fn bass_note(case: &Case<'_>) -> Option<Move> {
    let trust = case.confidence.clamp(0.0, 1.0);
    let rings = |note: &&RingingNote| {
        note.excess_db >= EXCESS_MIN_DB
            && note.active >= ACTIVE_MIN
            && RANGE_HZ.contains(&note.frequency_hz)
    };
    let depth_db = |note: &RingingNote| {
        let believed = ramp(
            note.excess_db + note.margin_db,
            EVIDENCE_DB[0],
            EVIDENCE_DB[1],
        );
        let over_db = note.excess_db.max(note.margin_db) - EXCESS_KEPT_DB;
        let depth_db = believed * (SHARE * over_db).min(DEPTH_MAX_DB) * trust;
        depth_db - case.lowered_db(note.frequency_hz)
    };
    let mut notes: Vec<&RingingNote> = Vec::new();
    for note in case.report.low_end.notes.iter().filter(rings) {
        let apart =
            |other: &&RingingNote| libm::log2(other.frequency_hz / note.frequency_hz).abs() > APART;
        if depth_db(note) >= DEPTH_MIN_DB && notes.iter().all(apart) {
            notes.push(note);
        }
    }
    let first = *notes.first()?;
    let bands = notes.iter().take(NOTES_MAX).map(|note| BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: note.frequency_hz as f32,
        q: tenths(note.q.clamp(Q[0], Q[1])),
        threshold_db: tenths(note.threshold_db),
        range_db: -tenths(depth_db(note)),
        ratio: RATIO,
        attack_ms: ATTACK_MS,
        release_ms: RELEASE_MS,
        ..BandSettings::default()
    });
    Some(Move {
        kind: MoveKind::BassNote,
        text: format!(
            "The bass note {} ({}) is {:.1} dB louder than the others whenever it is played: it is held back \
             by up to {:.1} dB.",
            first.name,
            hertz(first.frequency_hz),
            first.excess_db,
            depth_db(first)
        ),
        value: first.excess_db,
        unit: "dB",
        change: Change::Bands(bands.collect()),
        on: true,
    })
}
