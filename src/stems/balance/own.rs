//! What a stem brings along, whatever stands beside it: a wide bass, sharp consonants, one loud note.

use super::scene::{Scene, edges_hz, ratio_db, third_at};
use super::{Conflict, ConflictKind, Wanted};
use crate::analysis::bands::THIRDS;
use crate::dsp::units::{midi_name, midi_of};
use crate::engine::settings::equalizer::{BandSettings, Placement, Shape};
use crate::stems::moves::{StemChange, StemMove, StemStage};
use crate::stems::role::Role;
use core::ops::Range;

/// Where a bass belongs into the middle: below 120 Hz.
const LOW_HZ: f64 = 120.0;
const MONO_BELOW_HZ: f32 = 120.0;
/// Side beside mid there that is wide, and what it is brought to, in dB. Synthesizer basses as they are
/// delivered have −5 to −7 dB.
const WIDE_DB: f64 = -4.0;
const BROUGHT_TO_DB: f64 = -6.0;
/// A bass that is as wide all over has its whole width taken back, but no further than this, in %.
const WIDE_ALL_OVER_DB: f64 = -1.0;
const WIDTH_MIN_PCT: f64 = 50.0;

/// Consonants (95th percentile of 5–9 kHz beside 1–4 kHz) that are sharp, and where all is done, in dB. Two
/// voices that are mixed have −6 and 3 dB.
const SHARP_DB: [f64; 2] = [5.0, 11.0];
const DE_ESSING_MAX_DB: f64 = 3.0;
const DE_ESSING_MIN_DB: f64 = 0.5;
const SHELF_FROM_HZ: f64 = 8000.0;

/// Excess and margin of a bass note together that ring, and where all is done, in dB. One bass in ten, played
/// by a synthesizer, has more than 12 dB.
const RINGS_DB: [f64; 2] = [12.0, 17.0];
const NOTE_MAX_DB: f64 = 3.0;

/// What basses and voices need by themselves.
pub(super) fn say(scene: &Scene<'_>, wanted: &mut Wanted) {
    for place in scene.of(Role::Bass) {
        wide(scene, place, wanted);
        ringing(scene, place, wanted);
    }
    for role in [Role::LeadVocal, Role::BackingVocals] {
        for place in scene.of(role) {
            sibilant(scene, place, wanted);
        }
    }
}

fn wide(scene: &Scene<'_>, place: usize, wanted: &mut Wanted) {
    let track = scene.stems[place].track;
    let beside_db = |thirds: Range<usize>| {
        let sum = |of: fn(&crate::stems::track::Moment) -> &[f32; THIRDS]| -> f64 {
            let each = track.moments.iter();
            each.flat_map(|one| &of(one)[thirds.clone()])
                .map(|&power| f64::from(power))
                .sum()
        };
        let (mid, side) = (sum(|one| &one.mid), sum(|one| &one.side));
        (mid + side > 0.0).then(|| ratio_db(side, mid))
    };
    let low = 0..third_at(LOW_HZ) + 1;
    let (Some(low_db), Some(all_db)) = (beside_db(low.clone()), beside_db(0..THIRDS)) else {
        return;
    };
    let name = scene.stems[place].name;
    if low_db <= WIDE_DB {
        return;
    }
    let side = if low_db < 0.0 { "below" } else { "above" };
    let text = format!(
        "Below 120 Hz the sides of {name} stand {:.1} dB {side} its middle: loudspeakers do not carry that \
         together, and mono loses it.",
        low_db.abs()
    );
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::WideBass,
        stem: place,
        against: None,
        value: low_db,
        unit: "dB",
        band_hz: Some(edges_hz(&low)),
        places: Vec::new(),
        text: text.clone(),
    });
    let side_gain = |from_db: f64| libm::pow(10.0, (BROUGHT_TO_DB - from_db) / 20.0);
    let (stage, band_hz, value, change) = if all_db > WIDE_ALL_OVER_DB {
        let width_pct = libm::round((100.0 * side_gain(all_db)).max(WIDTH_MIN_PCT));
        let change = StemChange::Width(width_pct as f32);
        (StemStage::Width, None, width_pct, change)
    } else {
        let amount_pct = libm::round(100.0 * (1.0 - side_gain(low_db)));
        let change = StemChange::MonoBass(MONO_BELOW_HZ, amount_pct as f32);
        let band = Some([20.0, f64::from(MONO_BELOW_HZ)]);
        (StemStage::MonoBass, band, amount_pct, change)
    };
    wanted.moves.push((
        place,
        StemMove {
            stage,
            band_hz,
            value,
            unit: "%".to_owned(),
            text,
            change,
        },
    ));
}

fn sibilant(scene: &Scene<'_>, place: usize, wanted: &mut Wanted) {
    let stem = &scene.stems[place];
    let Some(heard) = stem.traits.consonants else {
        return;
    };
    let sharp_db = f64::from(heard.sharp_db);
    let need = ((sharp_db - SHARP_DB[0]) / (SHARP_DB[1] - SHARP_DB[0])).clamp(0.0, 1.0);
    let depth_db = libm::round(DE_ESSING_MAX_DB * need * 10.0) / 10.0;
    if depth_db < DE_ESSING_MIN_DB {
        return;
    }
    let center_hz = f64::from(heard.center_hz).clamp(4000.0, 11_000.0);
    let (shape, hz, q) = if center_hz > SHELF_FROM_HZ {
        (Shape::HighShelf, 0.75 * center_hz, 0.71)
    } else {
        (Shape::Bell, center_hz, 1.2)
    };
    let text = format!(
        "Consonants of {} stand {sharp_db:.1} dB over its vowels' presence, around {:.1} kHz: they are held \
         back by up to {depth_db:.1} dB.",
        stem.name,
        center_hz / 1000.0
    );
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::Sibilant,
        stem: place,
        against: None,
        value: sharp_db,
        unit: "dB",
        band_hz: Some([0.7 * center_hz, 1.4 * center_hz]),
        places: stem
            .report
            .map_or_else(Vec::new, |report| report.sibilance.places.clone()),
        text: text.clone(),
    });
    let band = BandSettings {
        on: true,
        shape,
        placement: Placement::Stereo,
        frequency_hz: libm::round(hz) as f32,
        q,
        threshold_db: heard.threshold_db,
        range_db: -depth_db as f32,
        ratio: 3.0,
        attack_ms: 0.7,
        release_ms: 40.0,
        ..BandSettings::default()
    };
    wanted.moves.push((
        place,
        StemMove {
            stage: StemStage::DeEssing,
            band_hz: Some([0.7 * center_hz, 1.4 * center_hz]),
            value: -depth_db,
            unit: "dB".to_owned(),
            text,
            change: StemChange::Band(band),
        },
    ));
}

fn ringing(scene: &Scene<'_>, place: usize, wanted: &mut Wanted) {
    let stem = &scene.stems[place];
    let Some(note) = stem.traits.note else { return };
    let need = (note.evidence_db() - RINGS_DB[0]) / (RINGS_DB[1] - RINGS_DB[0]);
    let depth_db = libm::round(NOTE_MAX_DB * need.clamp(0.0, 1.0) * 10.0) / 10.0;
    if depth_db < DE_ESSING_MIN_DB {
        return;
    }
    let half = libm::exp2(1.0 / 12.0);
    let frequency_hz = f64::from(note.frequency_hz);
    let band_hz = [frequency_hz / half, frequency_hz * half];
    let text = format!(
        "The note {} ({:.0} Hz) of {} is {:.1} dB louder than its others: it is held back by up to {depth_db:.1} \
         dB.",
        midi_name(midi_of(frequency_hz)),
        frequency_hz,
        stem.name,
        note.excess_db
    );
    let notes = stem.report.iter().flat_map(|report| &report.low_end.notes);
    let when = notes
        .filter(|one| one.frequency_hz as f32 == note.frequency_hz)
        .flat_map(|one| one.places.clone())
        .collect();
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::RingingNote,
        stem: place,
        against: None,
        value: f64::from(note.excess_db),
        unit: "dB",
        band_hz: Some(band_hz),
        places: when,
        text: text.clone(),
    });
    let band = BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: note.frequency_hz,
        q: note.q.clamp(5.0, 12.0),
        threshold_db: note.threshold_db,
        range_db: -depth_db as f32,
        ratio: 6.0,
        attack_ms: 15.0,
        release_ms: 120.0,
        ..BandSettings::default()
    };
    wanted.moves.push((
        place,
        StemMove {
            stage: StemStage::Equalizer,
            band_hz: Some(band_hz),
            value: -depth_db,
            unit: "dB".to_owned(),
            text,
            change: StemChange::Band(band),
        },
    ));
}
