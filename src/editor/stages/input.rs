//! The panel of the door: subsonic filter, reference level, and what comes in.

use egui::{Align2, Rect, Stroke, pos2, vec2};

use crate::editor::desk::{Desk, column, cut_bottom, cut_left, cut_top};
use crate::editor::fields::{REFERENCE_LEVEL, SUBSONIC_HZ, SUBSONIC_ON};
use crate::editor::help;
use crate::editor::meters::{NOTHING, tenths};
use crate::editor::plot::{Axis, Plot, SPECTRUM_DB, SPECTRUM_LINES_DB};
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::{Gesture, Spectra};
use crate::editor::widgets::{
    button, decibels, knob, number_with_unit, paragraph, switch, text, title,
};

const KNOB: f32 = 112.0;
/// Height of the controls with their explanations.
const CONTROLS: f32 = 216.0;
/// A spectrum lower than this is left out.
const PLOT_MIN: f32 = 90.0;
const AXIS: Axis<'_> = Axis {
    ends: SPECTRUM_DB,
    lines: &SPECTRUM_LINES_DB,
    unit: "dB",
    spectra: false,
};

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let mut facts = cut_top(&mut rect, 52.0, GAP);
    heard(desk, &mut facts);
    let line = Stroke::new(1.0, theme::colors().line);
    let below = {
        let height = rect.height() - CONTROLS;
        cut_bottom(&mut rect, height, GAP)
    };
    if below.height() > PLOT_MIN {
        let plot = Plot::of(&painter, below, AXIS, |db| decibels(db, 0, false));
        let only_input = Spectra {
            input_db: desk.view.spectra.input_db.clone(),
            ..Spectra::default()
        };
        plot.spectra(&painter, &only_input);
    }
    painter.hline(rect.x_range(), rect.top(), line);
    rect.min.y += GAP;
    let mut left = column(rect, 0, 2, 2.0 * GAP);
    let mut right = column(rect, 1, 2, 2.0 * GAP);
    painter.vline(rect.center().x, rect.top()..=rect.bottom(), line);
    subsonic(desk, &mut left);
    reference(desk, &mut right);
}

/// What the meter before the chain says.
fn heard(desk: &Desk<'_>, rect: &mut Rect) {
    let painter = desk.painter();
    let meter = &desk.view.snapshot.input;
    let cells = [
        ("Integrated", meter.integrated_lufs, "LUFS"),
        ("Loudest 3 s", meter.max_short_term_lufs, "LUFS"),
        ("True peak", meter.true_peak_dbtp, "dBTP"),
        ("PLR", meter.plr_db, "dB"),
    ];
    let count = cells.len();
    for (index, (name, value, unit)) in cells.into_iter().enumerate() {
        let cell = column(*rect, index, count, GRID);
        text(
            &painter,
            cell.min,
            Align2::LEFT_TOP,
            name,
            theme::label(),
            theme::colors().label,
        );
        let number = tenths(value);
        let unit = if number == NOTHING { "" } else { unit };
        let at = pos2(cell.left(), cell.top() + 44.0);
        number_with_unit(
            &painter,
            at,
            &number,
            unit,
            theme::large(),
            theme::colors().text,
        );
    }
}

fn subsonic(desk: &mut Desk<'_>, rect: &mut Rect) {
    let on = desk.view.settings.input.subsonic_on;
    let live = super::live(desk, on);
    let row = cut_top(rect, 22.0, 2.0 * GRID);
    let at = Align2::LEFT_CENTER;
    let label = "Subsonic filter";
    if let Some(on) = switch(
        desk.ui,
        SUBSONIC_ON,
        row,
        label,
        help::of(SUBSONIC_ON),
        at,
        on,
        theme::colors().goal,
    ) {
        desk.push(Gesture::Switch(SUBSONIC_ON, on));
    }
    let mut row = cut_top(rect, KNOB, 2.0 * GRID);
    let place = cut_left(&mut row, 96.0, GAP);
    knob(desk, place, SUBSONIC_HZ, live);
    let said =
        "Takes away DC and what lies below hearing, 12 dB per octave. Only where there is such.";
    paragraph(
        &desk.painter(),
        *rect,
        said,
        theme::label(),
        theme::colors().label,
    );
}

fn reference(desk: &mut Desk<'_>, rect: &mut Rect) {
    let painter = desk.painter();
    let row = cut_top(rect, 22.0, 2.0 * GRID);
    title(&painter, row, "Reference level");
    let live = super::live(desk, true);
    let mut row = cut_top(rect, KNOB, 2.0 * GRID);
    let place = cut_left(&mut row, 96.0, GAP);
    knob(desk, place, REFERENCE_LEVEL, live);
    let heard = desk.view.snapshot.input.max_short_term_lufs;
    let press = Rect::from_center_size(row.center(), vec2(row.width(), 44.0));
    let ready = heard.is_some();
    if button(
        desk.ui,
        press,
        "Set from what was heard",
        help::of_number(REFERENCE_LEVEL),
        None,
        ready,
    ) && let Some(lufs) = heard
    {
        desk.memory.set(REFERENCE_LEVEL, lufs as f32);
    }
    let said = "Thresholds and the colour's working point are counted from it: the loudness of the \
        loudest 3 s of the mix.";
    paragraph(&painter, *rect, said, theme::label(), theme::colors().label);
}
