//! Controls: a value in, gestures out. Drag (Shift: finer), wheel, double-click or Alt-click for the
//! default, click on the number to type.

use egui::{
    Align2, Color32, CursorIcon, Event, FontId, Id, Key, Painter, Pos2, Rect, Response, Sense,
    Shape, Stroke, StrokeKind, TextEdit, Ui, pos2, vec2,
};

use super::theme;
use super::view::{Gesture, Memory, Number};

/// Points of dragging for the whole range.
const DRAG_POINTS: f32 = 240.0;
/// How much finer with Shift.
const FINE: f32 = 0.1;
/// Part of the range for one notch of the wheel.
const WHEEL_SHARE: f32 = 0.02;

/// Text on one line; returns where it stands.
pub fn text(
    painter: &Painter,
    at: Pos2,
    align: Align2,
    text: impl ToString,
    font: FontId,
    color: Color32,
) -> Rect {
    painter.text(at, align, text, font, color)
}

/// Text that breaks at the width of `rect`, from its top; what does not fit below is not drawn.
pub fn paragraph(painter: &Painter, rect: Rect, text: &str, font: FontId, color: Color32) {
    let mut job = egui::text::LayoutJob::simple(text.to_owned(), font.clone(), color, rect.width());
    let row_height = painter.fonts_mut(|fonts| fonts.row_height(&font));
    job.wrap.max_rows = ((rect.height() / row_height) as usize).max(1);
    let galley = painter.layout_job(job);
    painter.galley(rect.min, galley, color);
}

/// A number with its unit behind it in small, both on one baseline, from the left.
pub fn number_with_unit(
    painter: &Painter,
    left_bottom: Pos2,
    number: &str,
    unit: &str,
    font: FontId,
    color: Color32,
) -> Rect {
    let unit_font = theme::label();
    let (ascent, unit_ascent) = (baseline(painter, &font), baseline(painter, &unit_font));
    let galley = painter.layout_no_wrap(number.to_owned(), font, color);
    let top = left_bottom.y - galley.size().y;
    let rect = Rect::from_min_size(pos2(left_bottom.x, top), galley.size());
    painter.galley(rect.min, galley, color);
    let unit_at = pos2(rect.right() + theme::GRID, top + ascent - unit_ascent);
    let unit = text(
        painter,
        unit_at,
        Align2::LEFT_TOP,
        unit,
        unit_font,
        theme::LABEL,
    );
    rect.union(unit)
}

/// Distance from the top of a row to its baseline.
fn baseline(painter: &Painter, font: &FontId) -> f32 {
    let galley = painter.layout_no_wrap("0".to_owned(), font.clone(), Color32::WHITE);
    let row = &galley.rows[0];
    row.glyphs.first().map_or(0.0, |glyph| glyph.pos.y)
}

/// A push button. `fill` for the one that matters.
pub fn button(ui: &Ui, rect: Rect, label: &str, fill: Option<Color32>, enabled: bool) -> bool {
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = ui.interact(rect, Id::unique(("button", label)), sense);
    let ground = match fill {
        _ if !enabled => theme::mix(theme::RAISED, theme::PANEL, 0.5),
        Some(fill) if response.hovered() => theme::mix(Color32::WHITE, fill, 0.15),
        Some(fill) => fill,
        None if response.hovered() => theme::HOVERED,
        None => theme::RAISED,
    };
    let ink = match fill {
        _ if !enabled => theme::LABEL,
        Some(_) => theme::ON_FILL,
        None => theme::TEXT,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, ground);
    let width = rect.width() - 4.0 * theme::GRID;
    let mut job = egui::text::LayoutJob::simple(label.to_owned(), theme::body(), ink, width);
    job.halign = egui::Align::Center;
    let galley = painter.layout_job(job);
    let at = pos2(rect.center().x, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, ink);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// A switch at the right end of `rect`, with its label beside it or, for `LEFT_CENTER`, at the left end.
/// Returns the new state if it was switched.
pub fn switch(
    ui: &Ui,
    rect: Rect,
    label: &str,
    label_at: Align2,
    on: bool,
    color: Color32,
) -> Option<bool> {
    let response = ui.interact(rect, Id::unique(("switch", label)), Sense::click());
    let painter = ui.painter();
    let track =
        Rect::from_center_size(pos2(rect.right() - 15.0, rect.center().y), vec2(30.0, 16.0));
    let ground = match (on, response.hovered()) {
        (true, false) => color,
        (true, true) => theme::mix(Color32::WHITE, color, 0.15),
        (false, false) => theme::RAISED,
        (false, true) => theme::HOVERED,
    };
    painter.rect_filled(track, 8.0, ground);
    let x = if on {
        track.right() - 8.0
    } else {
        track.left() + 8.0
    };
    let knob = if on { theme::ON_FILL } else { theme::LABEL };
    painter.circle_filled(pos2(x, track.center().y), 5.0, knob);
    let ink = if on { theme::TEXT } else { theme::LABEL };
    let x = match label_at {
        Align2::LEFT_CENTER => rect.left(),
        _ => track.left() - 2.0 * theme::GRID,
    };
    let at = pos2(x, rect.center().y);
    text(painter, at, label_at, label, theme::body(), ink);
    let clicked = response.on_hover_cursor(CursorIcon::PointingHand).clicked();
    clicked.then_some(!on)
}

/// One of several, side by side. Returns the index of the one that was chosen.
pub fn segments(ui: &Ui, rect: Rect, labels: &[&str], chosen: usize, live: bool) -> Option<usize> {
    let mut picked = None;
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, theme::RAISED);
    let widths: Vec<f32> = labels
        .iter()
        .map(|label| {
            let galley = painter.layout_no_wrap((*label).to_owned(), theme::body(), theme::TEXT);
            galley.size().x
        })
        .collect();
    let padding = (rect.width() - widths.iter().sum::<f32>()) / labels.len() as f32;
    let mut left = rect.left();
    for (index, label) in labels.iter().enumerate() {
        let size = vec2(widths[index] + padding, rect.height());
        let part = Rect::from_min_size(pos2(left, rect.top()), size);
        left += size.x;
        let response = ui.interact(part, Id::unique(("segment", label)), Sense::click());
        let part = part.shrink(2.0);
        let ink = if index == chosen {
            let ground = if live { theme::GOAL } else { theme::LABEL };
            painter.rect_filled(part, theme::RADIUS - 1.0, ground);
            theme::ON_FILL
        } else {
            if response.hovered() {
                painter.rect_filled(part, theme::RADIUS - 1.0, theme::HOVERED);
            }
            theme::TEXT
        };
        text(
            painter,
            part.center(),
            Align2::CENTER_CENTER,
            label,
            theme::body(),
            ink,
        );
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() && index != chosen {
            picked = Some(index);
        }
    }
    picked
}

/// A knob with its name above and its value below. `live`: what it sets is heard now.
pub fn knob(
    ui: &mut Ui,
    rect: Rect,
    dial_width: f32,
    number: Number,
    value: f32,
    live: bool,
    memory: &mut Memory,
) {
    const LABEL_HEIGHT: f32 = 18.0;
    const VALUE_HEIGHT: f32 = 24.0;
    let painter = ui.painter().clone();
    let center_x = rect.center().x;
    let top = pos2(center_x, rect.top());
    text(
        &painter,
        top,
        Align2::CENTER_TOP,
        number.name(),
        theme::label(),
        theme::LABEL,
    );

    let dial = Rect::from_min_max(
        pos2(rect.left(), rect.top() + LABEL_HEIGHT),
        pos2(rect.right(), rect.bottom() - VALUE_HEIGHT),
    );
    let radius = (dial.height() / 2.0).min(dial_width / 2.0).min(34.0) - 2.0;
    let center = dial.center();
    let touch = Rect::from_center_size(center, vec2(2.0, 2.0) * (radius + 4.0));
    let response = ui.interact(
        touch,
        Id::unique(("knob", number.name())),
        Sense::click_and_drag(),
    );
    adjust(ui, &response, number, value, memory);

    let range = number.range();
    let share = |value: f32| (value - range.min) / (range.max - range.min);
    // A value with a sign grows from zero, any other from its lowest.
    let signed = range.min < 0.0 && range.max > 0.0;
    let zero = if signed { share(0.0) } else { 0.0 };
    let here = share(value);
    let color = if live { theme::GOAL } else { theme::LABEL };
    let body = if response.hovered() || response.dragged() {
        theme::HOVERED
    } else {
        theme::RAISED
    };
    painter.circle_filled(center, radius - 7.0, body);
    arc(&painter, center, radius - 1.5, 0.0, 1.0, theme::RAISED);
    arc(
        &painter,
        center,
        radius - 1.5,
        zero.min(here),
        zero.max(here),
        color,
    );
    let tip = direction(here);
    painter.line_segment(
        [
            center + tip * (radius - 18.0),
            center + tip * (radius - 9.0),
        ],
        Stroke::new(2.5, theme::TEXT),
    );

    let box_ = Rect::from_min_max(pos2(rect.left(), rect.bottom() - VALUE_HEIGHT), rect.max);
    entry(ui, box_, number, value, theme::value(), None, memory);
}

/// The number itself, to be clicked and typed over, or dragged; with its unit, centred in `rect`.
/// `ground` shows that it can be set, where no knob does.
pub fn entry(
    ui: &mut Ui,
    rect: Rect,
    number: Number,
    value: f32,
    font: FontId,
    ground: Option<Color32>,
    memory: &mut Memory,
) {
    let typing = matches!(&memory.typed, Some((typed, _)) if *typed == number);
    if typing {
        type_over(ui, rect, number, font, memory);
        return;
    }
    let response = ui.interact(
        rect,
        Id::unique(("entry", number.name())),
        Sense::click_and_drag(),
    );
    let painter = ui.painter();
    let hovered = response.hovered().then_some(theme::HOVERED);
    if let Some(ground) = hovered.or(ground) {
        painter.rect_filled(rect, theme::RADIUS, ground);
    }
    let shown = number.text(value);
    let digits = painter
        .layout_no_wrap(shown.clone(), font.clone(), theme::TEXT)
        .size();
    let unit = painter
        .layout_no_wrap(number.unit().to_owned(), theme::label(), theme::LABEL)
        .size();
    let left = rect.center().x - (digits.x + theme::GRID + unit.x) / 2.0;
    let bottom = rect.center().y + digits.y / 2.0;
    number_with_unit(
        painter,
        pos2(left, bottom),
        &shown,
        number.unit(),
        font,
        theme::TEXT,
    );
    adjust(ui, &response, number, value, memory);
    if response.clicked() && !response.double_clicked() && !ui.input(|input| input.modifiers.alt) {
        memory.typed = Some((number, shown));
    }
    response.on_hover_cursor(CursorIcon::Text);
}

fn type_over(ui: &mut Ui, rect: Rect, number: Number, font: FontId, memory: &mut Memory) {
    let Some((_, typed)) = &mut memory.typed else {
        return;
    };
    let id = Id::unique(("typing", number.name()));
    let fresh = ui.ctx().read_response(id).is_none();
    let valid = number.parse(typed).is_some();
    ui.painter().rect_filled(rect, theme::RADIUS, theme::GROUND);
    let edge = if valid { theme::GOAL } else { theme::OVER };
    ui.painter().rect_stroke(
        rect,
        theme::RADIUS,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let field = TextEdit::singleline(typed)
        .id(id)
        .font(font)
        .frame(egui::Frame::NONE)
        .align(Align2::CENTER_CENTER)
        .text_color(theme::TEXT);
    let response = ui.put(rect.shrink2(vec2(4.0, 0.0)), field);
    if fresh {
        response.request_focus();
        if let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), id) {
            let all = egui::text::CCursorRange::two(
                egui::text::CCursor::new(0),
                egui::text::CCursor::new(typed.chars().count()),
            );
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), id);
        }
    }
    let (enter, escape) = ui.input(|input| {
        (
            input.key_pressed(Key::Enter),
            input.key_pressed(Key::Escape),
        )
    });
    if enter || escape || response.lost_focus() {
        if let Some(value) = number.parse(typed).filter(|_| !escape) {
            memory.gestures.extend([
                Gesture::Begin(number),
                Gesture::Set(number, value),
                Gesture::End(number),
            ]);
        }
        memory.typed = None;
    }
}

/// Drag, wheel and default.
fn adjust(ui: &Ui, response: &Response, number: Number, value: f32, memory: &mut Memory) {
    let range = number.range();
    let span = range.max - range.min;
    let (fine, alt) = ui.input(|input| (input.modifiers.shift, input.modifiers.alt));
    let speed = if fine { FINE } else { 1.0 };
    if response.drag_started() {
        memory.dragged = Some((number, value));
        memory.gestures.push(Gesture::Begin(number));
    }
    if let Some((dragged, exact)) = &mut memory.dragged
        && *dragged == number
    {
        let delta = response.drag_delta();
        if delta.y != 0.0 {
            let moved = *exact - delta.y / DRAG_POINTS * span * speed;
            *exact = moved.clamp(range.min, range.max);
            memory
                .gestures
                .push(Gesture::Set(number, range.quantized(*exact)));
        }
        if response.drag_stopped() {
            memory.dragged = None;
            memory.gestures.push(Gesture::End(number));
        }
        return;
    }
    if response.double_clicked() || (response.clicked() && alt) {
        let whole = [
            Gesture::Begin(number),
            Gesture::Set(number, range.default),
            Gesture::End(number),
        ];
        memory.gestures.extend(whole);
        memory.typed = None;
        return;
    }
    if response.hovered() {
        let notches = ui.input(|input| wheel(&input.events));
        if notches != 0.0 {
            let moved = value + notches * WHEEL_SHARE * span * speed;
            // At least one step, so that a fine notch is not lost.
            let moved = if (moved - value).abs() < range.step {
                value + notches.signum() * range.step
            } else {
                moved
            };
            let moved = range.quantized(moved);
            memory.gestures.extend([
                Gesture::Begin(number),
                Gesture::Set(number, moved),
                Gesture::End(number),
            ]);
        }
    }
}

/// Notches the wheel was turned; with Shift some systems turn it sideways.
fn wheel(events: &[Event]) -> f32 {
    let turned = |event: &Event| match event {
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta,
            ..
        } => (delta.x + delta.y) / 50.0,
        Event::MouseWheel { delta, .. } => delta.x + delta.y,
        _ => 0.0,
    };
    events.iter().map(turned).sum()
}

/// Where a knob points: 0 is lower left, 1 lower right.
fn direction(share: f32) -> egui::Vec2 {
    egui::Vec2::angled((0.75 + 1.5 * share) * std::f32::consts::PI)
}

fn arc(painter: &Painter, center: Pos2, radius: f32, from: f32, to: f32, color: Color32) {
    const POINTS: usize = 48;
    if to - from < 1e-4 {
        return;
    }
    let at = |n: usize| center + direction(from + (to - from) * n as f32 / POINTS as f32) * radius;
    let points = (0..=POINTS).map(at).collect();
    painter.add(Shape::line(points, Stroke::new(3.0, color)));
}
