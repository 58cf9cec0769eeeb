//! The standalone app's transport.

use std::sync::Arc;

use egui::{Event, Key, Modifiers, Pos2, Rect, pos2, vec2};

use finalcoat::analysis::report::Span;
use finalcoat::editor::theme::MARGIN;
use finalcoat::editor::view::{Gesture, ViewModel};
use finalcoat::handoff::player::{Command, PlayerView, Tape};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};

use super::harness::{Stage, click, find, texts};
use super::views::playing;

/// A song that plays, with a player.
pub(crate) fn with(player: PlayerView) -> ViewModel {
    let mut view = playing();
    view.assistant.status.covered = vec![Span {
        start_s: 0.0,
        end_s: 61.0,
    }];
    view.player = Some(player);
    view
}

/// One that is ready.
pub(crate) fn song() -> PlayerView {
    PlayerView {
        name: "twilight_area.flac".to_owned(),
        length_s: 200.0,
        position_s: 83.4,
        playing: true,
        repeats: true,
        overview: Arc::new(
            (0..800)
                .map(|n| 0.2 + 0.6 * (n % 50) as f32 / 50.0)
                .collect(),
        ),
        tape: Tape::Ready,
    }
}

fn stage() -> Stage {
    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    stage.paints = false;
    stage
}

/// The middle of the button to play, and where the song is drawn.
fn places(stage: &mut Stage, view: &ViewModel) -> (Pos2, Rect) {
    let time = find(stage, view, "1:23 / 3:20");
    let name = find(stage, view, "twilight_area.flac");
    let button = pos2(34.0, time.center().y);
    let min = pos2(time.right() + 24.0, time.center().y);
    let max = pos2(name.left() - 24.0, time.center().y);
    (button, Rect::from_min_max(min, max))
}

fn commands(gestures: Vec<Gesture>) -> Vec<Command> {
    let command = |gesture| match gesture {
        Gesture::Player(command) => Some(command),
        _ => None,
    };
    gestures.into_iter().filter_map(command).collect()
}

#[test]
fn the_button_and_the_space_bar_play_and_pause() {
    for playing in [true, false] {
        let view = with(PlayerView { playing, ..song() });
        let mut stage = stage();
        let (button, _) = places(&mut stage, &view);
        let gestures = click(&mut stage, &view, button, Modifiers::NONE);
        assert_eq!(commands(gestures), [Command::Play(!playing)]);
        let space = Event::Key {
            key: Key::Space,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        let (_, gestures) = stage.frame(&view, vec![space.clone()], Modifiers::NONE);
        assert_eq!(commands(gestures), [Command::Play(!playing)]);
        // While something is typed it is a space.
        stage.memory.naming = Some(String::new());
        stage.still(&view);
        let (_, gestures) = stage.frame(&view, vec![space], Modifiers::NONE);
        assert_eq!(commands(gestures), []);
    }
}

#[test]
fn a_click_on_the_song_goes_there_and_a_drag_when_it_ends() {
    let view = with(song());
    let mut stage = stage();
    let (_, place) = places(&mut stage, &view);
    let mut sought_s = Vec::new();
    for share in [0.25, 0.75] {
        let at = place.min + vec2(place.width() * share, 0.0);
        match commands(click(&mut stage, &view, at, Modifiers::NONE)).as_slice() {
            [Command::Seek(position_s)] => sought_s.push(*position_s),
            other => panic!("{other:?}"),
        }
    }
    // `places` knows the edges within some points.
    assert!((sought_s[0] - 50.0).abs() < 5.0, "{sought_s:?}");
    assert!((sought_s[1] - 150.0).abs() < 5.0, "{sought_s:?}");
    let points_per_s = f64::from(place.width()) * 0.5 / (sought_s[1] - sought_s[0]);
    let (from, to) = (place.center(), place.center() + vec2(100.0, 0.0));
    let press = |at, pressed| super::harness::press(at, pressed);
    let mut dragged = Vec::new();
    for events in [
        vec![Event::PointerMoved(from)],
        vec![press(from, true)],
        vec![Event::PointerMoved(from + vec2(50.0, 0.0))],
        vec![Event::PointerMoved(to)],
        vec![press(to, false)],
    ] {
        dragged.push(commands(stage.frame(&view, events, Modifiers::NONE).1));
    }
    let [.., last] = dragged.as_slice() else {
        unreachable!("five frames were drawn")
    };
    let [Command::Seek(position_s)] = last.as_slice() else {
        panic!("{dragged:?}");
    };
    assert_eq!(dragged.iter().flatten().count(), 1, "{dragged:?}");
    let middle_s = (sought_s[0] + sought_s[1]) / 2.0;
    assert!((position_s - middle_s - 100.0 / points_per_s).abs() < 0.5);
}

#[test]
fn repeat_is_switched() {
    let view = with(song());
    let mut stage = stage();
    let at = find(&mut stage, &view, "Repeat").center();
    let gestures = click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(commands(gestures), [Command::Repeat(false)]);
}

#[test]
fn what_cannot_be_played_is_said_and_nothing_is_played() {
    for (tape, words) in [
        (Tape::Empty, "Hears the sound device's input."),
        (Tape::Waiting, "Waits for the sound device"),
        (
            Tape::Reading(0.426),
            "Reading twilight_area.flac \u{2026} 43 %",
        ),
        (
            Tape::Failed("no.wav cannot be played: it is empty.".to_owned()),
            "no.wav cannot be played",
        ),
    ] {
        let view = with(PlayerView { tape, ..song() });
        let mut stage = stage();
        let said: Vec<_> = texts(&stage.still(&view));
        let found = said.iter().find(|text| text.words.starts_with(words));
        let y = found.expect("it is said").rect.center().y;
        let gestures = click(&mut stage, &view, pos2(34.0, y), Modifiers::NONE);
        assert_eq!(commands(gestures), []);
    }
}

#[test]
fn in_a_host_there_is_none() {
    let mut stage = stage();
    let words = |stage: &mut Stage, view: &ViewModel| -> Vec<String> {
        let shapes = stage.still(view);
        texts(&shapes).into_iter().map(|text| text.words).collect()
    };
    assert!(
        words(&mut stage, &with(song()))
            .iter()
            .any(|text| text == "Repeat")
    );
    assert!(
        !words(&mut stage, &playing())
            .iter()
            .any(|text| text == "Repeat")
    );
}

#[test]
fn a_long_name_and_a_long_fault_keep_to_their_place() {
    let long = "a name that somebody made much longer than there is room for it ".repeat(3);
    for player in [
        PlayerView {
            name: long.clone(),
            length_s: 5999.0,
            position_s: 5998.0,
            ..song()
        },
        PlayerView {
            tape: Tape::Failed(long),
            ..song()
        },
    ] {
        let mut stage = Stage::new(WINDOW_MIN, 1.0);
        let drawn = texts(&stage.still(&with(player)));
        let row = drawn
            .iter()
            .find(|text| text.words.starts_with("a name"))
            .expect("it is there");
        assert!(row.rect.right() <= WINDOW_MIN[0] - MARGIN && row.rect.height() < 28.0);
        for other in drawn.iter().filter(|other| other.rect != row.rect) {
            assert!(
                !other.rect.intersect(row.rect).is_positive(),
                "{}",
                other.words
            );
        }
        stage.save(&format!("transport-{}.png", row.rect.left() as u32));
    }
}
