//! The editor, drawn without a window and used without a mouse.
#![cfg(feature = "plugin")]

#[path = "editor/assistant.rs"]
mod assistant;
#[path = "editor/gestures.rs"]
mod gestures;
#[path = "editor/handles.rs"]
mod handles;
#[path = "editor/harness.rs"]
mod harness;
#[path = "support/instances.rs"]
mod instances;
#[path = "editor/keys.rs"]
mod keys;
#[path = "editor/linked.rs"]
mod linked;
#[path = "editor/pace.rs"]
mod pace;
#[path = "editor/panels.rs"]
mod panels;
#[path = "editor/picture.rs"]
mod picture;
#[path = "support/raster.rs"]
mod raster;
#[path = "editor/snapshots.rs"]
mod snapshots;
#[path = "support/song.rs"]
mod song;
#[path = "editor/transport.rs"]
mod transport;
#[path = "editor/views.rs"]
mod views;

use egui::{Color32, Pos2, Rect, vec2};

use finalcoat::editor::theme::Theme;
use finalcoat::editor::view::{Menu, Page, Part, ViewModel};
use finalcoat::engine::settings::fields::Group;
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};
use harness::{Stage, texts};
use views::{extreme, fresh, playing};

const SIZES: [([f32; 2], f32); 4] = [
    (WINDOW_DEFAULT, 1.0),
    (WINDOW_DEFAULT, 2.0),
    (WINDOW_MIN, 1.0),
    ([1600.0, 1000.0], 1.0),
];

fn views() -> [(&'static str, ViewModel); 3] {
    [
        ("playing", playing()),
        ("fresh", fresh()),
        ("extreme", extreme()),
    ]
}

#[test]
fn the_window_is_drawn_in_every_size_and_state() {
    for ((name, view), panel) in every_panel() {
        for (number, (size, scale)) in SIZES.into_iter().enumerate() {
            // Every panel in one size, and every size with some panel.
            let place = Group::STAGES.iter().position(|&stage| stage == panel);
            if number != 0 && place != Some(number + name.len() % 3) {
                continue;
            }
            let mut stage = Stage::new(size, scale);
            stage.memory.page = Page::Stage(panel);
            if matches!(panel, Group::Glue | Group::Colour) {
                stage.play(&view);
            }
            stage.still(&view);
            let [width, height] = size;
            stage.save(&format!("{name}-{panel:?}-{width}x{height}@{scale}x.png"));
            assert_eq!(
                stage.raster.outside, 0,
                "{name}: something was drawn outside"
            );
            let rgba = stage.raster.rgba();
            assert!(
                rgba.chunks(4).all(|pixel| pixel[3] == 255),
                "{name}: a hole in the window"
            );
            let mut colors: Vec<&[u8]> = rgba.chunks(4).collect();
            colors.sort_unstable();
            colors.dedup();
            assert!(colors.len() > 100, "{name}: only {} colours", colors.len());
        }
    }
}

/// What lies over the panels for a while.
#[test]
fn the_list_of_presets_and_the_line_for_a_name_are_drawn() {
    let view = playing();
    for (name, naming) in [
        ("list", None),
        ("naming", Some("My rock master".to_owned())),
    ] {
        let mut stage = Stage::new(WINDOW_MIN, 1.0);
        stage.memory.menu = naming.is_none().then_some(Menu::Presets);
        stage.memory.naming = naming;
        let words: Vec<String> = texts(&stage.still(&view))
            .into_iter()
            .map(|text| text.words)
            .collect();
        stage.save(&format!("{name}.png"));
        let wanted: &[&str] = match name {
            "list" => &["Made for Finalcoat", "Yours", "Warm tape", "My rock master"],
            _ => &["Replace", "Cancel", "My rock master"],
        };
        for wanted in wanted {
            assert!(
                words.iter().any(|word| word == wanted),
                "{wanted:?}: {words:?}"
            );
        }
    }
}

fn every_panel() -> impl Iterator<Item = ((&'static str, ViewModel), Group)> {
    let each =
        |view: (&'static str, ViewModel)| Group::STAGES.map(move |stage| (view.clone(), stage));
    views().into_iter().flat_map(each)
}

#[test]
fn no_text_is_cut_or_covers_another() {
    let mut wrong = Vec::new();
    let more = [
        ("proposed", assistant::proposed()),
        ("listening", assistant::listening()),
        ("stems", linked::with_stems(assistant::proposed())),
        ("crowded", linked::crowded()),
        ("stem alone", linked::alone()),
        ("stem choosing", linked::choosing()),
        ("stem advised", linked::advised()),
        ("stem blocked", linked::blocked()),
        ("stem unseen", linked::unseen(linked::alone())),
        ("stems unseen", linked::unseen(assistant::proposed())),
        ("stems elder", linked::elder()),
    ];
    for (name, view) in views().into_iter().chain(more) {
        let between = [
            [720.0, 1400.0],
            [939.0, 619.0],
            [940.0, 620.0],
            [1000.0, 480.0],
            [1059.0, 800.0],
            [1060.0, 690.0],
            [1100.0, 640.0],
            [1920.0, 600.0],
            [1280.0, 1600.0],
            [3840.0, 2160.0],
        ];
        let sizes = SIZES.into_iter().map(|(size, _)| size).chain(between);
        for size in sizes {
            for page in pages(&view, size) {
                let mut drawn = Stage::new(size, 1.0);
                drawn.paints = false;
                drawn.memory.page = page;
                if let Page::Part(part) = page {
                    drawn.memory.part = part;
                }
                let mut texts = texts(&drawn.still(&view));
                // What has scrolled out of a list is not there, and what it cuts is cut.
                let all = Rect::from_min_size(Pos2::ZERO, vec2(size[0], size[1])).shrink(8.0);
                texts.retain(|text| {
                    text.clip.contains_rect(all) || text.clip.contains_rect(text.rect)
                });
                let window = Rect::from_min_size(Pos2::ZERO, vec2(size[0], size[1]));
                for (n, a) in texts.iter().enumerate() {
                    let words = &a.words;
                    if !window.shrink(8.0).contains_rect(a.rect) || !a.clip.contains_rect(a.rect) {
                        wrong.push(format!("{name} {page:?} {size:?}: {words:?} is cut"));
                    }
                    for b in &texts[n + 1..] {
                        if a.rect.intersect(b.rect).is_positive() {
                            let other = &b.words;
                            wrong.push(format!("{name} {page:?} {size:?}: {words:?} on {other:?}"));
                        }
                    }
                }
            }
        }
    }
    wrong.sort_unstable();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_loudness_costs_is_said_to_the_end() {
    for size in SIZES.map(|(size, _)| size) {
        let mut stage = Stage::new(size, 1.0);
        stage.paints = false;
        stage.memory.part = Part::Cost;
        stage.memory.page = Page::Part(Part::Cost);
        let shapes = stage.still(&assistant::proposed());
        let all = texts(&shapes);
        let said = all.iter().find(|text| text.words.contains("distortion"));
        let said = said.unwrap_or_else(|| panic!("{size:?}: no words below the curve"));
        assert!(!said.elided, "{size:?}: {:?}", said.words);
        assert!(said.clip.contains_rect(said.rect), "{size:?}");
        for wanted in ["0", "4", "8", "dB of limiting"] {
            assert!(all.iter().any(|text| text.words == wanted), "{wanted}");
        }
    }
}

#[test]
fn every_graph_says_what_it_counts() {
    let view = playing();
    for (stage, unit, count) in [
        (Group::Equalizer, "dB", 2),
        (Group::Multiband, "dB", 2),
        (Group::Input, "dB", 1),
        (Group::Image, "%", 1),
        (Group::Glue, "dB", 1),
        (Group::Colour, "dB", 1),
    ] {
        let mut drawn = Stage::with(WINDOW_DEFAULT, stage);
        let shapes = drawn.still(&view);
        let all = texts(&shapes);
        let number = |words: &str| words.chars().all(|c| "+\u{2212}0123456789".contains(c));
        // On an axis it ends where several numbers do.
        let numbers_over = |unit: &Rect| {
            let ends = |text: &&harness::Text| (text.rect.right() - unit.right()).abs() < 2.0;
            let numbers = all.iter().filter(|text| number(&text.words));
            numbers.filter(ends).count()
        };
        let units = all.iter().filter(|text| text.words == unit);
        let found = units.filter(|text| numbers_over(&text.rect) > 2);
        assert_eq!(found.count(), count, "{stage:?}");
    }
}

/// What the middle of a window of this size can show, and what the meters can.
fn pages(view: &ViewModel, size: [f32; 2]) -> Vec<Page> {
    let lead = match view.stem {
        None => Page::Assistant,
        Some(_) => Page::Stem,
    };
    let lead = (size[0] < 940.0 || size[1] < 620.0).then_some(lead);
    let stems = (!view.linked.stems.is_empty()).then_some(Page::Stems);
    let stages = Group::STAGES.map(Page::Stage);
    let parts = Part::ALL.map(Page::Part);
    [Page::Spectrum]
        .into_iter()
        .chain(lead)
        .chain(stems)
        .chain(stages)
        .chain(parts)
        .collect()
}

#[test]
fn what_matters_can_be_read() {
    let view = playing();
    let always = [
        "Integrated",
        "\u{2212}11.0",
        "Short-term",
        "\u{2212}10.9",
        "Momentary",
        "\u{2212}10.4",
        "6.3",
        "10.0",
        "9.9",
        "\u{2212}1.0",
        "Bypass",
        "Intensity",
        "70",
        "Warm tape (edited)",
        "Latency 5.5 ms at 44.1 kHz",
    ];
    for (stage, wanted) in [
        (
            Group::Input,
            &["\u{2212}13.7", "Reference level", "Set from what was heard"][..],
        ),
        (
            Group::Equalizer,
            &["Band 1", "Frequency", "Stereo", "Side", "12 dB/oct"],
        ),
        (
            Group::Multiband,
            &[
                "\u{2212}2.4 dB",
                "+0.9 dB",
                "High mid",
                "Lift below",
                "700 Hz",
                "4.50 kHz",
            ],
        ),
        (Group::Image, &["Guard", "+0.13", "Mono bass", "145"]),
        (
            Group::Glue,
            &["\u{2212}1.8 dB", "Side-chain", "Auto release", "2.00"],
        ),
        (
            Group::Colour,
            &["\u{2212}38.4 dBFS", "Tape", "Tube", "Evenness"],
        ),
        (
            Group::Loudness,
            &[
                "+6.02",
                "Ceiling",
                "\u{2212}1.00",
                "60",
                "\u{2212}0.9 dB",
                "Transparent",
                "Dense",
                "Set drive from what was heard",
                "Drive +6.02 dB brings the 1:23 heard to \u{2212}11.0 LUFS.",
            ],
        ),
    ] {
        let mut drawn = Stage::with(WINDOW_DEFAULT, stage);
        let all: Vec<String> = texts(&drawn.still(&view))
            .into_iter()
            .map(|text| text.words)
            .collect();
        for wanted in always.iter().chain(wanted) {
            assert!(
                all.iter().any(|text| text == wanted),
                "{stage:?}: {wanted:?} is missing in {all:?}"
            );
        }
    }
}

#[test]
fn the_same_view_gives_the_same_picture() {
    let picture = || {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        stage.still(&playing());
        stage.raster.rgba()
    };
    assert_eq!(picture(), picture());
}

/// WCAG 2.2, definition of contrast ratio.
fn contrast(a: Color32, b: Color32) -> f64 {
    let luminance = |color: Color32| {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_stands_out_from_its_ground() {
    let more = [
        ("proposed", assistant::proposed()),
        ("listening", assistant::listening()),
        ("stems", linked::with_stems(assistant::proposed())),
        ("stem choosing", linked::choosing()),
        ("stem advised", linked::advised()),
    ];
    let all = views().into_iter().chain(more);
    let themes = [Theme::Dark, Theme::Light];
    let both = all.flat_map(|view| themes.map(|theme| (view.clone(), theme)));
    let every = both.flat_map(|one| {
        let (_, view) = &one.0;
        pages(view, WINDOW_DEFAULT)
            .into_iter()
            .map(move |page| (one.clone(), page))
    });
    for (((name, mut view), theme), page) in every {
        view.preferences.theme = theme;
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        stage.memory.page = page;
        if let Page::Part(part) = page {
            stage.memory.part = part;
        }
        let shapes = stage.still(&view);
        // What has scrolled out of a list is not there.
        let shown = texts(&shapes).into_iter();
        for text in shown.filter(|text| text.clip.contains_rect(text.rect)) {
            // The ground: the commonest colour of the text's box.
            let area = text.rect.expand(1.0);
            let mut counts = std::collections::HashMap::new();
            for y in area.top() as usize..area.bottom() as usize {
                for x in area.left() as usize..area.right() as usize {
                    let pixel = stage.raster.pixel(x, y);
                    if pixel != text.color {
                        *counts.entry(pixel).or_insert(0) += 1;
                    }
                }
            }
            let ground = counts
                .into_iter()
                .max_by_key(|(_, count)| *count)
                .unwrap()
                .0;
            let ratio = contrast(text.color, ground);
            assert!(
                ratio >= 4.5,
                "{name} {theme:?} {page:?}: {:?}: {ratio:.2}:1 on {ground:?}",
                text.words
            );
        }
    }
}

#[test]
fn the_palettes_keep_their_contrast() {
    for theme in [Theme::Dark, Theme::Light] {
        let colors = theme.palette();
        for ink in [
            colors.text,
            colors.label,
            colors.reduction,
            colors.goal,
            colors.over,
            colors.side,
        ] {
            for ground in [
                colors.ground,
                colors.graph,
                colors.panel,
                colors.raised,
                colors.hovered,
            ] {
                let found = contrast(ink, ground);
                assert!(found >= 4.5, "{theme:?}: {ink:?} on {ground:?}: {found}");
            }
        }
        for fill in [
            colors.goal,
            colors.label,
            colors.reduction,
            colors.over,
            colors.side,
        ] {
            let found = contrast(colors.on_fill, fill);
            assert!(found >= 4.5, "{theme:?}: on {fill:?}: {found}");
        }
        assert!(contrast(colors.on_alarm, colors.alarm) >= 4.5);
        // A picture needs less than a text, also while it cannot be pressed.
        let found = contrast(colors.disabled_picture(), colors.disabled_ground());
        assert!(found >= 3.0, "{theme:?}: a disabled picture: {found}");
    }
}
