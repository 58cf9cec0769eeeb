//! Settings of the bus compressor.

use super::fields::{Field, Group, Visitor};
use super::range::Range;
use serde::{Deserialize, Serialize};

/// Level above which it compresses.
pub const THRESHOLD_DB: Range = Range::linear(-40.0, 0.0, -20.0, 0.1, "dB");
/// Compression above the threshold.
pub const RATIO: Range = Range::linear(1.0, 10.0, 1.5, 0.01, ":1").skewed(2.0);
/// Width of the soft knee.
pub const KNEE_DB: Range = Range::linear(0.0, 18.0, 8.0, 0.1, "dB");
/// Time constant towards less gain.
pub const ATTACK_MS: Range = Range::linear(0.1, 100.0, 25.0, 0.1, "ms").skewed(3.0);
/// Time constant towards more gain; with auto release, of its quick part.
pub const RELEASE_MS: Range = Range::linear(20.0, 2000.0, 150.0, 1.0, "ms").skewed(3.0);
/// Below this the detector hears less and less (6 dB per octave); the lowest value is off.
pub const SIDECHAIN_HZ: Range = Range::linear(20.0, 500.0, 80.0, 1.0, "Hz").skewed(2.0);
/// Gain after the compressor.
pub const MAKEUP_DB: Range = Range::linear(-6.0, 12.0, 0.0, 0.1, "dB");
/// Share of the compressed signal.
pub const MIX_PCT: Range = Range::linear(0.0, 100.0, 100.0, 1.0, "%");

/// Settings of the bus compressor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GlueSettings {
    /// Off: the stage changes nothing.
    pub on: bool,
    /// See [`THRESHOLD_DB`].
    pub threshold_db: f32,
    /// See [`RATIO`].
    pub ratio: f32,
    /// See [`KNEE_DB`].
    pub knee_db: f32,
    /// See [`ATTACK_MS`].
    pub attack_ms: f32,
    /// See [`RELEASE_MS`].
    pub release_ms: f32,
    /// Lets go quickly after a hit and slowly where the music is sustained.
    pub auto_release: bool,
    /// See [`SIDECHAIN_HZ`].
    pub sidechain_hz: f32,
    /// See [`MAKEUP_DB`].
    pub makeup_db: f32,
    /// See [`MIX_PCT`].
    pub mix_pct: f32,
}

impl Default for GlueSettings {
    fn default() -> Self {
        Self {
            on: false,
            threshold_db: THRESHOLD_DB.default,
            ratio: RATIO.default,
            knee_db: KNEE_DB.default,
            attack_ms: ATTACK_MS.default,
            release_ms: RELEASE_MS.default,
            auto_release: true,
            sidechain_hz: SIDECHAIN_HZ.default,
            makeup_db: MAKEUP_DB.default,
            mix_pct: MIX_PCT.default,
        }
    }
}

impl GlueSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Glue, key, name);
        visitor.switch(field("on", "Glue"), &mut self.on);
        let threshold = field("threshold_db", "Threshold");
        visitor.number(threshold, &THRESHOLD_DB, &mut self.threshold_db);
        visitor.number(field("ratio", "Ratio"), &RATIO, &mut self.ratio);
        visitor.number(field("knee_db", "Knee"), &KNEE_DB, &mut self.knee_db);
        visitor.number(
            field("attack_ms", "Attack"),
            &ATTACK_MS,
            &mut self.attack_ms,
        );
        visitor.number(
            field("release_ms", "Release"),
            &RELEASE_MS,
            &mut self.release_ms,
        );
        visitor.switch(
            field("auto_release", "Auto release"),
            &mut self.auto_release,
        );
        let sidechain = field("sidechain_hz", "Side-chain high-pass");
        visitor.number(sidechain, &SIDECHAIN_HZ, &mut self.sidechain_hz);
        visitor.number(
            field("makeup_db", "Make-up"),
            &MAKEUP_DB,
            &mut self.makeup_db,
        );
        visitor.number(field("mix_pct", "Mix"), &MIX_PCT, &mut self.mix_pct);
    }
}
