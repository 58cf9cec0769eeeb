//! What loudness costs: how hard the limiter works at each loudness, with the goal and the knee.

use egui::{Align2, Id, Painter, Rect, Stroke, pos2, vec2};

use crate::assistant::advice::Advice;
use crate::editor::desk::{Desk, cut_bottom, cut_top};
use crate::editor::theme::{self, GRID};
use crate::editor::widgets::{decibels, paragraph, text, tip_in, title};

/// Height of the words below the curve.
const WORDS: f32 = 62.0;
/// Room for what is counted above, and for the numbers at the left and below.
const ABOVE: f32 = 15.0;
const LEFT: f32 = 22.0;
const BELOW: f32 = 16.0;
/// Room that the name of a mark takes.
const NAME: f32 = 32.0;
/// The scale ends at a multiple of this, in dB of limiting, so that half of it is a whole number too.
const STEP_DB: f64 = 4.0;

/// Draws the curve and what it says at the goal into `rect`.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    title(
        &painter,
        cut_top(&mut rect, 20.0, GRID),
        "What loudness costs",
    );
    let advice = desk.view.assistant.advice.as_deref();
    let curved = |advice: &&Advice| match (advice.cost.first(), advice.cost.last()) {
        (Some(first), Some(last)) => last[0] - first[0] >= 0.5,
        _ => false,
    };
    let Some(advice) = advice.filter(curved) else {
        let said =
            "A rehearsal shows here how hard the limiter works at each loudness: Listen first.";
        return paragraph(&painter, rect, said, theme::label(), colors.label);
    };
    let words = cut_bottom(&mut rect, WORDS, GRID);
    let now_lufs = desk.view.snapshot.output.integrated_lufs;
    chart(
        &painter,
        rect,
        advice,
        now_lufs.filter(|_| desk.view.running),
    );
    paragraph(&painter, words, &said(advice), theme::label(), colors.label);
    tip_in(desk.ui, Id::unique("cost"), words, &said_in_full(advice));
}

fn chart(painter: &Painter, rect: Rect, advice: &Advice, now_lufs: Option<f64>) {
    let points = &advice.cost;
    let [from, to] = [points[0][0], points[points.len() - 1][0]];
    let most_db = top_db(points);
    let plot = Rect::from_min_max(
        pos2(rect.left() + LEFT, rect.top() + ABOVE),
        pos2(rect.right() - GRID, rect.bottom() - BELOW),
    );
    let x = |lufs: f64| plot.left() + plot.width() * ((lufs - from) / (to - from)) as f32;
    let y = |db: f64| plot.bottom() - plot.height() * (db / most_db) as f32;
    let (above, ink) = (plot.left_top() - vec2(0.0, 3.0), theme::colors().label);
    let counted = "dB of limiting";
    text(
        painter,
        above,
        Align2::LEFT_BOTTOM,
        counted,
        theme::tiny(),
        ink,
    );
    for db in [0.0, most_db / 2.0, most_db] {
        let line = [pos2(plot.left(), y(db)), pos2(plot.right(), y(db))];
        painter.line_segment(line, Stroke::new(1.0, theme::colors().line));
        let at = pos2(plot.left() - GRID, y(db));
        let digits = decibels(db as f32, 0, false);
        text(
            painter,
            at,
            Align2::RIGHT_CENTER,
            digits,
            theme::tiny(),
            theme::colors().label,
        );
    }
    let curve = points.iter().map(|p| pos2(x(p[0]), y(p[1]))).collect();
    painter.line(curve, Stroke::new(2.0, theme::colors().reduction));
    // The lower of the two has its name at the left, the higher at the right, unless there is no room.
    let [goal, knee] =
        [advice.reached_lufs, advice.knee_lufs].map(|lufs| lufs.map(|l| x(l.clamp(from, to))));
    let goal_is_left = knee.is_none_or(|knee| goal.is_some_and(|goal| goal < knee));
    let marks = [
        (goal, theme::colors().goal, "goal", goal_is_left),
        (knee, theme::colors().label, "knee", !goal_is_left),
    ];
    for (at, ink, name, at_left) in marks {
        let Some(at) = at else { continue };
        let line = [pos2(at, plot.top()), pos2(at, plot.bottom())];
        painter.line_segment(line, Stroke::new(1.0, ink));
        let room = if at_left {
            at - plot.left()
        } else {
            plot.right() - at
        };
        let (align, beside) = if at_left == (room > NAME) {
            (Align2::RIGHT_TOP, -GRID)
        } else {
            (Align2::LEFT_TOP, GRID)
        };
        text(
            painter,
            pos2(at + beside, plot.top()),
            align,
            name,
            theme::tiny(),
            ink,
        );
    }
    // Where the master is now.
    if let Some(lufs) = now_lufs.filter(|lufs| (from - 1.0..=to + 1.0).contains(lufs)) {
        let lufs = lufs.clamp(from, to);
        let limiting_db = at(points, lufs).map_or(0.0, |[limiting_db, ..]| limiting_db);
        let point = pos2(x(lufs), y(limiting_db));
        painter.circle_filled(point, 4.5, theme::colors().text);
        painter.circle_filled(point, 2.5, theme::colors().output);
    }
    let ends = [(from, Align2::LEFT_BOTTOM), (to, Align2::RIGHT_BOTTOM)];
    for (lufs, align) in ends {
        let label = format!("{} LUFS", decibels(lufs as f32, 1, false));
        let at = pos2(x(lufs), rect.bottom());
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

/// Where the scale ends: above all points, on a round number.
fn top_db(cost: &[[f64; 4]]) -> f64 {
    let most_db = cost.iter().fold(0.0_f64, |most, point| most.max(point[1]));
    STEP_DB * (most_db / STEP_DB).ceil().max(1.0)
}

/// The numbers at the goal, and where more is dear, in a few words.
fn said(advice: &Advice) -> String {
    let mut said = String::new();
    if let Some((lufs, [limiting_db, plr_db, distortion_db])) = at_goal(advice) {
        said = format!(
            "At {lufs} LUFS: limiting {limiting_db:.1} dB, PLR {plr_db:.1} dB, distortion {} dB. ",
            decibels(distortion_db as f32, 0, false)
        );
    }
    if let Some(knee_lufs) = advice.knee_lufs {
        let knee = decibels(knee_lufs as f32, 1, false);
        said.push_str(&format!("Above {knee} LUFS each dB costs more."));
    }
    said
}

/// The same in whole sentences.
fn said_in_full(advice: &Advice) -> String {
    let mut said = String::new();
    if let Some((lufs, [limiting_db, plr_db, distortion_db])) = at_goal(advice) {
        said = format!(
            "At {lufs} LUFS the limiter takes {limiting_db:.1} dB at its peaks (95th percentile), the peaks \
             stand {plr_db:.1} dB above the loudness (PLR), and what clipper and limiter add lies at {} dB of \
             the music. ",
            decibels(distortion_db as f32, 0, false)
        );
    }
    if let Some(knee_lufs) = advice.knee_lufs {
        let knee = decibels(knee_lufs as f32, 1, false);
        said.push_str(&format!(
            "Above {knee} LUFS each further dB costs more than it gives."
        ));
    }
    said
}

/// The goal in LUFS, and limiting, PLR and distortion in dB there.
fn at_goal(advice: &Advice) -> Option<(String, [f64; 3])> {
    let lufs = advice.reached_lufs?;
    Some((decibels(lufs as f32, 1, false), at(&advice.cost, lufs)?))
}

/// The curve between its points: limiting, PLR and distortion in dB.
fn at(cost: &[[f64; 4]], lufs: f64) -> Option<[f64; 3]> {
    cost.windows(2).find_map(|pair| {
        let [from, to] = [pair[0], pair[1]];
        let share = (lufs - from[0]) / (to[0] - from[0]);
        (0.0..=1.0)
            .contains(&share)
            .then(|| [1, 2, 3].map(|n| from[n] + share * (to[n] - from[n])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_points_it_is_straight_and_beyond_them_nothing() {
        let cost = [[-12.0, 1.0, 11.0, -40.0], [-10.0, 3.0, 9.0, -30.0]];
        assert_eq!(at(&cost, -11.0), Some([2.0, 10.0, -35.0]));
        assert_eq!(at(&cost, -12.0), Some([1.0, 11.0, -40.0]));
        assert_eq!(at(&cost, -9.5), None);
    }

    #[test]
    fn the_scale_ends_on_a_round_number_above_all_points() {
        let top = |most_db| top_db(&[[-12.0, 0.0, 11.0, -40.0], [-10.0, most_db, 9.0, -30.0]]);
        assert_eq!(top(7.6), 8.0);
        assert_eq!(top(8.0), 8.0);
        assert_eq!(top(8.1), 12.0);
        assert_eq!(top(0.3), 4.0);
        assert_eq!(top(0.0), 4.0);
    }
}
