//! How the four bands of the multiband stage move, as its own detector reads them.

use super::bands::WIDE;
use super::hearing::Hearing;
use super::report::{BandDynamics, DynamicsReport};
use super::slice::Slices;
use super::statistics::{power_db, quantile};
use crate::dsp::block::Stream;
use crate::engine::multiband::ear::Ear;

/// Parts of a slice that levels are kept of: 50 ms each.
pub const PARTS: usize = 2;
/// The level, in the engine's units, that the reference level stands for.
pub const REFERENCE_DB: f64 = -18.0;
const FLOOR_DB: f64 = -120.0;

/// What the dynamics' meter leaves in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DynamicsPart {
    /// Mean reading of the detector over 50 ms, as the energy of the sine as loud (its peak squared).
    pub energy: [[f32; WIDE]; PARTS],
    /// Mean square of each band, mean of left and right.
    pub mean: [f32; WIDE],
    /// Highest square of each band, mean of left and right.
    pub peak: [f32; WIDE],
}

/// Listens with the multiband's detector.
#[derive(Debug)]
pub struct DynamicsMeter {
    ear: Ear,
}

impl DynamicsMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        Self {
            ear: Ear::new(stream),
        }
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.ear.reset();
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> DynamicsPart {
        let [left, right] = hearing.slice();
        let mut part = DynamicsPart::default();
        let (mut means, mut count) = ([0.0; WIDE], 0.0_f64);
        for half in 0..PARTS {
            let range = left.len() * half / PARTS..left.len() * (half + 1) / PARTS;
            let (mut energies, mut steps) = ([0.0; WIDE], 0.0_f64);
            self.ear
                .listen(&left[range.clone()], &right[range], |heard| {
                    for band in 0..WIDE {
                        energies[band] += heard.energy[band];
                        means[band] += heard.mean[band];
                        part.peak[band] = part.peak[band].max(heard.peak[band] as f32);
                    }
                    steps += 1.0;
                });
            part.energy[half] = energies.map(|sum| (sum / steps.max(1.0)) as f32);
            count += steps;
        }
        part.mean = means.map(|sum| (sum / count.max(1.0)) as f32);
        part
    }
}

impl DynamicsReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let offset_db = REFERENCE_DB - slices.reference_lufs;
        let band = |band: usize| {
            let mut levels: Vec<f64> = slices
                .gated()
                .flat_map(|(_, slice)| slice.dynamics.energy.map(|part| f64::from(part[band])))
                .map(|energy| power_db(energy, FLOOR_DB))
                .collect();
            let mut at = |share| quantile(&mut levels, share).map_or(FLOOR_DB, |l| l + offset_db);
            let (p10_db, p50_db, p95_db) = (at(0.10), at(0.50), at(0.95));
            let crests: Vec<f64> = slices
                .gated()
                .map(|(_, slice)| &slice.dynamics)
                .filter(|part| part.mean[band] > 1e-12)
                .map(|part| 10.0 * libm::log10(f64::from(part.peak[band] / part.mean[band])))
                .collect();
            BandDynamics {
                p10_db,
                p50_db,
                p95_db,
                crest_db: crests.iter().sum::<f64>() / crests.len().max(1) as f64,
            }
        };
        Self {
            bands: core::array::from_fn(band),
        }
    }
}
