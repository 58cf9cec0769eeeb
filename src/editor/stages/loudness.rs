//! The panels of the loudness stage: gain reduction over time, clipper and limiter, and the goal.

use egui::{Align2, Rect, pos2, vec2};

use crate::editor::desk::{Desk, cut_right, names, panel};
use crate::editor::fields::{CEILING, CHARACTER, CLIP_DEPTH, DRIVE, RELEASE};
use crate::editor::help;
use crate::editor::meters::history;
use crate::editor::theme::{self, GAP};
use crate::editor::trace;
use crate::editor::view::{Gesture, Number};
use crate::editor::widgets::{
    button, choices, decibels, entry, knob, minus, paragraph, text, title,
};
use crate::engine::settings::fields::{Choice, Group};
use crate::engine::settings::loudness::Character;
use crate::handoff::errand::Errand;

const CONTROLS: f32 = 204.0;
/// The most that the clipper's meter shows, in dB.
const CLIP_DB: f32 = 3.0;

/// Draws the panels into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let under = rect.bottom() - CONTROLS;
    let above = Rect::from_min_max(rect.min, pos2(rect.right(), under - GAP));
    let goal_width = (rect.width() * 0.32).clamp(148.0, 280.0);
    let split = rect.right() - goal_width;
    // A stem is not brought to a loudness.
    let is_stem = desk.view.stem.is_some();
    let right = if is_stem { rect.right() } else { split - GAP };
    let limiter = Rect::from_min_max(pos2(rect.left(), under), pos2(right, rect.bottom()));
    let goal = Rect::from_min_max(pos2(split, under), rect.max);
    let painter = desk.painter();
    let content = panel(&painter, above);
    history::draw(desk.ui, content, desk.view);
    let content = panel(&painter, limiter);
    draw_limiter(desk, content);
    if !is_stem {
        let content = panel(&painter, goal);
        draw_goal(desk, content);
    }
}

fn draw_limiter(desk: &mut Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let on = desk.view.settings.loudness.on;
    let live = super::live(desk, on);
    let mut head = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    title(&painter, head, "Limiter");
    super::close(desk, cut_right(&mut head, 22.0, GAP));
    let place = cut_right(&mut head, 60.0, GAP);
    super::stage_switch(desk, place, Group::Loudness);
    clipper(desk, cut_right(&mut head, 136.0, GAP), live);
    let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 26.0), rect.max);
    let knobs = Rect::from_min_max(
        pos2(rect.left(), head.bottom() + 8.0),
        pos2(rect.right(), foot.top() - 8.0),
    );
    // Each as wide as its longest value, and what is left in equal parts.
    let columns = [
        (DRIVE, 72.0),
        (CLIP_DEPTH, 56.0),
        (RELEASE, 58.0),
        (CEILING, 88.0),
    ];
    let needed: f32 = columns.iter().map(|(_, width)| width).sum();
    let spare = (knobs.width() - needed) / columns.len() as f32;
    let mut left = knobs.left();
    for (number, needed) in columns {
        let size = vec2(needed + spare, knobs.height());
        let place = Rect::from_min_size(pos2(left, knobs.top()), size);
        left += size.x;
        knob(desk, place, number, live);
    }
    let chosen = desk.view.settings.loudness.character.index();
    let labels = names::<Character>();
    let picked = choices(
        desk.ui,
        CHARACTER,
        foot,
        &labels,
        help::of(CHARACTER),
        chosen,
    );
    desk.choose(CHARACTER, picked);
}

/// What the clipper takes now.
fn clipper(desk: &Desk<'_>, rect: Rect, live: bool) {
    let painter = desk.painter();
    let now_db = desk.memory.activity.now.clip_db;
    let color = if live {
        theme::colors().reduction
    } else {
        theme::colors().label
    };
    let ink = if live && now_db < -0.05 {
        theme::colors().reduction
    } else {
        theme::colors().label
    };
    let at = rect.left_center();
    let name = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        "Clip",
        theme::label(),
        theme::colors().label,
    );
    let shown = format!("{} dB", decibels(now_db, 1, false));
    let at = rect.right_center();
    text(
        &painter,
        at,
        Align2::RIGHT_CENTER,
        shown,
        theme::label(),
        ink,
    );
    let meter = Rect::from_min_max(
        pos2(name.right() + 6.0, rect.center().y - 3.0),
        pos2(rect.right() - 52.0, rect.center().y + 3.0),
    );
    trace::bar(&painter, meter, [0.0, CLIP_DB], 0.0, -now_db, color);
}

fn draw_goal(desk: &mut Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    title(&painter, head, "Loudness goal");
    let number = Rect::from_min_size(
        pos2(rect.left(), head.bottom() + 6.0),
        vec2(rect.width(), 32.0),
    );
    let ground = Some(theme::colors().raised);
    entry(desk, number, Number::Goal, theme::large(), ground);

    let press = Rect::from_min_size(
        pos2(rect.left(), number.bottom() + 8.0),
        vec2(rect.width(), 40.0),
    );
    let below = Rect::from_min_max(pos2(rect.left(), press.bottom() + 8.0), rect.max);
    let working = matches!(desk.view.errand, Errand::Working(_));
    if working {
        if button(
            desk.ui,
            press,
            "Stop",
            "Stops looking; the drive stays as it is.",
            None,
            true,
        ) {
            desk.push(Gesture::StopFinding);
        }
    } else if button(
        desk.ui,
        press,
        "Set drive from what was heard",
        "Rehearses what was heard through this very limiter, and sets the drive that reaches the goal.",
        None,
        true,
    ) {
        desk.push(Gesture::FindDrive);
    }
    let (said, color) = match &desk.view.errand {
        Errand::Idle => (
            "Play the loudest part, or all of the song, then press.".to_owned(),
            theme::colors().label,
        ),
        Errand::Working(share) => {
            let bar = Rect::from_min_size(below.min, vec2(below.width(), 4.0));
            painter.rect_filled(bar, 2.0, theme::colors().raised);
            let done = vec2(bar.width() * share.clamp(0.0, 1.0), bar.height());
            painter.rect_filled(
                Rect::from_min_size(bar.min, done),
                2.0,
                theme::colors().goal,
            );
            (
                "\nRehearsing what was heard\u{2026}".to_owned(),
                theme::colors().label,
            )
        }
        Errand::Done(answer) => (minus(&answer.text), theme::colors().text),
        Errand::Failed(why) => (why.clone(), theme::colors().reduction),
    };
    paragraph(&painter, below, &said, theme::label(), color);
}
