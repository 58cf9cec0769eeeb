//! Presets: settings as a file, the same for the plugin and the command line.
//!
//! A preset holds values at 100 % intensity, and neither drive nor reference level: those belong to the
//! song. TOML is written; TOML, JSON and what `master --json` printed are read.

pub mod factory;
pub mod folder;
pub mod styles;

use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Group, Variant, Visitor};
use crate::engine::settings::loudness::{TRIM_DB, TRIM_POINTS_PCT};
use crate::engine::settings::range::Range;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Settings have no step finer than this share of one.
const STEPS_PER_ONE: f64 = 1000.0;
/// Text at the top of a preset that is not a setting.
const TEXTS: [&str; 2] = ["name", "description"];

/// What is wrong with a preset: a sentence that says what to do.
#[derive(Debug)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// A preset as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// The settings; what the preset does not say is at its default.
    pub settings: Settings,
    /// Whether the preset says how far to drive, as the settings of a finished master do.
    pub sets_drive: bool,
    /// Whether it says the ceiling.
    pub sets_ceiling: bool,
    /// Whether it says the reference level.
    pub sets_reference_level: bool,
    /// What it says it is for.
    pub description: Option<String>,
}

/// Settings as JSON, numbers as short as their steps: −0.3, and not the nearest 32-bit float to it.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(settings: &Settings, serializer: S) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(settings).map_err(serde::ser::Error::custom)?;
    shorten(&mut value);
    value.serialize(serializer)
}

fn shorten(value: &mut Value) {
    match value {
        Value::Object(values) => values.values_mut().for_each(shorten),
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Number(number) => {
            let shorter = number
                .as_f64()
                .map(|number| (number * STEPS_PER_ONE).round() / STEPS_PER_ONE);
            *value = Value::from(shorter);
        }
        _ => {}
    }
}

/// `current` with the sound of a preset: drive, reference level, bypass and intensity stay. The drive's trim
/// does not: it was found for the sound before.
#[must_use]
pub fn applied(current: &Settings, preset: &Settings) -> Settings {
    let mut settings = *preset;
    settings.bypass = current.bypass;
    settings.intensity = current.intensity;
    settings.input.reference_level_db = current.input.reference_level_db;
    settings.loudness.drive_db = current.loudness.drive_db;
    settings
}

/// A preset of `settings` as text. Of a stage or band that is off, it says only that.
pub fn text(settings: &Settings, description: Option<&str>) -> String {
    struct Writer {
        /// Whether the stage, and the band, is on.
        on: [bool; 2],
        place: (Option<Group>, Option<u8>),
        text: String,
    }
    impl Writer {
        fn line(&mut self, field: Field, value: &str) {
            let place = (Some(field.group), field.band);
            if place != self.place {
                let head = match (field.group, field.band) {
                    (Group::Chain, _) => String::new(),
                    (group, None) => format!("\n[{}]\n", group.key()),
                    (group, Some(_)) => format!("\n[[{}.bands]]\n", group.key()),
                };
                self.text.push_str(&head);
                self.place = place;
            }
            self.text.push_str(&format!("{} = {value}\n", field.key));
        }
        fn wanted(&self, field: Field) -> bool {
            let songs_own = matches!(
                (field.group, field.key),
                (Group::Chain, _)
                    | (Group::Input, "reference_level_db")
                    | (Group::Loudness, "drive_db")
            );
            !songs_own && self.on[0] && (field.band.is_none() || self.on[1])
        }
    }
    impl Visitor for Writer {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            if self.wanted(field) {
                let short = (f64::from(*value) * STEPS_PER_ONE).round() / STEPS_PER_ONE;
                self.line(field, &format!("{short:?}"));
            }
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            if field.key == "on" {
                self.on[usize::from(field.band.is_some())] = *value;
                if field.band.is_some() && !self.on[0] {
                    return;
                }
                // A stage without a switch of its own for its bands has them all.
                if field.band.is_none() {
                    self.on[1] = true;
                }
                self.line(field, &value.to_string());
            } else if self.wanted(field) {
                self.line(field, &value.to_string());
            }
        }
        fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize) {
            if self.wanted(field)
                && let Some(variant) = variants.get(*index)
            {
                self.line(field, &format!("{:?}", variant.id));
            }
        }
    }
    let mut writer = Writer {
        on: [true; 2],
        place: (Some(Group::Chain), None),
        text: String::from("# A preset of Finalcoat: values at 100 % intensity.\n"),
    };
    if let Some(description) = description {
        let quoted = Value::from(description).to_string();
        writer.text.push_str(&format!("description = {quoted}\n"));
    }
    { *settings }.visit(&mut writer);
    writer.text
}

/// Reads a preset. Refuses what it does not know or what lies outside its range, rather than mastering
/// with something else than was meant.
///
/// # Errors
/// A sentence without the file's name.
pub fn read(path: &Path) -> Result<Preset, Fault> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Fault(format!("the preset cannot be read ({error})")))?;
    parse(&text)
}

/// Reads the text of a preset; see [`read`].
///
/// # Errors
/// A sentence.
pub fn parse(text: &str) -> Result<Preset, Fault> {
    let value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(json_error) => match toml::from_str::<Value>(text) {
            Ok(value) => value,
            Err(toml_error) => {
                let error = if text.trim_start().starts_with('{') {
                    json_error.to_string()
                } else {
                    toml_error.message().to_owned()
                };
                return Err(Fault(format!(
                    "the preset is neither JSON nor TOML ({error})"
                )));
            }
        },
    };
    let mut value = settings_in(value)?;
    let mut texts = TEXTS.map(|key| match value.as_object_mut()?.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    });
    if check(&value, &Known::new(), "")? == 0 {
        return Err(Fault(
            "the preset sets nothing: give it settings as --json prints them".to_owned(),
        ));
    }
    let mut whole = all_defaults()?;
    merge(&mut whole, &value);
    let settings: Settings = serde_json::from_value(whole)
        .map_err(|error| Fault(format!("the preset does not fit ({error})")))?;
    let mut settings = settings.quantized();
    // Whoever masters with a preset wants to hear it.
    settings.bypass = false;
    Ok(Preset {
        settings,
        sets_ceiling: value.pointer("/loudness/ceiling_dbtp").is_some(),
        sets_drive: value.pointer("/loudness/drive_db").is_some(),
        sets_reference_level: value.pointer("/input/reference_level_db").is_some(),
        description: texts[1].take(),
    })
}

/// The default settings with every band, also those that are not written.
fn all_defaults() -> Result<Value, Fault> {
    let settings = Settings::default();
    let value = |result: serde_json::Result<Value>| result.map_err(|e| Fault(e.to_string()));
    let mut whole = value(serde_json::to_value(settings))?;
    if let Some(bands) = whole.pointer_mut("/equalizer/bands") {
        *bands = value(serde_json::to_value(settings.equalizer.bands))?;
    }
    Ok(whole)
}

/// Puts what is given in place of what is there.
fn merge(whole: &mut Value, given: &Value) {
    match (whole, given) {
        (Value::Object(whole), Value::Object(given)) => {
            for (key, value) in given {
                if let Some(place) = whole.get_mut(key) {
                    merge(place, value);
                }
            }
        }
        (Value::Array(whole), Value::Array(given)) => {
            for (place, value) in whole.iter_mut().zip(given) {
                merge(place, value);
            }
        }
        (whole, given) => *whole = given.clone(),
    }
}

/// The settings themselves, or those of the one file that a `master --json` report is about.
fn settings_in(mut value: Value) -> Result<Value, Fault> {
    if let Some(files) = value.get_mut("files").and_then(Value::as_array_mut) {
        if files.len() != 1 {
            return Err(Fault(format!(
                "the report is about {} files: copy the \"settings\" of the one you want into a file of \
                 their own",
                files.len()
            )));
        }
        value = files.remove(0);
    }
    Ok(match value.get_mut("settings") {
        Some(settings) => settings.take(),
        None => value,
    })
}

/// What a value of a preset may be.
enum Kind {
    Number(Range),
    Switch,
    Choice,
}

/// Every value there is, by its path.
struct Known(HashMap<String, Kind>);

impl Known {
    fn new() -> Self {
        let mut known = Self(HashMap::new());
        Settings::default().visit(&mut known);
        for point in 0..TRIM_POINTS_PCT.len() {
            let path = format!("loudness.drive_trim_db.{point}");
            known.0.insert(path, Kind::Number(TRIM_DB));
        }
        known
    }
}

impl Visitor for Known {
    fn number(&mut self, field: Field, range: &'static Range, _: &mut f32) {
        self.0.insert(field.path(), Kind::Number(*range));
    }
    fn switch(&mut self, field: Field, _: &mut bool) {
        self.0.insert(field.path(), Kind::Switch);
    }
    fn choice(&mut self, field: Field, _: &'static [Variant], _: &mut usize) {
        self.0.insert(field.path(), Kind::Choice);
    }
}

/// Every value given must be known, of the right kind, and within its range; says how many are set.
fn check(given: &Value, known: &Known, path: &str) -> Result<usize, Fault> {
    let place = |key: &str| format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
    let inside = |path: &str| {
        let start = format!("{path}.");
        known.0.keys().any(|known| known.starts_with(&start))
    };
    let wrong_kind = || {
        let what = if path.is_empty() {
            "the settings".to_owned()
        } else {
            format!("\"{path}\"")
        };
        Fault(format!(
            "the preset gives {what} the wrong kind of value: write it as --json prints it"
        ))
    };
    match (given, known.0.get(path)) {
        (Value::Object(given), None) => {
            let mut count = 0;
            for (key, value) in given {
                let path = place(key);
                if !known.0.contains_key(&path) && !inside(&path) {
                    return Err(Fault(format!(
                        "the preset sets \"{path}\", which this version does not know"
                    )));
                }
                count += check(value, known, &path)?;
            }
            Ok(count)
        }
        (Value::Array(given), None) if inside(&place("0")) || known.0.contains_key(&place("0")) => {
            let each = given.iter().enumerate();
            each.map(|(index, value)| check(value, known, &place(&index.to_string())))
                .sum()
        }
        (Value::Number(given), Some(Kind::Number(range))) => {
            let given = given.as_f64().unwrap_or(f64::NAN);
            if (range.min..=range.max).contains(&(given as f32)) {
                return Ok(1);
            }
            Err(Fault(format!(
                "the preset sets \"{path}\" to {given}, which is out of range: give {} to {}",
                range.min, range.max
            )))
        }
        (Value::Bool(_), Some(Kind::Switch)) | (Value::String(_), Some(Kind::Choice)) => Ok(1),
        _ => Err(wrong_kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;
    use crate::engine::settings::glue::GlueSettings;

    #[test]
    fn settings_survive_json_and_toml_and_a_report() {
        let mut settings = Settings::default();
        settings.loudness.on = true;
        settings.loudness.drive_db = 6.37;
        let settings = settings.quantized();
        let json = serde_json::to_string(&settings).expect("JSON");
        let toml = toml::to_string(&settings).expect("TOML");
        let report = format!("{{\"files\": [{{\"file\": \"a.wav\", \"settings\": {json}}}]}}");
        for text in [&json, &toml, &report] {
            assert_eq!(parse(text).expect("a preset").settings, settings);
        }
    }

    #[test]
    fn what_is_unknown_or_out_of_range_is_refused() {
        for (text, part) in [
            ("{\"loudness\": {\"drive\": 3}}", "\"loudness.drive\""),
            ("[loudness]\ndrive_db = 99.0", "out of range"),
            ("{\"loudness\": {\"character\": \"hard\"}}", "hard"),
            ("{\"loudness\": ", "neither JSON nor TOML"),
            ("", "sets nothing"),
            ("{}", "sets nothing"),
            ("{\"loudness\": {}}", "sets nothing"),
            ("{\"color\": {}}", "\"color\""),
            ("{\"colour\": 1}", "wrong kind"),
            (
                "{\"multiband\": {\"bands\": [{}, {}, {}, {}, {\"ratio\": 2}]}}",
                "multiband.bands.4",
            ),
            (
                "{\"equalizer\": {\"bands\": [{\"gain\": 1}]}}",
                "\"equalizer.bands.0.gain\"",
            ),
            (
                "{\"equalizer\": {\"bands\": [{\"gain_db\": 40}]}}",
                "give -12 to 12",
            ),
            ("{\"loudness\": [true, 3.0]}", "wrong kind"),
            ("[false]", "wrong kind"),
            ("{\"loudness\": {\"drive_db\": 24.3}}", "give -24 to 24"),
            ("{\"loudness\": {\"ceiling_dbtp\": 0.3}}", "give -12 to 0"),
            ("{\"loudness\": {\"release_ms\": 2.6}}", "give 3 to 300"),
        ] {
            let failure = parse(text).expect_err(text).to_string();
            assert!(failure.contains(part), "{text}: {failure}");
        }
    }

    #[test]
    fn a_written_preset_reads_back_without_what_is_the_songs_own() {
        let mut settings = Settings {
            intensity: 50.0,
            ..Settings::default()
        };
        settings.input.reference_level_db = -12.0;
        settings.equalizer.bands[2].on = true;
        settings.equalizer.bands[2].gain_db = -1.5;
        settings.equalizer.bands[2].shape = Shape::LowShelf;
        settings.equalizer.bands[3].gain_db = 6.0;
        settings.multiband.on = true;
        settings.multiband.bands[3].ratio = 1.5;
        settings.glue.ratio = 4.0;
        settings.loudness.on = true;
        settings.loudness.drive_db = 6.0;
        let settings = settings.quantized();
        let read = parse(&text(&settings, Some("For \"tests\"."))).expect("a preset");
        let mut expected = settings;
        expected.intensity = 100.0;
        expected.input.reference_level_db = -18.0;
        expected.loudness.drive_db = 0.0;
        // What is off keeps its defaults.
        expected.glue = GlueSettings::default();
        expected.equalizer.bands[3].gain_db = 0.0;
        assert_eq!(read.settings, expected);
        assert!(!read.sets_drive && !read.sets_reference_level);
        assert_eq!(read.description.as_deref(), Some("For \"tests\"."));
        let back = applied(&settings, &read.settings);
        assert_eq!(back.intensity, 50.0);
        assert_eq!(back.input.reference_level_db, -12.0);
        assert_eq!(back.loudness.drive_db, settings.loudness.drive_db);
        assert_eq!(back.loudness.drive_trim_db, [0.0; 4]);
    }

    #[test]
    fn every_path_of_the_table_is_a_place_in_the_settings() {
        let mut settings = Settings::default();
        // Bands after the last that is used are not written.
        settings.equalizer.bands[15].on = true;
        let value = serde_json::to_value(settings).expect("JSON");
        let known = Known::new();
        for path in known.0.keys() {
            let pointer = format!("/{}", path.replace('.', "/"));
            assert!(value.pointer(&pointer).is_some(), "{path}");
        }
        assert_eq!(
            check(&value, &known, "").expect("all is known"),
            known.0.len()
        );
    }
}
