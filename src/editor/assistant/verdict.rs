//! The verdict: what is to be done, how sure that is, and why.

use egui::{Align2, Rect, pos2};

use crate::assistant::advice::Advice;
use crate::assistant::verdict::VerdictKind;
use crate::editor::desk::{Desk, cut_top};
use crate::editor::theme;
use crate::editor::widgets::list::true_minus;
use crate::editor::widgets::{paragraph, text};

const HEAD: f32 = 22.0;
/// Lines of the summary that are shown at most, where there is room.
const LINES_MAX: f32 = 4.0;
const LINE: f32 = 15.0;

/// Height of all of it in a column of some width and height.
pub fn height(desk: &Desk<'_>, column: Rect) -> f32 {
    let lines = (column.height() / 60.0).floor().clamp(1.0, LINES_MAX);
    let (words, head) = match desk.view.assistant.advice.as_deref() {
        Some(advice) => (advice.verdict.summary.as_str(), HEAD),
        None => (BEFORE, 0.0),
    };
    let ink = theme::colors().text;
    let painter = desk.painter();
    let galley = painter.layout(words.to_owned(), theme::label(), ink, column.width());
    head + (galley.rows.len() as f32).min(lines) * LINE
}

/// What stands there before there is one.
const BEFORE: &str = "Whether a master is enough, whether stems or the mix would serve the song better, or \
                      whether it is done already.";

/// Draws the verdict into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    let Some(advice) = desk.view.assistant.advice.as_deref() else {
        return paragraph(&painter, rect, BEFORE, theme::label(), colors.label);
    };
    let row = cut_top(&mut rect, HEAD, 0.0);
    let (title, ink) = title(advice);
    let at = row.left_center();
    let shown = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        title,
        theme::title(),
        ink,
    );
    let sure = format!("{} % sure", (advice.verdict.confidence * 100.0).round());
    if shown.right() + 70.0 < row.right() {
        let at = pos2(row.right(), row.center().y);
        text(
            &painter,
            at,
            Align2::RIGHT_CENTER,
            sure,
            theme::tiny(),
            colors.label,
        );
    }
    let summary = true_minus(&advice.verdict.summary);
    paragraph(&painter, rect, &summary, theme::label(), colors.text);
    let id = egui::Id::unique("verdict");
    let response = desk.ui.interact(rect, id, egui::Sense::hover());
    crate::editor::widgets::tip(response, &summary);
}

fn title(advice: &Advice) -> (&'static str, egui::Color32) {
    let colors = theme::colors();
    match advice.verdict.kind {
        VerdictKind::Master => ("Master it", colors.goal),
        VerdictKind::Stems => ("Stems would help", colors.reduction),
        VerdictKind::Mix => ("Fix the mix first", colors.over),
        VerdictKind::Done => ("Nothing to do", colors.output),
    }
}
