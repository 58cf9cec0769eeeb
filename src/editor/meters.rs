//! The column of meters: numbers, what a service will do, and below them what the limiter does, the stereo
//! image, and what loudness costs.

mod cost;
pub mod history;
mod numbers;
mod service;
mod slim;
mod stereo;

pub use numbers::{NOTHING, tenths};

use egui::{Rect, Stroke};

use super::desk::{Desk, cut_bottom, cut_top, panel};
use super::theme::{self, GAP, GRID};
use super::view::{Page, Part, ViewModel};
use super::widgets::segments;
use crate::engine::settings::fields::Group;

/// A part lower than this cannot be read.
const PART_MIN: f32 = 150.0;
/// Height of the row that chooses the part.
const CHOICE: f32 = 24.0;

const PARTS: [(&str, &str); 3] = [
    ("Limiter", "What the limiter takes, over the waveform."),
    (
        "Stereo",
        "Goniometer, correlation of each band, and how it sounds in mono.",
    ),
    ("Cost", "What each further dB of loudness costs this song."),
];

/// Draws the column into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect, slim: bool) {
    let mut content = panel(&desk.painter(), rect);
    if slim {
        return slim::draw(desk, content);
    }
    let height = numbers::height(content.height());
    let numbers = cut_top(&mut content, height, GRID);
    numbers::draw(desk, numbers);
    if desk.view.stem.is_none() {
        let service = cut_top(&mut content, service::HEIGHT, GRID);
        service::draw(desk, service);
    }
    let line = Stroke::new(1.0, theme::colors().line);
    desk.painter()
        .hline(content.x_range(), content.top() + 2.0, line);
    cut_top(&mut content, GRID, GRID);
    let parts = parts(desk.view);
    let count = parts.len() as f32;
    let each = (content.height() - (count - 1.0) * GAP) / count;
    let stereo = stereo::height_min(content.width());
    if each >= PART_MIN.max(stereo) {
        for &part in parts {
            let place = cut_top(&mut content, each, GAP);
            draw_part(desk, place, part);
        }
        return;
    }
    // The page of the limiter shows what it takes: here there is room for something else.
    let shown = desk.memory.page == Page::Stage(Group::Loudness);
    let part = match desk.memory.part {
        Part::Limiter if shown => Part::Stereo,
        Part::Cost if !parts.contains(&Part::Cost) => Part::Stereo,
        part => part,
    };
    let row = cut_top(&mut content, CHOICE, GRID * 2.0);
    let chosen = parts.iter().position(|one| *one == part);
    let ink = theme::colors().label;
    if let Some(index) = segments(
        desk.ui,
        "part",
        row,
        &PARTS[..parts.len()],
        chosen.unwrap_or(0),
        ink,
    ) {
        desk.memory.part = parts[index];
    }
    if part == Part::Limiter && content.height() > PART_MIN + stereo + GAP {
        // What is left is for what is asked most: both.
        let below = cut_bottom(&mut content, stereo, GAP);
        draw_part(desk, below, Part::Stereo);
    }
    draw_part(desk, content, part);
}

/// What there is to choose from: a stem is not made loud, so its loudness costs nothing.
fn parts(view: &ViewModel) -> &'static [Part] {
    match view.stem {
        None => &Part::ALL,
        Some(_) => &Part::ALL[..2],
    }
}

/// The loudness that is aimed at; a stem has none.
fn aim_lufs(view: &ViewModel) -> Option<f32> {
    view.stem.is_none().then(|| view.aim_lufs())
}

/// What no peak is to pass; what goes on as floats, as a stem without its limiter, may pass anything.
fn ceiling_dbtp(view: &ViewModel) -> f32 {
    let loudness = &view.settings.loudness;
    match view.stem.is_some() && !loudness.on {
        true => f32::INFINITY,
        false => loudness.ceiling_dbtp,
    }
}

/// Draws one of the parts into `rect`.
pub fn draw_part(desk: &mut Desk<'_>, rect: Rect, part: Part) {
    match part {
        Part::Limiter => history::draw(desk.ui, rect, desk.view),
        Part::Stereo => stereo::draw(desk, rect),
        Part::Cost => cost::draw(desk, rect),
    }
}
