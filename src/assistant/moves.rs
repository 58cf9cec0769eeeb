//! The moves: each a pure function from what was heard to a change of the settings and its reason.
//!
//! A move does nothing inside the target's tolerance, has a named authority limit beside it, and says why in
//! one sentence with the number that caused it.

pub mod bass_note;
pub mod colour;
pub mod de_essing;
pub mod dynamics;
pub mod glue;
pub mod limiter;
pub mod mono_bass;
pub mod mud;
pub mod need;
#[cfg(test)]
pub(crate) mod plain;
pub mod resonance;
pub mod subsonic;
#[cfg(test)]
mod tests;
pub mod tone;
pub mod width;

use super::finding::Finding;
use super::sentence::unsigned_zeros;
use super::style::Target;
use crate::analysis::report::Report;
use crate::engine::equalizer::response::band_response_db;
use crate::engine::settings::colour::ColourSettings;
use crate::engine::settings::equalizer::BandSettings;
use crate::engine::settings::fields::Group;
use crate::engine::settings::glue::GlueSettings;
use crate::engine::settings::image;
use crate::engine::settings::loudness::Character;
use crate::engine::settings::multiband::MultibandSettings;
use serde::{Deserialize, Serialize};

/// Which move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum MoveKind {
    Subsonic,
    Tone,
    Resonance,
    DeEssing,
    BassNote,
    Mud,
    Dynamics,
    Glue,
    Colour,
    MonoBass,
    Width,
    Limiter,
}

/// What a move changes, at 100 % intensity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The subsonic filter goes on, with this corner in Hz.
    Subsonic(f32),
    /// Equalizer bands to be put on free places, most useful first.
    Bands(Vec<BandSettings>),
    /// The multiband stage.
    Multiband(MultibandSettings),
    /// Widths of the image's bands, in %.
    Width([f32; image::BANDS]),
    /// Mono below a frequency (Hz), by an amount (%).
    MonoBass(f32, f32),
    /// The bus compressor.
    Glue(GlueSettings),
    /// The saturation.
    Colour(ColourSettings),
    /// Character, release in ms and clip depth in dB of the loudness stage.
    Limiter(Character, f32, f32),
}

/// One move.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Which.
    pub kind: MoveKind,
    /// Why, one sentence with the number.
    pub text: String,
    /// The number that caused it.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it changes.
    pub change: Change,
    /// The user's switch.
    pub on: bool,
}

/// The equalizer bands of the moves of a kind that are on.
pub(super) fn bands_of(moves: &[Move], kind: MoveKind) -> impl Iterator<Item = &BandSettings> {
    moves
        .iter()
        .filter(move |one| one.on && one.kind == kind)
        .filter_map(|one| match &one.change {
            Change::Bands(bands) => Some(bands),
            _ => None,
        })
        .flatten()
}

/// What moves are decided by.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was heard.
    pub report: &'a Report,
    /// What it is measured against.
    pub target: &'a Target,
    /// What was found.
    pub findings: &'a [Finding],
    /// 0 to 1: how far what was heard is to be trusted; scales every move.
    pub confidence: f64,
    /// Static bands that the tone has set already; [`moves`] fills them in.
    pub lowered: &'a [BandSettings],
}

/// How a move is decided.
type Decide = fn(&Case<'_>) -> Option<Move>;

/// All moves that are called for, in the order of the chain.
pub fn moves(case: &Case<'_>) -> Vec<Move> {
    const BEFORE_TONE: [Decide; 1] = [subsonic::subsonic];
    const AFTER_TONE: [Decide; 10] = [
        resonance::resonance,
        de_essing::de_essing,
        bass_note::bass_note,
        mud::mud,
        dynamics::dynamics,
        mono_bass::mono_bass,
        width::width,
        glue::glue,
        colour::colour,
        limiter::limiter,
    ];
    let tone = tone::tone(case);
    let lowered: &[BandSettings] = match tone.as_ref().map(|one| &one.change) {
        Some(Change::Bands(bands)) => bands,
        _ => &[],
    };
    let case = Case { lowered, ..*case };
    let before = BEFORE_TONE.iter().filter_map(|decide| decide(&case));
    let after = AFTER_TONE.iter().filter_map(|decide| decide(&case));
    let all = before.chain(tone.clone()).chain(after);
    all.map(|one| Move {
        text: unsigned_zeros(&one.text),
        ..one
    })
    .collect()
}

impl Case<'_> {
    /// What the tone takes from a frequency, in dB: nobody need take it again.
    fn lowered_db(&self, hz: f64) -> f64 {
        /// Rate at which curves are taken; they are the same at any other, to a few tenths of a dB.
        const RATE_HZ: f64 = 48_000.0;
        let bands = self.lowered.iter();
        let change_db: f64 = bands
            .map(|band| band_response_db(band, 0.0, RATE_HZ, hz))
            .sum();
        (-change_db).max(0.0)
    }
}

impl MoveKind {
    /// The stage that a move works in.
    pub fn stage(self) -> Group {
        match self {
            Self::Subsonic => Group::Input,
            Self::Tone | Self::Resonance | Self::DeEssing | Self::BassNote | Self::Mud => {
                Group::Equalizer
            }
            Self::Dynamics => Group::Multiband,
            Self::MonoBass | Self::Width => Group::Image,
            Self::Glue => Group::Glue,
            Self::Colour => Group::Colour,
            Self::Limiter => Group::Loudness,
        }
    }
}
