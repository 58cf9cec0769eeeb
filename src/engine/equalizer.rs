//! Sixteen bands in a row, each static or dynamic, on left and right or on mid or side alone.
//!
//! ```text
//! input ─┬─► band 1 ─► band 2 ─► … ─► output
//!        └─► each dynamic band's detector, so that bands do not set each other off
//! ```
//!
//! Filters run as modulation-safe state-variable sections over two lanes: left and right, or mid and side
//! while a band needs them (bands for both channels do not care which). What a band does to the spectrum is
//! stated in [`response`]. A band that is off, or has neither gain nor dynamics, does not run.

mod band;
mod design;
mod detector;
mod grid;
mod note;
mod ramp;
pub mod response;

use super::reading::EqualizerReading;
use super::settings::equalizer::{BANDS, EqualizerSettings};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::pitch::BassPitch;
use crate::dsp::svf::{left_right, mid_side};
use band::Band;
use grid::Grid;
use wide::f64x2;

/// Most frames per pass.
const CHUNK_FRAMES: usize = 64;
/// No sample leaves larger than this, 160 dBFS: later stages can square it and add up.
const SAMPLE_MAX: f64 = 1e8;

/// A chunk as pairs of lanes.
type Frames = [f64x2; CHUNK_FRAMES];

/// Shapes the tone. Adds no latency.
#[derive(Debug)]
pub struct Equalizer {
    settings: EqualizerSettings,
    grid: Grid,
    bands: [Band; BANDS],
    pitch: BassPitch,
    /// Place in the span.
    position: usize,
    /// Some band runs.
    working: bool,
    /// The lanes are mid and side.
    mid_side: bool,
    /// Some band needs the stage's input beside what it filters.
    needs_dry: bool,
    /// Some band follows the bass.
    needs_note: bool,
}

impl Equalizer {
    /// Allocates all it will ever need; stands at `settings`.
    pub fn new(stream: Stream, settings: &EqualizerSettings) -> Self {
        let grid = Grid::new(stream);
        let on = settings.on;
        Self {
            settings: *settings,
            grid,
            bands: settings
                .bands
                .map(|band| Band::new(&band, on && band.on, &grid)),
            pitch: BassPitch::new(stream),
            position: 0,
            working: false,
            mid_side: false,
            needs_dry: false,
            needs_note: false,
        }
    }

    /// Glides to `settings`; what cannot glide fades out and in again.
    pub fn set(&mut self, settings: &EqualizerSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        for (band, settings) in self.bands.iter_mut().zip(&settings.bands) {
            band.set(settings, self.settings.on && settings.on, &self.grid);
        }
    }

    /// Back to silence; glides land. As good as new.
    pub fn reset(&mut self) {
        for band in &mut self.bands {
            band.reset(&self.grid);
        }
        self.pitch.reset();
        self.position = 0;
        self.working = false;
        self.mid_side = false;
        self.needs_dry = false;
        self.needs_note = false;
    }

    /// None, whatever the settings.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// What the bands did since the last call.
    pub fn take_reading(&mut self) -> EqualizerReading {
        let mut reading = EqualizerReading::default();
        for (band, (move_db, note_hz)) in self
            .bands
            .iter_mut()
            .zip(reading.moves_db.iter_mut().zip(reading.notes_hz.iter_mut()))
        {
            *move_db = band.take_farthest_move_db();
            *note_hz = band.note_hz();
        }
        reading
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames {
            if self.position == 0 {
                self.begin_span();
            }
            let run = (frames - start)
                .min(CHUNK_FRAMES)
                .min(self.grid.span_samples - self.position);
            if self.working {
                self.process_part(&mut block.part(start, start + run));
            }
            start += run;
            self.position += run;
            if self.position == self.grid.span_samples {
                self.position = 0;
            }
        }
    }

    fn begin_span(&mut self) {
        let note = self.pitch.note();
        let [
            mut working,
            mut needs_mid_side,
            mut needs_dry,
            mut needs_note,
        ] = [false; 4];
        for band in &mut self.bands {
            band.begin_span(note, &self.grid);
            working |= band.active();
            needs_mid_side |= band.needs_mid_side();
            needs_dry |= band.needs_dry();
            needs_note |= band.needs_note();
        }
        if needs_mid_side && !self.mid_side {
            self.bands.iter_mut().for_each(Band::turn_to_mid_side);
        }
        if !needs_mid_side && self.mid_side {
            self.bands.iter_mut().for_each(Band::turn_to_left_right);
        }
        if self.needs_note && !needs_note {
            self.pitch.reset();
        }
        self.working = working;
        self.mid_side = needs_mid_side;
        self.needs_dry = needs_dry;
        self.needs_note = needs_note;
    }

    fn process_part(&mut self, block: &mut StereoBlock<'_>) {
        if self.needs_note {
            self.pitch.listen(block);
        }
        let mut frames: Frames = [f64x2::ZERO; CHUNK_FRAMES];
        let frames = &mut frames[..block.frames()];
        for (frame, (left, right)) in frames
            .iter_mut()
            .zip(block.left.iter().zip(block.right.iter()))
        {
            *frame = f64x2::new([f64::from(*left), f64::from(*right)]);
        }
        if self.mid_side {
            frames
                .iter_mut()
                .for_each(|frame| *frame = mid_side(*frame));
        }
        let mut dry: Frames = [f64x2::ZERO; CHUNK_FRAMES];
        let dry = &mut dry[..frames.len()];
        if self.needs_dry {
            dry.copy_from_slice(frames);
        }
        let position = self.position % self.grid.samples;
        for band in &mut self.bands {
            if band.active() {
                band.process(dry, frames, position, self.mid_side, &self.grid);
            }
        }
        if self.mid_side {
            frames
                .iter_mut()
                .for_each(|frame| *frame = left_right(*frame));
        }
        let most = f64x2::splat(SAMPLE_MAX);
        for (frame, (left, right)) in frames
            .iter()
            .zip(block.left.iter_mut().zip(block.right.iter_mut()))
        {
            let bounded = frame.fast_min(most).fast_max(-most).to_array();
            *left = bounded[0] as f32;
            *right = bounded[1] as f32;
        }
    }
}

#[cfg(test)]
mod tests;
