//! Settings of the equalizer: sixteen bands, each optionally dynamic.

use super::fields::{Field, Group, Visitor, choice, visit_choice};
use super::range::Range;
use serde::{Deserialize, Serialize, Serializer};

/// Bands of the equalizer.
pub const BANDS: usize = 16;

/// Centre or corner of a band; each band starts at its own default.
pub const FREQUENCY_HZ: Range = Range::linear(20.0, 20_000.0, 1000.0, 0.1, "Hz").skewed(5.0);
/// Gain of bells, shelves and tilt (over the whole spectrum, half up and half down).
pub const GAIN_DB: Range = Range::linear(-12.0, 12.0, 0.0, 0.1, "dB");
/// Quality of bells, bass notes and shelves, and of the last pole pair of cuts.
pub const Q: Range = Range::linear(0.1, 16.0, 0.71, 0.01, "").skewed(3.0);
/// Level of the band from which it moves, at the reference level's default.
pub const THRESHOLD_DB: Range = Range::linear(-60.0, 0.0, -30.0, 0.1, "dB");
/// How far a dynamic band moves at most: down when negative, up when positive; 0 is not dynamic.
pub const RANGE_DB: Range = Range::linear(-12.0, 12.0, 0.0, 0.1, "dB");
/// How far it moves with the level above the threshold: `(level − threshold) · (1 − 1/ratio)`.
pub const RATIO: Range = Range::linear(1.0, 10.0, 2.0, 0.01, ":1").skewed(2.0);
/// Time constant of the move.
pub const ATTACK_MS: Range = Range::linear(0.5, 200.0, 10.0, 0.1, "ms").skewed(3.0);
/// Time constant of the way back.
pub const RELEASE_MS: Range = Range::linear(5.0, 2000.0, 100.0, 1.0, "ms").skewed(3.0);

/// [`FREQUENCY_HZ`] of each band.
pub static FREQUENCIES_HZ: [Range; BANDS] = [
    FREQUENCY_HZ.starting_at(30.0),
    FREQUENCY_HZ.starting_at(60.0),
    FREQUENCY_HZ.starting_at(100.0),
    FREQUENCY_HZ.starting_at(160.0),
    FREQUENCY_HZ.starting_at(250.0),
    FREQUENCY_HZ.starting_at(400.0),
    FREQUENCY_HZ.starting_at(630.0),
    FREQUENCY_HZ.starting_at(1000.0),
    FREQUENCY_HZ.starting_at(1600.0),
    FREQUENCY_HZ.starting_at(2500.0),
    FREQUENCY_HZ.starting_at(4000.0),
    FREQUENCY_HZ.starting_at(6300.0),
    FREQUENCY_HZ.starting_at(8000.0),
    FREQUENCY_HZ.starting_at(10_000.0),
    FREQUENCY_HZ.starting_at(12_500.0),
    FREQUENCY_HZ.starting_at(16_000.0),
];

/// The curve of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A peak or a dip.
    #[default]
    Bell,
    /// All below the corner.
    LowShelf,
    /// All above the corner.
    HighShelf,
    /// Removes what is below the corner.
    LowCut,
    /// Removes what is above the corner.
    HighCut,
    /// Turns the spectrum about the frequency: highs up, lows down by half the gain each.
    Tilt,
    /// A bell that follows the fundamental of the bass near its frequency.
    BassNote,
}
choice!(Shape {
    Bell = "bell", "Bell";
    LowShelf = "low_shelf", "Low shelf";
    HighShelf = "high_shelf", "High shelf";
    LowCut = "low_cut", "Low cut";
    HighCut = "high_cut", "High cut";
    Tilt = "tilt", "Tilt";
    BassNote = "bass_note", "Bass note";
});

/// What of the stereo signal a band works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Left and right alike.
    #[default]
    Stereo,
    /// What both channels have in common.
    Mid,
    /// What they differ by.
    Side,
}
choice!(Placement {
    Stereo = "stereo", "Stereo";
    Mid = "mid", "Mid";
    Side = "side", "Side";
});

/// Steepness of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Slope {
    /// 6 dB per octave.
    #[serde(rename = "6")]
    Db6,
    /// 12 dB per octave.
    #[default]
    #[serde(rename = "12")]
    Db12,
    /// 18 dB per octave.
    #[serde(rename = "18")]
    Db18,
    /// 24 dB per octave.
    #[serde(rename = "24")]
    Db24,
}
choice!(Slope {
    Db6 = "6", "6 dB/oct";
    Db12 = "12", "12 dB/oct";
    Db18 = "18", "18 dB/oct";
    Db24 = "24", "24 dB/oct";
});

/// One band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BandSettings {
    /// Off: the band costs nothing and changes nothing.
    pub on: bool,
    /// The curve.
    pub shape: Shape,
    /// Stereo, mid or side.
    pub placement: Placement,
    /// Steepness of a cut; other shapes do not use it.
    pub slope: Slope,
    /// See [`FREQUENCY_HZ`].
    pub frequency_hz: f32,
    /// See [`GAIN_DB`]; cuts do not use it.
    pub gain_db: f32,
    /// See [`Q`].
    pub q: f32,
    /// See [`THRESHOLD_DB`].
    pub threshold_db: f32,
    /// See [`RANGE_DB`]; cuts do not use it.
    pub range_db: f32,
    /// See [`RATIO`].
    pub ratio: f32,
    /// See [`ATTACK_MS`].
    pub attack_ms: f32,
    /// See [`RELEASE_MS`].
    pub release_ms: f32,
    /// Share of a cut that takes effect: 0 is identity, 1 the cut; in between a minimum-phase shelf whose
    /// floor falls. No setting of its own: [`super::Settings::at`] turns it down.
    #[serde(skip, default = "whole")]
    pub amount: f32,
}

fn whole() -> f32 {
    1.0
}

impl Default for BandSettings {
    fn default() -> Self {
        Self {
            on: false,
            shape: Shape::default(),
            placement: Placement::default(),
            slope: Slope::default(),
            frequency_hz: FREQUENCY_HZ.default,
            gain_db: GAIN_DB.default,
            q: Q.default,
            threshold_db: THRESHOLD_DB.default,
            range_db: RANGE_DB.default,
            ratio: RATIO.default,
            attack_ms: ATTACK_MS.default,
            release_ms: RELEASE_MS.default,
            amount: whole(),
        }
    }
}

impl BandSettings {
    /// Whether the band moves with the level.
    pub fn dynamic(&self) -> bool {
        self.range_db != 0.0 && !matches!(self.shape, Shape::LowCut | Shape::HighCut)
    }
}

/// Settings of the equalizer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EqualizerSettings {
    /// Off: the stage changes nothing.
    pub on: bool,
    /// The bands. In text, those after the last that is used are missing.
    #[serde(serialize_with = "write_bands")]
    pub bands: [BandSettings; BANDS],
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        let bands = core::array::from_fn(|band| BandSettings {
            frequency_hz: FREQUENCIES_HZ[band].default,
            ..BandSettings::default()
        });
        Self { on: true, bands }
    }
}

impl EqualizerSettings {
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
        visitor.switch(Field::of(Group::Equalizer, "on", "Equalizer"), &mut self.on);
        for (index, band) in self.bands.iter_mut().enumerate() {
            let field = |key, name| Field::of_band(Group::Equalizer, index as u8, key, name);
            visitor.switch(field("on", "On"), &mut band.on);
            visit_choice(visitor, field("shape", "Shape"), &mut band.shape);
            visit_choice(
                visitor,
                field("placement", "Placement"),
                &mut band.placement,
            );
            visit_choice(visitor, field("slope", "Slope"), &mut band.slope);
            let frequency = field("frequency_hz", "Frequency");
            visitor.number(frequency, &FREQUENCIES_HZ[index], &mut band.frequency_hz);
            visitor.number(field("gain_db", "Gain"), &GAIN_DB, &mut band.gain_db);
            visitor.number(field("q", "Q"), &Q, &mut band.q);
            let threshold = field("threshold_db", "Threshold");
            visitor.number(threshold, &THRESHOLD_DB, &mut band.threshold_db);
            visitor.number(field("range_db", "Range"), &RANGE_DB, &mut band.range_db);
            visitor.number(field("ratio", "Ratio"), &RATIO, &mut band.ratio);
            visitor.number(
                field("attack_ms", "Attack"),
                &ATTACK_MS,
                &mut band.attack_ms,
            );
            let release = field("release_ms", "Release");
            visitor.number(release, &RELEASE_MS, &mut band.release_ms);
        }
    }
}

fn write_bands<S: Serializer>(
    bands: &[BandSettings; BANDS],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let untouched = EqualizerSettings::default().bands;
    let used = (0..BANDS)
        .rev()
        .find(|&band| bands[band] != untouched[band]);
    serializer.collect_seq(&bands[..used.map_or(0, |last| last + 1)])
}
