//! What was found: a line each; a click opens where, why, and what can be done about it.

use egui::{Align2, Color32, CursorIcon, Id, Rect, Sense, pos2, vec2};

use super::streamed;
use crate::assistant::advice::AdviceFinding;
use crate::assistant::finding::{FindingKind, Reach, Severity};
use crate::assistant::wishes::MixState;
use crate::editor::desk::Desk;
use crate::editor::theme::{self, GRID};
use crate::editor::widgets::list::{heading, list, words};
use crate::editor::widgets::{clock, text, tip};

/// Draws the list into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let view = desk.view;
    let mut open = desk.memory.finding;
    list(desk, "findings", rect, |ui| {
        let colors = theme::colors();
        let Some(advice) = &view.assistant.advice else {
            let said = "What stands in the way of a good master appears here: where it is, and whether the \
                        stereo file, stems or the mix is the place to mend it.";
            words(ui, said, theme::label(), colors.label);
            return;
        };
        if advice.findings.is_empty() {
            let said = "Nothing: no fault stands in the way of a master.";
            words(ui, said, theme::label(), colors.label);
        }
        for (which, finding) in named(&advice.findings) {
            if row(ui, finding, which, open == Some(which)) {
                open = (open != Some(which)).then_some(which);
            }
        }
        if let Some(advice) = &view.assistant.advice {
            let verdict = &advice.verdict;
            let if_open = ("If the mix can be reopened", &verdict.if_open);
            let if_locked = ("If the mix is locked", &verdict.if_locked);
            let said: &[_] = match view.assistant.wishes.mix_state {
                MixState::Open => &[if_open],
                MixState::Locked => &[if_locked],
                MixState::Unknown => &[if_open, if_locked],
            };
            for (head, what) in said.iter().filter(|(_, what)| !what.is_empty()) {
                ui.add_space(GRID);
                heading(ui, head);
                words(ui, what, theme::label(), colors.label);
            }
        }
        if let Some([_, full]) = streamed(advice) {
            ui.add_space(GRID);
            heading(ui, "When it is streamed");
            words(ui, &full, theme::label(), colors.label);
        }
    });
    desk.memory.finding = open;
}

/// What a finding is known by, also in another proposal: its kind, and its number among those of its kind.
pub type Which = (FindingKind, usize);

/// Findings in their order, each with what it is known by.
pub fn named<'a>(
    findings: impl IntoIterator<Item = &'a AdviceFinding>,
) -> impl Iterator<Item = (Which, &'a AdviceFinding)> {
    let mut before: Vec<FindingKind> = Vec::new();
    findings.into_iter().map(move |finding| {
        let kind = finding.kind;
        let nth = before.iter().filter(|one| **one == kind).count();
        before.push(kind);
        ((kind, nth), finding)
    })
}

/// Where in the song the opened finding is: starts and ends in seconds.
pub fn opened_places<'a>(desk: &Desk<'a>) -> &'a [[f64; 2]] {
    let opened = desk.memory.finding.filter(|_| desk.memory.findings);
    let advice = desk.view.assistant.advice.iter();
    let mut found = named(advice.flat_map(|advice| &advice.findings));
    let finding = found.find(|(which, _)| Some(*which) == opened);
    finding.map_or(&[], |(_, finding)| &finding.places)
}

/// One finding; returns whether it was pressed.
fn row(ui: &mut egui::Ui, finding: &AdviceFinding, which: Which, open: bool) -> bool {
    let colors = theme::colors();
    let size = vec2(ui.available_width(), 22.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let response = ui.interact(rect, Id::unique(("finding", which)), Sense::click());
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, theme::RADIUS, colors.raised);
    }
    mark(
        painter,
        pos2(rect.left() + 8.0, rect.center().y),
        finding.severity,
    );
    let at = pos2(rect.left() + 5.0 * GRID, rect.center().y);
    let title = name(finding.kind);
    let ink = colors.text;
    let shown = text(painter, at, Align2::LEFT_CENTER, title, theme::body(), ink);
    let mut places: Vec<String> = finding
        .places
        .iter()
        .take(3)
        .map(|[start_s, end_s]| format!("{}\u{2013}{}", clock(*start_s), clock(*end_s)))
        .collect();
    // As many as there is room for.
    while !places.is_empty() {
        let galley = painter.layout_no_wrap(places.join("  "), theme::tiny(), colors.label);
        let left = rect.right() - 4.0 - galley.size().x;
        if left > shown.right() + 2.0 * GRID {
            let at = pos2(left, rect.center().y - galley.size().y / 2.0);
            painter.galley(at, galley, colors.label);
            break;
        }
        places.pop();
    }
    let clicked = response.clicked();
    let said = match open {
        true => "Closes it.",
        false => "Where it is, why it matters, and where it is best mended.",
    };
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
    if open {
        words(ui, &finding.text, theme::label(), colors.label);
        if !finding.advice.is_empty() {
            words(ui, &finding.advice, theme::label(), colors.text);
        }
        words(ui, &remedies(finding), theme::label(), colors.label);
        ui.add_space(2.0 * GRID);
    }
    clicked
}

/// How much it matters, as a shape and a colour: a dot, a triangle, a square.
fn mark(painter: &egui::Painter, at: egui::Pos2, severity: Severity) {
    let ink = color(severity);
    match severity {
        Severity::Info => {
            painter.circle_stroke(at, 3.5, egui::Stroke::new(1.5, ink));
        }
        Severity::Low => {
            let points = vec![
                at + vec2(0.0, -4.5),
                at + vec2(4.5, 3.5),
                at + vec2(-4.5, 3.5),
            ];
            painter.add(egui::Shape::convex_polygon(points, ink, egui::Stroke::NONE));
        }
        Severity::High => {
            painter.rect_filled(Rect::from_center_size(at, vec2(8.0, 8.0)), 1.0, ink);
        }
    }
}

/// How far each way of working mends it, and what is better.
fn remedies(finding: &AdviceFinding) -> String {
    let reach = |reach| match reach {
        Reach::Yes => "yes",
        Reach::Limited => "in part",
        Reach::No => "no",
    };
    let mended = format!(
        "Mended by the stereo master: {}; by stems: {}.",
        reach(finding.stereo),
        reach(finding.stems)
    );
    if finding.better.is_empty() {
        mended
    } else {
        format!("{mended} Better: {}", finding.better)
    }
}

fn color(severity: Severity) -> Color32 {
    match severity {
        Severity::Info => theme::colors().label,
        Severity::Low => theme::colors().reduction,
        Severity::High => theme::colors().over,
    }
}

/// What a finding is called.
pub fn name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Clipping => "Clipping",
        FindingKind::OverLimited => "Over-limited",
        FindingKind::DcOffset => "DC offset",
        FindingKind::LowEndOutOfPhase => "Low end out of phase",
        FindingKind::Mono => "Mono",
        FindingKind::Narrow => "Narrow",
        FindingKind::WideLowEnd => "Wide low end",
        FindingKind::OneSided => "One-sided",
        FindingKind::Dull => "Dull",
        FindingKind::Bright => "Bright",
        FindingKind::Boomy => "Boomy",
        FindingKind::Thin => "Thin",
        FindingKind::Muddy => "Muddy",
        FindingKind::Harsh => "Harsh",
        FindingKind::Sibilant => "Sibilant",
        FindingKind::ResonantNote => "Resonant note",
        FindingKind::LowEndClash => "Low end clash",
        FindingKind::VocalBuried => "Lead buried",
        FindingKind::VocalLoud => "Lead loud",
        FindingKind::CymbalsLoud => "Cymbals loud",
        FindingKind::LimiterTrigger => "Limiter trigger",
        FindingKind::Quiet => "Quiet",
        FindingKind::Silence => "Silence",
        FindingKind::Noise => "Noise",
        FindingKind::LossySource => "Lossy source",
        FindingKind::MonoLoss => "Mono loss",
        FindingKind::SmallSpeakerBass => "Bass on small speakers",
    }
}
