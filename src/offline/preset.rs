//! Presets: settings as JSON or TOML, also straight from what `master --json` printed.

use super::failure::{Failure, Outcome};
use crate::engine::settings::Settings;
use crate::engine::settings::loudness::{CEILING_DBTP, DRIVE_DB, RELEASE_MS};
use crate::engine::settings::range::Range;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::path::Path;

/// What every number of a preset may be.
const RANGES: [(&str, Range); 3] = [
    ("loudness.drive_db", DRIVE_DB),
    ("loudness.ceiling_dbtp", CEILING_DBTP),
    ("loudness.release_ms", RELEASE_MS),
];
/// Settings have no step finer than this share of one.
const STEPS_PER_ONE: f64 = 1000.0;

/// Settings as JSON, numbers as short as their steps: −0.3, and not the nearest 32-bit float to it.
pub(super) fn serialize<S: Serializer>(
    settings: &Settings,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(settings).map_err(serde::ser::Error::custom)?;
    shorten(&mut value);
    value.serialize(serializer)
}

fn shorten(value: &mut Value) {
    match value {
        Value::Object(values) => values.values_mut().for_each(shorten),
        Value::Number(number) => {
            let shorter = number
                .as_f64()
                .map(|number| (number * STEPS_PER_ONE).round() / STEPS_PER_ONE);
            *value = Value::from(shorter);
        }
        _ => {}
    }
}

/// Reads a preset. Refuses what it does not know or what lies outside its range, rather than mastering
/// with something else than was meant.
pub fn read(path: &Path) -> Outcome<Settings> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::because(format!("the preset cannot be read ({error})")))?;
    parse(&text)
}

fn parse(text: &str) -> Outcome<Settings> {
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
                return Err(Failure::because(format!(
                    "the preset is neither JSON nor TOML ({error})"
                )));
            }
        },
    };
    let value = settings_in(value)?;
    let settings: Settings = serde_json::from_value(value.clone())
        .map_err(|error| Failure::because(format!("the preset does not fit ({error})")))?;
    let known = serde_json::to_value(settings.quantized())
        .map_err(|error| Failure::because(error.to_string()))?;
    if compare(&value, &known, "")? == 0 {
        return Err(Failure::because(
            "the preset sets nothing: give it settings as --json prints them",
        ));
    }
    Ok(settings.quantized())
}

/// The settings themselves, or those of the one file that a `master --json` report is about.
fn settings_in(mut value: Value) -> Outcome<Value> {
    if let Some(files) = value.get_mut("files").and_then(Value::as_array_mut) {
        if files.len() != 1 {
            return Err(Failure::because(format!(
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

/// Every key given must be known, of the right kind, and within its range; says how many values are set.
fn compare(given: &Value, known: &Value, path: &str) -> Outcome<usize> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            let mut count = 0;
            for (key, value) in given {
                let path = format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
                let Some(known) = known.get(key) else {
                    return Err(Failure::because(format!(
                        "the preset sets \"{path}\", which this version does not know"
                    )));
                };
                count += compare(value, known, &path)?;
            }
            Ok(count)
        }
        (Value::Number(given), Value::Number(_)) => {
            let given = given.as_f64().unwrap_or(f64::NAN);
            let range = RANGES.iter().find(|(known, _)| *known == path);
            match range {
                Some((_, range)) if !(range.min..=range.max).contains(&(given as f32)) => {
                    Err(Failure::because(format!(
                        "the preset sets \"{path}\" to {given}, which is out of range: give {} to {}",
                        range.min, range.max
                    )))
                }
                _ => Ok(1),
            }
        }
        (Value::Bool(_), Value::Bool(_)) | (Value::String(_), Value::String(_)) => Ok(1),
        _ => Err(Failure::because(format!(
            "the preset gives {} the wrong kind of value: write it as --json prints it",
            if path.is_empty() {
                "the settings".to_owned()
            } else {
                format!("\"{path}\"")
            }
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(parse(text).expect("a preset"), settings);
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
            ("{\"colour\": 1}", "\"colour\""),
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

    /// The table of ranges names every number there is, so that none goes unchecked.
    #[test]
    fn every_number_has_its_range() {
        fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
            match value {
                Value::Object(values) => values.iter().for_each(|(key, value)| {
                    let dot = if path.is_empty() { "" } else { "." };
                    numbers(value, &format!("{path}{dot}{key}"), found);
                }),
                Value::Number(_) => found.push(path.to_owned()),
                _ => {}
            }
        }
        let mut found = Vec::new();
        let value = serde_json::to_value(Settings::default()).expect("JSON");
        numbers(&value, "", &mut found);
        let mut known = RANGES.map(|(path, _)| path.to_owned());
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }
}
