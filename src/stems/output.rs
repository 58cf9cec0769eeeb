//! What a stem puts out, as far as that can be told from what it hears and how it is set: so that a master weighs
//! the stem as it is turned, and not as it was delivered.
//!
//! Only what is constant counts: fader, equalizer, gains of bands, drive. What compression takes depends on the
//! sound, and its make-up gives that back. What the master advised is left out: it would propose less the more of
//! it is obeyed.

use super::encoding::{Eye, Pen};
use super::moves::{CHANGES_MAX, StemChange};
use super::settings::Knobs;
use super::track::{Moment, Track};
use crate::analysis::bands::{THIRD_1_KHZ, THIRDS, center_hz};
use crate::dsp::loudness::k_weighting_power;
use crate::dsp::units::db_to_energy;
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::equalizer::BandSettings;
use crate::engine::settings::input::REFERENCE_LEVEL_DB;

/// The equalizer is looked at as it is at this rate.
pub(super) const RATE_HZ: f64 = 48_000.0;

/// What a stem does itself that depends on the sound, or that [`Output`] does not count: its dynamic bands, its
/// compression, its mono bass; the first so many, as far as intensity lets them. Thresholds count from the default
/// reference level, as those of moves do.
pub fn own_changes(knobs: &Knobs) -> [Option<StemChange>; CHANGES_MAX] {
    let settings = knobs.settings.at(knobs.settings.intensity);
    let offset_db = settings.input.reference_level_db - REFERENCE_LEVEL_DB.default;
    let equalizer = Some(&settings.equalizer).filter(|stage| stage.on);
    let bands = equalizer.into_iter().flat_map(|stage| &stage.bands);
    let dynamic = bands.filter(|band| band.on && band.dynamic()).map(|band| {
        StemChange::Band(BandSettings {
            threshold_db: band.threshold_db + offset_db,
            ..*band
        })
    });
    let multiband = Some(&settings.multiband).filter(|stage| stage.on);
    let bands = multiband.into_iter().flat_map(|stage| &stage.bands);
    let bands = bands.enumerate().filter(|(_, band)| band.ratio != 1.0);
    let compressing = bands.map(|(place, band)| {
        let threshold_db = band.threshold_db + offset_db;
        StemChange::Compression(place as u8, threshold_db, band.ratio)
    });
    let image = Some(&settings.image).filter(|stage| stage.on && stage.mono_amount_pct > 0.0);
    let mono = image.map(|stage| StemChange::MonoBass(stage.mono_below_hz, stage.mono_amount_pct));
    let mut all = compressing.chain(mono).chain(dynamic);
    core::array::from_fn(|_| all.next().filter(|_| !knobs.settings.bypass))
}

/// How a stem's knobs change what it hears: gains in third-octaves, in hundredths of a dB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Output {
    mid: [i16; THIRDS],
    side: [i16; THIRDS],
}

/// Nothing is left of it.
const LOWEST: i16 = -12_000;

impl Output {
    /// Of a stem that is set so.
    pub fn of(knobs: &Knobs) -> Self {
        if knobs.settings.bypass {
            return Self::default();
        }
        let settings = knobs.settings.at(knobs.settings.intensity);
        let fader = &knobs.stem.fader;
        let loudness = &knobs.settings.in_effect().loudness;
        let drive_db = if loudness.on { loudness.drive_db } else { 0.0 };
        let all_db = f64::from(fader.gain_db + drive_db);
        let width = f64::from(fader.width_pct / 100.0);
        let multiband = &settings.multiband;
        let splits_hz = [
            multiband.split_low_hz,
            multiband.split_mid_hz,
            multiband.split_high_hz,
        ];
        let gain = |third: usize, lane: Lane| {
            let hz = center_hz(third);
            let below = splits_hz.iter().filter(|&&split| hz > f64::from(split));
            let band = below.count();
            let band_db = match multiband.on {
                true => f64::from(multiband.bands[band].gain_db),
                false => 0.0,
            };
            let width_db = match lane {
                Lane::Mid => 0.0,
                Lane::Side => 20.0 * width.max(1e-6).log10(),
            };
            let tone_db = response_db(&settings.equalizer, RATE_HZ, hz, lane);
            let hundredths = 100.0 * (all_db + band_db + width_db + tone_db);
            (hundredths.round() as i16).clamp(LOWEST, -LOWEST)
        };
        Self {
            mid: core::array::from_fn(|third| gain(third, Lane::Mid)),
            side: core::array::from_fn(|third| gain(third, Lane::Side)),
        }
    }

    /// A moment as it was heard, as it goes out.
    #[must_use]
    pub fn of_moment(&self, heard: &Moment) -> Moment {
        match *self == Self::default() {
            true => *heard,
            false => Factors::of(self).of_moment(heard),
        }
    }

    /// A whole stem as it goes out.
    #[must_use]
    pub fn of_track(&self, heard: &Track) -> Track {
        if *self == Self::default() {
            return heard.clone();
        }
        let factors = Factors::of(self);
        let moments = heard.moments.iter();
        Track {
            moments: moments.map(|one| factors.of_moment(one)).collect(),
        }
    }

    pub(super) fn write(&self, pen: &mut Pen<'_>) {
        for hundredths in self.mid.iter().chain(&self.side) {
            pen.u16(hundredths.cast_unsigned());
        }
    }

    pub(super) fn read(eye: &mut Eye<'_>) -> Self {
        let mut gains = || core::array::from_fn(|_| eye.u16().cast_signed().clamp(LOWEST, -LOWEST));
        Self {
            mid: gains(),
            side: gains(),
        }
    }
}

/// The same as factors of power, with how much each third-octave counts for loudness.
struct Factors {
    mid: [f64; THIRDS],
    side: [f64; THIRDS],
    weights: [f64; THIRDS],
}

impl Factors {
    fn of(output: &Output) -> Self {
        let factor = |hundredths: i16| match hundredths {
            LOWEST => 0.0,
            hundredths => db_to_energy(f64::from(hundredths) / 100.0),
        };
        Self {
            mid: output.mid.map(factor),
            side: output.side.map(factor),
            weights: core::array::from_fn(|third| k_weighting_power(center_hz(third))),
        }
    }

    fn of_moment(&self, heard: &Moment) -> Moment {
        let mut out = *heard;
        let [mut before, mut after] = [0.0; 2];
        for third in 0..THIRDS {
            let mid = f64::from(heard.mid[third]);
            let side = f64::from(heard.side[third]);
            let (mid_out, side_out) = (mid * self.mid[third], side * self.side[third]);
            before += self.weights[third] * (mid + side);
            after += self.weights[third] * (mid_out + side_out);
            out.mid[third] = mid_out as f32;
            out.side[third] = side_out as f32;
        }
        // After a jump the bands are not known yet.
        let all = match before > 0.0 {
            true => after / before,
            false => self.mid[THIRD_1_KHZ],
        };
        out.weighted = (f64::from(heard.weighted) * all) as f32;
        out.peak = (f64::from(heard.peak) * all.sqrt()) as f32;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;

    fn pink(side: f32) -> Moment {
        Moment {
            weighted: 0.01,
            peak: 0.5,
            mid: [1e-3; THIRDS],
            side: [1e-3 * side; THIRDS],
        }
    }

    fn db(ratio: f32) -> f64 {
        10.0 * f64::from(ratio).log10()
    }

    #[test]
    fn a_fader_moves_all_of_it() {
        let mut knobs = Knobs::default();
        knobs.stem.fader.gain_db = -0.8;
        let out = Output::of(&knobs).of_moment(&pink(0.5));
        assert!((db(out.weighted / 0.01) + 0.8).abs() < 0.01);
        assert!((2.0 * db(out.peak / 0.5) + 0.8).abs() < 0.01);
        assert!((db(out.mid[17] / 1e-3) + 0.8).abs() < 0.01);
        knobs.settings.bypass = true;
        assert_eq!(Output::of(&knobs).of_moment(&pink(0.5)), pink(0.5));
    }

    #[test]
    fn width_moves_the_side_and_loudness_as_much_as_that_is_of_it() {
        let mut knobs = Knobs::default();
        knobs.stem.fader.width_pct = 0.0;
        let out = Output::of(&knobs).of_moment(&pink(1.0));
        assert_eq!(out.side, [0.0; THIRDS]);
        assert_eq!(out.mid, pink(1.0).mid);
        assert!((db(out.weighted / 0.01) + 3.01).abs() < 0.01);
    }

    #[test]
    fn a_band_moves_its_part_as_intensity_lets_it() {
        let mut knobs = Knobs::default();
        knobs.settings.equalizer.on = true;
        let band = &mut knobs.settings.equalizer.bands[0];
        band.on = true;
        band.shape = Shape::Bell;
        band.frequency_hz = 1000.0;
        band.gain_db = -6.0;
        knobs.settings.intensity = 50.0;
        let out = Output::of(&knobs).of_moment(&pink(0.0));
        let moved = |third: usize| db(out.mid[third] / 1e-3);
        assert!((moved(17) + 3.0).abs() < 0.1, "{}", moved(17));
        assert!(moved(2).abs() < 0.1);
        let all = db(out.weighted / 0.01);
        assert!((-1.5..-0.1).contains(&all), "{all}");
    }

    #[test]
    fn what_was_taken_over_answers_what_was_advised() {
        let dip = StemChange::Band(BandSettings {
            on: true,
            shape: Shape::Bell,
            frequency_hz: 2500.0,
            range_db: -1.5,
            threshold_db: -38.0,
            ..BandSettings::default()
        });
        let advised = [
            dip,
            StemChange::Compression(1, -30.0, 2.0),
            StemChange::MonoBass(120.0, 60.0),
        ];
        let mut knobs = Knobs::default();
        knobs.settings.input.reference_level_db = -26.0;
        let answered = |knobs: &Knobs, wanted: &StemChange| {
            let own = own_changes(knobs);
            own.iter().flatten().any(|own| own.answers(wanted))
        };
        assert_eq!(own_changes(&knobs), [None; CHANGES_MAX]);
        for share_pct in [100.0, 60.0] {
            knobs.stem.advice_pct = share_pct;
            let mut taken = knobs.obeying(&advised).expect("some").quantized();
            for wanted in &advised {
                assert!(answered(&taken, wanted), "{share_pct}: {wanted:?}");
            }
            // Counted as moves are.
            let [Some(StemChange::Compression(1, threshold_db, _)), ..] = own_changes(&taken)
            else {
                panic!("{:?}", own_changes(&taken));
            };
            assert!((threshold_db + 30.0).abs() < 0.1, "{threshold_db}");
            // A trace of it is no answer, and nothing that is not heard is one.
            taken.settings.intensity = 10.0;
            assert!(!answered(&taken, &dip));
            taken.settings.intensity = 100.0;
            taken.settings.bypass = true;
            assert!(!answered(&taken, &dip));
        }
        // Elsewhere, the other way, or always.
        let band = |range_db: f32, frequency_hz: f32| {
            let StemChange::Band(mut band) = dip else {
                unreachable!("it is a band")
            };
            (band.range_db, band.frequency_hz) = (range_db, frequency_hz);
            StemChange::Band(band)
        };
        assert!(band(-3.0, 2600.0).answers(&dip));
        for (range_db, frequency_hz) in [(-3.0, 3500.0), (3.0, 2500.0), (-0.5, 2500.0)] {
            assert!(!band(range_db, frequency_hz).answers(&dip), "{range_db}");
        }
        assert!(!band(3.0, 2500.0).answers(&band(0.0, 2500.0)));
    }
}
