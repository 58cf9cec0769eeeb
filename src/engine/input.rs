//! Stage 1, the door: [`clean`] makes silence of what is no number, before any filter remembers it; the
//! subsonic filter takes away DC and rumble where it is asked for.
//!
//! The filter is off by default and then changes nothing: a high-pass turns the phase of the bass and
//! so raises the peaks of dense mixes.

use super::settings::input::{InputSettings, SUBSONIC_HZ};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::glide::Glide;
use crate::dsp::svf::CORNER_SHARE_MAX;
use core::f64::consts::{PI, SQRT_2};

/// Louder than this is no audio: +120 dBFS. Keeps every sum behind it finite.
const MAGNITUDE_MAX: f32 = 1e6;
/// Duration of moves of the corner, and of the crossfade between unfiltered and filtered.
const GLIDE_MS: f64 = 50.0;
/// Distance of two control points at 48 kHz.
const GRID_FRAMES_AT_48_KHZ: f64 = 32.0;
/// States below this (−300 dBFS) are silence.
const SILENCE: f64 = 1e-15;

/// Removes NaN, infinity and denormals, in place; anything else passes bit for bit.
pub fn clean(block: &mut StereoBlock<'_>) {
    for sample in block.left.iter_mut().chain(block.right.iter_mut()) {
        let magnitude = sample.abs();
        // One comparison chain per sample that is also false for NaN.
        let normal = (f32::MIN_POSITIVE..=f32::MAX).contains(&magnitude);
        let held = sample.clamp(-MAGNITUDE_MAX, MAGNITUDE_MAX);
        *sample = if normal { held } else { 0.0 };
    }
}

/// The subsonic filter: a second-order Butterworth high-pass, as a state-variable filter (Zavalishin,
/// *The Art of VA Filter Design*). Takes numbers only, see [`clean`].
#[derive(Debug)]
pub struct Input {
    rate_hz: f64,
    grid_frames: usize,
    grid_left: usize,
    settings: InputSettings,
    /// Ticks once per grid step.
    corner_hz: Glide,
    /// 0 = unfiltered, 1 = filtered.
    share: Glide,
    coefficients: [f64; 3],
    states: [[f64; 2]; 2],
}

impl Input {
    /// Allocates nothing.
    pub fn new(stream: Stream, settings: &InputSettings) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let grid_frames = libm::round(rate_hz * GRID_FRAMES_AT_48_KHZ / 48e3).max(1.0);
        let grid = Stream::new(rate_hz / grid_frames);
        let mut input = Self {
            rate_hz,
            grid_frames: grid_frames as usize,
            grid_left: 0,
            settings: *settings,
            corner_hz: Glide::new(grid, GLIDE_MS, corner_hz(settings)),
            share: Glide::new(stream, GLIDE_MS, 0.0),
            coefficients: [0.0; 3],
            states: [[0.0; 2]; 2],
        };
        input.aim();
        input.reset();
        input
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &InputSettings) {
        if *settings == self.settings {
            return;
        }
        let was_idle = self.idle();
        self.settings = *settings;
        self.aim();
        if was_idle && !self.idle() {
            self.corner_hz.reset();
            self.start();
        }
    }

    fn aim(&mut self) {
        self.corner_hz.set(corner_hz(&self.settings));
        self.share
            .set(f32::from(u8::from(self.settings.subsonic_on)));
    }

    /// The filter at rest, at the beginning of a grid step.
    fn start(&mut self) {
        self.states = [[0.0; 2]; 2];
        self.coefficients = coefficients(f64::from(self.corner_hz.value()), self.rate_hz);
        self.grid_left = self.grid_frames;
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.corner_hz.reset();
        self.share.reset();
        self.start();
    }

    fn idle(&self) -> bool {
        self.share.settled() && self.share.value() == 0.0
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames && !self.idle() {
            let end = (start + self.grid_left).min(frames);
            self.filter(&mut block.part(start, end));
            self.grid_left -= end - start;
            if self.grid_left == 0 {
                self.step();
            }
            start = end;
        }
    }

    /// The next control point.
    fn step(&mut self) {
        self.grid_left = self.grid_frames;
        if !self.corner_hz.settled() {
            let hz = self.corner_hz.tick();
            self.coefficients = coefficients(f64::from(hz), self.rate_hz);
        }
        if self.states.iter().flatten().all(|s| s.abs() < SILENCE) {
            self.states = [[0.0; 2]; 2];
        }
    }

    fn filter(&mut self, block: &mut StereoBlock<'_>) {
        let [c1, c2, c3] = self.coefficients;
        let [mut s1, mut s2] = self.states;
        for (left, right) in block.left.iter_mut().zip(block.right.iter_mut()) {
            let share = f64::from(self.share.tick());
            let x = [f64::from(*left), f64::from(*right)];
            let mut y = [0.0; 2];
            for c in 0..2 {
                let v3 = x[c] - s2[c];
                let v1 = c1 * s1[c] + c2 * v3;
                let v2 = s2[c] + c2 * s1[c] + c3 * v3;
                s1[c] = 2.0 * v1 - s1[c];
                s2[c] = 2.0 * v2 - s2[c];
                // What is below the corner is taken away.
                y[c] = x[c] - share * (SQRT_2 * v1 + v2);
            }
            [*left, *right] = y.map(|y| y as f32);
        }
        self.states = [s1, s2];
    }

    /// No delay.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// Gain of the subsonic filter in dB at `hz`, in closed form (Butterworth through the bilinear
    /// transform).
    pub fn response_db(corner_hz: f64, stream: Stream, hz: f64) -> f64 {
        let rate_hz = stream.sample_rate_hz;
        let warp = |share: f64| libm::tan(PI * share);
        let ratio = warp((corner_hz / rate_hz).min(CORNER_SHARE_MAX)) / warp(hz / rate_hz);
        -10.0 * libm::log10(1.0 + libm::pow(ratio, 4.0))
    }
}

fn corner_hz(settings: &InputSettings) -> f32 {
    SUBSONIC_HZ.held(settings.subsonic_hz, 0.0)
}

fn coefficients(corner_hz: f64, rate_hz: f64) -> [f64; 3] {
    let g = libm::tan(PI * (corner_hz / rate_hz).min(CORNER_SHARE_MAX));
    let c1 = 1.0 / (1.0 + g * (g + SQRT_2));
    [c1, g * c1, g * g * c1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(subsonic_hz: f32) -> InputSettings {
        InputSettings {
            subsonic_on: true,
            subsonic_hz,
            ..InputSettings::default()
        }
    }

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
        clean(&mut StereoBlock::new(&mut left, &mut right));
        assert_eq!(left[..5], [0.0; 5]);
        assert_eq!(left[5], MAGNITUDE_MAX);
        assert_eq!(left[6..], good);
    }

    #[test]
    fn measured_response_is_the_stated_one() {
        for (corner_hz, rate_hz) in [(5.0, 44_100.0), (10.0, 48_000.0), (30.0, 192_000.0)] {
            let stream = Stream::new(rate_hz);
            let mut input = Input::new(stream, &on(corner_hz));
            let mut left = vec![0.0; (rate_hz * 2.0) as usize];
            left[0] = 1.0;
            let mut right = left.clone();
            input.process(&mut StereoBlock::new(&mut left, &mut right));
            assert_eq!(left, right);
            for hz in [3.0, 10.0, 20.0, 30.0, 100.0, 1_000.0] {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, &h) in left.iter().enumerate() {
                    let angle = 2.0 * PI * hz / rate_hz * n as f64;
                    re += f64::from(h) * libm::cos(angle);
                    im -= f64::from(h) * libm::sin(angle);
                }
                let measured_db = 10.0 * libm::log10(re * re + im * im);
                let stated_db = Input::response_db(f64::from(corner_hz), stream, hz);
                assert!(
                    (measured_db - stated_db).abs() < 0.002,
                    "{corner_hz} Hz at {hz} Hz: {measured_db} dB, stated {stated_db}"
                );
            }
        }
        // The values of the textbook: 3 dB at the corner, 12 dB per octave below it.
        let stream = Stream::new(48_000.0);
        assert!((Input::response_db(20.0, stream, 20.0) + 3.0103).abs() < 1e-3);
        assert!((Input::response_db(20.0, stream, 5.0) + 24.1).abs() < 0.1);
    }

    #[test]
    fn dc_goes_away_without_a_click_and_comes_back_without_one() {
        let mut input = Input::new(Stream::new(48_000.0), &on(30.0));
        let mut step_max = 0.0_f32;
        let mut last = None;
        let mut render = |input: &mut Input, frames: usize| {
            let (mut left, mut right) = (vec![0.5; frames], vec![0.5; frames]);
            input.process(&mut StereoBlock::new(&mut left, &mut right));
            for &sample in &left {
                step_max = step_max.max((sample - last.unwrap_or(sample)).abs());
                last = Some(sample);
            }
            left[frames - 1]
        };
        input.set(&InputSettings::default());
        input.reset();
        assert_eq!(render(&mut input, 1_000), 0.5);
        input.set(&on(5.0));
        assert!(render(&mut input, 96_000).abs() < 1e-4);
        input.set(&on(30.0));
        assert!(render(&mut input, 96_000).abs() < 1e-4);
        input.set(&InputSettings::default());
        assert_eq!(render(&mut input, 96_000), 0.5);
        // In 50 ms at the quickest: 2400 frames, and a high-pass that is no quicker.
        assert!(step_max < 1.0 / 2_400.0, "{step_max}");
    }
}
