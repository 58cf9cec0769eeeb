//! Narrow peaks of the spectrum that stay while the notes change.

use super::code;
use super::dynamics::REFERENCE_DB;
use super::report::Resonance;
use super::slice::{Slices, spans};
use super::spectrum::{FINE, FINE_PER_OCTAVE, fine_hz};
use super::statistics::{power_db, quantile};

/// Prominence that counts.
const PROMINENCE_DB: f64 = 6.0;
/// Share of the gated slices that have it.
const OCCUPANCY_MIN: f64 = 0.25;
/// Most resonances told.
const RESONANCES_MAX: usize = 8;
/// Score from which a resonance is told, in dB.
const SCORE_MIN: f64 = 1.0;
/// Half an octave to each side for the baseline.
const HALF_OCTAVE: usize = 12;
/// Slices judged at most; of longer songs every so many.
const SLICES_MAX: usize = 3000;
/// Points this far below the strongest of a slice are noise.
const RANGE_DB: f64 = 60.0;

/// Level of a spectrum above its surroundings, at each point.
fn prominences(levels: &[f64; FINE]) -> [f64; FINE] {
    let mut medians = [0.0; FINE];
    let mut around = Vec::with_capacity(2 * HALF_OCTAVE + 1);
    for (n, median) in medians.iter_mut().enumerate() {
        let (low, high) = (
            n.saturating_sub(HALF_OCTAVE),
            (n + HALF_OCTAVE + 1).min(FINE),
        );
        around.clear();
        around.extend_from_slice(&levels[low..high]);
        *median = quantile(&mut around, 0.5).unwrap_or(0.0);
    }
    // A Gaussian of a third of an octave.
    const REACH: usize = 8;
    let weight = |distance: usize| {
        let x = distance as f64 / (FINE_PER_OCTAVE / 6.0);
        libm::exp(-0.5 * x * x)
    };
    let weights: [f64; REACH + 1] = core::array::from_fn(weight);
    core::array::from_fn(|n| {
        let (mut sum, mut total) = (0.0, 0.0);
        for at in n.saturating_sub(REACH)..(n + REACH + 1).min(FINE) {
            let weight = weights[at.abs_diff(n)];
            sum += weight * medians[at];
            total += weight;
        }
        levels[n] - sum / total
    })
}

/// The report of what was heard: strongest first.
pub fn of(slices: &Slices<'_>) -> Vec<Resonance> {
    let known: Vec<(usize, &[u8; FINE])> = slices
        .gated()
        .filter(|(_, slice)| slice.spectrum.known)
        .map(|(number, slice)| (number, &slice.spectrum.fine))
        .collect();
    let step = known.len().div_ceil(SLICES_MAX).max(1);
    let mut all: Vec<(usize, [f64; FINE])> = Vec::new();
    for (number, codes) in known.iter().step_by(step) {
        let mut levels = codes.map(code::db);
        let top = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for level in &mut levels {
            *level = level.max(top - RANGE_DB);
        }
        all.push((*number, prominences(&levels)));
    }
    if all.len() < 30 {
        return Vec::new();
    }
    let count = all.len() as f64;
    let mut occupancy = [0.0; FINE];
    let mut excess = [0.0; FINE];
    let mut mean = [0.0; FINE];
    for (_, prominence) in &all {
        for n in 0..FINE {
            if prominence[n] > PROMINENCE_DB {
                occupancy[n] += 1.0 / count;
                excess[n] += (prominence[n] - PROMINENCE_DB) / count;
            }
            mean[n] += prominence[n] / count;
        }
    }
    let follow: Vec<f64> = (0..FINE).map(|n| chroma_follow(&all, n)).collect();
    let score = |n: usize| excess[n] * occupancy[n] * (1.0 - follow[n]);
    let mut found: Vec<usize> = (1..FINE - 1)
        .filter(|&n| {
            mean[n] >= mean[n - 1]
                && mean[n] > mean[n + 1]
                && occupancy[n] >= OCCUPANCY_MIN
                && score(n) >= SCORE_MIN
        })
        .collect();
    found.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
    found.truncate(RESONANCES_MAX);
    found
        .into_iter()
        .map(|n| {
            let numbers: Vec<usize> = all
                .iter()
                .filter(|(_, prominence)| prominence[n] > PROMINENCE_DB)
                .map(|(number, _)| *number)
                .collect();
            let mut levels: Vec<f64> = known.iter().map(|(_, c)| band_db(c, n)).collect();
            let median_db = quantile(&mut levels, 0.5).unwrap_or(-120.0);
            let threshold_db = median_db - slices.reference_lufs + REFERENCE_DB;
            let places = spans(&numbers, 1.0, 0.3, 8);
            resonance(n, &mean, score(n), occupancy[n], threshold_db, places)
        })
        .collect()
}

/// Level of the points around a peak as the equalizer reads them: that of a sine, left and right averaged,
/// is its peak's.
fn band_db(codes: &[u8; FINE], n: usize) -> f64 {
    let power: f64 = codes[n - 1..=n + 1].iter().map(|&c| code::power(c)).sum();
    power_db(power, -120.0)
}

/// Share of the slices with a peak at `n` in which it can be a partial of a note that sounds: with another
/// peak an octave away, or a twelfth below.
fn chroma_follow(all: &[(usize, [f64; FINE])], n: usize) -> f64 {
    let octave = FINE_PER_OCTAVE as usize;
    let twelfth = 38;
    let relatives = [
        n.checked_sub(octave),
        n.checked_sub(twelfth),
        Some(n + octave).filter(|&at| at < FINE),
    ];
    let (mut peaks, mut explained) = (0.0, 0.0_f64);
    for (_, prominence) in all {
        if prominence[n] > PROMINENCE_DB {
            peaks += 1.0;
            let near = |at: usize| {
                let range = at.saturating_sub(1)..(at + 2).min(FINE);
                prominence[range].iter().any(|&p| p > PROMINENCE_DB)
            };
            if relatives.iter().flatten().any(|&at| near(at)) {
                explained += 1.0;
            }
        }
    }
    explained / f64::max(peaks, 1.0)
}

/// The peak at `n`, with the vertex of the mean around it.
fn resonance(
    n: usize,
    mean: &[f64; FINE],
    score_db: f64,
    occupancy: f64,
    threshold_db: f64,
    places: Vec<super::report::Span>,
) -> Resonance {
    let [before, here, after] = [mean[n - 1], mean[n], mean[n + 1]];
    let bend = before - 2.0 * here + after;
    let shift = if bend < 0.0 {
        (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    };
    let frequency_hz = fine_hz(n) * libm::exp2(shift / FINE_PER_OCTAVE);
    // Points within 3 dB of the top.
    let within = |step: isize| {
        (1..HALF_OCTAVE as isize)
            .take_while(|k| {
                let at = n as isize + step * k;
                (0..FINE as isize).contains(&at) && mean[at as usize] > here - 3.0
            })
            .count()
    };
    let points = (within(-1) + within(1) + 1) as f64;
    let octaves = points / FINE_PER_OCTAVE;
    let q = 1.0 / (libm::exp2(0.5 * octaves) - libm::exp2(-0.5 * octaves));
    Resonance {
        frequency_hz,
        q: q.clamp(4.0, 14.0),
        prominence_db: here,
        occupancy,
        score_db,
        threshold_db,
        places,
    }
}
