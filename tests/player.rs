//! The standalone app's player: a song in place of the input.
#![cfg(feature = "plugin")]

#[path = "player/app.rs"]
mod app;
#[path = "player/started.rs"]
mod started;
#[path = "support/wrapped.rs"]
mod wrapped;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use finalcoat::handoff::deck::{self, Controls, Song, Source};
use finalcoat::plugin::deck::{Deck, Run};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const RATE_HZ: f64 = 48_000.0;
/// As long as the deck takes to fade: 5 ms.
const FADE_FRAMES: usize = 240;

/// A deck with a song in it, of which each sample tells where it stands.
fn deck(frames: usize) -> (Deck, Controls, Source) {
    let (audio, controls, mut source) = deck::new();
    assert!(source.send(song(frames, 1)));
    controls.load(true);
    (Deck::new(audio), controls, source)
}

fn song(frames: usize, file: u64) -> Box<Song> {
    let left: Vec<f32> = (1..=frames).map(|n| n as f32 / 65_536.0).collect();
    Box::new(Song {
        right: left.iter().map(|x| -x).collect(),
        left,
        sample_rate_hz: RATE_HZ,
        file,
    })
}

/// What the deck gives in blocks of ragged length, with the run that each frame was in.
fn play(deck: &mut Deck, frames: usize) -> Vec<(f32, Run)> {
    let mut heard = Vec::new();
    let (mut left, mut right) = ([0.0; 700], [0.0; 700]);
    let blocks = [512, 64, 1, 333, 700, 77];
    for block in blocks.into_iter().cycle() {
        let block = block.min(frames - heard.len());
        if block == 0 {
            return heard;
        }
        let mut start = 0;
        while start < block {
            let run =
                assert_no_alloc(|| deck.fill(&mut left[start..block], &mut right[start..block]));
            assert!(run.frames > 0 && run.frames <= block - start);
            for n in start..start + run.frames {
                assert_eq!(left[n], -right[n]);
                let on = if run.playing { n - start } else { 0 };
                let position = run.position + on as i64;
                heard.push((left[n], Run { position, ..run }));
            }
            start += run.frames;
        }
    }
    unreachable!("blocks never end")
}

/// Frame of the song, by the sample.
fn frame_of(sample: f32) -> i64 {
    (sample * 65_536.0).round() as i64 - 1
}

#[test]
fn a_song_is_heard_as_it_is_and_begins_again_without_a_gap() {
    let (mut deck, controls, _source) = deck(5000);
    controls.repeat(true);
    controls.play(true);
    let heard = play(&mut deck, 17_000);
    for (n, (sample, run)) in heard.iter().enumerate() {
        assert_eq!(frame_of(*sample), n as i64 % 5000);
        assert!(run.playing);
        assert_eq!(run.position, n as i64 % 5000);
    }
    assert!((controls.position_s() - 2000.0 / RATE_HZ).abs() < 1e-9);
}

#[test]
fn played_once_it_stops_at_its_end_and_stands_at_its_beginning() {
    let (mut deck, controls, _source) = deck(5000);
    controls.play(true);
    let heard = play(&mut deck, 8000);
    assert!(heard[..5000].iter().all(|(_, run)| run.playing));
    assert!(
        heard[5000..]
            .iter()
            .all(|(x, run)| *x == 0.0 && !run.playing)
    );
    assert!(!controls.playing());
    assert_eq!(controls.position_s(), 0.0);
    controls.play(true);
    assert_eq!(frame_of(play(&mut deck, 1)[0].0), 0);
}

#[test]
fn a_pause_is_silence_and_it_goes_on_where_it_was() {
    let (mut deck, controls, _source) = deck(50_000);
    controls.play(true);
    play(&mut deck, 10_000);
    controls.play(false);
    let heard = play(&mut deck, 2000);
    assert!(
        heard[FADE_FRAMES..]
            .iter()
            .all(|(x, run)| *x == 0.0 && !run.playing)
    );
    // Nothing of the song is told to be where it is not.
    assert!(heard[..FADE_FRAMES].iter().all(|(_, run)| run.playing));
    assert_eq!(heard[FADE_FRAMES].1.position, 10_000 + FADE_FRAMES as i64);
    controls.play(true);
    let heard = play(&mut deck, 2000);
    let first = 10_000 + FADE_FRAMES as i64;
    for (n, (sample, run)) in heard.iter().enumerate() {
        assert_eq!(run.position, first + n as i64);
        assert!(n < FADE_FRAMES || frame_of(*sample) == run.position);
    }
}

#[test]
fn neither_a_pause_nor_a_seek_clicks() {
    let (audio, controls, mut source) = deck::new();
    let steady = vec![1.0; 100_000];
    let sent = source.send(Box::new(Song {
        left: steady.clone(),
        right: steady.iter().map(|x| -x).collect(),
        sample_rate_hz: RATE_HZ,
        file: 1,
    }));
    assert!(sent);
    controls.load(true);
    controls.repeat(true);
    let mut deck = Deck::new(audio);
    let mut heard = vec![1.0];
    for (step, frames) in [700, 20, 1500, 3000, 100, 5000]
        .into_iter()
        .cycle()
        .take(60)
        .enumerate()
    {
        controls.play(step % 3 != 2);
        if step % 4 == 1 {
            controls.seek(1.0 + step as f64 / 1000.0);
        }
        heard.extend(play(&mut deck, frames).iter().map(|(x, _)| *x));
    }
    let step = heard
        .windows(2)
        .map(|x| (x[1] - x[0]).abs())
        .fold(0.0, f32::max);
    assert!(step <= 1.001 / FADE_FRAMES as f32, "a step of {step}");
    assert!(heard.contains(&0.0) && heard.contains(&1.0));
}

#[test]
fn a_seek_lands_on_the_frame_asked_for() {
    let (mut deck, controls, _source) = deck(50_000);
    // Standing,
    controls.seek(0.25);
    assert_eq!(play(&mut deck, 100)[99].1.position, 12_000);
    assert_eq!(controls.position_s(), 0.25);
    // playing,
    controls.play(true);
    play(&mut deck, 1000);
    controls.seek(0.5);
    let heard = play(&mut deck, 1000);
    let landed: Vec<_> = heard
        .iter()
        .filter(|(_, run)| run.position >= 24_000)
        .collect();
    assert_eq!(landed.len(), 1000 - FADE_FRAMES);
    assert_eq!(landed[0].1.position, 24_000);
    assert_eq!(frame_of(landed[500].0), 24_500);
    // to the beginning, which is not faded in,
    controls.seek(0.0);
    let heard = play(&mut deck, 1000);
    assert_eq!(frame_of(heard[FADE_FRAMES].0), 0);
    // and beyond the end.
    controls.seek(1e9);
    controls.play(false);
    play(&mut deck, 1000);
    assert!((controls.position_s() - 49_999.0 / RATE_HZ).abs() < 1e-9);
}

#[test]
fn another_song_takes_the_place_and_the_old_one_goes_back() {
    let (mut deck, controls, mut source) = deck(50_000);
    controls.play(true);
    play(&mut deck, 1000);
    assert!(source.send(song(3000, 2)));
    let heard = play(&mut deck, 1000);
    assert_eq!(frame_of(heard[FADE_FRAMES].0), 0);
    // The same at another rate goes on where it is.
    controls.seek(0.05);
    play(&mut deck, 500);
    let mut other = song(6000, 2);
    other.sample_rate_hz = 2.0 * RATE_HZ;
    controls.play(false);
    play(&mut deck, 500);
    let before_s = controls.position_s();
    assert!(source.send(other));
    play(&mut deck, 10);
    assert!((controls.position_s() - before_s).abs() < 1.0 / RATE_HZ);
    // Nobody frees: songs wait until there is room.
    let mut sent = 0;
    while sent < 20 && source.send(song(100, 3 + sent)) {
        sent += 1;
        play(&mut deck, 10);
    }
    assert!((2..20).contains(&sent), "{sent}");
    source.free();
    play(&mut deck, 10);
    assert!(source.send(song(100, 99)));
    assert_eq!(violation_count(), 0);
}
