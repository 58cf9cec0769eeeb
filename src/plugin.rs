//! The glue to nice-plug: activate, reset, process, and nothing clever.

pub mod gate;
pub mod heard;
pub mod hearing;
pub mod listening;
pub mod live;
pub mod pages;
pub mod passages;
pub mod place;
pub mod proposer;
pub mod references;
pub mod rehearsal;
pub mod shelf;
pub mod turn;
pub mod watch;
pub mod worker;

use std::sync::Arc;

use nice_plug::prelude::*;

use crate::dsp::block::{StereoBlock, Stream};
use crate::editor::window::Window;
use crate::engine::settings::Settings;
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
    live: Option<Live>,
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
        let side = self.editor_side.take()?;
        Some(Window::new(self.params.clone(), side))
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
        let stream = Stream::new(f64::from(config.sample_rate));
        // Hosts activate again for little reason: the meters go on counting as long as the stream stays.
        if self.live.as_ref().map(Live::stream) != Some(stream) {
            self.gate = Gate::new(stream);
            let mut live = Live::new(stream, &self.params.settings());
            live.measure_anew(&mut self.out);
            self.live = Some(live);
        }
        // Hosts activate before they bounce, and after. VST3 tells the mode of the activation before this
        // one: there, off at each activation is all that can be known to be right.
        self.out.audition.turn_off();
        let offline =
            config.process_mode == ProcessMode::Offline && context.plugin_api() != PluginApi::Vst3;
        if let Some(live) = &mut self.live {
            live.set_offline(offline);
            context.set_latency_samples(live.latency_samples());
        }
        if let Some(side) = self.worker_side.take() {
            self.worker = Some(Worker::start(
                side,
                self.params.clone(),
                Shelf::of_this_user(),
            ));
        }
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
        let Some(live) = &mut self.live else {
            return ProcessStatus::Normal;
        };
        let transport = context.transport();
        let playing = transport.playing;
        let place = self
            .timeline
            .place(playing, transport.pos_samples(), buffer.samples());
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
        self.obeyed = self.gate.pass(&self.settings, sent, buffer.samples());
        live.set(&self.obeyed);
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
