//! What a master tells a stem: what to do, and why.

use super::encoding::{Eye, Pen};
use super::moves::{CODE_NUMBERS, StemChange, StemMove, StemStage, cut};

/// Most moves of an advice.
pub const ADVICE_MOVES: usize = 8;
/// Longest reason in bytes of UTF-8; longer ones are cut.
pub const REASON_BYTES: usize = 256;
/// Length of an advice as bytes.
pub const ADVICE_BYTES: usize = HEAD_BYTES + ADVICE_MOVES * MOVE_BYTES;

/// Goes up when the bytes change their meaning.
pub(super) const VERSION: u16 = 1;
const HEAD_BYTES: usize = 32;
const UNIT_BYTES: usize = 8;
const MOVE_BYTES: usize = 12 + 3 * 8 + CODE_NUMBERS * 4 + UNIT_BYTES + REASON_BYTES;

/// What a stem is advised to do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StemAdvice {
    /// Counts up with every advice of a master. Set on sending.
    pub serial: u64,
    /// The session it was made in. Set on sending.
    pub session: u64,
    /// Instance id of the stem it is for. Set on sending.
    pub stem: u64,
    /// What to do; what is beyond [`ADVICE_MOVES`] is not sent.
    pub moves: Vec<StemMove>,
}

impl StemAdvice {
    /// The advice as bytes.
    pub fn bytes(&self) -> [u8; ADVICE_BYTES] {
        let mut bytes = [0; ADVICE_BYTES];
        let mut pen = Pen::new(&mut bytes);
        pen.u16(VERSION);
        pen.u16(self.moves.len().min(ADVICE_MOVES) as u16);
        pen.u32(0);
        pen.u64(self.serial);
        pen.u64(self.session);
        pen.u64(self.stem);
        for one in self.moves.iter().take(ADVICE_MOVES) {
            write_move(one, &mut pen);
        }
        bytes
    }

    /// The advice of such bytes, with every number in its range; `None` where they are of another layout.
    pub fn of_bytes(bytes: &[u8; ADVICE_BYTES]) -> Option<Self> {
        let mut eye = Eye::new(bytes);
        if eye.u16() != VERSION {
            return None;
        }
        let count = usize::from(eye.u16());
        eye.u32();
        let (serial, session, stem) = (eye.u64(), eye.u64(), eye.u64());
        if count > ADVICE_MOVES {
            return None;
        }
        let moves: Option<Vec<StemMove>> = (0..count).map(|_| read_move(&mut eye)).collect();
        Some(Self {
            serial,
            session,
            stem,
            moves: moves?,
        })
    }
}

fn write_move(one: &StemMove, pen: &mut Pen<'_>) {
    let (unit, text) = (cut(&one.unit, UNIT_BYTES), cut(&one.text, REASON_BYTES));
    let (names, numbers) = one.change.code();
    pen.bytes(&names);
    pen.u8(code_of(one.stage));
    pen.u8(u8::from(one.band_hz.is_some()));
    pen.u16(unit.len() as u16);
    pen.u16(text.len() as u16);
    pen.u16(0);
    let [low_hz, high_hz] = one.band_hz.unwrap_or_default();
    for number in [low_hz, high_hz, one.value] {
        pen.f64(number);
    }
    numbers.iter().for_each(|&number| pen.f32(number));
    for (text, length) in [(unit, UNIT_BYTES), (text, REASON_BYTES)] {
        pen.bytes(text.as_bytes());
        (text.len()..length).for_each(|_| pen.u8(0));
    }
}

fn read_move(eye: &mut Eye<'_>) -> Option<StemMove> {
    let names: [u8; 4] = eye.array();
    let stage = stage_of(eye.u8())?;
    let has_band = eye.u8() & 1 != 0;
    let (unit_bytes, text_bytes) = (usize::from(eye.u16()), usize::from(eye.u16()));
    eye.u16();
    let [low_hz, high_hz, value] = core::array::from_fn(|_| eye.f64());
    if ![low_hz, high_hz, value].iter().all(|x: &f64| x.is_finite()) {
        return None;
    }
    let numbers: [f32; CODE_NUMBERS] = core::array::from_fn(|_| eye.f32());
    let unit: [u8; UNIT_BYTES] = eye.array();
    let text: [u8; REASON_BYTES] = eye.array();
    let told = |bytes: &[u8], length| {
        let text = core::str::from_utf8(bytes.get(..length)?).ok()?;
        Some(text.to_owned())
    };
    let mut one = StemMove {
        stage,
        band_hz: has_band.then_some([low_hz, high_hz]),
        value,
        unit: told(&unit, unit_bytes)?,
        text: told(&text, text_bytes)?,
        change: StemChange::of_code(names, numbers)?,
    };
    one.bound(REASON_BYTES);
    Some(one)
}

/// Not the order of declaration: two builds must agree.
const STAGES: [(u8, StemStage); 6] = [
    (1, StemStage::Gain),
    (2, StemStage::Width),
    (3, StemStage::MonoBass),
    (4, StemStage::Equalizer),
    (5, StemStage::DeEssing),
    (6, StemStage::Compression),
];

fn code_of(stage: StemStage) -> u8 {
    let found = STAGES.into_iter().find(|&(_, known)| known == stage);
    found.map_or(0, |(code, _)| code)
}

fn stage_of(code: u8) -> Option<StemStage> {
    let found = STAGES.into_iter().find(|&(known, _)| known == code);
    found.map(|(_, stage)| stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::BandSettings;
    use crate::engine::settings::equalizer::{FREQUENCY_HZ, GAIN_DB, Placement, Q, Shape, Slope};

    fn one(stage: StemStage, change: StemChange) -> StemMove {
        StemMove {
            stage,
            band_hz: matches!(change, StemChange::Band(_)).then_some([300.0, 5000.0]),
            value: -1.25,
            unit: "dB".to_owned(),
            text: "31 % of Lead Vöx lies under Gtr.".to_owned(),
            change,
        }
    }

    fn advice() -> StemAdvice {
        let band = BandSettings {
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
        StemAdvice {
            serial: 12,
            session: 0x0102_0304_0506_0708,
            stem: u64::MAX,
            moves: vec![
                one(StemStage::Equalizer, StemChange::Band(band)),
                one(StemStage::Gain, StemChange::Gain(-1.5)),
                one(StemStage::Width, StemChange::Width(80.0)),
                one(StemStage::MonoBass, StemChange::MonoBass(120.0, 60.0)),
                one(StemStage::DeEssing, StemChange::Band(band)),
                one(
                    StemStage::Compression,
                    StemChange::Compression(1, -20.0, 1.5),
                ),
            ],
        }
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
        assert_eq!(bytes.len(), 32 + 8 * 332);
        let mut head = vec![1, 0, 6, 0, 0, 0, 0, 0];
        head.extend(12_u64.to_le_bytes());
        head.extend([8, 7, 6, 5, 4, 3, 2, 1]);
        head.extend([255; 8]);
        assert_eq!(bytes[..32], head);
        let mut first = vec![4, 2, 2, 3, 4, 1, 2, 0, 33, 0, 0, 0];
        for value in [300.0_f64, 5000.0, -1.25] {
            first.extend(value.to_le_bytes());
        }
        for value in [6300.0_f32, -0.5, 1.25, -24.0, -3.0, 3.0, 2.0, 60.0] {
            first.extend(value.to_le_bytes());
        }
        first.extend(b"dB\0\0\0\0\0\0");
        first.extend("31 % of Lead Vöx lies under Gtr.".as_bytes());
        assert_eq!(bytes[32..32 + first.len()], first);
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let mut long = advice();
        long.moves[0].text = "ü".repeat(200);
        long.moves[0].unit = "a very long unit".to_owned();
        long.moves = vec![long.moves[0].clone(); 11];
        let read = StemAdvice::of_bytes(&long.bytes()).expect("as written");
        assert_eq!(read.moves.len(), ADVICE_MOVES);
        assert_eq!(read.moves[7].text, "ü".repeat(128));
        assert_eq!(read.moves[7].unit, "a very l");
        long.moves[0].text = format!("a{}", "ü".repeat(200));
        let read = StemAdvice::of_bytes(&long.bytes()).expect("as written");
        assert_eq!(read.moves[0].text.len(), 255);
    }

    /// Whatever stands in the table, nothing but a setting in its range comes out.
    #[test]
    fn damage_is_held_in_range_or_refused() {
        let mut state = 11_u64;
        let mut read = 0;
        for _ in 0..20_000 {
            let mut bytes = advice().bytes();
            for _ in 0..6 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                bytes[(state >> 33) as usize % ADVICE_BYTES] = (state >> 24) as u8;
            }
            let Some(advice) = StemAdvice::of_bytes(&bytes) else {
                continue;
            };
            read += 1;
            for one in &advice.moves {
                assert!(one.value.is_finite());
                if let StemChange::Band(band) = one.change {
                    assert!((FREQUENCY_HZ.min..=FREQUENCY_HZ.max).contains(&band.frequency_hz));
                    assert!((Q.min..=Q.max).contains(&band.q));
                    assert!((GAIN_DB.min..=GAIN_DB.max).contains(&band.gain_db));
                }
                if let StemChange::Gain(db) = one.change {
                    assert!((-12.0..=12.0).contains(&db));
                }
            }
        }
        assert!(read > 5_000, "{read}");
    }
}
