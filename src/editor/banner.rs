//! The row that says that something else than the master is heard, and by how many dB; or what went wrong.

use egui::{Align2, Rect, vec2};

use super::desk::{Desk, cut_right};
use super::theme::{self, GRID};
use super::view::{Gesture, ViewModel};
use super::widgets::{Icon, decibels, icon_button, one_line, text};
use crate::engine::audition::settings::{AuditionSettings, Channels, Listen};
use crate::engine::settings::multiband::BAND_NAMES;

/// Whether there is anything to be said.
pub fn shown(view: &ViewModel) -> bool {
    view.audition.on() || view.presets.fault.is_some()
}

/// Draws the row into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    if desk.view.audition.on() {
        warning(desk, rect);
    } else if let Some(fault) = desk.view.presets.fault.clone() {
        complaint(desk, rect, &fault);
    }
}

fn warning(desk: &mut Desk<'_>, rect: Rect) {
    let colors = theme::colors();
    let painter = desk.painter();
    painter.rect_filled(rect, theme::RADIUS, colors.alarm);
    let mut inside = rect.shrink2(vec2(2.0 * GRID, 3.0));
    let back = cut_right(&mut inside, 112.0, 2.0 * GRID);
    let said = "Ends every comparison: what leaves the plugin is heard again.";
    let id = egui::Id::unique("back to the master");
    let response = desk.ui.interact(back, id, egui::Sense::click());
    let ground = if response.hovered() {
        theme::mix(colors.on_alarm, colors.alarm, 0.85)
    } else {
        colors.on_alarm
    };
    painter.rect_filled(back, theme::RADIUS, ground);
    let at = back.center();
    let label = desk.view.worded("Back to master");
    text(
        &painter,
        at,
        Align2::CENTER_CENTER,
        label,
        theme::body(),
        colors.alarm,
    );
    if response.clicked() {
        desk.push(Gesture::Audition(AuditionSettings::default()));
    }
    super::widgets::tip(
        response.on_hover_cursor(egui::CursorIcon::PointingHand),
        said,
    );
    let [number, words] = said_of(desk.view).map(|said| desk.view.worded(&said));
    let at = inside.left_center();
    let number = text(
        &painter,
        at,
        Align2::LEFT_CENTER,
        number,
        theme::heading(),
        colors.on_alarm,
    );
    inside.min.x = number.right() + 2.0 * GRID;
    one_line(&painter, inside, &words, theme::body(), colors.on_alarm);
}

/// By how many dB it is not the master, and what it is instead.
fn said_of(view: &ViewModel) -> [String; 2] {
    let audition = view.audition;
    let [processed_db, original_db] = view.snapshot.reading.audition.match_gains_db;
    let number = match audition.listen {
        Listen::Output => "Not your master".to_owned(),
        Listen::Delta => "Delta, not your master".to_owned(),
        Listen::Processed | Listen::Original => {
            format!("{} dB, not your master", decibels(processed_db, 1, false))
        }
    };
    let matched = |own_db: f32, other: &str| match own_db < -0.05 {
        true => format!(
            "turned down by {} dB to the loudness of {other}",
            decibels(-own_db, 1, false)
        ),
        false => format!("as loud as {other}"),
    };
    let what = match audition.listen {
        Listen::Output => String::new(),
        Listen::Processed => format!("After: the master, {}", matched(processed_db, "the mix")),
        Listen::Original if original_db < -0.05 => {
            format!("Before: the mix, {}", matched(original_db, "the master"))
        }
        Listen::Original => "Before: the mix, as loud as After".to_owned(),
        Listen::Delta => "only what the master changes".to_owned(),
    };
    let channels = match audition.channels {
        Channels::Stereo => "",
        Channels::Mono => "in mono",
        Channels::Side => "the sides only",
    };
    let band = audition
        .solo()
        .map(|band| format!("the {} band only", BAND_NAMES[band].to_lowercase()))
        .unwrap_or_default();
    if view.settings.bypass {
        let words = "you hear the mix, as it comes in, until bypass is off".to_owned();
        return ["Bypassed".to_owned(), words];
    }
    let parts = [what, channels.to_owned(), band];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    [number, parts.join(", ")]
}

fn complaint(desk: &mut Desk<'_>, rect: Rect, fault: &str) {
    let colors = theme::colors();
    let painter = desk.painter();
    painter.rect_filled(rect, theme::RADIUS, colors.panel);
    let mut inside = rect.shrink2(vec2(2.0 * GRID, 3.0));
    let height = inside.height();
    let away = cut_right(&mut inside, height, GRID);
    one_line(&painter, inside, fault, theme::body(), colors.over);
    if icon_button(desk.ui, away, Icon::Cross, "Understood.", false, true) {
        desk.push(Gesture::Understood);
    }
}
