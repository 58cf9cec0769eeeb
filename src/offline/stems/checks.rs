//! The delivery check over files: what was read is handed to `stems::delivery`, what is accepted is put right.

use super::against_mix::{self, Against};
use super::reading::{Stem, name_of, read_all};
use super::{Delivered, Listing, rework, sound};
use crate::dsp::units::gain_to_db;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::watch::Watch;
use crate::stems::delivery::files::{self, FileFacts, FileHeard, Format, usual_format};
use crate::stems::delivery::kinship::{Twice, mix_among, twice};
use crate::stems::delivery::null::Fit;
use crate::stems::delivery::products::Products;
use crate::stems::delivery::{Level, Problem, ProblemKind};
use crate::stems::role::Role;
use crate::stems::role::names::{self, Certainty, Named};
use crate::stems::role::sound::Sound;
use crate::stems::track::Track;
use std::path::PathBuf;

/// A reference that the stems give but for so much, in dB, is their mix.
const MIX_DB: f64 = -1.0;

/// Reads and checks; see [`super::deliver`].
pub(super) fn deliver(
    listing: &Listing,
    accepted: &[ProblemKind],
    watch: Watch<'_>,
) -> Outcome<Delivered> {
    let mut check = Check::read(listing, watch)?;
    check.settle_roles();
    let format = check.files(&name_of(&listing.folder));
    if let Some(format) = format {
        check.one_rate(format, watch)?;
        check.relations(watch)?;
    }
    check.say_what_is_special();
    check.accept(accepted, watch)?;
    Ok(check.delivered())
}

struct Check {
    stems: Vec<Stem>,
    references: Vec<Stem>,
    mix: Option<Stem>,
    problems: Vec<Problem>,
    notes: Vec<String>,
    /// What each name says, by name; nothing where the role was given.
    named: Vec<(String, Named)>,
    twice: Vec<Twice>,
    against: Option<Against>,
}

impl Check {
    fn read(listing: &Listing, watch: Watch<'_>) -> Outcome<Self> {
        let names: Vec<String> = listing.files.iter().map(|path| name_of(path)).collect();
        let said = names::roles(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut check = Self {
            stems: Vec::new(),
            references: Vec::new(),
            mix: None,
            problems: Vec::new(),
            notes: Vec::new(),
            named: Vec::new(),
            twice: Vec::new(),
            against: None,
        };
        let role = |at: usize| listing.roles[at].unwrap_or(said[at].role);
        let mut paths: Vec<(PathBuf, bool)> = listing
            .files
            .iter()
            .enumerate()
            .map(|(at, path)| (path.clone(), role(at) != Role::Reference))
            .collect();
        paths.extend(listing.mix.iter().map(|mix| (mix.clone(), false)));
        for (at, stem) in read_all(&paths, watch)?.into_iter().enumerate() {
            match stem {
                Err(failure) => check
                    .problems
                    .push(unreadable(&name_of(&paths[at].0), &failure)),
                Ok(mut mix) if at == names.len() => {
                    mix.role = Role::Reference;
                    check.mix = Some(mix);
                }
                Ok(mut stem) => {
                    stem.role = role(at);
                    if stem.role == Role::Reference {
                        check.references.push(stem);
                    } else {
                        check.stems.push(stem);
                    }
                }
            }
        }
        check.named = names
            .into_iter()
            .zip(said)
            .zip(&listing.roles)
            .filter(|(_, given)| given.is_none())
            .map(|(named, _)| named)
            .collect();
        Ok(check)
    }

    /// Names that say nothing, or two things, are settled by the sound, and told.
    fn settle_roles(&mut self) {
        for stem in &mut self.stems {
            let named = self.named.iter().find(|(name, _)| *name == stem.name);
            let Some(&(_, named)) = named else {
                continue;
            };
            let heard = stem.analyzer.report().map(|report| {
                let slices = stem.analyzer.slices();
                let slices = slices.iter().flat_map(|slices| slices.all.iter().copied());
                Sound::of(&report, &Track::of(slices))
            });
            let sounds_like = heard.and_then(|heard| heard.role);
            let doubt = match named.certainty {
                Certainty::Clear if !heard.is_some_and(|heard| heard.contradicts(named.role)) => {
                    continue;
                }
                Certainty::Clear => Doubt::Contradicted,
                Certainty::Unclear => Doubt::Ambiguous,
                Certainty::Silent => Doubt::Silent,
            };
            if let Some(role) = sounds_like {
                stem.role = role;
            }
            let problem = unclear_name(&stem.name, doubt, named.role, sounds_like);
            self.problems.push(problem);
        }
    }

    /// Each file by itself and beside the others; gives the rate and length that most have.
    fn files(&mut self, folder: &str) -> Option<Format> {
        let facts: Vec<&FileFacts> = self.stems.iter().map(|stem| &stem.facts).collect();
        let format = usual_format(&facts, self.mix.as_ref().map(|mix| &mix.facts))?;
        let reports: Vec<_> = self
            .stems
            .iter()
            .map(|stem| stem.analyzer.report())
            .collect();
        let heard: Vec<FileHeard<'_>> = self
            .stems
            .iter()
            .zip(&reports)
            .map(|(stem, report)| FileHeard {
                facts: &stem.facts,
                report: report.as_ref(),
                role: stem.role,
            })
            .collect();
        self.problems
            .extend(files::problems(folder, &heard, format));
        Some(format)
    }

    /// All at one sample rate, so that they can be held against each other.
    fn one_rate(&mut self, format: Format, watch: Watch<'_>) -> Outcome<()> {
        let rate_hz = format.sample_rate_hz;
        let songs = self.stems.iter_mut().chain(&mut self.references);
        for song in songs.chain(&mut self.mix) {
            if song.audio.sample_rate_hz != rate_hz {
                rework::resampled(song, rate_hz, watch)?;
            }
        }
        Ok(())
    }

    /// What is there twice, what is a mix of the others, and what does not null.
    fn relations(&mut self, watch: Watch<'_>) -> Outcome<()> {
        let mut products = self.products(watch)?;
        if let Some(at) = mix_among(&products.total(), &self.sounding()) {
            let mut found = self.stems.remove(at);
            found.role = Role::Reference;
            self.problems
                .retain(|problem| problem.file != found.name || problem.level == Level::Refuse);
            self.references.push(found);
            products = self.products(watch)?;
        }
        for reference in &self.references {
            self.problems.push(looks_like_mix(&reference.name));
        }
        let sounding = self.sounding();
        self.twice = twice(&products, &sounding);
        let twins = self.twice.iter().map(|twice| {
            let [stem, within] = [twice.stem, twice.within].map(|at| &self.stems[at].name);
            duplicate(stem, within, twice)
        });
        self.problems.extend(twins);
        let counted: Vec<usize> = sounding
            .into_iter()
            .filter(|&at| self.twice.iter().all(|twice| twice.stem != at))
            .collect();
        if self.mix.is_none() {
            products = match self.find_mix(&counted, watch)? {
                Some(products) => products,
                None => return Ok(()),
            };
        }
        let is_whole = self
            .problems
            .iter()
            .all(|problem| problem.kind != ProblemKind::Unreadable);
        if let Some(mix) = &mut self.mix {
            let against = against_mix::hold(&mut self.stems, mix, products, &counted, watch)?;
            if let Some(mut against) = against {
                // Where a stem could not be read, it is what is missing.
                against
                    .problems
                    .retain(|problem| is_whole || problem.kind != ProblemKind::DoesNotNull);
                // Of a limiter that its peaks show already nothing more is said.
                let is_told = |problem: &Problem| {
                    problem.kind == ProblemKind::Limited
                        && self.problems.iter().any(|told| {
                            let is_it = [ProblemKind::Limited, ProblemKind::Clipped];
                            told.file == problem.file && is_it.contains(&told.kind)
                        })
                };
                against.problems.retain(|problem| !is_told(problem));
                self.problems.append(&mut against.problems);
                self.notes.append(&mut against.notes);
                self.against = Some(against);
            }
        }
        Ok(())
    }

    /// The stems in which there is something: the noise of silent ones is the same noise.
    fn sounding(&self) -> Vec<usize> {
        (0..self.stems.len())
            .filter(|&at| !self.stems[at].facts.is_silent())
            .collect()
    }

    /// Products of the stems, and of the mix where there is one.
    fn products(&mut self, watch: Watch<'_>) -> Outcome<Products> {
        let frames = sound::span(&self.stems, self.mix.as_ref());
        let mut songs: Vec<&mut Stem> = self.stems.iter_mut().chain(&mut self.mix).collect();
        let late = vec![0; songs.len()];
        sound::products(&mut songs, &late, frames, watch)
    }

    /// Takes the reference that the stems give best as their mix.
    fn find_mix(&mut self, counted: &[usize], watch: Watch<'_>) -> Outcome<Option<Products>> {
        let mut best: Option<(f64, usize, Products)> = None;
        for at in 0..self.references.len() {
            let frames = sound::span(&self.stems, Some(&self.references[at]));
            let mut songs: Vec<&mut Stem> = self.stems.iter_mut().collect();
            songs.push(&mut self.references[at]);
            let late = vec![0; songs.len()];
            let products = sound::products(&mut songs, &late, frames, watch)?;
            let fit = Fit::of(&products.total(), self.stems.len(), counted);
            let db = fit.map_or(0.0, |fit| fit.residue_db);
            if db <= MIX_DB && best.as_ref().is_none_or(|best| db < best.0) {
                best = Some((db, at, products));
            }
        }
        Ok(best.map(|(_, at, products)| {
            self.mix = Some(self.references.remove(at));
            products
        }))
    }

    /// What is no fault, but decides what a stem master can do.
    fn say_what_is_special(&mut self) {
        let has = |role: Role| self.stems.iter().any(|stem| stem.role == role);
        let voices = [Role::LeadVocal, Role::BackingVocals, Role::VocalFx];
        let is_beat_and_voices = has(Role::Beat)
            && self
                .stems
                .iter()
                .all(|stem| stem.role == Role::Beat || voices.contains(&stem.role));
        let mut notes = Vec::new();
        if is_beat_and_voices {
            notes.push(
                "A beat and voices: this is a stereo master with a vocal knob. Within the beat nothing can be moved by \
                 itself; its trackouts would allow it.",
            );
        }
        if has(Role::LeadVocal) && !has(Role::VocalFx) {
            notes.push(
                "There is no stem with the lead vocal's effects: reverb and delay that are printed on it are turned up and \
                 down with it, and nothing takes them off again.",
            );
        }
        let mut sounding = self.stems.iter().filter(|stem| !stem.facts.is_silent());
        let is_heard = sounding.clone().next().is_some();
        if is_heard && sounding.all(|stem| stem.facts.bits == 16) {
            notes.push("All stems hold 16 bits: that is enough to go on, 24 bits leave more room.");
        }
        self.notes.extend(notes.into_iter().map(str::to_owned));
        if is_heard && self.against.is_none() {
            let lacking = match &self.mix {
                Some(mix) => format!("There is nothing in the mix {}", mix.name),
                None => "There is no mix".to_owned(),
            };
            self.notes.push(format!(
                "{lacking} to hold the stems against. By themselves they do not tell whether one is missing, late, upside \
                 down, or louder or softer than it was mixed; nor are the levels of drums judged, and of what is far softer \
                 than the rest. With --mix FILE all of this is looked at."
            ));
        }
        if let Some(mix) = self
            .mix
            .as_ref()
            .filter(|mix| mix.facts.ceiling.is_limited())
        {
            self.notes.push(format!(
                "The mix {} went through a limiter ({:.0} % of its loud moments stop at {:.1} dBFS): it is compared with, as \
                 a reference for loudness and tone it may be given with --reference.",
                mix.name, mix.facts.ceiling.share_pct, mix.facts.ceiling.level_dbfs
            ));
        }
        // A limiter on one stem is no processing of the mix.
        let is_limited = |problem: &Problem| problem.kind == ProblemKind::Limited;
        if self.problems.iter().any(is_limited) {
            self.problems
                .retain(|problem| problem.kind != ProblemKind::MixBusProcessing);
        }
    }

    /// What the user accepts is put right where it can be, told, and no longer stands in the way.
    fn accept(&mut self, accepted: &[ProblemKind], watch: Watch<'_>) -> Outcome<()> {
        let accepts = |kind| accepted.contains(&kind);
        for problem in &mut self.problems {
            // How many stems there may be is not for the user to say.
            let is_count = matches!(problem.kind, ProblemKind::TooFew | ProblemKind::TooMany);
            if problem.level == Level::Refuse && accepts(problem.kind) && !is_count {
                problem.level = Level::Warn;
                problem.text.push_str(done_instead(problem.kind));
            }
        }
        if self.is_refused() {
            return Ok(());
        }
        if let Some(against) = &self.against {
            for (at, stem) in self.stems.iter_mut().enumerate() {
                let late = against.late[at];
                let inverted = against.inverted[at];
                if late != 0 || inverted {
                    rework::moved(stem, late, inverted, watch)?;
                }
            }
        }
        let mut twice: Vec<usize> = self.twice.iter().map(|twice| twice.stem).collect();
        twice.sort_unstable();
        twice.dedup();
        for at in twice.into_iter().rev() {
            self.stems.remove(at);
        }
        let frames = self.stems.iter().map(|stem| stem.audio.frames).max();
        for stem in &mut self.stems {
            rework::padded(stem, frames.unwrap_or(0))?;
        }
        Ok(())
    }

    fn is_refused(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.level == Level::Refuse)
    }

    fn delivered(mut self) -> Delivered {
        self.problems.sort_by_key(|problem| problem.level);
        let roles = self
            .stems
            .iter()
            .chain(&self.references)
            .chain(&self.mix)
            .map(|stem| (stem.name.clone(), stem.role))
            .collect();
        Delivered {
            stems: self.stems,
            mix: self.mix,
            problems: self.problems,
            notes: self.notes,
            roles,
            null_residue_db: self.against.map(|against| against.residue_db),
        }
    }
}

/// What is done about a problem that the user accepts.
fn done_instead(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::LengthMismatch => " Accepted: silence was added at the end.",
        ProblemKind::RateMismatch => " Accepted: it was converted.",
        ProblemKind::Offset => " Accepted: it was moved to where it lies in the mix.",
        ProblemKind::Polarity => " Accepted: it was turned over.",
        ProblemKind::Duplicate => " Accepted: it was left out.",
        _ => " Accepted: it goes into the master as it is.",
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

fn looks_like_mix(name: &str) -> Problem {
    Problem::new(
        name,
        ProblemKind::LooksLikeMix,
        1.0,
        "",
        format!(
            "It is a mix, not a stem: the stems are held against it, and it is not summed. To come near to its sound, say \
             --reference {name}; if it is a stem, --role {name}=ROLE."
        ),
    )
}

fn duplicate(stem: &str, within: &str, twice: &Twice) -> Problem {
    let gain_db = gain_to_db(twice.gain.abs());
    let how = match (twice.gain < 0.0, gain_db.abs() > 0.05) {
        (false, false) => String::new(),
        (false, true) => format!(" at another level ({:.1} dB)", -gain_db),
        (true, false) => " upside down".to_owned(),
        (true, true) => format!(" upside down and at another level ({:.1} dB)", -gain_db),
    };
    let text = if twice.is_copy {
        format!(
            "It is the same as {within}{how}, and would be summed twice: leave one of them out; if it should be another \
             part, export that again."
        )
    } else {
        format!(
            "It is in {within} as well{how}, and would be summed twice: deliver either the group or its members, every \
             track in exactly one stem."
        )
    };
    Problem::new(stem, ProblemKind::Duplicate, gain_db, "dB", text)
}

/// Why a name is not taken at its word.
#[derive(Debug, Clone, Copy)]
enum Doubt {
    Silent,
    Ambiguous,
    Contradicted,
}

fn unclear_name(name: &str, doubt: Doubt, named: Role, sounds_like: Option<Role>) -> Problem {
    let taken = sounds_like.unwrap_or(named).key();
    let (says, do_instead) = match doubt {
        Doubt::Silent => (
            "Its name does not say what it is".to_owned(),
            "name it for what it holds (drums, bass, lead vocal \u{2026})",
        ),
        Doubt::Ambiguous => (
            format!(
                "Its name says more than one thing, {} among them",
                named.key()
            ),
            "one stem for each is better",
        ),
        Doubt::Contradicted => (
            format!("Its name says {}", named.key()),
            "check what was exported under that name",
        ),
    };
    let heard = match sounds_like {
        Some(role) => format!("it sounds like {}", role.key()),
        None => "its sound does not tell either".to_owned(),
    };
    let text = format!(
        "{says}; {heard} and is taken as {taken}: {do_instead}, or say --role {name}=ROLE."
    );
    Problem::new(name, ProblemKind::UnclearName, 0.0, "", text)
}
