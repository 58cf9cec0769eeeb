//! The music: songs and stem sets in a folder.
//!
//! With a `manifest.tsv` (columns `file` and `kind`) a song is what its `kind` says: `finished`, `unclear`
//! or `unmastered`. Without one, every sound file in `mixes/` counts as finished, or in the folder itself
//! if there is no `mixes/`. Each folder in `stems/` is a set: files that sum to `sum.*`, or, without such
//! a file, to the mix.

use crate::shell::Result;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXTENSIONS: [&str; 9] = [
    "wav", "flac", "ogg", "oga", "mp3", "m4a", "aif", "aiff", "caf",
];

/// What a song is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Mastered: as it should be.
    Finished,
    /// Nobody knows.
    Unclear,
    /// A mix before mastering.
    Unmastered,
}

/// A song.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Song {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
}

/// Stems of one song.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StemSet {
    pub(crate) name: String,
    pub(crate) stems: Vec<PathBuf>,
    pub(crate) sum: Option<PathBuf>,
}

/// All of it, sorted by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Corpus {
    pub(crate) songs: Vec<Song>,
    pub(crate) sets: Vec<StemSet>,
}

impl Corpus {
    /// What lies in `folder` and has one of the words of `filter` (with commas between) in its name.
    pub(crate) fn open(folder: &Path, filter: Option<&str>) -> Result<Self> {
        let kinds = match std::fs::read_to_string(folder.join("manifest.tsv")) {
            Ok(text) => Some(kinds(&text)?),
            Err(_) => None,
        };
        let mixes = folder.join("mixes");
        let flat = !mixes.is_dir();
        let mut paths = sound_files(if flat { folder } else { &mixes });
        for file in kinds.iter().flat_map(BTreeMap::keys) {
            let path = folder.join(file);
            let is_stem = file.starts_with("stems/");
            if !is_stem && !paths.contains(&path) && path.is_file() {
                paths.push(path);
            }
        }
        paths.sort();
        let wanted = |name: &str| {
            filter.is_none_or(|filter| filter.split(',').any(|word| name.contains(word)))
        };
        let songs = paths.into_iter().map(|path| {
            let file = path.strip_prefix(folder).unwrap_or(&path);
            let kind = match &kinds {
                None => Kind::Finished,
                Some(kinds) => match kinds.get(&file.to_string_lossy().replace('\\', "/")) {
                    Some(kind) if kind == "finished" => Kind::Finished,
                    Some(kind) if kind == "unmastered" => Kind::Unmastered,
                    _ => Kind::Unclear,
                },
            };
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Song {
                name: name.into_owned(),
                kind,
                path,
            }
        });
        let sets = folders(&folder.join("stems"))
            .into_iter()
            .filter_map(|path| {
                let (sum, stems) = sound_files(&path)
                    .into_iter()
                    .partition::<Vec<_>, _>(|file| {
                        file.file_stem().is_some_and(|stem| stem == "sum")
                    });
                let name = path.file_name()?.to_string_lossy().into_owned();
                (!stems.is_empty()).then_some(StemSet {
                    name,
                    stems,
                    sum: sum.into_iter().next(),
                })
            });
        let corpus = Self {
            songs: songs.filter(|song| wanted(&song.name)).collect(),
            sets: sets.filter(|set| wanted(&set.name)).collect(),
        };
        if corpus.songs.is_empty() && corpus.sets.is_empty() {
            return Err(format!(
                "there is no music in {}: it needs sound files in mixes/, stem sets in stems/NAME/, or both",
                folder.display()
            )
            .into());
        }
        Ok(corpus)
    }
}

/// The column `kind` by the column `file`.
fn kinds(manifest: &str) -> Result<BTreeMap<String, String>> {
    let mut lines = manifest.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        head.iter()
            .position(|&column| column.trim() == name)
            .ok_or_else(|| format!("manifest.tsv has no column `{name}`"))
    };
    let (file, kind) = (column("file")?, column("kind")?);
    Ok(lines
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |index: usize| Some(cells.get(index)?.trim().to_owned());
            Some((cell(file)?, cell(kind)?))
        })
        .collect())
}

fn sound_files(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|path| {
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            path.is_file() && EXTENSIONS.contains(&extension.to_lowercase().as_str())
        })
        .collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_is_read_with_and_without_a_manifest() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("mixes")).expect("made");
        std::fs::create_dir_all(at("stems/set")).expect("made");
        for file in [
            "mixes/a.ogg",
            "mixes/b.flac",
            "mixes/notes.txt",
            "stems/set/01_bass.flac",
        ] {
            std::fs::write(at(file), "").expect("written");
        }
        std::fs::write(at("stems/set/sum.flac"), "").expect("written");
        let corpus = Corpus::open(folder.path(), None).expect("a corpus");
        let known: Vec<_> = corpus
            .songs
            .iter()
            .map(|s| (s.name.as_str(), s.kind))
            .collect();
        assert_eq!(known, [("a", Kind::Finished), ("b", Kind::Finished)]);
        assert_eq!(corpus.sets[0].stems, [at("stems/set/01_bass.flac")]);
        assert_eq!(corpus.sets[0].sum, Some(at("stems/set/sum.flac")));
        std::fs::write(
            at("manifest.tsv"),
            "file\tsong\tkind\nmixes/a.ogg\tA\tunmastered\n",
        )
        .expect("written");
        let corpus = Corpus::open(folder.path(), Some("a,b")).expect("a corpus");
        let kinds: Vec<_> = corpus.songs.iter().map(|s| s.kind).collect();
        assert_eq!(kinds, [Kind::Unmastered, Kind::Unclear]);
        assert!(Corpus::open(folder.path(), Some("zzz")).is_err());
    }
}
