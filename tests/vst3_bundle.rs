//! The built VST3 bundle in an independent host (pedalboard, in the Python environment that
//! `cargo xtask test` makes) is the offline engine, bit for bit.
#![cfg(feature = "plugin")]

#[path = "support/any.rs"]
mod any;
#[path = "support/offline_engine.rs"]
mod offline_engine;
#[path = "support/signals.rs"]
mod signals;

use any::any_settings;
use finalcoat::dsp::block::Stream;
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::fields::{Field, Variant, Visitor};
use finalcoat::engine::settings::loudness::Character;
use finalcoat::engine::settings::range::Range;
use finalcoat::params::{FinalcoatParams, ParamKind, text};
use nice_plug::prelude::Param;
use offline_engine::rendered;
use serde_json::{Value, json};
use signals::{Random, programme};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FRAMES: usize = 40_000;

#[test]
fn an_independent_host_hears_the_offline_engine() {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..");
    let bundle = target.join("bundled/Finalcoat.vst3");
    let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = target.join("python").join(scripts).join("python");
    for needed in [&bundle, &python] {
        assert!(
            needed.exists() || needed.with_extension("exe").exists(),
            "{} is missing: run `cargo xtask test`, which makes it first",
            needed.display()
        );
    }
    let folder = target.join("tmp/vst3_cases");
    fs::create_dir_all(&folder).expect("a folder for the cases");
    let cases: Vec<Value> = [
        (44_100.0, 64, driven(6.0, Character::Transparent)),
        (48_000.0, 1, driven(12.0, Character::Punchy)),
        (48_000.0, 511, driven(24.0, Character::Dense)),
        (88_200.0, 4096, driven(3.0, Character::Transparent)),
        (96_000.0, 333, driven(9.0, Character::Transparent)),
        (176_400.0, 65_536, driven(9.0, Character::Dense)),
        (192_000.0, 1024, driven(18.0, Character::Punchy)),
        (22_050.0, 100, driven(9.0, Character::Transparent)),
        (44_100.0, 100, any_settings(&mut Random::new(1))),
        (48_000.0, 64, any_settings(&mut Random::new(2))),
        (96_000.0, 1024, any_settings(&mut Random::new(3))),
        (48_000.0, 256, Settings::default()),
        (48_000.0, 256, bypassed()),
    ]
    .iter()
    .enumerate()
    .map(|(n, (rate_hz, block_frames, settings))| {
        case(&folder, n, *rate_hz, *block_frames, settings)
    })
    .collect();
    let task = json!({ "parameters": parameters(), "cases": cases });
    fs::write(folder.join("cases.json"), task.to_string()).expect("the cases are written");

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vst3_bundle.py");
    let run = Command::new(python)
        .arg(script)
        .arg(bundle)
        .arg(&folder)
        // With a display this host would load what draws; no window is wanted here.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("Python starts");
    assert!(
        run.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}

fn driven(drive_db: f32, character: Character) -> Settings {
    let mut settings = Settings::default();
    settings.loudness.on = true;
    settings.loudness.drive_db = drive_db;
    settings.loudness.character = character;
    settings.quantized()
}

fn bypassed() -> Settings {
    let mut settings = driven(20.0, Character::Dense);
    settings.bypass = true;
    settings
}

/// One render: its audio goes into files, the rest into the answer.
fn case(folder: &Path, n: usize, rate_hz: f64, block_frames: usize, settings: &Settings) -> Value {
    let latency_samples = Engine::new(Stream::new(rate_hz), settings).latency_samples();
    let input = programme(rate_hz, FRAMES, n as u64);
    // As much silence behind as the latency, and the latency taken off in front.
    let padded = input.clone().map(|mut channel| {
        channel.resize(FRAMES + latency_samples, 0.0);
        channel
    });
    let expected = rendered(settings, rate_hz, &padded, &[])
        .map(|channel| channel[latency_samples..].to_vec());
    let store = |name: String, channels: &[Vec<f32>; 2]| {
        let bytes: Vec<u8> = channels
            .iter()
            .flatten()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        fs::write(folder.join(&name), bytes).expect("the audio is written");
        name
    };
    let untouched = host_values(&Settings::default());
    let values: serde_json::Map<String, Value> = host_values(settings)
        .into_iter()
        .zip(untouched)
        .filter(|(value, before)| value != before)
        .map(|((name, value), _)| (name, json!(value)))
        .collect();
    json!({
        "rate_hz": rate_hz,
        "block_frames": block_frames,
        "latency_samples": latency_samples,
        "input": store(format!("{n}_input.f32"), &input),
        "expected": store(format!("{n}_expected.f32"), &expected),
        "values": values,
    })
}

/// Settings as the host's numbers, 0 to 1, under the names that this host makes.
fn host_values(settings: &Settings) -> Vec<(String, f64)> {
    struct Values(Vec<f64>);
    impl Visitor for Values {
        fn number(&mut self, _: Field, range: &'static Range, value: &mut f32) {
            self.0.push(f64::from(range.normalized(*value)));
        }
        fn switch(&mut self, _: Field, value: &mut bool) {
            self.0.push(f64::from(u8::from(*value)));
        }
        fn choice(&mut self, _: Field, variants: &'static [Variant], index: &mut usize) {
            self.0.push(*index as f64 / (variants.len() - 1) as f64);
        }
    }
    let mut values = Values(Vec::new());
    { *settings }.visit(&mut values);
    let params = FinalcoatParams::default();
    let names = params.all().iter().map(|param| host_name(&param.kind));
    names.zip(values.0).collect()
}

/// The name this host makes of name and unit.
fn host_name(param: &ParamKind) -> String {
    let (name, unit) = match param {
        ParamKind::Number(param, range) => (param.name(), range.unit),
        ParamKind::Switch(param) => (param.name(), ""),
        ParamKind::Choice(param, _) => (param.name(), ""),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = name.to_lowercase().chars().map(plain).collect();
    if unit.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name = format!("{name}_{}", unit.to_lowercase());
    }
    name
}

/// Every parameter, in order.
fn parameters() -> Value {
    let switch = json!([[0.0, "Off"], [1.0, "On"]]);
    let params = FinalcoatParams::default();
    let described = params.all().iter().map(|host| {
        let (name, unit, default, texts) = match &host.kind {
            ParamKind::Number(param, range) => {
                let texts = [range.min, range.max, range.default].map(|value| {
                    let share = range.normalized(value);
                    json!([share, text::number(value, text::decimals(range.step))])
                });
                let default = f64::from(range.normalized(range.default));
                (param.name(), range.unit, default, json!(texts))
            }
            ParamKind::Switch(param) => {
                let on = f64::from(u8::from(param.default_plain_value()));
                (param.name(), "", on, switch.clone())
            }
            ParamKind::Choice(param, variants) => {
                let most = (variants.len() - 1) as f64;
                let texts: Vec<Value> = variants
                    .iter()
                    .enumerate()
                    .map(|(place, variant)| json!([place as f64 / most, variant.name]))
                    .collect();
                let default = f64::from(param.default_plain_value()) / most;
                (param.name(), "", default, json!(texts))
            }
        };
        json!({
            "id": host_name(&host.kind), "name": name, "unit": unit,
            "default": default, "texts": texts,
        })
    });
    described.collect()
}
