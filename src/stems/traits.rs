//! What the balance must know of a stem that third-octaves do not show: how sharp its consonants are, and
//! whether a note rings. Small enough to be told to another process.

use super::encoding::{Eye, Pen};
use super::output::RATE_HZ;
use super::settings::Knobs;
use crate::analysis::report::{Report, RingingNote};
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::input::REFERENCE_LEVEL_DB;

/// How far a note must stand above the strongest other, in dB, and what share of the time it must sound.
const MARGIN_MIN_DB: f64 = 2.0;
const ACTIVE_MIN: f64 = 0.08;
/// Where vowels are that consonants are held against, in Hz: within 1–4 kHz.
const VOWELS_HZ: [f64; 2] = [1500.0, 3000.0];
/// So far from a note the others are, as a ratio: a minor third.
const THIRD: f64 = 1.189_207;
/// Numbers of [`Traits`] as they are told.
const NUMBERS: usize = 8;
/// Length as bytes.
pub(super) const TRAITS_BYTES: usize = 4 * NUMBERS;

/// What a stem brings along.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traits {
    /// Its consonants, if it has any.
    pub consonants: Option<Consonants>,
    /// The note that rings most, if one does.
    pub note: Option<Note>,
}

/// Consonants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Consonants {
    /// 95th percentile of 5–9 kHz beside 1–4 kHz, in dB.
    pub sharp_db: f32,
    /// Where they are, in Hz.
    pub center_hz: f32,
    /// From here on they are held, in dB as the equalizer's detector reads the band.
    pub threshold_db: f32,
}

/// A note that is louder than the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// Its frequency in Hz.
    pub frequency_hz: f32,
    /// How far above the median of the notes, in dB.
    pub excess_db: f32,
    /// How far above the strongest other, in dB.
    pub margin_db: f32,
    /// Width as a Q.
    pub q: f32,
    /// As for the consonants.
    pub threshold_db: f32,
}

impl Note {
    /// How much speaks for it, in dB.
    pub fn evidence_db(&self) -> f64 {
        f64::from(self.excess_db + self.margin_db)
    }
}

impl Traits {
    /// As a stem's analysis says.
    pub fn of(report: &Report) -> Self {
        let reference_lufs = report.loudness.max_short_term_lufs;
        let heard = &report.sibilance;
        let consonants = Consonants {
            sharp_db: (heard.median_db + heard.excess_db) as f32,
            center_hz: heard.center_hz as f32,
            threshold_db: absolute_db(heard.threshold_db, reference_lufs),
        };
        let note = |note: &RingingNote| Note {
            frequency_hz: note.frequency_hz as f32,
            excess_db: note.excess_db as f32,
            margin_db: note.margin_db as f32,
            q: note.q as f32,
            threshold_db: absolute_db(note.threshold_db, reference_lufs),
        };
        let notes = report.low_end.notes.iter();
        let notes = notes
            .filter(|note| note.margin_db >= MARGIN_MIN_DB && note.active >= ACTIVE_MIN)
            .map(note);
        Self {
            consonants: Some(consonants),
            note: notes.max_by(|a, b| a.evidence_db().total_cmp(&b.evidence_db())),
        }
    }

    /// The same as the stem's own equalizer leaves it; what is dynamic is left out, as in
    /// [`super::output::Output`].
    #[must_use]
    pub fn through(self, knobs: &Knobs) -> Self {
        if knobs.settings.bypass {
            return self;
        }
        let settings = knobs.settings.at(knobs.settings.intensity);
        let gain_db = |hz: f64| response_db(&settings.equalizer, RATE_HZ, hz, Lane::Mid) as f32;
        let beside_db = |all: [f64; 2]| 0.5 * (gain_db(all[0]) + gain_db(all[1]));
        Self {
            consonants: self.consonants.map(|one| Consonants {
                sharp_db: one.sharp_db + gain_db(f64::from(one.center_hz)) - beside_db(VOWELS_HZ),
                ..one
            }),
            note: self.note.map(|one| {
                let hz = f64::from(one.frequency_hz);
                let lifted_db = gain_db(hz) - beside_db([hz / THIRD, hz * THIRD]);
                Note {
                    excess_db: one.excess_db + lifted_db,
                    margin_db: one.margin_db + lifted_db,
                    ..one
                }
            }),
        }
    }

    pub(super) fn write(&self, pen: &mut Pen<'_>) {
        let consonants = self
            .consonants
            .map(|one| [one.sharp_db, one.center_hz, one.threshold_db]);
        let note = self.note.map(|one| {
            [
                one.frequency_hz,
                one.excess_db,
                one.margin_db,
                one.q,
                one.threshold_db,
            ]
        });
        let unknown = f32::NAN;
        let consonants = consonants.unwrap_or([unknown; 3]);
        let note = note.unwrap_or([unknown; 5]);
        for number in consonants.into_iter().chain(note) {
            pen.f32(number);
        }
    }

    pub(super) fn read(eye: &mut Eye<'_>) -> Self {
        // Any bytes may stand there: what is told must be possible, or it is not known.
        let mut number = |from: f32, to: f32| Some(eye.f32()).filter(|x| (from..=to).contains(x));
        let (sharp_db, center_hz) = (number(-200.0, 200.0), number(20.0, 24_000.0));
        let consonants_at_db = number(-200.0, 100.0);
        let (frequency_hz, excess_db) = (number(10.0, 24_000.0), number(-200.0, 200.0));
        let (margin_db, q) = (number(-200.0, 200.0), number(0.01, 1000.0));
        let note_at_db = number(-200.0, 100.0);
        let consonants = || {
            Some(Consonants {
                sharp_db: sharp_db?,
                center_hz: center_hz?,
                threshold_db: consonants_at_db?,
            })
        };
        let note = || {
            Some(Note {
                frequency_hz: frequency_hz?,
                excess_db: excess_db?,
                margin_db: margin_db?,
                q: q?,
                threshold_db: note_at_db?,
            })
        };
        Self {
            consonants: consonants(),
            note: note(),
        }
    }
}

/// A threshold of a report, which counts from the stem's own reference level, counted from the default.
fn absolute_db(threshold_db: f64, reference_lufs: Option<f64>) -> f32 {
    let offset_db = reference_lufs.map_or(0.0, |lufs| lufs - f64::from(REFERENCE_LEVEL_DB.default));
    (libm::round((threshold_db + offset_db).clamp(-60.0, 0.0) * 10.0) / 10.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(frequency_hz: f64, margin_db: f64, active: f64) -> RingingNote {
        RingingNote {
            frequency_hz,
            name: "E1".to_owned(),
            excess_db: 9.0,
            margin_db,
            active,
            q: 8.0,
            threshold_db: -20.0,
            places: Vec::new(),
        }
    }

    #[test]
    fn the_note_that_rings_most_is_told_and_none_that_is_hardly_played() {
        let mut report = Report::plain();
        report.low_end.notes = vec![note(41.2, 1.9, 0.5), note(55.0, 12.0, 0.05)];
        assert_eq!(Traits::of(&report).note, None);
        report.low_end.notes.push(note(61.7, 3.0, 0.1));
        report.low_end.notes.push(note(65.4, 4.0, 0.1));
        report.loudness.max_short_term_lufs = Some(f64::from(REFERENCE_LEVEL_DB.default) - 6.0);
        let traits = Traits::of(&report);
        let told = traits.note.expect("it rings");
        assert_eq!(told.frequency_hz, 65.4);
        assert_eq!(told.threshold_db, -26.0);
    }

    #[test]
    fn what_the_stem_cuts_itself_is_not_there() {
        let traits = Traits {
            consonants: Some(Consonants {
                sharp_db: 8.0,
                center_hz: 7000.0,
                threshold_db: -30.0,
            }),
            note: Some(Note {
                frequency_hz: 55.0,
                excess_db: 9.0,
                margin_db: 5.0,
                q: 8.0,
                threshold_db: -20.0,
            }),
        };
        let mut knobs = Knobs::default();
        assert_eq!(traits.through(&knobs), traits);
        knobs.settings.equalizer.on = true;
        for (band, hz, q, gain_db) in [(0, 7000.0, 1.0, -6.0), (1, 55.0, 10.0, -4.0)] {
            let band = &mut knobs.settings.equalizer.bands[band];
            band.on = true;
            (band.frequency_hz, band.q, band.gain_db) = (hz, q, gain_db);
        }
        let cut = traits.through(&knobs);
        let sharp_db = cut.consonants.map_or(0.0, |one| one.sharp_db);
        assert!((1.9..3.0).contains(&sharp_db), "{sharp_db}");
        let note = cut.note.expect("it rings less");
        assert!((5.0..5.4).contains(&note.excess_db), "{note:?}");
        assert!((1.0..1.4).contains(&note.margin_db), "{note:?}");
        knobs.settings.bypass = true;
        assert_eq!(traits.through(&knobs), traits);
    }

    #[test]
    fn bytes_come_back_and_nonsense_is_not_known() {
        let mut report = Report::plain();
        report.low_end.notes = vec![note(61.7, 3.0, 0.1)];
        report.sibilance.center_hz = 6500.0;
        for traits in [Traits::default(), Traits::of(&report)] {
            let mut bytes = [0; TRAITS_BYTES];
            traits.write(&mut Pen::new(&mut bytes));
            assert_eq!(Traits::read(&mut Eye::new(&bytes)), traits);
        }
        for byte in [0x00, 0x7f, 0xff] {
            assert_eq!(
                Traits::read(&mut Eye::new(&[byte; TRAITS_BYTES])),
                Traits::default()
            );
        }
    }
}
