//! The engine: the chain in order, bypass, and one fixed latency. The picture of the sound.

pub mod audition;
pub mod clipper;
pub mod colour;
pub mod equalizer;
pub mod glue;
pub mod image;
pub mod input;
pub mod limiter;
pub mod loudness;
pub mod multiband;
pub mod reading;
pub mod safety;
pub mod settings;
pub mod shaping;
pub mod trim;

use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::delay::Delay;
use crate::dsp::float_mode::FlushDenormals;
use crate::dsp::glide::Crossfade;
use crate::dsp::units::ms_to_samples;
use audition::Audition;
use audition::settings::AuditionSettings;
use loudness::Loudness;
use reading::{AuditionReading, Reading};
use settings::Settings;
use settings::equalizer::BandSettings;
use settings::trim::TrimSettings;
use shaping::Shaping;
use trim::Trim;

/// Frames worked on at a time, whatever the host's block is.
const CHUNK_FRAMES: usize = 64;
/// Length of the crossfade into and out of bypass.
const BYPASS_FADE_MS: f64 = 20.0;
/// The slow part of the bus compressor's auto release.
const AUTO_RELEASE_MS: f32 = 1000.0;

/// The whole chain. Same settings, rate and input give the same samples, however the blocks are cut.
#[derive(Debug)]
pub struct Engine {
    stream: Stream,
    /// What was set last, so that setting the same again costs little.
    settings: Settings,
    shaping: Shaping,
    /// A stem's fader; a master's stays neutral.
    trim: Trim,
    loudness: Loudness,
    dry: [Delay; 2],
    dry_chunk: [[f32; CHUNK_FRAMES]; 2],
    audition: Audition,
    /// 0 = the chain, 1 = the delayed input.
    bypass: Crossfade,
}

impl Engine {
    /// Allocates all it will ever need; ready to process at `settings`.
    pub fn new(stream: Stream, settings: &Settings) -> Self {
        let effect = settings.in_effect();
        let shaping = Shaping::new(stream, &effect);
        let loudness = Loudness::new(stream, &effect.loudness);
        let latency_samples = shaping.latency_samples() + loudness.latency_samples();
        Self {
            stream,
            settings: *settings,
            shaping,
            trim: Trim::new(stream, &TrimSettings::default()),
            loudness,
            dry: [Delay::new(latency_samples), Delay::new(latency_samples)],
            dry_chunk: [[0.0; CHUNK_FRAMES]; 2],
            audition: Audition::new(stream, &settings.multiband),
            bypass: Crossfade::new(stream, BYPASS_FADE_MS, settings.bypass),
        }
    }

    /// Takes effect from the next sample, gliding where a jump would click.
    pub fn set(&mut self, settings: &Settings) {
        if *settings == self.settings {
            return;
        }
        let mut before = core::mem::replace(&mut self.settings, *settings);
        before.bypass = settings.bypass;
        if before != *settings {
            self.audition.chain_changed(&settings.multiband);
        }
        self.bypass.set(settings.bypass);
        let effect = settings.in_effect();
        self.shaping.set(&effect);
        self.loudness.set(&effect.loudness);
    }

    /// Back to silence; glides land. As good as new.
    pub fn reset(&mut self) {
        self.shaping.reset();
        self.trim.reset();
        self.loudness.reset();
        self.dry.iter_mut().for_each(Delay::reset);
        self.audition.reset();
        self.bypass.reset();
    }

    /// Where a stem's fader stands, from the next sample on, with a glide.
    pub fn set_trim(&mut self, trim: &TrimSettings) {
        self.trim.set(trim);
    }

    /// What is listened to, from the next sample on; [`reset`](Self::reset) turns it off.
    pub fn set_audition(&mut self, audition: &AuditionSettings) {
        self.audition.set(audition);
    }

    /// Whether anything else is heard than the chain's output (or the bypass).
    pub fn audition_on(&self) -> bool {
        self.audition.settings().on()
    }

    /// How much processed and original are turned down to be as loud as each other, in dB, at most 0.
    pub fn match_gains_db(&self) -> [f32; 2] {
        self.audition.match_gains_db()
    }

    /// Another passage is listened to: its loudness is what a comparison shall be fair by.
    pub fn measure_anew(&mut self) {
        self.audition.measure_anew();
    }

    /// In place; any length. Never allocates, blocks or panics; what comes out is finite.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        self.process_tapped(block, |_, _| {});
    }

    /// [`Engine::process`], and hands `master`, in parts, both channels of what would come out without
    /// audition: what meters read, whatever is listened to.
    pub fn process_tapped(
        &mut self,
        block: &mut StereoBlock<'_>,
        mut master: impl FnMut(&[f32], &[f32]),
    ) {
        let _mode = FlushDenormals::on();
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk, &mut master));
    }

    fn process_chunk(
        &mut self,
        chunk: &mut StereoBlock<'_>,
        master: &mut impl FnMut(&[f32], &[f32]),
    ) {
        let listening = self.audition_on();
        let frames = chunk.frames();
        input::clean(chunk);
        let [dry_left, dry_right] = &mut self.dry_chunk;
        self.dry[0].process(chunk.left, &mut dry_left[..frames]);
        self.dry[1].process(chunk.right, &mut dry_right[..frames]);
        self.shaping.process_clean(chunk);
        self.trim.process(chunk);
        self.loudness.process(chunk);
        let dry = [&dry_left[..frames], &dry_right[..frames]];
        if listening {
            match self.bypass.replaced() {
                true => master(dry[0], dry[1]),
                false => master(chunk.left, chunk.right),
            }
        }
        self.audition.process(chunk, dry);
        self.bypass.process(chunk, dry[0], dry[1]);
        if !listening {
            master(chunk.left, chunk.right);
        }
    }

    /// Samples from input to output: depends on the stream alone, never on a setting.
    pub fn latency_samples(&self) -> usize {
        self.dry[0].samples()
    }

    /// Samples after the end of the input until the output is settled: latency, and the longest of what the
    /// stages that are on let ring or recover.
    pub fn tail_samples(&self) -> usize {
        let settings = &self.settings;
        let bands = settings.equalizer.bands.iter().filter(|band| band.on);
        // A resonance falls by 60 dB in 6.9 time constants, which are Q/(π·f).
        let ringing_ms = |band: &BandSettings| 2.2e3 * band.q / band.frequency_hz.max(1.0);
        let mut longest_ms = match settings.equalizer.on {
            true => bands.map(ringing_ms).fold(0.0, f32::max),
            false => 0.0,
        };
        if settings.input.subsonic_on {
            longest_ms = longest_ms.max(2.2e3 / settings.input.subsonic_hz.max(1.0));
        }
        // A gain is back to a tenth of a dB, of some ten, in five time constants.
        if settings.glue.on {
            longest_ms = longest_ms.max(5.0 * settings.glue.release_ms.max(AUTO_RELEASE_MS));
        }
        if settings.multiband.on {
            let releases = settings.multiband.bands.iter().map(|band| band.release_ms);
            longest_ms = longest_ms.max(5.0 * releases.fold(0.0, f32::max));
        }
        let rate_hz = self.stream.sample_rate_hz;
        let longest = ms_to_samples(f64::from(longest_ms), rate_hz, 0);
        self.latency_samples() + longest.max(self.loudness.release_samples())
    }

    /// What the chain did since the last call.
    pub fn take_reading(&mut self) -> Reading {
        Reading {
            loudness: self.loudness.take_reading(),
            audition: AuditionReading {
                match_gains_db: self.audition.match_gains_db(),
            },
            ..self.shaping.take_reading()
        }
    }
}
