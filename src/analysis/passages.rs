//! Which passages stand for the song: the loudest, the typical and the quietest 5 s.

use super::report::Span;
use super::slice::{SLICES_PER_SECOND, Slice, Slices};
use super::statistics::power_db;
use super::tone::mean_thirds;

/// Length of a passage in seconds.
pub const PASSAGE_S: f64 = 5.0;
const PASSAGE_SLICES: usize = (PASSAGE_S * SLICES_PER_SECOND) as usize;
/// A tone that differs by so many dB counts as much as a loudness that differs by 1 LU.
const TONE_WEIGHT: f64 = 0.5;
/// Share of a passage that must pass the gate.
const GATED_SHARE: f64 = 0.9;

/// The passages a rehearsal needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passages {
    /// Highest loudness.
    pub loudest: Span,
    /// Nearest to the integrated loudness (and tone).
    pub typical: Span,
    /// Lowest loudness that still passes the gate.
    pub quietest: Span,
}

/// Five seconds that follow each other: the first slice, power, and how far from typical.
struct Candidate {
    start: usize,
    power: f64,
    distance: f64,
}

impl Passages {
    /// The passages of what was heard; where no 5 s follow each other, the longest run stands for all.
    pub fn of(slices: &Slices<'_>) -> Option<Self> {
        let candidates = candidates(slices);
        let span = |candidate: &Candidate| {
            let start_s = candidate.start as f64 / SLICES_PER_SECOND;
            Span {
                start_s,
                end_s: start_s + PASSAGE_S,
            }
        };
        let by = |key: fn(&Candidate) -> f64| {
            candidates
                .iter()
                .min_by(|a, b| key(a).total_cmp(&key(b)))
                .map(span)
        };
        let found = by(|c| -c.power)
            .zip(by(|c| c.distance))
            .zip(by(|c| c.power))
            .map(|((loudest, typical), quietest)| Self {
                loudest,
                typical,
                quietest,
            });
        found.or_else(|| {
            let whole = longest_run(slices)?;
            Some(Self {
                loudest: whole,
                typical: whole,
                quietest: whole,
            })
        })
    }
}

fn candidates(slices: &Slices<'_>) -> Vec<Candidate> {
    let all = &slices.all;
    let mean = mean_thirds(slices).map(|third| power_db(third.both(), -120.0));
    let gated: Vec<f64> = slices.gated().map(|(_, s)| s.weighted_power).collect();
    let mean_db = power_db(
        gated.iter().sum::<f64>() / gated.len().max(1) as f64,
        -120.0,
    );
    let mut found = Vec::new();
    // Every half second is near enough.
    for first in (0..(all.len() + 1).saturating_sub(PASSAGE_SLICES)).step_by(5) {
        let part = &all[first..first + PASSAGE_SLICES];
        if part[PASSAGE_SLICES - 1].0 - part[0].0 != PASSAGE_SLICES - 1 {
            continue;
        }
        let passing = slices.gated[first..first + PASSAGE_SLICES]
            .iter()
            .filter(|&&gated| gated)
            .count();
        if (passing as f64) < GATED_SHARE * PASSAGE_SLICES as f64 {
            continue;
        }
        let sum: f64 = part.iter().map(|(_, slice)| slice.weighted_power).sum();
        let power = sum / PASSAGE_SLICES as f64;
        let level_db = power_db(power, -120.0) - mean_db;
        found.push(Candidate {
            start: part[0].0,
            power,
            distance: level_db.abs() + TONE_WEIGHT * tone_distance_db(part, &mean),
        });
    }
    found
}

/// RMS difference of thirds from 50 Hz to 12.5 kHz, without the difference of levels.
fn tone_distance_db(part: &[(usize, &Slice)], mean_db: &[f64]) -> f64 {
    let range = 4..29;
    let differences: Vec<f64> = range
        .map(|n| {
            let power: f64 = part
                .iter()
                .map(|(_, slice)| slice.spectrum.thirds[n].wide().both())
                .sum();
            power_db(power / part.len() as f64, -120.0) - mean_db[n]
        })
        .collect();
    let count = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / count;
    libm::sqrt(
        differences
            .iter()
            .map(|d| (d - mean) * (d - mean))
            .sum::<f64>()
            / count,
    )
}

/// The longest run of slices that follow each other.
fn longest_run(slices: &Slices<'_>) -> Option<Span> {
    let numbers: Vec<usize> = slices.all.iter().map(|(number, _)| *number).collect();
    super::slice::spans(&numbers, 0.0, 0.0, 1).first().copied()
}
