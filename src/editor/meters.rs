//! The meters: loudness as numbers and bars, and what follows from it.

use egui::{Align2, Color32, Painter, Rect, Ui, pos2, vec2};

use super::theme;
use super::view::{Gesture, ViewModel};
use super::widgets::{button, number_with_unit, switch, text};
use crate::dsp::meter::MeterReading;

/// Ends of the loudness bars, in LUFS.
const SCALE_LUFS: (f64, f64) = (-36.0, 0.0);
/// Heights of the parts, in points.
const HEAD: f32 = 28.0;
const INTEGRATED: f32 = 78.0;
const ROW: f32 = 40.0;
const SCALE: f32 = 16.0;
const CELL: f32 = 40.0;
const FOOT: f32 = 24.0;

/// Draws the panel's content into `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, view: &ViewModel, out: &mut Vec<Gesture>) {
    let painter = ui.painter().clone();
    let meter = &view.snapshot.output;
    let fixed = HEAD + INTEGRATED + 2.0 * ROW + SCALE + 3.0 * CELL + FOOT;
    // Height that is left goes between the groups.
    let spare = (rect.height() - fixed - 8.0).max(0.0);
    let gap = (spare / 4.0).min(32.0);
    let cell_height = CELL + ((spare - 3.0 * gap) / 3.0).clamp(0.0, 16.0);
    let (left, right) = (rect.left(), rect.right());

    let mut y = rect.top();
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    text(
        &painter,
        head.left_center(),
        Align2::LEFT_CENTER,
        "Loudness",
        theme::body(),
        theme::colors().text,
    );
    let reset = Rect::from_min_max(pos2(right - 64.0, head.top()), head.max);
    if button(ui, reset, "Reset", None, true) {
        out.push(Gesture::ResetMeters);
    }

    y += HEAD + gap * 0.5;
    text(
        &painter,
        pos2(left, y),
        Align2::LEFT_TOP,
        "Integrated",
        theme::label(),
        theme::colors().label,
    );
    let counted = format!("over {}", clock(meter.duration_s));
    text(
        &painter,
        pos2(right, y),
        Align2::RIGHT_TOP,
        counted,
        theme::label(),
        theme::colors().label,
    );
    let number = tenths(meter.integrated_lufs);
    let bottom = pos2(left, y + 64.0);
    number_with_unit(
        &painter,
        bottom,
        &number,
        "LUFS",
        theme::huge(),
        theme::colors().text,
    );
    bar(
        &painter,
        span(left, right, y + 66.0, 8.0),
        meter.integrated_lufs,
        None,
        Some(view.goal_lufs),
    );
    y += INTEGRATED + gap * 0.5;

    for (name, now, most) in [
        (
            "Short-term",
            meter.short_term_lufs,
            meter.max_short_term_lufs,
        ),
        ("Momentary", meter.momentary_lufs, meter.max_momentary_lufs),
    ] {
        let line = y + 14.0;
        text(
            &painter,
            pos2(left, line),
            Align2::LEFT_CENTER,
            name,
            theme::label(),
            theme::colors().label,
        );
        let most_text = format!("max {}", tenths(most));
        // Between the name and the number, which is the longer one; in the least window they move together.
        let aside = (rect.width() - 213.0).clamp(3.0, 20.0);
        let middle = pos2(rect.center().x + aside, line);
        text(
            &painter,
            middle,
            Align2::CENTER_CENTER,
            most_text,
            theme::label(),
            theme::colors().label,
        );
        text(
            &painter,
            pos2(right, line),
            Align2::RIGHT_CENTER,
            tenths(now),
            theme::large(),
            theme::colors().text,
        );
        bar(&painter, span(left, right, y + 29.0, 6.0), now, most, None);
        y += ROW;
    }
    for lufs in [-36, -30, -24, -18, -12, -6, 0] {
        let share = scale_share(f64::from(lufs));
        let align = match lufs {
            -36 => Align2::LEFT_TOP,
            0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        let at = pos2(left + share * rect.width(), y);
        text(
            &painter,
            at,
            align,
            minus(&lufs.to_string()),
            theme::tiny(),
            theme::colors().label,
        );
    }
    y += SCALE + gap;
    painter.hline(
        left..=right,
        y - gap * 0.5 + 3.0,
        egui::Stroke::new(1.0, theme::colors().line),
    );
    y += 6.0;

    for (row, cells) in cells(meter, view.settings.loudness.ceiling_dbtp)
        .iter()
        .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            let x = left + column as f32 * (rect.width() / 2.0 + theme::GRID);
            let top = y + row as f32 * cell_height;
            text(
                &painter,
                pos2(x, top),
                Align2::LEFT_TOP,
                cell.name,
                theme::label(),
                theme::colors().label,
            );
            let unit = if cell.number == NOTHING {
                ""
            } else {
                cell.unit
            };
            number_with_unit(
                &painter,
                pos2(x, top + 35.0),
                &cell.number,
                unit,
                theme::value(),
                cell.color,
            );
        }
    }

    let foot = Rect::from_min_max(pos2(left, rect.bottom() - 20.0), rect.max);
    let label = "Reset when playback starts";
    if let Some(on) = switch(
        ui,
        label,
        foot,
        label,
        Align2::LEFT_CENTER,
        view.reset_on_start,
        theme::colors().goal,
    ) {
        out.push(Gesture::ResetOnStart(on));
    }
}

struct Cell {
    name: &'static str,
    number: String,
    unit: &'static str,
    color: Color32,
}

fn cells(meter: &MeterReading, ceiling_dbtp: f32) -> [[Cell; 2]; 3] {
    let cell = |name, number, unit| Cell {
        name,
        number,
        unit,
        color: theme::colors().text,
    };
    // Shown in tenths, so judged in tenths: a peak that reads as the ceiling is not over it.
    let over = meter
        .true_peak_dbtp
        .is_some_and(|peak| peak > f64::from(ceiling_dbtp) + 0.05);
    let correlation = meter
        .momentary_correlation
        .map_or(NOTHING.to_owned(), |value| minus(&format!("{value:.2}")));
    [
        [
            Cell {
                color: if over { theme::colors().over } else { theme::colors().text },
                ..cell("True peak", tenths(meter.true_peak_dbtp), "dBTP")
            },
            cell("Range (LRA)", tenths(meter.loudness_range_lu), "LU"),
        ],
        [
            cell("PLR", tenths(meter.plr_db), "dB"),
            cell("PSR", tenths(meter.psr_db), "dB"),
        ],
        [
            cell("Sample peak", tenths(meter.sample_peak_dbfs), "dBFS"),
            cell("Correlation", correlation, ""),
        ],
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

fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

/// Minutes and seconds.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole / 3600 {
        0 => format!("{}:{:02}", whole / 60, whole % 60),
        hours => format!("{hours}:{:02}:{:02}", whole / 60 % 60, whole % 60),
    }
}

fn span(left: f32, right: f32, top: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(left, top), vec2(right - left, height))
}

fn scale_share(lufs: f64) -> f32 {
    ((lufs - SCALE_LUFS.0) / (SCALE_LUFS.1 - SCALE_LUFS.0)).clamp(0.0, 1.0) as f32
}

/// A bar with, where there is one, a mark at the highest value and one at the goal.
fn bar(painter: &Painter, rect: Rect, now: Option<f64>, most: Option<f64>, goal_lufs: Option<f32>) {
    let at = |lufs: f64| rect.left() + scale_share(lufs) * rect.width();
    painter.rect_filled(rect, 2.0, theme::colors().raised);
    if let Some(now) = now.filter(|now| at(*now) > rect.left() + 1.0) {
        painter.rect_filled(
            Rect::from_min_max(rect.min, pos2(at(now), rect.bottom())),
            2.0,
            theme::colors().output,
        );
    }
    let mark = |lufs: f64, color: Color32, out: f32| {
        let x = at(lufs).clamp(rect.left() + 1.0, rect.right() - 1.0);
        let mark = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0, rect.height() + out));
        painter.rect_filled(mark, 0.0, color);
    };
    if let Some(most) = most {
        mark(most, theme::colors().text, 0.0);
    }
    if let Some(goal_lufs) = goal_lufs {
        mark(f64::from(goal_lufs), theme::colors().goal, 6.0);
    }
}
