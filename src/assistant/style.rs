//! Style targets: what finished music of a kind measures like, and how near a song is to each.

use crate::analysis::bands::{THIRDS, WIDE};
use serde::{Deserialize, Serialize};

/// A style as its file in `assets/styles` (or the user's folder) says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Short name, as `hip-hop`.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Where the numbers come from.
    pub source: String,
    /// Third-octave levels in dB re the mean of 200 Hz–2 kHz (31, 20 Hz–20 kHz).
    pub level_db: [f64; THIRDS],
    /// Spread of each inside the style, one standard deviation in dB.
    pub spread_db: [f64; THIRDS],
    /// Side over mid in dB of the four wide bands, and its spread.
    pub side_to_mid_db: [f64; WIDE],
    /// See `side_to_mid_db`.
    pub side_to_mid_spread_db: [f64; WIDE],
    /// 95th percentile − median of the level of the four wide bands in dB, and its spread.
    pub dynamics_db: [f64; WIDE],
    /// See `dynamics_db`.
    pub dynamics_spread_db: [f64; WIDE],
    /// Usual peak to loudness ratio of a finished master, in dB, and its spread.
    pub plr_db: f64,
    /// See `plr_db`.
    pub plr_spread_db: f64,
    /// What it usually carries, in LUFS.
    pub loudness_lufs: f64,
    /// Usual percussiveness (−1 to 1) and energy (0 to 1).
    pub percussiveness: f64,
    /// See `percussiveness`.
    pub energy: f64,
}

/// How near a song is to a style.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nearness {
    /// The style.
    pub name: String,
    /// Probability, 0 to 1; all of them and "other" make 1.
    pub weight: f64,
}

/// What the song is measured against: styles blended by weight, or one the user chose, or references.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What it is called: "closest to rock", "rock", "your references".
    pub name: String,
    /// How sure the style is, 0 to 1.
    pub confidence: f64,
    /// All styles, nearest first.
    pub nearness: Vec<Nearness>,
    /// The numbers.
    pub style: Style,
    /// Measured against the user's own references: they are meant as they are.
    pub from_references: bool,
}

/// The styles that come with Finalcoat.
pub fn factory() -> Vec<Style> {
    Vec::new()
}

/// What a song is measured against: the user's choice by name, or all styles by their nearness.
pub fn target(
    _report: &crate::analysis::report::Report,
    styles: &[Style],
    _chosen: Option<&str>,
) -> Option<Target> {
    let style = styles.first()?.clone();
    Some(Target {
        name: style.name.clone(),
        confidence: 0.0,
        nearness: Vec::new(),
        style,
        from_references: false,
    })
}
