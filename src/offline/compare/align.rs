//! How much later one file is than another, and whether it is upside down: by the peak of their
//! cross-correlation in the band where masters keep the phase of the mix.
//!
//! Each is filtered to the band and made white by its own smoothed spectrum: the smoothed coherence
//! transform of Knapp and Carter, "The generalized correlation method for estimation of time delay", IEEE
//! Trans. ASSP 24(4), 1976. Equalizers and bass, whose phase all-passes turn, weigh nothing then; the peak
//! is sharp; and other than with the phase transform its height still is a correlation.

use super::Frames;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::raw::RawAudio;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Frames of A that are looked for in B.
const FRAMES: usize = 1 << 18;
/// Furthest delay looked for, either way, in seconds.
const DELAY_MAX_S: f64 = 1.0;
/// Below this the peak is chance. Of 147 pairs of different songs none reaches 0.03, of 21 masters all 0.96.
const CORRELATION_MIN: f64 = 0.15;
/// Edges in Hz: above what mono bass, crossovers and high-passes turn, below what codecs cut.
const BAND_HZ: (f64, f64) = (300.0, 8000.0);
/// For what has next to nothing in the band: all there is.
const WHOLE_HZ: (f64, f64) = (20.0, 20_000.0);
/// Share of the power that next to nothing is: −60 dB.
const SHARE_MIN: f64 = 1e-6;
/// The ends of what is looked at fade over so long, in seconds: a cut would click, and clicks correlate.
const FADE_S: f64 = 0.03;
/// How far the filter takes to fall beyond an edge, and the smoothing reaches either way, in octaves.
const SLOPE_OCTAVES: f64 = 1.0 / 3.0;
const SMOOTHING_OCTAVES: f64 = 1.0 / 6.0;
/// What is this far below the strongest of the band is not lifted as high as it: −60 dB.
const FLOOR: f64 = 1e-6;

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

/// Aligns B to A by the mid of the loudest passage of A, whatever the gain of either.
pub(super) fn align(a: &mut RawAudio, b: &mut RawAudio) -> Outcome<Alignment> {
    let delay_max = (DELAY_MAX_S * f64::from(a.sample_rate_hz)) as usize;
    let start = loudest(a)?;
    let rate_hz = f64::from(a.sample_rate_hz);
    let mut a_mid = mid(a, start as i64, FRAMES)?;
    let mut b_mid = mid(b, start as i64 - delay_max as i64, FRAMES + 2 * delay_max)?;
    for mid in [&mut a_mid, &mut b_mid] {
        fade_ends(mid, (FADE_S * rate_hz) as usize);
    }
    let fft = Fft::new((a_mid.len() + b_mid.len()).next_power_of_two());
    let (mut a_bins, mut b_bins) = (fft.forward(&a_mid)?, fft.forward(&b_mid)?);
    let bin_hz = rate_hz / fft.length as f64;
    let is_heard = |bins: &[Complex<f64>]| share(bins, bin_hz, BAND_HZ) > SHARE_MIN;
    let band_hz = if is_heard(&a_bins) && is_heard(&b_bins) {
        BAND_HZ
    } else {
        WHOLE_HZ
    };
    whiten(&mut a_bins, bin_hz, band_hz);
    whiten(&mut b_bins, bin_hz, band_hz);
    let white_b = fft.backward(&b_bins)?;
    let power_a: f64 = fft.backward(&a_bins)?.iter().map(|x| x * x).sum();
    for (b, a) in b_bins.iter_mut().zip(&a_bins) {
        *b *= a.conj();
    }
    // `correlation[lag]`: the sum over n of `a[n] · b[n + lag]`.
    let correlation = fft.backward(&b_bins)?;

    // Power of B under A's window, as it slides.
    let mut power_b: f64 = white_b[..FRAMES].iter().map(|x| x * x).sum();
    let mut best = (0.0, delay_max);
    for lag in 0..=2 * delay_max {
        let scale = libm::sqrt(power_a * power_b.max(0.0));
        // Where almost nothing is left of B, rounding would decide.
        let value = if scale > 1e-3 * power_a {
            correlation[lag] / scale
        } else {
            0.0
        };
        if value.abs() > f64::abs(best.0) {
            best = (value, lag);
        }
        if lag < 2 * delay_max {
            power_b += white_b[lag + FRAMES] * white_b[lag + FRAMES] - white_b[lag] * white_b[lag];
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

/// Half a Hann window over the first and the last frames.
fn fade_ends(signal: &mut [f64], frames: usize) {
    let length = signal.len();
    for n in 0..frames.min(length / 2) {
        let turn = std::f64::consts::PI * (n as f64 + 0.5) / frames as f64;
        let gain = 0.5 - 0.5 * libm::cos(turn);
        signal[n] *= gain;
        signal[length - 1 - n] *= gain;
    }
}

/// Share of the power that lies within a band, 0 to 1.
fn share(bins: &[Complex<f64>], bin_hz: f64, (from_hz, to_hz): (f64, f64)) -> f64 {
    let power = |bins: &[Complex<f64>]| bins.iter().map(Complex::norm_sqr).sum::<f64>();
    let at = |hz: f64| ((hz / bin_hz) as usize).min(bins.len());
    let whole = power(bins);
    if whole > 0.0 {
        power(&bins[at(from_hz)..at(to_hz)]) / whole
    } else {
        0.0
    }
}

/// Leaves a band, and in it one level: each bin is divided by the level around it. No phase is changed.
fn whiten(bins: &mut [Complex<f64>], bin_hz: f64, (from_hz, to_hz): (f64, f64)) {
    // `sums[n]`: the power below bin `n`.
    let mut sums = Vec::with_capacity(bins.len() + 1);
    sums.push(0.0);
    let mut sum = 0.0;
    for bin in bins.iter() {
        sum += bin.norm_sqr();
        sums.push(sum);
    }
    let reach = libm::exp2(SMOOTHING_OCTAVES);
    let around = |n: usize| {
        let from = (n as f64 / reach) as usize;
        let to = ((n as f64 * reach) as usize + 1).min(sums.len() - 1);
        (sums[to] - sums[from]) / (to - from) as f64
    };
    let at = |hz: f64| ((hz / bin_hz) as usize).min(bins.len());
    let strongest = (at(from_hz)..at(to_hz)).map(around).fold(0.0, f64::max);
    for (n, bin) in bins.iter_mut().enumerate() {
        let hz = n as f64 * bin_hz;
        let beyond = f64::max(libm::log2(from_hz / hz), libm::log2(hz / to_hz));
        let gain = 1.0 - (beyond / SLOPE_OCTAVES).clamp(0.0, 1.0);
        let power = around(n).max(FLOOR * strongest);
        *bin *= if power > 0.0 {
            gain / libm::sqrt(power)
        } else {
            0.0
        };
    }
}

/// Transforms of one length, there and back.
struct Fft {
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
}

impl Fft {
    fn new(length: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            length,
            forward: planner.plan_fft_forward(length),
            backward: planner.plan_fft_inverse(length),
        }
    }

    /// The spectrum of a signal, zeros behind it.
    fn forward(&self, signal: &[f64]) -> Outcome<Vec<Complex<f64>>> {
        let mut padded = signal.to_vec();
        padded.resize(self.length, 0.0);
        let mut bins = self.forward.make_output_vec();
        self.forward
            .process(&mut padded, &mut bins)
            .map_err(failed)?;
        Ok(bins)
    }

    /// The signal of a spectrum.
    fn backward(&self, bins: &[Complex<f64>]) -> Outcome<Vec<f64>> {
        let mut bins = bins.to_vec();
        // What is real in theory may have rounded otherwise.
        for end in [0, bins.len() - 1] {
            bins[end].im = 0.0;
        }
        let mut signal = self.backward.make_output_vec();
        self.backward
            .process(&mut bins, &mut signal)
            .map_err(failed)?;
        for x in &mut signal {
            *x /= self.length as f64;
        }
        Ok(signal)
    }
}

fn failed(error: realfft::FftError) -> Failure {
    Failure::because(format!("the alignment failed ({error})"))
}

#[cfg(test)]
mod tests;
