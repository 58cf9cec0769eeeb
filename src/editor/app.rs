//! One opening of the window, whatever surface it is drawn on: fills the view model, draws it, does what the
//! user did.

mod look;
mod obey;
mod steps;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nice_plug::context::gui::GuiContext;

use super::apply::Pending;
use super::draw::draw;
use super::library::Library;
use super::preferences::{self, Likes};
use super::theme;
use super::undo::Undo;
use super::view::{AssistantView, Memory, Menu, Spectra};
use super::wake::Wake;
use super::zoom::Zoom;
use crate::assistant::style;
use crate::dsp::spectrum::Spectrum;
use crate::engine::audition::settings::AuditionSettings;
use crate::engine::settings::Settings;
use crate::handoff::errand::Errand;
use crate::handoff::history::Column;
use crate::handoff::listen::{StyleList, Work};
use crate::handoff::player::Remote;
use crate::handoff::snapshot::Snapshot;
use crate::handoff::{EditorSide, lock};
use crate::params::FinalcoatParams;

/// While something moves.
const FRAME: Duration = Duration::from_micros(16_667);
/// While the host processes silence, for the time that is counted. For all else [`Wake`] looks for us.
const IDLE: Duration = Duration::from_millis(500);

/// Readings older than this are of the past.
const STALE: Duration = Duration::from_millis(300);

/// Frames that the goniometer shows.
const SCOPE_FRAMES: usize = 2048;

/// One opening of the window.
pub struct App {
    params: Arc<FinalcoatParams>,
    side: Arc<Mutex<EditorSide>>,
    undo: Arc<Mutex<Undo>>,
    /// What can be chosen before a worker has looked.
    styles: Arc<StyleList>,
    context: Option<GuiContext>,
    memory: Memory,
    history: Vec<Column>,
    columns_written: u64,
    /// When the last column came.
    heard: Option<Instant>,
    /// When the last frame was drawn.
    drawn: Instant,
    /// Before and behind the chain.
    spectra: [Spectrum; 2],
    shown: Spectra,
    scope: Vec<[f32; 2]>,
    library: Library,
    preferences: Likes,
    pending: Pending,
    /// What was taken hold of and has not changed anything yet.
    begun: Option<String>,
    /// A drive is being looked for, and shall be set when it is found.
    awaited: bool,
    zoom: Zoom,
    /// What was shown in the frame before, of what moves by itself.
    still: Option<Snapshot>,
    wake: Option<Wake>,
}

impl App {
    /// Nothing is drawn yet.
    pub fn new(
        params: Arc<FinalcoatParams>,
        side: Arc<Mutex<EditorSide>>,
        undo: Arc<Mutex<Undo>>,
    ) -> Self {
        let mut preferences = Likes::of(preferences::place());
        Self {
            memory: Memory::of(params.face()),
            params,
            side,
            undo,
            styles: Arc::new(StyleList {
                ours: style::factory().into_iter().map(|one| one.name).collect(),
                ..StyleList::default()
            }),
            context: None,
            history: Vec::new(),
            columns_written: 0,
            heard: None,
            drawn: Instant::now(),
            spectra: [Spectrum::new(0.0), Spectrum::new(0.0)],
            shown: Spectra::default(),
            scope: Vec::new(),
            library: Library::of_this_user(),
            zoom: Zoom::new(preferences.newest().zoom()),
            preferences,
            pending: Pending::default(),
            begun: None,
            awaited: false,
            still: None,
            wake: None,
        }
    }

    /// Keeps what the user likes in another file, or nowhere. To be called before the surface is there.
    pub fn keep_preferences(&mut self, file: Option<PathBuf>) {
        self.preferences = Likes::of(file);
        self.zoom = Zoom::new(self.preferences.newest().zoom());
    }

    /// Keeps the user's presets in another folder, or has none.
    pub fn keep_presets(&mut self, folder: Option<PathBuf>) {
        self.library = Library::new(folder);
    }

    /// The zoom that the user likes, as a factor.
    pub(super) fn liked_zoom(&mut self) -> f32 {
        self.preferences.newest().zoom()
    }

    /// The parameters now.
    pub fn settings_now(&self) -> Settings {
        self.params.settings()
    }

    /// What can be undone and done again, by name, the next first.
    pub fn undo_now(&self) -> [Vec<String>; 2] {
        lock(&self.undo).names()
    }

    /// What is listened to now.
    pub fn audition_now(&self) -> AuditionSettings {
        lock(&self.side).audition.get()
    }

    /// What is shown of the assistant now.
    pub fn assistant_now(&self) -> AssistantView {
        let status = lock(&self.side).listen.status();
        self.assistant(&self.params.settings(), status)
    }
}

impl App {
    /// The surface is there, and the host.
    pub fn begin(&mut self, surface: &egui::Context, host: GuiContext) {
        self.context = Some(host);
        self.look_on(surface);
    }

    /// The surface is there; without a host nothing that is done to it has an effect.
    pub fn look_on(&mut self, surface: &egui::Context) {
        lock(&self.side).spectrum.want(true);
        theme::install(surface);
        let likes = self.preferences.store();
        self.wake = Some(Wake::start(surface, &self.params, &self.side, likes));
        // A second pass over the same input would return its gestures twice.
        surface.options_mut(|options| {
            options.max_passes = std::num::NonZeroUsize::MIN;
            // Ctrl and plus belong to the host.
            options.zoom_with_keyboard = false;
        });
    }

    /// Keeps the window's width and height in points.
    pub(super) fn keep_size(&self, points: [f32; 2]) {
        let points = self.zoom.kept(points);
        self.params.kept.set_window_points(points);
    }

    /// One frame: what is so is drawn, and what the user did is done.
    pub fn frame(&mut self, ui: &mut egui::Ui) {
        let points = self.params.kept.window_points();
        let liked = self.liked_zoom();
        self.zoom.follow(ui.ctx(), liked, points);
        let (view, moves) = self.look();
        let gestures = draw(ui, &view, &mut self.memory);
        if let Some(context) = self.context.clone() {
            let setter = context.param_setter();
            self.receive(&view);
            let now_s = ui.input(|input| input.time);
            self.note_gestures(&gestures, &view, now_s);
            for gesture in gestures {
                self.apply(gesture, &setter, &view);
            }
            self.pending.look(&view.knobs());
            if !self.pending.is_empty() {
                let changes = self.pending.take();
                self.send(changes, &setter);
            }
        }
        let menu = self.memory.menu;
        self.library
            .follow(menu == Some(Menu::Presets) || self.memory.naming.is_some());
        if lock(&self.side).player.as_ref().is_some_and(Remote::ends) {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
        let works = view.assistant.status.work != Work::Idle;
        let errand = matches!(view.errand, Errand::Working(_));
        let falls = !self.memory.activity.at_rest();
        let busy = moves || falls || works || errand || !self.pending.is_empty();
        let next = if busy {
            Some(FRAME)
        } else {
            // What is asked for is not taken back: at common times it comes as one frame.
            let time_s = ui.input(|input| input.time);
            let passed = Duration::from_secs_f64(time_s % IDLE.as_secs_f64());
            view.running.then_some(IDLE.saturating_sub(passed))
        };
        if let Some(next) = next {
            ui.ctx().request_repaint_after(next);
        }
        if let Some(wake) = &self.wake {
            wake.drawn(next, self.columns_written);
        }
        self.history = view.history;
        self.shown = view.spectra;
        self.scope = view.scope;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(context) = self.context.clone() {
            // What is held is let go, and what was begun is brought to its end.
            let setter = context.param_setter();
            for number in self.memory.let_go() {
                self.touch(number, |param| setter.end_set_parameter(param));
            }
            // All of it at once: there is no frame after this one.
            if !self.pending.is_empty() {
                let changes = self.pending.take_all();
                self.send(changes, &setter);
            }
        }
        let mut side = lock(&self.side);
        // Nobody is there any more who could set the drive,
        side.errand.cancel();
        // nor who would see that it is not the master that is heard.
        side.audition.turn_off();
        side.spectrum.want(false);
    }
}
