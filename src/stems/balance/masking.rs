//! Words that are covered: where a voice, or the lead, is masked by what plays beside it in 300 Hz–5 kHz, and
//! by which stem.
//!
//! Per third-octave and tenth of a second the voice is held against the others with what spreads into the
//! band from below and above (−10 dB per third-octave upwards, −25 dB downwards: between the slopes of
//! Zwicker's excitation and this resolution). Masked is what lies further under that than listeners follow
//! (Vega and Janer, "Quantifying masking in multi-track recordings", SMC 2010, work with the same ratio).

use super::scene::{Scene, edges_hz, places, ratio_db};
use super::{Conflict, ConflictKind, Wanted};
use crate::analysis::bands::center_hz;
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Shape};
use crate::stems::moves::{StemChange, StemMove, StemStage};
use crate::stems::role::Role;
use crate::stems::track::Moment;
use core::ops::Range;

/// Where words are: 300 Hz–5 kHz.
const WORDS: Range<usize> = 12..25;
/// What spreads into a band from the third below and the third above.
const SPREAD_UP: f64 = 0.1;
const SPREAD_DOWN: f64 = 0.003;
/// A cell is masked where the voice is so far below the rest, in dB; cells further below the voice's own
/// loudest than the second value do not count.
const MASKED_DB: f64 = -6.0;
const OWN_FLOOR_DB: f64 = 30.0;
/// Share of the voice (by cells, weighted with its loudness) that is masked: from here on it is a conflict,
/// and here all is done. Of 42 leads half have 0.33, one in ten 0.85.
const MASKED_SHARE: [f64; 2] = [0.72, 0.95];
/// Deepest cut in the masker, in dB (dsp-notes §7: no more than 2.5), and what is not worth a band.
const CUT_MAX_DB: f64 = 2.0;
const CUT_MIN_DB: f64 = 0.5;
/// One stem is the masker from this share of what covers the voice on.
const MASKER_SHARE: f64 = 0.35;
/// Width of the cut in third-octaves either way of its centre.
const REACH: usize = 2;
const Q: f32 = 1.0;
const RATIO: f32 = 2.0;
const ATTACK_MS: f32 = 20.0;
const RELEASE_MS: f32 = 180.0;

/// Conflicts of the voice with what covers it.
pub(super) fn say(scene: &Scene<'_>, wanted: &mut Wanted) {
    let voices = scene.of(Role::LeadVocal);
    let Some(&voice) = voices.first() else {
        return;
    };
    let side = scene.side(&voices, &[Role::VocalFx, Role::BackingVocals]);
    let trust = side.trust();
    if trust <= 0.0 {
        return;
    }
    let mut masked = [0.0; 31];
    let mut all = 0.0;
    let mut when = Vec::new();
    let mut covers = vec![[0.0; 31]; scene.stems.len()];
    for (number, own, rest) in side.heard().take_while(|_| scene.goes_on()) {
        let (mut here, mut of) = (0.0, 0.0);
        let loudest = WORDS.map(|third| own.power(third)).fold(0.0, f64::max);
        for third in WORDS {
            let power = own.power(third);
            if ratio_db(power, loudest) < -OWN_FLOOR_DB || power <= 0.0 {
                continue;
            }
            // As loudness grows: a third of the level in decibels.
            let weight = libm::cbrt(power);
            of += weight;
            if ratio_db(power, spread(rest, third)) < MASKED_DB {
                here += weight;
                masked[third] += weight;
                for (place, covers) in covers.iter_mut().enumerate() {
                    if !voices.contains(&place) {
                        covers[third] += weight * spread(&scene.moment(place, number), third)
                            / spread(rest, third).max(1e-30);
                    }
                }
            }
        }
        all += of;
        if of > 0.0 && here > MASKED_SHARE[0] * of {
            when.push(number);
        }
    }
    let covered: f64 = masked.iter().sum();
    if all <= 0.0 || covered / all < MASKED_SHARE[0] {
        return;
    }
    let share = covered / all;
    let by: Vec<f64> = covers
        .iter()
        .map(|covers| covers.iter().sum::<f64>() / covered)
        .collect();
    let Some((masker, &its)) = by.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return;
    };
    // Where it covers most, over five third-octaves.
    let around = |third: usize| third.saturating_sub(REACH)..(third + REACH + 1).min(31);
    let covers_around = |third: usize| around(third).map(|near| covers[masker][near]).sum::<f64>();
    let center = WORDS
        .max_by(|&a, &b| covers_around(a).total_cmp(&covers_around(b)))
        .unwrap_or(WORDS.start);
    let band_hz = edges_hz(&around(center));
    let need = (share - MASKED_SHARE[0]) / (MASKED_SHARE[1] - MASKED_SHARE[0]);
    let depth_db = CUT_MAX_DB * need.clamp(0.0, 1.0) * trust;
    let (voice_name, masker_name) = (scene.stems[voice].name, scene.stems[masker].name);
    let text = format!(
        "{:.0} % of {voice_name} between 300 Hz and 5 kHz lies more than {:.0} dB under the rest, most of it \
         under {masker_name} ({:.0} % of what covers it), around {}.",
        100.0 * share,
        -MASKED_DB,
        100.0 * its,
        hertz(center_hz(center))
    );
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::VocalMasked,
        stem: voice,
        against: Some(masker),
        value: 100.0 * share,
        unit: "%",
        band_hz: Some(band_hz),
        places: places(&when),
        text: text.clone(),
    });
    if its < MASKER_SHARE || depth_db < CUT_MIN_DB {
        return;
    }
    let depth_db = libm::round(depth_db * 10.0) / 10.0;
    let threshold_db = usual_level_db(scene, masker, &around(center));
    let band = BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: libm::round(center_hz(center)) as f32,
        q: Q,
        threshold_db: threshold_db as f32,
        range_db: -depth_db as f32,
        ratio: RATIO,
        attack_ms: ATTACK_MS,
        release_ms: RELEASE_MS,
        ..BandSettings::default()
    };
    wanted.moves.push((
        masker,
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

/// Power in a band with what spreads into it.
fn spread(moment: &Moment, third: usize) -> f64 {
    let below = if third > 0 {
        moment.power(third - 1)
    } else {
        0.0
    };
    let above = if third < 30 {
        moment.power(third + 1)
    } else {
        0.0
    };
    moment.power(third) + SPREAD_UP * below + SPREAD_DOWN * above
}

/// Level of a stem in a band that it has in half of the moments in which it plays, in dB as the equalizer's
/// detector reads it, less so much that the band is down by its range in the loud ones.
fn usual_level_db(scene: &Scene<'_>, place: usize, thirds: &Range<usize>) -> f64 {
    const BELOW_DB: f64 = 4.0;
    let mut levels: Vec<f64> = (0..scene.moments())
        .map(|number| scene.stems[place].input.at(number))
        .filter(|one| one.weighted > 0.0)
        .map(|one| one.powers(thirds.clone()))
        .filter(|power| *power > 1e-12)
        .collect();
    if levels.is_empty() {
        return -60.0;
    }
    levels.sort_unstable_by(f64::total_cmp);
    let median = levels[levels.len() / 2];
    let level_db = 10.0 * libm::log10(median) - BELOW_DB;
    libm::round(level_db.clamp(-60.0, 0.0) * 10.0) / 10.0
}
