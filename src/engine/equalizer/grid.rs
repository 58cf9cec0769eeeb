//! When things move: on a grid of samples counted by the stage, never on block edges.

use crate::dsp::block::Stream;

/// Rate of the grid, roughly: 16 samples at 48 kHz.
const RATE_HZ: f64 = 3_000.0;
/// Steps between which nothing structural changes.
const SPAN_STEPS: usize = 4;
const GLIDE_MS: f64 = 50.0;
const FADE_MS: f64 = 30.0;

/// The control grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) sample_rate_hz: f64,
    /// Of a step: a power of two, so that hosts' blocks are whole numbers of them.
    pub(super) samples: usize,
    /// Of a span.
    pub(super) span_samples: usize,
    /// Steps a second.
    pub(super) rate_hz: f64,
    /// Of a setting on its way.
    pub(super) glide_steps: u32,
    /// Of fading in or out.
    pub(super) fade_steps: u32,
}

impl Grid {
    pub(super) fn new(stream: Stream) -> Self {
        let sample_rate_hz = stream.sample_rate_hz;
        let octave = libm::round(libm::log2(sample_rate_hz / RATE_HZ)).clamp(0.0, 16.0);
        let samples = 1_usize << octave as u32;
        let rate_hz = sample_rate_hz / samples as f64;
        let steps = |ms: f64| (libm::round(ms * 1e-3 * rate_hz) as u32).max(1);
        Self {
            sample_rate_hz,
            samples,
            span_samples: SPAN_STEPS * samples,
            rate_hz,
            glide_steps: steps(GLIDE_MS),
            fade_steps: steps(FADE_MS),
        }
    }
}
