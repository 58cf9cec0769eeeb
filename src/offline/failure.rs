//! What can go wrong with a file, said so that the user knows what to do.

use std::fmt;
use std::io;

/// Why a file could not be worked on.
#[derive(Debug)]
pub enum Failure {
    /// The user asked to stop; nothing was left behind.
    Interrupted,
    /// A sentence for the user, without the file's name.
    Because(String),
}

/// The result of working on a file.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure for the reason given, a sentence without the file's name.
    pub fn because(reason: impl Into<String>) -> Self {
        Self::Because(reason.into())
    }

    /// A failure of a temporary file, which is kept where `TMPDIR` points.
    pub fn temporary(error: &io::Error) -> Self {
        Self::because(format!(
            "the temporary file failed ({error}): make room in {}, or set TMPDIR to a folder with more",
            std::env::temp_dir().display()
        ))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("stopped on request; nothing was written for it"),
            Self::Because(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Failure {}
