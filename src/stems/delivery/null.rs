//! The stems' sum held against the mix: at which gains they come nearest to it, and which of them does not
//! belong, is upside down, or was turned.

use super::products::Gram;
use crate::dsp::units::{energy_to_db, gain_to_db};

/// Nothing is told lower.
pub const EXACT_DB: f64 = -200.0;
/// Gains are alike within this, in dB.
const ALIKE_DB: f64 = 0.1;
/// A gain stands where holding the stem to the common one leaves at least so many times the residue.
const PROOF: f64 = 2.0;
/// Within this of the common gain a stem is taken to be in place, linear.
const IN_PLACE: std::ops::RangeInclusive<f64> = 0.7..=1.4;
/// A stem that could not take more than this share of the residue away is no reason for it.
const MATTERS: f64 = 0.02;
/// A stem that is not in the mix would, were it, have this many times the residue's energy.
const ABSENCE: f64 = 0.5;
/// And what of it the mix may hold, linear.
const ABSENT_GAIN: f64 = 0.1;

/// How the stems give the mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Signals that were fitted: places in the products.
    pub stems: Vec<usize>,
    /// The gain of each in the mix, linear; below 0 upside down.
    pub gains: Vec<f64>,
    /// The gain that most have.
    pub common_gain: f64,
    /// Energy of what is left.
    pub residue: f64,
    /// The same in dB re the mix.
    pub residue_db: f64,
    /// Energy of each that no other stem holds.
    own: Vec<f64>,
}

impl Fit {
    /// Fits the `stems` to the `mix`. `None` of a silent mix.
    pub fn of(gram: &Gram, mix: usize, stems: &[usize]) -> Option<Self> {
        let energy = gram.energy(mix);
        if energy <= 0.0 {
            return None;
        }
        let stems: Vec<usize> = stems
            .iter()
            .copied()
            .filter(|&stem| gram.energy(stem) > 0.0)
            .collect();
        let gains = gram.fit(mix, &stems);
        let residue = gram.residue(mix, &stems, &gains);
        let own = stems.iter().map(|&stem| {
            let others: Vec<usize> = stems.iter().copied().filter(|&o| o != stem).collect();
            gram.residue(stem, &others, &gram.fit(stem, &others))
        });
        Some(Self {
            own: own.collect(),
            common_gain: common(&gains),
            residue_db: energy_to_db((residue / energy).max(1e-20)).max(EXACT_DB),
            residue,
            gains,
            stems,
        })
    }

    fn is_proven(&self, at: usize, other_gain: f64) -> bool {
        let off = self.gains[at] - other_gain;
        off * off * self.own[at] >= (PROOF - 1.0) * self.residue
    }

    /// Whether a stem is upside down in the mix, or the mix is of the stem.
    pub fn is_inverted(&self, at: usize) -> bool {
        let gain = self.gains[at] / self.common_gain;
        (-*IN_PLACE.end()..=-*IN_PLACE.start()).contains(&gain) && self.is_proven(at, 0.0)
    }

    /// By how much a stem is louder than in the mix, in dB, where that is proven.
    pub fn gain_change_db(&self, at: usize) -> Option<f64> {
        if !self.is_proven(at, 0.0) {
            return None;
        }
        let change_db = -gain_to_db(self.gains[at].abs() / self.common_gain);
        let upright = self.common_gain * self.gains[at].signum();
        (change_db.abs() > ALIKE_DB && self.is_proven(at, upright)).then_some(change_db)
    }

    /// Whether the mix holds nothing of a stem, and would show it if it did.
    pub fn is_absent(&self, at: usize) -> bool {
        self.gains[at].abs() < ABSENT_GAIN * self.common_gain
            && !self.is_proven(at, 0.0)
            && self.own[at] * self.common_gain * self.common_gain > ABSENCE * self.residue
    }

    /// Whether the stems that drift are reason enough for the residue.
    pub fn is_explained_by(&self, drifts: &[Option<f64>]) -> bool {
        let drifting = self.stems.iter().zip(&self.own);
        let energy: f64 = drifting
            .filter(|(stem, _)| drifts[**stem].is_some())
            .map(|(_, own)| own * self.common_gain * self.common_gain)
            .sum();
        self.residue < 2.0 * energy
    }

    /// Stems that may lie elsewhere than in the mix, by what they would explain. `near`: also those that the mix
    /// holds, which may lie a little beside it: a bass moved by a millisecond still looks much the same.
    pub fn out_of_place(&self, near: bool) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.stems.len())
            .filter(|&at| {
                let gain = self.gains[at].abs() / self.common_gain;
                if IN_PLACE.contains(&gain) {
                    near && self.own[at] > self.residue
                } else {
                    self.own[at] > MATTERS * self.residue
                }
            })
            .collect();
        found.sort_by(|&a, &b| self.own[b].total_cmp(&self.own[a]));
        found
    }
}

/// The gain that most have; of several that as many have, that nearest to 1.
fn common(gains: &[f64]) -> f64 {
    let alike = |a: f64, b: f64| (gain_to_db(a.abs()) - gain_to_db(b.abs())).abs() <= ALIKE_DB;
    let heard = gains
        .iter()
        .map(|gain| gain.abs())
        .filter(|gain| *gain > 0.3);
    let best = heard.clone().max_by(|&a, &b| {
        let count = |gain: f64| heard.clone().filter(|&other| alike(gain, other)).count();
        let off = |gain: f64| gain_to_db(gain).abs();
        count(a).cmp(&count(b)).then(off(b).total_cmp(&off(a)))
    });
    match best {
        // Those that are alike, their middle.
        Some(best) => {
            let near: Vec<f64> = heard.filter(|&other| alike(best, other)).collect();
            near.iter().sum::<f64>() / near.len() as f64
        }
        None => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_gain_is_that_of_most() {
        assert!((common(&[1.0, 1.0, 0.6, -1.0]) - 1.0).abs() < 1e-9);
        assert!((common(&[0.5, 0.5, 0.5, 1.0]) - 0.5).abs() < 1e-9);
        assert!((common(&[1.0, 0.6]) - 1.0).abs() < 1e-9);
        assert!((common(&[0.0, 0.01]) - 1.0).abs() < 1e-9);
    }
}
