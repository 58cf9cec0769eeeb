//! The plugin as a host's wrapper drives it, without a host: activated, processed with a transport, its window
//! drawn and clicked, and its parameters set the way hosts do it, some time after the window asked.
#![allow(unsafe_code, dead_code, unreachable_pub)]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::epaint::{ClippedShape, Shape};
use egui::{Event, Modifiers, PointerButton, Pos2, RawInput, Rect, ViewportCommand, vec2};
use finalcoat::editor::app::App;
use finalcoat::engine::audition::settings::AuditionSettings;
use finalcoat::engine::settings::Settings;
use finalcoat::plugin::{Finalcoat, FinalcoatStem};
use nice_plug::context::gui::GuiContext;
use nice_plug::context::process::SendEventError;
use nice_plug::prelude::*;

const BLOCK: usize = 512;
const SIZE: [f32; 2] = [1440.0, 1400.0];

/// What the host says of its transport at a frame of what it plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Code {
    /// It runs, and this is the place in samples.
    Plays(i64),
    /// It stands here.
    Stands(i64),
    /// The host has none.
    None,
}

/// A plugin with a window.
pub trait Shown: Plugin<SysExMessage = (), BackgroundTask = ()> {
    /// What opens its window. To be called once, as hosts do.
    fn shown(&mut self) -> Box<dyn Fn() -> App>;
}

macro_rules! shown {
    ($plugin:ty) => {
        impl Shown for $plugin {
            fn shown(&mut self) -> Box<dyn Fn() -> App> {
                let none = Arc::new(|()| ());
                let window = self.editor(AsyncExecutor::new(none.clone(), none));
                let window = window.expect("there is a window");
                Box::new(move || window.app())
            }
        }
    };
}
shown!(Finalcoat);
shown!(FinalcoatStem);

/// The plugin, and the host's side of it.
pub struct Wrapped<P: Shown = Finalcoat> {
    /// What the window asked, until the next block.
    desk: Arc<Desk>,
    plugin: P,
    /// Opens its window.
    shown: Box<dyn Fn() -> App>,
    rate_hz: f64,
    context: egui::Context,
    app: App,
    time_s: f64,
    /// Frames played so far.
    played: u64,
    /// How long the window wants to wait for its next frame.
    pub wait: Duration,
    /// Nobody waits until the worker has them.
    hasty: bool,
    /// The window has asked to be closed.
    pub closes: bool,
    /// The host sets nothing of what the window asked, for the time being.
    pub is_late: bool,
}

#[derive(Default)]
struct Desk {
    asked: Mutex<Vec<(ParamPtr, f32)>>,
    /// Gestures begun and not ended.
    open: Mutex<i32>,
}

impl GuiContextInner for Desk {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    // SAFETY: nothing is done with the pointer.
    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {
        *self.open.lock().unwrap() += 1;
    }
    // SAFETY: the pointer is only kept; who uses it says why that is sound.
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.asked.lock().unwrap().push((param, normalized));
    }
    // SAFETY: nothing is done with the pointer.
    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {
        *self.open.lock().unwrap() -= 1;
    }
    fn get_state(&self) -> PluginState {
        unreachable!("the window keeps no states")
    }
    fn set_state(&self, _: PluginState) {
        unreachable!("the window sets no states")
    }
    fn request_restart(&self) {}
}

struct Activation;

impl<P: Shown> ActivateContext<P> for Activation {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, _: u32) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

struct Block(Transport);

impl<P: Shown> ProcessContext<P> for Block {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, (): ()) {}
    fn execute_gui(&self, (): ()) {}
    fn transport(&self) -> &Transport {
        &self.0
    }
    fn next_event(&mut self) -> Option<PluginNoteEvent<P>> {
        None
    }
    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<P>,
    ) -> Result<(), (PluginNoteEvent<P>, SendEventError)> {
        Err((event, SendEventError::NoOutputBuffer))
    }
    fn set_latency_samples(&self, _: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

/// A surface for a window whose user has likes and presets in a folder.
fn surface(mut app: App, desk: &Arc<Desk>, home: Option<&Path>) -> (egui::Context, App) {
    let context = egui::Context::default();
    app.keep_preferences(home.map(|home| home.join("editor.toml")));
    app.keep_presets(home.map(|home| home.join("Presets")));
    app.begin(&context, GuiContext::new(desk.clone()));
    (context, app)
}

impl Wrapped {
    /// An instance that is active, with its window open. Its user likes nothing and has no presets.
    pub fn open(rate_hz: f64) -> Self {
        Self::open_at_home(rate_hz, None)
    }

    /// The same, with what the user likes and has in a folder.
    pub fn open_at_home(rate_hz: f64, home: Option<&Path>) -> Self {
        Self::around_at_home(Finalcoat::default(), rate_hz, home)
    }
}

impl<P: Shown> Wrapped<P> {
    /// This one, activated, with its window open.
    pub fn around(plugin: P, rate_hz: f64) -> Self {
        Self::around_at_home(plugin, rate_hz, None)
    }

    fn around_at_home(mut plugin: P, rate_hz: f64, home: Option<&Path>) -> Self {
        let config = BufferConfig {
            sample_rate: rate_hz as f32,
            min_buffer_size: None,
            max_buffer_size: BLOCK as u32,
            process_mode: ProcessMode::Realtime,
        };
        let layout = &P::AUDIO_IO_LAYOUTS[0];
        assert!(plugin.activate(layout, &config, &mut Activation));
        plugin.reset();
        let desk = Arc::new(Desk::default());
        let shown = plugin.shown();
        let (context, app) = surface(shown(), &desk, home);
        Self {
            desk,
            plugin,
            shown,
            rate_hz,
            context,
            app,
            time_s: 0.0,
            played: 0,
            wait: Duration::ZERO,
            hasty: false,
            closes: false,
            is_late: false,
        }
    }

    /// Closes the window and opens it again, for a user without presets of the own.
    pub fn reopen(&mut self) {
        (self.context, self.app) = surface((self.shown)(), &self.desk, None);
    }

    /// Plays `channels`, whose first frame has this time-code.
    pub fn play(&mut self, channels: [&[f32]; 2], code: Code) {
        self.play_within(channels, code, |process| process());
    }

    /// The same, each call of `process` made by `within`; what came out.
    pub fn play_within(
        &mut self,
        channels: [&[f32]; 2],
        code: Code,
        within: impl Fn(&mut dyn FnMut()),
    ) -> [Vec<f32>; 2] {
        let [mut left, mut right] = channels.map(<[f32]>::to_vec);
        let mut done = 0;
        for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            if !self.is_late {
                self.obey();
            }
            let mut transport = Transport::new(self.rate_hz as f32);
            // As CLAP hosts say it: in seconds.
            let seconds = |start: i64| Some((start + done) as f64 / self.rate_hz);
            (transport.playing, transport.pos_seconds) = match code {
                Code::Plays(start) => (true, seconds(start)),
                Code::Stands(start) => (false, Some(start as f64 / self.rate_hz)),
                Code::None => (false, None),
            };
            let frames = left.len();
            done += frames as i64;
            let mut buffer = Buffer::default();
            // SAFETY: both slices live as long as the buffer, and are equally long.
            unsafe { buffer.set_slices(frames, |slices| *slices = vec![left, right]) };
            let mut auxiliary = AuxiliaryBuffers {
                inputs: &mut [],
                outputs: &mut [],
            };
            let mut block = Block(transport);
            let plugin = &mut self.plugin;
            within(&mut || {
                plugin.process(&mut buffer, &mut auxiliary, &mut block);
            });
            self.played += frames as u64;
            // Not so fast that the worker loses anything: the ring holds 2.7 s.
            if done % (80 * BLOCK as i64) < BLOCK as i64 {
                self.wait_for_the_worker();
            }
        }
        self.wait_for_the_worker();
        [left, right]
    }

    /// From now on the stream runs at this rate, without an activation, and the worker may miss some of it.
    pub fn run_at(&mut self, rate_hz: f64) {
        self.rate_hz = rate_hz;
        self.hasty = true;
    }

    /// Whether nothing was played yet.
    pub fn is_fresh(&self) -> bool {
        self.played == 0
    }

    /// Waits until the worker has what was played, but for what it lets gather.
    fn wait_for_the_worker(&self) {
        /// The worker lets so many frames lie until there are more.
        const GATHERED: u64 = 4096;
        for _ in 0..600_000 {
            if self.hasty || self.assistant().status.taken_frames + GATHERED > self.played {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        panic!("the worker takes nothing of {} frames", self.played);
    }

    /// Sets what the window asked for, as a wrapper does at the start of a block; how many that were.
    pub fn obey(&mut self) -> usize {
        let asked = core::mem::take(&mut *self.desk.asked.lock().unwrap());
        for (param, normalized) in &asked {
            // SAFETY: the parameters live as long as the plugin, which `self` holds.
            unsafe { param._internal_set_normalized_value(*normalized) };
        }
        assert_eq!(*self.desk.open.lock().unwrap(), 0, "gestures end");
        asked.len()
    }

    /// What the window shows of the assistant.
    pub fn assistant(&self) -> finalcoat::editor::view::AssistantView {
        self.app.assistant_now()
    }

    /// The parameters.
    pub fn settings(&self) -> Settings {
        self.app.settings_now()
    }

    /// Draws a frame after these events; all texts on it.
    pub fn frame(&mut self, events: Vec<Event>) -> Vec<(String, Rect)> {
        self.time_s += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE[0], SIZE[1]))),
            time: Some(self.time_s),
            events,
            ..RawInput::default()
        };
        let app = &mut self.app;
        let output = self.context.run_ui(input, |ui| app.frame(ui));
        self.wait = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        let found = texts(&output.shapes);
        let mut commands = output.viewport_output.values().flat_map(|v| &v.commands);
        self.closes |= commands.any(|command| *command == ViewportCommand::Close);
        output.drop_without_applying_deltas();
        found
    }

    /// All texts in the window.
    pub fn texts(&mut self) -> Vec<String> {
        self.frame(Vec::new());
        let found = self.frame(Vec::new());
        found.into_iter().map(|(words, _)| words).collect()
    }

    /// Where the first text stands that begins so.
    pub fn find(&mut self, words: &str) -> Rect {
        self.frame(Vec::new());
        let found = self.frame(Vec::new());
        let all = || found.iter().map(|(words, _)| words).collect::<Vec<_>>();
        let one = found.iter().find(|(text, _)| text.starts_with(words));
        one.unwrap_or_else(|| panic!("no {words:?} among {:?}", all()))
            .1
    }

    /// Clicks on a text.
    pub fn click(&mut self, words: &str) {
        let at = self.find(words).center();
        self.click_at(at);
    }

    /// Clicks on a widget by its id.
    pub fn click_on(&mut self, id: egui::Id) {
        self.frame(Vec::new());
        self.frame(Vec::new());
        let response = self.context.read_response(id);
        let at = response
            .unwrap_or_else(|| panic!("no {id:?}"))
            .rect
            .center();
        self.click_at(at);
    }

    /// What can be undone and done again, by name, the next first.
    pub fn undo(&self) -> [Vec<String>; 2] {
        self.app.undo_now()
    }

    /// What is listened to.
    pub fn audition(&self) -> AuditionSettings {
        self.app.audition_now()
    }

    /// Clicks somewhere.
    pub fn click_at(&mut self, at: Pos2) {
        let press = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        for events in [
            vec![Event::PointerMoved(at)],
            vec![press(true)],
            vec![press(false)],
            vec![],
        ] {
            self.frame(events);
        }
    }

    /// Turns the wheel down by a notch over a text.
    pub fn notch_down(&mut self, words: &str) {
        let at = self.find(words).center();
        self.notch_down_at(at);
    }

    /// Turns the wheel down by a notch over a widget.
    pub fn notch_down_on(&mut self, id: egui::Id) {
        self.frame(Vec::new());
        let response = self.context.read_response(id);
        let at = response
            .unwrap_or_else(|| panic!("no {id:?}"))
            .rect
            .center();
        self.notch_down_at(at);
    }

    fn notch_down_at(&mut self, at: Pos2) {
        self.frame(vec![Event::PointerMoved(at)]);
        self.frame(vec![Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, -1.0),
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        }]);
    }
}

fn texts(shapes: &[ClippedShape]) -> Vec<(String, Rect)> {
    fn collect(shape: &Shape, clip: Rect, into: &mut Vec<(String, Rect)>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, into)),
            Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                let rect = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                if clip.intersects(rect) {
                    into.push((text.galley.text().to_owned(), rect));
                }
            }
            _ => {}
        }
    }
    let mut into = Vec::new();
    for clipped in shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut into);
    }
    into
}
