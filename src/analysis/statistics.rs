//! Means, quantiles and levels.

/// The quantile `share` (0 to 1) of values, the nearest rank; `None` of nothing.
pub(super) fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let rank = (libm::round(last as f64 * share.clamp(0.0, 1.0)) as usize).min(last);
    let (_, value, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
    Some(*value)
}

/// Level in dB of a power, at least `floor_db`.
pub(super) fn power_db(power: f64, floor_db: f64) -> f64 {
    if power > 0.0 {
        (10.0 * libm::log10(power)).max(floor_db)
    } else {
        floor_db
    }
}

/// From 0 to 1 and no further.
pub(super) fn saturated(x: f64) -> f64 {
    x.clamp(0.0, 1.0)
}
