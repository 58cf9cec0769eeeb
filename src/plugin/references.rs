//! The user's references, read and analysed once for as long as their files stay as they are.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use crate::analysis::analyzer::Analyzer;
use crate::analysis::report::Report;
use crate::dsp::block::Stream;
use crate::offline::read::{SoundFile, split};

/// Longest part of a file that is listened to, in seconds.
const SECONDS_MAX: f64 = 900.0;

/// What was read.
#[derive(Debug, Default)]
pub struct References {
    known: HashMap<String, (Stamp, Report)>,
}

type Stamp = (Option<SystemTime>, u64);

/// Why there is no report.
#[derive(Debug)]
pub enum Trouble {
    /// The user has cancelled.
    Cancelled,
    /// A file is no reference; a sentence with its name.
    File(String),
}

impl References {
    /// The reports of these files. `go_on` is told the share done and asked whether to go on.
    pub fn reports(
        &mut self,
        paths: &[String],
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Result<Vec<Report>, Trouble> {
        self.known.retain(|path, _| paths.contains(path));
        let mut reports = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            let share = number as f32 / paths.len() as f32;
            let stamp = stamp(path);
            let report = match self.known.get(path) {
                Some((known, report)) if *known == stamp => report.clone(),
                _ => {
                    let report = analyse(path, &mut || go_on(share))?;
                    self.known.insert(path.clone(), (stamp, report.clone()));
                    report
                }
            };
            reports.push(report);
        }
        Ok(reports)
    }
}

fn stamp(path: &str) -> Stamp {
    match std::fs::metadata(path) {
        Ok(facts) => (facts.modified().ok(), facts.len()),
        Err(_) => (None, 0),
    }
}

fn analyse(path: &str, go_on: &mut dyn FnMut() -> bool) -> Result<Report, Trouble> {
    let name = Path::new(path).file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let trouble = |why: &dyn std::fmt::Display| {
        Trouble::File(format!("The reference {name} cannot be used: {why}."))
    };
    let mut file = SoundFile::open(Path::new(path)).map_err(|why| trouble(&why))?;
    let facts = file.facts();
    let rate_hz = f64::from(facts.sample_rate_hz);
    let mut analyzer = Analyzer::new(Stream::new(rate_hz));
    let mut interleaved = Vec::new();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut seconds = 0.0;
    while seconds < SECONDS_MAX {
        if !go_on() {
            return Err(Trouble::Cancelled);
        }
        file.read(&mut interleaved).map_err(|why| trouble(&why))?;
        if interleaved.is_empty() {
            break;
        }
        // Long blocks are cut, so that a cancel is heard in time.
        for part in interleaved.chunks(facts.channels.max(1) * 8192) {
            split(part, facts.channels, &mut left, &mut right);
            analyzer.process(&left, &right, None);
            seconds += left.len() as f64 / rate_hz;
            if !go_on() {
                return Err(Trouble::Cancelled);
            }
        }
    }
    analyzer
        .report()
        .ok_or_else(|| trouble(&"there are less than 3 s of music in it"))
}
