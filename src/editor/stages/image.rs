//! The panel of the stereo image: width over frequency as it is set and as the guard lets it be, width and
//! correlation of each band, mono bass.

use egui::{Align2, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::dsp::block::Stream;
use crate::dsp::units::db_to_gain;
use crate::editor::desk::{Desk, column, cut_bottom, cut_left, cut_right};
use crate::editor::fields::{self, GUARD_ON, IMAGE_SPLITS, MONO_AMOUNT, MONO_BELOW};
use crate::editor::help;
use crate::editor::plot::{Axis, Mark, Plot, between, legend};
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::Gesture;
use crate::editor::widgets::{decibels, knob, switch, text, zero_bar};
use crate::engine::image::response::side_response_db;
use crate::engine::settings::image::{BAND_NAMES, BANDS, ImageSettings};

use super::splits;

const CONTROLS: f32 = 146.0;
const METER: f32 = 38.0;
const AXIS: Axis<'_> = Axis {
    ends: [0.0, 220.0],
    lines: &[0.0, 50.0, 100.0, 150.0, 200.0],
    unit: "%",
    spectra: false,
};

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, mut head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.image.on);
    let place = cut_right(&mut head, 88.0, GAP);
    let guard = desk.view.settings.image.guard_on;
    let at = Align2::RIGHT_CENTER;
    if let Some(on) = switch(
        desk.ui,
        GUARD_ON,
        place,
        "Guard",
        help::of(GUARD_ON),
        at,
        guard,
        theme::colors().goal,
    ) {
        desk.push(Gesture::Switch(GUARD_ON, on));
    }
    let entries = [
        ("Width", Mark::Thick(theme::colors().side)),
        ("Held back", Mark::Area(theme::colors().reduction)),
    ];
    legend(
        &desk.painter(),
        Align2::LEFT_CENTER.pos_in_rect(&head),
        &entries,
    );
    let mut controls = cut_bottom(&mut rect, CONTROLS, GAP);
    graph(desk, rect, live);
    let width = (controls.width() * 0.3).min(180.0);
    let mono = cut_right(&mut controls, width, GAP);
    for index in 0..BANDS {
        let mut place = column(controls, index, BANDS, 2.0 * GRID);
        let meter = cut_bottom(&mut place, METER, 0.0);
        knob(desk, place, fields::width(index as u8), live);
        correlation(desk, meter, index, live);
    }
    draw_mono(desk, mono, live);
}

/// Width of each band in effect: what is set, unless the guard holds it back.
fn widths_in_effect(desk: &Desk<'_>, live: bool) -> [f32; BANDS] {
    let set = desk.effect.image.bands.map(|band| band.width_pct);
    if live && desk.view.running {
        desk.view.snapshot.reading.image.widths_pct
    } else {
        set
    }
}

fn graph(desk: &mut Desk<'_>, rect: Rect, live: bool) {
    let painter = desk.painter();
    let plot = Plot::of(&painter, rect, AXIS, |pct| format!("{pct}"));
    let set = desk.effect.image.bands.map(|band| band.width_pct);
    let effect = widths_in_effect(desk, live);
    let inside = painter.with_clip_rect(plot.rect);
    let image = &desk.effect.image;
    let rate_hz = super::equalizer::graph::rate_hz(desk.view);
    let asked = widths(&plot, image, set, rate_hz);
    let now = widths(&plot, image, effect, rate_hz);
    let ink = if live {
        theme::colors().side
    } else {
        theme::colors().label
    };
    let level: Vec<Pos2> = asked
        .iter()
        .map(|point| pos2(point.x, plot.y(100.0)))
        .collect();
    between(&inside, &now, &level, ink.gamma_multiply(0.2));
    if set
        .iter()
        .zip(effect)
        .any(|(set, now)| (set - now).abs() > 0.5)
    {
        between(&inside, &now, &asked, theme::colors().taken);
        inside.add(Shape::line(
            asked,
            Stroke::new(1.25, theme::colors().reduction),
        ));
    }
    inside.add(Shape::line(now, Stroke::new(2.0, ink)));
    splits::draw(desk, &plot, IMAGE_SPLITS, &BAND_NAMES);
}

/// Width over frequency as a line, mono bass included; drawn also while the stage is off, as what it would
/// do.
fn widths(plot: &Plot, image: &ImageSettings, widths_pct: [f32; BANDS], rate_hz: f64) -> Vec<Pos2> {
    let mut image = ImageSettings { on: true, ..*image };
    for (band, width_pct) in image.bands.iter_mut().zip(widths_pct) {
        band.width_pct = width_pct;
    }
    let stream = Stream::new(rate_hz);
    plot.curve(rate_hz / 2.0, |hz| {
        100.0 * db_to_gain(side_response_db(&image, stream, hz))
    })
}

/// The correlation of a band, −1 to 1.
fn correlation(desk: &Desk<'_>, rect: Rect, index: usize, live: bool) {
    let painter = desk.painter();
    let value = desk.view.snapshot.reading.image.correlations[index];
    let line = rect.top() + 14.0;
    let bar = Rect::from_center_size(
        pos2(rect.center().x, line + 12.0),
        vec2(rect.width() - 2.0 * GRID, 6.0),
    );
    let at = pos2(bar.left(), line);
    text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        "Corr.",
        theme::tiny(),
        theme::colors().label,
    );
    let shown = decibels(value, 2, true);
    let bad = live && value < 0.0;
    let ink = if bad {
        theme::colors().over
    } else {
        theme::colors().text
    };
    let at = pos2(bar.right(), line);
    text(
        &painter,
        at,
        Align2::RIGHT_CENTER,
        shown,
        theme::tiny(),
        ink,
    );
    zero_bar(
        &painter,
        bar,
        theme::colors().raised,
        0.5,
        value,
        match (live, bad) {
            (false, _) => theme::colors().label,
            (true, true) => theme::colors().over,
            (true, false) => theme::colors().output,
        },
    );
}

fn draw_mono(desk: &mut Desk<'_>, mut rect: Rect, live: bool) {
    let painter = desk.painter();
    painter.vline(
        rect.left() - GAP / 2.0,
        rect.top() + GRID..=rect.bottom() - GRID,
        Stroke::new(1.0, theme::colors().line),
    );
    cut_left(&mut rect, GRID, 0.0);
    cut_bottom(&mut rect, METER, 0.0);
    knob(desk, column(rect, 0, 2, 0.0), MONO_AMOUNT, live);
    knob(desk, column(rect, 1, 2, 0.0), MONO_BELOW, live);
}
