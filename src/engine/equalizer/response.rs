//! What the equalizer does to the spectrum, as plain functions of its settings: the editor draws them, and
//! tests hold them against what is measured.

use super::super::settings::equalizer::{
    BandSettings, EqualizerSettings, GAIN_DB, Placement, RANGE_DB,
};
use super::design::{Place, frequency_hz, quality, sections, within};
use crate::dsp::units::energy_to_db;

/// What of the stereo signal a response is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What both channels have in common.
    Mid,
    /// What they differ by.
    Side,
}

/// Gain of a band in dB at `hz` on what it is placed on, as if it were on; `extra_gain_db` is what its
/// dynamics add at the moment. A bass note stands at its set frequency.
pub fn band_response_db(band: &BandSettings, extra_gain_db: f32, rate_hz: f64, hz: f64) -> f64 {
    let place = Place::new(frequency_hz(band.frequency_hz), rate_hz);
    let gain_db = within(&GAIN_DB, band.gain_db) + within(&RANGE_DB, extra_gain_db);
    let (q, amount) = (quality(band.q), amount(band));
    let sections = sections(band.shape, band.slope, &place, q, gain_db, amount);
    let [mut re, mut im] = sections.first.response(hz, rate_hz);
    if let Some(second) = sections.second {
        let [re2, im2] = second.response(hz, rate_hz);
        [re, im] = [re * re2 - im * im2, re * im2 + im * re2];
    }
    energy_to_db(re * re + im * im)
}

/// Gain of all bands in dB at `hz` on one lane, before any dynamics.
pub fn response_db(settings: &EqualizerSettings, rate_hz: f64, hz: f64, lane: Lane) -> f64 {
    if !settings.on {
        return 0.0;
    }
    let heard = |band: &&BandSettings| {
        band.on
            && match band.placement {
                Placement::Stereo => true,
                Placement::Mid => lane == Lane::Mid,
                Placement::Side => lane == Lane::Side,
            }
    };
    let bands = settings.bands.iter().filter(heard);
    bands
        .map(|band| band_response_db(band, 0.0, rate_hz, hz))
        .sum()
}

/// How much of a cut takes effect.
pub(super) fn amount(band: &BandSettings) -> f64 {
    if band.amount.is_nan() {
        1.0
    } else {
        f64::from(band.amount.clamp(0.0, 1.0))
    }
}
