//! Settings in a session: only what is not at its default, each value under the id of its parameter, and the
//! drive's trims. Small, and readable by versions that know more or less.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::settings::Settings;
use crate::engine::settings::fields::{Field, Variant, Visitor};
use crate::engine::settings::loudness::TRIM_POINTS_PCT;
use crate::engine::settings::range::Range;

/// As they are written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Compact {
    values: BTreeMap<String, f32>,
    trims_db: [f32; TRIM_POINTS_PCT.len()],
}

/// Writes settings.
pub fn serialize<S: Serializer>(settings: &Settings, serializer: S) -> Result<S::Ok, S::Error> {
    let usual = values(&Settings::default());
    let mut values = values(settings);
    values.retain(|id, value| usual.get(id) != Some(value));
    let trims_db = settings.loudness.drive_trim_db;
    Compact { values, trims_db }.serialize(serializer)
}

/// Reads them.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Settings, D::Error> {
    struct Setter(BTreeMap<String, f32>);
    impl Visitor for Setter {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            if let Some(kept) = self.0.get(&field.id()) {
                *value = *kept;
            }
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            if let Some(kept) = self.0.get(&field.id()) {
                *value = *kept != 0.0;
            }
        }
        fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize) {
            let kept = self.0.get(&field.id()).map(|kept| *kept as usize);
            if let Some(place) = kept.filter(|&place| place < variants.len()) {
                *index = place;
            }
        }
    }
    let compact = Compact::deserialize(deserializer)?;
    let mut settings = Settings::default();
    settings.visit(&mut Setter(compact.values));
    settings.loudness.drive_trim_db = compact.trims_db;
    Ok(settings.quantized())
}

/// The same for settings that may be missing.
pub mod optional {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Settings};

    #[derive(Serialize)]
    struct Written<'a>(#[serde(with = "super")] &'a Settings);

    #[derive(Deserialize)]
    struct Read(#[serde(with = "super")] Settings);

    /// Writes settings, or nothing.
    pub fn serialize<S: Serializer>(
        settings: &Option<Box<Settings>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        settings.as_deref().map(Written).serialize(serializer)
    }

    /// Reads them.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Box<Settings>>, D::Error> {
        let read = Option::<Read>::deserialize(deserializer)?;
        Ok(read.map(|read| Box::new(read.0)))
    }
}

fn values(settings: &Settings) -> BTreeMap<String, f32> {
    #[derive(Default)]
    struct Reader(BTreeMap<String, f32>);
    impl Visitor for Reader {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            self.0.insert(field.id(), *value);
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            self.0.insert(field.id(), f32::from(u8::from(*value)));
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
            self.0.insert(field.id(), *index as f32);
        }
    }
    let mut reader = Reader::default();
    { *settings }.visit(&mut reader);
    reader.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;
    use crate::engine::settings::loudness::Character;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "super")]
        one: Settings,
        #[serde(with = "super::optional")]
        other: Option<Box<Settings>>,
    }

    #[test]
    fn settings_come_back_as_they_were_and_take_little_room() {
        let mut one = Settings::default();
        assert!(
            serde_json::to_string(&Both { one, other: None })
                .unwrap()
                .len()
                < 100
        );
        one.intensity = 33.3;
        one.glue.on = true;
        one.glue.ratio = 2.5;
        one.loudness.character = Character::Dense;
        one.loudness.drive_trim_db = [1.0, 0.75, 0.5, 0.25];
        for band in &mut one.equalizer.bands {
            band.on = true;
            band.shape = Shape::Tilt;
            band.frequency_hz = 1234.5;
        }
        let both = Both {
            one: one.quantized(),
            other: Some(Box::new(one.quantized())),
        };
        let text = serde_json::to_string(&both).unwrap();
        assert_eq!(serde_json::from_str::<Both>(&text).unwrap(), both);
        assert!(text.len() < 4000, "{}", text.len());
    }
}
