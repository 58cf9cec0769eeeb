//! The panel of a stem: what it is, whose it is, its fader, and what its master advised.

use egui::{Align2, Color32, Rect, Stroke, pos2, vec2};

use super::{hindered, told};
use crate::editor::desk::{Desk, column, cut_bottom, cut_left, cut_right, cut_top, panel};
use crate::editor::fields::{STEM_ADVICE, STEM_FADER, STEM_ROLE};
use crate::editor::help;
use crate::editor::stages;
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::{Gesture, Menu, StemView};
use crate::editor::widgets::list::{list, words};
use crate::editor::widgets::popup::{ROW, drop_down, popup, row};
use crate::editor::widgets::{bar, button, knob, light, paragraph, text, tip_in, title};
use crate::engine::settings::fields::Choice;
use crate::handoff::linked::{Linked, Master, State, Wish};
use crate::stems::moves::StemChange;
use crate::stems::role::Role;
use crate::stems::settings::RoleChoice;

/// Its name on the card.
pub const NAME: &str = "Stem";

/// From this width on what it is stands beside what was advised.
const TWO_COLUMNS: f32 = 480.0;
const LINE: f32 = 24.0;
/// Room for the names of the boxes.
const LABEL: f32 = 52.0;
const SAID: f32 = 32.0;
const KNOBS_MIN: f32 = 76.0;
const KNOBS_MAX: f32 = 124.0;
const BUTTON: f32 = 26.0;

/// Draws the panel into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let Some(stem) = &desk.view.stem else {
        return;
    };
    let mut content = panel(&desk.painter(), rect);
    let line = Stroke::new(1.0, theme::colors().line);
    if content.width() >= TWO_COLUMNS && content.width() > 1.2 * content.height() {
        let left = column(content, 0, 2, 2.0 * GAP);
        content = column(content, 1, 2, 2.0 * GAP);
        let x = content.left() - GAP;
        desk.painter().vline(x, content.y_range(), line);
        draw_own(desk, stem, left, true);
    } else {
        let lines = 2.0 * (LINE + GRID) + SAID;
        let knobs = (content.height() * 0.24).clamp(KNOBS_MIN, KNOBS_MAX);
        let own = cut_top(&mut content, lines + GRID + knobs, 2.0 * GAP);
        draw_own(desk, stem, own, false);
        let y = content.top() - GAP;
        desk.painter().hline(content.x_range(), y, line);
    }
    draw_advice(desk, stem, content);
}

/// What it is, whose it is, and its fader.
fn draw_own(desk: &mut Desk<'_>, stem: &StemView, mut rect: Rect, titled: bool) {
    if titled {
        let head = cut_top(&mut rect, LINE, GRID);
        title(&desk.painter(), head, "This stem");
    }
    let line = labelled(desk, cut_top(&mut rect, LINE, GRID), "Role");
    draw_role(desk, stem, line);
    let line = labelled(desk, cut_top(&mut rect, LINE, GRID), "Master");
    draw_master(desk, line);
    let mut said = cut_top(&mut rect, SAID, GRID);
    let (words, ink, linked) = standing(&desk.view.linked);
    let at = pos2(said.left() + 5.0, said.top() + 7.0);
    light(&desk.painter(), at, linked, theme::colors().goal);
    said.min.x += 4.0 * GRID;
    paragraph(&desk.painter(), said, &words, theme::label(), ink);
    if !linked && let Some(why) = &desk.view.linked.unseen {
        tip_in(desk.ui, egui::Id::unique("unseen"), said, why);
    }
    let live = stages::live(desk, true);
    rect.max.y = rect.bottom().min(rect.top() + KNOBS_MAX);
    for (index, number) in STEM_FADER.into_iter().enumerate() {
        let place = column(rect, index, STEM_FADER.len(), 0.0);
        knob(desk, place, number, live);
    }
}

fn labelled(desk: &Desk<'_>, mut line: Rect, label: &str) -> Rect {
    let at = cut_left(&mut line, LABEL, 0.0).left_center();
    let ink = theme::colors().label;
    text(
        &desk.painter(),
        at,
        Align2::LEFT_CENTER,
        label,
        theme::label(),
        ink,
    );
    line
}

fn draw_role(desk: &mut Desk<'_>, stem: &StemView, rect: Rect) {
    let now = stem.settings.role;
    let heard = desk.view.linked.role;
    let shown = match (now, heard) {
        (RoleChoice::Auto, None | Some(Role::Other)) => "Auto: not known yet".to_owned(),
        (RoleChoice::Auto, Some(role)) => format!("Auto: {}", role.name().to_lowercase()),
        _ => now.name().to_owned(),
    };
    let open = desk.opened(Menu::Roles);
    let words = (shown.as_str(), theme::colors().text);
    if drop_down(desk.ui, "roles", rect, words, help::of(STEM_ROLE), open) {
        desk.memory.toggle(Menu::Roles);
    }
    if !open {
        return;
    }
    let mut picked = None;
    let size = vec2(rect.width(), RoleChoice::VARIANTS.len() as f32 * ROW);
    let left = popup(desk.ui, "list of roles", rect, size, |ui| {
        for (place, variant) in RoleChoice::VARIANTS.iter().enumerate() {
            let said = match place {
                0 => "As the track's name says; what it does not say is heard.",
                _ => "What this stem is held against the others as.",
            };
            if row(ui, variant.name, "", place == now.index(), said) {
                picked = Some(place);
            }
        }
    });
    if let Some(place) = picked {
        desk.push(Gesture::Choose(STEM_ROLE, place));
    }
    if left || picked.is_some() {
        desk.memory.menu = None;
    }
}

fn draw_master(desk: &mut Desk<'_>, rect: Rect) {
    let linked = desk.view.linked.clone();
    let ours = linked.masters.iter().find(|master| master.is_ours);
    let colors = theme::colors();
    let (shown, ink) = match (ours, linked.state) {
        (Some(master), _) => (called(master, &linked.masters), colors.text),
        (None, State::Choose) => ("Choose\u{2026}".to_owned(), colors.reduction),
        (None, State::Waiting) => ("Away".to_owned(), colors.label),
        (None, _) => ("None".to_owned(), colors.label),
    };
    let open = desk.opened(Menu::Masters);
    let said =
        "The Finalcoat on the master bus of the same song, which hears this stem among the others.";
    if drop_down(desk.ui, "masters", rect, (&shown, ink), said, open) {
        desk.memory.toggle(Menu::Masters);
    }
    if !open {
        return;
    }
    let mut picked = None;
    let rows = linked.masters.len() + 1;
    let size = vec2(rect.width(), rows as f32 * ROW);
    let left = popup(desk.ui, "list of masters", rect, size, |ui| {
        for master in &linked.masters {
            let name = called(master, &linked.masters);
            let said = format!(
                "This stem belongs to its song, also when the project is opened again. (Process {}.)",
                master.process
            );
            if row(ui, &name, "", master.is_ours, &said) {
                picked = Some(master.session);
            }
        }
        let said = "This stem works on its own; what was advised stays until it is dropped.";
        if row(ui, "None", "", ours.is_none(), said) {
            picked = Some(0);
        }
    });
    if let Some(session) = picked {
        desk.push(Gesture::Link(Wish::Join(session)));
    }
    if left || picked.is_some() {
        desk.memory.menu = None;
    }
}

/// What a master is called; counted where others are called so too.
fn called(master: &Master, all: &[Master]) -> String {
    let name = match master.name.as_str() {
        "" => "Master",
        name => name,
    };
    // In the order in which they were opened.
    let alike: Vec<_> = all.iter().filter(|one| one.name == master.name).collect();
    let place = alike.iter().position(|one| *one == master);
    match place {
        Some(place) if alike.len() > 1 => format!("{name} {}", place + 1),
        _ => name.to_owned(),
    }
}

/// Where the link stands, in a sentence; whether there is one.
fn standing(linked: &Linked) -> (String, Color32, bool) {
    let colors = theme::colors();
    if let Some(fault) = &linked.fault {
        return (fault.clone(), colors.over, false);
    }
    let (said, ink, is_linked) = match linked.state {
        State::Alone if !linked.masters.is_empty() => {
            ("Works on its own, as you chose.", colors.label, false)
        }
        State::Alone if linked.unseen.is_some() => (
            "Works on its own: this system does not let instances link.",
            colors.label,
            false,
        ),
        State::Alone => (
            "No Finalcoat on the master bus yet: works on its own.",
            colors.label,
            false,
        ),
        State::Choose => (
            "Several Finalcoats are open: choose this song's.",
            colors.reduction,
            false,
        ),
        State::Waiting if !linked.masters.is_empty() => (
            "Its master is away, and another is open: choose it if it is this song's.",
            colors.reduction,
            false,
        ),
        State::Waiting if linked.unseen.is_some() => (
            "This system does not let its master be seen; what it advised stays in effect.",
            colors.label,
            false,
        ),
        State::Waiting => (
            "Its master is away; what it advised stays in effect.",
            colors.label,
            false,
        ),
        State::Linked => (
            "Linked: its master hears it among the others.",
            colors.label,
            true,
        ),
        State::Twins | State::Elder => (
            "Two masters have this session, as after a copy: the newer one advises.",
            colors.reduction,
            true,
        ),
    };
    (said.to_owned(), ink, is_linked)
}

/// What its master advised, how much of it takes effect, and what can become of it.
fn draw_advice(desk: &mut Desk<'_>, stem: &StemView, mut rect: Rect) {
    let mut head = cut_top(&mut rect, LINE, 2.0 * GRID);
    let share = cut_right(&mut head, 72.0, GAP);
    title(&desk.painter(), head, "Advice");
    let some = !stem.advised.is_empty();
    let live = stages::live(desk, some);
    bar(desk, share, STEM_ADVICE, live);
    let foot = cut_bottom(&mut rect, BUTTON, 2.0 * GRID);
    let taken = live && stem.settings.advice_pct > 0.0;
    let changes: Vec<StemChange> = stem.advised.iter().map(|one| one.change).collect();
    let obstacles = desk.view.knobs().obstacles(&changes);
    list(desk, "advice", rect, |ui| {
        let colors = theme::colors();
        if !some {
            let said = "Nothing yet. Where stems fight, Finalcoat on the master bus proposes nudges on its \
                        page of stems; what is accepted there appears here, with its reason.";
            words(ui, said, theme::label(), colors.label);
        }
        let ink = if taken { colors.goal } else { colors.label };
        for (one, obstacle) in stem.advised.iter().zip(obstacles) {
            let ink = if obstacle.is_some() {
                colors.label
            } else {
                ink
            };
            told(ui, one, 0.0, ink);
            if let Some(obstacle) = obstacle.filter(|_| live) {
                words(ui, hindered(obstacle), theme::label(), colors.reduction);
                ui.add_space(GRID);
            }
        }
    });
    let over = column(foot, 0, 2, 2.0 * GRID);
    let said = "Sets the knobs to what is heard now, in one step of undo: intensity becomes 100 %, and the \
                advice is used up.";
    let heard = some && stem.settings.advice_pct > 0.0;
    if button(desk.ui, over, "Take over", said, None, heard) {
        desk.push(Gesture::TakeOverAdvice);
    }
    let away = column(foot, 1, 2, 2.0 * GRID);
    let said = "Forgets what was advised, in one step of undo; the knobs stay as they are.";
    if button(desk.ui, away, "Drop", said, None, some) {
        desk.push(Gesture::DropAdvice);
    }
}

/// Where the link stands, as small as it gets.
pub fn small(desk: &Desk<'_>, center: egui::Pos2) {
    let (_, _, linked) = standing(&desk.view.linked);
    light(&desk.painter(), center, linked, theme::colors().goal);
}
