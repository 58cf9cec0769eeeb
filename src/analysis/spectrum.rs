//! The long spectrum of a slice: third-octaves and wide bands of left and right with their cross power, and
//! a fine spectrum for narrow peaks.
//!
//! One Hann frame of 171 ms ends with each slice, so that frames overlap by almost half.

use super::bands::{THIRDS, WIDE, center_hz};
use super::code::code;
use super::frame::{BinBand, FrameFft, frame_samples};
use super::hearing::Hearing;
use crate::dsp::block::Stream;
use crate::engine::settings::image::{SPLIT_HIGH_HZ, SPLIT_LOW_HZ, SPLIT_MID_HZ};

/// Length of a frame.
const FRAME_S: f64 = 0.1706;
/// Points of the fine spectrum.
pub const FINE: usize = 147;
/// Points per octave.
pub const FINE_PER_OCTAVE: f64 = 24.0;
/// Frequency of the first point.
pub const FINE_LOW_HZ: f64 = 150.0;
/// Half of a third-octave, as a factor: `2^(1/6)`.
const HALF_THIRD: f64 = 1.122_462_048_309_373;
const LOWEST_HZ: f64 = 20.0;
const HIGHEST_HZ: f64 = 20_000.0;
/// Ends of the bands that mono-ness of the bass is told in.
const BASS_HZ: [f64; 2] = [120.0, 150.0];

/// Frequency of a point of the fine spectrum.
pub fn fine_hz(point: usize) -> f64 {
    FINE_LOW_HZ * libm::exp2(point as f64 / FINE_PER_OCTAVE)
}

/// Powers of left and right and their cross power; mean squares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cross<T> {
    /// Left.
    pub left: T,
    /// Right.
    pub right: T,
    /// Mean of left · right.
    pub cross: T,
}

impl Cross<f32> {
    fn of(band: &BinBand, powers: &Powers) -> Self {
        Self {
            left: band.sum(&powers.left),
            right: band.sum(&powers.right),
            cross: band.sum(&powers.cross),
        }
    }

    /// The same in double precision.
    pub fn wide(&self) -> Cross<f64> {
        Cross {
            left: f64::from(self.left),
            right: f64::from(self.right),
            cross: f64::from(self.cross),
        }
    }
}

impl Cross<f64> {
    /// The sum of two.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            left: self.left + other.left,
            right: self.right + other.right,
            cross: self.cross + other.cross,
        }
    }

    /// Left and right together.
    pub fn both(&self) -> f64 {
        self.left + self.right
    }

    /// Power of `(L+R)/2`.
    pub fn mid(&self) -> f64 {
        (0.25 * (self.both() + 2.0 * self.cross)).max(0.0)
    }

    /// Power of `(L−R)/2`.
    pub fn side(&self) -> f64 {
        (0.25 * (self.both() - 2.0 * self.cross)).max(0.0)
    }

    /// Correlation, −1 to 1; `None` while a channel is silent.
    pub fn correlation(&self) -> Option<f64> {
        let scale = libm::sqrt(self.left) * libm::sqrt(self.right);
        (scale > 0.0).then(|| (self.cross / scale).clamp(-1.0, 1.0))
    }
}

/// What the spectrum's meter leaves in a slice. All zero where the frame reaches over a jump.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumPart {
    /// Whether there is a spectrum.
    pub known: bool,
    /// Third-octaves.
    pub thirds: [Cross<f32>; THIRDS],
    /// The four bands of the image stage's default splits.
    pub wide: [Cross<f32>; WIDE],
    /// From 20 Hz to 120 Hz and to 150 Hz.
    pub bass: [Cross<f32>; 2],
    /// Left and right together below 60 Hz and below 250 Hz.
    pub below: [f32; 2],
    /// Mean frequency of the power from 60 Hz to 12 kHz on a scale of octaves, in Hz.
    pub centroid_hz: f32,
    /// Left and right together in 24ths of an octave, as codes of half dB.
    pub fine: [u8; FINE],
}

impl Default for SpectrumPart {
    fn default() -> Self {
        Self {
            known: false,
            thirds: [Cross::default(); THIRDS],
            wide: [Cross::default(); WIDE],
            bass: [Cross::default(); 2],
            below: [0.0; 2],
            centroid_hz: 0.0,
            fine: [0; FINE],
        }
    }
}

/// Powers of the bins.
#[derive(Debug)]
struct Powers {
    left: Vec<f32>,
    right: Vec<f32>,
    cross: Vec<f32>,
    both: Vec<f32>,
}

/// Listens for the long spectrum.
#[derive(Debug)]
pub struct SpectrumMeter {
    fft: FrameFft,
    powers: Powers,
    left: Vec<realfft::num_complex::Complex<f32>>,
    thirds: [Option<BinBand>; THIRDS],
    wide: [BinBand; WIDE],
    bass: [BinBand; 2],
    below: [BinBand; 2],
    fine: Vec<Option<BinBand>>,
}

impl SpectrumMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let fft = FrameFft::lasting(FRAME_S, rate_hz);
        let (bins, bin_hz) = (fft.bins(), fft.bin_hz());
        let band = |low: f64, high: f64| BinBand::new(low, high, bin_hz, bins);
        let splits = [SPLIT_LOW_HZ, SPLIT_MID_HZ, SPLIT_HIGH_HZ].map(|r| f64::from(r.default));
        let edges = [LOWEST_HZ, splits[0], splits[1], splits[2], HIGHEST_HZ];
        let half_fine = libm::exp2(0.5 / FINE_PER_OCTAVE);
        let narrow = |low: f64, high: f64| (high < rate_hz / 2.0).then(|| band(low, high));
        let zeros = || vec![0.0; bins];
        Self {
            thirds: core::array::from_fn(|n| {
                narrow(center_hz(n) / HALF_THIRD, center_hz(n) * HALF_THIRD)
            }),
            wide: core::array::from_fn(|n| band(edges[n], edges[n + 1])),
            bass: BASS_HZ.map(|hz| band(LOWEST_HZ, hz)),
            below: [60.0, 250.0].map(|hz| band(LOWEST_HZ, hz)),
            fine: (0..FINE)
                .map(|n| narrow(fine_hz(n) / half_fine, fine_hz(n) * half_fine))
                .collect(),
            powers: Powers {
                left: zeros(),
                right: zeros(),
                cross: zeros(),
                both: zeros(),
            },
            left: vec![Default::default(); bins],
            fft,
        }
    }

    /// Frames that have to be kept for it.
    pub(super) fn past_frames(stream: Stream) -> usize {
        frame_samples(FRAME_S, stream.sample_rate_hz)
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> SpectrumPart {
        let length = self.fft.window();
        let frame = |channel| hearing.frame(channel, length, 0, 1);
        let (Some(left), Some(right)) = (frame(hearing.left), frame(hearing.right)) else {
            return SpectrumPart::default();
        };
        self.left.copy_from_slice(self.fft.run(left));
        let scale = self.fft.scale();
        let right = self.fft.run(right);
        let powers = &mut self.powers;
        for (n, (l, r)) in self.left.iter().zip(right).enumerate() {
            let (left, right) = (l.norm_sqr() * scale, r.norm_sqr() * scale);
            powers.left[n] = left;
            powers.right[n] = right;
            powers.cross[n] = (l.re * r.re + l.im * r.im) * scale;
            powers.both[n] = left + right;
        }
        let powers = &self.powers;
        let mut part = SpectrumPart {
            known: true,
            ..SpectrumPart::default()
        };
        for (third, band) in part.thirds.iter_mut().zip(&self.thirds) {
            *third = band.map_or(Cross::default(), |band| Cross::of(&band, powers));
        }
        part.wide = self.wide.map(|band| Cross::of(&band, powers));
        part.bass = self.bass.map(|band| Cross::of(&band, powers));
        part.below = self.below.map(|band| band.sum(&powers.both));
        for (fine, band) in part.fine.iter_mut().zip(&self.fine) {
            *fine = band.map_or(0, |band| code(band.sum(&powers.both)));
        }
        part.centroid_hz = centroid_hz(&part.thirds);
        part
    }
}

/// Mean frequency of the power, by thirds.
fn centroid_hz(thirds: &[Cross<f32>; THIRDS]) -> f32 {
    let (mut sum, mut weighted) = (0.0_f32, 0.0_f32);
    for (n, third) in thirds.iter().enumerate().take(29).skip(5) {
        let power = third.left + third.right;
        sum += power;
        weighted += power * n as f32;
    }
    if sum > 0.0 {
        1000.0 * libm::exp2f((weighted / sum - 17.0) / 3.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::hearing::Audio;

    /// The mean of each third over what is known, of left = `signal`, right = half of it.
    fn thirds_db(rate_hz: f64, signal: &[f32]) -> Vec<f64> {
        let stream = Stream::new(rate_hz);
        let mut meter = SpectrumMeter::new(stream);
        let slice = (rate_hz / 10.0) as usize;
        let mut audio = Audio::new(SpectrumMeter::past_frames(stream), slice);
        let mut sums = [0.0; THIRDS];
        let mut count = 0.0;
        for part in signal.chunks_exact(slice) {
            let right: Vec<f32> = part.iter().map(|x| -0.5 * x).collect();
            audio.push(part, &right);
            let heard = meter.listen(&audio.hearing());
            if heard.known {
                count += 1.0;
                for (sum, third) in sums.iter_mut().zip(&heard.thirds) {
                    let third = third.wide();
                    assert!((third.correlation().unwrap_or(-1.0) + 1.0).abs() < 1e-3);
                    assert!((third.right - 0.25 * third.left).abs() <= 1e-4 * third.left);
                    *sum += third.left;
                }
            }
            audio.advance();
        }
        sums.map(|sum| 10.0 * libm::log10(sum / count + 1e-20))
            .to_vec()
    }

    fn noise(frames: usize) -> impl Iterator<Item = f64> {
        let mut state = 5_u64;
        (0..frames).map(move |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        })
    }

    #[test]
    fn white_noise_rises_a_db_per_third() {
        for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
            let signal: Vec<f32> = noise(rate_hz as usize * 20).map(|x| x as f32).collect();
            let found = thirds_db(rate_hz, &signal);
            for (n, found) in found.iter().enumerate().skip(5).take(24) {
                let width_hz = center_hz(n) * (HALF_THIRD - 1.0 / HALF_THIRD);
                let expected = 10.0 * libm::log10(width_hz / (rate_hz / 2.0) / 3.0);
                // Twenty seconds of noise in a band are uncertain by 4.34/√(20 s · width) dB.
                let tolerance = 0.05 + 3.0 * 4.34 / libm::sqrt(20.0 * width_hz);
                assert!(
                    (found - expected).abs() < tolerance,
                    "{rate_hz}, {n}: {found} for {expected}"
                );
            }
        }
    }

    #[test]
    fn a_sine_is_in_its_third() {
        for rate_hz in [44_100.0, 48_000.0, 88_200.0, 192_000.0] {
            for third in [7, 12, 17, 25] {
                let turn = core::f64::consts::TAU * center_hz(third) / rate_hz;
                let signal: Vec<f32> = (0..rate_hz as usize)
                    .map(|n| (0.5 * libm::sin(turn * n as f64)) as f32)
                    .collect();
                let found = thirds_db(rate_hz, &signal);
                assert!(
                    (found[third] + 9.03).abs() < 0.1,
                    "{rate_hz}: {}",
                    found[third]
                );
                assert!(found[third - 1] < found[third] - 25.0 || third < 10);
            }
        }
    }
}
