//! Values that move without clicks, counted in samples, never in blocks.

use super::block::{StereoBlock, Stream};
use super::units::ms_to_samples;

/// A value that moves to its target along a straight line of fixed duration. Exactly the target when
/// it has arrived.
#[derive(Debug, Clone)]
pub struct Glide {
    samples: u32,
    left: u32,
    value: f32,
    step: f32,
    target: f32,
}

impl Glide {
    /// Stands at `value`; a later target is reached after `duration_ms`.
    pub fn new(stream: Stream, duration_ms: f64, value: f32) -> Self {
        Self {
            samples: ms_to_samples(duration_ms, stream.sample_rate_hz, 1) as u32,
            left: 0,
            value,
            step: 0.0,
            target: value,
        }
    }

    /// Starts moving to `target`, unless it is the target already.
    pub fn set(&mut self, target: f32) {
        if target != self.target {
            self.target = target;
            self.left = self.samples;
            self.step = (target - self.value) / self.samples as f32;
        }
    }

    /// Arrives at once.
    pub fn reset(&mut self) {
        self.left = 0;
        self.value = self.target;
    }

    /// Whether the target is reached.
    pub fn settled(&self) -> bool {
        self.left == 0
    }

    /// Where it stands.
    pub fn value(&self) -> f32 {
        self.value
    }

    /// The value for the next sample.
    #[inline]
    pub fn tick(&mut self) -> f32 {
        if self.left > 0 {
            self.left -= 1;
            self.value = if self.left == 0 {
                self.target
            } else {
                self.value + self.step
            };
        }
        self.value
    }
}

/// A crossfade between a signal and its replacement; at its ends exactly the one or the other.
#[derive(Debug, Clone)]
pub struct Crossfade {
    glide: Glide,
}

impl Crossfade {
    /// Starts at the signal (`replaced` false) or at its replacement, and takes `duration_ms` between.
    pub fn new(stream: Stream, duration_ms: f64, replaced: bool) -> Self {
        Self {
            glide: Glide::new(stream, duration_ms, if replaced { 1.0 } else { 0.0 }),
        }
    }

    /// Starts fading to the replacement or back.
    pub fn set(&mut self, replaced: bool) {
        self.glide.set(if replaced { 1.0 } else { 0.0 });
    }

    /// Whether only the replacement is heard.
    pub fn replaced(&self) -> bool {
        self.glide.settled() && self.glide.value() == 1.0
    }

    /// The fade arrives at once.
    pub fn reset(&mut self) {
        self.glide.reset();
    }

    /// Fades `block`, in place, towards the replacement, whose slices are as long.
    pub fn process(&mut self, block: &mut StereoBlock<'_>, left: &[f32], right: &[f32]) {
        if self.glide.settled() {
            if self.replaced() {
                block.left.copy_from_slice(left);
                block.right.copy_from_slice(right);
            }
            return;
        }
        for n in 0..block.frames() {
            let share = self.glide.tick();
            let fade = |from: f32, to: f32| match share {
                0.0 => from,
                1.0 => to,
                _ => from + (to - from) * share,
            };
            block.left[n] = fade(block.left[n], left[n]);
            block.right[n] = fade(block.right[n], right[n]);
        }
    }
}
