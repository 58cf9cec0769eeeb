//! The panel of the bus compressor: what it takes away, now and over the last seconds, and its knobs.

use egui::{Align2, Rect, pos2};

use crate::editor::desk::{Desk, column, cut_bottom, cut_right, cut_top};
use crate::editor::fields::{AUTO_RELEASE, GLUE};
use crate::editor::help;
use crate::editor::plot::{Mark, legend};
use crate::editor::theme::{self, GAP};
use crate::editor::trace::{self, Scale};
use crate::editor::view::Gesture;
use crate::editor::widgets::{decibels, knob, switch, text};

const KNOBS: f32 = 92.0;
const LINES_DB: [f32; 5] = [0.0, -3.0, -6.0, -9.0, -12.0];

/// Draws the panel's content into `rect`, below the head.
pub fn draw(desk: &mut Desk<'_>, mut head: Rect, mut rect: Rect) {
    let live = super::live(desk, desk.view.settings.glue.on);
    let place = cut_right(&mut head, 128.0, GAP);
    let auto = desk.view.settings.glue.auto_release;
    let at = Align2::RIGHT_CENTER;
    let label = "Auto release";
    if let Some(on) = switch(
        desk.ui,
        AUTO_RELEASE,
        place,
        label,
        help::of(AUTO_RELEASE),
        at,
        auto,
        theme::colors().goal,
    ) {
        desk.push(Gesture::Switch(AUTO_RELEASE, on));
    }
    let ink = if live {
        theme::colors().reduction
    } else {
        theme::colors().label
    };
    let entries = [("Gain reduction", Mark::Area(theme::colors().reduction))];
    legend(
        &desk.painter(),
        Align2::LEFT_CENTER.pos_in_rect(&head),
        &entries,
    );
    let knobs = cut_bottom(&mut rect, KNOBS, GAP);
    for (index, number) in GLUE.into_iter().enumerate() {
        knob(desk, column(knobs, index, GLUE.len(), 0.0), number, live);
    }
    let painter = desk.painter();
    let now_db = desk.memory.activity.now.glue_db;
    let now = cut_top(&mut rect, 26.0, 0.0);
    let shown = format!("{} dB", decibels(now_db, 1, false));
    let at = now.right_center();
    text(
        &painter,
        at,
        Align2::RIGHT_CENTER,
        shown,
        theme::large(),
        ink,
    );
    let meter = Rect::from_min_max(
        pos2(now.left() + 30.0, now.center().y - 5.0),
        pos2(now.right() - 108.0, now.center().y + 5.0),
    );
    trace::bar(&painter, meter, [0.0, 12.0], 0.0, -now_db, ink);
    let scale = Scale {
        bottom: -12.0,
        top: 0.0,
        lines: &LINES_DB,
        base: 0.0,
    };
    trace::draw(&painter, rect, &desk.memory.activity, 0, scale, ink);
}
