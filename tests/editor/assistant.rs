//! The assistant's panel in its states.

use std::sync::Arc;

use egui::epaint::{self, ClippedShape};
use egui::{Modifiers, Pos2, Rect, vec2};

use finalcoat::analysis::report::Span;
use finalcoat::assistant::advice::{
    Advice, AdviceFinding, AdviceMove, AdviceVerdict, Corridor, Switch,
};
use finalcoat::assistant::finding::{FindingKind, Reach, Severity};
use finalcoat::assistant::moves::{Change, MoveKind};
use finalcoat::assistant::verdict::VerdictKind;
use finalcoat::assistant::wishes::{LoudnessWish, MixState};
use finalcoat::editor::view::{Gesture, Menu, Number, Page, Side, ViewModel};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::{BandSettings, Shape};
use finalcoat::engine::settings::fields::Group;
use finalcoat::engine::settings::glue::GlueSettings;
use finalcoat::engine::settings::loudness::Character;
use finalcoat::engine::settings::multiband::MultibandSettings;
use finalcoat::handoff::listen::{StyleList, Work};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};

use super::harness::{Stage, click, find, find_all, notch, texts};
use super::views::{fresh, playing};

pub(crate) fn listening() -> ViewModel {
    let mut view = playing();
    let status = &mut view.assistant.status;
    status.on = true;
    status.covered = vec![
        Span {
            start_s: 12.0,
            end_s: 41.0,
        },
        Span {
            start_s: 62.0,
            end_s: 66.0,
        },
    ];
    status.covered_s = 33.0;
    status.gated_s = 14.0;
    status.confidence = 0.45;
    status.position_s = Some(66.0);
    view
}

pub(crate) fn proposed() -> ViewModel {
    let mut view = playing();
    let one = |kind, text: &str, value, unit: &str| AdviceMove {
        kind,
        text: text.to_owned(),
        value,
        unit: unit.to_owned(),
        change: change(kind),
        on: true,
    };
    let found = |kind, severity, text: &str, advice: &str| AdviceFinding {
        kind,
        severity,
        value: 3.1,
        unit: "dB".to_owned(),
        places: vec![[42.0, 58.0], [101.0, 117.0]],
        text: text.to_owned(),
        advice: advice.to_owned(),
        stereo: Reach::Limited,
        stems: Reach::Yes,
        better: "Hold its peaks on its own track.".to_owned(),
    };
    let mut driven = Settings::default();
    driven.loudness.on = true;
    driven.loudness.drive_db = 8.6;
    let advice = Advice {
        style: "closest to rock".to_owned(),
        style_confidence: 0.62,
        nearness: vec![("rock".to_owned(), 0.62), ("pop".to_owned(), 0.21)],
        moves: vec![
            one(
                MoveKind::Tone,
                "Highs lie 3.1 dB below the style's curve above 6 kHz: a shelf lifts them.",
                2.2,
                "dB",
            ),
            one(
                MoveKind::BassNote,
                "D2 (73.4 Hz) stands 5.2 dB above the other bass notes whenever it is played.",
                -3.4,
                "dB",
            ),
            one(
                MoveKind::Dynamics,
                "The low band moves 9.1 dB between its median and its peaks, 2.6 dB more than usual.",
                2.6,
                "dB",
            ),
            one(
                MoveKind::Glue,
                "The groups move apart by 4 dB; a slow 1.6:1 ties them.",
                1.6,
                ":1",
            ),
            one(
                MoveKind::Width,
                "High mids are 2.8 dB narrower than usual.",
                115.0,
                "%",
            ),
            one(
                MoveKind::Limiter,
                "Percussive: the punchy character keeps its hits.",
                0.6,
                "",
            ),
        ],
        notes: vec!["De-essing was given up: no equalizer band was free.".to_owned()],
        findings: vec![
            found(
                FindingKind::LimiterTrigger,
                Severity::High,
                "The kick below 110 Hz triggers 71 % of the limiting.",
                "Turn the kick down by 1 dB in the mix.",
            ),
            found(
                FindingKind::Dull,
                Severity::Low,
                "Highs are 3.1 dB below the style.",
                "The master lifts them.",
            ),
            found(
                FindingKind::SmallSpeakerBass,
                Severity::Info,
                "A phone loses 9.4 dB of the bass.",
                "",
            ),
        ],
        verdict: AdviceVerdict {
            kind: VerdictKind::Master,
            confidence: 0.81,
            summary: "A stereo master is enough: what it lacks are traits of the whole song."
                .to_owned(),
            if_open: "Turn the kick down by 1 dB before the master.".to_owned(),
            if_locked: "Go on with the stereo master.".to_owned(),
        },
        song_lufs: Some(-16.4),
        goal_lufs: Some(-11.0),
        reached_lufs: Some(-11.0),
        knee_lufs: Some(-9.8),
        corridor: corridor(),
        cost: vec![
            [-14.5, 0.0, 13.4, -58.0],
            [-12.6, 0.4, 11.6, -44.0],
            [-10.9, 1.5, 9.9, -36.0],
            [-9.4, 3.2, 8.4, -29.5],
            [-8.1, 5.3, 7.1, -24.5],
            [-7.1, 7.6, 6.1, -20.8],
        ],
        confidence: 1.0,
        gated_s: 83.0,
        rehearsed: true,
        settings: driven,
        ..Advice::default()
    };
    let assistant = &mut view.assistant;
    assistant.advice = Some(Arc::new(advice));
    assistant.status.covered = vec![Span {
        start_s: 4.0,
        end_s: 92.0,
    }];
    assistant.status.covered_s = 88.0;
    assistant.status.gated_s = 83.0;
    assistant.status.confidence = 1.0;
    assistant.references = vec![
        "/music/A reference with a name.flac".to_owned(),
        "/music/b.wav".to_owned(),
    ];
    assistant.status.styles = Arc::new(StyleList {
        ours: ["neutral", "pop", "rock", "metal"]
            .map(str::to_owned)
            .to_vec(),
        own: vec!["Doom with a name of some length".to_owned()],
        faults: vec![["dub.toml".to_owned(), "missing field `level_db`".to_owned()]],
        folder: Some("/music/settings/a user/Finalcoat/Styles".to_owned()),
    });
    assistant.switches = vec![Switch {
        kind: MoveKind::Width,
        nth: 0,
        on: false,
    }];
    assistant.owned.stages[4] = true;
    assistant.owned.bands[2] = true;
    assistant.owned.bands[6] = true;
    assistant.bands[9] = true;
    view
}

/// What a move of a kind may change.
fn change(kind: MoveKind) -> Change {
    let band = |shape, frequency_hz, gain_db, range_db| BandSettings {
        on: true,
        shape,
        frequency_hz,
        gain_db,
        range_db,
        ..BandSettings::default()
    };
    match kind {
        MoveKind::Tone => Change::Bands(vec![
            band(Shape::HighShelf, 6000.0, 2.2, 0.0),
            band(Shape::LowShelf, 300.0, -0.8, 0.0),
        ]),
        MoveKind::BassNote => Change::Bands(vec![band(Shape::Bell, 73.4, 0.0, -3.4)]),
        MoveKind::Dynamics => {
            let mut multiband = MultibandSettings::default();
            multiband.bands[0].ratio = 1.6;
            Change::Multiband(multiband)
        }
        MoveKind::Glue => Change::Glue(GlueSettings {
            ratio: 1.6,
            ..GlueSettings::default()
        }),
        MoveKind::Width => Change::Width([100.0, 100.0, 115.0, 100.0]),
        MoveKind::Limiter => Change::Limiter(Character::Punchy, 12.0, 1.0),
        _ => Change::Subsonic(25.0),
    }
}

fn states() -> [(&'static str, ViewModel); 5] {
    let mut working = proposed();
    working.assistant.status.work = Work::Rehearsing(0.45);
    working.assistant.wishes.loudness = LoudnessWish::Target(-11.0);
    working.assistant.wishes.mix_state = MixState::Locked;
    let mut changed = proposed();
    changed.assistant.status.changed = vec![Span {
        start_s: 62.0,
        end_s: 90.0,
    }];
    changed.assistant.applied = true;
    [
        ("empty", fresh()),
        ("listening", listening()),
        ("proposal", proposed()),
        ("working", working),
        ("changed", changed),
    ]
}

fn stage(size: [f32; 2], scale: f32) -> Stage {
    let mut stage = Stage::new(size, scale);
    stage.memory.page = Page::Assistant;
    stage.memory.wishes = Some(true);
    stage
}

#[test]
fn the_assistants_panel_is_drawn_in_every_state() {
    for (name, view) in states() {
        for (size, scale) in [
            (WINDOW_DEFAULT, 1.0),
            (WINDOW_DEFAULT, 2.0),
            (WINDOW_MIN, 1.0),
        ] {
            let mut stage = stage(size, scale);
            let shapes = stage.still(&view);
            let [width, height] = size;
            stage.save(&format!("assistant-{name}-{width}x{height}@{scale}x.png"));
            assert_eq!(stage.raster.outside, 0, "{name}");
            let window = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
            assert_eq!(half_covered(&shapes), [""; 0], "{name} {size:?}");
            // What has scrolled out of a list is cut by it.
            let texts: Vec<_> = texts(&shapes)
                .into_iter()
                .filter(|text| text.clip.contains_rect(text.rect))
                .collect();
            for (n, a) in texts.iter().enumerate() {
                assert!(
                    window.shrink(8.0).contains_rect(a.rect),
                    "{name}: {:?}",
                    a.words
                );
                for b in &texts[n + 1..] {
                    let shared = a.rect.intersect(b.rect);
                    assert!(
                        !shared.is_positive(),
                        "{name} {size:?}: {:?} and {:?} overlap at {shared:?}",
                        a.words,
                        b.words
                    );
                }
            }
        }
    }
    let mut stage = stage(WINDOW_DEFAULT, 1.0);
    stage.memory.adding = Some("/music/mix".to_owned());
    stage.still(&proposed());
    stage.save("assistant-adding.png");
}

/// Texts that something with a ground of its own was drawn over in part.
fn half_covered(shapes: &[ClippedShape]) -> Vec<String> {
    fn flat<'a>(shape: &'a epaint::Shape, clip: Rect, into: &mut Vec<(&'a epaint::Shape, Rect)>) {
        match shape {
            epaint::Shape::Vec(shapes) => shapes.iter().for_each(|shape| flat(shape, clip, into)),
            other => into.push((other, clip)),
        }
    }
    let mut all = Vec::new();
    for clipped in shapes {
        flat(&clipped.shape, clipped.clip_rect, &mut all);
    }
    let mut found = Vec::new();
    for (n, (shape, clip)) in all.iter().enumerate() {
        let epaint::Shape::Text(text) = shape else {
            continue;
        };
        let rect = text.galley.mesh_bounds.translate(text.pos.to_vec2());
        let covers = |(later, clip): &(&epaint::Shape, Rect)| match later {
            epaint::Shape::Rect(one) => {
                let shown = one.rect.shrink(0.5).intersect(*clip);
                let over = shown.intersect(rect).is_positive();
                one.fill.a() > 0 && over && !one.rect.contains_rect(rect)
            }
            _ => false,
        };
        // What has scrolled out of a list is cut by it.
        if clip.contains_rect(rect) && all[n + 1..].iter().any(covers) {
            found.push(text.galley.text().to_owned());
        }
    }
    found
}

#[test]
fn the_names_on_the_tabs_keep_their_distance_from_the_edges() {
    for (name, view) in states() {
        for size in [WINDOW_MIN, WINDOW_DEFAULT] {
            let mut stage = stage(size, 1.0);
            stage.paints = false;
            let shapes = stage.still(&view);
            let stages = Group::STAGES.map(Page::Stage);
            let narrow = (size == WINDOW_MIN).then_some(Page::Assistant);
            for page in stages.into_iter().chain(narrow) {
                let card = stage.place(&view, egui::Id::unique(("card", page)));
                for text in texts(&shapes) {
                    let words = &text.words;
                    if card.intersects(text.rect.intersect(text.clip)) {
                        let inside = card.shrink2(vec2(4.0, 2.0)).contains_rect(text.rect);
                        assert!(inside, "{name} {size:?}: {words} on {page:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_list_of_styles_holds_the_users_own_and_says_what_is_wrong_with_files() {
    let mut view = proposed();
    for (size, scale) in [(WINDOW_MIN, 1.0), (WINDOW_DEFAULT, 2.0)] {
        let mut stage = stage(size, scale);
        let at = find(&mut stage, &view, "Auto: near rock, 62 %").center();
        let opened = click(&mut stage, &view, at, Modifiers::NONE);
        assert_eq!(opened, [Gesture::LookForStyles]);
        let shapes = stage.still(&view);
        stage.save(&format!("assistant-styles-{}@{scale}x.png", size[0]));
        let all = texts(&shapes);
        for wanted in [
            "Doom with a name of some length",
            "yours",
            "62 %",
            "dub.toml is left out",
            "missing field `level_db`",
            "Your own: /music/settings/a user/Finalcoat/Styles",
        ] {
            let shown = all.iter().find(|text| text.words == wanted);
            let shown = shown.unwrap_or_else(|| panic!("{wanted:?}"));
            assert!(shown.clip.contains_rect(shown.rect), "{wanted:?} is cut");
        }
        let at = find(&mut stage, &view, "Doom with a name of some length").center();
        let picked = click(&mut stage, &view, at, Modifiers::NONE);
        let [Gesture::Wish(wishes)] = &picked[..] else {
            panic!("{picked:?}");
        };
        let style = wishes.style.as_deref();
        assert_eq!(style, Some("Doom with a name of some length"));
        assert!(!(stage.memory.menu == Some(Menu::Styles)));
    }
    // A style that is not there any more stays named.
    view.assistant.wishes.style = Some("Polka".to_owned());
    let mut stage = stage(WINDOW_MIN, 1.0);
    find(&mut stage, &view, "Polka");
}

#[test]
fn what_the_assistant_says_can_be_read() {
    let wanted = [
        ("empty", &["Listen", "Nothing heard yet", "Apply"][..]),
        (
            "listening",
            &[
                "Stop listening",
                "0:14 of music heard; a proposal comes at 0:20",
            ],
        ),
        (
            "proposal",
            &[
                "Master it",
                "+2.2 dB above 6 kHz, \u{2212}0.8 dB below 300 Hz",
                "up to \u{2212}3.4 dB at 73 Hz",
                "1.6:1 below 110 Hz",
                "1.6:1",
                "115 % high mid",
                "+8.6 dB drive, punchy, clips 1.0 dB",
                "Yours, and left alone",
                "Auto: near rock, 62 %",
                "\u{2212}16.4 to \u{2212}11.0 LUFS",
                "down 3.0 dB",
                "Moves 6",
                "Findings 3",
            ],
        ),
        ("working", &["Rehearsing a proposal: 45 %", "Stop"]),
        (
            "changed",
            &[
                "The mix changed at 1:02\u{2013}1:30: listen again",
                "Applied",
            ],
        ),
    ];
    for ((name, view), (_, wanted)) in states().into_iter().zip(wanted) {
        let mut stage = stage([1040.0, 1200.0], 1.0);
        stage.paints = false;
        let all: Vec<String> = texts(&stage.still(&view))
            .into_iter()
            .map(|text| text.words)
            .collect();
        for wanted in wanted {
            assert!(
                all.iter().any(|text| text == wanted),
                "{name}: {wanted:?}: {all:?}"
            );
        }
    }
}

#[test]
fn a_reference_that_is_pasted_as_a_uri_is_added_as_a_path() {
    let mut stage = stage(WINDOW_DEFAULT, 1.0);
    stage.paints = false;
    stage.memory.adding = Some("file:///music/a%20b.wav ".to_owned());
    let view = fresh();
    let at = find(&mut stage, &view, "Add").center();
    let pressed = click(&mut stage, &view, at, Modifiers::NONE);
    let added = Gesture::AddReference("/music/a b.wav".to_owned());
    assert_eq!(pressed, [added]);
    assert_eq!(stage.memory.adding, None);
}

#[test]
fn the_assistants_buttons_return_what_was_meant() {
    let mut stage = stage([1040.0, 1200.0], 1.0);
    stage.paints = false;
    let mut view = proposed();
    let mut press = |words: &str| {
        let at = find(&mut stage, &view, words).center();
        click(&mut stage, &view, at, Modifiers::NONE)
    };
    assert_eq!(press("Listen"), [Gesture::Listen(true)]);
    assert_eq!(press("Apply"), [Gesture::Apply]);
    assert_eq!(press("Propose"), [Gesture::Propose]);
    assert_eq!(press("take over"), [Gesture::TakeOver(1, true)]);
    let [Gesture::Wish(wishes)] = &press("Set")[..] else {
        panic!("no wish");
    };
    assert_eq!(
        wishes.loudness,
        LoudnessWish::Target(f64::from(view.goal_lufs))
    );
    let [Gesture::Wish(wishes)] = &press("Open")[..] else {
        panic!("no wish");
    };
    assert_eq!(wishes.mix_state, MixState::Open);
    let switch = egui::Id::unique(("switch", ("move", MoveKind::Tone, 0_usize)));
    let switch = stage.place(&view, switch).center();
    assert_eq!(
        click(&mut stage, &view, switch, Modifiers::NONE),
        [Gesture::SwitchMove(MoveKind::Tone, 0, false)]
    );
    // The axis of the spectrum has one too.
    let weights = |stage: &mut Stage, view: &ViewModel| -> Vec<Rect> {
        let all = find_all(stage, view, "100").into_iter();
        all.filter(|rect| rect.right() < 280.0).collect()
    };
    let hundreds = weights(&mut stage, &view);
    assert_eq!(hundreds.len(), 4, "tone, dynamics, width, loudness");
    let width = Number::Weight(Side::Width);
    let full = [
        Gesture::Begin(width),
        Gesture::Set(width, 100.0),
        Gesture::End(width),
    ];
    let most = notch(&mut stage, &view, hundreds[2].center());
    assert_eq!(most, full, "it is at its highest");
    view.assistant.wishes.reference_weights.width = 0.5;
    let at = find(&mut stage, &view, "50").center();
    let more = notch(&mut stage, &view, at);
    assert!(
        matches!(more[..], [_, Gesture::Set(number, pct), _] if number == width && pct > 50.0),
        "{more:?}"
    );
    view.assistant.references.clear();
    assert_eq!(weights(&mut stage, &view), [], "nothing to weigh");
    // A stage's tab leads back to the stage.
    let tab = find(&mut stage, &view, "Colour").center();
    click(&mut stage, &view, tab, Modifiers::NONE);
    assert_eq!(stage.memory.page, Page::Stage(Group::Colour));
}

/// Pink, a little darker at the ends.
fn corridor() -> Corridor {
    let octaves = |band: usize| (band as f32 - 15.0) / 3.0;
    Corridor {
        level_db: (0..31).map(|band| -0.35 * octaves(band).powi(2)).collect(),
        spread_db: (0..31)
            .map(|band| 2.5 + 0.3 * octaves(band).abs())
            .collect(),
    }
}
