//! Dynamics per band: a band that moves more than its style's is steadied; one that is tight gets nothing.

use super::need::{of_density, ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::analysis::report::BandDynamics;
use crate::assistant::style::Side;
use crate::dsp::dynamics::curve::compression_gain_db;
use crate::engine::settings::multiband::{BAND_NAMES, BANDS, MultibandSettings};

/// Authority: gain reduction of the loud moments (95th percentile) in a band, in dB, and ratio.
const REDUCTION_MAX_DB: f64 = 3.0;
const RATIO_MAX: f64 = 2.5;
/// Ratios below do nothing that is heard.
const RATIO_MIN: f64 = 1.1;
/// Authority of a calm song beside that of a driving one.
const CALM_SHARE: f64 = 0.4;
/// Movement beyond the style's by so many standard deviations is left alone, in a driving and in a calm song,
/// and so many further ask for all.
const DEAD_ZONE_SIGMA: [f64; 2] = [0.3, 1.0];
const FULL_SIGMA: f64 = 2.0;
/// The least spread that a style is believed, in dB.
const SPREAD_MIN_DB: f64 = 1.0;
/// A band whose levels span less (95th − 10th percentile) is tight already, in dB; from the second value on
/// all is done.
const TIGHT_DB: [f64; 2] = [6.0, 12.0];
/// Where the threshold lies between median and 95th percentile.
const THRESHOLD_SHARE: f64 = 0.35;
const KNEE_DB: f32 = 8.0;
/// Less reduction is not worth a band, in dB.
const REDUCTION_MIN_DB: f64 = 0.3;
/// Times of a driving song are so much shorter than the defaults, those of a calm one longer.
const PACE: [f64; 2] = [1.35, 0.8];

/// The move; `None` where every band is within its style's movement.
pub fn dynamics(case: &Case<'_>) -> Option<Move> {
    let need = of_density(case);
    let energy = case.report.rhythm.energy.clamp(0.0, 1.0);
    let mut settings = MultibandSettings {
        on: true,
        knee_db: KNEE_DB,
        ..MultibandSettings::default()
    };
    let pace = PACE[0] + (PACE[1] - PACE[0]) * energy;
    let mut worst = None;
    for band in 0..BANDS {
        let heard = &case.report.dynamics.bands[band];
        let reduction_db = need * wanted_reduction_db(case, band, energy);
        if reduction_db < REDUCTION_MIN_DB {
            continue;
        }
        let threshold_db = heard.p50_db + THRESHOLD_SHARE * (heard.p95_db - heard.p50_db);
        let over_db = heard.p95_db - threshold_db;
        let ratio = (1.0 / (1.0 - (reduction_db / over_db).min(0.9))).min(RATIO_MAX);
        if ratio < RATIO_MIN {
            continue;
        }
        let set = &mut settings.bands[band];
        set.threshold_db = tenths(threshold_db);
        set.ratio = (libm::round(ratio * 20.0) / 20.0) as f32;
        set.attack_ms = libm::round(f64::from(set.attack_ms) * pace) as f32;
        set.release_ms = libm::round(f64::from(set.release_ms) * pace) as f32;
        set.gain_db = tenths(mean_reduction_db(heard, threshold_db, f64::from(set.ratio)));
        let moves_db = heard.p95_db - heard.p50_db;
        if worst.is_none_or(|(most_db, _, _)| reduction_db > most_db) {
            worst = Some((reduction_db, band, moves_db));
        }
    }
    let (reduction_db, band, moves_db) = worst?;
    let usual_db = case.target.style.dynamics_db[band];
    Some(Move {
        kind: MoveKind::Dynamics,
        text: format!(
            "The {} band's loud moments stand {moves_db:.1} dB above its usual level, {usual_db:.1} dB \
             {}: they are held back by up to {reduction_db:.1} dB.",
            BAND_NAMES[band].to_lowercase(),
            case.target.is_usual(Side::Dynamics)
        ),
        value: moves_db,
        unit: "dB",
        change: Change::Multiband(settings),
        on: true,
    })
}

/// What the loud moments of a band are to be held back by at 100 %, in dB.
fn wanted_reduction_db(case: &Case<'_>, band: usize, energy: f64) -> f64 {
    let heard = &case.report.dynamics.bands[band];
    let style = &case.target.style;
    let moves_db = heard.p95_db - heard.p50_db;
    let sigma =
        (moves_db - style.dynamics_db[band]) / style.dynamics_spread_db[band].max(SPREAD_MIN_DB);
    let dead = DEAD_ZONE_SIGMA[1] + (DEAD_ZONE_SIGMA[0] - DEAD_ZONE_SIGMA[1]) * energy;
    let authority = CALM_SHARE + (1.0 - CALM_SHARE) * energy;
    REDUCTION_MAX_DB
        * authority
        * ramp(sigma, dead, dead + FULL_SIGMA)
        * ramp(heard.p95_db - heard.p10_db, TIGHT_DB[0], TIGHT_DB[1])
}

/// Mean reduction of a level that is spread as the percentiles say, straight between them: what the make-up
/// gives back, so that the tone stays.
fn mean_reduction_db(heard: &BandDynamics, threshold_db: f64, ratio: f64) -> f64 {
    const STEPS: usize = 40;
    let top_db = heard.p95_db + 0.3 * (heard.p95_db - heard.p50_db);
    let points = [
        (0.0, heard.p10_db),
        (0.1, heard.p10_db),
        (0.5, heard.p50_db),
        (0.95, heard.p95_db),
        (1.0, top_db),
    ];
    let level_db = |share: f64| {
        let above = points
            .iter()
            .position(|point| point.0 >= share)
            .unwrap_or(4)
            .max(1);
        let (from, to) = (points[above - 1], points[above]);
        from.1 + (to.1 - from.1) * ((share - from.0) / (to.0 - from.0).max(1e-9))
    };
    let slope = 1.0 - 1.0 / ratio;
    // The tone is a mean of powers: loud moments count by their power.
    let (mut before, mut after) = (0.0, 0.0);
    for step in 0..STEPS {
        let level_db = level_db((step as f64 + 0.5) / STEPS as f64);
        let gain_db = compression_gain_db(level_db, threshold_db, slope, f64::from(KNEE_DB));
        before += crate::dsp::units::db_to_energy(level_db);
        after += crate::dsp::units::db_to_energy(level_db + gain_db);
    }
    crate::dsp::units::energy_to_db(before / after)
}
