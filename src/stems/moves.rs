//! What is done to a stem: plain data with its reason, and how it is laid over the stem's own settings.

use crate::engine::settings::equalizer::{self, BANDS, BandSettings, EqualizerSettings};
use crate::engine::settings::fields::Choice;
use crate::engine::settings::image::{self, ImageSettings};
use crate::engine::settings::multiband::{self, MultibandSettings};
use crate::engine::settings::range::Range;
use crate::engine::settings::trim::{self, TrimSettings};
use crate::engine::settings::{INTENSITY, Settings};
use serde::{Deserialize, Serialize};

/// Most changes that a stem is told.
pub const CHANGES_MAX: usize = 8;
/// Values in the code of a change.
pub const CODE_NUMBERS: usize = 8;

/// What a move changes, at 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StemChange {
    /// The fader, in dB.
    Gain(f32),
    /// Width of the whole stem, in %.
    Width(f32),
    /// Mono below a frequency in Hz, by an amount in %.
    MonoBass(f32, f32),
    /// A band of the equalizer; its threshold counts from the default reference level, whatever the stem's
    /// is.
    Band(BandSettings),
    /// Compression of one band of the multiband stage: which, threshold (as [`Self::Band`]'s) in dB, ratio.
    Compression(u8, f32, f32),
}

/// What a change may differ by and still be the same to the ear: gain and range in dB, width and amount in %,
/// frequency as a ratio, ratio of compression.
const ALIKE_DB: f32 = 0.35;
const ALIKE_PCT: f32 = 6.0;
const ALIKE_HZ: f32 = 1.12;
const ALIKE_RATIO: f32 = 0.2;

impl StemChange {
    /// Whether another does the same, as far as one hears: what is worked out anew while a song plays on is never
    /// quite the same number.
    pub fn is_like(&self, other: &Self) -> bool {
        let near = |a: f32, b: f32, by: f32| (a - b).abs() <= by;
        match (self, other) {
            (Self::Gain(a), Self::Gain(b)) => near(*a, *b, ALIKE_DB),
            (Self::Width(a), Self::Width(b)) => near(*a, *b, ALIKE_PCT),
            (Self::MonoBass(hz, a), Self::MonoBass(other_hz, b)) => {
                alike_hz(*hz, *other_hz) && near(*a, *b, ALIKE_PCT)
            }
            (Self::Compression(band, _, a), Self::Compression(other_band, _, b)) => {
                band == other_band && near(*a, *b, ALIKE_RATIO)
            }
            (Self::Band(a), Self::Band(b)) => {
                (a.shape, a.placement) == (b.shape, b.placement)
                    && alike_hz(a.frequency_hz, b.frequency_hz)
                    && near(a.gain_db, b.gain_db, ALIKE_DB)
                    && near(a.range_db, b.range_db, ALIKE_DB)
            }
            _ => false,
        }
    }

    /// Whether a stem that does this itself needs the other no more: in the same place and the same direction, and at
    /// least half as much. What is less is no answer to it, and more of it would be done twice. Where a stem
    /// compresses a band itself nothing else can.
    pub fn answers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MonoBass(hz, amount_pct), Self::MonoBass(other_hz, wanted_pct)) => {
                ALIKE_HZ * hz >= *other_hz && 2.0 * amount_pct >= *wanted_pct
            }
            (Self::Compression(band, ..), Self::Compression(other_band, ..)) => band == other_band,
            (Self::Band(own), Self::Band(other)) => {
                let same = (own.shape, own.placement) == (other.shape, other.placement);
                // Of what is not dynamic there is no half.
                let share = own.range_db / other.range_db;
                let enough = share.is_finite() && share >= 0.5;
                same && alike_hz(own.frequency_hz, other.frequency_hz) && enough
            }
            _ => false,
        }
    }

    /// In plain numbers, for places that hold nothing else: which change and its names, and its values. Never
    /// another in another build.
    pub fn code(&self) -> ([u8; 4], [f32; CODE_NUMBERS]) {
        let mut names = [0; 4];
        let mut numbers = [0.0; CODE_NUMBERS];
        match *self {
            StemChange::Gain(db) => {
                names[0] = 1;
                numbers[0] = db;
            }
            StemChange::Width(pct) => {
                names[0] = 2;
                numbers[0] = pct;
            }
            StemChange::MonoBass(hz, pct) => {
                names[0] = 3;
                numbers[..2].copy_from_slice(&[hz, pct]);
            }
            StemChange::Band(band) => {
                names = [
                    4,
                    band.shape.index() as u8,
                    band.placement.index() as u8,
                    band.slope.index() as u8,
                ];
                numbers = [
                    band.frequency_hz,
                    band.gain_db,
                    band.q,
                    band.threshold_db,
                    band.range_db,
                    band.ratio,
                    band.attack_ms,
                    band.release_ms,
                ];
            }
            StemChange::Compression(band, threshold_db, ratio) => {
                names[..2].copy_from_slice(&[5, band]);
                numbers[..2].copy_from_slice(&[threshold_db, ratio]);
            }
        }
        (names, numbers)
    }

    /// The change of such a code; `None` of what is none.
    pub fn of_code(names: [u8; 4], numbers: [f32; CODE_NUMBERS]) -> Option<Self> {
        let [first, second, ..] = numbers;
        Some(match names[0] {
            1 => StemChange::Gain(first),
            2 => StemChange::Width(first),
            3 => StemChange::MonoBass(first, second),
            4 => StemChange::Band(BandSettings {
                on: true,
                shape: choice(names[1])?,
                placement: choice(names[2])?,
                slope: choice(names[3])?,
                frequency_hz: numbers[0],
                gain_db: numbers[1],
                q: numbers[2],
                threshold_db: numbers[3],
                range_db: numbers[4],
                ratio: numbers[5],
                attack_ms: numbers[6],
                release_ms: numbers[7],
                ..BandSettings::default()
            }),
            5 => StemChange::Compression(names[1], first, second),
            _ => return None,
        })
    }
}

fn alike_hz(a: f32, b: f32) -> bool {
    a.max(b) <= ALIKE_HZ * a.min(b)
}

fn choice<T: Choice>(index: u8) -> Option<T> {
    let index = usize::from(index);
    (index < T::VARIANTS.len()).then(|| T::of(index))
}

/// One thing that is done to a stem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StemMove {
    /// The stage: `gain`, `width`, `mono_bass`, `equalizer`, `de_essing`, `compression`.
    pub stage: StemStage,
    /// Where it works, in Hz; `None`: everywhere.
    pub band_hz: Option<[f64; 2]>,
    /// How much of it, at 100 %.
    pub value: f64,
    /// The unit of `value`.
    pub unit: String,
    /// Why, one sentence with the number that caused it.
    pub text: String,
    /// What it changes.
    pub change: StemChange,
}

impl StemStage {
    /// As people are told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Width => "width",
            Self::MonoBass => "mono bass",
            Self::Equalizer => "equalizer",
            Self::DeEssing => "de-essing",
            Self::Compression => "compression",
        }
    }
}

impl StemMove {
    /// Cuts the texts to so many bytes, at a character, and puts the numbers into their ranges: a state may
    /// hold anything.
    pub fn bound(&mut self, bytes: usize) {
        for text in [&mut self.text, &mut self.unit] {
            let end = cut(text, bytes).len();
            text.truncate(end);
        }
        match &mut self.change {
            StemChange::Gain(db) => *db = trim::GAIN_DB.held(*db, 0.0),
            StemChange::Width(pct) => *pct = trim::WIDTH_PCT.held(*pct, 0.0),
            StemChange::MonoBass(hz, pct) => {
                *hz = image::MONO_BELOW_HZ.held(*hz, 0.0);
                *pct = image::MONO_AMOUNT_PCT.held(*pct, 0.0);
            }
            StemChange::Compression(band, threshold_db, ratio) => {
                *band = (*band).min(multiband::BANDS as u8 - 1);
                *threshold_db = multiband::THRESHOLD_DB.held(*threshold_db, 0.0);
                *ratio = multiband::RATIO.held(*ratio, 0.0);
            }
            StemChange::Band(band) => {
                band.frequency_hz = equalizer::FREQUENCY_HZ.held(band.frequency_hz, 0.0);
                band.gain_db = equalizer::GAIN_DB.held(band.gain_db, 0.0);
                band.q = equalizer::Q.held(band.q, 0.0);
                band.threshold_db = equalizer::THRESHOLD_DB.held(band.threshold_db, 0.0);
                band.range_db = equalizer::RANGE_DB.held(band.range_db, 0.0);
                band.ratio = equalizer::RATIO.held(band.ratio, 0.0);
                band.attack_ms = equalizer::ATTACK_MS.held(band.attack_ms, 0.0);
                band.release_ms = equalizer::RELEASE_MS.held(band.release_ms, 0.0);
                band.on = true;
            }
        }
    }
}

/// As many whole characters as there is room for.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

/// Where a move works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum StemStage {
    Gain,
    Width,
    MonoBass,
    Equalizer,
    DeEssing,
    Compression,
}

/// Why a change is not heard as it was meant: what the stem has set itself comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Every band of the equalizer is in use.
    NoBandFree,
    /// The stem compresses that band itself.
    OwnCompression,
    /// The stem's own mono bass is as strong.
    OwnMonoBass,
    /// The fader is at the end of its range before all of the change is reached.
    EndOfRange,
    /// The fader is at the end of its range already.
    AtEnd,
}

impl Obstacle {
    /// Whether nothing of the change is heard.
    pub fn is_whole(self) -> bool {
        self != Self::EndOfRange
    }
}

/// A stem's own settings with what moves change laid over them, of which `share` (0 to 1) takes effect. What the stem
/// has set itself stays; what comes back is at 100 % intensity.
pub fn laid_over(
    settings: &Settings,
    fader: &TrimSettings,
    changes: &[StemChange],
    share: f32,
) -> (Settings, TrimSettings) {
    let laid = lay(settings, fader, changes, share, |_, _| {});
    (laid.settings, laid.fader)
}

/// What is in the way of each of the first changes when they are laid so.
pub fn obstacles(
    settings: &Settings,
    fader: &TrimSettings,
    changes: &[StemChange],
    share: f32,
) -> [Option<Obstacle>; CHANGES_MAX] {
    let mut found = [None; CHANGES_MAX];
    lay(settings, fader, changes, share, |place, obstacle| {
        if let Some(at) = found.get_mut(place) {
            *at = Some(obstacle);
        }
    });
    found
}

fn lay(
    settings: &Settings,
    fader: &TrimSettings,
    changes: &[StemChange],
    share: f32,
    mut hindered: impl FnMut(usize, Obstacle),
) -> Laid {
    let share = share.clamp(0.0, 1.0);
    let mut laid = Laid {
        settings: at_whole_intensity(settings),
        fader: *fader,
        share,
        offset_db: settings.input.reference_level_db
            - crate::engine::settings::input::REFERENCE_LEVEL_DB.default,
    };
    if share > 0.0 {
        for (place, change) in changes.iter().enumerate() {
            if let Err(obstacle) = laid.put(change) {
                hindered(place, obstacle);
            }
        }
    }
    laid
}

/// The same sound at 100 % intensity.
fn at_whole_intensity(settings: &Settings) -> Settings {
    let mut whole = settings.at(settings.intensity);
    whole.loudness.drive_db += settings.loudness.trim_db(settings.intensity);
    whole.intensity = INTENSITY.max;
    whole
}

struct Laid {
    settings: Settings,
    fader: TrimSettings,
    share: f32,
    /// Thresholds count from the stem's reference level; those of moves do not.
    offset_db: f32,
}

/// Turns a value to where it is wanted, or as near as it goes.
fn turn(value: &mut f32, wanted: f32, range: &Range) -> Result<(), Obstacle> {
    let reached = wanted.clamp(range.min, range.max);
    let from = core::mem::replace(value, reached);
    match reached {
        _ if reached == wanted => Ok(()),
        _ if reached == from => Err(Obstacle::AtEnd),
        _ => Err(Obstacle::EndOfRange),
    }
}

impl Laid {
    fn put(&mut self, change: &StemChange) -> Result<(), Obstacle> {
        let share = self.share;
        match *change {
            StemChange::Gain(db) => {
                let gain_db = self.fader.gain_db + db * share;
                turn(&mut self.fader.gain_db, gain_db, &trim::GAIN_DB)
            }
            StemChange::Width(pct) => {
                let factor = 1.0 + (pct / 100.0 - 1.0) * share;
                let width_pct = self.fader.width_pct * factor;
                turn(&mut self.fader.width_pct, width_pct, &trim::WIDTH_PCT)
            }
            StemChange::MonoBass(below_hz, amount_pct) => {
                let image = &mut self.settings.image;
                if !image.on {
                    *image = ImageSettings {
                        on: true,
                        ..ImageSettings::default()
                    };
                }
                if image.mono_amount_pct == 0.0 {
                    image.mono_below_hz = below_hz;
                }
                let amount_pct = amount_pct * share;
                if image.mono_amount_pct >= amount_pct {
                    return Err(Obstacle::OwnMonoBass);
                }
                image.mono_amount_pct = amount_pct;
                Ok(())
            }
            StemChange::Band(mut band) => {
                let equalizer = &mut self.settings.equalizer;
                if !equalizer.on {
                    *equalizer = EqualizerSettings {
                        on: true,
                        bands: [BandSettings::default(); BANDS],
                    };
                }
                let mut bands = equalizer.bands.iter_mut();
                let free = bands.find(|band| !band.on).ok_or(Obstacle::NoBandFree)?;
                band.gain_db *= share;
                band.range_db *= share;
                band.threshold_db -= self.offset_db;
                *free = band;
                Ok(())
            }
            StemChange::Compression(which, threshold_db, ratio) => {
                let multiband = &mut self.settings.multiband;
                if !multiband.on {
                    *multiband = MultibandSettings {
                        on: true,
                        ..MultibandSettings::default()
                    };
                }
                let band = multiband.bands.get_mut(usize::from(which));
                let band = band.filter(|band| band.ratio == 1.0);
                let band = band.ok_or(Obstacle::OwnCompression)?;
                band.threshold_db = threshold_db - self.offset_db;
                band.ratio = 1.0 / (1.0 - (1.0 - 1.0 / ratio) * share);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;

    fn dip() -> BandSettings {
        BandSettings {
            on: true,
            frequency_hz: 2000.0,
            gain_db: -1.0,
            range_db: -2.0,
            threshold_db: -30.0,
            ..BandSettings::default()
        }
    }

    #[test]
    fn nothing_of_it_is_the_stem_as_it_was() {
        let mut settings = Settings::default();
        settings.equalizer.bands[3].on = true;
        let moves = [
            StemChange::Gain(-2.0),
            StemChange::Band(dip()),
            StemChange::Compression(1, -30.0, 2.0),
        ];
        let fader = TrimSettings::default();
        assert_eq!(laid_over(&settings, &fader, &moves, 0.0), (settings, fader));
        assert_eq!(laid_over(&settings, &fader, &[], 1.0), (settings, fader));
    }

    #[test]
    fn what_nobody_hears_is_no_other_change() {
        let dip = StemChange::Band(dip());
        assert!(StemChange::Gain(-1.0).is_like(&StemChange::Gain(-1.2)));
        assert!(!StemChange::Gain(-1.0).is_like(&StemChange::Gain(-1.5)));
        assert!(!StemChange::Gain(-1.0).is_like(&StemChange::Width(-1.0)));
        assert!(dip.is_like(&dip));
        let StemChange::Band(mut other) = dip else {
            unreachable!("it is a band")
        };
        other.threshold_db -= 3.0;
        assert!(dip.is_like(&StemChange::Band(other)));
        other.frequency_hz *= 1.5;
        assert!(!dip.is_like(&StemChange::Band(other)));
    }

    #[test]
    fn half_of_it_is_half_of_every_number() {
        let moves = [
            StemChange::Gain(-2.0),
            StemChange::Width(50.0),
            StemChange::Band(dip()),
            StemChange::Compression(1, -30.0, 2.0),
            StemChange::MonoBass(110.0, 80.0),
        ];
        let (settings, fader) =
            laid_over(&Settings::default(), &TrimSettings::default(), &moves, 0.5);
        assert_eq!((fader.gain_db, fader.width_pct), (-1.0, 75.0));
        let band = settings.equalizer.bands[0];
        assert_eq!((band.gain_db, band.range_db), (-0.5, -1.0));
        assert!(settings.equalizer.on && settings.multiband.on && settings.image.on);
        // Half of the slope 1 − 1/2.
        assert!((settings.multiband.bands[1].ratio - 1.0 / 0.75).abs() < 1e-6);
        assert_eq!(settings.image.mono_amount_pct, 40.0);
    }

    #[test]
    fn the_stems_own_settings_stay() {
        let mut own = Settings::default();
        own.input.reference_level_db = -28.0;
        own.intensity = 50.0;
        own.equalizer.on = true;
        own.equalizer.bands[0] = BandSettings {
            shape: Shape::LowShelf,
            gain_db: 4.0,
            ..dip()
        };
        own.multiband.on = true;
        own.multiband.bands[2].ratio = 3.0;
        let moves = [
            StemChange::Band(dip()),
            StemChange::Compression(2, -30.0, 2.0),
        ];
        let (laid, _) = laid_over(&own, &TrimSettings::default(), &moves, 1.0);
        assert_eq!(laid.intensity, 100.0);
        // Its own band at its own intensity, the move's whole beside it.
        assert_eq!(laid.equalizer.bands[0].gain_db, 2.0);
        assert_eq!(laid.equalizer.bands[1].gain_db, -1.0);
        // What is −30 dB for a stem at the default level.
        let offset_db = -28.0 - crate::engine::settings::input::REFERENCE_LEVEL_DB.default;
        assert_eq!(laid.equalizer.bands[1].threshold_db, -30.0 - offset_db);
        let expected = own.at(50.0).multiband.bands[2].ratio;
        assert_eq!(laid.multiband.bands[2].ratio, expected);
    }

    #[test]
    fn what_finds_no_room_is_told_and_changes_nothing() {
        let mut own = Settings::default();
        own.equalizer.on = true;
        own.equalizer.bands = [BandSettings { on: true, ..dip() }; BANDS];
        own.multiband.on = true;
        own.multiband.bands[2].ratio = 3.0;
        own.image.on = true;
        own.image.mono_amount_pct = 60.0;
        let mut fader = TrimSettings {
            gain_db: trim::GAIN_DB.min,
            width_pct: trim::WIDTH_PCT.max,
        };
        let moves = [
            StemChange::Gain(-2.0),
            StemChange::Width(150.0),
            StemChange::MonoBass(110.0, 50.0),
            StemChange::Band(dip()),
            StemChange::Compression(2, -30.0, 2.0),
        ];
        let told = obstacles(&own, &fader, &moves, 1.0);
        let wanted = [
            Obstacle::AtEnd,
            Obstacle::AtEnd,
            Obstacle::OwnMonoBass,
            Obstacle::NoBandFree,
            Obstacle::OwnCompression,
        ];
        assert_eq!(told[..5], wanted.map(Some));
        assert_eq!(told[5..], [None; 3]);
        let whole = at_whole_intensity(&own);
        assert_eq!(laid_over(&own, &fader, &moves, 1.0), (whole, fader));
        // What is not laid at all is not in the way of anything.
        assert_eq!(obstacles(&own, &fader, &moves, 0.0), [None; CHANGES_MAX]);
        // Room is made as the user is told.
        own.equalizer.bands[7].on = false;
        own.multiband.bands[2].ratio = 1.0;
        own.image.mono_amount_pct = 49.0;
        fader = TrimSettings::default();
        assert_eq!(obstacles(&own, &fader, &moves, 1.0), [None; CHANGES_MAX]);
    }

    #[test]
    fn a_stage_that_is_off_brings_nothing_of_its_own() {
        let mut own = Settings::default();
        own.equalizer.bands[5] = BandSettings {
            gain_db: 6.0,
            ..dip()
        };
        own.equalizer.on = false;
        let moves = [StemChange::Band(dip())];
        let (laid, _) = laid_over(&own, &TrimSettings::default(), &moves, 1.0);
        let sounding = laid.equalizer.bands.iter().filter(|band| band.on).count();
        assert_eq!(sounding, 1);
    }
}
