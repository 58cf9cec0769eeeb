//! Loudness as numbers and bars, and what follows from it.

use egui::{Align2, Color32, Id, Painter, Rect, pos2, vec2};

use super::{aim_lufs, ceiling_dbtp};
use crate::dsp::meter::MeterReading;
use crate::editor::desk::{Desk, cut_right, cut_top};
use crate::editor::help;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, ViewModel};
use crate::editor::widgets::{button, clock, minus, number_with_unit, switch, text, tip_in, title};

/// Ends of the loudness bars, in LUFS.
const SCALE_LUFS: (f64, f64) = (-36.0, 0.0);
/// Heights of the parts, in points.
const HEAD: f32 = 24.0;
const INTEGRATED: f32 = 66.0;
const ROW: f32 = 34.0;
const SCALE: f32 = 16.0;
const CELL: f32 = 36.0;
const FOOT: f32 = 22.0;
const FIXED: f32 = HEAD + INTEGRATED + 2.0 * ROW + SCALE + 2.0 * CELL + FOOT;

/// Height of the numbers in a column of some height: where there is room, they breathe.
pub(super) fn height(column: f32) -> f32 {
    FIXED + ((column - 520.0) * 0.12).clamp(0.0, 48.0)
}

/// Draws the numbers into `rect`.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let meter = shown(desk.view);
    let gap = ((rect.height() - FIXED) / 3.0).max(0.0);
    let mut head = cut_top(&mut rect, 20.0, HEAD - 20.0);
    title(&painter, head, "Loudness");
    let reset = cut_right(&mut head, 52.0, 2.0 * GRID);
    let said = "Loudness, peaks and range are counted anew from now on.";
    if button(desk.ui, reset, "Reset", said, None, true) {
        desk.push(Gesture::ResetMeters);
    }
    let counted = format!("over {}", long_clock(meter.duration_s));
    let at = head.right_center();
    let ink = theme::colors().label;
    text(
        &painter,
        at,
        Align2::RIGHT_CENTER,
        counted,
        theme::label(),
        ink,
    );
    let place = cut_top(&mut rect, INTEGRATED, gap);
    tip_in(desk.ui, reading("Integrated"), place, help::INTEGRATED);
    integrated(&painter, place, &meter, aim_lufs(desk.view));
    peaks(desk, place);
    for (name, said, now, most) in [
        (
            "Short-term",
            help::SHORT_TERM,
            meter.short_term_lufs,
            meter.max_short_term_lufs,
        ),
        (
            "Momentary",
            help::MOMENTARY,
            meter.momentary_lufs,
            meter.max_momentary_lufs,
        ),
    ] {
        let place = cut_top(&mut rect, ROW, 0.0);
        tip_in(desk.ui, reading(name), place, said);
        row(&painter, place, name, now, most);
    }
    let place = cut_top(&mut rect, SCALE, gap);
    scale(&painter, place);
    let cells = cells(&meter, ceiling_dbtp(desk.view));
    for line in cells.chunks(2) {
        let place = cut_top(&mut rect, CELL, 0.0);
        for (column, one) in line.iter().enumerate() {
            let left = place.left() + column as f32 * (place.width() / 2.0 + GRID);
            cell(&painter, pos2(left, place.top()), one);
            let size = vec2(place.width() / 2.0 - GRID, place.height());
            let area = Rect::from_min_size(pos2(left, place.top()), size);
            tip_in(desk.ui, reading(one.name), area, one.said);
        }
    }
    let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 18.0), rect.max);
    let label = "Reset on playback";
    let said = "The meters start anew each time the transport starts.";
    let on = desk.view.reset_on_start;
    let at = Align2::LEFT_CENTER;
    let ink = theme::colors().goal;
    if let Some(on) = switch(desk.ui, label, foot, label, said, at, on, ink) {
        desk.push(Gesture::ResetOnStart(on));
    }
}

/// What is measured, as far as it is so now: once the host stops, what is of the last seconds is of the past,
/// and what is counted since the reset stays.
pub(super) fn shown(view: &ViewModel) -> MeterReading {
    let meter = view.snapshot.output;
    if view.running {
        return meter;
    }
    MeterReading {
        momentary_lufs: None,
        short_term_lufs: None,
        short_term_true_peak_dbtp: None,
        psr_db: None,
        momentary_correlation: None,
        ..meter
    }
}

/// By what a reading is known.
pub(super) fn reading(name: &str) -> Id {
    Id::unique(("reading", name))
}

fn integrated(painter: &Painter, rect: Rect, meter: &MeterReading, goal_lufs: Option<f32>) {
    let colors = theme::colors();
    let [left, right] = [rect.left_top(), rect.right_top()];
    let name = "Integrated";
    text(
        painter,
        left,
        Align2::LEFT_TOP,
        name,
        theme::label(),
        colors.label,
    );
    if let Some(goal_lufs) = goal_lufs {
        let goal = format!("goal {}", tenths(Some(f64::from(goal_lufs))));
        text(
            painter,
            right,
            Align2::RIGHT_TOP,
            goal,
            theme::label(),
            colors.goal,
        );
    }
    let number = tenths(meter.integrated_lufs);
    let bottom = pos2(rect.left(), rect.top() + 56.0);
    let unit = if number == NOTHING { "" } else { "LUFS" };
    number_with_unit(painter, bottom, &number, unit, theme::huge(), colors.text);
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.bottom() - 10.0),
        vec2(rect.width(), 6.0),
    );
    bar(painter, track, meter.integrated_lufs, None, goal_lufs);
}

/// Peaks of left and right, standing, with a line at the highest true peak of the last 3 s and one at the ceiling.
fn peaks(desk: &mut Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    let [low, high] = PEAKS_DB;
    let pair = Rect::from_min_max(
        pos2(rect.right() - 16.0, rect.top() + 18.0),
        pos2(rect.right(), rect.bottom() - 13.0),
    );
    let y =
        |db: f32| pair.bottom() - (db - low).clamp(0.0, high - low) / (high - low) * pair.height();
    let ceiling_dbtp = ceiling_dbtp(desk.view);
    for (channel, peak_db) in desk.memory.activity.now.peaks_db.into_iter().enumerate() {
        let left = pair.left() + channel as f32 * 9.0;
        let track = Rect::from_min_max(pos2(left, pair.top()), pos2(left + 7.0, pair.bottom()));
        painter.rect_filled(track, 1.0, colors.raised);
        let filled = Rect::from_min_max(pos2(left, y(peak_db)), track.max);
        let over = peak_db > ceiling_dbtp + 0.05;
        painter.rect_filled(filled, 1.0, if over { colors.over } else { colors.output });
    }
    let line = |db: f32, ink: Color32| {
        let at = Rect::from_center_size(pos2(pair.center().x, y(db)), vec2(pair.width(), 1.5));
        painter.rect_filled(at, 0.0, ink);
    };
    if desk.view.settings.loudness.on {
        line(ceiling_dbtp, colors.goal);
    }
    let held = shown(desk.view).short_term_true_peak_dbtp;
    if let Some(held_dbtp) = held {
        line(held_dbtp as f32, colors.text);
    }
    let said = format!(
        "Peaks of left and right; the line is the highest true peak of the last 3 s, {} dBTP.",
        tenths(held)
    );
    tip_in(desk.ui, Id::unique("peaks"), pair, &said);
}

/// Ends of the peaks' scale, in dB.
const PEAKS_DB: [f32; 2] = [-42.0, 0.0];

fn row(painter: &Painter, rect: Rect, name: &str, now: Option<f64>, most: Option<f64>) {
    let colors = theme::colors();
    let line = rect.top() + 11.0;
    let at = pos2(rect.left(), line);
    text(
        painter,
        at,
        Align2::LEFT_CENTER,
        name,
        theme::label(),
        colors.label,
    );
    let most_text = format!("max {}", tenths(most));
    let at = pos2(rect.right() - 68.0, line);
    text(
        painter,
        at,
        Align2::RIGHT_CENTER,
        most_text,
        theme::tiny(),
        colors.label,
    );
    let at = pos2(rect.right(), line);
    text(
        painter,
        at,
        Align2::RIGHT_CENTER,
        tenths(now),
        theme::large(),
        colors.text,
    );
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.top() + 23.0),
        vec2(rect.width(), 6.0),
    );
    bar(painter, track, now, most, None);
}

fn scale(painter: &Painter, rect: Rect) {
    for lufs in [-36, -24, -18, -12, -6, 0] {
        let share = scale_share(f64::from(lufs));
        let align = match lufs {
            -36 => Align2::LEFT_TOP,
            0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        let at = pos2(rect.left() + share * rect.width(), rect.top());
        let label = minus(&lufs.to_string());
        text(
            painter,
            at,
            align,
            label,
            theme::tiny(),
            theme::colors().label,
        );
    }
}

/// A number with its name and unit.
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) number: String,
    pub(super) unit: &'static str,
    pub(super) color: Color32,
    /// What it is, in a sentence.
    pub(super) said: &'static str,
}

fn cell(painter: &Painter, at: egui::Pos2, cell: &Cell) {
    let ink = theme::colors().label;
    text(painter, at, Align2::LEFT_TOP, cell.name, theme::tiny(), ink);
    let unit = match cell.number.as_str() {
        NOTHING => "",
        _ => cell.unit,
    };
    let at = at + vec2(0.0, 31.0);
    number_with_unit(painter, at, &cell.number, unit, theme::value(), cell.color);
}

/// What is read beside the loudness: true peak since the reset, range, PLR, PSR.
pub(super) fn cells(meter: &MeterReading, ceiling_dbtp: f32) -> [Cell; 4] {
    let colors = theme::colors();
    let cell = |name, number, unit, said| Cell {
        name,
        number,
        unit,
        color: colors.text,
        said,
    };
    // Less than a minute says little of a song's range (EBU Tech 3342).
    let young = meter.duration_s < 60.0;
    // Shown in tenths, so judged in tenths: a peak that reads as the ceiling is not over it.
    let over = meter
        .true_peak_dbtp
        .is_some_and(|peak| peak > f64::from(ceiling_dbtp) + 0.05);
    [
        Cell {
            color: if over { colors.over } else { colors.text },
            ..cell(
                if over { "True peak: over" } else { "True peak" },
                tenths(meter.true_peak_dbtp),
                "dBTP",
                "The highest peak between the samples since the reset, held.",
            )
        },
        Cell {
            color: if young { colors.label } else { colors.text },
            ..cell(
                "Range (LRA)",
                tenths(meter.loudness_range_lu),
                "LU",
                "How far loud and quiet passages are apart; grey until a minute was heard.",
            )
        },
        cell(
            "PLR",
            tenths(meter.plr_db),
            "dB",
            "Peak to loudness: true peak above the integrated loudness; below 8 is dense.",
        ),
        cell(
            "PSR",
            tenths(meter.psr_db),
            "dB",
            "Peak to short-term loudness: how dense the last 3 s are; below 8 is dense.",
        ),
    ]
}

/// What stands where there is no value.
pub const NOTHING: &str = "\u{2013}";

/// A value with one place behind the point.
pub fn tenths(value: Option<f64>) -> String {
    value.map_or(NOTHING.to_owned(), |value| {
        minus(&crate::params::text::number(value as f32, 1))
    })
}

/// Hours, if any, minutes and seconds.
fn long_clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole / 3600 {
        0 => clock(seconds),
        hours => format!("{hours}:{:02}:{:02}", whole / 60 % 60, whole % 60),
    }
}

fn scale_share(lufs: f64) -> f32 {
    ((lufs - SCALE_LUFS.0) / (SCALE_LUFS.1 - SCALE_LUFS.0)).clamp(0.0, 1.0) as f32
}

/// A bar with, where there is one, a mark at the highest value and one at the goal.
pub(super) fn bar(
    painter: &Painter,
    rect: Rect,
    now: Option<f64>,
    most: Option<f64>,
    goal_lufs: Option<f32>,
) {
    let colors = theme::colors();
    let at = |lufs: f64| rect.left() + scale_share(lufs) * rect.width();
    painter.rect_filled(rect, 2.0, colors.raised);
    if let Some(now) = now.filter(|now| at(*now) > rect.left() + 1.0) {
        let filled = Rect::from_min_max(rect.min, pos2(at(now), rect.bottom()));
        painter.rect_filled(filled, 2.0, colors.output);
    }
    let mark = |lufs: f64, color: Color32, out: f32| {
        let x = at(lufs).clamp(rect.left() + 1.0, rect.right() - 1.0);
        let mark = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0, rect.height() + out));
        painter.rect_filled(mark, 0.0, color);
    };
    if let Some(most) = most {
        mark(most, colors.text, 0.0);
    }
    if let Some(goal_lufs) = goal_lufs {
        mark(f64::from(goal_lufs), colors.goal, 6.0);
    }
}
