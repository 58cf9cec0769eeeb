//! The engine over a whole song, latency removed, optionally at a new sample rate; measured on the way.

use super::convert::{Converter, converted_frames};
use super::failure::Outcome;
use super::measure::Holds;
use super::raw::{RawAudio, RawWriter};
use super::watch::Watch;
use crate::assistant::limiting::{FRAMES_PER_SECOND, Limiting, Reductions};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::float_mode::FlushDenormals;
use crate::dsp::meter::{Meter, MeterReading};
use crate::dsp::units::gain_to_db;
use crate::engine::Engine;
use crate::engine::loudness::Loudness;
use crate::engine::safety::Safety;
use crate::engine::settings::Settings;
use crate::engine::settings::trim::TrimSettings;
use crate::engine::shaping::Shaping;
use crate::engine::trim::Trim;

/// A rendered song.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) audio: RawAudio,
    pub(super) reading: MeterReading,
    pub(super) limiting: Limiting,
    pub(super) holds: Holds,
    /// Deepest gain reduction of each [`REDUCTIONS_PER_SECOND`]th of a second, in dB, positive.
    pub(super) reductions_db: Vec<f32>,
}

/// Entries of [`Rendered::reductions_db`] per second.
pub(super) const REDUCTIONS_PER_SECOND: u64 = 10;
/// Blocks of 10 ms in one of them.
const BLOCKS_PER_REDUCTION: u64 = FRAMES_PER_SECOND / REDUCTIONS_PER_SECOND;

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
    let engine = Engine::new(Stream::new(f64::from(song.sample_rate_hz)), &settings);
    // The engine's delay: as much is dropped at the start and fed as silence at the end.
    let latency = engine.latency_samples();
    let output = Output::new(song, song.frames, &settings, sample_rate_hz)?;
    let chain = Chain::Whole(Box::new(engine));
    run(song, chain, [latency, latency], output, watch, step)
}

/// A song behind the stages before loudness, with their delay at its start and all of the chain's silence
/// behind it: what [`render_loudness`] goes on from.
#[derive(Debug)]
pub(super) struct Shaped {
    audio: RawAudio,
    /// The song's own length.
    frames: u64,
    /// Delay of the whole chain.
    latency: usize,
}

/// Runs the stages before loudness over `song`.
pub(super) fn shape(
    song: &mut RawAudio,
    settings: &Settings,
    watch: Watch<'_>,
    step: &str,
) -> Outcome<Shaped> {
    let effect = settings.quantized().in_effect();
    let stream = Stream::new(f64::from(song.sample_rate_hz));
    let mut shaping = Shaping::new(stream, &effect);
    let after = Loudness::new(stream, &effect.loudness).latency_samples();
    let latency = shaping.latency_samples() + after;
    let frames = song.frames;
    let mut writer = RawWriter::new(song.channels, song.sample_rate_hz)?;
    let mut reader = song.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        shaping.process(&mut StereoBlock::new(left, right));
        writer.write(left, right)?;
        watch.at(step, frames - reader.frames_left(), frames)?;
    }
    let (mut left, mut right) = (vec![0.0; latency], vec![0.0; latency]);
    shaping.process(&mut StereoBlock::new(&mut left, &mut right));
    writer.write(&left, &right)?;
    Ok(Shaped {
        audio: writer.finish()?,
        frames,
        latency,
    })
}

/// Runs the stages before loudness over a song, and a fader behind them; the result is as long and in its
/// place. `passed` is told of frames as they go through.
pub(super) fn render_shaping(
    song: &mut RawAudio,
    settings: &Settings,
    fader: &TrimSettings,
    mut passed: impl FnMut(u64) -> Outcome<()>,
) -> Outcome<RawAudio> {
    let stream = Stream::new(f64::from(song.sample_rate_hz));
    let mut shaping = Shaping::new(stream, &settings.quantized().in_effect());
    let mut trim = Trim::new(stream, fader);
    let mut skip = shaping.latency_samples();
    let mut silence = [vec![0.0; skip], vec![0.0; skip]];
    let mut writer = RawWriter::new(song.channels, song.sample_rate_hz)?;
    let mut put = |left: &mut [f32], right: &mut [f32]| {
        let mut block = StereoBlock::new(left, right);
        shaping.process(&mut block);
        trim.process(&mut block);
        let from = skip.min(left.len());
        skip -= from;
        writer.write(&left[from..], &right[from..])
    };
    let mut reader = song.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        put(left, right)?;
        passed(left.len() as u64)?;
    }
    let [left, right] = &mut silence;
    put(left, right)?;
    writer.finish()
}

/// Runs the loudness stage of `settings` over what was shaped with the same: bit for bit what [`render`]
/// gives, at a fraction of its cost.
pub(super) fn render_loudness(
    shaped: &mut Shaped,
    settings: &Settings,
    sample_rate_hz: u32,
    watch: Watch<'_>,
    step: &str,
) -> Outcome<Rendered> {
    let settings = settings.quantized();
    let stream = Stream::new(f64::from(shaped.audio.sample_rate_hz));
    let loudness = Loudness::new(stream, &settings.in_effect().loudness);
    let output = Output::new(&shaped.audio, shaped.frames, &settings, sample_rate_hz)?;
    let chain = Chain::Loudness(Box::new(loudness));
    let (audio, skip) = (&mut shaped.audio, shaped.latency);
    run(audio, chain, [skip, 0], output, watch, step)
}

/// What a song goes through.
enum Chain {
    Whole(Box<Engine>),
    Loudness(Box<Loudness>),
}

impl Chain {
    fn process(&mut self, block: &mut StereoBlock<'_>) {
        let _mode = FlushDenormals::on();
        match self {
            Self::Whole(engine) => engine.process(block),
            Self::Loudness(loudness) => loudness.process(block),
        }
    }

    /// Smallest gain of clipper and limiter since last asked.
    fn take_gain(&mut self) -> f32 {
        match self {
            Self::Whole(engine) => engine.take_reading().loudness.gain(),
            Self::Loudness(loudness) => loudness.take_reading().gain(),
        }
    }
}

/// Runs a chain over a file, dropping so many frames at the start and feeding so many of silence at the end.
fn run(
    song: &mut RawAudio,
    mut chain: Chain,
    [mut skip, mut tail]: [usize; 2],
    mut output: Output,
    watch: Watch<'_>,
    step: &str,
) -> Outcome<Rendered> {
    let total = song.frames;
    let song_rate_hz = u64::from(song.sample_rate_hz);
    let mut reductions = Reductions::new();
    let mut reductions_db = Vec::new();
    let mut least_gain = 1.0_f32;
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
            chain.process(&mut StereoBlock::new(block.0, block.1));
            position += (end - start) as u64;
            start = end;
            if position == block_end {
                block_number += 1;
                let gain = chain.take_gain();
                reductions.push(gain, || output.meter.reading().momentary_lufs);
                least_gain = least_gain.min(gain);
                if block_number.is_multiple_of(BLOCKS_PER_REDUCTION) {
                    let gain = f64::from(core::mem::replace(&mut least_gain, 1.0));
                    reductions_db.push(-gain_to_db(gain.clamp(1e-6, 1.0)) as f32);
                }
            }
        }
        let from = skip.min(left.len());
        skip -= from;
        output.take(&left[from..], &right[from..])?;
        watch.at(step, position.min(total), total)?;
    }
    output.finish(reductions, reductions_db)
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
    fn new(
        song: &RawAudio,
        frames: u64,
        settings: &Settings,
        sample_rate_hz: u32,
    ) -> Outcome<Self> {
        let stream = Stream::new(f64::from(sample_rate_hz));
        let converted = if sample_rate_hz == song.sample_rate_hz {
            None
        } else {
            let safety = keeps_ceiling(settings)
                .then(|| Safety::new(stream, settings.loudness.ceiling_dbtp));
            Some(Converted {
                converter: Converter::new(song.sample_rate_hz, sample_rate_hz)?,
                skip: safety.as_ref().map_or(0, Safety::latency_samples),
                frames_left: converted_frames(frames, song.sample_rate_hz, sample_rate_hz),
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

    fn finish(mut self, reductions: Reductions, reductions_db: Vec<f32>) -> Outcome<Rendered> {
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
            reductions_db,
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
