//! One self-contained page about a master: what was heard, what was done and why, and both to listen to.
//!
//! No network, no fonts or scripts from elsewhere: the file can be mailed, and read in ten years.

mod charts;
mod markup;
mod sound;
#[cfg(test)]
mod tests;
mod text;

use super::check::{StyleFound, analyse};
use super::failure::{Failure, Outcome};
use super::master::{Job, Mastered, master};
use super::output::OutputFile;
use super::watch::Watch;
use crate::analysis::bands::THIRDS;
use crate::analysis::report::Report;
use crate::assistant::cost::CostCurve;
use crate::assistant::finding::Finding;
use crate::assistant::findings::findings;
use crate::assistant::style::target;
use crate::assistant::verdict::{Verdict, verdict};
use sound::Sounds;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the page of a master lies: beside it, `NAME.report.html`.
pub fn page_path(output: &Path) -> PathBuf {
    output.with_extension("report.html")
}

/// Masters `input` into `output` and writes the page beside it. Both appear complete or not at all.
pub fn master_with_page(
    input: &Path,
    output: &Path,
    job: &Job,
    watch: Watch<'_>,
) -> Outcome<Mastered> {
    let path = page_path(output);
    let file = OutputFile::new(&path, input, job.overwrite)?;
    let mut mastered = master(input, output, job, watch)?;
    let told = tell(input, output, job, &mastered, watch).and_then(|page| {
        file.file()?
            .write_all(page.as_bytes())
            .map_err(|error| Failure::because(format!("it cannot be written ({error})")))?;
        file.commit()
    });
    match told {
        Ok(()) => {
            mastered.report = Some(path.display().to_string());
            Ok(mastered)
        }
        Err(Failure::Interrupted) => Err(Failure::Interrupted),
        Err(failure) => Err(Failure::because(format!(
            "the master {} is complete, but its report is missing: {failure}",
            output.display()
        ))),
    }
}

/// All that the page tells.
#[derive(Debug)]
struct Story<'a> {
    input: &'a Path,
    mastered: &'a Mastered,
    /// How much of the proposal is in effect; `None` where a preset was used.
    intensity_pct: Option<f32>,
    style: Option<StyleFound>,
    /// What the tone was measured against: levels and spread in dB.
    corridor: Option<([f64; THIRDS], [f64; THIRDS])>,
    before: Option<&'a Report>,
    after: Option<&'a Report>,
    /// Deepest gain reduction of each step of the song, in dB, and steps per second.
    reduction_db: &'a [f32],
    reduction_per_s: f64,
    findings: &'a [Finding],
    verdict: Option<&'a Verdict>,
    cost: Option<&'a CostCurve>,
    sounds: Sounds,
}

fn tell(
    input: &Path,
    output: &Path,
    job: &Job,
    mastered: &Mastered,
    watch: Watch<'_>,
) -> Outcome<String> {
    let (_, before) = analyse(input, watch)?;
    let (_, after) = analyse(output, watch)?;
    let judged = job
        .assist
        .as_ref()
        .zip(before.as_ref())
        .and_then(|(assist, report)| {
            let chosen = assist.wishes.style.as_deref();
            let target = target(report, &assist.styles, chosen)?;
            let findings = findings(report, &target);
            let verdict = verdict(report, &findings, assist.wishes.mix_state);
            Some((target, findings, verdict))
        });
    let target = judged.as_ref().map(|judged| &judged.0);
    let loudness = before
        .as_ref()
        .map_or(&[][..], |report| &report.loudness.short_term_lufs);
    let story = Story {
        input,
        mastered,
        intensity_pct: job.assist.as_ref().map(|assist| assist.intensity_pct),
        style: target.map(StyleFound::of),
        corridor: target.map(|target| (target.style.level_db, target.style.spread_db)),
        before: before.as_ref(),
        after: after.as_ref(),
        reduction_db: &[],
        reduction_per_s: 10.0,
        findings: judged.as_ref().map_or(&[], |judged| &judged.1),
        verdict: judged.as_ref().map(|judged| &judged.2),
        cost: None,
        sounds: sound::sounds(input, output, loudness, watch)?,
    };
    Ok(text::page(&story))
}
