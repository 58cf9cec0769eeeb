//! The verdict, and what was found.

use egui::{Align2, Color32, Rect, Sense, pos2, vec2};

use super::{clock, cost, heading, list, streamed, words};
use crate::assistant::advice::{Advice, AdviceFinding};
use crate::assistant::finding::{FindingKind, Reach, Severity};
use crate::assistant::verdict::VerdictKind;
use crate::assistant::wishes::MixState;
use crate::editor::desk::Desk;
use crate::editor::theme::{self, GRID};
use crate::editor::widgets::text;

/// Draws the list into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let view = desk.view;
    list(desk, "verdict", rect, |ui| {
        heading(ui, "What it thinks");
        let Some(advice) = &view.assistant.advice else {
            words(
                ui,
                "Whether a master is enough, whether stems or the mix would serve the song better, or \
                 whether it is done already.",
                theme::label(),
                theme::colors().label,
            );
            return;
        };
        verdict(ui, advice, view.assistant.wishes.mix_state);
        if !advice.findings.is_empty() {
            ui.add_space(2.0 * GRID);
            heading(ui, "What it found");
        }
        for finding in &advice.findings {
            row(ui, finding);
        }
        cost::draw(ui, advice);
        if let Some([_, full]) = streamed(advice) {
            ui.add_space(2.0 * GRID);
            heading(ui, "When it is streamed");
            words(ui, &full, theme::label(), theme::colors().label);
        }
    });
}

fn verdict(ui: &mut egui::Ui, advice: &Advice, mix_state: MixState) {
    let verdict = &advice.verdict;
    let (title, ink) = match verdict.kind {
        VerdictKind::Master => ("Master it", theme::colors().goal),
        VerdictKind::Stems => ("Stems would help", theme::colors().reduction),
        VerdictKind::Mix => ("Fix the mix first", theme::colors().over),
        VerdictKind::Done => ("Nothing to do", theme::colors().output),
    };
    let size = vec2(ui.available_width(), 26.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let at = rect.left_center();
    let shown = text(
        ui.painter(),
        at,
        Align2::LEFT_CENTER,
        title,
        theme::value(),
        ink,
    );
    let sure = format!("{} % sure", (verdict.confidence * 100.0).round());
    let at = pos2(rect.right(), rect.center().y);
    if shown.right() + 70.0 < rect.right() {
        text(
            ui.painter(),
            at,
            Align2::RIGHT_CENTER,
            sure,
            theme::tiny(),
            theme::colors().label,
        );
    }
    words(ui, &verdict.summary, theme::label(), theme::colors().text);
    let open = ("If the mix can be reopened: ", &verdict.if_open);
    let locked = ("If it is locked: ", &verdict.if_locked);
    let said: &[_] = match mix_state {
        MixState::Open => &[open],
        MixState::Locked => &[locked],
        MixState::Unknown => &[open, locked],
    };
    for (head, what) in said.iter().filter(|(_, what)| !what.is_empty()) {
        ui.add_space(GRID);
        words(ui, &format!("{head}{what}"), theme::label(), theme::colors().label);
    }
}

fn row(ui: &mut egui::Ui, finding: &AdviceFinding) {
    let ink = color(finding.severity);
    let size = vec2(ui.available_width(), 20.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter();
    painter.circle_filled(pos2(rect.left() + 4.0, rect.center().y), 3.0, ink);
    let at = pos2(rect.left() + 3.0 * GRID, rect.center().y);
    let title = name(finding.kind);
    let shown = text(
        painter,
        at,
        Align2::LEFT_CENTER,
        title,
        theme::body(),
        theme::colors().text,
    );
    let mut places: Vec<String> = finding
        .places
        .iter()
        .take(3)
        .map(|[start_s, end_s]| format!("{}\u{2013}{}", clock(*start_s), clock(*end_s)))
        .collect();
    // As many as there is room for.
    while !places.is_empty() {
        let said = places.join("  ");
        let galley = painter.layout_no_wrap(said, theme::tiny(), theme::colors().label);
        let left = rect.right() - galley.size().x;
        if left > shown.right() + 2.0 * GRID {
            let at = pos2(left, rect.center().y - galley.size().y / 2.0);
            painter.galley(at, galley, theme::colors().label);
            break;
        }
        places.pop();
    }
    words(ui, &finding.text, theme::label(), theme::colors().label);
    if !finding.advice.is_empty() {
        words(ui, &finding.advice, theme::label(), theme::colors().text);
    }
    words(ui, &remedies(finding), theme::label(), theme::colors().label);
    ui.add_space(2.0 * GRID);
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
