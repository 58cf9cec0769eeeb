//! The bands as a row of numbers, and the controls of the chosen one.

use egui::{Align2, Color32, CursorIcon, Id, Painter, Rect, Sense, Shape, Stroke, pos2, vec2};

use super::graph::{color, has_gain};
use crate::editor::assistant;
use crate::editor::desk::{Desk, column, cut_left, cut_top, names};
use crate::editor::fields::EqBand;
use crate::editor::help;
use crate::editor::theme::{self, GRID};
use crate::editor::view::Gesture;
use crate::editor::widgets::{choices, knob, switch, text, tip};
use crate::engine::settings::equalizer::{BANDS, Placement, Shape as Curve, Slope};
use crate::engine::settings::fields::Choice;

const CHIPS: f32 = 26.0;
const CHOICES: f32 = 26.0;
const KNOBS: f32 = 86.0;
/// Height of all of it.
pub const HEIGHT: f32 = CHIPS + CHOICES + KNOBS + 4.0 * GRID;

/// Draws all of it into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect, live: bool) {
    let row = cut_top(&mut rect, CHIPS, 2.0 * GRID);
    chips(desk, row, live);
    let band = desk.memory.band;
    let settings = desk.view.settings.equalizer.bands[usize::from(band.0)];
    let live = live && settings.on;
    let mut row = cut_top(&mut rect, CHOICES, 2.0 * GRID);
    let place = cut_left(&mut row, 100.0, 2.0 * GRID);
    let label = format!("Band {}", band.0 + 1);
    let on = settings.on;
    if let Some(on) = switch(
        desk.ui,
        band.on(),
        place,
        &label,
        help::of(band.on()),
        Align2::LEFT_CENTER,
        on,
        theme::colors().goal,
    ) {
        desk.push(Gesture::Switch(band.on(), on));
    }
    let width = (row.width() * 0.58).min(300.0);
    let place = cut_left(&mut row, width, 2.0 * GRID);
    shapes(desk, place, band, settings.shape, live);
    row.set_width(row.width().min(220.0));
    let picked = choices(
        desk.ui,
        band.placement(),
        row,
        &names::<Placement>(),
        help::of(band.placement()),
        settings.placement.index(),
    );
    desk.choose(band.placement(), picked);
    knobs(desk, rect, band, live);
}

fn chips(desk: &mut Desk<'_>, row: Rect, live: bool) {
    for index in 0..BANDS {
        let band = EqBand(index as u8);
        let settings = &desk.view.settings.equalizer.bands[index];
        let rect = column(row, index, BANDS, 3.0);
        let id = Id::unique(("band", index));
        let response = desk.ui.interact(rect, id, Sense::click());
        let painter = desk.ui.painter();
        let chosen = desk.memory.band == band;
        let ink = if live {
            color(settings)
        } else {
            theme::colors().label
        };
        let ground = match (chosen, response.hovered()) {
            (true, _) => theme::colors().hovered,
            (false, true) => theme::colors().raised,
            (false, false) => theme::mix(theme::colors().raised, theme::colors().panel, 0.45),
        };
        painter.rect_filled(rect, theme::RADIUS, ground);
        if chosen {
            let edge = Stroke::new(1.0, theme::colors().label);
            painter.rect_stroke(rect, theme::RADIUS, edge, egui::StrokeKind::Inside);
        }
        let number = if settings.on {
            theme::colors().text
        } else {
            theme::colors().label
        };
        let label = (index + 1).to_string();
        let at = rect.center() - vec2(0.0, 3.0);
        text(
            painter,
            at,
            Align2::CENTER_CENTER,
            label,
            theme::tiny(),
            number,
        );
        if assistant::assistants(desk.view, index) {
            let corner = pos2(rect.right() - 5.0, rect.top() + 5.0);
            painter.circle_filled(corner, 2.0, theme::colors().output);
        }
        let strip = Rect::from_center_size(
            pos2(rect.center().x, rect.bottom() - 5.0),
            vec2(rect.width() - 10.0, 2.5),
        );
        if settings.on {
            painter.rect_filled(strip, 1.0, ink);
        }
        if settings.on && settings.dynamic() {
            let moved = desk.memory.activity.now.equalizer_db[index];
            let most = settings.range_db.abs().max(1.0);
            let share = (moved.abs() / most).clamp(0.0, 1.0);
            let size = vec2(strip.width() * share, strip.height());
            let moving = Rect::from_center_size(strip.center(), size);
            let ink = if live {
                theme::colors().reduction
            } else {
                theme::colors().raised
            };
            painter.rect_filled(moving, 1.0, ink);
        }
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        if response.double_clicked() {
            let on = settings.on;
            desk.push(Gesture::Switch(band.on(), !on));
        } else if response.clicked() {
            desk.memory.band = band;
        }
        tip(
            response,
            "Shows the controls of this band; a double-click turns it on or off.",
        );
    }
}

/// The curves as small pictures.
fn shapes(desk: &mut Desk<'_>, rect: Rect, band: EqBand, chosen: Curve, live: bool) {
    let variants = Curve::VARIANTS;
    desk.ui
        .painter()
        .rect_filled(rect, theme::RADIUS, theme::colors().raised);
    for (index, variant) in variants.iter().enumerate() {
        let part = column(rect, index, variants.len(), 0.0);
        let id = Id::unique(("shape", band, index));
        let response = desk.ui.interact(part, id, Sense::click());
        let painter = desk.ui.painter();
        let inner = part.shrink(2.0);
        let ink = if index == chosen.index() {
            let ground = if live {
                theme::colors().goal
            } else {
                theme::colors().label
            };
            painter.rect_filled(inner, theme::RADIUS - 1.0, ground);
            theme::colors().on_fill
        } else {
            if response.hovered() {
                painter.rect_filled(inner, theme::RADIUS - 1.0, theme::colors().hovered);
            }
            theme::colors().text
        };
        picture(painter, inner, Curve::of(index), ink);
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        let clicked = response.clicked();
        tip(
            response,
            &format!("{}. {}", variant.name, help::of(band.shape())),
        );
        if clicked && index != chosen.index() {
            desk.push(Gesture::Choose(band.shape(), index));
        }
    }
}

fn picture(painter: &Painter, rect: Rect, shape: Curve, ink: Color32) {
    let size = vec2(20.0_f32.min(rect.width() - 6.0), 11.0);
    let area = Rect::from_center_size(rect.center(), size);
    let height = |x: f32| -> f32 {
        let step = |x: f32| 1.0 / (1.0 + libm::expf(-14.0 * x));
        match shape {
            Curve::Bell | Curve::BassNote => libm::expf(-28.0 * (x - 0.5) * (x - 0.5)),
            Curve::LowShelf => 1.0 - step(x - 0.5),
            Curve::HighShelf => step(x - 0.5),
            Curve::LowCut => 1.0 - (1.0 - (x / 0.55).min(1.0)) * (1.0 - (x / 0.55).min(1.0)),
            Curve::HighCut => {
                let x = 1.0 - x;
                1.0 - (1.0 - (x / 0.55).min(1.0)) * (1.0 - (x / 0.55).min(1.0))
            }
            Curve::Tilt => x,
        }
    };
    const POINTS: usize = 24;
    let points = (0..=POINTS)
        .map(|n| {
            let x = n as f32 / POINTS as f32;
            pos2(
                area.left() + x * area.width(),
                area.bottom() - height(x) * area.height(),
            )
        })
        .collect();
    painter.add(Shape::line(points, Stroke::new(1.5, ink)));
    if shape == Curve::BassNote {
        // A note's head under the bell.
        painter.circle_filled(pos2(area.center().x, area.bottom()), 2.5, ink);
    }
}

fn knobs(desk: &mut Desk<'_>, mut rect: Rect, band: EqBand, live: bool) {
    const COLUMNS: usize = 8;
    rect.set_width(rect.width().min(COLUMNS as f32 * 96.0));
    let shape = desk.view.settings.equalizer.bands[usize::from(band.0)].shape;
    knob(desk, column(rect, 0, COLUMNS, 0.0), band.frequency(), live);
    knob(desk, column(rect, 1, COLUMNS, 0.0), band.q(), live);
    let third = column(rect, 2, COLUMNS, 0.0);
    if has_gain(shape) {
        knob(desk, third, band.gain(), live);
        let dynamic = live && desk.view.settings.equalizer.bands[usize::from(band.0)].dynamic();
        let line = pos2(third.right(), rect.top() + 4.0);
        let edge = Stroke::new(1.0, theme::colors().line);
        let span = line.y..=rect.bottom() - 4.0;
        desk.ui.painter().vline(line.x, span, edge);
        knob(desk, column(rect, 3, COLUMNS, 0.0), band.range(), dynamic);
        for (index, number) in band.dynamics().into_iter().enumerate() {
            knob(desk, column(rect, 4 + index, COLUMNS, 0.0), number, dynamic);
        }
        return;
    }
    let slope = desk.view.settings.equalizer.bands[usize::from(band.0)].slope;
    let place = Rect::from_min_max(
        pos2(third.left() + 2.0 * GRID, rect.center().y - 13.0),
        pos2(
            column(rect, 7, COLUMNS, 0.0).right(),
            rect.center().y + 13.0,
        ),
    );
    let labels = names::<Slope>();
    let picked = choices(
        desk.ui,
        band.slope(),
        place,
        &labels,
        help::of(band.slope()),
        slope.index(),
    );
    desk.choose(band.slope(), picked);
}
