//! Where the master will be played, and what is done to its loudness there.

use egui::{Align2, Rect, pos2, vec2};

use crate::assistant::services::{self, SERVICES, Service};
use crate::editor::desk::{Desk, cut_left};
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Menu};
use crate::editor::widgets::popup::{ROW, drop_down, popup, row};
use crate::editor::widgets::{decibels, minus, one_line, text};

/// Height of the row, and of the two rows of a narrow window.
pub(super) const HEIGHT: f32 = 24.0;
/// See [`HEIGHT`].
pub(super) const SLIM: f32 = 40.0;

/// Draws name and effect beside each other into `rect`.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let width = (rect.width() * 0.48).min(120.0);
    let place = cut_left(&mut rect, width, 2.0 * GRID);
    choose(desk, place);
    let (said, ink) = effect(desk);
    one_line(&desk.painter(), rect, &said, theme::label(), ink);
}

/// Draws the name and below it the effect into `rect`.
pub(super) fn draw_slim(desk: &mut Desk<'_>, rect: Rect) {
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    choose(desk, place);
    let (said, ink) = effect(desk);
    let at = pos2(rect.left(), rect.bottom());
    text(
        &desk.painter(),
        at,
        Align2::LEFT_BOTTOM,
        said,
        theme::tiny(),
        ink,
    );
}

fn chosen(desk: &Desk<'_>) -> &'static Service {
    services::find(&desk.view.preferences.service).unwrap_or(&SERVICES[0])
}

/// What the service does to the master as measured so far, in a few words.
fn effect(desk: &Desk<'_>) -> (String, egui::Color32) {
    let colors = theme::colors();
    let meter = &desk.view.snapshot.output;
    let service = chosen(desk);
    if service.sets_loudness {
        let asked = service.plays_at_lufs.unwrap_or_default();
        return (
            format!("wants {} LUFS", decibels(asked as f32, 0, false)),
            colors.text,
        );
    }
    let (Some(lufs), Some(peak_dbtp)) = (meter.integrated_lufs, meter.true_peak_dbtp) else {
        return ("play to know".to_owned(), colors.label);
    };
    let gain_db = service.gain_db(lufs, peak_dbtp);
    let said = match gain_db {
        gain_db if gain_db <= -0.05 => format!("down {:.1} dB", -gain_db),
        gain_db if gain_db >= 0.05 => format!("up {gain_db:.1} dB"),
        _ => "as it is".to_owned(),
    };
    (said, colors.text)
}

/// The name with a list of all.
fn choose(desk: &mut Desk<'_>, rect: Rect) {
    let service = chosen(desk);
    let open = desk.opened(Menu::Service);
    let meter = &desk.view.snapshot.output;
    let said = match (meter.integrated_lufs, meter.true_peak_dbtp) {
        (Some(lufs), Some(peak_dbtp)) => format!("{}.", service.says(lufs, peak_dbtp)),
        _ => "What a streaming service will do to the loudness of this master.".to_owned(),
    };
    let said = minus(&said);
    let words = (title(service), theme::colors().text);
    if drop_down(desk.ui, "service", rect, words, &said, open) {
        desk.memory.toggle(Menu::Service);
    }
    if !open {
        return;
    }
    let mut picked = None;
    let size = vec2(220.0, SERVICES.len() as f32 * ROW);
    let left = popup(desk.ui, "services", rect, size, |ui| {
        for one in &SERVICES {
            let aside = match one.plays_at_lufs {
                Some(lufs) => format!("{} LUFS", decibels(lufs as f32, 0, false)),
                None => "as it is".to_owned(),
            };
            let said = "Says what becomes of the master where it is played so.";
            if row(ui, title(one), &aside, one.name == service.name, said) {
                picked = Some(one.name);
            }
        }
    });
    if let Some(name) = picked {
        let mut preferences = desk.view.preferences.clone();
        preferences.service = name.to_owned();
        desk.push(Gesture::Prefer(preferences));
    }
    if left || picked.is_some() {
        desk.memory.menu = None;
    }
}

/// Its name where there is little room.
fn title(service: &Service) -> &'static str {
    match service.name {
        "club" => "Club",
        "cd" => "CD",
        "broadcast-ebu" => "EBU R 128",
        "broadcast-atsc" => "ATSC A/85",
        _ => service.title,
    }
}
