//! What lives from one activation to the next: engine, meters, and what they tell the other threads.

use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::meter::Meter;
use crate::dsp::units::ms_to_samples;
use crate::engine::Engine;
use crate::engine::input;
use crate::engine::reading::Reading;
use crate::engine::settings::Settings;
use crate::engine::settings::trim::TrimSettings;
use crate::handoff::AudioSide;
use crate::handoff::capture::Place;
use crate::handoff::history::{COLUMN_MS, Column};
use crate::handoff::snapshot::Snapshot;

/// Frames of a mono track that are copied at a time.
const MONO_FRAMES: usize = 512;
/// Columns of history between two readings of a meter. They cost some hundred frames each, so input and
/// output take turns, and only while somebody looks.
const COLUMNS_PER_READING: u32 = 2;

/// Processes, measures and reports one stream.
#[derive(Debug)]
pub struct Live {
    stream: Stream,
    /// Where in the song the next frame belongs.
    place: Place,
    /// The host says that it bounces.
    offline: bool,
    engine: Engine,
    input: Meter,
    output: Meter,
    /// The right channel of a mono track.
    copy: Vec<f32>,
    column: Column,
    column_frames: usize,
    column_left: usize,
    columns_left: u32,
    /// What was told last, and what has come since.
    told: Snapshot,
}

impl Live {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &Settings) -> Self {
        let column_frames = ms_to_samples(COLUMN_MS, stream.sample_rate_hz, 1);
        Self {
            stream,
            place: Place::Unknown,
            offline: false,
            engine: Engine::new(stream, settings),
            input: Meter::new(stream),
            output: Meter::new(stream),
            copy: vec![0.0; MONO_FRAMES],
            column: Column::default(),
            column_frames,
            column_left: column_frames,
            columns_left: COLUMNS_PER_READING,
            told: Snapshot::default(),
        }
    }

    /// The stream it was made for.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// See [`Engine::latency_samples`].
    pub fn latency_samples(&self) -> u32 {
        self.engine.latency_samples() as u32
    }

    /// See [`Engine::tail_samples`].
    pub fn tail_samples(&self) -> u32 {
        self.engine.tail_samples() as u32
    }

    /// Whether the host bounces: then nothing but the master is heard.
    pub fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    /// The sound back to silence, audition off. The meters go on counting.
    pub fn reset(&mut self, out: &mut AudioSide) {
        out.audition.turn_off();
        self.engine.reset();
    }

    /// The meters start anew, and with them the passage that the worker keeps.
    pub fn measure_anew(&mut self, out: &mut AudioSide) {
        self.input.reset();
        self.output.reset();
        self.engine.measure_anew();
        out.capture.start(self.stream.sample_rate_hz);
        self.tell(out);
    }

    /// Takes effect from the next sample.
    pub fn set(&mut self, settings: &Settings) {
        self.engine.set(settings);
    }

    /// Where a stem's fader goes, from the next sample on.
    pub fn set_fader(&mut self, fader: &TrimSettings) {
        self.engine.set_trim(fader);
    }

    /// What was set is there at once: for one that has not processed yet.
    pub fn land(&mut self) {
        self.engine.reset();
    }

    /// Where in the song the next block begins; what follows goes on from there.
    pub fn set_place(&mut self, place: Place) {
        self.place = place;
    }

    /// A mono block of any length, as dual mono.
    pub fn process_mono(&mut self, mono: &mut [f32], out: &mut AudioSide) {
        let mut copy = core::mem::take(&mut self.copy);
        for part in mono.chunks_mut(MONO_FRAMES) {
            let copy = &mut copy[..part.len()];
            copy.copy_from_slice(part);
            self.process(&mut StereoBlock::new(part, copy), out);
        }
        self.copy = copy;
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>, out: &mut AudioSide) {
        if self.offline {
            out.audition.turn_off();
        }
        self.engine.set_audition(&out.audition.get());
        let frames = block.frames();
        let mut start = 0;
        while start < frames {
            let end = (start + self.column_left).min(frames);
            self.process_part(&mut block.part(start, end), out);
            self.column_left -= end - start;
            if self.column_left == 0 {
                self.end_column(out);
            }
            start = end;
        }
    }

    /// A part within one column.
    fn process_part(&mut self, part: &mut StereoBlock<'_>, out: &mut AudioSide) {
        // Before the meters and the capture see it; the engine's own cleaning then changes nothing more.
        input::clean(part);
        self.column.input_peak = self
            .column
            .input_peak
            .max(peak(part.left))
            .max(peak(part.right));
        self.input.process(part.left, part.right);
        out.capture.write(part.left, part.right, self.place);
        self.place = self.place.after(part.frames() as u64);
        out.spectrum.write_input(part.left, part.right);
        // Meters and spectrum are of the master, whatever is listened to.
        self.engine.process_tapped(part, |left, right| {
            let top = peak(left).max(peak(right));
            self.column.output_peak = self.column.output_peak.max(top);
            self.output.process(left, right);
            out.spectrum.write_output(left, right);
        });
    }

    fn end_column(&mut self, out: &mut AudioSide) {
        let reading = self.engine.take_reading();
        self.column.min_gain = reading.loudness.min_gain;
        out.history.push(self.column);
        self.column = Column::default();
        self.column_left = self.column_frames;
        self.told.reading = self.told.reading.then(&reading);
        if !out.snapshot.wanted() {
            return;
        }
        if self.columns_left > 0 {
            self.columns_left -= 1;
            self.told.input = self.input.reading();
        } else {
            self.columns_left = COLUMNS_PER_READING - 1;
            self.told.output = self.output.reading();
            self.write(out);
        }
    }

    /// Reads both meters and writes a snapshot, wanted or not.
    fn tell(&mut self, out: &mut AudioSide) {
        self.told.output = self.output.reading();
        self.told.input = self.input.reading();
        self.write(out);
    }

    fn write(&mut self, out: &mut AudioSide) {
        self.told.sample_rate_hz = self.stream.sample_rate_hz;
        self.told.latency_samples = self.latency_samples();
        out.snapshot.write(self.told);
        self.told.reading = Reading::default();
    }
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0_f32, |top, x| top.max(x.abs()))
}
