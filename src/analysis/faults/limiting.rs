//! Peaks pressed against one level by a limiter that took more than is good.

use super::super::slice::Slices;
use super::super::slice::spans;
use super::LimitingReport;
use crate::dsp::units::db_to_gain;

/// Peaks per slice.
pub const PEAKS: usize = 10;
/// Within this of the highest of its neighbourhood a peak is pressed.
const PRESSED_DB: f64 = 0.3;
/// The neighbourhood reaches so many slices to either side.
const NEIGHBOURS: usize = 15;
/// Share of pressed peaks from which on it is thought likely, and certain, in %. Finished songs have up to
/// 20, louder ones up to 35.
const LIKELY_PCT: [f64; 2] = [20.0, 45.0];
/// A slice with so many pressed peaks is a place.
const PLACE_PEAKS: usize = 4;

/// Peaks of the slice's tenths, the louder channel's, linear.
pub(super) fn part(left: &[f32], right: &[f32]) -> [f32; PEAKS] {
    let frames = left.len().min(right.len());
    let mut peaks = [0.0f32; PEAKS];
    for (n, peak) in peaks.iter_mut().enumerate() {
        let range = n * frames / PEAKS..(n + 1) * frames / PEAKS;
        *peak = left[range.clone()]
            .iter()
            .chain(&right[range])
            .fold(0.0, |peak, x| peak.max(x.abs()));
    }
    peaks
}

/// What the slices say together.
pub(super) fn report(slices: &Slices<'_>) -> LimitingReport {
    let all = &slices.all;
    let highest: Vec<f32> = all
        .iter()
        .map(|(_, slice)| slice.faults.peaks.iter().fold(0.0f32, |a, &b| a.max(b)))
        .collect();
    let near = db_to_gain(-PRESSED_DB) as f32;
    let (mut peaks, mut pressed) = (0usize, 0usize);
    let mut places = Vec::new();
    for (n, &(number, slice)) in all.iter().enumerate() {
        if !slices.loud[n] {
            continue;
        }
        let from = n.saturating_sub(NEIGHBOURS);
        let to = (n + NEIGHBOURS + 1).min(all.len());
        let top = (from..to)
            .filter(|&m| all[m].0.abs_diff(number) <= NEIGHBOURS)
            .fold(0.0f32, |top, m| top.max(highest[m]));
        let here = slice.faults.peaks.iter().filter(|&&p| p > top * near);
        let here = here.count();
        peaks += PEAKS;
        pressed += here;
        if here >= PLACE_PEAKS {
            places.push(number);
        }
    }
    if peaks == 0 {
        return LimitingReport::default();
    }
    let pressed_pct = 100.0 * pressed as f64 / peaks as f64;
    LimitingReport {
        pressed_pct,
        confidence: ((pressed_pct - LIKELY_PCT[0]) / (LIKELY_PCT[1] - LIKELY_PCT[0]))
            .clamp(0.0, 1.0),
        places: spans(&places, 1.0, 0.5, 8),
    }
}
