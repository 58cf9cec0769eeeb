//! The whole window: lays out the panels, draws the view model, returns the gestures.

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::theme::{self, GAP, MARGIN};
use super::view::{
    BYPASS, CEILING, CHARACTER, DRIVE, Gesture, LOUDNESS_ON, Memory, Number, RELEASE, ViewModel,
};
use super::widgets::{button, entry, knob, paragraph, segments, switch, text};
use super::{graph, meters};
use crate::engine::settings::fields::Choice;
use crate::engine::settings::loudness::Character;
use crate::handoff::errand::Errand;

const HEADER: f32 = 36.0;
const METERS_WIDTH: f32 = 264.0;
const CONTROLS_HEIGHT: f32 = 204.0;
/// Draws one frame. The gestures are in the order in which they happened.
pub fn draw(ui: &mut Ui, view: &ViewModel, memory: &mut Memory) -> Vec<Gesture> {
    memory.gestures.clear();
    let window = ui.ctx().content_rect();
    ui.painter().rect_filled(window, 0.0, theme::GROUND);
    let inside = window.shrink(MARGIN);

    let top = Rect::from_min_size(inside.min, vec2(inside.width(), HEADER - GAP));
    header(ui, top, view, &mut memory.gestures);

    let body = Rect::from_min_max(pos2(inside.left(), inside.top() + HEADER), inside.max);
    let split = body.left() + METERS_WIDTH;
    let left = Rect::from_min_max(body.min, pos2(split, body.bottom()));
    let right = Rect::from_min_max(pos2(split + GAP, body.top()), body.max);
    let under = right.bottom() - CONTROLS_HEIGHT;
    let above = Rect::from_min_max(right.min, pos2(right.right(), under - GAP));
    let goal_width = (right.width() * 0.38).clamp(148.0, 280.0);
    let limiter = Rect::from_min_max(
        pos2(right.left(), under),
        pos2(right.right() - goal_width - GAP, right.bottom()),
    );
    let goal = Rect::from_min_max(pos2(right.right() - goal_width, under), right.max);

    let content = panel(ui, left);
    meters::draw(ui, content, view, &mut memory.gestures);
    let content = panel(ui, above);
    graph::draw(ui, content, view);
    let content = panel(ui, limiter);
    draw_limiter(ui, content, view, memory);
    let content = panel(ui, goal);
    draw_goal(ui, content, view, memory);
    core::mem::take(&mut memory.gestures)
}

/// A panel's ground; returns where its content goes.
fn panel(ui: &Ui, rect: Rect) -> Rect {
    ui.painter()
        .rect_filled(rect, theme::PANEL_RADIUS, theme::PANEL);
    rect.shrink(GAP)
}

fn header(ui: &Ui, rect: Rect, view: &ViewModel, out: &mut Vec<Gesture>) {
    let painter = ui.painter();
    let name = rect.left_center();
    text(
        painter,
        name,
        Align2::LEFT_CENTER,
        "Finalcoat",
        theme::title(),
        theme::TEXT,
    );
    let place = Rect::from_min_max(pos2(rect.right() - 88.0, rect.top()), rect.max);
    if let Some(on) = switch(
        ui,
        place,
        "Bypass",
        Align2::RIGHT_CENTER,
        view.settings.bypass,
        theme::REDUCTION,
    ) {
        out.push(Gesture::Switch(BYPASS, on));
    }
    let snapshot = &view.snapshot;
    if snapshot.sample_rate_hz > 0.0 {
        let ms = f64::from(snapshot.latency_samples) / snapshot.sample_rate_hz * 1e3;
        let khz = snapshot.sample_rate_hz / 1e3;
        let facts = format!(
            "Latency {ms:.1} ms ({} samples) at {khz} kHz",
            snapshot.latency_samples
        );
        let at = pos2(place.left() - 24.0, rect.center().y);
        text(
            painter,
            at,
            Align2::RIGHT_CENTER,
            facts,
            theme::label(),
            theme::LABEL,
        );
    }
}

fn draw_limiter(ui: &mut Ui, rect: Rect, view: &ViewModel, memory: &mut Memory) {
    let on = view.settings.loudness.on;
    let live = on && !view.settings.bypass;
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    text(
        ui.painter(),
        head.left_center(),
        Align2::LEFT_CENTER,
        "Limiter",
        theme::body(),
        theme::TEXT,
    );
    let place = Rect::from_min_max(pos2(head.right() - 60.0, head.top()), head.max);
    if let Some(on) = switch(
        ui,
        place,
        if on { "On" } else { "Off" },
        Align2::RIGHT_CENTER,
        on,
        theme::GOAL,
    ) {
        memory.gestures.push(Gesture::Switch(LOUDNESS_ON, on));
    }
    let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 26.0), rect.max);
    let knobs = Rect::from_min_max(
        pos2(rect.left(), head.bottom() + 8.0),
        pos2(rect.right(), foot.top() - 8.0),
    );
    // Each as wide as its longest value, and what is left in equal parts.
    let columns = [(DRIVE, 72.0), (CEILING, 88.0), (RELEASE, 58.0)];
    let needed: f32 = columns.iter().map(|(_, width)| width).sum();
    let spare = (knobs.width() - needed) / columns.len() as f32;
    // As wide as the narrowest column allows, so that all are equal.
    let dial_width = columns[2].1 + spare;
    let mut left = knobs.left();
    for (number, needed) in columns {
        let size = vec2(needed + spare, knobs.height());
        let place = Rect::from_min_size(pos2(left, knobs.top()), size);
        left += size.x;
        knob(ui, place, dial_width, number, number.of(view), live, memory);
    }
    let labels: Vec<&str> = Character::VARIANTS
        .iter()
        .map(|variant| variant.name)
        .collect();
    let chosen = view.settings.loudness.character.index();
    if let Some(index) = segments(ui, foot, &labels, chosen, live) {
        memory.gestures.push(Gesture::Choose(CHARACTER, index));
    }
}

fn draw_goal(ui: &mut Ui, rect: Rect, view: &ViewModel, memory: &mut Memory) {
    let painter = ui.painter().clone();
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    text(
        &painter,
        head.left_center(),
        Align2::LEFT_CENTER,
        "Loudness goal",
        theme::body(),
        theme::TEXT,
    );
    let number = Rect::from_min_size(
        pos2(rect.left(), head.bottom() + 6.0),
        vec2(rect.width(), 32.0),
    );
    entry(
        ui,
        number,
        Number::Goal,
        view.goal_lufs,
        theme::large(),
        Some(theme::RAISED),
        memory,
    );

    let press = Rect::from_min_size(
        pos2(rect.left(), number.bottom() + 8.0),
        vec2(rect.width(), 40.0),
    );
    let below = Rect::from_min_max(pos2(rect.left(), press.bottom() + 8.0), rect.max);
    let working = matches!(view.errand, Errand::Working(_));
    if working {
        if button(ui, press, "Stop", None, true) {
            memory.gestures.push(Gesture::StopFinding);
        }
    } else if button(
        ui,
        press,
        "Set drive from what was heard",
        Some(theme::GOAL),
        true,
    ) {
        memory.gestures.push(Gesture::FindDrive);
    }
    let (said, color) = match &view.errand {
        Errand::Idle => (
            "Play the loudest part, or all of the song, then press.".to_owned(),
            theme::LABEL,
        ),
        Errand::Working(share) => {
            let bar = Rect::from_min_size(below.min, vec2(below.width(), 4.0));
            painter.rect_filled(bar, 2.0, theme::RAISED);
            let done = vec2(bar.width() * share.clamp(0.0, 1.0), bar.height());
            painter.rect_filled(Rect::from_min_size(bar.min, done), 2.0, theme::GOAL);
            (
                "\nRehearsing what was heard\u{2026}".to_owned(),
                theme::LABEL,
            )
        }
        Errand::Done(answer) => (answer.text.replace('-', "\u{2212}"), theme::TEXT),
        Errand::Failed(why) => (why.clone(), theme::REDUCTION),
    };
    paragraph(&painter, below, &said, theme::label(), color);
}
