//! The app around it: files, the transport the plugin sees, and the rate of the stream.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assert_no_alloc::{assert_no_alloc, violation_count};
use finalcoat::analysis::report::Span;
use finalcoat::dsp::block::Stream;
use finalcoat::editor::app::App;
use finalcoat::engine::settings::Settings;
use finalcoat::handoff::player::{Command, PlayerView, Remote, Tape};
use finalcoat::offline::convert::converted_frames;
use finalcoat::plugin::live::Live;
use finalcoat::plugin::player::song;
use finalcoat::plugin::standalone::{Prepared, Standalone};
use nice_plug::prelude::*;
use tempfile::TempDir;

use super::wrapped::{Code, Shown, Wrapped};

const RATE_HZ: f64 = 48_000.0;

impl Shown for Standalone {
    fn shown(&mut self) -> Box<dyn Fn() -> App> {
        let none = Arc::new(|()| ());
        let window = self.editor(AsyncExecutor::new(none.clone(), none));
        let window = window.expect("there is a window");
        Box::new(move || window.app())
    }
}

/// A tone of 997 Hz in a WAV file.
fn tone(folder: &TempDir, name: &str, rate_hz: u32, frames: usize) -> PathBuf {
    let path = folder.path().join(name);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate_hz,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&path, spec).expect("a file");
    for n in 0..frames {
        writer
            .write_sample(sine(n, f64::from(rate_hz)))
            .expect("written");
    }
    writer.finalize().expect("written");
    path
}

fn sine(n: usize, rate_hz: f64) -> f32 {
    (0.5 * (std::f64::consts::TAU * 997.0 * n as f64 / rate_hz).sin()) as f32
}

/// The app, active at 48 kHz, and what tells it what to do.
fn app() -> (Wrapped<Standalone>, Remote) {
    let prepared = Prepared::default();
    let remote = prepared.remote();
    (Wrapped::around(Standalone::new(prepared), RATE_HZ), remote)
}

/// Plays some seconds, and what the audio thread does is watched.
fn play(host: &mut Wrapped<Standalone>, seconds: f64) -> [Vec<f32>; 2] {
    let silence = vec![0.0; (seconds * RATE_HZ) as usize];
    // What a device gives is not heard while a file plays, and where its backend is does not matter.
    let code = Code::Plays(1_000_000);
    host.play_within([&silence, &silence], code, |process| {
        assert_no_alloc(process)
    })
}

/// Opens a file, stopped, and waits until it can be played.
fn open(host: &mut Wrapped<Standalone>, remote: &Remote, path: &Path) -> PlayerView {
    remote.obey(Command::Open(path.to_owned()));
    if host.is_fresh() {
        assert_eq!(remote.view().tape, Tape::Waiting);
    }
    for _ in 0..60_000 {
        play(host, 0.011);
        let view = remote.view();
        if !matches!(view.tape, Tape::Reading(_) | Tape::Waiting) {
            play(host, 0.011);
            return remote.view();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} is never read", path.display());
}

#[test]
fn a_file_is_as_long_and_sounds_the_same_at_another_rate() {
    let folder = TempDir::new().expect("a folder");
    for (from_hz, to_hz) in [(44_100, 48_000), (48_000, 48_000), (96_000, 44_100)] {
        let path = tone(&folder, "tone.wav", from_hz, 54_321);
        let [left, right] = song(&path, f64::from(to_hz), &|_| true).expect("a song");
        assert_eq!(left, right);
        let frames = converted_frames(54_321, from_hz, to_hz) as usize;
        assert_eq!(left.len(), frames);
        let middle = left.iter().enumerate().skip(frames / 4).take(frames / 2);
        for (n, sample) in middle {
            let error = (sample - sine(n, f64::from(to_hz))).abs();
            assert!(error < 1e-6, "{from_hz} -> {to_hz} at {n}: {error}");
        }
    }
}

#[test]
fn what_plays_comes_out_of_the_plugin_and_is_told() {
    let folder = TempDir::new().expect("a folder");
    let (mut host, remote) = app();
    let path = tone(&folder, "tone.wav", 44_100, 88_200);
    let view = open(&mut host, &remote, &path);
    assert_eq!(view.name, "tone.wav");
    assert_eq!(view.tape, Tape::Ready);
    assert!((view.length_s - 2.0).abs() < 1e-4);
    assert_eq!(view.overview.len(), 800);
    assert!(view.overview.iter().all(|x| (0.4..0.51).contains(x)));
    assert!(!view.playing && view.position_s == 0.0);
    let level = |[left, _]: &[Vec<f32>; 2]| left.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
    assert_eq!(level(&play(&mut host, 0.5)), 0.0);
    remote.obey(Command::Play(true));
    let heard = play(&mut host, 1.0);
    assert!((level(&heard) - 0.5).abs() < 0.01);
    let told_s = remote.view().position_s;
    assert!((told_s - 1.0).abs() < 0.011, "{told_s}");
    assert_eq!(violation_count(), 0);
}

#[test]
fn what_is_heard_lies_where_it_is_in_the_song() {
    let folder = TempDir::new().expect("a folder");
    let (mut host, remote) = app();
    let path = tone(&folder, "song.wav", 48_000, 480_000);
    open(&mut host, &remote, &path);
    host.click("Listen");
    play(&mut host, 0.5);
    remote.obey(Command::Play(true));
    play(&mut host, 3.0);
    remote.obey(Command::Play(false));
    play(&mut host, 2.0);
    remote.obey(Command::Seek(6.0));
    remote.obey(Command::Play(true));
    play(&mut host, 2.5);
    let wanted = [[0.0, 3.0], [6.0, 8.5]];
    let covers = |covered: &[Span]| {
        covered.len() == wanted.len()
            && covered.iter().zip(wanted).all(|(span, [start_s, end_s])| {
                (span.start_s - start_s).abs() < 0.15 && (span.end_s - end_s).abs() < 0.15
            })
    };
    let mut covered = Vec::new();
    for _ in 0..60_000 {
        covered = host.assistant().status.covered;
        if covers(&covered) {
            assert_eq!(violation_count(), 0);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{covered:?}");
}

#[test]
fn the_meters_start_anew_with_the_song_if_they_shall() {
    let folder = TempDir::new().expect("a folder");
    let (mut host, remote) = app();
    let path = tone(&folder, "song.wav", 48_000, 480_000);
    open(&mut host, &remote, &path);
    let over = |host: &mut Wrapped<Standalone>| {
        let texts = host.texts();
        let over = texts.iter().find_map(|text| text.strip_prefix("over "));
        over.map(str::to_owned)
    };
    host.click("Reset on playback");
    for _ in 0..2 {
        remote.obey(Command::Play(true));
        play(&mut host, 3.2);
        host.frame(Vec::new());
        play(&mut host, 0.2);
        assert_eq!(over(&mut host).as_deref(), Some("0:03"));
        remote.obey(Command::Play(false));
        play(&mut host, 1.0);
    }
}

#[test]
fn a_file_that_cannot_be_played_is_told_and_the_input_is_heard_again() {
    let folder = TempDir::new().expect("a folder");
    let (mut host, remote) = app();
    let path = folder.path().join("no.wav");
    let view = open(&mut host, &remote, &path);
    let Tape::Failed(why) = view.tape else {
        panic!("{view:?}");
    };
    assert!(
        why.ends_with("no.wav cannot be played: there is no such file."),
        "{why}"
    );
    let input = vec![0.25; 9600];
    let heard = host.play_within([&input, &input], Code::Plays(0), |process| process());
    assert_eq!(heard[0][9000], 0.25);
    // Another one is played in its place.
    let path = tone(&folder, "tone.wav", 48_000, 48_000);
    assert_eq!(open(&mut host, &remote, &path).tape, Tape::Ready);
    let heard = host.play_within([&input, &input], Code::Plays(0), |process| process());
    assert_eq!(heard[0][9000], 0.0);
}

/// As under JACK: activated for one rate, run at another.
#[test]
fn the_stream_may_run_at_another_rate_than_was_promised() {
    let folder = TempDir::new().expect("a folder");
    let (mut host, remote) = app();
    host.run_at(44_100.0);
    // Until it is ready for that nothing is heard.
    let input = vec![0.25; 512];
    let heard = host.play_within([&input, &input], Code::None, |process| process());
    assert_eq!(heard[0], vec![0.0; 512]);
    let path = tone(&folder, "tone.wav", 48_000, 96_000);
    let view = open(&mut host, &remote, &path);
    assert!((view.length_s - 2.0).abs() < 1e-4);
    remote.obey(Command::Play(true));
    let [left, _] = play(&mut host, 1.0);
    // Nothing is set, so that the tone tells the rate it was read for, and how late it comes what it goes
    // through.
    let same =
        |n: usize| (n + 500..n + 600).all(|m| (left[m] - sine(m - n, 44_100.0)).abs() < 1e-5);
    let latency = (0..2000).find(|&n| same(n));
    let ready = Live::new(Stream::new(44_100.0), &Settings::default());
    assert_eq!(latency, Some(ready.latency_samples() as usize));
    let promised = Live::new(Stream::new(RATE_HZ), &Settings::default());
    assert_ne!(promised.latency_samples(), ready.latency_samples());
    assert_eq!(violation_count(), 0);
}

#[test]
fn the_window_closes_when_the_app_is_asked_to_end() {
    let (mut host, remote) = app();
    host.frame(Vec::new());
    assert!(!host.closes);
    remote.end();
    host.frame(Vec::new());
    assert!(host.closes);
}
