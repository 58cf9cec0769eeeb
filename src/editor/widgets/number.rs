//! Numbers that are set by hand: a value in, gestures out. Drag (Shift or Ctrl: finer), wheel or arrow keys,
//! double-click or Alt-click for the default, click on the number or right-click to type, Tab for the next.
//!
//! Where the intensity scales a value, the full colour shows what is in effect and a faint one what is set;
//! the number in effect stands behind the one that is set.

use egui::{
    Align2, Color32, CursorIcon, Event, FontId, Id, Key, Painter, PointerButton, Pos2, Rect,
    Response, Sense, Shape, Stroke, StrokeKind, TextEdit, Ui, Vec2, pos2, vec2,
};

use super::press::{ring, tip};
use super::{number_with_unit, text};
use crate::editor::desk::Desk;
use crate::editor::fields::short_name;
use crate::editor::help;
use crate::editor::theme;
use crate::editor::view::{Gesture, Number};
use crate::engine::settings::range::Range;

/// Points of dragging for the whole range.
const DRAG_POINTS: f32 = 240.0;
/// How much finer with Shift.
const FINE: f32 = 0.1;
/// Part of the range for one notch of the wheel.
const WHEEL_SHARE: f32 = 0.02;
/// Time in which the focus arrives after the Tab key.
const TABBED_S: f64 = 0.3;
/// A field that was opened by the first of two clicks is not older at the second.
const TWO_CLICKS_S: f64 = 0.6;
/// Bars lower than this have smaller numbers.
const LOW_BAR: f32 = 20.0;
/// Height of the strip below the number of a bar.
const STRIP: f32 = 3.0;
/// Knobs lower than this are drawn in small.
const SMALL_KNOB: f32 = 100.0;

/// Where a bar or an arc begins, and where it ends for what is set and for what is in effect.
struct Shares {
    zero: f32,
    set: f32,
    effect: f32,
}

impl Shares {
    fn of(desk: &Desk<'_>, number: Number) -> Self {
        let range = number.range();
        let value = desk.value(number);
        // A value with a sign grows from zero, any other from its lowest; a width from 100 %.
        let zero = if range.min < 0.0 && range.max > 0.0 {
            0.0
        } else if range.unit == "%" && range.max > 100.0 {
            100.0
        } else {
            range.min
        };
        let set = range.normalized(value);
        let effect = desk.in_effect(number);
        Self {
            zero: range.normalized(zero),
            set,
            effect: effect.map_or(set, |value| range.normalized(value)),
        }
    }
}

/// A knob with its name above and its value below. `live`: what it sets is heard now.
pub fn knob(desk: &mut Desk<'_>, rect: Rect, number: Number, live: bool) {
    let small = rect.height() < SMALL_KNOB;
    let (label_height, value_height) = if small { (16.0, 20.0) } else { (18.0, 24.0) };
    let (label_font, value_font) = if small {
        (theme::tiny(), theme::body())
    } else {
        (theme::label(), theme::value())
    };
    let painter = desk.painter();
    text(
        &painter,
        pos2(rect.center().x, rect.top()),
        Align2::CENTER_TOP,
        short_name(number),
        label_font,
        theme::colors().label,
    );

    let round = Rect::from_min_max(
        pos2(rect.left(), rect.top() + label_height),
        pos2(rect.right(), rect.bottom() - value_height),
    );
    let most = if small { 24.0 } else { 34.0 };
    let radius = (round.height() / 2.0).min(round.width() / 2.0).min(most) - 2.0;
    let center = round.center();
    dial(desk, center, radius, number, live);

    let below = Rect::from_min_max(pos2(rect.left(), rect.bottom() - value_height), rect.max);
    number_field(desk, below, number, value_font, None, Stop::No);
}

/// The round part of a knob.
pub fn dial(desk: &mut Desk<'_>, center: Pos2, radius: f32, number: Number, live: bool) {
    let painter = desk.painter();
    let small = radius < 26.0;
    let big = radius > 36.0;
    let touch = Rect::from_center_size(center, vec2(2.0, 2.0) * (radius + 4.0));
    let id = Id::unique(("knob", number));
    let response = desk.ui.interact(touch, id, Sense::click_and_drag());
    adjust(desk, &response, number);

    let Shares { zero, set, effect } = Shares::of(desk, number);
    let colors = theme::colors();
    let color = if live { colors.goal } else { colors.label };
    let body = if response.hovered() || response.dragged() {
        colors.hovered
    } else {
        colors.raised
    };
    let gap = match (small, big) {
        (true, _) => 4.5,
        (_, true) => 9.0,
        _ => 7.0,
    };
    let width = if big { 4.5 } else { 3.0 };
    painter.circle_filled(center, radius - gap, body);
    let edge = radius - width / 2.0;
    arc(&painter, center, edge, [0.0, 1.0], colors.raised, width);
    if effect != set {
        let faint = theme::mix(color, colors.panel, 0.4);
        arc(&painter, center, edge, ordered(zero, set), faint, width);
    }
    arc(&painter, center, edge, ordered(zero, effect), color, width);
    let way = direction(set);
    let pointer = [
        center + way * (radius - if small { 11.0 } else { 18.0 }).max(3.0),
        center + way * (radius - gap - 2.0),
    ];
    let thick = if small { 2.0 } else { 2.5 };
    painter.line_segment(pointer, Stroke::new(thick, colors.text));
    if response.has_focus() {
        painter.circle_stroke(center, radius + 1.5, Stroke::new(1.5, colors.text));
    }
    explain(desk, response, number);
}

/// What a number does and how it stands, where the pointer rests.
fn explain(desk: &Desk<'_>, response: Response, number: Number) {
    if response.dragged() {
        return;
    }
    let said = help::of_number(number);
    match desk.in_effect(number) {
        Some(effect) => {
            let (digits, unit) = number.text(effect);
            let intensity = desk.view.settings.intensity;
            let advised = desk.view.stem.as_ref();
            let why = match advised.is_some_and(|stem| !stem.advised.is_empty()) {
                true => "with what was advised".to_owned(),
                false => format!("at {intensity:.0} % intensity"),
            };
            tip(
                response,
                &format!("{said}\nIn effect {why}: {digits} {unit}"),
            );
        }
        None => {
            tip(response, said);
        }
    }
}

/// A number over a bar that shows where in its range it stands: many of them fit into a table.
pub fn bar(desk: &mut Desk<'_>, rect: Rect, number: Number, live: bool) {
    let painter = desk.painter();
    let ground = Some(theme::colors().raised);
    let font = if rect.height() < LOW_BAR {
        theme::label()
    } else {
        theme::body()
    };
    // The text stands above the strip.
    let mut words = rect;
    words.max.y -= STRIP;
    desk.ui
        .painter()
        .rect_filled(rect, theme::RADIUS, theme::colors().raised);
    entry(desk, words, number, font, ground);
    if typing(desk, number) {
        return;
    }
    let Shares { zero, set, effect } = Shares::of(desk, number);
    let color = if live {
        theme::colors().goal
    } else {
        theme::colors().label
    };
    let inside = rect.shrink2(vec2(3.0, 0.0));
    let strip = |[from, to]: [f32; 2], color: Color32| {
        let at = |share: f32| inside.left() + share * inside.width();
        let part = Rect::from_min_max(
            pos2(at(from), rect.bottom() - 3.0),
            pos2(at(to), rect.bottom() - 1.0),
        );
        painter.rect_filled(part, 0.0, color);
    };
    if effect != set {
        let faint = theme::mix(color, theme::colors().raised, 0.4);
        strip(ordered(zero, set), faint);
    }
    strip(ordered(zero, effect), color);
}

/// Whether the Tab key stops at something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Yes,
    No,
}

/// The number itself, to be clicked and typed over, or dragged; with its unit, centred in `rect`.
/// `ground` shows that it can be set, where no knob does.
pub fn entry(
    desk: &mut Desk<'_>,
    rect: Rect,
    number: Number,
    font: FontId,
    ground: Option<Color32>,
) {
    number_field(desk, rect, number, font, ground, Stop::Yes);
}

fn number_field(
    desk: &mut Desk<'_>,
    rect: Rect,
    number: Number,
    font: FontId,
    ground: Option<Color32>,
    stop: Stop,
) {
    if typing(desk, number) {
        type_over(desk, rect, number, font);
        return;
    }
    let id = Id::unique(("entry", number));
    let mut sense = Sense::click_and_drag();
    sense.set(Sense::FOCUSABLE, stop == Stop::Yes);
    let response = desk.ui.interact(rect, id, sense);
    let painter = desk.ui.painter();
    let colors = theme::colors();
    let hovered = response.hovered().then_some(colors.hovered);
    if let Some(ground) = hovered.or(ground) {
        painter.rect_filled(rect, theme::RADIUS, ground);
    }
    let (shown, unit) = number.text(desk.value(number));
    let size = |text: &str, font: FontId| {
        painter
            .layout_no_wrap(text.to_owned(), font, colors.text)
            .size()
    };
    let digits = size(&shown, font.clone());
    let unit_width = match unit {
        "" => 0.0,
        unit => theme::GRID + size(unit, theme::label()).x,
    };
    // The value in effect stands behind the one that is set, where there is room for both.
    let effect = desk
        .in_effect(number)
        .map(|value| format!("\u{2192} {}", number.text(value).0));
    let effect_width = effect
        .as_ref()
        .map_or(0.0, |effect| size(effect, theme::tiny()).x + theme::GRID);
    let room = rect.width() - 2.0;
    let (unit, unit_width, effect) = if digits.x + unit_width + effect_width <= room {
        (unit, unit_width, effect)
    } else if digits.x + effect_width <= room && font.size < theme::large().size {
        ("", 0.0, effect)
    } else if digits.x + unit_width <= room {
        (unit, unit_width, None)
    } else {
        ("", 0.0, None)
    };
    let width = digits.x + unit_width + effect.as_ref().map_or(0.0, |_| effect_width);
    let left = rect.center().x - width / 2.0;
    let bottom = rect.center().y + digits.y / 2.0;
    number_with_unit(painter, pos2(left, bottom), &shown, unit, font, colors.text);
    if let Some(effect) = effect {
        let at = pos2(left + width, rect.center().y + 0.5);
        let ink = colors.goal;
        text(
            painter,
            at,
            Align2::RIGHT_CENTER,
            effect,
            theme::tiny(),
            ink,
        );
    }
    ring(desk.ui, &response, rect);
    adjust(desk, &response, number);
    let alt = desk.ui.input(|input| input.modifiers.alt);
    if response.clicked() && !response.double_clicked() && !alt {
        type_from(desk, number);
    }
    let response = response.on_hover_cursor(CursorIcon::Text);
    explain(desk, response, number);
}

/// Begins to type over a number.
fn type_from(desk: &mut Desk<'_>, number: Number) {
    desk.memory.typed = Some((number, to_type(desk, number)));
    desk.memory.typed_s = desk.ui.input(|input| input.time);
}

/// Whether a number is being typed.
pub fn typing(desk: &Desk<'_>, number: Number) -> bool {
    matches!(&desk.memory.typed, Some((typed, _)) if *typed == number)
}

/// The value as it stands in its field at first.
fn to_type(desk: &Desk<'_>, number: Number) -> String {
    let (shown, unit) = number.text(desk.value(number));
    match unit {
        "kHz" | "s" => format!("{shown} {unit}"),
        _ => shown,
    }
}

/// The field in which a number is typed.
pub fn type_over(desk: &mut Desk<'_>, rect: Rect, number: Number, font: FontId) {
    // The first click of two opened it, and the second wants the default.
    let again = desk.ui.input(|input| {
        let at = input.pointer.interact_pos();
        input.pointer.button_double_clicked(PointerButton::Primary)
            && at.is_some_and(|at| rect.contains(at))
            && input.time - desk.memory.typed_s < TWO_CLICKS_S
    });
    if again {
        desk.memory.typed = None;
        desk.memory.set(number, number.range().default);
        return;
    }
    let Some((_, typed)) = &mut desk.memory.typed else {
        return;
    };
    let id = Id::unique(("typing", number));
    let valid = number.parse(typed).is_some();
    let ended = field(desk.ui, id, rect, font, typed, valid);
    if desk.ui.input(|input| input.key_pressed(Key::Tab)) {
        // The next number begins to be typed when the focus arrives there.
        desk.memory.tabbed_s = desk.ui.input(|input| input.time);
    }
    if let Some(kept) = ended
        && let Some((_, typed)) = desk.memory.typed.take()
    {
        // The text has fewer digits than the value: left as it was, it would round it.
        let changed = typed != to_type(desk, number);
        if let Some(value) = number.parse(&typed).filter(|_| kept && changed) {
            desk.memory.set(number, value);
        }
    }
}

/// A line to type in, all of it chosen at first. Says when it is left: `true` to keep what was typed.
pub fn field(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    font: FontId,
    typed: &mut String,
    valid: bool,
) -> Option<bool> {
    let fresh = ui.ctx().read_response(id).is_none();
    ui.painter()
        .rect_filled(rect, theme::RADIUS, theme::colors().ground);
    let edge = if valid {
        theme::colors().goal
    } else {
        theme::colors().over
    };
    ui.painter().rect_stroke(
        rect,
        theme::RADIUS,
        Stroke::new(1.0, edge),
        StrokeKind::Inside,
    );
    let line = TextEdit::singleline(typed)
        .id(id)
        .font(font)
        .frame(egui::Frame::NONE)
        .align(Align2::CENTER_CENTER)
        .text_color(theme::colors().text);
    let response = ui.put(rect.shrink2(vec2(4.0, 0.0)), line);
    if fresh {
        response.request_focus();
        if let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), id) {
            let all = egui::text::CCursorRange::two(
                egui::text::CCursor::new(0),
                egui::text::CCursor::new(typed.chars().count()),
            );
            state.cursor.set_char_range(Some(all));
            state.store(ui.ctx(), id);
        }
    }
    let (enter, escape, elsewhere) = ui.input(|input| {
        let at = input.pointer.interact_pos();
        let pressed = input.pointer.any_pressed();
        (
            input.key_pressed(Key::Enter),
            input.key_pressed(Key::Escape),
            pressed && at.is_some_and(|at| !rect.contains(at)),
        )
    });
    // The surface sees clicks elsewhere by itself, but no drags.
    let dragged = elsewhere && response.has_focus();
    if dragged {
        response.surrender_focus();
    }
    // The key that began it does not end it.
    // Keys are of what is typed into, and of nothing else.
    let mine = response.has_focus() || response.lost_focus();
    let (enter, escape) = (enter && mine, escape && mine);
    let ended = enter || escape || dragged || response.lost_focus();
    (!fresh && ended).then_some(!escape)
}

/// Drag up and down, wheel, keys and default.
fn adjust(desk: &mut Desk<'_>, response: &Response, number: Number) {
    let up = |share: f32, by: Vec2| share - by.y / DRAG_POINTS;
    adjust_along(desk, response, number, up);
}

/// The same with a drag of its own kind: `along` says where a share of the way comes to when the pointer is
/// dragged some points from there.
pub fn adjust_along(
    desk: &mut Desk<'_>,
    response: &Response,
    number: Number,
    along: impl Fn(f32, Vec2) -> f32,
) {
    let range = number.range();
    let (speed, alt) = modifiers(desk.ui);
    let now_s = desk.ui.input(|input| input.time);
    if response.drag_started() {
        let share = range.normalized(desk.value(number));
        desk.memory.dragged = Some((number, share));
        desk.push(Gesture::Begin(number));
    }
    if let Some((dragged, share)) = &mut desk.memory.dragged
        && *dragged == number
    {
        if response.dragged() || response.drag_stopped() {
            let to = along(*share, dragged_by(response) * speed).clamp(0.0, 1.0);
            if to != *share {
                *share = to;
                let value = range.quantized(range.unnormalized(to));
                desk.push(Gesture::Set(number, value));
            }
            if response.drag_stopped() {
                desk.memory.dragged = None;
                desk.push(Gesture::End(number));
            }
        }
        return;
    }
    if response.gained_focus() && now_s - desk.memory.tabbed_s < TABBED_S {
        desk.memory.tabbed_s = f64::NEG_INFINITY;
        type_from(desk, number);
        return;
    }
    if response.secondary_clicked() {
        type_from(desk, number);
        return;
    }
    if response.double_clicked() || (response.clicked() && alt) {
        desk.memory.set(number, range.default);
        desk.memory.typed = None;
        return;
    }
    if response.has_focus() {
        keys(desk, response, number);
    }
    turn(desk, response, number);
}

/// Arrow keys, Enter to type, Delete for the default.
fn keys(desk: &mut Desk<'_>, response: &Response, number: Number) {
    let (speed, _) = modifiers(desk.ui);
    let filter = egui::EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..egui::EventFilter::default()
    };
    desk.ui
        .memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| desk.ui.input(|input| input.num_presses(key) as f32);
    let more = pressed(Key::ArrowUp) + pressed(Key::ArrowRight);
    let steps = more - pressed(Key::ArrowDown) - pressed(Key::ArrowLeft);
    let defaults = pressed(Key::Delete) + pressed(Key::Backspace) > 0.0;
    if pressed(Key::Enter) > 0.0 {
        type_from(desk, number);
    } else if defaults {
        desk.memory.set(number, number.range().default);
    } else if steps != 0.0 {
        let value = turned(number.range(), desk.value(number), steps * speed);
        desk.memory.set(number, value);
    }
}

/// The wheel. What a touchpad sends in small is added up until it makes a step.
fn turn(desk: &mut Desk<'_>, response: &Response, number: Number) {
    if !response.hovered() {
        return;
    }
    let (mut notches, smooth) = desk.ui.input(|input| {
        let smooth = |event: &Event| {
            let unit = egui::MouseWheelUnit::Point;
            matches!(event, Event::MouseWheel { unit: of, .. } if *of == unit)
        };
        (wheel(&input.events), input.events.iter().any(smooth))
    });
    if notches == 0.0 {
        return;
    }
    let (speed, _) = modifiers(desk.ui);
    let (range, value) = (number.range(), desk.value(number));
    notches *= speed;
    if !smooth {
        desk.memory.set(number, turned(range, value, notches));
        return;
    }
    let left = desk.memory.turned.take();
    notches += left.map_or(0.0, |(of, left)| if of == number { left } else { 0.0 });
    if (way(range, value, notches) - value).abs() < range.step {
        desk.memory.turned = Some((number, notches));
        return;
    }
    let to = range.quantized(turned(range, value, notches));
    let done = (range.normalized(to) - range.normalized(value)) / WHEEL_SHARE;
    // At the end of the range nothing is left to do.
    desk.memory.turned = (to != value).then_some((number, notches - done));
    desk.memory.set(number, to);
}

/// A value some notches of the wheel away.
fn way(range: &Range, value: f32, notches: f32) -> f32 {
    range.unnormalized(range.normalized(value) + notches * WHEEL_SHARE)
}

/// A value some notches of the wheel away: at least one step, so that a fine notch is not lost.
pub fn turned(range: &Range, value: f32, notches: f32) -> f32 {
    let moved = way(range, value, notches);
    if (moved - value).abs() < range.step {
        value + notches.signum() * range.step
    } else {
        moved
    }
}

/// How far the pointer was dragged since the last frame; in the first, since it was pressed.
pub fn dragged_by(response: &Response) -> Vec2 {
    if response.drag_started() {
        response.total_drag_delta().unwrap_or_default()
    } else {
        response.drag_delta()
    }
}

/// How fast values move, and whether Alt is held.
pub fn modifiers(ui: &Ui) -> (f32, bool) {
    ui.input(|input| {
        let fine = input.modifiers.shift || input.modifiers.ctrl;
        let speed = if fine { FINE } else { 1.0 };
        (speed, input.modifiers.alt)
    })
}

/// Notches the wheel was turned; with Shift some systems turn it sideways.
pub fn wheel(events: &[Event]) -> f32 {
    let turned = |event: &Event| match event {
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta,
            ..
        } => (delta.x + delta.y) / 50.0,
        Event::MouseWheel { delta, .. } => delta.x + delta.y,
        _ => 0.0,
    };
    events.iter().map(turned).sum()
}

fn ordered(a: f32, b: f32) -> [f32; 2] {
    [a.min(b), a.max(b)]
}

/// Where a knob points: 0 is lower left, 1 lower right.
fn direction(share: f32) -> Vec2 {
    Vec2::angled((0.75 + 1.5 * share) * std::f32::consts::PI)
}

fn arc(
    painter: &Painter,
    center: Pos2,
    radius: f32,
    [from, to]: [f32; 2],
    color: Color32,
    width: f32,
) {
    const POINTS: usize = 48;
    if to - from < 1e-4 {
        return;
    }
    let at = |n: usize| center + direction(from + (to - from) * n as f32 / POINTS as f32) * radius;
    let points = (0..=POINTS).map(at).collect();
    painter.add(Shape::line(points, Stroke::new(width, color)));
}
