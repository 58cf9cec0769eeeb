//! Styles blended by weight.

use super::{Nearness, Style};

/// All styles, each by its nearness; what is near none counts as `neutral`.
pub(super) fn blend(styles: &[Style], nearness: &[Nearness], neutral: &Style) -> Style {
    let mut blended = neutral.clone();
    let weight = |style: &Style| {
        let near = nearness.iter().find(|near| near.name == style.name);
        near.map_or(0.0, |near| near.weight)
    };
    let mean = |of: &dyn Fn(&Style) -> f64| {
        let (sum, weights) = styles.iter().fold((0.0, 0.0), |(sum, weights), style| {
            let weight = weight(style);
            (sum + weight * of(style), weights + weight)
        });
        sum + (1.0 - weights) * of(neutral)
    };
    blended.level_db = core::array::from_fn(|n| mean(&|style| style.level_db[n]));
    blended.spread_db = core::array::from_fn(|n| mean(&|style| style.spread_db[n]));
    blended.side_to_mid_db = core::array::from_fn(|n| mean(&|style| style.side_to_mid_db[n]));
    blended.side_to_mid_spread_db =
        core::array::from_fn(|n| mean(&|style| style.side_to_mid_spread_db[n]));
    blended.dynamics_db = core::array::from_fn(|n| mean(&|style| style.dynamics_db[n]));
    blended.dynamics_spread_db =
        core::array::from_fn(|n| mean(&|style| style.dynamics_spread_db[n]));
    blended.plr_db = mean(&|style| style.plr_db);
    blended.plr_spread_db = mean(&|style| style.plr_spread_db);
    blended.loudness_lufs = mean(&|style| style.loudness_lufs);
    blended.percussiveness = mean(&|style| style.percussiveness);
    blended.energy = mean(&|style| style.energy);
    blended
}
