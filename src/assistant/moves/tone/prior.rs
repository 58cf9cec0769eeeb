//! What the tone of finished music looks like, as numbers: where a song that moves like this one usually
//! lies, and how far songs stray from there. Read from `assets/tone_prior.toml`, which says how it was
//! measured.

use crate::analysis::report::ToneReport;
use serde::Deserialize;
use std::rc::Rc;

/// Third-octaves the prior speaks of (40 Hz–12.5 kHz), from [`FIRST`] on.
pub const BANDS: usize = 26;
/// The lowest of them.
pub const FIRST: usize = 3;
/// Numbers of a song that an equalizer hardly changes, three for each band.
const TRAITS: usize = 3 * BANDS;
/// Traits are believed up to so many standard deviations.
const TRAIT_MAX: f64 = 2.5;
/// Bounds of a trait in dB: beyond them it is silence or a rate's end that speaks.
const RANGE_DB: [f64; 2] = [-40.0, 40.0];
const SIDE_DB: [f64; 2] = [-40.0, 10.0];

/// The prior as its file says it.
#[derive(Debug, Clone, Deserialize)]
struct File {
    /// Usual levels in dB re the mean of 200 Hz–2 kHz.
    level_db: Vec<f64>,
    /// Mean and spread of the traits, in dB.
    trait_mean: Vec<f64>,
    trait_spread: Vec<f64>,
    /// What a spread of each trait adds to each band, in dB; one row for each band.
    trait_weights: Vec<Vec<f64>>,
    /// How songs stray from where they are expected, in dB²; one row for each band.
    covariance: Vec<Vec<f64>>,
}

/// The prior, ready for use.
#[derive(Debug, Clone)]
pub struct Prior {
    file: File,
    /// Lower triangle of the Cholesky factor of the covariance.
    factor: Vec<[f64; BANDS]>,
}

/// The prior that comes with Finalcoat; each thread reads it once.
pub fn prior() -> Rc<Prior> {
    thread_local! {
        static PRIOR: Rc<Prior> = {
            let text = include_str!("../../../../assets/tone_prior.toml");
            let file: File = toml::from_str(text).expect("a test reads the same file");
            Rc::new(Prior::of(file).expect("a test reads the same file"))
        };
    }
    PRIOR.with(Rc::clone)
}

impl Prior {
    /// `None` unless all sizes fit and the covariance is one.
    fn of(file: File) -> Option<Self> {
        let rows = |rows: &[Vec<f64>], width: usize| {
            rows.len() == BANDS && rows.iter().all(|row| row.len() == width)
        };
        let fits = file.level_db.len() == BANDS
            && file.trait_mean.len() == TRAITS
            && file.trait_spread.len() == TRAITS
            && file.trait_spread.iter().all(|spread| *spread > 0.0)
            && rows(&file.trait_weights, TRAITS)
            && rows(&file.covariance, BANDS);
        if !fits {
            return None;
        }
        let mut factor = vec![[0.0; BANDS]; BANDS];
        for row in 0..BANDS {
            for column in 0..=row {
                let known: f64 = (0..column)
                    .map(|n| factor[row][n] * factor[column][n])
                    .sum();
                let rest = file.covariance[row][column] - known;
                factor[row][column] = if row == column {
                    if rest <= 0.0 {
                        return None;
                    }
                    libm::sqrt(rest)
                } else {
                    rest / factor[column][column]
                };
            }
        }
        Some(Self { file, factor })
    }

    /// Usual levels of all songs in dB.
    pub fn level_db(&self) -> [f64; BANDS] {
        core::array::from_fn(|band| self.file.level_db[band])
    }

    /// How the way a song moves shifts what is expected of it, in dB: levels over time and width of each
    /// band, which an equalizer hardly changes.
    pub fn shift_db(&self, tone: &ToneReport) -> [f64; BANDS] {
        let traits = traits(tone);
        let mut shift_db = [0.0; BANDS];
        for (n, value) in traits.iter().enumerate() {
            let sigma = (value - self.file.trait_mean[n]) / self.file.trait_spread[n];
            let sigma = sigma.clamp(-TRAIT_MAX, TRAIT_MAX);
            for (shift_db, weights) in shift_db.iter_mut().zip(&self.file.trait_weights) {
                *shift_db += sigma * weights[n];
            }
        }
        shift_db
    }

    /// One standard deviation of a band around where it is expected, in dB.
    pub fn spread_db(&self, band: usize) -> f64 {
        libm::sqrt(self.file.covariance[band][band])
    }

    /// Brings a curve to where songs stray by 1 in every direction: lengths there say how unusual it is.
    pub fn whitened(&self, curve_db: &[f64; BANDS]) -> [f64; BANDS] {
        let mut white = [0.0; BANDS];
        for row in 0..BANDS {
            let known: f64 = (0..row).map(|n| self.factor[row][n] * white[n]).sum();
            white[row] = (curve_db[row] - known) / self.factor[row][row];
        }
        white
    }
}

/// Loud over usual, usual over quiet, and side over mid of each band, in dB.
fn traits(tone: &ToneReport) -> [f64; TRAITS] {
    let within = |db: f64, [low, high]: [f64; 2]| {
        if db.is_finite() {
            db.clamp(low, high)
        } else {
            low
        }
    };
    core::array::from_fn(|n| {
        let third = FIRST + n % BANDS;
        match n / BANDS {
            0 => within(tone.p95_db[third] - tone.p50_db[third], RANGE_DB),
            1 => within(tone.p50_db[third] - tone.p10_db[third], RANGE_DB),
            _ => within(tone.side_db[third] - tone.mid_db[third], SIDE_DB),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::bands::THIRDS;
    use crate::analysis::report::Report;

    #[test]
    fn the_file_is_whole_and_plausible() {
        let prior = prior();
        for band in 0..BANDS {
            let spread_db = prior.spread_db(band);
            assert!((1.0..12.0).contains(&spread_db), "{band}: {spread_db}");
        }
        // Music falls towards the highs (Pestana et al. 2013: 5 dB per octave of PSD, 2 dB here).
        let level_db = prior.level_db();
        let fall_db = level_db[12 - FIRST] - level_db[24 - FIRST];
        assert!((4.0..14.0).contains(&fall_db), "{fall_db}");
    }

    #[test]
    fn whitening_makes_the_covariance_one() {
        let prior = prior();
        // The columns of the factor are what songs stray by: whitened, they are the unit vectors.
        for column in 0..BANDS {
            let curve = core::array::from_fn(|row| prior.factor[row][column]);
            for (row, value) in prior.whitened(&curve).into_iter().enumerate() {
                let expected = if row == column { 1.0 } else { 0.0 };
                assert!((value - expected).abs() < 1e-9, "{row} {column} {value}");
            }
        }
    }

    #[test]
    fn an_equalizer_does_not_shift_what_is_expected() {
        let plain = Report::plain().tone;
        let mut bright = plain;
        for third in 0..THIRDS {
            let db = 0.5 * third as f64;
            for levels in [
                &mut bright.level_db,
                &mut bright.mid_db,
                &mut bright.side_db,
                &mut bright.p10_db,
                &mut bright.p50_db,
                &mut bright.p95_db,
            ] {
                levels[third] += db;
            }
        }
        let (a, b) = (prior().shift_db(&plain), prior().shift_db(&bright));
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn a_rate_that_ends_below_the_bands_stays_finite() {
        let mut tone = Report::plain().tone;
        for third in 22..THIRDS {
            tone.level_db[third] = -120.0;
            tone.p95_db[third] = -120.0;
            tone.p50_db[third] = f64::NAN;
            tone.side_db[third] = f64::NEG_INFINITY;
        }
        assert!(prior().shift_db(&tone).iter().all(|db| db.is_finite()));
    }
}
