//! Every value of the settings by name: the one table that host parameters, presets and editor read.

use super::range::Range;

/// A stage of the chain, as hosts and presets group its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Values of the whole chain.
    Chain,
    /// Clean-up and reference level.
    Input,
    /// The equalizer.
    Equalizer,
    /// Multiband dynamics.
    Multiband,
    /// The stereo image.
    Image,
    /// The bus compressor.
    Glue,
    /// Saturation.
    Colour,
    /// Drive, clipper, limiter.
    Loudness,
    /// What only a stem has: fader, role, advice. No stage of the chain.
    Stem,
}

/// One value: where it stands and what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field {
    /// The stage.
    pub group: Group,
    /// The band, counted from 0, where the stage has bands.
    pub band: Option<u8>,
    /// The name in presets and, with a prefix, the id of the host parameter.
    pub key: &'static str,
    /// The name that is shown beside its band.
    pub name: &'static str,
}

/// One of the names a choice can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// In presets and states; never changes.
    pub id: &'static str,
    /// As it is shown.
    pub name: &'static str,
}

/// A value that is one of a few names.
pub trait Choice: Copy + 'static {
    /// All of them, in the order of the host parameter's values.
    const VARIANTS: &'static [Variant];

    /// Its place among the variants.
    fn index(self) -> usize;

    /// The variant at a place; the first where there is none.
    fn of(index: usize) -> Self;

    /// What it is called.
    fn name(self) -> &'static str {
        Self::VARIANTS[self.index()].name
    }
}

/// Goes through all values of the settings, in one fixed order; may change each.
pub trait Visitor {
    /// A number within a range.
    fn number(&mut self, field: Field, range: &'static Range, value: &mut f32);

    /// A switch.
    fn switch(&mut self, field: Field, value: &mut bool);

    /// The place of one of some names.
    fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize);
}

/// Lets a visitor see a choice as the place of a name.
pub(super) fn visit_choice<C: Choice>(visitor: &mut impl Visitor, field: Field, value: &mut C) {
    let mut index = value.index();
    visitor.choice(field, C::VARIANTS, &mut index);
    *value = C::of(index);
}

/// Implements [`Choice`] for an enumeration, in the order given.
macro_rules! choice {
    ($type:ident { $($variant:ident = $id:literal, $name:literal;)+ }) => {
        impl crate::engine::settings::fields::Choice for $type {
            const VARIANTS: &'static [crate::engine::settings::fields::Variant] = &[
                $(crate::engine::settings::fields::Variant { id: $id, name: $name },)+
            ];

            fn index(self) -> usize {
                const ALL: &[$type] = &[$($type::$variant,)+];
                ALL.iter().position(|&one| one == self).unwrap_or(0)
            }

            fn of(index: usize) -> Self {
                const ALL: &[$type] = &[$($type::$variant,)+];
                ALL.get(index).copied().unwrap_or(ALL[0])
            }
        }
    };
}
pub(super) use choice;

impl Group {
    /// The stages in the order of the chain.
    pub const STAGES: [Group; 7] = [
        Group::Input,
        Group::Equalizer,
        Group::Multiband,
        Group::Image,
        Group::Glue,
        Group::Colour,
        Group::Loudness,
    ];

    /// The key of the stage in presets; empty for the whole chain.
    pub fn key(self) -> &'static str {
        match self {
            Group::Chain => "",
            Group::Input => "input",
            Group::Equalizer => "equalizer",
            Group::Multiband => "multiband",
            Group::Image => "image",
            Group::Glue => "glue",
            Group::Colour => "colour",
            Group::Loudness => "loudness",
            Group::Stem => "stem",
        }
    }

    /// The name of the stage as it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Group::Chain => "Chain",
            Group::Input => "Input",
            Group::Equalizer => "Equalizer",
            Group::Multiband => "Multiband",
            Group::Image => "Image",
            Group::Glue => "Glue",
            Group::Colour => "Colour",
            Group::Loudness => "Loudness",
            Group::Stem => "Stem",
        }
    }
}

impl Field {
    /// A value of a stage without bands.
    pub const fn of(group: Group, key: &'static str, name: &'static str) -> Self {
        let band = None;
        Self {
            group,
            band,
            key,
            name,
        }
    }

    /// A value of one band, counted from 0.
    pub const fn of_band(group: Group, band: u8, key: &'static str, name: &'static str) -> Self {
        let band = Some(band);
        Self {
            group,
            band,
            key,
            name,
        }
    }

    /// The id of the host parameter: short, stable, never reused.
    pub fn id(&self) -> String {
        let Self { key, .. } = self;
        let stage = match self.group {
            Group::Chain => return (*key).to_owned(),
            // These came first, without a prefix.
            Group::Loudness if *key != "on" => return (*key).to_owned(),
            Group::Input => return (*key).to_owned(),
            // It says enough.
            Group::Stem if *key == "advice" => return (*key).to_owned(),
            Group::Equalizer => "eq",
            Group::Multiband => "mb",
            other => other.key(),
        };
        match self.band {
            Some(band) => format!("{stage}{}_{key}", band + 1),
            None => format!("{stage}_{key}"),
        }
    }

    /// The place in a preset, such as `equalizer.bands.3.gain_db`.
    pub fn path(&self) -> String {
        let Self { key, .. } = self;
        match (self.group, self.band) {
            (Group::Chain, _) => (*key).to_owned(),
            (group, Some(band)) => format!("{}.bands.{band}.{key}", group.key()),
            (group, None) => format!("{}.{key}", group.key()),
        }
    }
}
