//! Settings of drive, clipper and limiter.

use super::fields::{Field, Group, Visitor, choice, visit_choice};
use super::range::Range;
use serde::{Deserialize, Serialize};

/// Drive into the limiter.
pub const DRIVE_DB: Range = Range::linear(-24.0, 24.0, 0.0, 0.01, "dB");
/// The highest true peak that leaves the limiter.
pub const CEILING_DBTP: Range = Range::linear(-12.0, 0.0, -1.0, 0.01, "dBTP");
/// Time constant of the limiter's fast release.
pub const RELEASE_MS: Range = Range::linear(3.0, 300.0, 10.0, 1.0, "ms");
/// Most that the clipper takes from short peaks before the limiter; 0 is off. Each character uses its
/// own share of it.
pub const CLIP_DEPTH_DB: Range = Range::linear(0.0, 3.0, 0.0, 0.1, "dB");

/// Intensities, in %, at which [`LoudnessSettings::drive_trim_db`] is given; at 100 % it is 0.
pub const TRIM_POINTS_PCT: [f32; 4] = [0.0, 25.0, 50.0, 75.0];
/// What the drive may be trimmed by.
pub const TRIM_DB: Range = Range::linear(-12.0, 12.0, 0.0, 0.01, "dB");

/// Settings of the loudness stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
    /// See [`CLIP_DEPTH_DB`].
    pub clip_depth_db: f32,
    /// What is added to the drive at lower intensities (see [`TRIM_POINTS_PCT`], in dB), so that turning
    /// intensity does not turn the level. Found by rehearsal; no host parameter.
    pub drive_trim_db: [f32; TRIM_POINTS_PCT.len()],
}

impl Default for LoudnessSettings {
    fn default() -> Self {
        Self {
            on: false,
            drive_db: DRIVE_DB.default,
            ceiling_dbtp: CEILING_DBTP.default,
            character: Character::Transparent,
            release_ms: RELEASE_MS.default,
            clip_depth_db: CLIP_DEPTH_DB.default,
            drive_trim_db: [0.0; TRIM_POINTS_PCT.len()],
        }
    }
}

impl LoudnessSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Loudness, key, name);
        visitor.switch(field("on", "Loudness"), &mut self.on);
        visitor.number(field("drive_db", "Drive"), &DRIVE_DB, &mut self.drive_db);
        let ceiling = field("ceiling_dbtp", "Ceiling");
        visitor.number(ceiling, &CEILING_DBTP, &mut self.ceiling_dbtp);
        visit_choice(
            visitor,
            field("character", "Character"),
            &mut self.character,
        );
        visitor.number(
            field("release_ms", "Release"),
            &RELEASE_MS,
            &mut self.release_ms,
        );
        let clip_depth = field("clip_depth_db", "Clip depth");
        visitor.number(clip_depth, &CLIP_DEPTH_DB, &mut self.clip_depth_db);
    }

    /// What the drive is trimmed by at an intensity in %: linear between the points given, 0 at 100 %.
    pub fn trim_db(&self, intensity_pct: f32) -> f32 {
        let spacing = TRIM_POINTS_PCT[1];
        let place = (intensity_pct / spacing).clamp(0.0, TRIM_POINTS_PCT.len() as f32);
        let below = (place as usize).min(TRIM_POINTS_PCT.len() - 1);
        let from = self.drive_trim_db[below];
        let to = self.drive_trim_db.get(below + 1).copied().unwrap_or(0.0);
        from + (to - from) * (place - below as f32)
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
choice!(Character {
    Transparent = "transparent", "Transparent";
    Punchy = "punchy", "Punchy";
    Dense = "dense", "Dense";
});
