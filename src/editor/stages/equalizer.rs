//! The equalizer's panel: graph, bands, and the controls of the chosen band.

pub mod controls;
pub mod graph;
mod menu;

use egui::Rect;

use crate::editor::desk::{Desk, cut_bottom};
use crate::editor::spectrum::head;
use crate::editor::theme;

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.equalizer.on);
    let controls = cut_bottom(&mut rect, controls::HEIGHT, theme::GAP);
    let (plot, band) = graph::draw(desk, rect, live);
    head::draw(desk, head, &plot, band);
    controls::draw(desk, controls, live);
}
