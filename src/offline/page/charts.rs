//! Charts as SVG, drawn for wide and for narrow screens: the style sheet shows one of them.

use super::markup::{escaped, number};
use std::fmt::Write;

/// Widths drawn for, in px.
const WIDTHS: [(&str, f64); 2] = [("wide", 760.0), ("narrow", 360.0)];
/// Room for labels, in px.
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;
/// Width of a letter of the labels, about, in px.
const LETTER: f64 = 6.6;

/// One direction of a chart.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) logarithmic: bool,
    /// What it shows, with the unit.
    pub(super) title: &'static str,
    /// Marks and what they are called.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Even steps over a range of values, which is widened to whole steps.
    pub(super) fn even(low: f64, high: f64, most: usize, title: &'static str) -> Self {
        let steps = [
            0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 12.0, 20.0, 50.0, 100.0,
        ];
        let span = (high - low).max(0.1);
        let fits = |step: &&f64| span / **step <= most as f64;
        let step = steps.iter().find(fits).copied().unwrap_or(span);
        let (first, last) = (
            (low / step).floor(),
            (high / step).ceil().max((low / step).floor() + 1.0),
        );
        let decimals = usize::from(step < 1.0);
        let count = (last - first) as usize;
        let ticks = (0..=count)
            .map(|n| (first + n as f64) * step)
            .map(|value| (value, number(value, decimals)));
        Self {
            min: first * step,
            max: last * step,
            logarithmic: false,
            title,
            ticks: ticks.collect(),
        }
    }

    /// The hearing range.
    pub(super) fn frequency() -> Self {
        let ticks = [
            (20.0, "20"),
            (50.0, "50"),
            (100.0, "100"),
            (200.0, "200"),
            (500.0, "500"),
            (1000.0, "1k"),
            (2000.0, "2k"),
            (5000.0, "5k"),
            (10_000.0, "10k"),
            (20_000.0, "20k"),
        ];
        Self {
            min: 20.0,
            max: 20_000.0,
            logarithmic: true,
            title: "Frequency (Hz)",
            ticks: ticks.map(|(hz, name)| (hz, name.to_owned())).to_vec(),
        }
    }

    /// The song's time from its beginning.
    pub(super) fn time(seconds: f64) -> Self {
        let steps = [
            1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
        ];
        let seconds = seconds.max(1.0);
        let fits = |step: &&f64| seconds / **step <= 10.0;
        let step = steps.iter().find(fits).copied().unwrap_or(seconds);
        let ticks = (0..=(seconds / step) as usize).map(|n| n as f64 * step);
        Self {
            min: 0.0,
            max: seconds,
            logarithmic: false,
            title: "Time (min:s)",
            ticks: ticks.map(|s| (s, super::markup::clock(s))).collect(),
        }
    }

    /// Where a value lies, 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            libm::log(value / self.min) / libm::log(self.max / self.min)
        } else {
            (value - self.min) / (self.max - self.min)
        };
        share.clamp(0.0, 1.0)
    }
}

/// A chart being drawn.
pub(super) struct Chart {
    width: f64,
    height: f64,
    x: Axis,
    y: Axis,
    body: String,
}

impl Chart {
    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.share(value) * (self.width - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (1.0 - self.y.share(value)) * (self.height - TOP - BOTTOM)
    }

    /// A line through the points; gaps where there is no value.
    pub(super) fn line(&mut self, points: &[(f64, Option<f64>)], class: &str) {
        let mut path = String::new();
        let mut pen_down = false;
        for &(x, y) in points {
            let Some(y) = y else {
                pen_down = false;
                continue;
            };
            let command = if pen_down { 'L' } else { 'M' };
            let _ = write!(path, "{command}{:.1} {:.1}", self.x(x), self.y(y));
            pen_down = true;
        }
        if !path.is_empty() {
            let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }

    /// The surface between two curves: (x, lower, upper).
    pub(super) fn area(&mut self, points: &[(f64, f64, f64)], class: &str) {
        if points.is_empty() {
            return;
        }
        let mut path = String::new();
        let lower = points.iter().map(|p| (p.0, p.1));
        let upper = points.iter().rev().map(|p| (p.0, p.2));
        for (at, (x, y)) in lower.chain(upper).enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", self.x(x), self.y(y));
        }
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}Z\"/>");
    }

    /// A line across at a value.
    pub(super) fn level(&mut self, y: f64, name: &str, class: &str) {
        let at = self.y(y);
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            self.width - RIGHT,
            self.width - RIGHT - 4.0,
            at - 5.0,
            escaped(name)
        );
    }

    /// A line up at a value, named at `row` (from the top).
    pub(super) fn moment(&mut self, x: f64, name: &str, row: usize, class: &str) {
        let at = self.x(x);
        let room = name.chars().count() as f64 * LETTER + 6.0;
        let (anchor, step) = if at + room > self.width - RIGHT {
            ("end", -5.0)
        } else {
            ("start", 5.0)
        };
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>\
             <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            self.height - BOTTOM,
            at + step,
            TOP + 11.0 + 15.0 * row as f64,
            escaped(name)
        );
    }

    /// A dot.
    pub(super) fn dot(&mut self, x: f64, y: f64, class: &str) {
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\"/>",
            self.x(x),
            self.y(y)
        );
    }

    /// A named row of bars over time, `row` from the top; `rows` of them fill the chart.
    pub(super) fn bars(&mut self, row: usize, name: &str, spans: &[(f64, f64)], class: &str) {
        let top = TOP + ROW * row as f64;
        let _ = write!(
            self.body,
            "<text class=\"row\" x=\"{LEFT}\" y=\"{:.1}\">{}</text>",
            top + 12.0,
            escaped(name)
        );
        for &(from, to) in spans {
            let (from, to) = (self.x(from), self.x(to));
            let _ = write!(
                self.body,
                "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"9\" rx=\"2\"/>",
                top + 18.0,
                (to - from).max(3.0)
            );
        }
    }

    /// The finished drawing.
    fn svg(&self, label: &str) -> String {
        let (bottom, right) = (self.height - BOTTOM, self.width - RIGHT);
        let mut grid = String::new();
        let mut free_from = f64::NEG_INFINITY;
        for (value, name) in &self.x.ticks {
            let at = self.x(*value);
            let _ = write!(
                grid,
                "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/>"
            );
            let half = name.chars().count() as f64 * LETTER / 2.0;
            if at - half < free_from {
                continue;
            }
            free_from = at + half + 8.0;
            let at = at.min(self.width - half);
            let _ = write!(
                grid,
                "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{name}</text>",
                bottom + 16.0
            );
        }
        for (value, name) in &self.y.ticks {
            let at = self.y(*value);
            let _ = write!(
                grid,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
                LEFT - 7.0,
                at + 4.0
            );
        }
        let title_y = (TOP + bottom) / 2.0;
        format!(
            "<svg viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{label}\">{grid}{body}\
             <text class=\"axis\" x=\"{cx:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{x}</text>\
             <text class=\"axis\" transform=\"translate(13 {title_y:.1}) rotate(-90)\" \
             text-anchor=\"middle\">{y}</text></svg>",
            w = self.width,
            h = self.height,
            label = escaped(label),
            body = self.body,
            cx = (LEFT + right) / 2.0,
            below = self.height - 8.0,
            x = self.x.title,
            y = self.y.title,
        )
    }
}

/// Height of a row of bars, in px.
const ROW: f64 = 36.0;

/// Height of a chart of so many rows of bars, in px.
pub(super) fn rows_height(rows: usize) -> f64 {
    TOP + BOTTOM + ROW * rows as f64
}

/// A chart in both widths. `label` says what is seen for those who do not see it.
pub(super) fn chart(
    label: &str,
    height: f64,
    x: &Axis,
    y: &Axis,
    draw: impl Fn(&mut Chart),
) -> String {
    let mut both = String::new();
    for (class, width) in WIDTHS {
        let mut chart = Chart {
            width,
            height,
            x: x.clone(),
            y: y.clone(),
            body: String::new(),
        };
        draw(&mut chart);
        let _ = write!(both, "<div class=\"{class}\">{}</div>", chart.svg(label));
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_hold_their_values_on_round_marks() {
        let axis = Axis::even(-17.3, -8.9, 6, "LUFS");
        assert!(axis.min <= -17.3 && axis.max >= -8.9);
        assert!(axis.ticks.len() <= 8, "{:?}", axis.ticks);
        assert_eq!(axis.ticks[0].1, "\u{2212}18");
        let flat = Axis::even(3.0, 3.0, 6, "dB");
        assert!(flat.max > flat.min);
        assert_eq!(Axis::time(247.0).ticks.last().expect("a mark").1, "4:00");
        assert!((Axis::frequency().share(632.455) - 0.5).abs() < 1e-4);
    }
}
