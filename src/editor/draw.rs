//! The whole window: lays out the panels, draws the view model, returns the gestures.

use egui::{Rect, Stroke, StrokeKind, Ui};

use super::desk::{Desk, cut_bottom, cut_left, cut_top, panel};
use super::theme::{self, GAP, GRID, MARGIN};
use super::view::{Gesture, Memory, ViewModel};
use super::{assistant, footer, header, meters, stages, strip, transport};
use crate::params::kept::WINDOW_MIN;

/// Width of the meters in the least window, and where there is room.
const METERS_WIDTH: [f32; 2] = [240.0, 264.0];

/// Draws one frame. The gestures are in the order in which they happened.
pub fn draw(ui: &mut Ui, view: &ViewModel, memory: &mut Memory) -> Vec<Gesture> {
    memory.gestures.clear();
    let time_s = ui.input(|input| input.time);
    let reading = view.running.then_some(&view.snapshot.reading);
    memory.activity.follow(reading, time_s);
    let window = ui.ctx().content_rect();
    let mut desk = Desk::new(ui, view, memory);
    let painter = desk.painter();
    painter.rect_filled(window, 0.0, theme::GROUND);
    let mut rest = window.shrink(MARGIN);
    let top = cut_top(&mut rest, header::HEIGHT, GAP);
    let bottom = cut_bottom(&mut rest, footer::HEIGHT, GAP);
    let player = view
        .player
        .is_some()
        .then(|| cut_bottom(&mut rest, transport::HEIGHT, GAP));
    let [least, usual] = METERS_WIDTH;
    let room = rest.width() - (WINDOW_MIN[0] - 2.0 * MARGIN);
    let left = cut_left(&mut rest, (least + room * 0.25).clamp(least, usual), GAP);
    let tabs = cut_top(&mut rest, strip::HEIGHT, GRID);

    let content = panel(&painter, left);
    meters::draw(desk.ui, content, view, &mut desk.memory.gestures);
    strip::draw(&mut desk, tabs);
    if desk.memory.assistant {
        assistant::draw(&mut desk, rest);
    } else {
        stages::draw(&mut desk, rest);
    }
    if let Some(player) = player {
        transport::draw(&mut desk, player);
    }
    footer::draw(&mut desk, bottom);
    header::draw(&mut desk, top);
    if view.audition.on() {
        warn(&desk, window);
    }
    core::mem::take(&mut memory.gestures)
}

/// A frame around the window: what is heard is not the master.
fn warn(desk: &Desk<'_>, window: Rect) {
    let edge = Stroke::new(3.0, theme::ALARM);
    let painter = desk.painter();
    painter.rect_stroke(window, 0.0, edge, StrokeKind::Inside);
}
