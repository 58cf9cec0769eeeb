//! Settings of the multiband dynamics.

use super::fields::{Field, Group, Visitor};
use super::range::Range;
use serde::{Deserialize, Serialize};

/// Bands of the multiband stage, low to high.
pub const BANDS: usize = 4;
/// What the bands are called.
pub const BAND_NAMES: [&str; BANDS] = ["Low", "Low mid", "High mid", "High"];

/// Where the low band ends.
pub const SPLIT_LOW_HZ: Range = Range::linear(40.0, 300.0, 110.0, 1.0, "Hz").skewed(2.0);
/// Where the low-mid band ends.
pub const SPLIT_MID_HZ: Range = Range::linear(300.0, 2000.0, 700.0, 1.0, "Hz").skewed(2.0);
/// Where the high-mid band ends.
pub const SPLIT_HIGH_HZ: Range = Range::linear(2000.0, 12_000.0, 4500.0, 1.0, "Hz").skewed(2.0);
/// Width of the soft knee.
pub const KNEE_DB: Range = Range::linear(0.0, 18.0, 8.0, 0.1, "dB");
/// Level of a band above which it is turned down.
pub const THRESHOLD_DB: Range = Range::linear(-60.0, 0.0, -24.0, 0.1, "dB");
/// Compression above the threshold; 1 is none.
pub const RATIO: Range = Range::linear(1.0, 6.0, 1.0, 0.01, ":1").skewed(2.0);
/// Level of a band below which it is lifted.
pub const LIFT_THRESHOLD_DB: Range = Range::linear(-70.0, -10.0, -40.0, 0.1, "dB");
/// Most that a quiet band is lifted; 0 is none. What is 25 dB below its threshold is noise and stays.
pub const LIFT_DB: Range = Range::linear(0.0, 6.0, 0.0, 0.1, "dB");
/// Time constant towards less gain.
pub const ATTACK_MS: Range = Range::linear(1.0, 200.0, 20.0, 0.1, "ms").skewed(3.0);
/// Time constant towards more gain.
pub const RELEASE_MS: Range = Range::linear(10.0, 1000.0, 120.0, 1.0, "ms").skewed(3.0);
/// Constant gain of a band.
pub const GAIN_DB: Range = Range::linear(-6.0, 6.0, 0.0, 0.1, "dB");

/// [`THRESHOLD_DB`] of each band: where music at the reference level spends its loud moments.
pub static THRESHOLDS_DB: [Range; BANDS] = [
    THRESHOLD_DB.starting_at(-19.0),
    THRESHOLD_DB.starting_at(-20.0),
    THRESHOLD_DB.starting_at(-24.0),
    THRESHOLD_DB.starting_at(-27.0),
];
/// [`ATTACK_MS`] of each band.
pub static ATTACKS_MS: [Range; BANDS] = [
    ATTACK_MS.starting_at(35.0),
    ATTACK_MS.starting_at(25.0),
    ATTACK_MS.starting_at(15.0),
    ATTACK_MS.starting_at(8.0),
];
/// [`RELEASE_MS`] of each band.
pub static RELEASES_MS: [Range; BANDS] = [
    RELEASE_MS.starting_at(180.0),
    RELEASE_MS.starting_at(140.0),
    RELEASE_MS.starting_at(110.0),
    RELEASE_MS.starting_at(80.0),
];

/// One band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultibandBandSettings {
    /// See [`THRESHOLD_DB`].
    pub threshold_db: f32,
    /// See [`RATIO`].
    pub ratio: f32,
    /// See [`LIFT_THRESHOLD_DB`].
    pub lift_threshold_db: f32,
    /// See [`LIFT_DB`].
    pub lift_db: f32,
    /// See [`ATTACK_MS`].
    pub attack_ms: f32,
    /// See [`RELEASE_MS`].
    pub release_ms: f32,
    /// See [`GAIN_DB`].
    pub gain_db: f32,
}

impl Default for MultibandBandSettings {
    fn default() -> Self {
        Self {
            threshold_db: THRESHOLD_DB.default,
            ratio: RATIO.default,
            lift_threshold_db: LIFT_THRESHOLD_DB.default,
            lift_db: LIFT_DB.default,
            attack_ms: ATTACK_MS.default,
            release_ms: RELEASE_MS.default,
            gain_db: GAIN_DB.default,
        }
    }
}

/// Settings of the multiband dynamics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultibandSettings {
    /// Off: the stage changes nothing.
    pub on: bool,
    /// See [`SPLIT_LOW_HZ`].
    pub split_low_hz: f32,
    /// See [`SPLIT_MID_HZ`].
    pub split_mid_hz: f32,
    /// See [`SPLIT_HIGH_HZ`].
    pub split_high_hz: f32,
    /// See [`KNEE_DB`].
    pub knee_db: f32,
    /// The bands, low to high.
    pub bands: [MultibandBandSettings; BANDS],
}

impl Default for MultibandSettings {
    fn default() -> Self {
        let bands = core::array::from_fn(|band| MultibandBandSettings {
            threshold_db: THRESHOLDS_DB[band].default,
            attack_ms: ATTACKS_MS[band].default,
            release_ms: RELEASES_MS[band].default,
            ..MultibandBandSettings::default()
        });
        Self {
            on: false,
            split_low_hz: SPLIT_LOW_HZ.default,
            split_mid_hz: SPLIT_MID_HZ.default,
            split_high_hz: SPLIT_HIGH_HZ.default,
            knee_db: KNEE_DB.default,
            bands,
        }
    }
}

impl MultibandSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Multiband, key, name);
        visitor.switch(field("on", "Multiband"), &mut self.on);
        let split = field("split_low_hz", "Low split");
        visitor.number(split, &SPLIT_LOW_HZ, &mut self.split_low_hz);
        let split = field("split_mid_hz", "Mid split");
        visitor.number(split, &SPLIT_MID_HZ, &mut self.split_mid_hz);
        let split = field("split_high_hz", "High split");
        visitor.number(split, &SPLIT_HIGH_HZ, &mut self.split_high_hz);
        visitor.number(field("knee_db", "Knee"), &KNEE_DB, &mut self.knee_db);
        for (index, band) in self.bands.iter_mut().enumerate() {
            let field = |key, name| Field::of_band(Group::Multiband, index as u8, key, name);
            let threshold = field("threshold_db", "Threshold");
            visitor.number(threshold, &THRESHOLDS_DB[index], &mut band.threshold_db);
            visitor.number(field("ratio", "Ratio"), &RATIO, &mut band.ratio);
            let lift_threshold = field("lift_threshold_db", "Lift threshold");
            let range = &LIFT_THRESHOLD_DB;
            visitor.number(lift_threshold, range, &mut band.lift_threshold_db);
            visitor.number(field("lift_db", "Lift"), &LIFT_DB, &mut band.lift_db);
            let attack = field("attack_ms", "Attack");
            visitor.number(attack, &ATTACKS_MS[index], &mut band.attack_ms);
            let release = field("release_ms", "Release");
            visitor.number(release, &RELEASES_MS[index], &mut band.release_ms);
            visitor.number(field("gain_db", "Gain"), &GAIN_DB, &mut band.gain_db);
        }
    }
}
