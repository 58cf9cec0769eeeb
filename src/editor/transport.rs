//! The standalone app's transport: what is played in place of an input. In a host there is none.

use egui::{Align2, CursorIcon, Id, Key, Modifiers, Painter, Rect, Sense, pos2, vec2};

use super::assistant::findings::opened_places;
use super::desk::{Desk, cut_left, cut_right};
use super::layout::square;
use super::theme::{self, GAP};
use super::view::Gesture;
use super::widgets::{Icon, clock, icon_button, one_line, switch, text, tip};
use crate::handoff::player::{Command, PlayerView, Tape};

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
    let colors = theme::colors();
    let ready = player.tape == Tape::Ready;
    let (icon, said) = match player.playing {
        true => (Icon::Pause, "Pauses; so does the space bar."),
        false => (Icon::Play, "Plays; so does the space bar."),
    };
    let button = square(&mut rect, GAP);
    let toggled = icon_button(desk.ui, button, icon, said, false, ready);
    if ready && (toggled || space_is_struck(desk)) {
        desk.push(Gesture::Player(Command::Play(!player.playing)));
    }
    if let Some(said) = message(player) {
        let failed = matches!(player.tape, Tape::Failed(_));
        let ink = if failed { colors.over } else { colors.label };
        one_line(&desk.painter(), rect, &said, theme::body(), ink);
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
        "Begins again at the end.",
        label_at,
        on,
        colors.output,
    ) {
        desk.push(Gesture::Player(Command::Repeat(on)));
    }
    let width = width_of(&desk.painter(), &player.name).min(rect.width() * NAME_SHARE);
    let name = cut_right(&mut rect, width, GAP);
    one_line(
        &desk.painter(),
        name,
        &player.name,
        theme::body(),
        colors.text,
    );
    let length = clock(player.length_s);
    let longest = format!("{length} / {length}");
    let time = cut_left(&mut rect, width_of(&desk.painter(), &longest), GAP);
    let pointed_s = song(desk, rect, player);
    let shown_s = pointed_s.unwrap_or(player.position_s);
    let ink = match pointed_s {
        Some(_) => colors.label,
        None => colors.text,
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
    let (painter, colors) = (desk.painter(), theme::colors());
    painter.rect_filled(rect, theme::RADIUS, colors.panel);
    let dragged_s = pointed_s.filter(|_| response.dragged());
    let played_to = x_of(dragged_s.unwrap_or(player.position_s));
    level(&painter, rect.shrink2(vec2(0.0, 3.0)), player, played_to);
    for span in &desk.view.assistant.status.covered {
        let (from, to) = (x_of(span.start_s), x_of(span.end_s));
        let mark = Rect::from_min_max(pos2(from, rect.bottom() - 2.0), pos2(to, rect.bottom()));
        painter.rect_filled(mark, 0.0, colors.goal);
    }
    for [start_s, end_s] in opened_places(desk) {
        let from = x_of(*start_s);
        let place = Rect::from_x_y_ranges(
            from..=x_of(*end_s).max(from + 2.0),
            rect.top()..=rect.top() + 3.0,
        );
        painter.rect_filled(place, 0.0, colors.over);
    }
    let here = Rect::from_center_size(pos2(played_to, rect.center().y), vec2(2.0, rect.height()));
    painter.rect_filled(here, 0.0, colors.text);
    if (response.clicked() || response.drag_stopped())
        && let Some(position_s) = pointed_s
    {
        desk.push(Gesture::Player(Command::Seek(position_s)));
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    tip(
        response,
        "The song; underlined is what the assistant has heard, marked above where the opened finding is. A click goes there.",
    );
    dragged_s
}

/// One bar per two points: its level, brighter where it was played.
fn level(painter: &Painter, rect: Rect, player: &PlayerView, played_to: f32) {
    let parts = player.overview.len();
    let bars = (rect.width() / 2.0) as usize;
    if parts == 0 || bars == 0 {
        return;
    }
    let colors = theme::colors();
    // A quiet song is drawn as large as a loud one.
    let top = player.overview.iter().fold(1e-6_f32, |top, x| top.max(*x));
    let [played, rest] = [0.9, 0.4].map(|share| theme::mix(colors.input, colors.panel, share));
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
    let ink = theme::colors().text;
    let galley = painter.layout_no_wrap(said.to_owned(), theme::body(), ink);
    galley.size().x.ceil()
}
