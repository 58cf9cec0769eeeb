//! How much more a band jumps out of its neighbours than it dips: what consonants do, and hits do not.

use crate::analysis::statistics::quantile;

/// A frame that says nothing.
pub const NOTHING: i8 = i8::MIN;
const STEPS_PER_DB: f64 = 4.0;
/// Frames of 5 ms that are smoothed over: shorter is no consonant.
const SMOOTHED: usize = 3;
/// Frames before and after one that its usual level is taken of: half a second in all.
const AROUND: usize = 50;
/// Fewer frames say nothing.
const FRAMES_MIN: usize = 10 * AROUND;

/// Density inside over the mean of the densities beside it (all linear powers), as a bump.
pub fn bump(inside: f64, low: f64, high: f64) -> i8 {
    if !(inside > 0.0 && low > 0.0 && high > 0.0) {
        return NOTHING;
    }
    let db = 10.0 * libm::log10(inside) - 5.0 * libm::log10(low) - 5.0 * libm::log10(high);
    (STEPS_PER_DB * db).clamp(-127.0, 127.0) as i8
}

/// 95th and 10th percentile together of the bumps' deviation from the median around them, in dB: 0 where
/// they rise as far as they fall. 0 for too few.
pub fn jump_db(bumps: &[i8]) -> f64 {
    if bumps.len() < FRAMES_MIN {
        return 0.0;
    }
    let smooth: Vec<i8> = bumps
        .windows(SMOOTHED)
        .map(|three| (three.iter().map(|&x| i32::from(x)).sum::<i32>() / SMOOTHED as i32) as i8)
        .collect();
    let medians = medians(&smooth);
    let mut deviations: Vec<f64> = smooth
        .iter()
        .zip(medians)
        .map(|(&bump, median)| (f64::from(bump) - f64::from(median)) / STEPS_PER_DB)
        .collect();
    let high = quantile(&mut deviations, 0.95).unwrap_or(0.0);
    let low = quantile(&mut deviations, 0.10).unwrap_or(0.0);
    high + low
}

/// The median of [`AROUND`] frames before and after each, by a histogram that slides along.
fn medians(bumps: &[i8]) -> Vec<i8> {
    let mut counts = [0_u32; 256];
    let place = |bump: i8| usize::from((i16::from(bump) + 128) as u8);
    let mut inside = 0;
    let mut until = 0;
    (0..bumps.len())
        .map(|n| {
            while until < bumps.len() && until <= n + AROUND {
                counts[place(bumps[until])] += 1;
                inside += 1;
                until += 1;
            }
            if n > AROUND {
                counts[place(bumps[n - AROUND - 1])] -= 1;
                inside -= 1;
            }
            let mut below = 0;
            let middle = counts.iter().position(|&count| {
                below += count;
                2 * below >= inside
            });
            (middle.unwrap_or(128) as i16 - 128) as i8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames about 0 dB that stray by ±1 dB, with `up` of every 20 raised by 8 dB.
    fn frames(up: usize) -> Vec<i8> {
        let mut state = 5_u32;
        (0..4000)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let stray = (state >> 24) as i32 % 9 - 4;
                (stray + if n % 20 < up { 32 } else { 0 }) as i8
            })
            .collect()
    }

    #[test]
    fn the_bump_is_the_level_over_the_mean_of_its_neighbours() {
        assert_eq!(bump(10.0, 1.0, 1.0), 40);
        assert_eq!(bump(1.0, 10.0, 0.1), 0);
        assert_eq!(bump(0.0, 1.0, 1.0), NOTHING);
    }

    #[test]
    fn only_what_rises_more_than_it_falls_jumps() {
        let even = jump_db(&frames(0));
        assert!(even.abs() < 0.5, "{even}");
        let jumping = jump_db(&frames(3));
        assert!(jumping > 5.0, "{jumping}");
        // The other way round it is a dip, and no consonant.
        let dips: Vec<i8> = frames(3).iter().map(|&x| -x).collect();
        assert!(jump_db(&dips) < 0.0);
    }

    #[test]
    fn a_slow_swell_is_none() {
        let swell: Vec<i8> = (0..4000).map(|n| (n / 40) as i8).collect();
        assert!(jump_db(&swell).abs() < 0.3);
    }

    #[test]
    fn the_sliding_median_is_the_plain_one() {
        let bumps = frames(6);
        for (n, median) in medians(&bumps).into_iter().enumerate().step_by(97) {
            let (from, to) = (n.saturating_sub(AROUND), (n + AROUND + 1).min(bumps.len()));
            let mut around = bumps[from..to].to_vec();
            around.sort_unstable();
            assert_eq!(median, around[(around.len() - 1) / 2], "{n}");
        }
    }
}
