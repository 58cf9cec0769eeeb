//! What panels are drawn with. Here: text and lights; the rest is in the files below.

pub mod icon;
pub mod list;
pub mod number;
pub mod popup;
pub mod press;
pub mod zero;

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, pos2};

use super::theme;
pub use icon::Icon;
pub use number::{bar, entry, knob};
pub use press::{
    button, button_of, choices, icon_button, segments, switch, tip, tip_at_rest, tip_in,
};
pub use zero::{zero_bar, zero_pillar};

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

/// Text on one line, cut where the room ends.
pub fn one_line(painter: &Painter, rect: Rect, label: &str, font: FontId, ink: Color32) {
    let mut job = egui::text::LayoutJob::simple(label.to_owned(), font, ink, rect.width());
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = painter.layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, ink);
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

/// A small round light.
pub fn light(painter: &Painter, center: Pos2, on: bool, color: Color32) {
    if on {
        painter.circle_filled(center, 4.0, color);
    } else {
        let edge = egui::Stroke::new(1.25, theme::colors().label);
        painter.circle_stroke(center, 3.5, edge);
    }
}

/// A title on the left of a row.
pub fn title(painter: &Painter, row: Rect, title: &str) -> Rect {
    text(
        painter,
        row.left_center(),
        Align2::LEFT_CENTER,
        title,
        theme::heading(),
        theme::colors().text,
    )
}

/// Minutes and seconds.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// Hyphens as minus signs, where all of them are.
pub fn minus(digits: &str) -> String {
    digits.replace('-', "\u{2212}")
}

/// A number with a true minus and, where `signed`, a plus.
pub fn decibels(value_db: f32, places: usize, signed: bool) -> String {
    let digits = crate::params::text::number(value_db, places);
    let plus = if signed && value_db > 0.0 && digits.contains(|c| ('1'..='9').contains(&c)) {
        "+"
    } else {
        ""
    };
    minus(&format!("{plus}{digits}"))
}
