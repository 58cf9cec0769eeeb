//! What is to be done with each song.

use crate::assistant::services::Service;
use crate::assistant::style::Style;
use crate::assistant::wishes::Wishes;
use crate::engine::settings::Settings;
use crate::offline::quantize::BitDepth;
use crate::offline::read::SAMPLE_RATE_HZ;
use crate::offline::write::Container;
use std::path::PathBuf;

/// How loud the master is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loudness {
    /// As usual, never lower than the song is already.
    Auto,
    /// As loud as the song is already.
    Keep,
    /// The loudness stage is off: only the format changes.
    Off,
    /// This integrated loudness, in LUFS.
    Target(f64),
    /// Whatever the settings give.
    AsSet,
}

/// What is to be done with each song.
#[derive(Debug, Clone)]
pub struct Job {
    /// How loud.
    pub loudness: Loudness,
    /// Go to the goal whatever it costs.
    pub force_loudness: bool,
    /// All settings but the drive, which the goal decides unless it is [`Loudness::AsSet`].
    pub settings: Settings,
    /// The ceiling was chosen by the user: no advice changes it.
    pub ceiling_is_set: bool,
    /// The reference level was given; else it is the loudest 3 s of the song.
    pub reference_level_is_set: bool,
    /// Where the master goes.
    pub service: Option<&'static Service>,
    /// WAV or FLAC.
    pub container: Container,
    /// What samples are stored as.
    pub depth: BitDepth,
    /// Sample rate of the master in Hz; `None`: the song's.
    pub sample_rate_hz: Option<u32>,
    /// Bit rate of an MP3 beside the master, in kbit/s.
    pub mp3_kbps: Option<u32>,
    /// Existing files are overwritten.
    pub overwrite: bool,
    /// What the song needs is worked out from it; `None`: the settings are taken as they are.
    pub assist: Option<Assist>,
}

/// How the assistant is to work.
#[derive(Debug, Clone, PartialEq)]
pub struct Assist {
    /// How much of its proposal takes effect, 0 to 100 %.
    pub intensity_pct: f32,
    /// What the user wants.
    pub wishes: Wishes,
    /// Tracks to come near to.
    pub references: Vec<PathBuf>,
    /// The styles there are.
    pub styles: Vec<Style>,
}

/// Whether a sample rate can be written.
pub fn is_sample_rate(sample_rate_hz: u32) -> bool {
    SAMPLE_RATE_HZ.contains(&sample_rate_hz)
}
