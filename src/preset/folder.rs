//! Where the user's own presets lie, and how they are saved: whole or not at all.

use super::Fault;
use crate::engine::settings::Settings;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const ENDING: &str = "toml";
/// Longest name of a preset, in bytes; with the ending it fits every file system.
const NAME_BYTES_MAX: usize = 120;

/// The folder of the platform for the user's presets; it may not exist yet. `None` where the user has no
/// home.
pub fn place() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("Finalcoat").join("Presets"))
}

/// The presets in a folder, by name: their file names without the ending, in order.
pub fn list(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let named = |entry: fs::DirEntry| {
        let path = entry.path();
        let fits = path.extension().is_some_and(|ending| ending == ENDING);
        let name = path.file_stem()?.to_str()?.to_owned();
        (fits && path.is_file()).then_some((name, path))
    };
    let mut found: Vec<_> = entries.flatten().filter_map(named).collect();
    found.sort_by_key(|(name, _)| name.to_lowercase());
    found
}

/// Saves `settings` under `name`; with `overwrite` in place of what had that name.
///
/// # Errors
/// A name that no file can have, one that is taken, or a folder that cannot be written to; says which.
pub fn save(
    folder: &Path,
    name: &str,
    settings: &Settings,
    overwrite: bool,
) -> Result<PathBuf, Fault> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Fault("Give the preset a name.".to_owned()));
    }
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    if name.contains(odd) || name.starts_with('.') || name.len() > NAME_BYTES_MAX {
        return Err(Fault(format!(
            "\u{201c}{name}\u{201d} cannot name a file: use letters, digits, spaces and dashes."
        )));
    }
    let path = folder.join(format!("{name}.{ENDING}"));
    if !overwrite && path.exists() {
        return Err(Fault(format!(
            "There is a preset \u{201c}{name}\u{201d} already."
        )));
    }
    let cannot = |error: &dyn std::fmt::Display| {
        Fault(format!(
            "{} cannot be written to ({error}).",
            folder.display()
        ))
    };
    fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let mut file = tempfile::Builder::new()
        .prefix(".preset-")
        .tempfile_in(folder)
        .map_err(|error| cannot(&error))?;
    file.write_all(super::text(settings, None).as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| cannot(&error))?;
    if overwrite {
        file.persist(&path).map_err(|error| cannot(&error.error))?;
    } else {
        let kept = file.persist_noclobber(&path);
        kept.map_err(|error| cannot(&error.error))?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_saved_whole_listed_by_name_and_never_lost() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("a").join("b");
        assert_eq!(list(&folder), []);
        let mut settings = Settings::default();
        settings.glue.on = true;
        let path = save(&folder, " Glue only ", &settings, false).expect("saved");
        save(&folder, "another", &settings, false).expect("saved");
        fs::write(folder.join("notes.txt"), "no preset").expect("written");
        let names: Vec<String> = list(&folder).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["another", "Glue only"]);
        assert_eq!(super::super::read(&path).expect("read").settings, settings);

        settings.glue.on = false;
        settings.colour.on = true;
        let taken = save(&folder, "Glue only", &settings, false).expect_err("taken");
        assert!(taken.to_string().contains("already"), "{taken}");
        assert!(super::super::read(&path).expect("read").settings.glue.on);
        save(&folder, "Glue only", &settings, true).expect("replaced");
        assert!(super::super::read(&path).expect("read").settings.colour.on);
        assert_eq!(fs::read_dir(&folder).expect("folder").count(), 3);
    }

    #[test]
    fn odd_names_are_refused() {
        let home = tempfile::tempdir().expect("a folder");
        for name in [
            "", "  ", "../up", "a/b", ".hidden", "what?", "c:\\x", "a\nb",
        ] {
            let settings = Settings::default();
            assert!(
                save(home.path(), name, &settings, false).is_err(),
                "{name:?}"
            );
        }
        assert_eq!(fs::read_dir(home.path()).expect("folder").count(), 0);
    }
}
