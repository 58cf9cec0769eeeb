//! The standalone app's transport: what is played in place of an input. In a host there is none.

use egui::{Align2, CursorIcon, Id, Key, Modifiers, Painter, Rect, Sense, Shape, pos2, vec2};

use super::desk::{Desk, cut_left, cut_right};
use super::theme::{self, GAP};
use super::view::Gesture;
use super::widgets::{switch, text};
use crate::handoff::player::{Command, PlayerView, Tape};

/// Height of the row.
pub const HEIGHT: f32 = 28.0;

const BUTTON_WIDTH: f32 = 36.0;
const REPEAT_WIDTH: f32 = 84.0;
/// Without a file.
const NO_FILE: &str = "Hears the sound device's input. Start it with a sound file to play that.";
/// Longer than a moment only when the device is there and cannot be used, because another program has it.
const NO_DEVICE: &str = "Waits for the sound device \u{2026}";
/// Most of the row that a name may take.
const NAME_SHARE: f32 = 0.25;

/// Draws the row into `rect`; nothing without a player.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some(player) = &desk.view.player else {
        return;
    };
    let ready = player.tape == Tape::Ready;
    let toggled = button(desk, cut_left(&mut rect, BUTTON_WIDTH, GAP), player);
    if ready && (toggled || space_is_struck(desk)) {
        desk.push(Gesture::Player(Command::Play(!player.playing)));
    }
    if let Some(said) = message(player) {
        let failed = matches!(player.tape, Tape::Failed(_));
        let ink = if failed { theme::OVER } else { theme::LABEL };
        line(&desk.painter(), rect, &said, ink);
        return;
    }
    let repeat = cut_right(&mut rect, REPEAT_WIDTH, GAP);
    let label_at = Align2::RIGHT_CENTER;
    let on = player.repeats;
    if let Some(on) = switch(
        desk.ui,
        "repeat",
        repeat,
        "Repeat",
        label_at,
        on,
        theme::OUTPUT,
    ) {
        desk.push(Gesture::Player(Command::Repeat(on)));
    }
    let width = width_of(&desk.painter(), &player.name).min(rect.width() * NAME_SHARE);
    let name = cut_right(&mut rect, width, GAP);
    line(&desk.painter(), name, &player.name, theme::TEXT);
    let length = clock(player.length_s);
    let longest = format!("{length} / {length}");
    let time = cut_left(&mut rect, width_of(&desk.painter(), &longest), GAP);
    let pointed_s = song(desk, rect, player);
    let shown_s = pointed_s.unwrap_or(player.position_s);
    let ink = match pointed_s {
        Some(_) => theme::LABEL,
        None => theme::TEXT,
    };
    text(
        &desk.painter(),
        time.left_center(),
        Align2::LEFT_CENTER,
        format!("{} / {length}", clock(shown_s)),
        theme::body(),
        ink,
    );
}

/// Play or pause.
fn button(desk: &Desk<'_>, rect: Rect, player: &PlayerView) -> bool {
    let ready = player.tape == Tape::Ready;
    let sense = if ready {
        Sense::click()
    } else {
        Sense::hover()
    };
    let response = desk.ui.interact(rect, Id::unique("play"), sense);
    let hint = match player.playing {
        true => "Pause (space)",
        false => "Play (space)",
    };
    let response = response.on_hover_text(hint);
    let painter = desk.painter();
    let (ground, ink) = match (ready, response.hovered()) {
        (false, _) => (
            theme::mix(theme::RAISED, theme::GROUND, 0.5),
            theme::mix(theme::LABEL, theme::GROUND, 0.5),
        ),
        (true, true) => (theme::HOVERED, theme::TEXT),
        (true, false) => (theme::RAISED, theme::TEXT),
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let center = rect.center();
    if player.playing {
        for x in [-3.5, 3.5] {
            let bar = Rect::from_center_size(center + vec2(x, 0.0), vec2(3.5, 12.0));
            painter.rect_filled(bar, 1.0, ink);
        }
    } else {
        let corners = [vec2(-4.0, -6.5), vec2(-4.0, 6.5), vec2(7.0, 0.0)];
        let corners = corners.map(|corner| center + corner).to_vec();
        painter.add(Shape::convex_polygon(corners, ink, egui::Stroke::NONE));
    }
    ready && response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

fn space_is_struck(desk: &Desk<'_>) -> bool {
    let context = desk.ui.ctx();
    context.memory(|memory| memory.focused().is_none())
        && context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Space))
}

/// The song by its level, where it is, and what of it the assistant has heard; a click goes there.
/// Returns the time under the pointer, in seconds, while it is dragged.
fn song(desk: &mut Desk<'_>, rect: Rect, player: &PlayerView) -> Option<f64> {
    let response = desk
        .ui
        .interact(rect, Id::unique("song"), Sense::click_and_drag());
    let length_s = player.length_s.max(1e-3);
    let x_of =
        |time_s: f64| rect.left() + rect.width() * (time_s / length_s).clamp(0.0, 1.0) as f32;
    let pointer = response.interact_pointer_pos();
    let pointed_s = pointer.map(|at| {
        let share = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        f64::from(share) * length_s
    });
    let painter = desk.painter();
    painter.rect_filled(rect, theme::RADIUS, theme::PANEL);
    let dragged_s = pointed_s.filter(|_| response.dragged());
    let played_to = x_of(dragged_s.unwrap_or(player.position_s));
    level(&painter, rect.shrink2(vec2(0.0, 3.0)), player, played_to);
    for span in &desk.view.assistant.status.covered {
        let (from, to) = (x_of(span.start_s), x_of(span.end_s));
        let mark = Rect::from_min_max(pos2(from, rect.bottom() - 2.0), pos2(to, rect.bottom()));
        painter.rect_filled(mark, 0.0, theme::GOAL);
    }
    let here = Rect::from_center_size(pos2(played_to, rect.center().y), vec2(2.0, rect.height()));
    painter.rect_filled(here, 0.0, theme::TEXT);
    if (response.clicked() || response.drag_stopped())
        && let Some(position_s) = pointed_s
    {
        desk.push(Gesture::Player(Command::Seek(position_s)));
    }
    response.on_hover_cursor(CursorIcon::PointingHand);
    dragged_s
}

/// One bar per two points: its level, brighter where it was played.
fn level(painter: &Painter, rect: Rect, player: &PlayerView, played_to: f32) {
    let parts = player.overview.len();
    let bars = (rect.width() / 2.0) as usize;
    if parts == 0 || bars == 0 {
        return;
    }
    // A quiet song is drawn as large as a loud one.
    let top = player.overview.iter().fold(1e-6_f32, |top, x| top.max(*x));
    let [played, rest] = [0.9, 0.4].map(|share| theme::mix(theme::INPUT, theme::PANEL, share));
    for bar in 0..bars {
        let range = bar * parts / bars..((bar + 1) * parts / bars).max(bar * parts / bars + 1);
        let peak = player.overview[range]
            .iter()
            .fold(0.0_f32, |top, x| top.max(*x));
        let left = rect.left() + rect.width() * bar as f32 / bars as f32;
        let height = (rect.height() * peak / top).max(1.0);
        let at = pos2(left + 0.5, rect.center().y);
        let color = if left < played_to { played } else { rest };
        painter.rect_filled(Rect::from_center_size(at, vec2(1.0, height)), 0.0, color);
    }
}

/// What there is to say while nothing can be played.
fn message(player: &PlayerView) -> Option<String> {
    match &player.tape {
        Tape::Empty => Some(NO_FILE.to_owned()),
        Tape::Waiting => Some(NO_DEVICE.to_owned()),
        Tape::Reading(share) => Some(format!(
            "Reading {} \u{2026} {:.0} %",
            player.name,
            share * 100.0
        )),
        Tape::Failed(why) => Some(why.clone()),
        Tape::Ready => None,
    }
}

/// How wide a text stands in the row.
fn width_of(painter: &Painter, said: &str) -> f32 {
    let galley = painter.layout_no_wrap(said.to_owned(), theme::body(), theme::TEXT);
    galley.size().x.ceil()
}

/// One line of text in the middle of `rect`, with dots for what is too much.
fn line(painter: &Painter, rect: Rect, said: &str, ink: egui::Color32) {
    let mut job = egui::text::LayoutJob::simple(said.to_owned(), theme::body(), ink, rect.width());
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = painter.layout_job(job);
    let y = rect.center().y - galley.size().y / 2.0;
    painter.galley(pos2(rect.left(), y), galley, ink);
}

/// Minutes and seconds.
fn clock(time_s: f64) -> String {
    let seconds = time_s.max(0.0) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
