//! Writing the finished song: WAV (RF64 above 4 GiB) and FLAC, streaming.
//!
//! Sources: Microsoft "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, WAVE, LIST
//! INFO); EBU Tech 3306 (RF64); RFC 9639 (FLAC).

use super::failure::{Failure, Outcome};
use super::quantize::{BitDepth, Quantizer};
use super::tags::Tags;
use crate::dsp::block::Stream;
use crate::dsp::meter::{Meter, MeterReading};
use flac_codec::encode::{FlacSampleWriter, Options};
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// The kind of file a master is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `.wav`
    Wav,
    /// `.flac`
    Flac,
}

impl Container {
    /// The file name's extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }
}

/// All that is fixed about a file before its first sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// WAV or FLAC.
    pub container: Container,
    /// What samples are stored as.
    pub depth: BitDepth,
    /// Whether to dither; see [`BitDepth::holds`].
    pub dither: bool,
    /// 1 or 2.
    pub channels: usize,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Length in frames; exactly as many must be written.
    pub frames: u64,
}

/// What a finished file holds.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// The meter over the samples as stored: rounded, dithered and clipped.
    pub reading: MeterReading,
    /// Samples that did not fit below full scale.
    pub clipped: u64,
}

/// Writes one sound file.
pub struct SoundWriter {
    sink: Sink,
    shape: Shape,
    quantizers: [Quantizer; 2],
    integers: Vec<i32>,
    bytes: Vec<u8>,
    meter: Meter,
    /// The samples as stored.
    stored: [Vec<f32>; 2],
    /// Chunks that follow the sound of a WAV file.
    trailer: Vec<u8>,
}

enum Sink {
    Wav(BufWriter<File>),
    Flac(Box<FlacSampleWriter<BufWriter<File>>>),
}

impl std::fmt::Debug for SoundWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoundWriter")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl SoundWriter {
    /// Writes the header and the tags into an empty file.
    pub fn new(file: File, shape: Shape, tags: &Tags) -> Outcome<Self> {
        let mut file = BufWriter::with_capacity(1 << 18, file);
        let mut trailer = Vec::new();
        let sink = match shape.container {
            Container::Wav => {
                trailer = wav_trailer(tags);
                file.write_all(&wav_head(&shape, trailer.len() as u64))
                    .map_err(|error| cannot_write(&error))?;
                Sink::Wav(file)
            }
            Container::Flac => {
                let mut options = Options::default();
                if let Some(comment) = tags.flac_comment() {
                    options = options.comment(comment);
                }
                for picture in tags.flac_pictures() {
                    options = options.picture(picture);
                }
                let writer = FlacSampleWriter::new(
                    file,
                    options,
                    shape.sample_rate_hz,
                    shape.depth.bits(),
                    shape.channels as u8,
                    Some(shape.frames * shape.channels as u64),
                )
                .map_err(|error| cannot_write(&error))?;
                Sink::Flac(Box::new(writer))
            }
        };
        let quantizer = |channel| Quantizer::new(shape.depth, shape.dither, channel);
        Ok(Self {
            sink,
            shape,
            quantizers: [quantizer(0), quantizer(1)],
            integers: Vec::new(),
            bytes: Vec::new(),
            meter: Meter::new(Stream::new(f64::from(shape.sample_rate_hz))),
            stored: [Vec::new(), Vec::new()],
            trailer,
        })
    }

    /// Appends frames; of a mono file only `left` is written.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> Outcome<()> {
        let stereo = self.shape.channels == 2;
        let [quantize_left, quantize_right] = &mut self.quantizers;
        self.integers.clear();
        self.bytes.clear();
        if self.shape.depth == BitDepth::Float32 {
            for (l, r) in left.iter().zip(right) {
                self.bytes.extend_from_slice(&l.to_le_bytes());
                if stereo {
                    self.bytes.extend_from_slice(&r.to_le_bytes());
                }
            }
            self.meter.process(left, if stereo { right } else { left });
        } else {
            let [stored_left, stored_right] = &mut self.stored;
            stored_left.clear();
            stored_right.clear();
            for (&l, &r) in left.iter().zip(right) {
                let steps = quantize_left.quantize(l);
                self.integers.push(steps);
                stored_left.push(quantize_left.read_back(steps));
                if stereo {
                    let steps = quantize_right.quantize(r);
                    self.integers.push(steps);
                    stored_right.push(quantize_right.read_back(steps));
                }
            }
            let right = if stereo {
                &*stored_right
            } else {
                &*stored_left
            };
            self.meter.process(stored_left, right);
        }
        match &mut self.sink {
            Sink::Wav(file) => {
                match self.shape.depth {
                    BitDepth::Int16 => self
                        .bytes
                        .extend(self.integers.iter().flat_map(|&x| (x as i16).to_le_bytes())),
                    BitDepth::Int24 => self.integers.iter().for_each(|&x| {
                        self.bytes.extend_from_slice(&x.to_le_bytes()[..3]);
                    }),
                    BitDepth::Float32 => {}
                }
                file.write_all(&self.bytes)
                    .map_err(|error| cannot_write(&error))
            }
            Sink::Flac(writer) => writer
                .write(&self.integers)
                .map_err(|error| cannot_write(&error)),
        }
    }

    /// Completes the file; says what it holds.
    pub fn finish(mut self) -> Outcome<Written> {
        match self.sink {
            Sink::Wav(mut file) => {
                if wav_data_bytes(&self.shape) % 2 == 1 {
                    file.write_all(&[0]).map_err(|error| cannot_write(&error))?;
                }
                file.write_all(&self.trailer)
                    .and_then(|()| file.flush())
                    .map_err(|error| cannot_write(&error))?;
            }
            Sink::Flac(writer) => writer.finalize().map_err(|error| cannot_write(&error))?,
        }
        self.meter.finish();
        Ok(Written {
            reading: self.meter.reading(),
            clipped: self.quantizers.iter().map(Quantizer::clipped).sum(),
        })
    }
}

/// The sentence for an output that cannot be written any further.
pub(super) fn cannot_write(error: &dyn std::fmt::Display) -> Failure {
    Failure::because(format!(
        "the master cannot be written ({error}): check the room on that disk"
    ))
}

fn wav_data_bytes(shape: &Shape) -> u64 {
    shape.frames * (shape.channels as u64) * u64::from(shape.depth.bits() / 8)
}

fn wav_head(shape: &Shape, trailer_bytes: u64) -> Vec<u8> {
    let is_float = shape.depth == BitDepth::Float32;
    let (channels, bits) = (shape.channels as u16, shape.depth.bits() as u16);
    let frame_bytes = channels * bits / 8;
    let data_bytes = wav_data_bytes(shape);

    let mut format = Vec::new();
    let tag: u16 = if is_float { 3 } else { 1 };
    let byte_rate = shape.sample_rate_hz.saturating_mul(u32::from(frame_bytes));
    format.extend_from_slice(&tag.to_le_bytes());
    format.extend_from_slice(&channels.to_le_bytes());
    format.extend_from_slice(&shape.sample_rate_hz.to_le_bytes());
    format.extend_from_slice(&byte_rate.to_le_bytes());
    format.extend_from_slice(&frame_bytes.to_le_bytes());
    format.extend_from_slice(&bits.to_le_bytes());
    let mut chunks = Vec::new();
    if is_float {
        format.extend_from_slice(&0_u16.to_le_bytes());
        put_chunk(&mut chunks, b"fmt ", &format);
        let frames = u32::try_from(shape.frames).unwrap_or(u32::MAX);
        put_chunk(&mut chunks, b"fact", &frames.to_le_bytes());
    } else {
        put_chunk(&mut chunks, b"fmt ", &format);
    }

    let rest_bytes = 4 + chunks.len() as u64 + 8 + data_bytes + data_bytes % 2 + trailer_bytes;
    let mut head = Vec::new();
    match u32::try_from(rest_bytes) {
        Ok(riff_bytes) => {
            head.extend_from_slice(b"RIFF");
            head.extend_from_slice(&riff_bytes.to_le_bytes());
            head.extend_from_slice(b"WAVE");
            head.extend_from_slice(&chunks);
            head.extend_from_slice(b"data");
            head.extend_from_slice(&(data_bytes as u32).to_le_bytes());
        }
        Err(_) => {
            let mut long = Vec::new();
            long.extend_from_slice(&(rest_bytes + 36).to_le_bytes());
            long.extend_from_slice(&data_bytes.to_le_bytes());
            long.extend_from_slice(&shape.frames.to_le_bytes());
            long.extend_from_slice(&0_u32.to_le_bytes());
            head.extend_from_slice(b"RF64");
            head.extend_from_slice(&u32::MAX.to_le_bytes());
            head.extend_from_slice(b"WAVE");
            put_chunk(&mut head, b"ds64", &long);
            head.extend_from_slice(&chunks);
            head.extend_from_slice(b"data");
            head.extend_from_slice(&u32::MAX.to_le_bytes());
        }
    }
    head
}

fn wav_trailer(tags: &Tags) -> Vec<u8> {
    let mut trailer = Vec::new();
    for (id, body) in [(b"LIST", tags.riff_info()), (b"id3 ", tags.id3v2())] {
        if !body.is_empty() {
            put_chunk(&mut trailer, id, &body);
        }
    }
    trailer
}

fn put_chunk(bytes: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
    bytes.extend_from_slice(body);
    if body.len() % 2 == 1 {
        bytes.push(0);
    }
}

/// Whether this error means that the folder, not the disk, is the trouble.
pub(super) fn is_folder_trouble(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::ReadOnlyFilesystem
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(frames: u64, depth: BitDepth) -> Shape {
        Shape {
            container: Container::Wav,
            depth,
            dither: false,
            channels: 2,
            sample_rate_hz: 192_000,
            frames,
        }
    }

    #[test]
    fn a_head_beyond_four_gib_is_rf64() {
        let frames = 3600 * 192_000;
        let head = wav_head(&shape(frames, BitDepth::Float32), 0);
        assert_eq!(&head[..4], b"RF64");
        assert_eq!(&head[12..16], b"ds64");
        let long = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("8 bytes"));
        assert_eq!(long(20), head.len() as u64 + frames * 8 - 8, "riff size");
        assert_eq!(long(28), frames * 8, "data size");
        assert_eq!(long(36), frames, "frames");
        assert_eq!(&wav_head(&shape(1000, BitDepth::Float32), 0)[..4], b"RIFF");
    }
}
