//! The top row: name, presets, the places to compare, undo, and how the window is looked at.

mod menus;
mod presets;

use egui::{Align2, CursorIcon, Id, Rect, Sense, vec2};

use super::desk::{Desk, cut_left, cut_right};
use super::fields::BYPASS;
use super::help;
use super::layout::square;
use super::theme::{self, GAP, GRID};
use super::view::{Gesture, Menu, ViewModel};
use super::widgets::press::ring;
use super::widgets::{Icon, icon_button, switch, text, tip};
use crate::params::session::SLOTS;

/// From this width on there is room for what is only nice to know.
const ROOMY: f32 = 1060.0;

/// Draws the row into `rect`, and what opens from it.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    let at = rect.left_center();
    let name = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        desk.view.product(),
        theme::title(),
        colors.text,
    );
    let roomy = rect.width() >= ROOMY;
    cut_left(&mut rect, name.width(), if roomy { 2.0 * GAP } else { GAP });

    let place = cut_right(&mut rect, 78.0, GAP);
    let on = desk.view.settings.bypass;
    let at = Align2::RIGHT_CENTER;
    let said = help::of(BYPASS);
    if let Some(on) = switch(
        desk.ui,
        BYPASS,
        place,
        "Bypass",
        said,
        at,
        on,
        colors.reduction,
    ) {
        desk.push(Gesture::Switch(BYPASS, on));
    }
    look(desk, &mut rect, roomy);
    if roomy && let Some(latency) = latency(desk.view) {
        let at = rect.right_center();
        let shown = text(
            &painter,
            at,
            Align2::RIGHT_CENTER,
            latency,
            theme::tiny(),
            colors.label,
        );
        cut_right(&mut rect, shown.width(), GAP);
    }
    let fixed = SLOTS as f32 * (SLOT + 2.0) + 2.0 * rect.height() + 2.0 + 2.0 * GAP;
    let width = (rect.width() - fixed).clamp(150.0, 420.0);
    let presets = cut_left(&mut rect, width, GAP);
    presets::draw(desk, presets);
    let places = cut_left(&mut rect, SLOTS as f32 * (SLOT + 2.0) - 2.0, GAP);
    slots(desk, places);
    history(desk, &mut rect);
}

/// Width of a letter to compare with.
const SLOT: f32 = 22.0;

/// Zoom, theme, help.
fn look(desk: &mut Desk<'_>, rect: &mut Rect, roomy: bool) {
    let gap = if roomy { GRID } else { 2.0 };
    let height = rect.height();
    let help = cut_right(rect, height, gap);
    if icon_button(
        desk.ui,
        help,
        Icon::Help,
        "How things are done, and what is what.",
        false,
        true,
    ) {
        desk.memory.toggle(Menu::Help);
    }
    let preferences = &desk.view.preferences;
    let (icon, said) = match preferences.theme {
        theme::Theme::Dark => (Icon::Sun, "Light colours."),
        theme::Theme::Light => (Icon::Moon, "Dark colours."),
    };
    let place = cut_right(rect, height, gap);
    if icon_button(desk.ui, place, icon, said, false, true) {
        let mut preferences = preferences.clone();
        preferences.theme = preferences.theme.other();
        desk.push(Gesture::Prefer(preferences));
    }
    let zoom = cut_right(rect, 46.0, GAP);
    let label = format!("{} %", desk.view.preferences.zoom_pct);
    let said = "How large everything is drawn.";
    if super::widgets::button(desk.ui, zoom, &label, said, None, true) {
        desk.memory.toggle(Menu::Zoom);
    }
    menus::zoom(desk, zoom);
    menus::help(desk, help);
}

/// The places for settings to compare: a letter each.
fn slots(desk: &mut Desk<'_>, mut rect: Rect) {
    for place in 0..SLOTS {
        let letter = cut_left(&mut rect, SLOT, 2.0);
        slot(desk, letter, place);
        if desk.opened(Menu::Slot(place)) {
            menus::slot(desk, letter, place);
        }
    }
}

fn slot(desk: &mut Desk<'_>, rect: Rect, place: usize) {
    let response = desk
        .ui
        .interact(rect, Id::unique(("slot", place)), Sense::click());
    let slots = desk.view.slots;
    let painter = desk.ui.painter();
    let colors = theme::colors();
    let open = slots.current == place;
    let ground = match (open, response.hovered()) {
        (true, _) => colors.label,
        (false, true) => colors.hovered,
        (false, false) => colors.raised,
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let ink = match (open, slots.filled[place]) {
        (true, _) => colors.on_fill,
        (false, true) => colors.text,
        (false, false) => colors.label,
    };
    let name = char::from(b'A' + place as u8);
    let at = rect.center() - vec2(0.0, 1.0);
    text(painter, at, Align2::CENTER_CENTER, name, theme::body(), ink);
    if slots.filled[place] {
        let line = Rect::from_center_size(
            egui::pos2(rect.center().x, rect.bottom() - 4.0),
            vec2(8.0, 1.5),
        );
        painter.rect_filled(line, 0.5, ink);
    }
    ring(desk.ui, &response, rect);
    let alt = desk.ui.input(|input| input.modifiers.alt);
    if response.secondary_clicked() || (response.clicked() && open) {
        desk.memory.toggle(Menu::Slot(place));
    } else if response.clicked() && alt {
        desk.push(Gesture::CopyToSlot(place));
    } else if response.clicked() {
        desk.push(Gesture::OpenSlot(place));
    }
    let said = match (open, slots.filled[place]) {
        (true, _) => "This one is set now; click to copy it to another.",
        (false, true) => "Compare with this one; Alt-click copies what is set into it.",
        (false, false) => "Empty: takes what is set now, to go on from there.",
    };
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
}

/// Undo and redo, each with the name of its step; the right button shows all of them.
fn history(desk: &mut Desk<'_>, rect: &mut Rect) {
    let [past, future] = desk.view.undo.clone();
    let named = |verb: &str, names: &[String]| match names.first() {
        Some(name) => format!("{verb}: {name}. Right-click for all steps."),
        None => format!("{verb}: nothing yet."),
    };
    let undo = square(rect, 2.0);
    let redo = square(rect, GAP);
    if icon_button(
        desk.ui,
        undo,
        Icon::Undo,
        &named("Undo", &past),
        false,
        !past.is_empty(),
    ) {
        desk.push(Gesture::Undo(1));
    }
    if icon_button(
        desk.ui,
        redo,
        Icon::Redo,
        &named("Redo", &future),
        false,
        !future.is_empty(),
    ) {
        desk.push(Gesture::Redo(1));
    }
    let both = undo.union(redo);
    let asked = desk.ui.input(|input| {
        let at = input.pointer.interact_pos();
        input.pointer.secondary_clicked() && at.is_some_and(|at| both.contains(at))
    });
    if asked && !(past.is_empty() && future.is_empty()) {
        desk.memory.toggle(Menu::History);
    }
    menus::history(desk, both);
}

/// The reported latency in words; nothing before the first activation.
pub fn latency(view: &ViewModel) -> Option<String> {
    let snapshot = &view.snapshot;
    if snapshot.sample_rate_hz <= 0.0 {
        return None;
    }
    let ms = f64::from(snapshot.latency_samples) / snapshot.sample_rate_hz * 1e3;
    let khz = snapshot.sample_rate_hz / 1e3;
    Some(format!("Latency {ms:.1} ms at {khz} kHz"))
}
