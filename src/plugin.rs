//! The glue to nice-plug: activate, reset, process, and nothing clever.

use std::sync::Arc;

use nice_plug::prelude::*;

use crate::dsp::block::{StereoBlock, Stream};
use crate::engine::Engine;
use crate::params::{FinalcoatParams, mend_state};

/// Finalcoat for the master bus.
pub struct Finalcoat {
    params: Arc<FinalcoatParams>,
    live: Option<Live>,
}

/// What lives from activation to activation.
struct Live {
    engine: Engine,
    /// The right channel of a mono track.
    copy: Vec<f32>,
}

impl Default for Finalcoat {
    fn default() -> Self {
        Self {
            params: Arc::new(FinalcoatParams::default()),
            live: None,
        }
    }
}

impl Plugin for Finalcoat {
    const NAME: &'static str = "Finalcoat";
    const VENDOR: &'static str = "Finalcoat";
    const URL: &'static str = "https://finalcoat.org";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[layout(2), layout(1)];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
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
        let engine = Engine::new(stream, &self.params.settings());
        context.set_latency_samples(engine.latency_samples() as u32);
        self.live = Some(Live {
            engine,
            copy: vec![0.0; 512],
        });
        true
    }

    fn reset(&mut self) {
        if let Some(live) = &mut self.live {
            live.engine.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(live) = &mut self.live else {
            return ProcessStatus::Normal;
        };
        live.engine.set(&self.params.settings());
        match buffer.as_slice() {
            [left, right, ..] => live.engine.process(&mut StereoBlock::new(left, right)),
            [mono] => {
                for part in mono.chunks_mut(live.copy.len()) {
                    let copy = &mut live.copy[..part.len()];
                    copy.copy_from_slice(part);
                    live.engine.process(&mut StereoBlock::new(part, copy));
                }
            }
            [] => {}
        }
        ProcessStatus::Tail(live.engine.tail_samples() as u32)
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
