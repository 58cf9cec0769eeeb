//! Running `finalcoat` as a user does, and small songs to run it on.
#![allow(dead_code, unreachable_pub)]

use serde_json::Value;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

pub const RATE_HZ: u32 = 44_100;

/// Runs `finalcoat` in `folder`.
pub fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_finalcoat"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("finalcoat starts")
}

/// Runs with `--json` and expects the exit code; standard output is one JSON object and nothing else.
pub fn json(folder: &TempDir, arguments: &[&str], code: i32) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// Expects failure with exit code 1 and the reason, in JSON and on standard error.
pub fn fails(folder: &TempDir, arguments: &[&str], parts: &[&str]) {
    let output = run(folder, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let error = report["files"][0]["error"].as_str().unwrap_or_default();
    for part in parts {
        assert!(
            error.contains(part),
            "{arguments:?}: {error:?} lacks {part:?}"
        );
        assert!(
            said.contains(part),
            "{arguments:?}: {said:?} lacks {part:?}"
        );
    }
}

pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Writes frames of `f` (seconds, channel → sample) as a WAV file and gives its path.
pub fn write_wav(
    folder: &TempDir,
    name: &str,
    spec: hound::WavSpec,
    frames: usize,
    f: impl Fn(f64, u16) -> f64,
) -> PathBuf {
    let path = folder.path().join(name);
    let mut writer = hound::WavWriter::create(&path, spec).expect("a WAV file");
    for n in 0..frames {
        for channel in 0..spec.channels {
            let sample = f(n as f64 / f64::from(spec.sample_rate), channel);
            match spec.sample_format {
                hound::SampleFormat::Float => writer.write_sample(sample as f32),
                hound::SampleFormat::Int => {
                    let full_scale = f64::from(1_u32 << (spec.bits_per_sample - 1));
                    writer.write_sample((sample * full_scale).round() as i32)
                }
            }
            .expect("a sample");
        }
    }
    writer.finalize().expect("a WAV file");
    path
}

pub fn spec(channels: u16, bits: u16) -> hound::WavSpec {
    hound::WavSpec {
        channels,
        sample_rate: RATE_HZ,
        bits_per_sample: bits,
        sample_format: if bits == 32 {
            hound::SampleFormat::Float
        } else {
            hound::SampleFormat::Int
        },
    }
}

/// A small song: bass, chords and a hit every half second; its peaks stand well above its loudness.
pub fn song(seconds: f64, channel: u16) -> f64 {
    let beat = seconds.rem_euclid(0.5);
    let hit = 0.6 * libm::exp(-beat * 60.0) * libm::sin(TAU * 180.0 * beat);
    let noise = 0.25 * libm::exp(-beat * 25.0) * libm::sin(TAU * 7919.0 * seconds * (1.0 + beat));
    let bass = 0.1 * libm::sin(TAU * 55.0 * seconds);
    let chord: f64 = [220.0, 277.18, 329.63]
        .iter()
        .map(|hz| 0.03 * libm::sin(TAU * hz * seconds + f64::from(channel)))
        .sum();
    0.8 * (hit + noise + bass + chord)
}

pub fn write_song(folder: &TempDir, name: &str, channels: u16, seconds: f64) -> PathBuf {
    // An odd length, so that nobody rounds to blocks unseen.
    let frames = (seconds * f64::from(RATE_HZ)) as usize + 7;
    write_wav(folder, name, spec(channels, 24), frames, song)
}

/// Samples of a WAV file, channel by channel.
pub fn read_wav(path: &Path) -> (hound::WavSpec, Vec<Vec<f64>>) {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    let spec = reader.spec();
    let samples: Vec<f64> = match spec.sample_format {
        hound::SampleFormat::Float => reader
            .samples::<f32>()
            .map(|s| f64::from(s.expect("a sample")))
            .collect(),
        hound::SampleFormat::Int => reader
            .samples::<i32>()
            .map(|s| {
                f64::from(s.expect("a sample")) / f64::from(1_u32 << (spec.bits_per_sample - 1))
            })
            .collect(),
    };
    let channels = usize::from(spec.channels);
    let planar = (0..channels)
        .map(|c| samples.iter().skip(c).step_by(channels).copied().collect())
        .collect();
    (spec, planar)
}
