//! The handles of the equalizer's graph: what is done with them, what is read out of them, and where they are
//! while they are dragged.

use egui::{Event, Modifiers, Pos2, Rect, pos2};

use finalcoat::editor::fields::EqBand;
use finalcoat::editor::view::{Gesture, Page, ViewModel};
use finalcoat::engine::settings::equalizer::{FREQUENCIES_HZ, GAIN_DB, Shape};
use finalcoat::engine::settings::fields::{Choice, Group};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};

use super::harness::{Stage, click, drag, find_all, notch, obey, press, sentence_at, texts};
use super::views::playing;

const PAGES: [Page; 2] = [Page::Spectrum, Page::Stage(Group::Equalizer)];

fn stage(size: [f32; 2], page: Page) -> Stage {
    let mut stage = Stage::new(size, 1.0);
    stage.paints = false;
    stage.memory.page = page;
    stage
}

/// Where the handle of a band lies as it is set.
fn handle(stage: &mut Stage, view: &ViewModel, band: usize) -> Pos2 {
    let settings = view.settings.equalizer.bands[band];
    graph_point(stage, view, settings.frequency_hz, settings.gain_db)
}

/// All words while the pointer is at a place.
fn words_at(stage: &mut Stage, view: &ViewModel, at: Pos2) -> Vec<String> {
    stage.frame(view, vec![Event::PointerMoved(at)], Modifiers::NONE);
    let shapes = stage.frame(view, Vec::new(), Modifiers::NONE).0;
    texts(&shapes).into_iter().map(|text| text.words).collect()
}

fn assert_said(words: &[String], wanted: &str) {
    assert!(
        words.iter().any(|one| one == wanted),
        "{wanted:?} in {words:?}"
    );
}

/// Where the equalizer's graph lies: between the labels of its axes.
fn graph_point(stage: &mut Stage, view: &ViewModel, hz: f32, db: f32) -> Pos2 {
    let labels = |stage: &mut Stage, words: &str| find_all(stage, view, words);
    let x100 = labels(stage, "100")[0].center().x;
    let x1k = labels(stage, "1k")[0].center().x;
    // The scale is as wide as the gains need.
    let most = ["12", "8", "4"].into_iter().find(|most| {
        let label = format!("+{most}");
        !labels(stage, &label).is_empty()
    });
    let most = most.expect("a scale");
    let up = labels(stage, &format!("+{most}"))[0].center().y;
    let down = labels(stage, &format!("\u{2212}{most}"));
    let down = down.last().expect("a scale").center().y;
    let most: f32 = most.parse().expect("a number");
    let x = x100 + (x1k - x100) * (hz / 100.0).log10();
    let y = up + (down - up) * (most - db) / (2.0 * most);
    pos2(x, y)
}

#[test]
fn a_handle_of_the_equalizer_is_dragged_turned_and_switched() {
    let mut stage = stage(WINDOW_DEFAULT, Page::Stage(Group::Equalizer));
    let mut view = playing();
    let band = EqBand(4);
    let from = graph_point(&mut stage, &view, 320.0, -2.2);
    let to = graph_point(&mut stage, &view, 1000.0, 3.0);
    let by = [to.x - from.x, from.y - to.y];
    let out = drag(&mut stage, &mut view, from, by, Modifiers::NONE);
    assert_eq!(stage.memory.band, band);
    assert_eq!(
        out[..2],
        [band.frequency(), band.gain()].map(Gesture::Begin)
    );
    let end = [band.frequency(), band.gain()].map(Gesture::End);
    assert_eq!(out[out.len() - 2..], end);
    let settings = view.settings.equalizer.bands[4];
    assert!(
        (settings.frequency_hz / 1000.0 - 1.0).abs() < 0.03,
        "{settings:?}"
    );
    assert!((settings.gain_db - 3.0).abs() < 0.3, "{settings:?}");
    assert_eq!(settings.gain_db, GAIN_DB.quantized(settings.gain_db));
    let hz = FREQUENCIES_HZ[4].quantized(settings.frequency_hz);
    assert_eq!(settings.frequency_hz, hz);

    stage.time += 5.0;
    let out = notch(&mut stage, &view, to);
    assert!(matches!(out[1], Gesture::Set(number, q) if number == band.q() && q > 1.1));
    stage.time += 5.0;
    click(&mut stage, &view, to, Modifiers::NONE);
    let out = click(&mut stage, &view, to, Modifiers::NONE);
    assert_eq!(out, [Gesture::Switch(band.on(), false)]);
}

#[test]
fn a_cut_is_only_dragged_sideways() {
    let mut stage = stage(WINDOW_DEFAULT, Page::Stage(Group::Equalizer));
    let mut view = playing();
    let from = graph_point(&mut stage, &view, 28.0, 0.0);
    let out = drag(&mut stage, &mut view, from, [40.0, 40.0], Modifiers::NONE);
    assert!(view.settings.equalizer.bands[0].frequency_hz > 30.0);
    assert_eq!(view.settings.equalizer.bands[0].gain_db, 0.0);
    assert_eq!(out[0], Gesture::Begin(EqBand(0).frequency()));
    assert!(matches!(out[1], Gesture::Set(..)));
}

#[test]
fn a_double_click_on_empty_ground_is_a_new_band() {
    let mut stage = stage(WINDOW_DEFAULT, Page::Stage(Group::Equalizer));
    let mut view = playing();
    let at = graph_point(&mut stage, &view, 700.0, 4.0);
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
    let out = click(&mut stage, &view, at, Modifiers::NONE);
    for gesture in &out {
        obey(&mut view, gesture);
    }
    // The free band whose own place is nearest: 630 Hz.
    let band = view.settings.equalizer.bands[6];
    assert!(band.on && band.shape == Shape::Bell && !band.dynamic());
    assert!((band.frequency_hz / 700.0 - 1.0).abs() < 0.03, "{band:?}");
    assert!((band.gain_db - 4.0).abs() < 0.3, "{band:?}");
    assert_eq!(stage.memory.band, EqBand(6));
    assert_eq!(out.last(), Some(&Gesture::Switch(EqBand(6).on(), true)));
    let bell = Gesture::Choose(EqBand(6).shape(), Shape::Bell.index());
    assert!(out.contains(&bell));
}

#[test]
fn a_band_under_the_pointer_is_read_out_with_its_values() {
    let view = playing();
    for page in PAGES {
        for (band, wanted) in [
            (
                4,
                "Band 5 \u{b7} Bell \u{b7} 320 Hz \u{b7} \u{2212}2.2 dB \u{2192} \u{2212}1.5 \u{b7} Q 1.10",
            ),
            (
                0,
                "Band 1 \u{b7} Low cut \u{b7} 28.0 Hz \u{b7} 12 dB/oct \u{b7} Q 0.71",
            ),
            (
                14,
                "Band 15 \u{b7} High shelf \u{b7} Side \u{b7} 9.50 kHz \u{b7} +2.4 dB \u{2192} +1.7 \u{b7} Q 0.60",
            ),
        ] {
            let mut stage = stage(WINDOW_DEFAULT, page);
            let at = handle(&mut stage, &view, band);
            assert_said(&words_at(&mut stage, &view, at), wanted);
        }
        // Beside the handles it is the frequency.
        let mut stage = stage(WINDOW_DEFAULT, page);
        let at = graph_point(&mut stage, &view, 1000.0, 5.0);
        let words = words_at(&mut stage, &view, at);
        let read = words
            .iter()
            .find(|one| one.contains(" \u{b7} B5 \u{b7} in "));
        assert!(read.is_some(), "{page:?}: {words:?}");
    }
}

#[test]
fn a_dynamic_band_tells_its_range_and_how_far_it_moves() {
    let view = playing();
    let mut wide = stage([1600.0, 1000.0], Page::Spectrum);
    let at = handle(&mut wide, &view, 9);
    let wanted = "Band 10 \u{b7} Bell \u{b7} 3.20 kHz \u{b7} \u{2212}0.5 dB \u{2192} \u{2212}0.3 \u{b7} Q 2.40 \
                  \u{b7} range \u{2212}4.0 dB \u{2192} \u{2212}2.8 \u{b7} now \u{2212}2.3 dB";
    assert_said(&words_at(&mut wide, &view, at), wanted);
    // Where there is less room, what is set and what happens is left, to the end.
    let mut narrow = stage(WINDOW_MIN, Page::Stage(Group::Equalizer));
    let at = handle(&mut narrow, &view, 9);
    let words = words_at(&mut narrow, &view, at);
    let read = words.iter().find(|one| one.starts_with("Band 10 \u{b7}"));
    let read = read.unwrap_or_else(|| panic!("{words:?}"));
    assert!(read.ends_with("now \u{2212}2.3 dB"), "{read:?}");
    assert!(!read.contains('\u{2026}'), "{read:?}");
}

#[test]
fn the_read_out_follows_a_drag_and_the_wheel() {
    for page in PAGES {
        let mut view = playing();
        view.settings.intensity = 100.0;
        let mut stage = stage(WINDOW_DEFAULT, page);
        let from = handle(&mut stage, &view, 4);
        for gesture in notch(&mut stage, &view, from) {
            obey(&mut view, &gesture);
        }
        let q = view.settings.equalizer.bands[4].q;
        assert!(q > 1.1);
        let wanted =
            format!("Band 5 \u{b7} Bell \u{b7} 320 Hz \u{b7} \u{2212}2.2 dB \u{b7} Q {q:.2}");
        assert_said(&words_at(&mut stage, &view, from), &wanted);
        // Far outside of the graph it is still this band that is held.
        let mut held = Held::take(&mut stage, &mut view, from);
        held.to(pos2(from.x + 60.0, from.y + 500.0));
        let words = held.words();
        let band = held.view.settings.equalizer.bands[4];
        assert!(band.gain_db < -6.0, "{band:?}");
        let (hz, _) = EqBand(4).frequency().text(band.frequency_hz);
        let gain = format!("{:.1}", band.gain_db).replace('-', "\u{2212}");
        let wanted = format!("Band 5 \u{b7} Bell \u{b7} {hz} Hz \u{b7} {gain} dB \u{b7} Q {q:.2}");
        assert_said(&words, &wanted);
    }
}

/// A handle in the hand.
struct Held<'a> {
    stage: &'a mut Stage,
    view: &'a mut ViewModel,
    at: Pos2,
}

impl<'a> Held<'a> {
    fn take(stage: &'a mut Stage, view: &'a mut ViewModel, at: Pos2) -> Self {
        stage.frame(view, vec![Event::PointerMoved(at)], Modifiers::NONE);
        stage.frame(view, vec![press(at, true)], Modifiers::NONE);
        Self { stage, view, at }
    }

    /// Drags it there in small steps; what is set shows in the next frame.
    fn to(&mut self, to: Pos2) {
        const STEPS: usize = 40;
        for step in 1..=STEPS {
            let at = self.at + (to - self.at) * (step as f32 / STEPS as f32);
            self.frame(vec![Event::PointerMoved(at)]);
        }
        self.at = to;
        self.frame(Vec::new());
    }

    fn let_go(&mut self) {
        self.frame(vec![press(self.at, false)]);
        self.frame(Vec::new());
    }

    fn frame(&mut self, events: Vec<Event>) {
        for gesture in self.stage.frame(self.view, events, Modifiers::NONE).1 {
            obey(self.view, &gesture);
        }
    }

    fn words(&mut self) -> Vec<String> {
        let shapes = self.stage.frame(self.view, Vec::new(), Modifiers::NONE).0;
        texts(&shapes).into_iter().map(|text| text.words).collect()
    }

    /// Where words of the graph stand now.
    fn find(&mut self, words: &str) -> Vec<Rect> {
        let shapes = self.stage.frame(self.view, Vec::new(), Modifiers::NONE).0;
        let all = texts(&shapes).into_iter();
        let these = all.filter(|text| text.words == words);
        these.map(|text| text.rect).collect()
    }
}

#[test]
fn a_handle_stays_in_the_graph_and_the_scale_gets_wider_while_it_is_dragged() {
    let mut view = playing();
    for (index, band) in view.settings.equalizer.bands.iter_mut().enumerate() {
        band.on = index == 4;
    }
    let mut stage = stage(WINDOW_DEFAULT, Page::Spectrum);
    let graph = stage.place(&view, egui::Id::unique("equalizer graph"));
    let from = handle(&mut stage, &view, 4);
    assert_eq!(
        find_all(&mut stage, &view, "+4").len(),
        1,
        "the narrowest scale"
    );
    let mut held = Held::take(&mut stage, &mut view, from);
    let mut before_db = -2.2;
    for (up, scale) in [(0.0, "+4"), (150.0, "+4"), (330.0, "+8"), (900.0, "+12")] {
        held.to(pos2(from.x, from.y - up));
        let gain_db = held.view.settings.equalizer.bands[4].gain_db;
        assert!(gain_db >= before_db, "{gain_db} dB after {before_db} dB");
        before_db = gain_db;
        assert_eq!(held.find(scale).len(), 1, "{up} points up: {gain_db} dB");
        let handles = held.find("5");
        assert_eq!(handles.len(), 1);
        assert!(
            graph.expand(1.0).contains(handles[0].center()),
            "{handles:?}"
        );
    }
    assert_eq!(before_db, 12.0);
    // Back again: wide as long as it is held, and then as narrow as it can be.
    held.to(pos2(from.x, held.at.y + 160.0));
    let gain_db = held.view.settings.equalizer.bands[4].gain_db;
    assert!(gain_db.abs() < 4.0, "{gain_db} dB");
    assert_eq!(held.find("+12").len(), 1);
    held.let_go();
    assert_eq!(held.find("+4").len(), 1);
}

#[test]
fn the_handle_of_a_band_that_is_off_stays_in_the_graph_too() {
    let mut view = playing();
    for band in &mut view.settings.equalizer.bands {
        band.on = false;
    }
    let band = &mut view.settings.equalizer.bands[4];
    band.gain_db = 12.0;
    let mut stage = stage(WINDOW_DEFAULT, Page::Stage(Group::Equalizer));
    stage.memory.band = EqBand(4);
    let graph = stage.place(&view, egui::Id::unique("equalizer graph"));
    let handle = find_all(&mut stage, &view, "5")[0].center();
    assert!(graph.expand(1.0).contains(handle), "{handle} in {graph}");
    assert_eq!(find_all(&mut stage, &view, "+4").len(), 1);
    // In the hand it is to be seen how far it reaches.
    let mut held = Held::take(&mut stage, &mut view, handle);
    held.to(pos2(handle.x + 20.0, handle.y));
    assert_eq!(held.find("+12").len(), 1);
}

#[test]
fn alt_click_takes_the_gain_of_a_band_away() {
    let view = playing();
    let mut stage = stage(WINDOW_DEFAULT, Page::Spectrum);
    let at = handle(&mut stage, &view, 4);
    let gain = EqBand(4).gain();
    let none = [
        Gesture::Begin(gain),
        Gesture::Set(gain, 0.0),
        Gesture::End(gain),
    ];
    for _ in 0..2 {
        // Also the second time: it is not the double-click that turns a band off.
        assert_eq!(click(&mut stage, &view, at, Modifiers::ALT), none);
    }
    assert_eq!(stage.memory.band, EqBand(4));
    stage.time += 5.0;
    let cut = handle(&mut stage, &view, 0);
    assert_eq!(click(&mut stage, &view, cut, Modifiers::ALT), []);
    assert_eq!(stage.memory.band, EqBand(0));
}

#[test]
fn the_sentence_of_the_graph_goes_when_the_pointer_moves_on() {
    let view = playing();
    let mut stage = stage(WINDOW_DEFAULT, Page::Spectrum);
    let at = graph_point(&mut stage, &view, 1000.0, 5.0);
    let said = sentence_at(&mut stage, &view, at);
    assert!(said.is_some_and(|said| said.contains("adds a band")));
    let words = words_at(&mut stage, &view, pos2(at.x + 3.0, at.y));
    assert!(!words.iter().any(|one| one.contains("adds a band")));
    let handle = handle(&mut stage, &view, 4);
    let said = sentence_at(&mut stage, &view, handle);
    assert!(said.is_some_and(|said| said.contains("Alt-click")));
}

#[test]
fn where_no_band_is_free_it_is_said_for_a_while() {
    let mut view = playing();
    for band in &mut view.settings.equalizer.bands {
        band.on = true;
        band.shape = Shape::Bell;
    }
    for page in PAGES {
        let mut stage = stage(WINDOW_DEFAULT, page);
        let at = graph_point(&mut stage, &view, 1000.0, 5.0);
        for _ in 0..2 {
            assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
        }
        let said = "All 16 bands are in use";
        assert_said(&words_at(&mut stage, &view, at), said);
        stage.time += 2.0;
        let words = words_at(&mut stage, &view, at);
        assert!(!words.iter().any(|one| one == said));
    }
}
