//! Stems or not: one element of a sum is moved by 5 dB; the verdict asks for stems and says which.

use super::corpus::StemSet;
use super::desk::Desk;
use super::measure::lufs;
use super::sound::Sound;
use super::table::{Row, percent};
use crate::shell::Result;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

const PART: &str = "Stems or not (mix locked)";
const MOVES_DB: [f64; 2] = [5.0, -5.0];
const NAMED_PCT: f64 = 70.0;
const INTACT_PCT: f64 = 10.0;

/// Words of a file's name that say what it holds.
const LEAD: [&str; 4] = ["vocal", "lead", "vox", "voice"];
const BASS: [&str; 2] = ["bass", "808"];
const KICK: [&str; 2] = ["kick", "drum"];
const CYMBALS: [&str; 4] = ["cymbal", "hat", "crash", "overhead"];

/// A sum with one element moved, or an intact one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    set: String,
    /// The stem; nothing: intact.
    stem: Option<String>,
    moved_db: f64,
    /// Loudness of the moved stem minus that of the intact sum, in LU.
    stem_re_sum_lu: f64,
    verdict: String,
    /// Whether what the check says names the element.
    is_named: bool,
    found: Vec<String>,
}

/// What a stem holds: `lead`, `bass`, `kick`, `cymbals`; nothing if it is none of them or several at
/// once, which no advice could name.
pub(crate) fn element(file: &Path) -> Option<&'static str> {
    let name = file.file_stem()?.to_string_lossy().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let elements = [
        ("lead", has(&LEAD)),
        ("bass", has(&BASS)),
        ("kick", has(&KICK)),
        ("cymbals", has(&CYMBALS)),
    ];
    let mut held = elements
        .iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| *name);
    held.next().filter(|_| held.next().is_none())
}

/// Reads a set's sum: its own, or that of its stems.
pub(crate) fn sum(set: &StemSet) -> Result<Sound> {
    if let Some(sum) = &set.sum {
        return Sound::read(sum);
    }
    let stems = set
        .stems
        .iter()
        .map(|stem| Sound::read(stem))
        .collect::<Result<Vec<_>>>()?;
    let parts: Vec<_> = stems.iter().map(|stem| (stem, 1.0)).collect();
    Ok(Sound::mixed(&parts))
}

/// Every element of a set that `picks` wants, moved up and down, and the intact sum.
pub(crate) fn cases(
    desk: &Desk<'_>,
    set: &StemSet,
    sum: &Sound,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let sum_lufs = lufs(sum);
    let check = |stem: Option<(&Path, &'static str)>, moved_db, stem_lufs: f64, sound: &Sound| {
        let name = stem.map(|(path, _)| {
            let name = path.file_stem().unwrap_or_default();
            name.to_string_lossy().into_owned()
        });
        match desk.check(sound, &["--mix-state", "locked"]) {
            Ok(said) => Ok(Case {
                set: set.name.clone(),
                moved_db,
                stem_re_sum_lu: stem_lufs + moved_db - sum_lufs,
                verdict: said["verdict"]["kind"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned(),
                is_named: stem.is_some_and(|(path, element)| names(&said, path, element)),
                found: findings(&said),
                stem: name,
            }),
            Err(error) => {
                let name = name.unwrap_or_else(|| "intact".to_owned());
                Err(format!("{}, {name}: {error}", set.name).into())
            }
        }
    };
    let mut cases = vec![check(None, 0.0, sum_lufs, sum)];
    let elements = set
        .stems
        .iter()
        .filter_map(|path| Some((path, element(path)?)));
    let moves = elements.flat_map(|stem| MOVES_DB.map(|db| (stem, db)));
    for (_, ((path, element), db)) in moves.enumerate().filter(|(index, _)| picks(*index)) {
        let stem = match Sound::read(path) {
            Ok(stem) if stem.sample_rate_hz == sum.sample_rate_hz => stem,
            Ok(_) => {
                let message = format!("{}: its rate is not that of the sum", path.display());
                cases.push(Err(message.into()));
                continue;
            }
            Err(error) => {
                cases.push(Err(error));
                continue;
            }
        };
        let stem_lufs = lufs(&stem);
        if stem_lufs.is_finite() {
            let moved = Sound::mixed(&[(sum, 1.0), (&stem, 10f64.powf(db / 20.0) - 1.0)]);
            cases.push(check(Some((path, element)), db, stem_lufs, &moved));
        }
    }
    cases
}

/// Whether a finding or the summary names the element. Of a whole drum kit, either of its parts will do.
fn names(said: &Value, stem: &Path, element: &str) -> bool {
    let name = stem.to_string_lossy().to_lowercase();
    let is_kit = element == "kick" && name.contains("drum");
    let wanted: &[&str] = match element {
        _ if is_kit => &["kick", "cymbals"],
        "lead" => &["lead"],
        "bass" => &["bass"],
        "kick" => &["kick"],
        _ => &["cymbals"],
    };
    let findings = said["findings"].as_array().into_iter().flatten();
    let by_finding = findings
        .filter(|finding| finding["severity"] != "info")
        .filter_map(|finding| {
            // Kinds that are about one element say which by their name.
            finding["element"]
                .as_str()
                .or(match finding["kind"].as_str()? {
                    "vocal_buried" | "vocal_loud" => Some("lead"),
                    "cymbals_loud" => Some("cymbals"),
                    _ => None,
                })
        })
        .any(|named| wanted.contains(&named));
    let summary = said["verdict"]["summary"]
        .as_str()
        .unwrap_or_default()
        .to_lowercase();
    let words: &[&str] = match element {
        _ if is_kit => &["drum", "kick", "cymbal", "hat"],
        "lead" => &["lead", "vocal", "voice"],
        "bass" => &["bass", "808"],
        "kick" => &["kick", "drum"],
        _ => &["cymbal", "hat"],
    };
    by_finding || words.iter().any(|word| summary.contains(word))
}

/// Findings that matter with the element they are about.
fn findings(said: &Value) -> Vec<String> {
    let findings = said["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["severity"] != "info")
        .map(|finding| {
            let kind = finding["kind"].as_str().unwrap_or("?");
            match finding["element"].as_str() {
                Some(element) => format!("{kind} of {element}"),
                None => kind.to_owned(),
            }
        })
        .collect()
}

pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let (moved, intact): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.stem.is_some());
    let is_right = |case: &&&Case| case.verdict == "stems" && case.is_named;
    let right = moved.iter().filter(is_right).count();
    let stems = moved.iter().filter(|case| case.verdict == "stems").count();
    let right_pct = percent(right, moved.len());
    let misses = moved.iter().filter(|case| !is_right(case));
    let named = Row::new(PART, "an element ±5 dB: `stems`, and named", moved.len())
        .result(format!(
            "{right} of {} ({right_pct:.0} %); `stems` {stems}",
            moved.len()
        ))
        .limit(format!("≥ {NAMED_PCT:.0} %"), right_pct >= NAMED_PCT)
        .misses(misses.map(|case| described(case)).collect());
    let wrong: Vec<String> = intact
        .iter()
        .filter(|case| case.verdict == "stems")
        .map(|case| described(case))
        .collect();
    let wrong_pct = percent(wrong.len(), intact.len());
    let intact = Row::new(PART, "intact sums: `stems`", intact.len())
        .result(format!("{} of {}", wrong.len(), intact.len()))
        .limit(format!("≤ {INTACT_PCT:.0} %"), wrong_pct <= INTACT_PCT)
        .misses(wrong);
    vec![named, intact]
}

fn described(case: &Case) -> String {
    let found = match case.found.as_slice() {
        [] => "nothing".to_owned(),
        found => found.join(", "),
    };
    let what = match &case.stem {
        Some(stem) => format!(
            "{stem} {:+.0} dB (now {:.0} LU re the sum)",
            case.moved_db, case.stem_re_sum_lu
        ),
        None => "intact".to_owned(),
    };
    format!("{}, {what}: {} (found: {found})", case.set, case.verdict).replace("-", "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_known_by_their_names() {
        for (name, expected) in [
            ("01_vocals.flac", Some("lead")),
            ("05_lead.flac", Some("lead")),
            ("03_dirt_bass.flac", Some("bass")),
            ("04_drums.flac", Some("kick")),
            ("02_hats_crash.flac", Some("cymbals")),
            ("04_bassdrums.flac", None),
            ("02_guitar.flac", None),
        ] {
            assert_eq!(element(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn an_element_is_named_by_a_finding_or_the_summary() {
        let said = |element: &str, summary: &str| {
            serde_json::json!({
                "findings": [{"kind": "x", "severity": "low", "element": element}],
                "verdict": {"kind": "stems", "summary": summary},
            })
        };
        let bass = Path::new("02_bass.wav");
        assert!(names(&said("bass", ""), bass, "bass"));
        assert!(names(&said("lead", "The bass is loud."), bass, "bass"));
        assert!(!names(&said("lead", "The vocal is loud."), bass, "bass"));
    }
}
