//! The verdict: what is to be done, how sure that is, and why.

use egui::{Align2, Rect, pos2};

use super::true_minus;
use crate::assistant::advice::Advice;
use crate::assistant::verdict::VerdictKind;
use crate::editor::desk::{Desk, cut_top};
use crate::editor::theme;
use crate::editor::widgets::{paragraph, text};

const HEAD: f32 = 22.0;
/// Lines of the summary that are shown.
const LINES: f32 = 3.0;
/// Height of all of it.
pub const HEIGHT: f32 = HEAD + LINES * 15.0;

/// Draws the verdict into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    let Some(advice) = desk.view.assistant.advice.as_deref() else {
        let said = "Then it says whether a master is enough, whether stems or the mix would serve the song \
                    better, or whether it is done already.";
        return paragraph(&painter, rect, said, theme::label(), colors.label);
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
