//! All that is kept of 100 ms of song, and the view of them that reports are made from.
//!
//! Every topic's meter has the same shape: `new(stream)`; `process(left, right)` with frames of one slice, in
//! pieces of any size; `take()` at the slice's end, which gives its part; `reset()` after a jump, when what
//! comes next does not follow from what came before.

use super::dynamics::DynamicsPart;
use super::elements::ElementsPart;
use super::faults::FaultsPart;
use super::loudness::{LoudnessPart, gated_mean, lufs, windows};
use super::low_end::LowEndPart;
use super::report::Span;
use super::rhythm::RhythmPart;
use super::sibilance::SibilancePart;
use super::spectrum::SpectrumPart;

/// Slices per second of song.
pub const SLICES_PER_SECOND: f64 = 10.0;

/// What is kept of 100 ms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slice {
    /// K-weighted mean square of left and right together (BS.1770: `loudness = −0.691 + 10·log10` of it).
    pub weighted_power: f64,
    /// Whether everything below was heard, with all the past it needs.
    pub complete: bool,
    /// Loudness and peaks.
    pub loudness: LoudnessPart,
    /// The long spectrum.
    pub spectrum: SpectrumPart,
    /// Levels of the multiband's detector.
    pub dynamics: DynamicsPart,
    /// Onsets and hits.
    pub rhythm: RhythmPart,
    /// Semitones of the bass.
    pub low_end: LowEndPart,
    /// Sharp consonants.
    pub sibilance: SibilancePart,
    /// What the elements' meter left.
    pub elements: ElementsPart,
    /// What the faults' meter left.
    pub faults: FaultsPart,
}

/// Slices in the song's order, with what of them counts. Slice `n` of the song begins at `n / 10` s.
#[derive(Debug, Clone)]
pub struct Slices<'a> {
    /// Number in the song and slice, in order; there may be gaps.
    pub all: Vec<(usize, &'a Slice)>,
    /// Whether each is within the BS.1770 gate (400 ms around it, −70 LUFS and −10 LU).
    pub gated: Vec<bool>,
    /// Whether each is in the loudest third of the gated ones (by the loudness of 3 s around it).
    pub loud: Vec<bool>,
    /// Loudness of the loudest 3 s, in LUFS: the reference level.
    pub reference_lufs: f64,
}

/// Slices of the windows of the gate and of the short-term loudness.
const GATE_SLICES: usize = 4;
const SHORT_TERM_SLICES: usize = 30;
const GATE_LU: f64 = 10.0;
/// Share of the gated slices that is loud.
const LOUD_SHARE: f64 = 1.0 / 3.0;

impl<'a> Slices<'a> {
    /// The view of slices in order; `None` when nothing passes the gate.
    pub fn of(all: Vec<(usize, &'a Slice)>) -> Option<Self> {
        let momentary: Vec<(usize, f64)> = windows(&all, GATE_SLICES).collect();
        let powers: Vec<f64> = momentary.iter().map(|&(_, power)| power).collect();
        let (_, gate) = gated_mean(&powers, GATE_LU)?;
        let mut gated = vec![false; all.len()];
        for &(last, power) in &momentary {
            // The slice in the middle of the window, and at the ends of what was heard those beside it.
            gated[last - 1] |= power > gate;
            let starts =
                last + 1 == GATE_SLICES || all[last].0 - all[last - GATE_SLICES].0 > GATE_SLICES;
            let ends = all
                .get(last + 1)
                .is_none_or(|next| next.0 > all[last].0 + 1);
            if starts {
                gated[last - 3] |= power > gate;
                gated[last - 2] |= power > gate;
            }
            if ends {
                gated[last] |= power > gate;
            }
        }
        let around = loudness_around(&all);
        let mut order: Vec<usize> = (0..all.len()).filter(|&n| gated[n]).collect();
        order.sort_by(|&a, &b| around[b].total_cmp(&around[a]).then(a.cmp(&b)));
        let mut loud = vec![false; all.len()];
        let share = libm::ceil(order.len() as f64 * LOUD_SHARE) as usize;
        for &n in &order[..share] {
            loud[n] = true;
        }
        let longest = windows(&all, SHORT_TERM_SLICES)
            .map(|(_, power)| power)
            .fold(0.0, f64::max);
        let reference = if longest > 0.0 {
            longest
        } else {
            order.first().map_or(0.0, |&n| around[n])
        };
        Some(Self {
            all,
            gated,
            loud,
            reference_lufs: lufs(reference),
        })
    }

    /// The slices that pass the gate, with their numbers.
    pub fn gated(&self) -> impl Iterator<Item = (usize, &'a Slice)> {
        self.chosen(&self.gated)
    }

    /// The slices of the loudest third, with their numbers.
    pub fn loud(&self) -> impl Iterator<Item = (usize, &'a Slice)> {
        self.chosen(&self.loud)
    }

    fn chosen(&self, which: &[bool]) -> impl Iterator<Item = (usize, &'a Slice)> {
        self.all
            .iter()
            .zip(which)
            .filter_map(|(&slice, &counts)| counts.then_some(slice))
    }
}

/// Mean weighted power of the 3 s around each slice, of what of them was heard.
fn loudness_around(all: &[(usize, &Slice)]) -> Vec<f64> {
    let (mut first, mut end) = (0, 0);
    all.iter()
        .map(|&(number, _)| {
            while all[first].0 + SHORT_TERM_SLICES / 2 < number {
                first += 1;
            }
            while end < all.len() && all[end].0 < number + SHORT_TERM_SLICES / 2 {
                end += 1;
            }
            let sum: f64 = all[first..end].iter().map(|(_, s)| s.weighted_power).sum();
            sum / (end - first).max(1) as f64
        })
        .collect()
}

/// Slice numbers as time ranges: gaps up to `gap_s` are bridged, what is shorter than `min_s` is dropped, and
/// the `most` longest remain, in order.
pub fn spans(numbers: &[usize], gap_s: f64, min_s: f64, most: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for &number in numbers {
        let start_s = number as f64 / SLICES_PER_SECOND;
        let end_s = (number + 1) as f64 / SLICES_PER_SECOND;
        match spans.last_mut() {
            Some(last) if start_s - last.end_s <= gap_s + 1e-9 => last.end_s = end_s,
            _ => spans.push(Span { start_s, end_s }),
        }
    }
    spans.retain(|span| span.end_s - span.start_s >= min_s - 1e-9);
    spans.sort_by(|a, b| (b.end_s - b.start_s).total_cmp(&(a.end_s - a.start_s)));
    spans.truncate(most);
    spans.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_join_and_the_longest_remain() {
        let found = spans(&[0, 1, 2, 5, 20, 21, 40], 0.3, 0.2, 2);
        let plain: Vec<_> = found.iter().map(|s| (s.start_s, s.end_s)).collect();
        assert_eq!(plain, [(0.0, 0.6), (2.0, 2.2)]);
    }
}
