//! What the user likes, the same in every instance: theme, zoom, how presets are auditioned.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::theme::Theme;

/// The steps of the zoom, in percent.
pub const ZOOMS_PCT: [u16; 6] = [75, 100, 125, 150, 175, 200];

/// What the user likes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// Zoom in percent, one of [`ZOOMS_PCT`].
    pub zoom_pct: u16,
    /// Whether a preset or a slot is heard as loud as the mix, until the user wants the master.
    pub match_loudness: bool,
    /// Whether presets leave the loudness stage as it is.
    pub lock_loudness: bool,
    /// The service whose doings are shown, by its name in [`crate::assistant::services`].
    pub service: String,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            zoom_pct: 100,
            match_loudness: true,
            lock_loudness: false,
            service: "spotify".to_owned(),
        }
    }
}

impl Preferences {
    /// The zoom as a factor, within what there is.
    pub fn zoom(&self) -> f32 {
        let [least, .., most] = ZOOMS_PCT;
        f32::from(self.zoom_pct.clamp(least, most)) / 100.0
    }

    /// Those of the user's file.
    pub fn of_this_user() -> Self {
        place().map(|file| Self::load(&file)).unwrap_or_default()
    }

    /// Those of the file; the usual ones where there is none, or none that can be read.
    pub fn load(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Keeps them in the file, whole or not at all. A file that cannot be written costs only the memory of
    /// a liking, so nobody is told.
    pub fn save(&self, file: &Path) {
        let write = || -> Option<()> {
            let folder = file.parent()?;
            std::fs::create_dir_all(folder).ok()?;
            let text = toml::to_string(self).ok()?;
            let mut new = tempfile::NamedTempFile::new_in(folder).ok()?;
            new.write_all(text.as_bytes()).ok()?;
            new.persist(file).ok()?;
            Some(())
        };
        let _ = write();
    }
}

/// Where they are kept; `None` where the user has no home.
pub fn place() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("Finalcoat").join("editor.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_back_and_a_broken_file_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new").join("editor.toml");
        assert_eq!(Preferences::load(&file), Preferences::default());
        let liked = Preferences {
            theme: Theme::Light,
            zoom_pct: 150,
            match_loudness: false,
            lock_loudness: true,
            service: "apple".to_owned(),
        };
        liked.save(&file);
        assert_eq!(Preferences::load(&file), liked);
        std::fs::write(&file, "theme = 3").unwrap();
        assert_eq!(Preferences::load(&file), Preferences::default());
        std::fs::write(&file, "zoom_pct = 9000").unwrap();
        assert_eq!(Preferences::load(&file).zoom(), 2.0);
    }
}
