//! The equalizer's panel: graph, bands, and the controls of the chosen band.

pub mod controls;
pub mod graph;

use egui::{Align2, Rect};

use crate::editor::desk::{Desk, cut_bottom};
use crate::editor::plot::{Mark, input_ink, legend};
use crate::editor::theme;

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.equalizer.on);
    let controls = cut_bottom(&mut rect, controls::HEIGHT, theme::GAP);
    let colors = theme::colors();
    let mut entries = vec![
        ("In", Mark::Line(input_ink())),
        ("Out", Mark::Area(colors.output)),
    ];
    if graph::has_sides(&desk.view.settings.equalizer) {
        entries.push(("Mid", Mark::Thick(colors.goal)));
        entries.push(("Side", Mark::Thick(colors.side)));
    } else {
        entries.push(("Curve", Mark::Thick(colors.goal)));
    }
    let at = Align2::LEFT_CENTER.pos_in_rect(&head);
    legend(&desk.painter(), at, &entries);
    graph::draw(desk, rect, live);
    controls::draw(desk, controls, live);
}
