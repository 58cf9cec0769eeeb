//! The finished stems: what the chain of the sum changed, shared out among the stems so that they still add up
//! to the master before its loudness stage.
//!
//! The chain works on the sum, and part of it is not linear, so no stem can be sent through it alone. What it
//! changed, processed − sum, is cut into short-time spectra, and every cell is shared out by how much of the
//! power there is whose (the gains of a Wiener filter, which add up to 1). Where the chain filters, each stem
//! is filtered; what it adds goes to those who were there. Shares add up to what was changed exactly, to
//! rounding.

use super::lockstep::Lockstep;
use super::reading::Stem;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::raw::{CHUNK_FRAMES, RawAudio, RawWriter};
use crate::offline::watch::Watch;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::f64::consts::PI;
use std::sync::Arc;

/// Length of a short-time spectrum, in frames, and how far the next begins behind it.
const LENGTH: usize = 4096;
const HOP: usize = LENGTH / 2;
/// Power that every stem has everywhere, so that what is in none of them has a place.
const FLOOR: f64 = 1e-18;

/// Stems that add up to `processed`, which is as long as they are and in its place.
pub(super) fn shared(
    stems: &mut [Stem],
    processed: &mut RawAudio,
    watch: Watch<'_>,
) -> Outcome<Vec<RawAudio>> {
    let frames = processed.frames;
    let (channels, rate_hz) = (processed.channels, processed.sample_rate_hz);
    let count = stems.len();
    let mut writers = (0..count)
        .map(|_| RawWriter::new(channels, rate_hz))
        .collect::<Outcome<Vec<_>>>()?;
    let mut desk = Desk::new(count);
    let songs = stems.iter_mut().map(|stem| (&mut stem.audio, 0));
    let songs = songs.chain([(processed, 0)]);
    // Half a window of silence before the song, so that its first frames lie in two windows like all others,
    // and behind it as much as brings the last ones out.
    let late = HOP as u64;
    let mut lockstep = Lockstep::new(songs.map(|(song, _)| (song, -(late as i64))), {
        frames + late + LENGTH as u64 + CHUNK_FRAMES as u64
    })?;
    let (mut skip, mut left) = (late, frames);
    while let Some(songs) = lockstep.next_chunk()? {
        desk.take(&songs);
        while desk.ready() {
            desk.step()?;
            let from = skip.min(HOP as u64) as usize;
            skip -= from as u64;
            let to = HOP.min(from + left as usize);
            left -= (to - from) as u64;
            for (writer, out) in writers.iter_mut().zip(&desk.out) {
                writer.write(&out[0][from..to], &out[1][from..to])?;
            }
        }
        watch.at("sharing out", frames - left, frames)?;
    }
    writers.into_iter().map(RawWriter::finish).collect()
}

/// Windows of all stems and of what was changed.
struct Desk {
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    window: Vec<f64>,
    /// Per stem and, last, of the processed sum: channels, not yet taken.
    waiting: Vec<[Vec<f32>; 2]>,
    /// The second half of the last window's share, per stem.
    overlap: Vec<[Vec<f64>; 2]>,
    /// [`HOP`] frames per stem.
    out: Vec<[Vec<f32>; 2]>,
    bins: Vec<Vec<Complex<f64>>>,
    frame: Vec<f64>,
}

impl Desk {
    fn new(stems: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(LENGTH);
        // The root of a Hann window, before and behind: their squares add up to 1.
        let window = (0..LENGTH)
            .map(|n| libm::sin(PI * (n as f64 + 0.5) / LENGTH as f64))
            .collect();
        let empty = || [Vec::new(), Vec::new()];
        let bins = LENGTH / 2 + 1;
        Self {
            backward: planner.plan_fft_inverse(LENGTH),
            forward,
            window,
            waiting: (0..=stems).map(|_| empty()).collect(),
            overlap: (0..stems)
                .map(|_| [vec![0.0; HOP], vec![0.0; HOP]])
                .collect(),
            out: (0..stems)
                .map(|_| [vec![0.0; HOP], vec![0.0; HOP]])
                .collect(),
            bins: vec![vec![Complex::default(); bins]; stems + 1],
            frame: vec![0.0; LENGTH],
        }
    }

    fn take(&mut self, songs: &[[&[f32]; 2]]) {
        for (waiting, song) in self.waiting.iter_mut().zip(songs) {
            for (waiting, channel) in waiting.iter_mut().zip(song) {
                waiting.extend_from_slice(channel);
            }
        }
    }

    fn ready(&self) -> bool {
        self.waiting[0][0].len() >= LENGTH
    }

    /// One window: [`HOP`] frames of each stem come out.
    fn step(&mut self) -> Outcome<()> {
        for channel in 0..2 {
            self.transform(channel)?;
            self.divide();
            self.gather(channel)?;
        }
        for waiting in self.waiting.iter_mut().flatten() {
            waiting.drain(..HOP);
        }
        Ok(())
    }

    /// Spectra of the stems, and last of what was changed.
    fn transform(&mut self, channel: usize) -> Outcome<()> {
        let stems = self.out.len();
        for song in 0..=stems {
            for n in 0..LENGTH {
                let sample = |song: usize| f64::from(self.waiting[song][channel][n]);
                let value = if song < stems {
                    sample(song)
                } else {
                    sample(stems) - (0..stems).map(sample).sum::<f64>()
                };
                self.frame[n] = value * self.window[n];
            }
            self.forward
                .process(&mut self.frame, &mut self.bins[song])
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Spectra of the stems become those of their shares.
    fn divide(&mut self) {
        let Some((changed, stems)) = self.bins.split_last_mut() else {
            return;
        };
        for (bin, changed) in changed.iter().enumerate() {
            let power = |stem: &Vec<Complex<f64>>| stem[bin].norm_sqr() + FLOOR;
            let whole: f64 = stems.iter().map(power).sum();
            for stem in stems.iter_mut() {
                stem[bin] = *changed * (power(stem) / whole);
            }
        }
    }

    /// Shares added to the stems.
    fn gather(&mut self, channel: usize) -> Outcome<()> {
        for stem in 0..self.out.len() {
            let bins = &mut self.bins[stem];
            // What is real in theory may have rounded otherwise.
            bins[0].im = 0.0;
            bins[LENGTH / 2].im = 0.0;
            self.backward
                .process(bins, &mut self.frame)
                .map_err(failed)?;
            let overlap = &mut self.overlap[stem][channel];
            let scaled = |n: usize| self.frame[n] * self.window[n] / LENGTH as f64;
            let dry = &self.waiting[stem][channel];
            let out = &mut self.out[stem][channel];
            for (n, ((overlap, &dry), out)) in overlap.iter_mut().zip(dry).zip(out).enumerate() {
                let share = *overlap + scaled(n);
                *overlap = scaled(n + HOP);
                *out = (f64::from(dry) + share) as f32;
            }
        }
        Ok(())
    }
}

fn failed(error: realfft::FftError) -> Failure {
    Failure::because(format!("the stems could not be shared out ({error})"))
}
