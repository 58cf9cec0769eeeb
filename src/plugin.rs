//! The glue to nice-plug: activate, reset, process, and nothing clever.

pub mod deck;
pub mod gate;
pub mod heard;
pub mod hearing;
pub mod listening;
pub mod live;
pub mod pages;
pub mod passages;
pub mod place;
pub mod player;
pub mod proposer;
pub mod references;
pub mod rehearsal;
pub mod shelf;
pub mod standalone;
pub mod turn;
pub mod watch;
pub mod worker;

use std::sync::Arc;

use nice_plug::prelude::*;

use crate::dsp::block::{StereoBlock, Stream};
use crate::editor::window::Window;
use crate::engine::settings::Settings;
use crate::handoff::capture::Place;
use crate::handoff::{self, AudioSide, EditorSide, WorkerSide};
use crate::params::{FinalcoatParams, mend_state};
use gate::Gate;
use live::Live;
use place::Timeline;
use shelf::Shelf;
use worker::Worker;

/// Finalcoat for the master bus.
pub struct Finalcoat {
    params: Arc<FinalcoatParams>,
    live: Option<Box<Live>>,
    gate: Gate,
    /// The parameters as they were when [`FinalcoatParams::changes`] was `seen`.
    settings: Settings,
    seen: u32,
    /// What the engine was told last.
    obeyed: Settings,
    out: AudioSide,
    /// Until the editor takes it.
    editor_side: Option<EditorSide>,
    /// Until the worker takes it: a plugin that is only scanned starts no thread.
    worker_side: Option<WorkerSide>,
    worker: Option<Worker>,
    was_playing: bool,
    timeline: Timeline,
}

impl Default for Finalcoat {
    fn default() -> Self {
        let (out, editor_side, worker_side) = handoff::new();
        Self {
            params: Arc::new(FinalcoatParams::default()),
            live: None,
            gate: Gate::new(Stream::new(0.0)),
            settings: Settings::default(),
            seen: 0,
            obeyed: Settings::default(),
            out,
            editor_side: Some(editor_side),
            worker_side: Some(worker_side),
            worker: None,
            was_playing: false,
            timeline: Timeline::default(),
        }
    }
}

impl Plugin for Finalcoat {
    const NAME: &'static str = "Finalcoat";
    const VENDOR: &'static str = "Finalcoat";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[layout(2), layout(1)];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = Window;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Window> {
        self.window()
    }

    fn filter_state(state: &mut PluginState) {
        mend_state(state);
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        // Hosts activate before they bounce, and after. VST3 tells the mode of the activation before this
        // one: there, off at each activation is all that can be known to be right.
        let offline =
            config.process_mode == ProcessMode::Offline && context.plugin_api() != PluginApi::Vst3;
        let latency_samples = self.begin(f64::from(config.sample_rate), offline);
        context.set_latency_samples(latency_samples);
        true
    }

    fn deactivate(&mut self) {
        // Playback that starts after this is a start, whether its stop was seen or not.
        self.was_playing = false;
    }

    fn reset(&mut self) {
        if let Some(live) = &mut self.live {
            live.set(&self.params.settings());
            live.reset(&mut self.out);
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let transport = context.transport();
        let playing = transport.playing;
        self.timeline.hear(
            buffer.as_slice_immutable(),
            f64::from(transport.sample_rate),
        );
        let place = self
            .timeline
            .place(playing, transport.pos_samples(), buffer.samples());
        self.look(playing, place, buffer.samples());
        let Some(live) = &mut self.live else {
            return ProcessStatus::Normal;
        };
        match buffer.as_slice() {
            [left, right, ..] => {
                live.process(&mut StereoBlock::new(left, right), &mut self.out);
            }
            [mono] => live.process_mono(mono, &mut self.out),
            [] => {}
        }
        ProcessStatus::Tail(live.tail_samples())
    }
}

impl Finalcoat {
    /// What opens windows; there is one.
    fn window(&mut self) -> Option<Window> {
        let side = self.editor_side.take()?;
        Some(Window::new(self.params.clone(), side))
    }

    /// Gets ready for a stream, `offline` if what comes out is not listened to. Returns the latency in
    /// samples.
    fn begin(&mut self, sample_rate_hz: f64, offline: bool) -> u32 {
        let stream = Stream::new(sample_rate_hz);
        // Hosts activate again for little reason: the meters go on counting as long as the stream stays.
        if self.stream() != Some(stream) {
            self.exchange(Box::new(Live::new(stream, &self.params.settings())));
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
    fn stream(&self) -> Option<Stream> {
        self.live.as_ref().map(|live| live.stream())
    }

    /// Puts another in the place of what processes, and returns that one. Allocates nothing.
    fn exchange(&mut self, mut live: Box<Live>) -> Option<Box<Live>> {
        self.gate = Gate::new(live.stream());
        live.measure_anew(&mut self.out);
        self.live.replace(live)
    }

    /// One stereo block that belongs at `place`.
    fn run(&mut self, playing: bool, place: Place, block: &mut StereoBlock<'_>) {
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
        if changes != self.seen {
            self.seen = changes;
            self.settings = self.params.settings();
        }
        if let Some(announced) = self.out.apply.take() {
            self.gate.announce(&self.obeyed, &announced);
        }
        let sent = self.out.apply.sent();
        self.obeyed = self.gate.pass(&self.settings, sent, frames);
        live.set(&self.obeyed);
    }
}

impl ClapPlugin for Finalcoat {
    const CLAP_ID: &'static str = "org.finalcoat.finalcoat";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("Mastering for the last 5–10 %");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Mastering,
        ClapFeature::Limiter,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        pages::define(&self.params, context);
    }
}

impl Vst3Plugin for Finalcoat {
    const VST3_CLASS_ID: [u8; 16] = *b"FinalcoatMaster1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[
        Vst3SubCategory::Fx,
        Vst3SubCategory::Mastering,
        Vst3SubCategory::Dynamics,
    ];
}

/// As many channels out as in. The ports stay unnamed: the framework would give the input's name to
/// the output.
const fn layout(channels: u32) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(channels),
        main_output_channels: NonZeroU32::new(channels),
        ..AudioIOLayout::const_default()
    }
}
