//! The command line when something is wrong: a clear sentence, the right exit code, nothing overwritten,
//! nothing left behind.

#[path = "support/cli.rs"]
mod cli;

use cli::{RATE_HZ, fails, folder, names, run};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Runs `meter` and `master` on a file: both fail with exit code 1 and a sentence that holds `parts`, in
/// the JSON and on standard error, and leave the folder as it was.
fn is_refused(folder: &TempDir, name: &str, parts: &[&str]) {
    for command in ["meter", "master"] {
        fails_cleanly(folder, &[command, name], parts);
    }
}

/// Expects failure with exit code 1, and that the folder stays as it was.
fn fails_cleanly(folder: &TempDir, arguments: &[&str], parts: &[&str]) {
    let before = names(folder.path());
    fails(folder, arguments, parts);
    assert_eq!(names(folder.path()), before, "{arguments:?} left something");
}

/// Expects wrong usage: exit code 2, the reason on standard error, nothing on standard output.
fn is_wrong_usage(folder: &TempDir, arguments: &[&str], part: &str) {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(
        said.contains(part),
        "{arguments:?}: {said:?} lacks {part:?}"
    );
    assert!(output.stdout.is_empty());
}

/// A WAV file of floats: a decaying tone, or what `f` makes of it.
fn write_floats(
    folder: &TempDir,
    name: &str,
    channels: u16,
    frames: usize,
    f: impl Fn(usize, f32) -> f32,
) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: RATE_HZ,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(folder.path().join(name), spec).expect("a WAV file");
    for n in 0..frames {
        let beat = (n % 22_050) as f32 / 22_050.0;
        let tone = 0.3 * (1.0 - beat) * (n as f32 * 0.05).sin();
        for channel in 0..channels {
            let index = n * usize::from(channels) + usize::from(channel);
            writer.write_sample(f(index, tone)).expect("a sample");
        }
    }
    writer.finalize().expect("a WAV file");
}

fn write_tone(folder: &TempDir, name: &str) {
    write_floats(folder, name, 2, 2 * RATE_HZ as usize, |_, tone| tone);
}

fn bytes(folder: &TempDir, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).expect("a file")
}

#[test]
fn files_that_are_cut_off_are_refused() {
    let folder = folder();
    write_tone(&folder, "song.wav");
    let whole = bytes(&folder, "song.wav");
    std::fs::write(folder.path().join("cut.wav"), &whole[..whole.len() / 2]).expect("a file");
    is_refused(
        &folder,
        "cut.wav",
        &["cut off", "2.00 s", "1.00 s", "export it again"],
    );
    std::fs::write(folder.path().join("head.wav"), &whole[..30]).expect("a file");
    is_refused(&folder, "head.wav", &["cut off"]);
    let flac = run(
        &folder,
        &["master", "song.wav", "-o", "song.flac", "--loudness", "off"],
    );
    assert!(flac.status.success());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let read = |name: &str| std::fs::read(data.join(name)).expect("test data");
    for (name, whole) in [
        ("cut.flac", bytes(&folder, "song.flac")),
        ("cut.ogg", read("tone.ogg")),
        ("cut.mp3", read("tone.mp3")),
        ("cut.aiff", read("tone.aiff")),
        ("cut-aac.m4a", read("tone.aac.m4a")),
        ("cut-alac.m4a", read("tone.alac.m4a")),
    ] {
        std::fs::write(folder.path().join(name), &whole[..whole.len() * 2 / 3]).expect("a file");
        is_refused(&folder, name, &["export it again"]);
    }
}

#[test]
fn files_without_sound_are_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("nothing.wav"), b"").expect("a file");
    is_refused(&folder, "nothing.wav", &["empty (0 bytes)"]);
    write_floats(&folder, "empty.wav", 2, 0, |_, tone| tone);
    is_refused(&folder, "empty.wav", &["0 frames"]);
    std::fs::write(
        folder.path().join("text.wav"),
        "These are words. ".repeat(500),
    )
    .expect("a file");
    is_refused(&folder, "text.wav", &["not a sound file"]);
    let noise: Vec<u8> = (0..2_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    std::fs::write(folder.path().join("noise.bin"), noise).expect("a file");
    is_refused(&folder, "noise.bin", &[]);
    is_refused(&folder, "missing.wav", &["no such file"]);
}

#[test]
fn the_first_bad_sample_is_named() {
    let folder = folder();
    for (name, bad) in [("nan.wav", f32::NAN), ("infinity.wav", f32::NEG_INFINITY)] {
        write_floats(&folder, name, 2, 2 * RATE_HZ as usize, |index, tone| {
            if index > 2 * 44_100 { bad } else { tone }
        });
        is_refused(&folder, name, &["frame 44100", "1.000 s", "right channel"]);
    }
}

#[test]
fn more_than_two_channels_are_refused() {
    let folder = folder();
    write_floats(&folder, "surround.wav", 8, 4410, |_, tone| tone);
    is_refused(&folder, "surround.wav", &["8 channels", "stereo"]);
}

#[test]
fn what_is_too_quiet_or_short_for_a_loudness_says_so() {
    let folder = folder();
    write_floats(&folder, "quiet.wav", 2, 2 * RATE_HZ as usize, |_, tone| {
        tone * 1e-5
    });
    fails_cleanly(
        &folder,
        &["master", "quiet.wav"],
        &["quieter than -70 LUFS"],
    );
    write_floats(&folder, "short.wav", 2, 4410, |_, tone| tone);
    fails_cleanly(
        &folder,
        &["master", "short.wav"],
        &["shorter than 0.4 s", "--loudness off"],
    );
    let off = run(&folder, &["master", "short.wav", "--loudness", "off"]);
    assert!(off.status.success());
}

#[cfg(unix)]
#[test]
fn unreadable_and_unwritable_are_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    write_tone(&folder, "song.wav");
    let closed = folder.path().join("closed.wav");
    std::fs::copy(folder.path().join("song.wav"), &closed).expect("a copy");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("closed");
    // The superuser may read and write everything.
    if std::fs::File::open(&closed).is_err() {
        is_refused(&folder, "closed.wav", &["read permission"]);
        std::fs::create_dir(folder.path().join("locked")).expect("a folder");
        let locked = std::fs::Permissions::from_mode(0o555);
        std::fs::set_permissions(folder.path().join("locked"), locked).expect("locked");
        fails_cleanly(
            &folder,
            &["master", "song.wav", "-o", "locked/out.wav"],
            &["locked", "-o"],
        );
    }
    // Folders that are none.
    fails_cleanly(
        &folder,
        &["master", "song.wav", "-o", "none/out.wav"],
        &["none", "cannot be written to"],
    );
    fails_cleanly(
        &folder,
        &["master", "song.wav", "-o", "song.wav/out.wav"],
        &["cannot be written to"],
    );
}

#[test]
fn nothing_is_overwritten_unasked_and_the_input_never() {
    let folder = folder();
    write_tone(&folder, "song.wav");
    let song = bytes(&folder, "song.wav");
    std::fs::write(folder.path().join("song.master.wav"), "mine").expect("a file");
    fails_cleanly(
        &folder,
        &["master", "song.wav"],
        &["is there already", "--force"],
    );
    assert_eq!(bytes(&folder, "song.master.wav"), b"mine");
    if cfg!(feature = "mp3") {
        std::fs::write(folder.path().join("out.mp3"), "mine").expect("a file");
        fails_cleanly(
            &folder,
            &["master", "song.wav", "-o", "out.wav", "--mp3"],
            &["out.mp3", "--force"],
        );
    }
    for same in ["song.wav", "./song.wav"] {
        fails_cleanly(
            &folder,
            &["master", "song.wav", "-o", same, "--force"],
            &["the input itself"],
        );
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("song.wav", folder.path().join("link.wav")).expect("a link");
        fails_cleanly(
            &folder,
            &["master", "song.wav", "-o", "link.wav", "--force"],
            &["the input itself"],
        );
    }
    assert!(bytes(&folder, "song.wav") == song);
    assert!(
        run(&folder, &["master", "song.wav", "--force"])
            .status
            .success()
    );
    assert_eq!(&bytes(&folder, "song.master.wav")[..4], b"RIFF");
}

#[test]
fn a_batch_goes_on_after_a_failure_and_keeps_its_order() {
    let folder = folder();
    for name in ["a.wav", "b.wav", "c.wav"] {
        write_tone(&folder, name);
    }
    std::fs::write(folder.path().join("b.wav"), b"").expect("a file");
    for jobs in ["1", "3"] {
        let arguments = [
            "master", ".", "-o", "masters/", "--force", "--json", "--jobs", jobs,
        ];
        let output = run(&folder, &arguments);
        assert_eq!(output.status.code(), Some(1));
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let files = report["files"].as_array().expect("files");
        let told: Vec<_> = files
            .iter()
            .filter_map(|file| file["file"].as_str())
            .collect();
        assert_eq!(told, ["./a.wav", "./b.wav", "./c.wav"]);
        assert!(files[1]["error"].is_string() && files[0]["error"].is_null());
        assert_eq!(
            names(&folder.path().join("masters")),
            ["a.master.wav", "c.master.wav"]
        );
    }
    // Two songs that would get one name: the second is refused, not written over the first.
    std::fs::create_dir(folder.path().join("other")).expect("a folder");
    std::fs::copy(
        folder.path().join("c.wav"),
        folder.path().join("other/a.wav"),
    )
    .expect("a copy");
    let output = run(&folder, &["master", "a.wav", "other/a.wav", "-o", "both/"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("same name"));
    assert_eq!(names(&folder.path().join("both")), ["a.master.wav"]);
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let folder = folder();
    write_tone(&folder, "song.wav");
    std::fs::write(
        folder.path().join("bad.json"),
        "{\"loudness\": {\"drive\": 3}}",
    )
    .expect("a file");
    std::fs::create_dir(folder.path().join("void")).expect("a folder");
    for (arguments, part) in [
        (&[][..], "Usage"),
        (&["polish", "song.wav"], "polish"),
        (&["meter"], "INPUT"),
        (&["meter", "void"], "no sound file"),
        (&["meter", "song.wav", "--louder"], "--louder"),
        (&["master", "song.wav", "--target-lufs", "loud"], "loud"),
        (&["master", "song.wav", "--target-lufs", "14"], "-14"),
        (
            &[
                "master",
                "song.wav",
                "--target-lufs",
                "-14",
                "--loudness",
                "keep",
            ],
            "--loudness",
        ),
        (&["master", "song.wav", "--ceiling-dbtp", "3"], "-12 to 0"),
        (&["master", "song.wav", "--bit-depth", "20"], "20"),
        (
            &[
                "master",
                "song.wav",
                "--format",
                "flac",
                "--bit-depth",
                "32f",
            ],
            "FLAC",
        ),
        (
            &["master", "song.wav", "-o", "out.flac", "--format", "wav"],
            "disagree",
        ),
        (&["master", "song.wav", "-o", "out.mp3"], "--mp3"),
        (&["master", "song.wav", "-o", "out.xyz"], ".wav or .flac"),
        (&["master", "song.wav", "--sample-rate", "4000"], "8000"),
        (&["master", "song.wav", "--for", "myspace"], "spotify"),
        (
            &["master", "song.wav", "--preset", "none.json"],
            "none.json",
        ),
        (
            &["master", "song.wav", "--preset", "bad.json"],
            "loudness.drive",
        ),
        (&["master", "song.wav", "--mp3=333"], "333"),
        (&["master", "song.wav", "--jobs", "0"], "0"),
    ] {
        is_wrong_usage(&folder, arguments, part);
    }
    assert_eq!(names(folder.path()), ["bad.json", "song.wav", "void"]);
}

#[cfg(unix)]
#[test]
fn stopping_leaves_nothing_behind() {
    use std::io::Read;
    for signal in ["INT", "TERM"] {
        let (folder, temporary) = (folder(), folder());
        write_floats(&folder, "long.wav", 2, 240 * RATE_HZ as usize, |_, tone| {
            tone
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_finalcoat"))
            .args(["master", "long.wav", "--target-lufs", "-20", "--json"])
            .current_dir(folder.path())
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("finalcoat starts");
        // As soon as the output's temporary file is there, work has begun.
        while names(folder.path()).len() < 2 {
            assert!(
                child.try_wait().expect("a child").is_none(),
                "it ended before it began"
            );
            std::thread::yield_now();
        }
        // The shell's own: not every machine has a program of that name.
        let killed = Command::new("sh")
            .args(["-c", &format!("kill -s {signal} {}", child.id())])
            .status()
            .expect("kill");
        assert!(killed.success());
        let mut said = String::new();
        child
            .stdout
            .take()
            .expect("piped")
            .read_to_string(&mut said)
            .expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(130));
        let report: Value = serde_json::from_str(&said).expect("one JSON object");
        assert!(
            report["files"][0]["error"]
                .as_str()
                .is_some_and(|e| e.contains("stopped"))
        );
        assert_eq!(names(folder.path()), ["long.wav"]);
        assert!(names(temporary.path()).is_empty());
    }
}
