//! Which stem made the limiter work: at the peak of every tenth of a second that was limited, how much of it
//! is whose.

use super::lockstep::Lockstep;
use super::reading::Stem;
use crate::analysis::report::Span;
use crate::analysis::slice::spans;
use crate::offline::failure::Outcome;
use crate::offline::measure::rounded;
use crate::offline::render::REDUCTIONS_PER_SECOND;
use crate::offline::watch::Watch;
use crate::stems::balance::wide_band;
use crate::stems::track::Track;
use serde::Serialize;

/// Less reduction is not told of, in dB.
const REDUCTION_MIN_DB: f32 = 0.1;
/// A stem made the limiter work where so much of the peak is its own.
const OWN: f64 = 0.5;
const GAP_S: f64 = 1.0;
const PLACES_MAX: usize = 5;

/// One stem's share of the limiting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Blame {
    /// The stem's file.
    pub file: String,
    /// Its share of all reduction, in %; those of all stems add up to 100.
    pub share_pct: f64,
    /// The band that it is loudest in there, in Hz.
    pub band_hz: [f64; 2],
    /// Where most of the peak was its own, the longest few.
    #[serde(rename = "where")]
    pub places: Vec<Span>,
}

/// Shares of the reduction (per tenth of a second, in dB) in the order of the stems, which are as they were
/// summed. Empty where nothing was limited.
pub(super) fn blame(
    stems: &mut [Stem],
    reductions_db: &[f32],
    watch: Watch<'_>,
) -> Outcome<Vec<Blame>> {
    let Some(first) = stems.first() else {
        return Ok(Vec::new());
    };
    if reductions_db.iter().all(|&db| db < REDUCTION_MIN_DB) {
        return Ok(Vec::new());
    }
    let rate_hz = u64::from(first.audio.sample_rate_hz);
    let frames = stems
        .iter()
        .map(|stem| stem.audio.frames)
        .max()
        .unwrap_or(0);
    let tracks: Vec<Track> = stems
        .iter()
        .map(|stem| Track::of(stem.analyzer.kept()))
        .collect();
    let mut shares = vec![0.0; stems.len()];
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); stems.len()];
    let mut limited = Vec::new();
    let mut close = |number: usize, peak: &Peak| {
        let Some(&db) = reductions_db.get(number) else {
            return;
        };
        if db < REDUCTION_MIN_DB || peak.sum == 0.0 {
            return;
        }
        let towards: Vec<f64> = peak
            .stems
            .iter()
            .map(|&sample| (f64::from(sample) * peak.sum.signum()).max(0.0))
            .collect();
        let whole: f64 = towards.iter().sum();
        limited.push(number);
        for (place, &part) in towards.iter().enumerate() {
            let share = part / whole.max(1e-30);
            shares[place] += f64::from(db) * share;
            if share > OWN {
                own[place].push(number);
            }
        }
    };
    let songs = stems.iter_mut().map(|stem| (&mut stem.audio, 0));
    let mut lockstep = Lockstep::new(songs, frames)?;
    let mut peak = Peak::default();
    let (mut done, mut number) = (0_u64, 0_u64);
    while let Some(songs) = lockstep.next_chunk()? {
        let length = songs.first().map_or(0, |song| song[0].len());
        for n in 0..length {
            if done >= (number + 1) * rate_hz / REDUCTIONS_PER_SECOND {
                close(number as usize, &peak);
                peak = Peak::default();
                number += 1;
            }
            for channel in 0..2 {
                let sum: f64 = songs.iter().map(|song| f64::from(song[channel][n])).sum();
                if sum.abs() > peak.sum.abs() {
                    peak.sum = sum;
                    peak.stems.clear();
                    peak.stems.extend(songs.iter().map(|song| song[channel][n]));
                }
            }
            done += 1;
        }
        watch.at("asking who was limited", done, frames)?;
    }
    close(number as usize, &peak);
    let whole: f64 = shares.iter().sum();
    Ok(stems
        .iter()
        .zip(&tracks)
        .zip(shares.iter().zip(&own))
        .map(|((stem, track), (share, own))| Blame {
            file: stem.name.clone(),
            share_pct: rounded(100.0 * share / whole.max(1e-30)),
            band_hz: wide_band(track, if own.is_empty() { &limited } else { own }),
            places: spans(own, GAP_S, 0.1, PLACES_MAX),
        })
        .collect())
}

/// The highest sample of the sum, and what each stem is there.
#[derive(Debug, Default)]
struct Peak {
    sum: f64,
    stems: Vec<f32>,
}
