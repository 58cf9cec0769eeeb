//! Following a curve that is meant as it is: six bands, fitted to the deviation from the references.

use super::GAIN_MAX_DB;
use super::hypotheses::{CERTAINTY, deviation_db, leveled, response_db};
use super::prior::BANDS;
use crate::analysis::report::Report;
use crate::assistant::style::Target;
use crate::engine::settings::equalizer::{BandSettings, Shape};

/// The bands: shape, frequency in Hz, Q.
const BELLS: [(Shape, f32, f32); 6] = [
    (Shape::LowShelf, 90.0, 0.71),
    (Shape::Bell, 180.0, 0.9),
    (Shape::Bell, 420.0, 0.8),
    (Shape::Bell, 1000.0, 0.8),
    (Shape::Bell, 2800.0, 0.8),
    (Shape::HighShelf, 6500.0, 0.71),
];
/// Deviations up to this share of the references' spread are theirs, not the song's fault.
const TOLERANCE: f64 = 0.5;
/// What keeps neighbouring bands from working against each other: gains are as unlikely as deviations of
/// this weight.
const CALM: f64 = 0.005;

/// The bands at full size, most useful first.
pub(super) fn bands(report: &Report, target: &Target) -> Vec<BandSettings> {
    let deviation_db = leveled(&deviation_db(&report.tone.level_db, &target.style.level_db));
    let wanted: [f64; BANDS] = core::array::from_fn(|band| {
        let tolerance_db = TOLERANCE * target.style.spread_db[super::prior::FIRST + band];
        let beyond_db = (deviation_db[band].abs() - tolerance_db).max(0.0);
        -libm::copysign(beyond_db, deviation_db[band])
    });
    let mut bands: Vec<BandSettings> = BELLS
        .iter()
        .zip(gains_db(&wanted))
        .map(|(&(shape, frequency_hz, q), gain_db)| BandSettings {
            on: true,
            shape,
            frequency_hz,
            q,
            gain_db: gain_db.clamp(-GAIN_MAX_DB, GAIN_MAX_DB) as f32,
            ..BandSettings::default()
        })
        .collect();
    bands.sort_by(|a, b| b.gain_db.abs().total_cmp(&a.gain_db.abs()));
    bands
}

/// Gains in dB whose sum is nearest to the curve, its level left out, with as little gain as that takes: all
/// bands together only turn the level, so that of all gains that fit equally the smallest are chosen.
fn gains_db(wanted_db: &[f64; BANDS]) -> [f64; BELLS.len()] {
    let shapes = BELLS.map(shape_db);
    let fitted_db = fitted(&shapes.map(|shape| leveled(&shape)), wanted_db);
    let level = fitted(&shapes, &[1.0; BANDS]);
    let even = least_sum(&fitted_db, &level);
    core::array::from_fn(|n| fitted_db[n] - even * level[n])
}

/// What a band of 1 dB does to each third-octave, in dB.
fn shape_db((shape, frequency_hz, q): (Shape, f32, f32)) -> [f64; BANDS] {
    response_db(&[BandSettings {
        on: true,
        shape,
        frequency_hz,
        q,
        gain_db: 1.0,
        ..BandSettings::default()
    }])
}

/// Weighted least squares on the curves of 1 dB, which grow in proportion to the gain to within a tenth.
fn fitted<const N: usize>(shapes: &[[f64; BANDS]; N], wanted_db: &[f64; BANDS]) -> [f64; N] {
    let inner = |a: &[f64; BANDS], b: &[f64; BANDS]| -> f64 {
        (0..BANDS).map(|n| CERTAINTY[n] * a[n] * b[n]).sum()
    };
    let right: [f64; N] = core::array::from_fn(|n| inner(&shapes[n], wanted_db));
    let mut rows: [[f64; N]; N] =
        core::array::from_fn(|n| core::array::from_fn(|k| inner(&shapes[n], &shapes[k])));
    for (n, row) in rows.iter_mut().enumerate() {
        row[n] += CALM;
    }
    solved(rows, right)
}

/// How much of `level` to take from `gains` so that the sum of what is left, without signs, is least: the
/// weighted median of their ratios.
fn least_sum<const N: usize>(gains: &[f64; N], level: &[f64; N]) -> f64 {
    let mut ratios: Vec<(f64, f64)> = gains
        .iter()
        .zip(level)
        .filter(|(_, level)| level.abs() > 1e-6)
        .map(|(gain, level)| (gain / level, level.abs()))
        .collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * ratios.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut sum = 0.0;
    let middle = ratios.iter().find(|(_, weight)| {
        sum += weight;
        sum >= half
    });
    middle.map_or(0.0, |(ratio, _)| *ratio)
}

/// Gaussian elimination of a symmetric positive system; no pivoting needed.
fn solved<const N: usize>(mut rows: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for n in 0..N {
        let (pivot, known) = (rows[n], right[n]);
        for k in (0..N).filter(|&k| k != n) {
            let share = rows[k][n] / pivot[n];
            for (cell, above) in rows[k].iter_mut().zip(&pivot) {
                *cell -= share * above;
            }
            right[k] -= share * known;
        }
    }
    core::array::from_fn(|n| right[n] / rows[n][n])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::moves::plain;
    use crate::assistant::moves::tone::hypotheses::weight_db;

    #[test]
    fn a_curve_of_its_own_bands_is_found_again() {
        let shelf = BandSettings {
            on: true,
            shape: Shape::HighShelf,
            frequency_hz: 6500.0,
            q: 0.71,
            gain_db: 3.0,
            ..BandSettings::default()
        };
        let gains_db = gains_db(&leveled(&response_db(&[shelf])));
        assert!((gains_db[5] - 3.0).abs() < 0.3, "{gains_db:?}");
        assert!(
            gains_db[..5].iter().all(|db| db.abs() < 0.3),
            "{gains_db:?}"
        );
    }

    #[test]
    fn what_differs_above_alone_is_moved_above_alone() {
        let step: [f64; BANDS] = core::array::from_fn(|n| if n < 21 { 0.0 } else { 4.0 });
        let gains_db = gains_db(&leveled(&step));
        assert!(gains_db[5] > 2.5, "{gains_db:?}");
        let lows_db: f64 = gains_db[..4].iter().map(|db| db.abs()).sum();
        assert!(lows_db < 0.6, "{gains_db:?}");
    }

    #[test]
    fn a_dark_song_follows_a_bright_reference() {
        let report = plain::report();
        let mut target = plain::target();
        target.from_references.tone = 1.0;
        target.style.spread_db = [1.5; _];
        for third in 0..target.style.level_db.len() {
            target.style.level_db[third] += 0.25 * third as f64;
        }
        let away = |bands: &[BandSettings]| {
            let response_db = response_db(bands);
            let deviation_db = deviation_db(&report.tone.level_db, &target.style.level_db);
            weight_db(&core::array::from_fn(|n| deviation_db[n] + response_db[n]))
        };
        let bands = bands(&report, &target);
        let (before_db, after_db) = (away(&[]), away(&bands));
        assert!(after_db < 0.6 * before_db, "{before_db} {after_db}");
    }

    #[test]
    fn inside_the_tolerance_nothing_is_done() {
        let report = plain::report();
        let target = plain::target();
        assert!(
            bands(&report, &target)
                .iter()
                .all(|band| band.gain_db == 0.0)
        );
    }
}
