//! A list that scrolls, and what stands in it.

use egui::{Align2, Painter, Rect, Stroke, vec2};

use super::text;
use crate::editor::desk::Desk;
use crate::editor::theme::{self, GRID};

/// Height in which a list that goes on fades out.
const FADE: f32 = 28.0;

/// A heading in a list, with a line below.
pub fn heading(ui: &mut egui::Ui, label: &str) {
    let size = vec2(ui.available_width(), 24.0);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let painter = ui.painter();
    let at = rect.left_center();
    text(
        painter,
        at,
        Align2::LEFT_CENTER,
        label,
        theme::body(),
        theme::colors().text,
    );
    let line = Stroke::new(1.0, theme::colors().line);
    painter.hline(rect.x_range(), rect.bottom() - 1.0, line);
    ui.add_space(GRID);
}

/// Words that break at the width of the list.
pub fn words(ui: &mut egui::Ui, said: &str, font: egui::FontId, ink: egui::Color32) {
    words_in(ui, 0.0, said, font, ink);
}

/// The same, set in from the left.
pub fn words_in(
    ui: &mut egui::Ui,
    indent: f32,
    said: &str,
    font: egui::FontId,
    ink: egui::Color32,
) {
    let width = ui.available_width() - indent;
    let job = egui::text::LayoutJob::simple(true_minus(said), font, ink, width);
    let galley = ui.painter().layout_job(job);
    let size = vec2(width + indent, galley.size().y);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let at = rect.min + vec2(indent, 0.0);
    ui.painter().galley(at, galley, ink);
}

/// A list that scrolls.
pub fn list(desk: &mut Desk<'_>, id: &str, rect: Rect, add: impl FnOnce(&mut egui::Ui)) {
    let builder = egui::UiBuilder::new().max_rect(rect).id_salt(id);
    let mut child = desk.ui.new_child(builder);
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let shown = egui::ScrollArea::vertical()
        .id_salt(id)
        .auto_shrink(false)
        .show(&mut child, |ui| {
            ui.set_max_width(rect.width() - 2.0 * GRID);
            add(ui);
        });
    // Where the list goes on it fades out.
    let above = shown.state.clamped_offset().y;
    let below = shown.content_size.y - above - shown.inner_rect.height();
    if above > 1.0 {
        fade(
            child.painter(),
            rect.x_range(),
            [rect.top() + FADE, rect.top()],
        );
    }
    if below > 1.0 {
        fade(
            child.painter(),
            rect.x_range(),
            [rect.bottom() - FADE, rect.bottom()],
        );
    }
}

/// From clear to the panel's colour.
fn fade(painter: &Painter, x: egui::Rangef, [clear, full]: [f32; 2]) {
    let mut mesh = egui::Mesh::default();
    for (y, ink) in [
        (clear, egui::Color32::TRANSPARENT),
        (full, theme::colors().panel),
    ] {
        mesh.colored_vertex(egui::pos2(x.min, y), ink);
        mesh.colored_vertex(egui::pos2(x.max, y), ink);
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(1, 2, 3);
    painter.add(mesh);
}

/// A hyphen before a digit is a minus.
pub fn true_minus(said: &str) -> String {
    let mut made = String::with_capacity(said.len());
    let mut before = ' ';
    let mut rest = said.chars().peekable();
    while let Some(c) = rest.next() {
        let digit = rest.peek().is_some_and(char::is_ascii_digit);
        made.push(if c == '-' && digit && !before.is_alphanumeric() {
            '\u{2212}'
        } else {
            c
        });
        before = c;
    }
    made
}
