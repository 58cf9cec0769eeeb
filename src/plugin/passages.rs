//! The song by its time-code, in bounded memory: from it the passages are cut that a rehearsal plays.
//!
//! Kept in segments of [`SEGMENT_S`] on a grid of the song; what is heard again replaces what was there. When
//! the store is full, the segment goes whose loudness is most like that of its neighbours in loudness: the
//! loudest, the quietest and something of everything between remain. Samples are stored as 16 bits relative
//! to the peak of their block, as in [`super::heard`].

use std::collections::BTreeMap;

use wide::f32x4;

use crate::analysis::passages::PASSAGE_S;
use crate::analysis::report::Span;
use crate::assistant::rehearsal::Passage;
use crate::dsp::block::Stream;
use crate::dsp::units::energy_to_db;
use crate::dsp::weighted::WeightedLanes;

/// Memory for samples, in bytes.
pub const BYTES_MAX: usize = 24 << 20;
/// Length of a segment in seconds, unless the rate is absurd.
const SEGMENT_S: f64 = 5.0;
const SEGMENT_BLOCKS_MAX: usize = 1 << 11;
const BLOCK_FRAMES: usize = 512;
const BYTES_PER_BLOCK: usize = BLOCK_FRAMES * 4;
/// Windows are tried every so many blocks.
const WINDOW_STEP: usize = 8;
/// Below the mean by this, a window is no music of the song (the relative gate of BS.1770).
const GATE_LU: f64 = -10.0;
/// K-weighted mean square below which all is silence: −70 LUFS.
const SILENCE_ENERGY: f64 = 1.17e-7;

/// Keeps the song.
#[derive(Debug)]
pub struct Store {
    stream: Stream,
    segment_blocks: usize,
    segments_max: usize,
    segments: BTreeMap<u64, Segment>,
    weighting: WeightedLanes,
    /// The block that is being filled; begins on the grid of blocks.
    block: Vec<[f32; 2]>,
    energy: f64,
    /// Position of the next frame if nothing jumps, in samples.
    next: u64,
}

#[derive(Debug)]
struct Segment {
    /// K-weighted mean square per block; negative where nothing was heard.
    energies: Vec<f32>,
    scales: Vec<f32>,
    samples: Vec<[i16; 2]>,
}

impl Store {
    /// An empty store for a stream.
    pub fn new(stream: Stream) -> Self {
        let blocks = (SEGMENT_S * stream.sample_rate_hz / BLOCK_FRAMES as f64) as usize;
        let segment_blocks = blocks.clamp(1, SEGMENT_BLOCKS_MAX);
        Self {
            stream,
            segment_blocks,
            segments_max: BYTES_MAX / (segment_blocks * BYTES_PER_BLOCK) - 1,
            segments: BTreeMap::new(),
            weighting: WeightedLanes::new(stream),
            block: Vec::with_capacity(BLOCK_FRAMES),
            energy: 0.0,
            next: 0,
        }
    }

    /// Bytes held for samples.
    pub fn bytes(&self) -> usize {
        self.segments.len() * self.segment_blocks * BYTES_PER_BLOCK
    }

    /// Hears frames that begin at `position` samples of the song.
    pub fn push(&mut self, position: u64, frames: &[[f32; 2]]) {
        if position != self.next {
            self.weighting.reset();
            self.block.clear();
            self.energy = 0.0;
        }
        let mut at = position;
        for &[left, right] in frames {
            let [left_k, right_k, _, _] = self
                .weighting
                .tick(f32x4::from([left, right, 0.0, 0.0]))
                .to_array();
            // A block is begun only on the grid, so that it can be replaced as a whole.
            if !self.block.is_empty() || at.is_multiple_of(BLOCK_FRAMES as u64) {
                self.block.push([left, right]);
                self.energy += f64::from(left_k * left_k + right_k * right_k);
            }
            at += 1;
            if self.block.len() == BLOCK_FRAMES {
                self.end_block(at / BLOCK_FRAMES as u64 - 1);
            }
        }
        self.next = at;
    }

    /// The loudest, the typical and the quietest [`PASSAGE_S`] of music that are kept, as many of them as are
    /// there; something shorter where nothing is as long.
    pub fn passages(&self) -> Vec<Passage> {
        let window = self.segment_blocks_of(PASSAGE_S);
        let windows = self.windows(window);
        if windows.is_empty() {
            let longest = self.runs().into_iter().max_by_key(|run| run.1.len());
            let cut = longest.filter(|(_, energies)| energies.iter().any(|e| *e > SILENCE_ENERGY));
            return cut
                .map(|(start, energies)| self.cut(start, energies.len()))
                .into_iter()
                .collect();
        }
        let gate = windows.iter().filter(|(_, e)| *e > SILENCE_ENERGY);
        let gate: Vec<(u64, f64)> = gate.copied().collect();
        let mean = gate.iter().map(|(_, e)| e).sum::<f64>() / gate.len().max(1) as f64;
        let mean_db = energy_to_db(mean);
        let level = |window: &(u64, f64)| energy_to_db(window.1);
        let music: Vec<(u64, f64)> = gate
            .into_iter()
            .filter(|window| level(window) > mean_db + GATE_LU)
            .collect();
        let mut chosen: Vec<u64> = Vec::new();
        let far = |from: &[u64], at: u64| from.iter().all(|one| one.abs_diff(at) >= window as u64);
        let by = |key: &dyn Fn(&(u64, f64)) -> f64, chosen: &[u64]| {
            let free = music.iter().filter(|(at, _)| far(chosen, *at));
            free.min_by(|a, b| key(a).total_cmp(&key(b)))
                .map(|(at, _)| *at)
        };
        chosen.extend(by(&|window| -level(window), &chosen));
        chosen.extend(by(&|window| (level(window) - mean_db).abs(), &chosen));
        chosen.extend(by(&|window| level(window), &chosen));
        chosen.iter().map(|&at| self.cut(at, window)).collect()
    }

    /// What is kept of a stretch of the song; `None` unless that is all of it.
    pub fn stretch(&self, span: Span) -> Option<Passage> {
        let block = |s: f64| (s * self.stream.sample_rate_hz / BLOCK_FRAMES as f64) as u64;
        let first = block(span.start_s.max(0.0)) + 1;
        let blocks = block(span.end_s).saturating_sub(first);
        let blocks = usize::try_from(blocks).ok().filter(|&blocks| blocks > 0)?;
        let kept = |block: u64| {
            let segment = self.segments.get(&(block / self.segment_blocks as u64));
            let place = (block % self.segment_blocks as u64) as usize;
            segment.is_some_and(|segment| segment.energies[place] >= 0.0)
        };
        let whole = (first..first + blocks as u64).all(kept);
        whole.then(|| self.cut(first, blocks))
    }

    fn segment_blocks_of(&self, seconds: f64) -> usize {
        let blocks = (seconds * self.stream.sample_rate_hz / BLOCK_FRAMES as f64) as usize;
        blocks.clamp(1, SEGMENT_BLOCKS_MAX)
    }

    /// First block and energies of each unbroken stretch.
    fn runs(&self) -> Vec<(u64, Vec<f64>)> {
        let mut runs: Vec<(u64, Vec<f64>)> = Vec::new();
        for (&number, segment) in &self.segments {
            for (offset, &energy) in segment.energies.iter().enumerate() {
                if energy < 0.0 {
                    continue;
                }
                let block = number * self.segment_blocks as u64 + offset as u64;
                match runs.last_mut() {
                    Some((start, run)) if *start + run.len() as u64 == block => {
                        run.push(f64::from(energy));
                    }
                    _ => runs.push((block, vec![f64::from(energy)])),
                }
            }
        }
        runs
    }

    /// First block and mean energy of each window of so many blocks.
    fn windows(&self, length: usize) -> Vec<(u64, f64)> {
        let mut windows = Vec::new();
        for (start, energies) in self.runs() {
            let mut sums = vec![0.0];
            let mut sum = 0.0;
            sums.extend(energies.iter().map(|energy| {
                sum += energy;
                sum
            }));
            for first in (0..sums.len().saturating_sub(length)).step_by(WINDOW_STEP) {
                let mean = (sums[first + length] - sums[first]) / length as f64;
                windows.push((start + first as u64, mean));
            }
        }
        windows
    }

    fn cut(&self, start: u64, blocks: usize) -> Passage {
        let frames = blocks * BLOCK_FRAMES;
        let mut passage = Passage {
            left: Vec::with_capacity(frames),
            right: Vec::with_capacity(frames),
            start_s: (start * BLOCK_FRAMES as u64) as f64 / self.stream.sample_rate_hz,
        };
        for block in start..start + blocks as u64 {
            let Some(segment) = self.segments.get(&(block / self.segment_blocks as u64)) else {
                continue;
            };
            let place = (block % self.segment_blocks as u64) as usize;
            let scale = segment.scales[place];
            for [left, right] in &segment.samples[place * BLOCK_FRAMES..][..BLOCK_FRAMES] {
                passage.left.push(f32::from(*left) * scale);
                passage.right.push(f32::from(*right) * scale);
            }
        }
        passage
    }

    fn end_block(&mut self, number: u64) {
        let peak = self.block.iter().flatten();
        let peak = peak.fold(0.0_f32, |top, x| top.max(x.abs()));
        let scale = (peak / 32767.0).max(f32::MIN_POSITIVE);
        let home = number / self.segment_blocks as u64;
        let place = (number % self.segment_blocks as u64) as usize;
        let blocks = self.segment_blocks;
        let segment = self.segments.entry(home).or_insert_with(|| Segment {
            energies: vec![-1.0; blocks],
            scales: vec![0.0; blocks],
            samples: vec![[0; 2]; blocks * BLOCK_FRAMES],
        });
        segment.energies[place] = (self.energy / BLOCK_FRAMES as f64) as f32;
        segment.scales[place] = scale;
        let pack = |x: f32| (x / scale).round() as i16;
        let room = &mut segment.samples[place * BLOCK_FRAMES..][..BLOCK_FRAMES];
        for (packed, [left, right]) in room.iter_mut().zip(self.block.drain(..)) {
            *packed = [pack(left), pack(right)];
        }
        self.energy = 0.0;
        if self.segments.len() > self.segments_max {
            self.drop_one(home);
        }
    }

    /// Makes room, but not where something is being heard.
    fn drop_one(&mut self, present: u64) {
        let mut levels: Vec<(f64, bool, u64)> = self
            .segments
            .iter()
            .map(|(&number, segment)| {
                let (db, whole) = segment.level();
                (db, whole, number)
            })
            .collect();
        let broken = |(_, whole, number): &&(f64, bool, u64)| !whole && *number != present;
        if let Some(&(_, _, number)) = levels.iter().find(broken) {
            self.segments.remove(&number);
            return;
        }
        levels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let alike = levels
            .windows(3)
            .filter(|three| three[1].2 != present)
            .min_by(|a, b| (a[2].0 - a[0].0).total_cmp(&(b[2].0 - b[0].0)));
        let number = match alike {
            Some(three) => three[1].2,
            None => return,
        };
        self.segments.remove(&number);
    }
}

impl Segment {
    /// Level in dB, and whether all of it was heard.
    fn level(&self) -> (f64, bool) {
        let heard = self.energies.iter().filter(|energy| **energy >= 0.0);
        let (count, sum) = heard.fold((0_usize, 0.0), |(count, sum), energy| {
            (count + 1, sum + f64::from(*energy))
        });
        let mean = sum / count.max(1) as f64;
        (energy_to_db(mean.max(1e-12)), count == self.energies.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    fn tone(seconds: f64, gain: f32) -> Vec<[f32; 2]> {
        let sample = |n: usize| (n as f32 * 0.1).sin() * gain;
        (0..(seconds * RATE_HZ) as usize)
            .map(|n| [sample(n), -0.5 * sample(n)])
            .collect()
    }

    /// Pushes a tone at a second of the song, in odd pieces.
    fn play(store: &mut Store, at_s: f64, seconds: f64, gain: f32) {
        let mut position = (at_s * RATE_HZ) as u64;
        for part in tone(seconds, gain).chunks(777) {
            store.push(position, part);
            position += part.len() as u64;
        }
    }

    #[test]
    fn the_passages_are_the_loudest_the_typical_and_the_quietest() {
        let mut store = Store::new(Stream::new(RATE_HZ));
        for (at_s, gain) in [(0.0, 0.2), (20.0, 0.8), (40.0, 0.45), (60.0, 0.0)] {
            play(&mut store, at_s, 10.0, gain);
        }
        let passages = store.passages();
        let starts: Vec<f64> = passages.iter().map(|passage| passage.start_s).collect();
        assert_eq!(passages.len(), 3);
        assert!((20.0..=25.1).contains(&starts[0]), "{starts:?}");
        assert!((40.0..=45.1).contains(&starts[1]), "{starts:?}");
        assert!((0.0..=5.1).contains(&starts[2]), "{starts:?}");
        let peak = passages[0].left.iter().fold(0.0_f32, |top, x| top.max(*x));
        assert!((peak - 0.8).abs() < 1e-3);
        let length_s = passages[0].left.len() as f64 / RATE_HZ;
        assert!((length_s - PASSAGE_S).abs() < 0.02);
    }

    #[test]
    fn what_is_heard_again_replaces_what_was_there() {
        let mut store = Store::new(Stream::new(RATE_HZ));
        play(&mut store, 10.0, 8.0, 0.8);
        play(&mut store, 30.0, 8.0, 0.3);
        play(&mut store, 10.0, 8.0, 0.1);
        let loudest = &store.passages()[0];
        assert!(
            (30.0..33.1).contains(&loudest.start_s),
            "{}",
            loudest.start_s
        );
    }

    #[test]
    fn a_long_song_stays_in_bounds_and_keeps_its_ends() {
        let mut store = Store::new(Stream::new(RATE_HZ));
        for part in 0..80 {
            let gain = match part {
                7 => 0.9,
                50 => 0.25,
                _ => 0.4 + 0.001 * (part % 10) as f32,
            };
            play(&mut store, 5.0 * f64::from(part), 5.0, gain);
            assert!(store.bytes() <= BYTES_MAX);
        }
        assert!(store.bytes() > BYTES_MAX * 9 / 10);
        let passages = store.passages();
        // The grid of blocks is not that of the parts.
        assert!(
            (passages[0].start_s - 35.0).abs() < 2.0,
            "{}",
            passages[0].start_s
        );
        assert!(
            (passages[2].start_s - 250.0).abs() < 2.0,
            "{}",
            passages[2].start_s
        );
    }

    #[test]
    fn little_or_nothing_gives_little_or_nothing() {
        let mut store = Store::new(Stream::new(RATE_HZ));
        assert!(store.passages().is_empty());
        play(&mut store, 0.0, 8.0, 0.0);
        assert!(store.passages().is_empty());
        play(&mut store, 20.0, 2.0, 0.5);
        let span = |start_s, end_s| Span { start_s, end_s };
        let part = store.stretch(span(20.5, 21.5)).unwrap();
        assert!((part.start_s - 20.5).abs() < 0.02 && part.left.len() > 46_000);
        assert!(store.stretch(span(21.0, 23.0)).is_none());
        let mut short = Store::new(Stream::new(RATE_HZ));
        play(&mut short, 3.0, 2.0, 0.5);
        assert_eq!(short.passages().len(), 1);
        for rate in [100.0, 8_000.0, 192_000.0, 2e6] {
            let mut store = Store::new(Stream::new(rate));
            let part = tone(1.0, 0.5);
            for n in 0..200 {
                store.push(n * part.len() as u64, &part);
            }
            assert!(store.bytes() <= BYTES_MAX, "{rate} Hz");
            assert!(!store.passages().is_empty());
        }
    }
}
