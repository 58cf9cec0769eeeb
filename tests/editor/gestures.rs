//! Each gesture does what it says.

use egui::{Event, Id, Key, Modifiers, PointerButton, Pos2, pos2, vec2};

use finalcoat::editor::fields::{self, DRIVE, EqBand, REFERENCE_LEVEL};
use finalcoat::editor::preferences::Preferences;
use finalcoat::editor::stages::switch_of;
use finalcoat::editor::view::{Gesture, Menu, Number, Page, Part, ViewModel};
use finalcoat::editor::widgets::Icon;
use finalcoat::engine::audition::settings::{AuditionSettings, Channels, Listen};
use finalcoat::engine::settings::fields::Group;
use finalcoat::engine::settings::loudness::DRIVE_DB;
use finalcoat::handoff::errand::Errand;
use finalcoat::params::kept::WINDOW_DEFAULT;

use super::harness::{Stage, click, drag, find, find_all, icon, kind, notch, press};
use super::views::{fresh, playing};

fn at(stage: Group) -> Stage {
    Stage::with(WINDOW_DEFAULT, stage)
}

fn whole(number: Number, value: f32) -> [Gesture; 3] {
    [
        Gesture::Begin(number),
        Gesture::Set(number, value),
        Gesture::End(number),
    ]
}

/// The middle of the knob whose name is given.
fn knob(stage: &mut Stage, view: &ViewModel, name: &str) -> Pos2 {
    find(stage, view, name).center_bottom() + vec2(0.0, 45.0)
}

#[test]
fn every_value_that_panels_name_is_in_the_settings() {
    let number = |number: Number| match number {
        Number::Of(field) => field,
        _ => panic!("no setting"),
    };
    let mut numbers = vec![
        fields::INTENSITY,
        fields::SUBSONIC_HZ,
        REFERENCE_LEVEL,
        fields::MULTIBAND_KNEE,
        fields::MONO_BELOW,
        fields::MONO_AMOUNT,
        DRIVE,
        fields::CEILING,
        fields::RELEASE,
        fields::CLIP_DEPTH,
    ];
    numbers.extend(
        fields::MULTIBAND_SPLITS
            .into_iter()
            .chain(fields::IMAGE_SPLITS),
    );
    numbers.extend(fields::GLUE.into_iter().chain(fields::COLOUR));
    let mut switches = vec![fields::GUARD_ON, fields::AUTO_RELEASE];
    switches.extend(Group::STAGES.map(switch_of));
    let mut choices = vec![fields::COLOUR_KIND, fields::CHARACTER];
    for band in (0..16).map(EqBand) {
        numbers.extend([band.frequency(), band.gain(), band.q(), band.range()]);
        numbers.extend(band.dynamics());
        switches.push(band.on());
        choices.extend([band.shape(), band.placement(), band.slope()]);
    }
    for band in 0..4 {
        numbers.extend(fields::multiband(band));
        numbers.push(fields::width(band));
    }
    for (fields, is) in [
        (numbers.into_iter().map(number).collect(), 0),
        (switches, 1),
        (choices, 2),
    ] {
        for field in fields {
            assert_eq!(kind(field), Some(is), "{field:?}");
        }
    }
}

#[test]
fn a_drag_is_one_gesture_and_shift_makes_it_finer() {
    let moved = |modifiers| {
        let mut stage = at(Group::Loudness);
        let mut view = fresh();
        let from = knob(&mut stage, &view, "Drive");
        let out = drag(&mut stage, &mut view, from, [0.0, 60.0], modifiers);
        assert_eq!(out.first(), Some(&Gesture::Begin(DRIVE)));
        assert_eq!(out.last(), Some(&Gesture::End(DRIVE)));
        let middle = &out[1..out.len() - 1];
        assert!(middle.len() > 10);
        for gesture in middle {
            let Gesture::Set(DRIVE, value) = gesture else {
                panic!("{gesture:?} inside the drag");
            };
            assert_eq!(*value, DRIVE_DB.quantized(*value), "off the grid");
        }
        view.settings.loudness.drive_db
    };
    let coarse = moved(Modifiers::NONE);
    let fine = moved(Modifiers::SHIFT);
    assert!((10.0..=12.5).contains(&coarse), "{coarse} dB");
    assert!(
        (coarse / fine - 10.0).abs() < 0.5,
        "{coarse} dB, finer {fine} dB"
    );
}

#[test]
fn wheel_double_click_and_alt_click_work_on_a_knob() {
    let mut stage = at(Group::Loudness);
    let view = playing();
    let knob = knob(&mut stage, &view, "Drive");
    let out = notch(&mut stage, &view, knob);
    assert_eq!(out, whole(DRIVE, 6.98));
    let default = whole(DRIVE, 0.0);
    assert_eq!(click(&mut stage, &view, knob, Modifiers::NONE), []);
    assert_eq!(click(&mut stage, &view, knob, Modifiers::NONE), default);
    stage.time += 5.0;
    assert_eq!(click(&mut stage, &view, knob, Modifiers::ALT), default);
}

fn key(key: Key, pressed: bool) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

fn type_and(stage: &mut Stage, view: &ViewModel, typed: &str, ending: Key) -> Vec<Gesture> {
    stage.frame(view, vec![Event::Text(typed.to_owned())], Modifiers::NONE);
    let mut out = stage
        .frame(view, vec![key(ending, true)], Modifiers::NONE)
        .1;
    out.extend(
        stage
            .frame(view, vec![key(ending, false)], Modifiers::NONE)
            .1,
    );
    out
}

#[test]
fn a_number_can_be_typed_with_its_unit() {
    for (typed, ending, set) in [
        ("-3.5 dB", Key::Enter, Some(-3.5)),
        ("99", Key::Enter, Some(24.0)),
        ("loud", Key::Enter, None),
        ("-3.5", Key::Escape, None),
    ] {
        let mut stage = at(Group::Loudness);
        let view = playing();
        let place = find(&mut stage, &view, "+6.02").center();
        assert_eq!(click(&mut stage, &view, place, Modifiers::NONE), []);
        let out = type_and(&mut stage, &view, typed, ending);
        let expected = set.map(|value| whole(DRIVE, value).to_vec());
        assert_eq!(out, expected.unwrap_or_default(), "{typed:?}");
        assert!(stage.memory.typed.is_none());
    }
}

#[test]
fn every_button_says_what_it_does() {
    let view = playing();
    let glue = fields::GLUE_ON;
    for (panel, words, gesture) in [
        (Group::Loudness, "Reset", Gesture::ResetMeters),
        (
            Group::Loudness,
            "Bypass",
            Gesture::Switch(fields::BYPASS, true),
        ),
        (
            Group::Loudness,
            "On",
            Gesture::Switch(fields::LOUDNESS_ON, false),
        ),
        (
            Group::Loudness,
            "Punchy",
            Gesture::Choose(fields::CHARACTER, 1),
        ),
        (
            Group::Loudness,
            "Dense",
            Gesture::Choose(fields::CHARACTER, 2),
        ),
        (
            Group::Loudness,
            "Reset on playback",
            Gesture::ResetOnStart(false),
        ),
        (
            Group::Loudness,
            "Set drive from what was heard",
            Gesture::FindDrive,
        ),
        (Group::Glue, "On", Gesture::Switch(glue, false)),
        (
            Group::Glue,
            "Auto release",
            Gesture::Switch(fields::AUTO_RELEASE, false),
        ),
        (
            Group::Image,
            "Guard",
            Gesture::Switch(fields::GUARD_ON, false),
        ),
        (
            Group::Colour,
            "Tube",
            Gesture::Choose(fields::COLOUR_KIND, 1),
        ),
        (
            Group::Input,
            "Subsonic filter",
            Gesture::Switch(fields::SUBSONIC_ON, true),
        ),
        (
            Group::Equalizer,
            "Band 1",
            Gesture::Switch(EqBand(0).on(), false),
        ),
        (
            Group::Equalizer,
            "24 dB/oct",
            Gesture::Choose(EqBand(0).slope(), 3),
        ),
        (
            Group::Equalizer,
            "Mid",
            Gesture::Choose(EqBand(0).placement(), 1),
        ),
    ] {
        let mut stage = at(panel);
        let places = find_all(&mut stage, &view, words);
        // Where the graph's legend has the same word, the button is the lower one.
        let place = places.last().unwrap_or_else(|| panic!("no {words:?}"));
        let out = click(&mut stage, &view, place.center(), Modifiers::NONE);
        assert_eq!(out, [gesture], "{words}");
    }
    let mut working = playing();
    working.errand = Errand::Working(0.4);
    let mut stage = at(Group::Loudness);
    let place = find(&mut stage, &working, "Stop").center();
    assert_eq!(
        click(&mut stage, &working, place, Modifiers::NONE),
        [Gesture::StopFinding]
    );
    let nowhere = pos2(2.0, 2.0);
    assert_eq!(click(&mut stage, &working, nowhere, Modifiers::NONE), []);
}

#[test]
fn the_reference_level_comes_from_the_loudest_that_was_heard() {
    let press = "Set from what was heard";
    let mut stage = at(Group::Input);
    let view = playing();
    let place = find(&mut stage, &view, press).center();
    let out = click(&mut stage, &view, place, Modifiers::NONE);
    assert_eq!(out, whole(REFERENCE_LEVEL, -13.7));
    let mut stage = at(Group::Input);
    let place = find(&mut stage, &fresh(), press).center();
    assert_eq!(click(&mut stage, &fresh(), place, Modifiers::NONE), []);
}

#[test]
fn a_tab_opens_its_panel_and_its_light_is_its_switch() {
    let view = playing();
    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    stage.paints = false;
    for panel in Group::STAGES {
        let card = Id::unique(("card", Page::Stage(panel)));
        let card = stage.place(&view, card).center();
        assert_eq!(click(&mut stage, &view, card, Modifiers::NONE), []);
        assert_eq!(stage.memory.page, Page::Stage(panel));
        click(&mut stage, &view, card, Modifiers::NONE);
        assert_eq!(stage.memory.page, Page::Spectrum, "pressed again it closes");
        let light = stage.place(&view, Id::unique(("light", panel))).center();
        let out = click(&mut stage, &view, light, Modifiers::NONE);
        let on = panel == Group::Input;
        assert_eq!(out, [Gesture::Switch(switch_of(panel), on)], "{panel:?}");
    }
}

#[test]
fn the_intensity_turns() {
    let mut stage = at(Group::Equalizer);
    let mut view = playing();
    let knob = Id::unique(("knob", fields::INTENSITY));
    let grip = stage.place(&view, knob).center();
    let out = drag(&mut stage, &mut view, grip, [0.0, -60.0], Modifiers::NONE);
    assert_eq!(out.first(), Some(&Gesture::Begin(fields::INTENSITY)));
    assert_eq!(out.last(), Some(&Gesture::End(fields::INTENSITY)));
    let there = view.settings.intensity;
    assert!((30.0..70.0).contains(&there), "{there} %");
    stage.time += 1.0;
    let out = notch(&mut stage, &view, grip);
    assert!(matches!(out[1], Gesture::Set(fields::INTENSITY, value) if value > there));
}

#[test]
fn a_split_is_dragged_in_the_graph() {
    for (panel, split) in [
        (Group::Multiband, fields::MULTIBAND_SPLITS[1]),
        (Group::Image, fields::IMAGE_SPLITS[1]),
    ] {
        let mut stage = at(panel);
        let mut view = playing();
        let before = split.of(&view);
        let (digits, unit) = split.text(before);
        let tag = find(&mut stage, &view, &format!("{digits} {unit}"));
        let from = tag.center() - vec2(0.0, 40.0);
        let out = drag(&mut stage, &mut view, from, [30.0, 0.0], Modifiers::NONE);
        assert_eq!(out.first(), Some(&Gesture::Begin(split)));
        assert_eq!(out.last(), Some(&Gesture::End(split)));
        assert!(split.of(&view) > before * 1.15, "{panel:?}");
        // As any number: wheel, default, typed.
        let (digits, unit) = split.text(split.of(&view));
        let tag = find(&mut stage, &view, &format!("{digits} {unit}")).center();
        let place = tag - vec2(0.0, 40.0);
        stage.time += 5.0;
        assert_eq!(notch(&mut stage, &view, place).len(), 3);
        let default = whole(split, split.range().default);
        assert_eq!(click(&mut stage, &view, place, Modifiers::ALT), default);
        stage.time += 5.0;
        for pressed in [true, false] {
            let event = Event::PointerButton {
                pos: place,
                button: PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::NONE,
            };
            stage.frame(&view, vec![event], Modifiers::NONE);
        }
        stage.still(&view);
        let out = type_and(&mut stage, &view, "1.5k", Key::Enter);
        assert_eq!(out, whole(split, 1500.0), "{panel:?}");
    }
}

#[test]
fn a_table_cell_is_dragged_and_typed() {
    let mut stage = at(Group::Multiband);
    let mut view = playing();
    let threshold = fields::multiband(0)[0];
    let before = threshold.of(&view);
    let (digits, _) = threshold.text(before);
    let cell = find(&mut stage, &view, &digits).center();
    let out = drag(&mut stage, &mut view, cell, [0.0, -60.0], Modifiers::NONE);
    assert_eq!(out.first(), Some(&Gesture::Begin(threshold)));
    let moved = before - threshold.of(&view);
    assert!((12.0..=15.0).contains(&moved), "{moved} dB");
    stage.time += 5.0;
    assert_eq!(click(&mut stage, &view, cell, Modifiers::NONE), []);
    let out = type_and(&mut stage, &view, "-18", Key::Enter);
    assert_eq!(out, whole(threshold, -18.0));
    // Two clicks bring the default, although the first one opens the field.
    stage.time += 5.0;
    assert_eq!(click(&mut stage, &view, cell, Modifiers::NONE), []);
    let out = click(&mut stage, &view, cell, Modifiers::NONE);
    assert_eq!(out, whole(threshold, threshold.range().default));
    assert_eq!(stage.memory.typed, None);
}

#[test]
fn what_is_begun_is_ended_whatever_happens() {
    let [at_it, moved] = [0.0, 30.0].map(|up| vec2(0.0, -up));
    let secondary = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Secondary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    // Another button is pressed meanwhile.
    let mut stage = at(Group::Loudness);
    let view = playing();
    let place = knob(&mut stage, &view, "Drive");
    let mut out = Vec::new();
    for events in [
        vec![Event::PointerMoved(place + at_it)],
        vec![press(place, true)],
        vec![Event::PointerMoved(place + moved)],
        vec![secondary(place + moved, true)],
        vec![secondary(place + moved, false)],
        vec![press(place + moved, false)],
        vec![],
    ] {
        out.extend(stage.frame(&view, events, Modifiers::NONE).1);
    }
    let count = |out: &[Gesture], of: Gesture| out.iter().filter(|one| **one == of).count();
    let begun = count(&out, Gesture::Begin(DRIVE));
    assert!(begun > 0);
    assert_eq!(count(&out, Gesture::End(DRIVE)), begun, "{out:?}");
    stage.memory.typed = None;
    stage.time += 5.0;
    assert_eq!(notch(&mut stage, &view, place), whole(DRIVE, 6.98));
    // What is held is not drawn any more.
    let mut out = Vec::new();
    for (n, events) in [
        vec![Event::PointerMoved(place)],
        vec![press(place, true)],
        vec![Event::PointerMoved(place + moved)],
        vec![],
        vec![press(place + moved, false)],
        vec![],
    ]
    .into_iter()
    .enumerate()
    {
        if n == 3 {
            stage.memory.page = Page::Spectrum;
        }
        out.extend(stage.frame(&view, events, Modifiers::NONE).1);
    }
    assert_eq!(out.first(), Some(&Gesture::Begin(DRIVE)));
    assert_eq!(out.last(), Some(&Gesture::End(DRIVE)), "{out:?}");
    assert_eq!(stage.memory.dragged, None);
}

#[test]
fn a_touchpad_is_as_fast_as_a_wheel() {
    let mut stage = at(Group::Loudness);
    let mut view = playing();
    let place = knob(&mut stage, &view, "Drive");
    let before = view.settings.loudness.drive_db;
    stage.frame(&view, vec![Event::PointerMoved(place)], Modifiers::NONE);
    for _ in 0..2500 {
        let event = Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, 0.1),
            modifiers: Modifiers::NONE,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        };
        for gesture in stage.frame(&view, vec![event], Modifiers::NONE).1 {
            super::harness::obey(&mut view, &gesture);
        }
    }
    // Five notches.
    let moved = view.settings.loudness.drive_db - before;
    let wanted = 5.0 * 0.02 * (DRIVE_DB.max - DRIVE_DB.min);
    assert!(
        (moved / wanted - 1.0).abs() < 0.05,
        "{moved} of {wanted} dB"
    );
}

#[test]
fn an_open_list_leaves_the_keys_to_the_host_and_hears_escape_where_it_comes() {
    let mut stage = at(Group::Equalizer);
    let view = playing();
    let place = find(&mut stage, &view, "Warm tape (edited)").center();
    click(&mut stage, &view, place, Modifiers::NONE);
    stage.still(&view);
    assert_eq!(stage.memory.menu, Some(Menu::Presets));
    assert!(!stage.wants_keyboard());
    stage.frame(&view, vec![key(Key::Escape, true)], Modifiers::NONE);
    assert_eq!(stage.memory.menu, None);
}

#[test]
fn presets_are_listed_loaded_and_saved() {
    let mut stage = at(Group::Equalizer);
    let view = playing();
    let place = find(&mut stage, &view, "Warm tape (edited)").center();
    assert_eq!(click(&mut stage, &view, place, Modifiers::NONE), []);
    assert_eq!(stage.memory.menu, Some(Menu::Presets));
    let mine = find(&mut stage, &view, "My rock master").center();
    let out = click(&mut stage, &view, mine, Modifiers::NONE);
    assert_eq!(out, [Gesture::LoadPreset(3)]);
    // It stays open for the next one, until the pointer goes elsewhere.
    assert_eq!(stage.memory.menu, Some(Menu::Presets));
    for (words, change) in [
        ("Lock loudness", (true, true)),
        ("Match loudness while comparing", (false, false)),
    ] {
        let place = find(&mut stage, &view, words).center();
        let out = click(&mut stage, &view, place, Modifiers::NONE);
        let [Gesture::Prefer(preferences)] = &out[..] else {
            panic!("{out:?}");
        };
        let Preferences {
            match_loudness,
            lock_loudness,
            ..
        } = preferences;
        assert_eq!((*match_loudness, *lock_loudness), change);
    }
    assert_eq!(
        click(&mut stage, &view, pos2(400.0, 700.0), Modifiers::NONE),
        []
    );
    assert_eq!(stage.memory.menu, None);
    let place = stage
        .place(&view, icon(Icon::Next, "The next preset."))
        .center();
    let out = click(&mut stage, &view, place, Modifiers::NONE);
    assert_eq!(out, [Gesture::LoadPreset(2)]);

    for (name, button, gesture) in [
        (
            "Mine",
            "Keep",
            Some(Gesture::SavePreset("Mine".to_owned(), false)),
        ),
        (
            "My rock master",
            "Replace",
            Some(Gesture::SavePreset("My rock master".to_owned(), true)),
        ),
        ("Mine", "Cancel", None),
    ] {
        let mut stage = at(Group::Equalizer);
        let save = find(&mut stage, &view, "Save").center();
        assert_eq!(click(&mut stage, &view, save, Modifiers::NONE), []);
        stage.frame(&view, vec![Event::Text(name.to_owned())], Modifiers::NONE);
        let place = find(&mut stage, &view, button).center();
        let out = click(&mut stage, &view, place, Modifiers::NONE);
        assert_eq!(out, Vec::from_iter(gesture), "{button}");
        assert_eq!(stage.memory.naming, None);
    }
    let mut stage = at(Group::Equalizer);
    let save = find(&mut stage, &view, "Save").center();
    click(&mut stage, &view, save, Modifiers::NONE);
    let out = type_and(&mut stage, &view, "Mine", Key::Enter);
    assert_eq!(out, [Gesture::SavePreset("Mine".to_owned(), false)]);
}

#[test]
fn what_is_not_the_master_is_said_in_red() {
    let mut view = playing();
    let mut stage = at(Group::Equalizer);
    stage.memory.part = Part::Stereo;
    let master = AuditionSettings::default();
    for (words, audition) in [
        (
            "\u{394}",
            AuditionSettings {
                listen: Listen::Delta,
                ..master
            },
        ),
        (
            "Before",
            AuditionSettings {
                listen: Listen::Original,
                ..master
            },
        ),
        (
            "Mono",
            AuditionSettings {
                channels: Channels::Mono,
                ..master
            },
        ),
    ] {
        let place = find(&mut stage, &view, words).center();
        let out = click(&mut stage, &view, place, Modifiers::NONE);
        assert_eq!(out, [Gesture::Audition(audition)]);
    }
    stage.memory.page = Page::Spectrum;
    let place = stage.place(&view, Id::unique(("solo", 2_usize))).center();
    let alone = AuditionSettings {
        solo_band: Some(2),
        ..master
    };
    let out = click(&mut stage, &view, place, Modifiers::NONE);
    assert_eq!(out, [Gesture::Audition(alone)]);

    assert!(find_all(&mut stage, &view, "Back to master").is_empty());
    for (audition, processed_db, said) in [
        (
            AuditionSettings {
                channels: Channels::Side,
                ..alone
            },
            -6.2,
            ["Not your master", "the sides only, the high mid band only"],
        ),
        (
            AuditionSettings {
                listen: Listen::Original,
                ..master
            },
            -6.2,
            [
                "\u{2212}6.2 dB, not your master",
                "Before: the mix, as loud as After",
            ],
        ),
        (
            AuditionSettings {
                listen: Listen::Processed,
                ..master
            },
            -6.2,
            [
                "\u{2212}6.2 dB, not your master",
                "After: the master, turned down by 6.2 dB to the loudness of the mix",
            ],
        ),
    ] {
        view.audition = audition;
        view.snapshot.reading.audition.match_gains_db = [processed_db, 0.0];
        for words in said {
            find(&mut stage, &view, words);
        }
    }
    let back = find(&mut stage, &view, "Back to master").center();
    let out = click(&mut stage, &view, back, Modifiers::NONE);
    assert_eq!(out, [Gesture::Audition(master)]);
}
