//! Stage 4, the stereo image: width in four bands, a guard over widening, mono bass.
//!
//! The sound is left as it is and a difference added to it: `L + d`, `R − d` with `d = w(S) − S`, where
//! the side `S = (L − R)/2` has passed the shelves of the width. Neutral, the difference is exactly zero.
//! Mono bass stands before the width and turns the phase of mid and side alike.

mod bands;
mod guard;
mod mono_bass;
pub mod response;
mod shelves;

use super::reading::ImageReading;
use super::settings::image::{
    BANDS, ImageSettings, MONO_AMOUNT_PCT, MONO_BELOW_HZ, SPLIT_HIGH_HZ, SPLIT_LOW_HZ,
    SPLIT_MID_HZ, WIDTH_PCT,
};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::glide::Glide;
use bands::Bands;
use guard::Guard;
use mono_bass::MonoBass;
use shelves::Shelves;

/// Splits between the bands.
const SPLITS: usize = BANDS - 1;
/// Duration of moves of widths, splits and the amount of mono bass.
const GLIDE_MS: f64 = 50.0;
/// Distance of two control points at 48 kHz; gains between them lie on a line.
const GRID_FRAMES_AT_48_KHZ: f64 = 64.0;
/// Frames worked on at a time.
const RUN_FRAMES: usize = 64;
/// Filter states below this (−300 dBFS) are silence.
const SILENCE: f64 = 1e-15;

/// The image stage. It knows no delay.
#[derive(Debug)]
pub struct Image {
    settings: ImageSettings,
    grid_frames: usize,
    grid_left: usize,
    /// Asked for, as gains of the side; they tick once per grid step.
    widths: [Glide; BANDS],
    splits_hz: [Glide; SPLITS],
    /// In effect at the end of the open grid step.
    granted: [f64; BANDS],
    shelves: Shelves,
    mono_bass: MonoBass,
    bands: Bands,
    guard: Guard,
    buffers: Buffers,
}

/// Mid and side of a run, and what is added to them.
#[derive(Debug)]
struct Buffers {
    mid: [f64; RUN_FRAMES],
    side: [f64; RUN_FRAMES],
    mid_added: [f64; RUN_FRAMES],
    side_added: [f64; RUN_FRAMES],
}

impl Image {
    /// Allocates nothing.
    pub fn new(stream: Stream, settings: &ImageSettings) -> Self {
        let rate_hz = stream.sample_rate_hz;
        let grid_frames = libm::round(rate_hz * GRID_FRAMES_AT_48_KHZ / 48e3).max(1.0);
        let grid = Stream::new(rate_hz / grid_frames);
        let splits_hz = splits_hz(settings);
        let mut image = Self {
            settings: *settings,
            grid_frames: grid_frames as usize,
            grid_left: 0,
            widths: [(); BANDS].map(|()| Glide::new(grid, GLIDE_MS, 1.0)),
            splits_hz: splits_hz.map(|hz| Glide::new(grid, GLIDE_MS, hz)),
            granted: [1.0; BANDS],
            shelves: Shelves::new(rate_hz),
            mono_bass: MonoBass::new(rate_hz, grid),
            bands: Bands::new(stream, grid_frames as usize),
            guard: Guard::new(grid),
            buffers: Buffers {
                mid: [0.0; RUN_FRAMES],
                side: [0.0; RUN_FRAMES],
                mid_added: [0.0; RUN_FRAMES],
                side_added: [0.0; RUN_FRAMES],
            },
        };
        image.aim();
        image.reset();
        image
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &ImageSettings) {
        if *settings == self.settings {
            return;
        }
        let was_idle = self.idle();
        self.settings = *settings;
        self.aim();
        if was_idle && !self.idle() {
            self.splits_hz.iter_mut().for_each(Glide::reset);
            self.mono_bass.start();
            self.start();
        }
    }

    fn aim(&mut self) {
        let settings = &self.settings;
        for (width, band) in self.widths.iter_mut().zip(&settings.bands) {
            let asked = WIDTH_PCT.held(band.width_pct, 0.0) / 100.0;
            width.set(if settings.on { asked } else { 1.0 });
        }
        for (glide, hz) in self.splits_hz.iter_mut().zip(splits_hz(settings)) {
            glide.set(hz);
        }
        let amount = MONO_AMOUNT_PCT.held(settings.mono_amount_pct, 0.0) / 100.0;
        let amount = if settings.on { amount } else { 0.0 };
        let below_hz = MONO_BELOW_HZ.held(settings.mono_below_hz, 0.0);
        self.mono_bass.set(below_hz, amount);
        self.guard.set(settings.guard_on);
    }

    /// Filters and guard at rest, at the beginning of a grid step.
    fn start(&mut self) {
        self.bands.reset(&self.splits());
        self.guard.reset();
        self.granted = self.guard.granted(&self.asked());
        self.shelves.start(&self.splits(), &self.granted);
        self.grid_left = self.grid_frames;
        self.aim_step();
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.widths.iter_mut().for_each(Glide::reset);
        self.splits_hz.iter_mut().for_each(Glide::reset);
        self.mono_bass.reset();
        self.start();
    }

    /// Off, and everything that was on has faded away.
    fn idle(&self) -> bool {
        let gone = |width: &Glide| width.settled() && width.value() == 1.0;
        !self.settings.on && self.widths.iter().all(gone) && self.mono_bass.idle()
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames && !self.idle() {
            let end = (start + self.grid_left.min(RUN_FRAMES)).min(frames);
            self.process_run(&mut block.part(start, end));
            self.grid_left -= end - start;
            if self.grid_left == 0 {
                self.end_step();
            }
            start = end;
        }
    }

    /// A run within one grid step.
    fn process_run(&mut self, block: &mut StereoBlock<'_>) {
        let frames = block.frames();
        let buffers = &mut self.buffers;
        let (mid, side) = (&mut buffers.mid[..frames], &mut buffers.side[..frames]);
        let mid_added = &mut buffers.mid_added[..frames];
        let side_added = &mut buffers.side_added[..frames];
        let stereo = block.left.iter().zip(block.right.iter());
        for ((mid, side), (&left, &right)) in mid.iter_mut().zip(side.iter_mut()).zip(stereo) {
            let (left, right) = (f64::from(left), f64::from(right));
            *mid = 0.5 * (left + right);
            *side = 0.5 * (left - right);
        }
        let mono_bass = !self.mono_bass.idle();
        if mono_bass {
            self.mono_bass.process(mid, side, mid_added, side_added);
        } else {
            side_added.fill(0.0);
        }
        if self.settings.on {
            self.bands.listen(mid, side);
        }
        let widened = self.shelves.process(side, side_added);
        let stereo = block.left.iter_mut().zip(block.right.iter_mut());
        if mono_bass {
            let added = mid_added.iter().zip(side_added.iter());
            for ((left, right), (mid, side)) in stereo.zip(added) {
                *left = (f64::from(*left) + (mid + side)) as f32;
                *right = (f64::from(*right) + (mid - side)) as f32;
            }
        } else if widened {
            for ((left, right), side) in stereo.zip(side_added.iter()) {
                *left = (f64::from(*left) + side) as f32;
                *right = (f64::from(*right) - side) as f32;
            }
        }
    }

    fn end_step(&mut self) {
        self.grid_left = self.grid_frames;
        self.shelves.arrive();
        self.mono_bass.step();
        if self.settings.on
            && let Some(heard) = self.bands.take()
        {
            self.guard.listen(&heard, &self.asked());
        }
        self.aim_step();
    }

    /// What shall be reached at the end of the step that begins.
    fn aim_step(&mut self) {
        let moving = self.splits_hz.iter().any(|hz| !hz.settled());
        for glide in self.widths.iter_mut().chain(&mut self.splits_hz) {
            glide.tick();
        }
        self.guard.step();
        if moving {
            let splits_hz = self.splits();
            self.bands.set(&splits_hz);
            self.shelves.set(&splits_hz);
        }
        self.granted = self.guard.granted(&self.asked());
        self.shelves.aim(&self.granted, self.grid_frames);
    }

    fn asked(&self) -> [f64; BANDS] {
        core::array::from_fn(|band| f64::from(self.widths[band].value()))
    }

    fn splits(&self) -> [f64; SPLITS] {
        core::array::from_fn(|split| f64::from(self.splits_hz[split].value()))
    }

    /// No delay.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// What it does now.
    pub fn take_reading(&mut self) -> ImageReading {
        if self.idle() {
            return ImageReading::default();
        }
        ImageReading {
            widths_pct: self.granted.map(|width| (width * 100.0) as f32),
            correlations: self.guard.correlations(&self.granted).map(|c| c as f32),
        }
    }
}

fn splits_hz(settings: &ImageSettings) -> [f32; SPLITS] {
    [
        SPLIT_LOW_HZ.held(settings.split_low_hz, 0.0),
        SPLIT_MID_HZ.held(settings.split_mid_hz, 0.0),
        SPLIT_HIGH_HZ.held(settings.split_high_hz, 0.0),
    ]
}
