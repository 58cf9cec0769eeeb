//! How much was limited in the loud passages: gain reduction over short frames, gated by loudness.

use crate::dsp::units::gain_to_db;
use serde::Serialize;

/// Frames over which gain reduction is told.
pub const FRAMES_PER_SECOND: u64 = 100;
/// Those frames per step of the loudness they are gated by.
const FRAMES_PER_STEP: usize = 10;
/// Steps from a moment to the end of the 400 ms in whose middle it lies.
const STEPS_TO_CENTRE: usize = 2;
/// Frames count while the loudness around them is within this of the integrated loudness.
const GATE_LU: f64 = -10.0;
/// Rows of half a LU from −70 LUFS up, columns of 0.02 dB.
const LOUDNESS_ROWS: usize = 180;
const LOUDNESS_MIN_LUFS: f64 = -70.0;
const ROWS_PER_LU: f64 = 2.0;
const REDUCTION_COLUMNS: usize = 1501;
const COLUMNS_PER_DB: f64 = 50.0;

/// How much clipper, limiter and safety took, in dB, positive.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Limiting {
    /// Deepest anywhere.
    pub max_gain_reduction_db: f64,
    /// 95th percentile over 10 ms frames inside the −10 LU gate.
    pub p95_gain_reduction_db: f64,
    /// Mean of the same frames.
    pub mean_gain_reduction_db: f64,
}

/// Gain reductions of 10 ms frames, sorted by the loudness around them: which of them count is known only
/// when the integrated loudness is.
#[derive(Debug)]
pub struct Reductions {
    /// Counts by loudness, then by reduction.
    counts: Vec<u32>,
    /// The newest steps, not yet known to which loudness they belong.
    waiting: std::collections::VecDeque<[f64; FRAMES_PER_STEP]>,
    step: [f64; FRAMES_PER_STEP],
    filled: usize,
    max_db: f64,
}

impl Default for Reductions {
    fn default() -> Self {
        Self::new()
    }
}

impl Reductions {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            counts: vec![0; LOUDNESS_ROWS * REDUCTION_COLUMNS],
            waiting: std::collections::VecDeque::new(),
            step: [0.0; FRAMES_PER_STEP],
            filled: 0,
            max_db: 0.0,
        }
    }

    /// The smallest gain in the next 10 ms; `momentary_lufs` is asked every 100 ms.
    pub fn push(&mut self, min_gain: f32, momentary_lufs: impl FnOnce() -> Option<f64>) {
        let reduction_db = -gain_to_db(f64::from(min_gain.clamp(1e-6, 1.0)));
        self.max_db = self.max_db.max(reduction_db);
        self.step[self.filled] = reduction_db;
        self.filled += 1;
        if self.filled == FRAMES_PER_STEP {
            self.filled = 0;
            self.waiting.push_back(self.step);
            if self.waiting.len() > STEPS_TO_CENTRE {
                self.sort(momentary_lufs());
            }
        }
    }

    fn sort(&mut self, loudness_lufs: Option<f64>) {
        let Some(step) = self.waiting.pop_front() else {
            return;
        };
        let Some(loudness_lufs) = loudness_lufs.filter(|l| *l >= LOUDNESS_MIN_LUFS) else {
            return;
        };
        let row = ((loudness_lufs - LOUDNESS_MIN_LUFS) * ROWS_PER_LU) as usize;
        let row = row.min(LOUDNESS_ROWS - 1);
        for reduction_db in step {
            let column = (reduction_db * COLUMNS_PER_DB).round() as usize;
            self.counts[row * REDUCTION_COLUMNS + column.min(REDUCTION_COLUMNS - 1)] += 1;
        }
    }

    /// What counts, given the integrated loudness of all.
    pub fn limiting(&self, integrated_lufs: Option<f64>) -> Limiting {
        let gate_lufs = integrated_lufs.map_or(LOUDNESS_MIN_LUFS, |l| l + GATE_LU);
        let first_row = ((gate_lufs - LOUDNESS_MIN_LUFS) * ROWS_PER_LU).max(0.0) as usize;
        let mut columns = vec![0_u64; REDUCTION_COLUMNS];
        for row in self.counts.chunks(REDUCTION_COLUMNS).skip(first_row) {
            for (sum, &count) in columns.iter_mut().zip(row) {
                *sum += u64::from(count);
            }
        }
        let total: u64 = columns.iter().sum();
        if total == 0 {
            return Limiting {
                max_gain_reduction_db: self.max_db,
                ..Limiting::default()
            };
        }
        let db = |column: usize| column as f64 / COLUMNS_PER_DB;
        let mut above = 0;
        let p95 = columns.iter().enumerate().rev().find(|(_, count)| {
            above += **count;
            above * 20 > total
        });
        let weighted: f64 = columns
            .iter()
            .enumerate()
            .map(|(column, &count)| db(column) * count as f64)
            .sum();
        Limiting {
            max_gain_reduction_db: self.max_db,
            p95_gain_reduction_db: p95.map_or(0.0, |(column, _)| db(column)),
            mean_gain_reduction_db: weighted / total as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_loud_enough_counts() {
        let mut reductions = Reductions::new();
        // 10 s of a quiet passage with 1 dB, then 10 s of a loud one: 94 % at 2 dB, 6 % at 5 dB.
        let gain = |db: f64| crate::dsp::units::db_to_gain(-db) as f32;
        for _ in 0..1000 {
            reductions.push(gain(1.0), || Some(-40.0));
        }
        for n in 0..1000 {
            let db = if n % 50 < 3 { 5.0 } else { 2.0 };
            reductions.push(gain(db), || Some(-20.0));
        }
        let limiting = reductions.limiting(Some(-20.0));
        assert!((limiting.p95_gain_reduction_db - 5.0).abs() < 0.011);
        assert!((limiting.max_gain_reduction_db - 5.0).abs() < 1e-3);
        // Two steps of the quiet passage lie within 200 ms of the loud one.
        assert!(
            (limiting.mean_gain_reduction_db - 2.18).abs() < 0.03,
            "{limiting:?}"
        );
    }
}
