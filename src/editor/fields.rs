//! The values that panels show, by name. `tests/editor.rs` looks each of them up in the settings' table.

use super::view::Number;
use crate::engine::settings::fields::{Field, Group};
use crate::engine::settings::image::BAND_NAMES;
use crate::stems::settings::fields as stem;

/// Host bypass.
pub const BYPASS: Field = Field::of(Group::Chain, "bypass", "Bypass");
/// How much of the sound-shaping stages takes effect.
pub const INTENSITY: Number = chain("intensity", "Intensity");

/// Switch of the subsonic filter.
pub const SUBSONIC_ON: Field = Field::of(Group::Input, "subsonic_on", "Subsonic filter");
/// Corner of the subsonic filter.
pub const SUBSONIC_HZ: Number = of(Group::Input, "subsonic_hz", "Subsonic frequency");
/// What thresholds are counted from.
pub const REFERENCE_LEVEL: Number = of(Group::Input, "reference_level_db", "Reference level");

/// Switch of the equalizer.
pub const EQUALIZER_ON: Field = Field::of(Group::Equalizer, "on", "Equalizer");

/// Switch of the multiband dynamics.
pub const MULTIBAND_ON: Field = Field::of(Group::Multiband, "on", "Multiband");
/// Where the bands of the multiband dynamics end, low to high.
pub const MULTIBAND_SPLITS: [Number; 3] = splits(Group::Multiband);
/// Knee of all bands.
pub const MULTIBAND_KNEE: Number = of(Group::Multiband, "knee_db", "Knee");

/// Switch of the stereo image.
pub const IMAGE_ON: Field = Field::of(Group::Image, "on", "Image");
/// Where the bands of the image end, low to high.
pub const IMAGE_SPLITS: [Number; 3] = splits(Group::Image);
/// Switch of the correlation guard.
pub const GUARD_ON: Field = Field::of(Group::Image, "guard_on", "Guard");
/// Where mono bass ends.
pub const MONO_BELOW: Number = of(Group::Image, "mono_below_hz", "Mono below");
/// How mono it is there.
pub const MONO_AMOUNT: Number = of(Group::Image, "mono_amount_pct", "Mono bass");

/// Switch of the bus compressor.
pub const GLUE_ON: Field = Field::of(Group::Glue, "on", "Glue");
/// Its release follows the music.
pub const AUTO_RELEASE: Field = Field::of(Group::Glue, "auto_release", "Auto release");
/// Its knobs.
pub const GLUE: [Number; 8] = [
    of(Group::Glue, "threshold_db", "Threshold"),
    of(Group::Glue, "ratio", "Ratio"),
    of(Group::Glue, "knee_db", "Knee"),
    of(Group::Glue, "attack_ms", "Attack"),
    of(Group::Glue, "release_ms", "Release"),
    of(Group::Glue, "sidechain_hz", "Side-chain high-pass"),
    of(Group::Glue, "makeup_db", "Make-up"),
    of(Group::Glue, "mix_pct", "Mix"),
];

/// Switch of the saturation.
pub const COLOUR_ON: Field = Field::of(Group::Colour, "on", "Colour");
/// What it sounds like.
pub const COLOUR_KIND: Field = Field::of(Group::Colour, "kind", "Kind");
/// Its knobs.
pub const COLOUR: [Number; 3] = [
    of(Group::Colour, "drive_db", "Drive"),
    of(Group::Colour, "evenness_pct", "Evenness"),
    of(Group::Colour, "amount_pct", "Amount"),
];

/// Switch of the loudness stage.
pub const LOUDNESS_ON: Field = Field::of(Group::Loudness, "on", "Loudness");
/// Drive into the limiter.
pub const DRIVE: Number = of(Group::Loudness, "drive_db", "Drive");
/// Highest true peak.
pub const CEILING: Number = of(Group::Loudness, "ceiling_dbtp", "Ceiling");
/// Release of the limiter.
pub const RELEASE: Number = of(Group::Loudness, "release_ms", "Release");
/// Most that the clipper takes.
pub const CLIP_DEPTH: Number = of(Group::Loudness, "clip_depth_db", "Clip depth");
/// Character of the limiter.
pub const CHARACTER: Field = Field::of(Group::Loudness, "character", "Character");

/// Gain and width of a stem.
pub const STEM_FADER: [Number; 2] = [Number::Of(stem::GAIN), Number::Of(stem::WIDTH)];
/// How much of its master's advice takes effect.
pub const STEM_ADVICE: Number = Number::Of(stem::ADVICE);
/// What a stem is.
pub const STEM_ROLE: Field = stem::ROLE;

/// A band of the equalizer, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EqBand(pub u8);

impl EqBand {
    /// Its switch.
    pub const fn on(self) -> Field {
        self.field("on", "On")
    }
    /// Its curve.
    pub const fn shape(self) -> Field {
        self.field("shape", "Shape")
    }
    /// Stereo, mid or side.
    pub const fn placement(self) -> Field {
        self.field("placement", "Placement")
    }
    /// Steepness of a cut.
    pub const fn slope(self) -> Field {
        self.field("slope", "Slope")
    }
    /// Its centre or corner.
    pub const fn frequency(self) -> Number {
        Number::Of(self.field("frequency_hz", "Frequency"))
    }
    /// Its gain.
    pub const fn gain(self) -> Number {
        Number::Of(self.field("gain_db", "Gain"))
    }
    /// Its quality.
    pub const fn q(self) -> Number {
        Number::Of(self.field("q", "Q"))
    }
    /// How far it moves.
    pub const fn range(self) -> Number {
        Number::Of(self.field("range_db", "Range"))
    }
    /// What its dynamics are set by, without the range.
    pub const fn dynamics(self) -> [Number; 4] {
        [
            Number::Of(self.field("threshold_db", "Threshold")),
            Number::Of(self.field("ratio", "Ratio")),
            Number::Of(self.field("attack_ms", "Attack")),
            Number::Of(self.field("release_ms", "Release")),
        ]
    }
    const fn field(self, key: &'static str, name: &'static str) -> Field {
        Field::of_band(Group::Equalizer, self.0, key, name)
    }
}

/// What a band of the multiband dynamics is set by, in the order shown.
pub const fn multiband(band: u8) -> [Number; 7] {
    [
        of_band(Group::Multiband, band, "threshold_db", "Threshold"),
        of_band(Group::Multiband, band, "ratio", "Ratio"),
        of_band(Group::Multiband, band, "attack_ms", "Attack"),
        of_band(Group::Multiband, band, "release_ms", "Release"),
        of_band(
            Group::Multiband,
            band,
            "lift_threshold_db",
            "Lift threshold",
        ),
        of_band(Group::Multiband, band, "lift_db", "Lift"),
        of_band(Group::Multiband, band, "gain_db", "Gain"),
    ]
}

/// Width of a band of the image.
pub const fn width(band: u8) -> Number {
    of_band(Group::Image, band, "width_pct", "Width")
}

/// The name where there is little room.
pub fn short_name(number: Number) -> &'static str {
    match number {
        Number::Of(field) => match field.key {
            "sidechain_hz" => "Side-chain",
            "subsonic_hz" => "Frequency",
            "lift_threshold_db" => "Lift below",
            "clip_depth_db" => "Clip",
            // Where there are widths, they are told apart by their bands.
            "width_pct" if field.group == Group::Image => {
                BAND_NAMES[usize::from(field.band.unwrap_or(0)) % BAND_NAMES.len()]
            }
            _ => field.name,
        },
        Number::Goal | Number::Weight(_) => number.name(),
    }
}

const fn of(group: Group, key: &'static str, name: &'static str) -> Number {
    Number::Of(Field::of(group, key, name))
}

const fn of_band(group: Group, band: u8, key: &'static str, name: &'static str) -> Number {
    Number::Of(Field::of_band(group, band, key, name))
}

const fn chain(key: &'static str, name: &'static str) -> Number {
    of(Group::Chain, key, name)
}

const fn splits(group: Group) -> [Number; 3] {
    [
        of(group, "split_low_hz", "Low split"),
        of(group, "split_mid_hz", "Mid split"),
        of(group, "split_high_hz", "High split"),
    ]
}
