//! `run`: the standalone app.

use crate::packages::{self, ALSA, JACK, PKG_CONFIG};
use crate::shell::{self, Result, cargo, root, target};
use std::process::Command;

const SONG: &str = "assets/demo/twilight_area.flac";

/// What the standalone app is built with, and the folder below `target`.
const PROFILE: &str = "standalone";
/// The features of it, without what the command line needs.
const FEATURES: [&str; 3] = ["--no-default-features", "--features", "standalone"];
const PROGRAM: &str = "finalcoat-standalone";

/// Builds the app and opens it; without arguments it plays the demo song.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    packages()?;
    let mut build = cargo(&["build", "--profile", PROFILE, "--bin", PROGRAM]);
    shell::run(build.args(FEATURES))?;
    let program = target()?
        .join(PROFILE)
        .join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    let song = root().join(SONG);
    let mut app = Command::new(program);
    match arguments {
        // A file is named as seen from where the user stands.
        [_, ..] => app.args(arguments),
        [] => app.arg(song),
    };
    become_it(app)
}

/// Goes on as the app, so that Ctrl-C and the exit code are its own.
#[cfg(unix)]
fn become_it(mut app: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(format!("the app did not start: {}", app.exec()).into())
}

#[cfg(not(unix))]
fn become_it(mut app: Command) -> Result<()> {
    let status = app
        .status()
        .map_err(|error| format!("the app did not start: {error}"))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// The sound libraries of Linux that the framework links.
pub(crate) fn packages() -> Result<()> {
    match cfg!(target_os = "linux") {
        true => packages::ensure(&[PKG_CONFIG, ALSA, JACK]),
        false => Ok(()),
    }
}
