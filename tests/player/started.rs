//! What can be said when the app is started.

use std::path::PathBuf;

use finalcoat::plugin::standalone::arguments::{Refusal, Start};

fn read(said: &[&str]) -> Result<Start, Refusal> {
    Start::read([&["finalcoat-standalone"], said].concat())
}

fn demo() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/demo/twilight_area.flac");
    path.display().to_string()
}

#[test]
fn a_file_is_played_over_and_over_or_once() {
    let start = read(&[&demo()]).expect("right usage");
    assert_eq!(start.file, Some(PathBuf::from(demo())));
    assert!(!start.once);
    assert!(read(&[&demo(), "--once"]).expect("right usage").once);
    assert_eq!(read(&[]).expect("right usage").file, None);
}

#[test]
fn what_stands_behind_two_dashes_is_for_the_sound_device() {
    let start = read(&["--", "--backend", "alsa"]).expect("right usage");
    assert_eq!(start.file, None);
    let options = start.audio_options();
    assert_eq!(options[1..], ["--backend", "alsa"]);
    assert_eq!(read(&[]).expect("right usage").audio_options().len(), 1);
}

#[test]
fn wrong_usage_is_refused_with_2() {
    for said in [
        &["--once"] as &[&str],
        &["--nonsense"],
        &["one.wav", "two.wav"],
        &["--backend", "alsa"],
    ] {
        assert_eq!(
            read(said).expect_err("wrong usage").exit_code(),
            2,
            "{said:?}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_played_is_refused_with_1_and_a_sentence() {
    let folder = env!("CARGO_MANIFEST_DIR");
    for (file, why) in [
        ("nothere.wav", "nothere.wav: there is no such file"),
        (folder, "it is a folder, not a sound file"),
        (
            &format!("{folder}/Cargo.toml"),
            "Cargo.toml: it is not a sound file",
        ),
    ] {
        let refusal = read(&[file]).expect_err("no sound file");
        assert_eq!(refusal.exit_code(), 1);
        let Refusal::File(sentence) = refusal else {
            panic!("{refusal:?}");
        };
        assert!(sentence.contains(why), "{sentence}");
    }
}

#[test]
fn help_explains_with_an_example_and_is_no_error() {
    let refusal = read(&["--help"]).expect_err("help");
    assert_eq!(refusal.exit_code(), 0);
    let Refusal::Usage(help) = refusal else {
        panic!("{refusal:?}");
    };
    let help = help.to_string();
    for wanted in ["finalcoat-standalone song.wav", "without a DAW", "Ctrl-C"] {
        assert!(help.contains(wanted), "{wanted}: {help}");
    }
}
