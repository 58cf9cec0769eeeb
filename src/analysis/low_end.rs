//! What goes on below 250 Hz: the notes of the bass by semitones, and mono-ness.

mod notes;

use super::code::code;
use super::frame::{BinBand, FrameFft};
use super::hearing::Hearing;
use super::report::LowEndReport;
use super::slice::{Slices, spans};
use super::stereo::{image, ratio_db};
use crate::dsp::block::Stream;
use crate::dsp::units::midi_name;
use core::f64::consts::{PI, TAU};

/// Semitones from B0 (30.9 Hz) to B3 (246.9 Hz).
pub const SEMITONES: usize = 37;
/// The lowest as MIDI note number.
const LOWEST_MIDI: i32 = 23;
/// To about this rate mid is thinned out.
const THIN_RATE_HZ: f64 = 2_900.0;
/// Length of a frame: tells semitones from 60 Hz on.
const FRAME_S: f64 = 0.68;
const FRAME_LENGTH: usize = 2048;

/// Frequency of a semitone.
pub fn semitone_hz(semitone: usize) -> f64 {
    440.0 * libm::exp2((semitone as f64 + f64::from(LOWEST_MIDI - 69)) / 12.0)
}

/// What it is called, as D2.
pub fn note_name(semitone: usize) -> String {
    midi_name(semitone as i32 + LOWEST_MIDI)
}

/// What the low end's meter leaves in a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowEndPart {
    /// Whether the frame was heard as a whole.
    known: bool,
    /// Power of mid in each semitone, codes of half dB; all 0 where it is not known.
    pub semitones: [u8; SEMITONES],
}

impl LowEndPart {
    /// Whether the semitones were heard; not within 0.7 s after a jump.
    pub fn known(&self) -> bool {
        self.known
    }
}

impl Default for LowEndPart {
    fn default() -> Self {
        Self {
            known: false,
            semitones: [0; SEMITONES],
        }
    }
}

/// Listens to the semitones of the bass.
#[derive(Debug)]
pub struct LowEndMeter {
    thinning: usize,
    taps: Vec<f32>,
    /// Frames until the next thin sample.
    until_next: usize,
    thin: Vec<f32>,
    known: usize,
    fft: FrameFft,
    powers: Vec<f32>,
    bands: [BinBand; SEMITONES],
}

impl LowEndMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let thinning = (libm::round(rate_hz / THIN_RATE_HZ) as usize).max(1);
        let thin_rate_hz = rate_hz / thinning as f64;
        let window = (libm::round(FRAME_S * thin_rate_hz) as usize).clamp(16, FRAME_LENGTH);
        let fft = FrameFft::new(window, FRAME_LENGTH, thin_rate_hz);
        let (bin_hz, bins) = (fft.bin_hz(), fft.bins());
        let half = libm::exp2(1.0 / 24.0);
        let bands: [BinBand; SEMITONES] = core::array::from_fn(|n| {
            BinBand::new(semitone_hz(n) / half, semitone_hz(n) * half, bin_hz, bins)
        });
        let top = (semitone_hz(SEMITONES) / bin_hz) as usize + 2;
        Self {
            thinning,
            taps: low_pass(thinning),
            until_next: thinning,
            thin: vec![0.0; window],
            known: 0,
            powers: vec![0.0; top.min(bins)],
            bands,
            fft,
        }
    }

    /// Frames that have to be kept for it.
    pub(super) fn past_frames(&self) -> usize {
        self.taps.len()
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.until_next = self.thinning;
        self.known = 0;
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> LowEndPart {
        let mid = hearing.mid;
        let start = mid.len() - hearing.frames;
        let mut at = start + self.until_next;
        let mut fresh = 0;
        // At the longest a whole window comes at once; what is older than it is not needed.
        while at <= mid.len() {
            let sample = match at.checked_sub(self.taps.len()) {
                Some(first) => dot(&mid[first..at], &self.taps),
                None => 0.0,
            };
            if fresh < self.thin.len() {
                self.thin[fresh] = sample;
            }
            fresh += 1;
            at += self.thinning;
        }
        self.until_next = at - mid.len();
        let fresh = fresh.min(self.thin.len());
        self.thin.rotate_left(fresh);
        self.known = (self.known + fresh).min(self.thin.len());
        let mut part = LowEndPart::default();
        if self.known == self.thin.len() {
            part.known = true;
            self.fft.powers(&self.thin, 0, &mut self.powers);
            for (semitone, band) in part.semitones.iter_mut().zip(&self.bands) {
                *semitone = code(band.sum(&self.powers));
            }
        }
        part
    }
}

/// A Blackman-windowed sinc that ends below the Nyquist frequency of the thin rate.
fn low_pass(thinning: usize) -> Vec<f32> {
    if thinning == 1 {
        return vec![1.0];
    }
    let length = 6 * thinning + 1;
    let taps: Vec<f64> = (0..length)
        .map(|n| {
            let t = n as f64 - (length - 1) as f64 / 2.0;
            let angle = 2.0 * PI * 0.42 * t / thinning as f64;
            let sinc = if t == 0.0 {
                1.0
            } else {
                libm::sin(angle) / angle
            };
            let w = TAU * (n as f64 + 0.5) / length as f64;
            sinc * (0.42 - 0.5 * libm::cos(w) + 0.08 * libm::cos(2.0 * w))
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

fn dot(samples: &[f32], taps: &[f32]) -> f32 {
    let (samples, rest) = samples.as_chunks::<8>();
    let (taps, rest_taps) = taps.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for (samples, taps) in samples.iter().zip(taps) {
        for lane in 0..8 {
            lanes[lane] += samples[lane] * taps[lane];
        }
    }
    let rest: f32 = rest.iter().zip(rest_taps).map(|(x, h)| x * h).sum();
    let halves: [f32; 4] = core::array::from_fn(|n| lanes[n] + lanes[n + 4]);
    rest + (halves[0] + halves[1]) + (halves[2] + halves[3])
}

/// Where side exceeds mid by this, or the correlation is lower, the lows are out of phase.
const OUT_OF_PHASE_CORRELATION: f64 = 0.0;

impl LowEndReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let mono = image(slices, |slice| slice.spectrum.bass[0]);
        let wide = image(slices, |slice| slice.spectrum.bass[1]);
        let out: Vec<usize> = wide
            .windows
            .iter()
            .filter(|(_, power)| {
                power.side() > power.mid()
                    || power
                        .correlation()
                        .is_some_and(|c| c < OUT_OF_PHASE_CORRELATION)
            })
            .map(|&(number, _)| number)
            .collect();
        let mut below = [0.0; 2];
        for (_, slice) in slices.gated() {
            for (sum, power) in below.iter_mut().zip(slice.spectrum.below) {
                *sum += f64::from(power);
            }
        }
        Self {
            notes: notes::ringing(slices),
            side_to_mid_db: mono.side_to_mid_db(),
            correlation_p10: mono.correlation_p10(),
            out_of_phase: spans(&out, 0.5, 0.3, 16),
            sub_share_db: ratio_db(below[0], below[1]),
        }
    }
}
