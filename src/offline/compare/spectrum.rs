//! Third-octave spectrum of a whole file, and the distance of two: plain and independent of the analyzer.

use crate::analysis::bands::{THIRDS, center_hz};
use crate::dsp::units::{db_to_energy, energy_to_db};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Frames under one Hann window, and from one window to the next.
const WINDOW_FRAMES: usize = 8192;
const HOP_FRAMES: usize = WINDOW_FRAMES / 2;
/// Windows with less than this share of the mean power do not count: pauses.
const GATE: f64 = 0.1;
/// A band this far below the strongest holds nothing: the music, its rate or its codec ends under it.
const EMPTY_DB: f64 = -100.0;
/// Bands of which the distance is made: 63 Hz to 12.5 kHz.
const DISTANCE_THIRDS: std::ops::RangeInclusive<usize> = 5..=28;
/// One standard deviation of finished songs around their mean, in dB, per third-octave from 20 Hz: what a
/// dB in a band weighs is one over it. After Elowsson and Friberg, "Long-term average spectrum in popular
/// music and its relation to the level of the percussion" (2017).
const SPREAD_DB: [f64; THIRDS] = [
    9.0, 8.5, 8.0, 7.1, 6.0, 5.0, 4.3, 3.6, 3.2, 2.9, 2.7, 2.6, 2.4, 2.3, 2.2, 2.2, 2.1, 2.1, 2.2,
    2.2, 2.3, 2.6, 2.8, 3.1, 3.4, 3.8, 4.2, 4.6, 5.3, 7.0, 10.0,
];

/// Collects the spectrum of a song.
pub(super) struct Spectrum {
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    /// Lowest and one past the highest bin of each third-octave; empty where the rate has no band.
    bins: [(usize, usize); THIRDS],
    waiting: [Vec<f32>; 2],
    /// Power of the bands, and of all, window by window.
    powers: Vec<([f64; THIRDS], f64)>,
    frames: Vec<f64>,
    bands: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Spectrum {
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW_FRAMES);
        let step = std::f64::consts::TAU / WINDOW_FRAMES as f64;
        let window = (0..WINDOW_FRAMES).map(|n| 0.5 - 0.5 * libm::cos(step * n as f64));
        let bin_hz = sample_rate_hz / WINDOW_FRAMES as f64;
        let bins = std::array::from_fn(|third| {
            let edge = |octaves: f64| center_hz(third) * libm::exp2(octaves);
            let upper_hz = edge(1.0 / 6.0);
            if upper_hz >= sample_rate_hz / 2.0 {
                return (0, 0);
            }
            let first_at = |hz: f64| (hz / bin_hz).ceil() as usize;
            (first_at(edge(-1.0 / 6.0)), first_at(upper_hz))
        });
        Self {
            window: window.collect(),
            bins,
            waiting: [Vec::new(), Vec::new()],
            powers: Vec::new(),
            frames: fft.make_input_vec(),
            bands: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Hears frames.
    pub(super) fn process(&mut self, left: &[f32], right: &[f32]) {
        self.waiting[0].extend_from_slice(left);
        self.waiting[1].extend_from_slice(right);
        let mut from = 0;
        while from + WINDOW_FRAMES <= self.waiting[0].len() {
            self.take_window(from);
            from += HOP_FRAMES;
        }
        for channel in &mut self.waiting {
            channel.drain(..from);
        }
    }

    fn take_window(&mut self, from: usize) {
        let mut powers = ([0.0; THIRDS], 0.0);
        for channel in &self.waiting {
            let heard = &channel[from..from + WINDOW_FRAMES];
            for ((frame, x), weight) in self.frames.iter_mut().zip(heard).zip(&self.window) {
                *frame = f64::from(*x) * weight;
            }
            let done =
                self.fft
                    .process_with_scratch(&mut self.frames, &mut self.bands, &mut self.scratch);
            debug_assert!(done.is_ok(), "the lengths are the transform's own");
            for (power, &(first, end)) in powers.0.iter_mut().zip(&self.bins) {
                let bins = &self.bands[first.min(end)..end];
                *power += bins.iter().map(Complex::norm_sqr).sum::<f64>();
            }
            powers.1 += self.bands.iter().map(Complex::norm_sqr).sum::<f64>();
        }
        self.powers.push(powers);
    }

    /// Levels in dB, with a reference of its own; `None` where there is no band, no bin, or nothing to speak of.
    pub(super) fn levels_db(self) -> [Option<f64>; THIRDS] {
        let count = self.powers.len().max(1) as f64;
        let mean = self.powers.iter().map(|(_, all)| all).sum::<f64>() / count;
        let mut sum = [0.0; THIRDS];
        let mut kept = 0.0;
        for (bands, _) in self.powers.iter().filter(|(_, all)| *all > GATE * mean) {
            kept += 1.0;
            for (sum, power) in sum.iter_mut().zip(bands) {
                *sum += power;
            }
        }
        let strongest = sum.iter().copied().fold(0.0, f64::max);
        let least = strongest * db_to_energy(EMPTY_DB);
        sum.map(|sum| (sum > least).then(|| energy_to_db(sum / kept)))
    }
}

/// Root mean square of the level differences, weighted by one over the spread, level offset removed.
pub(super) fn tone_distance_db(
    a: &[Option<f64>; THIRDS],
    b: &[Option<f64>; THIRDS],
) -> Option<f64> {
    let seen: Vec<(f64, f64)> = DISTANCE_THIRDS
        .filter_map(|third| Some((1.0 / SPREAD_DB[third], a[third]? - b[third]?)))
        .collect();
    let weights: f64 = seen.iter().map(|(weight, _)| weight).sum();
    if seen.is_empty() {
        return None;
    }
    let mean = seen.iter().map(|(weight, db)| weight * db).sum::<f64>() / weights;
    let square = seen
        .iter()
        .map(|(weight, db)| weight * (db - mean) * (db - mean));
    Some(libm::sqrt(square.sum::<f64>() / weights))
}
