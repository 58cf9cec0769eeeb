//! The panel of the saturation: its kind and knobs, and how much it adds.

use egui::{Align2, Rect, pos2, vec2};

use crate::editor::activity::FLOOR_DB;
use crate::editor::desk::{Desk, column, cut_bottom, cut_top, names};
use crate::editor::fields::{COLOUR, COLOUR_KIND};
use crate::editor::help;
use crate::editor::plot::{Mark, legend};
use crate::editor::theme::{self, GAP};
use crate::editor::trace::{self, Scale};
use crate::editor::widgets::{choices, decibels, knob, text};
use crate::engine::settings::colour::Kind;
use crate::engine::settings::fields::Choice;

const KNOBS: f32 = 116.0;
const LINES_DB: [f32; 5] = [0.0, -20.0, -40.0, -60.0, -80.0];

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.colour.on);
    let entries = [("Added", Mark::Area(theme::colors().reduction))];
    legend(
        &desk.painter(),
        Align2::LEFT_CENTER.pos_in_rect(&head),
        &entries,
    );
    let mut controls = cut_bottom(&mut rect, KNOBS, GAP);
    // The kind beside the knobs, as wide as two of them.
    let width = (controls.width() / 5.0).min(150.0);
    let kinds = Rect::from_center_size(
        pos2(controls.left() + width, controls.center().y),
        vec2(2.0 * width - GAP, 28.0),
    );
    let chosen = desk.view.settings.colour.kind.index();
    let labels = names::<Kind>();
    let picked = choices(
        desk.ui,
        COLOUR_KIND,
        kinds,
        &labels,
        help::of(COLOUR_KIND),
        chosen,
    );
    desk.choose(COLOUR_KIND, picked);
    controls.min.x += 2.0 * width;
    controls.set_width(3.0 * width);
    for (index, number) in COLOUR.into_iter().enumerate() {
        knob(
            desk,
            column(controls, index, COLOUR.len(), 0.0),
            number,
            live,
        );
    }
    let painter = desk.painter();
    let now_db = desk.memory.activity.now.colour_db;
    let now = cut_top(&mut rect, 26.0, 0.0);
    let (shown, ink) = if now_db > FLOOR_DB && live {
        let shown = format!("{} dBFS", decibels(now_db, 1, false));
        (shown, theme::colors().reduction)
    } else {
        ("nothing added".to_owned(), theme::colors().label)
    };
    let at = now.right_center();
    text(
        &painter,
        at,
        Align2::RIGHT_CENTER,
        shown,
        theme::value(),
        ink,
    );
    let meter = Rect::from_min_max(
        pos2(now.left() + 30.0, now.center().y - 5.0),
        pos2(now.right() - 118.0, now.center().y + 5.0),
    );
    let ends = [FLOOR_DB, 0.0];
    trace::bar(&painter, meter, ends, FLOOR_DB, now_db, ink);
    let scale = Scale {
        bottom: FLOOR_DB,
        top: 0.0,
        lines: &LINES_DB,
        base: FLOOR_DB,
    };
    trace::draw(&painter, rect, &desk.memory.activity, 1, scale, ink);
}
