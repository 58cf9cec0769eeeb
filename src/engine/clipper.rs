//! The clipper before the limiter: takes the tips of short peaks, so that the limiter need not turn the
//! whole sound down for them.
//!
//! ```text
//! x ─┬──────────────────────── delay ─────────────────────── + ─► y
//!    ├─► delay ─► up ─► clip(u) − u ─► down ──────────────────┘
//!    └─► control: where the knee starts, and how much is taken
//! ```
//!
//! The knee follows the sound. It ends at the local peak, where as much is taken as the peak passes the
//! ceiling by, but no more than the depth. It never starts below the level of the last moments and of
//! the last hundredths of a second, times more than a sine's crest: sustained tones and bass, whose peaks
//! lie 3 dB over their level, stay whole, and single hits do not. And what is taken has to hide behind the
//! highs of the same moment, so that dark sounds stay dark. Below the peak the gain falls smoothly, so that
//! little folds back at 4×; without a peak above the ceiling the stage is a delay, bit for bit.

mod control;

use super::settings::loudness::LoudnessSettings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::delay::Delay;
use crate::dsp::oversampler::{CHUNK_FRAMES, Oversampler, Plane};
use control::{Control, Knees};

/// The clipper, in front of the gain that drives the limiter.
#[derive(Debug)]
pub struct Clipper {
    control: Control,
    dry: [Delay; 2],
    early: [Delay; 2],
    oversamplers: [Oversampler; 2],
    /// The most taken since last asked, as a share of the sample.
    taken: f32,
}

impl Clipper {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &LoudnessSettings) -> Self {
        let oversampler = Oversampler::new(stream);
        let rise_samples = oversampler.rise_samples();
        let control = Control::new(stream, rise_samples, settings);
        let early = Delay::new(control.look_ahead_samples() - rise_samples);
        let dry = Delay::new(early.samples() + oversampler.latency_samples());
        Self {
            control,
            dry: [dry.clone(), dry],
            early: [early.clone(), early],
            oversamplers: [oversampler.clone(), oversampler],
            taken: 0.0,
        }
    }

    /// Takes effect from the next sample, gliding. What is off is not clipped.
    pub fn set(&mut self, settings: &LoudnessSettings) {
        if self.control.set(settings) {
            self.clear();
        }
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.control.reset();
        self.dry.iter_mut().for_each(Delay::reset);
        self.clear();
        self.taken = 0.0;
    }

    fn clear(&mut self) {
        self.early.iter_mut().for_each(Delay::reset);
        self.oversamplers.iter_mut().for_each(Oversampler::reset);
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
        if self.control.off() && self.oversamplers.iter().all(Oversampler::at_rest) {
            chunk.left.copy_from_slice(&dry[0][..frames]);
            chunk.right.copy_from_slice(&dry[1][..frames]);
            return;
        }
        let mut knees = Knees::new();
        let clips = self.control.process(chunk, &mut knees);
        let channels = [&mut *chunk.left, &mut *chunk.right];
        let ways = self.early.iter_mut().zip(&mut self.oversamplers);
        let mut taken = [0.0; CHUNK_FRAMES];
        for ((channel, dry), (early, oversampler)) in channels.into_iter().zip(&dry).zip(ways) {
            let mut input = [0.0; CHUNK_FRAMES];
            early.process(channel, &mut input[..frames]);
            let input = &input[..frames];
            if clips {
                oversampler.process(input, channel, |planes, frames| {
                    for plane in planes {
                        added(plane, &knees, &mut taken, frames);
                    }
                });
            } else {
                oversampler.pass(input, channel);
            }
            for (output, dry) in channel.iter_mut().zip(dry) {
                *output += dry;
            }
        }
        if clips {
            let most = |most: f32, &taken: &f32| if taken > most { taken } else { most };
            self.taken = taken.iter().fold(self.taken, most);
        }
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.dry[0].samples()
    }

    /// The smallest gain of any peak since last asked.
    pub fn take_reading(&mut self) -> f32 {
        1.0 - core::mem::take(&mut self.taken)
    }
}

/// Turns `x` into what clipping adds to it, and notes the share taken.
#[inline(always)]
fn added(plane: &mut Plane, knees: &Knees, taken: &mut Plane, frames: usize) {
    for n in 0..frames.min(CHUNK_FRAMES) {
        let x = plane[n];
        let share = knees.most[n] * knee(x * x * knees.slope[n] - knees.start);
        taken[n] = if share > taken[n] { share } else { taken[n] };
        plane[n] = -x * share;
    }
}

/// From 0 to 1 where `place` does, with two smooth derivatives.
#[inline(always)]
fn knee(place: f32) -> f32 {
    let place = if place > 0.0 { place } else { 0.0 };
    let place = if place < 1.0 { place } else { 1.0 };
    place * place * place * (10.0 + place * (6.0 * place - 15.0))
}

#[cfg(test)]
mod tests;
