//! Whether the master's own moves ease an element's fault well enough, so that stems are not needed for it.

use crate::analysis::report::Report;
use crate::assistant::finding::{Finding, FindingKind};
use crate::assistant::moves::{Move, MoveKind, bands_of};
use crate::engine::equalizer::response::band_response_db;
use crate::engine::settings::equalizer::BandSettings;

/// A fix that leaves more than this share of the deviation is none (design: half).
const LEFT_MAX: f64 = 0.5;
/// Nor is one that drags a neighbouring third-octave by more than this on the mean, in dB.
const DRAG_MAX_DB: f64 = 1.0;
/// Deviations up to these are no fault: of a bass note, of sharp consonants, in dB.
const NOTE_USUAL_DB: f64 = 2.0;
const JUMP_USUAL_DB: f64 = 1.2;
/// What a burst of a consonant lasts, in seconds.
const BURST_S: f64 = 0.1;
const RATE_HZ: f64 = 48_000.0;

/// Whether a move that is on takes back at least half of what a finding is off by, at 100 % intensity, and
/// leaves what is beside it.
pub(super) fn is_eased(finding: &Finding, moves: &[Move], report: &Report) -> bool {
    let Some(fault) = fault(finding, report) else {
        return false;
    };
    let on_it = |band: &&BandSettings| {
        libm::log2(f64::from(band.frequency_hz) / fault.frequency_hz).abs() < fault.within_octaves
    };
    bands_of(moves, fault.kind)
        .filter(on_it)
        .any(|band| takes_enough(band, &fault) && drag_db(band, &fault) <= DRAG_MAX_DB)
}

/// What is wrong, and which move mends it.
struct Fault {
    kind: MoveKind,
    frequency_hz: f64,
    within_octaves: f64,
    deviation_db: f64,
    /// Share of the time that it sounds, 0 to 1.
    active: f64,
}

fn fault(finding: &Finding, report: &Report) -> Option<Fault> {
    match finding.kind {
        FindingKind::ResonantNote => {
            let notes = report.low_end.notes.iter();
            let off = |excess_db: f64| (excess_db - finding.value).abs();
            let note = notes.min_by(|a, b| off(a.excess_db).total_cmp(&off(b.excess_db)))?;
            Some(Fault {
                kind: MoveKind::BassNote,
                frequency_hz: note.frequency_hz,
                within_octaves: 1.0 / 24.0,
                deviation_db: finding.value - NOTE_USUAL_DB,
                active: note.active,
            })
        }
        FindingKind::Sibilant => Some(Fault {
            kind: MoveKind::DeEssing,
            frequency_hz: report.sibilance.center_hz,
            within_octaves: 1.0,
            deviation_db: finding.value - JUMP_USUAL_DB,
            active: (report.sibilance.bursts_per_s * BURST_S).clamp(0.0, 1.0),
        }),
        _ => None,
    }
}

fn takes_enough(band: &BandSettings, fault: &Fault) -> bool {
    f64::from(-band.range_db) >= (1.0 - LEFT_MAX) * fault.deviation_db
}

/// What the move does on the mean to the worse of the third-octaves beside it, in dB.
fn drag_db(band: &BandSettings, fault: &Fault) -> f64 {
    let full = BandSettings {
        gain_db: band.gain_db + band.range_db,
        ..*band
    };
    let beside = [-1.0 / 3.0, 1.0 / 3.0].map(|octaves| {
        let hz = fault.frequency_hz * libm::exp2(octaves);
        band_response_db(&full, 0.0, RATE_HZ, hz).abs()
    });
    fault.active * beside[0].max(beside[1])
}
