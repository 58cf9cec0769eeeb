//! What the tests of the built CLAP share: where it lies, settings as a host's numbers, states, and what
//! "the same sound" means.
#![allow(dead_code, unreachable_pub)] // each test uses its part

use std::path::PathBuf;
use std::sync::LazyLock;

use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::fields::{Field, Variant, Visitor};
use finalcoat::engine::settings::range::Range;
use finalcoat::stems::settings::Knobs;
use serde_json::Value;

pub const RATES_HZ: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];
/// Repeated; empty blocks are only for parameters.
pub const RAGGED: [usize; 9] = [64, 1, 511, 0, 7, 1024, 333, 2, 128];
pub const FRAMES_MAX: u32 = 1024;
/// Bytes in front of a state that say how long it is.
const LENGTH_BYTES: usize = 8;

pub fn bundle() -> PathBuf {
    let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../bundled/Finalcoat.clap");
    assert!(
        built.exists(),
        "{} is missing: run `cargo xtask test`, which builds it first",
        built.display()
    );
    built
}

/// Settings as the host's numbers: 0 to 1 for a range, a count for a choice or a switch.
pub fn host_values(settings: &Settings) -> Vec<(&'static str, f64)> {
    let mut values = Values::default();
    { *settings }.visit(&mut values);
    named(values)
}

/// The same of a stem: its chain, then what it has beside it.
pub fn stem_values(knobs: &Knobs) -> Vec<(&'static str, f64)> {
    let mut values = Values::default();
    { *knobs }.visit(&mut values);
    named(values)
}

fn named(values: Values) -> Vec<(&'static str, f64)> {
    static IDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut values = Values::default();
        Knobs::default().visit(&mut values);
        values.0.into_iter().map(|(id, _)| id).collect()
    });
    let ids = IDS.iter().map(String::as_str);
    ids.zip(values.0.into_iter().map(|(_, value)| value))
        .collect()
}

#[derive(Default)]
struct Values(Vec<(String, f64)>);

impl Visitor for Values {
    fn number(&mut self, field: Field, range: &'static Range, value: &mut f32) {
        let share = f64::from(range.normalized(*value));
        self.0.push((field.id(), share));
    }
    fn switch(&mut self, field: Field, value: &mut bool) {
        self.0.push((field.id(), f64::from(u8::from(*value))));
    }
    fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
        self.0.push((field.id(), *index as f64));
    }
}

/// What a saved state keeps beside the parameters.
pub fn session_of(state: &[u8]) -> Value {
    let state: Value = serde_json::from_slice(&state[LENGTH_BYTES..]).expect("a state is JSON");
    let session = state["fields"]["session"].as_str();
    serde_json::from_str(session.expect("a session is saved")).expect("a session is JSON")
}

/// A saved state with something else in what it keeps beside the parameters.
pub fn with_session(state: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut session = session_of(state);
    change(&mut session);
    let mut state: Value = serde_json::from_slice(&state[LENGTH_BYTES..]).expect("a state is JSON");
    state["fields"]["session"] = Value::String(session.to_string());
    let state = state.to_string().into_bytes();
    let length = (state.len() as u64).to_le_bytes();
    length.into_iter().chain(state).collect()
}

pub fn assert_same(output: &[Vec<f32>], expected: &[Vec<f32>; 2], what: &str) {
    for (channel, (output, expected)) in output.iter().zip(expected).enumerate() {
        let apart = output
            .iter()
            .zip(expected)
            .position(|(a, b)| a.to_bits() != b.to_bits());
        if let Some(frame) = apart {
            panic!(
                "{what}: channel {channel} differs first at frame {frame}: {} for {}",
                output[frame], expected[frame]
            );
        }
    }
}
