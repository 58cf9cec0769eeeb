//! `bench`: instructions per frame, counted by callgrind.

use crate::packages::{self, MAKE, VALGRIND};
use crate::shell::{Result, cargo, output, run};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// What every bench runs over: a second.
const FRAMES: f64 = 48_000.0;
/// What the whole chain may cost, in instructions per stereo frame.
const ENGINE_MAX: f64 = 3000.0;
/// The worst block may cost as many times the median block.
const WORST_BLOCK_MAX: f64 = 2.0;

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
    // Without host and window: the sound alone builds sooner.
    let mut bench = cargo(&["bench", "--no-default-features"]);
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
    if arguments.is_empty() {
        blocks()?;
    }
    Ok(())
}

/// Counts every block of `benches/blocks.rs` by itself and prints median and worst.
fn blocks() -> Result<()> {
    let json = "--message-format=json-render-diagnostics";
    let built = output(&mut cargo(&[
        "bench",
        "--no-default-features",
        "--bench",
        "blocks",
        "--no-run",
        json,
    ]))?;
    let program = built
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "blocks")
        .find_map(|message| message["executable"].as_str().map(str::to_owned))
        .ok_or("`cargo bench --no-run` did not name the program")?;
    let folder = crate::shell::target()?.join("blocks");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let counts = folder.join("counts");
    run(Command::new("valgrind")
        .arg("--tool=callgrind")
        .args([
            "--zero-before=blocks::one_block",
            "--dump-after=blocks::one_block",
        ])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(program))?;
    let mut blocks = Vec::new();
    for number in 1.. {
        let file = folder.join(format!("counts.{number}"));
        let Ok(text) = std::fs::read_to_string(file) else {
            break;
        };
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.ok_or("callgrind wrote no total")?;
        blocks.push(total.trim().parse::<f64>()?);
    }
    println!("\nInstructions of a block of 64 frames, per frame:");
    let half = blocks.len() / 2;
    let mut usual = None;
    for (name, blocks) in [
        ("steady", &blocks[..half]),
        ("intensity moves", &blocks[half..]),
    ] {
        let mut sorted = blocks.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (Some(median), Some(worst)) = (sorted.get(sorted.len() / 2), sorted.last()) else {
            return Err("callgrind counted no blocks".into());
        };
        let ratio = worst / *usual.get_or_insert(*median);
        println!(
            "  {name:<16} median {:>5.0}, worst {:>5.0} ({:.2} times the steady median)",
            median / 64.0,
            worst / 64.0,
            ratio
        );
        if ratio > WORST_BLOCK_MAX || median / 64.0 > ENGINE_MAX {
            return Err(format!(
                "too expensive: at most {ENGINE_MAX} a frame and {WORST_BLOCK_MAX} times the median"
            )
            .into());
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
