//! What the standalone app plays: the editor's wishes, and what is known of the file. Editor and reading
//! thread have time, so a short lock is fine; what the audio thread needs to know goes by [`super::deck`].

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::deck::{Controls, Source};
use super::lock;

/// What the editor shows of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlayerView {
    /// Name of the file; empty without one.
    pub name: String,
    /// Length in seconds; 0 until it was read.
    pub length_s: f64,
    /// Where it is, in seconds.
    pub position_s: f64,
    /// Whether it plays.
    pub playing: bool,
    /// Whether it begins again at its end.
    pub repeats: bool,
    /// How the song looks: the highest magnitude in each of some equal parts, 0 to 1 and more.
    pub overview: Arc<Vec<f32>>,
    /// Whether there is something to play.
    pub tape: Tape,
}

/// Whether there is something to play.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Tape {
    /// No file was opened.
    #[default]
    Empty,
    /// The sound device has not begun yet: nobody knows the rate to read the file for.
    Waiting,
    /// A file is being read; the share done, 0 to 1.
    Reading(f32),
    /// There is.
    Ready,
    /// The file cannot be played, and why, in one sentence.
    Failed(String),
}

/// What the user wants of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Starts or stops.
    Play(bool),
    /// Goes to a place, in seconds.
    Seek(f64),
    /// Begins again at the end, or not.
    Repeat(bool),
    /// Takes another file, from its beginning.
    Open(PathBuf),
}

#[derive(Debug, Default)]
struct Desk {
    told: Mutex<Told>,
    /// The app is asked to end.
    end: AtomicBool,
}

#[derive(Debug, Default)]
struct Told {
    path: PathBuf,
    /// Counts the files opened.
    file: u64,
    overview: Arc<Vec<f32>>,
    length_s: f64,
    tape: Tape,
}

/// The editor's end. May be held by others beside it, one at a time.
#[derive(Debug, Clone)]
pub struct Remote {
    controls: Controls,
    desk: Arc<Desk>,
}

/// The end of the thread that reads files.
#[derive(Debug)]
pub struct Reader {
    /// What the audio thread says.
    pub controls: Controls,
    /// The way to the audio thread.
    pub source: Source,
    desk: Arc<Desk>,
}

/// A pair with nothing to play.
pub fn new(controls: Controls, source: Source) -> (Remote, Reader) {
    let desk = Arc::new(Desk::default());
    let remote = Remote {
        controls: controls.clone(),
        desk: desk.clone(),
    };
    let reader = Reader {
        controls,
        source,
        desk,
    };
    (remote, reader)
}

impl Remote {
    /// Does what the user wants.
    pub fn obey(&self, command: Command) {
        match command {
            Command::Play(on) => self.controls.play(on),
            Command::Seek(position_s) => self.controls.seek(position_s),
            Command::Repeat(on) => self.controls.repeat(on),
            Command::Open(path) => {
                let mut told = lock(&self.desk.told);
                *told = Told {
                    path,
                    file: told.file + 1,
                    tape: Tape::Reading(0.0),
                    ..Told::default()
                };
                self.controls.load(true);
            }
        }
    }

    /// What is shown now.
    pub fn view(&self) -> PlayerView {
        let told = lock(&self.desk.told);
        let name = told.path.file_name().unwrap_or_default();
        let tape = match told.tape {
            Tape::Reading(_) if self.controls.sample_rate_hz() == 0.0 => Tape::Waiting,
            ref tape => tape.clone(),
        };
        PlayerView {
            name: name.to_string_lossy().into_owned(),
            length_s: told.length_s,
            position_s: self.controls.position_s(),
            playing: self.controls.playing(),
            repeats: self.controls.repeats(),
            overview: told.overview.clone(),
            tape,
        }
    }

    /// Asks the app to end.
    pub fn end(&self) {
        self.desk.end.store(true, Ordering::Release);
    }

    /// Whether the app is asked to end.
    pub fn ends(&self) -> bool {
        self.desk.end.load(Ordering::Acquire)
    }
}

impl Reader {
    /// Which file was opened last, if any, and its number.
    pub fn opened(&self) -> Option<(PathBuf, u64)> {
        let told = lock(&self.desk.told);
        (told.file > 0).then(|| (told.path.clone(), told.file))
    }

    /// Whether the file with this number is still the one opened last.
    pub fn wanted(&self, file: u64) -> bool {
        lock(&self.desk.told).file == file
    }

    /// Tells the share read of a file, 0 to 1.
    pub fn progress(&self, file: u64, share: f32) {
        self.tell(file, |told| told.tape = Tape::Reading(share));
    }

    /// Tells that a file can be played now.
    pub fn ready(&self, file: u64, length_s: f64, overview: Vec<f32>) {
        self.tell(file, |told| {
            told.tape = Tape::Ready;
            told.length_s = length_s;
            told.overview = Arc::new(overview);
        });
    }

    /// Tells why a file cannot be played; the input is heard again.
    pub fn failed(&self, file: u64, path: &Path, why: &str) {
        self.tell(file, |told| {
            told.tape = Tape::Failed(format!("{} cannot be played: {why}.", path.display()));
            self.controls.load(false);
        });
    }

    fn tell(&self, file: u64, change: impl FnOnce(&mut Told)) {
        let mut told = lock(&self.desk.told);
        if told.file == file {
            change(&mut told);
        }
    }
}
