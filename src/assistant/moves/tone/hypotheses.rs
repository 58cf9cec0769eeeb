//! What may be wrong with a song's tone, and how likely each is.
//!
//! Songs differ far more from one another than any fault makes them differ: a deviation alone proves
//! nothing. So every fault is asked how much more usual the song would be without it: a mixture of Gaussian
//! hypotheses (Kay, Fundamentals of Statistical Signal Processing II, on composite hypothesis tests), with
//! the covariance of music as the noise. What is taken away is the mean over all hypotheses.

use super::prior::{BANDS, FIRST, Prior};
use crate::analysis::bands::{THIRDS, center_hz};
use crate::engine::equalizer::response::band_response_db;
use crate::engine::settings::equalizer::{BandSettings, Shape};

/// Faults there are.
pub const FAULTS: usize = 4;
/// Sizes at which a fault is tried, as shares of its full size, both signs.
const SIZES: [f64; 6] = [-1.2, -0.9, -0.6, 0.6, 0.9, 1.2];
/// How likely it is that nothing is wrong, before anything is heard (judgement).
const INTACT: f64 = 0.3;
/// Dull, boomy and harsh mixes are commoner than airy, thin and soft ones (judgement).
const USUAL_SIGN: f64 = 0.7;
/// Rate at which the equalizer's curves are taken; they are the same at any other, to a few tenths of a dB.
const RATE_HZ: f64 = 48_000.0;
/// Weights of the tone distance: certainty of each band (dsp-notes §3.5), 63 Hz–12.5 kHz.
pub const CERTAINTY: [f64; BANDS] = [
    0.0, 0.0, 0.42, 0.488, 0.583, 0.656, 0.724, 0.778, 0.808, 0.875, 0.913, 0.955, 0.955, 1.0, 1.0,
    0.955, 0.955, 0.913, 0.808, 0.75, 0.677, 0.618, 0.553, 0.5, 0.457, 0.396,
];

/// A fault: which, and the equalizer bands that make it at full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Highs over lows: positive is bright and thin, negative dark and heavy.
    Tilt,
    /// Less above 6 kHz; negative: more.
    Dull,
    /// More around 120 Hz; negative: less.
    Boomy,
    /// More around 3.5 kHz; negative: less.
    Harsh,
}

impl Fault {
    /// All, in the order of [`Beliefs::size`].
    pub const ALL: [Self; FAULTS] = [Self::Tilt, Self::Dull, Self::Boomy, Self::Harsh];

    /// The bands that make it, scaled by `size`.
    pub fn bands(self, size: f64) -> Vec<BandSettings> {
        let band = |shape, frequency_hz, q, gain_db: f64| BandSettings {
            on: true,
            shape,
            frequency_hz,
            q,
            gain_db: (gain_db * size) as f32,
            ..BandSettings::default()
        };
        const SHELF_Q: f32 = 0.71;
        match self {
            Self::Tilt => vec![
                band(Shape::LowShelf, 300.0, SHELF_Q, -3.0),
                band(Shape::HighShelf, 3000.0, SHELF_Q, 3.0),
            ],
            Self::Dull => vec![band(Shape::HighShelf, 6000.0, SHELF_Q, -6.0)],
            Self::Boomy => vec![band(Shape::Bell, 120.0, 1.0, 5.0)],
            Self::Harsh => vec![band(Shape::Bell, 3500.0, 1.0, 5.0)],
        }
    }

    /// Its curve at full size in dB, level taken out as the tone distance does.
    pub fn curve_db(self) -> [f64; BANDS] {
        leveled(&response_db(&self.bands(1.0)))
    }
}

/// What equalizer bands do to each third-octave, in dB.
pub fn response_db(bands: &[BandSettings]) -> [f64; BANDS] {
    core::array::from_fn(|n| {
        let hz = center_hz(FIRST + n);
        bands
            .iter()
            .map(|band| band_response_db(band, 0.0, RATE_HZ, hz))
            .sum()
    })
}

/// A curve less its mean, by the certainty of its bands.
pub fn leveled(curve_db: &[f64; BANDS]) -> [f64; BANDS] {
    let (sum, weights) = curve_db
        .iter()
        .zip(&CERTAINTY)
        .fold((0.0, 0.0), |(sum, weights), (db, weight)| {
            (sum + weight * db, weights + weight)
        });
    curve_db.map(|db| db - sum / weights)
}

/// How much a change of tone weighs, in dB: the root mean square by certainty, its level taken out.
pub fn weight_db(curve_db: &[f64; BANDS]) -> f64 {
    let curve_db = leveled(curve_db);
    let (sum, weights) = curve_db
        .iter()
        .zip(&CERTAINTY)
        .fold((0.0, 0.0), |(sum, weights), (db, weight)| {
            (sum + weight * db * db, weights + weight)
        });
    libm::sqrt(sum / weights)
}

/// What is believed of a song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beliefs {
    /// Probability that nothing is wrong.
    pub intact: f64,
    /// Size of each fault, the mean over all hypotheses, as a share of its full size.
    pub size: [f64; FAULTS],
}

impl Beliefs {
    /// The faults believed, added up, in dB.
    pub fn curve_db(&self) -> [f64; BANDS] {
        let curves_db = Fault::ALL.map(Fault::curve_db);
        core::array::from_fn(|band| {
            let faults = curves_db.iter().zip(&self.size);
            faults.map(|(curve_db, size)| size * curve_db[band]).sum()
        })
    }
}

/// What is believed of a song that deviates from what is expected of it by this, in dB.
pub fn beliefs(prior: &Prior, deviation_db: &[f64; BANDS]) -> Beliefs {
    let heard = prior.whitened(&leveled(deviation_db));
    let per_size = (1.0 - INTACT) * 2.0 / (FAULTS * SIZES.len()) as f64;
    // Logarithms of likelihood times prior, less what they all share.
    let mut logs = [[0.0; SIZES.len()]; FAULTS];
    let mut highest = libm::log(INTACT);
    for (fault, logs) in Fault::ALL.into_iter().zip(&mut logs) {
        let curve = prior.whitened(&fault.curve_db());
        let alike: f64 = curve.iter().zip(&heard).map(|(a, b)| a * b).sum();
        let energy: f64 = curve.iter().map(|a| a * a).sum();
        for (&size, log) in SIZES.iter().zip(logs) {
            let sign = match fault {
                Fault::Tilt => 0.5,
                _ if size > 0.0 => USUAL_SIGN,
                _ => 1.0 - USUAL_SIGN,
            };
            *log = size * alike - 0.5 * size * size * energy + libm::log(per_size * sign);
            highest = highest.max(*log);
        }
    }
    let intact = libm::exp(libm::log(INTACT) - highest);
    let mut beliefs = Beliefs {
        intact,
        size: [0.0; FAULTS],
    };
    let mut all = intact;
    for (fault, logs) in logs.iter().enumerate() {
        for (&size, &log) in SIZES.iter().zip(logs) {
            let probability = libm::exp(log - highest);
            all += probability;
            beliefs.size[fault] += probability * size;
        }
    }
    beliefs.intact /= all;
    beliefs.size = beliefs.size.map(|size| size / all);
    beliefs
}

/// What a song is away from its target, in dB, for the bands that the prior speaks of; a band that the rate
/// or a codec cut off says nothing.
pub fn deviation_db(level_db: &[f64; THIRDS], target_db: &[f64; THIRDS]) -> [f64; BANDS] {
    /// Further than this it is silence, not tone.
    const DEVIATION_MAX_DB: f64 = 20.0;
    core::array::from_fn(|band| {
        let deviation_db = level_db[FIRST + band] - target_db[FIRST + band];
        if deviation_db.is_finite() {
            deviation_db.clamp(-DEVIATION_MAX_DB, DEVIATION_MAX_DB)
        } else {
            0.0
        }
    })
}
