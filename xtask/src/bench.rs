//! `bench`: instructions per frame, counted by callgrind.

use crate::packages::{self, MAKE, VALGRIND};
use crate::shell::{Result, cargo, output, run};

/// Sees to valgrind and the runner of the version in `Cargo.lock`, then runs `cargo bench`.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    packages::ensure(&[MAKE, VALGRIND])?;
    let version = locked_version("gungraun")?;
    let installed = output(&mut cargo(&["install", "--list"]))?;
    if !installed.contains(&format!("gungraun-runner v{version}:")) {
        eprintln!("The benches need gungraun-runner {version}; installing it with cargo.");
        run(&mut cargo(&[
            "install",
            "gungraun-runner",
            "--locked",
            "--version",
            &version,
        ]))?;
    }
    run(cargo(&["bench"]).args(arguments))
}

fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(crate::shell::root().join("Cargo.lock"))?;
    lock.split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{package}\"\n")))
        .and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next())
        .map(str::to_owned)
        .ok_or_else(|| format!("{package} is not in Cargo.lock").into())
}
