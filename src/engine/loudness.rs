//! Stage 7, loudness: clipper, drive, true-peak limiter, safety. Off, it is the exactly delayed input.

use super::clipper::Clipper;
use super::limiter::Limiter;
use super::reading::LoudnessReading;
use super::safety::Safety;
use super::settings::loudness::LoudnessSettings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::delay::Delay;
use crate::dsp::glide::Crossfade;

const CHUNK_FRAMES: usize = super::limiter::CHUNK_FRAMES;
const SWITCH_FADE_MS: f64 = 20.0;

/// The loudness stage.
#[derive(Debug)]
pub struct Loudness {
    clipper: Clipper,
    limiter: Limiter,
    safety: Safety,
    dry: [Delay; 2],
    /// 0 = limited, 1 = the delayed input.
    off: Crossfade,
}

impl Loudness {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &LoudnessSettings) -> Self {
        let clipper = Clipper::new(stream, settings);
        let limiter = Limiter::new(stream, settings);
        let safety = Safety::new(stream, settings.ceiling_dbtp);
        let latency_samples =
            clipper.latency_samples() + limiter.latency_samples() + safety.latency_samples();
        Self {
            clipper,
            limiter,
            safety,
            dry: [Delay::new(latency_samples), Delay::new(latency_samples)],
            off: Crossfade::new(stream, SWITCH_FADE_MS, !settings.on),
        }
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &LoudnessSettings) {
        self.clipper.set(settings);
        self.limiter.set(settings);
        self.safety.set(settings.ceiling_dbtp);
        self.off.set(!settings.on);
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.clipper.reset();
        self.limiter.reset();
        self.safety.reset();
        self.dry.iter_mut().for_each(Delay::reset);
        self.off.reset();
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk));
    }

    fn process_chunk(&mut self, chunk: &mut StereoBlock<'_>) {
        let frames = chunk.frames();
        let mut dry = [[0.0; CHUNK_FRAMES]; 2];
        self.dry[0].process(chunk.left, &mut dry[0][..frames]);
        self.dry[1].process(chunk.right, &mut dry[1][..frames]);
        self.clipper.process(chunk);
        self.limiter.process(chunk);
        self.safety.process(chunk);
        self.off
            .process(chunk, &dry[0][..frames], &dry[1][..frames]);
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.dry[0].samples()
    }

    /// Samples until the gain has recovered from deep limiting.
    pub fn release_samples(&self) -> usize {
        self.limiter.release_samples()
    }

    /// What it did since last asked.
    pub fn take_reading(&mut self) -> LoudnessReading {
        let clip_gain = self.clipper.take_reading();
        let (limiter_gain, peak_in) = self.limiter.take_reading();
        let safety_gain = self.safety.take_reading();
        LoudnessReading {
            min_gain: if self.off.replaced() {
                1.0
            } else {
                limiter_gain * safety_gain
            },
            clip_gain,
            peak_in,
        }
    }
}
