//! What the stage does to the side, stated in closed form: what the editor draws and tests measure.

use super::shelves::{Gains, shelf, warped};
use super::{BANDS, ImageSettings, SPLITS, splits_hz};
use super::{MONO_AMOUNT_PCT, MONO_BELOW_HZ, WIDTH_PCT};
use crate::dsp::block::Stream;
use crate::dsp::units::gain_to_db;
use core::f64::consts::SQRT_2;

/// Gain of the side in dB at `hz`, below half the sample rate, with the widths that were asked for;
/// −∞ where nothing is left.
pub fn side_response_db(settings: &ImageSettings, stream: Stream, hz: f64) -> f64 {
    if !settings.on {
        return 0.0;
    }
    let widths = settings
        .bands
        .map(|band| f64::from(WIDTH_PCT.held(band.width_pct, 0.0)) / 100.0);
    let splits_hz = splits_hz(settings).map(f64::from);
    width_response_db(&widths, &splits_hz, stream, hz) + mono_bass_response_db(settings, stream, hz)
}

/// Gain of the side in dB at `hz` for widths (1 = as it was) in bands that the splits divide.
pub fn width_response_db(
    widths: &[f64; BANDS],
    splits_hz: &[f64; SPLITS],
    stream: Stream,
    hz: f64,
) -> f64 {
    let gains = Gains::of(widths);
    let rate_hz = stream.sample_rate_hz;
    let s = libm::tan(core::f64::consts::PI * hz / rate_hz);
    let mut response_db = gain_to_db(gains.broadband);
    for (&split_hz, &ratio) in splits_hz.iter().zip(&gains.ratios) {
        let corner = warped(split_hz, rate_hz);
        let [_, _, _, m1, m2] = shelf(corner, ratio);
        let g = corner / libm::sqrt(libm::sqrt(ratio));
        // v1 = g·s/D and v2 = g²/D with D = s² + √2·g·s + g², s on the imaginary axis.
        let (re, im) = (g * g - s * s, SQRT_2 * g * s);
        let (up_re, up_im) = (re + m2 * g * g, im + m1 * g * s);
        response_db += gain_to_db(libm::hypot(up_re, up_im) / libm::hypot(re, im));
    }
    response_db
}

/// Gain of the side in dB at `hz` by mono bass: `1 − α/(1 + ω²)`, ω counted from the corner.
pub fn mono_bass_response_db(settings: &ImageSettings, stream: Stream, hz: f64) -> f64 {
    if !settings.on {
        return 0.0;
    }
    let rate_hz = stream.sample_rate_hz;
    let amount = f64::from(MONO_AMOUNT_PCT.held(settings.mono_amount_pct, 0.0)) / 100.0;
    let corner = warped(
        f64::from(MONO_BELOW_HZ.held(settings.mono_below_hz, 0.0)),
        rate_hz,
    );
    let ratio = libm::tan(core::f64::consts::PI * hz / rate_hz) / corner;
    gain_to_db(1.0 - amount / (1.0 + ratio * ratio))
}
