//! The user's own styles in the plugin.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use finalcoat::assistant::style;
use finalcoat::handoff::capture::Place;
use finalcoat::handoff::listen::Work;
use finalcoat::plugin::shelf::Shelf;

use super::{Rig, song};

/// A style of ours under another name, with other highs.
fn written(name: &str, highs_db: f64) -> String {
    let mut style = style::factory().swap_remove(0);
    style.name = name.to_owned();
    for level_db in &mut style.level_db[24..] {
        *level_db += highs_db;
    }
    toml::to_string(&style).unwrap()
}

#[test]
fn a_style_of_the_users_is_offered_and_measured_against_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("doom.toml", &written("Doom", -9.0));
    write("dub.toml", "name = \"Dub\"");
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::with(rate_hz, Shelf::at(folder.path().to_owned()));
    let list = rig.until(|status| !status.styles.own.is_empty()).styles;
    assert_eq!(list.own, ["Doom"]);
    assert_eq!(list.ours.len(), style::factory().len());
    let [[file, why]] = &list.faults[..] else {
        panic!("{:?}", list.faults);
    };
    assert_eq!(file, "dub.toml");
    assert!(why.starts_with("missing field"), "{why}");
    assert_eq!(list.folder, Some(folder.path().display().to_string()));

    rig.editor.listen.listen(true);
    thread::sleep(Duration::from_millis(300));
    rig.play(&channels, Place::At(0));
    rig.editor.listen.listen(false);
    rig.editor.listen.propose();
    let auto = rig.advice(None);
    assert!(auto.nearness.iter().any(|(name, _)| name == "Doom"));
    let choose = |rig: &Rig, name: Option<&str>| {
        let style = name.map(str::to_owned);
        rig.params
            .kept
            .session
            .edit(|session| session.wishes.style = style);
        rig.editor.listen.wake();
    };
    choose(&rig, Some("Doom"));
    let dark = rig.advice(Some(&auto));
    assert_eq!(dark.style, "Doom");
    assert_ne!(dark.settings.equalizer, auto.settings.equalizer);

    // A file that changed is read again when the list is opened, and counts at once.
    write("doom.toml", &written("Doom", 4.0));
    write("dub.toml", &written("Dub", 0.0));
    rig.editor.listen.look_for_styles();
    let bright = rig.advice(Some(&dark));
    assert_eq!(rig.status().styles.own, ["Doom", "Dub"]);
    assert!(rig.status().styles.faults.is_empty());
    assert_ne!(bright.settings.equalizer, dark.settings.equalizer);

    // One that is gone is missed by name, and the proposal stays.
    std::fs::remove_file(folder.path().join("doom.toml")).unwrap();
    rig.editor.listen.look_for_styles();
    let status = rig.until(|status| status.fault.is_some());
    assert!(status.fault.unwrap().contains("\u{201c}Doom\u{201d}"));
    assert_eq!(status.work, Work::Idle);
    assert!(Arc::ptr_eq(&rig.session().advice.unwrap(), &bright));
    choose(&rig, None);
    rig.advice(Some(&bright));
    assert_eq!(rig.status().fault, None);
}
