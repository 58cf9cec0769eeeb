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
const FILES: &[(&str, &str)] = &[
    (
        "Gentle polish",
        include_str!("../../assets/presets/gentle_polish.toml"),
    ),
    (
        "Warm tape",
        include_str!("../../assets/presets/warm_tape.toml"),
    ),
    (
        "Open air",
        include_str!("../../assets/presets/open_air.toml"),
    ),
    (
        "Tight low end",
        include_str!("../../assets/presets/tight_low_end.toml"),
    ),
    (
        "Clear the mud",
        include_str!("../../assets/presets/clear_the_mud.toml"),
    ),
    (
        "Tame harshness",
        include_str!("../../assets/presets/tame_harshness.toml"),
    ),
    ("De-ess", include_str!("../../assets/presets/de_ess.toml")),
    (
        "Vocal forward",
        include_str!("../../assets/presets/vocal_forward.toml"),
    ),
    (
        "Bus glue",
        include_str!("../../assets/presets/bus_glue.toml"),
    ),
    (
        "Drum punch",
        include_str!("../../assets/presets/drum_punch.toml"),
    ),
    (
        "Hip-hop weight",
        include_str!("../../assets/presets/hip_hop_weight.toml"),
    ),
    (
        "Modern pop",
        include_str!("../../assets/presets/modern_pop.toml"),
    ),
    ("Club", include_str!("../../assets/presets/club.toml")),
    (
        "Rock density",
        include_str!("../../assets/presets/rock_density.toml"),
    ),
    (
        "Metal control",
        include_str!("../../assets/presets/metal_control.toml"),
    ),
    (
        "Acoustic natural",
        include_str!("../../assets/presets/acoustic_natural.toml"),
    ),
    (
        "Orchestra and film",
        include_str!("../../assets/presets/orchestra_and_film.toml"),
    ),
    (
        "Wide and safe",
        include_str!("../../assets/presets/wide_and_safe.toml"),
    ),
    (
        "Lo-fi warmth",
        include_str!("../../assets/presets/lo_fi_warmth.toml"),
    ),
    (
        "Bright to balanced",
        include_str!("../../assets/presets/bright_to_balanced.toml"),
    ),
    (
        "Dull to balanced",
        include_str!("../../assets/presets/dull_to_balanced.toml"),
    ),
];

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
