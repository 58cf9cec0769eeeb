//! Static curves: the gain that a level asks for.

use core::f64::consts::LN_10;

/// How far below its threshold a lift begins to let go, and where nothing of it is left. What is that
/// quiet is noise.
const LIFT_FADE_DB: [f64; 2] = [25.0, 35.0];
/// A lift raises by this share of what is missing to the threshold: a ratio of 2.
const LIFT_SLOPE: f64 = 0.5;

/// Level in dB of an energy (squared amplitude), at least −200 dB.
#[inline]
pub fn level_db(energy: f64) -> f64 {
    libm::log(energy + 1e-20) * (10.0 / LN_10)
}

/// Linear gain of `gain_db`; exactly 1 at 0 dB.
#[inline]
pub fn gain(gain_db: f64) -> f64 {
    libm::exp(gain_db * (LN_10 / 20.0))
}

/// Gain of a compressor, at most 0: `slope` (`1 − 1/ratio`) of what is above the threshold, with a
/// parabola over the knee (Giannoulis, Massberg & Reiss 2012, eq. 4).
pub fn compression_gain_db(level_db: f64, threshold_db: f64, slope: f64, knee_db: f64) -> f64 {
    let over_db = level_db - threshold_db;
    let into_knee_db = over_db + 0.5 * knee_db;
    if into_knee_db <= 0.0 {
        0.0
    } else if into_knee_db < knee_db {
        -slope * into_knee_db * into_knee_db / (2.0 * knee_db)
    } else {
        -slope * over_db
    }
}

/// Gain that raises quiet sound gently, 0 to `most_db`: half of what is missing to the threshold, and
/// nothing for what is so far below it that it is noise.
pub fn lift_gain_db(level_db: f64, threshold_db: f64, most_db: f64) -> f64 {
    let [from_db, to_db] = LIFT_FADE_DB;
    let below_db = threshold_db - level_db;
    if below_db <= 0.0 || below_db >= to_db {
        return 0.0;
    }
    let kept = ((to_db - below_db) / (to_db - from_db)).min(1.0);
    kept * (LIFT_SLOPE * below_db).min(most_db)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::units::{db_to_gain, energy_to_db};

    #[test]
    fn quick_conversions_are_those_of_units() {
        for db in [-150.0, -60.0, -3.0, 0.0, 6.0, 120.0] {
            assert!((level_db(libm::pow(10.0, db / 10.0)) - db).abs() < 1e-4);
            assert!((gain(db) / db_to_gain(db) - 1.0).abs() < 1e-13);
        }
        assert!((level_db(0.5) - energy_to_db(0.5)).abs() < 1e-12);
        assert!((level_db(0.0) + 200.0).abs() < 1e-9);
        assert_eq!(gain(0.0), 1.0);
    }

    #[test]
    fn compression_follows_the_published_curve() {
        // Threshold −20 dB, ratio 4, knee 10 dB: level and output by the paper's formula.
        for (level_db, output_db) in [
            (-60.0, -60.0),
            (-25.0, -25.0),
            (-22.5, -22.734_375),
            (-20.0, -20.937_5),
            (-15.0, -18.75),
            (0.0, -15.0),
        ] {
            let found_db = level_db + compression_gain_db(level_db, -20.0, 0.75, 10.0);
            assert!(
                (found_db - output_db).abs() < 1e-12,
                "{level_db}: {found_db}"
            );
        }
        // Without a knee it is two straight lines.
        assert_eq!(compression_gain_db(-20.0, -20.0, 0.5, 0.0), 0.0);
        assert_eq!(compression_gain_db(-10.0, -20.0, 0.5, 0.0), -5.0);
    }

    #[test]
    fn lift_follows_its_table() {
        // Threshold −40 dB, at most 3 dB.
        for (level_db, gain_db) in [
            (0.0, 0.0),
            (-40.0, 0.0),
            (-42.0, 1.0),
            (-46.0, 3.0),
            (-65.0, 3.0),
            (-70.0, 1.5),
            (-75.0, 0.0),
            (-200.0, 0.0),
        ] {
            let found_db = lift_gain_db(level_db, -40.0, 3.0);
            assert!((found_db - gain_db).abs() < 1e-12, "{level_db}: {found_db}");
        }
    }
}
