//! How much a song needs at all: numbers that several moves share.

use super::Case;
use crate::analysis::report::Report;
use crate::assistant::style::Target;

/// PLR up to which a song counts as finished, in standard deviations above its style's usual, and from which
/// it counts as a mix.
const PLR_FINISHED_SIGMA: f64 = 0.25;
const PLR_MIX_SIGMA: f64 = 1.5;
/// PSR (10th percentile in the loud third) that only limited music has, and that no limited music has, in dB
/// (Shepherd et al., AES 143 e-brief 2017: 8 dB is the competitive limit).
const PSR_FINISHED_DB: f64 = 8.0;
const PSR_MIX_DB: f64 = 11.0;
/// Share of peaks pressed against one level: some, and many, in % (dsp-notes §7).
const PRESSED_PCT: [f64; 2] = [3.0, 12.0];
/// The least PLR spread that a style is believed, in dB.
const PLR_SPREAD_MIN_DB: f64 = 1.0;

/// 0 below `from`, 1 above `to`, straight between.
pub(crate) fn ramp(value: f64, from: f64, to: f64) -> f64 {
    let share = (value - from) / (to - from);
    if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    }
}

/// How finished a song is, 0 (a mix) to 1 (mastered): by its peak to loudness ratio beside its style's, by
/// its peaks over short times, and by how many of them are pressed against one level.
pub fn finished(report: &Report, target: &Target) -> f64 {
    let spread_db = target.style.plr_spread_db.max(PLR_SPREAD_MIN_DB);
    let by_plr = report.loudness.plr_db.map_or(0.0, |plr_db| {
        let sigma = (plr_db - target.style.plr_db) / spread_db;
        1.0 - ramp(sigma, PLR_FINISHED_SIGMA, PLR_MIX_SIGMA)
    });
    let by_psr = report.loudness.psr_p10_db.map_or(0.0, |psr_db| {
        1.0 - ramp(psr_db, PSR_FINISHED_DB, PSR_MIX_DB)
    });
    let pressed_pct = report.faults.limiting.pressed_pct;
    let by_pressed = ramp(pressed_pct, PRESSED_PCT[0], PRESSED_PCT[1]);
    by_plr.max(by_psr).max(by_pressed)
}

/// How much of what shapes dynamics is called for, 0 to 1: all of it for a mix, nothing for a master.
pub(super) fn of_density(case: &Case<'_>) -> f64 {
    case.confidence.clamp(0.0, 1.0) * (1.0 - finished(case.report, case.target))
}

/// To tenths, as gains in dB are proposed.
pub(super) fn tenths(value: f64) -> f32 {
    (libm::round(value * 10.0) / 10.0) as f32
}
