//! The moves: each with its switch, what it does and its reason; and what of the chain is the user's.

mod done;

use egui::{Align2, CursorIcon, Id, Rect, Sense, pos2, vec2};

use crate::assistant::advice::{Advice, AdviceMove, names};
use crate::assistant::moves::MoveKind;
use crate::editor::desk::Desk;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, ViewModel};
use crate::editor::widgets::list::{heading, list, words};
use crate::editor::widgets::{decibels, switch, text, tip};
use crate::engine::settings::fields::Group;

const ROW: f32 = 24.0;
/// Width of a switch.
const SWITCH: f32 = 36.0;

/// What a move is called.
pub fn name(kind: MoveKind) -> &'static str {
    match kind {
        MoveKind::Subsonic => "Subsonic filter",
        MoveKind::Tone => "Tone",
        MoveKind::Resonance => "Resonance",
        MoveKind::DeEssing => "De-essing",
        MoveKind::BassNote => "Bass note",
        MoveKind::Mud => "Mud",
        MoveKind::Dynamics => "Dynamics",
        MoveKind::Glue => "Glue",
        MoveKind::Colour => "Colour",
        MoveKind::MonoBass => "Mono bass",
        MoveKind::Width => "Width",
        MoveKind::Limiter => "Limiter",
    }
}

/// Draws the list into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let view = desk.view;
    let mut gestures = Vec::new();
    list(desk, "moves", rect, |ui| {
        let Some(advice) = &view.assistant.advice else {
            words(
                ui,
                "Tone, dynamics, width and loudness: each move appears here with what it does, its reason \
                 and a switch.",
                theme::label(),
                theme::colors().label,
            );
            return;
        };
        if advice.moves.is_empty() {
            words(
                ui,
                "Nothing: it is inside the style's tolerance everywhere.",
                theme::label(),
                theme::colors().label,
            );
        }
        let named = names(advice.moves.iter().map(|one| one.kind));
        for (one, (kind, nth)) in advice.moves.iter().zip(named) {
            let mut wanted = view.assistant.switches.iter();
            let wanted = wanted.rfind(|switch| switch.kind == kind && switch.nth == nth);
            let on = wanted.map_or(one.on, |switch| switch.on);
            if let Some(on) = row(ui, one, &does(advice, one), nth, on) {
                gestures.push(Gesture::SwitchMove(kind, nth, on));
            }
        }
        yours(ui, view, &mut gestures);
        if !advice.notes.is_empty() {
            ui.add_space(2.0 * GRID);
            heading(ui, "Notes");
            for note in &advice.notes {
                words(ui, note, theme::label(), theme::colors().label);
                ui.add_space(GRID);
            }
        }
    });
    desk.memory.gestures.append(&mut gestures);
}

/// What a move does; to the limiter's manner belongs the drive that was found for it.
fn does(advice: &Advice, one: &AdviceMove) -> String {
    let done = done::done(&one.change);
    let loudness = &advice.settings.loudness;
    if one.kind == MoveKind::Limiter && one.on && loudness.on && advice.rehearsed {
        let drive = decibels(loudness.drive_db, 1, true);
        return format!("{drive} dB drive, {done}");
    }
    done
}

fn row(ui: &mut egui::Ui, one: &AdviceMove, does: &str, nth: usize, on: bool) -> Option<bool> {
    let size = vec2(ui.available_width(), ROW);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let colors = theme::colors();
    let [ink, strong] = if on {
        [colors.text, colors.goal]
    } else {
        [colors.label; 2]
    };
    let painter = ui.painter();
    let at = rect.left_center();
    let title = name(one.kind);
    let shown = text(painter, at, Align2::LEFT_CENTER, title, theme::body(), ink);
    let galley = painter.layout_no_wrap(does.to_owned(), theme::label(), strong);
    let at = pos2(
        shown.right() + 2.0 * GRID,
        rect.center().y - galley.size().y / 2.0,
    );
    // What is too long to stand beside the name has a line of its own.
    let fits = at.x + galley.size().x <= rect.right() - SWITCH;
    if fits {
        painter.galley(at, galley, strong);
    }
    let place = Rect::from_min_max(pos2(rect.right() - SWITCH, rect.top()), rect.max);
    let id = ("move", one.kind, nth);
    let said = match on {
        true => "Leaves this move out of the proposal, and finds the drive anew.",
        false => "Takes this move into the proposal, and finds the drive anew.",
    };
    let ink = theme::colors().goal;
    let flipped = switch(ui, id, place, "", said, Align2::RIGHT_CENTER, on, ink);
    if !fits {
        words(ui, does, theme::label(), strong);
    }
    words(ui, &one.text, theme::label(), theme::colors().label);
    ui.add_space(2.0 * GRID);
    flipped
}

/// What belongs to the user, each with the permission to take it over.
fn yours(ui: &mut egui::Ui, view: &ViewModel, gestures: &mut Vec<Gesture>) {
    let owned = &view.assistant.owned;
    let bands: Vec<String> = (0..owned.bands.len())
        .filter(|&band| owned.bands[band])
        .map(|band| (band + 1).to_string())
        .collect();
    let mine: Vec<(usize, String)> = Group::STAGES
        .iter()
        .enumerate()
        .filter_map(|(place, stage)| match stage {
            Group::Equalizer if !bands.is_empty() => {
                let noun = if bands.len() == 1 { "band" } else { "bands" };
                let what = format!("Equalizer, {noun} {}", bands.join(", "));
                Some((place, what))
            }
            _ => owned.stages[place].then(|| (place, stage.name().to_owned())),
        })
        .collect();
    if mine.is_empty() {
        return;
    }
    ui.add_space(2.0 * GRID);
    heading(ui, "Yours, and left alone");
    for (place, what) in mine {
        let size = vec2(ui.available_width(), ROW);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter();
        let dot = pos2(rect.left() + 4.0, rect.center().y);
        painter.circle_filled(dot, 2.5, theme::colors().side);
        let at = pos2(rect.left() + 3.0 * GRID, rect.center().y);
        text(
            painter,
            at,
            Align2::LEFT_CENTER,
            what,
            theme::label(),
            theme::colors().text,
        );
        let on = view.assistant.take_over[place];
        let label = if on { "taken over next" } else { "take over" };
        let width = 96.0;
        let area = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
        let response = ui.interact(area, Id::unique(("take over", place)), Sense::click());
        let ink = match (on, response.hovered()) {
            (true, _) => theme::colors().reduction,
            (false, true) => theme::colors().text,
            (false, false) => theme::colors().label,
        };
        let at = area.right_center();
        text(
            ui.painter(),
            at,
            Align2::RIGHT_CENTER,
            label,
            theme::label(),
            ink,
        );
        let clicked = response.clicked();
        let said = "You made this your own; the next Apply may set it nevertheless.";
        tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
        if clicked {
            gestures.push(Gesture::TakeOver(place, !on));
        }
    }
}
