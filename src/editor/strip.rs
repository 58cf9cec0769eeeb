//! The assistant and the chain as a row of tabs: light, name, and what each is doing.

use egui::{Align2, Color32, CursorIcon, Id, Painter, Rect, Sense, Shape, Stroke, pos2, vec2};

use super::activity::FLOOR_DB;
use super::assistant;
use super::desk::{Desk, column};
use super::stages;
use super::theme::{self, GRID};
use super::trace;
use super::view::Gesture;
use super::widgets::{light, text};
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::fields::Group;

/// Height of the row.
pub const HEIGHT: f32 = 50.0;
const GAP: f32 = 4.0;
/// The most that a small meter shows.
const REDUCTION_DB: f32 = 9.0;
const LEVEL_LUFS: [f32; 2] = [-40.0, 0.0];
/// Width of a light with the distances around it.
const LIGHT: f32 = 20.0;

/// Draws the tabs into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let painter = desk.painter();
    let widths = Group::STAGES.map(|stage| {
        let galley = painter.layout_no_wrap(stage.name().to_owned(), theme::label(), theme::colors().text);
        LIGHT + galley.size().x
    });
    let own = painter.layout_no_wrap(assistant::NAME.to_owned(), theme::label(), theme::colors().text);
    let own = own.size().x + 2.0 * GRID;
    let gaps = GAP * Group::STAGES.len() as f32;
    let tabs = (Group::STAGES.len() + 1) as f32;
    let spare = (rect.width() - gaps - own - widths.iter().sum::<f32>()) / tabs;
    let size = vec2(own + spare, rect.height());
    assistant_tab(desk, Rect::from_min_size(rect.min, size));
    let mut left = rect.left() + size.x + GAP;
    for (stage, width) in Group::STAGES.into_iter().zip(widths) {
        let size = vec2(width + spare, rect.height());
        tab(
            desk,
            Rect::from_min_size(pos2(left, rect.top()), size),
            stage,
        );
        left += size.x + GAP;
    }
}

/// The ground of a tab; whether it was pressed.
fn ground(desk: &Desk<'_>, rect: Rect, id: Id, chosen: bool) -> bool {
    let painter = desk.painter();
    let response = desk.ui.interact(rect, id, Sense::click());
    let ground = match (chosen, response.hovered()) {
        (true, _) => theme::colors().panel,
        (false, true) => theme::colors().raised,
        (false, false) => theme::mix(theme::colors().panel, theme::colors().ground, 0.5),
    };
    painter.rect_filled(rect, theme::PANEL_RADIUS, ground);
    if chosen {
        let line = Rect::from_min_size(
            pos2(rect.left() + theme::PANEL_RADIUS, rect.top()),
            vec2(rect.width() - 2.0 * theme::PANEL_RADIUS, 2.0),
        );
        painter.rect_filled(line, 1.0, theme::colors().text);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

fn assistant_tab(desk: &mut Desk<'_>, rect: Rect) {
    let chosen = desk.memory.assistant;
    if ground(desk, rect, Id::unique("assistant tab"), chosen) {
        desk.memory.assistant = true;
    }
    let painter = desk.painter();
    let at = pos2(rect.center().x, rect.top() + 16.0);
    let name = assistant::NAME;
    text(
        &painter,
        at,
        Align2::CENTER_CENTER,
        name,
        theme::label(),
        theme::colors().text,
    );
    let bar = Rect::from_min_max(
        pos2(rect.left() + 2.0 * GRID, rect.bottom() - 16.0),
        pos2(rect.right() - 2.0 * GRID, rect.bottom() - 12.0),
    );
    assistant::small(&painter, bar, desk.view);
}

fn tab(desk: &mut Desk<'_>, rect: Rect, stage: Group) {
    let painter = desk.painter();
    let chosen = desk.memory.stage == stage && !desk.memory.assistant;
    if ground(desk, rect, Id::unique(("tab", stage)), chosen) {
        desk.memory.stage = stage;
        desk.memory.assistant = false;
    }
    if assistant::yours(desk.view, stage) {
        let corner = pos2(rect.right() - 6.0, rect.top() + 6.5);
        painter.circle_filled(corner, 2.5, theme::colors().side);
    }

    let on = stages::is_on(&desk.view.settings, stage);
    let live = stages::live(desk, on);
    let touch = Rect::from_min_size(rect.min, vec2(LIGHT, 28.0));
    let id = Id::unique(("light", stage));
    let switch = desk.ui.interact(touch, id, Sense::click());
    let center = pos2(rect.left() + LIGHT / 2.0, rect.top() + 16.0);
    if switch.hovered() {
        painter.circle_filled(center, 8.0, theme::colors().hovered);
    }
    let ink = if live { theme::colors().goal } else { theme::colors().label };
    light(&painter, center, on, ink);
    let verb = if on { "Turn off" } else { "Turn on" };
    let switch = switch.on_hover_cursor(CursorIcon::PointingHand);
    if switch.on_hover_text(verb).clicked() {
        desk.push(Gesture::Switch(stages::switch_of(stage), !on));
    }
    let ink = if on || chosen {
        theme::colors().text
    } else {
        theme::colors().label
    };
    let at = pos2(rect.left() + LIGHT, center.y);
    text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        stage.name(),
        theme::label(),
        ink,
    );
    let area = Rect::from_min_max(
        pos2(rect.left() + 2.0 * GRID, rect.bottom() - 20.0),
        pos2(rect.right() - 2.0 * GRID, rect.bottom() - 2.0 * GRID),
    );
    activity(&painter, desk, area, stage, live);
}

/// What a stage does, as small as it gets.
fn activity(painter: &Painter, desk: &Desk<'_>, area: Rect, stage: Group, live: bool) {
    let now = &desk.memory.activity.now;
    let bar = Rect::from_center_size(area.center(), vec2(area.width(), 4.0));
    let ink = if live { theme::colors().reduction } else { theme::colors().label };
    let reduction = |db: f32| {
        let ends = [REDUCTION_DB, 0.0];
        trace::bar(painter, bar, ends, 0.0, -db, ink);
    };
    match stage {
        Group::Input => {
            let level = desk.view.snapshot.input.momentary_lufs;
            let level = level.filter(|_| desk.view.running);
            let level = level.map_or(LEVEL_LUFS[0], |lufs| lufs as f32);
            let [low, _] = LEVEL_LUFS;
            trace::bar(painter, bar, LEVEL_LUFS, low, level, theme::colors().input);
        }
        Group::Equalizer => curve(painter, desk, area, live),
        Group::Multiband => pillars(painter, area, &now.multiband_db.map(|db| db / 6.0), ink),
        Group::Image => {
            let set = desk.effect.image.bands.map(|band| band.width_pct);
            let widths = if live && desk.view.running {
                desk.view.snapshot.reading.image.widths_pct
            } else if live {
                set
            } else {
                [100.0; 4]
            };
            pillars(
                painter,
                area,
                &widths.map(|pct| (pct - 100.0) / 60.0),
                theme::colors().side,
            );
        }
        Group::Glue => reduction(now.glue_db),
        Group::Colour => {
            let ends = [FLOOR_DB, 0.0];
            trace::bar(painter, bar, ends, FLOOR_DB, now.colour_db, ink);
        }
        Group::Loudness => reduction(now.limit_db),
        Group::Chain => {}
    }
}

/// One pillar for each value, −1 to 1, from a line in the middle.
fn pillars(painter: &Painter, area: Rect, values: &[f32], ink: Color32) {
    for (index, value) in values.iter().enumerate() {
        let place = column(area, index, values.len(), 3.0);
        let zero = place.center().y;
        let y = zero - value.clamp(-1.0, 1.0) * place.height() / 2.0;
        let line = Rect::from_center_size(place.center(), vec2(place.width(), 1.5));
        painter.rect_filled(line, 0.0, theme::colors().hovered);
        if (y - zero).abs() >= 0.5 {
            let pillar = Rect::from_min_max(
                pos2(place.left(), zero.min(y)),
                pos2(place.right(), zero.max(y)),
            );
            painter.rect_filled(pillar, 0.0, ink);
        }
    }
}

/// The equalizer's curve in effect.
fn curve(painter: &Painter, desk: &Desk<'_>, area: Rect, live: bool) {
    const POINTS: usize = 40;
    const TOP_DB: f64 = 6.0;
    let settings = &desk.effect.equalizer;
    let rate_hz = stages::equalizer::graph::rate_hz(desk.view);
    let zero = area.center().y;
    let line = Stroke::new(1.0, theme::colors().hovered);
    painter.hline(area.x_range(), zero, line);
    if !live || !settings.bands.iter().any(|band| band.on) {
        return;
    }
    let points = (0..=POINTS)
        .map(|n| {
            let share = n as f32 / POINTS as f32;
            let hz = f64::from(super::plot::Plot::hz(share)).min(rate_hz * 0.49);
            let db = response_db(settings, rate_hz, hz, Lane::Mid);
            let y = (db / TOP_DB).clamp(-1.0, 1.0) as f32 * area.height() / 2.0;
            pos2(area.left() + share * area.width(), zero - y)
        })
        .collect();
    painter.add(Shape::line(points, Stroke::new(1.5, theme::colors().goal)));
}
