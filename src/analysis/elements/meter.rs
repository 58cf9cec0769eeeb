//! Listens in frames of about 23 ms: how much there is in each band of mid and side, at its most and least
//! within 100 ms (what hits, what stays), and how much of mid is tones.

use super::model::{BANDS, LIMITS_HZ};
use crate::dsp::block::Stream;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use std::fmt;

/// Length of a frame up to 60 kHz; at higher rates it is as long in time. Frames overlap by half.
const FRAME: usize = 1024;
/// Longest frame.
const FRAME_MAX: usize = 32_768;
/// Bins on each side of a bin that its prominence is told against.
const AROUND: usize = 6;
/// How far a peak stands above the mean of its surroundings to count as a tone: 6 dB.
const PROMINENCE: f32 = 4.0;

/// What the elements' meter leaves in a slice: energies per band, on a scale that only the meter knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElementsPart {
    /// Mid, mean over the slice.
    pub mid_mean: [f32; BANDS],
    /// Mid, the most of any frame.
    pub mid_peak: [f32; BANDS],
    /// Mid, the least of any frame.
    pub mid_floor: [f32; BANDS],
    /// Side, mean over the slice.
    pub side_mean: [f32; BANDS],
    /// Side, the least of any frame.
    pub side_floor: [f32; BANDS],
    /// Mid, what is in peaks of the spectrum, mean over the slice.
    pub tonal_mean: [f32; BANDS],
}

/// Listens for the parts of the sound that an element owns.
pub struct ElementsMeter {
    /// Remembers its one plan.
    planner: RealFftPlanner<f32>,
    window: Vec<f32>,
    bands: Vec<Band>,
    /// Mid and side since the last frame, with what it shares with the next.
    heard: [Vec<f32>; 2],
    filled: usize,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    mid: Vec<f32>,
    side: Vec<f32>,
    tonal: Vec<f32>,
    part: ElementsPart,
    frames: usize,
}

/// The bins of a band with the share that each has in it.
#[derive(Debug)]
struct Band {
    first: usize,
    shares: Vec<f32>,
}

impl Band {
    fn new(low_hz: f64, high_hz: f64, bin_hz: f64, bins: usize) -> Self {
        let share = |bin: usize| {
            let center_hz = bin as f64 * bin_hz;
            let low_hz = low_hz.max(center_hz - bin_hz / 2.0);
            let high_hz = high_hz.min(center_hz + bin_hz / 2.0);
            ((high_hz - low_hz) / bin_hz).clamp(0.0, 1.0) as f32
        };
        let first = (0..bins).find(|&bin| share(bin) > 0.0).unwrap_or(bins);
        let shares = (first..bins).map(share).take_while(|&s| s > 0.0).collect();
        Self { first, shares }
    }

    fn energy(&self, bins: &[f32]) -> f32 {
        bins[self.first..]
            .iter()
            .zip(&self.shares)
            .map(|(energy, share)| energy * share)
            .sum()
    }
}

impl fmt::Debug for ElementsMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ElementsMeter")
            .field("frame", &self.frame.len())
            .finish_non_exhaustive()
    }
}

impl ElementsMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let mut length = FRAME;
        while length < FRAME_MAX && stream.sample_rate_hz > 60_000.0 * (length / FRAME) as f64 {
            length *= 2;
        }
        let mut planner = RealFftPlanner::new();
        let fft = planner.plan_fft_forward(length);
        let bins = fft.make_output_vec();
        let bin_hz = stream.sample_rate_hz / length as f64;
        let turn = 2.0 * std::f64::consts::PI / length as f64;
        Self {
            window: (0..length)
                .map(|n| (0.5 - 0.5 * libm::cos(turn * n as f64)) as f32)
                .collect(),
            bands: LIMITS_HZ
                .windows(2)
                .map(|limits| Band::new(limits[0], limits[1], bin_hz, bins.len()))
                .collect(),
            heard: [vec![0.0; length], vec![0.0; length]],
            filled: 0,
            frame: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            mid: vec![0.0; bins.len()],
            side: vec![0.0; bins.len()],
            tonal: vec![0.0; bins.len()],
            bins,
            planner,
            part: ElementsPart::default(),
            frames: 0,
        }
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.part = ElementsPart::default();
        self.frames = 0;
    }

    /// Hears frames of the present slice.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let length = self.window.len();
        for (&left, &right) in left.iter().zip(right) {
            let (mid, side) = ((left + right) * 0.5, (left - right) * 0.5);
            let fit = mid.is_finite() && side.is_finite();
            self.heard[0][self.filled] = if fit { mid } else { 0.0 };
            self.heard[1][self.filled] = if fit { side } else { 0.0 };
            self.filled += 1;
            if self.filled == length {
                self.measure();
                for heard in &mut self.heard {
                    heard.copy_within(length / 2.., 0);
                }
                self.filled = length - length / 2;
            }
        }
    }

    /// Ends the slice.
    pub fn take(&mut self) -> ElementsPart {
        let mut part = core::mem::take(&mut self.part);
        let scale = 1.0 / self.frames.max(1) as f32;
        self.frames = 0;
        for sums in [
            &mut part.mid_mean,
            &mut part.side_mean,
            &mut part.tonal_mean,
        ] {
            for sum in sums {
                *sum *= scale;
            }
        }
        part
    }

    fn measure(&mut self) {
        let fft = self.planner.plan_fft_forward(self.window.len());
        for (heard, energies) in self.heard.iter().zip([&mut self.mid, &mut self.side]) {
            for ((to, from), weight) in self.frame.iter_mut().zip(heard).zip(&self.window) {
                *to = from * weight;
            }
            // The lengths are those that the plan made, so this cannot fail.
            let done = fft.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok());
            for (energy, bin) in energies.iter_mut().zip(&self.bins) {
                *energy = bin.norm_sqr();
            }
        }
        find_tones(&self.mid, &mut self.tonal);
        let first = self.frames == 0;
        self.frames += 1;
        for (band, bins) in self.bands.iter().enumerate() {
            let mid = bins.energy(&self.mid);
            let side = bins.energy(&self.side);
            let part = &mut self.part;
            part.mid_mean[band] += mid;
            part.side_mean[band] += side;
            part.tonal_mean[band] += bins.energy(&self.tonal);
            part.mid_peak[band] = part.mid_peak[band].max(mid);
            part.mid_floor[band] = if first {
                mid
            } else {
                part.mid_floor[band].min(mid)
            };
            part.side_floor[band] = if first {
                side
            } else {
                part.side_floor[band].min(side)
            };
        }
    }
}

/// Keeps the bins of local peaks that stand out of their surroundings, with their neighbours.
fn find_tones(energies: &[f32], tonal: &mut [f32]) {
    tonal.fill(0.0);
    let bins = energies.len();
    // Mirrored beyond both ends.
    let at = |bin: isize| {
        let bin = if bin < 0 { -bin - 1 } else { bin } as usize;
        f64::from(energies[if bin >= bins { 2 * bins - 1 - bin } else { bin }])
    };
    let width = (2 * AROUND + 1) as f64;
    for bin in 1..bins - 1 {
        let here = energies[bin];
        if here < energies[bin - 1] || here < energies[bin + 1] {
            continue;
        }
        let around = AROUND as isize;
        let mean: f64 = (-around..=around)
            .map(|by| at(bin as isize + by))
            .sum::<f64>()
            / width;
        if f64::from(here) > f64::from(PROMINENCE) * mean {
            tonal[bin - 1..=bin + 1].copy_from_slice(&energies[bin - 1..=bin + 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(rate_hz: f64, sample: impl Fn(f64) -> (f32, f32), piece: usize) -> ElementsPart {
        let mut meter = ElementsMeter::new(Stream::new(rate_hz));
        let (left, right): (Vec<f32>, Vec<f32>) = (0..(rate_hz * 0.5) as usize)
            .map(|n| sample(n as f64 / rate_hz))
            .unzip();
        for (left, right) in left.chunks(piece).zip(right.chunks(piece)) {
            meter.process(left, right);
        }
        meter.take()
    }

    fn sine(hz: f64, t_s: f64) -> f32 {
        libm::sin(2.0 * std::f64::consts::PI * hz * t_s) as f32
    }

    #[test]
    fn a_tone_is_in_its_band_and_is_a_tone() {
        let part = heard(48_000.0, |t| (sine(1000.0, t), sine(1000.0, t)), 480);
        let all: f32 = part.mid_mean.iter().sum();
        assert!(part.mid_mean[5] / all > 0.99);
        // A Hann window puts 1/4 : 1 : 1/4 of the amplitude of a tone into three bins.
        assert!(part.tonal_mean[5] / part.mid_mean[5] > 0.95);
        assert!(part.side_mean.iter().all(|&side| side == 0.0));
        // It stays: least and most are alike.
        assert!(part.mid_floor[5] / part.mid_peak[5] > 0.95);
    }

    #[test]
    fn opposite_channels_are_side() {
        let part = heard(44_100.0, |t| (sine(400.0, t), -sine(400.0, t)), 441);
        assert!(part.mid_mean.iter().all(|&mid| mid < 1e-6));
        assert!(part.side_mean[3] > 1.0);
    }

    #[test]
    fn pieces_and_rates_change_nothing() {
        let song = |t: f64| {
            let (low, high) = (sine(80.0, t), 0.3 * sine(3000.0, t));
            (low + high, low - high)
        };
        let whole = heard(48_000.0, song, 48_000);
        assert_eq!(whole, heard(48_000.0, song, 37));
        let double = heard(96_000.0, song, 960);
        for (one, two) in [
            (whole.mid_mean[0], double.mid_mean[0]),
            (whole.side_mean[7], double.side_mean[7]),
        ] {
            // Twice the samples in a frame: four times the energy in a bin.
            let difference_db = 10.0 * f64::from(two / one / 4.0).log10();
            assert!(difference_db.abs() < 0.2, "{difference_db}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_silence() {
        let part = heard(48_000.0, |_| (f32::NAN, f32::INFINITY), 480);
        assert_eq!(part, ElementsPart::default());
    }
}
