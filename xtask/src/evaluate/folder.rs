//! A stem set delivered: its files in a folder on a desk, intact or with some of them changed.

use super::corpus::StemSet;
use super::desk::Desk;
use super::sound::Sound;
use crate::shell::Result;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the printed mix is called, beside the folder.
pub(crate) const MIX: &str = "mix.wav";
/// Where the stems lie, where those of them that are as they were, and where finished ones come out.
const STEMS: &str = "stems";
const INTACT: &str = "intact";
const FINISHED: &str = "finished";

/// A stem by the name of its file, which ends in `.wav`: a float file, so that nothing is rounded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stem {
    pub(crate) file: String,
    pub(crate) sound: Sound,
}

/// The stems of a set, and where they are delivered.
pub(crate) struct Folder<'a> {
    desk: &'a Desk<'a>,
    pub(crate) stems: Vec<Stem>,
    /// The sum of the intact stems: what was printed.
    pub(crate) mix: Sound,
}

impl<'a> Folder<'a> {
    /// Reads a set and lays it on the desk.
    pub(crate) fn new(desk: &'a Desk<'a>, set: &StemSet) -> Result<Self> {
        let stems = read(set)?;
        let folder = Self {
            desk,
            mix: sum(stems.iter().map(|stem| &stem.sound)),
            stems,
        };
        let intact = folder.empty(INTACT)?;
        for stem in &folder.stems {
            stem.sound.write(&intact.join(&stem.file))?;
        }
        Ok(folder)
    }

    /// Delivers the stems, those of `changed` as that sound, or not at all. Names that are none of the set's
    /// are files more.
    pub(crate) fn deliver(&self, changed: &[(&str, Option<&Sound>)]) -> Result<()> {
        let folder = self.empty(STEMS)?;
        let intact = self.desk.path(INTACT);
        for Stem { file, .. } in &self.stems {
            if !changed.iter().any(|(name, _)| name == file) {
                // A second name for the same file is as good as a copy: nobody writes into it.
                let (from, to) = (intact.join(file), folder.join(file));
                std::fs::hard_link(&from, &to).or_else(|_| std::fs::copy(&from, &to).map(drop))?;
            }
        }
        for (file, sound) in changed {
            if let Some(sound) = sound {
                sound.write(&folder.join(file))?;
            }
        }
        Ok(())
    }

    /// Writes the mix that the stems are held against.
    pub(crate) fn print(&self, mix: &Sound) -> Result<()> {
        mix.write(&self.desk.path(MIX))
    }

    /// Checks what was delivered, against the printed mix or without one; gives what the command said.
    pub(crate) fn check(&self, with_mix: bool) -> Result<Value> {
        let mut arguments = self.arguments(with_mix);
        arguments.push("--check".to_owned());
        self.desk.say(&arguments)
    }

    /// Masters what was delivered without any loudness; gives what the command said, and the stems that came
    /// out, in the order of the set.
    pub(crate) fn finish(&self, with_mix: bool, flags: &[String]) -> Result<(Value, Vec<Sound>)> {
        let finished = self.empty(FINISHED)?;
        let mut arguments = self.arguments(with_mix);
        arguments.extend(
            [
                "--force",
                "-o",
                &text(&self.desk.path("song.master.wav")),
                "--stems-out",
                &text(&finished),
                "--loudness",
                "off",
                "--bit-depth",
                "32f",
            ]
            .map(str::to_owned),
        );
        arguments.extend_from_slice(flags);
        let said = self.desk.say(&arguments)?;
        if let Some(error) = said["error"].as_str() {
            return Err(error.to_owned().into());
        }
        let read = |stem: &Stem| Sound::read(&finished.join(&stem.file));
        let stems = self.stems.iter().map(read).collect::<Result<_>>()?;
        Ok((said, stems))
    }

    fn arguments(&self, with_mix: bool) -> Vec<String> {
        let mut arguments = vec!["stems".to_owned(), text(&self.desk.path(STEMS))];
        arguments.extend(["--json", "--quiet"].map(str::to_owned));
        if with_mix {
            arguments.extend(["--mix".to_owned(), text(&self.desk.path(MIX))]);
        }
        arguments
    }

    fn empty(&self, name: &str) -> Result<PathBuf> {
        let folder = self.desk.path(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }
}

/// Reads the stems of a set.
pub(crate) fn read(set: &StemSet) -> Result<Vec<Stem>> {
    let stem = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let file = format!("{name}.wav");
        Sound::read(path).map(|sound| Stem { file, sound })
    };
    set.stems.iter().map(stem).collect()
}

/// The sum of stems of one rate.
pub(crate) fn sum<'s>(stems: impl Iterator<Item = &'s Sound>) -> Sound {
    let parts: Vec<_> = stems.map(|sound| (sound, 1.0)).collect();
    Sound::mixed(&parts)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
