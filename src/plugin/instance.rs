//! One instance of either plugin: what stands between host and engine. A stem is a master with a fader, and
//! with the advice of its master laid over its settings.

use std::sync::Arc;

use nice_plug::prelude::Buffer;

use super::gate::Gate;
use super::live::Live;
use super::place::Timeline;
use super::shelf::Shelf;
use super::worker::Worker;
use crate::dsp::block::{StereoBlock, Stream};
use crate::editor::window::Window;
use crate::engine::settings::Settings;
use crate::engine::settings::trim::TrimSettings;
use crate::handoff::capture::Place;
use crate::handoff::{self, AudioSide, EditorSide, WorkerSide};
use crate::params::advised::Changes;
use crate::params::{Face, FinalcoatParams};
use crate::stems::moves::laid_over;
use crate::stems::settings::StemSettings;

/// One instance.
pub(super) struct Instance {
    pub(super) params: Arc<FinalcoatParams>,
    live: Option<Box<Live>>,
    gate: Gate,
    /// The parameters as they were when [`FinalcoatParams::changes`] was `seen`.
    settings: Settings,
    stem: StemSettings,
    advised: Changes,
    seen: u32,
    /// What passed the gate last.
    obeyed: Settings,
    /// `seen` when the engine was told last.
    laid_at: Option<u32>,
    out: AudioSide,
    /// Until the editor takes it.
    pub(super) editor_side: Option<EditorSide>,
    /// Until the worker takes it: a plugin that is only scanned starts no thread.
    worker_side: Option<WorkerSide>,
    worker: Option<Worker>,
    was_playing: bool,
    timeline: Timeline,
}

impl Instance {
    /// An instance of one of the two plugins.
    pub(super) fn new(face: Face) -> Self {
        let (out, editor_side, worker_side) = handoff::new();
        Self {
            params: Arc::new(FinalcoatParams::new(face)),
            live: None,
            gate: Gate::new(Stream::new(0.0)),
            settings: Settings::default(),
            stem: StemSettings::default(),
            advised: Changes::default(),
            seen: 0,
            obeyed: Settings::default(),
            laid_at: None,
            out,
            editor_side: Some(editor_side),
            worker_side: Some(worker_side),
            worker: None,
            was_playing: false,
            timeline: Timeline::default(),
        }
    }

    /// What opens windows; there is one.
    pub(super) fn window(&mut self) -> Option<Window> {
        let side = self.editor_side.take()?;
        Some(Window::new(self.params.clone(), side))
    }

    /// Gets ready for a stream, `offline` if what comes out is not listened to. Returns the latency in
    /// samples.
    pub(super) fn begin(&mut self, sample_rate_hz: f64, offline: bool) -> u32 {
        let stream = Stream::new(sample_rate_hz);
        // Hosts activate again for little reason: the meters go on counting as long as the stream stays.
        if self.stream() != Some(stream) {
            let (settings, fader) = self.read();
            let mut live = Box::new(Live::new(stream, &settings));
            live.set_fader(&fader);
            live.land();
            self.exchange(live);
        }
        self.out.audition.turn_off();
        if let Some(side) = self.worker_side.take() {
            self.worker = Some(Worker::start(
                side,
                self.params.clone(),
                Shelf::of_this_user(),
            ));
        }
        self.live.as_mut().map_or(0, |live| {
            live.set_offline(offline);
            live.latency_samples()
        })
    }

    /// The stream that it is ready for.
    pub(super) fn stream(&self) -> Option<Stream> {
        self.live.as_ref().map(|live| live.stream())
    }

    /// Puts another in the place of what processes, and returns that one. Allocates nothing.
    pub(super) fn exchange(&mut self, mut live: Box<Live>) -> Option<Box<Live>> {
        self.gate = Gate::new(live.stream());
        self.laid_at = None;
        live.measure_anew(&mut self.out);
        self.live.replace(live)
    }

    /// One stereo block that belongs at `place`.
    pub(super) fn run(&mut self, playing: bool, place: Place, block: &mut StereoBlock<'_>) {
        self.look(playing, place, block.frames());
        if let Some(live) = &mut self.live {
            live.process(block, &mut self.out);
        }
    }

    /// Looks what the next block shall be, of `frames` frames that belong at `place`.
    fn look(&mut self, playing: bool, place: Place, frames: usize) {
        let Some(live) = &mut self.live else {
            return;
        };
        live.set_place(place);
        let started = playing && !self.was_playing;
        self.was_playing = playing;
        let asked = self.out.reset.take();
        if asked || (started && self.params.kept.reset_on_start()) {
            live.measure_anew(&mut self.out);
        }
        // Reading all parameters costs more than a short block.
        let changes = self.params.changes();
        if changes != self.seen && self.take_advice() {
            self.seen = changes;
            self.settings = self.params.settings();
            self.stem = self.params.stem();
        }
        if let Some(announced) = self.out.apply.take() {
            self.gate.announce(&self.obeyed, &announced);
        }
        let sent = self.out.apply.sent();
        let obeyed = self.gate.pass(&self.settings, sent, frames);
        // Laying advice over settings costs as much as a short block.
        if obeyed == self.obeyed && self.laid_at == Some(self.seen) {
            return;
        }
        self.obeyed = obeyed;
        self.laid_at = Some(self.seen);
        let (settings, fader) = self.laid(&obeyed);
        if let Some(live) = &mut self.live {
            live.set(&settings);
            live.set_fader(&fader);
        }
    }

    /// The sound back to silence, at what is set now.
    pub(super) fn reset(&mut self) {
        let (settings, fader) = self.read();
        self.laid_at = None;
        if let Some(live) = &mut self.live {
            live.set(&settings);
            live.set_fader(&fader);
            live.reset(&mut self.out);
        }
    }

    /// What the parameters say now, as the engine shall have it.
    fn read(&mut self) -> (Settings, TrimSettings) {
        self.take_advice();
        self.stem = self.params.stem();
        let settings = self.params.settings();
        self.laid(&settings)
    }

    /// Reads the advice that is saved; false while it is being written, to be tried again.
    fn take_advice(&mut self) -> bool {
        let read = self.params.kept.session.advised().read();
        if let Some(advised) = read {
            self.advised = advised;
        }
        read.is_some()
    }

    /// What the engine shall have of these settings.
    fn laid(&self, settings: &Settings) -> (Settings, TrimSettings) {
        if self.params.face() == Face::Master {
            return (*settings, TrimSettings::default());
        }
        let (fader, changes) = (&self.stem.fader, self.advised.get());
        let share = self.stem.advice_pct / 100.0;
        if changes.is_empty() || share == 0.0 {
            return (*settings, *fader);
        }
        let (settings, fader) = laid_over(settings, fader, changes, share);
        (settings.quantized(), fader)
    }

    /// Playback that starts after this is a start, whether its stop was seen or not.
    pub(super) fn deactivate(&mut self) {
        self.was_playing = false;
    }

    /// One block of the host's, mono or stereo, with the host's word of where it is. Returns the tail in
    /// samples; `None` before it is ready for a stream.
    pub(super) fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        playing: bool,
        position: Option<i64>,
        sample_rate_hz: f64,
    ) -> Option<u32> {
        self.timeline
            .hear(buffer.as_slice_immutable(), sample_rate_hz);
        let place = self.timeline.place(playing, position, buffer.samples());
        self.look(playing, place, buffer.samples());
        let live = self.live.as_mut()?;
        match buffer.as_slice() {
            [left, right, ..] => {
                live.process(&mut StereoBlock::new(left, right), &mut self.out);
            }
            [mono] => live.process_mono(mono, &mut self.out),
            [] => {}
        }
        Some(live.tail_samples())
    }
}
