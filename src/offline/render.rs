//! The engine over a whole song, latency removed, optionally at a new sample rate; measured on the way.

use super::convert::{Converter, converted_frames};
use super::failure::Outcome;
use super::measure::Holds;
use super::raw::{RawAudio, RawWriter};
use super::watch::Watch;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::meter::{Meter, MeterReading};
use crate::dsp::units::gain_to_db;
use crate::engine::Engine;
use crate::engine::safety::Safety;
use crate::engine::settings::Settings;

/// Length of the frames over which gain reduction is told.
const FRAMES_PER_SECOND: u64 = 100;
/// Those frames per step of the loudness they are gated by.
const FRAMES_PER_STEP: usize = 10;
/// Steps from a moment to the end of the 400 ms in whose middle it lies.
const STEPS_TO_CENTRE: usize = 2;
/// Frames count while the loudness around them is within this of the integrated loudness.
const GATE_LU: f64 = -10.0;

/// A rendered song.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) audio: RawAudio,
    pub(super) reading: MeterReading,
    pub(super) limiting: Limiting,
    pub(super) holds: Holds,
}

/// How much was limited, in dB, positive.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Limiting {
    /// Deepest anywhere.
    pub max_gain_reduction_db: f64,
    /// 95th percentile over 10 ms frames inside the −10 LU gate.
    pub p95_gain_reduction_db: f64,
    /// Mean of the same frames.
    pub mean_gain_reduction_db: f64,
}

/// Runs `settings` over `song`. The result has exactly the song's length, at `sample_rate_hz`. What the
/// conversion makes of the peaks is held by the safety stage again.
pub(super) fn render(
    song: &mut RawAudio,
    settings: &Settings,
    sample_rate_hz: u32,
    watch: Watch<'_>,
    step: &str,
) -> Outcome<Rendered> {
    let settings = settings.quantized();
    let total = song.frames;
    let song_rate_hz = u64::from(song.sample_rate_hz);
    let mut engine = Engine::new(Stream::new(song_rate_hz as f64), &settings);
    let mut output = Output::new(song, &settings, sample_rate_hz)?;
    // The engine's delay: as much is dropped at the start and fed as silence at the end.
    let mut skip = engine.latency_samples();
    let mut tail = engine.latency_samples();
    let mut reductions = Reductions::new();
    let (mut position, mut block_number) = (0_u64, 0_u64);
    let mut reader = song.reader()?;
    let (mut silence_left, mut silence_right) = (Vec::new(), Vec::new());
    loop {
        let (left, right) = match reader.next_chunk()? {
            Some(chunk) => chunk,
            None if tail > 0 => {
                silence_left.resize(tail, 0.0);
                silence_right.resize(tail, 0.0);
                tail = 0;
                (&mut silence_left[..], &mut silence_right[..])
            }
            None => break,
        };
        let mut start = 0;
        while start < left.len() {
            // Blocks of 10 ms by the clock, so that fractions of a frame do not add up.
            let block_end = (block_number + 1) * song_rate_hz / FRAMES_PER_SECOND;
            let end = left.len().min(start + (block_end - position) as usize);
            let block = (&mut left[start..end], &mut right[start..end]);
            engine.process(&mut StereoBlock::new(block.0, block.1));
            position += (end - start) as u64;
            start = end;
            if position == block_end {
                block_number += 1;
                reductions.push(engine.take_reading().loudness.min_gain, || {
                    output.meter.reading().momentary_lufs
                });
            }
        }
        let from = skip.min(left.len());
        skip -= from;
        output.take(&left[from..], &right[from..])?;
        watch.at(step, position.min(total), total)?;
    }
    output.finish(reductions)
}

/// What follows the engine: conversion, safety, meter, file.
struct Output {
    meter: Meter,
    writer: RawWriter,
    holds: Holds,
    converted: Option<Converted>,
    mono: bool,
}

/// The way through a new sample rate.
struct Converted {
    converter: Converter,
    safety: Option<Safety>,
    skip: usize,
    frames_left: u64,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Output {
    fn new(song: &RawAudio, settings: &Settings, sample_rate_hz: u32) -> Outcome<Self> {
        let stream = Stream::new(f64::from(sample_rate_hz));
        let converted = if sample_rate_hz == song.sample_rate_hz {
            None
        } else {
            let safety = keeps_ceiling(settings)
                .then(|| Safety::new(stream, settings.loudness.ceiling_dbtp));
            Some(Converted {
                converter: Converter::new(song.sample_rate_hz, sample_rate_hz)?,
                skip: safety.as_ref().map_or(0, Safety::latency_samples),
                frames_left: converted_frames(song.frames, song.sample_rate_hz, sample_rate_hz),
                safety,
                left: Vec::new(),
                right: Vec::new(),
            })
        };
        Ok(Self {
            meter: Meter::new(stream),
            writer: RawWriter::new(song.channels, sample_rate_hz)?,
            holds: Holds::new(),
            converted,
            mono: song.channels == 1,
        })
    }

    fn take(&mut self, left: &[f32], right: &[f32]) -> Outcome<()> {
        let Some(mut converted) = self.converted.take() else {
            return self.put(left, right);
        };
        converted.left.clear();
        converted.right.clear();
        converted
            .converter
            .process((left, right), &mut converted.left, &mut converted.right)?;
        converted.hold();
        self.put(&converted.left, &converted.right)?;
        self.converted = Some(converted);
        Ok(())
    }

    fn put(&mut self, left: &[f32], right: &[f32]) -> Outcome<()> {
        self.meter.process(left, right);
        self.holds.see(left);
        if !self.mono {
            self.holds.see(right);
        }
        self.writer.write(left, right)
    }

    fn finish(mut self, mut reductions: Reductions) -> Outcome<Rendered> {
        if let Some(mut converted) = self.converted.take() {
            converted.left.clear();
            converted.right.clear();
            converted
                .converter
                .finish(&mut converted.left, &mut converted.right)?;
            // Silence brings out what the safety stage still holds.
            let held = converted.safety.as_ref().map_or(0, Safety::latency_samples);
            let frames = converted.left.len() + held;
            converted.left.resize(frames, 0.0);
            converted.right.resize(frames, 0.0);
            converted.hold();
            self.put(&converted.left, &converted.right)?;
        }
        self.meter.finish();
        let reading = self.meter.reading();
        Ok(Rendered {
            limiting: reductions.limiting(reading.integrated_lufs),
            audio: self.writer.finish()?,
            reading,
            holds: self.holds,
        })
    }
}

impl Converted {
    /// Runs the safety stage over the converted frames, delay removed.
    fn hold(&mut self) {
        if let Some(safety) = &mut self.safety {
            safety.process(&mut StereoBlock::new(&mut self.left, &mut self.right));
        }
        let skip = self.skip.min(self.left.len());
        self.skip -= skip;
        self.left.drain(..skip);
        self.right.drain(..skip);
        let frames = self.frames_left.min(self.left.len() as u64);
        self.left.truncate(frames as usize);
        self.right.truncate(frames as usize);
        self.frames_left -= frames;
    }
}

/// Whether these settings promise a ceiling.
pub(super) fn keeps_ceiling(settings: &Settings) -> bool {
    settings.loudness.on && !settings.bypass
}

/// Gain reductions of 10 ms frames, sorted by the loudness around them: which of them count is known only
/// when the integrated loudness is.
struct Reductions {
    /// Counts by loudness, then by reduction.
    counts: Vec<u32>,
    /// The newest steps, not yet known to which loudness they belong.
    waiting: std::collections::VecDeque<[f64; FRAMES_PER_STEP]>,
    step: [f64; FRAMES_PER_STEP],
    filled: usize,
    max_db: f64,
}

/// Rows of half a LU from −70 LUFS up, columns of 0.02 dB.
const LOUDNESS_ROWS: usize = 180;
const LOUDNESS_MIN_LUFS: f64 = -70.0;
const ROWS_PER_LU: f64 = 2.0;
const REDUCTION_COLUMNS: usize = 1501;
const COLUMNS_PER_DB: f64 = 50.0;

impl Reductions {
    fn new() -> Self {
        Self {
            counts: vec![0; LOUDNESS_ROWS * REDUCTION_COLUMNS],
            waiting: std::collections::VecDeque::new(),
            step: [0.0; FRAMES_PER_STEP],
            filled: 0,
            max_db: 0.0,
        }
    }

    /// The next 10 ms; `momentary_lufs` is asked every 100 ms.
    fn push(&mut self, min_gain: f32, momentary_lufs: impl FnOnce() -> Option<f64>) {
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

    fn limiting(&mut self, integrated_lufs: Option<f64>) -> Limiting {
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
