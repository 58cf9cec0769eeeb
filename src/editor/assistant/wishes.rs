//! What the user wants: style, loudness, whether the mix can be reopened, references.

use egui::{
    Align2, CursorIcon, Id, Key, Order, Rect, ScrollArea, Sense, Stroke, StrokeKind, pos2, vec2,
};

use super::one_line;
use crate::assistant::wishes::{LoudnessWish, MixState};
use crate::editor::desk::{Desk, cut_left, cut_right, cut_top};
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::{Gesture, Number};
use crate::editor::widgets::number::field;
use crate::editor::widgets::{button, entry, segments, text};
use crate::params::session::REFERENCES_MAX;

/// Height of both rows.
pub const HEIGHT: f32 = 2.0 * ROW + GAP;
const ROW: f32 = 24.0;
const LIST_ROW: f32 = 24.0;
const LABEL: f32 = 62.0;
const MIX: [(MixState, &str); 3] = [
    (MixState::Unknown, "?"),
    (MixState::Open, "Open"),
    (MixState::Locked, "Locked"),
];

/// Draws the rows into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let upper = cut_top(&mut rect, ROW, GAP);
    let lower = Rect::from_min_size(rect.min, vec2(rect.width(), ROW));
    draw_upper(desk, upper);
    draw_lower(desk, lower);
}

fn label(desk: &Desk<'_>, rect: &mut Rect, name: &str, width: f32) {
    let place = cut_left(rect, width, GRID);
    let at = place.left_center();
    text(
        &desk.painter(),
        at,
        Align2::LEFT_CENTER,
        name,
        theme::label(),
        theme::LABEL,
    );
}

fn draw_upper(desk: &mut Desk<'_>, mut rect: Rect) {
    label(desk, &mut rect, "Loudness", LABEL);
    let now = desk.view.assistant.wishes.loudness;
    let labels = ["Auto", "Keep", "Off", "Number"];
    let chosen = match now {
        LoudnessWish::Auto => 0,
        LoudnessWish::Keep => 1,
        LoudnessWish::Off => 2,
        LoudnessWish::Target(_) => 3,
    };
    let place = cut_left(&mut rect, 206.0, GRID);
    if let Some(index) = segments(desk.ui, "goal", place, &labels, chosen, theme::GOAL) {
        let loudness = match index {
            0 => LoudnessWish::Auto,
            1 => LoudnessWish::Keep,
            2 => LoudnessWish::Off,
            _ => LoudnessWish::Target(f64::from(desk.view.goal_lufs)),
        };
        let wishes = desk.view.assistant.wishes.clone();
        desk.push(Gesture::Wish(crate::assistant::wishes::Wishes {
            loudness,
            ..wishes
        }));
    }
    let number = cut_left(&mut rect, 82.0, GAP);
    if chosen == 3 {
        entry(
            desk,
            number,
            Number::Goal,
            theme::body(),
            Some(theme::RAISED),
        );
    } else if let Some(lufs) = desk
        .view
        .assistant
        .advice
        .as_ref()
        .and_then(|one| one.goal_lufs)
    {
        let shown = format!(
            "{} LUFS",
            crate::editor::widgets::decibels(lufs as f32, 1, false)
        );
        let at = number.center();
        text(
            &desk.painter(),
            at,
            Align2::CENTER_CENTER,
            shown,
            theme::label(),
            theme::LABEL,
        );
    }
    label(desk, &mut rect, "Mix", 24.0);
    let place = cut_left(&mut rect, 126.0, GAP);
    let labels = MIX.map(|(_, name)| name);
    let state = desk.view.assistant.wishes.mix_state;
    let chosen = MIX.iter().position(|(one, _)| *one == state).unwrap_or(0);
    if let Some(index) = segments(desk.ui, "mix", place, &labels, chosen, theme::GOAL) {
        let wishes = desk.view.assistant.wishes.clone();
        let mix_state = MIX[index].0;
        desk.push(Gesture::Wish(crate::assistant::wishes::Wishes {
            mix_state,
            ..wishes
        }));
    }
}

fn draw_lower(desk: &mut Desk<'_>, mut rect: Rect) {
    label(desk, &mut rect, "Style", LABEL);
    let place = cut_left(&mut rect, 206.0, GAP);
    style_box(desk, place);
    if desk.memory.adding.is_some() {
        return draw_adding(desk, rect);
    }
    label(desk, &mut rect, "References", 64.0);
    let add = cut_right(&mut rect, 44.0, GRID);
    let references = desk.view.assistant.references.clone();
    let room = references.len() < REFERENCES_MAX;
    if button(desk.ui, add, "Add", None, room) {
        desk.memory.adding = Some(String::new());
    }
    if references.is_empty() {
        one_line(&desk.painter(), rect, "none", theme::LABEL);
        return;
    }
    let width = (rect.width() / references.len() as f32 - GRID).min(150.0);
    for (index, path) in references.iter().enumerate() {
        let place = cut_left(&mut rect, width, GRID);
        chip(desk, place, index, path);
    }
}

/// A reference; a click takes it away.
fn chip(desk: &mut Desk<'_>, rect: Rect, index: usize, path: &str) {
    let id = Id::unique(("reference", index));
    let response = desk.ui.interact(rect, id, Sense::click());
    let painter = desk.painter();
    let ground = if response.hovered() {
        theme::HOVERED
    } else {
        theme::RAISED
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut inside = rect.shrink2(vec2(6.0, 0.0));
    let cross = cut_right(&mut inside, 10.0, 2.0);
    one_line(&painter, inside, name, theme::TEXT);
    let stroke = Stroke::new(1.25, theme::LABEL);
    let (c, r) = (cross.center(), 3.0);
    painter.line_segment([c - vec2(r, r), c + vec2(r, r)], stroke);
    painter.line_segment([c + vec2(-r, r), c + vec2(r, -r)], stroke);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.on_hover_text(format!("Remove {path}")).clicked() {
        desk.push(Gesture::RemoveReference(index));
    }
}

/// The line in which a path is typed or pasted.
fn draw_adding(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some(mut path) = desk.memory.adding.take() else {
        return;
    };
    let cancel = cut_right(&mut rect, 60.0, GRID);
    let add = cut_right(&mut rect, 44.0, GRID);
    let trimmed = path
        .trim()
        .trim_matches('"')
        .trim_start_matches("file://")
        .to_owned();
    let valid = !trimmed.is_empty();
    let id = Id::unique("path of a reference");
    let left = field(desk.ui, id, rect, theme::label(), &mut path, valid);
    let enter = left == Some(true) && desk.ui.input(|input| input.key_pressed(Key::Enter));
    if path.is_empty() {
        let hint = "Path of a sound file: paste it here";
        let at = rect.center();
        text(
            &desk.painter(),
            at,
            Align2::CENTER_CENTER,
            hint,
            theme::tiny(),
            theme::LABEL,
        );
    }
    let added = button(desk.ui, add, "Add", Some(theme::GOAL), valid);
    if valid && (added || enter) {
        desk.push(Gesture::AddReference(trimmed));
    } else if left != Some(false) && !button(desk.ui, cancel, "Cancel", None, true) {
        desk.memory.adding = Some(path);
    }
}

fn style_box(desk: &mut Desk<'_>, rect: Rect) {
    let id = Id::unique("styles");
    let response = desk.ui.interact(rect, id, Sense::click());
    let painter = desk.painter();
    let open = desk.memory.choosing_style;
    let ground = if response.hovered() || open {
        theme::HOVERED
    } else {
        theme::RAISED
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let assistant = &desk.view.assistant;
    let (shown, ink) = match (&assistant.wishes.style, &assistant.advice) {
        (Some(style), _) => (style.clone(), theme::TEXT),
        (None, Some(advice)) if !advice.style.is_empty() => {
            let pct = (advice.style_confidence * 100.0).round();
            (format!("Auto: {} ({pct} %)", advice.style), theme::TEXT)
        }
        _ => ("Auto".to_owned(), theme::LABEL),
    };
    let inside = rect.shrink2(vec2(8.0, 0.0));
    let words = Rect::from_min_max(inside.min, pos2(inside.right() - 14.0, inside.bottom()));
    one_line(&painter, words, &shown, ink);
    let tip = pos2(inside.right() - 2.0, rect.center().y + 2.5);
    let arrow = vec![tip - vec2(4.5, 5.0), tip + vec2(4.5, -5.0), tip];
    painter.add(egui::Shape::convex_polygon(
        arrow,
        theme::LABEL,
        Stroke::NONE,
    ));
    let clicked = response.on_hover_cursor(CursorIcon::PointingHand).clicked();
    if clicked {
        desk.memory.choosing_style = !open;
    }
    if open || clicked {
        desk.ui
            .memory_mut(|memory| memory.data.insert_temp(id, rect));
    }
}

/// The list of styles, below its box and over everything else.
pub fn draw_styles(desk: &mut Desk<'_>) {
    let id = Id::unique("styles");
    let below = desk.ui.memory(|memory| memory.data.get_temp::<Rect>(id));
    let (true, Some(below)) = (desk.memory.choosing_style, below) else {
        return;
    };
    let assistant = &desk.view.assistant;
    let near = |name: &str| {
        let advice = assistant.advice.as_ref()?;
        advice
            .nearness
            .iter()
            .find(|(one, _)| one == name)
            .map(|(_, weight)| *weight)
    };
    let mut rows: Vec<(Option<String>, String)> =
        vec![(None, "Auto: what it is closest to".to_owned())];
    for name in &assistant.styles {
        let shown = match near(name) {
            Some(weight) => format!("{name}  {} %", (weight * 100.0).round()),
            None => name.clone(),
        };
        rows.push((Some(name.clone()), shown));
    }
    let window = desk.ui.ctx().content_rect();
    let height = (rows.len() as f32 * LIST_ROW + 2.0 * GRID)
        .min(window.bottom() - below.bottom() - theme::MARGIN);
    let area = Rect::from_min_size(
        pos2(below.left(), below.bottom() + GRID),
        vec2(below.width().max(220.0), height),
    );
    let chosen = assistant.wishes.style.clone();
    let mut picked = None;
    let list = Id::unique("list of styles");
    egui::Area::new(list)
        .order(Order::Foreground)
        .fixed_pos(area.min)
        .fade_in(false)
        .show(desk.ui.ctx(), |ui| {
            ui.set_clip_rect(area.expand(2.0));
            let painter = ui.painter().clone();
            painter.rect_filled(area, theme::PANEL_RADIUS, theme::RAISED);
            let edge = Stroke::new(1.0, theme::HOVERED);
            painter.rect_stroke(area, theme::PANEL_RADIUS, edge, StrokeKind::Inside);
            // Nothing below hears the pointer.
            ui.interact(area, list.with("ground"), Sense::click_and_drag());
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area.shrink(GRID)));
            child.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(&mut child, |ui| {
                    for (name, shown) in &rows {
                        let size = vec2(ui.available_width(), LIST_ROW);
                        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                        if response.hovered() {
                            ui.painter()
                                .rect_filled(rect, theme::RADIUS, theme::HOVERED);
                        }
                        let ink = if *name == chosen {
                            theme::GOAL
                        } else {
                            theme::TEXT
                        };
                        one_line(
                            ui.painter(),
                            rect.shrink2(vec2(2.0 * GRID, 0.0)),
                            shown,
                            ink,
                        );
                        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                            picked = Some(name.clone());
                        }
                    }
                });
        });
    if let Some(style) = picked {
        let wishes = desk.view.assistant.wishes.clone();
        desk.push(Gesture::Wish(crate::assistant::wishes::Wishes {
            style,
            ..wishes
        }));
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
