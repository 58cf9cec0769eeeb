//! Settings as the host sees them: ids, names, units, texts, and what else a session keeps.
//!
//! The parameters are made from the table of [`Settings::visit`], one for each value; nothing is repeated
//! here. An id never changes and is never reused. There is no smoothing on the parameters: the engine
//! glides.
#![allow(unsafe_code)] // for the framework's trait

pub mod advised;
pub mod kept;
pub mod session;
pub mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::params::persist::{deserialize_field, serialize_field};
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Group, Variant, Visitor};
use crate::engine::settings::range::Range;
use crate::engine::settings::{equalizer, image, multiband};
use crate::stems::settings::{Knobs, StemSettings};
use kept::{Kept, KeptState, WINDOW_DEFAULT, WINDOW_STEM};
use session::Session;

const KEPT_KEY: &str = "kept";
const SESSION_KEY: &str = "session";

/// Everything the host can see and a session keeps.
pub struct FinalcoatParams {
    face: Face,
    /// In the order of [`Settings::visit`], behind them in a stem those of [`StemSettings::visit`].
    params: Vec<HostParam>,
    of_the_chain: usize,
    /// Counts every change of a parameter.
    changes: Arc<AtomicU32>,
    /// What is kept beside the parameters.
    pub kept: Kept,
}

/// The two plugins of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Finalcoat, for the master bus.
    Master,
    /// Finalcoat Stem, for a group.
    Stem,
}

/// One value of the settings as a host parameter.
pub struct HostParam {
    /// Which value it is.
    pub field: Field,
    /// The parameter.
    pub kind: ParamKind,
}

/// The parameter of a value, by what the value is.
pub enum ParamKind {
    /// A number.
    Number(FloatParam, &'static Range),
    /// A switch.
    Switch(BoolParam),
    /// One of some names, by its place. A mode, so not automatable.
    Choice(IntParam, &'static [Variant]),
}

impl Default for FinalcoatParams {
    fn default() -> Self {
        Self::new(Face::Master)
    }
}

impl FinalcoatParams {
    /// The parameters of one of the two plugins.
    pub fn new(face: Face) -> Self {
        struct Maker {
            params: Vec<HostParam>,
            changes: Arc<AtomicU32>,
        }
        impl Maker {
            fn push(&mut self, field: Field, kind: ParamKind) {
                self.params.push(HostParam { field, kind });
            }
        }
        impl Visitor for Maker {
            fn number(&mut self, field: Field, range: &'static Range, _: &mut f32) {
                let param = number(&name(field), range).with_callback(count(&self.changes));
                self.push(field, ParamKind::Number(param, range));
            }
            fn switch(&mut self, field: Field, value: &mut bool) {
                let param = switch(&name(field), *value).with_callback(count(&self.changes));
                let bypass = field.group == Group::Chain && field.key == "bypass";
                let param = if bypass { param.make_bypass() } else { param };
                self.push(field, ParamKind::Switch(param));
            }
            fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize) {
                let param = choice(&name(field), variants, *index);
                let param = param.with_callback(count(&self.changes));
                self.push(field, ParamKind::Choice(param, variants));
            }
        }
        let changes = Arc::new(AtomicU32::new(1));
        let mut maker = Maker {
            params: Vec::new(),
            changes: changes.clone(),
        };
        Settings::default().visit(&mut maker);
        let of_the_chain = maker.params.len();
        if face == Face::Stem {
            StemSettings::default().visit(&mut maker);
        }
        Self {
            face,
            params: maker.params,
            of_the_chain,
            kept: Kept::new(changes.clone(), &usual(face)),
            changes,
        }
    }

    /// Which plugin they are of.
    pub fn face(&self) -> Face {
        self.face
    }

    /// What the engine is told, at this moment: quantised, as everywhere before an engine. The framework
    /// keeps the same values, but knows a −0.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.visit(&mut Reader(self.params.iter()));
        settings.loudness.drive_trim_db = self.kept.drive_trim_db();
        settings
    }

    /// What a stem is set to beside its chain, at this moment; the defaults in a master.
    pub fn stem(&self) -> StemSettings {
        let mut stem = StemSettings::default();
        stem.visit(&mut Reader(self.params[self.of_the_chain..].iter()));
        stem
    }

    /// All of it, at this moment.
    pub fn knobs(&self) -> Knobs {
        Knobs {
            settings: self.settings(),
            stem: self.stem(),
        }
    }

    /// A number that is another one after every change: while it stays, so do the settings.
    pub fn changes(&self) -> u32 {
        self.changes.load(Ordering::Acquire)
    }

    /// All parameters, in the order of [`Settings::visit`].
    pub fn all(&self) -> &[HostParam] {
        &self.params
    }

    /// The parameter of a value.
    pub fn param(&self, field: Field) -> Option<&ParamKind> {
        let found = self.params.iter().find(|param| param.field == field);
        found.map(|param| &param.kind)
    }

    /// Sets what is added to the drive at lower intensities; see
    /// [`crate::engine::settings::loudness::LoudnessSettings::drive_trim_db`].
    pub fn set_drive_trim_db(&self, trim_db: [f32; 4]) {
        self.kept.set_drive_trim_db(trim_db);
        self.changes.fetch_add(1, Ordering::Release);
    }
}

/// Reads values from parameters that are in the same order.
struct Reader<'a>(std::slice::Iter<'a, HostParam>);

impl Visitor for Reader<'_> {
    fn number(&mut self, _: Field, _: &'static Range, value: &mut f32) {
        if let Some(ParamKind::Number(param, _)) = self.0.next().map(|param| &param.kind) {
            *value = param.value() + 0.0;
        }
    }
    fn switch(&mut self, _: Field, value: &mut bool) {
        if let Some(ParamKind::Switch(param)) = self.0.next().map(|param| &param.kind) {
            *value = param.value();
        }
    }
    fn choice(&mut self, _: Field, _: &'static [Variant], index: &mut usize) {
        if let Some(ParamKind::Choice(param, _)) = self.0.next().map(|param| &param.kind) {
            *index = param.value() as usize;
        }
    }
}

// SAFETY: the pointers lead into `params`, which is never changed after it was made and lives as long as
// this object; the framework keeps the object in an `Arc`.
unsafe impl Params for FinalcoatParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let entry = |param: &HostParam| {
            let pointer = match &param.kind {
                ParamKind::Number(param, _) => param.as_ptr(),
                ParamKind::Switch(param) => param.as_ptr(),
                ParamKind::Choice(param, _) => param.as_ptr(),
            };
            (param.field.id(), pointer, group(param.field))
        };
        self.params.iter().map(entry).collect()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let kept = serialize_field(&self.kept.load()).ok();
        let kept = kept.map(|kept| (KEPT_KEY.to_owned(), kept));
        let session = self.kept.session.with(serialize_field).ok();
        let session = session.map(|session| (SESSION_KEY.to_owned(), session));
        kept.into_iter().chain(session).collect()
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        let json = serialized.get(KEPT_KEY);
        if let Some(kept) = json.and_then(|json| deserialize_field::<KeptState>(json).ok()) {
            self.kept.store(&kept);
            self.changes.fetch_add(1, Ordering::Release);
        }
        let json = serialized.get(SESSION_KEY);
        if let Some(session) = json.and_then(|json| deserialize_field::<Session>(json).ok()) {
            self.kept.session.store(session);
        }
    }
}

/// Mends a state before it is loaded: the framework stores what it reads without looking at the range,
/// so a number from a damaged or hand-written file is put onto its range and step here, and a choice
/// that an older version saved by name is given its place. What an older version did not know it had at
/// its default, so that is added: else it would stay as it happens to be.
pub fn mend_state(state: &mut PluginState, face: Face) {
    struct Mender<'a>(&'a mut BTreeMap<String, ParamValue>);
    impl Visitor for Mender<'_> {
        fn number(&mut self, field: Field, range: &'static Range, usual: &mut f32) {
            match self.0.entry(field.id()).or_insert(ParamValue::F32(*usual)) {
                ParamValue::F32(value) => *value = range.quantized(*value),
                other => *other = ParamValue::F32(*usual),
            }
        }
        fn switch(&mut self, field: Field, usual: &mut bool) {
            let value = self.0.entry(field.id());
            let value = value.or_insert(ParamValue::Bool(*usual));
            if !matches!(value, ParamValue::Bool(_)) {
                *value = ParamValue::Bool(*usual);
            }
        }
        fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize) {
            let value = self.0.entry(field.id());
            let value = value.or_insert(ParamValue::I32(*index as i32));
            let place = match value {
                ParamValue::String(id) => variants.iter().position(|variant| variant.id == id),
                ParamValue::I32(place) => usize::try_from(*place)
                    .ok()
                    .filter(|&place| place < variants.len()),
                _ => None,
            };
            *value = ParamValue::I32(place.unwrap_or(*index) as i32);
        }
    }
    Settings::default().visit(&mut Mender(&mut state.params));
    if face == Face::Stem {
        StemSettings::default().visit(&mut Mender(&mut state.params));
    }
    let kept = state.fields.get(KEPT_KEY);
    if kept.is_none_or(|json| serde_json::from_str::<KeptState>(json).is_err())
        && let Ok(usual) = serialize_field(&usual(face))
    {
        state.fields.insert(KEPT_KEY.to_owned(), usual);
    }
    let session = state.fields.get(SESSION_KEY);
    if session.is_none_or(|json| serde_json::from_str::<Session>(json).is_err())
        && let Ok(usual) = serialize_field(&Session::default())
    {
        state.fields.insert(SESSION_KEY.to_owned(), usual);
    }
}

/// What a new instance keeps.
fn usual(face: Face) -> KeptState {
    let window_points = match face {
        Face::Master => WINDOW_DEFAULT,
        Face::Stem => WINDOW_STEM,
    };
    KeptState {
        window_points,
        ..KeptState::default()
    }
}

/// The group of a parameter in the host's tree.
fn group(field: Field) -> String {
    let stage = match field.group {
        Group::Chain | Group::Stem => return String::new(),
        group => group.name(),
    };
    match band_name(field) {
        Some(band) => format!("{stage}/{band}"),
        None => stage.to_owned(),
    }
}

/// What a band is called.
pub fn band_name(field: Field) -> Option<String> {
    let index = field.band?;
    let named = |names: &[&str]| names.get(usize::from(index)).map(|&name| name.to_owned());
    match field.group {
        Group::Multiband => named(&multiband::BAND_NAMES),
        Group::Image => named(&image::BAND_NAMES),
        _ => Some(format!("Band {}", index + 1)),
    }
}

/// The full name of a parameter, told apart from those of other stages.
fn name(field: Field) -> String {
    const { assert!(equalizer::BANDS <= 99) };
    let Field { key, name, .. } = field;
    match (field.group, band_name(field)) {
        (Group::Equalizer, Some(_)) => {
            format!("EQ {} {name}", field.band.unwrap_or_default() + 1)
        }
        (_, Some(band)) => format!("{} {band} {name}", field.group.name()),
        (Group::Chain | Group::Input | Group::Loudness | Group::Stem, None) => name.to_owned(),
        (_, None) if key == "on" => name.to_owned(),
        (group, None) => format!("{} {name}", group.name()),
    }
}

fn count<T>(changes: &Arc<AtomicU32>) -> Arc<dyn Fn(T) + Send + Sync> {
    let changes = changes.clone();
    Arc::new(move |_| {
        changes.fetch_add(1, Ordering::Release);
    })
}

fn number(name: &str, range: &'static Range) -> FloatParam {
    let decimals = text::decimals(range.step);
    let (min, max) = (range.min, range.max);
    let scale = if range.skew == 1.0 {
        FloatRange::Linear { min, max }
    } else {
        let factor = 1.0 / range.skew;
        FloatRange::Skewed { min, max, factor }
    };
    FloatParam::new(name, range.default, scale)
        .with_step_size(range.step)
        .with_unit(text::spaced_unit(range.unit))
        .with_value_to_string(Arc::new(move |value| text::number(value, decimals)))
        .with_string_to_value(Arc::new(move |typed| {
            text::parse(typed, range.unit).map(|value| range.quantized(value))
        }))
}

fn switch(name: &str, on: bool) -> BoolParam {
    BoolParam::new(name, on)
        .with_value_to_string(Arc::new(|on| if on { "On" } else { "Off" }.to_owned()))
        .with_string_to_value(Arc::new(text::parse_switch))
}

fn choice(name: &str, variants: &'static [Variant], index: usize) -> IntParam {
    let max = variants.len() as i32 - 1;
    IntParam::new(name, index as i32, IntRange::Linear { min: 0, max })
        .with_value_to_string(Arc::new(move |place| {
            let variant = usize::try_from(place).ok().and_then(|at| variants.get(at));
            variant.map_or_else(String::new, |variant| variant.name.to_owned())
        }))
        .with_string_to_value(Arc::new(move |typed| {
            let typed = typed.trim().to_lowercase();
            let meant =
                |variant: &Variant| typed == variant.id || typed == variant.name.to_lowercase();
            variants.iter().position(meant).map(|place| place as i32)
        }))
        .non_automatable()
}
