//! Stage 3, multiband: four bands of dynamics without a split in the audio path. Off, or asked for
//! nothing, it is exactly the input.
//!
//! The gains g1…g4 of the bands act as a broadband gain g4 and three low shelves g1−g2, g2−g3, g3−g4 at
//! the splits: nothing at all when idle, exactly flat when the gains are equal. Only the detector splits
//! the signal.

mod band;
mod detector;
pub mod ear;
mod knobs;
pub mod response;

use super::reading::MultibandReading;
use super::settings::multiband::{BANDS, MultibandSettings};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::dynamics::curve;
use crate::dsp::dynamics::grid::Grid;
use crate::dsp::shelf::LowShelf;
use band::Band;
use detector::Detector;
use knobs::Knobs;
use wide::f64x2;

const CHUNK_FRAMES: usize = 64;
/// Steps of control in a second.
const CONTROL_HZ: f64 = 1500.0;
/// Splits between the bands.
const SPLITS: usize = BANDS - 1;

/// The multiband stage.
#[derive(Debug)]
pub struct Multiband {
    rate_hz: f64,
    grid: Grid,
    settings: MultibandSettings,
    knobs: Knobs,
    detector: Detector,
    bands: [Band; BANDS],
    shelves: [LowShelf; SPLITS],
    /// The broadband gain: its value at the start of this grid step, and its way per sample.
    gain: f64,
    gain_step: f64,
    gain_aim: f64,
    /// Nothing is computed.
    idle: bool,
    /// The dynamics, and not only constant gains, are at work.
    listening: bool,
    moves_db: [f64; BANDS],
    frames: [f64x2; CHUNK_FRAMES],
    heard: [f64x2; CHUNK_FRAMES],
}

impl Multiband {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &MultibandSettings) -> Self {
        let grid = Grid::new(stream, CONTROL_HZ);
        let knobs = Knobs::new(grid.stream(stream), settings);
        let splits_hz = knobs.splits_hz();
        let rate_hz = stream.sample_rate_hz;
        let mut multiband = Self {
            rate_hz,
            detector: Detector::new(stream, &grid, splits_hz),
            bands: core::array::from_fn(|_| Band::new(grid.stream(stream))),
            shelves: splits_hz.map(|hz| LowShelf::new(hz, 0.0, rate_hz)),
            grid,
            settings: *settings,
            knobs,
            gain: 1.0,
            gain_step: 0.0,
            gain_aim: 1.0,
            idle: true,
            listening: false,
            moves_db: [0.0; BANDS],
            frames: [f64x2::ZERO; CHUNK_FRAMES],
            heard: [f64x2::ZERO; CHUNK_FRAMES],
        };
        multiband.reset();
        multiband
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &MultibandSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.knobs.set(settings);
        if self.idle {
            self.knobs.prepare();
            self.tune();
        }
        self.wake();
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.grid.reset();
        self.knobs.reset();
        self.rest();
        self.tune();
        self.aim();
        self.shelves.iter_mut().for_each(LowShelf::reset);
        self.land();
        self.moves_db = [0.0; BANDS];
        self.idle = true;
        self.wake();
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        if self.idle {
            self.grid.skip(block.frames());
            return;
        }
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk));
    }

    fn process_chunk(&mut self, chunk: &mut StereoBlock<'_>) {
        let mut start = 0;
        while start < chunk.frames() {
            let end = (start + self.grid.left()).min(chunk.frames());
            if self.idle {
                self.grid.skip(chunk.frames() - start);
                return;
            }
            self.process_part(&mut chunk.part(start, end));
            if self.grid.advance(end - start) {
                self.control();
            }
            start = end;
        }
    }

    /// Within one step of the grid.
    fn process_part(&mut self, part: &mut StereoBlock<'_>) {
        let frames = &mut self.frames[..part.frames()];
        for ((frame, left), right) in frames.iter_mut().zip(&*part.left).zip(&*part.right) {
            *frame = f64x2::new([f64::from(*left), f64::from(*right)]);
        }
        if self.listening {
            let heard = &mut self.heard[..part.frames()];
            heard.copy_from_slice(frames);
            self.detector.hear(heard);
        }
        for shelf in &mut self.shelves {
            shelf.run(frames);
        }
        let mut gain = self.gain;
        for ((frame, left), right) in frames.iter().zip(&mut *part.left).zip(&mut *part.right) {
            gain += self.gain_step;
            let [l, r] = (*frame * gain).to_array();
            (*left, *right) = (l as f32, r as f32);
        }
        self.gain = gain;
    }

    /// Between two steps of the grid: what was heard decides where the gains go next.
    fn control(&mut self) {
        if self.knobs.moving() && self.knobs.tick() {
            self.tune();
        }
        if self.listening {
            let heard = self.detector.take(self.grid.samples());
            let knee_db = self.knobs.knee_db();
            let mut moving = self.knobs.dynamic();
            for (((band, heard), knobs), move_db) in self
                .bands
                .iter_mut()
                .zip(heard)
                .zip(&self.knobs.bands)
                .zip(&mut self.moves_db)
            {
                let gain_db = band.tick(heard, knobs, knee_db) * self.knobs.amount();
                if gain_db.abs() > move_db.abs() {
                    *move_db = gain_db;
                }
                moving |= band.gain_db() != 0.0;
            }
            if !moving {
                self.rest();
            }
        }
        self.land();
        self.aim();
        let unity = self.gain == 1.0 && self.gain_aim == 1.0;
        if self.knobs.out() && unity && self.shelves.iter().all(LowShelf::flat) {
            self.idle = true;
            self.rest();
            self.shelves.iter_mut().for_each(LowShelf::reset);
        }
    }

    /// What was idle starts to work if it is asked to.
    fn wake(&mut self) {
        self.idle &= self.knobs.out();
        self.listening |= !self.idle && self.knobs.dynamic();
    }

    /// The dynamics rest.
    fn rest(&mut self) {
        self.listening = false;
        self.detector.reset();
        self.bands.iter_mut().for_each(Band::reset);
    }

    /// Moves filters to the splits.
    fn tune(&mut self) {
        let splits_hz = self.knobs.splits_hz();
        self.detector.tune(splits_hz, self.rate_hz);
        for (shelf, hz) in self.shelves.iter_mut().zip(splits_hz) {
            shelf.tune(hz, self.rate_hz);
        }
    }

    /// Where the gains are at the end of the next step.
    fn aim(&mut self) {
        let amount = self.knobs.amount();
        let mut above_db = None;
        let samples = self.grid.samples();
        let mut shelves = self.shelves.iter_mut().rev();
        for (band, knobs) in self.bands.iter().zip(&self.knobs.bands).rev() {
            let gain_db = amount * (band.gain_db() + knobs.gain_db());
            match above_db {
                None => {
                    self.gain_aim = curve::gain(gain_db);
                    self.gain_step = (self.gain_aim - self.gain) / samples as f64;
                }
                Some(above_db) => {
                    if let Some(shelf) = shelves.next() {
                        shelf.aim(gain_db - above_db, samples);
                    }
                }
            }
            above_db = Some(gain_db);
        }
    }

    fn land(&mut self) {
        self.gain = self.gain_aim;
        self.gain_step = 0.0;
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// What it did since last asked.
    pub fn take_reading(&mut self) -> MultibandReading {
        let moves_db = core::mem::take(&mut self.moves_db);
        MultibandReading {
            moves_db: moves_db.map(|db| db as f32),
        }
    }
}
