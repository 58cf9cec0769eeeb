//! Stems delivered wrongly on purpose: each fault is named, at its file, with its number; of intact stems
//! nothing wrong is said.

use super::damage;
use super::folder::{Folder, MIX, Stem};
use super::sound::Sound;
use super::table::{Row, percent};
use crate::shell::Result;
use serde::Serialize;
use serde_json::Value;

const PART: &str =
    "Stems delivered wrongly (each fault in each stem: named, with its file and number)";
/// What may be true of any stem: it is listed, and accuses nobody falsely.
const OF_THE_MATERIAL: [&str; 4] = ["lossy", "unclear_name", "mono_file", "silent"];
/// Below this nothing is heard: only of such a stem it is true that it is silent, in dBFS.
const SILENT_DBFS: f64 = -60.0;
const LATE_FRAMES: usize = 441;
const CUT_SHORT_S: f64 = 1.0;
const LIMITER_DB: f64 = 6.0;
const COMPRESSOR_DB: f64 = 8.0;

/// A fault, and what names it.
struct Fault {
    name: &'static str,
    kind: &'static str,
    level: &'static str,
    /// How far the number may be off that is told.
    off_max: f64,
    /// What is true of the same file besides.
    also: &'static [&'static str],
    done: Done,
}

/// What is done to the set.
#[derive(Clone, Copy)]
enum Done {
    /// A stem is delivered as another sound; with the number that should be told of it, if there is one.
    Stem(fn(&Sound) -> (Sound, Option<f64>)),
    Missing,
    Twice,
    /// The mix lies among the stems under a name that does not say so; none is given.
    MixAmong,
    MixBus,
}

const fn stem(
    name: &'static str,
    kind: &'static str,
    level: &'static str,
    off_max: f64,
    change: fn(&Sound) -> (Sound, Option<f64>),
) -> Fault {
    Fault {
        name,
        kind,
        level,
        off_max,
        also: &[],
        done: Done::Stem(change),
    }
}

const FAULTS: [Fault; 10] = [
    stem("441 samples late", "offset", "refuse", 1.0, |sound| {
        let late = damage::late(sound, LATE_FRAMES);
        (late, Some(LATE_FRAMES as f64))
    }),
    Fault {
        also: &["cut_tail"],
        ..stem("1 s shorter", "length_mismatch", "refuse", 0.0, |sound| {
            let frames = (CUT_SHORT_S * sound.rate()) as usize;
            (damage::cut_short(sound, frames), Some(-(frames as f64)))
        })
    },
    stem("another rate", "rate_mismatch", "refuse", 0.0, |sound| {
        let rate_hz = if sound.sample_rate_hz == 48_000 {
            44_100
        } else {
            48_000
        };
        (damage::resampled(sound, rate_hz), Some(f64::from(rate_hz)))
    }),
    stem("upside down", "polarity", "refuse", 0.0, |sound| {
        (damage::inverted(sound), None)
    }),
    Fault {
        // It takes level, and nothing brings that back.
        also: &["gain_changed"],
        ..stem("a limiter of 6 dB", "limited", "warn", 0.0, |sound| {
            (damage::printed_limiter(sound, LIMITER_DB), None)
        })
    },
    stem(
        "normalised to 0 dBFS",
        "gain_changed",
        "warn",
        0.1,
        |sound| {
            let (louder, db) = damage::normalised(sound);
            (louder, Some(db))
        },
    ),
    Fault {
        name: "missing",
        kind: "does_not_null",
        level: "refuse",
        off_max: 0.0,
        also: &[],
        done: Done::Missing,
    },
    Fault {
        name: "there twice",
        kind: "duplicate",
        level: "refuse",
        off_max: 0.0,
        also: &[],
        done: Done::Twice,
    },
    Fault {
        name: "the mix among them",
        kind: "looks_like_mix",
        level: "info",
        off_max: 0.0,
        also: &[],
        done: Done::MixAmong,
    },
    Fault {
        name: "a compressor on the mix",
        kind: "mix_bus_processing",
        level: "warn",
        off_max: 0.0,
        also: &[],
        done: Done::MixBus,
    },
];

/// One delivery.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    set: String,
    /// What was wrong; nothing: the set is intact.
    fault: Option<&'static str>,
    /// The file it was done to, if it was one.
    file: Option<String>,
    with_mix: bool,
    /// Whether the fault was named at its file, at its level.
    is_named: bool,
    /// The number told of it, and the one it has.
    value: Option<f64>,
    expected: Option<f64>,
    /// What else was said, as `file kind`; of intact stems: what is wrong to say.
    besides: Vec<String>,
    /// What was said that is so, as `file kind`.
    material: Vec<String>,
    null_residue_db: Option<f64>,
}

/// Something that was said of a file.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    file: String,
    kind: String,
    level: String,
    value: Option<f64>,
}

impl Said {
    fn shown(&self) -> String {
        format!("{} {}", self.file, self.kind)
    }
}

/// The intact set with and without its mix, and every fault of it that `picks` wants.
pub(crate) fn cases(
    folder: &Folder<'_>,
    set: &str,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let mut cases = Vec::new();
    let mut material = Vec::new();
    for with_mix in [true, false] {
        let said = deliver(folder, &[], &folder.mix, with_mix);
        cases.push(said.map_err(|error| failed(set, "intact", &error)).map(
            |(said, residue_db)| {
                let (so, falsely): (Vec<Said>, Vec<Said>) = said
                    .into_iter()
                    .filter(|said| said.level != "info" || said.kind == "looks_like_mix")
                    .partition(|said| is_so(said, &folder.stems));
                material.extend(so.iter().cloned());
                Case {
                    set: set.to_owned(),
                    fault: None,
                    file: None,
                    with_mix,
                    is_named: false,
                    value: None,
                    expected: None,
                    besides: falsely.iter().map(Said::shown).collect(),
                    material: so.iter().map(Said::shown).collect(),
                    null_residue_db: residue_db,
                }
            },
        ));
    }
    let sounding: Vec<&Stem> = folder
        .stems
        .iter()
        .filter(|stem| !is_silent(stem))
        .collect();
    let wrong = FAULTS
        .iter()
        .flat_map(|fault| -> Vec<(&Fault, Option<&Stem>)> {
            match fault.done {
                Done::MixAmong | Done::MixBus => vec![(fault, None)],
                _ => sounding.iter().map(|&stem| (fault, Some(stem))).collect(),
            }
        });
    for (_, (fault, stem)) in wrong.enumerate().filter(|(index, _)| picks(*index)) {
        let case = wronged(folder, set, fault, stem, &material);
        let what = match stem {
            Some(stem) => format!("{} {}", stem.file, fault.name),
            None => fault.name.to_owned(),
        };
        cases.push(case.map_err(|error| failed(set, &what, &error)));
    }
    cases
}

fn failed(
    set: &str,
    what: &str,
    error: &dyn std::fmt::Display,
) -> Box<dyn std::error::Error + Send + Sync> {
    format!("{set}, {what}: {error}").into()
}

fn wronged(
    folder: &Folder<'_>,
    set: &str,
    fault: &Fault,
    stem: Option<&Stem>,
    material: &[Said],
) -> Result<Case> {
    let name = stem.map_or("", |stem| stem.file.as_str());
    let copy = format!("{} copy.wav", name.trim_end_matches(".wav"));
    let mix = &folder.mix;
    let mut expected = None;
    // The files that may be named.
    let (said, files) = match (fault.done, stem) {
        (Done::Stem(change), Some(stem)) => {
            let (changed, value) = change(&stem.sound);
            expected = value;
            let changed = [(name, Some(&changed))];
            (deliver(folder, &changed, mix, true)?, vec![name])
        }
        (Done::Missing, _) => (deliver(folder, &[(name, None)], mix, true)?, vec![MIX]),
        (Done::Twice, Some(stem)) => {
            let more = [(copy.as_str(), Some(&stem.sound))];
            (
                deliver(folder, &more, mix, true)?,
                vec![name, copy.as_str()],
            )
        }
        (Done::MixBus, _) => {
            let compressed = damage::compressed(mix, COMPRESSOR_DB);
            (deliver(folder, &[], &compressed, true)?, vec![MIX])
        }
        _ => {
            let take = "take 7.wav";
            let among = [(take, Some(mix))];
            (deliver(folder, &among, mix, false)?, vec![take])
        }
    };
    let (said, null_residue_db) = said;
    let is_it = |said: &&Said| {
        said.kind == fault.kind && said.level == fault.level && files.contains(&said.file.as_str())
    };
    let told = said.iter().find(is_it);
    let value = told.and_then(|said| said.value);
    let is_right = match (expected, value) {
        (Some(expected), Some(value)) => (value - expected).abs() <= fault.off_max,
        (expected, _) => expected.is_none(),
    };
    let besides = said.iter().filter(|said| {
        let is_also =
            files.contains(&said.file.as_str()) && fault.also.contains(&said.kind.as_str());
        let is_known = said.level == "info"
            || material.iter().any(|known| {
                let is_of_it = known.file == said.file || files.contains(&said.file.as_str());
                known.kind == said.kind && is_of_it
            });
        // A set without one of its stems may have too few.
        let is_count = said.kind == "too_few" || said.kind == "too_many";
        !is_it(said) && !is_also && !is_known && !is_count
    });
    Ok(Case {
        set: set.to_owned(),
        fault: Some(fault.name),
        file: stem.map(|stem| stem.file.clone()),
        with_mix: !matches!(fault.done, Done::MixAmong),
        is_named: told.is_some() && is_right,
        value,
        expected,
        besides: besides.map(Said::shown).collect(),
        material: Vec::new(),
        null_residue_db,
    })
}

/// What the command says of a delivery, and what remains of the mix.
fn deliver(
    folder: &Folder<'_>,
    changed: &[(&str, Option<&Sound>)],
    mix: &Sound,
    with_mix: bool,
) -> Result<(Vec<Said>, Option<f64>)> {
    folder.deliver(changed)?;
    if with_mix {
        folder.print(mix)?;
    }
    let said = folder.check(with_mix)?;
    let residue_db = said["null_residue_db"].as_f64();
    Ok((problems(&said)?, residue_db))
}

fn problems(said: &Value) -> Result<Vec<Said>> {
    let problems = said["delivery"]["problems"].as_array();
    let problems = problems.ok_or_else(|| {
        let error = said["error"].as_str();
        error
            .unwrap_or("nothing is said of the delivery")
            .to_owned()
    })?;
    let text = |problem: &Value, key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    let said = problems.iter().map(|problem| Said {
        file: text(problem, "file"),
        kind: text(problem, "kind"),
        level: text(problem, "level"),
        value: problem["value"].as_f64(),
    });
    Ok(said.collect())
}

/// Whether what was said of an intact stem is so.
fn is_so(said: &Said, stems: &[Stem]) -> bool {
    let stem = stems.iter().find(|stem| stem.file == said.file);
    let is_heard = stem.is_some_and(|stem| !is_silent(stem));
    OF_THE_MATERIAL.contains(&said.kind.as_str()) && !(said.kind == "silent" && is_heard)
}

fn is_silent(stem: &Stem) -> bool {
    let samples = stem.sound.channels.iter().flatten();
    let peak = samples.fold(0.0f32, |peak, x| peak.max(x.abs()));
    20.0 * f64::from(peak).log10() < SILENT_DBFS
}

/// Faults one by one, what was said besides, and the intact sets.
pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut rows: Vec<Row> = FAULTS.iter().map(|fault| row(fault, cases)).collect();
    let wrong: Vec<&Case> = cases.iter().filter(|case| case.fault.is_some()).collect();
    let more: Vec<String> = wrong
        .iter()
        .filter(|case| !case.besides.is_empty())
        .map(|case| format!("{}: {}", shown(case), case.besides.join(", ")))
        .collect();
    rows.push(
        Row::new(PART, "something else told of them besides", wrong.len())
            .result(format!("{} of {}", more.len(), wrong.len()))
            .misses(more),
    );
    let intact: Vec<&Case> = cases.iter().filter(|case| case.fault.is_none()).collect();
    let falsely: Vec<String> = intact
        .iter()
        .filter(|case| !case.besides.is_empty())
        .map(|case| format!("{}: {}", shown(case), case.besides.join(", ")))
        .collect();
    let material: usize = intact.iter().map(|case| case.material.len()).sum();
    rows.push(
        Row::new(
            PART,
            "intact, with and without the mix: false alarms",
            intact.len(),
        )
        .result(format!(
            "{} of {} (what is so of the stems was told {material} times)",
            falsely.len(),
            intact.len()
        ))
        .limit("none", falsely.is_empty())
        .misses(falsely),
    );
    rows
}

fn row(fault: &Fault, cases: &[Case]) -> Row {
    let of_it: Vec<&Case> = cases
        .iter()
        .filter(|case| case.fault == Some(fault.name))
        .collect();
    let missed: Vec<String> = of_it
        .iter()
        .filter(|case| !case.is_named)
        .map(|case| not_named(case, fault))
        .collect();
    let named = of_it.len() - missed.len();
    Row::new(
        PART,
        format!("{}: `{}`", fault.name, fault.kind),
        of_it.len(),
    )
    .result(format!(
        "{named} of {} ({:.0} %)",
        of_it.len(),
        percent(named, of_it.len())
    ))
    .limit("all", missed.is_empty())
    .misses(missed)
}

fn not_named(case: &Case, fault: &Fault) -> String {
    let said = match (case.value, case.expected, case.besides.as_slice()) {
        (Some(value), Some(expected), _) => {
            format!("`{}` {value}, and it is {expected}", fault.kind)
        }
        (_, _, []) => "nothing".to_owned(),
        (_, _, besides) => besides.join(", "),
    };
    let residue = case
        .null_residue_db
        .map_or(String::new(), |db| format!(" (residue {db:.1} dB)"));
    format!("{}: {said}{residue}", shown(case))
}

fn shown(case: &Case) -> String {
    let what = match (case.fault, &case.file) {
        (None, _) if case.with_mix => "intact with its mix".to_owned(),
        (None, _) => "intact".to_owned(),
        (Some(fault), Some(file)) => format!("{file} {fault}"),
        (Some(fault), None) => fault.to_owned(),
    };
    format!("{}, {what}", case.set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(fault: Option<&'static str>, is_named: bool, besides: &[&str]) -> Case {
        Case {
            set: "set".to_owned(),
            fault,
            file: fault.map(|_| "bass.wav".to_owned()),
            with_mix: true,
            is_named,
            value: None,
            expected: None,
            besides: besides.iter().map(|&said| said.to_owned()).collect(),
            material: vec!["bass.wav lossy".to_owned()],
            null_residue_db: None,
        }
    }

    #[test]
    fn faults_and_false_alarms_are_counted_apart() {
        let cases = [
            case(Some("upside down"), true, &[]),
            case(Some("upside down"), false, &["bass.wav offset"]),
            case(None, false, &[]),
            case(None, false, &["bass.wav limited"]),
        ];
        let rows = rows(&cases);
        let of = |what: &str| {
            rows.iter()
                .find(|row| row.what.contains(what))
                .expect("a row")
        };
        let turned = of("upside down");
        assert_eq!(
            (turned.result.as_str(), turned.held),
            ("1 of 2 (50 %)", Some(false))
        );
        assert_eq!(
            turned.misses,
            ["set, bass.wav upside down: bass.wav offset"]
        );
        assert!(of("besides").result.starts_with("1 of 2"));
        let intact = of("intact");
        assert_eq!((intact.misses.len(), intact.held), (1, Some(false)));
        assert!(intact.result.contains("2 times"));
    }

    #[test]
    fn only_what_is_silent_is_called_so() {
        let stem = |file: &str, level: f32| Stem {
            file: file.to_owned(),
            sound: Sound {
                channels: [vec![level; 10], vec![0.0; 10]],
                sample_rate_hz: 48_000,
            },
        };
        let stems = [stem("a.wav", 0.1), stem("b.wav", 0.0)];
        let said = |file: &str, kind: &str| Said {
            file: file.to_owned(),
            kind: kind.to_owned(),
            level: "warn".to_owned(),
            value: None,
        };
        assert!(is_so(&said("b.wav", "silent"), &stems));
        assert!(!is_so(&said("a.wav", "silent"), &stems));
        assert!(is_so(&said("a.wav", "lossy"), &stems));
        assert!(!is_so(&said("a.wav", "limited"), &stems));
    }

    #[test]
    fn a_delivery_that_was_not_looked_at_is_an_error() {
        let said = serde_json::json!({"delivery": null, "error": "no room"});
        assert_eq!(
            problems(&said).expect_err("an error").to_string(),
            "no room"
        );
    }
}
