//! The report as JSON has it: numbers rounded, each band with its frequencies.

use crate::analysis::bands::NOMINAL_HZ;
use crate::analysis::report::Report;
use crate::offline::compare::{DYNAMICS_SPLITS, STEREO_SPLITS, edges_hz};
use crate::offline::measure::rounded;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Levels down here stand for nothing at all.
const NOTHING_DB: f64 = -120.0;

/// Writes a report: what is not there, or no number, is `null`.
pub(super) fn serialize<S: Serializer>(
    report: &Option<Box<Report>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some(report) = report else {
        return serializer.serialize_none();
    };
    let mut value = serde_json::to_value(report).map_err(S::Error::custom)?;
    round("", &mut value);
    value["tone"]["center_hz"] = json!(NOMINAL_HZ);
    for (topic, splits) in [("dynamics", DYNAMICS_SPLITS), ("stereo", STEREO_SPLITS)] {
        let bands = value[topic]["bands"].as_array_mut().into_iter().flatten();
        for (at, band) in bands.enumerate() {
            let (from_hz, to_hz) = edges_hz(&splits, at);
            band["from_hz"] = json!(from_hz);
            band["to_hz"] = json!(to_hz);
        }
    }
    value.serialize(serializer)
}

/// Rounds all numbers of a field, and of those within it.
fn round(name: &str, value: &mut Value) {
    match value {
        Value::Number(number) => {
            let plain = number.as_f64().filter(|x| x.is_finite());
            let there = plain.filter(|&x| !(name.ends_with("_db") && x <= NOTHING_DB));
            *value = there.map_or(Value::Null, |x| json!(rounded(x)));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| round(name, value)),
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(name, value)| round(name, value)),
        _ => {}
    }
}
