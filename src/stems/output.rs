//! What a stem puts out, as far as that can be told from what it hears and how it is set: so that a master weighs
//! the stem as it is turned, and not as it was delivered.
//!
//! Only what is constant counts: fader, equalizer, gains of bands, drive. What compression takes depends on the
//! sound, and its make-up gives that back. What the master advised is left out: it would propose less the more of
//! it is obeyed.

use super::settings::Knobs;
use super::summary::SliceNote;
use crate::analysis::bands::{THIRDS, center_hz};
use crate::analysis::code;
use crate::dsp::loudness::k_weighting_power;
use crate::dsp::units::db_to_gain;
use crate::engine::equalizer::response::{Lane, response_db};

/// The equalizer is looked at as it is at this rate.
const RATE_HZ: f64 = 48_000.0;

/// How a stem's knobs change what it hears: factors of power in third-octaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Output {
    mid: [f64; THIRDS],
    side: [f64; THIRDS],
}

impl Default for Output {
    fn default() -> Self {
        Self {
            mid: [1.0; THIRDS],
            side: [1.0; THIRDS],
        }
    }
}

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
        let factor = |third: usize, lane: Lane| {
            let hz = center_hz(third);
            let below = splits_hz.iter().filter(|&&split| hz > f64::from(split));
            let band = below.count();
            let band_db = match multiband.on {
                true => f64::from(multiband.bands[band].gain_db),
                false => 0.0,
            };
            let db = all_db + band_db + response_db(&settings.equalizer, RATE_HZ, hz, lane);
            db_to_gain(db).powi(2)
        };
        Self {
            mid: core::array::from_fn(|third| factor(third, Lane::Mid)),
            side: core::array::from_fn(|third| factor(third, Lane::Side) * width * width),
        }
    }

    /// What was heard, as it goes out.
    #[must_use]
    pub fn of_heard(&self, note: &SliceNote) -> SliceNote {
        if *self == Self::default() {
            return *note;
        }
        let mut out = *note;
        let [mut before, mut after] = [0.0; 2];
        for third in 0..THIRDS {
            let weight = k_weighting_power(center_hz(third));
            let (mid, side) = (note.mid_power(third), note.side_power(third));
            let (mid_out, side_out) = (mid * self.mid[third], side * self.side[third]);
            before += weight * (mid + side);
            after += weight * (mid_out + side_out);
            out.mid[third] = code::code(mid_out as f32);
            out.side[third] = code::code(side_out as f32);
        }
        // After a jump the bands are not known yet.
        let factor = match before > 0.0 {
            true => after / before,
            false => self.mid[THIRDS / 2],
        };
        out.weighted_power = (f64::from(note.weighted_power) * factor) as f32;
        out.true_peak = (f64::from(note.true_peak) * factor.sqrt()) as f32;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;

    fn pink(side: f32) -> SliceNote {
        SliceNote {
            weighted_power: 0.01,
            true_peak: 0.5,
            known: true,
            mid: [code::code(1e-3); THIRDS],
            side: [code::code(1e-3 * side); THIRDS],
            ..SliceNote::default()
        }
    }

    fn db(ratio: f64) -> f64 {
        10.0 * ratio.log10()
    }

    #[test]
    fn a_fader_moves_all_of_it() {
        let mut knobs = Knobs::default();
        knobs.stem.fader.gain_db = -6.0;
        let out = Output::of(&knobs).of_heard(&pink(0.5));
        assert!((db(f64::from(out.weighted_power) / 0.01) + 6.0).abs() < 0.01);
        assert!((f64::from(out.true_peak) - 0.5 * 10_f64.powf(-0.3)).abs() < 1e-3);
        assert!((db(out.mid_power(17) / pink(0.5).mid_power(17)) + 6.0).abs() < 0.01);
        knobs.settings.bypass = true;
        assert_eq!(Output::of(&knobs).of_heard(&pink(0.5)), pink(0.5));
    }

    #[test]
    fn width_moves_the_side_and_loudness_as_much_as_that_is_of_it() {
        let mut knobs = Knobs::default();
        knobs.stem.fader.width_pct = 0.0;
        let out = Output::of(&knobs).of_heard(&pink(1.0));
        assert_eq!(out.side, [0; THIRDS]);
        assert_eq!(out.mid, pink(1.0).mid);
        assert!((db(f64::from(out.weighted_power) / 0.01) + 3.01).abs() < 0.01);
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
        let out = Output::of(&knobs).of_heard(&pink(0.0));
        let moved = |third: usize| db(out.mid_power(third) / pink(0.0).mid_power(third));
        assert!((moved(17) + 3.0).abs() <= 0.5, "{}", moved(17));
        assert_eq!(moved(2), 0.0);
        let all = db(f64::from(out.weighted_power) / 0.01);
        assert!((-1.5..-0.1).contains(&all), "{all}");
    }
}
