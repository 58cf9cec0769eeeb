//! What opens from the top row: zoom, history, slots, help.

use egui::{Align2, CursorIcon, Rect, Sense, Ui, vec2};

use super::latency;
use crate::editor::desk::Desk;
use crate::editor::preferences::ZOOMS_PCT;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Menu, Page, Slots};
use crate::editor::widgets::icon::{self, right_of};
use crate::editor::widgets::popup::{ROW, caption, popup, row};
use crate::editor::widgets::{Icon, text, tip};
use crate::params::session::SLOTS;

/// Most steps that are listed.
const STEPS_MAX: usize = 24;

/// How large everything is drawn.
pub(super) fn zoom(desk: &mut Desk<'_>, anchor: Rect) {
    if !desk.opened(Menu::Zoom) {
        return;
    }
    let now = desk.view.preferences.zoom_pct;
    let mut picked = None;
    let size = vec2(104.0, ZOOMS_PCT.len() as f32 * ROW);
    let left = popup(desk.ui, "zoom", anchor, size, |ui| {
        for zoom_pct in ZOOMS_PCT {
            let said = "Draws everything this large.";
            if row(ui, &format!("{zoom_pct} %"), "", zoom_pct == now, said) {
                picked = Some(zoom_pct);
            }
        }
    });
    if let Some(zoom_pct) = picked {
        let mut preferences = desk.view.preferences.clone();
        preferences.zoom_pct = zoom_pct;
        desk.push(Gesture::Prefer(preferences));
    }
    close(desk, left || picked.is_some());
}

fn close(desk: &mut Desk<'_>, left: bool) {
    if left {
        desk.memory.menu = None;
    }
}

/// All steps: what was undone above, what can be undone below.
pub(super) fn history(desk: &mut Desk<'_>, anchor: Rect) {
    if !desk.opened(Menu::History) {
        return;
    }
    let [past, future] = desk.view.undo.clone();
    let mut picked = None;
    let rows = past.len().min(STEPS_MAX) + future.len().min(STEPS_MAX) + 2;
    let size = vec2(248.0, (rows as f32 * ROW).min(16.0 * ROW));
    let left = popup(desk.ui, "history", anchor, size, |ui| {
        caption(ui, "Redo");
        for (steps, name) in future.iter().take(STEPS_MAX).enumerate().rev() {
            let said = "Does this again, and what was done before it.";
            if row(ui, name, "", false, said) {
                picked = Some(Gesture::Redo(steps + 1));
            }
        }
        caption(ui, "Undo, the last step first");
        for (steps, name) in past.iter().take(STEPS_MAX).enumerate() {
            let said = "Takes this back, and what was done after it.";
            if row(ui, name, "", false, said) {
                picked = Some(Gesture::Undo(steps + 1));
            }
        }
    });
    let done = picked.is_some();
    desk.memory.gestures.extend(picked);
    close(desk, left || done);
}

/// Copies what is set to another place.
pub(super) fn slot(desk: &mut Desk<'_>, anchor: Rect, place: usize) {
    let Slots { current, filled } = desk.view.slots;
    let letter = |place: usize| char::from(b'A' + place as u8);
    let targets: Vec<usize> = match place == current {
        true => (0..SLOTS).filter(|&one| one != current).collect(),
        false => vec![place],
    };
    let mut picked = None;
    let size = vec2(168.0, targets.len() as f32 * ROW);
    let left = popup(desk.ui, "slot", anchor, size, |ui| {
        for target in targets {
            let name = format!("Copy {} to {}", letter(current), letter(target));
            let said = match filled[target] {
                true => {
                    "Puts what is set there, in place of what it holds: no undo brings that back."
                }
                false => "Puts what is set there too.",
            };
            if row(ui, &name, "", false, said) {
                picked = Some(target);
            }
        }
    });
    if let Some(target) = picked {
        desk.push(Gesture::CopyToSlot(target));
    }
    close(desk, left || picked.is_some());
}

const HELP: [[&str; 2]; 14] = [
    ["1  Listen", "Play the song, or at least its loudest part."],
    [
        "2  Apply",
        "Look at the moves, switch off what you do not want.",
    ],
    [
        "3  Intensity",
        "As much of it as you like; compare Before and After.",
    ],
    ["Drag", "Sets a value; Shift or Ctrl: finer."],
    ["Wheel, arrow keys", "A step; Shift: a finer one."],
    ["Double-click, Alt-click", "Back to the default."],
    [
        "Click a number",
        "Type it: \u{2212}9.5, 2k, 30 ms; Tab goes on to the next.",
    ],
    [
        "Right-click",
        "Types a value; on a band or a letter it opens a menu.",
    ],
    [
        "Spectrum",
        "Double-click adds a band; drag, wheel (Q), Alt-click (0 dB).",
    ],
    ["A B C D", "Four masters to compare; Alt-click copies."],
    ["Red frame", "You hear something else than the master."],
    [
        "Violet mark",
        "You made this stage your own: a proposal leaves it alone.",
    ],
    [
        "Cards below",
        "Open a stage's controls; its light turns it on and off.",
    ],
    [
        "Spectrum's colours",
        "Grey comes in, blue goes out; the green band is what the style has.",
    ],
];

/// In a master.
const STEMS: [&str; 2] = [
    "Stems",
    "Groups with a Finalcoat Stem on each, mastered together.",
];

const HELP_LINE: f32 = 22.0;

/// How things are done.
pub(super) fn help(desk: &mut Desk<'_>, anchor: Rect) {
    if !desk.opened(Menu::Help) {
        return;
    }
    let latency = latency(desk.view);
    let is_master = desk.view.stem.is_none();
    let lines = HELP.len() + 1 + usize::from(is_master);
    let size = vec2(560.0, lines as f32 * HELP_LINE + GRID);
    let mut shows_stems = false;
    let left = popup(desk.ui, "help", anchor, size, |ui| {
        let colors = theme::colors();
        for told in HELP {
            help_line(ui, told, None);
        }
        if is_master {
            let said = "How the groups of a song are linked with this master, and those that are.";
            shows_stems = help_line(ui, STEMS, Some(said));
        }
        let (rect, _) =
            ui.allocate_exact_size(vec2(ui.available_width(), HELP_LINE), Sense::hover());
        let at = rect.left_center() + vec2(2.0 * GRID, 0.0);
        let version = format!("Finalcoat {}", env!("CARGO_PKG_VERSION"));
        let said = [Some(version), latency]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        text(
            ui.painter(),
            at,
            Align2::LEFT_CENTER,
            said.join(" \u{b7} "),
            theme::tiny(),
            colors.label,
        );
    });
    if shows_stems {
        desk.memory.page = Page::Stems;
    }
    close(desk, left || shows_stems);
}

/// What, and how. One that leads somewhere says where that is; returns whether it was pressed.
fn help_line(ui: &mut Ui, [what, how]: [&str; 2], leads: Option<&str>) -> bool {
    let colors = theme::colors();
    let sense = leads.map_or(Sense::hover(), |_| Sense::click());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HELP_LINE), sense);
    let painter = ui.painter();
    if leads.is_some() {
        if response.hovered() || response.has_focus() {
            painter.rect_filled(rect, theme::RADIUS, colors.hovered);
        }
        icon::draw(painter, right_of(rect), Icon::Next, colors.text);
    }
    let mut at = rect.left_center() + vec2(2.0 * GRID, 0.0);
    for (words, ink) in [(what, colors.text), (how, colors.label)] {
        text(painter, at, Align2::LEFT_CENTER, words, theme::label(), ink);
        at.x += 136.0;
    }
    let Some(said) = leads else {
        return false;
    };
    let pressed = response.clicked();
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
    pressed
}
