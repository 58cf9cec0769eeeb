//! Two lanes below the spectrum, on its frequency axis: what the dynamics take and give, and how wide each
//! band is.

use egui::{Align2, CursorIcon, Id, Rect, Sense, pos2, vec2};

use super::cell_words;
use crate::editor::desk::{Desk, cut_top};
use crate::editor::plot::Plot;
use crate::editor::stages;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Page};
use crate::editor::widgets::icon::{self, Icon};
use crate::editor::widgets::{decibels, text, tip, zero_bar};
use crate::engine::audition::settings::AuditionSettings;
use crate::engine::settings::fields::Group;
use crate::engine::settings::multiband::{BAND_NAMES, BANDS};

const LANE: f32 = 30.0;
/// Height of both.
pub(super) const HEIGHT: f32 = 2.0 * LANE + GRID;
/// The most that a bar shows.
const MOST_DB: f32 = 9.0;
const MOST_PCT: f32 = 80.0;
/// Width of the light that lets a band be heard alone.
const SOLO: f32 = 20.0;

/// Draws both lanes into `rect`, on the axis of the plot above.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect, plot: &Plot) {
    let upper = cut_top(&mut rect, LANE, GRID);
    let set = &desk.view.settings;
    let multiband = [
        set.multiband.split_low_hz,
        set.multiband.split_mid_hz,
        set.multiband.split_high_hz,
    ];
    let image = [
        set.image.split_low_hz,
        set.image.split_mid_hz,
        set.image.split_high_hz,
    ];
    name(desk, upper, plot, "Dyn");
    name(desk, rect, plot, "Width");
    for (index, cell) in cells(upper, plot, multiband).into_iter().enumerate() {
        dynamics(desk, cell, index);
    }
    for (index, cell) in cells(rect, plot, image).into_iter().enumerate() {
        width(desk, cell, index);
    }
}

/// The name of a lane, where the axis above has its numbers.
fn name(desk: &Desk<'_>, lane: Rect, plot: &Plot, name: &str) {
    let at = pos2(plot.rect.left() - 5.0, lane.center().y);
    let ink = theme::colors().label;
    text(
        &desk.painter(),
        at,
        Align2::RIGHT_CENTER,
        name,
        theme::tiny(),
        ink,
    );
}

fn cells(lane: Rect, plot: &Plot, splits_hz: [f32; BANDS - 1]) -> [Rect; BANDS] {
    let mut left = plot.rect.left();
    core::array::from_fn(|index| {
        let right = match splits_hz.get(index) {
            Some(&hz) => plot.x(hz),
            None => plot.rect.right(),
        };
        let cell = Rect::from_min_max(
            pos2(left + 1.0, lane.top()),
            pos2(right - 1.0, lane.bottom()),
        );
        left = right;
        cell
    })
}

/// The ground of a cell, which opens the stage's controls.
fn ground(desk: &mut Desk<'_>, cell: Rect, stage: Group, index: usize, said: &str) {
    let id = Id::unique(("lane", stage, index));
    let response = desk.ui.interact(cell, id, Sense::click());
    let colors = theme::colors();
    let ground = if response.hovered() {
        colors.hovered
    } else {
        theme::mix(colors.raised, colors.panel, 0.6)
    };
    desk.ui.painter().rect_filled(cell, theme::RADIUS, ground);
    if response.clicked() {
        desk.memory.page = Page::Stage(stage);
    }
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
}

fn dynamics(desk: &mut Desk<'_>, cell: Rect, index: usize) {
    let said = "What the multiband dynamics do in this band now; click for their controls.";
    ground(desk, cell, Group::Multiband, index, said);
    let live = stages::live(desk, desk.view.settings.multiband.on);
    let move_db = if live {
        desk.memory.activity.now.multiband_db[index]
    } else {
        0.0
    };
    let painter = desk.painter();
    let colors = theme::colors();
    let ink = if live && move_db.abs() >= 0.05 {
        colors.reduction
    } else {
        colors.label
    };
    let shown = if live {
        format!("{} dB", decibels(move_db, 1, true))
    } else {
        "off".to_owned()
    };
    let mut words = cell;
    words.min.x += SOLO - 4.0;
    cell_words(&painter, words, BAND_NAMES[index], &shown, ink);
    bar(
        desk,
        cell,
        move_db / MOST_DB,
        if live { colors.reduction } else { colors.label },
    );
    solo(desk, cell, index);
}

fn width(desk: &mut Desk<'_>, cell: Rect, index: usize) {
    let said = "How wide this band is: 100 % as mixed; click for the controls of the image.";
    ground(desk, cell, Group::Image, index, said);
    let live = stages::live(desk, desk.view.settings.image.on);
    let set_pct = desk.effect.image.bands[index].width_pct;
    let now_pct = match (live, desk.view.running) {
        (true, true) => desk.view.snapshot.reading.image.widths_pct[index],
        (true, false) => set_pct,
        (false, _) => 100.0,
    };
    let colors = theme::colors();
    let held = live && (now_pct - set_pct).abs() > 0.5;
    let ink = match (live, held) {
        (_, true) => colors.reduction,
        (true, false) => colors.side,
        (false, _) => colors.label,
    };
    let shown = if live {
        format!("{now_pct:.0} %")
    } else {
        "off".to_owned()
    };
    cell_words(&desk.painter(), cell, BAND_NAMES[index], &shown, ink);
    bar(desk, cell, (now_pct - 100.0) / MOST_PCT, ink);
}

/// A bar from the middle of a cell to one side, −1 to 1.
fn bar(desk: &Desk<'_>, cell: Rect, share: f32, ink: egui::Color32) {
    let track = Rect::from_min_max(
        pos2(cell.left() + 6.0, cell.bottom() - 9.0),
        pos2(cell.right() - 6.0, cell.bottom() - 5.0),
    );
    let ground = theme::colors().ground;
    zero_bar(&desk.painter(), track, ground, 0.5, share, ink);
}

/// Lets a band be heard alone.
fn solo(desk: &mut Desk<'_>, cell: Rect, index: usize) {
    let place = Rect::from_min_size(cell.min + vec2(1.0, 0.0), vec2(SOLO, 19.0));
    let now = desk.view.audition;
    let on = now.solo() == Some(index);
    let id = Id::unique(("solo", index));
    let response = desk.ui.interact(place, id, Sense::click());
    let colors = theme::colors();
    let ink = match (on, response.hovered()) {
        (true, _) => colors.over,
        (false, true) => colors.text,
        (false, false) => colors.label,
    };
    icon::draw(desk.ui.painter(), place.center(), Icon::Solo, ink);
    if response.clicked() {
        let solo_band = (!on).then_some(index as u8);
        desk.push(Gesture::Audition(AuditionSettings { solo_band, ..now }));
    }
    let said = match on {
        true => "All bands are heard again.",
        false => "Hear this band alone.",
    };
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
}
