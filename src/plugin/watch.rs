//! Whether what plays now is still what was listened to: two levels per second of song, compared second by
//! second. Tells a changed mix from a song at another place, and costs next to nothing.

use std::collections::{BTreeMap, BTreeSet};

use wide::f32x4;

use crate::analysis::report::Span;
use crate::dsp::block::Stream;
use crate::dsp::units::energy_to_db;
use crate::dsp::weighted::WeightedLanes;

/// A second whose level moved by more than this is another one, in dB. Synthesizers that run free move less.
const DIFFERENCE_DB: f64 = 1.5;
/// Quieter than this is not compared, in dB.
const FLOOR_DB: f64 = -60.0;
/// Seconds of song that a session remembers.
pub const SECONDS_MAX: usize = 900;
/// Changed seconds from which it is said.
pub const SECONDS_MIN: usize = 3;

/// What a session keeps of a second: its number, and K-weighted and plain level in tenths of a dB.
pub type Second = [i32; 3];

/// Remembers, and compares.
#[derive(Debug)]
pub struct Watch {
    rate_hz: f64,
    weighting: WeightedLanes,
    known: BTreeMap<u32, [f64; 2]>,
    changed: BTreeSet<u32>,
    /// The second being heard, its energies and frames so far.
    second: Option<u32>,
    energies: [f64; 2],
    next: u64,
}

impl Watch {
    /// Remembers what a session kept.
    pub fn new(stream: Stream, kept: &[Second]) -> Self {
        let known = |&[second, weighted, plain]: &Second| {
            let second = u32::try_from(second).ok()?;
            Some((
                second,
                [f64::from(weighted) / 10.0, f64::from(plain) / 10.0],
            ))
        };
        Self {
            rate_hz: stream.sample_rate_hz,
            weighting: WeightedLanes::new(stream),
            known: kept.iter().filter_map(known).collect(),
            changed: BTreeSet::new(),
            second: None,
            energies: [0.0; 2],
            next: 0,
        }
    }

    /// What a session is to keep.
    pub fn kept(&self) -> Vec<Second> {
        let tenths = |db: f64| (db * 10.0).round() as i32;
        let seconds = self.known.iter().take(SECONDS_MAX);
        seconds
            .map(|(&second, levels)| [second as i32, tenths(levels[0]), tenths(levels[1])])
            .collect()
    }

    /// Hears frames that begin at `position` samples of the song: to remember them, or to compare.
    pub fn push(&mut self, position: u64, frames: &[[f32; 2]], remember: bool) {
        if !remember && self.known.is_empty() {
            return;
        }
        if position != self.next {
            self.weighting.reset();
            self.second = None;
        }
        let mut at = position;
        for &[left, right] in frames {
            let second = (at as f64 / self.rate_hz) as u32;
            if self.second.is_some_and(|present| present != second) {
                self.end_second(remember);
            }
            let [left_k, right_k, _, _] = self
                .weighting
                .tick(f32x4::from([left, right, 0.0, 0.0]))
                .to_array();
            // Only seconds heard from their beginning tell anything.
            let begins = ((at as f64) - f64::from(second) * self.rate_hz) < 1.0;
            if begins && self.second.is_none() {
                self.second = Some(second);
                self.energies = [0.0; 2];
            }
            self.energies[0] += f64::from(left_k * left_k + right_k * right_k);
            self.energies[1] += f64::from(left * left + right * right);
            at += 1;
        }
        self.next = at;
    }

    /// Seconds that are not what was remembered, touching ones joined; none before there are
    /// [`SECONDS_MIN`].
    pub fn changed(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        if self.changed.len() < SECONDS_MIN {
            return spans;
        }
        for &second in &self.changed {
            let start_s = f64::from(second);
            match spans.last_mut() {
                Some(last) if last.end_s >= start_s => last.end_s = start_s + 1.0,
                _ => spans.push(Span {
                    start_s,
                    end_s: start_s + 1.0,
                }),
            }
        }
        spans
    }

    fn end_second(&mut self, remember: bool) {
        let Some(second) = self.second.take() else {
            return;
        };
        let levels = self
            .energies
            .map(|energy| energy_to_db((energy / self.rate_hz).max(1e-12)).max(FLOOR_DB));
        if remember {
            self.changed.remove(&second);
            self.known.insert(second, levels);
        } else if let Some(known) = self.known.get(&second) {
            let mut pairs = levels.iter().zip(known);
            if pairs.any(|(now, then)| (now - then).abs() > DIFFERENCE_DB) {
                self.changed.insert(second);
            } else {
                self.changed.remove(&second);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 44_100.0;

    fn play(watch: &mut Watch, seconds: std::ops::Range<u32>, gain: f32, remember: bool) {
        let first = (f64::from(seconds.start) * RATE_HZ) as u64;
        let frames = (f64::from(seconds.end - seconds.start) * RATE_HZ) as usize + 1;
        let sound: Vec<[f32; 2]> = (0..frames)
            .map(|n| [((n as f32) * 0.07).sin() * gain; 2])
            .collect();
        for (n, part) in sound.chunks(500).enumerate() {
            watch.push(first + n as u64 * 500, part, remember);
        }
    }

    #[test]
    fn a_mix_that_changed_is_noticed_and_one_that_did_not_is_not() {
        let mut watch = Watch::new(Stream::new(RATE_HZ), &[]);
        play(&mut watch, 0..20, 0.5, true);
        play(&mut watch, 3..12, 0.5, false);
        assert!(watch.changed().is_empty());
        play(&mut watch, 40..60, 0.1, false);
        assert!(watch.changed().is_empty(), "never heard there");
        play(&mut watch, 5..9, 0.65, false);
        assert_eq!(
            watch.changed(),
            [Span {
                start_s: 5.0,
                end_s: 9.0
            }]
        );
        play(&mut watch, 5..9, 0.5, false);
        assert!(watch.changed().is_empty(), "it was undone");
    }

    #[test]
    fn a_session_remembers_it() {
        let mut watch = Watch::new(Stream::new(RATE_HZ), &[]);
        play(&mut watch, 0..6, 0.5, true);
        let mut again = Watch::new(Stream::new(48_000.0), &watch.kept());
        assert_eq!(again.kept(), watch.kept());
        assert_eq!(watch.kept().len(), 6);
        again = Watch::new(Stream::new(RATE_HZ), &again.kept());
        play(&mut again, 0..5, 0.25, false);
        assert_eq!(again.changed().len(), 1);
    }
}
