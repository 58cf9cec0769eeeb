//! Small pictures, drawn with lines.

use egui::{Color32, Painter, Pos2, Shape, Stroke, pos2, vec2};

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Icon {
    /// To the one before.
    Previous,
    /// To the next.
    Next,
    /// Back.
    Undo,
    /// Forth.
    Redo,
    /// Kept as it is.
    Locked,
    /// Daylight.
    Sun,
    /// Night.
    Moon,
    /// A question.
    Help,
    /// Goes on.
    Play,
    /// Holds.
    Pause,
    /// Alone.
    Solo,
    /// Away with it.
    Cross,
    /// Opens something below.
    Down,
}

/// Draws it around a place, about 14 points wide.
pub fn draw(painter: &Painter, center: Pos2, icon: Icon, ink: Color32) {
    let pen = Stroke::new(1.5, ink);
    let at = |x: f32, y: f32| center + vec2(x, y);
    let line = |points: &[[f32; 2]]| {
        let points = points.iter().map(|[x, y]| at(*x, *y)).collect();
        painter.add(Shape::line(points, pen));
    };
    let solid = |points: &[[f32; 2]]| {
        let points = points.iter().map(|[x, y]| at(*x, *y)).collect();
        painter.add(Shape::convex_polygon(points, ink, Stroke::NONE));
    };
    // From one angle to another in quarter turns, clockwise from the right.
    let arc = |middle: Pos2, radius: f32, from: f32, to: f32| {
        const STEPS: usize = 16;
        let point = |n: usize| {
            let turn = from + (to - from) * n as f32 / STEPS as f32;
            middle + egui::Vec2::angled(turn * std::f32::consts::FRAC_PI_2) * radius
        };
        painter.add(Shape::line((0..=STEPS).map(point).collect(), pen));
    };
    match icon {
        Icon::Previous => line(&[[2.0, -4.5], [-2.5, 0.0], [2.0, 4.5]]),
        Icon::Next => line(&[[-2.0, -4.5], [2.5, 0.0], [-2.0, 4.5]]),
        Icon::Undo | Icon::Redo => {
            let side = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let bow: Vec<[f32; 2]> = (0..=12)
                .map(|n| {
                    let turn = (-0.5 + n as f32 / 12.0) * std::f32::consts::PI;
                    [side * (1.5 + 3.5 * turn.cos()), 1.0 + 3.5 * turn.sin()]
                })
                .collect();
            line(&[[side * -4.5, -2.5], [side * 1.5, -2.5]]);
            line(&bow);
            line(&[[side * 1.5, 4.5], [side * -2.0, 4.5]]);
            line(&[[side * -2.0, -5.5], [side * -5.0, -2.5], [side * -2.0, 0.5]]);
        }
        Icon::Locked => {
            let body = egui::Rect::from_center_size(at(0.0, 2.5), vec2(9.0, 6.5));
            painter.rect_filled(body, 1.0, ink);
            arc(at(0.0, -1.5), 3.0, 2.0, 4.0);
            for x in [-3.0, 3.0] {
                line(&[[x, -1.5], [x, 0.0]]);
            }
        }
        Icon::Sun => {
            painter.circle_stroke(center, 2.75, pen);
            for n in 0..8 {
                let ray = egui::Vec2::angled(n as f32 * std::f32::consts::FRAC_PI_4);
                painter.line_segment([center + ray * 4.75, center + ray * 6.5], pen);
            }
        }
        Icon::Moon => {
            arc(center, 5.0, 0.2, 3.0);
            arc(at(2.6, -2.6), 4.4, 0.55, 2.55);
        }
        Icon::Help => {
            arc(at(0.0, -2.2), 2.8, 2.0, 4.6);
            line(&[[1.9, -0.2], [0.0, 1.6], [0.0, 2.6]]);
            painter.circle_filled(at(0.0, 5.2), 1.1, ink);
        }
        Icon::Play => solid(&[[-3.5, -5.0], [5.0, 0.0], [-3.5, 5.0]]),
        Icon::Pause => {
            for x in [-2.5, 2.5] {
                let bar = egui::Rect::from_center_size(at(x, 0.0), vec2(2.75, 9.5));
                painter.rect_filled(bar, 0.5, ink);
            }
        }
        Icon::Solo => {
            arc(at(0.0, 1.0), 4.75, 2.0, 4.0);
            for x in [-4.25, 4.25] {
                let cup = egui::Rect::from_center_size(at(x, 2.75), vec2(2.75, 4.5));
                painter.rect_filled(cup, 1.0, ink);
            }
        }
        Icon::Cross => {
            line(&[[-3.5, -3.5], [3.5, 3.5]]);
            line(&[[-3.5, 3.5], [3.5, -3.5]]);
        }
        Icon::Down => solid(&[[-4.0, -2.25], [4.0, -2.25], [0.0, 2.75]]),
    }
}

/// Half the width of a picture, for laying it out.
pub const HALF: f32 = 7.0;

/// Where a picture at the right end of something stands.
pub fn right_of(rect: egui::Rect) -> Pos2 {
    pos2(rect.right() - HALF - 4.0, rect.center().y)
}
