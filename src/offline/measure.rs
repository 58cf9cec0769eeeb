//! Listening to a file once: meters it, refuses what is broken, and keeps it for later passes if asked.

use super::failure::{Failure, Outcome};
use super::quantize::BitDepth;
use super::raw::{RawAudio, RawWriter};
use super::read::{Facts, SoundFile, split};
use super::watch::Watch;
use crate::dsp::block::Stream;
use crate::dsp::meter::{Meter, MeterReading};
use serde::Serialize;
use std::path::Path;

/// What a meter says about a file; `None` (JSON `null`) where there is nothing to say, as of silence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2; mono is measured as it is played, on both loudspeakers.
    pub channels: usize,
    /// Length in seconds.
    pub duration_s: f64,
    /// Gated loudness (ITU-R BS.1770-5), in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range (EBU Tech 3342), in LU.
    pub loudness_range_lu: Option<f64>,
    /// Highest loudness of 400 ms, in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Highest loudness of 3 s, in LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// True peak at 16×, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// True peak through the filter of BS.1770-5 Annex 2, in dBTP.
    pub true_peak_bs1770_dbtp: Option<f64>,
    /// Highest sample, in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Peak to loudness ratio: true peak − integrated loudness, in dB.
    pub plr_db: Option<f64>,
    /// Correlation of left and right, −1 to 1.
    pub correlation: Option<f64>,
}

impl Measurement {
    /// A reading as a measurement, values rounded to 0.001.
    pub fn new(reading: &MeterReading, sample_rate_hz: u32, channels: usize, frames: u64) -> Self {
        let plain = |value: Option<f64>| value.filter(|v| v.is_finite()).map(rounded);
        Self {
            sample_rate_hz,
            channels,
            duration_s: frames as f64 / f64::from(sample_rate_hz),
            integrated_lufs: plain(reading.integrated_lufs),
            loudness_range_lu: plain(reading.loudness_range_lu),
            max_momentary_lufs: plain(reading.max_momentary_lufs),
            max_short_term_lufs: plain(reading.max_short_term_lufs),
            true_peak_dbtp: plain(reading.true_peak_dbtp),
            true_peak_bs1770_dbtp: plain(reading.true_peak_bs1770_dbtp),
            sample_peak_dbfs: plain(reading.sample_peak_dbfs),
            plr_db: plain(reading.plr_db),
            correlation: plain(reading.correlation),
        }
    }
}

/// To a thousandth: below what any of our numbers means. Zero has no sign.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}

/// Which integer depths hold all samples seen without loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Holds {
    int16: bool,
    int24: bool,
}

impl Holds {
    pub(super) fn new() -> Self {
        Self {
            int16: true,
            int24: true,
        }
    }

    pub(super) fn see(&mut self, samples: &[f32]) {
        self.int16 = self.int16 && BitDepth::Int16.holds(samples);
        self.int24 = self.int24 && BitDepth::Int24.holds(samples);
    }

    pub(super) fn all_in(self, depth: BitDepth) -> bool {
        match depth {
            BitDepth::Int16 => self.int16,
            BitDepth::Int24 => self.int24,
            BitDepth::Float32 => true,
        }
    }
}

/// A song that was listened to.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) reading: MeterReading,
    pub(super) measurement: Measurement,
    /// The song itself, if it was to be kept.
    pub(super) audio: Option<RawAudio>,
}

/// Measures a file.
pub fn measure(path: &Path, watch: Watch<'_>) -> Outcome<Measurement> {
    Ok(listen(path, false, watch)?.measurement)
}

/// Decodes a file once, measures it and, if `keep`, writes it to a raw temporary file.
pub(super) fn listen(path: &Path, keep: bool, watch: Watch<'_>) -> Outcome<Heard> {
    listen_with(path, keep, watch, |_, _, _| ())
}

/// As [`listen`]; `hear` is handed all of it too, in order: the stream, left and right.
pub(super) fn listen_with(
    path: &Path,
    keep: bool,
    watch: Watch<'_>,
    mut hear: impl FnMut(Stream, &[f32], &[f32]),
) -> Outcome<Heard> {
    let mut meter: Option<Meter> = None;
    let decoded = decode(path, keep, watch, |stream, left, right| {
        meter
            .get_or_insert_with(|| Meter::new(stream))
            .process(left, right);
        hear(stream, left, right);
    })?;
    let facts = decoded.facts;
    let stream = Stream::new(f64::from(facts.sample_rate_hz));
    let mut meter = meter.unwrap_or_else(|| Meter::new(stream));
    meter.finish();
    let reading = meter.reading();
    let (rate_hz, channels) = (facts.sample_rate_hz, facts.channels);
    Ok(Heard {
        measurement: Measurement::new(&reading, rate_hz, channels, decoded.frames),
        reading,
        audio: decoded.audio,
    })
}

/// A song that was decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    /// What the file says about itself.
    pub(super) facts: Facts,
    /// Length in frames.
    pub(super) frames: u64,
    /// The song itself, if it was to be kept.
    pub(super) audio: Option<RawAudio>,
}

/// Decodes a file once, refuses what is broken and, if `keep`, writes it to a raw temporary file. `hear` is handed
/// all of it, in order: the stream, left and right.
pub(super) fn decode(
    path: &Path,
    keep: bool,
    watch: Watch<'_>,
    mut hear: impl FnMut(Stream, &[f32], &[f32]),
) -> Outcome<Decoded> {
    let mut file = SoundFile::open(path)?;
    let facts = file.facts();
    let mut writer = if keep {
        Some(RawWriter::new(facts.channels, facts.sample_rate_hz)?)
    } else {
        None
    };
    let stream = Stream::new(f64::from(facts.sample_rate_hz));
    let (mut interleaved, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    let mut frames = 0_u64;
    loop {
        file.read(&mut interleaved)?;
        if interleaved.is_empty() {
            break;
        }
        split(&interleaved, facts.channels, &mut left, &mut right);
        if let Some(at) = interleaved.iter().position(|x| !x.is_finite()) {
            return Err(not_a_number(
                frames + (at / facts.channels) as u64,
                at % facts.channels,
                facts.channels,
                facts.sample_rate_hz,
            ));
        }
        hear(stream, &left, &right);
        if let Some(writer) = &mut writer {
            writer.write(&left, &right)?;
        }
        frames += left.len() as u64;
        watch.at("reading", frames, facts.frames.unwrap_or(frames))?;
    }
    if frames == 0 {
        return Err(Failure::because(
            "there is no sound in this file (0 frames): export it again",
        ));
    }
    Ok(Decoded {
        facts,
        frames,
        audio: writer.map(RawWriter::finish).transpose()?,
    })
}

fn not_a_number(frame: u64, channel: usize, channels: usize, sample_rate_hz: u32) -> Failure {
    let seconds = frame as f64 / f64::from(sample_rate_hz);
    let channel = match (channels, channel) {
        (1, _) => "",
        (_, 0) => " of the left channel",
        _ => " of the right channel",
    };
    Failure::because(format!(
        "it holds samples that are no numbers (NaN or infinity), the first at {seconds:.3} s (frame \
         {frame}{channel}): a plugin in the project broke; find it and export again"
    ))
}
