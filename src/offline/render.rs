//! The engine over a whole song, latency removed, optionally at a new sample rate; measured on the way.

use super::convert::{Converter, converted_frames};
use super::failure::Outcome;
use super::measure::Holds;
use super::raw::{RawAudio, RawWriter};
use super::watch::Watch;
use crate::assistant::limiting::{FRAMES_PER_SECOND, Limiting, Reductions};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::meter::{Meter, MeterReading};
use crate::engine::Engine;
use crate::engine::safety::Safety;
use crate::engine::settings::Settings;

/// A rendered song.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) audio: RawAudio,
    pub(super) reading: MeterReading,
    pub(super) limiting: Limiting,
    pub(super) holds: Holds,
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
                reductions.push(engine.take_reading().loudness.gain(), || {
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

    fn finish(mut self, reductions: Reductions) -> Outcome<Rendered> {
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
