//! The true-peak safety stage: what the limiter's 4× grid cannot see, read at 16× and taken off.
//!
//! The limiter's output is read at 4×; only where the reading and its bound leave room for a peak over
//! the ceiling is the interval read again at 16×. A short, linked gain path like the limiter's takes
//! off the excess, a few hundredths of a dB on music.

use super::limiter::{CHUNK_FRAMES, UNITY_SNAP, smaller};
use super::settings::loudness::CEILING_DBTP;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::box_smoother::BoxSmoother;
use crate::dsp::delay::Delay;
use crate::dsp::glide::Glide;
use crate::dsp::interpolator::{
    FINE_TAPS, FineInterpolator, QUICK_DELAY_SAMPLES, QuickInterpolator, larger,
};
use crate::dsp::units::{db_to_gain, ms_to_samples, one_pole_feedback};
use crate::dsp::window_min::WindowMin;

const LOOKAHEAD_MS: f64 = 1.0;
const HOLD_MS: f64 = 2.0;
const RELEASE_MS: f64 = 40.0;
const GLIDE_MS: f64 = 50.0;
/// What the 16× grid and the gain's own movement may add stays in this margin.
const MARGIN_DB: f64 = 0.005;
const FINE_DELAY_SAMPLES: usize = FINE_TAPS / 2;
/// How much later an interval can be read at 16× than at 4×.
const FINE_LAG_SAMPLES: usize = FINE_DELAY_SAMPLES - QUICK_DELAY_SAMPLES;
/// Most 16× readings in a stretch of samples; beyond it the bound of the 4× reading stands in: safe,
/// and the time a block takes stays bounded.
const FINE_READINGS_MAX: u32 = 24;
const STRETCH_SAMPLES: u32 = 64;

/// Holds the ceiling on a 16× meter. Below it a pure delay, bit for bit.
#[derive(Debug)]
pub struct Safety {
    ceiling: Glide,
    channels: [Channel; 2],
    fine: FineInterpolator,
    /// 16× readings done in this stretch, and samples left of it.
    readings: u32,
    stretch_left: u32,
    release: f32,
    gain: f32,
    held: WindowMin<1>,
    smoother: BoxSmoother<1>,
    quiet_samples: usize,
    memory_samples: usize,
    min_gain: f32,
}

#[derive(Debug)]
struct Channel {
    quick: QuickInterpolator,
    /// The last samples before the chunk, and the chunk.
    window: [f32; FINE_TAPS - 1 + CHUNK_FRAMES],
    /// Bounds wait here until the 16× window has caught up.
    bounds: [f32; FINE_LAG_SAMPLES + CHUNK_FRAMES],
    audio: Delay,
}

impl Channel {
    fn new(latency_samples: usize) -> Self {
        Self {
            quick: QuickInterpolator::new(),
            window: [0.0; FINE_TAPS - 1 + CHUNK_FRAMES],
            bounds: [0.0; FINE_LAG_SAMPLES + CHUNK_FRAMES],
            audio: Delay::new(latency_samples),
        }
    }

    fn reset(&mut self) {
        self.quick.reset();
        self.window.fill(0.0);
        self.bounds.fill(0.0);
        self.audio.reset();
    }

    /// Takes in a chunk and replaces it by the delayed audio; the highest bound that is due in it.
    fn take(&mut self, samples: &mut [f32]) -> f32 {
        let frames = samples.len();
        self.window[FINE_TAPS - 1..FINE_TAPS - 1 + frames].copy_from_slice(samples);
        let mut peaks = [0.0; CHUNK_FRAMES];
        self.quick.process_bounded(
            samples,
            &mut peaks[..frames],
            &mut self.bounds[FINE_LAG_SAMPLES..FINE_LAG_SAMPLES + frames],
        );
        let mut delayed = [0.0; CHUNK_FRAMES];
        self.audio.process(samples, &mut delayed[..frames]);
        samples.copy_from_slice(&delayed[..frames]);
        self.bounds[..frames].iter().fold(0.0, |a, &b| larger(a, b))
    }

    /// Keeps what the next chunk needs of this one.
    fn advance(&mut self, frames: usize) {
        self.window.copy_within(frames..frames + FINE_TAPS - 1, 0);
        self.bounds
            .copy_within(frames..frames + FINE_LAG_SAMPLES, 0);
    }
}

impl Safety {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, ceiling_dbtp: f32) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let smoother_samples = ms_to_samples(LOOKAHEAD_MS, rate_hz, 3);
        let window_samples = smoother_samples + 1 + ms_to_samples(HOLD_MS, rate_hz, 0);
        let latency_samples = smoother_samples + FINE_DELAY_SAMPLES - 1;
        Self {
            ceiling: Glide::new(stream, GLIDE_MS, ceiling_gain(ceiling_dbtp)),
            channels: [Channel::new(latency_samples), Channel::new(latency_samples)],
            fine: FineInterpolator::new(),
            readings: 0,
            stretch_left: STRETCH_SAMPLES,
            release: (1.0 - one_pole_feedback(RELEASE_MS, rate_hz)) as f32,
            gain: 1.0,
            held: WindowMin::new(window_samples, CHUNK_FRAMES, 1.0),
            smoother: BoxSmoother::new(smoother_samples, CHUNK_FRAMES),
            quiet_samples: window_samples + smoother_samples,
            memory_samples: window_samples + smoother_samples,
            min_gain: 1.0,
        }
    }

    /// Glides to a new ceiling.
    pub fn set(&mut self, ceiling_dbtp: f32) {
        self.ceiling.set(ceiling_gain(ceiling_dbtp));
    }

    /// Back to silence; the glide lands.
    pub fn reset(&mut self) {
        self.ceiling.reset();
        self.channels.iter_mut().for_each(Channel::reset);
        self.readings = 0;
        self.stretch_left = STRETCH_SAMPLES;
        self.gain = 1.0;
        self.held.reset();
        self.smoother.reset();
        self.quiet_samples = self.memory_samples;
        self.min_gain = 1.0;
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk));
    }

    fn process_chunk(&mut self, chunk: &mut StereoBlock<'_>) {
        let frames = chunk.frames();
        let highest = larger(
            self.channels[0].take(chunk.left),
            self.channels[1].take(chunk.right),
        );
        let below = self.ceiling.settled() && highest <= self.ceiling.value();
        if below && self.quiet_samples >= self.memory_samples {
            self.pass_time(frames);
        } else {
            let mut gains = [[1.0_f32; 1]; CHUNK_FRAMES];
            let gains = &mut gains[..frames];
            for (n, gain) in gains.iter_mut().enumerate() {
                let need = self.need(n);
                gain[0] = self.recover(need);
            }
            self.held.process(gains);
            self.smoother.process(gains);
            for (&[gain], (left, right)) in gains
                .iter()
                .zip(chunk.left.iter_mut().zip(chunk.right.iter_mut()))
            {
                *left *= gain;
                *right *= gain;
            }
            self.min_gain = gains
                .iter()
                .fold(self.min_gain, |least, &[gain]| smaller(least, gain));
        }
        self.channels
            .iter_mut()
            .for_each(|channel| channel.advance(frames));
    }

    /// Counts samples in which nothing is read.
    fn pass_time(&mut self, frames: usize) {
        let mut frames = frames as u32;
        if frames >= self.stretch_left {
            frames -= self.stretch_left;
            self.readings = 0;
            self.stretch_left = STRETCH_SAMPLES - frames % STRETCH_SAMPLES;
        } else {
            self.stretch_left -= frames;
        }
    }

    /// The gain that the interval due at sample `n` of the chunk needs.
    #[inline]
    fn need(&mut self, n: usize) -> f32 {
        let ceiling = if self.ceiling.settled() {
            self.ceiling.value()
        } else {
            self.ceiling.tick()
        };
        let mut peak = 0.0;
        for channel in &self.channels {
            let bound = channel.bounds[n];
            if bound > ceiling && bound > peak {
                let found = if self.readings < FINE_READINGS_MAX {
                    self.readings += 1;
                    let window: &[f32; FINE_TAPS] = channel.window[n..n + FINE_TAPS]
                        .try_into()
                        .expect("the slice has this length");
                    self.fine.interval_peak(window)
                } else {
                    bound
                };
                peak = larger(peak, found);
            }
        }
        self.stretch_left -= 1;
        if self.stretch_left == 0 {
            self.readings = 0;
            self.stretch_left = STRETCH_SAMPLES;
        }
        if peak > ceiling { ceiling / peak } else { 1.0 }
    }

    /// Down at once, up by the release.
    #[inline]
    fn recover(&mut self, need: f32) -> f32 {
        let recovered = self.gain + (1.0 - self.gain) * self.release;
        let recovered = if recovered > 1.0 - UNITY_SNAP {
            1.0
        } else {
            recovered
        };
        self.gain = smaller(need, recovered);
        self.quiet_samples = if self.gain == 1.0 {
            self.quiet_samples.saturating_add(1)
        } else {
            0
        };
        self.gain
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.channels[0].audio.samples()
    }

    /// Smallest gain since the last call.
    pub fn take_reading(&mut self) -> f32 {
        core::mem::replace(&mut self.min_gain, 1.0)
    }
}

fn ceiling_gain(ceiling_dbtp: f32) -> f32 {
    db_to_gain(f64::from(CEILING_DBTP.quantized(ceiling_dbtp)) - MARGIN_DB) as f32
}
