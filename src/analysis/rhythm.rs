//! Hits, tempo and energy.
//!
//! Percussive energy after FitzGerald, "Harmonic/percussive separation using median filtering" (DAFx-10);
//! tempo after Ellis, "Beat tracking by dynamic programming" (JNMR 36(1), 2007).

mod hits;
mod tempo;

use super::frame::{BinBand, FrameFft};
use super::hearing::Hearing;
use super::report::{LoudnessReport, RhythmReport};
use super::slice::{SLICES_PER_SECOND, Slices};
use super::statistics::{power_db, saturated};
use crate::dsp::block::Stream;
use hits::Hits;

/// Frames per slice: one every 10 ms.
pub(super) const FRAMES: usize = 10;
/// Length of a frame.
const FRAME_S: f64 = 0.0426;
/// What is listened to.
const RANGE_HZ: [f64; 2] = [80.0, 10_000.0];
/// Bands of the flux, a third of an octave to half an octave each.
const FLUX_BANDS: usize = 20;
/// Changes below this distance from the strongest band of late do not count.
const FLUX_RANGE_DB: f32 = 50.0;
/// How fast the strongest band is forgotten.
const FORGET_DB: f32 = 0.1;

/// What the rhythm's meter leaves in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RhythmPart {
    /// Mean rise of the bands within 20 ms, every 10 ms, in quarters of a dB.
    pub flux: [u8; FRAMES],
    /// Power of mid above 80 Hz and what of it is percussive; mean squares.
    pub total: f32,
    /// See `total`.
    pub percussive: f32,
}

/// Steps of the flux per dB.
const FLUX_STEPS: f32 = 4.0;

/// Listens for onsets and hits.
#[derive(Debug)]
pub struct RhythmMeter {
    fft: FrameFft,
    first: usize,
    powers: Vec<f32>,
    bands: [BinBand; FLUX_BANDS],
    /// Levels one and two frames ago; the band that was strongest of late.
    past_db: [[f32; FLUX_BANDS]; 2],
    strongest_db: f32,
    frames_known: usize,
    hits: Hits,
}

impl RhythmMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let fft = FrameFft::lasting(FRAME_S, stream.sample_rate_hz);
        let (bin_hz, bins) = (fft.bin_hz(), fft.bins());
        let [low_hz, high_hz] = RANGE_HZ;
        let place = |hz: f64| ((hz / bin_hz) as usize).min(bins - 1);
        let first = place(low_hz);
        let count = place(high_hz) + 1 - first;
        let step = libm::pow(high_hz / low_hz, 1.0 / FLUX_BANDS as f64);
        let edge = |n: usize| low_hz * libm::pow(step, n as f64);
        Self {
            powers: vec![0.0; count],
            bands: core::array::from_fn(|n| {
                BinBand::new(edge(n), edge(n + 1), bin_hz, bins).starting_at(first)
            }),
            past_db: [[0.0; FLUX_BANDS]; 2],
            strongest_db: -200.0,
            frames_known: 0,
            hits: Hits::new(count),
            first,
            fft,
        }
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.frames_known = 0;
        self.strongest_db = -200.0;
        self.hits.reset();
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> RhythmPart {
        let mut part = RhythmPart::default();
        let length = self.fft.window();
        for frame in 0..FRAMES {
            let Some(samples) = hearing.frame(hearing.mid, length, frame, FRAMES) else {
                continue;
            };
            self.fft.powers(samples, self.first, &mut self.powers);
            let rise = self.rise_db();
            part.flux[frame] = libm::roundf(rise * FLUX_STEPS).min(255.0) as u8;
            if frame % 2 == 0 {
                let [total, percussive] = self.hits.hear(&self.powers);
                part.total += total;
                part.percussive += percussive;
            }
        }
        part
    }

    /// Mean rise of the bands within two frames.
    fn rise_db(&mut self) -> f32 {
        let mut now_db = [0.0; FLUX_BANDS];
        let mut highest = self.strongest_db - FORGET_DB;
        for (now, band) in now_db.iter_mut().zip(&self.bands) {
            *now = 10.0 * libm::log10f(band.sum(&self.powers).max(1e-20));
            highest = highest.max(*now);
        }
        self.strongest_db = highest;
        let floor_db = highest - FLUX_RANGE_DB;
        let [one, two] = self.past_db;
        let sum: f32 = now_db
            .iter()
            .zip(two)
            .map(|(&now, before)| (now.max(floor_db) - before.max(floor_db)).max(0.0))
            .sum();
        self.past_db = [now_db, one];
        self.frames_known += 1;
        if self.frames_known > 2 {
            sum / FLUX_BANDS as f32
        } else {
            0.0
        }
    }
}

/// Percussive share in dB that stands for −1, 0 and 1: the 5th, 50th and 95th percentile of 173 songs
/// of all kinds, from free games and demos.
const PERCUSSIVE_DB: [f64; 3] = [-17.4, -11.5, -6.9];
/// Mean and spread over the same songs of what energy is made of: mean rise in dB, PLR in dB, octaves of
/// the spectrum's centre above 1 kHz, percussiveness, octaves of the tempo above 120.
const FLUX_Z: [f64; 2] = [1.33, 0.35];
const PLR_Z: [f64; 2] = [13.6, 2.65];
const CENTROID_Z: [f64; 2] = [-1.77, 0.62];
const PERCUSSIVENESS_Z: [f64; 2] = [0.0, 0.5];
const TEMPO_Z: [f64; 2] = [-0.16, 0.37];
/// A tempo below this strength is none.
const TEMPO_STRENGTH_MIN: f64 = 2.0;
/// An onset rises by so much more than what is around it.
const ONSET_DB: f64 = 1.5;
/// And no second one follows within so many frames.
const ONSET_FRAMES: usize = 6;

impl RhythmReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>, loudness: &LoudnessReport) -> Self {
        let (mut total, mut percussive) = (0.0, 0.0);
        let (mut centre, mut weight) = (0.0, 0.0);
        for (_, slice) in slices.gated() {
            total += f64::from(slice.rhythm.total);
            percussive += f64::from(slice.rhythm.percussive);
            if slice.spectrum.centroid_hz > 0.0 {
                centre += libm::log2(f64::from(slice.spectrum.centroid_hz) / 1000.0);
                weight += 1.0;
            }
        }
        let percussive_db = power_db(percussive, -200.0) - power_db(total.max(1e-20), -200.0);
        let percussive_db = percussive_db.clamp(-60.0, 0.0);
        let percussiveness = prominence(percussive_db);
        let flux = flux(slices);
        let mean_flux = flux.iter().map(|(_, rise)| rise).sum::<f64>() / flux.len().max(1) as f64;
        let seconds = slices.gated().count() as f64 / SLICES_PER_SECOND;
        let centroid = centre / f64::max(weight, 1.0);
        let tempo = tempo::tempo(&flux);
        let strong = tempo.filter(|(_, strength)| *strength >= TEMPO_STRENGTH_MIN);
        let z = |value: f64, [mean, spread]: [f64; 2]| ((value - mean) / spread).clamp(-2.5, 2.5);
        let drive = 0.30 * z(mean_flux, FLUX_Z)
            + 0.25 * loudness.plr_db.map_or(0.0, |plr| -z(plr, PLR_Z))
            + 0.20 * z(centroid, CENTROID_Z)
            + 0.15 * z(percussiveness, PERCUSSIVENESS_Z)
            + 0.10 * strong.map_or(-0.5, |(bpm, _)| z(libm::log2(bpm / 120.0), TEMPO_Z));
        Self {
            percussive_db,
            percussiveness,
            onsets_per_s: onsets(&flux) as f64 / seconds.max(0.1),
            tempo_bpm: tempo.map(|(bpm, _)| bpm),
            tempo_strength: tempo.map_or(0.0, |(_, strength)| strength),
            flux_db: mean_flux,
            centroid_hz: 1000.0 * libm::exp2(centroid),
            energy: saturated(0.5 + 0.5 * libm::tanh(drive)),
        }
    }
}

/// Percussive share as prominence, −1 to 1.
fn prominence(db: f64) -> f64 {
    let [low, usual, high] = PERCUSSIVE_DB;
    if db < usual {
        ((db - usual) / (usual - low)).max(-1.0)
    } else {
        ((db - usual) / (high - usual)).min(1.0)
    }
}

/// The rise of every 10 ms of the gated slices, with the number of its frame in the song.
fn flux(slices: &Slices<'_>) -> Vec<(usize, f64)> {
    slices
        .gated()
        .flat_map(|(number, slice)| {
            let flux = slice.rhythm.flux;
            core::array::from_fn::<_, FRAMES, _>(|n| {
                (
                    number * FRAMES + n,
                    f64::from(flux[n]) / f64::from(FLUX_STEPS),
                )
            })
        })
        .collect()
}

/// How many onsets there are.
fn onsets(flux: &[(usize, f64)]) -> usize {
    const AROUND: usize = 10;
    let mut count = 0;
    let mut last = None;
    for n in AROUND..flux.len().saturating_sub(AROUND) {
        let rise = flux[n].1;
        let around = &flux[n - AROUND..=n + AROUND];
        let mean = around.iter().map(|(_, x)| x).sum::<f64>() / around.len() as f64;
        let near = &flux[n - 3..=n + 3];
        let highest = near.iter().all(|(_, x)| *x <= rise);
        if highest && rise > mean + ONSET_DB && last.is_none_or(|l| n - l >= ONSET_FRAMES) {
            count += 1;
            last = Some(n);
        }
    }
    count
}
