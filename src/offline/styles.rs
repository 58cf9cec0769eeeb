//! The styles there are: Finalcoat's own, and the user's files beside the presets.

use super::failure::Failure;
use crate::assistant::style::{self, Style};
use crate::preset::folder;
use std::path::{Path, PathBuf};

/// The folder's name, beside that of the presets; upper and lower case are the same.
const FOLDER: &str = "Styles";

/// All styles, and what is wrong with files of the user's that cannot be used. A file of the user's stands
/// in for a style of ours with the same name.
#[derive(Debug, Clone, Default)]
pub struct Styles {
    /// The styles.
    pub all: Vec<Style>,
    /// A sentence for each file that was left out.
    pub faults: Vec<String>,
}

/// Finalcoat's styles and the user's.
pub fn styles() -> Styles {
    let mut found = place().map_or_else(Styles::default, |folder| read(&folder));
    let own = std::mem::take(&mut found.all);
    found.all = style::factory();
    found
        .all
        .retain(|style| own.iter().all(|own| !is_named(own, &style.name)));
    found.all.extend(own);
    found
}

impl Styles {
    /// The style's name as its file writes it; the styles there are when there is none of that name.
    pub fn named(&self, name: &str) -> Result<String, Failure> {
        if let Some(style) = self.all.iter().find(|style| is_named(style, name)) {
            return Ok(style.name.clone());
        }
        let names: Vec<&str> = self.all.iter().map(|style| style.name.as_str()).collect();
        Err(Failure::because(format!(
            "there is no style \u{201c}{}\u{201d}: give auto or one of {}",
            name.trim(),
            names.join(", ")
        )))
    }
}

/// Where the user's styles lie, if there are any.
pub fn place() -> Option<PathBuf> {
    let beside = folder::place()?.parent()?.to_owned();
    let entries = std::fs::read_dir(&beside).ok()?;
    let found = entries.flatten().map(|entry| entry.path()).find(|path| {
        path.file_name()
            .is_some_and(|name| name.eq_ignore_ascii_case(FOLDER))
            && path.is_dir()
    });
    Some(found.unwrap_or_else(|| beside.join(FOLDER)))
}

fn is_named(style: &Style, name: &str) -> bool {
    style.name.trim().to_lowercase() == name.trim().to_lowercase()
}

/// The styles in a folder, in the order of their file names.
fn read(folder: &Path) -> Styles {
    let mut styles = Styles::default();
    for (_, path) in folder::list(folder) {
        let parsed = std::fs::read_to_string(&path)
            .map_err(|error| error.to_string())
            .and_then(|text| parse(&text));
        match parsed {
            Ok(style) => styles.all.push(style),
            Err(fault) => styles.faults.push(format!(
                "the style {} is left out: {}",
                path.display(),
                fault.trim()
            )),
        }
    }
    styles
}

fn parse(text: &str) -> Result<Style, String> {
    let style: Style = toml::from_str(text).map_err(|error| error.to_string())?;
    if style.name.trim().is_empty() || style.name.trim().eq_ignore_ascii_case("auto") {
        return Err("its name must not be empty or \u{201c}auto\u{201d}".to_owned());
    }
    let positive = |values: &[f64]| values.iter().all(|value| *value > 0.0 && *value < 100.0);
    let spreads = [
        &style.spread_db[..],
        &style.side_to_mid_spread_db,
        &style.dynamics_spread_db,
        &[style.plr_spread_db],
    ];
    if !spreads.iter().all(|spread| positive(spread)) {
        return Err("every spread must be above 0 and below 100 dB".to_owned());
    }
    let plain = |values: &[f64]| values.iter().all(|value| value.abs() <= 120.0);
    let levels = [
        &style.level_db[..],
        &style.side_to_mid_db,
        &style.dynamics_db,
        &[style.plr_db, style.loudness_lufs],
    ];
    if !levels.iter().all(|level| plain(level)) {
        return Err("every level must lie between -120 and 120".to_owned());
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, spread: f64) -> String {
        let list = |value: f64, count: usize| format!("{:?}", vec![value; count]);
        format!(
            "name = {name:?}\ndescription = \"\"\nsource = \"mine\"\nlevel_db = {}\nspread_db = {}\n\
             side_to_mid_db = {}\nside_to_mid_spread_db = {}\ndynamics_db = {}\ndynamics_spread_db = {}\n\
             plr_db = 12.0\nplr_spread_db = 2.0\nloudness_lufs = -12.0\npercussiveness = 0.0\nenergy = 0.5\n",
            list(0.0, 31),
            list(spread, 31),
            list(-10.0, 4),
            list(3.0, 4),
            list(6.0, 4),
            list(2.0, 4),
        )
    }

    #[test]
    fn files_become_styles_and_broken_ones_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("b.toml", &text("Doom", 3.0));
        write("a.toml", &text("Dub", 0.0));
        write("c.toml", "name = 3");
        write("notes.txt", "no style");
        let found = read(folder.path());
        assert_eq!(found.named(" dOOM ").expect("there"), "Doom");
        assert_eq!(found.all.len(), 1);
        assert_eq!(found.faults.len(), 2, "{:?}", found.faults);
        assert!(found.faults[0].contains("a.toml") && found.faults[0].contains("spread"));
        let missing = found.named("polka").expect_err("missing").to_string();
        assert!(
            missing.contains("polka") && missing.contains("Doom"),
            "{missing}"
        );
    }
}
