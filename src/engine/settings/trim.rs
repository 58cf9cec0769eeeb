//! Settings of a stem's fader. No part of [`super::Settings`]: a master has none.

use super::range::Range;
use serde::{Deserialize, Serialize};

/// Gain of a stem.
pub const GAIN_DB: Range = Range::linear(-12.0, 12.0, 0.0, 0.1, "dB");
/// Gain of a stem's side: 0 is mono, 100 as it was.
pub const WIDTH_PCT: Range = Range::linear(0.0, 200.0, 100.0, 1.0, "%");

/// Settings of a stem's fader.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrimSettings {
    /// See [`GAIN_DB`].
    pub gain_db: f32,
    /// See [`WIDTH_PCT`].
    pub width_pct: f32,
}

impl Default for TrimSettings {
    fn default() -> Self {
        Self {
            gain_db: GAIN_DB.default,
            width_pct: WIDTH_PCT.default,
        }
    }
}
