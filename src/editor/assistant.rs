//! The assistant: listen, what is wanted, what is proposed and why, what was found, and Apply. From top to
//! bottom it is the order in which it is used; what comes next is the one green button.

pub mod findings;
pub mod listen;
pub mod moves;
pub mod styles;
pub mod verdict;
pub mod wishes;

use egui::{Align2, Painter, Rect, Stroke, vec2};

use super::desk::{Desk, column, cut_bottom, cut_top, panel};
use super::linked::master as linked;
use super::theme::{self, GAP, GRID};
use super::view::{Gesture, ViewModel};
use super::widgets::list::true_minus;
use super::widgets::{button, decibels, paragraph, segments, text, tip};
use crate::assistant::advice::Advice;
use crate::assistant::services;
use crate::assistant::verdict::VerdictKind;
use crate::engine::settings::fields::Group;
use crate::handoff::listen::Work;

/// Its name on the tab.
pub const NAME: &str = "Assistant";

/// Heights of the button, and with the lines below it.
const APPLY: f32 = 32.0;
const FOOT: f32 = APPLY + GRID + 15.0;
/// From this width on the wishes stand beside the proposal.
const TWO_COLUMNS: f32 = 480.0;

/// Draws the panel into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let mut content = panel(&desk.painter(), rect);
    if content.width() >= TWO_COLUMNS && content.width() > 1.2 * content.height() {
        let mut left = column(content, 0, 2, 2.0 * GAP);
        content = column(content, 1, 2, 2.0 * GAP);
        desk.painter().vline(
            content.left() - GAP,
            content.y_range(),
            Stroke::new(1.0, theme::colors().line),
        );
        let listening = listen::height(desk.view);
        listen::draw(desk, cut_top(&mut left, listening, GAP));
        wishes::draw(desk, left);
    } else {
        let listening = listen::height(desk.view);
        listen::draw(desk, cut_top(&mut content, listening, GAP));
        let wished = wishes::folded_height(desk);
        wishes::draw_folded(desk, cut_top(&mut content, wished, GAP));
        let line = Stroke::new(1.0, theme::colors().line);
        desk.painter()
            .hline(content.x_range(), content.top() - GAP / 2.0, line);
    }
    let foot = cut_bottom(&mut content, foot_height(desk), 2.0 * GRID);
    draw_foot(desk, foot);
    let height = verdict::height(desk, content);
    verdict::draw(desk, cut_top(&mut content, height, GRID));
    let height = linked::row_height(desk.view);
    if height > 0.0 {
        linked::draw_row(desk, cut_top(&mut content, height, GRID));
    }
    let row = cut_top(&mut content, 24.0, 2.0 * GRID);
    choose_list(desk, row);
    if desk.memory.findings {
        findings::draw(desk, content);
    } else {
        moves::draw(desk, content);
    }
}

/// What the list below shows: moves or findings, with how many there are.
fn choose_list(desk: &mut Desk<'_>, row: Rect) {
    let advice = desk.view.assistant.advice.as_deref();
    let counted = |name: &str, count: Option<usize>| match count {
        Some(count) => format!("{name} {count}"),
        None => name.to_owned(),
    };
    let moves = counted("Moves", advice.map(|advice| advice.moves.len()));
    let findings = counted("Findings", advice.map(|advice| advice.findings.len()));
    let labels = [
        (
            moves.as_str(),
            "What it would do, each with its reason and a switch.",
        ),
        (
            findings.as_str(),
            "What it found, where, and where it is best mended.",
        ),
    ];
    let chosen = usize::from(desk.memory.findings);
    let ink = theme::colors().label;
    if let Some(index) = segments(desk.ui, "list", row, &labels, chosen, ink) {
        desk.memory.findings = index == 1;
    }
}

/// The number of a step, at the left end of what it is done with.
pub fn step_mark(painter: &Painter, rect: Rect, number: u8, ink: Option<egui::Color32>) {
    let ink = ink.unwrap_or(theme::colors().label);
    let center = egui::pos2(rect.left() + 16.0, rect.center().y);
    painter.circle_stroke(center, 8.0, Stroke::new(1.25, ink));
    text(
        painter,
        center,
        Align2::CENTER_CENTER,
        number,
        theme::tiny(),
        ink,
    );
}

/// What the assistant does, as small as it gets.
pub fn small(painter: &Painter, bar: Rect, view: &ViewModel) {
    painter.rect_filled(bar, 2.0, theme::colors().raised);
    let (share, ink) = match view.assistant.status.work {
        Work::Reading(share) | Work::Rehearsing(share) => (share, theme::colors().goal),
        Work::Waiting => (0.05, theme::colors().goal),
        Work::Idle if view.assistant.status.on => (
            view.assistant.status.confidence as f32,
            theme::colors().input,
        ),
        Work::Idle if view.assistant.advice.is_some() => (1.0, theme::colors().output),
        Work::Idle => return,
    };
    let size = vec2(bar.width() * share.clamp(0.04, 1.0), bar.height());
    painter.rect_filled(Rect::from_min_size(bar.min, size), 2.0, ink);
}

/// Whether something of a stage is the user's, to be marked.
pub fn yours(view: &ViewModel, stage: Group) -> bool {
    let assistant = &view.assistant;
    // Before there is a proposal nobody asks whose it is.
    if assistant.advice.is_none() {
        return false;
    }
    let place = Group::STAGES.iter().position(|&one| one == stage);
    let whole = place.is_some_and(|place| assistant.owned.stages[place]);
    whole || (stage == Group::Equalizer && assistant.owned.bands.contains(&true))
}

/// Whether a band of the equalizer is the assistant's.
pub fn assistants(view: &ViewModel, band: usize) -> bool {
    let assistant = &view.assistant;
    assistant.bands[band] && !assistant.owned.bands[band] && view.settings.equalizer.bands[band].on
}

/// As much as the words need, up to two lines.
fn foot_height(desk: &Desk<'_>) -> f32 {
    let advice = desk.view.assistant.advice.as_deref();
    let long = advice.is_some_and(|advice| advice.stopped_by.is_some() || !advice.rehearsed);
    FOOT + if long { 15.0 } else { 0.0 }
}

/// Apply, and what it does to the loudness.
fn draw_foot(desk: &mut Desk<'_>, mut rect: Rect) {
    let assistant = &desk.view.assistant;
    let ready = assistant.advice.is_some() && !assistant.applied;
    let label = if assistant.applied {
        "Applied"
    } else {
        "Apply"
    };
    let press = cut_top(&mut rect, APPLY, GRID);
    let said =
        "Sets the chain as proposed, in one step of undo; what you made your own stays yours.";
    let colors = theme::colors();
    // Where a master is not what the song needs next, it is not what shines.
    let advised = ready && assistant.advice.as_deref().is_some_and(is_next);
    let fill = advised.then_some(colors.goal);
    if button(desk.ui, press, label, said, fill, ready) {
        desk.push(Gesture::Apply);
    }
    step_mark(&desk.painter(), press, 2, fill.map(|_| colors.on_fill));
    let gain = gain(desk);
    let ink = if desk.view.assistant.advice.is_none() {
        colors.label
    } else {
        colors.text
    };
    paragraph(&desk.painter(), rect, &gain, theme::label(), ink);
    let response = desk
        .ui
        .interact(rect, egui::Id::unique("gain"), egui::Sense::hover());
    tip(response, &gain);
}

/// Whether the verdict is to go on with a master.
fn is_next(advice: &Advice) -> bool {
    match advice.verdict.kind {
        VerdictKind::Master | VerdictKind::Stems => true,
        VerdictKind::Mix | VerdictKind::Done => false,
    }
}

/// What streaming services will do to the master, in a few words and in full.
fn streamed(advice: &Advice) -> Option<[String; 2]> {
    advice.reached_lufs.map(services::streaming)
}

/// Loudness before and after, and why not more.
fn gain(desk: &Desk<'_>) -> String {
    let Some(advice) = &desk.view.assistant.advice else {
        return "Comes after listening".to_owned();
    };
    let lufs = |lufs: f64| decibels(lufs as f32, 1, false);
    let change = match (advice.song_lufs, advice.reached_lufs) {
        (Some(from), Some(to)) => format!("{} to {} LUFS", lufs(from), lufs(to)),
        (Some(from), None) => format!("{} LUFS as it is", lufs(from)),
        _ => String::new(),
    };
    match (&advice.stopped_by, advice.rehearsed) {
        (Some(why), _) => format!("{change}: {}", true_minus(why)),
        (None, false) => format!("{change} (not rehearsed: listen again)"),
        (None, true) => change,
    }
}
