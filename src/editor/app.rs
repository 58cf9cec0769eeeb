//! One opening of the window, whatever surface it is drawn on: fills the view model, applies the gestures.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::*;

use super::apply::{Pending, Value};
use super::draw::draw;
use super::library::Library;
use super::preferences::{self, Preferences};
use super::theme;
use super::undo::{Step, Undo};
use super::view::{AssistantView, Gesture, Memory, Number, Slots, Spectra, ViewModel};
use super::wake::Wake;
use super::zoom::Zoom;
use crate::assistant::advice::{Advice, Switch};
use crate::assistant::proposal::Owned;
use crate::assistant::wishes::LoudnessWish;
use crate::assistant::{ownership, style};
use crate::dsp::spectrum::Spectrum;
use crate::engine::audition::settings::{AuditionSettings, Listen};
use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Group};
use crate::handoff::EditorSide;
use crate::handoff::errand::{Errand, Request};
use crate::handoff::history::Column;
use crate::handoff::listen::{Status, StyleList, Work};
use crate::handoff::player::Remote;
use crate::handoff::snapshot::Snapshot;
use crate::params::session::{REFERENCES_MAX, SLOTS, Session, Slot};
use crate::params::{FinalcoatParams, ParamKind};

/// While something moves.
const FRAME: Duration = Duration::from_micros(16_667);
/// While the host processes silence. While it does nothing, [`Wake`] looks for us.
const IDLE: Duration = Duration::from_millis(100);

/// Readings older than this are of the past.
const STALE: Duration = Duration::from_millis(300);

/// Frames that the goniometer shows.
const SCOPE_FRAMES: usize = 2048;
/// Magnitude that nobody sees.
const SILENT: f32 = 1e-5;

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
    preferences: Preferences,
    preferences_file: Option<PathBuf>,
    pending: Pending,
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
        let mut library = Library::default();
        library.refresh();
        let file = preferences::place();
        let preferences = file.as_deref().map(Preferences::load).unwrap_or_default();
        Self {
            params,
            side,
            undo,
            styles: Arc::new(StyleList {
                ours: style::factory().into_iter().map(|one| one.name).collect(),
                ..StyleList::default()
            }),
            context: None,
            memory: Memory::default(),
            history: Vec::new(),
            columns_written: 0,
            heard: None,
            drawn: Instant::now(),
            spectra: [Spectrum::new(0.0), Spectrum::new(0.0)],
            shown: Spectra::default(),
            scope: Vec::new(),
            library,
            zoom: Zoom::new(preferences.zoom()),
            preferences,
            preferences_file: file,
            pending: Pending::default(),
            awaited: false,
            still: None,
            wake: None,
        }
    }

    /// Keeps what the user likes in another file, or nowhere.
    pub fn keep_preferences(&mut self, file: Option<PathBuf>) {
        self.preferences = file.as_deref().map(Preferences::load).unwrap_or_default();
        self.preferences_file = file;
    }

    /// The zoom that the user likes, as a factor.
    pub(super) fn liked_zoom(&self) -> f32 {
        self.preferences.zoom()
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

    /// The view model of this frame, and whether something moves.
    fn look(&mut self) -> (ViewModel, bool) {
        let side = self.side.clone();
        let mut side = lock(&side);
        let written = side.history.read(&mut self.history);
        // The first look tells nothing of when the columns came.
        if written != self.columns_written && self.columns_written != 0 {
            self.heard = Some(Instant::now());
        }
        self.columns_written = written;
        let running = self.heard.is_some_and(|heard| heard.elapsed() < STALE);
        let snapshot = side.snapshot.read();
        let settings = self.params.settings();
        let sounds = self.measure(&mut side, snapshot.sample_rate_hz);
        let moves = sounds || (running && self.moves(&snapshot));
        let view = ViewModel {
            settings,
            goal_lufs: self.params.kept.goal_lufs(),
            reset_on_start: self.params.kept.reset_on_start(),
            snapshot,
            running,
            history: core::mem::take(&mut self.history),
            spectra: core::mem::take(&mut self.shown),
            errand: side.errand.look(),
            presets: self.library.look(&settings, self.pending.is_empty()),
            audition: side.audition.get(),
            preferences: self.preferences.clone(),
            slots: self.slots(),
            undo: lock(&self.undo).names(),
            scope: core::mem::take(&mut self.scope),
            assistant: self.assistant(&settings, side.listen.status()),
            player: side.player.as_ref().map(Remote::view),
        };
        (view, moves)
    }

    /// Whether meters or history are other than in the frame before; time that is only counted is not.
    fn moves(&mut self, snapshot: &Snapshot) -> bool {
        let mut now = *snapshot;
        for meter in [&mut now.input, &mut now.output] {
            meter.duration_s = meter.duration_s.floor();
        }
        let silent = |column: &Column| {
            column.min_gain >= 1.0 && column.input_peak + column.output_peak < SILENT
        };
        let same = self.still.replace(now) == Some(now);
        !(same && self.history.iter().all(silent))
    }

    /// What is shown of the assistant.
    fn assistant(&self, settings: &Settings, mut status: Status) -> AssistantView {
        if status.styles.ours.is_empty() {
            status.styles = self.styles.clone();
        }
        let session = self.params.kept.session.get();
        let applied = session.applied.as_deref();
        let owned = match self.pending.is_empty() {
            true => ownership::owned(settings, applied),
            // What was applied is still on its way.
            false => Owned::default(),
        };
        let mut kept = owned;
        ownership::release(&mut kept, &session.take_over);
        let is_applied = |advice: &Advice| {
            let wanted = ownership::merged(&advice.settings, settings, &kept);
            applied.is_some() && wanted.quantized() == settings.quantized()
        };
        AssistantView {
            status,
            applied: session.advice.as_deref().is_some_and(is_applied),
            wishes: session.wishes,
            references: session.references,
            switches: session.switches,
            listened: session.listened,
            advice: session.advice,
            owned,
            take_over: session.take_over,
            bands: session.applied_bands,
        }
    }

    /// The places for settings to compare.
    fn slots(&self) -> Slots {
        self.params.kept.session.with(|session| Slots {
            current: session.slot,
            filled: core::array::from_fn(|place| {
                place == session.slot || session.slots[place].settings.is_some()
            }),
        })
    }

    /// Brings the spectra up to now, and says whether there is anything in them.
    fn measure(&mut self, side: &mut EditorSide, sample_rate_hz: f64) -> bool {
        let passed_s = self.drawn.elapsed().as_secs_f64();
        self.drawn = Instant::now();
        let [input, output] = &mut self.spectra;
        if sample_rate_hz > 0.0 && input.sample_rate_hz() != sample_rate_hz {
            *input = Spectrum::new(sample_rate_hz);
            *output = Spectrum::new(sample_rate_hz);
        }
        side.spectrum.read_input(|frames| input.push(frames));
        let scope = &mut self.scope;
        side.spectrum.read_output(|frames| {
            output.push(frames);
            scope.extend_from_slice(&frames[frames.len().saturating_sub(SCOPE_FRAMES)..]);
        });
        let surplus = scope.len().saturating_sub(SCOPE_FRAMES);
        scope.drain(..surplus);
        for (spectrum, shown) in [
            (input, &mut self.shown.input_db),
            (output, &mut self.shown.output_db),
        ] {
            spectrum.advance(passed_s);
            shown.clear();
            shown.extend_from_slice(spectrum.levels_db());
        }
        let [_, output] = &self.spectra;
        self.shown.average_db.clear();
        self.shown.average_db.extend_from_slice(output.average_db());
        self.spectra.iter().any(Spectrum::shows)
    }

    fn apply(&mut self, gesture: Gesture, setter: &ParamSetter<'_>, view: &ViewModel) {
        let kept = &self.params.kept;
        match gesture {
            Gesture::Begin(number) => self.touch(number, |param| setter.begin_set_parameter(param)),
            Gesture::Set(Number::Goal, value) => {
                kept.set_goal_lufs(value);
                if matches!(view.assistant.wishes.loudness, LoudnessWish::Target(_)) {
                    let lufs = f64::from(kept.goal_lufs());
                    self.wish(|session| session.wishes.loudness = LoudnessWish::Target(lufs));
                }
            }
            Gesture::Set(Number::Weight(side), value) => self.wish(|session| {
                let weights = &mut session.wishes.reference_weights;
                *side.of(weights) = f64::from(value) / 100.0;
            }),
            Gesture::Set(number, value) => {
                self.touch(number, |param| setter.set_parameter(param, value));
            }
            Gesture::End(number) => self.touch(number, |param| setter.end_set_parameter(param)),
            Gesture::Switch(field, on) => self.set(field, Value::Switch(on), setter),
            Gesture::Choose(field, place) => self.set(field, Value::Choice(place), setter),
            Gesture::ResetMeters => lock(&self.side).reset.ask(),
            Gesture::ResetOnStart(on) => kept.set_reset_on_start(on),
            Gesture::FindDrive => {
                lock(&self.side).errand.ask(Request {
                    settings: view.settings,
                    goal_lufs: f64::from(view.goal_lufs),
                    input: view.snapshot.input,
                });
                self.awaited = true;
            }
            Gesture::StopFinding => {
                lock(&self.side).errand.cancel();
                self.awaited = false;
            }
            Gesture::LoadPreset(index) => {
                if let Some(mut settings) = self.library.load(index, &view.settings) {
                    if view.preferences.lock_loudness {
                        settings.loudness = view.settings.loudness;
                    }
                    let name = view.presets.all.get(index).map_or("", |one| &one.name);
                    self.note(&format!("Preset {name}"), &view.settings);
                    self.set_out(&view.settings, &settings);
                    self.match_loudness(view);
                }
            }
            Gesture::SavePreset(name, overwrite) => {
                self.library.save(&name, overwrite, &view.settings);
            }
            Gesture::Audition(audition) => lock(&self.side).audition.set(&audition),
            Gesture::Listen(on) => lock(&self.side).listen.listen(on),
            Gesture::Forget => lock(&self.side).listen.forget(),
            Gesture::Propose => lock(&self.side).listen.propose(),
            Gesture::StopProposing => lock(&self.side).listen.cancel(),
            Gesture::LookForStyles => lock(&self.side).listen.look_for_styles(),
            Gesture::Wish(wishes) => self.wish(|session| session.wishes = wishes),
            Gesture::AddReference(path) => self.wish(|session| {
                if session.references.len() < REFERENCES_MAX && !session.references.contains(&path)
                {
                    session.references.push(path);
                }
            }),
            Gesture::RemoveReference(place) => self.wish(|session| {
                if place < session.references.len() {
                    session.references.remove(place);
                }
            }),
            Gesture::SwitchMove(kind, nth, on) => self.wish(|session| {
                let switches = &mut session.switches;
                switches.retain(|switch| switch.kind != kind || switch.nth != nth);
                switches.push(Switch { kind, nth, on });
            }),
            Gesture::TakeOver(place, on) => self.wish(|session| {
                if let Some(take) = session.take_over.get_mut(place) {
                    *take = on;
                }
            }),
            Gesture::Apply => self.apply_advice(view),
            Gesture::Player(command) => {
                if let Some(player) = &lock(&self.side).player {
                    player.obey(command);
                }
            }
            Gesture::Undo(steps) => self.step(view, steps, Undo::back),
            Gesture::Redo(steps) => self.step(view, steps, Undo::forth),
            Gesture::Understood => self.library.understood(),
            Gesture::Prefer(preferences) => {
                if let Some(file) = &self.preferences_file {
                    preferences.save(file);
                }
                self.preferences = preferences;
            }
            Gesture::OpenSlot(place) => self.open_slot(place, view),
            Gesture::CopyToSlot(place) => {
                self.params.kept.session.edit(|session| {
                    let applied = session.applied.clone();
                    if let Some(slot) = session.slots.get_mut(place) {
                        slot.settings = Some(Box::new(view.settings));
                        slot.applied = applied;
                    }
                });
            }
        }
    }

    /// What is set goes into the open slot, and what another one holds is set; an empty one takes what is
    /// set.
    fn open_slot(&mut self, place: usize, view: &ViewModel) {
        if place >= SLOTS || place == view.slots.current {
            return;
        }
        let name = char::from(b'A' + place as u8);
        self.note(&format!("Slot {name}"), &view.settings);
        let to = self.params.kept.session.edit(|session| {
            let open = session.slot.min(SLOTS - 1);
            session.slots[open] = Slot {
                settings: Some(Box::new(view.settings)),
                applied: session.applied.clone(),
            };
            session.slot = place;
            let slot = core::mem::take(&mut session.slots[place]);
            let settings = slot.settings?;
            session.applied = slot.applied;
            Some(*settings)
        });
        if let Some(to) = to {
            self.set_out(&view.settings, &to);
            self.match_loudness(view);
        }
    }

    /// Fair comparison goes on, where the user wants it: louder does not win by being louder.
    fn match_loudness(&self, view: &ViewModel) {
        if view.preferences.match_loudness && view.audition.listen == Listen::Output {
            lock(&self.side).audition.set(&AuditionSettings {
                listen: Listen::Processed,
                ..view.audition
            });
        }
    }

    /// Keeps the settings for undo before the first gesture of a frame that changes them.
    fn note_gestures(&self, gestures: &[Gesture], view: &ViewModel, now_s: f64) {
        let name = gestures.iter().find_map(|gesture| match gesture {
            Gesture::Begin(Number::Of(field))
            | Gesture::Switch(field, _)
            | Gesture::Choose(field, _) => Some(full_name(field)),
            _ => None,
        });
        if let Some(name) = name {
            let applied = self.params.kept.session.get().applied;
            lock(&self.undo).touch(&name, &view.settings, applied, now_s);
        }
    }

    /// Changes what the assistant is to know, and lets it know.
    fn wish(&self, change: impl FnOnce(&mut Session)) {
        self.params.kept.session.edit(change);
        lock(&self.side).listen.wake();
    }

    /// Keeps the settings as they are for undo.
    fn note(&self, name: &str, before: &Settings) {
        let applied = self.params.kept.session.get().applied;
        lock(&self.undo).note(name, before, applied);
    }

    /// One step of undo or redo.
    fn step(
        &mut self,
        view: &ViewModel,
        steps: usize,
        take: impl FnOnce(&mut Undo, &Settings, Option<Box<Settings>>, usize) -> Option<Step>,
    ) {
        let applied = self.params.kept.session.get().applied;
        let step = take(&mut lock(&self.undo), &view.settings, applied, steps);
        if let Some(step) = step {
            self.params
                .kept
                .session
                .edit(|session| session.applied = step.applied);
            self.set_out(&view.settings, &step.settings);
        }
    }

    /// The proposal becomes the settings, but for what is the user's; fair comparison goes on.
    fn apply_advice(&mut self, view: &ViewModel) {
        let Some(advice) = &view.assistant.advice else {
            return;
        };
        let mut owned = view.assistant.owned;
        ownership::release(&mut owned, &view.assistant.take_over);
        self.note("Apply", &view.settings);
        let to = self.params.kept.session.edit(|session| {
            let to = ownership::applied(advice, &view.settings, &owned, session.was_applied);
            session.was_applied = true;
            session.applied_bands = advice.assistant_bands;
            session.take_over = [false; Group::STAGES.len()];
            let before = session.applied.as_deref();
            let remembered = ownership::remembered(&to, before, &owned);
            session.applied = Some(Box::new(remembered));
            to
        });
        self.set_out(&view.settings, &to);
        let side = lock(&self.side);
        side.listen.applied();
        side.audition.set(&AuditionSettings {
            listen: Listen::Processed,
            ..view.audition
        });
    }

    /// Tells the audio thread what is coming, so that it takes it as one change, and begins.
    fn set_out(&mut self, from: &Settings, to: &Settings) {
        self.pending.start(from, to);
        lock(&self.side).apply.announce(*to);
        self.params.set_drive_trim_db(to.loudness.drive_trim_db);
    }

    /// Sets some of what is pending.
    fn send(&mut self, changes: Vec<(Field, Value)>, setter: &ParamSetter<'_>) {
        for (field, value) in changes {
            match (self.params.param(field), value) {
                (Some(ParamKind::Number(param, _)), Value::Number(value)) => {
                    force(setter, param, value);
                }
                (Some(ParamKind::Switch(param)), Value::Switch(on)) => force(setter, param, on),
                (Some(ParamKind::Choice(param, _)), Value::Choice(place)) => {
                    force(setter, param, place as i32);
                }
                _ => {}
            }
        }
        if self.pending.is_empty() {
            lock(&self.side).apply.finish();
        }
    }

    /// Sets a value as a whole gesture, if it changes anything.
    fn set(&self, field: Field, value: Value, setter: &ParamSetter<'_>) {
        match (self.params.param(field), value) {
            (Some(ParamKind::Number(param, _)), Value::Number(value)) => set(setter, param, value),
            (Some(ParamKind::Switch(param)), Value::Switch(on)) => set(setter, param, on),
            (Some(ParamKind::Choice(param, _)), Value::Choice(place)) => {
                set(setter, param, place as i32);
            }
            _ => {}
        }
    }

    /// Does something with the parameter of a number, if it is one.
    fn touch(&self, number: Number, act: impl FnOnce(&FloatParam)) {
        if let Number::Of(field) = number
            && let Some(ParamKind::Number(param, _)) = self.params.param(field)
        {
            act(param);
        }
    }

    /// Sets the drive that was found.
    fn receive(&mut self, view: &ViewModel) {
        match &view.errand {
            Errand::Done(answer) if self.awaited => {
                let mut found = view.settings;
                found.loudness.on = true;
                found.loudness.drive_db = answer.drive_db;
                found.loudness.drive_trim_db = answer.drive_trim_db;
                self.awaited = false;
                self.note("Drive", &view.settings);
                self.set_out(&view.settings, &found);
            }
            Errand::Failed(_) | Errand::Idle => self.awaited = false,
            Errand::Done(_) | Errand::Working(_) => {}
        }
    }
}

impl App {
    /// The surface is there, and the host.
    pub fn begin(&mut self, surface: &egui::Context, host: GuiContext) {
        self.context = Some(host);
        lock(&self.side).spectrum.want(true);
        theme::install(surface);
        self.wake = Some(Wake::start(surface, &self.params, &self.side));
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
        let liked = self.preferences.zoom();
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
            self.pending.look(&view.settings);
            if !self.pending.is_empty() {
                let changes = self.pending.take();
                self.send(changes, &setter);
            }
        }
        if lock(&self.side).player.as_ref().is_some_and(Remote::ends) {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
        let works = view.assistant.status.work != Work::Idle;
        let errand = matches!(view.errand, Errand::Working(_));
        let busy = moves || works || errand || !self.pending.is_empty();
        if busy || view.running {
            ui.ctx()
                .request_repaint_after(if busy { FRAME } else { IDLE });
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
            if let Some((number, _)) = self.memory.dragged.take() {
                self.touch(number, |param| setter.end_set_parameter(param));
            }
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

/// What a value is called where its panel is not in sight.
fn full_name(field: &Field) -> String {
    match (field.group, field.band) {
        (Group::Chain, _) => field.name.to_owned(),
        (group, _) if field.name == group.name() => group.name().to_owned(),
        (group, None) => format!("{}: {}", group.name(), field.name),
        (group, Some(band)) => format!("{} {}: {}", group.name(), band + 1, field.name),
    }
}

/// A whole gesture, if it changes anything.
fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    if param.unmodulated_plain_value() != value {
        force(setter, param, value);
    }
}

/// A whole gesture.
fn force<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}

/// The value behind the lock; a panic elsewhere left a plain value behind.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
