//! A folder of stems: read, checked, summed, and the sum mastered like any song.
//!
//! [`deliver`] reads and checks; what comes out of it is what every later step works on. [`master_stems`] is
//! the whole way.

mod against_mix;
mod balanced;
mod blame;
mod checks;
mod lockstep;
mod out;
mod reading;
mod rework;
mod shares;
mod sound;
mod sum;
mod told;

use super::failure::{Failure, Outcome};
use super::folder::sound_files;
use super::master::{Job, Mastered, Places, master_song};
use super::page::{Before, Page};
use super::raw::RawAudio;
use super::render::render_shaping;
use super::tags::Tags;
use super::watch::Watch;
use crate::engine::settings::trim::TrimSettings;
use crate::stems::delivery::{Level, Problem, ProblemKind};
use crate::stems::role::Role;
use out::StemPlaces;
use reading::name_of;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use reading::Stem;
pub use told::{Delivery, Moved, StemsReport};

/// What is to be done with a folder of stems.
#[derive(Debug, Clone)]
pub struct StemsJob {
    /// Problems in spite of which a master is to be made.
    pub accepted: Vec<ProblemKind>,
    /// Where the finished stems go.
    pub stems_out: Option<PathBuf>,
    /// A page is written beside the master.
    pub page: bool,
    /// What is to be done with the sum.
    pub master: Job,
}

/// The files of a folder of stems.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The folder.
    pub folder: PathBuf,
    /// The files in it that may be stems, by name.
    pub files: Vec<PathBuf>,
    /// The mix that they are to add up to.
    pub mix: Option<PathBuf>,
    /// Roles that were given, by place in `files`.
    roles: Vec<Option<Role>>,
}

impl Listing {
    /// Looks into a folder. `roles`: files, by name with or without extension, and their roles. `references` may lie
    /// in the folder and are no stems. Fails for what is wrong usage.
    pub fn of(
        folder: &Path,
        mix: Option<&Path>,
        roles: &[(String, Role)],
        references: &[PathBuf],
    ) -> Result<Self, String> {
        if !folder.is_dir() {
            return Err(format!(
                "{} is no folder: give the folder that the stems are in",
                folder.display()
            ));
        }
        if let Some(missing) = mix.filter(|mix| !mix.is_file()) {
            return Err(format!(
                "--mix {}: there is no such file",
                missing.display()
            ));
        }
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let others: Vec<PathBuf> = references
            .iter()
            .map(PathBuf::as_path)
            .chain(mix)
            .map(canonical)
            .collect();
        let mut files = sound_files(folder)?;
        files.retain(|file| !others.contains(&canonical(file)));
        let mut given = vec![None; files.len()];
        for (name, role) in roles {
            let matches = |file: &PathBuf| {
                let is = |part: Option<&std::ffi::OsStr>| {
                    part.is_some_and(|part| part.to_string_lossy().eq_ignore_ascii_case(name))
                };
                is(file.file_name()) || is(file.file_stem())
            };
            let mut found = files.iter().enumerate().filter(|(_, file)| matches(file));
            match (found.next(), found.next()) {
                (Some((at, _)), None) => given[at] = Some(*role),
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "--role {name}: several files are called so; give the name with its extension"
                    ));
                }
                _ => {
                    return Err(format!(
                        "--role {name}: there is no such file in {}",
                        folder.display()
                    ));
                }
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            files,
            mix: mix.map(Path::to_owned),
            roles: given,
        })
    }

    fn sources(&self) -> Vec<&Path> {
        self.files
            .iter()
            .chain(&self.mix)
            .map(PathBuf::as_path)
            .collect()
    }
}

/// Stems that were read and checked.
#[derive(Debug)]
pub struct Delivered {
    /// What is to be summed, at one sample rate and one length, by name.
    pub stems: Vec<Stem>,
    /// What they are to add up to, given or found among them.
    pub mix: Option<Stem>,
    /// What was found, gravest first.
    pub problems: Vec<Problem>,
    /// What the user should know besides.
    pub notes: Vec<String>,
    /// The role of each file of the folder that could be read.
    pub roles: Vec<(String, Role)>,
    /// What remains of the mix when the stems are taken from it, in dB re the mix.
    pub null_residue_db: Option<f64>,
}

impl Delivered {
    /// Whether a master may be made of it.
    pub fn is_ok(&self) -> bool {
        self.problems
            .iter()
            .all(|problem| problem.level != Level::Refuse)
    }
}

/// Reads and checks a folder of stems. Fails only where the user stops it or the machine cannot; what is wrong
/// with the files is told.
pub fn deliver(
    listing: &Listing,
    accepted: &[ProblemKind],
    watch: Watch<'_>,
) -> Outcome<Delivered> {
    checks::deliver(listing, accepted, watch)
}

/// Masters a folder of stems into `output`, which appears complete or not at all. What became of it, also where
/// nothing did, is the report.
pub fn master_stems(
    listing: &Listing,
    output: &Path,
    job: &StemsJob,
    watch: Watch<'_>,
) -> StemsReport {
    let mut report = StemsReport::new(&listing.folder);
    match mastered(listing, output, job, &mut report, watch) {
        Ok(mastered) => report.mastered = Some(Box::new(mastered)),
        Err(failure) => report.error = Some(failure.to_string()),
    }
    report
}

/// Reads and checks a folder of stems, and makes nothing of it.
pub fn check_stems(listing: &Listing, accepted: &[ProblemKind], watch: Watch<'_>) -> StemsReport {
    let mut report = StemsReport::new(&listing.folder);
    let checked = deliver(listing, accepted, watch).and_then(|delivered| {
        report.tell(&delivered);
        refused(&delivered)
    });
    report.error = checked.err().map(|failure| failure.to_string());
    report
}

fn mastered(
    listing: &Listing,
    output: &Path,
    job: &StemsJob,
    report: &mut StemsReport,
    watch: Watch<'_>,
) -> Outcome<Mastered> {
    let started = Instant::now();
    let sources = listing.sources();
    let places = Places::new(output, &sources, &job.master)?;
    let stem_places = match &job.stems_out {
        Some(folder) => Some(StemPlaces::new(
            folder,
            &listing.files,
            &sources,
            job.master.overwrite,
        )?),
        None => None,
    };
    let page = match job.page {
        true => Some(Page::new(output, &sources, job.master.overwrite)?),
        false => None,
    };
    let mut delivered = deliver(listing, &job.accepted, watch)?;
    report.tell(&delivered);
    refused(&delivered)?;
    let tags = match &delivered.mix {
        Some(mix) => Tags::read(&mix.path),
        None => Tags::default(),
    };
    delivered.mix = None;
    let mix_gains_db = mix_gains_db(&delivered, &job.accepted);
    let stems = &mut delivered.stems;
    if let Some(assist) = &job.master.assist {
        let balance = balanced::work_out(stems, &mix_gains_db);
        let share = assist.intensity_pct / 100.0;
        balanced::apply(stems, &balance, share, watch)?;
        report.tell_balance(stems, &balance, f64::from(share));
    }
    let name = listing.folder.display().to_string();
    let analyse = job.master.assist.is_some();
    let song = sum::sum(stems, name, tags, analyse, watch)?;
    let mut mastered = master_song(song, places, &job.master, started, watch)?;
    // Once more as it was, for what is made of it beside the master.
    let mut sum = match stem_places.is_some() || page.is_some() {
        true => Some(sum::sum(stems, String::new(), Tags::default(), false, watch)?.audio),
        false => None,
    };
    if let (Some(places), Some(sum)) = (stem_places, &mut sum) {
        let written = finished(stems, sum, &mastered, watch)
            .and_then(|finished| places.write(stems, finished));
        report.stems = written.map_err(|failure| match failure {
            Failure::Interrupted => Failure::Interrupted,
            other => Failure::because(format!(
                "the master {} is complete, but its stems are missing: {other}",
                mastered.output
            )),
        })?;
    }
    if let Some(assisted) = &mastered.assisted {
        report.limiting = blame::blame(stems, &assisted.reductions_db, watch)?;
    }
    report.judge(&mut mastered);
    if let (Some(page), Some(sum)) = (page, &mut sum) {
        let before = &mut Before::Kept(sum);
        page.write(before, Some(report), &job.master, &mut mastered, watch)?;
    }
    mastered.warnings.extend(report.warnings());
    Ok(mastered)
}

/// The stems with their shares of what the chain made of their sum.
fn finished(
    stems: &mut [Stem],
    sum: &mut RawAudio,
    mastered: &Mastered,
    watch: Watch<'_>,
) -> Outcome<Vec<RawAudio>> {
    let frames = sum.frames;
    let mut done = 0;
    let passed = |frames_now: u64| {
        done += frames_now;
        watch.at("rendering stems", done, frames)
    };
    let neutral = TrimSettings::default();
    let mut shaped = render_shaping(sum, &mastered.settings, &neutral, passed)?;
    shares::shared(stems, &mut shaped, watch)
}

/// The gains at which stems stand in the mix, in dB, where there is a mix and its balance is the one to keep.
fn mix_gains_db(delivered: &Delivered, accepted: &[ProblemKind]) -> Vec<Option<f64>> {
    let tells =
        delivered.null_residue_db.is_some() && !accepted.contains(&ProblemKind::GainChanged);
    let of = |stem: &Stem| {
        let changed = delivered
            .problems
            .iter()
            .find(|problem| problem.kind == ProblemKind::GainChanged && problem.file == stem.name);
        tells.then(|| changed.map_or(0.0, |problem| -problem.value))
    };
    delivered.stems.iter().map(of).collect()
}

/// Fails where the delivery is refused, with the gravest reason.
fn refused(delivered: &Delivered) -> Outcome<()> {
    let refusals: Vec<&Problem> = delivered
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Refuse)
        .collect();
    let Some(first) = refusals.first() else {
        return Ok(());
    };
    let others = match refusals.len() - 1 {
        0 => String::new(),
        1 => " (and one more)".to_owned(),
        more => format!(" (and {more} more)"),
    };
    Err(Failure::because(format!(
        "the delivery is refused{others}: {}: {}: {}",
        first.file,
        first.kind.key(),
        first.text
    )))
}

/// Where the master of a folder lies if nothing is said: beside it.
pub fn default_output(folder: &Path, extension: &str) -> PathBuf {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = format!("{}.master.{extension}", name_of(&whole));
    match folder.file_name() {
        Some(_) => folder.with_file_name(name),
        // The folder was given as . or ..
        None => whole.with_file_name(name),
    }
}
