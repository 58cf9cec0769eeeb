//! Settings: every value a user can set, as plain data, with range and default beside each.
//!
//! [`Settings::visit`] is the one table of them: host parameters, presets and the editor are made from
//! it, so a new value is one field, one default and one line there.

pub mod colour;
pub mod equalizer;
pub mod fields;
pub mod glue;
pub mod image;
pub mod input;
pub mod loudness;
pub mod multiband;
pub mod range;
pub mod trim;
pub mod values;

use colour::ColourSettings;
use equalizer::EqualizerSettings;
use fields::{Field, Group, Variant, Visitor};
use glue::GlueSettings;
use image::ImageSettings;
use input::{InputSettings, REFERENCE_LEVEL_DB};
use loudness::{LoudnessSettings, TRIM_DB};
use multiband::MultibandSettings;
use range::Range;
use serde::{Deserialize, Serialize};

/// How much of the sound-shaping stages takes effect.
pub const INTENSITY: Range = Range::linear(0.0, 100.0, 100.0, 0.1, "%");

/// Every value a user can set. Serialised, it is a preset.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The delayed input instead of the chain's output.
    pub bypass: bool,
    /// See [`INTENSITY`]. All other values are what they are at 100 %.
    pub intensity: f32,
    /// Clean-up at the door.
    pub input: InputSettings,
    /// Sixteen bands.
    pub equalizer: EqualizerSettings,
    /// Four bands of dynamics.
    pub multiband: MultibandSettings,
    /// Width and mono bass.
    pub image: ImageSettings,
    /// The bus compressor.
    pub glue: GlueSettings,
    /// Saturation.
    pub colour: ColourSettings,
    /// Drive, clipper, limiter and safety.
    pub loudness: LoudnessSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bypass: false,
            intensity: INTENSITY.default,
            input: InputSettings::default(),
            equalizer: EqualizerSettings::default(),
            multiband: MultibandSettings::default(),
            image: ImageSettings::default(),
            glue: GlueSettings::default(),
            colour: ColourSettings::default(),
            loudness: LoudnessSettings::default(),
        }
    }
}

impl Settings {
    /// Shows every value to `visitor`, in an order that only ever grows at the end of a stage.
    pub fn visit(&mut self, visitor: &mut impl Visitor) {
        let field = |key, name| Field::of(Group::Chain, key, name);
        visitor.switch(field("bypass", "Bypass"), &mut self.bypass);
        visitor.number(
            field("intensity", "Intensity"),
            &INTENSITY,
            &mut self.intensity,
        );
        self.input.visit(visitor);
        self.equalizer.visit(visitor);
        self.multiband.visit(visitor);
        self.image.visit(visitor);
        self.glue.visit(visitor);
        self.colour.visit(visitor);
        self.loudness.visit(visitor);
    }

    /// A number of the settings, by name, and what it may be.
    pub fn number(&self, field: Field) -> Option<(f32, &'static Range)> {
        struct Finder(Field, Option<(f32, &'static Range)>);
        impl Visitor for Finder {
            fn number(&mut self, field: Field, range: &'static Range, value: &mut f32) {
                if field == self.0 {
                    self.1 = Some((*value, range));
                }
            }
            fn switch(&mut self, _: Field, _: &mut bool) {}
            fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {}
        }
        let mut finder = Finder(field, None);
        { *self }.visit(&mut finder);
        finder.1
    }

    /// The same settings after the round trip through the host's parameters. Stands before every
    /// engine, also offline, so that both hear the same numbers.
    #[must_use]
    pub fn quantized(&self) -> Self {
        struct Quantizer;
        impl Visitor for Quantizer {
            fn number(&mut self, _: Field, range: &'static Range, value: &mut f32) {
                *value = range.quantized(*value);
            }
            fn switch(&mut self, _: Field, _: &mut bool) {}
            fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {}
        }
        let mut settings = *self;
        settings.visit(&mut Quantizer);
        for trim_db in &mut settings.loudness.drive_trim_db {
            *trim_db = TRIM_DB.quantized(*trim_db);
        }
        settings
    }

    /// Whether a sound-shaping stage is on, so that intensity has something to scale.
    pub fn shapes_sound(&self) -> bool {
        let bands = &self.equalizer.bands;
        (self.equalizer.on && bands.iter().any(|band| band.on))
            || self.multiband.on
            || self.image.on
            || self.glue.on
            || self.colour.on
    }

    /// What remains of the sound-shaping stages (equalizer, multiband, image, glue, colour) at an
    /// intensity in %: everything at 100, nothing at 0, and in between every gain, slope and width in
    /// proportion. Input, loudness and bypass stay as they are.
    #[must_use]
    pub fn at(&self, intensity_pct: f32) -> Self {
        let share = (intensity_pct / INTENSITY.max).clamp(0.0, 1.0);
        let mut settings = *self;
        if share == 1.0 {
            return settings;
        }
        for band in &mut settings.equalizer.bands {
            band.gain_db *= share;
            band.range_db *= share;
            band.amount *= share;
        }
        for band in &mut settings.multiband.bands {
            band.ratio = ratio_at(band.ratio, share);
            band.lift_db *= share;
            band.gain_db *= share;
        }
        for band in &mut settings.image.bands {
            band.width_pct = 100.0 + (band.width_pct - 100.0) * share;
        }
        settings.image.mono_amount_pct *= share;
        settings.glue.ratio = ratio_at(settings.glue.ratio, share);
        settings.glue.makeup_db *= share;
        settings.colour.amount_pct *= share;
        settings
    }

    /// What the stages obey: intensity applied, thresholds counted from the reference level, the drive
    /// trimmed for the intensity.
    #[must_use]
    pub fn in_effect(&self) -> Self {
        let mut settings = self.at(self.intensity);
        let level_db = self.input.reference_level_db;
        let offset_db = level_db - REFERENCE_LEVEL_DB.default;
        for band in &mut settings.equalizer.bands {
            band.threshold_db += offset_db;
        }
        for band in &mut settings.multiband.bands {
            band.threshold_db += offset_db;
            band.lift_threshold_db += offset_db;
        }
        settings.glue.threshold_db += offset_db;
        settings.colour.working_level_db = level_db;
        settings.loudness.drive_db += settings.loudness.trim_db(self.intensity);
        settings
    }
}

/// The ratio whose slope `1 − 1/ratio` is a share of that of `ratio`.
fn ratio_at(ratio: f32, share: f32) -> f32 {
    1.0 / (1.0 - (1.0 - 1.0 / ratio) * share)
}

#[cfg(test)]
mod tests;
