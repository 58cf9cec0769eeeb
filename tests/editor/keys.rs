//! The keyboard, the right button, and the sentences where the pointer rests.

use egui::{Event, Id, Key, Modifiers, PointerButton, Pos2, pos2};

use finalcoat::editor::fields::{self, EqBand};
use finalcoat::editor::view::{Gesture, Menu, Number, Page, Part, ViewModel};
use finalcoat::engine::settings::fields::Group;
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};

use super::assistant::proposed;
use super::harness::{Stage, click, drag, find, obey, press, sentence_at};
use super::views::playing;

fn key(key: Key) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

fn typed(stage: &mut Stage, view: &ViewModel, events: Vec<Event>) -> Vec<Gesture> {
    let mut out = Vec::new();
    for event in events {
        out.extend(stage.frame(view, vec![event], Modifiers::NONE).1);
    }
    // What gained the focus begins in the frame after.
    for _ in 0..2 {
        out.extend(stage.frame(view, Vec::new(), Modifiers::NONE).1);
    }
    out
}

fn whole(number: Number, value: f32) -> [Gesture; 3] {
    [
        Gesture::Begin(number),
        Gesture::Set(number, value),
        Gesture::End(number),
    ]
}

fn glue() -> Stage {
    Stage::with(WINDOW_DEFAULT, Group::Glue)
}

#[test]
fn arrows_turn_what_has_the_keyboard_and_delete_takes_it_back() {
    let mut stage = glue();
    let view = playing();
    stage.still(&view);
    let [threshold, ratio, ..] = fields::GLUE;
    stage.focus(Id::unique(("knob", ratio)));
    stage.frame(&view, Vec::new(), Modifiers::NONE);
    let out = typed(&mut stage, &view, vec![key(Key::ArrowUp)]);
    let [_, Gesture::Set(number, value), _] = out[..] else {
        panic!("{out:?}");
    };
    assert!(number == ratio && value > 2.0, "{number:?} {value}");
    let out = typed(&mut stage, &view, vec![key(Key::ArrowLeft)]);
    assert!(
        matches!(out[1], Gesture::Set(_, value) if value < 2.0),
        "{out:?}"
    );
    let out = typed(&mut stage, &view, vec![key(Key::Delete)]);
    assert_eq!(out, whole(ratio, ratio.range().default));
    assert!(stage.has_focus(Id::unique(("knob", ratio))), "arrows stay");
    // Enter types, and Tab goes on to the next.
    typed(&mut stage, &view, vec![key(Key::Enter)]);
    let three = Event::Text("3".to_owned());
    let out = typed(&mut stage, &view, vec![three, key(Key::Tab)]);
    assert_eq!(out, whole(ratio, 3.0));
    let next = stage.memory.typed.as_ref().map(|(number, _)| *number);
    assert_eq!(
        next,
        Some(fields::GLUE[2]),
        "after the ratio comes the knee"
    );
    let out = typed(&mut stage, &view, vec![key(Key::Escape)]);
    assert_eq!(out, [], "Escape changes nothing");
    assert_eq!(stage.memory.typed, None);
    assert_ne!(threshold, ratio);
}

#[test]
fn nothing_keeps_the_keyboard_after_a_click_or_after_typing() {
    let mut stage = glue();
    let view = playing();
    let knob = stage
        .place(&view, Id::unique(("knob", fields::GLUE[0])))
        .center();
    click(&mut stage, &view, knob, Modifiers::NONE);
    assert!(!stage.wants_keyboard(), "the space bar plays");
    stage.time += 5.0;
    let number = stage
        .place(&view, Id::unique(("entry", fields::GLUE[0])))
        .center();
    click(&mut stage, &view, number, Modifiers::NONE);
    stage.frame(&view, Vec::new(), Modifiers::NONE);
    assert!(stage.wants_keyboard(), "typing");
    typed(&mut stage, &view, vec![key(Key::Enter)]);
    assert!(!stage.wants_keyboard(), "typed");
}

#[test]
fn a_drag_elsewhere_ends_typing_and_keeps_what_was_typed() {
    let mut stage = glue();
    let view = playing();
    let [first, second, ..] = fields::GLUE;
    let number = stage.place(&view, Id::unique(("entry", first))).center();
    let knob = stage.place(&view, Id::unique(("knob", second))).center();
    click(&mut stage, &view, number, Modifiers::NONE);
    let digits = vec![Event::Text("-20".to_owned())];
    stage.frame(&view, digits, Modifiers::NONE);
    assert!(stage.wants_keyboard(), "typing");
    stage.frame(&view, vec![Event::PointerMoved(knob)], Modifiers::NONE);
    let pressed = vec![press(knob, true)];
    let (_, out) = stage.frame(&view, pressed, Modifiers::NONE);
    assert_eq!(out, whole(first, -20.0));
    stage.frame(&view, Vec::new(), Modifiers::NONE);
    assert!(!stage.wants_keyboard(), "dragging");
    assert_eq!(stage.memory.typed, None);
}

#[test]
fn a_field_that_is_left_as_it_was_sets_nothing() {
    let mut stage = glue();
    let view = playing();
    let [first, ..] = fields::GLUE;
    let number = stage.place(&view, Id::unique(("entry", first))).center();
    click(&mut stage, &view, number, Modifiers::NONE);
    stage.frame(&view, Vec::new(), Modifiers::NONE);
    assert!(stage.wants_keyboard(), "typing");
    assert_eq!(typed(&mut stage, &view, vec![key(Key::Enter)]), []);
    assert!(!stage.wants_keyboard());
}

#[test]
fn the_right_button_types_and_opens_the_menu_of_a_band() {
    let press = |at: Pos2, pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Secondary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let right = |stage: &mut Stage, view: &ViewModel, at: Pos2| {
        let events = [Event::PointerMoved(at), press(at, true), press(at, false)];
        for event in events {
            stage.frame(view, vec![event], Modifiers::NONE);
        }
    };
    let mut view = playing();
    let mut stage = glue();
    let at = stage
        .place(&view, Id::unique(("knob", fields::GLUE[1])))
        .center();
    right(&mut stage, &view, at);
    assert!(matches!(&stage.memory.typed, Some((number, _)) if *number == fields::GLUE[1]));

    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    stage.paints = false;
    let handle = find(&mut stage, &view, "5").center();
    right(&mut stage, &view, handle);
    assert!(matches!(stage.memory.menu, Some(Menu::Band(EqBand(4), _))));
    let shelf = find(&mut stage, &view, "High shelf").center();
    let out = click(&mut stage, &view, shelf, Modifiers::NONE);
    assert_eq!(out, [Gesture::Choose(EqBand(4).shape(), 2)]);
    assert_eq!(stage.memory.menu, None);
    for gesture in out {
        obey(&mut view, &gesture);
    }
    right(&mut stage, &view, handle);
    let ducks = find(&mut stage, &view, "Dynamic: ducks by 3 dB").center();
    let out = click(&mut stage, &view, ducks, Modifiers::NONE);
    assert_eq!(out, whole(EqBand(4).range(), -3.0));
}

#[test]
fn control_is_as_fine_as_shift() {
    let threshold = fields::GLUE[0];
    let moved = |modifiers: Modifiers| {
        let mut stage = glue();
        let mut view = playing();
        let at = stage.place(&view, Id::unique(("knob", threshold))).center();
        let before = threshold.of(&view);
        drag(&mut stage, &mut view, at, [0.0, 60.0], modifiers);
        threshold.of(&view) - before
    };
    let [plain, shift, ctrl] = [Modifiers::NONE, Modifiers::SHIFT, Modifiers::CTRL].map(moved);
    assert!(
        plain > 5.0 && (shift - plain / 10.0).abs() < 0.2,
        "{plain} {shift}"
    );
    assert_eq!(shift, ctrl);
}

#[test]
fn everything_that_can_be_pressed_says_what_it_does() {
    let view = proposed();
    let mut silent = Vec::new();
    let stages = Group::STAGES.map(Page::Stage);
    let wide = [Page::Spectrum].into_iter().chain(stages);
    let wide = wide.map(|page| (WINDOW_DEFAULT, page, Part::Limiter));
    let others = [
        (WINDOW_DEFAULT, Page::Spectrum, Part::Stereo),
        (WINDOW_MIN, Page::Assistant, Part::Limiter),
        (WINDOW_MIN, Page::Part(Part::Stereo), Part::Limiter),
    ];
    for (size, page, part) in wide.chain(others) {
        let mut stage = Stage::new(size, 1.0);
        stage.paints = false;
        stage.memory.page = page;
        stage.memory.part = part;
        stage.still(&view);
        for (id, rect) in stage.pressable() {
            // A scroll bar needs no words.
            if format!("{id:?}").contains("IdSalt") {
                continue;
            }
            if sentence_at(&mut stage, &view, rect.center()).is_none() {
                silent.push(format!("{page:?} {part:?} {size:?}: {id:?} at {rect:?}"));
            }
        }
    }
    for menu in [
        Menu::Presets,
        Menu::Styles,
        Menu::History,
        Menu::Zoom,
        Menu::Service,
        Menu::Slot(1),
        Menu::Band(EqBand(4), pos2(500.0, 200.0)),
    ] {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        stage.paints = false;
        stage.memory.wishes = Some(true);
        stage.still(&view);
        let below = stage.pressable();
        stage.memory.menu = Some(menu);
        stage.still(&view);
        let mut rows = stage.pressable();
        rows.retain(|(id, _)| !below.iter().any(|(other, _)| other == id));
        // What lies below the rows and keeps the pointer needs no words.
        rows.retain(|(id, rect)| !format!("{id:?}").contains("IdSalt") && rect.height() < 60.0);
        assert!(!rows.is_empty(), "{menu:?}");
        for (id, rect) in rows {
            if sentence_at(&mut stage, &view, rect.center()).is_none() {
                silent.push(format!("{menu:?}: {id:?} at {rect:?}"));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn everything_that_is_read_says_what_it_is() {
    let view = proposed();
    let reading = |name: &'static str| Id::unique(("reading", name));
    let numbers = ["Integrated", "Short-term", "Momentary"].map(reading);
    let cells = ["True peak", "Range (LRA)", "PLR", "PSR"].map(reading);
    let stereo = ["goniometer", "correlations"].map(Id::unique);
    let wide = [Id::unique("peaks"), Id::unique("equalizer graph")];
    let history = [Id::unique("history")];
    let wide: Vec<Id> = [&numbers[..], &cells, &stereo, &history, &wide].concat();
    let all = [
        ([1280.0, 1100.0], Page::Spectrum, wide),
        (
            WINDOW_MIN,
            Page::Part(Part::Stereo),
            [&numbers[..1], &cells[..1], &stereo].concat(),
        ),
        (WINDOW_MIN, Page::Part(Part::Limiter), history.to_vec()),
        (
            [720.0, 900.0],
            Page::Spectrum,
            [&numbers[..], &["LRA", "PSR"].map(reading)].concat(),
        ),
        (
            WINDOW_DEFAULT,
            Page::Stage(Group::Equalizer),
            vec![Id::unique("equalizer graph")],
        ),
    ];
    for (size, page, ids) in all {
        let mut stage = Stage::new(size, 1.0);
        stage.paints = false;
        stage.memory.page = page;
        for id in ids {
            // Beside its middle, where there may be a handle.
            let place = stage.place(&view, id);
            let at = place.center() - egui::vec2(0.3 * place.width(), 0.0);
            let said = sentence_at(&mut stage, &view, at);
            assert!(said.is_some(), "{size:?} {page:?}: {id:?}");
        }
    }
}
