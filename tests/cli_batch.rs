//! The command line over many files, and what its report promises about each.

#[path = "support/cli.rs"]
mod cli;

use cli::{RATE_HZ, fails, folder, json, names, number, run, song, spec, write_song, write_wav};
use serde_json::Value;

fn bytes(folder: &tempfile::TempDir, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).expect("a file")
}

/// What is told after the work is what `meter` reads from the file, clipped and dithered as it is.
#[test]
fn after_is_the_file_as_written() {
    let folder = folder();
    write_wav(
        &folder,
        "hot.wav",
        spec(2, 32),
        4 * RATE_HZ as usize,
        |s, c| 6.0 * song(s, c),
    );
    write_wav(
        &folder,
        "faint.wav",
        spec(2, 24),
        4 * RATE_HZ as usize,
        |s, c| 0.0001 * song(s, c),
    );
    for (name, flags) in [
        ("hot.wav", &["--loudness", "off", "--bit-depth", "16"][..]),
        ("faint.wav", &["--loudness", "off", "--bit-depth", "16"]),
        ("hot.wav", &["--target-lufs", "-14"]),
    ] {
        let common = ["master", name, "-o", "out.wav", "--force"];
        let report = json(&folder, &[&common[..], flags].concat(), 0);
        let mut after = report["files"][0]["after"].clone();
        let metered = json(&folder, &["meter", "out.wav"], 0);
        assert_eq!(after, metered["files"][0], "{name} {flags:?}");
        let reached = &report["files"][0]["target"]["reached_lufs"];
        assert_eq!(after["integrated_lufs"].take(), *reached);
        assert_eq!(report["files"][0]["before"]["file"], name);
        let file = report["files"][0].as_object().expect("a file");
        // Of too little music too.
        assert!(file.get("verdict").is_some_and(Value::is_object));
    }
    let metered = json(&folder, &["meter", "out.wav"], 0);
    assert!(number(&metered["files"][0]["true_peak_dbtp"]) <= -1.01);
}

#[test]
fn no_input_of_the_same_run_is_overwritten() {
    let folder = folder();
    for name in ["p.wav", "p.master.wav"] {
        write_song(&folder, name, 2, 2.0);
    }
    let before = bytes(&folder, "p.master.wav");
    let arguments = ["master", "p.wav", "p.master.wav", "--force"];
    fails(&folder, &arguments, &["p.master.wav", "another input"]);
    assert!(bytes(&folder, "p.master.wav") == before);
    if cfg!(feature = "mp3") {
        std::fs::copy(folder.path().join("p.wav"), folder.path().join("q.mp3")).expect("a copy");
        let before = bytes(&folder, "q.mp3");
        std::fs::rename(
            folder.path().join("q.mp3"),
            folder.path().join("p.master.mp3"),
        )
        .expect("renamed");
        let arguments = ["master", "p.wav", "p.master.mp3", "--mp3", "--force"];
        fails(&folder, &arguments, &["p.master.mp3", "another input"]);
        assert!(bytes(&folder, "p.master.mp3") == before);
    }
}

#[test]
fn one_file_under_two_names_is_done_once() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 2.0);
    let report = json(&folder, &["meter", "song.wav", "./song.wav", "."], 0);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_bad_folder_fails_alone() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 2.0);
    std::fs::create_dir(folder.path().join("void")).expect("a folder");
    for arguments in [
        &["meter", "void", "song.wav"][..],
        &["master", "void", "song.wav"],
    ] {
        let report = json(&folder, arguments, 1);
        let error = report["files"][0]["error"].as_str().unwrap_or_default();
        assert!(error.contains("no sound file"), "{report}");
        assert!(report["files"][1]["error"].is_null());
    }
    assert!(names(folder.path()).contains(&"song.master.wav".to_owned()));
}

#[test]
fn the_output_of_several_is_a_folder_that_can_be_made() {
    let folder = folder();
    for name in ["a.wav", "b.wav"] {
        write_song(&folder, name, 2, 2.0);
    }
    for inputs in [&["a.wav", "b.wav"][..], &["."]] {
        let output = run(&folder, &[&["master"], inputs, &["-o", "out.wav"]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("give a folder"));
    }
    let arguments = ["master", "a.wav", "b.wav", "-o", "a.wav/masters"];
    fails(&folder, &arguments, &["cannot be written to"]);
    assert_eq!(names(folder.path()), ["a.wav", "b.wav"]);
}

#[test]
fn quiet_says_nothing_but_errors() {
    let folder = folder();
    write_wav(&folder, "hot.wav", spec(2, 32), 50_000, |s, c| {
        6.0 * song(s, c)
    });
    let arguments = ["master", "hot.wav", "--loudness", "off", "--force"];
    assert!(String::from_utf8_lossy(&run(&folder, &arguments).stderr).contains("warning"));
    let output = run(&folder, &[&arguments[..], &["--quiet"]].concat());
    assert!(output.status.success() && output.stderr.is_empty() && output.stdout.is_empty());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_before_it_is_opened() {
    let folder = folder();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.wav"))
        .status();
    assert!(made.expect("mkfifo").success());
    for command in ["meter", "master"] {
        fails(&folder, &[command, "pipe.wav"], &["no regular file"]);
    }
}

#[test]
fn settings_are_printed_as_their_steps() {
    let folder = folder();
    write_song(&folder, "song.wav", 2, 2.0);
    let flags = ["--ceiling-dbtp", "-0.3", "--target-lufs", "-18.3"];
    let report = json(&folder, &[&["master", "song.wav"], &flags[..]].concat(), 0);
    let loudness = &report["files"][0]["settings"]["loudness"];
    assert_eq!(loudness["ceiling_dbtp"].to_string(), "-0.3");
    let drive_db = loudness["drive_db"].to_string();
    assert!(drive_db.len() <= 6, "{drive_db}");
}
