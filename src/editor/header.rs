//! The top row: name, presets, intensity, bypass.

use egui::{
    Align2, CursorIcon, Id, Key, Order, Rect, ScrollArea, Sense, Stroke, StrokeKind, pos2, vec2,
};

use super::desk::{Desk, cut_left, cut_right};
use super::fields::{BYPASS, INTENSITY};
use super::theme::{self, GAP, GRID};
use super::view::{Gesture, PresetName};
use super::widgets::number::field;
use super::widgets::{button, entry, slider, switch, text};

/// Height of the row.
pub const HEIGHT: f32 = 30.0;
/// The list of presets.
const LIST: [f32; 2] = [460.0, 420.0];
const LIST_ROW: f32 = 24.0;

/// Draws the row into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let name = text(
        &painter,
        rect.left_center(),
        Align2::LEFT_CENTER,
        "Finalcoat",
        theme::title(),
        theme::colors().text,
    );
    cut_left(&mut rect, name.width(), 2.0 * GAP);
    let place = cut_right(&mut rect, 88.0, 2.0 * GAP);
    let on = desk.view.settings.bypass;
    let at = Align2::RIGHT_CENTER;
    if let Some(on) = switch(desk.ui, BYPASS, place, "Bypass", at, on, theme::colors().reduction) {
        desk.push(Gesture::Switch(BYPASS, on));
    }
    let width = (rect.width() * 0.48).clamp(250.0, 380.0);
    let intensity = cut_right(&mut rect, width, 2.0 * GAP);
    draw_intensity(desk, intensity);
    rect.set_width(rect.width().min(380.0));
    if desk.memory.naming.is_some() {
        draw_naming(desk, rect);
    } else {
        draw_presets(desk, rect);
    }
}

fn draw_intensity(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let at = rect.left_center();
    let ink = theme::colors().text;
    let label = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        "Intensity",
        theme::body(),
        ink,
    );
    cut_left(&mut rect, label.width(), GAP);
    let number = cut_right(&mut rect, 92.0, GRID);
    entry(desk, number, INTENSITY, theme::large(), None);
    let ink = if desk.view.settings.bypass {
        theme::colors().label
    } else {
        theme::colors().goal
    };
    slider(desk, rect, INTENSITY, ink);
}

fn draw_presets(desk: &mut Desk<'_>, mut rect: Rect) {
    let save = cut_right(&mut rect, 52.0, GRID);
    let next = cut_right(&mut rect, 26.0, GRID);
    let before = cut_left(&mut rect, 26.0, GRID);
    let presets = &desk.view.presets;
    let count = presets.all.len();
    let current = presets.current.as_ref();
    let place = current.and_then(|name| presets.all.iter().position(|one| one.name == *name));
    let some = count > 0;
    if button(desk.ui, before, "\u{2039}", None, some) {
        let index = place.map_or(count - 1, |place| (place + count - 1) % count);
        desk.push(Gesture::LoadPreset(index));
    }
    if button(desk.ui, next, "\u{203a}", None, some) {
        let index = place.map_or(0, |place| (place + 1) % count);
        desk.push(Gesture::LoadPreset(index));
    }
    if button(desk.ui, save, "Save", None, true) {
        desk.memory.naming = Some(current.cloned().unwrap_or_default());
    }
    let response = desk
        .ui
        .interact(rect, Id::unique("presets"), Sense::click());
    let painter = desk.painter();
    let ground = if response.hovered() || desk.memory.listing {
        theme::colors().hovered
    } else {
        theme::colors().raised
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let (label, ink) = match current {
        Some(name) if presets.edited => (format!("{name} (edited)"), theme::colors().text),
        Some(name) => (name.clone(), theme::colors().text),
        None => ("Presets".to_owned(), theme::colors().label),
    };
    let inside = rect.shrink2(vec2(10.0, 0.0));
    one_line(
        desk,
        Rect::from_min_max(inside.min, pos2(inside.right() - 14.0, inside.bottom())),
        &label,
        ink,
    );
    let tip = pos2(inside.right() - 4.0, rect.center().y + 2.5);
    let arrow = vec![tip - vec2(4.5, 5.0), tip + vec2(4.5, -5.0), tip];
    painter.add(egui::Shape::convex_polygon(
        arrow,
        theme::colors().label,
        Stroke::NONE,
    ));
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let was_open = desk.memory.listing;
    if response.clicked() {
        desk.memory.listing = !was_open;
    }
    if was_open {
        draw_list(desk, rect);
    }
}

/// Text on one line, cut where the room ends.
fn one_line(desk: &Desk<'_>, rect: Rect, label: &str, ink: egui::Color32) {
    let painter = desk.painter();
    let mut job = egui::text::LayoutJob::simple(label.to_owned(), theme::body(), ink, rect.width());
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = painter.layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, ink);
}

/// The list below the box, over everything else.
fn draw_list(desk: &mut Desk<'_>, below: Rect) {
    let window = desk.ui.ctx().content_rect();
    let size = vec2(
        LIST[0].min(window.width() - 2.0 * theme::MARGIN),
        LIST[1].min(window.bottom() - below.bottom() - theme::MARGIN - GRID),
    );
    let presets = desk.view.presets.clone();
    let headings = presets
        .all
        .iter()
        .filter(|preset| preset.own)
        .take(1)
        .count()
        + presets
            .all
            .iter()
            .filter(|preset| !preset.own)
            .take(1)
            .count();
    let rows = (presets.all.len() + headings).max(1) as f32;
    let height = size.y.min(rows * LIST_ROW + 2.0 * GRID);
    let area = Rect::from_min_size(
        pos2(below.left(), below.bottom() + GRID),
        vec2(size.x, height),
    );
    let mut picked = None;
    let id = Id::unique("list of presets");
    egui::Area::new(id)
        .order(Order::Foreground)
        .fixed_pos(area.min)
        .fade_in(false)
        .show(desk.ui.ctx(), |ui| {
            ui.set_clip_rect(area.expand(2.0));
            let painter = ui.painter().clone();
            painter.rect_filled(area, theme::PANEL_RADIUS, theme::colors().raised);
            let edge = Stroke::new(1.0, theme::colors().hovered);
            painter.rect_stroke(area, theme::PANEL_RADIUS, edge, StrokeKind::Inside);
            // Nothing below hears the pointer.
            ui.interact(area, id.with("ground"), Sense::click_and_drag());
            let inside = area.shrink(GRID);
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inside));
            child.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(&mut child, |ui| {
                    let mut own = None;
                    if presets.all.is_empty() {
                        heading(ui, "No presets yet: Save makes one");
                    }
                    for (index, preset) in presets.all.iter().enumerate() {
                        if own != Some(preset.own) {
                            own = Some(preset.own);
                            heading(ui, if preset.own { "Yours" } else { "Finalcoat" });
                        }
                        let current = presets.current.as_ref() == Some(&preset.name);
                        if list_row(ui, preset, current) {
                            picked = Some(index);
                        }
                    }
                });
        });
    if let Some(index) = picked {
        desk.push(Gesture::LoadPreset(index));
        desk.memory.listing = false;
    }
    let left = desk.ui.input(|input| {
        let pressed = input.pointer.any_pressed();
        let elsewhere = input
            .pointer
            .interact_pos()
            .is_some_and(|at| !area.contains(at) && !below.contains(at));
        input.key_pressed(Key::Escape) || (pressed && elsewhere)
    });
    if left {
        desk.memory.listing = false;
    }
}

fn heading(ui: &mut egui::Ui, label: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LIST_ROW), Sense::hover());
    let at = pos2(rect.left() + 2.0 * GRID, rect.center().y);
    text(
        ui.painter(),
        at,
        Align2::LEFT_CENTER,
        label,
        theme::tiny(),
        theme::colors().label,
    );
}

fn list_row(ui: &mut egui::Ui, preset: &PresetName, current: bool) -> bool {
    let size = vec2(ui.available_width(), LIST_ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, theme::colors().hovered);
    }
    let ink = if current { theme::colors().goal } else { theme::colors().text };
    let at = pos2(rect.left() + 2.0 * GRID, rect.center().y);
    let name = text(
        painter,
        at,
        Align2::LEFT_CENTER,
        &preset.name,
        theme::body(),
        ink,
    );
    let room = rect.right() - name.right() - 6.0 * GRID;
    let mut job = egui::text::LayoutJob::simple(
        preset.description.clone(),
        theme::tiny(),
        theme::colors().label,
        room.max(0.0),
    );
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    if room > 60.0 {
        let galley = painter.layout_job(job);
        let x = (rect.left() + 170.0).max(name.right() + 4.0 * GRID);
        let at = pos2(
            x.min(rect.right() - 2.0 * GRID - galley.size().x),
            rect.center().y - galley.size().y / 2.0,
        );
        painter.galley(at, galley, theme::colors().label);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// The line in which the name of a preset is typed, in place of the box.
fn draw_naming(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some(mut name) = desk.memory.naming.take() else {
        return;
    };
    let cancel = cut_right(&mut rect, 62.0, GRID);
    let keep = cut_right(&mut rect, 72.0, GRID);
    let trimmed = name.trim().to_owned();
    let taken = |preset: &PresetName| preset.own && preset.name == trimmed;
    let replaces = desk.view.presets.all.iter().any(taken);
    let valid = !trimmed.is_empty();
    let id = Id::unique("naming");
    let left = field(desk.ui, id, rect, theme::body(), &mut name, valid);
    let enter = left == Some(true) && desk.ui.input(|input| input.key_pressed(Key::Enter));
    let label = if replaces { "Replace" } else { "Keep" };
    let kept = button(desk.ui, keep, label, Some(theme::colors().goal), valid);
    if valid && (kept || enter) {
        desk.push(Gesture::SavePreset(trimmed, replaces));
    } else if left != Some(false) && !button(desk.ui, cancel, "Cancel", None, true) {
        desk.memory.naming = Some(name);
    }
}
