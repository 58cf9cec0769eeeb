//! What the user wants: style, whether the mix can be reopened, loudness, references.

mod path;

use egui::{Align2, CursorIcon, Id, Key, Rect, Sense, Stroke, vec2};

use super::styles;
use crate::assistant::wishes::{LoudnessWish, MixState, Wishes};
use crate::editor::desk::{Desk, column, cut_left, cut_right, cut_top};
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Number, Page, Side, ViewModel};
use crate::editor::widgets::number::field;
use crate::editor::widgets::popup::drop_down;
use crate::editor::widgets::{button, decibels, entry, one_line, segments, text, tip};
use crate::engine::settings::fields::Group;
use crate::params::session::REFERENCES_MAX;

/// Whether the rows are shown where there is little room: as long as there is no proposal, or if the user says
/// so.
fn unfolded(desk: &Desk<'_>) -> bool {
    let proposed = desk.view.assistant.advice.is_some();
    !proposed || desk.memory.wishes == Some(true)
}

/// Height of what [`draw_folded`] draws.
pub fn folded_height(desk: &Desk<'_>) -> f32 {
    let rows = if unfolded(desk) {
        height(desk.view)
    } else {
        0.0
    };
    match (desk.view.assistant.advice.is_some(), unfolded(desk)) {
        (false, _) => rows,
        (true, true) => ROW + GRID + rows,
        (true, false) => ROW,
    }
}

/// Draws the rows into `rect`; once there is a proposal, one line stands for them that opens them.
pub fn draw_folded(desk: &mut Desk<'_>, mut rect: Rect) {
    if desk.view.assistant.advice.is_none() {
        return draw(desk, rect);
    }
    let row = cut_top(&mut rect, ROW, GRID);
    let open = unfolded(desk);
    let said = "What is wanted: style, whether the mix can be reopened, loudness, references.";
    let words = summary(desk);
    let ink = theme::colors().text;
    if drop_down(desk.ui, "wishes", row, (&words, ink), said, open) {
        desk.memory.wishes = Some(!open);
    }
    if open {
        draw(desk, rect);
    }
}

/// All that is wanted, in a line.
fn summary(desk: &Desk<'_>) -> String {
    let assistant = &desk.view.assistant;
    let style = styles::shown(assistant);
    let style = style.trim_start_matches("Auto: ").to_owned();
    let loudness = match assistant.wishes.loudness {
        LoudnessWish::Auto => format!("{} LUFS", decibels(desk.view.aim_lufs(), 1, false)),
        LoudnessWish::Keep => "its own loudness".to_owned(),
        LoudnessWish::Off => "no loudness".to_owned(),
        LoudnessWish::Target(lufs) => format!("{} LUFS", decibels(lufs as f32, 1, false)),
    };
    let mix = match assistant.wishes.mix_state {
        MixState::Unknown => None,
        MixState::Open => Some("mix open".to_owned()),
        MixState::Locked => Some("mix locked".to_owned()),
    };
    let references = match assistant.references.len() {
        0 => None,
        1 => Some("1 ref".to_owned()),
        count => Some(format!("{count} refs")),
    };
    let parts = [Some(style), references, mix, Some(loudness)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" \u{b7} ")
}

/// Height of the rows: two more where there are references to weigh.
pub fn height(view: &ViewModel) -> f32 {
    let rows = if view.assistant.references.is_empty() {
        4.0
    } else {
        6.0
    };
    rows * (ROW + GRID) - GRID
}

const ROW: f32 = 24.0;
const LABEL: f32 = 64.0;
/// Width of a weight.
const WEIGHT: f32 = 48.0;
/// Width of the loudness in numbers.
const LUFS: f32 = 66.0;
/// The rows are no wider than this.
const WIDTH_MAX: f32 = 340.0;
const MIX: [(MixState, &str, &str); 3] = [
    (
        MixState::Unknown,
        "Either",
        "Says both: what to do if the mix can be reopened, and if not.",
    ),
    (
        MixState::Open,
        "Open",
        "The mix can be changed: what is better mended there is said.",
    ),
    (
        MixState::Locked,
        "Locked",
        "Only this file exists: the master does what it can.",
    ),
];
const LOUDNESS: [(&str, &str); 4] = [
    (
        "Auto",
        "As loud as music of this style, as long as it costs little.",
    ),
    ("Keep", "As loud as the mix is."),
    ("Off", "The loudness stage is left alone."),
    ("Set", "A loudness of your own, in LUFS."),
];

/// Draws the rows into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    rect.set_width(rect.width().min(WIDTH_MAX));
    let style = cut_top(&mut rect, ROW, GRID);
    let mix = cut_top(&mut rect, ROW, GRID);
    let loudness = cut_top(&mut rect, ROW, GRID);
    let references = cut_top(&mut rect, ROW, GRID);
    let style = labelled(desk, style, "Style");
    let mix = labelled(desk, mix, "Mix");
    let loudness = labelled(desk, loudness, "Loudness");
    draw_mix(desk, mix);
    draw_loudness(desk, loudness);
    draw_references(desk, references);
    if !desk.view.assistant.references.is_empty() {
        draw_weights(desk, rect);
    }
    // Last: its list lies over the others.
    styles::draw(desk, style);
}

/// The name of a row; returns what is beside it.
fn labelled(desk: &Desk<'_>, mut row: Rect, name: &str) -> Rect {
    let place = cut_left(&mut row, LABEL, GRID);
    let at = place.left_center();
    let ink = theme::colors().label;
    text(
        &desk.painter(),
        at,
        Align2::LEFT_CENTER,
        name,
        theme::label(),
        ink,
    );
    row
}

fn draw_mix(desk: &mut Desk<'_>, rect: Rect) {
    let wishes = desk.view.assistant.wishes.clone();
    let chosen = MIX.iter().position(|(one, ..)| *one == wishes.mix_state);
    let labels = MIX.map(|(_, label, said)| (label, said));
    let ink = theme::colors().label;
    if let Some(index) = segments(desk.ui, "mix", rect, &labels, chosen.unwrap_or(0), ink) {
        let mix_state = MIX[index].0;
        desk.push(Gesture::Wish(Wishes {
            mix_state,
            ..wishes
        }));
    }
}

fn draw_loudness(desk: &mut Desk<'_>, mut rect: Rect) {
    let wishes = desk.view.assistant.wishes.clone();
    let chosen = match wishes.loudness {
        LoudnessWish::Auto => 0,
        LoudnessWish::Keep => 1,
        LoudnessWish::Off => 2,
        LoudnessWish::Target(_) => 3,
    };
    let number = cut_right(&mut rect, LUFS, GRID);
    let ink = theme::colors().label;
    if let Some(index) = segments(desk.ui, "goal", rect, &LOUDNESS, chosen, ink) {
        let loudness = match index {
            0 => LoudnessWish::Auto,
            1 => LoudnessWish::Keep,
            2 => LoudnessWish::Off,
            _ => LoudnessWish::Target(f64::from(desk.view.goal_lufs)),
        };
        desk.push(Gesture::Wish(Wishes { loudness, ..wishes }));
    }
    // The page of the loudness stage has the same number, and two places to type it in would be one too many.
    let elsewhere = desk.memory.page == Page::Stage(Group::Loudness);
    if chosen == 3 && !elsewhere {
        let ground = Some(theme::colors().raised);
        entry(desk, number, Number::Goal, theme::body(), ground);
        return;
    }
    let advised = desk.view.assistant.advice.is_some();
    if (advised && chosen < 2) || chosen == 3 {
        let shown = format!("{} LUFS", decibels(desk.view.aim_lufs(), 1, false));
        let at = number.right_center();
        text(
            &desk.painter(),
            at,
            Align2::RIGHT_CENTER,
            shown,
            theme::label(),
            ink,
        );
    }
}

fn draw_references(desk: &mut Desk<'_>, rect: Rect) {
    if desk.memory.adding.is_some() {
        return draw_adding(desk, rect);
    }
    let mut rect = labelled(desk, rect, "References");
    let add = cut_right(&mut rect, 44.0, GRID);
    let references = desk.view.assistant.references.clone();
    let room = references.len() < REFERENCES_MAX;
    let said = "A finished song of yours or of somebody else's, to be followed instead of a style.";
    if button(desk.ui, add, "Add", said, None, room) {
        desk.memory.adding = Some(String::new());
    }
    if references.is_empty() {
        let ink = theme::colors().label;
        one_line(&desk.painter(), rect, "none", theme::label(), ink);
        return;
    }
    let width = (rect.width() / references.len() as f32 - GRID).min(150.0);
    for (index, path) in references.iter().enumerate() {
        let place = cut_left(&mut rect, width, GRID);
        chip(desk, place, index, path);
    }
}

/// How much each side of the references counts, two beside each other.
fn draw_weights(desk: &mut Desk<'_>, mut rect: Rect) {
    for pair in Side::ALL.chunks(2) {
        let row = cut_top(&mut rect, ROW, GRID);
        for (place, side) in pair.iter().enumerate() {
            let mut cell = column(row, place, 2, 3.0 * GRID);
            let number = Number::Weight(*side);
            let value = cut_right(&mut cell, WEIGHT, GRID);
            let counts = desk.value(number) > 0.0;
            let colors = theme::colors();
            let ink = if counts { colors.text } else { colors.label };
            let at = cell.left_center();
            let name = number.name();
            text(
                &desk.painter(),
                at,
                Align2::LEFT_CENTER,
                name,
                theme::label(),
                ink,
            );
            entry(desk, value, number, theme::body(), Some(colors.raised));
        }
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
    one_line(&painter, inside, name, theme::label(), theme::colors().text);
    let stroke = Stroke::new(1.25, theme::colors().label);
    let (c, r) = (cross.center(), 3.0);
    painter.line_segment([c - vec2(r, r), c + vec2(r, r)], stroke);
    painter.line_segment([c + vec2(-r, r), c + vec2(r, -r)], stroke);
    if response.clicked() {
        desk.push(Gesture::RemoveReference(index));
    }
    let said = format!("A click takes away {path}.");
    tip(response.on_hover_cursor(CursorIcon::PointingHand), &said);
}

/// The line in which a path is typed or pasted.
fn draw_adding(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some(mut typed) = desk.memory.adding.take() else {
        return;
    };
    let cancel = cut_right(&mut rect, 60.0, GRID);
    let add = cut_right(&mut rect, 44.0, GRID);
    let valid = !path::path(&typed, None).is_empty();
    let id = Id::unique("path of a reference");
    let left = field(desk.ui, id, rect, theme::label(), &mut typed, valid);
    let enter = left == Some(true) && desk.ui.input(|input| input.key_pressed(Key::Enter));
    if typed.is_empty() {
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
    let said = "Reads this file and follows it.";
    let added = button(desk.ui, add, "Add", said, Some(theme::colors().goal), valid);
    if valid && (added || enter) {
        let meant = path::path(&typed, path::home().as_deref());
        desk.push(Gesture::AddReference(meant));
    } else if left != Some(false) && !button(desk.ui, cancel, "Cancel", "Adds nothing.", None, true)
    {
        desk.memory.adding = Some(typed);
    }
}
