//! `evaluate`: every promise about judgement and sound, tried on real music.

mod corpus;
mod damage;
mod delivery;
mod desk;
mod faults;
mod filter;
mod folder;
mod goal;
mod leave;
mod measure;
mod options;
mod rebalance;
mod recover;
mod sound;
mod speed;
mod stems;
mod table;

use crate::shell::Result;
use corpus::{Corpus, Kind, Song, StemSet};
use desk::Desk;
use folder::Folder;
use options::{Options, Part};
use serde::Serialize;
use sound::Sound;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;
use table::Row;

/// Everything that was tried.
#[derive(Default, Serialize)]
struct Notes {
    recovered: Vec<recover::Case>,
    left: Vec<leave::Case>,
    judged: Vec<leave::Judged>,
    checked: Vec<faults::Case>,
    balanced: Vec<stems::Case>,
    delivered: Vec<delivery::Case>,
    rebalanced: Vec<rebalance::Case>,
    reached: Vec<goal::Case>,
    raced: Vec<speed::Case>,
    /// What did not work at all, and why.
    failed: Vec<String>,
}

/// Evaluates as the arguments say and prints the table. A promise that is not held is no error of ours.
pub(crate) fn evaluate(arguments: &[String]) -> Result<()> {
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{}", options::USAGE);
        return Ok(());
    }
    let options = Options::parse(arguments)?;
    let corpus = Corpus::open(&options.corpus, options.songs.as_deref())?;
    let program = match &options.finalcoat {
        Some(program) => program.clone(),
        None => desk::build()?,
    };
    let mut notes = work(&corpus, &options, &program)?;
    if options.wants(Part::Speed) {
        race(&corpus, &program, &mut notes);
    }
    let rows = rows(&notes, &options);
    print!("{}", table::shown(&rows));
    let held = |wanted| rows.iter().filter(|row| row.held == Some(wanted)).count();
    println!("\n{} of {} held", held(true), held(true) + held(false));
    if options.is_quick {
        println!("Only every third case was tried.");
    }
    if let Some(file) = &options.json {
        let all = serde_json::json!({ "rows": rows, "cases": notes });
        std::fs::write(file, serde_json::to_string_pretty(&all)?)?;
    }
    Ok(())
}

/// Works on all songs and sets, a few at a time.
fn work(corpus: &Corpus, options: &Options, program: &Path) -> Result<Notes> {
    let songs = corpus.songs.len();
    let items = songs + corpus.sets.len();
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let desks: Vec<Desk<'_>> = (0..options.jobs.min(items).max(1))
        .map(|_| Desk::new(program))
        .collect::<Result<_>>()?;
    let mut found: Vec<(usize, Notes)> = Vec::new();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for desk in &desks {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let notes = match (corpus.songs.get(index), index.checked_sub(songs)) {
                        (Some(song), _) => try_song(desk, index, song, options),
                        (_, Some(set)) if set < corpus.sets.len() => {
                            try_set(desk, index, &corpus.sets[set], options)
                        }
                        _ => break,
                    };
                    if sender.send((index, notes)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (index, notes) in receiver {
            found.push((index, notes));
            let name = match corpus.songs.get(index) {
                Some(song) => &song.name,
                None => &corpus.sets[index - songs].name,
            };
            let (done, seconds) = (found.len(), started.elapsed().as_secs());
            eprintln!("[{done} of {items}, {seconds} s] {name}");
        }
    });
    // In the order of the corpus, whichever was done first.
    found.sort_by_key(|(index, _)| *index);
    Ok(found
        .into_iter()
        .fold(Notes::default(), |mut all, (_, notes)| {
            all.append(notes);
            all
        }))
}

fn try_song(desk: &Desk<'_>, index: usize, song: &Song, options: &Options) -> Notes {
    let mut notes = Notes::default();
    let sound = match Sound::read(&song.path) {
        Ok(sound) => sound.middle(options.seconds),
        Err(error) => {
            notes.failed.push(error.to_string());
            return notes;
        }
    };
    let name = song.name.as_str();
    let picks = |case| options.picks(index, case);
    let is_finished = song.kind == Kind::Finished;
    if is_finished && options.wants(Part::Recover) {
        let cases = recover::cases(desk, name, &sound, picks);
        keep(cases, &mut notes.recovered, &mut notes.failed);
    }
    if is_finished && options.wants(Part::Leave) {
        let case = leave::case(desk, name, &sound);
        keep([case], &mut notes.left, &mut notes.failed);
    }
    let is_judged = song.kind != Kind::Unclear && options.wants(Part::Leave);
    let is_accused = is_finished && options.wants(Part::Faults);
    if is_judged || is_accused {
        match desk.check(&sound, &[]) {
            Ok(said) => {
                if is_judged {
                    notes.judged.push(leave::judged(name, is_finished, &said));
                }
                if is_accused {
                    notes.checked.push(faults::intact(name, &said));
                }
            }
            Err(error) => notes.failed.push(format!("{name}, intact: {error}")),
        }
    }
    if is_accused {
        let cases = faults::cases(desk, name, &sound, picks);
        keep(cases, &mut notes.checked, &mut notes.failed);
    }
    if options.wants(Part::Goal) {
        let cases = goal::cases(desk, name, &sound, picks);
        keep(cases, &mut notes.reached, &mut notes.failed);
    }
    notes
}

/// A stem set; its sum is an unmastered mix.
fn try_set(desk: &Desk<'_>, index: usize, set: &StemSet, options: &Options) -> Notes {
    let mut notes = Notes::default();
    let sum = match stems::sum(set) {
        Ok(sum) => sum,
        Err(error) => {
            notes.failed.push(error.to_string());
            return notes;
        }
    };
    let picks = |case| options.picks(index, case);
    if options.wants(Part::Leave) {
        match desk.check(&sum, &[]) {
            Ok(said) => notes.judged.push(leave::judged(&set.name, false, &said)),
            Err(error) => notes.failed.push(format!("{}, intact: {error}", set.name)),
        }
    }
    if options.wants(Part::Stems) {
        let cases = stems::cases(desk, set, &sum, picks);
        keep(cases, &mut notes.balanced, &mut notes.failed);
    }
    if options.wants(Part::Delivery) || options.wants(Part::Rebalance) {
        match Folder::new(desk, set) {
            Ok(folder) => {
                if options.wants(Part::Delivery) {
                    let cases = delivery::cases(&folder, &set.name, picks);
                    keep(cases, &mut notes.delivered, &mut notes.failed);
                }
                if options.wants(Part::Rebalance) {
                    let cases = rebalance::cases(&folder, &set.name, picks);
                    keep(cases, &mut notes.rebalanced, &mut notes.failed);
                }
            }
            Err(error) => notes.failed.push(error.to_string()),
        }
    }
    if options.wants(Part::Goal) {
        let cases = goal::cases(desk, &set.name, &sum, picks);
        keep(cases, &mut notes.reached, &mut notes.failed);
    }
    notes
}

/// The stopwatch, on the first song there is, and on the first set of enough stems.
fn race(corpus: &Corpus, program: &Path, notes: &mut Notes) {
    let stems = corpus
        .sets
        .iter()
        .find(|set| set.stems.len() >= speed::STEMS);
    if let Some(set) = stems {
        let case = Desk::new(program).and_then(|desk| speed::stems_case(&desk, set));
        keep([case], &mut notes.raced, &mut notes.failed);
    }
    let song = corpus
        .songs
        .first()
        .map(|song| (song.name.clone(), Sound::read(&song.path)));
    let set = || {
        corpus
            .sets
            .first()
            .map(|set| (set.name.clone(), stems::sum(set)))
    };
    let Some((name, excerpt)) = song.or_else(set) else {
        return;
    };
    let cases = excerpt.and_then(|excerpt| {
        let desk = Desk::new(program)?;
        Ok(speed::cases(&desk, &name, &excerpt))
    });
    match cases {
        Ok(cases) => keep(cases, &mut notes.raced, &mut notes.failed),
        Err(error) => notes.failed.push(error.to_string()),
    }
}

fn keep<C>(
    cases: impl IntoIterator<Item = Result<C>>,
    kept: &mut Vec<C>,
    failed: &mut Vec<String>,
) {
    for case in cases {
        match case {
            Ok(case) => kept.push(case),
            Err(error) => failed.push(error.to_string()),
        }
    }
}

fn rows(notes: &Notes, options: &Options) -> Vec<Row> {
    let parts: [(Part, Vec<Row>); 8] = [
        (Part::Recover, recover::rows(&notes.recovered)),
        (Part::Leave, leave::rows(&notes.left, &notes.judged)),
        (Part::Faults, faults::rows(&notes.checked)),
        (Part::Stems, stems::rows(&notes.balanced)),
        (Part::Delivery, delivery::rows(&notes.delivered)),
        (Part::Rebalance, rebalance::rows(&notes.rebalanced)),
        (Part::Goal, goal::rows(&notes.reached)),
        (Part::Speed, speed::rows(&notes.raced)),
    ];
    let wanted = parts.into_iter().filter(|(part, _)| options.wants(*part));
    let mut rows: Vec<Row> = wanted.flat_map(|(_, rows)| rows).collect();
    if !notes.failed.is_empty() {
        let count = notes.failed.len();
        rows.push(
            Row::new("Failed", "did not work at all", count)
                .result(count.to_string())
                .limit("none", false)
                .misses(notes.failed.clone()),
        );
    }
    rows
}

impl Notes {
    fn append(&mut self, mut other: Self) {
        self.recovered.append(&mut other.recovered);
        self.left.append(&mut other.left);
        self.judged.append(&mut other.judged);
        self.checked.append(&mut other.checked);
        self.balanced.append(&mut other.balanced);
        self.delivered.append(&mut other.delivered);
        self.rebalanced.append(&mut other.rebalanced);
        self.reached.append(&mut other.reached);
        self.raced.append(&mut other.raced);
        self.failed.append(&mut other.failed);
    }
}
