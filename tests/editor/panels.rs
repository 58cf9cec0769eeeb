//! What panels say and how they look in states that come one after another.

use std::sync::Arc;

use egui::{Color32, Event, Id, Modifiers, Rect, pos2};

use finalcoat::assistant::advice::Advice;
use finalcoat::assistant::verdict::VerdictKind;
use finalcoat::editor::theme::Theme;
use finalcoat::editor::view::{Gesture, Page, Part, ViewModel};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};

use super::assistant::{listening, proposed};
use super::harness::{Stage, click, fills, find, find_all, press, sentence_at, texts};
use super::views::playing;

fn stage(size: [f32; 2]) -> Stage {
    let mut stage = Stage::new(size, 1.0);
    stage.paints = false;
    stage
}

fn words(stage: &mut Stage, view: &ViewModel) -> Vec<String> {
    let shapes = stage.still(view);
    texts(&shapes).into_iter().map(|text| text.words).collect()
}

fn with(view: &mut ViewModel, change: impl FnOnce(&mut Advice)) {
    let mut advice = Advice::clone(view.assistant.advice.as_deref().expect("advice"));
    change(&mut advice);
    view.assistant.advice = Some(Arc::new(advice));
}

/// What a place is filled with at last.
fn fill_at(stage: &mut Stage, view: &ViewModel, place: Rect) -> Color32 {
    let elsewhere = vec![Event::PointerMoved(pos2(2.0, 2.0))];
    stage.frame(view, elsewhere, Modifiers::NONE);
    let inside = place.center_top() - egui::vec2(0.0, 3.0);
    let all = fills(&stage.still(view));
    let seen = |(rect, ink): &(Rect, Color32)| rect.contains(inside) && ink.a() > 0;
    all.into_iter().rfind(seen).expect("a ground").1
}

#[test]
fn what_was_heard_is_forgotten_at_the_second_press() {
    let view = proposed();
    let mut stage = stage(WINDOW_DEFAULT);
    let at = find(&mut stage, &view, "Forget").center();
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
    let over = Theme::Dark.palette().over;
    let asked = find(&mut stage, &view, "Sure?");
    assert_eq!(fill_at(&mut stage, &view, asked), over);
    // Too late: it asks again.
    stage.time += 3.0;
    let at = find(&mut stage, &view, "Forget").center();
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
    let at = find(&mut stage, &view, "Sure?").center();
    assert_eq!(
        click(&mut stage, &view, at, Modifiers::NONE),
        [Gesture::Forget]
    );
    let at = find(&mut stage, &view, "Forget").center();
    // A press elsewhere means no.
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
    click(&mut stage, &view, pos2(2.0, 2.0), Modifiers::NONE);
    find(&mut stage, &view, "Forget");
}

#[test]
fn before_it_forgets_it_says_what_is_lost() {
    let view = proposed();
    let mut stage = stage(WINDOW_DEFAULT);
    let at = find(&mut stage, &view, "Forget").center();
    let said = sentence_at(&mut stage, &view, at).expect("a sentence");
    assert!(said.contains("asks before"), "{said:?}");
    stage.frame(&view, vec![press(at, true)], Modifiers::NONE);
    stage.frame(&view, vec![press(at, false)], Modifiers::NONE);
    // A pointer that rests after a click wants to know nothing; one that moved does.
    stage.time += 0.5;
    let near = at + egui::vec2(3.0, 0.0);
    stage.frame(&view, vec![Event::PointerMoved(near)], Modifiers::NONE);
    stage.time += 1.0;
    stage.frame(&view, Vec::new(), Modifiers::NONE);
    let shapes = stage.frame(&view, Vec::new(), Modifiers::NONE).0;
    let mut all = texts(&shapes).into_iter().map(|text| text.words);
    let wanted = "Press again and the 1:28 heard and the proposal with its findings are gone for good; what is \
                  set stays.";
    assert!(all.any(|one| one == wanted));
}

#[test]
fn apply_shines_only_where_a_master_is_what_comes_next() {
    for (kind, shines) in [
        (VerdictKind::Master, true),
        (VerdictKind::Stems, true),
        (VerdictKind::Mix, false),
        (VerdictKind::Done, false),
    ] {
        let mut view = proposed();
        with(&mut view, |advice| advice.verdict.kind = kind);
        let mut stage = stage(WINDOW_DEFAULT);
        let place = find(&mut stage, &view, "Apply");
        let goal = Theme::Dark.palette().goal;
        let found = fill_at(&mut stage, &view, place) == goal;
        assert_eq!(found, shines, "{kind:?}");
        let out = click(&mut stage, &view, place.center(), Modifiers::NONE);
        assert_eq!(out, [Gesture::Apply], "{kind:?}: it can always be pressed");
    }
}

#[test]
fn a_finding_stays_open_by_what_it_is_and_not_by_its_place() {
    let mut view = proposed();
    let mut stage = stage(WINDOW_DEFAULT);
    stage.memory.findings = true;
    let dull = "Highs are 3.1 dB below the style.";
    let kick = "The kick below 110 Hz triggers 71 % of the limiting.";
    let at = find(&mut stage, &view, "Dull").center();
    click(&mut stage, &view, at, Modifiers::NONE);
    assert!(words(&mut stage, &view).iter().any(|one| one == dull));
    // The next proposal has it in another place: it is the same finding.
    with(&mut view, |advice| advice.findings.swap(0, 1));
    let shown = words(&mut stage, &view);
    assert!(shown.iter().any(|one| one == dull), "{shown:?}");
    assert!(!shown.iter().any(|one| one == kick), "{shown:?}");
    // Then it is not found any more, and nothing else opens in its place.
    with(&mut view, |advice| {
        advice.findings.retain(|one| one.text != dull)
    });
    let shown = words(&mut stage, &view);
    assert!(!shown.iter().any(|one| one == kick), "{shown:?}");
}

#[test]
fn when_the_host_stops_what_is_of_the_last_seconds_is_gone_and_the_rest_stays() {
    for size in [WINDOW_DEFAULT, [720.0, 900.0]] {
        let mut view = playing();
        let momentary = ["\u{2212}10.4", "\u{2212}10.9", "9.9"];
        let counted = ["\u{2212}11.0", "6.3", "\u{2212}1.0", "10.0"];
        let shown = words(&mut stage(size), &view);
        for wanted in momentary.iter().chain(&counted) {
            assert!(shown.iter().any(|one| one == wanted), "{wanted}: {shown:?}");
        }
        view.running = false;
        let mut stage = stage(size);
        let shown = words(&mut stage, &view);
        for gone in momentary {
            assert!(!shown.iter().any(|one| one == gone), "{gone}: {shown:?}");
        }
        for wanted in counted {
            assert!(shown.iter().any(|one| one == wanted), "{wanted}: {shown:?}");
        }
        let nothing = shown.iter().filter(|one| *one == "\u{2013}").count();
        assert!(nothing >= 3, "{shown:?}");
        if size == WINDOW_DEFAULT {
            // Their bars are empty; the marks of the highest stay.
            let output = Theme::Dark.palette().output;
            let place = stage.place(&view, Id::unique(("reading", "Momentary")));
            let all = fills(&stage.still(&view)).into_iter();
            let filled = all.filter(|(rect, ink)| place.contains_rect(*rect) && *ink == output);
            assert_eq!(filled.count(), 0);
        }
    }
}

#[test]
fn the_bars_of_the_correlation_can_be_read_in_every_column() {
    // The column of the meters is narrow, and there is little height below the numbers.
    const LOW: [f32; 2] = [1060.0, 690.0];
    let raised = Theme::Dark.palette().raised;
    for (size, page) in [
        ([1280.0, 1000.0], Page::Spectrum),
        ([1180.0, 1400.0], Page::Spectrum),
        ([1920.0, 1080.0], Page::Spectrum),
        ([3840.0, 2160.0], Page::Spectrum),
        (WINDOW_DEFAULT, Page::Spectrum),
        (LOW, Page::Spectrum),
        (WINDOW_MIN, Page::Part(Part::Stereo)),
    ] {
        let mut stage = stage(size);
        stage.memory.page = page;
        if [WINDOW_DEFAULT, LOW].contains(&size) {
            stage.memory.part = Part::Stereo;
        }
        let view = playing();
        let place = stage.place(&view, Id::unique("correlations"));
        let scope = stage.place(&view, Id::unique("goniometer"));
        let all = fills(&stage.still(&view));
        let bars = all.into_iter().filter(|(rect, ink)| {
            place.expand(1.0).contains_rect(*rect) && *ink == raised && rect.height() > 4.0
        });
        let widths: Vec<f32> = bars.map(|(rect, _)| rect.width()).collect();
        assert_eq!(widths.len(), 5, "{size:?}");
        assert!(
            widths.iter().all(|width| *width >= 60.0),
            "{size:?}: {widths:?}"
        );
        let across = scope.width().min(scope.height());
        let least = if size == LOW { 50.0 } else { 80.0 };
        assert!(across >= least, "{size:?}: {scope:?}");
    }
}

#[test]
fn how_much_was_heard_is_not_called_sure() {
    let mut view = listening();
    view.assistant.status.covered_s = 41.0;
    view.assistant.status.gated_s = 34.0;
    let part = "0:41 heard, 0:34 music: keep playing, 45\u{a0}%";
    find(&mut stage(WINDOW_DEFAULT), &view, part);
    view.assistant.status.on = false;
    let part = "0:41 heard, 0:34 music: 45\u{a0}% of enough";
    find(&mut stage(WINDOW_DEFAULT), &view, part);
    let mut view = proposed();
    let all = "1:28 heard, 1:23 music: that is enough";
    find(&mut stage(WINDOW_DEFAULT), &view, all);
    let shown = words(&mut stage(WINDOW_DEFAULT), &view);
    let sure = shown.iter().filter(|one| one.contains("sure")).count();
    assert_eq!(sure, 1, "only the verdict: {shown:?}");
    view.assistant.status.covered_s = 0.0;
    with(&mut view, |advice| advice.confidence = 0.6);
    let earlier = "From an earlier session: 1:23 of music, 60\u{a0}% of enough";
    find(&mut stage(WINDOW_DEFAULT), &view, earlier);
}

#[test]
fn bands_that_are_the_users_are_counted_in_words() {
    let mut view = proposed();
    let mut tall = stage([1040.0, 1200.0]);
    find(&mut tall, &view, "Equalizer, bands 3, 7");
    view.assistant.owned.bands[6] = false;
    assert_eq!(find_all(&mut tall, &view, "Equalizer, band 3").len(), 1);
}
