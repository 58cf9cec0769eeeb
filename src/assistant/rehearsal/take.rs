//! One play through the whole engine, or past it, with a meter behind: what the plugin rehearses a drive by.

use crate::assistant::limiting::{FRAMES_PER_SECOND, Reductions};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::meter::{Meter, MeterReading};
use crate::dsp::units::ms_to_samples;
use crate::engine::Engine;
use crate::engine::settings::Settings;

/// One play.
#[derive(Debug)]
pub struct Take {
    engine: Option<Engine>,
    meter: Meter,
    /// Frames of the engine's delay that are still to be dropped.
    skip: usize,
    frame_samples: usize,
    frame_left: usize,
    reductions: Reductions,
}

impl Take {
    /// Through an engine with these settings, or as it is.
    pub fn new(stream: Stream, settings: Option<&Settings>) -> Self {
        let engine = settings.map(|settings| Engine::new(stream, settings));
        let frame_ms = 1e3 / FRAMES_PER_SECOND as f64;
        let frame_samples = ms_to_samples(frame_ms, stream.sample_rate_hz, 1);
        Self {
            skip: engine.as_ref().map_or(0, Engine::latency_samples),
            engine,
            meter: Meter::new(stream),
            frame_samples,
            frame_left: frame_samples,
            reductions: Reductions::new(),
        }
    }

    /// Plays a part; what comes out stands in the slices, delayed.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut start = 0;
        while start < left.len() {
            let end = (start + self.frame_left).min(left.len());
            self.process_part(&mut left[start..end], &mut right[start..end]);
            self.frame_left -= end - start;
            if self.frame_left == 0 {
                self.end_frame();
            }
            start = end;
        }
    }

    fn process_part(&mut self, left: &mut [f32], right: &mut [f32]) {
        if let Some(engine) = &mut self.engine {
            engine.process(&mut StereoBlock::new(left, right));
        }
        let from = self.skip.min(left.len());
        self.skip -= from;
        self.meter.process(&left[from..], &right[from..]);
    }

    fn end_frame(&mut self) {
        self.frame_left = self.frame_samples;
        if let Some(engine) = &mut self.engine {
            let gain = engine.take_reading().loudness.gain();
            let meter = &mut self.meter;
            self.reductions
                .push(gain, || meter.reading().momentary_lufs);
        }
    }

    /// Ends the play: what the meter says, and the 95th percentile of the gain reduction, in dB.
    pub fn finish(mut self) -> (MeterReading, f64) {
        // What is still inside the engine.
        let latency = self.engine.as_ref().map_or(0, Engine::latency_samples);
        self.process_part(&mut vec![0.0; latency], &mut vec![0.0; latency]);
        self.meter.finish();
        let reading = self.meter.reading();
        let limiting = self.reductions.limiting(reading.integrated_lufs);
        (reading, limiting.p95_gain_reduction_db)
    }
}
