//! Settings: every value a user can set, as plain data, with range and default beside each.

use serde::{Deserialize, Serialize};

/// Range, default and step of one number, in the unit its name ends with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lowest value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// What a new instance starts with.
    pub default: f32,
    /// Distance of neighbouring values.
    pub step: f32,
}

impl Range {
    /// The value as the host parameter gives it back: through the normalised f32 and onto the step.
    /// A value that is no number becomes the default.
    pub fn quantized(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.default;
        }
        let normalized = (value.clamp(self.min, self.max) - self.min) / (self.max - self.min);
        let plain = normalized * (self.max - self.min) + self.min;
        // Adding zero turns −0 into 0.
        ((plain / self.step).round() * self.step).clamp(self.min, self.max) + 0.0
    }
}

/// Drive into the limiter.
pub const DRIVE_DB: Range = Range {
    min: -24.0,
    max: 24.0,
    default: 0.0,
    step: 0.01,
};
/// The highest true peak that leaves the limiter.
pub const CEILING_DBTP: Range = Range {
    min: -12.0,
    max: 0.0,
    default: -1.0,
    step: 0.01,
};
/// Time constant of the limiter's fast release.
pub const RELEASE_MS: Range = Range {
    min: 3.0,
    max: 300.0,
    default: 10.0,
    step: 1.0,
};

/// Every value a user can set. Serialised, it is a preset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The delayed input instead of the chain's output.
    pub bypass: bool,
    /// Drive, limiter and safety.
    pub loudness: LoudnessSettings,
}

impl Settings {
    /// The same settings after the round trip through the host's parameters. Stands before every
    /// engine, also offline, so that both hear the same numbers.
    #[must_use]
    pub fn quantized(&self) -> Self {
        Self {
            bypass: self.bypass,
            loudness: self.loudness.quantized(),
        }
    }
}

/// Settings of the loudness stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoudnessSettings {
    /// Off: the stage is the exactly delayed input.
    pub on: bool,
    /// Gain before the limiter; see [`DRIVE_DB`].
    pub drive_db: f32,
    /// See [`CEILING_DBTP`].
    pub ceiling_dbtp: f32,
    /// What the limiter sounds like.
    pub character: Character,
    /// Time constant of the fast release; see [`RELEASE_MS`].
    pub release_ms: f32,
}

impl Default for LoudnessSettings {
    fn default() -> Self {
        Self {
            on: false,
            drive_db: DRIVE_DB.default,
            ceiling_dbtp: CEILING_DBTP.default,
            character: Character::Transparent,
            release_ms: RELEASE_MS.default,
        }
    }
}

impl LoudnessSettings {
    /// See [`Settings::quantized`].
    #[must_use]
    pub fn quantized(&self) -> Self {
        Self {
            on: self.on,
            drive_db: DRIVE_DB.quantized(self.drive_db),
            ceiling_dbtp: CEILING_DBTP.quantized(self.ceiling_dbtp),
            character: self.character,
            release_ms: RELEASE_MS.quantized(self.release_ms),
        }
    }
}

/// What the limiter sounds like; the ceiling holds the same in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Character {
    /// Least change at equal loudness: slow where the music is sustained, quick on single hits.
    #[default]
    Transparent,
    /// Lets go sooner after hits: transients keep their contrast.
    Punchy,
    /// Holds longer and recovers slower: even, thick.
    Dense,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantized_lands_on_the_grid_and_stays_there() {
        for range in [DRIVE_DB, CEILING_DBTP, RELEASE_MS] {
            assert_eq!(range.quantized(range.default), range.default);
            for part in 0..=1000 {
                let value = range.min + (range.max - range.min) * part as f32 / 1000.0;
                let once = range.quantized(value);
                assert!(
                    (once - value).abs() <= range.step * 0.501,
                    "{value} -> {once}"
                );
                assert_eq!(range.quantized(once), once);
            }
            assert_eq!(
                range.quantized(-1e-4).to_bits(),
                range.quantized(0.0).to_bits()
            );
            assert_eq!(range.quantized(f32::NAN), range.default);
            assert_eq!(range.quantized(f32::INFINITY), range.max);
        }
    }
}
