//! Loudness values of a whole programme in bounded memory.
//!
//! Each bin keeps how many windows fell into it and the sum of their energies, so a mean over bins is
//! exact; only where a gate cuts through a bin is the choice made for the bin as a whole.

use super::energy_to_lufs;

/// Windows at or below this are not counted at all: the absolute gate of BS.1770-5 and Tech 3342.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
/// Bins per group; a group spans 1 LU. Sums over whole groups make every query short.
const GROUP_BINS: usize = 100;
/// Up to +50 LUFS; what is louder shares the last bin, where its energy still counts in full.
const GROUPS: usize = 120;

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    windows: u64,
    energy: f64,
}

impl Bin {
    fn add(&mut self, other: Bin) {
        self.windows += other.windows;
        self.energy += other.energy;
    }

    fn mean_energy(&self) -> f64 {
        self.energy / self.windows.max(1) as f64
    }
}

/// Counts window energies by loudness, in bins of 0.01 LU.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    bins: Vec<Bin>,
    groups: Vec<Bin>,
    total: Bin,
}

impl Histogram {
    /// Empty; allocates all it will ever need.
    pub(super) fn new() -> Self {
        Self {
            bins: vec![Bin::default(); GROUPS * GROUP_BINS],
            groups: vec![Bin::default(); GROUPS],
            total: Bin::default(),
        }
    }

    /// Empty again.
    pub(super) fn reset(&mut self) {
        // Clears what is in use, so that a reset on the audio thread stays short.
        for (group, bins) in self.groups.iter_mut().zip(self.bins.chunks_mut(GROUP_BINS)) {
            if group.windows > 0 {
                bins.fill(Bin::default());
                *group = Bin::default();
            }
        }
        self.total = Bin::default();
    }

    /// Counts a window, unless the absolute gate is closed to it.
    pub(super) fn add(&mut self, energy: f64) {
        let lufs = energy_to_lufs(energy);
        if lufs > ABSOLUTE_GATE_LUFS {
            let window = Bin { windows: 1, energy };
            let bin = bin_of(lufs);
            self.bins[bin].add(window);
            self.groups[bin / GROUP_BINS].add(window);
            self.total.add(window);
        }
    }

    /// Windows counted.
    pub(super) fn windows(&self) -> u64 {
        self.total.windows
    }

    /// Mean energy of the windows above the relative gate, which lies `gate_lu` below the mean of all.
    pub(super) fn gated_mean_energy(&self, gate_lu: f64) -> Option<f64> {
        if self.total.windows == 0 {
            return None;
        }
        let (gate, first) = self.relative_gate(gate_lu);
        let mut sum = Bin::default();
        let next_group = first.div_ceil(GROUP_BINS);
        for bin in &self.bins[first..next_group * GROUP_BINS] {
            if bin.mean_energy() > gate {
                sum.add(*bin);
            }
        }
        self.groups[next_group..].iter().for_each(|g| sum.add(*g));
        (sum.windows > 0).then(|| sum.mean_energy())
    }

    /// Distance in LU between two quantiles (0 to 1) of the windows not below the relative gate; a
    /// quantile is the value whose rank is nearest (Tech 3342).
    pub(super) fn range_lu(&self, gate_lu: f64, low: f64, high: f64) -> Option<f64> {
        if self.total.windows == 0 {
            return None;
        }
        let (gate, first) = self.relative_gate(gate_lu);
        let first = match self.bins[first] {
            bin if bin.windows > 0 && bin.mean_energy() < gate => first + 1,
            _ => first,
        };
        let below = |bin: usize| {
            let group = bin / GROUP_BINS;
            let groups: u64 = self.groups[..group].iter().map(|g| g.windows).sum();
            let bins = &self.bins[group * GROUP_BINS..bin];
            groups + bins.iter().map(|b| b.windows).sum::<u64>()
        };
        let skipped = below(first);
        let windows = self.total.windows - skipped;
        if windows == 0 {
            return None;
        }
        let quantile = |q: f64| {
            let rank = libm::round((windows - 1) as f64 * q) as u64;
            energy_to_lufs(self.bin_at_rank(skipped + rank).mean_energy())
        };
        Some(quantile(high) - quantile(low))
    }

    /// The bin that holds the window of this rank, counted from the quietest.
    fn bin_at_rank(&self, rank: u64) -> Bin {
        let mut below = 0;
        for (group, bins) in self.groups.iter().zip(self.bins.chunks(GROUP_BINS)) {
            if below + group.windows <= rank {
                below += group.windows;
                continue;
            }
            for bin in bins {
                below += bin.windows;
                if below > rank {
                    return *bin;
                }
            }
        }
        self.total
    }

    /// Energy of the gate and the bin it falls into.
    fn relative_gate(&self, gate_lu: f64) -> (f64, usize) {
        let gate = self.total.mean_energy() * libm::pow(10.0, -gate_lu / 10.0);
        (gate, bin_of(energy_to_lufs(gate)))
    }
}

fn bin_of(lufs: f64) -> usize {
    // A negative number becomes zero, one too large the last bin.
    (((lufs - ABSOLUTE_GATE_LUFS) * GROUP_BINS as f64) as usize).min(GROUPS * GROUP_BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lufs_to_energy(lufs: f64) -> f64 {
        libm::pow(10.0, (lufs + 0.691) / 10.0)
    }

    #[test]
    fn quantiles_and_means_agree_with_sorting_the_list() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        for programme in 0..50 {
            let mut histogram = Histogram::new();
            let windows = 5 + 40 * programme;
            let spread = 1.0 + 40.0 * random();
            let mut list: Vec<f64> = (0..windows)
                .map(|_| -14.0 - spread * random() * random())
                .collect();
            list.iter().for_each(|&l| histogram.add(lufs_to_energy(l)));
            list.sort_by(f64::total_cmp);

            let mean = |list: &[f64]| {
                list.iter().map(|&l| lufs_to_energy(l)).sum::<f64>() / list.len() as f64
            };
            let above = |gate_lu: f64| -> Vec<f64> {
                let gate = energy_to_lufs(mean(&list)) - gate_lu;
                list.iter().copied().filter(|&l| l >= gate).collect()
            };
            let integrated = energy_to_lufs(histogram.gated_mean_energy(10.0).unwrap());
            assert!((integrated - energy_to_lufs(mean(&above(10.0)))).abs() < 0.01);

            let gated = above(20.0);
            let at = |q: f64| gated[libm::round((gated.len() - 1) as f64 * q) as usize];
            let range_lu = histogram.range_lu(20.0, 0.10, 0.95).unwrap();
            assert!((range_lu - (at(0.95) - at(0.10))).abs() < 0.02);
        }
    }

    #[test]
    fn one_level_has_no_range_and_its_own_mean() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.gated_mean_energy(10.0), None);
        assert_eq!(histogram.range_lu(20.0, 0.1, 0.95), None);
        for lufs in [-69.99, -23.0, 49.0, 90.0] {
            histogram.reset();
            (0..9).for_each(|_| histogram.add(lufs_to_energy(lufs)));
            let mean = energy_to_lufs(histogram.gated_mean_energy(10.0).unwrap());
            assert!((mean - lufs).abs() < 1e-9);
            assert_eq!(histogram.range_lu(20.0, 0.1, 0.95), Some(0.0));
        }
        histogram.reset();
        histogram.add(lufs_to_energy(-70.001));
        histogram.add(0.0);
        assert_eq!(histogram.gated_mean_energy(10.0), None);
    }
}
