//! What is there twice: a stem and its copy, a group beside its own members, a mix of all beside its stems.

use super::products::{Gram, Products, WINDOW_S};
use crate::dsp::units::db_to_energy;

/// Copies differ by less than this, in dB.
const TWIN_DB: f64 = -30.0;
/// A group is made of its members but for this, in dB.
const GROUP_DB: f64 = -15.0;
/// A mix is made of all others but for this, in dB: a limiter and an equalizer on it leave much.
const MIX_DB: f64 = -3.0;
/// Gains in a mix are alike within this factor.
const MIX_GAINS: f64 = 2.5;
/// A part that gives less of a whole, in dB, is not looked at.
const AUDIBLE_DB: f64 = -45.0;
/// Whether a stem is in another is told block by block, so many seconds each.
const BLOCK_S: f64 = 2.0;
/// Blocks that it takes, and the share of them that must agree on the gain, within this share of it. Of 108 pairs of
/// stems none agrees on a gain within the range below; of the same with one added to the other 103 do.
const BLOCKS_MIN: usize = 5;
const AGREE_SHARE: f64 = 0.8;
const AGREE: f64 = 0.15;
/// A share of a group's energy that says nothing.
const NEGLIGIBLE: f64 = 0.01;
/// Gains that a member may have in its group, linear.
const MEMBER_GAIN: std::ops::RangeInclusive<f64> = 0.5..=2.0;
/// A block counts for a part from this share of the part's loudest block on.
const ACTIVE_SHARE: f64 = 0.1;

/// A stem that would be summed twice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twice {
    /// The stem that can be left out.
    pub stem: usize,
    /// What holds it too.
    pub within: usize,
    /// Whether both are one; else `within` holds more.
    pub is_copy: bool,
    /// Its gain there, linear; below 0 upside down.
    pub gain: f64,
}

/// The stem that is a mix of all the others, if there is one.
pub fn mix_among(gram: &Gram, stems: &[usize]) -> Option<usize> {
    let heard: Vec<usize> = stems
        .iter()
        .copied()
        .filter(|&stem| gram.energy(stem) > 0.0)
        .collect();
    if heard.len() < 4 {
        // Of three, one that is the sum of two may be a group as well.
        return None;
    }
    let made = |whole: usize| {
        let parts: Vec<usize> = heard.iter().copied().filter(|&p| p != whole).collect();
        let gains = gram.fit(whole, &parts);
        let left = gram.residue(whole, &parts, &gains) / gram.energy(whole);
        let audible: Vec<f64> = parts
            .iter()
            .zip(&gains)
            .filter(|&(&part, _)| gram.energy(part) > db_to_energy(AUDIBLE_DB) * gram.energy(whole))
            .map(|(_, &gain)| gain)
            .collect();
        let highest = audible.iter().copied().fold(0.0, f64::max);
        let alike = audible
            .iter()
            .all(|&gain| gain * MIX_GAINS * MIX_GAINS > highest);
        (left <= db_to_energy(MIX_DB) && alike && audible.len() >= 3).then_some((whole, left))
    };
    heard
        .iter()
        .filter_map(|&whole| made(whole))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(whole, _)| whole)
}

/// What is there twice, by the stem that can be left out.
pub fn twice(products: &Products, stems: &[usize]) -> Vec<Twice> {
    let gram = products.total();
    let mut found: Vec<Twice> = Vec::new();
    let mut left: Vec<usize> = stems
        .iter()
        .copied()
        .filter(|&stem| gram.energy(stem) > 0.0)
        .collect();
    let mut at = 0;
    while at < left.len() {
        let first = left[at];
        let copies: Vec<usize> = left[at + 1..]
            .iter()
            .copied()
            .filter(|&other| {
                let correlation = gram.correlation(first, other);
                1.0 - correlation * correlation < db_to_energy(TWIN_DB)
            })
            .collect();
        for copy in copies {
            left.retain(|&stem| stem != copy);
            found.push(Twice {
                stem: copy,
                within: first,
                is_copy: true,
                gain: gram.at(first, copy) / gram.energy(copy),
            });
        }
        at += 1;
    }
    let blocks = blocks(products);
    let mut members: Vec<Twice> = left
        .iter()
        .flat_map(|&group| members(&gram, &blocks, group, &left))
        .collect();
    // Seen from the member the group is in it too, at a gain further from 1.
    let off = |twice: &Twice| libm::log(twice.gain).abs();
    members.sort_by(|a, b| off(a).total_cmp(&off(b)));
    for member in members {
        let is_known = found
            .iter()
            .any(|twice| twice.stem == member.stem || twice.stem == member.within);
        if !is_known {
            found.push(member);
        }
    }
    found
}

fn blocks(products: &Products) -> Vec<Gram> {
    let length = libm::round(BLOCK_S / WINDOW_S) as usize;
    (0..products.windows() / length)
        .map(|at| products.over(at * length..(at + 1) * length))
        .collect()
}

/// The stems that a group holds.
fn members(gram: &Gram, blocks: &[Gram], group: usize, stems: &[usize]) -> Vec<Twice> {
    let parts: Vec<usize> = stems.iter().copied().filter(|&p| p != group).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let gains = gram.fit(group, &parts);
    let left = gram.residue(group, &parts, &gains) / gram.energy(group);
    let share = |part: usize, gain: f64| gain * gain * gram.energy(part) / gram.energy(group);
    let mut counted = parts.iter().zip(&gains);
    let is_sum = counted.all(|(&part, &gain)| gain > 0.0 || share(part, gain) < NEGLIGIBLE);
    let is_whole = is_sum && left <= db_to_energy(GROUP_DB);
    parts
        .iter()
        .zip(&gains)
        .filter(|&(&part, &gain)| {
            MEMBER_GAIN.contains(&gain)
                && share(part, gain) > db_to_energy(AUDIBLE_DB)
                && (is_whole || is_steady(blocks, group, &parts, part, gain))
        })
        .map(|(&stem, &gain)| Twice {
            stem,
            within: group,
            is_copy: false,
            gain,
        })
        .collect()
}

/// Whether a part has one gain in a group all through.
fn is_steady(blocks: &[Gram], group: usize, parts: &[usize], part: usize, gain: f64) -> bool {
    let loudest = blocks
        .iter()
        .map(|block| block.energy(part))
        .fold(0.0, f64::max);
    let active = blocks
        .iter()
        .filter(|block| block.energy(part) > ACTIVE_SHARE * loudest);
    let (mut count, mut agree) = (0, 0);
    for block in active {
        let gains = block.fit(group, parts);
        let here = parts.iter().zip(&gains).find(|(other, _)| **other == part);
        if let Some((_, &here)) = here {
            count += 1;
            agree += usize::from((here / gain - 1.0).abs() <= AGREE);
        }
    }
    count >= BLOCKS_MIN && agree as f64 >= AGREE_SHARE * count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: usize = 24_000;

    fn noise(seed: u64) -> Vec<f32> {
        let mut state = seed;
        (0..FRAMES)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                ((state >> 40) as f64 / f64::from(1_u32 << 23) - 1.0) as f32
            })
            .collect()
    }

    fn sum(parts: &[(&[f32], f32)]) -> Vec<f32> {
        let mut sum = vec![0.0; FRAMES];
        for (part, gain) in parts {
            for (sum, x) in sum.iter_mut().zip(*part) {
                *sum += gain * x;
            }
        }
        sum
    }

    fn products(signals: &[&[f32]]) -> Products {
        let mut products = Products::new(signals.len(), 1000);
        let both: Vec<[&[f32]; 2]> = signals.iter().map(|&s| [s, s]).collect();
        products.process(&both);
        products.finish();
        products
    }

    #[test]
    fn copies_are_found_whatever_their_gain() {
        let (a, b) = (noise(1), noise(2));
        let upside_down = sum(&[(&a, -0.5)]);
        let found = twice(&products(&[&a, &b, &upside_down]), &[0, 1, 2]);
        assert_eq!(found.len(), 1);
        let twin = found[0];
        assert_eq!((twin.stem, twin.within, twin.is_copy), (2, 0, true));
        assert!((twin.gain + 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_group_beside_its_members_is_found_also_when_it_holds_more() {
        let (kick, snare, bass, keys) = (noise(3), noise(4), noise(5), noise(6));
        let drums = sum(&[(&kick, 1.0), (&snare, 1.0)]);
        let whole = twice(&products(&[&kick, &snare, &bass, &drums]), &[0, 1, 2, 3]);
        let stems: Vec<_> = whole.iter().map(|t| (t.stem, t.within)).collect();
        assert!(
            stems.contains(&(0, 3)) && stems.contains(&(1, 3)),
            "{whole:?}"
        );
        let part = twice(&products(&[&kick, &keys, &bass, &drums]), &[0, 1, 2, 3]);
        let stems: Vec<_> = part.iter().map(|t| (t.stem, t.within)).collect();
        assert_eq!(stems, [(0, 3)]);
        let intact = twice(&products(&[&kick, &snare, &bass, &keys]), &[0, 1, 2, 3]);
        assert!(intact.is_empty(), "{intact:?}");
    }

    #[test]
    fn a_mix_among_its_stems_is_found_also_when_driven() {
        let (a, b, c) = (noise(7), noise(8), noise(9));
        let quiet = sum(&[(&b, 0.3)]);
        let mix: Vec<f32> = sum(&[(&a, 1.0), (&quiet, 1.0), (&c, 1.0)])
            .iter()
            .map(|x| 2.0 * x.clamp(-0.7, 0.7))
            .collect();
        let gram = products(&[&a, &mix, &quiet, &c]).total();
        assert_eq!(mix_among(&gram, &[0, 1, 2, 3]), Some(1));
        let gram = products(&[&a, &b, &quiet, &c]).total();
        assert_eq!(mix_among(&gram, &[0, 1, 3]), None);
    }
}
