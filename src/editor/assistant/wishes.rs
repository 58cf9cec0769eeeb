//! What the user wants: style, loudness, whether the mix can be reopened, references.

use egui::{Align2, CursorIcon, Id, Key, Rect, Sense, Stroke, pos2, vec2};

use super::{one_line, styles};
use crate::assistant::wishes::{LoudnessWish, MixState};
use crate::editor::desk::{Desk, cut_left, cut_right, cut_top};
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::{Gesture, Number, Side, ViewModel};
use crate::editor::widgets::number::field;
use crate::editor::widgets::{button, entry, segments, text};
use crate::params::session::REFERENCES_MAX;

/// Height of the rows: a third one only where there are references to weigh.
pub fn height(view: &ViewModel) -> f32 {
    match view.assistant.references.is_empty() {
        true => 2.0 * ROW + GAP,
        false => 3.0 * ROW + 2.0 * GAP,
    }
}

const ROW: f32 = 24.0;
const LABEL: f32 = 62.0;
/// Width of a weight.
const WEIGHT: f32 = 52.0;
const MIX: [(MixState, &str); 3] = [
    (MixState::Unknown, "?"),
    (MixState::Open, "Open"),
    (MixState::Locked, "Locked"),
];

/// Draws the rows into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let upper = cut_top(&mut rect, ROW, GAP);
    let lower = cut_top(&mut rect, ROW, GAP);
    draw_upper(desk, upper);
    draw_lower(desk, lower);
    if !desk.view.assistant.references.is_empty() {
        let weights = Rect::from_min_size(rect.min, vec2(rect.width(), ROW));
        draw_weights(desk, weights);
    }
}

/// How much each side of the references counts: name and number side by side, evenly spaced.
fn draw_weights(desk: &mut Desk<'_>, mut rect: Rect) {
    label(desk, &mut rect, "Follow", LABEL);
    let painter = desk.painter();
    let names = Side::ALL.map(|side| {
        let name = Number::Weight(side).name().to_owned();
        painter.layout_no_wrap(name, theme::label(), theme::colors().text)
    });
    let named: f32 = names.iter().map(|name| name.size().x + 2.0 * GRID).sum();
    let wide = Side::ALL.len() as f32 * WEIGHT + named;
    let gap = ((rect.width() - wide) / (Side::ALL.len() - 1) as f32).min(6.0 * GRID);
    for (side, name) in Side::ALL.into_iter().zip(names) {
        let number = Number::Weight(side);
        let place = cut_left(&mut rect, name.size().x, 2.0 * GRID);
        let counts = desk.value(number) > 0.0;
        let ink = if counts { theme::colors().text } else { theme::colors().label };
        let at = pos2(place.left(), place.center().y - name.size().y / 2.0);
        painter.galley_with_override_text_color(at, name, ink);
        let value = cut_left(&mut rect, WEIGHT, gap);
        entry(desk, value, number, theme::body(), Some(theme::colors().raised));
    }
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
        theme::colors().label,
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
    if let Some(index) = segments(desk.ui, "goal", place, &labels, chosen, theme::colors().goal) {
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
            Some(theme::colors().raised),
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
            theme::colors().label,
        );
    }
    label(desk, &mut rect, "Mix", 24.0);
    let place = cut_left(&mut rect, 126.0, GAP);
    let labels = MIX.map(|(_, name)| name);
    let state = desk.view.assistant.wishes.mix_state;
    let chosen = MIX.iter().position(|(one, _)| *one == state).unwrap_or(0);
    if let Some(index) = segments(desk.ui, "mix", place, &labels, chosen, theme::colors().goal) {
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
    styles::draw_box(desk, place);
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
        one_line(&desk.painter(), rect, "none", theme::colors().label);
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
        theme::colors().hovered
    } else {
        theme::colors().raised
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut inside = rect.shrink2(vec2(6.0, 0.0));
    let cross = cut_right(&mut inside, 10.0, 2.0);
    one_line(&painter, inside, name, theme::colors().text);
    let stroke = Stroke::new(1.25, theme::colors().label);
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
            theme::colors().label,
        );
    }
    let added = button(desk.ui, add, "Add", Some(theme::colors().goal), valid);
    if valid && (added || enter) {
        desk.push(Gesture::AddReference(trimmed));
    } else if left != Some(false) && !button(desk.ui, cancel, "Cancel", None, true) {
        desk.memory.adding = Some(path);
    }
}
