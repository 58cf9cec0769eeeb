//! Flat tops: peaks that were cut off, also when the song was turned down, dithered or cut to 16 bits later.
//!
//! A cut leaves many neighbouring samples at one level, the same all through the song. Both must hold: a slow
//! wave is flat on top too, but each time at another level; a limiter's peaks meet one level, but one by one.

use super::super::report::Span;
use super::super::slice::{SLICES_PER_SECOND, Slices, spans};
use super::ClippingReport;
use crate::dsp::units::gain_to_db;

/// Samples this near to the slice's highest are on its top, as a share of it: above what 16 bits and dither
/// leave of a flat top at −12 dBFS, far below the curve of a wave.
const TOP: f32 = 1e-3;
/// What lies between the top and this is the wave that still rises.
const RISE: f32 = 4e-3;
/// A flat top has at least this many times as many samples as the rise below it; a sine has as many.
const FLATNESS: f64 = 1.5;
/// Tops of the song are at one level when they lie within this share of it.
const SAME_LEVEL: f32 = 2e-3;
/// Pairs of neighbouring samples on the top that make a slice count.
const PAIRS_MIN: u16 = 2;
/// Share of clipped samples, in %, from which on it is thought likely, and certain.
const LIKELY_PCT: [f64; 2] = [0.01, 0.08];

/// The tops of a slice: left up, left down, right up, right down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClippingPart {
    /// Highest sample, linear.
    pub top: [f32; 4],
    /// Pairs of neighbours on the top.
    pub flat: [u16; 4],
    /// Pairs of neighbours on the rise below it.
    pub rising: [u16; 4],
}

/// The tops of one slice.
pub(super) fn part(left: &[f32], right: &[f32]) -> ClippingPart {
    let mut part = ClippingPart::default();
    for (n, (samples, sign)) in [(left, 1.0), (left, -1.0), (right, 1.0), (right, -1.0)]
        .into_iter()
        .enumerate()
    {
        let top = samples.iter().fold(0.0f32, |top, &x| top.max(sign * x));
        if top <= 0.0 {
            continue;
        }
        let (on_top, on_rise) = (top * (1.0 - TOP), top * (1.0 - RISE));
        let (mut flat, mut near) = (0u16, 0u16);
        for pair in samples.windows(2) {
            let lower = (sign * pair[0]).min(sign * pair[1]);
            flat = flat.saturating_add(u16::from(lower >= on_top));
            near = near.saturating_add(u16::from(lower >= on_rise));
        }
        part.top[n] = top;
        part.flat[n] = flat;
        part.rising[n] = near - flat;
    }
    part
}

/// What the slices say together.
pub(super) fn report(slices: &Slices<'_>) -> ClippingReport {
    let frames: f64 = slices
        .all
        .iter()
        .map(|(_, s)| f64::from(s.faults.frames))
        .sum();
    let mut pairs = 0.0;
    let mut tops = 0.0;
    let mut level = 0.0f32;
    let mut most = 0.0;
    let mut peak = 0.0f32;
    let mut clipped: Vec<usize> = Vec::new();
    for n in 0..4 {
        let mut cut: Vec<(f32, f64, usize)> = Vec::new();
        for &(number, slice) in &slices.all {
            let part = &slice.faults.clipping;
            peak = peak.max(part.top[n]);
            let flat = f64::from(part.flat[n]);
            if part.flat[n] >= PAIRS_MIN && flat >= FLATNESS * f64::from(part.rising[n]) {
                cut.push((part.top[n], flat, number));
            }
        }
        cut.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        let Some((from, to, sum)) = fullest(&cut) else {
            continue;
        };
        pairs += sum;
        tops += (to - from) as f64;
        clipped.extend(cut[from..to].iter().map(|c| c.2));
        if sum > most {
            most = sum;
            level = cut[to - 1].0;
        }
    }
    if pairs == 0.0 || frames <= 0.0 {
        return ClippingReport::default();
    }
    clipped.sort_unstable();
    clipped.dedup();
    let seconds = slices.all.len() as f64 / SLICES_PER_SECOND;
    let share_pct = 100.0 * pairs / (2.0 * frames);
    let places: Vec<Span> = spans(&clipped, 0.5, 0.1, 8);
    ClippingReport {
        share_pct,
        runs_per_s: tops / seconds,
        level_db: gain_to_db(f64::from(level) / f64::from(peak)),
        confidence: ((share_pct - LIKELY_PCT[0]) / (LIKELY_PCT[1] - LIKELY_PCT[0])).clamp(0.0, 1.0),
        places,
    }
}

/// The range of tops (sorted by level) at one level that holds the most pairs, and how many. It takes more
/// than one slice to make a level.
fn fullest(cut: &[(f32, f64, usize)]) -> Option<(usize, usize, f64)> {
    let mut best: Option<(usize, usize, f64)> = None;
    let (mut from, mut sum) = (0, 0.0);
    for (to, &(top, flat, _)) in cut.iter().enumerate() {
        sum += flat;
        while cut[from].0 < top * (1.0 - SAME_LEVEL) {
            sum -= cut[from].1;
            from += 1;
        }
        if to > from && best.is_none_or(|b| sum > b.2) {
            best = Some((from, to + 1, sum));
        }
    }
    best
}
