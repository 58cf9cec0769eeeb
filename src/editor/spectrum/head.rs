//! The row above the spectrum: what its colours mean, and under the pointer what lies there: a place of the
//! frequency axis, or a band with its values.

use std::time::Duration;

use egui::{Align2, Rect};

use crate::dsp::spectrum::{FLOOR_DB, POINTS};
use crate::dsp::units::{midi_name, midi_of};
use crate::editor::desk::Desk;
use crate::editor::fields::EqBand;
use crate::editor::plot::{Mark, Plot, average_ink, input_ink, legend};
use crate::editor::stages::equalizer::graph;
use crate::editor::theme;
use crate::editor::view::{Number, Page};
use crate::editor::widgets::{decibels, one_line};
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::equalizer::Placement;
use crate::engine::settings::fields::{Choice, Group};

/// How long it is said that no band is free, in seconds.
const CROWDED_S: f64 = 2.0;

/// Draws the row for a graph that is drawn already; `band`: the one that is held or lies under the pointer.
pub fn draw(desk: &Desk<'_>, rect: Rect, plot: &Plot, band: Option<EqBand>) {
    let painter = desk.painter();
    let colors = theme::colors();
    let said = |words: &str, ink| one_line(&painter, rect, words, theme::label(), ink);
    let (now_s, pointer) = desk
        .ui
        .input(|input| (input.time, input.pointer.hover_pos()));
    let left_s = CROWDED_S - (now_s - desk.memory.crowded_s);
    if left_s > 0.0 {
        let again = Duration::from_secs_f64(left_s);
        desk.ui.ctx().request_repaint_after(again);
        return said(CROWDED, colors.reduction);
    }
    if let Some(band) = band {
        let fits = |words: &String| {
            let galley = painter.layout_no_wrap(words.clone(), theme::label(), colors.text);
            galley.size().x <= rect.width()
        };
        let tellings = [Telling::All, Telling::Set, Telling::Least];
        let mut tellings = tellings
            .map(|telling| band_said(desk, band, telling))
            .into_iter();
        let words = tellings.find(fits);
        let words = words.unwrap_or_else(|| band_said(desk, band, Telling::Least));
        return said(&words, colors.text);
    }
    if let Some(pointer) = pointer.filter(|at| plot.rect.contains(*at)) {
        let words = read_out(desk, plot.share_at(pointer.x));
        return said(&words, colors.text);
    }
    let entries = entries(desk, rect.width());
    let at = Align2::LEFT_CENTER.pos_in_rect(&rect);
    legend(&painter, at, &entries);
}

/// What is said where one more band was wanted.
const CROWDED: &str = "All 16 bands are in use";

/// How much is told of a band.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// What is set and what is in effect, and what it is.
    All,
    /// What is set and what it is.
    Set,
    /// What is set.
    Least,
}

/// The values of a band as they are set and, behind an arrow, in effect; of a dynamic one also its range and how
/// far it moves now.
fn band_said(desk: &Desk<'_>, band: EqBand, telling: Telling) -> String {
    let index = usize::from(band.0);
    let settings = &desk.view.settings.equalizer.bands[index];
    let number = |number: Number| {
        let (digits, unit) = number.text(desk.value(number));
        let effect = desk.in_effect(number);
        let effect = effect.filter(|_| telling == Telling::All);
        let effect = effect.map(|value| format!(" \u{2192} {}", number.text(value).0));
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        format!("{digits}{unit}{}", effect.unwrap_or_default())
    };
    let off = if settings.on { "" } else { " (off)" };
    let mut parts = vec![format!("Band {}{off}", band.0 + 1)];
    if telling != Telling::Least {
        parts.push(settings.shape.name().to_owned());
        if settings.placement != Placement::Stereo {
            parts.push(settings.placement.name().to_owned());
        }
    }
    parts.push(number(band.frequency()));
    if let Some(note_hz) = graph::note_hz(desk, index) {
        let (digits, unit) = band.frequency().text(note_hz);
        parts.push(format!("now at {digits} {unit}"));
    }
    let gained = graph::has_gain(settings.shape);
    if gained {
        parts.push(number(band.gain()));
    } else {
        parts.push(settings.slope.name().to_owned());
    }
    parts.push(format!("Q {}", number(band.q())));
    if gained && settings.dynamic() {
        parts.push(format!("range {}", number(band.range())));
        let move_db = desk.memory.activity.now.equalizer_db[index];
        parts.push(format!("now {} dB", decibels(move_db, 1, true)));
    }
    parts.join(" \u{b7} ")
}

/// What the graph shows, as far as it is explained in a row so wide.
fn entries(desk: &Desk<'_>, width: f32) -> Vec<(&'static str, Mark)> {
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
    let mut said = format!("{digits} \u{b7} {}", midi_name(midi_of(f64::from(hz))));
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
