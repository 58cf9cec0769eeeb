//! The presets that the window can load and save.

use std::path::PathBuf;

use super::view::{PresetName, Presets};
use crate::engine::settings::Settings;
use crate::params::session::Chosen;
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
    /// The settings of the preset that was chosen last; `None` where it cannot be read.
    known: Option<(Chosen, Option<Settings>)>,
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
            known: None,
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

    /// What is shown of it, while the settings are `now` and `chosen` was loaded or saved last; `locked`: but
    /// for its loudness.
    pub fn look(&mut self, chosen: Option<Chosen>, now: &Settings, locked: bool) -> Presets {
        let known = chosen.as_ref().and_then(|chosen| self.settings(chosen));
        self.shown.edited = known.is_some_and(|known| {
            let mut there = preset::applied(now, &known);
            if locked {
                there.loudness = now.loudness;
            }
            there.quantized() != now.quantized()
        });
        self.shown.current = chosen;
        self.shown.clone()
    }

    /// The settings of a preset, looked up once.
    fn settings(&mut self, chosen: &Chosen) -> Option<Settings> {
        if let Some((known, settings)) = &self.known
            && known == chosen
        {
            return *settings;
        }
        let place = self.shown.all.iter().position(|one| one.is(chosen));
        let settings = place.and_then(|index| self.read(index)?.ok());
        self.known = Some((chosen.clone(), settings));
        settings
    }

    fn read(&self, index: usize) -> Option<Result<Settings, preset::Fault>> {
        Some(match self.sources.get(index)? {
            Source::Factory(settings) => Ok(**settings),
            Source::File(path) => preset::read(path).map(|preset| preset.settings),
        })
    }

    /// The user has read what went wrong.
    pub fn understood(&mut self) {
        self.shown.fault = None;
    }

    /// A preset of the list, and what the settings become with it; `None` where it cannot be read.
    pub fn load(&mut self, index: usize, now: &Settings) -> Option<(Chosen, Settings)> {
        let read = self.read(index)?;
        let PresetName { name, own, .. } = self.shown.all[index].clone();
        match read {
            Ok(settings) => {
                self.shown.fault = None;
                let chosen = Chosen { name, own };
                self.known = Some((chosen.clone(), Some(settings)));
                Some((chosen, preset::applied(now, &settings).quantized()))
            }
            Err(fault) => {
                self.shown.fault = Some(format!("{name}: {fault}."));
                None
            }
        }
    }

    /// Keeps the settings as a preset of the user's; `None` where that fails.
    pub fn save(&mut self, name: &str, overwrite: bool, now: &Settings) -> Option<Chosen> {
        let saved = match &self.folder {
            Some(place) => {
                folder::save(place, name, now, overwrite).map_err(|fault| fault.to_string())
            }
            None => Err("There is no home folder to keep presets in.".to_owned()),
        };
        self.shown.fault = saved.err();
        if self.shown.fault.is_some() {
            return None;
        }
        self.refresh();
        let chosen = Chosen {
            name: name.to_owned(),
            own: true,
        };
        self.known = Some((chosen.clone(), Some(*now)));
        Some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(library: &mut Library) -> Vec<String> {
        let shown = library.look(None, &Settings::default(), false).all;
        let own = shown.into_iter().filter(|preset| preset.own);
        own.map(|preset| preset.name).collect()
    }

    #[test]
    fn a_preset_that_another_window_saves_is_there_when_the_list_is_opened() {
        let home = tempfile::tempdir().unwrap();
        let [mut one, mut other] = [(); 2].map(|()| Library::new(Some(home.path().join("new"))));
        let made = other.look(None, &Settings::default(), false).all.len();
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
        let (chosen, loaded) = other.load(made, &Settings::default()).unwrap();
        assert!(loaded.glue.on && chosen.own);
        // Another window that opens later knows what it holds.
        let mut later = Library::new(Some(home.path().join("new")));
        assert!(!later.look(Some(chosen.clone()), &loaded, false).edited);
        let now = Settings::default();
        assert!(later.look(Some(chosen), &now, false).edited);
        assert!(own(&mut Library::new(None)).is_empty());
    }
}
