//! The equalizer's panel: graph, bands, and the controls of the chosen band.

pub mod controls;
pub mod graph;
mod menu;

use egui::{Align2, Rect};

use crate::editor::desk::{Desk, cut_bottom};
use crate::editor::theme;
use crate::editor::widgets::legend;

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.equalizer.on);
    let controls = cut_bottom(&mut rect, controls::HEIGHT, theme::GAP);
    let sides = graph::has_sides(&desk.view.settings.equalizer);
    let entries: &[_] = if sides {
        &[
            ("In", theme::colors().input),
            ("Out", theme::colors().output),
            ("Mid", theme::colors().goal),
            ("Side", theme::colors().side),
        ]
    } else {
        &[
            ("In", theme::colors().input),
            ("Out", theme::colors().output),
            ("Curve", theme::colors().goal),
        ]
    };
    legend(
        &desk.painter(),
        Align2::LEFT_CENTER.pos_in_rect(&head),
        entries,
    );
    graph::draw(desk, rect, live);
    controls::draw(desk, controls, live);
}
