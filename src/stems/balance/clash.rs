//! Kick against bass, and cymbals over the voice.

use super::scene::{Kit, Scene, edges_hz, places, ratio_db};
use super::{Conflict, ConflictKind, Wanted};
use crate::analysis::bands::center_hz;
use crate::engine::settings::equalizer::{BandSettings, Shape};
use crate::stems::moves::{StemChange, StemMove, StemStage};
use crate::stems::role::Role;
use crate::stems::voice::is_voice;
use core::ops::Range;

/// Where kick and bass meet: 30–120 Hz.
const LOW: Range<usize> = 2..9;
/// A hit is no further below the strongest than this, in dB.
const HIT_DB: f64 = 10.0;
/// Hits below which nothing is told.
const HITS_MIN: usize = 12;
/// Kick beside bass at the hits, in dB: from here on the kick is covered, and here all is done. Of 40
/// multitracks half have −1 dB, one in ten −9 dB.
const COVERED_DB: [f64; 2] = [-9.0, -15.0];
/// Deepest dip in the bass, in dB.
const DIP_MAX_DB: f64 = 2.0;
const DIP_MIN_DB: f64 = 0.5;
const DIP_Q: f32 = 1.4;

/// Where cymbals cover consonants: 5–12.5 kHz.
const HISS: Range<usize> = 24..29;
/// Cymbals beside the voice there while both are heard, median, in dB: conflict, and where all is done. A
/// finished song has 21 dB.
const OVER_DB: [f64; 2] = [18.0, 26.0];
const SHELF_MAX_DB: f64 = 2.0;
const SHELF_HZ: f32 = 6000.0;
const TOGETHER_MIN: usize = 50;

/// Conflicts of drums with bass and voice.
pub(super) fn say(scene: &Scene<'_>, wanted: &mut Wanted) {
    kick_against_bass(scene, wanted);
    cymbals_over_voice(scene, wanted);
}

fn kick_against_bass(scene: &Scene<'_>, wanted: &mut Wanted) {
    let low = |place: usize| -> f64 {
        (0..scene.moments())
            .map(|number| scene.moment(place, number).powers(LOW))
            .sum()
    };
    let strongest = |places: Vec<usize>| {
        places
            .into_iter()
            .max_by(|&a, &b| low(a).total_cmp(&low(b)))
    };
    let (Some(kick), Some(bass)) = (
        strongest(scene.of(Role::Drums)),
        strongest(scene.of(Role::Bass)),
    ) else {
        return;
    };
    let all: Vec<(f64, f64)> = (0..scene.moments())
        .map(|number| {
            let power = |place| scene.moment(place, number).powers(LOW);
            (power(kick), power(bass))
        })
        .collect();
    let strongest_hit = all.iter().map(|pair| pair.0).fold(0.0, f64::max);
    let hits: Vec<usize> = (0..all.len())
        .filter(|&number| all[number].1 > 0.0 && ratio_db(all[number].0, strongest_hit) > -HIT_DB)
        .collect();
    if hits.len() < HITS_MIN {
        return;
    }
    let sum = |of: fn(&(f64, f64)) -> f64| -> f64 { hits.iter().map(|&n| of(&all[n])).sum() };
    let ahead_db = ratio_db(sum(|pair| pair.0), sum(|pair| pair.1));
    let need = (COVERED_DB[0] - ahead_db) / (COVERED_DB[0] - COVERED_DB[1]);
    if need <= 0.0 {
        return;
    }
    let kick_at = |third: usize| -> f64 {
        hits.iter()
            .map(|&number| scene.moment(kick, number).power(third))
            .sum()
    };
    let center = LOW
        .max_by(|&a, &b| kick_at(a).total_cmp(&kick_at(b)))
        .unwrap_or(LOW.start);
    let around = center.saturating_sub(1)..center + 2;
    let (kick_name, bass_name) = (scene.stems[kick].name, scene.stems[bass].name);
    let text = format!(
        "When {kick_name} hits, {bass_name} stands {:.1} dB over it below 120 Hz: the hit is covered.",
        -ahead_db
    );
    let covered: Vec<usize> = hits
        .iter()
        .copied()
        .filter(|&n| ratio_db(all[n].0, all[n].1) < COVERED_DB[0])
        .collect();
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::KickAgainstBass,
        stem: kick,
        against: Some(bass),
        value: ahead_db,
        unit: "dB",
        band_hz: Some(edges_hz(&LOW)),
        places: places(&covered),
        text: text.clone(),
    });
    let depth_db = libm::round(DIP_MAX_DB * need.min(1.0) * 10.0) / 10.0;
    if depth_db < DIP_MIN_DB {
        return;
    }
    let band = BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: libm::round(center_hz(center)) as f32,
        q: DIP_Q,
        gain_db: -depth_db as f32,
        ..BandSettings::default()
    };
    wanted.moves.push((
        bass,
        StemMove {
            stage: StemStage::Equalizer,
            band_hz: Some(edges_hz(&around)),
            value: -depth_db,
            unit: "dB".to_owned(),
            text,
            change: StemChange::Band(band),
        },
    ));
}

fn cymbals_over_voice(scene: &Scene<'_>, wanted: &mut Wanted) {
    let voices: Vec<usize> = scene
        .of(Role::LeadVocal)
        .into_iter()
        .filter(|&place| is_voice(scene.stems[place].track))
        .collect();
    let Some(&voice) = voices.first() else { return };
    let side = scene.side(&voices, &[]);
    let drums: Vec<usize> = scene
        .of(Role::Drums)
        .into_iter()
        .filter(|&place| scene.kit(place) != Kit::Kick)
        .collect();
    let hiss = |place: usize| -> f64 {
        side.heard()
            .map(|(number, ..)| scene.moment(place, number).powers(HISS))
            .sum()
    };
    let Some(cymbals) = drums
        .into_iter()
        .max_by(|&a, &b| hiss(a).total_cmp(&hiss(b)))
    else {
        return;
    };
    let mut beside_db: Vec<(f64, usize)> = side
        .heard()
        .filter_map(|(number, own, _)| {
            let over = scene.moment(cymbals, number).powers(HISS);
            (over > 0.0).then(|| (ratio_db(over, own.powers(HISS)), number))
        })
        .collect();
    if beside_db.len() < TOGETHER_MIN {
        return;
    }
    beside_db.sort_by(|a, b| a.0.total_cmp(&b.0));
    let median_db = beside_db[beside_db.len() / 2].0;
    let need = (median_db - OVER_DB[0]) / (OVER_DB[1] - OVER_DB[0]);
    if need <= 0.0 {
        return;
    }
    let mut worst: Vec<usize> = beside_db
        .iter()
        .filter(|one| one.0 > OVER_DB[1])
        .map(|one| one.1)
        .collect();
    worst.sort_unstable();
    let (name, voice_name) = (scene.stems[cymbals].name, scene.stems[voice].name);
    let text = format!(
        "Above 5 kHz {name} stands {median_db:.1} dB over {voice_name} in half of its words: consonants drown.",
    );
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::CymbalsOverVocal,
        stem: cymbals,
        against: Some(voice),
        value: median_db,
        unit: "dB",
        band_hz: Some(edges_hz(&HISS)),
        places: places(&worst),
        text: text.clone(),
    });
    let depth_db = libm::round(SHELF_MAX_DB * need.min(1.0) * 10.0) / 10.0;
    if depth_db < DIP_MIN_DB {
        return;
    }
    let band = BandSettings {
        on: true,
        shape: Shape::HighShelf,
        frequency_hz: SHELF_HZ,
        gain_db: -depth_db as f32,
        ..BandSettings::default()
    };
    wanted.moves.push((
        cymbals,
        StemMove {
            stage: StemStage::Equalizer,
            band_hz: Some([f64::from(SHELF_HZ), 20_000.0]),
            value: -depth_db,
            unit: "dB".to_owned(),
            text,
            change: StemChange::Band(band),
        },
    ));
}
