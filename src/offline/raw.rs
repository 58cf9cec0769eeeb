//! A song as raw 32-bit floats in a temporary file that has no name: it is gone when we are, however we
//! end.

use super::failure::{Failure, Outcome};
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

/// Frames handed over at a time.
pub const CHUNK_FRAMES: usize = 8192;

/// A whole song on disk, one or two channels.
#[derive(Debug)]
pub struct RawAudio {
    file: File,
    /// 1 or 2.
    pub channels: usize,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Length in frames.
    pub frames: u64,
}

/// Writes a [`RawAudio`].
#[derive(Debug)]
pub struct RawWriter {
    file: BufWriter<File>,
    channels: usize,
    sample_rate_hz: u32,
    frames: u64,
    bytes: Vec<u8>,
}

impl RawWriter {
    /// An empty song of `channels` (1 or 2).
    pub fn new(channels: usize, sample_rate_hz: u32) -> Outcome<Self> {
        let file = tempfile::tempfile().map_err(|error| Failure::temporary(&error))?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 18, file),
            channels,
            sample_rate_hz,
            frames: 0,
            bytes: Vec::new(),
        })
    }

    /// Appends frames; of a mono song only `left` is kept. Both slices are as long.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> Outcome<()> {
        self.bytes.clear();
        if self.channels == 1 {
            self.bytes.extend(left.iter().flat_map(|x| x.to_le_bytes()));
        } else {
            for (l, r) in left.iter().zip(right) {
                self.bytes.extend_from_slice(&l.to_le_bytes());
                self.bytes.extend_from_slice(&r.to_le_bytes());
            }
        }
        self.frames += left.len() as u64;
        self.file
            .write_all(&self.bytes)
            .map_err(|error| Failure::temporary(&error))
    }

    /// The song is complete.
    pub fn finish(self) -> Outcome<RawAudio> {
        let file = self
            .file
            .into_inner()
            .map_err(|error| Failure::temporary(error.error()))?;
        Ok(RawAudio {
            file,
            channels: self.channels,
            sample_rate_hz: self.sample_rate_hz,
            frames: self.frames,
        })
    }
}

impl RawAudio {
    /// Reads from the beginning.
    pub fn reader(&mut self) -> Outcome<RawReader<'_>> {
        self.reader_at(0)
    }

    /// Reads from frame `start` on; nothing where the song has ended there.
    pub fn reader_at(&mut self, start: u64) -> Outcome<RawReader<'_>> {
        let start = start.min(self.frames);
        let bytes_per_frame = 4 * self.channels as u64;
        self.file
            .seek(SeekFrom::Start(start * bytes_per_frame))
            .map_err(|error| Failure::temporary(&error))?;
        Ok(RawReader {
            frames_left: self.frames - start,
            audio: self,
            bytes: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
        })
    }

    /// The frames from `start` on, as many as there are up to `frames`; a mono song as two equal channels.
    pub fn cut(&mut self, start: u64, frames: u64) -> Outcome<[Vec<f32>; 2]> {
        let mut reader = self.reader_at(start)?;
        reader.frames_left = reader.frames_left.min(frames);
        let mut cut = [Vec::new(), Vec::new()];
        while let Some((left, right)) = reader.next_chunk()? {
            cut[0].extend_from_slice(left);
            cut[1].extend_from_slice(right);
        }
        Ok(cut)
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }
}

/// Goes through a [`RawAudio`] once.
#[derive(Debug)]
pub struct RawReader<'a> {
    audio: &'a mut RawAudio,
    frames_left: u64,
    bytes: Vec<u8>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl RawReader<'_> {
    /// The next frames, at most [`CHUNK_FRAMES`]; none at the end. A mono song comes as two equal
    /// channels. The slices may be worked on in place.
    pub fn next_chunk(&mut self) -> Outcome<Option<(&mut [f32], &mut [f32])>> {
        let frames = (CHUNK_FRAMES as u64).min(self.frames_left) as usize;
        if frames == 0 {
            return Ok(None);
        }
        self.bytes.resize(frames * self.audio.channels * 4, 0);
        self.audio
            .file
            .read_exact(&mut self.bytes)
            .map_err(|error| Failure::temporary(&error))?;
        self.frames_left -= frames as u64;
        self.left.clear();
        self.right.clear();
        let sample = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        if self.audio.channels == 1 {
            self.left.extend(self.bytes.chunks_exact(4).map(sample));
            self.right.extend_from_slice(&self.left);
        } else {
            for frame in self.bytes.chunks_exact(8) {
                self.left.push(sample(&frame[..4]));
                self.right.push(sample(&frame[4..]));
            }
        }
        Ok(Some((&mut self.left, &mut self.right)))
    }

    /// Frames not read yet.
    pub fn frames_left(&self) -> u64 {
        self.frames_left
    }
}
