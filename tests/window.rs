//! The window with the plugin behind it: presets, slots, undo and listening, as the user's hand and the host's
//! wrapper see them.
#![cfg(feature = "plugin")]

#[path = "support/wrapped.rs"]
mod wrapped;

use std::time::Duration;

use egui::Id;
use finalcoat::editor::fields::{GLUE, INTENSITY};
use finalcoat::editor::view::Page;
use finalcoat::editor::widgets::Icon;
use finalcoat::engine::audition::settings::{AuditionSettings, Listen};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::fields::Group;
use finalcoat::preset::factory;
use wrapped::{Code, Wrapped};

/// Draws and obeys until nothing is asked any more.
fn settle(host: &mut Wrapped) {
    for _ in 0..20 {
        host.frame(Vec::new());
        host.obey();
    }
}

fn light(stage: Group) -> Id {
    Id::unique(("light", stage))
}

fn slot(place: usize) -> Id {
    Id::unique(("slot", place))
}

fn undo(host: &mut Wrapped) {
    let [past, _] = host.undo();
    let said = format!("Undo: {}. Right-click for all steps.", past[0]);
    host.click_on(Id::unique(("icon", Icon::Undo, said.as_str())));
    settle(host);
}

#[test]
fn slots_hold_four_masters_and_each_change_is_one_step() {
    let mut host = Wrapped::open(48_000.0);
    host.click_on(light(Group::Glue));
    settle(&mut host);
    let a = host.settings();
    assert!(a.glue.on);
    // An empty one takes what is set, and nothing sounds other.
    host.click_on(slot(1));
    settle(&mut host);
    assert_eq!(host.settings(), a);
    host.click_on(light(Group::Colour));
    host.click_on(light(Group::Glue));
    settle(&mut host);
    let b = host.settings();
    assert!(b.colour.on && !b.glue.on);
    host.click_on(slot(0));
    settle(&mut host);
    assert_eq!(host.settings(), a, "A is as it was left");
    assert_eq!(
        host.audition().listen,
        Listen::Processed,
        "as loud as the mix"
    );
    host.click_on(slot(1));
    settle(&mut host);
    assert_eq!(host.settings(), b);
    let [past, future] = host.undo();
    assert_eq!(past, ["Slot B", "Slot A", "Glue", "Colour", "Glue"]);
    assert!(future.is_empty());
    undo(&mut host);
    assert_eq!(host.settings(), a);
    // Undo went back to A with it: B is as it was.
    host.click_on(slot(1));
    settle(&mut host);
    assert_eq!(host.settings(), b);
}

#[test]
fn a_host_that_is_late_loses_nothing() {
    let mut host = Wrapped::open(48_000.0);
    host.click_on(light(Group::Glue));
    settle(&mut host);
    let a = host.settings();
    host.click_on(slot(1));
    host.click_on(light(Group::Colour));
    settle(&mut host);
    let b = host.settings();
    // Back and forth before the host has done anything of it.
    host.click_on(slot(0));
    host.click_on(slot(1));
    host.click_on(slot(0));
    settle(&mut host);
    assert_eq!(host.settings(), a);
    host.click_on(slot(1));
    settle(&mut host);
    assert_eq!(host.settings(), b);
    // Two steps back at once and one forth.
    let first = host.undo()[0].clone();
    for _ in 0..2 {
        let said = format!("Undo: {}. Right-click for all steps.", host.undo()[0][0]);
        host.click_on(Id::unique(("icon", Icon::Undo, said.as_str())));
    }
    let said = format!("Redo: {}. Right-click for all steps.", first[1]);
    host.click_on(Id::unique(("icon", Icon::Redo, said.as_str())));
    settle(&mut host);
    assert_eq!(host.settings(), a, "before the last step");
}

#[test]
fn a_preset_is_one_named_step_as_loud_as_the_mix() {
    let mut host = Wrapped::open(48_000.0);
    let first = factory::all()[0].name.to_string();
    let next = Id::unique(("icon", Icon::Next, "The next preset."));
    let before = host.settings();
    host.click_on(next);
    settle(&mut host);
    let loaded = host.settings();
    assert_ne!(loaded, before);
    assert_eq!(host.undo()[0], [format!("Preset {first}")]);
    assert_eq!(host.audition().listen, Listen::Processed);
    host.click("Back to master");
    assert_eq!(host.audition(), AuditionSettings::default());
    // Locked, the next one leaves the loudness stage alone.
    host.click_on(Id::unique(("drop-down", "presets")));
    host.click("Lock loudness");
    host.click("Match loudness while comparing");
    host.click_at(egui::pos2(700.0, 700.0));
    host.click_on(next);
    settle(&mut host);
    assert_eq!(host.settings().loudness, loaded.loudness);
    assert_ne!(host.settings(), loaded);
    assert_eq!(
        host.audition().listen,
        Listen::Output,
        "the user wants it so"
    );
    undo(&mut host);
    assert_eq!(host.settings(), loaded);
    undo(&mut host);
    assert_eq!(host.settings(), before);
}

#[test]
fn what_is_turned_by_hand_can_be_undone_by_name() {
    let mut host = Wrapped::open(48_000.0);
    let wheel = |host: &mut Wrapped, id: Id, notches: usize| {
        for _ in 0..notches {
            host.notch_down_on(id);
            host.obey();
        }
    };
    let knob = Id::unique(("knob", INTENSITY));
    wheel(&mut host, knob, 3);
    let turned = host.settings().intensity;
    assert!(turned < 100.0);
    host.click_on(Id::unique(("card", Page::Stage(Group::Glue))));
    wheel(&mut host, Id::unique(("knob", GLUE[1])), 2);
    let [past, _] = host.undo();
    assert_eq!(
        past,
        ["Glue: Ratio", "Intensity"],
        "three notches are one step"
    );
    undo(&mut host);
    let now = host.settings();
    assert_eq!(now.intensity, turned);
    assert_eq!(now.glue, Settings::default().glue);
    undo(&mut host);
    assert_eq!(host.settings(), Settings::default());
}

#[test]
fn what_changes_nothing_is_no_step() {
    let mut host = Wrapped::open(48_000.0);
    let next = Id::unique(("icon", Icon::Next, "The next preset."));
    host.click_on(next);
    settle(&mut host);
    undo(&mut host);
    // The default again, and a ratio that cannot be lower.
    let before = host.settings();
    host.click_on(Id::unique(("card", Page::Stage(Group::Glue))));
    settle(&mut host);
    let ratio = Id::unique(("knob", GLUE[1]));
    host.click_on(ratio);
    host.click_on(ratio);
    settle(&mut host);
    let [past, future] = host.undo();
    assert!(past.is_empty(), "{past:?}");
    assert_eq!(future.len(), 1, "what was undone can be done again");
    assert_eq!(host.settings(), before);
    // A preset that is there already.
    host.click_on(next);
    settle(&mut host);
    let count = host.undo()[0].len();
    host.click_on(Id::unique(("drop-down", "presets")));
    let about = factory::all()[0].description.to_string();
    host.click(&about[..12]);
    settle(&mut host);
    assert_eq!(host.undo()[0].len(), count);
}

#[test]
fn the_name_of_a_preset_stays_with_what_it_set() {
    let mut host = Wrapped::open(48_000.0);
    let names: Vec<String> = factory::all()
        .iter()
        .map(|one| one.name.to_string())
        .collect();
    let next = Id::unique(("icon", Icon::Next, "The next preset."));
    let shows = |host: &mut Wrapped, name: &str| {
        assert!(host.texts().contains(&name.to_owned()), "{name}");
    };
    for _ in 0..2 {
        host.click_on(next);
        settle(&mut host);
    }
    shows(&mut host, &names[1]);
    undo(&mut host);
    shows(&mut host, &names[0]);
    // It is the instance's, not the window's.
    host.reopen();
    settle(&mut host);
    shows(&mut host, &names[0]);
    host.click_on(light(Group::Glue));
    settle(&mut host);
    shows(&mut host, &format!("{} (edited)", names[0]));
    host.click_on(slot(1));
    host.click_on(next);
    settle(&mut host);
    shows(&mut host, &names[1]);
    host.click_on(slot(0));
    settle(&mut host);
    shows(&mut host, &format!("{} (edited)", names[0]));
}

#[test]
fn two_windows_like_the_same_and_know_each_others_presets() {
    let home = tempfile::tempdir().expect("a folder");
    let [mut one, mut other] = [(); 2].map(|()| Wrapped::open_at_home(48_000.0, Some(home.path())));
    assert!(other.texts().contains(&"100 %".to_owned()));
    one.click("100 %");
    one.click("125 %");
    assert!(one.texts().contains(&"125 %".to_owned()));
    assert!(other.texts().contains(&"125 %".to_owned()));
    // Neither takes back what the other set.
    other.click_on(Id::unique(("icon", Icon::Sun, "Light colours.")));
    one.frame(Vec::new());
    other.click("125 %");
    other.click("100 %");
    one.click_on(Id::unique(("icon", Icon::Moon, "Dark colours.")));
    let text = std::fs::read_to_string(home.path().join("editor.toml")).expect("a file");
    assert_eq!(
        text, "theme = \"dark\"\nzoom_pct = 100\n",
        "and nothing else is set"
    );

    finalcoat::preset::folder::save(
        &home.path().join("Presets"),
        "Mine",
        &Settings::default(),
        false,
    )
    .expect("saved by another window");
    // Opening the list looks for what there is; the last of it is now this one.
    other.click_on(Id::unique(("drop-down", "presets")));
    other.click_at(egui::pos2(700.0, 1200.0));
    other.click_on(Id::unique(("icon", Icon::Previous, "The preset before.")));
    assert!(other.texts().contains(&"Mine".to_owned()));
}

/// Draws until the window wants to wait as `wanted` in many frames one after another, in spite of the thread
/// that looks for it meanwhile.
fn comes_to(
    host: &mut Wrapped,
    wanted: impl Fn(Duration) -> bool,
    mut between: impl FnMut(&mut Wrapped),
) -> bool {
    let mut times = 0;
    (0..1000).any(|_| {
        between(host);
        host.frame(Vec::new());
        std::thread::sleep(Duration::from_millis(10));
        times = if wanted(host.wait) { times + 1 } else { 0 };
        // Each second of silence is counted, and drawn.
        times == 30
    })
}

#[test]
fn a_window_is_drawn_as_often_as_what_it_shows_changes() {
    let mut host = Wrapped::open(48_000.0);
    let (never, nothing) = (|wait| wait == Duration::MAX, |_: &mut Wrapped| {});
    // A frame of what moves is asked for after a sixtieth of a second, one of silence at the next half second.
    let at_once = |wait| wait == Duration::from_micros(16_667);
    let at_ease = |wait| !at_once(wait) && wait <= Duration::from_millis(500);
    assert!(comes_to(&mut host, never, nothing), "nothing runs");
    let silence = [0.0; 480];
    let silent = |host: &mut Wrapped| host.play([&silence, &silence], Code::None);
    assert!(comes_to(&mut host, at_ease, silent), "silence");
    let sine: Vec<f32> = (0..480)
        .map(|frame| 0.1 * (frame as f32 * std::f32::consts::TAU / 48.0).sin())
        .collect();
    let sounds = |host: &mut Wrapped| host.play([&sine, &sine], Code::None);
    assert!(comes_to(&mut host, at_once, sounds), "sound");
    assert!(comes_to(&mut host, never, nothing), "it has stopped");
}
