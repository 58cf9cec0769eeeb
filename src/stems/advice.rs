//! What a master tells a stem: a nudge of gain and width, a few bands, and why.

use serde::{Deserialize, Serialize};

use super::encoding::{Eye, Pen};
use crate::engine::settings::equalizer::{
    ATTACK_MS, BandSettings, FREQUENCY_HZ, GAIN_DB, Q, RANGE_DB, RATIO, RELEASE_MS, THRESHOLD_DB,
};
use crate::engine::settings::fields::Choice;
use crate::engine::settings::range::Range;

/// Gain of a stem.
pub const STEM_GAIN_DB: Range = Range::linear(-12.0, 12.0, 0.0, 0.1, "dB");
/// Width of a stem.
pub const STEM_WIDTH_PCT: Range = Range::linear(0.0, 200.0, 100.0, 1.0, "%");
/// Most bands of an advice.
pub const ADVICE_BANDS: usize = 4;
/// Most reasons of an advice.
pub const ADVICE_REASONS: usize = 8;
/// Length of an advice as bytes.
pub const ADVICE_BYTES: usize =
    HEAD_BYTES + ADVICE_BANDS * BAND_BYTES + ADVICE_REASONS * REASON_BYTES;

/// Goes up when the bytes change their meaning.
pub(super) const VERSION: u16 = 1;
const HEAD_BYTES: usize = 40;
const BAND_BYTES: usize = 36;
const REASON_BYTES: usize = 12;

/// What a stem is advised to do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StemAdvice {
    /// Counts up with every advice of a master. Set on sending.
    pub serial: u64,
    /// The session it was made in. Set on sending.
    pub session: u64,
    /// Instance id of the stem it is for. Set on sending.
    pub stem: u64,
    /// See [`STEM_GAIN_DB`].
    pub gain_db: f32,
    /// See [`STEM_WIDTH_PCT`].
    pub width_pct: f32,
    /// Bands; those that are off count for nothing.
    pub bands: [BandSettings; ADVICE_BANDS],
    /// Why, the weightiest first.
    pub reasons: [Option<Reason>; ADVICE_REASONS],
}

impl Default for StemAdvice {
    fn default() -> Self {
        Self {
            serial: 0,
            session: 0,
            stem: 0,
            gain_db: STEM_GAIN_DB.default,
            width_pct: STEM_WIDTH_PCT.default,
            bands: [BandSettings::default(); ADVICE_BANDS],
            reasons: [None; ADVICE_REASONS],
        }
    }
}

/// Why, in numbers. Words are made where it is read, in the reader's own build.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Code of what was found; 0 is never used.
    pub kind: u16,
    /// The band of the advice it is about, if any.
    pub band: Option<u8>,
    /// Where it was found, in Hz; 0 where it is about no frequency.
    pub band_hz: f32,
    /// How much it was, in the unit of its kind.
    pub value: f32,
}

const NO_BAND: u8 = u8::MAX;

impl StemAdvice {
    /// The advice as bytes.
    pub fn bytes(&self) -> [u8; ADVICE_BYTES] {
        let mut bytes = [0; ADVICE_BYTES];
        let mut pen = Pen::new(&mut bytes);
        pen.u16(VERSION);
        pen.bytes(&[0; 6]);
        pen.u64(self.serial);
        pen.u64(self.session);
        pen.u64(self.stem);
        pen.f32(self.gain_db);
        pen.f32(self.width_pct);
        for band in &self.bands {
            write_band(band, &mut pen);
        }
        for reason in &self.reasons {
            let none = Reason {
                kind: 0,
                band: None,
                band_hz: 0.0,
                value: 0.0,
            };
            let reason = reason.unwrap_or(none);
            pen.u16(reason.kind);
            pen.u8(reason.band.unwrap_or(NO_BAND));
            pen.u8(0);
            pen.f32(reason.band_hz);
            pen.f32(reason.value);
        }
        bytes
    }

    /// The advice of such bytes, with every number in its range; `None` where they are of another layout.
    pub fn of_bytes(bytes: &[u8; ADVICE_BYTES]) -> Option<Self> {
        let mut eye = Eye::new(bytes);
        if eye.u16() != VERSION {
            return None;
        }
        eye.array::<6>();
        let mut advice = Self {
            serial: eye.u64(),
            session: eye.u64(),
            stem: eye.u64(),
            gain_db: STEM_GAIN_DB.held(eye.f32(), 0.0),
            width_pct: STEM_WIDTH_PCT.held(eye.f32(), 0.0),
            ..Self::default()
        };
        for band in &mut advice.bands {
            *band = read_band(&mut eye)?;
        }
        for reason in &mut advice.reasons {
            let kind = eye.u16();
            let band = Some(eye.u8()).filter(|&band| usize::from(band) < ADVICE_BANDS);
            eye.u8();
            let (band_hz, value) = (eye.known()?, eye.known()?);
            *reason = (kind != 0).then_some(Reason {
                kind,
                band,
                band_hz,
                value,
            });
        }
        Some(advice)
    }
}

fn write_band(band: &BandSettings, pen: &mut Pen<'_>) {
    pen.u8(u8::from(band.on));
    pen.u8(band.shape.index() as u8);
    pen.u8(band.placement.index() as u8);
    pen.u8(band.slope.index() as u8);
    for value in [
        band.frequency_hz,
        band.gain_db,
        band.q,
        band.threshold_db,
        band.range_db,
        band.ratio,
        band.attack_ms,
        band.release_ms,
    ] {
        pen.f32(value);
    }
}

fn read_band(eye: &mut Eye<'_>) -> Option<BandSettings> {
    Some(BandSettings {
        on: eye.u8() & 1 != 0,
        shape: choice(eye.u8())?,
        placement: choice(eye.u8())?,
        slope: choice(eye.u8())?,
        frequency_hz: FREQUENCY_HZ.held(eye.f32(), 0.0),
        gain_db: GAIN_DB.held(eye.f32(), 0.0),
        q: Q.held(eye.f32(), 0.0),
        threshold_db: THRESHOLD_DB.held(eye.f32(), 0.0),
        range_db: RANGE_DB.held(eye.f32(), 0.0),
        ratio: RATIO.held(eye.f32(), 0.0),
        attack_ms: ATTACK_MS.held(eye.f32(), 0.0),
        release_ms: RELEASE_MS.held(eye.f32(), 0.0),
        ..BandSettings::default()
    })
}

fn choice<T: Choice>(index: u8) -> Option<T> {
    let index = usize::from(index);
    (index < T::VARIANTS.len()).then(|| T::of(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::{Placement, Shape, Slope};

    fn advice() -> StemAdvice {
        let mut advice = StemAdvice {
            serial: 12,
            session: 0x0102_0304_0506_0708,
            stem: u64::MAX,
            gain_db: -1.5,
            width_pct: 80.0,
            ..StemAdvice::default()
        };
        advice.bands[2] = BandSettings {
            on: true,
            shape: Shape::HighShelf,
            placement: Placement::Side,
            slope: Slope::Db24,
            frequency_hz: 6300.0,
            gain_db: -0.5,
            q: 1.25,
            threshold_db: -24.0,
            range_db: -3.0,
            ratio: 3.0,
            attack_ms: 2.0,
            release_ms: 60.0,
            amount: 1.0,
        };
        advice.reasons[0] = Some(Reason {
            kind: 3,
            band: Some(2),
            band_hz: 6300.0,
            value: 4.5,
        });
        advice.reasons[1] = Some(Reason {
            kind: 4,
            band: None,
            band_hz: 0.0,
            value: -1.0,
        });
        advice
    }

    #[test]
    fn bytes_come_back_as_they_were() {
        for advice in [advice(), StemAdvice::default()] {
            assert_eq!(StemAdvice::of_bytes(&advice.bytes()), Some(advice));
        }
    }

    #[test]
    fn the_places_of_the_fields_stay() {
        let bytes = advice().bytes();
        assert_eq!(bytes.len(), 280);
        let mut head = vec![1, 0, 0, 0, 0, 0, 0, 0];
        head.extend(12_u64.to_le_bytes());
        head.extend([8, 7, 6, 5, 4, 3, 2, 1]);
        head.extend([255; 8]);
        head.extend((-1.5_f32).to_le_bytes());
        head.extend(80_f32.to_le_bytes());
        assert_eq!(bytes[..40], head);
        let mut band = vec![1, 2, 2, 3];
        for value in [6300.0_f32, -0.5, 1.25, -24.0, -3.0, 3.0, 2.0, 60.0] {
            band.extend(value.to_le_bytes());
        }
        assert_eq!(bytes[112..148], band);
        let mut reason = vec![3, 0, 2, 0];
        reason.extend(6300_f32.to_le_bytes());
        reason.extend(4.5_f32.to_le_bytes());
        assert_eq!(bytes[184..196], reason);
        assert_eq!(bytes[196..200], [4, 0, 255, 0]);
    }

    #[test]
    fn the_saved_state_keeps_all_of_it() {
        let json = serde_json::to_string(&advice()).expect("plain numbers");
        let back: StemAdvice = serde_json::from_str(&json).expect("as written");
        assert_eq!(back, advice());
        assert_eq!(
            serde_json::from_str::<StemAdvice>("{}").expect("all of it has a default"),
            StemAdvice::default()
        );
    }

    /// Whatever stands in the table, nothing but a setting in its range comes out.
    #[test]
    fn damage_is_held_in_range_or_refused() {
        let mut state = 11_u64;
        let mut read = 0;
        for _ in 0..20_000 {
            let mut bytes = advice().bytes();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                bytes[(state >> 33) as usize % ADVICE_BYTES] = (state >> 24) as u8;
            }
            let Some(advice) = StemAdvice::of_bytes(&bytes) else {
                continue;
            };
            read += 1;
            let within = |range: &Range, value: f32| (range.min..=range.max).contains(&value);
            assert!(within(&STEM_GAIN_DB, advice.gain_db));
            assert!(within(&STEM_WIDTH_PCT, advice.width_pct));
            for band in &advice.bands {
                assert!(within(&FREQUENCY_HZ, band.frequency_hz) && within(&Q, band.q));
                assert!(within(&GAIN_DB, band.gain_db) && within(&RANGE_DB, band.range_db));
            }
            for reason in advice.reasons.iter().flatten() {
                assert!(reason.value.is_finite() && reason.band_hz.is_finite());
            }
        }
        assert!(read > 10_000, "{read}");
    }
}
