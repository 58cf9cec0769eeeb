//! A plot over frequency: 20 Hz to 20 kHz in even octaves, with spectra behind and curves before.

mod legend;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::theme;
use super::view::Spectra;
use super::widgets::{decibels, text};
use crate::assistant::advice::{CORRIDOR_BANDS, Corridor};
use crate::dsp::spectrum::{FLOOR_DB, HIGH_HZ, LOW_HZ, POINTS, frequency_hz};

pub use legend::{Mark, legend};

/// Ends of the spectra's own scale, in dB.
pub const SPECTRUM_DB: [f32; 2] = [-84.0, -6.0];
/// Where that scale has its numbers.
pub const SPECTRUM_LINES_DB: [f32; 4] = [-80.0, -60.0, -40.0, -20.0];
const LINES_HZ: [f32; 28] = [
    20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0,
    700.0, 800.0, 900.0, 1e3, 2e3, 3e3, 4e3, 5e3, 6e3, 7e3, 8e3, 9e3, 10e3, 20e3,
];
const LABELS_HZ: [(f32, &str); 10] = [
    (20.0, "20"),
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1e3, "1k"),
    (2e3, "2k"),
    (5e3, "5k"),
    (10e3, "10k"),
    (20e3, "20k"),
];
/// Where the middle of a corridor lies before anything was heard, in dB.
const STILL_DB: f32 = -36.0;
/// Room for the labels below and on the left.
const BELOW: f32 = 16.0;
const LEFT: f32 = 30.0;
/// Room for the spectra's own scale on the right, and the width that a plot must have beside it.
const RIGHT: f32 = 26.0;
const WIDE: f32 = 400.0;
/// Labels of values stand at least so far from each other.
const LABELS_APART: f32 = 12.0;

/// Where the axes lie.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    /// What is inside the axes.
    pub rect: Rect,
    /// Value at the lower edge.
    pub bottom: f32,
    /// Value at the upper edge.
    pub top: f32,
}

/// What the axis on the left says.
#[derive(Debug, Clone, Copy)]
pub struct Axis<'a> {
    /// Values at the lower and the upper edge.
    pub ends: [f32; 2],
    /// Where lines with numbers are, from below.
    pub lines: &'a [f32],
    /// What is counted, said above the numbers.
    pub unit: &'a str,
    /// Whether the spectra's own scale stands on the right, where there is room.
    pub spectra: bool,
}

impl Plot {
    /// Draws ground, grid and labels of a graph in dB into `outer`, with a line at each of `values` and the
    /// spectra's scale on the right.
    pub fn new(
        painter: &Painter,
        outer: Rect,
        ends: [f32; 2],
        values: &[f32],
        label: impl Fn(f32) -> String,
    ) -> Self {
        let axis = Axis {
            ends,
            lines: values,
            unit: "dB",
            spectra: true,
        };
        Self::of(painter, outer, axis, label)
    }

    /// The same with any axis.
    pub fn of(
        painter: &Painter,
        outer: Rect,
        axis: Axis<'_>,
        label: impl Fn(f32) -> String,
    ) -> Self {
        let right = if axis.spectra && outer.width() - LEFT - RIGHT > WIDE {
            RIGHT
        } else {
            0.0
        };
        let rect = Rect::from_min_max(
            pos2(outer.left() + LEFT, outer.top()),
            pos2(outer.right() - right, outer.bottom() - BELOW),
        );
        let [bottom, top] = axis.ends;
        let plot = Self { rect, bottom, top };
        let colors = theme::colors();
        let grid = |share| Stroke::new(1.0, theme::mix(colors.label, colors.graph, share));
        painter.rect_filled(rect, 0.0, colors.graph);
        for hz in LINES_HZ {
            let decade = [100.0, 1e3, 10e3].contains(&hz);
            let line = grid(if decade { 0.22 } else { 0.09 });
            painter.vline(plot.x(hz), rect.y_range(), line);
        }
        for &value in axis.lines {
            let line = grid(if value == 0.0 { 0.4 } else { 0.14 });
            painter.hline(rect.x_range(), plot.y(value), line);
        }
        let values = axis.lines.iter();
        let values = values.map(|&value| (plot.y(value), label(value)));
        let x = rect.left() - 6.0;
        plot.labels(painter, x, colors.label, values, axis.unit);
        if right > 0.0 {
            plot.levels_scale(painter);
        }
        for (hz, label) in LABELS_HZ {
            let (x, align) = match hz {
                20.0 => (rect.left(), Align2::LEFT_BOTTOM),
                20e3 => (rect.right(), Align2::RIGHT_BOTTOM),
                _ => (plot.x(hz), Align2::CENTER_BOTTOM),
            };
            let at = pos2(x, outer.bottom());
            text(
                painter,
                at,
                align,
                label,
                theme::tiny(),
                theme::colors().label,
            );
        }
        plot
    }

    /// Place of a frequency on its axis, 0 to 1.
    pub fn share(hz: f32) -> f32 {
        let octaves = libm::log2(f64::from(hz).max(1.0) / LOW_HZ);
        (octaves / libm::log2(HIGH_HZ / LOW_HZ)) as f32
    }

    /// Frequency at a place of the axis.
    pub fn hz(share: f32) -> f32 {
        (LOW_HZ * libm::pow(HIGH_HZ / LOW_HZ, f64::from(share.clamp(0.0, 1.0)))) as f32
    }

    /// Where a frequency lies.
    pub fn x(&self, hz: f32) -> f32 {
        self.rect.left() + Self::share(hz).clamp(0.0, 1.0) * self.rect.width()
    }

    /// What lies at a place across: its share of the axis.
    pub fn share_at(&self, x: f32) -> f32 {
        ((x - self.rect.left()) / self.rect.width()).clamp(0.0, 1.0)
    }

    /// Where a value lies; values beyond the edges lie a little beyond.
    pub fn y(&self, value: f32) -> f32 {
        let share = (self.top - value) / (self.top - self.bottom);
        self.rect.top() + share.clamp(-0.2, 1.2) * self.rect.height()
    }

    /// The value at a place down.
    pub fn value_at(&self, y: f32) -> f32 {
        self.top - (y - self.rect.top()) / self.rect.height() * (self.top - self.bottom)
    }

    /// A function of frequency as points, up to `limit_hz`.
    pub fn curve(&self, limit_hz: f64, value: impl Fn(f64) -> f64) -> Vec<Pos2> {
        (0..POINTS)
            .map(frequency_hz)
            .filter(|&hz| hz < limit_hz)
            .map(|hz| pos2(self.x(hz as f32), self.y(value(hz) as f32)))
            .collect()
    }

    /// Where a label stands for a line: beside it as far as the edges let it.
    fn beside(&self, y: f32) -> f32 {
        y.clamp(self.rect.top() + 5.0, self.rect.bottom() - 5.0)
    }

    /// The spectra's own scale, in their colour, on the right.
    fn levels_scale(&self, painter: &Painter) {
        let ink = theme::colors().output;
        let right = self.rect.right();
        let [low, high] = SPECTRUM_DB;
        let y_of =
            |level_db| self.rect.top() + (high - level_db) / (high - low) * self.rect.height();
        for level_db in SPECTRUM_LINES_DB {
            painter.hline(right..=right + 3.0, y_of(level_db), Stroke::new(1.0, ink));
        }
        let levels = SPECTRUM_LINES_DB.into_iter();
        let levels = levels.map(|level_db| (y_of(level_db), decibels(level_db, 0, false)));
        self.labels(painter, right + RIGHT, ink, levels, "dB");
    }

    /// Labels of lines, from below, ending at `x`, and what is counted. A label gives way to the one before.
    fn labels(
        &self,
        painter: &Painter,
        x: f32,
        ink: Color32,
        lines: impl Iterator<Item = (f32, String)>,
        unit: &str,
    ) {
        let said = |y: f32, words: &str| {
            let align = Align2::RIGHT_CENTER;
            text(painter, pos2(x, y), align, words, theme::tiny(), ink);
        };
        let mut labelled: Vec<f32> = Vec::new();
        for (y, words) in lines {
            let y = self.beside(y);
            if labelled.last().is_none_or(|last| last - y >= LABELS_APART) {
                labelled.push(y);
                said(y, &words);
            }
        }
        if let Some(y) = unit_place(self.beside(self.rect.top()), &labelled) {
            said(y, unit);
        }
    }

    /// Levels at the points of a spectrum as points of the plot, on the spectra's own scale.
    fn levels(&self, levels_db: &[f32]) -> Vec<Pos2> {
        let [low, high] = SPECTRUM_DB;
        let place = |(point, &level_db): (usize, &f32)| {
            let share = ((high - level_db) / (high - low)).clamp(-0.1, 1.1);
            let x = self.x(frequency_hz(point) as f32);
            pos2(x, self.rect.top() + share * self.rect.height())
        };
        levels_db.iter().enumerate().map(place).collect()
    }

    /// The average of what comes out, and around it where finished music of the style lies: one standard
    /// deviation to each side, as loud as the average between 200 Hz and 2 kHz.
    pub fn corridor(&self, painter: &Painter, spectra: &Spectra, corridor: &Corridor) {
        let inside = painter.with_clip_rect(self.rect);
        let average_db = &spectra.average_db;
        let known = average_db.iter().any(|level_db| *level_db > FLOOR_DB);
        let middle = |point: &usize| (200.0..2000.0).contains(&frequency_hz(*point));
        let middle: Vec<usize> = (0..POINTS).filter(middle).collect();
        let offset_db = if known {
            middle.iter().map(|&point| average_db[point]).sum::<f32>() / middle.len() as f32
        } else {
            STILL_DB
        };
        if corridor.level_db.len() == CORRIDOR_BANDS && corridor.spread_db.len() == CORRIDOR_BANDS {
            let edge = |side: f32| -> Vec<f32> {
                let level = |point: usize| {
                    let hz = frequency_hz(point);
                    offset_db
                        + third(&corridor.level_db, hz)
                        + side * third(&corridor.spread_db, hz)
                };
                (0..POINTS).map(level).collect()
            };
            let [upper, lower] = [1.0, -1.0].map(|side| self.levels(&edge(side)));
            let ink = theme::colors().goal;
            between(&inside, &upper, &lower, theme::colors().usual);
            let line = Stroke::new(1.0, ink.gamma_multiply(0.35));
            inside.add(Shape::line(upper, line));
            inside.add(Shape::line(lower, line));
        }
        if known {
            let line = Stroke::new(2.5, average_ink());
            inside.add(Shape::line(self.levels(average_db), line));
        }
    }

    /// The spectra: what comes out as an area, what goes in as a line.
    pub fn spectra(&self, painter: &Painter, spectra: &Spectra) {
        let inside = painter.with_clip_rect(self.rect);
        let points = |levels_db: &[f32]| self.levels(levels_db);
        let output = points(&spectra.output_db);
        let colors = theme::colors();
        let ground = theme::mix(colors.output, colors.graph, 0.2);
        fill(&inside, &output, self.rect.bottom(), ground);
        let edge = theme::mix(colors.output, colors.graph, 0.5);
        inside.add(Shape::line(output, Stroke::new(1.0, edge)));
        let line = Stroke::new(1.5, input_ink());
        inside.add(Shape::line(points(&spectra.input_db), line));
    }
}

/// The colour of the spectrum that comes in.
pub fn input_ink() -> Color32 {
    theme::mix(theme::colors().input, theme::colors().graph, 0.8)
}

/// The colour of the average of what comes out.
pub fn average_ink() -> Color32 {
    theme::mix(theme::colors().text, theme::colors().graph, 0.65)
}

/// Where the unit stands among labels, given from below: above the highest, or right below it where `top`, the
/// highest place, is taken; `None` where there is no room.
fn unit_place(top: f32, labelled: &[f32]) -> Option<f32> {
    let [below @ .., highest] = labelled else {
        return Some(top);
    };
    if highest - top >= LABELS_APART {
        return Some(top);
    }
    let y = highest + LABELS_APART;
    let next = below.last();
    next.is_none_or(|next| next - y >= LABELS_APART)
        .then_some(y)
}

/// A value of the third-octaves from 20 Hz to 20 kHz at a frequency, straight between their centres.
fn third(values: &[f32], hz: f64) -> f32 {
    let place = libm::log2(hz / 1000.0) * 3.0 + 17.0;
    let place = place.clamp(0.0, (values.len() - 1) as f64);
    let whole = (place as usize).min(values.len() - 2);
    let part = (place - whole as f64) as f32;
    values[whole] + (values[whole + 1] - values[whole]) * part
}

/// Fills between a curve and a level line.
pub fn fill(painter: &Painter, curve: &[Pos2], level: f32, color: Color32) {
    let line: Vec<Pos2> = curve.iter().map(|point| pos2(point.x, level)).collect();
    between(painter, curve, &line, color);
}

/// Fills between two curves of as many points.
pub fn between(painter: &Painter, one: &[Pos2], other: &[Pos2], color: Color32) {
    let count = one.len().min(other.len());
    if count < 2 {
        return;
    }
    let mut mesh = Mesh::default();
    for (&one, &other) in one.iter().zip(other) {
        for pos in [one, other] {
            mesh.vertices.push(Vertex {
                pos,
                uv: WHITE_UV,
                color,
            });
        }
    }
    for n in 0..count as u32 - 1 {
        mesh.add_triangle(2 * n, 2 * n + 1, 2 * n + 2);
        mesh.add_triangle(2 * n + 1, 2 * n + 2, 2 * n + 3);
    }
    painter.add(Shape::mesh(mesh));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_stands_at_the_top_or_gives_way_to_the_numbers() {
        assert_eq!(unit_place(5.0, &[]), Some(5.0));
        assert_eq!(unit_place(5.0, &[80.0, 40.0, 17.0]), Some(5.0));
        assert_eq!(unit_place(5.0, &[80.0, 40.0, 16.0]), Some(28.0));
        assert_eq!(unit_place(5.0, &[80.0, 28.0, 5.0]), None);
        assert_eq!(unit_place(5.0, &[5.0]), Some(17.0));
    }
}
