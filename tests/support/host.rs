//! A headless CLAP host for one plugin: loads a built bundle, names its parameters by their ids, and
//! processes on an audio thread, as a host does.
//!
//! Also compiled into `xtask`, so that the demo and the tests use the same host.
#![allow(unsafe_code, dead_code, unreachable_pub)]

use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::latency::{HostLatency, HostLatencyImpl, PluginLatency};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamInfoBuffer,
    ParamInfoFlags, ParamRescanFlags, PluginParams,
};
use clack_extensions::state::{HostState, HostStateImpl, PluginState};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_extensions::track_info::{
    HostTrackInfo, HostTrackInfoImpl, PluginTrackInfo, TrackInfo, TrackInfoWriter,
};
use clack_host::events::Pckn;
use clack_host::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};
use std::cell::Cell;
use std::ffi::CString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What can go wrong, as a sentence.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A plugin in its host.
pub struct Hosted {
    processor: Option<PluginAudioProcessor<Headless>>,
    instance: PluginInstance<Headless>,
    params: PluginParams,
    state: PluginState,
    latency: PluginLatency,
    tail: PluginTail,
    channels: usize,
    rate_hz: f64,
    transport: Option<Transport>,
}

/// The host's transport during a [`Hosted::process`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// Whether it runs.
    pub plays: bool,
    /// Place of the first frame in the song, in samples.
    pub start: i64,
    /// Where it jumps back, and where to: end and start of a loop, in samples.
    pub wraps: Option<[i64; 2]>,
}

impl Transport {
    /// What is said of the block that begins at `frame`.
    fn event(self, frame: usize, rate_hz: f64) -> TransportEvent {
        let mut place = self.start;
        if self.plays {
            place += frame as i64;
        }
        let mut flags = TransportFlags::HAS_SECONDS_TIMELINE;
        flags.set(TransportFlags::IS_PLAYING, self.plays);
        flags.set(TransportFlags::IS_LOOP_ACTIVE, self.wraps.is_some());
        let [end, start] = self.wraps.unwrap_or([i64::MAX, 0]);
        if place >= end {
            place = start + (place - end) % (end - start).max(1);
        }
        let seconds = |samples: i64| SecondsTime::from_float(samples as f64 / rate_hz);
        let [end, start] = self.wraps.unwrap_or([0, 0]).map(seconds);
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(0.0),
            song_pos_seconds: seconds(place),
            tempo: 0.0,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_float(0.0),
            loop_end_beats: BeatTime::from_float(0.0),
            loop_start_seconds: start,
            loop_end_seconds: end,
            bar_start: BeatTime::from_float(0.0),
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// A parameter as the plugin describes it to the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub number: u32,
    pub name: String,
    pub module: String,
    pub min: f64,
    pub max: f64,
    pub default: f64,
    pub is_bypass: bool,
    pub is_automatable: bool,
    pub is_stepped: bool,
}

/// A parameter moved to `value` (in the host's units) at `frame` of the programme.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub frame: usize,
    pub id: &'a str,
    pub value: f64,
}

/// The number under which the framework shows the parameter `id` to hosts.
pub fn parameter_number(id: &str) -> u32 {
    let hash = id.bytes().fold(0_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    // The top bit is the host's own in VST3.
    hash & !(1 << 31)
}

/// Ids and names of the plugins in a bundle.
pub fn scan(bundle: &Path) -> Result<Vec<(String, String)>> {
    let entry = load(bundle)?;
    let factory = entry
        .get_plugin_factory()
        .ok_or("the bundle has no plugin factory")?;
    Ok(factory
        .plugin_descriptors()
        .map(|plugin| {
            let text = |part: Option<&std::ffi::CStr>| {
                part.unwrap_or_default().to_string_lossy().into_owned()
            };
            (text(plugin.id()), text(plugin.name()))
        })
        .collect())
}

impl Hosted {
    /// Makes an instance of the plugin `id` from `bundle`, on a track without a name.
    pub fn open(bundle: &Path, id: &str) -> Result<Self> {
        Self::open_on_track(bundle, id, "")
    }

    /// The same, on a track that the host calls so.
    pub fn open_on_track(bundle: &Path, id: &str, track: &str) -> Result<Self> {
        let entry = load(bundle)?;
        let info = HostInfo::new("Finalcoat headless host", "Finalcoat", "", "1")?;
        let mut instance = PluginInstance::<Headless>::new(
            |()| Shared::default(),
            |_| MainThread {
                track: Cell::new(kept(track)),
            },
            &entry,
            &CString::new(id)?,
            &info,
        )?;
        let handle = instance.plugin_handle();
        let missing = |what: &str| format!("the plugin lacks the CLAP extension `{what}`");
        let params = handle.get_extension().ok_or_else(|| missing("params"))?;
        let state = handle.get_extension().ok_or_else(|| missing("state"))?;
        let latency = handle.get_extension().ok_or_else(|| missing("latency"))?;
        let tail = handle.get_extension().ok_or_else(|| missing("tail"))?;
        Ok(Self {
            processor: None,
            instance,
            params,
            state,
            latency,
            tail,
            channels: 2,
            rate_hz: 0.0,
            transport: None,
        })
    }

    /// The user gives the track another name.
    pub fn name_track(&mut self, name: &str) {
        self.instance
            .access_handler(|main| main.track.set(kept(name)));
        let handle = self.instance.plugin_handle();
        if let Some(track) = handle.get_extension::<PluginTrackInfo>() {
            track.changed(&handle);
        }
    }

    /// Every parameter, in the plugin's order.
    pub fn parameters(&mut self) -> Vec<Parameter> {
        let handle = self.instance.plugin_handle();
        (0..self.params.count(&handle))
            .filter_map(|index| {
                let mut buffer = ParamInfoBuffer::new();
                let info = self.params.get_info(&handle, index, &mut buffer)?;
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                Some(Parameter {
                    number: info.id.get(),
                    name: text(info.name),
                    module: text(info.module),
                    min: info.min_value,
                    max: info.max_value,
                    default: info.default_value,
                    is_bypass: info.flags.contains(ParamInfoFlags::IS_BYPASS),
                    is_automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                    is_stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                })
            })
            .collect()
    }

    /// Where a parameter stands, in the host's units.
    pub fn value(&mut self, id: &str) -> Option<f64> {
        self.params
            .get_value(&self.instance.plugin_handle(), clap_id(id))
    }

    /// A value as the plugin would show it.
    pub fn text_of(&mut self, id: &str, value: f64) -> Option<String> {
        let mut buffer = [0; 256];
        let text = self
            .params
            .value_to_text(
                &self.instance.plugin_handle(),
                clap_id(id),
                value,
                &mut buffer,
            )
            .ok()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// What the user typed, in the host's units.
    pub fn value_of(&mut self, id: &str, text: &str) -> Option<f64> {
        let text = CString::new(text).ok()?;
        self.params
            .text_to_value(&self.instance.plugin_handle(), clap_id(id), &text)
    }

    /// Sets a parameter while the plugin is not active.
    pub fn set(&mut self, id: &str, value: f64) -> Result<()> {
        let mut events = EventBuffer::new();
        events.push(&value_event(0, id, value));
        let mut handle = self
            .instance
            .inactive_plugin_handle()
            .ok_or("parameters of an active plugin are set by `process`")?;
        let mut answers = EventBuffer::new();
        self.params
            .flush(&mut handle, &events.as_input(), &mut answers.as_output());
        Ok(())
    }

    /// The plugin's state, as the host would store it in a session.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.state
            .save(&self.instance.plugin_handle(), &mut bytes)?;
        Ok(bytes)
    }

    /// Restores a state that [`Hosted::save`] gave.
    pub fn load(&mut self, state: &[u8]) -> Result<()> {
        let mut reader = state;
        self.state
            .load(&self.instance.plugin_handle(), &mut reader)?;
        self.serve();
        Ok(())
    }

    /// Names of the audio layouts the plugin offers.
    pub fn layouts(&mut self) -> Vec<String> {
        let handle = self.instance.plugin_handle();
        let Some(layouts) = handle.get_extension::<PluginAudioPortsConfig>() else {
            return Vec::new();
        };
        (0..layouts.count(&handle))
            .filter_map(|index| {
                let mut buffer = AudioPortsConfigBuffer::new();
                let layout = layouts.get(&handle, index, &mut buffer)?;
                Some(String::from_utf8_lossy(layout.name).into_owned())
            })
            .collect()
    }

    /// Chooses an audio layout by its place in [`Hosted::layouts`], while not active.
    pub fn select_layout(&mut self, index: u32) -> Result<()> {
        let handle = self
            .instance
            .inactive_plugin_handle()
            .ok_or("the layout of an active plugin is fixed")?;
        let layouts: PluginAudioPortsConfig =
            handle.get_extension().ok_or("the plugin has one layout")?;
        let mut buffer = AudioPortsConfigBuffer::new();
        let id = layouts
            .get(&handle, index, &mut buffer)
            .ok_or("no such layout")?
            .id;
        layouts
            .select(&handle, id)
            .map_err(|error| format!("the plugin refused the layout: {error:?}"))?;
        let handle = self.instance.plugin_handle();
        let ports: PluginAudioPorts = handle.get_extension().ok_or("no audio ports")?;
        let mut buffer = AudioPortInfoBuffer::new();
        self.channels = ports
            .get(&handle, 0, false, &mut buffer)
            .ok_or("no audio output")?
            .channel_count as usize;
        Ok(())
    }

    /// Channels of the main input and output in the chosen layout.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// What the host says of its transport from now on; nothing at first.
    pub fn set_transport(&mut self, transport: Option<Transport>) {
        self.transport = transport;
    }

    /// Makes the plugin ready to process at `sample_rate_hz`, blocks of at most `frames_max`.
    pub fn activate(&mut self, sample_rate_hz: f64, frames_max: u32) -> Result<()> {
        let configuration = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: frames_max,
        };
        self.rate_hz = sample_rate_hz;
        self.processor = Some(self.instance.activate(|_, _| (), configuration)?.into());
        self.serve();
        Ok(())
    }

    /// Takes the plugin out of processing.
    pub fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor.into_stopped());
        }
        self.serve();
    }

    /// The latency the plugin reports.
    pub fn latency_samples(&mut self) -> usize {
        self.latency.get(&self.instance.plugin_handle()) as usize
    }

    /// The tail the plugin reports, `None` when it is infinite.
    pub fn tail_samples(&mut self) -> Option<usize> {
        let processor = self.processor.as_mut()?;
        match self.tail.get(&processor.plugin_handle()) {
            TailLength::Finite(samples) => Some(samples as usize),
            TailLength::Infinite => None,
        }
    }

    /// Clears the plugin's memory of past audio, as a host does on a jump it wants silent.
    pub fn reset(&mut self) {
        if let Some(processor) = &mut self.processor {
            processor.reset();
        }
    }

    /// Requests to restart the plugin that the host has seen, and not followed.
    pub fn restart_requests(&self) -> usize {
        self.instance
            .access_shared_handler(|shared| shared.restarts.load(Ordering::Acquire))
    }

    /// Processes `input` (one vector per channel), cut into `blocks` (repeated until the input is
    /// used up), with parameters moving where `changes` say, which are in order of time.
    pub fn process(
        &mut self,
        input: &[Vec<f32>],
        blocks: &[usize],
        changes: &[Change<'_>],
    ) -> Result<Vec<Vec<f32>>> {
        self.process_between(input, blocks, changes, &mut || ())
    }

    /// [`Hosted::process`] that calls `between` on the audio thread before each block.
    pub fn process_between(
        &mut self,
        input: &[Vec<f32>],
        blocks: &[usize],
        changes: &[Change<'_>],
        between: &mut (dyn FnMut() + Send),
    ) -> Result<Vec<Vec<f32>>> {
        if input.len() != self.channels {
            return Err(format!(
                "{} channels given, the layout has {}",
                input.len(),
                self.channels
            )
            .into());
        }
        let processor = self
            .processor
            .as_mut()
            .ok_or("activate the plugin before processing")?;
        let (rate_hz, transport) = (self.rate_hz, self.transport);
        let place = move |frame| transport.map(|one| one.event(frame, rate_hz));
        let mut audio_thread = |processor: &mut PluginAudioProcessor<Headless>| {
            run(
                processor.ensure_processing_started()?,
                input,
                blocks,
                changes,
                &place,
                between,
            )
        };
        // The audio thread is another one than the main thread, and the main thread waits for it.
        let output = std::thread::scope(|scope| scope.spawn(|| audio_thread(processor)).join())
            .map_err(|_| "the audio thread panicked")?;
        self.serve();
        output
    }

    /// Does what the plugin has asked the main thread for.
    fn serve(&mut self) {
        let wanted = self
            .instance
            .access_shared_handler(|shared| shared.callback.swap(false, Ordering::AcqRel));
        if wanted {
            self.instance.call_on_main_thread_callback();
        }
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.deactivate();
    }
}

fn load(bundle: &Path) -> Result<PluginEntry> {
    if !bundle.exists() {
        return Err(format!(
            "{} is missing: run `cargo xtask bundle` first",
            bundle.display()
        )
        .into());
    }
    // SAFETY: loading runs the library's initialisers; the library is the bundle this project built.
    Ok(unsafe { PluginEntry::load(bundle)? })
}

fn run(
    processor: &mut StartedPluginAudioProcessor<Headless>,
    input: &[Vec<f32>],
    blocks: &[usize],
    changes: &[Change<'_>],
    place: &(dyn Fn(usize) -> Option<TransportEvent> + Sync),
    between: &mut dyn FnMut(),
) -> Result<Vec<Vec<f32>>> {
    let frames = input.iter().map(Vec::len).min().unwrap_or(0);
    let block_max = blocks.iter().copied().max().unwrap_or(0);
    if block_max == 0 {
        return Err("a block size above zero is needed".into());
    }
    let mut output: Vec<Vec<f32>> = input.iter().map(|_| vec![0.0; frames]).collect();
    let mut scratch_in: Vec<Vec<f32>> = input.iter().map(|_| vec![0.0; block_max]).collect();
    let mut scratch_out = scratch_in.clone();
    let mut ports_in = AudioPorts::with_capacity(input.len(), 1);
    let mut ports_out = AudioPorts::with_capacity(input.len(), 1);
    let mut events = EventBuffer::with_capacity(64);
    let mut sizes = blocks.iter().copied().cycle();
    let mut coming = changes;
    let mut start = 0;
    while start < frames {
        let length = sizes.next().unwrap_or(1).min(frames - start);
        let end = start + length;
        events.clear();
        while let Some((change, rest)) = coming.split_first()
            && change.frame < end
        {
            let offset = change.frame.saturating_sub(start);
            events.push(&value_event(offset as u32, change.id, change.value));
            coming = rest;
        }
        for (scratch, channel) in scratch_in.iter_mut().zip(input) {
            scratch[..length].copy_from_slice(&channel[start..end]);
        }
        between();
        let inputs = ports_in.with_input_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                scratch_in
                    .iter_mut()
                    .map(|channel| InputChannel::variable(&mut channel[..length])),
            ),
        }]);
        let mut outputs = ports_out.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                scratch_out.iter_mut().map(|channel| &mut channel[..length]),
            ),
        }]);
        processor.process(
            &inputs,
            &mut outputs,
            &events.as_input(),
            &mut OutputEvents::void(),
            Some(start as u64),
            place(start).as_ref(),
        )?;
        for (channel, scratch) in output.iter_mut().zip(&scratch_out) {
            channel[start..end].copy_from_slice(&scratch[..length]);
        }
        start = end;
    }
    between();
    Ok(output)
}

/// A name for good: the extension wants it as long as the host lives.
fn kept(name: &str) -> &'static str {
    name.to_owned().leak()
}

fn clap_id(id: &str) -> ClapId {
    ClapId::new(parameter_number(id))
}

fn value_event(offset: u32, id: &str, value: f64) -> ParamValueEvent {
    ParamValueEvent::new(offset, clap_id(id), Pckn::match_all(), value)
}

struct Headless;

#[derive(Default)]
struct Shared {
    callback: AtomicBool,
    restarts: AtomicUsize,
}

struct MainThread {
    /// What the track is called; empty: the host does not say.
    track: Cell<&'static str>,
}

impl HostHandlers for Headless {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Shared) {
        builder
            .register::<HostLatency>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostTrackInfo>();
    }
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.restarts.fetch_add(1, Ordering::AcqRel);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl MainThreadHandler<'_> for MainThread {}

impl HostTrackInfoImpl for MainThread {
    fn get<'a>(&'a self, writer: &mut TrackInfoWriter<'_, 'a>) {
        let track = self.track.get();
        if !track.is_empty() {
            writer.set(&TrackInfo::new().with_name(Some(track.as_bytes())));
        }
    }
}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {}
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {}
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {}
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}
