//! Presets: settings as JSON or TOML, also straight from what `master --json` printed.

use super::failure::{Failure, Outcome};
use crate::engine::settings::Settings;
use serde_json::Value;
use std::path::Path;

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
    compare(&value, &known, "")?;
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

/// Every key given must be known, and every number must have survived the round trip to its range.
fn compare(given: &Value, known: &Value, path: &str) -> Outcome<()> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            for (key, value) in given {
                let path = format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
                let Some(known) = known.get(key) else {
                    return Err(Failure::because(format!(
                        "the preset sets \"{path}\", which this version does not know"
                    )));
                };
                compare(value, known, &path)?;
            }
            Ok(())
        }
        (Value::Number(given), Value::Number(known)) => {
            let (given, known) = (given.as_f64().unwrap_or(0.0), known.as_f64().unwrap_or(0.0));
            // A step of the grid is at most 1.
            if (given - known).abs() > 0.51 {
                return Err(Failure::because(format!(
                    "the preset sets \"{path}\" to {given}, which is out of range (the nearest is {known})"
                )));
            }
            Ok(())
        }
        _ => Ok(()),
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
        ] {
            let failure = parse(text).expect_err(text).to_string();
            assert!(failure.contains(part), "{text}: {failure}");
        }
    }
}
