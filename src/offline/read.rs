//! Reading sound files: WAV by our own reader, everything else by symphonia. The content decides, not
//! the name.

mod coded;
mod mp4;
mod ogg;
mod wav;

use super::failure::{Failure, Outcome};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Sample rates that are read and written, in Hz.
pub const SAMPLE_RATE_HZ: std::ops::RangeInclusive<u32> = 8_000..=384_000;

/// A sound file being read.
#[derive(Debug)]
pub struct SoundFile {
    source: Source,
    facts: Facts,
}

/// What a file says about itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// Sample rate in Hz, within [`SAMPLE_RATE_HZ`].
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Length in frames, if the file says it before all of it is decoded.
    pub frames: Option<u64>,
    /// The coding that left something out, by its name; `None` of what keeps every sample.
    pub lossy: Option<&'static str>,
}

#[derive(Debug)]
enum Source {
    Wav(wav::WavReader),
    Coded(Box<coded::CodedReader>),
}

impl SoundFile {
    /// Opens a file and reads as far as its sound. Fails for what is no sound file, damaged, or neither
    /// mono nor stereo.
    pub fn open(path: &Path) -> Outcome<Self> {
        let unreadable = |error: std::io::Error| {
            Failure::because(match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                std::io::ErrorKind::PermissionDenied => {
                    "it may not be read: give yourself read permission".to_owned()
                }
                _ => format!("it cannot be read ({error})"),
            })
        };
        // Before it is opened: that of a pipe would wait for a writer.
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(Failure::because("it is a folder, not a sound file"));
        }
        if !metadata.is_file() {
            return Err(Failure::because(
                "it is no regular file (a pipe or a device): save the sound to a file first",
            ));
        }
        if metadata.len() == 0 {
            return Err(Failure::because(
                "the file is empty (0 bytes): export it again",
            ));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let mut head = Vec::new();
        file.by_ref()
            .take(12)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        let source = if wav::is_wav(&head) {
            wav::WavReader::open(file)?
        } else {
            None
        };
        let (source, facts) = match source {
            Some(reader) => {
                let facts = reader.facts();
                (Source::Wav(reader), facts)
            }
            None => {
                let reader = coded::CodedReader::open(path, &head)?;
                let facts = reader.facts();
                (Source::Coded(Box::new(reader)), facts)
            }
        };
        check(&facts)?;
        Ok(Self { source, facts })
    }

    /// What the file says about itself.
    pub fn facts(&self) -> Facts {
        self.facts
    }

    /// Replaces `interleaved` by the next frames; leaves it empty at the end. Encoder delay and padding
    /// are not part of the sound.
    pub fn read(&mut self, interleaved: &mut Vec<f32>) -> Outcome<()> {
        interleaved.clear();
        match &mut self.source {
            Source::Wav(reader) => reader.read(interleaved),
            Source::Coded(reader) => reader.read(interleaved),
        }
    }
}

/// Replaces `left` and `right` by the channels of `interleaved`, of which there are 1 or 2: mono is on both.
pub fn split(interleaved: &[f32], channels: usize, left: &mut Vec<f32>, right: &mut Vec<f32>) {
    left.clear();
    right.clear();
    for frame in interleaved.chunks_exact(channels) {
        left.push(frame[0]);
        right.push(frame[channels - 1]);
    }
}

fn check(facts: &Facts) -> Outcome<()> {
    if !(1..=2).contains(&facts.channels) {
        return Err(Failure::because(format!(
            "it has {} channels, and Finalcoat works on mono and stereo: export a stereo mix",
            facts.channels
        )));
    }
    if !SAMPLE_RATE_HZ.contains(&facts.sample_rate_hz) {
        return Err(Failure::because(format!(
            "its sample rate is {} Hz, and Finalcoat works from {} to {} Hz: export it at 44100 or 48000 Hz",
            facts.sample_rate_hz,
            SAMPLE_RATE_HZ.start(),
            SAMPLE_RATE_HZ.end()
        )));
    }
    Ok(())
}

/// The sentence for a file that ends before its sound does.
fn cut_off(promised_s: f64, there_s: f64) -> Failure {
    Failure::because(format!(
        "the file is cut off: it says it holds {promised_s:.2} s of sound, but only {there_s:.2} s are \
         there; copy or export it again"
    ))
}
