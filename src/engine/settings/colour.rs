//! Settings of the saturation.

use super::fields::{Field, Group, Visitor, choice, visit_choice};
use super::input::REFERENCE_LEVEL_DB;
use super::range::Range;
use serde::{Deserialize, Serialize};

/// How far into its curve the music is driven; the level stays.
pub const DRIVE_DB: Range = Range::linear(0.0, 18.0, 6.0, 0.1, "dB");
/// Share of even harmonics.
pub const EVENNESS_PCT: Range = Range::linear(0.0, 100.0, 30.0, 1.0, "%");
/// How much of the saturation is added; 0 is none.
pub const AMOUNT_PCT: Range = Range::linear(0.0, 100.0, 100.0, 1.0, "%");

/// What the saturation sounds like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Softens highs first, thickens.
    #[default]
    Tape,
    /// Asymmetric: warm, forward.
    Tube,
    /// Even over the spectrum, with the least change of tone.
    Clean,
}
choice!(Kind {
    Tape = "tape", "Tape";
    Tube = "tube", "Tube";
    Clean = "clean", "Clean";
});

/// Settings of the saturation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColourSettings {
    /// Off: the stage is the exactly delayed input.
    pub on: bool,
    /// What it sounds like.
    pub kind: Kind,
    /// See [`DRIVE_DB`].
    pub drive_db: f32,
    /// See [`EVENNESS_PCT`].
    pub evenness_pct: f32,
    /// See [`AMOUNT_PCT`].
    pub amount_pct: f32,
    /// Loudness of the loudest 3 s, in LUFS, from which the working point follows. No setting of its own:
    /// [`super::Settings::in_effect`] takes it from the input's reference level.
    #[serde(skip, default = "usual_level")]
    pub working_level_db: f32,
}

fn usual_level() -> f32 {
    REFERENCE_LEVEL_DB.default
}

impl Default for ColourSettings {
    fn default() -> Self {
        Self {
            on: false,
            kind: Kind::default(),
            drive_db: DRIVE_DB.default,
            evenness_pct: EVENNESS_PCT.default,
            amount_pct: AMOUNT_PCT.default,
            working_level_db: usual_level(),
        }
    }
}

impl ColourSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Colour, key, name);
        visitor.switch(field("on", "Colour"), &mut self.on);
        visit_choice(visitor, field("kind", "Kind"), &mut self.kind);
        visitor.number(field("drive_db", "Drive"), &DRIVE_DB, &mut self.drive_db);
        let evenness = field("evenness_pct", "Evenness");
        visitor.number(evenness, &EVENNESS_PCT, &mut self.evenness_pct);
        visitor.number(
            field("amount_pct", "Amount"),
            &AMOUNT_PCT,
            &mut self.amount_pct,
        );
    }
}
