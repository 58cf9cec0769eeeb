//! Text, buttons, switches, choices and lights. Numbers that are set by hand are in [`number`].

pub mod number;

use egui::{Align2, Color32, CursorIcon, FontId, Id, Painter, Pos2, Rect, Sense, Ui, pos2, vec2};

use super::theme;
pub use number::{bar, entry, knob, slider};

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
        theme::colors().label,
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
        _ if !enabled => theme::mix(theme::colors().raised, theme::colors().panel, 0.5),
        Some(fill) if response.hovered() => theme::mix(Color32::WHITE, fill, 0.15),
        Some(fill) => fill,
        None if response.hovered() => theme::colors().hovered,
        None => theme::colors().raised,
    };
    let ink = match fill {
        _ if !enabled => theme::colors().label,
        Some(_) => theme::colors().on_fill,
        None => theme::colors().text,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, ground);
    let width = rect.width() - 2.0 * theme::GRID;
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
    id: impl std::hash::Hash + std::fmt::Debug,
    rect: Rect,
    label: &str,
    label_at: Align2,
    on: bool,
    color: Color32,
) -> Option<bool> {
    let response = ui.interact(rect, Id::unique(("switch", id)), Sense::click());
    let painter = ui.painter();
    let track =
        Rect::from_center_size(pos2(rect.right() - 15.0, rect.center().y), vec2(30.0, 16.0));
    let ground = match (on, response.hovered()) {
        (true, false) => color,
        (true, true) => theme::mix(Color32::WHITE, color, 0.15),
        (false, false) => theme::colors().raised,
        (false, true) => theme::colors().hovered,
    };
    painter.rect_filled(track, 8.0, ground);
    let x = if on {
        track.right() - 8.0
    } else {
        track.left() + 8.0
    };
    let knob = if on { theme::colors().on_fill } else { theme::colors().label };
    painter.circle_filled(pos2(x, track.center().y), 5.0, knob);
    let ink = if on { theme::colors().text } else { theme::colors().label };
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
pub fn segments(
    ui: &Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    rect: Rect,
    labels: &[&str],
    chosen: usize,
    color: Color32,
) -> Option<usize> {
    let id = Id::unique(("segments", id));
    let mut picked = None;
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, theme::colors().raised);
    let widths: Vec<f32> = labels
        .iter()
        .map(|label| {
            let galley = painter.layout_no_wrap((*label).to_owned(), theme::body(), theme::colors().text);
            galley.size().x
        })
        .collect();
    let padding = (rect.width() - widths.iter().sum::<f32>()) / labels.len() as f32;
    let mut left = rect.left();
    for (index, label) in labels.iter().enumerate() {
        let size = vec2(widths[index] + padding, rect.height());
        let part = Rect::from_min_size(pos2(left, rect.top()), size);
        left += size.x;
        let response = ui.interact(part, id.with(index), Sense::click());
        let part = part.shrink(2.0);
        let ink = if index == chosen {
            painter.rect_filled(part, theme::RADIUS - 1.0, color);
            theme::colors().on_fill
        } else {
            if response.hovered() {
                painter.rect_filled(part, theme::RADIUS - 1.0, theme::colors().hovered);
            }
            theme::colors().text
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

/// A small round light.
pub fn light(painter: &Painter, center: Pos2, on: bool, color: Color32) {
    if on {
        painter.circle_filled(center, 4.0, color);
    } else {
        let edge = egui::Stroke::new(1.25, theme::colors().label);
        painter.circle_stroke(center, 3.5, edge);
    }
}

/// A title on the left of a row, with a line of explanation beside it where there is room.
pub fn title(painter: &Painter, row: Rect, title: &str) -> Rect {
    text(
        painter,
        row.left_center(),
        Align2::LEFT_CENTER,
        title,
        theme::body(),
        theme::colors().text,
    )
}

/// Names with the colours they stand for, from the left; returns where they end.
pub fn legend(painter: &Painter, left_center: Pos2, entries: &[(&str, Color32)]) -> f32 {
    let mut x = left_center.x;
    for (name, color) in entries {
        let swatch = Rect::from_center_size(pos2(x + 4.0, left_center.y), vec2(8.0, 8.0));
        painter.rect_filled(swatch, 2.0, *color);
        let at = pos2(swatch.right() + 6.0, left_center.y);
        let label = text(
            painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::label(),
            theme::colors().label,
        );
        x = label.right() + 12.0;
    }
    x
}

/// A number with a true minus and, where `signed`, a plus.
pub fn decibels(value_db: f32, places: usize, signed: bool) -> String {
    let digits = crate::params::text::number(value_db, places);
    let plus = if signed && value_db > 0.0 && digits.contains(|c| ('1'..='9').contains(&c)) {
        "+"
    } else {
        ""
    };
    format!("{plus}{digits}").replace('-', "\u{2212}")
}
