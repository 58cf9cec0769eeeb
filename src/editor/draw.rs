//! The whole window: lays out the panels, draws the view model, returns the gestures.

use egui::{Rect, Stroke, StrokeKind, Ui};

use super::desk::{Desk, panel};
use super::layout::Layout;
use super::theme;
use super::view::{Gesture, Memory, Page, ViewModel};
use super::{
    assistant, banner, chain, header, intensity, linked, meters, spectrum, stages, transport,
};

/// In a window smaller than this, in points, nothing can be drawn that makes sense.
const LEAST: [f32; 2] = [320.0, 240.0];

/// Draws one frame. The gestures are in the order in which they happened.
pub fn draw(ui: &mut Ui, view: &ViewModel, memory: &mut Memory) -> Vec<Gesture> {
    memory.gestures.clear();
    theme::set(ui.ctx(), view.preferences.theme);
    let time_s = ui.input(|input| input.time);
    let reading = view.running.then_some(&view.snapshot.reading);
    let peaks_dbfs = match reading {
        Some(_) => view.snapshot.output.level_dbfs,
        None => [None; 2],
    };
    memory.activity.follow(reading, peaks_dbfs, time_s);
    let window = ui.ctx().content_rect();
    ui.painter()
        .rect_filled(window, 0.0, theme::colors().ground);
    if window.width() < LEAST[0] || window.height() < LEAST[1] {
        let_go(ui, memory);
        return core::mem::take(&mut memory.gestures);
    }
    let open = memory.menu;
    let mut desk = Desk::new(ui, view, memory);
    let layout = Layout::new(window, banner::shown(view), view.player.is_some());
    if let Some(rect) = layout.banner {
        banner::draw(&mut desk, rect);
    }
    if let Some(left) = layout.left {
        lead(&mut desk, left);
    }
    centre(&mut desk, &layout);
    meters::draw(&mut desk, layout.right, layout.slim);
    intensity::draw(&mut desk, layout.intensity);
    chain::draw(&mut desk, layout.chain, layout.left.is_none());
    if let Some(rect) = layout.transport {
        transport::draw(&mut desk, rect);
    }
    header::draw(&mut desk, layout.header);
    if view.audition.on() {
        warn(&desk, window);
    }
    if !core::mem::take(&mut memory.menu_drawn) && memory.menu == open {
        // What it hung on is not there any more.
        memory.menu = None;
    }
    let_go(ui, memory);
    core::mem::take(&mut memory.gestures)
}

/// What was held and is not drawn any more, as the band of another shape, sees no end of its drag.
fn let_go(ui: &Ui, memory: &mut Memory) {
    if ui.ctx().dragged_id().is_some() {
        return;
    }
    let held = memory.let_go();
    memory.gestures.extend(held.map(Gesture::End));
}

/// What the middle shows: what is opened, as far as it has no place of its own.
fn centre(desk: &mut Desk<'_>, layout: &Layout) {
    let rect = layout.centre;
    match desk.memory.page {
        Page::Assistant | Page::Stem if layout.left.is_none() => lead(desk, rect),
        Page::Stems => linked::master::draw(desk, rect),
        Page::Part(part) if layout.slim => {
            let content = panel(&desk.painter(), rect);
            meters::draw_part(desk, content, part);
        }
        Page::Stage(stage) => stages::draw(desk, rect, stage),
        Page::Spectrum | Page::Assistant | Page::Stem | Page::Part(_) => spectrum::draw(desk, rect),
    }
}

/// What stands before the chain: the assistant, in a stem what it has beside its chain.
fn lead(desk: &mut Desk<'_>, rect: Rect) {
    if desk.view.stem.is_some() {
        linked::stem::draw(desk, rect);
    } else {
        assistant::draw(desk, rect);
    }
}

/// A frame around the window: what is heard is not the master.
fn warn(desk: &Desk<'_>, window: Rect) {
    let edge = Stroke::new(3.0, theme::colors().alarm);
    let painter = desk.painter();
    painter.rect_stroke(window, 0.0, edge, StrokeKind::Inside);
}
