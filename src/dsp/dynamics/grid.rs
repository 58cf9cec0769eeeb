//! The grid on which control runs: counted in samples by the unit, never on block edges.

use crate::dsp::block::Stream;

/// Cuts what comes into steps of equal length.
#[derive(Debug, Clone)]
pub struct Grid {
    samples: usize,
    position: usize,
}

impl Grid {
    /// As near to `steps_per_s` as whole samples allow.
    pub fn new(stream: Stream, steps_per_s: f64) -> Self {
        let samples = libm::round(stream.sample_rate_hz / steps_per_s);
        Self {
            samples: (samples as usize).max(1),
            position: 0,
        }
    }

    /// Back to the start of a step.
    pub fn reset(&mut self) {
        self.position = 0;
    }

    /// Length of a step.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Samples of this step that have passed.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Samples left of this step, at least one.
    pub fn left(&self) -> usize {
        self.samples - self.position
    }

    /// Lets `samples` pass, at most [`left`](Self::left); says whether the step is complete.
    pub fn advance(&mut self, samples: usize) -> bool {
        self.position += samples;
        let complete = self.position >= self.samples;
        if complete {
            self.position = 0;
        }
        complete
    }

    /// Lets any number of samples pass unheard.
    pub fn skip(&mut self, samples: usize) {
        self.position = (self.position + samples) % self.samples;
    }

    /// The steps as a stream of their own, for values that glide from step to step.
    pub fn stream(&self, stream: Stream) -> Stream {
        Stream::new(stream.sample_rate_hz / self.samples as f64)
    }
}
