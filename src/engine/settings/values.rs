//! All values of the settings side by side, to compare and to mix them where nothing may be allocated.

use super::Settings;
use super::fields::{Field, Variant, Visitor};
use super::loudness::TRIM_POINTS_PCT;
use super::range::Range;

/// Room for every value there is; a test sees to it.
pub(super) const ROOM: usize = 300;

/// Every value, of the settings in the order of [`Settings::visit`] with the drive's trims behind them.
/// Switches are 0 or 1, choices their place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values([f32; ROOM]);

/// Whose values can be had side by side.
pub trait Valued: Copy {
    /// Replaces every value by what `change` makes of it, in an order that never changes while it lives.
    fn each(&mut self, change: &mut impl FnMut(f32) -> f32);
}

impl Values {
    /// Those of `settings`.
    pub fn of<T: Valued>(settings: &T) -> Self {
        let mut values = Self([0.0; ROOM]);
        let mut place = 0;
        let mut settings = *settings;
        let mut note = |value: f32| {
            if let Some(room) = values.0.get_mut(place) {
                *room = value;
            }
            place += 1;
            value
        };
        settings.each(&mut note);
        values
    }

    /// Whether all values that differ between `from` and `to` are here as in `to`.
    pub fn arrived(&self, from: &Self, to: &Self) -> bool {
        let all = self.0.iter().zip(from.0.iter().zip(&to.0));
        all.into_iter()
            .all(|(now, (from, to))| from == to || now == to)
    }

    /// `settings` with the values of `from` where these differ from `to`.
    pub fn held<T: Valued>(settings: &T, from: &Self, to: &Self) -> T {
        let mut place = 0;
        let mut settings = *settings;
        let mut hold = |value: f32| {
            let pair = from.0.get(place).zip(to.0.get(place));
            place += 1;
            match pair {
                Some((from, to)) if from != to => *from,
                _ => value,
            }
        };
        settings.each(&mut hold);
        settings
    }
}

impl Valued for Settings {
    fn each(&mut self, change: &mut impl FnMut(f32) -> f32) {
        self.visit(&mut Changer(change));
        let trims: &mut [f32; TRIM_POINTS_PCT.len()] = &mut self.loudness.drive_trim_db;
        for trim_db in trims {
            *trim_db = change(*trim_db);
        }
    }
}

/// Replaces every value that it is shown.
pub struct Changer<'a, F>(pub &'a mut F);

impl<F: FnMut(f32) -> f32> Visitor for Changer<'_, F> {
    fn number(&mut self, _: Field, _: &'static Range, value: &mut f32) {
        *value = (self.0)(*value);
    }
    fn switch(&mut self, _: Field, value: &mut bool) {
        *value = (self.0)(f32::from(u8::from(*value))) != 0.0;
    }
    fn choice(&mut self, _: Field, _: &'static [Variant], index: &mut usize) {
        *index = (self.0)(*index as f32) as usize;
    }
}
