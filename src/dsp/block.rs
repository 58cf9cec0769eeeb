//! What a unit is handed: the facts fixed while audio streams, and a block of two equal slices.

/// What stays fixed while audio streams. A change of it is a new unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Any rate a host can name: finite and above zero. Promises hold from 44.1 to 192 kHz.
    pub sample_rate_hz: f64,
}

impl Stream {
    /// A stream at `sample_rate_hz`; what no host can mean (zero, negative, NaN) becomes 48 kHz, and
    /// memory stays bounded above 2 MHz.
    pub fn new(sample_rate_hz: f64) -> Self {
        let sample_rate_hz = if sample_rate_hz.is_finite() && sample_rate_hz > 0.0 {
            sample_rate_hz.clamp(100.0, 2e6)
        } else {
            48_000.0
        };
        Self { sample_rate_hz }
    }
}

/// Left and right of the same length, processed in place. Samples are linear, full scale at ±1.
#[derive(Debug)]
pub struct StereoBlock<'a> {
    /// Left channel.
    pub left: &'a mut [f32],
    /// Right channel, as long as `left`.
    pub right: &'a mut [f32],
}

impl<'a> StereoBlock<'a> {
    /// Pairs two channels; the longer one is cut to the shorter.
    pub fn new(left: &'a mut [f32], right: &'a mut [f32]) -> Self {
        let frames = left.len().min(right.len());
        Self {
            left: &mut left[..frames],
            right: &mut right[..frames],
        }
    }

    /// Frames in the block.
    pub fn frames(&self) -> usize {
        self.left.len()
    }

    /// Hands out the block in parts of at most `frames_max` frames, in order.
    #[inline]
    pub fn for_each_part(&mut self, frames_max: usize, mut each: impl FnMut(&mut StereoBlock<'_>)) {
        let frames = self.frames();
        let mut start = 0;
        while start < frames {
            let end = (start + frames_max).min(frames);
            each(&mut self.part(start, end));
            start = end;
        }
    }

    /// The frames from `start` up to `end`, as a block of their own.
    pub fn part(&mut self, start: usize, end: usize) -> StereoBlock<'_> {
        StereoBlock {
            left: &mut self.left[start..end],
            right: &mut self.right[start..end],
        }
    }
}
