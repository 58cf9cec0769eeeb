//! Dropouts: runs of digital silence that begin and end in the middle of the music.

use super::super::report::Span;
use super::super::slice::{Slices, spans};

/// Shorter runs of zeros happen in quiet music.
const RUN_MS: f64 = 1.0;
/// What is heard right before and right after, in ms.
const EDGE_MS: f64 = 2.0;
/// A dropout's edges are at least so loud re the loudest moments, as a share of the song's peak.
const EDGE_SHARE: f32 = 0.05;
/// More of them are the music's own style.
const MOST: usize = 64;

/// The run of zeros in a slice with the loudest edges.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GapPart {
    /// The lower of the highest samples before and after it, linear; 0 for no run.
    pub edge: f32,
}

/// The gap of one slice.
pub(super) fn part(left: &[f32], right: &[f32], sample_rate_hz: f64) -> GapPart {
    let frames = left.len().min(right.len());
    let run_min = (RUN_MS * 1e-3 * sample_rate_hz) as usize + 1;
    let edge = (EDGE_MS * 1e-3 * sample_rate_hz) as usize + 1;
    let silent = |n: usize| left[n] == 0.0 && right[n] == 0.0;
    let loudest = |range: std::ops::Range<usize>| {
        range.fold(0.0f32, |top, n| top.max(left[n].abs()).max(right[n].abs()))
    };
    let mut best = 0.0f32;
    let mut n = 0;
    while n < frames {
        if !silent(n) {
            n += 1;
            continue;
        }
        let from = n;
        while n < frames && silent(n) {
            n += 1;
        }
        if n - from >= run_min && from > 0 && n < frames {
            let before = loudest(from.saturating_sub(edge)..from);
            let after = loudest(n..(n + edge).min(frames));
            best = best.max(before.min(after));
        }
    }
    GapPart { edge: best }
}

/// Where the music drops out.
pub(super) fn report(slices: &Slices<'_>) -> Vec<Span> {
    let peak = slices.all.iter().flat_map(|(_, s)| &s.faults.peaks);
    let peak = peak.fold(0.0f32, |a, &b| a.max(b));
    let gaps: Vec<usize> = slices
        .all
        .iter()
        .filter(|(_, s)| peak > 0.0 && s.faults.gap.edge > EDGE_SHARE * peak)
        .map(|&(number, _)| number)
        .collect();
    if gaps.len() * 20 > slices.all.len() {
        return Vec::new();
    }
    spans(&gaps, 0.0, 0.0, MOST)
}
