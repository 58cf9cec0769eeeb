//! The song as far as it was heard: one [`Slice`] per 100 ms of it, by position.

use super::report::Span;
use super::slice::{SLICES_PER_SECOND, Slice, spans};
use super::statistics::power_db;
use std::collections::{BTreeMap, BTreeSet};

/// The longest song: 4 h.
pub(super) const SLICES_MAX: usize = 4 * 3600 * SLICES_PER_SECOND as usize;
/// A slice that differs by more than this was changed.
const LEVEL_CHANGE_DB: f64 = 0.5;
const TONE_CHANGE_DB: f64 = 1.0;
/// Thirds this far below the strongest of a slice say nothing, nor do slices this quiet.
const THIRD_RANGE_DB: f64 = 40.0;
const QUIET_DB: f64 = -70.0;

/// Slices by number.
#[derive(Debug, Default)]
pub(super) struct Song {
    slices: BTreeMap<usize, Box<Slice>>,
    changed: BTreeSet<usize>,
}

impl Song {
    /// Nothing heard.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was heard yet.
    pub(super) fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// What was heard of slice `number` replaces what was there.
    pub(super) fn put(&mut self, number: usize, slice: Slice) {
        if number >= SLICES_MAX {
            return;
        }
        if let Some(old) = self.slices.get(&number) {
            if differs(old, &slice) {
                self.changed.insert(number);
            } else if old.complete && !slice.complete {
                // The same, but right after a jump: what was there knows more.
                return;
            }
        }
        self.slices.insert(number, Box::new(slice));
    }

    /// One slice, if it is kept.
    pub(super) fn slice(&self, number: usize) -> Option<&Slice> {
        self.slices.get(&number).map(|slice| &**slice)
    }

    /// All slices in order.
    pub(super) fn slices(&self) -> Vec<(usize, &Slice)> {
        self.slices
            .iter()
            .map(|(n, slice)| (*n, &**slice))
            .collect()
    }

    /// What was heard, touching spans joined.
    pub(super) fn covered(&self) -> Vec<Span> {
        let numbers: Vec<usize> = self.slices.keys().copied().collect();
        spans(&numbers, 0.0, 0.0, usize::MAX)
    }

    /// What differs from what was there before, since it was settled.
    pub(super) fn changed(&self) -> Vec<Span> {
        let numbers: Vec<usize> = self.changed.iter().copied().collect();
        spans(&numbers, 0.0, 0.0, usize::MAX)
    }

    pub(super) fn settle(&mut self) {
        self.changed.clear();
    }
}

/// Whether two hearings of the same slice are of different sound.
fn differs(old: &Slice, new: &Slice) -> bool {
    let level_db = |slice: &Slice| power_db(slice.weighted_power, QUIET_DB);
    if (level_db(old) - level_db(new)).abs() > LEVEL_CHANGE_DB {
        return true;
    }
    if !(old.spectrum.known && new.spectrum.known) || level_db(old) <= QUIET_DB {
        return false;
    }
    let thirds = old.spectrum.thirds.iter().zip(&new.spectrum.thirds);
    let powers: Vec<(f64, f64)> = thirds
        .map(|(old, new)| (old.wide().both(), new.wide().both()))
        .collect();
    let highest = powers
        .iter()
        .fold(0.0, |most: f64, (a, b)| most.max(*a).max(*b));
    let floor_db = power_db(highest, -200.0) - THIRD_RANGE_DB;
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for (a, b) in powers {
        let (a, b) = (power_db(a, floor_db), power_db(b, floor_db));
        if a > floor_db || b > floor_db {
            sum += (a - b) * (a - b);
            count += 1.0;
        }
    }
    libm::sqrt(sum / count.max(1.0)) > TONE_CHANGE_DB
}
