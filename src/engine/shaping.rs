//! Stages 1 to 6 in order: everything of the chain before loudness. The assistant renders them once and
//! tries loudness over the result.

use super::colour::Colour;
use super::equalizer::Equalizer;
use super::glue::Glue;
use super::image::Image;
use super::input::{self, Input};
use super::multiband::Multiband;
use super::reading::{AuditionReading, LoudnessReading, Reading};
use super::settings::Settings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::float_mode::FlushDenormals;

/// Frames worked on at a time, whatever the block is.
const CHUNK_FRAMES: usize = 64;

/// The stages before loudness.
#[derive(Debug)]
pub struct Shaping {
    input: Input,
    equalizer: Equalizer,
    multiband: Multiband,
    image: Image,
    glue: Glue,
    colour: Colour,
}

impl Shaping {
    /// Allocates all it will ever need. `effect` is what the stages obey ([`Settings::in_effect`]).
    pub fn new(stream: Stream, effect: &Settings) -> Self {
        Self {
            input: Input::new(stream, &effect.input),
            equalizer: Equalizer::new(stream, &effect.equalizer),
            multiband: Multiband::new(stream, &effect.multiband),
            image: Image::new(stream, &effect.image),
            glue: Glue::new(stream, &effect.glue),
            colour: Colour::new(stream, &effect.colour),
        }
    }

    /// Takes effect from the next sample, gliding where a jump would click.
    pub fn set(&mut self, effect: &Settings) {
        self.input.set(&effect.input);
        self.equalizer.set(&effect.equalizer);
        self.multiband.set(&effect.multiband);
        self.image.set(&effect.image);
        self.glue.set(&effect.glue);
        self.colour.set(&effect.colour);
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.input.reset();
        self.equalizer.reset();
        self.multiband.reset();
        self.image.reset();
        self.glue.reset();
        self.colour.reset();
    }

    /// In place; any length. What comes out is finite.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        let _mode = FlushDenormals::on();
        block.for_each_part(CHUNK_FRAMES, |chunk| {
            input::clean(chunk);
            self.process_clean(chunk);
        });
    }

    /// The stages over what is clean already.
    pub(super) fn process_clean(&mut self, chunk: &mut StereoBlock<'_>) {
        self.input.process(chunk);
        self.equalizer.process(chunk);
        self.multiband.process(chunk);
        self.image.process(chunk);
        self.glue.process(chunk);
        self.colour.process(chunk);
    }

    /// Depends on the stream alone: only the colour has any.
    pub fn latency_samples(&self) -> usize {
        self.colour.latency_samples()
    }

    /// What the stages did since last asked.
    pub fn take_reading(&mut self) -> Reading {
        Reading {
            audition: AuditionReading::default(),
            equalizer: self.equalizer.take_reading(),
            multiband: self.multiband.take_reading(),
            image: self.image.take_reading(),
            glue: self.glue.take_reading(),
            colour: self.colour.take_reading(),
            loudness: LoudnessReading::default(),
        }
    }
}
