//! The command line as a user runs it: what it writes, what it says, what it refuses.

use serde_json::Value;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const RATE_HZ: u32 = 44_100;

/// Runs `finalcoat` in `folder`.
fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_finalcoat"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("finalcoat starts")
}

/// Runs with `--json` and expects the exit code; standard output is one JSON object and nothing else.
fn json(folder: &TempDir, arguments: &[&str], code: i32) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// Expects failure with exit code 1 and the reason, in JSON and on standard error.
fn fails(folder: &TempDir, arguments: &[&str], parts: &[&str]) {
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

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn names(folder: &Path) -> Vec<String> {
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
fn write_wav(
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

fn spec(channels: u16, bits: u16) -> hound::WavSpec {
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
fn song(seconds: f64, channel: u16) -> f64 {
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

fn write_song(folder: &TempDir, name: &str, channels: u16, seconds: f64) -> PathBuf {
    // An odd length, so that nobody rounds to blocks unseen.
    let frames = (seconds * f64::from(RATE_HZ)) as usize + 7;
    write_wav(folder, name, spec(channels, 24), frames, song)
}

/// Samples of a WAV file, channel by channel.
fn read_wav(path: &Path) -> (hound::WavSpec, Vec<Vec<f64>>) {
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

/// Loudness by the `ebur128` crate; mono as it is played, on both loudspeakers.
fn loudness_lufs(path: &Path) -> f64 {
    let (spec, channels) = read_wav(path);
    let mut meter = ebur128::EbuR128::new(2, spec.sample_rate, ebur128::Mode::I).expect("a meter");
    let right = channels.last().expect("a channel");
    meter
        .add_frames_planar_f64(&[&channels[0], right])
        .expect("measured");
    meter.loudness_global().expect("a loudness")
}

/// True peak by its definition: 16 times as many points, each a Kaiser-windowed sinc over 64 samples
/// (β 9.25), around every sample that comes near the highest.
fn true_peak_dbtp(path: &Path) -> f64 {
    let (_, channels) = read_wav(path);
    let bessel = |x: f64| {
        (1..60)
            .scan(1.0, |term, k| {
                *term *= (x / 2.0 / f64::from(k)).powi(2);
                Some(*term)
            })
            .sum::<f64>()
            + 1.0
    };
    let kernel = |t: f64| {
        let window = bessel(9.25 * (1.0 - (t / 32.0).powi(2)).max(0.0).sqrt()) / bessel(9.25);
        let x = std::f64::consts::PI * t;
        window * if t == 0.0 { 1.0 } else { libm::sin(x) / x }
    };
    let table: Vec<f64> = (-512..=512).map(|k| kernel(f64::from(k) / 16.0)).collect();
    let highest = |samples: &[f64]| samples.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    let peaks = channels.iter().map(|samples| {
        let near = 0.6 * highest(samples);
        let mut peak = highest(samples);
        for n in 0..samples.len() {
            let next = samples.get(n + 1).map_or(0.0, |x| x.abs());
            if samples[n].abs().max(next) < near {
                continue;
            }
            for phase in 1..16_usize {
                let value: f64 = (n.saturating_sub(31)..(n + 33).min(samples.len()))
                    .map(|m| samples[m] * table[512 + 16 * n + phase - 16 * m])
                    .sum();
                peak = peak.max(value.abs());
            }
        }
        peak
    });
    20.0 * libm::log10(peaks.fold(0.0, f64::max))
}

#[test]
fn meter_reads_what_the_standard_says() {
    let folder = folder();
    // EBU Tech 3341: a stereo sine of 1 kHz at −23 dBFS reads −23 LUFS.
    let level = libm::pow(10.0, -23.0 / 20.0);
    write_wav(
        &folder,
        "sine.wav",
        spec(2, 24),
        20 * RATE_HZ as usize,
        |s, _| level * libm::sin(TAU * 1000.0 * s),
    );
    let report = json(&folder, &["meter", "sine.wav"], 0);
    let file = &report["files"][0];
    assert_eq!(file["file"], "sine.wav");
    assert_eq!(file["sample_rate_hz"], RATE_HZ);
    assert_eq!(file["channels"], 2);
    for (key, expected, tolerance) in [
        ("duration_s", 20.0, 1e-9),
        ("integrated_lufs", -23.0, 0.05),
        ("loudness_range_lu", 0.0, 0.05),
        ("max_momentary_lufs", -23.0, 0.05),
        ("max_short_term_lufs", -23.0, 0.05),
        ("true_peak_dbtp", -23.0, 0.05),
        ("true_peak_bs1770_dbtp", -23.0, 0.2),
        ("sample_peak_dbfs", -23.0, 0.01),
        ("plr_db", 0.0, 0.05),
        ("correlation", 1.0, 1e-6),
    ] {
        let value = number(&file[key]);
        assert!((value - expected).abs() <= tolerance, "{key}: {value}");
    }
}

#[test]
fn silence_is_null_to_the_meter_and_refused_by_master() {
    let folder = folder();
    write_wav(
        &folder,
        "silent.wav",
        spec(2, 16),
        3 * RATE_HZ as usize,
        |_, _| 0.0,
    );
    let report = json(&folder, &["meter", "silent.wav"], 0);
    for key in [
        "integrated_lufs",
        "true_peak_dbtp",
        "sample_peak_dbfs",
        "plr_db",
        "correlation",
    ] {
        assert!(report["files"][0][key].is_null(), "{key}: {report}");
    }
    fails(&folder, &["master", "silent.wav"], &["silent"]);
    assert_eq!(names(folder.path()), ["silent.wav"]);
}

#[test]
fn a_goal_is_met_below_the_ceiling() {
    let folder = folder();
    let input = write_song(&folder, "song.wav", 2, 8.0);
    let frames = read_wav(&input).1[0].len();
    for (arguments, goal_lufs, ceiling_dbtp) in [
        (&["--target-lufs", "-16"][..], -16.0, -1.0),
        (
            &[
                "--target-lufs",
                "-12",
                "--bit-depth",
                "16",
                "--character",
                "punchy",
            ],
            -12.0,
            -1.0,
        ),
        (
            &[
                "--target-lufs",
                "-14",
                "--ceiling-dbtp",
                "-2",
                "--bit-depth",
                "32f",
            ],
            -14.0,
            -2.0,
        ),
        (&["--for", "broadcast-ebu"], -23.0, -1.0),
        (&["--for", "broadcast-atsc"], -24.0, -2.0),
        (
            &["--target-lufs", "-13", "--sample-rate", "48000"],
            -13.0,
            -1.0,
        ),
    ] {
        let common = ["master", "song.wav", "-o", "out.wav", "--force"];
        let report = json(&folder, &[&common, arguments].concat(), 0);
        let file = &report["files"][0];
        let output = folder.path().join("out.wav");
        let (spec, channels) = read_wav(&output);
        let lufs = loudness_lufs(&output);
        assert!(
            (lufs - goal_lufs).abs() <= 0.1,
            "{arguments:?}: {lufs} LUFS"
        );
        let peak_dbtp = true_peak_dbtp(&output);
        assert!(peak_dbtp <= ceiling_dbtp, "{arguments:?}: {peak_dbtp} dBTP");
        let expected = (frames as f64 * f64::from(spec.sample_rate) / f64::from(RATE_HZ)).round();
        assert_eq!(channels[0].len(), expected as usize);

        assert_eq!(file["file"], "song.wav");
        assert_eq!(file["output"], "out.wav");
        assert!((number(&file["after"]["integrated_lufs"]) - lufs).abs() <= 0.02);
        assert!((number(&file["after"]["true_peak_dbtp"]) - peak_dbtp).abs() <= 0.02);
        assert_eq!(number(&file["target"]["lufs"]), goal_lufs);
        assert_eq!(file["target"]["reached"], true);
        assert!(file["target"]["stopped_by"].is_null());
        for key in [
            "max_gain_reduction_db",
            "p95_gain_reduction_db",
            "mean_gain_reduction_db",
        ] {
            assert!(number(&file["limiter"][key]) >= 0.0);
        }
        assert!(
            file["reasons"]
                .as_array()
                .is_some_and(|reasons| !reasons.is_empty())
        );
        assert!(number(&file["render_s"]) > 0.0 && number(&file["times_real_time"]) > 0.0);
    }
}

#[test]
fn a_goal_that_would_crush_is_stopped_short_and_force_goes_there() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 6.0);
    let common = [
        "master",
        "song.wav",
        "-o",
        "out.wav",
        "--force",
        "--target-lufs",
        "-6",
    ];
    let report = json(&folder, &common, 0);
    let file = &report["files"][0];
    assert_eq!(file["target"]["reached"], false);
    assert!(
        file["target"]["stopped_by"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    let stopped_lufs = loudness_lufs(&folder.path().join("out.wav"));
    assert!((number(&file["target"]["reached_lufs"]) - stopped_lufs).abs() <= 0.02);
    assert!(number(&file["limiter"]["p95_gain_reduction_db"]) <= 6.0);

    json(&folder, &[&common[..], &["--force-loudness"]].concat(), 0);
    let forced_lufs = loudness_lufs(&folder.path().join("out.wav"));
    assert!(
        forced_lufs > stopped_lufs + 0.5,
        "{stopped_lufs} -> {forced_lufs}"
    );
    assert!(true_peak_dbtp(&folder.path().join("out.wav")) <= -1.0);
}

#[test]
fn auto_never_lowers_and_keep_keeps() {
    let folder = folder();
    write_wav(
        &folder,
        "loud.wav",
        spec(2, 24),
        5 * RATE_HZ as usize,
        |s, c| (3.0 * song(s, c)).clamp(-0.8, 0.8),
    );
    let before_lufs = loudness_lufs(&folder.path().join("loud.wav"));
    assert!(before_lufs > -13.0);
    for how in ["auto", "keep"] {
        let arguments = [
            "master",
            "loud.wav",
            "-o",
            "out.wav",
            "--force",
            "--loudness",
            how,
        ];
        json(&folder, &arguments, 0);
        let lufs = loudness_lufs(&folder.path().join("out.wav"));
        assert!(
            (lufs - before_lufs).abs() <= 0.1,
            "{how}: {before_lufs} -> {lufs}"
        );
    }
}

#[test]
fn off_changes_nothing_and_dithers_nothing_that_fits() {
    let folder = folder();
    let input = write_wav(&folder, "song.wav", spec(2, 16), 50_001, song);
    for (depth, bits) in [("16", 16), ("24", 24), ("32f", 32)] {
        let arguments = [
            "master",
            "song.wav",
            "-o",
            "out.wav",
            "--force",
            "--loudness",
            "off",
        ];
        json(
            &folder,
            &[&arguments[..], &["--bit-depth", depth]].concat(),
            0,
        );
        let (spec, samples) = read_wav(&folder.path().join("out.wav"));
        assert_eq!(spec.bits_per_sample, bits);
        assert!(samples == read_wav(&input).1, "{depth}: samples changed");
    }
}

#[test]
fn mono_stays_mono_and_is_measured_on_both_loudspeakers() {
    let folder = folder();
    write_wav(
        &folder,
        "mono.wav",
        spec(1, 24),
        4 * RATE_HZ as usize + 3,
        song,
    );
    let report = json(&folder, &["master", "mono.wav", "--target-lufs", "-15"], 0);
    assert_eq!(report["files"][0]["output"], "mono.master.wav");
    let output = folder.path().join("mono.master.wav");
    let (spec, channels) = read_wav(&output);
    assert_eq!(
        (spec.channels, channels[0].len()),
        (1, 4 * RATE_HZ as usize + 3)
    );
    assert!((loudness_lufs(&output) - -15.0).abs() <= 0.1);
}

#[test]
fn settings_are_a_preset_and_the_same_work_gives_the_same_file() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 4.0);
    let flags = [
        "--character",
        "dense",
        "--release-ms",
        "90",
        "--bit-depth",
        "16",
    ];
    let first = ["master", "song.wav", "-o", "a.wav", "--target-lufs", "-13"];
    let report = json(&folder, &[&first[..], &flags].concat(), 0);
    let settings = report["files"][0]["settings"].to_string();
    std::fs::write(folder.path().join("preset.json"), settings).expect("a preset");
    std::fs::write(folder.path().join("report.json"), report.to_string()).expect("a report");
    for preset in ["preset.json", "report.json"] {
        let again = [
            "master",
            "song.wav",
            "-o",
            "b.wav",
            "--preset",
            preset,
            "--bit-depth",
            "16",
            "--force",
        ];
        json(&folder, &again, 0);
        let bytes = |name| std::fs::read(folder.path().join(name)).expect("a file");
        assert!(
            bytes("a.wav") == bytes("b.wav"),
            "{preset} does not reproduce the master"
        );
    }
}

#[test]
fn every_format_is_read_to_the_frame() {
    let folder = folder();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    // Half a second and one frame of two tones, encoded by FFmpeg.
    for name in [
        "tone.aiff",
        "tone.alac.m4a",
        "tone.aac.m4a",
        "tone.mp3",
        "tone.ogg",
    ] {
        let input = data.join(name);
        let input = input.to_str().expect("a path");
        let arguments = [
            "master",
            input,
            "-o",
            "out.wav",
            "--loudness",
            "off",
            "--bit-depth",
            "32f",
            "--force",
        ];
        json(&folder, &arguments, 0);
        let (_, channels) = read_wav(&folder.path().join("out.wav"));
        assert_eq!(channels[0].len(), 22_051, "{name}");
        // In place: against the formula the tones were made of.
        let error: f64 = (2000..20_000)
            .map(|n| {
                let t = n as f64 / 44_100.0;
                (channels[1][n] - 0.3 * libm::sin(TAU * 660.0 * t + 1.0)).powi(2)
            })
            .sum();
        let rms = (error / 18_000.0).sqrt();
        assert!(rms < 0.03, "{name}: {rms}");
    }
}

#[test]
fn wav_of_every_kind_is_read() {
    let folder = folder();
    let frames = 3000;
    let value = |n: usize| 0.5 * libm::sin(n as f64 * 0.05);
    let container = |tag: u16, bits: u16, extensible: bool, rf64: bool, data: &[u8]| {
        let mut fmt = Vec::new();
        let plain_tag = if extensible { 0xFFFE } else { tag };
        for word in [plain_tag, 1] {
            fmt.extend_from_slice(&word.to_le_bytes());
        }
        fmt.extend_from_slice(&RATE_HZ.to_le_bytes());
        fmt.extend_from_slice(&(RATE_HZ * u32::from(bits / 8)).to_le_bytes());
        fmt.extend_from_slice(&(bits / 8).to_le_bytes());
        fmt.extend_from_slice(&bits.to_le_bytes());
        if extensible {
            fmt.extend_from_slice(&22_u16.to_le_bytes());
            fmt.extend_from_slice(&bits.to_le_bytes());
            fmt.extend_from_slice(&4_u32.to_le_bytes());
            fmt.extend_from_slice(&tag.to_le_bytes());
            fmt.extend_from_slice(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        }
        let mut file = Vec::new();
        file.extend_from_slice(if rf64 { b"RF64" } else { b"RIFF" });
        file.extend_from_slice(&u32::MAX.to_le_bytes());
        file.extend_from_slice(b"WAVE");
        if rf64 {
            file.extend_from_slice(b"ds64");
            file.extend_from_slice(&28_u32.to_le_bytes());
            file.extend_from_slice(&0_u64.to_le_bytes());
            file.extend_from_slice(&(data.len() as u64).to_le_bytes());
            file.extend_from_slice(&[0; 12]);
        }
        // An odd chunk in between, with its padding byte.
        file.extend_from_slice(b"junk\x03\0\0\0abc\0");
        file.extend_from_slice(b"fmt ");
        file.extend_from_slice(&(fmt.len() as u32).to_le_bytes());
        file.extend_from_slice(&fmt);
        file.extend_from_slice(b"data");
        let length = if rf64 { u32::MAX } else { data.len() as u32 };
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(data);
        // What follows the sound is none.
        file.extend_from_slice(b"LIST\x04\0\0\0INFO");
        file
    };
    let bytes =
        |f: &dyn Fn(f64) -> Vec<u8>| -> Vec<u8> { (0..frames).flat_map(|n| f(value(n))).collect() };
    let u8s = bytes(&|x| vec![(x * 128.0 + 128.0).round() as u8]);
    let i16s = bytes(&|x| ((x * 32_768.0).round() as i16).to_le_bytes().to_vec());
    let i24s = bytes(&|x| ((x * 8_388_608.0).round() as i32).to_le_bytes()[..3].to_vec());
    let i32s = bytes(&|x| {
        ((x * 2_147_483_648.0).round() as i32)
            .to_le_bytes()
            .to_vec()
    });
    let f32s = bytes(&|x| (x as f32).to_le_bytes().to_vec());
    let f64s = bytes(&|x| x.to_le_bytes().to_vec());
    for (tag, bits, data, tolerance) in [
        (1, 8, &u8s, 0.005),
        (1, 16, &i16s, 2e-5),
        (1, 24, &i24s, 1e-7),
        (1, 32, &i32s, 1e-7),
        (3, 32, &f32s, 1e-7),
        (3, 64, &f64s, 1e-7),
    ] {
        for (extensible, rf64) in [(false, false), (true, false), (true, true)] {
            // The name does not matter, the content decides.
            let file = container(tag, bits, extensible, rf64, data);
            std::fs::write(folder.path().join("in.mp3"), file).expect("a file");
            let arguments = [
                "master",
                "in.mp3",
                "-o",
                "out.wav",
                "--loudness",
                "off",
                "--bit-depth",
                "32f",
                "--force",
            ];
            json(&folder, &arguments, 0);
            let (_, channels) = read_wav(&folder.path().join("out.wav"));
            assert_eq!(
                channels[0].len(),
                frames,
                "{tag} {bits} {extensible} {rf64}"
            );
            for (n, sample) in channels[0].iter().enumerate() {
                assert!((sample - value(n)).abs() <= tolerance, "{tag} {bits}: {n}");
            }
        }
    }
}

#[test]
fn flac_holds_the_same_samples_as_wav() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 3.0);
    for depth in ["16", "24"] {
        let common = ["--target-lufs", "-14", "--bit-depth", depth, "--force"];
        json(
            &folder,
            &[&["master", "song.wav", "-o", "a.wav"], &common[..]].concat(),
            0,
        );
        json(
            &folder,
            &[&["master", "song.wav", "-o", "b.flac"], &common[..]].concat(),
            0,
        );
        let back = [
            "master",
            "b.flac",
            "-o",
            "c.wav",
            "--loudness",
            "off",
            "--bit-depth",
            depth,
            "--force",
        ];
        json(&folder, &back, 0);
        let samples = |name| read_wav(&folder.path().join(name)).1;
        assert!(samples("a.wav") == samples("c.wav"), "{depth}");
    }
}

#[cfg(feature = "mp3")]
#[test]
fn an_mp3_lies_beside_the_master_with_the_same_length() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 3.0);
    let report = json(
        &folder,
        &["master", "song.wav", "-o", "out.wav", "--mp3"],
        0,
    );
    assert_eq!(report["files"][0]["mp3"], "out.mp3");
    let back = [
        "master",
        "out.mp3",
        "-o",
        "back.wav",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
    ];
    json(&folder, &back, 0);
    let samples = |name| read_wav(&folder.path().join(name)).1;
    let (master, mp3) = (samples("out.wav"), samples("back.wav"));
    assert_eq!(master[0].len(), mp3[0].len());
    // At the same place: a shift by a single frame fits worse.
    let residue = |shift: usize, first: &[f64], second: &[f64]| -> f64 {
        let pairs = first.iter().zip(&second[shift..]);
        pairs.map(|(a, b)| (a - b).powi(2)).sum()
    };
    let here = residue(0, &master[0], &mp3[0]);
    assert!(here < 0.5 * residue(1, &master[0], &mp3[0]));
    assert!(here < 0.5 * residue(1, &mp3[0], &master[0]));
}

#[test]
fn tags_are_kept() {
    use lofty::file::TaggedFileExt;
    use lofty::tag::{Accessor, Tag, TagExt, TagType};
    let folder = folder();
    let input = write_song(&folder, "song.wav", 2, 2.0);
    let mut tag = Tag::new(TagType::Id3v2);
    tag.set_title("Düne".to_owned());
    tag.set_artist("Finalcoat".to_owned());
    tag.set_album("Proof".to_owned());
    tag.set_genre("Test".to_owned());
    tag.set_track(3);
    tag.set_comment("kept".to_owned());
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
    let picture = lofty::picture::Picture::unchecked(png.to_vec())
        .pic_type(lofty::picture::PictureType::CoverFront)
        .mime_type(lofty::picture::MimeType::Png)
        .build();
    tag.push_picture(picture);
    tag.save_to_path(&input, lofty::config::WriteOptions::default())
        .expect("tagged");
    let mut arguments = vec!["master", "song.wav", "--force"];
    if cfg!(feature = "mp3") {
        arguments.push("--mp3");
    }
    let mut made = vec!["song.master.wav", "song.master.flac"];
    json(&folder, &arguments, 0);
    if cfg!(feature = "mp3") {
        made.push("song.master.mp3");
    }
    json(&folder, &["master", "song.wav", "--format", "flac"], 0);
    for name in made {
        let file = lofty::read_from_path(folder.path().join(name)).expect("a tagged file");
        let tag = file
            .primary_tag()
            .or_else(|| file.first_tag())
            .expect("a tag");
        assert_eq!(tag.title().as_deref(), Some("Düne"), "{name}");
        assert_eq!(tag.artist().as_deref(), Some("Finalcoat"), "{name}");
        assert_eq!(tag.album().as_deref(), Some("Proof"), "{name}");
        assert_eq!(tag.genre().as_deref(), Some("Test"), "{name}");
        assert_eq!(tag.comment().as_deref(), Some("kept"), "{name}");
        assert_eq!(tag.track(), Some(3), "{name}");
        assert_eq!(tag.pictures().len(), 1, "{name}");
        assert_eq!(tag.pictures()[0].data(), png, "{name}");
    }
}
