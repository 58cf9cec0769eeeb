//! The command line as a user runs it, where it listens and judges: check, compare, the assistant's flags,
//! the page.

#[path = "support/cli.rs"]
mod cli;

use cli::*;
use serde_json::Value;
use tempfile::TempDir;

fn is_wrong_usage(folder: &TempDir, arguments: &[&str], part: &str) {
    let before = names(folder.path());
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(
        said.contains(part),
        "{arguments:?}: {said:?} lacks {part:?}"
    );
    assert_eq!(names(folder.path()), before);
}

#[test]
fn check_says_all_that_scripts_rely_on() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 8.0);
    let report = json(&folder, &["check", "song.wav", "--mix-state", "locked"], 0);
    let file = &report["files"][0];
    assert_eq!(file["file"], "song.wav");
    assert!(number(&file["integrated_lufs"]) < 0.0);
    for key in [
        "style",
        "tone_deviation_db",
        "translation",
        "verdict",
        "findings",
    ] {
        assert!(file.get(key).is_some(), "{key}: {file}");
    }
    let verdict = &file["verdict"];
    let kind = verdict["kind"].as_str().expect("a kind");
    assert!(["master", "stems", "mix", "done"].contains(&kind));
    for key in ["confidence", "summary", "if_open", "if_locked"] {
        assert!(verdict.get(key).is_some(), "{key}");
    }
    let text = run(&folder, &["check", "song.wav"]);
    assert_eq!(text.status.code(), Some(0));
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("Verdict"), "{text}");
    assert!(
        run(&folder, &["check", "song.wav", "--quiet"])
            .stdout
            .is_empty()
    );
}

/// Names of fields that hold numbers, whose end is no unit.
fn without_unit(name: &str, value: &Value, found: &mut Vec<String>) {
    const UNITS: [&str; 11] = [
        "_db", "_dbtp", "_dbfs", "_lufs", "_lu", "_hz", "_s", "_pct", "_bpm", "_per_s", "sds",
    ];
    // Ratios and shares, 0 to 1 or −1 to 1.
    const PLAIN: [&str; 11] = [
        "confidence",
        "correlation",
        "correlation_p10",
        "percussiveness",
        "tempo_strength",
        "energy",
        "active",
        "occupancy",
        "q",
        "lossy_confidence",
        "weight",
    ];
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| without_unit(name, value, found)),
        Value::Array(values) => values
            .iter()
            .for_each(|value| without_unit(name, value, found)),
        Value::Number(_) => {
            let ends = |unit: &&str| name.ends_with(*unit);
            if !UNITS.iter().any(ends) && !PLAIN.contains(&name) {
                found.push(name.to_owned());
            }
        }
        _ => {}
    }
}

#[test]
fn check_gives_the_report_that_it_judges_by() {
    let folder = folder();
    // Mono, and at a rate that holds no more than 11 kHz.
    let low_rate = hound::WavSpec {
        sample_rate: 22_050,
        ..spec(1, 24)
    };
    write_wav(&folder, "song.wav", low_rate, 12 * 22_050, song);
    write_song(&folder, "short.wav", 2, 1.0);
    let checked = json(&folder, &["check", "song.wav", "short.wav"], 0);
    let file = &checked["files"][0];
    let report = &file["report"];
    for key in [
        "heard",
        "loudness",
        "tone",
        "dynamics",
        "rhythm",
        "stereo",
        "low_end",
        "resonances",
        "sibilance",
        "elements",
        "faults",
        "translation",
    ] {
        assert!(!report[key].is_null(), "{key}: {report}");
    }
    let mut unnamed = Vec::new();
    without_unit("report", report, &mut unnamed);
    assert!(unnamed.is_empty(), "{unnamed:?}");
    assert!(report.to_string().len() < 8000, "{report}");

    // What is told twice is the same.
    let loudness = |of: &Value| number(&of["integrated_lufs"]);
    assert!((loudness(&report["loudness"]) - loudness(file)).abs() < 0.02);
    assert_eq!(report["translation"], file["translation"]);
    // Each band has its place, and what is not there is null: bands above the rate, the sides of mono.
    let tone = &report["tone"];
    let third = |name: &str, at: usize| tone[name][at].clone();
    assert_eq!(number(&third("center_hz", 17)), 1000.0);
    assert!(number(&third("level_db", 17)).abs() < 60.0);
    assert!(third("level_db", 30).is_null() && third("side_db", 17).is_null());
    let edges: Vec<f64> = (0..4)
        .map(|band| number(&report["stereo"]["bands"][band]["to_hz"]))
        .collect();
    assert_eq!(edges, [150.0, 500.0, 4000.0, 20_000.0]);
    assert_eq!(number(&report["dynamics"]["bands"][1]["from_hz"]), 110.0);
    assert!(checked["files"][1]["report"].is_null());

    // The master's `report` is the path of its page.
    let mastered = json(&folder, &["master", "song.wav"], 0);
    assert!(mastered["files"][0].get("report").is_none());
}

#[test]
fn check_of_nothing_says_so_and_a_batch_goes_on() {
    let folder = folder();
    write_wav(
        &folder,
        "silent.wav",
        spec(2, 16),
        4 * RATE_HZ as usize,
        |_, _| 0.0,
    );
    std::fs::write(folder.path().join("text.wav"), "no sound").expect("written");
    write_song(&folder, "short.wav", 2, 1.0);
    let report = json(
        &folder,
        &["check", "silent.wav", "text.wav", "short.wav"],
        1,
    );
    let files = report["files"].as_array().expect("files");
    assert_eq!(files[0]["verdict"]["kind"], "mix");
    assert_eq!(files[0]["findings"][0]["kind"], "silence");
    assert!(files[1]["error"].is_string());
    assert!(files[2]["error"].is_null());
    assert!(files[2]["verdict"].is_object());
}

#[test]
fn what_makes_no_sense_together_is_wrong_usage() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 4.0);
    for (arguments, part) in [
        (
            &["master", "song.wav", "--intensity", "101"][..],
            "0 to 100",
        ),
        (&["master", "song.wav", "--intensity", "-1"], "0 to 100"),
        (&["master", "song.wav", "--style", "polka"], "polka"),
        (&["check", "song.wav", "--style", "polka"], "auto"),
        (&["master", "song.wav", "--mix-state", "ajar"], "locked"),
        (&["check", "song.wav", "--mix-state", "ajar"], "locked"),
        (
            &["master", "song.wav", "--reference", "none.wav"],
            "none.wav",
        ),
        (
            &["master", "song.wav", "--reference-weights", "tone=1"],
            "--reference",
        ),
        (
            &[
                "master",
                "song.wav",
                "--reference",
                "song.wav",
                "--reference-weights",
                "tune=1",
            ],
            "tune",
        ),
        (
            &[
                "master",
                "song.wav",
                "--reference",
                "song.wav",
                "--reference-weights",
                "tone=2",
            ],
            "0 to 1",
        ),
        (
            &[
                "master",
                "song.wav",
                "--preset",
                "Warm tape",
                "--style",
                "auto",
            ],
            "--style",
        ),
        (
            &[
                "master",
                "song.wav",
                "--preset",
                "Warm tape",
                "--intensity",
                "20",
            ],
            "--intensity",
        ),
        (
            &[
                "master",
                "song.wav",
                "--preset",
                "Warm tape",
                "--reference",
                "song.wav",
            ],
            "--reference",
        ),
        (&["compare", "song.wav"], "<B>"),
    ] {
        is_wrong_usage(&folder, arguments, part);
    }
}

#[test]
fn at_no_intensity_the_song_is_only_as_loud_as_asked() {
    let folder = folder();
    let song = write_song(&folder, "song.wav", 2, 8.0);
    json(
        &folder,
        &[
            "master",
            "song.wav",
            "--intensity",
            "0",
            "--loudness",
            "off",
            "--bit-depth",
            "24",
        ],
        0,
    );
    let (_, before) = read_wav(&song);
    let (_, after) = read_wav(&folder.path().join("song.master.wav"));
    assert!(before == after, "it is not the song, bit for bit");
}

#[test]
fn the_report_lies_beside_the_master_and_overwrites_nothing() {
    let folder = folder();
    write_song(&folder, "song & <b>.wav", 2, 8.0);
    let arguments = ["master", "song & <b>.wav", "--report"];
    let report = json(&folder, &arguments, 0);
    assert_eq!(
        report["files"][0]["report"],
        "song & <b>.master.report.html"
    );
    let page = std::fs::read(folder.path().join("song & <b>.master.report.html")).expect("a page");
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let page = String::from_utf8(page).expect("text");
    assert!(page.contains("<h1>song &amp; &lt;b&gt;.wav</h1>"));
    assert!(!page.contains("http"), "it asks for something outside");
    for reason in report["files"][0]["reasons"].as_array().expect("reasons") {
        let text = reason["text"].as_str().expect("a text");
        let tail = text.split_once(' ').expect("words").1;
        let escaped = tail.replace('&', "&amp;").replace('\'', "&#39;");
        assert!(page.contains(&escaped), "{text}");
    }
    #[cfg(feature = "mp3")]
    assert!(page.contains("id=\"sound-after\" data-mime=\"audio/mpeg\">"));

    // A page in the way stops the work before a master is made.
    let master = folder.path().join("song & <b>.master.wav");
    std::fs::remove_file(&master).expect("removed");
    fails(&folder, &arguments, &["report.html", "--force"]);
    assert!(!master.exists());
    json(
        &folder,
        &["master", "song & <b>.wav", "--report", "--force"],
        0,
    );
}

/// The difference of two files that hold the same 8 s.
fn difference(folder: &TempDir, a: &str, b: &str) -> Value {
    let report = json(folder, &["compare", a, b], 0);
    assert_eq!(report["files"][0]["file"], a);
    assert_eq!(report["files"][1]["file"], b);
    report["difference"].clone()
}

#[test]
fn compare_finds_delay_gain_and_polarity_and_what_remains() {
    let folder = folder();
    write_song(&folder, "a.wav", 2, 8.0);
    let same = difference(&folder, "a.wav", "a.wav");
    assert_eq!(number(&same["null_residue_db"]), -200.0);
    assert_eq!(number(&same["tone_distance_db"]), 0.0);
    assert_eq!(same["delay_frames"], 0);

    // Later by 1234 frames, half as loud, upside down.
    let frames = 8 * RATE_HZ as usize;
    let later = 1234.0 / f64::from(RATE_HZ);
    write_wav(&folder, "b.wav", spec(2, 32), frames, |s, channel| {
        if s < later {
            0.0
        } else {
            -0.5 * song(s - later, channel)
        }
    });
    let found = difference(&folder, "a.wav", "b.wav");
    assert_eq!(found["delay_frames"], 1234);
    assert_eq!(found["polarity_inverted"], true);
    let lu = number(&found["loudness_difference_lu"]);
    assert!((lu + 6.02).abs() < 0.05, "{lu}");
    let residue = number(&found["null_residue_db"]);
    assert!(residue < -45.0, "{residue}");

    // Other music: no residue is made up.
    write_wav(&folder, "c.wav", spec(2, 24), frames, |s, _| {
        0.3 * libm::sin(s * s * 3000.0)
    });
    let other = difference(&folder, "a.wav", "c.wav");
    assert_eq!(other["aligned"], false);
    assert!(other["null_residue_db"].is_null());
    assert!(number(&other["tone_distance_db"]) > 3.0);
}

#[test]
fn compare_does_not_take_turned_lows_for_a_delay_or_for_polarity() {
    let folder = folder();
    let frames = 8 * RATE_HZ as usize;
    write_wav(&folder, "a.wav", spec(2, 24), frames, |s, channel| {
        // A strong bass that glides: the mono bass of the preset turns it over.
        let turns = 70.0 * s + 6.0 * libm::sin(2.1 * s);
        0.4 * song(s, channel) + 0.3 * libm::sin(std::f64::consts::TAU * turns)
    });
    let preset = [
        "master",
        "a.wav",
        "--preset",
        "Tight low end",
        "--loudness",
        "off",
    ];
    json(&folder, &preset, 0);
    let found = difference(&folder, "a.wav", "a.master.wav");
    assert_eq!(found["aligned"], true);
    assert_eq!(found["delay_frames"], 0, "{found}");
    assert_eq!(found["polarity_inverted"], false, "{found}");
    assert!(number(&found["alignment"]) > 0.9, "{found}");
}

#[test]
fn compare_brings_b_to_the_rate_of_a() {
    let folder = folder();
    // Faded in and out: what rings at a hard edge is no fault of the conversion.
    write_wav(
        &folder,
        "a.wav",
        spec(2, 32),
        8 * RATE_HZ as usize,
        |s, channel| {
            let fade = libm::sin(std::f64::consts::PI * s / 8.0);
            let hz = 440.0 * f64::from(channel + 1) + 900.0 * s;
            0.4 * fade * fade * libm::sin(std::f64::consts::TAU * hz * s)
        },
    );
    let report = json(
        &folder,
        &[
            "master",
            "a.wav",
            "-o",
            "b.wav",
            "--sample-rate",
            "96000",
            "--loudness",
            "off",
            "--intensity",
            "0",
        ],
        0,
    );
    assert_eq!(report["files"][0]["after"]["sample_rate_hz"], 96_000);
    let found = difference(&folder, "a.wav", "b.wav");
    assert_eq!(found["delay_frames"], 0);
    let residue = number(&found["null_residue_db"]);
    // Meters at two rates agree to 0.01 LU, which leaves this much of an equal signal.
    assert!(residue < -58.0, "{residue}");
    let notes = found["notes"].to_string();
    assert!(notes.contains("96000"), "{notes}");
}

#[test]
fn compare_says_which_file_fails() {
    let folder = folder();
    write_song(&folder, "a.wav", 2, 4.0);
    let report = json(&folder, &["compare", "a.wav", "none.wav"], 1);
    assert!(report["files"][0]["error"].is_null());
    let error = report["files"][1]["error"].as_str().expect("an error");
    assert!(error.contains("no such file"), "{error}");
    assert!(report.get("difference").is_none());
}
