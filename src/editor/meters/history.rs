//! Gain reduction over time, hanging from the top, with the level before and behind the chain standing
//! behind it. One scale: decibels below full scale for the levels, decibels taken away for the gain.

use egui::{Align2, Id, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2};

use crate::dsp::units::gain_to_db;
use crate::editor::help;
use crate::editor::plot::{Mark, fill, legend};
use crate::editor::theme;
use crate::editor::view::ViewModel;
use crate::editor::widgets::{decibels, text, tip_in};
use crate::handoff::history::{COLUMN_MS, COLUMNS, Column};

/// The scale ends here, in dB below the top.
const DEPTH_DB: f32 = 18.0;
/// How fast the drawn levels fall behind a peak: an outline can be read, every half wave cannot.
const FALL_DB_PER_S: f32 = 18.0;
const HEAD: f32 = 28.0;
/// Room that the explained colours need.
const LEGEND: f32 = 218.0;
const SCALE_WIDTH: f32 = 28.0;
const TIME_HEIGHT: f32 = 18.0;

/// Draws the panel's content into `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, view: &ViewModel) {
    tip_in(ui, Id::unique("history"), rect, help::HISTORY);
    let painter = ui.painter().clone();
    head(&painter, rect, view);
    let plot = Rect::from_min_max(
        pos2(rect.left(), rect.top() + HEAD + 4.0),
        pos2(rect.right() - SCALE_WIDTH, rect.bottom() - TIME_HEIGHT),
    );
    let y = |db: f32| plot.top() + (db / DEPTH_DB).clamp(0.0, 1.0) * plot.height();

    painter.rect_filled(plot, 0.0, theme::colors().graph);
    let inside = painter.with_clip_rect(plot);
    let input = curve(
        plot,
        outline(&view.history, |c| c.input_peak).map(|level| y(-level)),
    );
    let output = curve(
        plot,
        outline(&view.history, |c| c.output_peak).map(|level| y(-level)),
    );
    let gain = curve(plot, view.history.iter().map(|c| y(-db(c.min_gain))));
    fill(
        &inside,
        &output,
        plot.bottom(),
        theme::mix(theme::colors().output, theme::colors().graph, 0.45),
    );
    for down in [3.0, 6.0, 9.0, 12.0, 15.0] {
        inside.hline(
            plot.x_range(),
            y(down),
            Stroke::new(
                1.0,
                theme::mix(theme::colors().label, theme::colors().panel, 0.18),
            ),
        );
    }
    inside.add(Shape::line(
        input,
        Stroke::new(
            1.25,
            theme::mix(theme::colors().input, theme::colors().graph, 0.8),
        ),
    ));
    if view.history.iter().any(|column| column.min_gain < 1.0) {
        fill(
            &inside,
            &gain,
            plot.top(),
            theme::mix(theme::colors().reduction, theme::colors().graph, 0.75),
        );
        inside.add(Shape::line(
            gain,
            Stroke::new(1.5, theme::colors().reduction),
        ));
    }
    if view.settings.loudness.on && !view.settings.bypass {
        let at = y(-view.settings.loudness.ceiling_dbtp);
        inside.hline(plot.x_range(), at, Stroke::new(1.0, theme::colors().goal));
    }

    // As many labels as stand clear of each other.
    let labels: &[f32] = match plot.height() {
        height if height >= 84.0 => &[0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0],
        height if height >= 48.0 => &[0.0, 6.0, 12.0, 18.0],
        height if height >= 22.0 => &[0.0, 18.0],
        _ => &[0.0],
    };
    for &down in labels {
        let align = match down {
            0.0 => Align2::RIGHT_TOP,
            DEPTH_DB => Align2::RIGHT_BOTTOM,
            _ => Align2::RIGHT_CENTER,
        };
        let label = if down == 0.0 {
            "0".to_owned()
        } else {
            format!("\u{2212}{down}")
        };
        let at = pos2(rect.right(), y(down));
        text(
            &painter,
            at,
            align,
            label,
            theme::tiny(),
            theme::colors().label,
        );
    }
    let times: &[i32] = match plot.width() {
        width if width >= 230.0 => &[20, 15, 10, 5, 0],
        _ => &[20, 10, 0],
    };
    for &seconds in times {
        let columns = f64::from(seconds) * 1000.0 / COLUMN_MS;
        let x = plot.right() - (columns / (COLUMNS - 1) as f64) as f32 * plot.width();
        let (align, label) = match seconds {
            0 => (Align2::RIGHT_BOTTOM, "now".to_owned()),
            20 => (Align2::LEFT_BOTTOM, "\u{2212}20 s".to_owned()),
            _ => (Align2::CENTER_BOTTOM, format!("\u{2212}{seconds} s")),
        };
        let x = if seconds == 20 { plot.left() } else { x };
        text(
            &painter,
            pos2(x, rect.bottom()),
            align,
            label,
            theme::tiny(),
            theme::colors().label,
        );
    }
}

fn head(painter: &Painter, rect: Rect, view: &ViewModel) {
    let line = rect.top() + 11.0;
    let title = text(
        painter,
        pos2(rect.left(), line),
        Align2::LEFT_CENTER,
        "Gain reduction",
        theme::body(),
        theme::colors().text,
    );
    // The deepest of the last half second can be read; the newest alone flickers.
    let recent = (500.0 / COLUMN_MS) as usize;
    let deepest = view
        .history
        .iter()
        .rev()
        .take(recent)
        .fold(1.0_f32, |least, column| least.min(column.min_gain));
    let reduction = decibels(db(deepest), 1, false);
    let color = if deepest < 1.0 {
        theme::colors().reduction
    } else {
        theme::colors().label
    };
    let label = format!("{reduction} dB");
    let at = pos2(rect.right(), line);
    let number = text(
        painter,
        at,
        Align2::RIGHT_CENTER,
        label,
        theme::large(),
        color,
    );
    let entries = [
        ("In", Mark::Line(theme::colors().input)),
        ("Out", Mark::Area(theme::colors().output)),
        ("Reduction", Mark::Area(theme::colors().reduction)),
    ];
    // The colours are explained where there is room.
    if number.left() - title.right() > LEGEND {
        legend(painter, pos2(title.right() + 20.0, line), &entries);
    }
}

fn db(magnitude: f32) -> f32 {
    gain_to_db(f64::from(magnitude)) as f32
}

/// Peaks in dB, falling no faster than [`FALL_DB_PER_S`].
fn outline(
    history: &[Column],
    peak: impl Fn(&Column) -> f32,
) -> impl ExactSizeIterator<Item = f32> {
    let fall_db = FALL_DB_PER_S * COLUMN_MS as f32 / 1000.0;
    let mut level_db = f32::NEG_INFINITY;
    history.iter().map(move |column| {
        level_db = (level_db - fall_db).max(db(peak(column)));
        level_db
    })
}

/// Heights as points; the newest stands at the right edge.
fn curve(plot: Rect, heights: impl ExactSizeIterator<Item = f32>) -> Vec<Pos2> {
    let step = plot.width() / (COLUMNS - 1) as f32;
    let first = plot.right() - step * heights.len().saturating_sub(1) as f32;
    let at = |(n, height)| pos2(first + step * n as f32, height);
    heights.enumerate().map(at).collect()
}
