//! What can be done to a band of the equalizer, where it was right-clicked.

use egui::{Rect, vec2};

use super::graph;
use crate::editor::desk::Desk;
use crate::editor::help;
use crate::editor::view::{Gesture, Menu, Page};
use crate::editor::widgets::popup::{ROW, caption, popup, row};
use crate::engine::settings::equalizer::{Placement, Shape};
use crate::engine::settings::fields::{Choice, Group};

/// Draws the menu, where one is open.
pub(super) fn draw(desk: &mut Desk<'_>) {
    let Some(Menu::Band(band, at)) = desk.memory.menu else {
        return;
    };
    desk.opened(Menu::Band(band, at));
    let settings = desk.view.settings.equalizer.bands[usize::from(band.0)];
    let shapes = Shape::VARIANTS;
    let placements = Placement::VARIANTS;
    let dynamic = graph::has_gain(settings.shape);
    let rows = 5 + usize::from(dynamic) + shapes.len() + placements.len();
    let size = vec2(188.0, rows as f32 * ROW);
    let anchor = Rect::from_center_size(at, vec2(2.0, 2.0));
    let mut done = Vec::new();
    let mut controls = false;
    let left = popup(desk.ui, "band", anchor, size, |ui| {
        caption(ui, &format!("Band {}", band.0 + 1));
        let said = "Opens the equalizer with this band.";
        if row(ui, "All its controls", "", false, said) {
            controls = true;
        }
        let label = if settings.on { "Turn off" } else { "Turn on" };
        let said = "A band that is off changes nothing and keeps its values.";
        if row(ui, label, "double-click", false, said) {
            done.push(Gesture::Switch(band.on(), !settings.on));
        }
        if dynamic {
            let on = settings.dynamic();
            let label = if on {
                "Not dynamic"
            } else {
                "Dynamic: ducks by 3 dB"
            };
            let said = "A dynamic band works where it gets loud, and rests elsewhere.";
            if row(ui, label, "", false, said) {
                done.push(Gesture::Begin(band.range()));
                done.push(Gesture::Set(band.range(), if on { 0.0 } else { -3.0 }));
                done.push(Gesture::End(band.range()));
            }
        }
        caption(ui, "Shape");
        for (place, shape) in shapes.iter().enumerate() {
            let chosen = settings.shape.index() == place;
            if row(ui, shape.name, "", chosen, help::of(band.shape())) {
                done.push(Gesture::Choose(band.shape(), place));
            }
        }
        caption(ui, "Works on");
        for (place, placement) in placements.iter().enumerate() {
            let chosen = settings.placement.index() == place;
            if row(ui, placement.name, "", chosen, help::of(band.placement())) {
                done.push(Gesture::Choose(band.placement(), place));
            }
        }
    });
    if controls {
        desk.memory.page = Page::Stage(Group::Equalizer);
        desk.memory.band = band;
    }
    let chosen = !done.is_empty() || controls;
    desk.memory.gestures.extend(done);
    if left || chosen {
        desk.memory.menu = None;
    }
}
