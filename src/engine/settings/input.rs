//! Settings of the door: subsonic filter and reference level.

use super::fields::{Field, Group, Visitor};
use super::range::Range;
use serde::{Deserialize, Serialize};

/// Corner of the subsonic filter.
pub const SUBSONIC_HZ: Range = Range::linear(5.0, 30.0, 10.0, 0.5, "Hz");
/// Loudness of the loudest 3 s of the mix: what detector thresholds and the colour's working point are
/// counted from. At the default they are what they say.
pub const REFERENCE_LEVEL_DB: Range = Range::linear(-40.0, 0.0, -18.0, 0.1, "LUFS");

/// Settings of the input stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InputSettings {
    /// Removes DC and what is below hearing; off, the stage changes nothing.
    pub subsonic_on: bool,
    /// See [`SUBSONIC_HZ`].
    pub subsonic_hz: f32,
    /// See [`REFERENCE_LEVEL_DB`].
    pub reference_level_db: f32,
}

impl Default for InputSettings {
    fn default() -> Self {
        Self {
            subsonic_on: false,
            subsonic_hz: SUBSONIC_HZ.default,
            reference_level_db: REFERENCE_LEVEL_DB.default,
        }
    }
}

impl InputSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Input, key, name);
        visitor.switch(
            field("subsonic_on", "Subsonic filter"),
            &mut self.subsonic_on,
        );
        visitor.number(
            field("subsonic_hz", "Subsonic frequency"),
            &SUBSONIC_HZ,
            &mut self.subsonic_hz,
        );
        visitor.number(
            field("reference_level_db", "Reference level"),
            &REFERENCE_LEVEL_DB,
            &mut self.reference_level_db,
        );
    }
}
