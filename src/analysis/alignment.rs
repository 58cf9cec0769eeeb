//! How much later one signal is than another, and whether it is upside down: by the peak of their
//! cross-correlation in a band.
//!
//! Each is filtered to the band and made white by its own smoothed spectrum: the smoothed coherence
//! transform of Knapp and Carter, "The generalized correlation method for estimation of time delay", IEEE
//! Trans. ASSP 24(4), 1976. Equalizers and bass, whose phase all-passes turn, weigh nothing then; the peak
//! is sharp; and other than with the phase transform its height still is a correlation.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

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
/// A second peak is one that lies further away than this, in seconds.
const APART_S: f64 = 0.001;

/// Where one signal is found in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Where it begins there, in frames.
    pub lag: usize,
    /// What the parabola through the peak and its neighbours adds to that, −0.5 to 0.5.
    pub fraction: f64,
    /// Correlation there, −1 to 1.
    pub correlation: f64,
    /// The highest correlation anywhere else, without sign.
    pub second: f64,
}

/// Looks for all of `a` in the longer `b`, whatever the gain of either. `None` where `a` is silent or `b` is not
/// longer.
pub fn find(a: Vec<f64>, b: Vec<f64>, rate_hz: f64, band_hz: (f64, f64)) -> Option<Peak> {
    Some(peak_of(&correlations(a, b, rate_hz, band_hz)?, rate_hz))
}

/// The correlation of `a` with what the longer `b` holds at each place, −1 to 1. `None` as for [`find`].
pub fn correlations(
    mut a: Vec<f64>,
    mut b: Vec<f64>,
    rate_hz: f64,
    band_hz: (f64, f64),
) -> Option<Vec<f64>> {
    let lags = (b.len() + 1).checked_sub(a.len())?;
    let frames = a.len();
    for signal in [&mut a, &mut b] {
        fade_ends(signal, (FADE_S * rate_hz) as usize);
    }
    let fft = Fft::new((a.len() + b.len()).next_power_of_two());
    let (mut a_bins, mut b_bins) = (fft.forward(a), fft.forward(b));
    let bin_hz = rate_hz / fft.length as f64;
    let is_heard = |bins: &[Complex<f64>]| share(bins, bin_hz, band_hz) > SHARE_MIN;
    let band_hz = if is_heard(&a_bins) && is_heard(&b_bins) {
        band_hz
    } else {
        WHOLE_HZ
    };
    whiten(&mut a_bins, bin_hz, band_hz);
    whiten(&mut b_bins, bin_hz, band_hz);
    let white_b = fft.backward(b_bins.clone());
    let power_a: f64 = fft.backward(a_bins.clone()).iter().map(|x| x * x).sum();
    if power_a <= 0.0 {
        return None;
    }
    for (b, a) in b_bins.iter_mut().zip(&a_bins) {
        *b *= a.conj();
    }
    // `values[lag]`: the sum over n of `a[n] · b[n + lag]`, over the power of both.
    let mut values = fft.backward(b_bins);
    values.truncate(lags);
    // Power of B under A's window, as it slides.
    let mut power_b: f64 = white_b[..frames].iter().map(|x| x * x).sum();
    for (lag, value) in values.iter_mut().enumerate() {
        let scale = libm::sqrt(power_a * power_b.max(0.0));
        // Where almost nothing is left of B, rounding would decide.
        *value = if scale > 1e-3 * power_a {
            *value / scale
        } else {
            0.0
        };
        if lag + 1 < lags {
            power_b += white_b[lag + frames] * white_b[lag + frames] - white_b[lag] * white_b[lag];
        }
    }
    Some(values)
}

/// The highest of correlations, whatever its sign.
pub fn peak_of(values: &[f64], rate_hz: f64) -> Peak {
    let apart = (APART_S * rate_hz) as usize + 1;
    let highest = |values: &[f64]| {
        let mut best = (0, 0.0_f64);
        for (lag, &value) in values.iter().enumerate() {
            if value.abs() > best.1.abs() {
                best = (lag, value);
            }
        }
        best
    };
    let (lag, correlation) = highest(values);
    let before = &values[..lag.saturating_sub(apart)];
    let after = &values[(lag + apart).min(values.len())..];
    let second = highest(before).1.abs().max(highest(after).1.abs());
    let at = |lag: Option<usize>| lag.and_then(|lag| values.get(lag)).copied();
    let fraction = match (at(lag.checked_sub(1)), at(Some(lag + 1))) {
        (Some(low), Some(high)) => {
            let bend = low - 2.0 * correlation + high;
            if bend == 0.0 {
                0.0
            } else {
                (0.5 * (low - high) / bend).clamp(-0.5, 0.5)
            }
        }
        _ => 0.0,
    };
    Peak {
        lag,
        fraction,
        correlation: correlation.clamp(-1.0, 1.0),
        second,
    }
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
    fn forward(&self, mut signal: Vec<f64>) -> Vec<Complex<f64>> {
        signal.resize(self.length, 0.0);
        let mut bins = self.forward.make_output_vec();
        // Lengths are ours: it cannot fail.
        if self.forward.process(&mut signal, &mut bins).is_err() {
            bins.fill(Complex::default());
        }
        bins
    }

    /// The signal of a spectrum.
    fn backward(&self, mut bins: Vec<Complex<f64>>) -> Vec<f64> {
        // What is real in theory may have rounded otherwise.
        for end in [0, bins.len() - 1] {
            bins[end].im = 0.0;
        }
        let mut signal = self.backward.make_output_vec();
        if self.backward.process(&mut bins, &mut signal).is_err() {
            signal.fill(0.0);
        }
        for x in &mut signal {
            *x /= self.length as f64;
        }
        signal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that is the same every time.
    fn noise(frames: usize) -> Vec<f64> {
        let mut state = 1_u64;
        (0..frames)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
            })
            .collect()
    }

    #[test]
    fn a_signal_is_found_where_it_is() {
        let song = noise(40_000);
        let a = song[10_000..30_000].to_vec();
        for gain in [1.0, -0.3] {
            let b: Vec<f64> = song.iter().map(|x| x * gain).collect();
            let peak = find(a.clone(), b, 44_100.0, (150.0, 8000.0)).expect("a peak");
            assert_eq!(peak.lag, 10_000);
            assert!(peak.fraction.abs() < 0.01, "{peak:?}");
            assert_eq!(peak.correlation.signum(), f64::signum(gain));
            assert!(peak.correlation.abs() > 1.5 * peak.second, "{peak:?}");
        }
    }

    #[test]
    fn silence_is_found_nowhere() {
        assert_eq!(
            find(vec![0.0; 1000], noise(3000), 44_100.0, (150.0, 8000.0)),
            None
        );
        assert_eq!(
            find(noise(1000), noise(100), 44_100.0, (150.0, 8000.0)),
            None
        );
    }
}
