//! The meters of a narrow window: numbers below each other, and three buttons for the rest.

use egui::{Align2, Rect, pos2, vec2};

use super::numbers::{NOTHING, bar, cells, reading, shown, tenths};
use super::{PARTS, aim_lufs, ceiling_dbtp, parts, service};
use crate::editor::desk::{Desk, cut_bottom, cut_right, cut_top};
use crate::editor::help;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{Gesture, Page};
use crate::editor::widgets::{button, number_with_unit, text, tip_in};

const BUTTON: f32 = 22.0;

/// Draws the column into `rect`.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let colors = theme::colors();
    let meter = shown(desk.view);
    for (index, &part) in parts(desk.view).iter().enumerate().rev() {
        let place = cut_bottom(&mut rect, BUTTON, GRID);
        let (label, said) = PARTS[index];
        let open = desk.memory.page == Page::Part(part);
        let fill = open.then_some(colors.label);
        if button(desk.ui, place, label, said, fill, true) {
            desk.memory.page = if open {
                Page::Spectrum
            } else {
                Page::Part(part)
            };
        }
    }
    let mut reset = cut_bottom(&mut rect, BUTTON, GRID);
    let by_itself = cut_right(&mut reset, 40.0, GRID);
    let on = desk.view.reset_on_start;
    let said = match on {
        true => "They start anew by themselves when playback starts; a click ends that.",
        false => "Lets them start anew by themselves each time playback starts.",
    };
    let fill = on.then_some(colors.label);
    if button(desk.ui, by_itself, "Auto", said, fill, true) {
        desk.push(Gesture::ResetOnStart(!on));
    }
    let said = "Loudness, peaks and range are counted anew from now on.";
    if button(desk.ui, reset, "Reset", said, None, true) {
        desk.push(Gesture::ResetMeters);
    }
    let number = |place: Rect, name: &str, number: &str, unit: &str, font, ink| {
        text(
            &painter,
            place.min,
            Align2::LEFT_TOP,
            name,
            theme::tiny(),
            colors.label,
        );
        let unit = if number == NOTHING { "" } else { unit };
        number_with_unit(&painter, place.left_bottom(), number, unit, font, ink);
    };
    let place = cut_top(&mut rect, 36.0, 2.0);
    tip_in(desk.ui, reading("Integrated"), place, help::INTEGRATED);
    let loudness = tenths(meter.integrated_lufs);
    number(
        place,
        "Integrated",
        &loudness,
        "LUFS",
        theme::large(),
        colors.text,
    );
    let track = cut_top(&mut rect, 6.0, GRID);
    bar(
        &painter,
        track,
        meter.integrated_lufs,
        None,
        aim_lufs(desk.view),
    );
    let cells = cells(&meter, ceiling_dbtp(desk.view));
    let [peak, ..] = &cells;
    let place = cut_top(&mut rect, 34.0, GRID);
    tip_in(desk.ui, reading(peak.name), place, peak.said);
    number(
        place,
        peak.name,
        &peak.number,
        peak.unit,
        theme::large(),
        peak.color,
    );
    // What else there is room for, in the order of what is asked for.
    let lines = [
        (
            "Short-term",
            tenths(meter.short_term_lufs),
            help::SHORT_TERM,
        ),
        ("Momentary", tenths(meter.momentary_lufs), help::MOMENTARY),
        ("PLR", cells[2].number.clone(), cells[2].said),
        ("LRA", cells[1].number.clone(), cells[1].said),
        ("PSR", cells[3].number.clone(), cells[3].said),
    ];
    let foot = cut_bottom(&mut rect, 0.0, 0.0);
    for (name, value, said) in lines {
        if rect.height() < 17.0 + service::SLIM {
            break;
        }
        let place = cut_top(&mut rect, 17.0, 0.0);
        tip_in(desk.ui, reading(name), place, said);
        let at = place.left_center();
        text(
            &painter,
            at,
            Align2::LEFT_CENTER,
            name,
            theme::tiny(),
            colors.label,
        );
        let at = place.right_center();
        text(
            &painter,
            at,
            Align2::RIGHT_CENTER,
            value,
            theme::label(),
            colors.text,
        );
    }
    let place = Rect::from_min_size(
        pos2(rect.left(), foot.top() - service::SLIM),
        vec2(rect.width(), service::SLIM),
    );
    if place.top() >= rect.top() && desk.view.stem.is_none() {
        service::draw_slim(desk, place);
    }
}
