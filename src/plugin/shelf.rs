//! The styles that proposals are measured against: ours, and the user's own files, read on the worker.

use std::path::PathBuf;

use crate::assistant::style::Style;
use crate::handoff::listen::StyleList;
use crate::preset::styles::{self, Styles};

/// What was read, and where from.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// Not where the platform keeps such files.
    elsewhere: Option<PathBuf>,
    /// Where the user's were looked for.
    folder: Option<PathBuf>,
    found: Styles,
}

impl Shelf {
    /// The user's own styles lie where the platform keeps such files. Nothing is read yet.
    pub fn of_this_user() -> Self {
        Self::default()
    }

    /// They lie in this folder. Nothing is read yet.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            elsewhere: Some(folder),
            ..Self::default()
        }
    }

    /// Reads all of them; says whether a style is another one than before.
    pub fn read(&mut self) -> bool {
        self.folder = self.elsewhere.clone().or_else(styles::place);
        let found = match &self.folder {
            Some(folder) => styles::with_own(folder),
            None => styles::factory(),
        };
        let changed = found.all != self.found.all;
        self.found = found;
        changed
    }

    /// What was read.
    pub fn styles(&self) -> &[Style] {
        &self.found.all
    }

    /// The style's name as its file writes it, or a sentence that there is none.
    pub fn named(&self, name: &str) -> Result<String, String> {
        self.found.named(name).map_err(|_| {
            format!(
                "There is no style \u{201c}{name}\u{201d} any more: choose another one, or Auto."
            )
        })
    }

    /// What the editor shows of it.
    pub fn list(&self) -> StyleList {
        let factory = styles::factory().all;
        let is_ours = |style: &&Style| factory.contains(style);
        let names = |ours: bool| {
            let styles = self.found.all.iter().filter(|style| is_ours(style) == ours);
            styles.map(|style| style.name.clone()).collect()
        };
        let fault = |fault: &styles::StyleFault| {
            let name = fault.path.file_name().unwrap_or_default();
            [name.to_string_lossy().into_owned(), fault.why.clone()]
        };
        StyleList {
            ours: names(true),
            own: names(false),
            faults: self.found.faults.iter().map(fault).collect(),
            folder: self.folder.as_ref().map(|path| path.display().to_string()),
        }
    }
}
