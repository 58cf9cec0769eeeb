//! The equalizer's panel: graph, bands, and the controls of the chosen band.

pub mod controls;
pub mod graph;
mod menu;

use egui::{Align2, Rect};

use crate::editor::desk::{Desk, cut_bottom};
use crate::editor::plot::legend;
use crate::editor::spectrum;
use crate::editor::theme;

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.equalizer.on);
    let controls = cut_bottom(&mut rect, controls::HEIGHT, theme::GAP);
    let entries = spectrum::entries(desk, head.width());
    let at = Align2::LEFT_CENTER.pos_in_rect(&head);
    legend(&desk.painter(), at, &entries);
    graph::draw(desk, rect, live);
    controls::draw(desk, controls, live);
}
