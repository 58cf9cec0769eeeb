//! Correlation and width, in all and in the bands of the image stage.

use super::loudness::lufs;
use super::report::{BandStereo, StereoReport};
use super::slice::{Slice, Slices};
use super::spectrum::Cross;
use super::statistics::{power_db, quantile};

const FLOOR_DB: f64 = -120.0;
/// Slices of the 400 ms that correlations are read over.
const WINDOW: usize = 4;
/// What is this far below the mean of its band says nothing about phase.
const QUIET_DB: f64 = -20.0;

/// What the cross powers of gated slices say.
pub(super) struct Image {
    pub(super) total: Cross<f64>,
    /// Over 400 ms, energy-gated: number of the last slice, and powers.
    pub(super) windows: Vec<(usize, Cross<f64>)>,
}

/// Sums and windows of the gated slices.
pub(super) fn image(slices: &Slices<'_>, of: impl Fn(&Slice) -> Cross<f32>) -> Image {
    let powers: Vec<(usize, Cross<f64>)> = slices
        .gated()
        .filter(|(_, slice)| slice.spectrum.known)
        .map(|(number, slice)| (number, of(slice).wide()))
        .collect();
    let sum = |powers: &[(usize, Cross<f64>)]| {
        powers
            .iter()
            .fold(Cross::default(), |sum: Cross<f64>, (_, next)| {
                sum.plus(next)
            })
    };
    let total = sum(&powers);
    let mean = total.both() / powers.len().max(1) as f64;
    let least = WINDOW as f64 * mean * libm::exp10(QUIET_DB / 10.0);
    let windows = powers
        .windows(WINDOW)
        .filter(|w| w[WINDOW - 1].0 - w[0].0 < 2 * WINDOW)
        .map(|w| (w[WINDOW - 1].0, sum(w)))
        .filter(|(_, power)| power.both() > least && power.both() > 0.0)
        .collect();
    Image { total, windows }
}

impl Image {
    /// Correlation of all; 1 where one channel alone sounds.
    pub(super) fn correlation(&self) -> f64 {
        self.total.correlation().unwrap_or(1.0)
    }

    /// 10th percentile of the correlation over 400 ms.
    pub(super) fn correlation_p10(&self) -> f64 {
        let mut correlations: Vec<f64> = self
            .windows
            .iter()
            .filter_map(|(_, power)| power.correlation())
            .collect();
        quantile(&mut correlations, 0.10).unwrap_or(1.0)
    }

    /// Power of side over mid.
    pub(super) fn side_to_mid_db(&self) -> f64 {
        ratio_db(self.total.side(), self.total.mid())
    }
}

/// A ratio of powers in dB, within ±120; 0 of nothing to nothing.
pub(super) fn ratio_db(power: f64, of: f64) -> f64 {
    if power <= 0.0 && of <= 0.0 {
        return 0.0;
    }
    (power_db(power, -300.0) - power_db(of, -300.0)).clamp(FLOOR_DB, -FLOOR_DB)
}

impl StereoReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let (mut weighted, mut mid) = ([0.0; 2], 0.0);
        let mut total = Cross::default();
        for (_, slice) in slices.gated() {
            for (sum, power) in weighted.iter_mut().zip(slice.loudness.weighted) {
                *sum += f64::from(power);
            }
            mid += f64::from(slice.loudness.weighted_mid);
            for third in &slice.spectrum.thirds {
                total = total.plus(&third.wide());
            }
        }
        let band = |n: usize| {
            let image = image(slices, |slice| slice.spectrum.wide[n]);
            BandStereo {
                correlation: image.correlation(),
                correlation_p10: image.correlation_p10(),
                side_to_mid_db: image.side_to_mid_db(),
                balance_db: ratio_db(image.total.left, image.total.right),
            }
        };
        Self {
            correlation: total.correlation().unwrap_or(1.0),
            mono_change_lu: lufs(2.0 * mid) - lufs(weighted[0] + weighted[1]),
            balance_lu: ratio_db(weighted[0], weighted[1]),
            bands: core::array::from_fn(band),
        }
    }
}
