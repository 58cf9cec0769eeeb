//! The host's transport: what of the song was heard, by time-code and without one.

use std::thread;
use std::time::Duration;

use finalcoat::analysis::report::Span;
use finalcoat::editor::view::AssistantView;
use finalcoat::handoff::listen::Work;

use super::song;
use super::wrapped::{Code, Wrapped};

/// A part of the song and where it begins.
pub(crate) fn part(
    song: &[Vec<f32>; 2],
    rate_hz: f64,
    from_s: f64,
    to_s: f64,
) -> ([&[f32]; 2], i64) {
    let [from, to] = [from_s, to_s].map(|s| (s * rate_hz) as usize);
    let channels = [&song[0][from..to], &song[1][from..to]];
    (channels, from as i64)
}

/// Waits until what is told of the assistant is so.
pub(crate) fn until(host: &Wrapped, there: impl Fn(&AssistantView) -> bool) -> AssistantView {
    for _ in 0..600_000 {
        let view = host.assistant();
        if there(&view) {
            return view;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("{:?}", host.assistant().status);
}

fn is(covered: &[Span], wanted: &[[f64; 2]]) -> bool {
    let near = |span: &Span, [start_s, end_s]: &[f64; 2]| {
        (span.start_s - start_s).abs() < 0.15 && (span.end_s - end_s).abs() < 0.15
    };
    covered.len() == wanted.len() && covered.iter().zip(wanted).all(|(a, b)| near(a, b))
}

fn covers(host: &Wrapped, wanted: &[[f64; 2]]) {
    // The worker looks every 25 ms and tells every 100, more seldom where the machine is busy.
    thread::sleep(Duration::from_millis(400));
    until(host, |view| is(&view.status.covered, wanted));
}

#[test]
fn the_song_is_covered_by_the_hosts_time_code() {
    let (rate_hz, song) = song::demo();
    let mut host = Wrapped::open(rate_hz);
    let play = |host: &mut Wrapped, from_s: f64, to_s: f64| {
        let (channels, start) = part(&song, rate_hz, from_s, to_s);
        host.play(channels, Code::Plays(start));
    };
    // Nobody listens yet.
    play(&mut host, 0.0, 2.0);
    covers(&host, &[]);
    host.click("Listen");
    assert!(
        host.texts()
            .contains(&"Waiting for the transport\u{2026}".to_owned())
    );
    thread::sleep(Duration::from_millis(300));
    play(&mut host, 0.0, 6.0);
    covers(&host, &[[0.0, 6.0]]);
    // A loop of 2 to 6 s, three times: it is the same song.
    for _ in 0..3 {
        play(&mut host, 2.0, 6.0);
    }
    covers(&host, &[[0.0, 6.0]]);
    // A jump, and back to where the first stretch can go on: of what follows a jump, the first 100 ms are lost
    // to the filters.
    play(&mut host, 12.0, 15.0);
    covers(&host, &[[0.0, 6.0], [12.0, 15.0]]);
    play(&mut host, 5.5, 8.0);
    covers(&host, &[[0.0, 8.0], [12.0, 15.0]]);
    let said = "of music heard; a proposal comes at 0:20";
    assert!(host.texts().iter().any(|text| text.ends_with(said)));
    // It stops: what the host sends meanwhile is not of the song.
    let (channels, start) = part(&song, rate_hz, 16.0, 19.0);
    host.play(channels, Code::Stands(start));
    covers(&host, &[[0.0, 8.0], [12.0, 15.0]]);
    // Some hosts say no place at all while they stand.
    host.play(channels, Code::None);
    covers(&host, &[[0.0, 8.0], [12.0, 15.0]]);
    // And before the song there is a count-in.
    let (channels, _) = part(&song, rate_hz, 0.0, 1.0);
    host.play(channels, Code::Plays(-(channels[0].len() as i64)));
    covers(&host, &[[0.0, 8.0], [12.0, 15.0]]);
    host.click("Forget");
    covers(&host, &[[0.0, 8.0], [12.0, 15.0]]);
    host.click("Sure?");
    until(&host, |view| view.status.covered.is_empty());
}

#[test]
fn what_is_heard_again_replaces_what_was_there_and_a_changed_mix_is_told() {
    let (rate_hz, song) = song::demo();
    let quiet = song
        .clone()
        .map(|channel| channel.iter().map(|x| x * 0.5).collect());
    let mut host = Wrapped::open(rate_hz);
    let play = |host: &mut Wrapped, song: &[Vec<f32>; 2]| {
        let (channels, start) = part(song, rate_hz, 0.0, 10.0);
        host.play(channels, Code::Plays(start));
        thread::sleep(Duration::from_millis(400));
    };
    // What it costs to go for a loudness is not asked here.
    host.click("Off");
    host.click("Listen");
    thread::sleep(Duration::from_millis(300));
    play(&mut host, &song);
    host.click("Stop listening");
    host.click("Propose");
    let first = until(&host, |view| view.advice.is_some()).advice.unwrap();
    until(&host, |view| view.status.work == Work::Idle);
    // The same again: nothing is said.
    play(&mut host, &song);
    assert!(host.assistant().status.changed.is_empty());
    // Another mix, and nobody listens: it is said where.
    play(&mut host, &quiet);
    let texts = host.texts();
    let said = texts
        .iter()
        .find(|text| text.starts_with("The mix changed at 0:00"));
    assert!(
        said.is_some_and(|said| said.ends_with(": listen again")),
        "{texts:?}"
    );
    // Listened to again it takes the first one's place: as if that had never been.
    host.click("Listen");
    thread::sleep(Duration::from_millis(300));
    play(&mut host, &quiet);
    covers(&host, &[[0.0, 10.0]]);
    host.click("Stop listening");
    host.click("Propose");
    let other = |view: &AssistantView| view.advice.as_ref().is_some_and(|one| **one != *first);
    let second = until(&host, other).advice.unwrap();
    let moved_db = second.song_lufs.unwrap() - first.song_lufs.unwrap();
    assert!((moved_db + 6.02).abs() < 0.1, "{moved_db}");
    assert!((second.gated_s - first.gated_s).abs() < 0.5);
    until(&host, |view| view.status.work == Work::Idle);
    play(&mut host, &quiet);
    assert!(
        host.assistant().status.changed.is_empty(),
        "this is the mix now"
    );
}

#[test]
fn a_host_without_time_code_is_heard_from_end_to_end() {
    let (rate_hz, song) = song::demo();
    let mut host = Wrapped::open(rate_hz);
    host.click("Listen");
    thread::sleep(Duration::from_millis(300));
    for (from_s, to_s) in [(0.0, 4.0), (2.0, 6.0)] {
        let (channels, _) = part(&song, rate_hz, from_s, to_s);
        host.play(channels, Code::None);
    }
    // Nobody can know that some of it was there twice.
    covers(&host, &[[0.0, 8.0]]);
}
