//! `bench`: instructions per frame, counted by callgrind.

use crate::packages::{self, MAKE, VALGRIND};
use crate::shell::{Result, cargo, output, run};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// What every bench runs over: a second.
const FRAMES: f64 = 48_000.0;

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
    let mut bench = cargo(&["bench"]);
    let mut child = bench.args(arguments).stdout(Stdio::piped()).spawn()?;
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("it is piped")).lines() {
        let line = line?;
        println!("{line}");
        lines.push(line);
    }
    if !child.wait()?.success() {
        return Err("`cargo bench` failed: see above".into());
    }
    let costs = costs(&lines);
    if !costs.is_empty() {
        println!("\nInstructions per stereo frame, 48 kHz, blocks of 64 frames:");
        for (name, instructions) in costs {
            println!("  {name:<24} {:>6.0}", instructions / FRAMES);
        }
    }
    Ok(())
}

/// Each bench of the chain or a meter with its instructions, as gungraun prints them: a line with its
/// path, then one with the count.
fn costs(lines: &[String]) -> Vec<(&str, f64)> {
    lines
        .windows(2)
        .filter_map(|pair| {
            let name = pair[0].split("::").nth(2)?;
            let count = pair[1].trim().strip_prefix("Instructions:")?;
            let count = count.trim().split('|').next()?;
            Some((name.split(':').next()?, count.trim().parse().ok()?))
        })
        .collect()
}

fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(crate::shell::root().join("Cargo.lock"))?;
    lock.split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{package}\"\n")))
        .and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next())
        .map(str::to_owned)
        .ok_or_else(|| format!("{package} is not in Cargo.lock").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_what_gungraun_prints() {
        let lines = [
            "chain::chain::limiter metal:(warm_limiter())",
            "  Instructions:                15043503|N/A          (*********)",
            "  L1 Hits:                     19864508|N/A          (*********)",
        ]
        .map(str::to_owned);
        assert_eq!(costs(&lines), [("limiter metal", 15_043_503.0)]);
    }
}
