//! One instance of either plugin: what stands between host and engine. A stem is a master with a fader, and
//! with the advice of its master laid over its settings.

use std::sync::Arc;

use nice_plug::prelude::Buffer;

use super::gate::Gate;
use super::linked::MakeGround;
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
use crate::stems::link::{Ground, fresh_id};
use crate::stems::settings::Knobs;

/// One instance.
pub(super) struct Instance {
    pub(super) params: Arc<FinalcoatParams>,
    live: Option<Box<Live>>,
    gate: Gate,
    /// The parameters and the saved advice as they were when [`FinalcoatParams::changes`] was `seen`.
    knobs: Knobs,
    advised: Changes,
    seen: u32,
    /// What passed the gate last; `None` when the engine has to be told anew.
    obeyed: Option<(Knobs, Changes)>,
    out: AudioSide,
    /// Until the editor takes it.
    pub(super) editor_side: Option<EditorSide>,
    /// Until the worker takes it: a plugin that is only scanned starts no thread.
    worker_side: Option<WorkerSide>,
    worker: Option<Worker>,
    /// Where the link's table lies; `None` where nobody is to be met. Until the worker is started.
    pub(super) ground: Option<MakeGround>,
    was_playing: bool,
    timeline: Timeline,
}

impl Instance {
    /// An instance of one of the two plugins.
    pub(super) fn new(face: Face) -> Self {
        let (out, editor_side, worker_side) = handoff::new();
        let params = FinalcoatParams::new(face);
        // At once, so that a state that is saved first has it.
        if face == Face::Master {
            params
                .kept
                .session
                .edit(|session| session.link = fresh_id());
        }
        Self {
            params: Arc::new(params),
            live: None,
            gate: Gate::new(Stream::new(0.0)),
            knobs: Knobs::default(),
            advised: Changes::default(),
            seen: 0,
            obeyed: None,
            out,
            editor_side: Some(editor_side),
            worker_side: Some(worker_side),
            worker: None,
            ground: Some(Box::new(Ground::default)),
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
            let (settings, fader) = self.stand();
            let mut live = Box::new(Live::new(stream, &settings));
            live.set_fader(&fader);
            live.land();
            self.exchange(live);
        }
        self.out.audition.turn_off();
        self.out.linked.tell_bounce(offline);
        if let Some(side) = self.worker_side.take() {
            let ground = self.ground.take();
            self.worker = Some(Worker::start_on(
                side,
                self.params.clone(),
                Shelf::of_this_user(),
                ground,
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
        self.obeyed = None;
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
            self.knobs = self.params.knobs();
        }
        // After the advice: what takes it over is announced before the advice is dropped.
        if let Some(announced) = self.out.apply.take() {
            let obeyed = self.obeyed.map_or(self.knobs, |(knobs, _)| knobs);
            self.gate.announce(&obeyed, &announced);
        }
        let sent = self.out.apply.sent();
        let knobs = self.gate.pass(&self.knobs, sent, frames);
        let advised = match self.obeyed {
            Some((_, before)) if self.gate.waits() => before,
            _ => self.advised,
        };
        // Laying advice over settings costs as much as a short block.
        if self.obeyed == Some((knobs, advised)) {
            return;
        }
        self.obeyed = Some((knobs, advised));
        let (settings, fader) = self.laid(&knobs, &advised);
        if let Some(live) = &mut self.live {
            live.set(&settings);
            live.set_fader(&fader);
        }
    }

    /// The sound back to silence, at what is set now.
    pub(super) fn reset(&mut self) {
        let (settings, fader) = self.stand();
        if let Some(live) = &mut self.live {
            live.set(&settings);
            live.set_fader(&fader);
            live.reset(&mut self.out);
        }
    }

    /// What the parameters say now, as the engine shall have it at once.
    fn stand(&mut self) -> (Settings, TrimSettings) {
        self.take_advice();
        self.obeyed = None;
        let knobs = self.params.knobs();
        self.laid(&knobs, &self.advised)
    }

    /// Reads the advice that is saved; false while it is being written, to be tried again.
    fn take_advice(&mut self) -> bool {
        let read = self.params.kept.session.advised().read();
        if let Some(advised) = read {
            self.advised = advised;
        }
        read.is_some()
    }

    /// What the engine shall have.
    fn laid(&self, knobs: &Knobs, advised: &Changes) -> (Settings, TrimSettings) {
        let laid = match self.params.face() {
            Face::Master => None,
            Face::Stem => knobs.obeying(advised.get()),
        };
        match laid {
            None => (knobs.settings, knobs.stem.fader),
            Some(laid) => (laid.settings.quantized(), laid.stem.fader),
        }
    }

    /// Playback that starts after this is a start, whether its stop was seen or not.
    pub(super) fn deactivate(&mut self) {
        self.was_playing = false;
        self.out.linked.tell_bounce(false);
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
