//! The seam: what the editor shows, and what the user did to it. Plain data.

use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Group};
use crate::engine::settings::range::Range;
use crate::handoff::errand::Errand;
use crate::handoff::history::Column;
use crate::handoff::snapshot::Snapshot;
use crate::params::kept::GOAL_LUFS;
use crate::params::text;

/// All that is drawn.
#[derive(Debug, Clone)]
pub struct ViewModel {
    /// The parameters.
    pub settings: Settings,
    /// The loudness goal, in LUFS.
    pub goal_lufs: f32,
    /// Whether the meters start anew when the transport starts.
    pub reset_on_start: bool,
    /// The newest readings.
    pub snapshot: Snapshot,
    /// Gain and level over time, oldest first.
    pub history: Vec<Column>,
    /// Where the search for the drive stands.
    pub errand: Errand,
}

/// A number that is set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// One of the settings.
    Of(Field),
    /// The loudness goal; no parameter.
    Goal,
}

/// Host bypass.
pub const BYPASS: Field = Field::of(Group::Chain, "bypass", "Bypass");
/// Switch of the loudness stage.
pub const LOUDNESS_ON: Field = Field::of(Group::Loudness, "on", "Loudness");
/// Drive into the limiter.
pub const DRIVE: Number = Number::Of(Field::of(Group::Loudness, "drive_db", "Drive"));
/// Highest true peak.
pub const CEILING: Number = Number::Of(Field::of(Group::Loudness, "ceiling_dbtp", "Ceiling"));
/// Release of the limiter.
pub const RELEASE: Number = Number::Of(Field::of(Group::Loudness, "release_ms", "Release"));
/// Character of the limiter.
pub const CHARACTER: Field = Field::of(Group::Loudness, "character", "Character");

/// What the user did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gesture {
    /// Takes hold of a value.
    Begin(Number),
    /// Moves it.
    Set(Number, f32),
    /// Lets go.
    End(Number),
    /// Turns a switch.
    Switch(Field, bool),
    /// Chooses one of some names, by its place.
    Choose(Field, usize),
    /// Wants the meters to start anew.
    ResetMeters,
    /// Wants them to do so when the transport starts, or not.
    ResetOnStart(bool),
    /// Wants the drive found for the goal.
    FindDrive,
    /// Does not want it any more.
    StopFinding,
}

/// What the editor remembers from frame to frame.
#[derive(Debug, Default)]
pub struct Memory {
    /// The value being dragged, before it is put on its step.
    pub dragged: Option<(Number, f32)>,
    /// The value being typed, and the text so far.
    pub typed: Option<(Number, String)>,
    /// What the user did in this frame, so far.
    pub gestures: Vec<Gesture>,
}

impl Number {
    /// Range, default, step and unit.
    pub fn range(self) -> &'static Range {
        self.of_settings(&Settings::default()).1
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Number::Of(field) => field.name,
            Number::Goal => "Loudness goal",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        self.range().unit
    }

    /// Its value in what is shown.
    pub fn of(self, view: &ViewModel) -> f32 {
        match self {
            Number::Of(_) => self.of_settings(&view.settings).0,
            Number::Goal => view.goal_lufs,
        }
    }

    fn of_settings(self, settings: &Settings) -> (f32, &'static Range) {
        match self {
            Number::Of(field) => settings.number(field).unwrap_or((0.0, &GOAL_LUFS)),
            Number::Goal => (GOAL_LUFS.default, &GOAL_LUFS),
        }
    }

    /// A value as text, without the unit.
    pub fn text(self, value: f32) -> String {
        let range = self.range();
        let digits = text::number(value, text::decimals(range.step));
        let signed = if value > 0.0 && range.min < 0.0 && range.unit == "dB" {
            format!("+{digits}")
        } else {
            digits
        };
        signed.replace('-', "\u{2212}")
    }

    /// What was typed, on its step and within its range.
    pub fn parse(self, typed: &str) -> Option<f32> {
        text::parse(typed, self.unit()).map(|value| self.range().quantized(value))
    }
}
