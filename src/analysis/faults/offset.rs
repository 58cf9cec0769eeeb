//! DC and what is below hearing.

use super::super::slice::Slices;
use crate::dsp::svf::Lowpass4;
use crate::dsp::units::{energy_to_db, gain_to_db};

/// Below this is nothing to hear.
const INFRASONIC_HZ: f64 = 10.0;
/// Level that stands for none.
const NONE_DB: f64 = -120.0;

/// Means of left and right and power below 10 Hz, over a slice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OffsetPart {
    /// Mean of left and of right, linear.
    pub mean: [f32; 2],
    /// Power below 10 Hz, both channels' mean, DC included.
    pub infrasonic: f32,
}

/// Listens for them; the filter runs on from slice to slice.
#[derive(Debug)]
pub(super) struct Offset {
    low: Lowpass4,
}

impl Offset {
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        Self {
            low: Lowpass4::new(INFRASONIC_HZ, sample_rate_hz),
        }
    }

    pub(super) fn reset(&mut self) {
        self.low.reset();
    }

    pub(super) fn part(&mut self, left: &[f32], right: &[f32]) -> OffsetPart {
        let frames = left.len().min(right.len());
        if frames == 0 {
            return OffsetPart::default();
        }
        let (mut sums, mut energy) = ([0.0f64; 2], 0.0);
        for (&l, &r) in left.iter().zip(right) {
            let input = [f64::from(l), f64::from(r)];
            let low = self.low.tick(input);
            sums[0] += input[0];
            sums[1] += input[1];
            energy += low[0] * low[0] + low[1] * low[1];
        }
        let frames = frames as f64;
        OffsetPart {
            mean: sums.map(|sum| (sum / frames) as f32),
            infrasonic: (energy / (2.0 * frames)) as f32,
        }
    }
}

/// DC of left and right in dB re the song's peak, and the power below 10 Hz over that of all, in dB.
pub(super) fn report(slices: &Slices<'_>) -> ([f64; 2], f64) {
    let (mut infrasonic, mut power, mut peak) = (0.0, 0.0, 0.0f32);
    let mut means: [Vec<f32>; 2] = Default::default();
    for (_, slice) in &slices.all {
        let part = &slice.faults;
        peak = part.peaks.iter().fold(peak, |a, &b| a.max(b));
        for (all, &mean) in means.iter_mut().zip(&part.offset.mean) {
            all.push(mean);
        }
        infrasonic += f64::from(part.offset.infrasonic);
        power += f64::from(part.power);
    }
    if peak <= 0.0 {
        return ([NONE_DB; 2], NONE_DB);
    }
    // The median: a few thumps do not make DC.
    let dc = means.map(|mut all| {
        all.sort_by(f32::total_cmp);
        let middle = 0.5 * (f64::from(all[all.len() / 2]) + f64::from(all[(all.len() - 1) / 2]));
        let share = middle.abs() / f64::from(peak);
        gain_to_db(share.max(1e-6))
    });
    (dc, energy_to_db((infrasonic / power.max(1e-30)).max(1e-12)))
}
