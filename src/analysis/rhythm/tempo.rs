//! The beat: where the autocorrelation of the onsets is highest, with a preference for 120 beats per minute.

use super::FRAMES;
use crate::analysis::slice::SLICES_PER_SECOND;

/// Onset frames per second.
const RATE_HZ: f64 = FRAMES as f64 * SLICES_PER_SECOND;
/// Beats per minute looked for.
const BPM: [f64; 2] = [50.0, 220.0];
/// Where the preference is highest, and its width in octaves (Ellis 2007).
const PREFERRED_BPM: f64 = 120.0;
const PREFERENCE_OCTAVES: f64 = 0.9;
/// Time over which the mean is taken away.
const MEAN_FRAMES: usize = 50;

/// Tempo in beats per minute and its strength: the peak of the autocorrelation over the mean of its
/// magnitude. `None` before 8 s.
pub(super) fn tempo(flux: &[(usize, f64)]) -> Option<(f64, f64)> {
    if flux.len() < 8 * RATE_HZ as usize {
        return None;
    }
    let sums: Vec<f64> = core::iter::once(0.0)
        .chain(flux.iter().scan(0.0, |sum, (_, x)| {
            *sum += x;
            Some(*sum)
        }))
        .collect();
    let centred: Vec<f64> = (0..flux.len())
        .map(|n| {
            let (low, high) = (
                n.saturating_sub(MEAN_FRAMES),
                (n + MEAN_FRAMES).min(flux.len()),
            );
            flux[n].1 - (sums[high] - sums[low]) / (high - low) as f64
        })
        .collect();
    let lag_of = |bpm: f64| libm::round(60.0 * RATE_HZ / bpm) as usize;
    let (first, last) = (lag_of(BPM[1]), lag_of(BPM[0]));
    // One more on both sides, for the vertex.
    let products: Vec<f64> = (first - 1..=last + 1)
        .map(|lag| {
            let pairs = centred.iter().zip(&centred[lag..]);
            let frames = flux.iter().zip(&flux[lag..]);
            pairs
                .zip(frames)
                .filter(|(_, (a, b))| b.0 - a.0 == lag)
                .map(|((a, b), _)| a * b)
                .sum::<f64>()
        })
        .collect();
    let scale = products.iter().map(|x| x.abs()).sum::<f64>() / products.len() as f64;
    if scale <= 0.0 {
        return None;
    }
    let preferred = |n: usize| {
        let bpm = 60.0 * RATE_HZ / (first - 1 + n) as f64;
        let octaves = libm::log2(bpm / PREFERRED_BPM) / PREFERENCE_OCTAVES;
        products[n] * libm::exp(-0.5 * octaves * octaves)
    };
    let best = (1..products.len() - 1)
        .filter(|&n| products[n] >= products[n - 1] && products[n] >= products[n + 1])
        .max_by(|&a, &b| preferred(a).total_cmp(&preferred(b)))?;
    let [before, here, after] = [products[best - 1], products[best], products[best + 1]];
    let bend = before - 2.0 * here + after;
    let shift = if bend < 0.0 {
        (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    };
    let lag = (first - 1 + best) as f64 + shift;
    Some((60.0 * RATE_HZ / lag, here / scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beat_is_found_and_noise_is_weak() {
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        for bpm in [75.0, 100.0, 128.0, 170.0] {
            let period = 6000.0 / bpm;
            let flux: Vec<(usize, f64)> = (0..3000)
                .map(|n| {
                    let beat = (n as f64 % period) < 1.5;
                    (n, random() + if beat { 4.0 } else { 0.0 })
                })
                .collect();
            let (found, strength) = tempo(&flux).expect("there is a beat");
            assert!((found / bpm - 1.0).abs() < 0.02, "{bpm}: {found}");
            assert!(strength > 2.0, "{strength}");
        }
    }
}
