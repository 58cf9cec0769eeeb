//! The chain as a row of cards: on or off, name, what each is doing, how much. A card opens its controls.

use egui::{Align2, Color32, CursorIcon, Id, Painter, Rect, Sense, Shape, Stroke, pos2, vec2};

use super::activity::FLOOR_DB;
use super::assistant;
use super::desk::{Desk, column};
use super::help;
use super::linked;
use super::stages;
use super::theme;
use super::trace;
use super::view::{Gesture, Page};
use super::widgets::press::ring;
use super::widgets::{decibels, light, text, tip, zero_pillar};
use crate::engine::equalizer::response::{Lane, response_db};
use crate::engine::settings::fields::Group;
use crate::engine::settings::image::ImageSettings;

/// Between the cards.
const BETWEEN: f32 = 3.0;
/// From this width on a card has its light before its name.
const ROOMY: f32 = 86.0;
/// From this width on it tells what is in effect and what is set.
const BOTH: f32 = 114.0;
/// The most that a small meter shows.
const REDUCTION_DB: f32 = 9.0;
const LEVEL_LUFS: [f32; 2] = [-40.0, 0.0];
/// Width of a light with the distances around it.
const LIGHT: f32 = 20.0;
/// Height of the rows of words in a card.
const WORDS: f32 = 22.0;

/// Draws the cards into `rect`; where what stands before the chain has no place of its own, it has one too.
pub fn draw(desk: &mut Desk<'_>, rect: Rect, with_lead: bool) {
    let lead = usize::from(with_lead);
    let count = Group::STAGES.len() + lead;
    if with_lead {
        lead_card(desk, column(rect, 0, count, BETWEEN));
    }
    for (index, stage) in Group::STAGES.into_iter().enumerate() {
        card(desk, column(rect, index + lead, count, BETWEEN), stage);
    }
}

/// The ground of a card. A press opens its page, or closes it where it is open.
fn ground(desk: &mut Desk<'_>, rect: Rect, page: Page, said: &str) -> bool {
    let id = Id::unique(("card", page));
    let response = desk.ui.interact(rect, id, Sense::click());
    let open = desk.memory.page == page;
    let painter = desk.ui.painter();
    let colors = theme::colors();
    let ground = match (open, response.hovered()) {
        (_, true) => colors.raised,
        (true, false) => colors.panel,
        (false, false) => theme::mix(colors.panel, colors.ground, 0.6),
    };
    painter.rect_filled(rect, theme::PANEL_RADIUS, ground);
    if open {
        let line = Rect::from_min_size(
            pos2(rect.left() + theme::PANEL_RADIUS, rect.top()),
            vec2(rect.width() - 2.0 * theme::PANEL_RADIUS, 2.0),
        );
        painter.rect_filled(line, 1.0, colors.text);
    }
    ring(desk.ui, &response, rect);
    if response.clicked() {
        desk.memory.page = if open { Page::Spectrum } else { page };
    }
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
    open
}

/// The three parts of a card: name, activity, amount.
fn parts(rect: Rect) -> [Rect; 3] {
    let inside = rect.shrink2(vec2(if rect.width() < ROOMY { 4.5 } else { 8.0 }, 4.0));
    let upper = Rect::from_min_size(inside.min, vec2(inside.width(), WORDS));
    let lower = Rect::from_min_max(pos2(inside.left(), inside.bottom() - WORDS), inside.max);
    let between = Rect::from_min_max(
        pos2(inside.left(), upper.bottom() + 1.0),
        pos2(inside.right(), lower.top() - 1.0),
    );
    [upper, between, lower]
}

fn lead_card(desk: &mut Desk<'_>, rect: Rect) {
    let is_stem = desk.view.stem.is_some();
    let (page, name, said) = if is_stem {
        let said = "What this stem is, whose it is, its fader, and what its master advised.";
        (Page::Stem, linked::stem::NAME, said)
    } else {
        let said = "Listens to the song, proposes a master, and says why.";
        (Page::Assistant, assistant::NAME, said)
    };
    ground(desk, rect, page, said);
    let [upper, between, _] = parts(rect);
    let painter = desk.painter();
    let at = upper.left_center();
    let ink = theme::colors().text;
    text(&painter, at, Align2::LEFT_CENTER, name, theme::tiny(), ink);
    if is_stem {
        return linked::stem::small(desk, between.center());
    }
    let bar = Rect::from_center_size(between.center(), vec2(between.width(), 4.0));
    assistant::small(&painter, bar, desk.view);
}

fn card(desk: &mut Desk<'_>, rect: Rect, stage: Group) {
    let open = ground(desk, rect, Page::Stage(stage), help::of_stage(stage));
    let [upper, between, lower] = parts(rect);
    let roomy = rect.width() >= ROOMY;
    let on = stages::is_on(&desk.view.settings, stage);
    let live = stages::live(desk, on);
    let colors = theme::colors();
    let painter = desk.painter();
    let lamp = if roomy { upper } else { lower };
    power(
        desk,
        pos2(lamp.left() + 5.0, lamp.center().y),
        stage,
        on,
        live,
    );
    let ink = if on || open {
        colors.text
    } else {
        colors.label
    };
    let (left, font) = if roomy {
        (upper.left() + LIGHT - 2.0, theme::heading())
    } else {
        (upper.left(), theme::tiny())
    };
    let at = pos2(left, upper.center().y);
    text(&painter, at, Align2::LEFT_CENTER, stage.name(), font, ink);
    if assistant::yours(desk.view, stage) {
        // What the user made their own: a mark, not only a colour.
        let corner = pos2(rect.right() - 7.0, rect.top() + 7.0);
        let mark = vec![
            corner + vec2(0.0, -3.5),
            corner + vec2(3.5, 0.0),
            corner + vec2(0.0, 3.5),
            corner + vec2(-3.5, 0.0),
        ];
        painter.add(Shape::convex_polygon(mark, colors.side, Stroke::NONE));
    }
    activity(&painter, desk, between.shrink2(vec2(0.0, 2.0)), stage, live);
    let (said, font) = match (roomy, rect.width() >= BOTH) {
        (true, both) => (amount(desk, stage, on, true, both), theme::label()),
        (false, _) => (amount(desk, stage, on, false, false), theme::tiny()),
    };
    let ink = if live { colors.text } else { colors.label };
    let (at, align) = if roomy {
        (lower.left_center(), Align2::LEFT_CENTER)
    } else {
        (lower.right_center(), Align2::RIGHT_CENTER)
    };
    text(&painter, at, align, said, font, ink);
}

/// The light of a stage, which switches it.
fn power(desk: &mut Desk<'_>, center: egui::Pos2, stage: Group, on: bool, live: bool) {
    let touch = Rect::from_center_size(center, vec2(LIGHT, LIGHT));
    let id = Id::unique(("light", stage));
    let response = desk.ui.interact(touch, id, Sense::click());
    let painter = desk.ui.painter();
    let colors = theme::colors();
    if response.hovered() {
        painter.circle_filled(center, 8.0, colors.hovered);
    }
    ring(desk.ui, &response, touch);
    light(
        painter,
        center,
        on,
        if live { colors.goal } else { colors.label },
    );
    let clicked = response.clicked();
    let said = match on {
        true => format!(
            "Turn {} off; what it is set to stays.",
            stage.name().to_lowercase()
        ),
        false => format!("Turn {} on.", stage.name().to_lowercase()),
    };
    tip(response.on_hover_cursor(CursorIcon::PointingHand), &said);
    if clicked {
        desk.push(Gesture::Switch(stages::switch_of(stage), !on));
    }
}

/// How much a stage does, in effect and, where there is room and it is another, as it is set.
fn amount(desk: &Desk<'_>, stage: Group, on: bool, roomy: bool, both: bool) -> String {
    let heard = desk.view.snapshot.input.momentary_lufs;
    if let (Group::Input, Some(lufs), true) = (stage, heard, desk.view.running) {
        // The door has always something to tell.
        let lufs = decibels(lufs as f32, 1, false);
        return if roomy { format!("{lufs} LUFS") } else { lufs };
    }
    if !on {
        return "off".to_owned();
    }
    let (set, effect) = (&desk.view.settings, &desk.effect);
    let now = &desk.memory.activity.now;
    let unit = |text: String, unit: &str| {
        if roomy {
            format!("{text} {unit}")
        } else {
            text
        }
    };
    // "+4.2 of +6.0 dB" where the intensity holds something back.
    let of = |effect: f32, set: f32, places: usize, signed: bool, what: &str| {
        let effect = decibels(effect, places, signed);
        let set = decibels(set, places, signed);
        if both && effect != set {
            format!("{effect} of {set} {what}")
        } else {
            unit(effect, what)
        }
    };
    match stage {
        Group::Input => unit(decibels(set.input.subsonic_hz, 0, false), "Hz"),
        Group::Equalizer => {
            let count = set.equalizer.bands.iter().filter(|band| band.on).count();
            match (roomy, count) {
                (true, 1) => "1 band".to_owned(),
                (true, _) => format!("{count} bands"),
                (false, _) => count.to_string(),
            }
        }
        Group::Multiband => {
            let most = now.multiband_db.into_iter();
            let most = most.fold(
                0.0_f32,
                |most, db| if db.abs() > most.abs() { db } else { most },
            );
            unit(decibels(most, 1, true), "dB")
        }
        Group::Image => {
            let farthest = |image: &ImageSettings| {
                let widths = image.bands.iter().map(|band| band.width_pct);
                widths.fold(100.0_f32, |far, pct| {
                    if (pct - 100.0).abs() > (far - 100.0).abs() {
                        pct
                    } else {
                        far
                    }
                })
            };
            of(farthest(&effect.image), farthest(&set.image), 0, false, "%")
        }
        Group::Glue => unit(decibels(now.glue_db, 1, false), "dB"),
        Group::Colour => of(
            effect.colour.amount_pct,
            set.colour.amount_pct,
            0,
            false,
            "%",
        ),
        Group::Loudness => unit(decibels(now.limit_db, 1, false), "dB"),
        Group::Chain | Group::Stem => String::new(),
    }
}

/// What a stage does, as small as it gets.
fn activity(painter: &Painter, desk: &Desk<'_>, area: Rect, stage: Group, live: bool) {
    let now = &desk.memory.activity.now;
    let bar = Rect::from_center_size(area.center(), vec2(area.width(), 4.0));
    let ink = if live {
        theme::colors().reduction
    } else {
        theme::colors().label
    };
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
        Group::Chain | Group::Stem => {}
    }
}

/// One pillar for each value, −1 to 1, from a line in the middle.
fn pillars(painter: &Painter, area: Rect, values: &[f32], ink: Color32) {
    for (index, value) in values.iter().enumerate() {
        let place = column(area, index, values.len(), 3.0);
        zero_pillar(painter, place, *value, ink);
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
