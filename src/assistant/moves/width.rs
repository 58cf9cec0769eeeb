//! Width: a song that is narrower than its style's is widened as far as the mono sum and the phase bear.

use super::{Case, Change, Move, MoveKind};
use crate::analysis::report::BandStereo;
use crate::assistant::style::Side;
use crate::dsp::units::{db_to_energy, db_to_gain};
use crate::engine::settings::image::{BAND_NAMES, BANDS};

/// Authority: widest and narrowest, as gain of the side.
const WIDTH_MAX: f64 = 1.6;
const WIDTH_MIN: f64 = 0.8;
/// So much narrower than usual, in dB, is nothing to hear.
const DEAD_ZONE_DB: f64 = 0.4;
/// What makes a song narrow makes all bands so: the mean gap of the bands counts so much, the band's own the
/// rest.
const COMMON: f64 = 0.75;
/// Of what is missing beyond it this share is brought in. Finished songs stray by some 4 dB from what is
/// usual; a song that lost its sides is better served by too much of it than by half.
const SHARE: f64 = 1.0;
/// What is wider than usual by so many standard deviations is narrowed, where mono suffers.
const DEAD_ZONE_SIGMA: f64 = 0.8;
const SPREAD_MIN_DB: f64 = 1.5;
/// A side so far down is no side to widen, in dB.
const SIDE_MIN_DB: f64 = -40.0;
/// Bounds of a widened band (dsp-notes §4.5): mean correlation, its 10th percentile, side over mid in dB.
const CORRELATION_MIN: [f64; BANDS] = [0.25, 0.25, 0.25, 0.1];
const CORRELATION_P10_MIN: f64 = -0.1;
const SIDE_MAX_DB: [f64; BANDS] = [-20.0, -10.0, -5.0, -2.0];
/// A song that loses more than this in mono is widened nowhere, and narrowed from the second value on, in LU.
const MONO_LOSS_MAX_LU: f64 = -2.0;
const MONO_LOSS_NARROW_LU: f64 = -2.5;
/// Less than this is not worth the stage, as gain of the side.
const WIDTH_STEP_MIN: f64 = 0.05;

/// The move; `None` where the song is as wide as its style's, or mono.
pub fn width(case: &Case<'_>) -> Option<Move> {
    let stereo = &case.report.stereo;
    let style = &case.target.style;
    let sigma = |band: usize| {
        let spread_db = style.side_to_mid_spread_db[band].max(SPREAD_MIN_DB);
        (stereo.bands[band].side_to_mid_db - style.side_to_mid_db[band]) / spread_db
    };
    if stereo.mono_change_lu < MONO_LOSS_NARROW_LU {
        return narrowed(case, &sigma);
    }
    if stereo.mono_change_lu < MONO_LOSS_MAX_LU {
        return None;
    }
    let gap_db = |band: usize| {
        let heard_db = stereo.bands[band].side_to_mid_db.max(SIDE_MIN_DB);
        style.side_to_mid_db[band] - heard_db
    };
    let common_db = mean_db(&gap_db);
    let mut widths_pct = [100.0; BANDS];
    let mut widest: Option<(f64, usize, bool)> = None;
    for (band, width_pct) in widths_pct.iter_mut().enumerate().skip(1) {
        let heard = &stereo.bands[band];
        let gap_db = COMMON * common_db + (1.0 - COMMON) * gap_db(band) - DEAD_ZONE_DB;
        if gap_db <= 0.0 || heard.side_to_mid_db < SIDE_MIN_DB {
            continue;
        }
        let missing_db = SHARE * gap_db;
        let wanted = db_to_gain(missing_db * case.confidence.clamp(0.0, 1.0)).min(WIDTH_MAX);
        // What is usual for the style is not too much side.
        let side_max_db = SIDE_MAX_DB[band].max(style.side_to_mid_db[band]);
        let granted = widest_allowed(heard, band, wanted, side_max_db);
        if granted < 1.0 + WIDTH_STEP_MIN {
            continue;
        }
        *width_pct = libm::round(100.0 * granted) as f32;
        if widest.is_none_or(|(before, ..)| granted > before) {
            widest = Some((granted, band, granted < wanted - 0.01));
        }
    }
    let (_, band, held) = widest?;
    let heard_db = mean_db(&|band| stereo.bands[band].side_to_mid_db.max(SIDE_MIN_DB));
    Some(Move {
        kind: MoveKind::Width,
        text: format!(
            "Above the lows the sides stand {:.1} dB below the middle, {:.1} dB {}: they are widened, most in the {} band, to {:.0} %{}.",
            -heard_db,
            -mean_db(&|band| style.side_to_mid_db[band]),
            case.target.is_usual(Side::Width),
            BAND_NAMES[band].to_lowercase(),
            widths_pct[band],
            if held {
                ", as far as mono bears it"
            } else {
                ""
            }
        ),
        value: heard_db,
        unit: "dB",
        change: Change::Width(widths_pct),
        on: true,
    })
}

/// What is lost in mono is brought in, band by band, where it is wider than the style's.
fn narrowed(case: &Case<'_>, sigma: &impl Fn(usize) -> f64) -> Option<Move> {
    let stereo = &case.report.stereo;
    let mut widths_pct = [100.0; BANDS];
    let mut narrows = false;
    for (band, width_pct) in widths_pct.iter_mut().enumerate() {
        let wide = sigma(band) - DEAD_ZONE_SIGMA;
        if wide > 0.0 {
            let width = (1.0 - 0.1 * wide * case.confidence.clamp(0.0, 1.0)).max(WIDTH_MIN);
            *width_pct = libm::round(100.0 * width) as f32;
            narrows |= width < 1.0 - WIDTH_STEP_MIN;
        }
    }
    let loss_lu = -stereo.mono_change_lu;
    narrows.then(|| Move {
        kind: MoveKind::Width,
        text: format!(
            "In mono the song loses {loss_lu:.1} LU: the bands that are wider than usual are brought in a \
             little."
        ),
        value: stereo.mono_change_lu,
        unit: "LU",
        change: Change::Width(widths_pct),
        on: true,
    })
}

/// The widest up to `wanted` that keeps the bounds: after widening by `w` the channels carry
/// `E_M + w²·E_S ± 2w·E_MS` and share `E_M − w²·E_S`.
fn widest_allowed(heard: &BandStereo, band: usize, wanted: f64, side_max_db: f64) -> f64 {
    let side = db_to_energy(heard.side_to_mid_db);
    let left_over_right = db_to_energy(heard.balance_db);
    let cross = 0.5 * (1.0 + side) * (left_over_right - 1.0) / (left_over_right + 1.0);
    let moment_side = (1.0 - heard.correlation_p10) / (1.0 + heard.correlation_p10).max(1e-6);
    let keeps = |width: f64| {
        let wide = width * width * side;
        let both = 1.0 + wide;
        let product = both * both - 4.0 * width * width * cross * cross;
        let correlation = (1.0 - wide) / libm::sqrt(product.max(1e-12));
        let moment = width * width * moment_side;
        correlation >= CORRELATION_MIN[band]
            && (1.0 - moment) / (1.0 + moment) >= CORRELATION_P10_MIN
            && wide <= db_to_energy(side_max_db)
    };
    // In steps of 1 %, as widths are.
    let steps = ((wanted - 1.0) * 100.0).max(0.0) as usize;
    (0..=steps)
        .rev()
        .map(|step| 1.0 + 0.01 * step as f64)
        .find(|&width| keeps(width))
        .unwrap_or(1.0)
}

/// The mean over the bands above the lows.
fn mean_db(of: &dyn Fn(usize) -> f64) -> f64 {
    (1..BANDS).map(of).sum::<f64>() / (BANDS - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_one_that_is_measured() {
        // Left and right as sums of independent mid and side: correlation (1 − s) / (1 + s).
        let heard = BandStereo {
            correlation: 0.6,
            correlation_p10: 0.5,
            side_to_mid_db: crate::dsp::units::energy_to_db(0.25),
            balance_db: 0.0,
        };
        let width = widest_allowed(&heard, 2, 1.6, SIDE_MAX_DB[2]);
        // Side over mid may be −5 dB: w² · 0.25 = 0.316.
        assert!((width - 1.12).abs() < 0.011, "{width}");
        // In the highest band the moment's correlation is what binds: w² / 3 ≤ 1.1 / 0.9 at 1.6 is kept.
        let width = widest_allowed(&heard, 3, 1.6, SIDE_MAX_DB[3]);
        assert!((width - 1.58).abs() < 0.011, "{width}");
        let doubtful = BandStereo {
            correlation_p10: -0.05,
            ..heard
        };
        assert!(widest_allowed(&doubtful, 3, 1.6, SIDE_MAX_DB[3]) < 1.06);
    }
}
