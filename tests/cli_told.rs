//! What the command line says of a song is what it does: limiter, style, moves, loudness, references, bands.

#[path = "support/cli.rs"]
mod cli;

use cli::*;
use serde_json::Value;
use tempfile::TempDir;

/// A song with the right side too low and an offset in it.
fn write_lopsided(folder: &TempDir, name: &str, seconds: f64) {
    let frames = (seconds * f64::from(RATE_HZ)) as usize;
    write_wav(folder, name, spec(2, 24), frames, |s, channel| {
        0.02 + song(s, channel) * if channel == 0 { 1.0 } else { 0.4 }
    });
}

#[test]
fn a_finding_says_all_that_scripts_rely_on() {
    let folder = folder();
    write_lopsided(&folder, "song.wav", 8.0);
    let report = json(&folder, &["check", "song.wav"], 0);
    let findings = report["files"][0]["findings"].as_array().expect("findings");
    let kinds: Vec<_> = findings.iter().map(|one| &one["kind"]).collect();
    assert!(kinds.iter().any(|kind| *kind == "one_sided"), "{kinds:?}");
    assert!(kinds.iter().any(|kind| *kind == "dc_offset"), "{kinds:?}");
    for finding in findings {
        for key in [
            "kind", "severity", "value", "unit", "where", "text", "advice", "fix",
        ] {
            assert!(finding.get(key).is_some(), "{key}: {finding}");
        }
        for key in ["stereo", "stems", "better"] {
            assert!(finding["fix"].get(key).is_some(), "{key}: {finding}");
        }
    }
}

fn text(folder: &TempDir, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// As it stands in a sentence, however lines are broken.
fn unbroken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn reasons(file: &Value) -> Vec<(String, String)> {
    let part = |reason: &Value, key| reason[key].as_str().expect("a text").to_owned();
    let reasons = file["reasons"].as_array().expect("reasons");
    reasons
        .iter()
        .map(|reason| (part(reason, "stage"), part(reason, "text")))
        .collect()
}

#[test]
fn the_limiter_that_is_asked_for_is_used() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 5.0);
    let master = |flags: &[&str]| {
        let arguments = ["master", "song.wav", "--target-lufs", "-12", "--force"];
        let report = json(&folder, &[&arguments, flags].concat(), 0);
        report["files"][0].clone()
    };
    let free = master(&[]);
    for character in ["transparent", "punchy", "dense"] {
        let file = master(&["--character", character, "--release-ms", "50"]);
        let loudness = &file["settings"]["loudness"];
        assert_eq!(loudness["character"], character, "{loudness}");
        assert_eq!(number(&loudness["release_ms"]), 50.0);
        let said = reasons(&file);
        assert!(
            said.iter()
                .any(|(_, text)| text.contains("release of 50 ms")),
            "{said:?}"
        );
        let own = format!("the {character} limiter");
        let rehearsed = said.iter().filter(|(_, text)| text.contains("lost least"));
        for (_, text) in rehearsed {
            assert!(text.contains(&own), "{text}");
        }
    }
    assert_ne!(number(&free["settings"]["loudness"]["release_ms"]), 50.0);
    let help = text(&folder, &["master", "--help"]);
    assert_eq!(
        help.matches("[default: chosen for the song]").count(),
        2,
        "{help}"
    );
}

#[test]
fn a_style_that_is_chosen_is_told_as_chosen_and_a_far_one_is_not_told() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 5.0);
    let report = json(&folder, &["check", "song.wav", "--style", "JAZZ"], 0);
    let style = &report["files"][0]["style"];
    assert_eq!(
        (&style["name"], &style["chosen"]),
        (&Value::from("jazz"), &Value::from(true))
    );
    assert_ne!(style["next"], "jazz");
    let said = text(&folder, &["check", "song.wav", "--style", "jazz"]);
    assert!(
        said.contains("measured against jazz") && !said.contains("closest"),
        "{said}"
    );
    let said = text(&folder, &["master", "song.wav", "--style", "jazz"]);
    assert!(
        said.contains("measured against jazz") && !said.contains("closest"),
        "{said}"
    );

    // A steady whistle with nothing around it.
    let frames = 12 * RATE_HZ as usize;
    write_wav(&folder, "whistle.wav", spec(2, 24), frames, |s, _| {
        0.3 * libm::sin(s * 12_000.0)
    });
    let report = json(&folder, &["check", "whistle.wav"], 0);
    let style = &report["files"][0]["style"];
    assert_eq!(style["chosen"], false);
    assert!(number(&style["confidence"]) < 0.25, "{style}");
    let said = text(&folder, &["check", "whistle.wav"]);
    assert!(
        said.contains("near no style") && !said.contains("closest"),
        "{said}"
    );
}

#[test]
fn what_is_said_of_moves_is_true_at_the_intensity_in_effect() {
    let folder = folder();
    write_lopsided(&folder, "song.wav", 6.0);
    let said_at = |flags: &[&str]| {
        let arguments = ["master", "song.wav", "--style", "classical", "--force"];
        reasons(&json(&folder, &[&arguments, flags].concat(), 0)["files"][0])
    };
    let shapes = |said: &[(String, String)]| {
        let others = ["intensity", "loudness", "delivery"];
        said.iter()
            .filter(|(stage, _)| !others.contains(&stage.as_str()))
            .count()
    };
    let whole = said_at(&["--intensity", "100"]);
    assert!(shapes(&whole) > 0, "{whole:?}");
    assert!(
        whole.iter().all(|(stage, _)| stage != "intensity"),
        "{whole:?}"
    );
    let half = said_at(&[]);
    assert_eq!(half[0].0, "intensity");
    assert!(half[0].1.contains("50 % of it is in effect"), "{half:?}");
    assert!(shapes(&half) > 0);
    let none = said_at(&["--intensity", "0"]);
    assert_eq!(shapes(&none), 0, "{none:?}");
    assert!(none.iter().all(|(stage, _)| stage != "intensity"));
    assert!(none.iter().any(|(stage, _)| stage == "loudness"));
    let quiet = said_at(&["--intensity", "50", "--loudness", "off"]);
    assert!(
        quiet.iter().all(|(stage, _)| stage != "loudness"),
        "{quiet:?}"
    );
    let nothing = said_at(&["--intensity", "0", "--loudness", "off"]);
    assert!(nothing.is_empty(), "{nothing:?}");
}

#[test]
fn master_says_verdict_style_findings_and_why_this_loudness() {
    let folder = folder();
    write_lopsided(&folder, "song.wav", 12.0);
    let arguments = [
        "master",
        "song.wav",
        "--style",
        "electronic",
        "--report",
        "--force",
    ];
    let file = &json(&folder, &arguments, 0)["files"][0];
    let said = unbroken(&text(&folder, &arguments));
    let page =
        std::fs::read_to_string(folder.path().join("song.master.report.html")).expect("a page");
    let summary = file["verdict"]["summary"].as_str().expect("a summary");
    assert!(
        said.contains("Verdict") && said.contains(&unbroken(summary)),
        "{said}"
    );
    assert!(said.contains("measured against electronic"));
    let findings = file["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    for finding in findings {
        assert!(
            said.contains(&unbroken(finding["text"].as_str().expect("a text"))),
            "{said}"
        );
    }
    // Its peaks stand so high that the cost of loudness lowers the goal.
    let goal_lufs = number(&file["target"]["lufs"]);
    assert_eq!(number(&file["cost"]["knee_lufs"]), goal_lufs);
    let notes = file["notes"].as_array().expect("notes");
    let why = notes
        .iter()
        .filter_map(Value::as_str)
        .find(|note| note.contains("costs this song more"));
    let why = why.unwrap_or_else(|| panic!("{notes:?}"));
    assert!(
        why.contains(&format!("the goal is {goal_lufs:.1} LUFS")),
        "{why}"
    );
    assert!(said.contains(why) && page.contains(why));
}

#[test]
fn a_reference_is_named_where_it_is_meant_or_at_fault() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 5.0);
    write_lopsided(&folder, "other.wav", 27.0);
    write_lopsided(&folder, "little.wav", 9.0);
    write_song(&folder, "short.wav", 2, 1.0);
    std::fs::write(folder.path().join("text.wav"), "no sound").expect("written");
    for broken in ["text.wav", "short.wav"] {
        let part = format!("the reference {broken} cannot be used: ");
        fails(
            &folder,
            &["master", "song.wav", "--reference", broken],
            &[&part],
        );
    }
    let page = |reference: &str, flags: &[&str]| {
        let arguments = [
            "master",
            "song.wav",
            "--report",
            "--reference",
            reference,
            "--force",
        ];
        let said = text(&folder, &[&arguments, flags].concat());
        let page = folder.path().join("song.master.report.html");
        (said, std::fs::read_to_string(page).expect("a page"))
    };
    let (said, whole) = page("other.wav", &[]);
    assert!(said.contains("measured against your reference"), "{said}");
    assert!(whole.contains("your reference, \u{b1} one deviation"));
    // Where the tone is not the reference's, it is not called so.
    let loudness = "tone=0,dynamics=0,width=0";
    let flags = ["--reference-weights", loudness, "--style", "rock"];
    let (said, other) = page("other.wav", &flags);
    assert!(other.contains("usual for rock, \u{b1} one deviation"));
    assert!(!unbroken(&said).contains("your reference"), "{said}");
    assert!(
        unbroken(&said).contains("gave as reference carries"),
        "{said}"
    );
    // Nor where too little of it was heard.
    let (said, _) = page("little.wav", &[]);
    assert!(!said.contains("measured against your reference"), "{said}");
    let said = unbroken(&said);
    assert!(
        said.contains("Too little music was heard in your reference"),
        "{said}"
    );
}

#[test]
fn how_far_above_or_below_full_scale_a_mix_lies_does_not_change_its_master() {
    let folder = folder();
    let told = |gain_db: f64, flags: &[&str]| {
        let gain = 10.0_f64.powf(gain_db / 20.0);
        let frames = 12 * RATE_HZ as usize;
        write_wav(&folder, "mix.wav", spec(2, 32), frames, |s, channel| {
            gain * song(s, channel)
        });
        let arguments = ["master", "mix.wav", "--force"];
        json(&folder, &[&arguments[..], flags].concat(), 0)["files"][0].clone()
    };
    let lufs = |file: &Value| number(&file["after"]["integrated_lufs"]);
    for flags in [&[][..], &["--preset", "flat.json", "--loudness", "auto"]] {
        std::fs::write(folder.path().join("flat.json"), r#"{"bypass": false}"#).expect("written");
        let [below, above] = [-12.0, 24.0].map(|gain_db| told(gain_db, flags));
        let (below_lufs, above_lufs) = (lufs(&below), lufs(&above));
        assert!(
            (below_lufs - above_lufs).abs() <= 0.3,
            "{flags:?}: {below_lufs} {above_lufs} {:?} {:?}",
            reasons(&above),
            above["notes"],
        );
        assert!(
            reasons(&above)
                .iter()
                .all(|(_, text)| !text.contains("stays at"))
        );
    }
    // What is asked for is done.
    let kept = told(6.0, &["--loudness", "keep"]);
    let song_lufs = number(&kept["before"]["integrated_lufs"]);
    assert_eq!(number(&kept["target"]["lufs"]), song_lufs);
}

#[test]
fn too_little_music_is_told_and_judged_alike() {
    let folder = folder();
    write_song(&folder, "short.wav", 2, 2.0);
    let checked = json(&folder, &["check", "short.wav"], 0);
    let arguments = [
        "master",
        "short.wav",
        "--style",
        "rock",
        "--reference",
        "short.wav",
    ];
    let mastered = json(&folder, &arguments, 0);
    let (checked, mastered) = (&checked["files"][0], &mastered["files"][0]);
    assert_eq!(checked["verdict"], mastered["verdict"]);
    let warnings = mastered["warnings"].as_array().expect("warnings");
    let warning = warnings[0].as_str().expect("a warning");
    for part in [
        "Too little music to judge",
        "--style",
        "--reference",
        "-14.0 LUFS",
    ] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    let plain = json(
        &folder,
        &["master", "short.wav", "--force", "--target-lufs", "-15"],
        0,
    );
    let warning = plain["files"][0]["warnings"][0]
        .as_str()
        .expect("a warning");
    assert!(
        !warning.contains("--") && !warning.contains("LUFS."),
        "{warning}"
    );
}

#[test]
fn compare_leaves_out_bands_that_a_file_does_not_hold() {
    let folder = folder();
    let hiss = |s: f64| libm::sin(s * s * 9.0e6) + libm::sin(s * s * 2.3e5);
    let frames = 8 * RATE_HZ as usize;
    write_wav(&folder, "a.wav", spec(2, 32), frames, |s, channel| {
        song(s, channel) + 0.05 * hiss(s)
    });
    let low = hound::WavSpec {
        sample_rate: 8000,
        ..spec(2, 32)
    };
    write_wav(&folder, "low.wav", low, 8 * 8000, song);
    write_wav(&folder, "silent.wav", spec(2, 16), frames, |_, _| 0.0);
    let report = json(&folder, &["compare", "a.wav", "low.wav"], 0);
    let found = &report["difference"];
    let bands = found["tone_db"].as_array().expect("bands");
    let highest_hz = bands
        .iter()
        .map(|band| number(&band["center_hz"]))
        .fold(0.0, f64::max);
    assert_eq!(highest_hz, 4000.0);
    for wide in ["dynamics", "width"] {
        let bands = found[wide].as_array().expect("bands");
        let highest_hz = number(&bands.last().expect("a band")["from_hz"]);
        assert!(bands.len() == 3 && highest_hz < 4000.0, "{bands:?}");
    }
    assert!(number(&found["tone_distance_db"]) < 12.0, "{found}");
    assert!(
        found["notes"].to_string().contains("B holds nothing"),
        "{found}"
    );
    let said = text(&folder, &["compare", "a.wav", "silent.wav"]);
    assert!(
        said.contains("tone distance    -\n") && said.contains("tone             -\n"),
        "{said}"
    );
    assert!(!said.contains("in every band"));
}

/// Paths of numbers with more digits than they mean, or with the sign of what was rounded away.
fn unrounded(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                unrounded(value, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| unrounded(value, path, found)),
        Value::Number(number) => {
            let number = number.as_f64().expect("a number");
            let is_minus_zero = number == 0.0 && number.is_sign_negative();
            if ((number * 1e3).round() / 1e3 - number).abs() > 1e-9 || is_minus_zero {
                found.push(format!("{path} {number}"));
            }
        }
        _ => {}
    }
}

#[test]
fn no_number_has_more_digits_than_it_means() {
    let folder = folder();
    write_lopsided(&folder, "song.wav", 8.0);
    let mut found = Vec::new();
    for arguments in [
        &["master", "song.wav", "--for", "spotify"][..],
        &["check", "song.wav"],
        &["compare", "song.wav", "song.master.wav"],
        &["meter", "song.wav"],
    ] {
        let report = json(&folder, arguments, 0);
        unrounded(&report, arguments[0], &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}
