//! Random settings.
#![allow(dead_code, unreachable_pub)] // each test uses its part

use crate::signals::Random;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::fields::{Field, Variant, Visitor};
use finalcoat::engine::settings::range::Range;

/// Any value of everything; a stage or a band is off now and then.
pub fn any_settings(random: &mut Random) -> Settings {
    struct Any<'a>(&'a mut Random);
    impl Visitor for Any<'_> {
        fn number(&mut self, _: Field, range: &'static Range, value: &mut f32) {
            *value = any_value(self.0, *range);
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            let often = field.key == "on";
            *value = if often {
                self.0.below(4) != 0
            } else {
                self.0.below(4) == 0
            };
        }
        fn choice(&mut self, _: Field, variants: &'static [Variant], index: &mut usize) {
            *index = self.0.below(variants.len());
        }
    }
    let mut settings = Settings::default();
    settings.visit(&mut Any(random));
    settings.quantized()
}

pub fn any_value(random: &mut Random, range: Range) -> f32 {
    range.quantized(range.unnormalized(random.between(0.0, 1.0) as f32))
}
