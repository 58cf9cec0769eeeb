//! Stage 1, clean-up at the door: what is no number becomes silence, before any filter remembers it.

use crate::dsp::block::StereoBlock;

/// Louder than this is no audio: +120 dBFS. Keeps every sum behind it finite.
const MAGNITUDE_MAX: f32 = 1e6;

/// Removes NaN, infinity and denormals; anything else passes bit for bit.
#[derive(Debug, Default)]
pub struct Input;

impl Input {
    /// Nothing to allocate.
    pub fn new() -> Self {
        Self
    }

    /// Nothing to forget.
    pub fn reset(&mut self) {}

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        clean(block.left);
        clean(block.right);
    }

    /// No delay.
    pub fn latency_samples(&self) -> usize {
        0
    }
}

fn clean(samples: &mut [f32]) {
    for sample in samples {
        let magnitude = sample.abs();
        // One comparison chain per sample that is also false for NaN.
        let normal = (f32::MIN_POSITIVE..=f32::MAX).contains(&magnitude);
        let held = sample.clamp(-MAGNITUDE_MAX, MAGNITUDE_MAX);
        *sample = if normal { held } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_come_in() {
        let bad = [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            1e-40,
            -1e-42,
            1e30,
        ];
        let good = [0.0, -0.25, 1.0, 3.5, f32::MIN_POSITIVE];
        let mut left = [bad.as_slice(), good.as_slice()].concat();
        let mut right = left.clone();
        Input::new().process(&mut StereoBlock::new(&mut left, &mut right));
        assert_eq!(left[..5], [0.0; 5]);
        assert_eq!(left[5], MAGNITUDE_MAX);
        assert_eq!(left[6..], good);
    }
}
