//! What was done with a song, as JSON says it.

use super::assisted::Assisted;
use crate::assistant::limiting::Limiting;
use crate::assistant::verdict::Verdict;
use crate::engine::settings::Settings;
use crate::offline::measure::Measurement;
use crate::preset;
use serde::Serialize;

/// What was done with a song.
#[derive(Debug, Clone, Serialize)]
pub struct Mastered {
    /// The master's path.
    pub output: String,
    /// The path of the MP3 beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mp3: Option<String>,
    /// The path of the page beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The song.
    pub before: Metered,
    /// The master as written.
    pub after: Metered,
    /// The loudness that was wanted and came out.
    pub target: Target,
    /// All settings: a preset.
    #[serde(serialize_with = "preset::serialize")]
    pub settings: Settings,
    /// What was done and why.
    pub reasons: Vec<Reason>,
    /// What is to be done with the song; `None`, JSON `null`, where nothing was proposed.
    pub verdict: Option<Verdict>,
    /// What was proposed and why, where the assistant worked.
    #[serde(flatten)]
    pub assisted: Option<Box<Assisted>>,
    /// What the user should know and may want to act on.
    pub warnings: Vec<String>,
    /// How much was limited.
    pub limiter: Limiting,
    /// Renders that the search for the drive took.
    pub renders: usize,
    /// Seconds of work.
    pub render_s: f64,
    /// Length of the song by seconds of work.
    pub times_real_time: f64,
}

/// A file and what the meter says about it.
#[derive(Debug, Clone, Serialize)]
pub struct Metered {
    /// The file's path.
    pub file: String,
    /// What the meter says.
    #[serde(flatten)]
    pub measurement: Measurement,
}

/// The loudness goal and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// The goal in LUFS; `None` if there was none.
    pub lufs: Option<f64>,
    /// Whether the master is within 0.1 LU of it; true if there was none.
    pub reached: bool,
    /// Loudness of the master in LUFS.
    pub reached_lufs: Option<f64>,
    /// What stood in the way.
    pub stopped_by: Option<String>,
}

/// One thing that was done, with the number behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The stage of the chain, `intensity`, or `delivery`.
    pub stage: &'static str,
    /// A sentence.
    pub text: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}
