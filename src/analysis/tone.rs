//! Tone: the long-term spectrum in third-octaves, and how far it moves.

use super::bands::{THIRDS, center_hz};
use super::report::ToneReport;
use super::slice::Slices;
use super::spectrum::Cross;
use super::statistics::{power_db, quantile};

/// Where there is nothing.
const FLOOR_DB: f64 = -120.0;
/// The range whose mean is 0 dB.
const REFERENCE_HZ: [f64; 2] = [200.0, 2000.0];

/// Third-octave powers of the gated slices, their mean.
pub(super) fn mean_thirds(slices: &Slices<'_>) -> [Cross<f64>; THIRDS] {
    let mut sums = [Cross::default(); THIRDS];
    let mut count = 0.0_f64;
    for (_, slice) in slices.gated().filter(|(_, slice)| slice.spectrum.known) {
        count += 1.0;
        for (sum, third) in sums.iter_mut().zip(&slice.spectrum.thirds) {
            *sum = sum.plus(&third.wide());
        }
    }
    let share = 1.0 / count.max(1.0);
    sums.map(|sum| Cross {
        left: sum.left * share,
        right: sum.right * share,
        cross: sum.cross * share,
    })
}

impl ToneReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let thirds = mean_thirds(slices);
        let [low_hz, high_hz] = REFERENCE_HZ;
        let within = |n: &usize| center_hz(*n) > low_hz * 0.95 && center_hz(*n) < high_hz * 1.05;
        let levels: Vec<f64> = (0..THIRDS)
            .filter(within)
            .map(|n| power_db(thirds[n].both(), FLOOR_DB))
            .collect();
        let reference_db = levels.iter().sum::<f64>() / levels.len() as f64;
        let relative = |power: f64| {
            if power > 0.0 {
                (power_db(power, -200.0) - reference_db).max(FLOOR_DB)
            } else {
                FLOOR_DB
            }
        };
        let over_time = |share: f64| {
            core::array::from_fn(|n| {
                let mut powers: Vec<f64> = slices
                    .gated()
                    .filter(|(_, slice)| slice.spectrum.known)
                    .map(|(_, slice)| slice.spectrum.thirds[n].wide().both())
                    .collect();
                relative(quantile(&mut powers, share).unwrap_or(0.0))
            })
        };
        Self {
            level_db: thirds.map(|third| relative(third.both())),
            mid_db: thirds.map(|third| relative(third.mid())),
            side_db: thirds.map(|third| relative(third.side())),
            p10_db: over_time(0.10),
            p50_db: over_time(0.50),
            p95_db: over_time(0.95),
        }
    }
}
