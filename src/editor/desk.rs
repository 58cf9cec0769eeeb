//! What every panel draws with: the surface, what is shown on it, and what is remembered of it.

use egui::{Painter, Rect, Ui, pos2, vec2};

use super::theme;
use super::view::{Gesture, Memory, Menu, Number, ViewModel};
use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Choice, Field};
use crate::engine::settings::trim::TrimSettings;
use crate::stems::moves::StemChange;
use crate::stems::settings::{Knobs, StemSettings};

/// One frame's surface, view and memory.
pub struct Desk<'a> {
    /// Where is drawn.
    pub ui: &'a mut Ui,
    /// What is shown.
    pub view: &'a ViewModel,
    /// The chain as the intensity scales it and, in a stem, with what was advised; thresholds as they are set.
    pub effect: Settings,
    /// A stem's fader with what was advised.
    pub fader: TrimSettings,
    /// What is remembered.
    pub memory: &'a mut Memory,
}

impl<'a> Desk<'a> {
    /// A desk for one frame.
    pub fn new(ui: &'a mut Ui, view: &'a ViewModel, memory: &'a mut Memory) -> Self {
        let mut effect = view.settings.at(view.settings.intensity);
        let mut fader = TrimSettings::default();
        if let Some(stem) = &view.stem {
            fader = stem.settings.fader;
            let changes: Vec<StemChange> = stem.advised.iter().map(|one| one.change).collect();
            if let Some(laid) = view.knobs().obeying(&changes) {
                (effect, fader) = (laid.settings, laid.stem.fader);
                effect.intensity = view.settings.intensity;
            }
        }
        effect.loudness.drive_db = view.settings.in_effect().loudness.drive_db;
        Self {
            ui,
            view,
            effect,
            fader,
            memory,
        }
    }

    /// For drawing while the desk is used otherwise.
    pub fn painter(&self) -> Painter {
        self.ui.painter().clone()
    }

    /// The value of a number as it is set.
    pub fn value(&self, number: Number) -> f32 {
        number.of(self.view)
    }

    /// The value in effect, where it is another than the one that is set.
    pub fn in_effect(&self, number: Number) -> Option<f32> {
        let Number::Of(_) = number else {
            return None;
        };
        let effect = Knobs {
            settings: self.effect,
            stem: StemSettings {
                fader: self.fader,
                ..self.view.knobs().stem
            },
        };
        let (value, range) = number.of_knobs(&effect);
        let differs = (value - self.value(number)).abs() > range.step * 0.5;
        differs.then_some(value)
    }

    /// Whether a menu is open, which is then drawn.
    pub fn opened(&mut self, menu: Menu) -> bool {
        let open = self.memory.menu == Some(menu);
        self.memory.menu_drawn |= open;
        open
    }

    /// Notes what the user did.
    pub fn push(&mut self, gesture: Gesture) {
        self.memory.gestures.push(gesture);
    }

    /// Notes a choice, where one was made.
    pub fn choose(&mut self, field: Field, picked: Option<usize>) {
        if let Some(place) = picked {
            self.push(Gesture::Choose(field, place));
        }
    }
}

/// What the variants of a choice are called.
pub fn names<C: Choice>() -> Vec<&'static str> {
    C::VARIANTS.iter().map(|variant| variant.name).collect()
}

/// A panel's ground; returns where its content goes.
pub fn panel(painter: &Painter, rect: Rect) -> Rect {
    painter.rect_filled(rect, theme::PANEL_RADIUS, theme::colors().panel);
    rect.shrink(theme::GAP)
}

/// Cuts a part of some height off the top, and the distance below it.
pub fn cut_top(rect: &mut Rect, height: f32, gap: f32) -> Rect {
    let part = Rect::from_min_size(rect.min, vec2(rect.width(), height));
    rect.min.y = (part.bottom() + gap).min(rect.max.y);
    part
}

/// Cuts a part of some height off the bottom, and the distance above it.
pub fn cut_bottom(rect: &mut Rect, height: f32, gap: f32) -> Rect {
    let part = Rect::from_min_max(pos2(rect.left(), rect.bottom() - height), rect.max);
    rect.max.y = (part.top() - gap).max(rect.min.y);
    part
}

/// Cuts a part of some width off the left, and the distance beside it.
pub fn cut_left(rect: &mut Rect, width: f32, gap: f32) -> Rect {
    let part = Rect::from_min_size(rect.min, vec2(width, rect.height()));
    rect.min.x = (part.right() + gap).min(rect.max.x);
    part
}

/// Cuts a part of some width off the right, and the distance beside it.
pub fn cut_right(rect: &mut Rect, width: f32, gap: f32) -> Rect {
    let part = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
    rect.max.x = (part.left() - gap).max(rect.min.x);
    part
}

/// One of some equally wide parts, side by side.
pub fn column(rect: Rect, index: usize, count: usize, gap: f32) -> Rect {
    let width = (rect.width() - gap * (count - 1) as f32) / count as f32;
    let left = rect.left() + (width + gap) * index as f32;
    Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()))
}
