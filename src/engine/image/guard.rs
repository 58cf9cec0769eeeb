//! The guard over widening: never more than the mono sum and the phase can bear.
//!
//! With mid and side energies E_M, E_S and their product E_MS of a band, widened by w: the channels carry
//! `E_M + w²E_S ± 2wE_MS` and share `E_M − w²E_S`, so the correlation is known before it is heard. Only
//! what goes beyond 100 % is held back: a mix that is wide already stays as it is.

use super::bands::Energies;
use crate::dsp::block::Stream;
use crate::dsp::units::{db_to_energy, one_pole_feedback};
use crate::engine::settings::image::BANDS;

/// Lowest mean correlation of a widened band.
const CORRELATION_MIN: [f64; BANDS] = [0.25, 0.25, 0.25, 0.1];
/// Lowest correlation of the moment.
const CORRELATION_NOW_MIN: f64 = -0.1;
/// Highest side energy of a widened band beside its mid energy.
const SIDE_MAX_DB: [f64; BANDS] = [-20.0, -10.0, -5.0, -2.0];
/// How much more the mono sum may lose for the widening, all bands together. Promised are 0.5 LU; the rest
/// is for what changes while the averages follow.
const FOLD_LOSS_MAX_LU: f64 = 0.4;
/// What the mono sum may lose in all: beyond it nothing is widened.
const FOLD_MAX_LU: f64 = 2.0;
/// Widest that can be asked for.
const WIDTH_MAX: f64 = 2.0;
/// Averages: of the moment, and what is called the mean.
const MOMENT_MS: f64 = 400.0;
const MEAN_MS: f64 = 3_000.0;
/// How fast a limit falls and rises.
const FALL_MS: f64 = 300.0;
const RISE_MS: f64 = 1_000.0;
/// How often energies come.
const STEP_MS: f64 = super::bands::STEP_MS;
/// Energy per step below which nothing is known (about −120 dBFS): nothing is widened on its ground.
const UNKNOWN: f64 = 1e-10;

/// Averages, and how wide each band may be.
#[derive(Debug)]
pub(super) struct Guard {
    on: bool,
    moment: Energies,
    mean: Energies,
    targets: [f64; BANDS],
    limits: [f64; BANDS],
    fall: f64,
    rise: f64,
}

impl Guard {
    /// On a stream of control points.
    pub(super) fn new(grid: Stream) -> Self {
        Self {
            on: false,
            moment: Energies::default(),
            mean: Energies::default(),
            targets: [1.0; BANDS],
            limits: [1.0; BANDS],
            fall: 1.0 - one_pole_feedback(FALL_MS, grid.sample_rate_hz),
            rise: 1.0 - one_pole_feedback(RISE_MS, grid.sample_rate_hz),
        }
    }

    /// Switched on or off; the limits follow.
    pub(super) fn set(&mut self, on: bool) {
        self.on = on;
    }

    /// Nothing heard yet: nothing is widened, unless the guard is off.
    pub(super) fn reset(&mut self) {
        self.moment = Energies::default();
        self.mean = Energies::default();
        self.targets = [1.0; BANDS];
        self.limits = [if self.on { 1.0 } else { WIDTH_MAX }; BANDS];
    }

    /// Hears the energies of one step of [`STEP_MS`]; `asked` are the widths that the user wants.
    pub(super) fn listen(&mut self, heard: &Energies, asked: &[f64; BANDS]) {
        // In steps: their own rate.
        let feedback = |tau_ms: f64| libm::exp(-STEP_MS / tau_ms);
        follow(&mut self.moment, heard, 1.0 - feedback(MOMENT_MS));
        follow(&mut self.mean, heard, 1.0 - feedback(MEAN_MS));
        self.targets = limits(&self.mean, &self.moment, asked);
    }

    /// The next control point.
    pub(super) fn step(&mut self) {
        for (limit, &target) in self.limits.iter_mut().zip(&self.targets) {
            let target = if self.on { target } else { WIDTH_MAX };
            let share = match self.on {
                true if target > *limit => self.rise,
                _ => self.fall,
            };
            *limit += (target - *limit) * share;
            if (target - *limit).abs() < 1e-6 {
                *limit = target;
            }
        }
    }

    /// The widths that come of those asked for.
    pub(super) fn granted(&self, asked: &[f64; BANDS]) -> [f64; BANDS] {
        core::array::from_fn(|band| {
            let asked = asked[band];
            if asked > 1.0 {
                asked.min(self.limits[band])
            } else {
                asked
            }
        })
    }

    /// Correlation of the output in each band, at these widths; 0 in silence.
    pub(super) fn correlations(&self, widths: &[f64; BANDS]) -> [f64; BANDS] {
        core::array::from_fn(|band| {
            let [mid, side, cross] = of(&self.moment, band);
            let side = widths[band] * widths[band] * side;
            let both = mid + side;
            let product = both * both - 4.0 * (widths[band] * cross) * (widths[band] * cross);
            if both > UNKNOWN && product > 1e-12 * both * both {
                ((mid - side) / libm::sqrt(product)).clamp(-1.0, 1.0)
            } else {
                0.0
            }
        })
    }
}

fn follow(average: &mut Energies, heard: &Energies, share: f64) {
    let sums = [
        (&mut average.mid, &heard.mid),
        (&mut average.side, &heard.side),
        (&mut average.cross, &heard.cross),
    ];
    for (average, heard) in sums {
        for (average, heard) in average.iter_mut().zip(heard) {
            *average += (heard - *average) * share;
        }
    }
}

fn of(energies: &Energies, band: usize) -> [f64; 3] {
    [
        energies.mid[band],
        energies.side[band],
        energies.cross[band],
    ]
}

/// The widest that each band may be, at least 1; `asked` decides who gives way for the mono sum.
pub(super) fn limits(mean: &Energies, moment: &Energies, asked: &[f64; BANDS]) -> [f64; BANDS] {
    // In squares of widths, as energies go with them.
    let most = WIDTH_MAX * WIDTH_MAX;
    let squares: [f64; BANDS] = core::array::from_fn(|band| {
        let [mid, side, _] = of(mean, band);
        let by_side = db_to_energy(SIDE_MAX_DB[band]) * mid / (side + UNKNOWN);
        by_side
            .min(widest_square(of(mean, band), CORRELATION_MIN[band]))
            .min(widest_square(of(moment, band), CORRELATION_NOW_MIN))
            .clamp(1.0, most)
    });
    let wanted: [f64; BANDS] =
        core::array::from_fn(|band| squares[band].min(asked[band] * asked[band]));
    let share = fold_share(mean, &wanted).min(fold_share(moment, &wanted));
    core::array::from_fn(|band| {
        let square = if share < 1.0 && wanted[band] > 1.0 {
            1.0 + (wanted[band] - 1.0) * share
        } else {
            squares[band]
        };
        libm::sqrt(square)
    })
}

/// The largest square of a width with which the correlation is `least` or more:
/// `(E_M − uE_S)² ≥ ρ²((E_M + uE_S)² − 4uE_MS²)`, solved for u.
fn widest_square([mid, side, cross]: [f64; 3], least: f64) -> f64 {
    let (a, b) = (mid, side + UNKNOWN);
    let r2 = least * least;
    let half = (a * b * (1.0 + r2) - 2.0 * r2 * cross * cross).max(0.0);
    let ends = a * b * (1.0 - r2);
    let root = libm::sqrt((half * half - ends * ends).max(0.0));
    if least >= 0.0 {
        // The smaller root, without the difference of nearly equal numbers.
        a * a * (1.0 - r2) / (half + root).max(f64::MIN_POSITIVE)
    } else {
        (half + root) / (b * b * (1.0 - r2))
    }
}

/// The share of the widening (squares of widths above 1) that the mono sum can bear.
fn fold_share(energies: &Energies, wanted: &[f64; BANDS]) -> f64 {
    let mid: f64 = energies.mid.iter().sum();
    let side: f64 = energies.side.iter().sum();
    let (mut more, mut less) = (0.0, 0.0);
    for (square, side) in wanted.iter().zip(&energies.side) {
        let change = (square - 1.0) * side;
        if change > 0.0 {
            more += change;
        } else {
            less -= change;
        }
    }
    let relative = (db_to_energy(FOLD_LOSS_MAX_LU) - 1.0) * (mid + side);
    let absolute = (db_to_energy(FOLD_MAX_LU) - 1.0) * mid - side;
    let room = relative.min(absolute.max(0.0)) + less;
    if more <= room { 1.0 } else { room / more }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlation([mid, side, cross]: [f64; 3], width: f64) -> f64 {
        let side = side * width * width;
        let channels = [
            mid + side + 2.0 * width * cross,
            mid + side - 2.0 * width * cross,
        ];
        (mid - side) / libm::sqrt(channels[0] * channels[1])
    }

    #[test]
    fn the_widest_is_where_the_correlation_falls_to_its_least() {
        for side in [0.02, 0.1, 0.3] {
            // The product can be no larger than the root of both energies.
            for cross in [0.0, 0.3, -0.7, 0.9].map(|share| share * libm::sqrt(side)) {
                let band = [1.0, side, cross];
                for least in [0.25, 0.1, -0.1] {
                    let width = libm::sqrt(widest_square(band, least));
                    assert!((correlation(band, width) - least).abs() < 1e-6, "{band:?}");
                    assert!(correlation(band, 0.99 * width) > least);
                    assert!(correlation(band, 1.01 * width) < least);
                }
            }
        }
        // Mono knows no bound, silence none either.
        assert!(widest_square([1.0, 0.0, 0.0], 0.25) > 1e6);
        assert!(widest_square([0.0; 3], 0.25) >= 0.0);
    }

    #[test]
    fn all_bounds_are_kept_at_once() {
        let mean = Energies {
            mid: [1.0, 0.5, 0.8, 0.4],
            side: [0.001, 0.01, 0.1, 0.1],
            cross: [0.0, 0.05, -0.06, 0.01],
        };
        let asked = [2.0; BANDS];
        let limits = limits(&mean, &mean, &asked);
        let (mut before, mut after) = (0.0, 0.0);
        for band in 0..BANDS {
            let [mid, side, _] = of(&mean, band);
            let wide = side * limits[band] * limits[band];
            assert!((1.0..=2.0).contains(&limits[band]));
            assert!(wide <= db_to_energy(SIDE_MAX_DB[band]) * mid * 1.000_001);
            assert!(correlation(of(&mean, band), limits[band]) >= CORRELATION_MIN[band] - 1e-9);
            before += mid + side;
            after += mid + wide;
        }
        let lost_lu = 10.0 * libm::log10(after / before);
        assert!((lost_lu - FOLD_LOSS_MAX_LU).abs() < 1e-6, "{lost_lu} LU");
        // What is narrowed elsewhere makes room.
        let more = self::limits(&mean, &mean, &[1.0, 0.0, 2.0, 2.0]);
        assert!(more[3] > limits[3]);
    }
}
