//! The fundamental of the bass, followed as it plays.
//!
//! The mid is low-passed and thinned out to about 3 kHz. Its autocorrelation is kept up sample by sample
//! over an exponential window, so that the work is the same in every block, and read as McLeod's normalised
//! square difference ("A smarter way to find pitch", ICMC 2005): `2·r(τ) / (E(t) + E(t − τ))`, 1 for what
//! repeats after τ exactly. The shortest lag that peaks almost as high as the highest is the period.

use super::block::{StereoBlock, Stream};
use super::units::one_pole_feedback;
use core::f64::consts::{PI, SQRT_2};

/// Lowest and highest fundamental looked for.
pub const BASS_HZ: [f64; 2] = [30.0, 200.0];

/// The rate to which the bass is thinned out.
const THIN_RATE_HZ: f64 = 3_000.0;
const LOWPASS_HZ: f64 = 250.0;
const DC_MS: f64 = 10.0;
/// Time constant of the window.
const WINDOW_MS: f64 = 25.0;
/// How often the period is looked for.
const HOP_MS: f64 = 2.7;
/// A peak this much lower than the highest still counts as the period when it comes first.
const FIRST_PEAK_SHARE: f32 = 0.9;
/// Mean energy below which nothing is heard: −70 dBFS.
const ENERGY_MIN: f32 = 1e-7;

/// A fundamental that was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BassNote {
    /// Its frequency.
    pub hz: f64,
    /// How exactly the signal repeats after its period: 1 wholly, 0 not at all.
    pub confidence: f64,
}

/// Follows the fundamental of the bass.
#[derive(Debug, Clone)]
pub struct BassPitch {
    thinning: usize,
    thin_rate_hz: f64,
    lowpass: [f64; 3],
    state: [f64; 2],
    sum: f64,
    position: usize,
    dc_rise: f64,
    dc: f64,
    lag_min: usize,
    /// The newest sample first, written twice so that a window of it is always in one piece.
    samples: Vec<f32>,
    /// The energy as it stood with each of them.
    energies: Vec<f32>,
    newest: usize,
    forget: f32,
    energy: f32,
    /// For each lag from one below the shortest to one above the longest.
    products: Vec<f32>,
    hop: usize,
    until_hop: usize,
    note: Option<BassNote>,
}

impl BassPitch {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let thinning = (libm::round(rate_hz / THIN_RATE_HZ) as usize).max(1);
        let thin_rate_hz = rate_hz / thinning as f64;
        let lag_min = ((thin_rate_hz / BASS_HZ[1]) as usize).max(2);
        let lag_max = (libm::ceil(thin_rate_hz / BASS_HZ[0]) as usize).max(lag_min + 2);
        let window = lag_max + 2;
        let g = libm::tan(PI * (LOWPASS_HZ / rate_hz).min(0.45));
        let slope = g / (1.0 + g * (g + SQRT_2));
        let hop = (libm::round(HOP_MS * 1e-3 * thin_rate_hz) as usize).max(1);
        Self {
            thinning,
            thin_rate_hz,
            lowpass: [g, g + SQRT_2, slope],
            state: [0.0; 2],
            sum: 0.0,
            position: 0,
            dc_rise: 1.0 - one_pole_feedback(DC_MS, thin_rate_hz),
            dc: 0.0,
            lag_min,
            samples: vec![0.0; 2 * window],
            energies: vec![0.0; 2 * window],
            newest: 0,
            forget: one_pole_feedback(WINDOW_MS, thin_rate_hz) as f32,
            energy: 0.0,
            products: vec![0.0; lag_max + 3 - lag_min],
            hop,
            until_hop: hop,
            note: None,
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.state = [0.0; 2];
        self.sum = 0.0;
        self.position = 0;
        self.dc = 0.0;
        self.samples.fill(0.0);
        self.energies.fill(0.0);
        self.newest = 0;
        self.energy = 0.0;
        self.products.fill(0.0);
        self.until_hop = self.hop;
        self.note = None;
    }

    /// The fundamental as of the last frame heard; none in silence and in noise.
    pub fn note(&self) -> Option<BassNote> {
        self.note
    }

    /// Hears the middle of `block`.
    pub fn listen(&mut self, block: &StereoBlock<'_>) {
        let [g, damping, slope] = self.lowpass;
        for (left, right) in block.left.iter().zip(block.right.iter()) {
            let [s1, s2] = self.state;
            let mid = 0.5 * (f64::from(*left) + f64::from(*right));
            let rise1 = slope * (mid - damping * s1 - s2);
            let band = s1 + rise1;
            let rise2 = g * band;
            let low = s2 + rise2;
            self.state = [band + rise1, low + rise2];
            self.sum += low;
            self.position += 1;
            if self.position == self.thinning {
                self.position = 0;
                let mean = core::mem::take(&mut self.sum) / self.thinning as f64;
                self.dc += (mean - self.dc) * self.dc_rise;
                self.take((mean - self.dc) as f32);
            }
        }
        if self.state[0].abs() < 1e-30 && self.state[1].abs() < 1e-30 {
            self.state = [0.0; 2];
        }
    }

    /// One sample at the thin rate.
    fn take(&mut self, sample: f32) {
        // Far below anything heard, but too large for the products to become subnormal.
        let sample = if sample.abs() < 1e-15 { 0.0 } else { sample };
        let window = self.samples.len() / 2;
        self.newest = if self.newest == 0 {
            window - 1
        } else {
            self.newest - 1
        };
        self.energy = self.energy * self.forget + sample * sample;
        if self.energy < 1e-28 {
            self.energy = 0.0;
            self.products.fill(0.0);
        }
        for at in [self.newest, self.newest + window] {
            self.samples[at] = sample;
            self.energies[at] = self.energy;
        }
        let first = self.newest + self.lag_min - 1;
        let past = &self.samples[first..first + self.products.len()];
        for (product, past) in self.products.iter_mut().zip(past) {
            *product = *product * self.forget + sample * past;
        }
        self.until_hop -= 1;
        if self.until_hop == 0 {
            self.until_hop = self.hop;
            self.note = self.find();
        }
    }

    fn find(&self) -> Option<BassNote> {
        if self.energy * (1.0 - self.forget) < ENERGY_MIN {
            return None;
        }
        let first = self.newest + self.lag_min - 1;
        let past = &self.energies[first..first + self.products.len()];
        let alike = |n: usize| 2.0 * self.products[n] / (self.energy + past[n]);
        // Peaks that are higher than any before them: among them is the one looked for.
        let mut risers = [(0, 0.0_f32); 8];
        let mut count = 0;
        let mut highest = 0.0_f32;
        let mut before = alike(0);
        let mut here = alike(1);
        for n in 1..self.products.len() - 1 {
            let after = alike(n + 1);
            if here > before && here >= after && here > highest {
                highest = here;
                if count < risers.len() {
                    risers[count] = (n, here);
                    count += 1;
                }
            }
            before = here;
            here = after;
        }
        let enough = FIRST_PEAK_SHARE * highest;
        let (n, _) = risers[..count]
            .iter()
            .copied()
            .find(|&(_, height)| height >= enough)?;
        let [before, here, after] = [n - 1, n, n + 1].map(|n| f64::from(alike(n)));
        // The vertex of the parabola through the three.
        let bend = before - 2.0 * here + after;
        let shift = if bend < 0.0 {
            (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        } else {
            0.0
        };
        let lag = (self.lag_min - 1 + n) as f64 + shift;
        Some(BassNote {
            hz: self.thin_rate_hz / lag,
            confidence: here.min(1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::TAU;

    const RATE_HZ: f64 = 48_000.0;

    /// What is heard at the end of each 10 ms.
    fn heard(rate_hz: f64, samples: &[f32]) -> Vec<Option<BassNote>> {
        let mut pitch = BassPitch::new(Stream::new(rate_hz));
        let mut silence = vec![0.0; samples.len()];
        let mut samples = samples.to_vec();
        let step = (rate_hz / 100.0) as usize;
        samples
            .chunks_mut(step)
            .zip(silence.chunks_mut(step))
            .map(|(left, right)| {
                pitch.listen(&StereoBlock::new(left, right));
                pitch.note()
            })
            .collect()
    }

    /// A band-limited sawtooth.
    fn saw(hz: f64, rate_hz: f64, seconds: f64) -> Vec<f32> {
        let sample = |n: usize| {
            let turn = TAU * hz * n as f64 / rate_hz;
            let partial = |p: u32| libm::sin(turn * f64::from(p)) / f64::from(p);
            (0.2 * (1..12).map(partial).sum::<f64>()) as f32
        };
        (0..(seconds * rate_hz) as usize).map(sample).collect()
    }

    fn cents(note: Option<BassNote>, hz: f64) -> f64 {
        let note = note.filter(|note| note.confidence >= 0.8);
        note.map_or(f64::INFINITY, |note| 1200.0 * libm::log2(note.hz / hz))
    }

    #[test]
    fn every_bass_note_is_found() {
        for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for semitone in 0..32 {
                let hz = 31.0 * libm::exp2(f64::from(semitone) / 12.0);
                let sine: Vec<f32> = (0..(0.4 * rate_hz) as usize)
                    .map(|n| (0.2 * libm::sin(TAU * hz * n as f64 / rate_hz)) as f32)
                    .collect();
                for samples in [sine, saw(hz, rate_hz, 0.4)] {
                    for note in &heard(rate_hz, &samples)[20..] {
                        let off = cents(*note, hz);
                        assert!(
                            off.abs() < 25.0,
                            "{hz} Hz at {rate_hz}: {off} cents, {note:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_new_note_is_known_after_a_few_periods() {
        for (from_hz, to_hz) in [(41.2, 61.7), (98.0, 65.4), (55.0, 110.0)] {
            let mut samples = saw(from_hz, RATE_HZ, 0.5);
            samples.extend(saw(to_hz, RATE_HZ, 0.5));
            let notes = heard(RATE_HZ, &samples);
            assert!(cents(notes[49], from_hz).abs() < 20.0);
            let known = notes[50..]
                .iter()
                .position(|note| cents(*note, to_hz).abs() < 30.0);
            let known = known.expect("it is heard");
            assert!(known <= 12, "{from_hz} to {to_hz} Hz: {known}0 ms");
        }
    }

    #[test]
    fn noise_and_silence_are_no_notes() {
        let mut state = 1_u64;
        let noise: Vec<f32> = (0..96_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
            })
            .collect();
        let notes = heard(RATE_HZ, &noise);
        let sure = notes
            .iter()
            .filter(|note| note.is_some_and(|note| note.confidence >= 0.8));
        let share = sure.count() as f64 / notes.len() as f64;
        assert!(share < 0.1, "{share} of noise is taken for notes");
        assert!(
            heard(RATE_HZ, &vec![0.0; 10_000])
                .iter()
                .all(Option::is_none)
        );
        assert!(
            heard(RATE_HZ, &vec![0.5; 48_000])[60..]
                .iter()
                .all(Option::is_none)
        );
    }
}
