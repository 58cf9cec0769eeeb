//! Bass notes that are louder than the others whenever they are played.

use super::{SEMITONES, note_name, semitone_hz};
use crate::analysis::code;
use crate::analysis::dynamics::REFERENCE_DB;
use crate::analysis::report::RingingNote;
use crate::analysis::slice::{Slices, spans};
use crate::analysis::statistics::{power_db, quantile};

/// A note sounds when it is a peak no more than this below the strongest semitone of the slice.
const ACTIVE_DB: f64 = 12.0;
/// Notes that sound less often are no habit.
const ACTIVE_SHARE_MIN: f64 = 0.08;
/// Excess from which a note is told.
const EXCESS_MIN_DB: f64 = 3.0;
/// Most notes told.
const NOTES_MAX: usize = 4;
/// What is looked for: 36.7 Hz to 208 Hz.
const RANGE: core::ops::Range<usize> = 3..SEMITONES - 3;
/// Slices this far below the loudest bass say nothing.
const QUIET_DB: f64 = -25.0;

/// One semitone over the song.
#[derive(Debug, Clone, Copy, Default)]
struct Played {
    slices: usize,
    power: f64,
}

/// Notes that stick out, strongest first.
pub(super) fn ringing(slices: &Slices<'_>) -> Vec<RingingNote> {
    let heard: Vec<(usize, [u8; SEMITONES])> = slices
        .gated()
        .map(|(number, slice)| (number, slice.low_end.semitones))
        .filter(|(_, semitones)| semitones.iter().any(|&code| code > 0))
        .collect();
    if heard.len() < 30 {
        return Vec::new();
    }
    let mut played = [Played::default(); SEMITONES];
    let mut mean = [0.0; SEMITONES];
    let mut tops: Vec<f64> = heard.iter().map(|(_, s)| top_db(s)).collect();
    let loudest_db = quantile(&mut tops, 0.95).unwrap_or(0.0);
    let mut sounding: Vec<(usize, usize)> = Vec::new();
    for (number, semitones) in &heard {
        for (mean, &code) in mean.iter_mut().zip(semitones) {
            *mean += code::power(code) / heard.len() as f64;
        }
        let top_db = top_db(semitones);
        if top_db < loudest_db + QUIET_DB {
            continue;
        }
        for k in RANGE {
            let here = semitones[k];
            let peak = here >= semitones[k - 1] && here > semitones[k + 1];
            if peak && code::db(here) > top_db - ACTIVE_DB {
                let power: f64 = semitones[k - 1..=k + 1]
                    .iter()
                    .map(|&c| code::power(c))
                    .sum();
                played[k].slices += 1;
                played[k].power += power;
                sounding.push((k, *number));
            }
        }
    }
    let least = libm::ceil(ACTIVE_SHARE_MIN * heard.len() as f64) as usize;
    let level_db = |k: usize| power_db(played[k].power / played[k].slices.max(1) as f64, -200.0);
    let active: Vec<usize> = RANGE.filter(|&k| played[k].slices >= least).collect();
    let excess = |k: usize| {
        let mut others: Vec<f64> = active
            .iter()
            .filter(|&&o| o != k)
            .map(|&o| level_db(o))
            .collect();
        quantile(&mut others, 0.5).map_or(0.0, |median| level_db(k) - median)
    };
    let mut notes: Vec<(usize, f64)> = active.iter().map(|&k| (k, excess(k))).collect();
    notes.retain(|&(_, excess_db)| excess_db >= EXCESS_MIN_DB);
    notes.sort_by(|a, b| b.1.total_cmp(&a.1));
    notes.truncate(NOTES_MAX);
    notes
        .into_iter()
        .map(|(k, excess_db)| {
            let numbers: Vec<usize> = sounding
                .iter()
                .filter(|(note, _)| *note == k)
                .map(|&(_, number)| number)
                .collect();
            // A sine as loud in the middle reads 3 dB above its power.
            let usual_db = level_db(k) - excess_db + 3.01;
            RingingNote {
                frequency_hz: semitone_hz(k),
                name: note_name(k),
                excess_db,
                margin_db: margin_db(&mean, k),
                active: played[k].slices as f64 / heard.len() as f64,
                q: width_q(&mean, k),
                threshold_db: usual_db - slices.reference_lufs + REFERENCE_DB,
                places: spans(&numbers, 0.5, 0.2, 16),
            }
        })
        .collect()
}

/// Mean power of a note above that of the strongest other one.
fn margin_db(mean: &[f64; SEMITONES], k: usize) -> f64 {
    let others = RANGE.filter(|o| o.abs_diff(k) >= 2).map(|o| mean[o]);
    power_db(mean[k], -200.0) - power_db(others.fold(0.0, f64::max), -200.0)
}

fn top_db(semitones: &[u8; SEMITONES]) -> f64 {
    let top = semitones[RANGE].iter().copied().max().unwrap_or(0);
    code::db(top)
}

/// How narrow the peak at `k` is, from the levels beside it; what the window itself does is not told apart.
fn width_q(mean: &[f64; SEMITONES], k: usize) -> f64 {
    let beside = 0.5 * (mean[k - 1] + mean[k + 1]);
    let drop_db = power_db(mean[k], -200.0) - power_db(beside, -200.0);
    // The drop of a second-order peak a semitone off: 1 + (2·Q·0.0578)².
    let ratio = libm::exp10(drop_db.clamp(0.3, 12.0) / 10.0) - 1.0;
    (libm::sqrt(ratio) / 0.1156).clamp(4.0, 14.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::slice::Slice;

    /// Four notes in turn, A1 C2 D2 E2, half a second each; D2 by `excess_db` louder.
    fn bass_line(excess_db: f64) -> Vec<Slice> {
        let notes = [10, 13, 15, 17];
        (0..200)
            .map(|n| {
                let note = notes[n / 5 % 4];
                let level_db = -20.0 + if note == 15 { excess_db } else { 0.0 };
                let mut slice = Slice {
                    weighted_power: 0.01,
                    ..Slice::default()
                };
                for (k, semitone) in slice.low_end.semitones.iter_mut().enumerate() {
                    let db = level_db - 15.0 * k.abs_diff(note).min(3) as f64;
                    *semitone = code::code(libm::exp10(0.1 * db) as f32);
                }
                slice
            })
            .collect()
    }

    #[test]
    fn the_louder_note_is_told_and_an_even_line_is_not() {
        for (excess_db, told) in [(0.0, false), (6.0, true), (9.0, true)] {
            let line = bass_line(excess_db);
            let slices = Slices::of(line.iter().enumerate().collect()).expect("all of it counts");
            let notes = ringing(&slices);
            assert_eq!(!notes.is_empty(), told, "{excess_db}");
            for note in notes {
                assert_eq!(note.name, "D2");
                assert!((note.frequency_hz - 73.416).abs() < 0.01);
                assert!(
                    (note.excess_db - excess_db).abs() < 0.6,
                    "{}",
                    note.excess_db
                );
                assert!(
                    (note.margin_db - excess_db).abs() < 0.6,
                    "{}",
                    note.margin_db
                );
                assert!((note.active - 0.25).abs() < 0.01);
                // As loud as the others: −20 dB of power is a sine of −17 dB, the reference at −20.7 LUFS.
                assert!((note.threshold_db - (-16.9 + 20.7 - 18.0)).abs() < 0.8);
            }
        }
    }
}
