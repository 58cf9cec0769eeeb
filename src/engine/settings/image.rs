//! Settings of the stereo image.

use super::fields::{Field, Group, Visitor};
use super::range::Range;
use serde::{Deserialize, Serialize};

/// Bands of the image, low to high.
pub const BANDS: usize = 4;
/// What the bands are called.
pub const BAND_NAMES: [&str; BANDS] = ["Low", "Low mid", "High mid", "High"];

/// Where the low band ends.
pub const SPLIT_LOW_HZ: Range = Range::linear(60.0, 300.0, 150.0, 1.0, "Hz").skewed(2.0);
/// Where the low-mid band ends.
pub const SPLIT_MID_HZ: Range = Range::linear(300.0, 2000.0, 500.0, 1.0, "Hz").skewed(2.0);
/// Where the high-mid band ends.
pub const SPLIT_HIGH_HZ: Range = Range::linear(2000.0, 12_000.0, 4000.0, 1.0, "Hz").skewed(2.0);
/// Gain of the side in a band: 0 is mono, 100 as it was.
pub const WIDTH_PCT: Range = Range::linear(0.0, 200.0, 100.0, 1.0, "%");
/// Where mono bass ends.
pub const MONO_BELOW_HZ: Range = Range::linear(40.0, 300.0, 110.0, 1.0, "Hz").skewed(2.0);
/// How much of the side is taken away below it; 0 is none.
pub const MONO_AMOUNT_PCT: Range = Range::linear(0.0, 100.0, 0.0, 1.0, "%");

/// One band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageBandSettings {
    /// See [`WIDTH_PCT`].
    pub width_pct: f32,
}

impl Default for ImageBandSettings {
    fn default() -> Self {
        Self {
            width_pct: WIDTH_PCT.default,
        }
    }
}

/// Settings of the stereo image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageSettings {
    /// Off: the stage changes nothing.
    pub on: bool,
    /// See [`SPLIT_LOW_HZ`].
    pub split_low_hz: f32,
    /// See [`SPLIT_MID_HZ`].
    pub split_mid_hz: f32,
    /// See [`SPLIT_HIGH_HZ`].
    pub split_high_hz: f32,
    /// Holds back widening that would cost in mono or turn the phase.
    pub guard_on: bool,
    /// See [`MONO_BELOW_HZ`].
    pub mono_below_hz: f32,
    /// See [`MONO_AMOUNT_PCT`].
    pub mono_amount_pct: f32,
    /// The bands, low to high.
    pub bands: [ImageBandSettings; BANDS],
}

impl Default for ImageSettings {
    fn default() -> Self {
        Self {
            on: false,
            split_low_hz: SPLIT_LOW_HZ.default,
            split_mid_hz: SPLIT_MID_HZ.default,
            split_high_hz: SPLIT_HIGH_HZ.default,
            guard_on: true,
            mono_below_hz: MONO_BELOW_HZ.default,
            mono_amount_pct: MONO_AMOUNT_PCT.default,
            bands: [ImageBandSettings::default(); BANDS],
        }
    }
}

impl ImageSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Image, key, name);
        visitor.switch(field("on", "Image"), &mut self.on);
        let split = field("split_low_hz", "Low split");
        visitor.number(split, &SPLIT_LOW_HZ, &mut self.split_low_hz);
        let split = field("split_mid_hz", "Mid split");
        visitor.number(split, &SPLIT_MID_HZ, &mut self.split_mid_hz);
        let split = field("split_high_hz", "High split");
        visitor.number(split, &SPLIT_HIGH_HZ, &mut self.split_high_hz);
        visitor.switch(field("guard_on", "Guard"), &mut self.guard_on);
        let mono_below = field("mono_below_hz", "Mono below");
        visitor.number(mono_below, &MONO_BELOW_HZ, &mut self.mono_below_hz);
        let mono_amount = field("mono_amount_pct", "Mono bass");
        visitor.number(mono_amount, &MONO_AMOUNT_PCT, &mut self.mono_amount_pct);
        for (index, band) in self.bands.iter_mut().enumerate() {
            let field = Field::of_band(Group::Image, index as u8, "width_pct", "Width");
            visitor.number(field, &WIDTH_PCT, &mut band.width_pct);
        }
    }
}
