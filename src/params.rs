//! Settings as the host sees them: ids, names, units, texts, and what else a session keeps.
//!
//! Ranges, defaults and steps come from [`crate::engine::settings`]; nothing is repeated here. An id
//! never changes and is never reused. There is no smoothing on the parameters: the engine glides.

pub mod kept;
pub mod text;

use std::sync::Arc;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::engine::settings::Settings;
use crate::engine::settings::loudness::{
    CEILING_DBTP, Character, DRIVE_DB, LoudnessSettings, RELEASE_MS,
};
use crate::engine::settings::range::Range;
use kept::{Kept, KeptState};

/// Everything the host can see and a session keeps.
#[derive(Params)]
pub struct FinalcoatParams {
    /// The host's bypass: the delayed input.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// The loudness stage.
    #[nested(group = "Loudness")]
    pub loudness: LoudnessParams,
    /// What is kept beside the parameters.
    #[persist = "kept"]
    pub kept: Kept,
}

/// The parameters of the loudness stage.
#[derive(Params)]
pub struct LoudnessParams {
    /// Whether the stage works; off it is the delayed input.
    #[id = "loudness_on"]
    pub on: BoolParam,
    /// Drive into the limiter, in dB.
    #[id = "drive_db"]
    pub drive_db: FloatParam,
    /// Highest true peak, in dBTP.
    #[id = "ceiling_dbtp"]
    pub ceiling_dbtp: FloatParam,
    /// What the limiter sounds like. A mode, so not automatable.
    #[id = "character"]
    pub character: EnumParam<Character>,
    /// Time constant of the limiter's fast release, in ms.
    #[id = "release_ms"]
    pub release_ms: FloatParam,
}

impl Default for FinalcoatParams {
    fn default() -> Self {
        let settings = Settings::default();
        let loudness = &settings.loudness;
        Self {
            bypass: BoolParam::new("Bypass", settings.bypass).make_bypass(),
            loudness: LoudnessParams {
                on: switch("Loudness", loudness.on),
                drive_db: number("Drive", " dB", DRIVE_DB),
                ceiling_dbtp: number("Ceiling", " dBTP", CEILING_DBTP),
                character: EnumParam::new("Character", loudness.character).non_automatable(),
                release_ms: number("Release", " ms", RELEASE_MS),
            },
            kept: Kept::default(),
        }
    }
}

impl FinalcoatParams {
    /// What the engine is told, at this moment: quantised, as everywhere before an engine. The framework
    /// keeps the same values, but knows a −0.
    pub fn settings(&self) -> Settings {
        Settings {
            bypass: self.bypass.value(),
            loudness: LoudnessSettings {
                on: self.loudness.on.value(),
                drive_db: self.loudness.drive_db.value(),
                ceiling_dbtp: self.loudness.ceiling_dbtp.value(),
                character: self.loudness.character.value(),
                release_ms: self.loudness.release_ms.value(),
            },
        }
        .quantized()
    }
}

/// Mends a state before it is loaded: the framework stores what it reads without looking at the range,
/// so a number from a damaged or hand-written file is put onto its range and step here.
pub fn mend_state(state: &mut PluginState) {
    for (id, range) in [
        ("drive_db", DRIVE_DB),
        ("ceiling_dbtp", CEILING_DBTP),
        ("release_ms", RELEASE_MS),
    ] {
        if let Some(ParamValue::F32(value)) = state.params.get_mut(id) {
            *value = range.quantized(*value);
        }
    }
    state
        .fields
        .retain(|key, json| key != "kept" || serde_json::from_str::<KeptState>(json).is_ok());
}

impl Enum for Character {
    fn variants() -> &'static [&'static str] {
        &["Transparent", "Punchy", "Dense"]
    }

    fn ids() -> Option<&'static [&'static str]> {
        Some(&["transparent", "punchy", "dense"])
    }

    fn to_index(self) -> usize {
        match self {
            Character::Transparent => 0,
            Character::Punchy => 1,
            Character::Dense => 2,
        }
    }

    fn from_index(index: usize) -> Self {
        match index {
            1 => Character::Punchy,
            2 => Character::Dense,
            _ => Character::Transparent,
        }
    }
}

fn number(name: &str, unit: &'static str, range: Range) -> FloatParam {
    let decimals = text::decimals(range.step);
    FloatParam::new(
        name,
        range.default,
        FloatRange::Linear {
            min: range.min,
            max: range.max,
        },
    )
    .with_step_size(range.step)
    .with_unit(unit)
    .with_value_to_string(Arc::new(move |value| text::number(value, decimals)))
    .with_string_to_value(Arc::new(move |typed| {
        text::parse(typed, unit.trim()).map(|value| range.quantized(value))
    }))
}

fn switch(name: &str, on: bool) -> BoolParam {
    BoolParam::new(name, on)
        .with_value_to_string(Arc::new(|on| if on { "On" } else { "Off" }.to_owned()))
        .with_string_to_value(Arc::new(text::parse_switch))
}
