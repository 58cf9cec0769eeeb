//! The style: a box that says which, and the list it opens.

use std::sync::Arc;

use egui::{
    Align2, CursorIcon, Galley, Id, Key, Order, Painter, Rect, ScrollArea, Sense, Stroke,
    StrokeKind, pos2, vec2,
};

use super::one_line;
use crate::assistant::wishes::Wishes;
use crate::editor::desk::{Desk, cut_right};
use crate::editor::theme::{self, GRID};
use crate::editor::view::{AssistantView, Gesture};
use crate::editor::widgets::text;

const ROW: f32 = 24.0;
const WIDTH_MIN: f32 = 260.0;

/// Draws the box, which a click opens.
pub fn draw_box(desk: &mut Desk<'_>, rect: Rect) {
    let id = Id::unique("styles");
    let response = desk.ui.interact(rect, id, Sense::click());
    let painter = desk.painter();
    let open = desk.memory.choosing_style;
    let ground = if response.hovered() || open {
        theme::colors().hovered
    } else {
        theme::colors().raised
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let assistant = &desk.view.assistant;
    let (shown, ink) = match (&assistant.wishes.style, &assistant.advice) {
        (Some(style), _) => (style.clone(), theme::colors().text),
        (None, Some(advice)) if !advice.style.is_empty() => {
            let pct = (advice.style_confidence * 100.0).round();
            let shown = match advice.style.strip_prefix("closest to ") {
                Some(style) => format!("Auto: near {style}, {pct} %"),
                None => format!("Auto: {}", advice.style),
            };
            (shown, theme::colors().text)
        }
        _ => ("Auto".to_owned(), theme::colors().label),
    };
    let inside = rect.shrink2(vec2(8.0, 0.0));
    let words = Rect::from_min_max(inside.min, pos2(inside.right() - 14.0, inside.bottom()));
    one_line(&painter, words, &shown, ink);
    let tip = pos2(inside.right() - 2.0, rect.center().y + 2.5);
    let arrow = vec![tip - vec2(4.5, 5.0), tip + vec2(4.5, -5.0), tip];
    painter.add(egui::Shape::convex_polygon(
        arrow,
        theme::colors().label,
        Stroke::NONE,
    ));
    let clicked = response.on_hover_cursor(CursorIcon::PointingHand).clicked();
    if clicked {
        desk.memory.choosing_style = !open;
        if !open {
            desk.push(Gesture::LookForStyles);
        }
    }
    if open || clicked {
        desk.ui
            .memory_mut(|memory| memory.data.insert_temp(id, rect));
    }
}

/// A line of the list: the style it stands for, what it is called, and what is said at its right end.
struct Row {
    style: Option<String>,
    name: String,
    aside: String,
}

/// All lines that can be chosen.
fn rows(assistant: &AssistantView) -> Vec<Row> {
    let nearness = |name: &str| {
        let advice = assistant.advice.as_ref()?;
        let mut near = advice.nearness.iter();
        let (_, weight) = near.find(|(one, _)| one == name)?;
        Some(format!("{} %", (weight * 100.0).round()))
    };
    let styles = &assistant.status.styles;
    let row = |name: &String, whose: &str| {
        let aside = [whose.to_owned(), nearness(name).unwrap_or_default()];
        Row {
            style: Some(name.clone()),
            name: name.clone(),
            aside: aside.join("  ").trim().to_owned(),
        }
    };
    let auto = Row {
        style: None,
        name: "Auto: what it is closest to".to_owned(),
        aside: String::new(),
    };
    let own = styles.own.iter().map(|name| row(name, "yours"));
    let ours = styles.ours.iter().map(|name| row(name, ""));
    std::iter::once(auto).chain(own).chain(ours).collect()
}

/// What is said below them: which files are no styles and why, and where such files belong.
fn notes(assistant: &AssistantView, painter: &Painter, width: f32) -> Vec<Arc<Galley>> {
    let styles = &assistant.status.styles;
    let lay = |said: String, ink| {
        let mut job = egui::text::LayoutJob::simple(said, theme::tiny(), ink, width);
        job.wrap.break_anywhere = true;
        painter.layout_job(job)
    };
    let mut notes = Vec::new();
    for [file, why] in &styles.faults {
        notes.push(lay(format!("{file} is left out"), theme::colors().reduction));
        let words = egui::text::LayoutJob::simple(why.clone(), theme::tiny(), theme::colors().label, width);
        notes.push(painter.layout_job(words));
    }
    if let Some(folder) = &styles.folder {
        notes.push(lay(format!("Your own: {folder}"), theme::colors().label));
    }
    notes
}

/// The list of styles, below its box and over everything else.
pub fn draw_list(desk: &mut Desk<'_>) {
    let id = Id::unique("styles");
    let below = desk.ui.memory(|memory| memory.data.get_temp::<Rect>(id));
    let (true, Some(below)) = (desk.memory.choosing_style, below) else {
        return;
    };
    let assistant = &desk.view.assistant;
    let rows = rows(assistant);
    let width = below.width().max(WIDTH_MIN);
    let notes = notes(assistant, desk.ui.painter(), width - 6.0 * GRID);
    let noted: f32 = notes.iter().map(|note| note.size().y + GRID).sum();
    let window = desk.ui.ctx().content_rect();
    let height = (rows.len() as f32 * ROW + noted + 4.0 * GRID)
        .min(window.bottom() - below.bottom() - theme::MARGIN);
    let area = Rect::from_min_size(
        pos2(below.left(), below.bottom() + GRID),
        vec2(width, height),
    );
    let chosen = &assistant.wishes.style;
    let mut picked = None;
    let list = Id::unique("list of styles");
    egui::Area::new(list)
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
            ui.interact(area, list.with("ground"), Sense::click_and_drag());
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area.shrink(GRID)));
            child.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(&mut child, |ui| {
                    for row in &rows {
                        if draw_row(ui, row, row.style == *chosen) {
                            picked = Some(row.style.clone());
                        }
                    }
                    ui.add_space(GRID);
                    for note in &notes {
                        let size = vec2(ui.available_width(), note.size().y + GRID);
                        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                        let at = rect.min + vec2(2.0 * GRID, 0.0);
                        ui.painter().galley(at, note.clone(), theme::colors().label);
                    }
                });
        });
    if let Some(style) = picked {
        let wishes = assistant.wishes.clone();
        desk.push(Gesture::Wish(Wishes { style, ..wishes }));
        desk.memory.choosing_style = false;
    }
    let left = desk.ui.input(|input| {
        let pressed = input.pointer.any_pressed();
        let at = input.pointer.interact_pos();
        let elsewhere = at.is_some_and(|at| !area.contains(at) && !below.contains(at));
        input.key_pressed(Key::Escape) || (pressed && elsewhere)
    });
    if left {
        desk.memory.choosing_style = false;
    }
}

fn draw_row(ui: &mut egui::Ui, row: &Row, chosen: bool) -> bool {
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, theme::colors().hovered);
    }
    let ink = if chosen { theme::colors().goal } else { theme::colors().text };
    let mut inside = rect.shrink2(vec2(2.0 * GRID, 0.0));
    if !row.aside.is_empty() {
        let aside = text(
            painter,
            inside.right_center(),
            Align2::RIGHT_CENTER,
            &row.aside,
            theme::tiny(),
            theme::colors().label,
        );
        cut_right(&mut inside, aside.width(), 2.0 * GRID);
    }
    one_line(painter, inside, &row.name, ink);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}
