//! One self-contained page about a master: what was heard, what was done and why, and both to listen to.
//!
//! No network, no fonts or scripts from elsewhere: the file can be mailed, and read in ten years.

mod charts;
mod graphs;
mod markup;
mod sound;
mod stems;
#[cfg(test)]
mod tests;
mod text;

use super::check::analyse;
use super::failure::{Failure, Outcome};
use super::master::{Job, Mastered, master};
use super::output::OutputFile;
use super::raw::RawAudio;
use super::stems::StemsReport;
use super::watch::Watch;
use crate::analysis::bands::THIRDS;
use crate::analysis::report::Report;
use crate::assistant::cost::CostCurve;
use crate::assistant::finding::Finding;
use crate::assistant::verdict::Verdict;
use sound::Sounds;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the page of a master lies: beside it, `NAME.report.html`.
pub fn page_path(output: &Path) -> PathBuf {
    output.with_extension("report.html")
}

/// Masters `input` into `output` and writes the page beside it. Each appears complete or not at all; a master
/// whose page fails stays.
pub fn master_with_page(
    input: &Path,
    output: &Path,
    job: &Job,
    watch: Watch<'_>,
) -> Outcome<Mastered> {
    let page = Page::new(output, &[input], job.overwrite)?;
    let mut mastered = master(input, output, job, watch)?;
    page.write(&mut Before::File(input), None, job, &mut mastered, watch)?;
    Ok(mastered)
}

/// A page's place beside a master.
pub(super) struct Page {
    path: PathBuf,
    file: OutputFile,
}

/// What a song was before it was mastered.
pub(super) enum Before<'a> {
    /// A file.
    File(&'a Path),
    /// What stems add up to.
    Kept(&'a mut RawAudio),
}

impl Page {
    /// Fails if the file cannot be made, is there already, or is one of the `sources`.
    pub(super) fn new(output: &Path, sources: &[&Path], overwrite: bool) -> Outcome<Self> {
        let path = page_path(output);
        let file = OutputFile::new(&path, sources, overwrite)?;
        Ok(Self { path, file })
    }

    /// Writes the page of a finished master, which stays whatever happens here.
    pub(super) fn write(
        self,
        before: &mut Before<'_>,
        stems: Option<&StemsReport>,
        job: &Job,
        mastered: &mut Mastered,
        watch: Watch<'_>,
    ) -> Outcome<()> {
        let told = tell(before, stems, job, mastered, watch).and_then(|page| {
            self.file
                .file()?
                .write_all(page.as_bytes())
                .map_err(|error| Failure::because(format!("it cannot be written ({error})")))?;
            self.file.commit()
        });
        match told {
            Ok(()) => {
                mastered.report = Some(self.path.display().to_string());
                Ok(())
            }
            Err(Failure::Interrupted) => Err(Failure::Interrupted),
            Err(failure) => Err(Failure::because(format!(
                "the master {} is complete, but its report is missing: {failure}",
                mastered.output
            ))),
        }
    }
}

/// All that the page tells.
#[derive(Debug)]
struct Story<'a> {
    /// The song's file, or the stems' folder.
    name: &'a str,
    /// What was done with stems, if there were any.
    stems: Option<&'a StemsReport>,
    mastered: &'a Mastered,
    /// How much of the proposal is in effect; `None` where a preset was used.
    intensity_pct: Option<f32>,
    /// What it was measured against, in words.
    style: Option<String>,
    /// What was given up and why.
    notes: &'a [String],
    /// What the tone was measured against: levels and spread in dB, and in words.
    corridor: Option<([f64; THIRDS], [f64; THIRDS])>,
    corridor_words: String,
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
    song: &mut Before<'_>,
    stems: Option<&StemsReport>,
    job: &Job,
    mastered: &Mastered,
    watch: Watch<'_>,
) -> Outcome<String> {
    let output = Path::new(&mastered.output);
    let made = mastered.assisted.as_deref();
    let (before, after) = match (made, &song) {
        (Some(made), _) => (Some(made.before.clone()), made.after.clone()),
        (None, Before::File(input)) => (analyse(input, watch)?.1, analyse(output, watch)?.1),
        (None, Before::Kept(_)) => (None, analyse(output, watch)?.1),
    };
    let target = made.map(|made| &made.target);
    let loudness = before
        .as_ref()
        .map_or(&[][..], |report| &report.loudness.short_term_lufs);
    let story = Story {
        name: &mastered.before.file,
        stems,
        mastered,
        intensity_pct: job.assist.as_ref().map(|assist| assist.intensity_pct),
        style: made.map(|made| made.style_words()),
        notes: made.map_or(&[][..], |made| &made.notes),
        corridor: target.map(|target| (target.style.level_db, target.style.spread_db)),
        corridor_words: made.map_or_else(String::new, |made| made.tone_words()),
        before: before.as_ref(),
        after: after.as_ref(),
        reduction_db: made.map_or(&[][..], |made| &made.reductions_db),
        reduction_per_s: 10.0,
        findings: made.map_or(&[][..], |made| &made.findings),
        verdict: mastered.verdict.as_ref(),
        cost: made.map(|made| &made.cost),
        sounds: sound::sounds(song, output, loudness, watch)?,
    };
    Ok(text::page(&story))
}
