//! What is pressed: buttons, switches, and one of several.

use std::time::Duration;

use egui::{
    Align2, Color32, CursorIcon, FontId, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui,
};
use egui::{pos2, vec2};

use super::icon::{self, Icon};
use super::text;
use crate::editor::theme;

/// The sentence that appears when the pointer rests on something.
pub fn tip(response: Response, said: &str) -> Response {
    // Asked for only here: what the pointer left for something on top of it would keep its sentence open.
    if said.is_empty() || !response.hovered() {
        return response;
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(280.0);
        ui.label(said);
    })
}

/// The same for what is only read, in its place.
pub fn tip_in(ui: &Ui, id: Id, rect: Rect, said: &str) {
    tip(ui.interact(rect, id, Sense::hover()), said);
}

/// The same for something large: it goes away as soon as the pointer moves on.
pub fn tip_at_rest(response: Response, said: &str) {
    let delay_s = response.ctx.global_style().interaction.tooltip_delay;
    let rested_s = response
        .ctx
        .input(|input| input.pointer.time_since_last_movement());
    if rested_s >= delay_s {
        tip(response, said);
    } else if response.hovered() {
        let again = Duration::from_secs_f32(delay_s - rested_s);
        response.ctx.request_repaint_after(again);
    }
}

/// A ring around what has the keyboard.
pub fn ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let edge = Stroke::new(1.5, theme::colors().text);
        let rect = rect.expand(1.0);
        ui.painter()
            .rect_stroke(rect, theme::RADIUS, edge, StrokeKind::Inside);
    }
}

fn sense(enabled: bool) -> Sense {
    if enabled {
        Sense::click()
    } else {
        Sense::hover()
    }
}

/// Ground and ink of a button.
fn colors(response: &Response, fill: Option<Color32>, enabled: bool) -> (Color32, Color32) {
    let colors = theme::colors();
    let ground = match fill {
        _ if !enabled => colors.disabled_ground(),
        Some(fill) if response.hovered() => theme::mix(colors.text, fill, 0.15),
        Some(fill) => fill,
        None if response.hovered() => colors.hovered,
        None => colors.raised,
    };
    let ink = match fill {
        _ if !enabled => colors.label,
        Some(_) => colors.on_fill,
        None => colors.text,
    };
    (ground, ink)
}

/// A push button. `fill` for the one that matters.
pub fn button(
    ui: &Ui,
    rect: Rect,
    label: &str,
    said: &str,
    fill: Option<Color32>,
    enabled: bool,
) -> bool {
    let id = Id::unique(("button", label, said));
    button_of(ui, id, rect, label, said, fill, enabled)
}

/// The same for one whose words change.
pub fn button_of(
    ui: &Ui,
    id: Id,
    rect: Rect,
    label: &str,
    said: &str,
    fill: Option<Color32>,
    enabled: bool,
) -> bool {
    let response = ui.interact(rect, id, sense(enabled));
    let (ground, ink) = colors(&response, fill, enabled);
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, ground);
    let width = rect.width() - 2.0 * theme::GRID;
    let mut job = egui::text::LayoutJob::simple(label.to_owned(), theme::body(), ink, width);
    job.halign = egui::Align::Center;
    let galley = painter.layout_job(job);
    let at = pos2(rect.center().x, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, ink);
    ring(ui, &response, rect);
    pressed(response, said, enabled)
}

/// A push button with a picture. `lit` where it stands for something that is on.
pub fn icon_button(ui: &Ui, rect: Rect, icon: Icon, said: &str, lit: bool, enabled: bool) -> bool {
    let response = ui.interact(rect, Id::unique(("icon", icon, said)), sense(enabled));
    let palette = theme::colors();
    let (ground, ink) = colors(&response, None, enabled);
    let ink = match (lit, enabled) {
        (true, _) => palette.goal,
        (_, true) => ink,
        (_, false) => palette.disabled_picture(),
    };
    ui.painter().rect_filled(rect, theme::RADIUS, ground);
    icon::draw(ui.painter(), rect.center(), icon, ink);
    ring(ui, &response, rect);
    pressed(response, said, enabled)
}

fn pressed(response: Response, said: &str, enabled: bool) -> bool {
    let clicked = response.clicked();
    let cursor = if enabled {
        CursorIcon::PointingHand
    } else {
        CursorIcon::Default
    };
    tip(response.on_hover_cursor(cursor), said);
    clicked
}

/// A switch at the right end of `rect`, with its label beside it or, for `LEFT_CENTER`, at the left end.
/// Returns the new state if it was switched.
#[expect(clippy::too_many_arguments, reason = "each says something else")]
pub fn switch(
    ui: &Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    rect: Rect,
    label: &str,
    said: &str,
    label_at: Align2,
    on: bool,
    color: Color32,
) -> Option<bool> {
    let response = ui.interact(rect, Id::unique(("switch", id)), Sense::click());
    let painter = ui.painter();
    let colors = theme::colors();
    let track = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), SWITCH);
    let ground = match (on, response.hovered()) {
        (true, false) => color,
        (true, true) => theme::mix(colors.text, color, 0.15),
        (false, false) => colors.raised,
        (false, true) => colors.hovered,
    };
    painter.rect_filled(track, 7.5, ground);
    if !on {
        let edge = Stroke::new(1.0, theme::mix(colors.label, colors.panel, 0.5));
        painter.rect_stroke(track, 7.5, edge, StrokeKind::Inside);
    }
    let x = if on {
        track.right() - 7.5
    } else {
        track.left() + 7.5
    };
    let knob = if on { colors.on_fill } else { colors.label };
    painter.circle_filled(pos2(x, track.center().y), 4.75, knob);
    let ink = if on { colors.text } else { colors.label };
    let x = match label_at {
        Align2::LEFT_CENTER => rect.left(),
        _ => track.left() - 2.0 * theme::GRID,
    };
    let at = pos2(x, rect.center().y);
    text(painter, at, label_at, label, theme::body(), ink);
    ring(ui, &response, track.expand(1.0));
    pressed(response, said, true).then_some(!on)
}

/// Least room beside a word of several, in points.
const SEGMENT_ROOM: f32 = 9.0;
const SWITCH: egui::Vec2 = vec2(28.0, 15.0);

/// One of several with the sentence of each, side by side. Returns the index of the one that was chosen.
pub fn segments(
    ui: &Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    rect: Rect,
    labels: &[(&str, &str)],
    chosen: usize,
    color: Color32,
) -> Option<usize> {
    let id = Id::unique(("segments", id));
    let mut picked = None;
    let painter = ui.painter();
    let colors = theme::colors();
    painter.rect_filled(rect, theme::RADIUS, colors.raised);
    let widths = |font: &FontId| -> Vec<f32> {
        let width = |label: &str| {
            let galley = painter.layout_no_wrap(label.to_owned(), font.clone(), colors.text);
            galley.size().x
        };
        labels.iter().map(|(label, _)| width(label)).collect()
    };
    // The largest type that leaves every word some room.
    let fits = |font: &FontId| {
        let needed = widths(font).iter().sum::<f32>() + SEGMENT_ROOM * labels.len() as f32;
        needed <= rect.width()
    };
    let fonts = [theme::body(), theme::label()];
    let font = fonts.into_iter().find(fits).unwrap_or(theme::tiny());
    let widths = widths(&font);
    let padding = (rect.width() - widths.iter().sum::<f32>()) / labels.len() as f32;
    let mut left = rect.left();
    for (index, (label, said)) in labels.iter().enumerate() {
        let size = vec2(widths[index] + padding, rect.height());
        let part = Rect::from_min_size(pos2(left, rect.top()), size);
        left += size.x;
        let response = ui.interact(part, id.with(index), Sense::click());
        let part = part.shrink(2.0);
        let ink = if index == chosen {
            painter.rect_filled(part, theme::RADIUS - 1.0, color);
            colors.on_fill
        } else {
            if response.hovered() {
                painter.rect_filled(part, theme::RADIUS - 1.0, colors.hovered);
            }
            colors.text
        };
        text(
            painter,
            part.center(),
            Align2::CENTER_CENTER,
            label,
            font.clone(),
            ink,
        );
        ring(ui, &response, part);
        if pressed(response, said, true) && index != chosen {
            picked = Some(index);
        }
    }
    picked
}

/// The same for names that share one sentence.
pub fn choices(
    ui: &Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    rect: Rect,
    labels: &[&str],
    said: &str,
    chosen: usize,
) -> Option<usize> {
    let labels: Vec<(&str, &str)> = labels.iter().map(|label| (*label, said)).collect();
    segments(ui, id, rect, &labels, chosen, theme::colors().label)
}
