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

/// The list as it was when it was last opened, or a preset was saved.
#[derive(Debug)]
pub struct Library {
    /// Where the user's own lie; `None` where there is no home.
    folder: Option<PathBuf>,
    sources: Vec<Source>,
    shown: Presets,
    /// The settings of the current preset.
    current: Option<Settings>,
    /// Whether the user sees the list, or names a new preset.
    open: bool,
}

impl Library {
    /// Finalcoat's presets, and the user's own in a folder that may not exist yet.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let mut new = Self {
            folder,
            sources: Vec::new(),
            shown: Presets::default(),
            current: None,
            open: false,
        };
        new.refresh();
        new
    }

    /// With those of this user.
    pub fn of_this_user() -> Self {
        Self::new(folder::place())
    }

    /// Whether the user sees the list now, or names a new preset: what is there is looked up when it opens.
    pub fn follow(&mut self, open: bool) {
        if open && !self.open {
            self.refresh();
        }
        self.open = open;
    }

    /// Reads the list anew.
    fn refresh(&mut self) {
        let made = factory::all().iter().map(|preset| {
            let name = PresetName {
                name: preset.name.to_string(),
                description: preset.description.to_string(),
                own: false,
            };
            (name, Source::Factory(Box::new(preset.settings)))
        });
        let files = self.folder.as_deref().map_or(Vec::new(), folder::list);
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
        let saved = match &self.folder {
            Some(place) => {
                folder::save(place, name, now, overwrite).map_err(|fault| fault.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn own(library: &mut Library) -> Vec<String> {
        let shown = library.look(&Settings::default(), true).all;
        let own = shown.into_iter().filter(|preset| preset.own);
        own.map(|preset| preset.name).collect()
    }

    #[test]
    fn a_preset_that_another_window_saves_is_there_when_the_list_is_opened() {
        let home = tempfile::tempdir().unwrap();
        let [mut one, mut other] = [(); 2].map(|()| Library::new(Some(home.path().join("new"))));
        let made = other.look(&Settings::default(), true).all.len();
        let mut settings = Settings::default();
        settings.glue.on = true;
        one.save("Mine", false, &settings);
        assert_eq!(own(&mut one), ["Mine"]);
        assert!(own(&mut other).is_empty());
        other.follow(true);
        assert_eq!(own(&mut other), ["Mine"]);
        // Not in each frame: only when it is opened again.
        one.save("Mine too", false, &settings);
        other.follow(true);
        assert_eq!(own(&mut other), ["Mine"]);
        other.follow(false);
        other.follow(true);
        assert_eq!(own(&mut other), ["Mine", "Mine too"]);
        let loaded = other.load(made, &Settings::default()).unwrap();
        assert!(loaded.glue.on);
        assert!(own(&mut Library::new(None)).is_empty());
    }
}
