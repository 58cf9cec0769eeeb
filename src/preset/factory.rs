//! The presets that come with Finalcoat.

use super::parse;
use crate::engine::settings::Settings;
use std::sync::LazyLock;

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Factory {
    /// What it is called.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub description: String,
    /// Its settings.
    pub settings: Settings,
}

/// Names, and files in `assets/presets`.
const FILES: &[(&str, &str)] = &[];

/// All of them, in the order in which they are shown. What a damaged file would hold is left out; a test
/// sees to it that there is none.
pub fn all() -> &'static [Factory] {
    static ALL: LazyLock<Vec<Factory>> = LazyLock::new(|| {
        let factory = |&(name, text): &(&'static str, &str)| {
            let preset = parse(text).ok()?;
            Some(Factory {
                name,
                description: preset.description.unwrap_or_default(),
                settings: preset.settings,
            })
        };
        FILES.iter().filter_map(factory).collect()
    });
    &ALL
}

/// The one with this name; upper and lower case are the same.
pub fn named(name: &str) -> Option<&'static Factory> {
    let wanted = name.trim().to_lowercase();
    all()
        .iter()
        .find(|factory| factory.name.to_lowercase() == wanted)
}
