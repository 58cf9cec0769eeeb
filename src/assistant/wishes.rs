//! What the user wants: loudness, style, references, and whether the mix can be reopened.

use crate::engine::settings::loudness::{CEILING_DBTP, Character};
use serde::{Deserialize, Serialize};

/// All of it. Kept in the plugin's state, given by flags on the command line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// How loud.
    pub loudness: LoudnessWish,
    /// The limiter's ceiling in dBTP.
    pub ceiling_dbtp: f32,
    /// Go to the loudness whatever it costs.
    pub force_loudness: bool,
    /// What the limiter sounds like; `None`: what suits the song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character: Option<Character>,
    /// Time constant of the limiter's release, in ms; `None`: what suits the song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_ms: Option<f32>,
    /// Name of a style; `None`: what it is nearest to.
    pub style: Option<String>,
    /// How much each side of the references counts, 0 to 1.
    pub reference_weights: ReferenceWeights,
    /// Whether the mix can be reopened.
    pub mix_state: MixState,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            loudness: LoudnessWish::Auto,
            ceiling_dbtp: CEILING_DBTP.default,
            force_loudness: false,
            character: None,
            release_ms: None,
            style: None,
            reference_weights: ReferenceWeights::default(),
            mix_state: MixState::Unknown,
        }
    }
}

/// How loud the master is to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoudnessWish {
    /// What the style usually carries, stopped at the knee of the cost curve, never lower than the song is
    /// by itself ([`own_lufs`](super::own_loudness::own_lufs)).
    Auto,
    /// As loud as the song is already.
    Keep,
    /// The loudness stage stays off.
    Off,
    /// This integrated loudness, in LUFS.
    Target(f64),
}

/// How much each side of the references counts, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReferenceWeights {
    /// Spectrum.
    pub tone: f64,
    /// Dynamics of the bands.
    pub dynamics: f64,
    /// Width of the bands.
    pub width: f64,
    /// Integrated loudness.
    pub loudness: f64,
}

impl Default for ReferenceWeights {
    fn default() -> Self {
        Self {
            tone: 1.0,
            dynamics: 1.0,
            width: 1.0,
            loudness: 1.0,
        }
    }
}

/// Whether the mix can be reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MixState {
    /// Not said: advice covers both, the verdict is that of a locked mix.
    #[default]
    Unknown,
    /// It can be changed.
    Open,
    /// It stays as it is.
    Locked,
}
