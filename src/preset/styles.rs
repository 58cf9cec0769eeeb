//! The styles there are: Finalcoat's own, and the user's files beside the presets.

use super::{Fault, folder};
use crate::assistant::style::{self, Style};
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder's name, beside that of the presets; upper and lower case are the same.
const FOLDER: &str = "Styles";

/// All styles, and what is wrong with files of the user's that cannot be used. A file of the user's stands
/// in for a style of ours with the same name.
#[derive(Debug, Clone, Default)]
pub struct Styles {
    /// The styles.
    pub all: Vec<Style>,
    /// The files that were left out.
    pub faults: Vec<StyleFault>,
}

/// A file of the user's that is no style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleFault {
    /// Where it lies.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for StyleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, why) = (self.path.display(), &self.why);
        write!(f, "the style {path} is left out: {why}")
    }
}

/// Finalcoat's styles and the user's.
pub fn styles() -> Styles {
    place().map_or_else(factory, |folder| with_own(&folder))
}

/// Finalcoat's styles alone.
pub fn factory() -> Styles {
    Styles {
        all: style::factory(),
        faults: Vec::new(),
    }
}

/// Finalcoat's styles and those in a folder.
pub fn with_own(folder: &Path) -> Styles {
    let mut found = read(folder);
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
    pub fn named(&self, name: &str) -> Result<String, Fault> {
        if let Some(style) = self.all.iter().find(|style| is_named(style, name)) {
            return Ok(style.name.clone());
        }
        let names: Vec<&str> = self.all.iter().map(|style| style.name.as_str()).collect();
        Err(Fault(format!(
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
        let why = match parsed {
            Ok(style) if styles.all.iter().any(|one| is_named(one, &style.name)) => {
                format!("another file has the name {} already", style.name.trim())
            }
            Ok(style) => {
                styles.all.push(style);
                continue;
            }
            Err(why) => why.trim().to_owned(),
        };
        styles.faults.push(StyleFault { path, why });
    }
    styles
}

fn parse(text: &str) -> Result<Style, String> {
    let style: Style = toml::from_str(text).map_err(|error| {
        let message = error.message().trim();
        // What is missing is missing from the whole file.
        let place = error.span().filter(|_| !message.starts_with("missing"));
        match place.and_then(|span| text.get(..span.start)) {
            Some(before) => format!("{message} (line {})", before.matches('\n').count() + 1),
            None => message.to_owned(),
        }
    })?;
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
    if !(-1.0..=1.0).contains(&style.percussiveness) || !(0.0..=1.0).contains(&style.energy) {
        return Err("percussiveness must lie between -1 and 1, energy between 0 and 1".to_owned());
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
        write("d.toml", &text("doom", 2.0));
        let no_number = text("Drone", 3.0).replace("percussiveness = 0.0", "percussiveness = nan");
        write("e.toml", &no_number);
        write(
            "f.toml",
            &text("Din", 3.0).replace("energy = 0.5", "energy = 1.5"),
        );
        write("notes.txt", "no style");
        let found = read(folder.path());
        assert_eq!(found.named(" dOOM ").expect("there"), "Doom");
        assert_eq!(found.all.len(), 1);
        let said: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 5, "{said:?}");
        assert!(said[0].contains("a.toml") && said[0].contains("spread"));
        assert!(said[1].contains("c.toml") && said[1].ends_with("(line 1)"));
        assert!(said[2].contains("d.toml") && said[2].contains("doom already"));
        assert!(said[3].contains("e.toml") && said[3].contains("percussiveness"));
        assert!(said[4].contains("f.toml") && said[4].contains("energy"));
        assert_eq!(found.all[0].spread_db[0], 3.0, "the first one stays");
        let missing = found.named("polka").expect_err("missing").to_string();
        assert!(
            missing.contains("polka") && missing.contains("Doom"),
            "{missing}"
        );
    }

    #[test]
    fn a_style_of_the_users_stands_in_for_ours_of_that_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = with_own(folder.path()).all.len();
        assert_eq!(ours, style::factory().len());
        std::fs::write(folder.path().join("x.toml"), text("ROCK", 3.0)).expect("written");
        let found = with_own(folder.path());
        assert_eq!(found.all.len(), ours);
        assert_eq!(found.named("rock").expect("there"), "ROCK");
    }
}
