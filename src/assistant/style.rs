//! Style targets: what finished music of a kind measures like, and how near a song is to each.

mod blend;
mod nearness;
mod whose;

use super::moves::tone::prior::{BANDS, FIRST, prior};
use crate::analysis::bands::{THIRDS, WIDE};
use crate::analysis::report::Report;
use serde::{Deserialize, Serialize};

pub use whose::{ReferenceShares, Side, Whose};

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
    /// Side over mid in dB of the bands of the image stage (parted at 150 Hz, 500 Hz and 4 kHz), and its
    /// spread.
    pub side_to_mid_db: [f64; WIDE],
    /// See `side_to_mid_db`.
    pub side_to_mid_spread_db: [f64; WIDE],
    /// 95th percentile − median of the level in dB, of the bands of the multiband stage (parted at 110 Hz,
    /// 700 Hz and 4.5 kHz), and its spread.
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
    /// What it is called: "closest to rock", "near no style", "rock", "your references".
    pub name: String,
    /// How sure the style is, 0 to 1.
    pub confidence: f64,
    /// All styles, nearest first.
    pub nearness: Vec<Nearness>,
    /// The numbers.
    pub style: Style,
    /// The user chose the style: its name stands for its numbers.
    pub chosen: bool,
    /// How far the numbers are those of the user's own references.
    pub from_references: ReferenceShares,
}

/// What stands for all styles together, and for songs that are near none.
const NEUTRAL: &str = "neutral";
/// A style less likely than this does not give a song its name.
const NEAR: f64 = 0.25;
/// A style that the user chose is meant; how the song itself moves still says half of its word.
const CHOSEN_SHIFT: f64 = 0.5;
/// Third-octaves whose mean is 0 dB (200 Hz–2 kHz).
const REFERENCE: core::ops::RangeInclusive<usize> = 10..=20;

/// Files in `assets/styles`.
const FILES: [&str; 10] = [
    include_str!("../../assets/styles/neutral.toml"),
    include_str!("../../assets/styles/pop.toml"),
    include_str!("../../assets/styles/electronic.toml"),
    include_str!("../../assets/styles/hip-hop.toml"),
    include_str!("../../assets/styles/rock.toml"),
    include_str!("../../assets/styles/metal.toml"),
    include_str!("../../assets/styles/acoustic.toml"),
    include_str!("../../assets/styles/jazz.toml"),
    include_str!("../../assets/styles/classical.toml"),
    include_str!("../../assets/styles/lo-fi.toml"),
];

/// The styles that come with Finalcoat.
pub fn factory() -> Vec<Style> {
    let parsed = FILES.iter().map(|text| toml::from_str(text));
    parsed
        .map(|style| style.expect("a test reads the same files"))
        .collect()
}

/// What a song is measured against: the user's choice by name, or all styles by their nearness. `None` only
/// without styles.
///
/// Unless a style is chosen, the tone expected of the song is that of finished music that moves as it does
/// ([`prior`]): it says more than any style's mean, and what an equalizer did to the song does not move it.
pub fn target(report: &Report, styles: &[Style], chosen: Option<&str>) -> Option<Target> {
    let nearness = nearness::nearness(report, styles);
    let shift_db = prior().shift_db(&report.tone);
    let heard = report.heard.confidence.clamp(0.0, 1.0);
    if let Some(style) = chosen.and_then(|name| named(styles, name)) {
        let mut style = style.clone();
        for (band, shift_db) in shift_db.iter().enumerate() {
            style.level_db[FIRST + band] += CHOSEN_SHIFT * shift_db;
        }
        leveled(&mut style.level_db);
        return Some(Target {
            name: style.name.clone(),
            confidence: heard,
            nearness,
            style,
            chosen: true,
            from_references: ReferenceShares::default(),
        });
    }
    let nearest = nearness.first()?.clone();
    let neutral = named(styles, NEUTRAL).or(styles.first())?;
    let mut style = blend::blend(styles, &nearness, neutral);
    let by_the_rest = nearness::nearness_but_width(report, styles);
    let width = blend::blend(styles, &by_the_rest, neutral);
    style.side_to_mid_db = width.side_to_mid_db;
    style.side_to_mid_spread_db = width.side_to_mid_spread_db;
    style.name.clone_from(&nearest.name);
    style.description = "All styles, each by its nearness.".to_owned();
    expect(&mut style, &shift_db);
    let name = if nearest.weight < NEAR {
        "near no style".to_owned()
    } else {
        format!("closest to {}", nearest.name)
    };
    Some(Target {
        name,
        confidence: nearest.weight * heard,
        nearness,
        style,
        chosen: false,
        from_references: ReferenceShares::default(),
    })
}

fn named<'a>(styles: &'a [Style], name: &str) -> Option<&'a Style> {
    let plain = |text: &str| text.trim().to_lowercase();
    styles
        .iter()
        .find(|style| plain(&style.name) == plain(name))
}

/// Puts the tone expected of the song in the place of the styles' mean; beyond the bands that the prior
/// speaks of, the styles go on from its ends.
fn expect(style: &mut Style, shift_db: &[f64; BANDS]) {
    let usual_db = prior().level_db();
    let expected_db: [f64; BANDS] = core::array::from_fn(|band| usual_db[band] + shift_db[band]);
    let last = FIRST + BANDS - 1;
    let below_db = expected_db[0] - style.level_db[FIRST];
    let above_db = expected_db[BANDS - 1] - style.level_db[last];
    for third in 0..THIRDS {
        if third < FIRST {
            style.level_db[third] += below_db;
        } else if third > last {
            style.level_db[third] += above_db;
        } else {
            style.level_db[third] = expected_db[third - FIRST];
            style.spread_db[third] = prior().spread_db(third - FIRST);
        }
    }
    leveled(&mut style.level_db);
}

/// Brings the mean of 200 Hz–2 kHz to 0 dB.
fn leveled(level_db: &mut [f64; THIRDS]) {
    let mean_db = REFERENCE.map(|third| level_db[third]).sum::<f64>() / REFERENCE.count() as f64;
    for level_db in level_db {
        *level_db -= mean_db;
    }
}

#[cfg(test)]
mod tests;
