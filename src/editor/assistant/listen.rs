//! Listen: one button, and how much of the song was heard.

use std::time::Duration;

use egui::{Align2, Id, Rect, Stroke, pos2};

use super::findings::opened_places;
use super::step_mark;
use crate::editor::desk::{Desk, cut_right, cut_top};
use crate::editor::theme::{self, GRID};
use crate::editor::view::{AssistantView, Gesture, ViewModel};
use crate::editor::widgets::{button, button_of, clock, paragraph, text};
use crate::handoff::listen::Work;

const BUTTONS: f32 = 34.0;
const BAR: f32 = 16.0;

/// Height of all of it: the words need two lines until they are known to be short.
pub fn height(view: &ViewModel) -> f32 {
    let status = &view.assistant.status;
    let short = status.work == Work::Idle
        && status.fault.is_none()
        && status.changed.is_empty()
        && status.covered_s > 0.0
        && !(status.on && view.assistant.advice.is_none());
    BUTTONS + BAR + 3.0 * GRID + if short { 15.0 } else { 30.0 }
}

/// Music from which on there is a proposal, in seconds.
const ENOUGH_S: f64 = 20.0;
/// Shortest song that the bar shows, in seconds.
const SHORTEST_S: f64 = 60.0;

/// Draws buttons, coverage and state into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let assistant = &desk.view.assistant;
    let status = &assistant.status;
    let (on, works) = (status.on, status.work != Work::Idle);
    let heard = status.covered_s > 0.0;
    let proposed = assistant.advice.is_some();
    let colors = theme::colors();
    let mut row = cut_top(&mut rect, BUTTONS, 2.0 * GRID);
    let forget = cut_right(&mut row, 58.0, GRID);
    let propose = cut_right(&mut row, 64.0, GRID);
    let (label, said, fill) = match (on, proposed) {
        (true, _) => (
            "Stop listening",
            "Stops taking in what plays; what was heard is kept.",
            Some(colors.reduction),
        ),
        (false, false) => ("Listen", LISTEN, Some(colors.goal)),
        (false, true) => ("Listen", LISTEN, None),
    };
    if button(desk.ui, row, label, said, fill, true) {
        desk.push(Gesture::Listen(!on));
    }
    if !on {
        step_mark(&desk.painter(), row, 1, fill.map(|_| colors.on_fill));
    }
    if works {
        let said = "Stops the rehearsal; the proposal stays as it was.";
        if button(desk.ui, propose, "Stop", said, None, true) {
            desk.push(Gesture::StopProposing);
        }
    } else {
        let said = "Makes a proposal now, from what was heard so far.";
        if button(desk.ui, propose, "Propose", said, None, heard) {
            desk.push(Gesture::Propose);
        }
    }
    draw_forget(desk, forget, heard || proposed);
    let bar = cut_top(&mut rect, BAR, GRID);
    coverage(desk, bar);
    let (said, ink) = state(desk.view);
    paragraph(&desk.painter(), rect, &said, theme::label(), ink);
}

/// Forgets at the second press: the first one is easily meant for the button beside it.
fn draw_forget(desk: &mut Desk<'_>, rect: Rect, anything: bool) {
    let (now_s, elsewhere) = desk.ui.input(|input| {
        let at = input.pointer.interact_pos();
        let pressed = input.pointer.any_pressed();
        (
            input.time,
            pressed && at.is_some_and(|at| !rect.contains(at)),
        )
    });
    if elsewhere || !anything {
        desk.memory.forget_s = f64::NEG_INFINITY;
    }
    let left_s = SURE_S - (now_s - desk.memory.forget_s);
    let asked = left_s > 0.0;
    let lost;
    let (label, said, fill) = if asked {
        desk.ui
            .ctx()
            .request_repaint_after(Duration::from_secs_f64(left_s));
        lost = what_is_lost(&desk.view.assistant);
        ("Sure?", lost.as_str(), Some(theme::colors().over))
    } else {
        let said =
            "Forgets what was heard and what was proposed; asks before it does. What is set stays.";
        ("Forget", said, None)
    };
    // One button whatever it says, so that it keeps the keyboard.
    let id = Id::unique("forget");
    if button_of(desk.ui, id, rect, label, said, fill, anything) {
        if asked {
            desk.push(Gesture::Forget);
        }
        desk.memory.forget_s = if asked { f64::NEG_INFINITY } else { now_s };
    }
}

/// What a second press takes away, in a sentence.
fn what_is_lost(assistant: &AssistantView) -> String {
    let heard_s = assistant.status.covered_s;
    let heard = (heard_s > 0.0).then(|| format!("the {} heard", clock(heard_s)));
    let proposed = assistant.advice.as_ref();
    let proposed = proposed.map(|_| "the proposal with its findings".to_owned());
    let lost: Vec<String> = heard.into_iter().chain(proposed).collect();
    let lost = lost.join(" and ");
    format!("Press again and {lost} are gone for good; what is set stays.")
}

/// Time in which a second press forgets, in seconds.
const SURE_S: f64 = 3.0;

const LISTEN: &str = "Takes in what plays, until there is enough for a proposal.";

/// The song so far on a time line.
fn coverage(desk: &Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let assistant = &desk.view.assistant;
    let status = &assistant.status;
    painter.rect_filled(rect, theme::RADIUS, theme::colors().ground);
    let end_of = |spans: &[[f64; 2]]| spans.last().map_or(0.0, |span| span[1]);
    let now: Vec<[f64; 2]> = status
        .covered
        .iter()
        .map(|span| [span.start_s, span.end_s])
        .collect();
    let kept = &assistant.listened.spans;
    let end_s = end_of(&now)
        .max(end_of(kept))
        .max(status.position_s.unwrap_or(0.0))
        .max(SHORTEST_S);
    let x = |s: f64| rect.left() + (s / end_s).clamp(0.0, 1.0) as f32 * rect.width();
    let draw = |start_s: f64, end_s: f64, ink| {
        let left = x(start_s);
        let right = x(end_s).max(left + 1.0);
        let part = Rect::from_min_max(
            pos2(left, rect.top() + 3.0),
            pos2(right, rect.bottom() - 3.0),
        );
        painter.rect_filled(part, 1.0, ink);
    };
    for span in kept {
        draw(
            span[0],
            span[1],
            theme::mix(theme::colors().output, theme::colors().ground, 0.35),
        );
    }
    for span in &now {
        draw(
            span[0],
            span[1],
            theme::mix(theme::colors().output, theme::colors().ground, 0.75),
        );
    }
    for span in &status.changed {
        draw(span.start_s, span.end_s, theme::colors().reduction);
    }
    // Where the finding is that is opened.
    for [start_s, end_s] in opened_places(desk) {
        let part = Rect::from_x_y_ranges(
            x(*start_s)..=x(*end_s).max(x(*start_s) + 2.0),
            rect.bottom() - 4.0..=rect.bottom(),
        );
        painter.rect_filled(part, 0.0, theme::colors().over);
    }
    if let Some(position_s) = status.position_s.filter(|_| status.on) {
        let line = Stroke::new(1.5, theme::colors().text);
        painter.vline(x(position_s), rect.y_range(), line);
    }
    let nothing = now.is_empty() && kept.is_empty();
    if nothing {
        let said = if status.on {
            "Play the song, or its loudest part"
        } else {
            "Nothing heard yet"
        };
        let at = rect.center();
        text(
            &painter,
            at,
            Align2::CENTER_CENTER,
            said,
            theme::tiny(),
            theme::colors().label,
        );
    }
}

/// Where it stands, in a sentence.
fn state(view: &ViewModel) -> (String, egui::Color32) {
    let assistant = &view.assistant;
    let status = &assistant.status;
    let pct = |share: f32| (share.clamp(0.0, 1.0) * 100.0).round();
    match status.work {
        Work::Reading(share) => {
            return (
                format!("Reading the references: {} %", pct(share)),
                theme::colors().text,
            );
        }
        Work::Waiting => {
            return (
                "Another Finalcoat is rehearsing; this one is next".to_owned(),
                theme::colors().text,
            );
        }
        Work::Rehearsing(share) => {
            let said = format!("Rehearsing a proposal: {} %", pct(share));
            return (said, theme::colors().text);
        }
        Work::Idle => {}
    }
    if let Some(fault) = &status.fault {
        return (fault.clone(), theme::colors().over);
    }
    if !status.changed.is_empty() {
        let places: Vec<String> = status
            .changed
            .iter()
            .take(2)
            .map(|span| format!("{}\u{2013}{}", clock(span.start_s), clock(span.end_s)))
            .collect();
        let places = places.join(", ");
        let said = if status.on {
            format!("{places} changed since the last proposal")
        } else {
            format!("The mix changed at {places}: listen again")
        };
        return (said, theme::colors().reduction);
    }
    let heard_s = status.covered_s;
    if heard_s > 0.0 {
        let music = clock(status.gated_s);
        let said = match status.on && status.gated_s < ENOUGH_S && assistant.advice.is_none() {
            true => format!(
                "{music} of music heard; a proposal comes at {}",
                clock(ENOUGH_S)
            ),
            false => format!(
                "{} heard, {music} music: {}",
                clock(heard_s),
                enough(status.confidence, status.on)
            ),
        };
        return (said, theme::colors().label);
    }
    if let Some(advice) = &assistant.advice {
        let said = format!(
            "From an earlier session: {} of music, {}",
            clock(advice.gated_s),
            enough(advice.confidence, false)
        );
        return (said, theme::colors().label);
    }
    let said = match status.on {
        true => "Waiting for the transport\u{2026}",
        false => "Press Listen and play the song: it hears, decides, and says why.",
    };
    (said.to_owned(), theme::colors().label)
}

/// How much of what it needs was heard: not how sure the verdict is.
fn enough(heard: f64, listening: bool) -> String {
    let pct = (heard.clamp(0.0, 1.0) * 100.0).floor();
    match (pct, listening) {
        (100.0, _) => "that is enough".to_owned(),
        (_, true) => format!("keep playing, {pct}\u{a0}%"),
        (_, false) => format!("{pct}\u{a0}% of enough"),
    }
}
