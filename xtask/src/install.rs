//! `install`: the bundles into the user's plugin folders.

use crate::bundle;
use crate::shell::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// Every library of ours holds this; what does not is left alone.
const PLUGIN_ID: &[u8] = b"org.finalcoat.finalcoat";

/// Builds the bundles and copies them.
pub(crate) fn install() -> Result<()> {
    let [clap_folder, vst3_folder] = folders()?;
    let bundles = bundle::bundle()?;
    for (bundle, folder) in [(bundles.clap, clap_folder), (bundles.vst3, vst3_folder)] {
        let name = bundle.file_name().ok_or("a bundle has a name")?;
        place(&bundle, &folder.join(name))?;
    }
    println!("Rescan plugins in your host to find Finalcoat.");
    Ok(())
}

/// The user's folders for CLAP and VST3.
fn folders() -> Result<[PathBuf; 2]> {
    let variable = if cfg!(windows) {
        "LOCALAPPDATA"
    } else {
        "HOME"
    };
    let base = std::env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| format!("{variable} is not set: no plugin folder to install to"))?;
    let names = if cfg!(windows) {
        ["Programs/Common/CLAP", "Programs/Common/VST3"]
    } else if cfg!(target_os = "macos") {
        ["Library/Audio/Plug-Ins/CLAP", "Library/Audio/Plug-Ins/VST3"]
    } else {
        [".clap", ".vst3"]
    };
    Ok(names.map(|name| base.join(name)))
}

/// Copies `bundle` to `place`, replacing only an older copy of ours. What is there is swapped out in
/// one step: a host that has it open keeps its file.
fn place(bundle: &Path, place: &Path) -> Result<()> {
    let replaces = place.symlink_metadata().is_ok();
    if replaces && !is_ours(place) {
        return Err(format!(
            "{} is there already and is not Finalcoat's: move it away and run this again",
            place.display()
        )
        .into());
    }
    let beside = |suffix: &str| {
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        place.with_file_name(name)
    };
    let (coming, going) = (beside(".coming"), beside(".going"));
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    remove(&coming)?;
    remove(&going)?;
    copy(bundle, &coming)?;
    if replaces {
        fs::rename(place, &going)?;
    }
    fs::rename(&coming, place)?;
    remove(&going)?;
    let done = if replaces { "replaced" } else { "installed" };
    println!("{done} {}", place.display());
    Ok(())
}

fn is_ours(path: &Path) -> bool {
    if path.is_dir() {
        return fs::read_dir(path)
            .is_ok_and(|entries| entries.flatten().any(|entry| is_ours(&entry.path())));
    }
    fs::read(path).is_ok_and(|bytes| {
        bytes
            .windows(PLUGIN_ID.len())
            .any(|window| window == PLUGIN_ID)
    })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(found) if found.is_dir() => Ok(fs::remove_dir_all(path)?),
        Ok(_) => Ok(fs::remove_file(path)?),
    }
}
