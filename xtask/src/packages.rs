//! What must be on the system beside Rust and a C compiler, and how it gets there.

use crate::shell::{Result, run, succeeds};
use std::process::Command;

/// Something of the system that a chore needs.
pub(crate) struct Need {
    /// Name of the Debian package that brings it.
    package: &'static str,
    /// What it is for.
    why: &'static str,
    /// A command that succeeds when it is there, whoever brought it.
    probe: &'static [&'static str],
}

/// LAME is built from source by its own makefiles.
pub(crate) const MAKE: Need = Need {
    package: "make",
    why: "builds LAME, the MP3 encoder of the command line",
    probe: &["make", "--version"],
};
/// The independent VST3 host of the tests is a Python package.
pub(crate) const PYTHON: Need = Need {
    package: "python3",
    why: "runs the independent VST3 host of the tests",
    probe: &["python3", "--version"],
};
/// Python packages of the tests go into an environment of their own.
pub(crate) const PYTHON_VENV: Need = Need {
    package: "python3-venv",
    why: "keeps the Python packages of the tests apart, under target",
    probe: &["python3", "-c", "import ensurepip, venv"],
};
/// The real-time test watches the audio thread for system calls.
pub(crate) const STRACE: Need = Need {
    package: "strace",
    why: "proves that the audio thread makes no system call",
    probe: &["strace", "--version"],
};
/// The build of the standalone app asks it where the sound libraries are.
pub(crate) const PKG_CONFIG: Need = Need {
    package: "pkg-config",
    why: "finds the sound libraries of the standalone app",
    probe: &["pkg-config", "--version"],
};
/// The framework's standalone wrapper links it.
pub(crate) const ALSA: Need = Need {
    package: "libasound2-dev",
    why: "plays the sound of the standalone app through ALSA",
    probe: &["pkg-config", "--exists", "alsa"],
};
/// The framework looks for it when it is built, and for a server when it runs.
pub(crate) const JACK: Need = Need {
    package: "libjack-jackd2-dev",
    why: "plays the sound of the standalone app through JACK, if one runs",
    probe: &["pkg-config", "--exists", "jack"],
};
/// The benches count instructions.
pub(crate) const VALGRIND: Need = Need {
    package: "valgrind",
    why: "counts the instructions of the benches",
    probe: &["valgrind", "--version"],
};

/// Installs what is missing on Debian and Ubuntu; elsewhere names it and stops.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Missing on this system:");
    for need in &missing {
        eprintln!("  {:<18} {}", need.package, need.why);
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let by_hand = format!("install {} and run this again", names.join(", "));
    if !succeeds(&["apt-get", "--version"]) {
        return Err(format!("{by_hand} (only Debian and Ubuntu are done for you)").into());
    }
    let as_root: &[&str] = if output_is(&["id", "-u"], "0") {
        &["env"]
    } else if succeeds(&["sudo", "--version"]) {
        &["sudo", "env"]
    } else {
        return Err(format!("{by_hand} (neither root nor sudo here)").into());
    };
    eprintln!("Installing them with apt-get.");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(as_root[0]);
        command
            .args(&as_root[1..])
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(arguments);
        run(&mut command)
    };
    let install = [&["install", "--yes", "--no-install-recommends"], &names[..]].concat();
    // The package lists may be absent or old: fetched once, when the first attempt fails.
    if apt(&install).is_err() {
        apt(&["update"])?;
        apt(&install)?;
    }
    match self::missing(needs).first() {
        None => Ok(()),
        Some(need) => Err(format!(
            "`{}` still fails although the package {} is installed: is another one first in PATH?",
            need.probe.join(" "),
            need.package
        )
        .into()),
    }
}

fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !succeeds(need.probe)).collect()
}

fn output_is(command: &[&str], expected: &str) -> bool {
    Command::new(command[0])
        .args(&command[1..])
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == expected)
}
