//! Dropouts: runs of digital silence that begin and end in the middle of the music.
//!
//! A slice keeps the zeros at its ends and one run inside; the report joins what reaches over slices. What
//! is told apart is the music's own stop: it fades out or in, or is longer.

use super::super::report::Span;
use super::super::slice::{SLICES_PER_SECOND, Slices, spans};
use super::FaultsPart;

/// Shorter runs of zeros happen in quiet music; longer ones are the arrangement's.
const RUN_S: (f64, f64) = (0.001, 2.0);
/// Runs from here on may be stops of the music: they are dropouts only if it is cut off before and after.
const STOP_S: f64 = 0.05;
/// What is heard right before and right after, in s: at the edge, and around it.
const NEAR_S: f64 = 0.002;
const WIDE_S: f64 = 0.01;
/// A dropout's edges are at least so loud, as a share of the song's peak.
const EDGE_SHARE: f32 = 0.02;
/// Softer edges than this may be those of notes in a quiet passage: here too the music has to be cut off.
const LOUD_SHARE: f32 = 0.05;
/// Where music is cut off, the edge is at least so loud, as a share of the peak around it. A straight fade
/// of 8 ms or more is below.
const CUT_SHARE: f32 = 0.25;
/// More of them are the music's own style.
const MOST: usize = 64;
/// The same, in dropouts per second.
const PER_SECOND_MAX: f64 = 0.5;

/// The zeros of a slice, in frames from its start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GapPart {
    /// End of the zeros that it begins with, and the music after them.
    head_end: u32,
    after_head: Edge,
    /// Start of the zeros that it ends with, and the music before them.
    tail_start: u32,
    before_tail: Edge,
    /// Of the runs between them, long enough to count, that with the loudest edges; empty for none.
    inner: Run,
}

/// A run of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Run {
    start: u32,
    end: u32,
    before: Edge,
    after: Edge,
}

/// The highest samples right beside a run, and around there, linear.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Edge {
    near: f32,
    wide: f32,
}

impl Edge {
    /// With what lies beyond the slice's border, which is so far away.
    fn and(self, beyond: Self, border_s: f64) -> Self {
        let within = |reach_s: f64, level: f32| if border_s < reach_s { level } else { 0.0 };
        Self {
            near: self.near.max(within(NEAR_S, beyond.near)),
            wide: self.wide.max(within(WIDE_S, beyond.wide)),
        }
    }
}

/// The zeros of one slice.
pub(super) fn part(left: &[f32], right: &[f32], sample_rate_hz: f64) -> GapPart {
    let frames = left.len().min(right.len());
    let in_frames = |s: f64| (s * sample_rate_hz) as usize + 1;
    let (run_min, near, wide) = (in_frames(RUN_S.0), in_frames(NEAR_S), in_frames(WIDE_S));
    let is_silent = |&n: &usize| left[n] == 0.0 && right[n] == 0.0;
    let loudest = |range: std::ops::Range<usize>| {
        range.fold(0.0f32, |top, n| top.max(left[n].abs()).max(right[n].abs()))
    };
    let before = |at: usize| Edge {
        near: loudest(at.saturating_sub(near)..at),
        wide: loudest(at.saturating_sub(wide)..at),
    };
    let after = |at: usize| Edge {
        near: loudest(at..(at + near).min(frames)),
        wide: loudest(at..(at + wide).min(frames)),
    };
    let head_end = (0..frames).take_while(is_silent).count();
    let tail_start = frames - (0..frames).rev().take_while(is_silent).count();
    let mut inner = Run::default();
    let mut start = head_end;
    while start < tail_start {
        let end = start + (start..tail_start).take_while(is_silent).count();
        if end - start >= run_min {
            let run = Run {
                start: start as u32,
                end: end as u32,
                before: before(start),
                after: after(end),
            };
            if inner.end == 0 || run.loudness() > inner.loudness() {
                inner = run;
            }
        }
        start = end + 1;
    }
    GapPart {
        head_end: head_end as u32,
        after_head: after(head_end),
        tail_start: tail_start as u32,
        before_tail: before(tail_start),
        inner,
    }
}

impl Run {
    /// Level of the softer edge, linear.
    fn loudness(&self) -> f32 {
        self.before.near.min(self.after.near)
    }

    /// Whether a run of this length is a dropout in a song of this peak.
    fn is_dropout(&self, length_s: f64, peak: f32) -> bool {
        let is_cut = |edge: Edge| edge.near >= CUT_SHARE * edge.wide;
        (RUN_S.0..=RUN_S.1).contains(&length_s)
            && self.loudness() > EDGE_SHARE * peak
            && (length_s < STOP_S && self.loudness() > LOUD_SHARE * peak
                || is_cut(self.before) && is_cut(self.after))
    }
}

/// Where the music drops out.
pub(super) fn report(slices: &Slices<'_>) -> Vec<Span> {
    let peak = slices.all.iter().flat_map(|(_, s)| &s.faults.peaks);
    let peak = peak.fold(0.0f32, |a, &b| a.max(b));
    let mut numbers = Vec::new();
    let mut count = 0;
    let mut consider = |run: Run, length_s: f64, first: usize, last: usize| {
        if peak > 0.0 && run.is_dropout(length_s, peak) {
            count += 1;
            numbers.extend(first..=last);
        }
    };
    for heard in slices.all.chunk_by(|a, b| a.0 + 1 == b.0) {
        // Zeros with which slices ended: in which they began, their seconds so far, what was before.
        let mut open: Option<(usize, f64, Edge)> = None;
        for (at, &(number, slice)) in heard.iter().enumerate() {
            let FaultsPart { frames, gap, .. } = slice.faults;
            let seconds = |n: u32| f64::from(n) / f64::from(frames.max(1)) / SLICES_PER_SECOND;
            if gap.head_end >= frames {
                if let Some((_, length_s, _)) = &mut open {
                    *length_s += 1.0 / SLICES_PER_SECOND;
                }
                continue;
            }
            // An edge near the border goes on beyond it.
            let before = |edge: Edge, n: u32| match at.checked_sub(1).map(|at| &heard[at].1.faults)
            {
                Some(last) if gap.head_end == 0 && last.gap.tail_start == last.frames => {
                    edge.and(last.gap.before_tail, seconds(n))
                }
                _ => edge,
            };
            let after = |edge: Edge, n: u32| match heard.get(at + 1).map(|next| next.1.faults.gap) {
                Some(next) if gap.tail_start == frames && next.head_end == 0 => {
                    edge.and(next.after_head, seconds(frames - n))
                }
                _ => edge,
            };
            if let Some((first, length_s, before)) = open {
                let run = Run {
                    before,
                    after: after(gap.after_head, gap.head_end),
                    ..Run::default()
                };
                let last = number - usize::from(gap.head_end == 0);
                consider(run, length_s + seconds(gap.head_end), first, last);
            }
            let inner = Run {
                before: before(gap.inner.before, gap.inner.start),
                after: after(gap.inner.after, gap.inner.end),
                ..gap.inner
            };
            consider(inner, seconds(inner.end - inner.start), number, number);
            open = Some((
                number + usize::from(gap.tail_start == frames),
                seconds(frames - gap.tail_start),
                before(gap.before_tail, gap.tail_start),
            ));
        }
    }
    if f64::from(count) > PER_SECOND_MAX * slices.all.len() as f64 / SLICES_PER_SECOND {
        return Vec::new();
    }
    spans(&numbers, 0.0, 0.0, MOST)
}

#[cfg(test)]
mod tests;
