//! The sound files of a folder.

use std::path::{Path, PathBuf};

/// What counts as a sound file in a folder. A file named on its own is tried whatever its name.
const EXTENSIONS: [&str; 14] = [
    "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "flac", "mp3", "ogg", "oga", "m4a",
    "mp4", "caf",
];

/// The sound files in a folder, sorted by name; masters of ours are none. Fails if there is none.
pub fn sound_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("the folder {} cannot be read ({error})", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && is_sound_file(path))
        .collect();
    if found.is_empty() {
        return Err(format!(
            "there is no sound file in the folder {}",
            folder.display()
        ));
    }
    found.sort();
    Ok(found)
}

/// Whether a name ends as those of sound files do.
pub fn has_sound_extension(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    EXTENSIONS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

fn is_sound_file(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    // A second run over the same folder does not master the masters.
    let is_master = path
        .file_stem()
        .is_some_and(|stem| stem.to_string_lossy().ends_with(".master"));
    !hidden && !is_master && has_sound_extension(path)
}
