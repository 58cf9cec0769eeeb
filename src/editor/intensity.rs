//! The one big knob, with the fair comparison beside it.

use egui::{Align2, Rect, pos2, vec2};

use super::assistant::step_mark;
use super::desk::{Desk, cut_left, cut_top, panel};
use super::fields::INTENSITY;
use super::theme::{self, GRID};
use super::view::Gesture;
use super::widgets::number::dial;
use super::widgets::{entry, segments, text};
use crate::engine::audition::settings::{AuditionSettings, Listen};

const LISTEN: [(Listen, &str, &str); 4] = [
    (
        Listen::Output,
        "Master",
        "Hear what leaves the plugin, at its own loudness.",
    ),
    (
        Listen::Original,
        "Before",
        "Hear the mix, as loud as the master: louder does not win by being louder.",
    ),
    (
        Listen::Processed,
        "After",
        "Hear the master, turned down to the loudness of the mix.",
    ),
    (
        Listen::Delta,
        "\u{394}",
        "Delta: hear only what the master changes: master minus mix.",
    ),
];

/// Least width of the number, to be typed into.
const NUMBER_MIN: f32 = 60.0;

/// Draws the panel into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let mut content = panel(&painter, rect).expand2(vec2(0.0, GRID));
    let colors = theme::colors();
    let size = content.height().min(content.width() * 0.34);
    let place = cut_left(&mut content, size, 2.0 * GRID);
    let live = !desk.view.settings.bypass;
    let radius = (size / 2.0 - 2.0).min(56.0);
    dial(
        desk,
        place.center() + vec2(0.0, 2.0),
        radius,
        INTENSITY,
        live,
    );

    let compare = 24.0;
    let words = content.height() - compare;
    let mut upper = cut_top(&mut content, words, 0.0);
    let roomy = words > 52.0;
    let name = if roomy { theme::value() } else { theme::body() };
    let label = Rect::from_min_size(
        upper.min,
        vec2(upper.width(), if roomy { 20.0 } else { words * 0.5 }),
    );
    let at = if roomy {
        label.left_center()
    } else {
        upper.left_center()
    };
    let shown = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        "Intensity",
        name,
        colors.text,
    );
    // Where there is an assistant, this is its third step.
    if roomy && desk.view.stem.is_none() {
        let mark = Rect::from_center_size(pos2(shown.right() + 18.0, at.y), vec2(32.0, 16.0));
        step_mark(&painter, mark, 3, None);
    }
    let number = if roomy {
        upper.min.y = label.bottom();
        let mut place = upper.shrink2(vec2(0.0, 2.0));
        // As wide as its text, so that it begins where the name does.
        let (digits, unit) = INTENSITY.text(desk.value(INTENSITY));
        let width = |words: String, font| {
            let galley = painter.layout_no_wrap(words, font, colors.text);
            galley.size().x
        };
        let digits = width(digits, theme::large_number());
        let unit = width(unit.to_owned(), theme::label()) + GRID;
        let wanted = digits + unit + 2.0 * GRID;
        place.set_width(wanted.max(NUMBER_MIN).min(upper.width() + GRID));
        place.translate(vec2(-GRID, 0.0))
    } else {
        upper.min.x = shown.right() + GRID;
        Rect::from_min_max(
            pos2(upper.left(), upper.top()),
            pos2(upper.right(), upper.bottom() - 2.0),
        )
    };
    let font = if roomy {
        theme::large_number()
    } else {
        theme::value()
    };
    entry(desk, number, INTENSITY, font, None);

    let now = desk.view.audition;
    let chosen = LISTEN.iter().position(|(one, ..)| *one == now.listen);
    let said = LISTEN.map(|(_, _, said)| desk.view.worded(said));
    let mut labels = LISTEN.map(|(_, label, _)| label);
    if desk.view.stem.is_some() {
        labels[0] = "Stem";
    }
    let labels: [(&str, &str); 4] = core::array::from_fn(|n| (labels[n], said[n].as_str()));
    let ink = if now.listen == Listen::Output {
        colors.label
    } else {
        colors.over
    };
    let place = Rect::from_min_size(content.min, vec2(content.width(), compare));
    if let Some(index) = segments(desk.ui, "listen", place, &labels, chosen.unwrap_or(0), ink) {
        let listen = LISTEN[index].0;
        desk.push(Gesture::Audition(AuditionSettings { listen, ..now }));
    }
}
