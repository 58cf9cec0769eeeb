//! WAV, also its 64-bit forms RF64 and BW64: integer PCM of 8, 16, 24, 32 bits and float of 32, 64.
//!
//! Sources: Microsoft "Multiple channel audio data and WAVE files" (`WAVE_FORMAT_EXTENSIBLE`); EBU Tech
//! 3306 and ITU-R BS.2088 (`ds64`).

use super::{Facts, cut_off};
use crate::offline::failure::{Failure, Outcome};
use crate::offline::raw::CHUNK_FRAMES;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

const FORMAT_PCM: u16 = 1;
const FORMAT_FLOAT: u16 = 3;
const FORMAT_EXTENSIBLE: u16 = 0xFFFE;
/// "The size is elsewhere, or was not known when the header was written."
const SIZE_UNKNOWN: u32 = u32::MAX;

/// Whether the first 12 bytes are those of a WAV file.
pub(super) fn is_wav(head: &[u8]) -> bool {
    head.len() >= 12 && matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64") && &head[8..12] == b"WAVE"
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sample {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
}

impl Sample {
    fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Reads the sound of a WAV file.
#[derive(Debug)]
pub(super) struct WavReader {
    file: BufReader<File>,
    facts: Facts,
    sample: Sample,
    frames_left: u64,
    bytes: Vec<u8>,
}

/// What the `fmt ` chunk says.
struct Format {
    sample: Option<Sample>,
    channels: usize,
    sample_rate_hz: u32,
    frame_bytes: u64,
}

impl WavReader {
    /// Reads the header; `None` for a coding that is not plain PCM or float.
    pub(super) fn open(file: File) -> Outcome<Option<Self>> {
        let file_bytes = file.metadata().map_err(damaged)?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        file.seek(SeekFrom::Start(0)).map_err(damaged)?;
        let mut riff = [0; 12];
        file.read_exact(&mut riff).map_err(damaged)?;
        let riff_size = u32_at(&riff, 4);

        let mut format = None;
        let mut long_data_bytes = None;
        let (data_bytes, data_start) = loop {
            let mut head = [0; 8];
            file.read_exact(&mut head).map_err(|_| no_data())?;
            let (id, size) = ([head[0], head[1], head[2], head[3]], u32_at(&head, 4));
            match &id {
                b"ds64" => {
                    let body = read_body(&mut file, size)?;
                    if body.len() >= 16 {
                        long_data_bytes = Some(u64_at(&body, 8));
                    }
                }
                b"fmt " => format = Some(parse_format(&read_body(&mut file, size)?)?),
                b"data" => break (size, file.stream_position().map_err(damaged)?),
                _ => {
                    // Chunks are padded to an even length.
                    let skip = i64::from(size) + i64::from(size & 1);
                    file.seek_relative(skip).map_err(damaged)?;
                }
            }
        };
        let Some(format) = format else {
            return Err(Failure::because(
                "its WAV header does not say how the sound is stored (no fmt chunk): export it again",
            ));
        };
        let Some(sample) = format.sample else {
            return Ok(None);
        };
        let there_bytes = file_bytes.saturating_sub(data_start);
        let promised_bytes = match (data_bytes, long_data_bytes) {
            (SIZE_UNKNOWN, Some(bytes)) => bytes,
            // Written to a pipe, or by a recorder that never came back to fill the header in.
            (SIZE_UNKNOWN, None) => there_bytes,
            (0, _) if riff_size == 0 || riff_size == SIZE_UNKNOWN => there_bytes,
            (bytes, _) => u64::from(bytes),
        };
        let seconds = |bytes: u64| {
            (bytes / format.frame_bytes) as f64 / f64::from(format.sample_rate_hz.max(1))
        };
        let frames = promised_bytes / format.frame_bytes;
        if there_bytes / format.frame_bytes < frames {
            return Err(cut_off(seconds(promised_bytes), seconds(there_bytes)));
        }
        Ok(Some(Self {
            file,
            facts: Facts {
                sample_rate_hz: format.sample_rate_hz,
                channels: format.channels,
                frames: Some(frames),
                lossy: None,
            },
            sample,
            frames_left: frames,
            bytes: Vec::new(),
        }))
    }

    pub(super) fn facts(&self) -> Facts {
        self.facts
    }

    /// Appends the next frames; none at the end.
    pub(super) fn read(&mut self, interleaved: &mut Vec<f32>) -> Outcome<()> {
        let frames = (CHUNK_FRAMES as u64).min(self.frames_left) as usize;
        self.frames_left -= frames as u64;
        let count = frames * self.facts.channels;
        self.bytes.resize(count * self.sample.bytes(), 0);
        self.file.read_exact(&mut self.bytes).map_err(damaged)?;
        let bytes = &self.bytes;
        match self.sample {
            Sample::U8 => interleaved.extend(bytes.iter().map(|&b| (f32::from(b) - 128.0) / 128.0)),
            Sample::I16 => interleaved.extend(
                bytes
                    .chunks_exact(2)
                    .map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0),
            ),
            Sample::I24 => interleaved.extend(bytes.chunks_exact(3).map(|b| {
                // The three bytes at the top of an i32: sign and scale come right by themselves.
                let value = i32::from_le_bytes([0, b[0], b[1], b[2]]);
                value as f32 / 2_147_483_648.0
            })),
            Sample::I32 => interleaved.extend(
                bytes
                    .chunks_exact(4)
                    .map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]) as f32 / 2_147_483_648.0),
            ),
            Sample::F32 => interleaved.extend(
                bytes
                    .chunks_exact(4)
                    .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            ),
            Sample::F64 => interleaved.extend(bytes.chunks_exact(8).map(|b| {
                f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32
            })),
        }
        Ok(())
    }
}

fn parse_format(body: &[u8]) -> Outcome<Format> {
    if body.len() < 16 {
        return Err(Failure::because(
            "its WAV header is damaged (the fmt chunk is too short): export it again",
        ));
    }
    let u16_at = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
    let channels = usize::from(u16_at(2));
    let frame_bytes = u64::from(u16_at(12));
    if channels == 0 || frame_bytes == 0 {
        return Err(Failure::because(
            "its WAV header is damaged (no channels): export it again",
        ));
    }
    let tag = match u16_at(0) {
        // The sub-format's GUID begins with the plain tag.
        FORMAT_EXTENSIBLE if body.len() >= 26 => u16_at(24),
        tag => tag,
    };
    // The container counts: 20 valid bits come in three bytes.
    let sample = match (
        tag,
        frame_bytes % channels as u64,
        frame_bytes / channels as u64,
    ) {
        (FORMAT_PCM, 0, 1) => Some(Sample::U8),
        (FORMAT_PCM, 0, 2) => Some(Sample::I16),
        (FORMAT_PCM, 0, 3) => Some(Sample::I24),
        (FORMAT_PCM, 0, 4) => Some(Sample::I32),
        (FORMAT_FLOAT, 0, 4) => Some(Sample::F32),
        (FORMAT_FLOAT, 0, 8) => Some(Sample::F64),
        _ => None,
    };
    Ok(Format {
        sample,
        channels,
        sample_rate_hz: u32_at(body, 4),
        frame_bytes,
    })
}

/// A small chunk's content, with its padding byte taken.
fn read_body(file: &mut BufReader<File>, size: u32) -> Outcome<Vec<u8>> {
    let mut body = Vec::new();
    let padded = u64::from(size) + u64::from(size & 1);
    file.by_ref()
        .take(padded.min(1 << 16))
        .read_to_end(&mut body)
        .map_err(damaged)?;
    if body.len() < size as usize && padded <= 1 << 16 {
        return Err(no_data());
    }
    if padded > 1 << 16 {
        return Err(Failure::because(
            "its WAV header is damaged: export it again",
        ));
    }
    Ok(body)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

fn damaged(error: io::Error) -> Failure {
    Failure::because(format!("it cannot be read ({error}): copy it again"))
}

fn no_data() -> Failure {
    Failure::because(
        "the file is cut off: it ends inside its header, before any sound; copy or export it again",
    )
}
