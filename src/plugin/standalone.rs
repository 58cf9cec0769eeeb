//! Finalcoat without a host: the framework's standalone wrapper around the plugin, with a player for its
//! input. Nothing is kept from one run to the next but the user's presets and styles.

pub mod arguments;
pub mod log;
pub mod window;

#[cfg(feature = "standalone")]
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use nice_plug::prelude::*;

use self::window::StandaloneWindow;
use super::Finalcoat;
use super::deck::Deck;
use super::instance::Instance;
use super::player::{Player, Refit};
use crate::dsp::block::{StereoBlock, Stream};
use crate::handoff::capture::Place;
use crate::handoff::deck;
use crate::handoff::lock;
use crate::handoff::player::{self, Remote, Tape};
use crate::params::Face;

/// The framework makes the plugin itself: what it is to play waits here.
static PREPARED: Mutex<Option<Prepared>> = Mutex::new(None);

/// The ends of a player, for the plugin that is going to be made.
#[derive(Debug)]
pub struct Prepared {
    audio: deck::Audio,
    remote: Remote,
    reader: player::Reader,
}

impl Default for Prepared {
    fn default() -> Self {
        let (audio, controls, source) = deck::new();
        let (remote, reader) = player::new(controls, source);
        Self {
            audio,
            remote,
            reader,
        }
    }
}

impl Prepared {
    /// What tells the player what to do.
    pub fn remote(&self) -> Remote {
        self.remote.clone()
    }
}

/// The plugin and what plays into it.
pub struct Standalone {
    plugin: Instance,
    deck: Deck,
    refit: Refit,
    _player: Player,
}

impl Standalone {
    /// Reads what `prepared` is told to play.
    pub fn new(prepared: Prepared) -> Self {
        let mut plugin = Instance::new(Face::Master);
        // Of no song that is open in a DAW.
        plugin.ground = None;
        if let Some(side) = &mut plugin.editor_side {
            side.player = Some(prepared.remote);
        }
        let (player, refit) = Player::start(prepared.reader, plugin.params.clone());
        Self {
            plugin,
            deck: Deck::new(prepared.audio),
            refit,
            _player: player,
        }
    }

    /// Whether the plugin is ready for a stream of this rate. The framework's JACK backend runs at the
    /// server's rate, whatever rate it activated the plugin for.
    fn fits(&mut self, sample_rate_hz: f64) -> bool {
        let stream = Some(Stream::new(sample_rate_hz));
        if self.plugin.stream() != stream
            && let Some(live) = self.refit.take(sample_rate_hz)
            && let Some(old) = self.plugin.exchange(live)
        {
            self.refit.give_back(old);
        }
        self.plugin.stream() == stream
    }
}

impl Default for Standalone {
    fn default() -> Self {
        let prepared = lock(&PREPARED);
        Self::new({ prepared }.take().unwrap_or_default())
    }
}

impl Plugin for Standalone {
    const NAME: &'static str = Finalcoat::NAME;
    const VENDOR: &'static str = Finalcoat::VENDOR;
    const URL: &'static str = Finalcoat::URL;
    const EMAIL: &'static str = Finalcoat::EMAIL;
    const VERSION: &'static str = Finalcoat::VERSION;

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[super::layout(2)];

    type Editor = StandaloneWindow;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.plugin.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<StandaloneWindow> {
        self.plugin.window().map(StandaloneWindow)
    }

    // The wrapper has nobody to tell the latency.
    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.plugin.begin(f64::from(config.sample_rate), false);
        true
    }

    fn deactivate(&mut self) {
        self.plugin.deactivate();
    }

    fn reset(&mut self) {
        self.plugin.reset();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let sample_rate_hz = f64::from(context.transport().sample_rate);
        let [left, right, ..] = buffer.as_slice() else {
            return ProcessStatus::Normal;
        };
        self.deck.tell_rate(sample_rate_hz);
        if !self.fits(sample_rate_hz) {
            left.fill(0.0);
            right.fill(0.0);
            return ProcessStatus::Normal;
        }
        let mut block = StereoBlock::new(left, right);
        if !self.deck.loaded() {
            // What comes from a device is of no place, whatever the backend counts.
            self.plugin.run(false, Place::Unknown, &mut block);
            return ProcessStatus::Normal;
        }
        let mut start = 0;
        while start < block.frames() {
            let mut rest = block.part(start, block.frames());
            let run = self.deck.fill(rest.left, rest.right);
            let place = match run.playing {
                true => Place::At(run.position),
                false => Place::Stopped,
            };
            let mut part = rest.part(0, run.frames);
            self.plugin.run(run.playing, place, &mut part);
            start += run.frames;
        }
        ProcessStatus::Normal
    }

    fn setup_logger() -> Option<bool> {
        let prepared = lock(&PREPARED);
        let plays = |prepared: &Prepared| prepared.remote.view().tape != Tape::Empty;
        log::begin(!prepared.as_ref().is_some_and(plays));
        // Panics are told as everywhere.
        Some(false)
    }
}

/// Opens the window and plays until it is closed.
#[cfg(feature = "standalone")]
pub fn run(start: &arguments::Start) -> ExitCode {
    use crate::handoff::player::Command;
    use std::time::Duration;

    /// A window that does not answer is not waited for.
    const PATIENCE: Duration = Duration::from_secs(2);

    let prepared = Prepared::default();
    let remote = prepared.remote();
    if let Some(file) = &start.file {
        remote.obey(Command::Open(file.clone()));
        remote.obey(Command::Repeat(!start.once));
        remote.obey(Command::Play(true));
    }
    *lock(&PREPARED) = Some(prepared);
    // The framework's own handler is not heard while a window is open.
    let handler = move || {
        remote.end();
        std::thread::sleep(PATIENCE);
        std::process::exit(0);
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("{}: Ctrl-C cannot be caught ({error})", arguments::PROGRAM);
    }
    match nice_export_standalone_with_args::<Standalone, _>(start.audio_options()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
