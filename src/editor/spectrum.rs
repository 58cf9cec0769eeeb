//! The middle of the window: spectrum and equalizer, and below it what each band's dynamics and width do.

mod bands;
pub mod head;

use egui::{Align2, Rect, vec2};

use super::desk::{Desk, cut_bottom, cut_left, cut_top, panel};
use super::stages::{self, equalizer::graph};
use super::theme::{self, GRID};
use super::widgets::title;
use crate::assistant::advice::Corridor;

/// Height of the row above the graph.
const HEAD: f32 = 20.0;
/// The bands are left out where the graph would get lower than this.
const GRAPH_MIN: f32 = 150.0;

/// Draws the panel into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let mut content = panel(&desk.painter(), rect);
    let mut head = cut_top(&mut content, HEAD, GRID);
    let lanes = if content.height() - bands::HEIGHT - GRID >= GRAPH_MIN {
        Some(cut_bottom(&mut content, bands::HEIGHT, GRID))
    } else {
        None
    };
    let live = stages::live(desk, desk.view.settings.equalizer.on);
    let (plot, band) = graph::draw(desk, content, live);
    let name = title(&desk.painter(), head, "Spectrum");
    cut_left(&mut head, name.width(), 3.0 * GRID);
    head::draw(desk, head, &plot, band);
    if let Some(lanes) = lanes {
        bands::draw(desk, lanes, &plot);
    }
}

/// The tone that finished music of the style has, where it is known.
pub(super) fn corridor<'a>(desk: &'a Desk<'_>) -> Option<&'a Corridor> {
    let advice = desk.view.assistant.advice.as_deref()?;
    (!advice.corridor.level_db.is_empty()).then_some(&advice.corridor)
}

/// A cell of a lane, with its name and number.
fn cell_words(painter: &egui::Painter, cell: Rect, name: &str, said: &str, ink: egui::Color32) {
    let colors = theme::colors();
    let inside = cell.shrink2(vec2(6.0, 0.0));
    let line = cell.top() + 9.5;
    let at = egui::pos2(inside.right(), line);
    let number = super::widgets::text(painter, at, Align2::RIGHT_CENTER, said, theme::tiny(), ink);
    let width = painter
        .layout_no_wrap(name.to_owned(), theme::tiny(), colors.label)
        .size()
        .x;
    if inside.left() + width + GRID < number.left() {
        let at = egui::pos2(inside.left(), line);
        super::widgets::text(
            painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::tiny(),
            colors.label,
        );
    }
}
