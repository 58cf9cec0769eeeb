//! Which stem makes the peaks: what the limiter of the master will work on, when, and in which band.

use super::scene::{Scene, places};
use super::{Conflict, ConflictKind, Heard, Wanted};
use crate::analysis::bands::THIRDS;
use crate::analysis::report::Span;
use crate::engine::settings::multiband::BANDS;
use crate::stems::moves::{StemChange, StemMove, StemStage};
use crate::stems::track::Track;
use core::ops::Range;
use serde::Serialize;

/// Share of the moments whose peaks are looked at: the highest.
const HIGHEST: f64 = 0.02;
const HIGHEST_MIN: usize = 8;
/// A stem eats the headroom from this share of the peaks on, if its peaks there stand so far above those it
/// usually has (90th percentile), in dB: a drum stem that makes all peaks evenly is only a drum stem.
const EATS_SHARE: f64 = 0.7;
const SPIKES_DB: [f64; 2] = [5.0, 10.0];
/// Deepest reduction by compression, in dB.
const REDUCTION_MAX_DB: f64 = 1.5;
const REDUCTION_MIN_DB: f64 = 0.5;
const RATIO_MAX: f64 = 2.0;
/// The four bands of the multiband stage, as third-octaves: split at 110, 700 and 4500 Hz.
const WIDE: [Range<usize>; BANDS] = [0..8, 8..16, 16..24, 24..THIRDS];
const WIDE_HZ: [[f64; 2]; BANDS] = [
    [20.0, 110.0],
    [110.0, 700.0],
    [700.0, 4500.0],
    [4500.0, 20_000.0],
];

/// What one stem has of the highest peaks.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Eater {
    /// Its share, 0 to 1; those of all stems add up to 1.
    pub share: f64,
    /// The band that makes most of it, in Hz.
    pub band_hz: [f64; 2],
    /// When it makes most of the peaks.
    #[serde(rename = "where")]
    pub places: Vec<Span>,
}

/// Shares of the peaks; a conflict where one stem spikes out.
pub(super) fn say(scene: &Scene<'_>, wanted: &mut Wanted) -> Vec<Eater> {
    let stems = scene.stems.len();
    let peak = |place: usize, number: usize| f64::from(scene.moment(place, number).peak);
    let mut order: Vec<(f64, usize)> = (0..scene.moments())
        .map(|number| ((0..stems).map(|place| peak(place, number)).sum(), number))
        .filter(|one: &(f64, usize)| one.0 > 0.0)
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.truncate(((order.len() as f64 * HIGHEST) as usize).max(HIGHEST_MIN));
    let mut eaters = vec![Eater::default(); stems];
    if order.is_empty() {
        return eaters;
    }
    for (place, eater) in eaters.iter_mut().enumerate() {
        // Peaks do not fall together: as powers they add up.
        let shares: Vec<(f64, usize)> = order
            .iter()
            .map(|&(_, number)| {
                let all: f64 = (0..stems).map(|one| peak(one, number).powi(2)).sum();
                (peak(place, number).powi(2) / all.max(1e-30), number)
            })
            .collect();
        eater.share = shares.iter().map(|one| one.0).sum::<f64>() / shares.len() as f64;
        let mut most: Vec<usize> = shares
            .iter()
            .filter(|one| one.0 > 0.5)
            .map(|one| one.1)
            .collect();
        most.sort_unstable();
        let highest: Vec<usize> = order.iter().map(|one| one.1).collect();
        let band = loudest_band(scene.stems[place].track, &highest);
        eater.band_hz = WIDE_HZ[band];
        eater.places = places(&most);
        spikes(scene, place, eater, &most, band, wanted);
    }
    eaters
}

/// Each stem's share of the power in the four wide bands, in their order.
pub(super) fn spectra(stems: &[Heard<'_>]) -> Vec<[f32; BANDS]> {
    let powers: Vec<[f64; BANDS]> = stems
        .iter()
        .map(|stem| {
            WIDE.map(|thirds| {
                let each = stem.track.moments.iter();
                each.map(|one| one.powers(thirds.clone())).sum()
            })
        })
        .collect();
    let whole: [f64; BANDS] =
        core::array::from_fn(|band| powers.iter().map(|powers| powers[band]).sum());
    powers
        .iter()
        .map(|powers| core::array::from_fn(|band| (powers[band] / whole[band].max(1e-30)) as f32))
        .collect()
}

/// Which of the four wide bands a stem is loudest in, in some of its moments; edges in Hz.
pub fn wide_band(track: &Track, numbers: &[usize]) -> [f64; 2] {
    WIDE_HZ[loudest_band(track, numbers)]
}

fn loudest_band(track: &Track, numbers: &[usize]) -> usize {
    let in_band = |thirds: &Range<usize>| -> f64 {
        let each = numbers.iter().map(|&number| track.at(number));
        each.map(|one| one.powers(thirds.clone())).sum()
    };
    (0..BANDS)
        .max_by(|&a, &b| in_band(&WIDE[a]).total_cmp(&in_band(&WIDE[b])))
        .unwrap_or(0)
}

fn spikes(
    scene: &Scene<'_>,
    place: usize,
    eater: &Eater,
    most: &[usize],
    band: usize,
    wanted: &mut Wanted,
) {
    if eater.share < EATS_SHARE || most.is_empty() {
        return;
    }
    let track = scene.stems[place].track;
    let mut peaks: Vec<f32> = track
        .moments
        .iter()
        .map(|one| one.peak)
        .filter(|&peak| peak > 0.0)
        .collect();
    peaks.sort_unstable_by(f32::total_cmp);
    let usual = f64::from(peaks[(0.9 * (peaks.len() - 1) as f64) as usize]);
    let mean = most
        .iter()
        .map(|&number| f64::from(track.at(number).peak))
        .sum::<f64>()
        / most.len() as f64;
    let spikes_db = 20.0 * libm::log10((mean / usual.max(1e-9)).max(1e-9));
    let need = (spikes_db - SPIKES_DB[0]) / (SPIKES_DB[1] - SPIKES_DB[0]);
    if need <= 0.0 {
        return;
    }
    let name = scene.stems[place].name;
    let [from_hz, to_hz] = eater.band_hz;
    let text = format!(
        "{name} makes {:.0} % of the song's highest peaks, {spikes_db:.1} dB above those it usually has, most \
         of it between {from_hz:.0} and {to_hz:.0} Hz: the limiter would turn everything down for it.",
        100.0 * eater.share
    );
    wanted.conflicts.push(Conflict {
        kind: ConflictKind::EatsHeadroom,
        stem: place,
        against: None,
        value: 100.0 * eater.share,
        unit: "%",
        band_hz: Some(eater.band_hz),
        places: eater.places.clone(),
        text: text.clone(),
    });
    let reduction_db = libm::round(REDUCTION_MAX_DB * need.min(1.0) * 10.0) / 10.0;
    if reduction_db < REDUCTION_MIN_DB {
        return;
    }
    // The level of the band in its usual loud moments; what rises above is held.
    let input = &scene.stems[place].input.moments;
    let mut levels: Vec<f64> = input
        .iter()
        .map(|one| one.powers(WIDE[band].clone()))
        .filter(|&power| power > 1e-12)
        .collect();
    if levels.is_empty() {
        return;
    }
    levels.sort_unstable_by(f64::total_cmp);
    let loud = levels[(0.9 * (levels.len() - 1) as f64) as usize];
    let threshold_db = libm::round((10.0 * libm::log10(loud)).clamp(-60.0, 0.0) * 10.0) / 10.0;
    let ratio = (1.0 / (1.0 - (reduction_db / spikes_db).min(0.9))).min(RATIO_MAX);
    wanted.moves.push((
        place,
        StemMove {
            stage: StemStage::Compression,
            band_hz: Some(eater.band_hz),
            value: -reduction_db,
            unit: "dB".to_owned(),
            text,
            change: StemChange::Compression(band as u8, threshold_db as f32, ratio as f32),
        },
    ));
}
