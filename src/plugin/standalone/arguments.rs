//! What can be said when the standalone app is started.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

use crate::offline::read::SoundFile;

/// The name of the program.
pub const PROGRAM: &str = "finalcoat-standalone";

/// Opens Finalcoat without a DAW: plays a sound file through it, or what comes from a sound device
#[derive(Debug, Clone, PartialEq, Parser)]
#[command(
    name = PROGRAM,
    version,
    after_help = "Examples:
  finalcoat-standalone song.wav
  finalcoat-standalone song.wav --once -- --backend alsa --sample-rate 44100
  finalcoat-standalone -- --input-device \"USB Audio\"

Without a sound device everything works but the sound. Ctrl-C or closing the window ends it."
)]
pub struct Start {
    /// The sound file to play (WAV, AIFF, FLAC, MP3, Ogg Vorbis, AAC, ALAC)
    pub file: Option<PathBuf>,
    /// Stop at the end of the file instead of beginning again
    #[arg(long, requires = "file")]
    pub once: bool,
    /// Options of the sound device; `-- --help` lists them
    #[arg(last = true, value_name = "DEVICE OPTIONS")]
    pub device: Vec<String>,
}

/// Why it does not start.
#[derive(Debug)]
pub enum Refusal {
    /// What to print, and whether it was wrong: help and version are not.
    Usage(clap::Error),
    /// A sentence.
    File(String),
}

impl Refusal {
    /// Prints it and returns the exit code.
    pub fn tell(&self) -> u8 {
        match self {
            Self::Usage(error) => {
                // Nobody is there to read it.
                let _ = error.print();
                self.exit_code()
            }
            Self::File(sentence) => {
                eprintln!("{PROGRAM}: {sentence}");
                self.exit_code()
            }
        }
    }

    /// 0 for help, 1 for a file that cannot be played, 2 for wrong usage.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(error) => error.exit_code() as u8,
            Self::File(_) => 1,
        }
    }
}

impl Start {
    /// What was said, the program's name first. A file is opened, to see whether it can be played.
    pub fn read<T: Into<OsString> + Clone>(
        said: impl IntoIterator<Item = T>,
    ) -> Result<Self, Refusal> {
        let start = Self::try_parse_from(said).map_err(Refusal::Usage)?;
        if let Some(file) = &start.file {
            SoundFile::open(file)
                .map_err(|why| Refusal::File(format!("{}: {why}", file.display())))?;
        }
        Ok(start)
    }

    /// The arguments that the framework is given.
    pub fn audio_options(&self) -> Vec<String> {
        let program = format!("{PROGRAM} --");
        std::iter::once(program)
            .chain(self.device.iter().cloned())
            .collect()
    }
}
