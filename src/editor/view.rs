//! The seam: what the editor shows, and what the user did to it. Plain data.

use std::sync::Arc;

use super::activity::Activity;
use super::fields::EqBand;
use super::preferences::Preferences;
use super::widgets::minus;
use crate::assistant::advice::{Advice, Switch};
use crate::assistant::finding::FindingKind;
use crate::assistant::moves::MoveKind;
use crate::assistant::proposal::Owned;
use crate::assistant::wishes::{LoudnessWish, ReferenceWeights, Wishes};
use crate::dsp::spectrum::{FLOOR_DB, POINTS};
use crate::engine::audition::settings::AuditionSettings;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;
use crate::engine::settings::fields::{Field, Group};
use crate::engine::settings::range::Range;
use crate::handoff::errand::Errand;
use crate::handoff::history::Column;
use crate::handoff::linked::{Linked, Wish};
use crate::handoff::listen::Status;
use crate::handoff::player::{Command, PlayerView};
use crate::handoff::snapshot::Snapshot;
use crate::params::kept::GOAL_LUFS;
use crate::params::session::{Chosen, Listened, SLOTS, WEIGHT_PCT};
use crate::params::{Face, text};
use crate::stems::moves::StemMove;
use crate::stems::settings::{Knobs, StemSettings};

/// All that is drawn.
#[derive(Debug, Clone)]
pub struct ViewModel {
    /// The parameters of the chain.
    pub settings: Settings,
    /// What a stem has beside the chain; `None` in a master.
    pub stem: Option<StemView>,
    /// Who else there is: in a master its stems, in a stem its master.
    pub linked: Arc<Linked>,
    /// The loudness goal, in LUFS.
    pub goal_lufs: f32,
    /// Whether the meters start anew when the transport starts.
    pub reset_on_start: bool,
    /// The newest readings.
    pub snapshot: Snapshot,
    /// Whether they are of now: the host is processing.
    pub running: bool,
    /// Gain and level over time, oldest first.
    pub history: Vec<Column>,
    /// What goes in and comes out, by frequency.
    pub spectra: Spectra,
    /// Where the search for the drive stands.
    pub errand: Errand,
    /// What can be loaded.
    pub presets: Presets,
    /// What is listened to instead of the master.
    pub audition: AuditionSettings,
    /// What the user likes.
    pub preferences: Preferences,
    /// The places for settings to compare.
    pub slots: Slots,
    /// What can be undone and done again, by name, the next first.
    pub undo: [Vec<String>; 2],
    /// The last frames that came out, left and right, oldest first.
    pub scope: Vec<[f32; 2]>,
    /// The assistant.
    pub assistant: AssistantView,
    /// What is played in place of the input, in the standalone app.
    pub player: Option<PlayerView>,
}

/// What a stem has beside the chain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StemView {
    /// What is set.
    pub settings: StemSettings,
    /// What its master advised.
    pub advised: Vec<StemMove>,
}

/// What is shown of the assistant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AssistantView {
    /// Where it stands.
    pub status: Status,
    /// What the user wants.
    pub wishes: Wishes,
    /// Paths of the references.
    pub references: Vec<String>,
    /// The user's switches of moves.
    pub switches: Vec<Switch>,
    /// What was listened to in an earlier session.
    pub listened: Arc<Listened>,
    /// What is proposed.
    pub advice: Option<Arc<Advice>>,
    /// What belongs to the user.
    pub owned: Owned,
    /// Stages of the user's that may be taken over anyway, in the order of [`Group::STAGES`].
    pub take_over: [bool; Group::STAGES.len()],
    /// Equalizer bands that are the assistant's, as applied.
    pub bands: [bool; BANDS],
    /// Whether the proposal is what the settings are.
    pub applied: bool,
}

/// The places for settings to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slots {
    /// The one that is open, from 0.
    pub current: usize,
    /// Which ones hold something.
    pub filled: [bool; SLOTS],
}

/// Levels in dB at the points of [`crate::dsp::spectrum`].
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// Before the chain.
    pub input_db: Vec<f32>,
    /// Behind it.
    pub output_db: Vec<f32>,
    /// Behind it, on average over the last seconds.
    pub average_db: Vec<f32>,
}

impl Default for Spectra {
    fn default() -> Self {
        Self {
            input_db: vec![FLOOR_DB; POINTS],
            output_db: vec![FLOOR_DB; POINTS],
            average_db: vec![FLOOR_DB; POINTS],
        }
    }
}

/// The presets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Presets {
    /// Those that come with Finalcoat, then the user's own.
    pub all: Vec<PresetName>,
    /// The one that was loaded or saved last.
    pub current: Option<Chosen>,
    /// Whether anything was changed since.
    pub edited: bool,
    /// What went wrong with the last one, in one sentence.
    pub fault: Option<String>,
}

/// A preset in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetName {
    /// What it is called.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether the user made it.
    pub own: bool,
}

impl PresetName {
    /// Whether it is the one that was chosen.
    pub fn is(&self, chosen: &Chosen) -> bool {
        self.name == chosen.name && self.own == chosen.own
    }
}

/// A number that is set by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// One of the settings.
    Of(Field),
    /// The loudness goal; no parameter.
    Goal,
    /// How much a side of the references counts; no parameter.
    Weight(Side),
}

/// A side of the references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Spectrum.
    Tone,
    /// Dynamics of the bands.
    Dynamics,
    /// Width of the bands.
    Width,
    /// Integrated loudness.
    Loudness,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tone, Self::Dynamics, Self::Width, Self::Loudness];

    /// Its weight, 0 to 1.
    pub fn of(self, weights: &mut ReferenceWeights) -> &mut f64 {
        match self {
            Self::Tone => &mut weights.tone,
            Self::Dynamics => &mut weights.dynamics,
            Self::Width => &mut weights.width,
            Self::Loudness => &mut weights.loudness,
        }
    }
}

/// What the user did.
#[derive(Debug, Clone, PartialEq)]
pub enum Gesture {
    /// Takes hold of a value.
    Begin(Number),
    /// Moves it.
    Set(Number, f32),
    /// Lets go.
    End(Number),
    /// Turns a switch.
    Switch(Field, bool),
    /// Chooses one of some names, by its place.
    Choose(Field, usize),
    /// Wants the meters to start anew.
    ResetMeters,
    /// Wants them to do so when the transport starts, or not.
    ResetOnStart(bool),
    /// Wants the drive found for the goal.
    FindDrive,
    /// Does not want it any more.
    StopFinding,
    /// Wants the preset at this place of the list.
    LoadPreset(usize),
    /// Wants the sound kept under a name; `true` in place of what has it.
    SavePreset(String, bool),
    /// Wants to hear something else, or the master again.
    Audition(AuditionSettings),
    /// Starts or stops listening.
    Listen(bool),
    /// Wants all that was heard forgotten.
    Forget,
    /// Wants a proposal from what was heard.
    Propose,
    /// Does not want it any more.
    StopProposing,
    /// Opens the list of styles.
    LookForStyles,
    /// Wants something else.
    Wish(Wishes),
    /// Adds a reference by its path.
    AddReference(String),
    /// Takes one away, by its place.
    RemoveReference(usize),
    /// Turns a move on or off: its kind and its number among those of its kind.
    SwitchMove(MoveKind, usize, bool),
    /// Lets a stage of the user's, by its place, be taken over by the next proposal, or not.
    TakeOver(usize, bool),
    /// Wants the proposal.
    Apply,
    /// Wants something of the standalone app's player.
    Player(Command),
    /// Wants the last steps back, 1 or more.
    Undo(usize),
    /// Wants them again.
    Redo(usize),
    /// Has read what went wrong with a preset.
    Understood,
    /// Likes something else.
    Prefer(Preferences),
    /// Opens one of the places for settings to compare.
    OpenSlot(usize),
    /// Wants what is set in another of them too.
    CopyToSlot(usize),
    /// Wants something of the other instances.
    Link(Wish),
    /// In a stem: wants what was advised as settings of its own.
    TakeOverAdvice,
    /// In a stem: does not want what was advised.
    DropAdvice,
}

/// What the middle of the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// Spectrum, equalizer, and what the bands do.
    Spectrum,
    /// The assistant, where there is no room for it beside the spectrum.
    Assistant,
    /// What a stem has beside its chain, where there is no room for it beside the spectrum.
    Stem,
    /// In a master: its stems.
    Stems,
    /// The controls of a stage.
    Stage(Group),
    /// One of the meters' parts, where there is no room for it in their column.
    Part(Part),
}

/// What the meters show below their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Gain reduction over time.
    Limiter,
    /// Goniometer and correlation.
    Stereo,
    /// What loudness costs.
    Cost,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Limiter, Self::Stereo, Self::Cost];
}

/// What lies over the panels for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Menu {
    /// The presets.
    Presets,
    /// The styles.
    Styles,
    /// What can be undone.
    History,
    /// How large everything is.
    Zoom,
    /// How things are done.
    Help,
    /// Where the master will be played.
    Service,
    /// What can be done to a slot.
    Slot(usize),
    /// The roles of a stem.
    Roles,
    /// The masters that a stem can join.
    Masters,
    /// What can be done to a band of the equalizer; opened at a place.
    Band(EqBand, egui::Pos2),
}

/// A handle that is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Handle {
    /// Its band.
    pub band: EqBand,
    /// Its place on the frequency axis, 0 to 1.
    pub share: f32,
    /// Its gain in dB, where it moves one.
    pub gain_db: Option<f32>,
}

impl Handle {
    /// What was taken hold of with it.
    pub fn numbers(self) -> impl Iterator<Item = Number> {
        let gain = self.gain_db.map(|_| self.band.gain());
        [Some(self.band.frequency()), gain].into_iter().flatten()
    }
}

/// What the editor remembers from frame to frame.
#[derive(Debug)]
pub struct Memory {
    /// What the middle of the window shows.
    pub page: Page,
    /// What the meters show below their numbers.
    pub part: Part,
    /// What lies over the panels.
    pub menu: Option<Menu>,
    /// Whether it was drawn in this frame.
    pub menu_drawn: bool,
    /// Whether the assistant shows what is wanted; where the user has not said, as long as there is no
    /// proposal.
    pub wishes: Option<bool>,
    /// Whether the assistant shows what it found, in place of its moves.
    pub findings: bool,
    /// The finding that is opened: its kind and its number among those of its kind.
    pub finding: Option<(FindingKind, usize)>,
    /// When it was asked for the first time that all that was heard be forgotten, in seconds of the editor's
    /// clock.
    pub forget_s: f64,
    /// The path of a reference, so far.
    pub adding: Option<String>,
    /// The band of the equalizer whose controls are shown.
    pub band: EqBand,
    /// The value being dragged, as a share of its way, before it is put on its step.
    pub dragged: Option<(Number, f32)>,
    /// The handle being dragged in the equalizer's graph.
    pub handle: Option<Handle>,
    /// The scale of that graph: 0 is the narrowest.
    pub scale: usize,
    /// When a band was wanted there and none was free, in seconds of the editor's clock.
    pub crowded_s: f64,
    /// The value being typed, and the text so far.
    pub typed: Option<(Number, String)>,
    /// When that began, in seconds of the editor's clock.
    pub typed_s: f64,
    /// Parts of a notch of the wheel that have not moved a value yet.
    pub turned: Option<(Number, f32)>,
    /// When the Tab key left a number, in seconds of the editor's clock.
    pub tabbed_s: f64,
    /// The name that a preset is being saved under, so far.
    pub naming: Option<String>,
    /// What the stages have been doing.
    pub activity: Activity,
    /// What the user did in this frame, so far.
    pub gestures: Vec<Gesture>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            page: Page::Spectrum,
            part: Part::Limiter,
            menu: None,
            menu_drawn: false,
            wishes: None,
            findings: false,
            finding: None,
            forget_s: f64::NEG_INFINITY,
            adding: None,
            band: EqBand(0),
            dragged: None,
            handle: None,
            scale: 0,
            crowded_s: f64::NEG_INFINITY,
            typed: None,
            typed_s: f64::NEG_INFINITY,
            turned: None,
            tabbed_s: f64::NEG_INFINITY,
            naming: None,
            activity: Activity::default(),
            gestures: Vec::new(),
        }
    }
}

impl Memory {
    /// At the first opening.
    pub fn of(face: Face) -> Self {
        let page = match face {
            Face::Master => Page::Spectrum,
            Face::Stem => Page::Stem,
        };
        Self {
            page,
            ..Self::default()
        }
    }

    /// Opens a menu, or closes it where it is open.
    pub fn toggle(&mut self, menu: Menu) {
        self.menu = (self.menu != Some(menu)).then_some(menu);
    }

    /// Lets go of what is being dragged; what it was.
    pub fn let_go(&mut self) -> impl Iterator<Item = Number> + use<> {
        let dragged = self.dragged.take().map(|(number, _)| number);
        let handle = self.handle.take();
        let handle = handle.into_iter().flat_map(Handle::numbers);
        dragged.into_iter().chain(handle)
    }

    /// A whole gesture that sets a number.
    pub fn set(&mut self, number: Number, value: f32) {
        let value = number.range().quantized(value);
        self.gestures.extend([
            Gesture::Begin(number),
            Gesture::Set(number, value),
            Gesture::End(number),
        ]);
    }
}

impl ViewModel {
    /// All that is set.
    pub fn knobs(&self) -> Knobs {
        Knobs {
            settings: self.settings,
            stem: self
                .stem
                .as_ref()
                .map_or_else(StemSettings::default, |stem| stem.settings),
        }
    }

    /// What is looked at.
    pub fn product(&self) -> &'static str {
        match self.stem {
            None => "Finalcoat",
            Some(_) => "Finalcoat Stem",
        }
    }

    /// The same of a stem as is said of a master: what is a mix to the one is an input to the other.
    pub fn worded(&self, said: &str) -> String {
        match self.stem {
            None => said.to_owned(),
            Some(_) => said.replace("master", "stem").replace("mix", "input"),
        }
    }

    /// The loudness that is aimed at, in LUFS: the proposal's, unless the user set a number.
    pub fn aim_lufs(&self) -> f32 {
        let advised = self
            .assistant
            .advice
            .as_ref()
            .and_then(|advice| advice.goal_lufs);
        match (self.assistant.wishes.loudness, advised) {
            (LoudnessWish::Target(_), _) | (_, None) => self.goal_lufs,
            (_, Some(lufs)) => lufs as f32,
        }
    }
}

impl Number {
    /// Range, default, step and unit.
    pub fn range(self) -> &'static Range {
        self.of_knobs(&Knobs::default()).1
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Number::Of(field) => field.name,
            Number::Goal => "Loudness goal",
            Number::Weight(Side::Tone) => "Tone",
            Number::Weight(Side::Dynamics) => "Dynamics",
            Number::Weight(Side::Width) => "Width",
            Number::Weight(Side::Loudness) => "Loudness",
        }
    }

    /// Its value in what is shown.
    pub fn of(self, view: &ViewModel) -> f32 {
        match self {
            Number::Of(_) => self.of_knobs(&view.knobs()).0,
            Number::Goal => view.goal_lufs,
            Number::Weight(side) => {
                let mut weights = view.assistant.wishes.reference_weights;
                let weight = side.of(&mut weights).clamp(0.0, 1.0);
                WEIGHT_PCT.quantized((weight * 100.0) as f32)
            }
        }
    }

    /// Its value among some knobs, and what it may be.
    pub fn of_knobs(self, knobs: &Knobs) -> (f32, &'static Range) {
        match self {
            Number::Of(field) => {
                let found = match field.group {
                    Group::Stem => knobs.stem.number(field),
                    _ => knobs.settings.number(field),
                };
                found.unwrap_or((0.0, &GOAL_LUFS))
            }
            Number::Goal => (GOAL_LUFS.default, &GOAL_LUFS),
            Number::Weight(_) => (WEIGHT_PCT.default, &WEIGHT_PCT),
        }
    }

    /// A value as people read it: digits and unit.
    pub fn text(self, value: f32) -> (String, &'static str) {
        let range = self.range();
        let places = text::decimals(range.step);
        let (digits, unit) = match range.unit {
            "Hz" if value >= 9995.0 => (text::number(value / 1000.0, 1), "kHz"),
            "Hz" if value >= 999.5 => (text::number(value / 1000.0, 2), "kHz"),
            "Hz" if value >= 99.95 => (text::number(value, 0), "Hz"),
            "ms" if value >= 999.5 => (text::number(value / 1000.0, 2), "s"),
            "ms" if value >= 99.95 => (text::number(value, 0), "ms"),
            "%" if value.fract() == 0.0 => (text::number(value, 0), "%"),
            unit => (text::number(value, places), unit),
        };
        let digits = if value > 0.0 && range.min < 0.0 && range.unit == "dB" {
            format!("+{digits}")
        } else {
            digits
        };
        (minus(&digits), unit)
    }

    /// What was typed, on its step and within its range.
    pub fn parse(self, typed: &str) -> Option<f32> {
        let range = self.range();
        text::parse(typed, range.unit).map(|value| range.quantized(value))
    }
}
