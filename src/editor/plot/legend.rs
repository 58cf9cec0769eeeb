//! The legend of a graph: names, each beside what it stands for as it is drawn there.

use egui::{Align2, Color32, Painter, Pos2, Rect, Stroke, pos2, vec2};

use crate::editor::theme::{self, GRID};
use crate::editor::widgets::text;

/// How something looks in a graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// A thin line.
    Line(Color32),
    /// A thick line.
    Thick(Color32),
    /// A line with what is below it filled.
    Area(Color32),
    /// What lies between two lines.
    Band(Color32),
}

const SIZE: [f32; 2] = [14.0, 8.0];

/// Draws names with their marks from the left; returns where they end.
pub fn legend(painter: &Painter, left_center: Pos2, entries: &[(&str, Mark)]) -> f32 {
    let mut x = left_center.x;
    for &(name, mark) in entries {
        let place = Rect::from_min_size(
            pos2(x, left_center.y - SIZE[1] / 2.0),
            vec2(SIZE[0], SIZE[1]),
        );
        draw(painter, place, mark);
        let at = pos2(place.right() + 1.5 * GRID, left_center.y);
        let ink = theme::colors().label;
        let label = text(painter, at, Align2::LEFT_CENTER, name, theme::label(), ink);
        x = label.right() + 3.0 * GRID;
    }
    x
}

fn draw(painter: &Painter, place: Rect, mark: Mark) {
    let middle = place.center().y;
    let line = |y: f32, width: f32, ink: Color32| {
        painter.hline(place.x_range(), y, Stroke::new(width, ink));
    };
    match mark {
        Mark::Line(ink) => line(middle, 1.5, ink),
        Mark::Thick(ink) => line(middle, 3.0, ink),
        Mark::Area(ink) => {
            painter.rect_filled(place, 0.0, ink.gamma_multiply(0.35));
            line(place.top() + 0.75, 1.5, ink);
        }
        Mark::Band(ink) => {
            painter.rect_filled(place, 0.0, ink.gamma_multiply(0.25));
            let edge = ink.gamma_multiply(0.8);
            line(place.top() + 0.5, 1.0, edge);
            line(place.bottom() - 0.5, 1.0, edge);
        }
    }
}
