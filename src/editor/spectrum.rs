//! The middle of the window: spectrum and equalizer, and below it what each band's dynamics and width do.

mod bands;

use egui::{Align2, Rect, vec2};

use super::desk::{Desk, cut_bottom, cut_left, cut_top, panel};
use super::plot::{Mark, Plot, average_ink, input_ink, legend};
use super::stages::{self, equalizer::graph};
use super::theme::{self, GRID};
use super::view::Page;
use super::widgets::{decibels, title};
use crate::assistant::advice::Corridor;
use crate::dsp::spectrum::{FLOOR_DB, POINTS};
use crate::dsp::units::midi_name;
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::fields::Group;

/// Height of the row above the graph.
const HEAD: f32 = 20.0;
/// The bands are left out where the graph would get lower than this.
const GRAPH_MIN: f32 = 150.0;

/// Draws the panel into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let mut content = panel(&desk.painter(), rect);
    let head = cut_top(&mut content, HEAD, GRID);
    let lanes = if content.height() - bands::HEIGHT - GRID >= GRAPH_MIN {
        Some(cut_bottom(&mut content, bands::HEIGHT, GRID))
    } else {
        None
    };
    let live = stages::live(desk, desk.view.settings.equalizer.on);
    let plot = graph::draw(desk, content, live);
    draw_head(desk, head, &plot);
    if let Some(lanes) = lanes {
        bands::draw(desk, lanes, &plot);
    }
}

/// What the colours mean or, under the pointer, what lies there.
fn draw_head(desk: &mut Desk<'_>, mut rect: Rect, plot: &Plot) {
    let painter = desk.painter();
    let name = title(&painter, rect, "Spectrum");
    cut_left(&mut rect, name.width(), 3.0 * GRID);
    let colors = theme::colors();
    let at = Align2::LEFT_CENTER.pos_in_rect(&rect);
    let pointer = desk.ui.input(|input| input.pointer.hover_pos());
    if let Some(pointer) = pointer.filter(|at| plot.rect.contains(*at)) {
        let said = read_out(desk, plot.share_at(pointer.x));
        super::widgets::one_line(&painter, rect, &said, theme::label(), colors.text);
        return;
    }
    let entries = entries(desk, rect.width());
    legend(&painter, at, &entries);
}

/// What the graph shows, as far as it is explained in a row so wide.
pub(super) fn entries(desk: &Desk<'_>, width: f32) -> Vec<(&'static str, Mark)> {
    let colors = theme::colors();
    let mut entries = vec![
        ("In", Mark::Line(input_ink())),
        ("Out", Mark::Area(colors.output)),
    ];
    let advice = desk.view.assistant.advice.as_ref();
    if width > 300.0 {
        entries.push(("Average", Mark::Thick(average_ink())));
    }
    if advice.is_some_and(|advice| !advice.corridor.level_db.is_empty()) {
        entries.push(("Style", Mark::Band(colors.goal)));
    }
    if graph::has_sides(&desk.view.settings.equalizer) {
        let lanes = [("Mid", colors.goal), ("Side", colors.side)];
        entries.extend(lanes.map(|(name, ink)| (name, Mark::Thick(ink))));
    } else {
        // On its own page the equalizer need not be named again.
        let own = desk.memory.page == Page::Stage(Group::Equalizer);
        let name = if own { "Curve" } else { "Equalizer" };
        entries.push((name, Mark::Thick(colors.goal)));
    }
    entries
}

/// Frequency, note and levels at a place of the frequency axis.
fn read_out(desk: &Desk<'_>, share: f32) -> String {
    let hz = Plot::hz(share);
    let digits = match hz {
        hz if hz >= 1000.0 => format!("{:.2} kHz", hz / 1000.0),
        hz if hz >= 100.0 => format!("{hz:.0} Hz"),
        hz => format!("{hz:.1} Hz"),
    };
    let mut said = format!("{digits} \u{b7} {}", midi_name(midi(hz)));
    let point = (share * (POINTS - 1) as f32).round() as usize;
    let levels = [
        ("in", &desk.view.spectra.input_db),
        ("out", &desk.view.spectra.output_db),
    ];
    for (name, levels_db) in levels {
        if let Some(level_db) = levels_db
            .get(point)
            .filter(|level_db| **level_db > FLOOR_DB)
        {
            said.push_str(&format!(
                " \u{b7} {name} {} dB",
                decibels(*level_db, 1, false)
            ));
        }
    }
    let rate_hz = graph::rate_hz(desk.view);
    if f64::from(hz) < rate_hz / 2.0 {
        let curve_db = response_db(&desk.effect.equalizer, rate_hz, f64::from(hz), Lane::Mid);
        said.push_str(&format!(
            " \u{b7} EQ {} dB",
            decibels(curve_db as f32, 1, true)
        ));
    }
    said
}

/// The note of MIDI nearest to a frequency.
fn midi(hz: f32) -> i32 {
    (69.0 + 12.0 * (hz / 440.0).log2()).round() as i32
}

/// The tone that finished music of the style has, where it is known.
pub(super) fn corridor<'a>(desk: &'a Desk<'_>) -> Option<&'a Corridor> {
    let advice = desk.view.assistant.advice.as_deref()?;
    (!advice.corridor.level_db.is_empty()).then_some(&advice.corridor)
}

/// A cell of a lane, with its name and number.
fn cell_words(painter: &egui::Painter, cell: Rect, name: &str, said: &str, ink: egui::Color32) {
    let colors = theme::colors();
    let inside = cell.shrink2(vec2(6.0, 0.0));
    let line = cell.top() + 9.5;
    let at = egui::pos2(inside.right(), line);
    let number = super::widgets::text(painter, at, Align2::RIGHT_CENTER, said, theme::tiny(), ink);
    let width = painter
        .layout_no_wrap(name.to_owned(), theme::tiny(), colors.label)
        .size()
        .x;
    if inside.left() + width + GRID < number.left() {
        let at = egui::pos2(inside.left(), line);
        super::widgets::text(
            painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::tiny(),
            colors.label,
        );
    }
}
