//! The presets: the one that is loaded, the next and the one before, all of them, and a new one.

use egui::{Align2, Id, Key, Rect, Sense, vec2};

use crate::editor::desk::{Desk, cut_right};
use crate::editor::layout::square;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Menu, PresetName};
use crate::editor::widgets::number::field;
use crate::editor::widgets::popup::{ROW, caption, drop_down, popup, row};
use crate::editor::widgets::{Icon, button, icon_button, switch};
use crate::params::session::Chosen;

/// Size of the list at most.
const LIST: [f32; 2] = [460.0, 440.0];

/// Draws the box with its buttons, or the line in which a new name is typed.
pub(super) fn draw(desk: &mut Desk<'_>, rect: Rect) {
    if desk.memory.naming.is_some() {
        draw_naming(desk, rect);
    } else {
        draw_box(desk, rect);
    }
}

fn draw_box(desk: &mut Desk<'_>, mut rect: Rect) {
    let save = cut_right(&mut rect, 46.0, GRID);
    let locked = desk.view.preferences.lock_loudness;
    if locked {
        let height = rect.height();
        let lock = cut_right(&mut rect, height, GRID);
        let said =
            "Presets leave drive, limiter and ceiling as they are; a click lets them change all.";
        if icon_button(desk.ui, lock, Icon::Locked, said, true, true) {
            let mut preferences = desk.view.preferences.clone();
            preferences.lock_loudness = false;
            desk.push(Gesture::Prefer(preferences));
        }
    }
    let height = rect.height();
    let next = cut_right(&mut rect, height, 2.0);
    let before = square(&mut rect, 2.0);
    let presets = &desk.view.presets;
    let count = presets.all.len();
    let current = presets.current.as_ref();
    let place = current.and_then(|chosen| presets.all.iter().position(|one| one.is(chosen)));
    let some = count > 0;
    if icon_button(
        desk.ui,
        before,
        Icon::Previous,
        "The preset before.",
        false,
        some,
    ) {
        let index = place.map_or(count - 1, |place| (place + count - 1) % count);
        desk.push(Gesture::LoadPreset(index));
    }
    if icon_button(desk.ui, next, Icon::Next, "The next preset.", false, some) {
        let index = place.map_or(0, |place| (place + 1) % count);
        desk.push(Gesture::LoadPreset(index));
    }
    let said = "Keeps what is set as a preset of yours.";
    let name = current.map(|chosen| chosen.name.clone());
    if button(desk.ui, save, "Save", said, None, true) {
        desk.memory.naming = Some(name.unwrap_or_default());
    }
    let open = desk.opened(Menu::Presets);
    let edited = desk.view.presets.edited;
    let colors = theme::colors();
    let (label, ink) = match current {
        Some(Chosen { name, .. }) if edited => (format!("{name} (edited)"), colors.text),
        Some(Chosen { name, .. }) => (name.clone(), colors.text),
        None => ("Presets".to_owned(), colors.label),
    };
    let said = "Finalcoat's presets and yours, and how they are auditioned.";
    if drop_down(desk.ui, "presets", rect, (&label, ink), said, open) {
        desk.memory.toggle(Menu::Presets);
    }
    if open {
        draw_list(desk, rect);
    }
}

fn draw_list(desk: &mut Desk<'_>, below: Rect) {
    let presets = desk.view.presets.clone();
    let mut preferences = desk.view.preferences.clone();
    let headings = 2.0;
    let rows = presets.all.len() as f32 + headings + 2.0;
    let size = vec2(LIST[0], (rows * ROW + 2.0 * GRID).min(LIST[1]));
    let mut picked = None;
    let mut liked = false;
    let left = popup(desk.ui, "list of presets", below, size, |ui| {
        let options = [
            (
                "Match loudness while comparing",
                "Presets and A to D are heard as loud as the mix, until you go back to the master.",
                &mut preferences.match_loudness,
            ),
            (
                "Lock loudness",
                "Presets leave drive, limiter and ceiling as they are.",
                &mut preferences.lock_loudness,
            ),
        ];
        for (label, said, on) in options {
            let size = vec2(ui.available_width(), ROW);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let rect = rect.shrink2(vec2(2.0 * GRID, 0.0));
            let at = Align2::LEFT_CENTER;
            let ink = theme::colors().goal;
            if let Some(new) = switch(ui, label, rect, label, said, at, *on, ink) {
                *on = new;
                liked = true;
            }
        }
        ui.add_space(GRID);
        let mut own = None;
        if presets.all.is_empty() {
            caption(ui, "No presets yet: Save makes one");
        }
        for (index, preset) in presets.all.iter().enumerate() {
            if own != Some(preset.own) {
                own = Some(preset.own);
                caption(
                    ui,
                    if preset.own {
                        "Yours"
                    } else {
                        "Made for Finalcoat"
                    },
                );
            }
            let current = presets.current.as_ref().is_some_and(|one| preset.is(one));
            let said = format!(
                "{}\nA click loads it; the list stays open.",
                preset.description
            );
            if row(ui, &preset.name, &preset.description, current, said.trim()) {
                picked = Some(index);
            }
        }
    });
    if liked {
        desk.push(Gesture::Prefer(preferences));
    }
    // The list stays open: the next one is a click away.
    if let Some(index) = picked {
        desk.push(Gesture::LoadPreset(index));
    }
    if left {
        desk.memory.menu = None;
    }
}

/// The line in which the name of a preset is typed, in place of the box.
fn draw_naming(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some(mut name) = desk.memory.naming.take() else {
        return;
    };
    let cancel = cut_right(&mut rect, 54.0, GRID);
    let keep = cut_right(&mut rect, 60.0, GRID);
    let trimmed = name.trim().to_owned();
    let taken = |preset: &PresetName| preset.own && preset.name == trimmed;
    let replaces = desk.view.presets.all.iter().any(taken);
    let valid = !trimmed.is_empty();
    let id = Id::unique("naming");
    let left = field(desk.ui, id, rect, theme::body(), &mut name, valid);
    let enter = left == Some(true) && desk.ui.input(|input| input.key_pressed(Key::Enter));
    let (label, said) = match replaces {
        true => (
            "Replace",
            "Puts what is set in place of your preset of this name.",
        ),
        false => ("Keep", "Keeps what is set under this name."),
    };
    let kept = button(
        desk.ui,
        keep,
        label,
        said,
        Some(theme::colors().goal),
        valid,
    );
    if valid && (kept || enter) {
        desk.push(Gesture::SavePreset(trimmed, replaces));
    } else if left != Some(false)
        && !button(desk.ui, cancel, "Cancel", "Keeps nothing.", None, true)
    {
        desk.memory.naming = Some(name);
    }
}
