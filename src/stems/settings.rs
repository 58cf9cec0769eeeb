//! What a stem is set to beside its chain: fader, role, and how much of the master's advice it takes.

use super::moves::{CHANGES_MAX, Obstacle, StemChange, laid_over, obstacles};
use super::role::Role;
use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Choice, Field, Group, Variant, Visitor};
use crate::engine::settings::range::Range;
use crate::engine::settings::trim::{GAIN_DB, TrimSettings, WIDTH_PCT};
use crate::engine::settings::values::{Changer, Valued};

/// How much of the master's advice takes effect.
pub const ADVICE_PCT: Range = Range::linear(0.0, 100.0, 100.0, 0.1, "%");

/// The fields, in the order of [`StemSettings::visit`].
pub mod fields {
    use super::{Field, Group};

    /// Gain of the fader.
    pub const GAIN: Field = Field::of(Group::Stem, "gain_db", "Gain");
    /// Width of the fader.
    pub const WIDTH: Field = Field::of(Group::Stem, "width_pct", "Width");
    /// How much of the advice takes effect.
    pub const ADVICE: Field = Field::of(Group::Stem, "advice", "Advice");
    /// The role.
    pub const ROLE: Field = Field::of(Group::Stem, "role", "Role");
}

/// The role of a stem as the user sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoleChoice {
    /// As its name and its sound say.
    #[default]
    Auto,
    /// This one.
    Is(Role),
}

/// Roles that a group track can have: a reference is no stem.
const ROLES: [Role; 9] = [
    Role::Drums,
    Role::Bass,
    Role::LeadVocal,
    Role::BackingVocals,
    Role::VocalFx,
    Role::Music,
    Role::Fx,
    Role::Beat,
    Role::Other,
];

impl Choice for RoleChoice {
    const VARIANTS: &'static [Variant] = &{
        let mut variants = [Variant {
            id: "auto",
            name: "Auto",
        }; ROLES.len() + 1];
        let mut place = 0;
        while place < ROLES.len() {
            variants[place + 1] = Variant {
                id: ROLES[place].key(),
                name: ROLES[place].name(),
            };
            place += 1;
        }
        variants
    };

    fn index(self) -> usize {
        match self {
            Self::Auto => 0,
            Self::Is(role) => ROLES
                .iter()
                .position(|&one| one == role)
                .map_or(0, |at| at + 1),
        }
    }

    fn of(index: usize) -> Self {
        let role = index.checked_sub(1).and_then(|at| ROLES.get(at));
        role.map_or(Self::Auto, |&role| Self::Is(role))
    }
}

/// What a stem is set to beside its chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StemSettings {
    /// Gain and width.
    pub fader: TrimSettings,
    /// See [`ADVICE_PCT`].
    pub advice_pct: f32,
    /// The role.
    pub role: RoleChoice,
}

impl Default for StemSettings {
    fn default() -> Self {
        Self {
            fader: TrimSettings::default(),
            advice_pct: ADVICE_PCT.default,
            role: RoleChoice::default(),
        }
    }
}

impl StemSettings {
    /// The value of a number and what it may be; `None` where there is no such number.
    pub fn number(&self, field: Field) -> Option<(f32, &'static Range)> {
        match field {
            fields::GAIN => Some((self.fader.gain_db, &GAIN_DB)),
            fields::WIDTH => Some((self.fader.width_pct, &WIDTH_PCT)),
            fields::ADVICE => Some((self.advice_pct, &ADVICE_PCT)),
            _ => None,
        }
    }

    /// Shows every value to `visitor`, in an order that only ever grows at the end.
    pub fn visit(&mut self, visitor: &mut impl Visitor) {
        visitor.number(fields::GAIN, &GAIN_DB, &mut self.fader.gain_db);
        visitor.number(fields::WIDTH, &WIDTH_PCT, &mut self.fader.width_pct);
        visitor.number(fields::ADVICE, &ADVICE_PCT, &mut self.advice_pct);
        let mut index = self.role.index();
        visitor.choice(fields::ROLE, RoleChoice::VARIANTS, &mut index);
        self.role = RoleChoice::of(index);
    }
}

/// All that can be set in an instance: the chain, and what a stem has beside it. In a master the latter is at
/// its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Knobs {
    /// The chain.
    pub settings: Settings,
    /// What a stem has beside it.
    pub stem: StemSettings,
}

impl Knobs {
    /// Shows every value to `visitor`: the chain's, then the stem's.
    pub fn visit(&mut self, visitor: &mut impl Visitor) {
        self.settings.visit(visitor);
        self.stem.visit(visitor);
    }

    /// With what was advised laid over them in the share that is set; `None` where nothing of it takes effect.
    /// Allocates nothing.
    pub fn obeying(&self, changes: &[StemChange]) -> Option<Self> {
        let share = self.stem.advice_pct / 100.0;
        if changes.is_empty() || share == 0.0 {
            return None;
        }
        let (settings, fader) = laid_over(&self.settings, &self.stem.fader, changes, share);
        let stem = StemSettings { fader, ..self.stem };
        Some(Self { settings, stem })
    }

    /// What is in the way of each of the first of these when they are laid over the knobs so.
    pub fn obstacles(&self, changes: &[StemChange]) -> [Option<Obstacle>; CHANGES_MAX] {
        let share = self.stem.advice_pct / 100.0;
        obstacles(&self.settings, &self.stem.fader, changes, share)
    }

    /// The same knobs after the round trip through the host's parameters.
    #[must_use]
    pub fn quantized(&self) -> Self {
        let mut knobs = *self;
        knobs.settings = knobs.settings.quantized();
        let fader = &mut knobs.stem.fader;
        fader.gain_db = GAIN_DB.quantized(fader.gain_db);
        fader.width_pct = WIDTH_PCT.quantized(fader.width_pct);
        knobs.stem.advice_pct = ADVICE_PCT.quantized(knobs.stem.advice_pct);
        knobs
    }
}

impl Valued for Knobs {
    fn each(&mut self, change: &mut impl FnMut(f32) -> f32) {
        self.settings.each(change);
        self.stem.visit(&mut Changer(change));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_one_role() {
        for (place, variant) in RoleChoice::VARIANTS.iter().enumerate() {
            let choice = RoleChoice::of(place);
            assert_eq!(choice.index(), place);
            if let RoleChoice::Is(role) = choice {
                assert_eq!(role.key(), variant.id);
            }
        }
        assert_eq!(RoleChoice::of(99), RoleChoice::Auto);
        assert_eq!(RoleChoice::Is(Role::Reference).index(), 0);
    }
}
