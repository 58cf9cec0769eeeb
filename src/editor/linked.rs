//! Stems and their master: the panel of a stem, and a master's page of its stems.

pub mod master;
pub mod stem;

use egui::{Align2, Color32, Sense, Ui, pos2, vec2};

use super::theme::{self, GRID};
use super::widgets::list::words_in;
use super::widgets::{decibels, text};
use crate::dsp::units::hertz;
use crate::stems::moves::{Obstacle, StemMove, StemStage};

/// What a move is called.
pub fn name(stage: StemStage) -> &'static str {
    match stage {
        StemStage::Gain => "Gain",
        StemStage::Width => "Width",
        StemStage::MonoBass => "Mono bass",
        StemStage::Equalizer => "Equalizer",
        StemStage::DeEssing => "De-essing",
        StemStage::Compression => "Compression",
    }
}

/// How much a move does, and where.
pub fn does(one: &StemMove) -> String {
    let places = usize::from(one.unit != "%");
    let signed = one.unit == "dB";
    let much = format!(
        "{} {}",
        decibels(one.value as f32, places, signed),
        one.unit
    );
    match one.band_hz {
        Some([from, to]) => format!("{much}, {}\u{2013}{}", hertz(from), hertz(to)),
        None => much,
    }
}

/// Why a move is not heard, and how to make room for it.
pub fn hindered(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::NoBandFree => {
            "Not heard: all 16 bands of the equalizer are in use. Turn one off to make room."
        }
        Obstacle::OwnCompression => {
            "Not heard: this stem compresses that band itself. Set its ratio to 1 to make room."
        }
        Obstacle::OwnMonoBass => {
            "Nothing is added: this stem's own mono bass is as strong. Lower its amount to make room."
        }
        Obstacle::AtEnd => {
            "Not heard: the fader is at the end of its range. Turn it back to make room."
        }
        Obstacle::EndOfRange => {
            "Not all of it is heard: the fader is at the end of its range. Turn it back to make room."
        }
    }
}

/// One move in a list: what it does, and why.
fn told(ui: &mut Ui, one: &StemMove, indent: f32, ink: Color32) {
    let colors = theme::colors();
    let size = vec2(ui.available_width(), 20.0);
    let (mut rect, _) = ui.allocate_exact_size(size, Sense::hover());
    rect.min.x += indent;
    let painter = ui.painter();
    let at = rect.left_center();
    let title = name(one.stage);
    let shown = text(
        painter,
        at,
        Align2::LEFT_CENTER,
        title,
        theme::body(),
        colors.text,
    );
    let at = pos2(shown.right() + 2.0 * GRID, at.y);
    text(
        painter,
        at,
        Align2::LEFT_CENTER,
        does(one),
        theme::label(),
        ink,
    );
    words_in(ui, indent, &one.text, theme::label(), colors.label);
    ui.add_space(GRID);
}
