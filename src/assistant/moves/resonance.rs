//! Resonances: narrow peaks that stay while the notes change, held back while they sound.

use super::need::{finished, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::analysis::report::Resonance;
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Shape};

/// Authority: so many bands, and each so deep at most, in dB.
const BANDS_MAX: usize = 4;
const DEPTH_MAX_DB: f64 = 6.0;
/// Together they take no more than this from any octave, in dB: more is equalizing in disguise.
const OCTAVE_MAX_DB: f64 = 1.5;
/// Score from which one is worth a band, in dB (dsp-notes §7: 3 is a note, 5 a warning).
const SCORE_MIN_DB: f64 = 3.0;
const RANGE_HZ: core::ops::RangeInclusive<f64> = 150.0..=10_000.0;
const Q: [f64; 2] = [4.0, 14.0];
/// Depth per dB of score.
const DEPTH_PER_SCORE: f64 = 0.8;
/// On a finished song what is left may be meant: so much less is done there.
const FINISHED_SHARE: f64 = 0.6;
const RATIO: f32 = 2.5;
const ATTACK_MS: f32 = 10.0;
const RELEASE_MS: f32 = 90.0;
/// Shallower than this is not worth a band, in dB.
const DEPTH_MIN_DB: f64 = 0.8;

/// The move: dynamic bells, deepest first; `None` where nothing rings.
pub fn resonance(case: &Case<'_>) -> Option<Move> {
    let trust = case.confidence.clamp(0.0, 1.0)
        * (1.0 - FINISHED_SHARE * finished(case.report, case.target));
    let mut chosen: Vec<(f64, &Resonance)> = Vec::new();
    for resonance in &case.report.resonances {
        let over_db = resonance.score_db - SCORE_MIN_DB;
        if over_db <= 0.0 || !RANGE_HZ.contains(&resonance.frequency_hz) {
            continue;
        }
        let wanted_db = (DEPTH_PER_SCORE * resonance.score_db).min(DEPTH_MAX_DB) * trust
            - case.lowered_db(resonance.frequency_hz);
        // What others already take from an octave that holds both.
        let taken_db: f64 = chosen
            .iter()
            .filter(|(_, other)| {
                libm::fabs(libm::log2(other.frequency_hz / resonance.frequency_hz)) < 1.0
            })
            .map(|(depth_db, other)| per_octave_db(*depth_db, other.q))
            .sum();
        let room_db = (OCTAVE_MAX_DB - taken_db).max(0.0);
        let depth_db = wanted_db.min(room_db / per_octave_db(1.0, resonance.q));
        if depth_db >= DEPTH_MIN_DB {
            chosen.push((depth_db, resonance));
        }
    }
    chosen.sort_by(|a, b| b.0.total_cmp(&a.0));
    chosen.truncate(BANDS_MAX);
    let (_, first) = *chosen.first()?;
    let place = hertz(first.frequency_hz);
    let above_db = first.prominence_db;
    let text = match chosen.len() {
        1 => format!(
            "{place} stays {above_db:.1} dB above its surroundings whatever is played: it is held back while \
             it rings."
        ),
        n => format!(
            "{n} narrow places, the strongest at {place} with {above_db:.1} dB, stay above their surroundings \
             whatever is played: they are held back while they ring."
        ),
    };
    let bands = chosen.iter().map(|(depth_db, resonance)| BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: resonance.frequency_hz as f32,
        q: tenths(resonance.q.clamp(Q[0], Q[1])),
        threshold_db: tenths(resonance.threshold_db),
        range_db: -tenths(*depth_db),
        ratio: RATIO,
        attack_ms: ATTACK_MS,
        release_ms: RELEASE_MS,
        ..BandSettings::default()
    });
    Some(Move {
        kind: MoveKind::Resonance,
        text,
        value: above_db,
        unit: "dB",
        change: Change::Bands(bands.collect()),
        on: true,
    })
}

/// What a bell so deep takes from an octave on the mean, in dB: its area over log frequency, about
/// `1.44 · π/2 / Q` octaves of its depth.
fn per_octave_db(depth_db: f64, q: f64) -> f64 {
    depth_db * (2.27 / q.clamp(Q[0], Q[1])).min(1.0)
}
