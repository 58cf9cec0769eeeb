//! Stems read: each decoded once, metered and analysed on the way, two at a time.

use crate::analysis::analyzer::Analyzer;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::measure::decode;
use crate::offline::raw::RawAudio;
use crate::offline::watch::Watch;
use crate::stems::delivery::files::{FileFacts, FileListener};
use crate::stems::role::Role;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Stems read at a time.
const THREADS: usize = 2;

/// A stem, or a mix beside the stems, that was read.
#[derive(Debug)]
pub struct Stem {
    /// Its file.
    pub path: PathBuf,
    /// The file's name, without folder.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Its sound.
    pub audio: RawAudio,
    /// What heard it; of a mix nothing.
    pub analyzer: Analyzer,
    pub(super) facts: FileFacts,
}

/// A file to be read, and how much of the work it is.
struct Wanted<'a> {
    path: &'a Path,
    name: String,
    bytes: u64,
    is_stem: bool,
}

/// Reads files, in order, each with whether it is a stem: a mix is not analysed. A file that cannot be read is a failure of its own. Fails as a whole only where the
/// user stops it.
pub(super) fn read_all(files: &[(PathBuf, bool)], watch: Watch<'_>) -> Outcome<Vec<Outcome<Stem>>> {
    let wanted: Vec<Wanted<'_>> = files
        .iter()
        .map(|(path, is_stem)| Wanted {
            path,
            name: name_of(path),
            bytes: std::fs::metadata(path).map_or(1, |metadata| metadata.len().max(1)),
            is_stem: *is_stem,
        })
        .collect();
    let total: u64 = wanted.iter().map(|file| file.bytes).sum();
    let done = AtomicU64::new(0);
    let next = AtomicUsize::new(0);
    let read: Mutex<Vec<(usize, Outcome<Stem>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(wanted.len()) {
            scope.spawn(|| {
                while let Some((at, file)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    wanted.get(at).map(|file| (at, file))
                } {
                    let of_file = AtomicU64::new(0);
                    let progress = |_: &str, share: f64| {
                        let now = (share.clamp(0.0, 1.0) * file.bytes as f64) as u64;
                        let before = of_file.swap(now, Ordering::Relaxed);
                        let all = done.fetch_add(now.saturating_sub(before), Ordering::Relaxed);
                        watch.tell("reading stems", all as f64 / total as f64);
                    };
                    let stem = read_one(file, watch.with_progress(&progress));
                    if let Ok(mut read) = read.lock() {
                        read.push((at, stem));
                    }
                }
            });
        }
    });
    let mut read = read.into_inner().unwrap_or_default();
    read.sort_by_key(|(at, _)| *at);
    if read
        .iter()
        .any(|(_, stem)| matches!(stem, Err(Failure::Interrupted)))
    {
        return Err(Failure::Interrupted);
    }
    Ok(read.into_iter().map(|(_, stem)| stem).collect())
}

fn read_one(file: &Wanted<'_>, watch: Watch<'_>) -> Outcome<Stem> {
    let mut ears: Option<(Analyzer, FileListener)> = None;
    let decoded = decode(file.path, true, watch, |stream, left, right| {
        let (analyzer, listener) = ears.get_or_insert_with(|| {
            let rate_hz = stream.sample_rate_hz as u32;
            (
                Analyzer::of_part(stream),
                FileListener::new(&file.name, rate_hz),
            )
        });
        if file.is_stem {
            analyzer.process(left, right, None);
        }
        listener.process(left, right);
    })?;
    let (Some(audio), Some((analyzer, listener))) = (decoded.audio, ears) else {
        return Err(Failure::because("it was not kept while it was read"));
    };
    Ok(Stem {
        path: file.path.to_owned(),
        name: file.name.clone(),
        role: Role::Other,
        audio,
        analyzer,
        facts: listener.facts(decoded.facts.channels, decoded.facts.lossy),
    })
}

/// A file's name without its folder.
pub(super) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
