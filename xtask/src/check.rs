//! `test`: everything that must hold. All of CI.

use crate::bundle;
use crate::packages::{self, MAKE, PYTHON, PYTHON_VENV, STRACE};
use crate::run as app;
use crate::shell::{Result, cargo, output, root, run, succeeds, target};
use std::fs;
use std::process::Command;

/// The independent VST3 host of the tests, and what it computes with.
const PYTHON_PACKAGES: [&str; 3] = [
    "numpy==2.2.6; python_version < '3.11'",
    "numpy==2.4.6; python_version >= '3.11'",
    "pedalboard==0.9.26",
];

/// Checks, builds and tests; the summaries of `cargo test` come last.
pub(crate) fn test() -> Result<()> {
    packages::ensure(&[MAKE, PYTHON, PYTHON_VENV])?;
    if cfg!(target_os = "linux") {
        packages::ensure(&[STRACE])?;
    }
    toolchain()?;
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    // The tests drive the built bundles.
    bundle::bundle()?;
    python_environment()?;
    bare_server()?;
    run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))?;
    standalone()?;
    run(&mut cargo(&["test", "--package", "xtask"]))?;
    run(&mut cargo(&["test"]))
}

/// Writes the frozen files anew.
pub(crate) fn bless() -> Result<()> {
    let mut test = cargo(&["test", "--test", "params", "--test", "editor"]);
    run(test.env("FINALCOAT_BLESS", "1"))
}

/// A minimal Rust comes without the formatter and the linter.
fn toolchain() -> Result<()> {
    for (component, probe) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !succeeds(&["cargo", probe, "--version"]) {
            eprintln!(
                "Missing in this Rust: {component}, which checks the code. Adding it with rustup."
            );
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// The command line without host, window and LAME builds and runs.
fn bare_server() -> Result<()> {
    let bare = ["--no-default-features", "--bin", "finalcoat"];
    run(cargo(&["build"]).args(bare))?;
    output(cargo(&["run", "--quiet"]).args(bare).args(["--", "--help"]))?;
    Ok(())
}

/// The standalone app compiles. All of it but the call of the framework's wrapper is in the library, so that
/// the tests need no sound library.
fn standalone() -> Result<()> {
    app::packages()?;
    run(&mut cargo(&[
        "clippy",
        "--features",
        "standalone",
        "--bin",
        "finalcoat-standalone",
        "--",
        "--deny",
        "warnings",
    ]))
}

/// The Python packages of the tests, in `target/python`, made anew when the list has changed.
fn python_environment() -> Result<()> {
    let environment = target()?.join("python");
    let stamp = environment.join("packages.txt");
    let wanted = PYTHON_PACKAGES.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let mut make = Command::new("python3");
    run(make.args(["-m", "venv", "--clear"]).arg(&environment))?;
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let mut pip = Command::new(environment.join(folder).join("python"));
    pip.current_dir(root())
        .args(["-m", "pip", "install", "--quiet", "--only-binary=:all:"])
        .args(PYTHON_PACKAGES);
    run(&mut pip)?;
    fs::write(&stamp, wanted)?;
    Ok(())
}
