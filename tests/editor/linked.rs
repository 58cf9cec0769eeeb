//! Stems and their master: what each shows of the other, and what can be done there.

use std::sync::Arc;

use egui::{Modifiers, Pos2};

use finalcoat::assistant::verdict::VerdictKind;
use finalcoat::editor::fields::{STEM_ADVICE, STEM_ROLE};
use finalcoat::editor::linked::does;
use finalcoat::editor::view::{Gesture, Menu, Page, StemView, ViewModel};
use finalcoat::engine::settings::equalizer::{BandSettings, Shape};
use finalcoat::engine::settings::fields::Choice;
use finalcoat::handoff::linked::{Holds, Linked, Master, Shares, State, Stem, Wish};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN, WINDOW_STEM};
use finalcoat::stems::moves::{CHANGES_MAX, StemChange, StemMove, StemStage};
use finalcoat::stems::role::Role;
use finalcoat::stems::settings::{RoleChoice, StemSettings};

use super::assistant::proposed;
use super::harness::{Stage, click, drag, find, find_all, obey, texts};
use super::views::{fresh, playing};

fn gain(db: f32, why: &str) -> StemMove {
    StemMove {
        stage: StemStage::Gain,
        band_hz: None,
        value: f64::from(db),
        unit: "dB".to_owned(),
        text: why.to_owned(),
        change: StemChange::Gain(db),
    }
}

fn dip() -> StemMove {
    StemMove {
        stage: StemStage::Equalizer,
        band_hz: Some([1600.0, 4000.0]),
        value: -1.5,
        unit: "dB".to_owned(),
        text: "It covers the lead vocal by 4.1 dB between 1.6 and 4.0 kHz while both sound."
            .to_owned(),
        change: StemChange::Band(BandSettings {
            on: true,
            shape: Shape::Bell,
            frequency_hz: 2530.0,
            q: 1.1,
            range_db: -1.5,
            threshold_db: -38.0,
            ..BandSettings::default()
        }),
    }
}

fn shares(spectrum: [f32; 4], peaks: f32) -> Option<Shares> {
    Some(Shares { spectrum, peaks })
}

fn stem(id: u64, name: &str, role: Role) -> Stem {
    Stem {
        id,
        name: name.to_owned(),
        role,
        playing: true,
        short_term_lufs: Some(-18.4),
        shares: shares([0.25; 4], 0.2),
        moves: Vec::new(),
        holds: Holds::Nothing,
        held: 0,
        blocked: [false; CHANGES_MAX],
        obeyed_pct: 100,
    }
}

/// A master with five stems, each in another state.
pub(crate) fn stems() -> Linked {
    let mut drums = stem(1, "Drums", Role::Drums);
    drums.shares = shares([0.34, 0.22, 0.31, 0.55], 0.61);
    let mut bass = stem(2, "BASS 808", Role::Bass);
    bass.shares = shares([0.58, 0.12, 0.03, 0.01], 0.24);
    bass.short_term_lufs = Some(-16.2);
    bass.moves = vec![gain(
        -0.8,
        "It is 2.3 dB louder than the low end of the others bears: 58 % of the power below 150 Hz.",
    )];
    let mut vocal = stem(3, "Lead Vox", Role::LeadVocal);
    vocal.shares = shares([0.01, 0.24, 0.38, 0.29], 0.08);
    vocal.moves = vec![gain(
        0.6,
        "It is 1.7 dB below where leads of this density stand.",
    )];
    vocal.holds = Holds::Proposed;
    vocal.held = 1;
    let mut music = stem(4, "Keys + Gtr", Role::Music);
    music.shares = shares([0.07, 0.41, 0.26, 0.12], 0.06);
    music.moves = vec![dip()];
    music.holds = Holds::OnItsWay;
    let mut fx = stem(5, "", Role::Fx);
    fx.shares = None;
    fx.playing = false;
    Linked {
        state: State::Linked,
        stems: vec![drums, bass, vocal, music, fx],
        conflicts: vec![
            "Keys + Gtr covers Lead Vox between 1.6 and 4.0 kHz in 41 % of the time both sound."
                .to_owned(),
            "BASS 808 and Drums share 30 to 120 Hz: at 38 % of the kicks the bass is louder."
                .to_owned(),
        ],
        heard_s: 151.0,
        ..Linked::default()
    }
}

pub(crate) fn with_stems(mut view: ViewModel) -> ViewModel {
    view.linked = Arc::new(stems());
    view
}

/// As many stems as there can be, with everything as long as it gets.
pub(crate) fn crowded() -> ViewModel {
    let mut linked = stems();
    linked.state = State::Twins;
    linked.remix = Some(
        "four stems would have to be moved, and the bass by 3.4 dB; open the mix, or ask for another one."
            .to_owned(),
    );
    linked.heard_s = 3599.0;
    let first = linked.stems[1].clone();
    linked.stems = (0..32)
        .map(|n| Stem {
            id: n,
            name: format!("A group with a name that is far too long for its column, number {n}"),
            role: Role::BackingVocals,
            short_term_lufs: Some(-123.4),
            shares: shares([1.0; 4], 1.0),
            held: 8,
            obeyed_pct: 33,
            holds: Holds::Other,
            ..first.clone()
        })
        .collect();
    let mut view = proposed();
    view.linked = Arc::new(linked);
    view
}

fn is_stem(mut view: ViewModel, linked: Linked, stem: StemView) -> ViewModel {
    view.stem = Some(stem);
    view.linked = Arc::new(linked);
    view.goal_lufs = -14.0;
    view
}

/// A stem that was just inserted.
pub(crate) fn alone() -> ViewModel {
    let linked = Linked {
        role: Some(Role::Other),
        ..Linked::default()
    };
    is_stem(fresh(), linked, StemView::default())
}

fn master(session: u64, name: &str, process: u32) -> Master {
    Master {
        session,
        name: name.to_owned(),
        process,
        is_ours: false,
    }
}

/// A stem with two songs to choose from.
pub(crate) fn choosing() -> ViewModel {
    let linked = Linked {
        state: State::Choose,
        masters: vec![master(7, "Master", 4001), master(8, "Master", 4002)],
        role: Some(Role::Bass),
        ..Linked::default()
    };
    is_stem(playing(), linked, StemView::default())
}

/// A stem that was advised.
pub(crate) fn advised() -> ViewModel {
    let mut ours = master(7, "Master", 4001);
    ours.is_ours = true;
    let linked = Linked {
        state: State::Linked,
        masters: vec![ours],
        role: Some(Role::Music),
        ..Linked::default()
    };
    let mut settings = StemSettings::default();
    settings.fader.gain_db = 1.0;
    let stem = StemView {
        settings,
        advised: vec![
            gain(-0.8, "It is 2.3 dB louder than the others bear."),
            dip(),
            StemMove {
                stage: StemStage::Width,
                band_hz: None,
                value: 80.0,
                unit: "%".to_owned(),
                text: "Its sides are 3.2 dB louder than its middle, and cancel in mono.".to_owned(),
                change: StemChange::Width(80.0),
            },
        ],
    };
    is_stem(playing(), linked, stem)
}

/// A stem that has no room for some of what it was advised.
pub(crate) fn blocked() -> ViewModel {
    let mut view = advised();
    view.settings.equalizer.on = true;
    for band in &mut view.settings.equalizer.bands {
        band.on = true;
    }
    let stem = view.stem.as_mut().expect("a stem");
    stem.settings.fader.gain_db = -12.0;
    view
}

/// Where the system allows no link.
pub(crate) fn unseen(mut view: ViewModel) -> ViewModel {
    let mut linked = Linked::clone(&view.linked);
    linked.unseen = Some("Instances in other processes cannot be seen: no folder.".to_owned());
    view.linked = Arc::new(linked);
    view
}

/// A master that its stems do not listen to, one of which has no room for all that it was advised.
pub(crate) fn elder() -> ViewModel {
    let mut linked = stems();
    linked.state = State::Elder;
    let vocal = &mut linked.stems[2];
    vocal.moves.push(dip());
    vocal.held = 2;
    vocal.blocked[1] = true;
    vocal.obeyed_pct = 40;
    let mut view = proposed();
    view.linked = Arc::new(linked);
    view
}

fn words(stage: &mut Stage, view: &ViewModel) -> Vec<String> {
    let shapes = stage.still(view);
    texts(&shapes).into_iter().map(|text| text.words).collect()
}

fn shows(words: &[String], wanted: &str) -> bool {
    words.iter().any(|one| one.contains(wanted))
}

fn quiet(size: [f32; 2], page: Page) -> Stage {
    let mut stage = Stage::new(size, 1.0);
    stage.paints = false;
    stage.memory.page = page;
    stage
}

#[test]
fn a_stem_shows_whose_it_is_and_why_it_is_changed() {
    for (size, page) in [
        (WINDOW_STEM, Page::Stem),
        (WINDOW_DEFAULT, Page::Spectrum),
        (WINDOW_MIN, Page::Stem),
    ] {
        let view = advised();
        let mut stage = quiet(size, page);
        let said = words(&mut stage, &view);
        for wanted in [
            "Finalcoat Stem",
            "Auto: music",
            "Master",
            "Linked: its master",
            "Gain",
            "\u{2212}0.8 dB",
            "louder than the others bear",
            "\u{2212}1.5 dB, 1.6 kHz\u{2013}4 kHz",
            "Take over",
            "Short-term",
            "True peak",
        ] {
            assert!(shows(&said, wanted), "{size:?}: {wanted:?} in {said:#?}");
        }
        // What is only of a master.
        for other in ["Listen", "goal", "Spotify", "Cost"] {
            assert!(
                !said
                    .iter()
                    .any(|one| one == other || one.starts_with("goal ")),
                "{other}"
            );
        }
    }
}

#[test]
fn a_stem_may_pass_full_scale_unless_its_limiter_is_on() {
    let mut view = advised();
    view.settings.loudness.on = false;
    view.snapshot.output.true_peak_dbtp = Some(3.2);
    for size in [WINDOW_STEM, WINDOW_DEFAULT] {
        let mut stage = quiet(size, Page::Stem);
        assert!(!shows(&words(&mut stage, &view), ": over"), "{size:?}");
        let mut limited = view.clone();
        limited.settings.loudness.on = true;
        assert!(shows(&words(&mut stage, &limited), "True peak: over"));
    }
}

#[test]
fn advice_without_room_says_so_and_how_to_make_some() {
    let sentences = [
        "all 16 bands of the equalizer are in use",
        "the fader is at the end of its range",
    ];
    let mut view = blocked();
    let mut stage = quiet(WINDOW_STEM, Page::Stem);
    let said = words(&mut stage, &view);
    assert!(sentences.iter().all(|one| shows(&said, one)), "{said:#?}");
    // Where nothing is heard of any of it, that is not what is in the way.
    view.settings.bypass = true;
    for view in [view, advised()] {
        let said = words(&mut stage, &view);
        assert!(!sentences.iter().any(|one| shows(&said, one)), "{said:#?}");
    }
}

#[test]
fn the_fader_shows_what_is_heard() {
    let view = advised();
    let mut stage = quiet(WINDOW_STEM, Page::Stem);
    // Set to +1.0 dB, of which the advice takes 0.8.
    let at = stage
        .place(
            &view,
            egui::Id::unique(("knob", finalcoat::editor::fields::STEM_FADER[0])),
        )
        .center();
    let said = super::harness::sentence_at(&mut stage, &view, at);
    let said = said.expect("a sentence");
    assert!(said.contains("with what was advised: +0.2 dB"), "{said}");
}

#[test]
fn a_stem_is_set_by_hand() {
    let mut view = advised();
    let mut stage = quiet(WINDOW_STEM, Page::Stem);
    let entry = egui::Id::unique(("entry", STEM_ADVICE));
    let at = stage.place(&view, entry).center();
    let done = drag(&mut stage, &mut view, at, [0.0, -60.0], Modifiers::NONE);
    assert!(
        done.iter()
            .any(|gesture| matches!(gesture, Gesture::Set(number, _) if *number == STEM_ADVICE))
    );
    let advice_pct = view.stem.as_ref().expect("a stem").settings.advice_pct;
    assert!(advice_pct < 100.0, "{advice_pct}");

    // The role is one of a list.
    let roles = egui::Id::unique(("drop-down", "roles"));
    let at = stage.place(&view, roles).center();
    click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(stage.memory.menu, Some(Menu::Roles));
    let at = find(&mut stage, &view, "Backing vocals").center();
    let done = click(&mut stage, &view, at, Modifiers::NONE);
    let place = RoleChoice::Is(Role::BackingVocals).index();
    assert_eq!(done, [Gesture::Choose(STEM_ROLE, place)]);
    assert_eq!(stage.memory.menu, None);
    obey(&mut view, &done[0]);
    assert!(shows(&words(&mut stage, &view), "Backing vocals"));
}

#[test]
fn advice_is_taken_over_or_dropped_only_where_there_is_some() {
    for (label, wanted) in [
        ("Take over", Gesture::TakeOverAdvice),
        ("Drop", Gesture::DropAdvice),
    ] {
        for (view, expected) in [(advised(), vec![wanted]), (alone(), vec![])] {
            let mut stage = quiet(WINDOW_STEM, Page::Stem);
            let at = find(&mut stage, &view, label).center();
            assert_eq!(
                click(&mut stage, &view, at, Modifiers::NONE),
                expected,
                "{label}"
            );
        }
    }
}

#[test]
fn with_several_songs_open_a_stem_asks_which() {
    let view = choosing();
    let mut stage = quiet(WINDOW_STEM, Page::Stem);
    assert!(shows(
        &words(&mut stage, &view),
        "Several Finalcoats are open"
    ));
    let masters = egui::Id::unique(("drop-down", "masters"));
    let at = stage.place(&view, masters).center();
    click(&mut stage, &view, at, Modifiers::NONE);
    let at = find(&mut stage, &view, "Master 2").center();
    let done = click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(done, [Gesture::Link(Wish::Join(8))]);
    let at = stage.place(&view, masters).center();
    click(&mut stage, &view, at, Modifiers::NONE);
    let none = find_all(&mut stage, &view, "None");
    let at = none.last().expect("none of them").center();
    let done = click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(done, [Gesture::Link(Wish::Join(0))]);
}

#[test]
fn a_link_that_cannot_be_says_why() {
    let fault =
        "No room: 16 masters or 112 stems are linked. Close some, and this one joins by itself.";
    let mut stem = alone();
    let mut master = proposed();
    for view in [&mut stem, &mut master] {
        let mut linked = Linked::clone(&view.linked);
        linked.fault = Some(fault.to_owned());
        view.linked = Arc::new(linked);
    }
    assert!(shows(
        &words(&mut quiet(WINDOW_STEM, Page::Stem), &stem),
        fault
    ));
    let mut stage = quiet(WINDOW_DEFAULT, Page::Spectrum);
    assert!(shows(
        &words(&mut stage, &master),
        "Stems cannot be reached"
    ));
    stage.memory.page = Page::Stems;
    assert!(shows(&words(&mut stage, &master), fault));
}

#[test]
fn where_the_system_allows_no_link_that_is_said_quietly() {
    let (stem, master) = (unseen(alone()), unseen(proposed()));
    let quiet_ink = finalcoat::editor::theme::colors().label;
    let said_quietly = |size, page, view: &ViewModel, wanted: &str| {
        let shapes = quiet(size, page).still(view);
        let mut found = texts(&shapes).into_iter();
        let found = found.find(|text| text.words.contains(wanted));
        assert_eq!(found.expect(wanted).color, quiet_ink, "{wanted}");
    };
    let sentence = "Works on its own: this system does not let instances link.";
    said_quietly(WINDOW_STEM, Page::Stem, &stem, sentence);
    let sentence = "This system does not let instances in different processes link";
    said_quietly(WINDOW_DEFAULT, Page::Stems, &master, sentence);
    // Nobody is told who did not ask, nor where they are linked all the same.
    let mut stage = quiet(WINDOW_DEFAULT, Page::Spectrum);
    assert!(!shows(
        &words(&mut stage, &master),
        "Stems cannot be reached"
    ));
    stage.memory.page = Page::Stems;
    let seen = unseen(with_stems(proposed()));
    assert!(!shows(&words(&mut stage, &seen), sentence));
}

#[test]
fn a_master_says_of_each_stem_what_it_is_and_what_is_proposed() {
    let view = with_stems(proposed());
    let mut stage = quiet(WINDOW_DEFAULT, Page::Spectrum);
    let at = find(&mut stage, &view, "Stems").center();
    click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(stage.memory.page, Page::Stems);
    let said = words(&mut stage, &view);
    for wanted in [
        "5 stems, 2 conflicts",
        "2:31 of the song heard",
        "Drums",
        "BASS 808",
        "Lead vocal",
        "\u{2212}16.2",
        "58 %",
        "61 %",
        "\u{2212}0.8 dB",
        "louder than the low end",
        "Accept",
        "in effect \u{b7} Lead vocal",
        "on its way \u{b7} Music",
        "as it is",
        "Conflicts left as they are",
        "at 38 % of the kicks",
        // The host does not say what its track is called.
        "Stem 5",
    ] {
        assert!(shows(&said, wanted), "{wanted:?} in {said:#?}");
    }
    // What is new can be accepted, what is held be taken back.
    let accepted = Wish::Advise(2, view.linked.stems[1].moves.clone());
    let at = find(&mut stage, &view, "Accept").center();
    let done = click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!(done, [Gesture::Link(accepted.clone())]);
    let each = find_all(&mut stage, &view, "Withdraw");
    assert_eq!(each.len(), 2);
    let done = click(&mut stage, &view, each[0].center(), Modifiers::NONE);
    assert_eq!(done, [Gesture::Link(Wish::Withdraw(3))]);
    for (label, wishes) in [
        ("Accept all", vec![accepted]),
        ("Withdraw all", vec![Wish::Withdraw(3), Wish::Withdraw(4)]),
    ] {
        let at = find(&mut stage, &view, label).center();
        let done = click(&mut stage, &view, at, Modifiers::NONE);
        let wishes: Vec<Gesture> = wishes.into_iter().map(Gesture::Link).collect();
        assert_eq!(done, wishes, "{label}");
    }
}

#[test]
fn what_the_stem_dropped_can_be_sent_again_and_what_it_does_not_hear_is_said() {
    let mut linked = stems();
    linked.stems.retain(|stem| stem.holds == Holds::Proposed);
    linked.stems[0].obeyed_pct = 0;
    let mut view = proposed();
    view.linked = Arc::new(linked.clone());
    let mut stage = quiet(WINDOW_DEFAULT, Page::Stems);
    assert!(shows(&words(&mut stage, &view), "held, not heard"));
    linked.stems[0].obeyed_pct = 40;
    view.linked = Arc::new(linked.clone());
    assert!(shows(&words(&mut stage, &view), "in effect at 40 %"));
    // One of two finds no room in the stem.
    linked.stems[0].moves.push(dip());
    linked.stems[0].held = 2;
    linked.stems[0].blocked[1] = true;
    view.linked = Arc::new(linked.clone());
    assert!(shows(&words(&mut stage, &view), "1 of 2 in effect at 40 %"));
    linked.stems[0].blocked[0] = true;
    view.linked = Arc::new(linked.clone());
    assert!(shows(&words(&mut stage, &view), "held, not heard"));
    linked.stems[0].holds = Holds::Other;
    linked.stems[0].blocked[0] = false;
    view.linked = Arc::new(linked.clone());
    assert!(shows(&words(&mut stage, &view), "obeys 1 of 2 other moves"));
    linked.stems[0].moves.pop();
    linked.stems[0].holds = Holds::Nothing;
    linked.stems[0].held = 0;
    linked.stems[0].blocked = [false; CHANGES_MAX];
    view.linked = Arc::new(linked);
    let at = find(&mut stage, &view, "Accept").center();
    let moves = view.linked.stems[0].moves.clone();
    assert_eq!(
        click(&mut stage, &view, at, Modifiers::NONE),
        [Gesture::Link(Wish::Advise(3, moves))]
    );
    let at = find(&mut stage, &view, "Withdraw all").center();
    assert_eq!(
        click(&mut stage, &view, at, Modifiers::NONE),
        [],
        "there is nothing to take back"
    );
}

#[test]
fn two_masters_of_one_session_can_part_and_a_remix_is_said() {
    let view = crowded();
    let mut stage = quiet(WINDOW_DEFAULT, Page::Stems);
    let at = find(&mut stage, &view, "Own session").center();
    assert_eq!(
        click(&mut stage, &view, at, Modifiers::NONE),
        [Gesture::Link(Wish::Part)]
    );
    let mut linked = Linked::clone(&view.linked);
    linked.state = State::Linked;
    let mut view = view;
    view.linked = Arc::new(linked);
    assert!(shows(
        &words(&mut stage, &view),
        "More than a master should do"
    ));
}

#[test]
fn a_master_that_nobody_listens_to_sends_nothing_and_says_why() {
    let view = elder();
    let mut stage = quiet(WINDOW_DEFAULT, Page::Stems);
    assert!(shows(&words(&mut stage, &view), "stems obey that one"));
    for label in ["Accept all", "Withdraw all", "Accept", "Withdraw"] {
        let at = find(&mut stage, &view, label).center();
        let done = click(&mut stage, &view, at, Modifiers::NONE);
        assert_eq!(done, [], "{label}");
        let said = super::harness::sentence_at(&mut stage, &view, at);
        assert!(
            said.is_some_and(|said| said.contains("other master")),
            "{label}"
        );
    }
    let at = find(&mut stage, &view, "Own session").center();
    assert_eq!(
        click(&mut stage, &view, at, Modifiers::NONE),
        [Gesture::Link(Wish::Part)]
    );
}

#[test]
fn where_stems_would_help_it_says_how_they_come_in() {
    let mut view = proposed();
    let mut stage = quiet(WINDOW_DEFAULT, Page::Spectrum);
    assert!(!shows(&words(&mut stage, &view), "Stems would help"));
    let mut advice = finalcoat::assistant::advice::Advice::clone(
        view.assistant.advice.as_deref().expect("advice"),
    );
    advice.verdict.kind = VerdictKind::Stems;
    view.assistant.advice = Some(Arc::new(advice));
    assert!(shows(
        &words(&mut stage, &view),
        "Stems would help: here is how"
    ));
    let at: Pos2 = find(&mut stage, &view, "Stems").center();
    click(&mut stage, &view, at, Modifiers::NONE);
    assert!(shows(
        &words(&mut stage, &view),
        "Put Finalcoat Stem on each group"
    ));
}

#[test]
fn a_master_that_knows_no_stems_says_how_they_come_in_where_help_is() {
    let view = fresh();
    let mut stage = quiet(WINDOW_MIN, Page::Spectrum);
    stage.memory.menu = Some(Menu::Help);
    let at = find(&mut stage, &view, "Stems").center();
    click(&mut stage, &view, at, Modifiers::NONE);
    assert_eq!((stage.memory.page, stage.memory.menu), (Page::Stems, None));
    assert!(shows(
        &words(&mut stage, &view),
        "Put Finalcoat Stem on each group"
    ));
    // A stem has no stems.
    let mut stage = quiet(WINDOW_STEM, Page::Stem);
    stage.memory.menu = Some(Menu::Help);
    let said = words(&mut stage, &alone());
    assert!(!said.iter().any(|one| one == "Stems"), "{said:#?}");
}

#[test]
fn numbers_of_moves_are_short() {
    let mut one = gain(-0.84, "");
    assert_eq!(does(&one), "\u{2212}0.8 dB");
    one.value = 0.6;
    one.band_hz = Some([30.0, 120.0]);
    assert_eq!(does(&one), "+0.6 dB, 30 Hz\u{2013}120 Hz");
    one.unit = "%".to_owned();
    one.value = 80.0;
    one.band_hz = Some([5200.0, 12_600.0]);
    assert_eq!(does(&one), "80 %, 5.2 kHz\u{2013}12.6 kHz");
}
