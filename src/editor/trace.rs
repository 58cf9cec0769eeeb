//! What a stage did in the last seconds, as a curve; and a bar for what it does now.

use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::activity::{Activity, COLUMN_S, COLUMNS};
use super::plot::fill;
use super::theme;
use super::widgets::text;

/// Room for the unit above, and for the numbers below and on the left.
const ABOVE: f32 = 14.0;
const BELOW: f32 = 16.0;
const LEFT: f32 = 30.0;
/// Labels of values stand at least so far from each other.
const LABELS_APART: f32 = 12.0;

/// What a curve of the past shows.
#[derive(Debug, Clone, Copy)]
pub struct Scale<'a> {
    /// Value at the lower edge.
    pub bottom: f32,
    /// Value at the upper edge.
    pub top: f32,
    /// Where lines are drawn, from above.
    pub lines: &'a [f32],
    /// The level that the filled area starts from.
    pub base: f32,
}

/// Draws `which` of the past, in dB, into `rect`, the newest at the right edge.
pub fn draw(
    painter: &Painter,
    rect: Rect,
    activity: &Activity,
    which: usize,
    scale: Scale<'_>,
    ink: Color32,
) {
    let plot = Rect::from_min_max(
        pos2(rect.left() + LEFT, rect.top() + ABOVE),
        pos2(rect.right(), rect.bottom() - BELOW),
    );
    painter.rect_filled(plot, 0.0, theme::colors().graph);
    let y = |value: f32| {
        let share = (scale.top - value) / (scale.top - scale.bottom);
        plot.top() + share.clamp(0.0, 1.0) * plot.height()
    };
    let at = pos2(plot.left() - 6.0, plot.top() - ABOVE / 2.0);
    text(
        painter,
        at,
        Align2::RIGHT_CENTER,
        "dB",
        theme::tiny(),
        theme::colors().label,
    );
    let mut labelled = f32::NEG_INFINITY;
    for &line in scale.lines {
        let grid = Stroke::new(
            1.0,
            theme::mix(theme::colors().label, theme::colors().graph, 0.16),
        );
        painter.hline(plot.x_range(), y(line), grid);
        let label_y = y(line).clamp(plot.top() + 5.0, plot.bottom() - 5.0);
        if label_y - labelled < LABELS_APART {
            continue;
        }
        labelled = label_y;
        let at = pos2(plot.left() - 6.0, label_y);
        let label = super::widgets::decibels(line, 0, false);
        text(
            painter,
            at,
            Align2::RIGHT_CENTER,
            label,
            theme::tiny(),
            theme::colors().label,
        );
    }
    let step = plot.width() / (COLUMNS - 1) as f32;
    let first = plot.right() - step * activity.past.len().saturating_sub(1) as f32;
    let points: Vec<Pos2> = activity
        .past
        .iter()
        .enumerate()
        .map(|(n, column)| pos2(first + step * n as f32, y(column[which])))
        .collect();
    let inside = painter.with_clip_rect(plot);
    fill(&inside, &points, y(scale.base), ink.gamma_multiply(0.35));
    inside.add(Shape::line(points, Stroke::new(1.5, ink)));
    let seconds = (COLUMN_S * COLUMNS as f64) as i32;
    for second in (0..=seconds).step_by(4) {
        let x = plot.right() - (f64::from(second) / COLUMN_S) as f32 * step;
        let (x, align, label) = match second {
            0 => (plot.right(), Align2::RIGHT_BOTTOM, "now".to_owned()),
            _ if second == seconds => (
                plot.left(),
                Align2::LEFT_BOTTOM,
                format!("\u{2212}{second} s"),
            ),
            _ => (x, Align2::CENTER_BOTTOM, format!("\u{2212}{second} s")),
        };
        let at = pos2(x, rect.bottom());
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

/// A horizontal bar from `base`, filled to `value`, on the scale from `ends[0]` to `ends[1]`.
pub fn bar(painter: &Painter, rect: Rect, ends: [f32; 2], base: f32, value: f32, ink: Color32) {
    painter.rect_filled(rect, 2.0, theme::colors().raised);
    let at = |value: f32| {
        let share = (value - ends[0]) / (ends[1] - ends[0]);
        rect.left() + share.clamp(0.0, 1.0) * rect.width()
    };
    let (base, end) = (at(base), at(value));
    if (end - base).abs() >= 0.5 {
        let filled = Rect::from_min_max(
            pos2(base.min(end), rect.top()),
            pos2(base.max(end), rect.bottom()),
        );
        painter.rect_filled(filled, 2.0, ink);
    }
}
