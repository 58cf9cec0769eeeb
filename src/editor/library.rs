//! The presets that the window can load, and the one that was loaded or saved last.

use std::path::PathBuf;

use super::view::{PresetName, Presets};
use crate::engine::settings::Settings;
use crate::preset::{self, factory, folder};

/// Where a preset of the list comes from.
#[derive(Debug, Clone)]
enum Source {
    Factory(Box<Settings>),
    File(PathBuf),
}

/// The list as it was when the window opened or a preset was saved.
#[derive(Debug, Default)]
pub struct Library {
    sources: Vec<Source>,
    shown: Presets,
    /// The settings of the current preset.
    current: Option<Settings>,
}

impl Library {
    /// Reads the list anew.
    pub fn refresh(&mut self) {
        let made = factory::all().iter().map(|preset| {
            let name = PresetName {
                name: preset.name.to_string(),
                description: preset.description.to_string(),
                own: false,
            };
            (name, Source::Factory(Box::new(preset.settings)))
        });
        let files = folder::place().map_or(Vec::new(), |place| folder::list(&place));
        let own = files.into_iter().map(|(name, path)| {
            let name = PresetName {
                name,
                description: String::new(),
                own: true,
            };
            (name, Source::File(path))
        });
        (self.shown.all, self.sources) = made.chain(own).unzip();
    }

    /// What is shown of it, while the settings are `now`.
    pub fn look(&mut self, now: &Settings, settled: bool) -> Presets {
        let edited =
            |current: &Settings| preset::applied(now, current).quantized() != now.quantized();
        self.shown.edited = settled && self.current.as_ref().is_some_and(edited);
        self.shown.clone()
    }

    /// The user has read what went wrong.
    pub fn understood(&mut self) {
        self.shown.fault = None;
    }

    /// What the settings become with a preset of the list; `None` where it cannot be read.
    pub fn load(&mut self, index: usize, now: &Settings) -> Option<Settings> {
        let read = match self.sources.get(index)? {
            Source::Factory(settings) => Ok(**settings),
            Source::File(path) => preset::read(path).map(|preset| preset.settings),
        };
        match read {
            Ok(settings) => {
                self.shown.current = self.shown.all.get(index).map(|one| one.name.clone());
                self.shown.fault = None;
                self.current = Some(settings);
                Some(preset::applied(now, &settings).quantized())
            }
            Err(fault) => {
                let name = &self.shown.all[index].name;
                self.shown.fault = Some(format!("{name}: {fault}."));
                None
            }
        }
    }

    /// Keeps the settings as a preset of the user's.
    pub fn save(&mut self, name: &str, overwrite: bool, now: &Settings) {
        let saved = match folder::place() {
            Some(place) => {
                folder::save(&place, name, now, overwrite).map_err(|fault| fault.to_string())
            }
            None => Err("There is no home folder to keep presets in.".to_owned()),
        };
        match saved {
            Ok(_) => {
                self.shown.fault = None;
                self.shown.current = Some(name.to_owned());
                self.current = Some(*now);
                self.refresh();
            }
            Err(fault) => self.shown.fault = Some(fault),
        }
    }
}
