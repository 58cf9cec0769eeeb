//! Split frequencies in a plot: lines that are dragged sideways, with the names of the bands between them.

use egui::{Align2, CursorIcon, Id, Rect, Sense, Stroke, pos2, vec2};

use crate::editor::desk::Desk;
use crate::editor::help;
use crate::editor::plot::Plot;
use crate::editor::theme;
use crate::editor::view::Number;
use crate::editor::widgets::number::{adjust_along, type_over, typing};
use crate::editor::widgets::press::ring;
use crate::editor::widgets::{text, tip};

/// Draws the splits and returns what was done to them.
pub fn draw<const SPLITS: usize>(
    desk: &mut Desk<'_>,
    plot: &Plot,
    splits: [Number; SPLITS],
    names: &[&str],
) {
    let painter = desk.painter();
    let mut left = plot.rect.left();
    for (index, name) in names.iter().enumerate() {
        let right = match splits.get(index) {
            Some(&split) => split_line(desk, plot, split),
            None => plot.rect.right(),
        };
        let galley =
            painter.layout_no_wrap((*name).to_owned(), theme::tiny(), theme::colors().label);
        if galley.size().x + 8.0 < right - left {
            let at = pos2((left + right) / 2.0, plot.rect.top() + 4.0);
            text(
                &painter,
                at,
                Align2::CENTER_TOP,
                name,
                theme::tiny(),
                theme::colors().label,
            );
        }
        left = right;
    }
}

/// One line with its frequency at the foot; returns where it stands.
fn split_line(desk: &mut Desk<'_>, plot: &Plot, split: Number) -> f32 {
    let painter = desk.painter();
    let range = split.range();
    let x = plot.x(desk.value(split));
    let (digits, unit) = split.text(desk.value(split));
    let words = painter.layout_no_wrap(
        format!("{digits} {unit}"),
        theme::tiny(),
        theme::colors().text,
    );
    let foot = pos2(x, plot.rect.bottom() - 11.0);
    if typing(desk, split) {
        let field = Rect::from_center_size(foot, vec2(64.0, 18.0));
        type_over(desk, field, split, theme::tiny());
        return x;
    }
    let touch = Rect::from_x_y_ranges(x - 6.0..=x + 6.0, plot.rect.y_range());
    let id = Id::unique(("split", split));
    let response = desk.ui.interact(touch, id, Sense::click_and_drag());
    let width = plot.rect.width();
    adjust_along(desk, &response, split, |share, by| {
        let there = Plot::share(range.unnormalized(share)) + by.x / width;
        range.normalized(Plot::hz(there).clamp(range.min, range.max))
    });
    let held = response.hovered() || response.dragged() || response.has_focus();
    let ink = if held {
        theme::colors().text
    } else {
        theme::colors().label
    };
    let line = if held {
        ink
    } else {
        theme::mix(ink, theme::colors().graph, 0.55)
    };
    painter.vline(x, plot.rect.y_range(), Stroke::new(1.25, line));
    let tag = Rect::from_center_size(foot, words.size() + vec2(8.0, 2.0));
    painter.rect_filled(tag, theme::RADIUS, theme::colors().raised);
    painter.galley_with_override_text_color(tag.center() - words.size() / 2.0, words, ink);
    ring(desk.ui, &response, tag);
    let Number::Of(field) = split else { return x };
    tip(
        response.on_hover_cursor(CursorIcon::ResizeHorizontal),
        help::of(field),
    );
    x
}
