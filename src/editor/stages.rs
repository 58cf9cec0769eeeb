//! The panels of the stages: head with the name and the switch, and below it what each file draws.

pub mod colour;
pub mod equalizer;
pub mod glue;
pub mod image;
pub mod input;
pub mod loudness;
pub mod multiband;
pub mod splits;

use egui::{Align2, Rect};

use super::desk::{Desk, cut_left, cut_right, cut_top, panel};
use super::fields;
use super::help;
use super::theme::{self, GAP};
use super::view::{Gesture, Page};
use super::widgets::{Icon, icon_button, switch, title};
use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Group};

/// The switch of a stage.
pub fn switch_of(stage: Group) -> Field {
    match stage {
        Group::Chain | Group::Stem => fields::BYPASS,
        Group::Input => fields::SUBSONIC_ON,
        Group::Equalizer => fields::EQUALIZER_ON,
        Group::Multiband => fields::MULTIBAND_ON,
        Group::Image => fields::IMAGE_ON,
        Group::Glue => fields::GLUE_ON,
        Group::Colour => fields::COLOUR_ON,
        Group::Loudness => fields::LOUDNESS_ON,
    }
}

/// Whether a stage is on.
pub fn is_on(settings: &Settings, stage: Group) -> bool {
    match stage {
        Group::Chain | Group::Stem => !settings.bypass,
        Group::Input => settings.input.subsonic_on,
        Group::Equalizer => settings.equalizer.on,
        Group::Multiband => settings.multiband.on,
        Group::Image => settings.image.on,
        Group::Glue => settings.glue.on,
        Group::Colour => settings.colour.on,
        Group::Loudness => settings.loudness.on,
    }
}

/// Whether a stage that is on is heard.
pub fn live(desk: &Desk<'_>, on: bool) -> bool {
    on && !desk.view.settings.bypass
}

/// Draws the panel of a stage into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect, stage: Group) {
    if stage == Group::Loudness {
        // Three panels of its own.
        return loudness::draw(desk, rect);
    }
    let mut content = panel(&desk.painter(), rect);
    let head = head(desk, &mut content, stage);
    match stage {
        Group::Input => input::draw(desk, content),
        Group::Equalizer => equalizer::draw(desk, head, content),
        Group::Multiband => multiband::draw(desk, head, content),
        Group::Image => image::draw(desk, head, content),
        Group::Glue => glue::draw(desk, head, content),
        Group::Colour => colour::draw(desk, head, content),
        Group::Chain | Group::Loudness | Group::Stem => {}
    }
}

/// Back to the spectrum.
pub fn close(desk: &mut Desk<'_>, place: Rect) {
    let said = "Closes these controls; the spectrum is there again.";
    if icon_button(desk.ui, place, Icon::Cross, said, false, true) {
        desk.memory.page = Page::Spectrum;
    }
}

/// The name on the left, switch and close on the right; returns what is free between them.
fn head(desk: &mut Desk<'_>, content: &mut Rect, stage: Group) -> Rect {
    let mut row = cut_top(content, 22.0, 6.0);
    close(desk, cut_right(&mut row, 22.0, GAP));
    let name = title(&desk.painter(), row, stage.name());
    cut_left(&mut row, name.width(), 20.0);
    if stage != Group::Input {
        let place = cut_right(&mut row, 64.0, GAP);
        stage_switch(desk, place, stage);
    }
    row
}

/// The switch of a stage with its state in words.
pub fn stage_switch(desk: &mut Desk<'_>, place: Rect, stage: Group) {
    let on = is_on(&desk.view.settings, stage);
    let field = switch_of(stage);
    let label = if on { "On" } else { "Off" };
    let at = Align2::RIGHT_CENTER;
    let ink = theme::colors().goal;
    if let Some(on) = switch(desk.ui, field, place, label, help::of(field), at, on, ink) {
        desk.push(Gesture::Switch(field, on));
    }
}
