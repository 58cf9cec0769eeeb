//! Bars that grow from a line at zero to either side: lengthwise as bars, upright as pillars.

use egui::{Color32, Painter, Rangef, Rect, Vec2, vec2};

use crate::editor::theme;

/// The line at zero stands out of its bar by so much, in points.
const MARK: Vec2 = vec2(1.5, 2.0);

/// A bar to the right for more than 0 and to the left for less: `zero` is the place of its line, 0 (left) to 1
/// (right), and `value` a share of the way from there to either end, −1 to 1. `ground`: where it is empty.
pub fn zero_bar(
    painter: &Painter,
    track: Rect,
    ground: Color32,
    zero: f32,
    value: f32,
    ink: Color32,
) {
    painter.rect_filled(track, 2.0, ground);
    let span = grown(track.x_range(), zero, value);
    painter.rect_filled(Rect::from_x_y_ranges(span, track.y_range()), 0.0, ink);
    let at = egui::pos2(egui::lerp(track.x_range(), zero), track.center().y);
    let mark = Rect::from_center_size(at, vec2(MARK.x, track.height() + MARK.y));
    painter.rect_filled(mark, 0.0, theme::colors().label);
}

/// A pillar upwards from the middle for more than 0 and downwards for less; `value` is −1 to 1.
pub fn zero_pillar(painter: &Painter, place: Rect, value: f32, ink: Color32) {
    let line = Rect::from_center_size(place.center(), vec2(place.width(), MARK.x));
    painter.rect_filled(line, 0.0, theme::colors().hovered);
    let span = grown(place.y_range(), 0.5, -value);
    // Less is not told from the line.
    if span.span() >= 0.5 {
        painter.rect_filled(Rect::from_x_y_ranges(place.x_range(), span), 0.0, ink);
    }
}

/// From zero to a value, whichever lies where.
fn grown(track: Rangef, zero: f32, value: f32) -> Rangef {
    let from = egui::lerp(track, zero);
    let room = if value < 0.0 {
        from - track.min
    } else {
        track.max - from
    };
    let to = from + value.clamp(-1.0, 1.0) * room;
    Rangef::new(from.min(to), from.max(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_from_zero_to_its_side_and_no_farther_than_the_end() {
        let track = Rangef::new(100.0, 200.0);
        let ends = |zero, value| {
            let span = grown(track, zero, value);
            [span.min, span.max]
        };
        assert_eq!(ends(0.5, 0.0), [150.0, 150.0]);
        assert_eq!(ends(0.5, 0.5), [150.0, 175.0]);
        assert_eq!(ends(0.5, -2.0), [100.0, 150.0]);
        assert_eq!(ends(0.6, -0.5), [130.0, 160.0]);
        assert_eq!(ends(0.6, 1.0), [160.0, 200.0]);
    }
}
