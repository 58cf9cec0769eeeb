//! Where a song is worked on: the built command line and a folder for its files.

use super::folder::Stem;
use super::sound::Sound;
use crate::shell::{Result, cargo, run, target};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Clock ticks of processor time per second, as Linux shows it to programs.
const TICKS_PER_S: f64 = 100.0;
/// How often a running command's memory is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Builds the command line as it is released, with MP3.
pub(crate) fn build() -> Result<PathBuf> {
    run(&mut cargo(&[
        "build",
        "--release",
        "--no-default-features",
        "--features",
        "mp3",
        "--bin",
        "finalcoat",
    ]))?;
    let name = format!("finalcoat{}", std::env::consts::EXE_SUFFIX);
    Ok(target()?.join("release").join(name))
}

/// One worker's place; its files go with it.
pub(crate) struct Desk<'a> {
    program: &'a Path,
    folder: TempDir,
}

/// What a command took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// From start to end, in seconds.
    pub(crate) wall_s: f64,
    /// Processor time of all threads in seconds, where the system tells.
    pub(crate) processor_s: Option<f64>,
    /// Highest memory in MB, where the system tells.
    pub(crate) memory_mb: Option<f64>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(program: &'a Path) -> Result<Self> {
        Ok(Self {
            program,
            folder: tempfile::tempdir()?,
        })
    }

    /// Masters a sound; gives what the command said, and the master.
    pub(crate) fn master(&self, sound: &Sound, flags: &[&str]) -> Result<(Value, Sound)> {
        let (input, output) = (self.path("song.wav"), self.path("song.master.wav"));
        sound.write(&input)?;
        let said = self.first_file(&self.arguments("master", &input, Some(&output), flags))?;
        let master = Sound::read(&output)?;
        Ok((said, master))
    }

    /// Checks a sound; gives what the command said.
    pub(crate) fn check(&self, sound: &Sound, flags: &[&str]) -> Result<Value> {
        let input = self.path("song.wav");
        sound.write(&input)?;
        self.first_file(&self.arguments("check", &input, None, flags))
    }

    /// To MP3 at 128 kbit/s and back.
    pub(crate) fn through_mp3(&self, sound: &Sound) -> Result<Sound> {
        let flags = ["--loudness", "off", "--intensity", "0", "--mp3=128"];
        self.master(sound, &flags)?;
        Sound::read(&self.path("song.master.mp3"))
    }

    /// Runs a command that answers with one object, also where the exit code says that something is wrong.
    pub(crate) fn say(&self, arguments: &[String]) -> Result<Value> {
        let output = Command::new(self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        serde_json::from_slice(&output.stdout).map_err(|_| {
            let told = String::from_utf8_lossy(&output.stderr);
            let first = told.trim().lines().next().unwrap_or("it failed").to_owned();
            first.into()
        })
    }

    /// Masters or checks a sound, with a stopwatch.
    pub(crate) fn timed(&self, verb: &str, sound: &Sound) -> Result<Cost> {
        let (input, output) = (self.path("song.wav"), self.path("song.master.wav"));
        sound.write(&input)?;
        let output = (verb == "master").then_some(output.as_path());
        self.with_stopwatch(&self.arguments(verb, &input, output, &[]))
    }

    /// Masters a folder of stems, with a stopwatch.
    pub(crate) fn timed_stems(&self, stems: &[Stem]) -> Result<Cost> {
        let (folder, output) = (self.path("timed"), self.path("song.master.wav"));
        std::fs::create_dir(&folder)?;
        for stem in stems {
            stem.sound.write(&folder.join(&stem.file))?;
        }
        self.with_stopwatch(&self.arguments("stems", &folder, Some(&output), &[]))
    }

    fn with_stopwatch(&self, arguments: &[String]) -> Result<Cost> {
        let started = Instant::now();
        let mut child = Command::new(self.program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        // Read aside: a full pipe would stop the command.
        let mut stdout = child.stdout.take().ok_or("no output")?;
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).map(|_| text)
        });
        let mut cost = Cost {
            wall_s: 0.0,
            processor_s: None,
            memory_mb: None,
        };
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            let process = PathBuf::from("/proc").join(child.id().to_string());
            cost.memory_mb = highest_memory_mb(&process).or(cost.memory_mb);
            cost.processor_s = processor_s(&process).or(cost.processor_s);
            std::thread::sleep(LOOK);
        };
        cost.wall_s = started.elapsed().as_secs_f64();
        let said = reader.join().map_err(|_| "the reader failed")??;
        if !status.success() {
            return Err(what_failed(&said, &status.to_string()).into());
        }
        Ok(cost)
    }

    /// A place on the desk.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arguments(
        &self,
        verb: &str,
        input: &Path,
        output: Option<&Path>,
        flags: &[&str],
    ) -> Vec<String> {
        let text = |path: &Path| path.display().to_string();
        let mut arguments = vec![verb.to_owned(), text(input), "--json".to_owned()];
        if let Some(output) = output {
            arguments.extend(["-o".to_owned(), text(output), "--force".to_owned()]);
        }
        arguments.extend(flags.iter().map(|&flag| flag.to_owned()));
        arguments
    }

    fn first_file(&self, arguments: &[String]) -> Result<Value> {
        let output = Command::new(self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let because = match said.trim() {
                "" => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                said => what_failed(said, &output.status.to_string()),
            };
            return Err(because
                .lines()
                .next()
                .unwrap_or("it failed")
                .to_owned()
                .into());
        }
        let mut said: Value = serde_json::from_str(&said)?;
        Ok(said["files"][0].take())
    }
}

fn what_failed(said: &str, status: &str) -> String {
    let said: Option<Value> = serde_json::from_str(said).ok();
    // Of stems there is one object for all.
    let error = said.as_ref().and_then(|said| {
        let of_file = said["files"][0]["error"].as_str();
        of_file.or(said["error"].as_str())
    });
    error.unwrap_or(status).to_owned()
}

/// `VmHWM` of a process.
fn highest_memory_mb(process: &Path) -> Option<f64> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// `utime` and `stime` of a process: the 14th and 15th field, counted from behind the name.
fn processor_s(process: &Path) -> Option<f64> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_S)
}
