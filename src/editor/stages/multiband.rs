//! The panel of the multiband dynamics: the gains of the bands over frequency, and a table of what sets
//! them. The splits are dragged in the graph.

use egui::{Align2, Rect, Shape, Stroke, pos2, vec2};

use crate::editor::desk::{Desk, column, cut_bottom, cut_left, cut_right, cut_top};
use crate::editor::fields::{self, MULTIBAND_KNEE, MULTIBAND_SPLITS, short_name};
use crate::editor::plot::{Mark, Plot, between, legend};
use crate::editor::theme::{self, GRID};
use crate::editor::widgets::{bar, decibels, text, zero_bar};
use crate::engine::multiband::response::response_db;
use crate::engine::settings::multiband::{BAND_NAMES, BANDS};

use super::splits;

/// Height of a row of the table, with the distance to the next.
const ROW: f32 = 24.0;
const ROW_MIN: f32 = 19.0;
const ROWS: usize = 7;
const NAMES: f32 = 74.0;
/// Room for the names of the bands and their meters.
const TOP: f32 = 34.0;
const SCALE_DB: [f32; 2] = [-12.0, 9.0];
const LINES_DB: [f32; 6] = [-9.0, -6.0, -3.0, 0.0, 3.0, 6.0];
/// The most that a meter shows.
const METER_DB: f32 = 9.0;
/// Where its zero lies: down is to the left, and mostly it goes down.
const METER_ZERO: f32 = 0.6;

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, mut head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.multiband.on);
    let knee = cut_right(&mut head, 76.0, GRID);
    let entries = [
        ("Constant gain", Mark::Thick(theme::colors().goal)),
        ("Now", Mark::Area(theme::colors().reduction)),
    ];
    legend(
        &desk.painter(),
        Align2::LEFT_CENTER.pos_in_rect(&head),
        &entries,
    );
    let at = pos2(knee.left() - 2.0 * GRID, knee.center().y);
    let ink = theme::colors().label;
    text(
        &desk.painter(),
        at,
        Align2::RIGHT_CENTER,
        "Knee",
        theme::label(),
        ink,
    );
    bar(desk, knee, MULTIBAND_KNEE, live);
    // In low windows the rows move together, so that something is left of the graph.
    let row = ((rect.height() * 0.62 - TOP) / ROWS as f32).clamp(ROW_MIN, ROW);
    let height = TOP + ROWS as f32 * row;
    let table = cut_bottom(&mut rect, height, theme::GAP);
    graph(desk, rect, live);
    draw_table(desk, table, row, live);
}

fn graph(desk: &mut Desk<'_>, rect: Rect, live: bool) {
    let painter = desk.painter();
    let plot = Plot::new(&painter, rect, SCALE_DB, &LINES_DB, |db| {
        decibels(db, 0, true)
    });
    plot.spectra(&painter, &desk.view.spectra);
    let rate_hz = super::equalizer::graph::rate_hz(desk.view);
    let set = &desk.view.settings.multiband;
    let splits_hz = [set.split_low_hz, set.split_mid_hz, set.split_high_hz];
    let response = |gains_db: [f32; BANDS]| {
        let gains_db = gains_db.map(f64::from);
        let splits_hz = splits_hz.map(f64::from);
        plot.curve(rate_hz / 2.0, |hz| {
            response_db(gains_db, splits_hz, rate_hz, hz)
        })
    };
    let gains_db = desk.effect.multiband.bands.map(|band| band.gain_db);
    let moves_db = desk.memory.activity.now.multiband_db;
    let inside = painter.with_clip_rect(plot.rect);
    let ink = if live {
        theme::colors().goal
    } else {
        theme::colors().label
    };
    let still = response(gains_db);
    if live && moves_db.iter().any(|move_db| *move_db != 0.0) {
        let now = response(core::array::from_fn(|band| gains_db[band] + moves_db[band]));
        between(&inside, &still, &now, theme::colors().taken);
        inside.add(Shape::line(
            now,
            Stroke::new(1.5, theme::colors().reduction),
        ));
    }
    inside.add(Shape::line(still, Stroke::new(2.0, ink)));
    splits::draw(desk, &plot, MULTIBAND_SPLITS, &BAND_NAMES);
}

fn draw_table(desk: &mut Desk<'_>, mut rect: Rect, height: f32, live: bool) {
    let painter = desk.painter();
    let mut names = cut_left(&mut rect, NAMES, 0.0);
    cut_top(&mut names, TOP, 0.0);
    for (row, number) in fields::multiband(0).into_iter().enumerate() {
        let y = names.top() + row as f32 * height + (height - 2.0) / 2.0;
        let at = pos2(names.left(), y);
        let name = short_name(number);
        text(
            &painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::label(),
            theme::colors().label,
        );
    }
    for (index, name) in BAND_NAMES.into_iter().enumerate() {
        let mut place = column(rect, index, BANDS, 2.0 * GRID);
        let top = cut_top(&mut place, TOP, 0.0);
        let line = top.top() + 9.0;
        let at = pos2(top.left(), line);
        text(
            &painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::label(),
            theme::colors().text,
        );
        let move_db = desk.memory.activity.now.multiband_db[index];
        let ink = if live && move_db.abs() >= 0.05 {
            theme::colors().reduction
        } else {
            theme::colors().label
        };
        let at = pos2(top.right(), line);
        let shown = format!("{} dB", decibels(move_db, 1, true));
        text(
            &painter,
            at,
            Align2::RIGHT_CENTER,
            shown,
            theme::label(),
            ink,
        );
        let meter = Rect::from_min_size(pos2(top.left(), line + 11.0), vec2(top.width(), 6.0));
        let color = if live {
            theme::colors().reduction
        } else {
            theme::colors().label
        };
        let ground = theme::colors().raised;
        let share = move_db / METER_DB;
        zero_bar(&painter, meter, ground, METER_ZERO, share, color);
        for (row, number) in fields::multiband(index as u8).into_iter().enumerate() {
            let top = place.top() + row as f32 * height;
            let cell =
                Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), height - 2.0));
            bar(desk, cell, number, live);
        }
    }
}
