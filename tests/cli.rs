//! The command line as a user runs it: what it makes of a song, and what it says about it.

#[path = "support/cli.rs"]
mod cli;

use cli::*;
use std::f64::consts::TAU;
use std::path::Path;

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
