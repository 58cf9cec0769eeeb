//! The built VST3 bundle in an independent host (pedalboard, in the Python environment that
//! `cargo xtask test` makes) is the offline engine, bit for bit.
#![cfg(feature = "plugin")]

#[path = "support/offline_engine.rs"]
mod offline_engine;
#[path = "support/signals.rs"]
mod signals;

use finalcoat::dsp::block::Stream;
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::{CEILING_DBTP, Character, DRIVE_DB, RELEASE_MS};
use finalcoat::engine::settings::range::Range;
use offline_engine::rendered;
use serde_json::{Value, json};
use signals::programme;
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
    let loudness = &settings.loudness;
    json!({
        "rate_hz": rate_hz,
        "block_frames": block_frames,
        "latency_samples": latency_samples,
        "input": store(format!("{n}_input.f32"), &input),
        "expected": store(format!("{n}_expected.f32"), &expected),
        "values": {
            "bypass": f64::from(u8::from(settings.bypass)),
            "loudness": f64::from(u8::from(loudness.on)),
            "drive_db": share(loudness.drive_db, DRIVE_DB),
            "ceiling_dbtp": share(loudness.ceiling_dbtp, CEILING_DBTP),
            "character": match loudness.character {
                Character::Transparent => 0.0,
                Character::Punchy => 0.5,
                Character::Dense => 1.0,
            },
            "release_ms": share(loudness.release_ms, RELEASE_MS),
        },
    })
}

/// Every parameter, in order, under the name this host makes of name and unit.
fn parameters() -> Value {
    let number = |id: &str, name: &str, unit: &str, range: Range, text: &dyn Fn(f32) -> String| {
        let texts: Vec<Value> = [range.min, range.max, range.default]
            .map(|value| json!([share(value, range), text(value)]))
            .into();
        json!({
            "id": id, "name": name, "unit": unit,
            "default": share(range.default, range), "texts": texts,
        })
    };
    let two_decimals = |value: f32| format!("{value:.2}");
    let whole = |value: f32| format!("{value:.0}");
    json!([
        { "id": "bypass", "name": "Bypass", "unit": "", "default": 0.0, "texts": [[0.0, "Off"], [1.0, "On"]] },
        { "id": "loudness", "name": "Loudness", "unit": "", "default": 0.0, "texts": [[0.0, "Off"], [1.0, "On"]] },
        number("drive_db", "Drive", "dB", DRIVE_DB, &two_decimals),
        number("ceiling_dbtp", "Ceiling", "dBTP", CEILING_DBTP, &two_decimals),
        {
            "id": "character", "name": "Character", "unit": "", "default": 0.0,
            "texts": [[0.0, "Transparent"], [0.5, "Punchy"], [1.0, "Dense"]],
        },
        number("release_ms", "Release", "ms", RELEASE_MS, &whole),
    ])
}

fn share(value: f32, range: Range) -> f64 {
    f64::from((value - range.min) / (range.max - range.min))
}
