//! Noise and hum: what is left in the quietest moments.

use super::super::slice::Slices;
use super::frame::Frame;
use crate::dsp::units::{db_to_energy, energy_to_db};

/// Noise is judged where it is not masked and music is thin, in Hz.
const NOISE_HZ: [f64; 2] = [1000.0, 8000.0];
/// Harmonics of the mains that are looked at.
const HARMONICS: [f64; 4] = [2.0, 3.0, 4.0, 6.0];
/// Shares of the slices that are the quietest moments, and how many it takes at least.
const QUIETEST: f64 = 0.03;
const QUIETEST_MIN: usize = 4;
/// Above this, re the loudest 3 s, no moment is quiet.
const QUIET_DB: f64 = -25.0;
/// Flatness of noise in one frame is −2.5 dB in the mean; music's is lower.
const FLAT_DB: f64 = -4.0;
/// How far the harmonics stand out of what is beside them.
const HUM_DB: f64 = 12.0;

/// Traces of noise and hum in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NoisePart {
    /// Flatness of the spectrum (geometric over arithmetic mean) in −0.1 dB.
    pub flatness: u8,
    /// How far the harmonics of 50 Hz and of 60 Hz stand out of what is beside them, in dB.
    pub hum: [u8; 2],
}

/// The traces in one slice.
pub(super) fn part(frame: &Frame) -> NoisePart {
    let at = |hz: f64| (hz / frame.bin_hz) as usize;
    let band = frame.energy.get(at(NOISE_HZ[0])..at(NOISE_HZ[1]));
    let Some(band) = band.filter(|band| !band.is_empty()) else {
        return NoisePart {
            flatness: u8::MAX,
            hum: [0; 2],
        };
    };
    let mean = band.iter().sum::<f64>() / band.len() as f64;
    let logs = band
        .iter()
        .map(|&e| energy_to_db(e.max(1e-30)))
        .sum::<f64>()
        / band.len() as f64;
    let flatness = (energy_to_db(mean.max(1e-30)) - logs) * 10.0;
    NoisePart {
        flatness: flatness.clamp(0.0, 255.0) as u8,
        hum: [50.0, 60.0].map(|mains| {
            let lowest = HARMONICS
                .iter()
                .map(|n| {
                    let (on, beside) = (at(n * mains + 0.5 * frame.bin_hz), 0.5 * mains);
                    let width = 1;
                    let peak = frame.energy[on - width..=on + width]
                        .iter()
                        .fold(0.0, |a: f64, &b| a.max(b));
                    let off = [n * mains - beside, n * mains + beside]
                        .map(|hz| frame.energy[at(hz + 0.5 * frame.bin_hz)]);
                    energy_to_db((peak / off[0].max(off[1]).max(1e-30)).max(1e-3))
                })
                .fold(60.0, f64::min);
            lowest.clamp(0.0, 60.0) as u8
        }),
    }
}

/// Level of the quietest moments re the loudest 3 s when it is noise, and the mains' frequency when it hums.
pub(super) fn report(slices: &Slices<'_>) -> (Option<f64>, Option<f64>) {
    let loudest = db_to_energy(slices.reference_lufs + 0.691);
    let mut quiet: Vec<(f64, NoisePart)> = slices
        .all
        .iter()
        .filter(|(_, slice)| slice.weighted_power > loudest * 1e-12 && slice.faults.power > 0.0)
        .map(|(_, slice)| (slice.weighted_power, slice.faults.noise))
        .collect();
    quiet.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = ((quiet.len() as f64 * QUIETEST) as usize).max(QUIETEST_MIN);
    if quiet.len() < count || loudest <= 0.0 {
        return (None, None);
    }
    quiet.truncate(count);
    let floor_db = energy_to_db(quiet[count / 2].0 / loudest);
    if floor_db > QUIET_DB {
        return (None, None);
    }
    let median = |of: &dyn Fn(&NoisePart) -> u8| {
        let mut values: Vec<u8> = quiet.iter().map(|(_, part)| of(part)).collect();
        values.sort_unstable();
        f64::from(values[count / 2])
    };
    let is_noise = -0.1 * median(&|part| part.flatness) > FLAT_DB;
    let hums = [median(&|part| part.hum[0]), median(&|part| part.hum[1])];
    let hum = if hums[0].max(hums[1]) < HUM_DB {
        None
    } else {
        Some(if hums[0] >= hums[1] { 50.0 } else { 60.0 })
    };
    let heard = is_noise || hum.is_some();
    (heard.then_some(floor_db), hum)
}
