//! How much later one file is than another, by the peak of their cross-correlation.

use super::Frames;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::raw::RawAudio;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// Frames of A that are looked for in B.
const FRAMES: usize = 1 << 18;
/// Furthest delay looked for, either way, in seconds.
const DELAY_MAX_S: f64 = 1.0;
/// Below this the peak is chance: two songs of one tempo reach 0.2.
const CORRELATION_MIN: f64 = 0.3;

/// Where B is against A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alignment {
    /// Whether they hold the same music.
    pub(super) found: bool,
    /// How much later B is.
    pub(super) delay_frames: i64,
    /// Correlation there.
    pub(super) correlation: f64,
}

/// Aligns B to A by the mid of the loudest passage of A.
pub(super) fn align(a: &mut RawAudio, b: &mut RawAudio) -> Outcome<Alignment> {
    let delay_max = (DELAY_MAX_S * f64::from(a.sample_rate_hz)) as usize;
    let start = loudest(a)?;
    let a_mid = mid(a, start as i64, FRAMES)?;
    let b_mid = mid(b, start as i64 - delay_max as i64, FRAMES + 2 * delay_max)?;
    let correlation = correlate(&a_mid, &b_mid)?;

    let power_a: f64 = a_mid.iter().map(|x| x * x).sum();
    // Power of B under A's window, as it slides.
    let mut power_b: f64 = b_mid[..FRAMES].iter().map(|x| x * x).sum();
    let mut best = (0.0, delay_max);
    for lag in 0..=2 * delay_max {
        let scale = libm::sqrt(power_a * power_b.max(0.0));
        // Where almost nothing is left of B, rounding would decide.
        let value = if scale > 1e-9 * power_a {
            correlation[lag] / scale
        } else {
            0.0
        };
        if value.abs() > f64::abs(best.0) {
            best = (value, lag);
        }
        if lag < 2 * delay_max {
            power_b += b_mid[lag + FRAMES] * b_mid[lag + FRAMES] - b_mid[lag] * b_mid[lag];
        }
    }
    Ok(Alignment {
        found: best.0.abs() >= CORRELATION_MIN,
        delay_frames: best.1 as i64 - delay_max as i64,
        correlation: best.0.clamp(-1.0, 1.0),
    })
}

/// Where the loudest passage of the length looked at begins.
fn loudest(audio: &mut RawAudio) -> Outcome<u64> {
    let mut powers = Vec::new();
    let mut lengths = Vec::new();
    let mut reader = audio.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        let power = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
        powers.push(power(left) + power(right));
        lengths.push(left.len());
    }
    let chunk = lengths.first().copied().unwrap_or(1);
    let span = (FRAMES / chunk).clamp(1, powers.len().max(1));
    let windows = powers
        .windows(span)
        .map(|window| window.iter().sum::<f64>());
    let best = windows
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    Ok(best.map_or(0, |(at, _)| (at * chunk) as u64))
}

/// The mid signal from `start` on; zeros before the beginning and behind the end.
fn mid(audio: &mut RawAudio, start: i64, frames: usize) -> Outcome<Vec<f64>> {
    let mut mid = vec![0.0; (-start).clamp(0, frames as i64) as usize];
    let mut reader = Frames::new(audio.reader()?);
    reader.skip(start.max(0) as u64)?;
    while mid.len() < frames {
        let now = reader.ready()?.min(frames - mid.len());
        if now == 0 {
            break;
        }
        let (left, right) = reader.take(now);
        mid.extend(left.iter().zip(right).map(|(l, r)| f64::from(l + r) / 2.0));
    }
    mid.resize(frames, 0.0);
    Ok(mid)
}

/// `result[lag]`: the sum over n of `a[n] · b[n + lag]`.
fn correlate(a: &[f64], b: &[f64]) -> Outcome<Vec<f64>> {
    let length = (a.len() + b.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, backward) = (
        planner.plan_fft_forward(length),
        planner.plan_fft_inverse(length),
    );
    let failed =
        |error: realfft::FftError| Failure::because(format!("the alignment failed ({error})"));
    let transform = |signal: &[f64]| {
        let mut padded = signal.to_vec();
        padded.resize(length, 0.0);
        let mut spectrum = forward.make_output_vec();
        forward
            .process(&mut padded, &mut spectrum)
            .map_err(failed)?;
        Ok::<Vec<Complex<f64>>, Failure>(spectrum)
    };
    let (a, mut b) = (transform(a)?, transform(b)?);
    for (b, a) in b.iter_mut().zip(&a) {
        *b *= a.conj() / length as f64;
    }
    let mut result = backward.make_output_vec();
    backward.process(&mut b, &mut result).map_err(failed)?;
    Ok(result)
}
