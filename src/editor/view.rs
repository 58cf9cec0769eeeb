//! The seam: what the editor shows, and what the user did to it. Plain data.

use crate::engine::settings::Settings;
use crate::engine::settings::loudness::{CEILING_DBTP, Character, DRIVE_DB, RELEASE_MS};
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

/// A value that is set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Drive into the limiter.
    Drive,
    /// Highest true peak.
    Ceiling,
    /// Release of the limiter.
    Release,
    /// The loudness goal; no parameter.
    Goal,
}

/// What the user did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gesture {
    /// Takes hold of a value.
    Begin(Number),
    /// Moves it.
    Set(Number, f32),
    /// Lets go.
    End(Number),
    /// Switches the loudness stage.
    Loudness(bool),
    /// Switches the bypass.
    Bypass(bool),
    /// Chooses a character.
    Character(Character),
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
    /// Range, default and step.
    pub fn range(self) -> Range {
        match self {
            Number::Drive => DRIVE_DB,
            Number::Ceiling => CEILING_DBTP,
            Number::Release => RELEASE_MS,
            Number::Goal => GOAL_LUFS,
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Number::Drive => "Drive",
            Number::Ceiling => "Ceiling",
            Number::Release => "Release",
            Number::Goal => "Loudness goal",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Number::Drive => "dB",
            Number::Ceiling => "dBTP",
            Number::Release => "ms",
            Number::Goal => "LUFS",
        }
    }

    /// Its value in what is shown.
    pub fn of(self, view: &ViewModel) -> f32 {
        let loudness = &view.settings.loudness;
        match self {
            Number::Drive => loudness.drive_db,
            Number::Ceiling => loudness.ceiling_dbtp,
            Number::Release => loudness.release_ms,
            Number::Goal => view.goal_lufs,
        }
    }

    /// A value as text, without the unit.
    pub fn text(self, value: f32) -> String {
        let digits = text::number(value, text::decimals(self.range().step));
        let signed = match self {
            Number::Drive if value > 0.0 => format!("+{digits}"),
            _ => digits,
        };
        signed.replace('-', "\u{2212}")
    }

    /// What was typed, on its step and within its range.
    pub fn parse(self, typed: &str) -> Option<f32> {
        text::parse(typed, self.unit()).map(|value| self.range().quantized(value))
    }
}
