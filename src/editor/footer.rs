//! The bottom row: what is listened to. Red while that is not the master.

use egui::{Align2, Rect, pos2};

use super::desk::{Desk, cut_left};
use super::theme::{self, GAP};
use super::view::{Gesture, ViewModel};
use super::widgets::{segments, text};
use crate::engine::audition::settings::{AuditionSettings, Channels, Listen};

/// Height of the row.
pub const HEIGHT: f32 = 26.0;

const LISTEN: [(Listen, &str); 4] = [
    (Listen::Output, "Master"),
    (Listen::Processed, "Processed"),
    (Listen::Original, "Original"),
    (Listen::Delta, "Delta"),
];
const PARTS: [(Channels, &str); 3] = [
    (Channels::Stereo, "Stereo"),
    (Channels::Mono, "Mono"),
    (Channels::Side, "Side"),
];
const SOLOS: [(Option<u8>, &str); 5] = [
    (None, "All"),
    (Some(0), "L"),
    (Some(1), "LM"),
    (Some(2), "HM"),
    (Some(3), "H"),
];

/// Draws the row into `rect`.
pub fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let painter = desk.painter();
    let now = desk.view.audition;
    let on = now.on();
    let ink = if on { theme::colors().text } else { theme::colors().label };
    if on {
        painter.rect_filled(
            rect.expand2(egui::vec2(8.0, 4.0)),
            theme::PANEL_RADIUS,
            theme::colors().alarm,
        );
    }
    let name = |rect: &mut Rect, name: &str| {
        let at = rect.left_center();
        let shown = text(&painter, at, Align2::LEFT_CENTER, name, theme::label(), ink);
        cut_left(rect, shown.width(), 8.0);
    };
    let color = |same: bool| if same { theme::colors().label } else { theme::colors().over };
    name(&mut rect, "Listen");
    let place = cut_left(&mut rect, 282.0, GAP);
    let labels = LISTEN.map(|(_, label)| label);
    let chosen = position(&LISTEN, now.listen);
    let same = now.listen == Listen::Output;
    if let Some(index) = segments(desk.ui, "listen", place, &labels, chosen, color(same)) {
        let listen = LISTEN[index].0;
        desk.push(Gesture::Audition(AuditionSettings { listen, ..now }));
    }
    let place = cut_left(&mut rect, 166.0, GAP);
    let labels = PARTS.map(|(_, label)| label);
    let chosen = position(&PARTS, now.channels);
    let same = now.channels == Channels::Stereo;
    if let Some(index) = segments(desk.ui, "part", place, &labels, chosen, color(same)) {
        let channels = PARTS[index].0;
        desk.push(Gesture::Audition(AuditionSettings { channels, ..now }));
    }
    name(&mut rect, "Band");
    let place = cut_left(&mut rect, 168.0, GAP);
    let labels = SOLOS.map(|(_, label)| label);
    let chosen = position(&SOLOS, now.solo_band);
    let same = now.solo_band.is_none();
    if let Some(index) = segments(desk.ui, "solo", place, &labels, chosen, color(same)) {
        let solo_band = SOLOS[index].0;
        desk.push(Gesture::Audition(AuditionSettings { solo_band, ..now }));
    }
    right(desk, rect, on);
}

fn position<T: PartialEq>(all: &[(T, &str)], one: T) -> usize {
    all.iter().position(|(each, _)| *each == one).unwrap_or(0)
}

/// A warning, or what went wrong, or the latency where there is room.
fn right(desk: &Desk<'_>, rect: Rect, on: bool) {
    let painter = desk.painter();
    let fault = desk.view.presets.fault.as_ref();
    let latency = latency(desk.view);
    let (said, ink) = match (on, fault, latency) {
        (true, _, _) => ("Not the master".to_owned(), theme::colors().text),
        (_, Some(fault), _) => (fault.clone(), theme::colors().over),
        (_, _, Some(latency)) => (latency, theme::colors().label),
        _ => return,
    };
    let galley = painter.layout_no_wrap(said.clone(), theme::label(), ink);
    if galley.size().x <= rect.width() {
        let at = pos2(
            rect.right() - galley.size().x,
            rect.center().y - galley.size().y / 2.0,
        );
        painter.galley(at, galley, ink);
    } else if fault.is_some() {
        super::widgets::paragraph(&painter, rect, &said, theme::tiny(), ink);
    }
}

/// The reported latency in words; nothing before the first activation.
pub fn latency(view: &ViewModel) -> Option<String> {
    let snapshot = &view.snapshot;
    if snapshot.sample_rate_hz <= 0.0 {
        return None;
    }
    let ms = f64::from(snapshot.latency_samples) / snapshot.sample_rate_hz * 1e3;
    let khz = snapshot.sample_rate_hz / 1e3;
    Some(format!("Latency {ms:.1} ms at {khz} kHz"))
}
