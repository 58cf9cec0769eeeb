//! Stage 5, glue: a feed-forward bus compressor whose gain is one for both channels. Off, or asked for
//! nothing, it is exactly the input.

mod detector;
mod knobs;

use super::reading::GlueReading;
use super::settings::glue::GlueSettings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::dynamics::ballistics::AutoRelease;
use crate::dsp::dynamics::curve::{self, compression_gain_db};
use crate::dsp::dynamics::grid::Grid;
use detector::Detector;
use knobs::Knobs;

const CHUNK_FRAMES: usize = 64;
/// Steps of control in a second.
const CONTROL_HZ: f64 = 6000.0;

/// The bus compressor.
#[derive(Debug)]
pub struct Glue {
    rate_hz: f64,
    grid: Grid,
    settings: GlueSettings,
    knobs: Knobs,
    detector: Detector,
    reduction: AutoRelease,
    /// Gain at the start and at the end of this step of the grid.
    gain: f32,
    gain_aim: f32,
    /// Nothing is computed.
    idle: bool,
    move_db: f64,
}

impl Glue {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &GlueSettings) -> Self {
        let grid = Grid::new(stream, CONTROL_HZ);
        let steps = grid.stream(stream);
        let mut glue = Self {
            rate_hz: stream.sample_rate_hz,
            settings: *settings,
            knobs: Knobs::new(steps, settings),
            detector: Detector::new(steps),
            reduction: AutoRelease::new(1e3 / steps.sample_rate_hz),
            grid,
            gain: 1.0,
            gain_aim: 1.0,
            idle: true,
            move_db: 0.0,
        };
        glue.reset();
        glue
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &GlueSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.knobs.set(settings);
        if self.idle {
            self.knobs.prepare();
            self.tune();
        }
        self.idle &= self.knobs.out();
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.grid.reset();
        self.knobs.reset();
        self.rest();
        self.tune();
        self.gain_aim = self.wanted_gain(0.0);
        self.gain = self.gain_aim;
        self.move_db = 0.0;
        self.idle = self.knobs.out();
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
        self.detector.hear(part.left, part.right);
        let start = self.grid.position() as f32;
        let step = (self.gain_aim - self.gain) / self.grid.samples() as f32;
        let gain = self.gain;
        for (n, (left, right)) in part.left.iter_mut().zip(&mut *part.right).enumerate() {
            let gain = gain + step * (start + (n as u16 as f32) + 1.0);
            *left *= gain;
            *right *= gain;
        }
    }

    /// Between two steps of the grid: what was heard decides where the gain goes next.
    fn control(&mut self) {
        if self.knobs.moving() && self.knobs.tick() {
            self.tune();
        }
        let energy = self.detector.take(self.grid.samples());
        let wanted_db = compression_gain_db(
            curve::level_db(energy),
            self.knobs.threshold_db(),
            self.knobs.slope(),
            self.knobs.knee_db(),
        );
        let gain_db = self.reduction.tick(
            wanted_db,
            self.knobs.attack_ms,
            self.knobs.release_ms,
            self.knobs.auto_release,
        );
        self.move_db = self.move_db.min(gain_db * self.knobs.amount());
        self.gain = self.gain_aim;
        self.gain_aim = self.wanted_gain(gain_db);
        if self.knobs.out() && self.gain == 1.0 && self.gain_aim == 1.0 {
            self.idle = true;
            self.rest();
        }
    }

    /// Compressor, make-up and mix as one gain.
    fn wanted_gain(&self, compressor_db: f64) -> f32 {
        let wet = curve::gain((compressor_db + self.knobs.makeup_db()) * self.knobs.amount());
        (1.0 + self.knobs.mix() * (wet - 1.0)) as f32
    }

    /// The compressor rests.
    fn rest(&mut self) {
        self.detector.reset();
        self.reduction.reset();
    }

    fn tune(&mut self) {
        let sidechain_hz = self.knobs.sidechain_hz();
        self.detector.tune(sidechain_hz, self.rate_hz);
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// What it did since last asked.
    pub fn take_reading(&mut self) -> GlueReading {
        GlueReading {
            move_db: core::mem::take(&mut self.move_db) as f32,
        }
    }
}
