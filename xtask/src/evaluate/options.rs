//! What `cargo xtask evaluate` is asked for.

use crate::shell::Result;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Usage: cargo xtask evaluate --corpus PATH [OPTIONS]

Prints what was promised, what comes out on the music in PATH, and which cases miss. PATH holds songs in
mixes/ and stem sets in stems/NAME/ (files that sum to sum.*); manifest.tsv (columns `file` and `kind`)
says which songs are `finished`, `unclear` or `unmastered`, without it all are finished.

  --only PARTS     some of recover,leave,faults,stems,delivery,rebalance,goal,
                   speed: stems is the verdict on a mix, delivery and rebalance are
                   `finalcoat stems` on sets broken or brought out of balance
  --songs WORDS    songs and sets with one of these in their name, with commas between
  --quick          every third case
  --seconds S      the middle S seconds of each song
  --jobs N         songs at a time [2]
  --json FILE      every row and every case as JSON
  --finalcoat FILE this command line; nothing is built";

/// What is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Recover,
    Leave,
    Faults,
    Stems,
    Delivery,
    Rebalance,
    Goal,
    Speed,
}

const PARTS: [(&str, Part); 8] = [
    ("recover", Part::Recover),
    ("leave", Part::Leave),
    ("faults", Part::Faults),
    ("stems", Part::Stems),
    ("delivery", Part::Delivery),
    ("rebalance", Part::Rebalance),
    ("goal", Part::Goal),
    ("speed", Part::Speed),
];

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub(crate) corpus: PathBuf,
    pub(crate) only: Vec<Part>,
    pub(crate) songs: Option<String>,
    pub(crate) is_quick: bool,
    pub(crate) seconds: f64,
    pub(crate) jobs: usize,
    pub(crate) json: Option<PathBuf>,
    pub(crate) finalcoat: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            corpus: PathBuf::new(),
            only: PARTS.map(|(_, part)| part).to_vec(),
            songs: None,
            is_quick: false,
            seconds: f64::INFINITY,
            jobs: 2,
            json: None,
            finalcoat: None,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (flag, joined) = match argument.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            if flag == "--quick" {
                options.is_quick = true;
                continue;
            }
            let mut value = || {
                let next = joined.clone().or_else(|| rest.next().cloned());
                next.ok_or_else(|| format!("{flag} needs a value\n\n{USAGE}"))
            };
            match flag {
                "--corpus" => options.corpus = value()?.into(),
                "--only" => options.only = parts(&value()?)?,
                "--songs" => options.songs = Some(value()?),
                "--seconds" => options.seconds = number(flag, &value()?)?,
                "--jobs" => options.jobs = number(flag, &value()?)? as usize,
                "--json" => options.json = Some(value()?.into()),
                "--finalcoat" => options.finalcoat = Some(value()?.into()),
                _ => return Err(format!("`evaluate` does not know {flag}\n\n{USAGE}").into()),
            }
        }
        if options.corpus.as_os_str().is_empty() {
            return Err(format!("`evaluate` needs music: name its folder\n\n{USAGE}").into());
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    /// Whether a case is among those wanted: with `--quick` every third, another third of each song.
    pub(crate) fn picks(&self, song: usize, case: usize) -> bool {
        !self.is_quick || (song + case).is_multiple_of(3)
    }
}

fn parts(words: &str) -> Result<Vec<Part>> {
    let part = |word: &str| {
        let known = PARTS.iter().find(|(name, _)| *name == word.trim());
        let part = known.map(|(_, part)| *part);
        part.ok_or_else(|| format!("there is no part `{word}`\n\n{USAGE}").into())
    };
    words.split(',').map(part).collect()
}

fn number(flag: &str, text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 => Ok(number),
        _ => Err(format!("{flag} {text}: give a number above 0").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood_or_refused() {
        let parse = |words: &str| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            Options::parse(&words)
        };
        let options = parse("--corpus music --only=goal,speed --jobs 3 --quick").expect("options");
        assert_eq!(options.only, [Part::Goal, Part::Speed]);
        assert_eq!((options.jobs, options.is_quick), (3, true));
        for wrong in [
            "",
            "--corpus",
            "--corpus x --only none",
            "--corpus x --jobs 0",
            "x",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
