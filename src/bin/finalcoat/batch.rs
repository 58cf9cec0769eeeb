//! Many files, a few at a time: folders expanded, progress shown, results in the order given.

use finalcoat::offline::failure::{Failure, Outcome};
use finalcoat::offline::folder::sound_files;
use finalcoat::offline::watch::Watch;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// What is to be worked on, each file once.
pub(crate) struct Inputs {
    pub(crate) files: Vec<PathBuf>,
    /// Folders among them that give no files, and why.
    refused: HashMap<PathBuf, String>,
}

impl Inputs {
    /// Fails for a folder that gave no files.
    pub(crate) fn check(&self, input: &Path) -> Outcome<()> {
        match self.refused.get(input) {
            Some(reason) => Err(Failure::because(reason.as_str())),
            None => Ok(()),
        }
    }
}

/// Replaces folders by the sound files in them, sorted by name. Fails only if there is no file at all.
pub(crate) fn expand(inputs: &[PathBuf]) -> Result<Inputs, String> {
    let mut files = Vec::new();
    let mut refused = HashMap::new();
    for input in inputs {
        if !input.is_dir() {
            files.push(input.clone());
            continue;
        }
        match sound_files(input) {
            Ok(mut found) => files.append(&mut found),
            Err(reason) => {
                refused.insert(input.clone(), reason);
                files.push(input.clone());
            }
        }
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(canonical(file)));
    match files.iter().find_map(|file| refused.get(file)) {
        Some(reason) if files.len() == refused.len() => Err(reason.clone()),
        _ => Ok(Inputs { files, refused }),
    }
}

/// A path without links and dots, by which one file is known under all its names.
pub(crate) fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// One file, done.
pub(crate) struct Done<R> {
    pub(crate) input: PathBuf,
    pub(crate) result: R,
}

/// Files to be worked on.
pub(crate) struct Batch<'a> {
    inputs: Vec<PathBuf>,
    jobs: usize,
    bars: MultiProgress,
    stop: &'a AtomicBool,
}

impl<'a> Batch<'a> {
    /// `jobs`: files at a time, as many as there are processors if not said. Progress is shown on
    /// standard error, and only if that is a terminal.
    pub(crate) fn new(
        inputs: Vec<PathBuf>,
        jobs: Option<u16>,
        shows_progress: bool,
        stop: &'a AtomicBool,
    ) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = jobs
            .map_or(processors, usize::from)
            .min(inputs.len())
            .max(1);
        let target = if shows_progress && std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            inputs,
            jobs,
            bars: MultiProgress::with_draw_target(target),
            stop,
        }
    }

    /// Works on all files; `tell` hears of each, in the order given, as soon as those before it are done.
    pub(crate) fn run<R: Send>(
        self,
        work: impl Fn(&Path, Watch<'_>) -> R + Sync,
        mut tell: impl FnMut(&Done<R>),
    ) -> Vec<Done<R>> {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        let mut results = Vec::new();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs {
                let (sender, next, work) = (sender.clone(), &next, &work);
                let (inputs, bars, stop) = (&self.inputs, &self.bars, self.stop);
                scope.spawn(move || {
                    while let Some((index, input)) = {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        inputs.get(index).map(|input| (index, input))
                    } {
                        let bar = new_bar(bars, input);
                        let progress = |step: &str, share: f64| {
                            if !bar.is_hidden() {
                                if bar.message() != step {
                                    bar.set_message(step.to_owned());
                                }
                                bar.set_position((share * 1000.0) as u64);
                            }
                        };
                        let result = work(input, Watch::new(stop, &progress));
                        bar.finish_and_clear();
                        if sender.send((index, result)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut waiting = BTreeMap::new();
            for (index, result) in receiver {
                waiting.insert(index, result);
                while let Some(result) = waiting.remove(&results.len()) {
                    let done = Done {
                        input: self.inputs[results.len()].clone(),
                        result,
                    };
                    self.bars.suspend(|| tell(&done));
                    results.push(done);
                }
            }
        });
        results
    }
}

fn new_bar(bars: &MultiProgress, input: &Path) -> ProgressBar {
    let bar = bars.add(ProgressBar::new(1000));
    let style = ProgressStyle::with_template("{prefix:30!} {bar:30} {percent:>3}% {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let name = input.file_name().unwrap_or_default().to_string_lossy();
    bar.set_prefix(name.into_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
