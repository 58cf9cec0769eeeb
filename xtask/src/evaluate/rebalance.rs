//! Rebalance: one stem of a set is moved out of balance; the moves go the right way and bring the sum nearer
//! to what it was; stems in balance are hardly moved.

use super::damage;
use super::folder::{Folder, Stem, sum};
use super::measure::{THIRDS, level_distance_db, ltas_db, lufs, side_to_mid_db, tone_distance_db};
use super::sound::Sound;
use super::stems::element;
use super::table::{Row, median};
use crate::shell::Result;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

const PART: &str = "Stems out of balance (intensity 50, before loudness)";
/// A gain that an intact stem may be moved by less than, in dB.
const INTACT_DB: f64 = 0.5;
/// Less side than this and there is nothing to widen, in dB re mid.
const MONO_DB: f64 = -40.0;

/// A way to bring a stem out of balance.
struct Change {
    name: &'static str,
    /// Of what it is done to, as [`element`] says it.
    element: &'static str,
    is_width: bool,
    /// How the gain of the stem has to move: up or down.
    sign: f64,
    apply: fn(&Sound) -> Sound,
}

const CHANGES: [Change; 5] = [
    Change {
        name: "vocal or lead −2 dB",
        element: "lead",
        is_width: false,
        sign: 1.0,
        apply: |sound| damage::level(sound, -2.0),
    },
    louder("bass +3 dB", "bass"),
    louder("hats or cymbals +3 dB", "cymbals"),
    louder("drums or kick +3 dB", "kick"),
    Change {
        name: "bass twice as wide",
        element: "bass",
        is_width: true,
        sign: -1.0,
        apply: damage::widened,
    },
];

const fn louder(name: &'static str, element: &'static str) -> Change {
    Change {
        name,
        element,
        is_width: false,
        sign: -1.0,
        apply: |sound| damage::level(sound, 3.0),
    }
}

/// What was done with a stem.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Move {
    file: String,
    stage: String,
    /// At the intensity of the run, and at 100 %.
    value: f64,
    full_value: f64,
}

/// One delivery, mastered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    set: String,
    /// What was changed; nothing: the set is intact.
    change: Option<&'static str>,
    file: Option<String>,
    with_mix: bool,
    /// Loudness of the changed stem minus that of the sum, in LU.
    stem_re_sum_lu: Option<f64>,
    moves: Vec<Move>,
    is_remix: bool,
    /// Whether the stem was moved the right way, more than it is in the intact set.
    is_right: bool,
    /// How far the changed stems are from the intact ones, and what came out of them from what comes out of
    /// the intact ones.
    before: Option<Distance>,
    after: Option<Distance>,
}

/// How far two deliveries are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Distance {
    /// Third-octaves of the sums, in dB.
    tone_db: f64,
    /// Loudness of the stems beside each other, in LU.
    levels_lu: f64,
    /// Side over mid of the changed stem, in dB.
    width_db: f64,
}

/// What distances are made of.
struct Facts {
    ltas_db: [f64; THIRDS],
    lufs: Vec<f64>,
    side_to_mid_db: Vec<f64>,
}

impl Facts {
    fn of<'s>(stems: impl Iterator<Item = &'s Sound> + Clone) -> Self {
        Self {
            ltas_db: ltas_db(&sum(stems.clone())),
            lufs: stems.clone().map(lufs).collect(),
            side_to_mid_db: stems.map(side_to_mid_db).collect(),
        }
    }

    fn distance(&self, other: &Self, changed: usize) -> Distance {
        // Of what is mono the rest is rounding.
        let width_db = |facts: &Self| facts.side_to_mid_db[changed].max(MONO_DB);
        Distance {
            tone_db: tone_distance_db(&self.ltas_db, &other.ltas_db),
            levels_lu: level_distance_db(&self.lufs, &other.lufs),
            width_db: (width_db(self) - width_db(other)).abs(),
        }
    }
}

/// The intact set and every change of it that `picks` wants, with and without its mix.
pub(crate) fn cases(
    folder: &Folder<'_>,
    set: &str,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let stems = &folder.stems;
    let is_lead = |stem: &&Stem| element(Path::new(&stem.file)) == Some("lead");
    let mut flags: Vec<String> = stems
        .iter()
        .filter(is_lead)
        .flat_map(|stem| ["--role".to_owned(), format!("{}=lead_vocal", stem.file)])
        .collect();
    // Refused it would be no master: a bass that is wider than in the mix does not null.
    flags.extend(["--accept", "does_not_null"].map(str::to_owned));
    let delivered = Facts::of(stems.iter().map(|stem| &stem.sound));
    let mut cases = Vec::new();
    for with_mix in [true, false] {
        match intact(folder, set, with_mix, &flags) {
            Ok((case, finished)) => {
                let usual = case.moves.clone();
                cases.push(Ok(case));
                let changes = stems.iter().enumerate().flat_map(|(at, stem)| {
                    CHANGES
                        .iter()
                        .filter(move |change| is_for(change, stem))
                        .map(move |change| (at, change))
                });
                for (_, (at, change)) in changes.enumerate().filter(|(index, _)| picks(*index)) {
                    let facts = [&delivered, &finished];
                    let case = changed(folder, set, with_mix, &flags, at, change, facts);
                    let case = case.map(|case| Case {
                        is_right: is_right(&case.moves, &usual, &stems[at].file, change),
                        ..case
                    });
                    let what = format!("{set}, {} {}", stems[at].file, change.name);
                    cases.push(case.map_err(|error| format!("{what}: {error}").into()));
                }
            }
            Err(error) => cases.push(Err(format!("{set}, intact: {error}").into())),
        }
    }
    cases
}

/// Whether a stem holds the element, and something to change of it.
fn is_for(change: &Change, stem: &Stem) -> bool {
    let is_it = element(Path::new(&stem.file)) == Some(change.element);
    is_it
        && lufs(&stem.sound).is_finite()
        && !(change.is_width && side_to_mid_db(&stem.sound) < MONO_DB)
}

fn intact(
    folder: &Folder<'_>,
    set: &str,
    with_mix: bool,
    flags: &[String],
) -> Result<(Case, Facts)> {
    folder.deliver(&[])?;
    folder.print(&folder.mix)?;
    let (said, finished) = folder.finish(with_mix, flags)?;
    let case = Case {
        set: set.to_owned(),
        change: None,
        file: None,
        with_mix,
        stem_re_sum_lu: None,
        moves: moves(&said),
        is_remix: said["remix"] == true,
        is_right: false,
        before: None,
        after: None,
    };
    Ok((case, Facts::of(finished.iter())))
}

fn changed(
    folder: &Folder<'_>,
    set: &str,
    with_mix: bool,
    flags: &[String],
    at: usize,
    change: &Change,
    [delivered, finished]: [&Facts; 2],
) -> Result<Case> {
    let file = folder.stems[at].file.as_str();
    let other = (change.apply)(&folder.stems[at].sound);
    folder.deliver(&[(file, Some(&other))])?;
    let (said, made) = folder.finish(with_mix, flags)?;
    let now = folder.stems.iter().map(|stem| match &stem.sound {
        _ if stem.file == file => &other,
        sound => sound,
    });
    let broken = Facts::of(now.clone());
    let made = Facts::of(made.iter());
    Ok(Case {
        set: set.to_owned(),
        change: Some(change.name),
        file: Some(file.to_owned()),
        with_mix,
        stem_re_sum_lu: Some(broken.lufs[at] - lufs(&sum(now))),
        is_remix: said["remix"] == true,
        is_right: false,
        moves: moves(&said),
        before: Some(broken.distance(delivered, at)),
        after: Some(made.distance(finished, at)),
    })
}

fn moves(said: &Value) -> Vec<Move> {
    let moves = said["moves"].as_array().into_iter().flatten();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    moves
        .map(|one| Move {
            file: text(one, "file"),
            stage: text(one, "stage"),
            value: one["value"].as_f64().unwrap_or(0.0),
            full_value: one["full_value"].as_f64().unwrap_or(0.0),
        })
        .collect()
}

/// Whether a stem's gain moves the right way, and further than that of any other; or a wide bass gets
/// narrower. What is done to the intact set as well, `usual`, does not count.
fn is_right(moves: &[Move], usual: &[Move], file: &str, change: &Change) -> bool {
    let of = |moves: &[Move], file: &str, stage: &str| -> Option<f64> {
        let of_it = moves
            .iter()
            .filter(|one| one.file == file && one.stage == stage)
            .map(|one| one.value);
        of_it.reduce(|sum, value| sum + value)
    };
    if change.is_width {
        let width_pct = |moves| of(moves, file, "width").unwrap_or(100.0);
        let is_mono_now = of(moves, file, "mono_bass").is_some();
        return width_pct(moves) < width_pct(usual)
            || is_mono_now && of(usual, file, "mono_bass").is_none();
    }
    let gain_db = |file: &str| {
        let [now, usual] = [moves, usual].map(|moves| of(moves, file, "gain").unwrap_or(0.0));
        now - usual
    };
    let others_db = moves
        .iter()
        .filter(|one| one.file != file)
        .map(|one| gain_db(&one.file).abs());
    gain_db(file) * change.sign > 0.0 && others_db.fold(0.0, f64::max) < gain_db(file).abs()
}

pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut rows = Vec::new();
    for with_mix in [true, false] {
        for change in &CHANGES {
            let of_it =
                |case: &&Case| case.change == Some(change.name) && case.with_mix == with_mix;
            rows.push(moved_row(
                change,
                with_mix,
                cases.iter().filter(of_it).collect(),
            ));
        }
    }
    for with_mix in [true, false] {
        let of_it = |case: &&Case| case.change.is_some() && case.with_mix == with_mix;
        let changed: Vec<&Case> = cases.iter().filter(of_it).collect();
        let (width, gain): (Vec<&Case>, Vec<&Case>) =
            changed.iter().partition(|case| is_width(case));
        let beside = beside(with_mix);
        rows.push(nearer_row(
            format!("nearer in third-octaves{beside}"),
            &changed,
            |d| d.tone_db,
        ));
        rows.push(nearer_row(
            format!("nearer in the stems' loudness{beside}"),
            &gain,
            |d| d.levels_lu,
        ));
        rows.push(nearer_row(
            format!("nearer in the bass' width{beside}"),
            &width,
            |d| d.width_db,
        ));
    }
    rows.push(intact_row(
        cases.iter().filter(|case| case.change.is_none()).collect(),
    ));
    rows
}

fn is_width(case: &Case) -> bool {
    CHANGES
        .iter()
        .any(|change| change.is_width && case.change == Some(change.name))
}

fn beside(with_mix: bool) -> &'static str {
    if with_mix { ", beside the mix" } else { "" }
}

fn moved_row(change: &Change, with_mix: bool, cases: Vec<&Case>) -> Row {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| !case.is_right)
        .map(|case| shown(case))
        .collect();
    let right = cases.len() - wrong.len();
    let what = format!("{}{}: moved back", change.name, beside(with_mix));
    Row::new(PART, what, cases.len())
        .result(format!("{right} of {}", cases.len()))
        .limit("all", wrong.is_empty())
        .misses(wrong)
}

fn nearer_row(what: String, cases: &[&Case], of: fn(&Distance) -> f64) -> Row {
    let pairs = cases.iter().filter_map(|case| {
        let (before, after) = (case.before.as_ref()?, case.after.as_ref()?);
        Some((case, of(before), of(after)))
    });
    let further: Vec<String> = pairs
        .clone()
        .filter(|(_, before, after)| after >= before)
        .map(|(case, before, after)| format!("{}: {before:.2} dB, then {after:.2}", shown(case)))
        .collect();
    let less_pct = median(pairs.map(|(_, before, after)| 100.0 * (1.0 - after / before)));
    Row::new(PART, what, cases.len())
        .result(format!(
            "{} of {}; the median is {less_pct:.0} % nearer",
            cases.len() - further.len(),
            cases.len()
        ))
        .limit("all", further.is_empty())
        .misses(further)
}

fn intact_row(cases: Vec<&Case>) -> Row {
    let gains = |case: &Case| -> Vec<Move> {
        let gains = case.moves.iter().filter(|one| one.stage == "gain");
        gains.cloned().collect()
    };
    let most = |value: fn(&Move) -> f64| {
        let values = cases.iter().flat_map(|case| gains(case));
        values.map(|one| value(&one).abs()).fold(0.0, f64::max)
    };
    let (most_db, full_db) = (most(|one| one.value), most(|one| one.full_value));
    let too_far: Vec<String> = cases
        .iter()
        .filter(|case| gains(case).iter().any(|one| one.value.abs() >= INTACT_DB))
        .map(|case| shown(case))
        .collect();
    Row::new(PART, "intact, with and without the mix: gains", cases.len())
        .result(format!(
            "at most {most_db:.2} dB ({full_db:.1} dB at 100 %)"
        ))
        .limit(format!("< {INTACT_DB} dB"), too_far.is_empty())
        .misses(too_far)
}

fn shown(case: &Case) -> String {
    let moves: Vec<String> = case
        .moves
        .iter()
        .map(|one| format!("{} {} {}", one.file, one.stage, one.value))
        .collect();
    let moves = match moves.as_slice() {
        [] => "no moves".to_owned(),
        moves => moves.join(", "),
    };
    let what = match (&case.file, case.change) {
        (Some(file), Some(change)) => {
            let level = case.stem_re_sum_lu.unwrap_or(f64::NAN);
            format!("{file}, {change} (now {level:+.0} LU re the sum)")
        }
        _ => "intact".to_owned(),
    };
    let remix = if case.is_remix { ", a remix" } else { "" };
    format!(
        "{}, {what}{}: {moves}{remix}",
        case.set,
        beside(case.with_mix)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str) -> &'static Change {
        CHANGES
            .iter()
            .find(|change| change.name == name)
            .expect("a change")
    }

    fn gain(file: &str, value: f64) -> Move {
        Move {
            file: file.to_owned(),
            stage: "gain".to_owned(),
            value,
            full_value: 2.0 * value,
        }
    }

    #[test]
    fn the_right_stem_has_to_move_the_right_way() {
        let bass = change("bass +3 dB");
        let right = |moves: &[Move]| is_right(moves, &[gain("bass.wav", -0.2)], "bass.wav", bass);
        assert!(right(&[gain("bass.wav", -1.0)]));
        assert!(!right(&[gain("bass.wav", 1.0)]));
        assert!(!right(&[gain("keys.wav", -1.0)]));
        // As far as the intact one.
        assert!(!right(&[gain("bass.wav", -0.2)]));
        // Another moved as far: nobody knows which it was.
        assert!(!right(&[gain("bass.wav", -0.7), gain("keys.wav", 0.5)]));
        let lead = change("vocal or lead −2 dB");
        assert!(is_right(&[gain("lead.wav", 0.3)], &[], "lead.wav", lead));
        let width = |value: f64| Move {
            stage: "width".to_owned(),
            ..gain("bass.wav", value)
        };
        let wide = change("bass twice as wide");
        let right = |one: Move| is_right(&[one], &[width(90.0)], "bass.wav", wide);
        assert!(right(width(80.0)));
        assert!(!right(width(90.0)));
        assert!(!right(gain("bass.wav", -1.0)));
    }

    #[test]
    fn what_comes_no_nearer_is_a_miss() {
        let distance = |levels_lu: f64| {
            Some(Distance {
                tone_db: levels_lu,
                levels_lu,
                width_db: 0.0,
            })
        };
        let case = |after: f64| Case {
            set: "set".to_owned(),
            change: Some("bass +3 dB"),
            file: Some("bass.wav".to_owned()),
            with_mix: false,
            stem_re_sum_lu: Some(-6.0),
            moves: vec![gain("bass.wav", -1.0)],
            is_remix: false,
            is_right: true,
            before: distance(2.0),
            after: distance(after),
        };
        let rows = rows(&[case(1.0), case(2.0)]);
        let nearer = rows
            .iter()
            .find(|row| row.what == "nearer in the stems' loudness");
        let nearer = nearer.expect("a row");
        assert_eq!(nearer.held, Some(false));
        assert!(
            nearer.result.starts_with("1 of 2; the median is 25 %"),
            "{}",
            nearer.result
        );
        assert_eq!(nearer.misses.len(), 1);
    }

    #[test]
    fn intact_stems_may_move_by_less_than_half_a_db() {
        let case = |value: f64| Case {
            set: "set".to_owned(),
            change: None,
            file: None,
            with_mix: true,
            stem_re_sum_lu: None,
            moves: vec![gain("bass.wav", value)],
            is_remix: false,
            is_right: false,
            before: None,
            after: None,
        };
        let held = |value: f64| {
            let rows = rows(&[case(0.1), case(value)]);
            let intact = rows.iter().find(|row| row.what.starts_with("intact"));
            intact.and_then(|row| row.held)
        };
        assert_eq!((held(-0.4), held(-0.5)), (Some(true), Some(false)));
    }
}
