//! Split frequencies in a plot: lines that are dragged sideways, with the names of the bands between them.

use egui::{Align2, CursorIcon, Id, Rect, Sense, Stroke, pos2, vec2};

use crate::editor::desk::Desk;
use crate::editor::help;
use crate::editor::plot::Plot;
use crate::editor::theme;
use crate::editor::view::{Gesture, Number};
use crate::editor::widgets::number::{dragged_by, modifiers};
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
    let touch = Rect::from_x_y_ranges(x - 6.0..=x + 6.0, plot.rect.y_range());
    let id = Id::unique(("split", split));
    let response = desk.ui.interact(touch, id, Sense::click_and_drag());
    if response.drag_started() {
        desk.memory.dragged = Some((split, Plot::share(desk.value(split))));
        desk.push(Gesture::Begin(split));
    }
    if let Some((dragged, share)) = desk.memory.dragged
        && dragged == split
    {
        let (speed, _) = modifiers(desk.ui);
        let delta = dragged_by(&response).x;
        if delta != 0.0 {
            let ends = [Plot::share(range.min), Plot::share(range.max)];
            let share = (share + delta * speed / plot.rect.width()).clamp(ends[0], ends[1]);
            desk.memory.dragged = Some((split, share));
            let hz = range.quantized(Plot::hz(share));
            desk.push(Gesture::Set(split, hz));
        }
        if response.drag_stopped() {
            desk.memory.dragged = None;
            desk.push(Gesture::End(split));
        }
    } else if response.double_clicked() {
        desk.memory.set(split, range.default);
    }
    let held = response.hovered() || response.dragged();
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
    let (digits, unit) = split.text(desk.value(split));
    let galley = painter.layout_no_wrap(format!("{digits} {unit}"), theme::tiny(), ink);
    let center = pos2(x, plot.rect.bottom() - 11.0);
    let tag = Rect::from_center_size(center, galley.size() + vec2(8.0, 2.0));
    painter.rect_filled(tag, theme::RADIUS, theme::colors().raised);
    painter.galley(tag.center() - galley.size() / 2.0, galley, ink);
    let Number::Of(field) = split else { return x };
    tip(
        response.on_hover_cursor(CursorIcon::ResizeHorizontal),
        help::of(field),
    );
    x
}
