//! MP3 through LAME, constant bit rate, with the tag frame that lets players find the exact length.

use super::convert::Converter;
use super::failure::{Failure, Outcome};
use super::tags::Tags;
use super::write::cannot_write;
use mp3lame_encoder::{
    Bitrate, Builder, DualPcm, Encoder, FlushGap, MonoPcm, Quality, max_required_buffer_size,
};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

/// Bit rates that can be chosen, in kbit/s.
pub const BIT_RATES_KBPS: [u32; 13] = [32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/// Sample rates that MPEG-1 layer III knows, and the half ones of MPEG-2, in Hz.
const SAMPLE_RATES_HZ: [u32; 6] = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000];

/// Writes one MP3 file.
pub struct Mp3Writer {
    file: BufWriter<File>,
    encoder: Encoder,
    converter: Option<Converter>,
    channels: usize,
    tag_bytes: u64,
    left: Vec<f32>,
    right: Vec<f32>,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Mp3Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mp3Writer").finish_non_exhaustive()
    }
}

/// The rate an MP3 of a song at `sample_rate_hz` has: the same where MP3 knows it, else the next lower
/// of its family.
pub fn mp3_sample_rate_hz(sample_rate_hz: u32) -> u32 {
    if SAMPLE_RATES_HZ.contains(&sample_rate_hz) {
        sample_rate_hz
    } else if sample_rate_hz > 48_000 && sample_rate_hz.is_multiple_of(44_100) {
        44_100
    } else {
        let lower = SAMPLE_RATES_HZ.iter().find(|&&rate| rate <= sample_rate_hz);
        lower.copied().unwrap_or(16_000)
    }
}

impl Mp3Writer {
    /// Starts an MP3 of `kbps` (one of [`BIT_RATES_KBPS`]) in an empty file.
    pub fn new(
        mut file: File,
        channels: usize,
        sample_rate_hz: u32,
        kbps: u32,
        tags: &Tags,
    ) -> Outcome<Self> {
        let rate_hz = mp3_sample_rate_hz(sample_rate_hz);
        let converter = if rate_hz == sample_rate_hz {
            None
        } else {
            Some(Converter::new(sample_rate_hz, rate_hz)?)
        };
        let encoder = build(channels, rate_hz, kbps).map_err(|error| {
            Failure::because(format!(
                "LAME does not make an MP3 of {rate_hz} Hz at {kbps} kbit/s ({error})"
            ))
        })?;
        let tag = tags.id3v2();
        file.write_all(&tag).map_err(|error| cannot_write(&error))?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, file),
            encoder,
            converter,
            channels,
            tag_bytes: tag.len() as u64,
            left: Vec::new(),
            right: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Appends frames; of a mono file only `left` is written.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> Outcome<()> {
        self.left.clear();
        self.right.clear();
        if let Some(converter) = &mut self.converter {
            converter.process((left, right), &mut self.left, &mut self.right)?;
        } else {
            self.left.extend_from_slice(left);
            self.right.extend_from_slice(right);
        }
        self.encode()
    }

    fn encode(&mut self) -> Outcome<()> {
        self.bytes.clear();
        self.bytes
            .reserve(max_required_buffer_size(self.left.len()));
        let encoded = if self.channels == 1 {
            self.encoder
                .encode_to_vec(MonoPcm(&self.left), &mut self.bytes)
        } else {
            let pcm = DualPcm {
                left: &self.left,
                right: &self.right,
            };
            self.encoder.encode_to_vec(pcm, &mut self.bytes)
        };
        encoded.map_err(|error| Failure::because(format!("LAME failed ({error})")))?;
        self.file
            .write_all(&self.bytes)
            .map_err(|error| cannot_write(&error))
    }

    /// Completes the file.
    pub fn finish(mut self) -> Outcome<()> {
        if let Some(mut converter) = self.converter.take() {
            self.left.clear();
            self.right.clear();
            converter.finish(&mut self.left, &mut self.right)?;
            self.encode()?;
        }
        self.bytes.clear();
        self.bytes.reserve(max_required_buffer_size(0));
        self.encoder
            .flush_to_vec::<FlushGap>(&mut self.bytes)
            .map_err(|error| Failure::because(format!("LAME failed ({error})")))?;
        // LAME left room for the tag frame in front of the sound; now it knows what stands in it.
        let mut tag_frame = Vec::with_capacity(self.encoder.lame_tag_size());
        let filled = self
            .encoder
            .lame_tag_encode_to_vec(&mut tag_frame)
            .is_some();
        let written = self.file.write_all(&self.bytes).and_then(|()| {
            if filled {
                self.file.seek(SeekFrom::Start(self.tag_bytes))?;
                self.file.write_all(&tag_frame)?;
            }
            self.file.flush()
        });
        written.map_err(|error| cannot_write(&error))
    }
}

fn build(channels: usize, rate_hz: u32, kbps: u32) -> Result<Encoder, String> {
    let mut builder = Builder::new().ok_or("out of memory")?;
    let bit_rate = bit_rate(kbps).ok_or("no such bit rate")?;
    builder
        .set_num_channels(channels as u8)
        .and_then(|()| builder.set_sample_rate(rate_hz))
        .and_then(|()| builder.set_output_sample_rate(std::num::NonZeroU32::new(rate_hz)))
        .and_then(|()| builder.set_brate(bit_rate))
        .and_then(|()| builder.set_quality(Quality::NearBest))
        .and_then(|()| builder.set_to_write_vbr_tag(true))
        .and_then(|()| builder.build())
        .map_err(|error| error.to_string())
}

fn bit_rate(kbps: u32) -> Option<Bitrate> {
    Some(match kbps {
        32 => Bitrate::Kbps32,
        40 => Bitrate::Kbps40,
        48 => Bitrate::Kbps48,
        64 => Bitrate::Kbps64,
        80 => Bitrate::Kbps80,
        96 => Bitrate::Kbps96,
        112 => Bitrate::Kbps112,
        128 => Bitrate::Kbps128,
        160 => Bitrate::Kbps160,
        192 => Bitrate::Kbps192,
        224 => Bitrate::Kbps224,
        256 => Bitrate::Kbps256,
        320 => Bitrate::Kbps320,
        _ => return None,
    })
}
