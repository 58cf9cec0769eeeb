//! The delivery check over files: what was read is handed to `stems::delivery`, what is accepted is put right.

use super::reading::{Stem, name_of, read_all};
use super::{Delivered, Listing};
use crate::offline::failure::{Failure, Outcome};
use crate::offline::watch::Watch;
use crate::stems::delivery::files::{self, FileFacts, FileHeard, usual_format};
use crate::stems::delivery::{Level, Problem, ProblemKind};
use crate::stems::role::Role;
use crate::stems::role::names::{self, Certainty};
use std::path::PathBuf;

/// Reads and checks; see [`super::deliver`].
pub(super) fn deliver(
    listing: &Listing,
    accepted: &[ProblemKind],
    watch: Watch<'_>,
) -> Outcome<Delivered> {
    let folder = name_of(&listing.folder);
    let file_names: Vec<String> = listing.files.iter().map(|path| name_of(path)).collect();
    let names: Vec<&str> = file_names.iter().map(String::as_str).collect();
    let named = names::roles(&names);

    let mut problems = Vec::new();
    let mut paths: Vec<PathBuf> = listing.files.clone();
    paths.extend(listing.mix.clone());
    let mut read = read_all(&paths, watch)?;
    let mix = match &listing.mix {
        Some(path) => match read.pop() {
            Some(Ok(mix)) => Some(mix),
            Some(Err(failure)) => {
                problems.push(unreadable(&name_of(path), &failure));
                None
            }
            None => None,
        },
        None => None,
    };
    let mut stems: Vec<Stem> = Vec::new();
    let mut references: Vec<Stem> = Vec::new();
    for (at, stem) in read.into_iter().enumerate() {
        match stem {
            Ok(mut stem) => {
                stem.role = listing.roles[at].unwrap_or(named[at].role);
                if stem.role == Role::Reference {
                    references.push(stem);
                } else {
                    stems.push(stem);
                }
            }
            Err(failure) => problems.push(unreadable(&file_names[at], &failure)),
        }
    }
    let unclear = |name: &str| {
        let at = file_names.iter().position(|known| known == name)?;
        (listing.roles[at].is_none() && named[at].certainty != Certainty::Clear).then_some(at)
    };
    for stem in &stems {
        if let Some(at) = unclear(&stem.name) {
            problems.push(unclear_name(&stem.name, named[at].certainty, stem.role));
        }
    }

    let facts: Vec<&FileFacts> = stems.iter().map(|stem| &stem.facts).collect();
    if let Some(format) = usual_format(&facts, mix.as_ref().map(|mix| &mix.facts)) {
        let reports: Vec<_> = stems.iter().map(|stem| stem.analyzer.report()).collect();
        let heard: Vec<FileHeard<'_>> = stems
            .iter()
            .zip(&reports)
            .map(|(stem, report)| FileHeard {
                facts: &stem.facts,
                report: report.as_ref(),
                role: stem.role,
            })
            .collect();
        problems.extend(files::problems(&folder, &heard, format));
    }

    accept(&mut problems, accepted);
    problems.sort_by_key(|problem| problem.level);
    let roles = stems
        .iter()
        .chain(&references)
        .map(|stem| (stem.name.clone(), stem.role))
        .collect();
    Ok(Delivered {
        stems,
        mix,
        problems,
        notes: Vec::new(),
        roles,
        null_residue_db: None,
    })
}

/// What the user accepts is told, and no longer stands in the way.
fn accept(problems: &mut [Problem], accepted: &[ProblemKind]) {
    for problem in problems {
        if problem.level == Level::Refuse && accepted.contains(&problem.kind) {
            problem.level = Level::Warn;
            problem.text.push_str(" Accepted.");
        }
    }
}

fn unreadable(name: &str, failure: &Failure) -> Problem {
    Problem::new(
        name,
        ProblemKind::Unreadable,
        0.0,
        "",
        format!("It cannot be used: {failure}."),
    )
}

fn unclear_name(name: &str, certainty: Certainty, role: Role) -> Problem {
    let text = match certainty {
        Certainty::Silent => format!(
            "Its name does not say what it is; it is taken as {}: name it for what it holds (drums, bass, lead vocal …), or say --role \
             {name}=ROLE.",
            role.key()
        ),
        _ => format!(
            "Its name says more than one thing; it is taken as {}: one stem for each is better, or say --role {name}=ROLE.",
            role.key()
        ),
    };
    Problem::new(name, ProblemKind::UnclearName, 0.0, "", text)
}
