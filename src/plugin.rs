//! The glue to nice-plug: what hosts call, for both plugins.

pub mod deck;
pub mod gate;
pub mod heard;
pub mod hearing;
mod instance;
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

use crate::editor::window::Window;
use crate::params::{Face, mend_state};
use instance::Instance;

/// Finalcoat for the master bus.
pub struct Finalcoat {
    instance: Instance,
}

/// Finalcoat Stem, for group buses.
pub struct FinalcoatStem {
    instance: Instance,
}

/// What a plugin of the bundle is for the host, beside its name.
macro_rules! plugin {
    ($plugin:ident, $face:expr, $name:literal) => {
        impl Default for $plugin {
            fn default() -> Self {
                Self {
                    instance: Instance::new($face),
                }
            }
        }

        impl Plugin for $plugin {
            const NAME: &'static str = $name;
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
                self.instance.params.clone()
            }

            fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Window> {
                self.instance.window()
            }

            fn filter_state(state: &mut PluginState) {
                mend_state(state, $face);
            }

            fn activate(
                &mut self,
                _layout: &AudioIOLayout,
                config: &BufferConfig,
                context: &mut impl ActivateContext<Self>,
            ) -> bool {
                // Hosts activate before they bounce, and after. VST3 tells the mode of the activation before
                // this one: there, off at each activation is all that can be known to be right.
                let offline = config.process_mode == ProcessMode::Offline
                    && context.plugin_api() != PluginApi::Vst3;
                let latency_samples = self.instance.begin(f64::from(config.sample_rate), offline);
                context.set_latency_samples(latency_samples);
                true
            }

            fn deactivate(&mut self) {
                self.instance.deactivate();
            }

            fn reset(&mut self) {
                self.instance.reset();
            }

            fn process(
                &mut self,
                buffer: &mut Buffer,
                _aux: &mut AuxiliaryBuffers,
                context: &mut impl ProcessContext<Self>,
            ) -> ProcessStatus {
                let transport = context.transport();
                let tail = self.instance.process(
                    buffer,
                    transport.playing,
                    transport.pos_samples(),
                    f64::from(transport.sample_rate),
                );
                tail.map_or(ProcessStatus::Normal, ProcessStatus::Tail)
            }
        }
    };
}

plugin!(Finalcoat, Face::Master, "Finalcoat");
plugin!(FinalcoatStem, Face::Stem, "Finalcoat Stem");

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
        pages::define(&self.instance.params, context);
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

impl ClapPlugin for FinalcoatStem {
    const CLAP_ID: &'static str = "org.finalcoat.stem";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A group of the song, mastered together with its master");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Mastering,
        ClapFeature::Equalizer,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        pages::define(&self.instance.params, context);
    }
}

impl Vst3Plugin for FinalcoatStem {
    const VST3_CLASS_ID: [u8; 16] = *b"FinalcoatStem001";
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
