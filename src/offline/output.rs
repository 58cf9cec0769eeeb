//! Output files that appear complete or not at all.

use super::failure::{Failure, Outcome};
use super::write::is_folder_trouble;
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file being made: beside its place, under another name, until [`OutputFile::commit`]. Dropped before
/// that, nothing remains.
#[derive(Debug)]
pub struct OutputFile {
    temporary: NamedTempFile,
    path: PathBuf,
    overwrite: bool,
}

impl OutputFile {
    /// Prepares a file at `path`. Fails if it is one of the `sources`, if there is one and `overwrite` is not
    /// set, or if its folder cannot be written to.
    pub fn new(path: &Path, sources: &[&Path], overwrite: bool) -> Outcome<Self> {
        if sources.iter().any(|source| is_same_file(path, source)) {
            return Err(Failure::because(match sources {
                [_] => "the output is the input itself, which is never overwritten: give another name with -o"
                    .to_owned(),
                _ => format!(
                    "the output {} is one of the inputs, which are never overwritten: give another name with -o",
                    path.display()
                ),
            }));
        }
        if path.is_dir() {
            return Err(Failure::because(format!(
                "{} is a folder: give a file name with -o",
                path.display()
            )));
        }
        if path.exists() && !path.is_file() {
            return Err(Failure::because(format!(
                "{} is no regular file: give another name with -o",
                path.display()
            )));
        }
        if path.exists() && !overwrite {
            return Err(already_there(path));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".finalcoat-").suffix(".part");
        #[cfg(unix)]
        {
            // As any new file: what the user's umask allows.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let temporary = builder.tempfile_in(folder).map_err(|error| {
            Failure::because(if is_folder_trouble(&error) {
                format!(
                    "the folder {} cannot be written to ({error}): choose another with -o",
                    folder.display()
                )
            } else {
                format!("no file can be made in {} ({error})", folder.display())
            })
        })?;
        Ok(Self {
            temporary,
            path: path.to_owned(),
            overwrite,
        })
    }

    /// The file to write into.
    pub fn file(&self) -> Outcome<File> {
        self.temporary
            .as_file()
            .try_clone()
            .map_err(|error| Failure::because(format!("no file can be made ({error})")))
    }

    /// The finished file takes its place.
    pub fn commit(self) -> Outcome<()> {
        let path = self.path;
        let placed = if self.overwrite {
            self.temporary.persist(&path)
        } else {
            self.temporary.persist_noclobber(&path)
        };
        placed.map(drop).map_err(|error| {
            if error.error.kind() == std::io::ErrorKind::AlreadyExists {
                already_there(&path)
            } else {
                Failure::because(format!(
                    "{} cannot be put in place ({})",
                    path.display(),
                    error.error
                ))
            }
        })
    }
}

/// A master and its MP3 take their places. If only the first does, the failure says so.
pub fn commit_both(master: OutputFile, mp3: Option<OutputFile>) -> Outcome<()> {
    let path = master.path.clone();
    master.commit()?;
    let Some(mp3) = mp3 else {
        return Ok(());
    };
    mp3.commit().map_err(|failure| {
        Failure::because(format!(
            "the master {} is complete, but its MP3 is missing: {failure}",
            path.display()
        ))
    })
}

fn already_there(path: &Path) -> Failure {
    Failure::because(format!(
        "{} is there already: give another name with -o, or --force to overwrite it",
        path.display()
    ))
}

/// Whether two paths lead to one file, also through links.
fn is_same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_whose_mp3_is_lost_is_told_as_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let source = at("song.wav");
        let master = OutputFile::new(&at("out.wav"), &[&source], false).expect("a file");
        let mp3 = OutputFile::new(&at("out.mp3"), &[&source], false).expect("a file");
        std::fs::create_dir(at("out.mp3")).expect("a folder in the way");
        let failure = commit_both(master, Some(mp3))
            .expect_err("no MP3")
            .to_string();
        assert!(failure.contains("out.wav is complete, but its MP3 is missing"));
        assert!(at("out.wav").is_file());
    }
}
