//! Recover: a finished song is made worse and mastered; how much nearer is it to what it was?

use super::damage::{self, NOTE_HZ};
use super::desk::Desk;
use super::measure::{Facts, facts, tone_distance_db};
use super::sound::Sound;
use super::table::{Row, median, worst};
use crate::shell::Result;
use serde::Serialize;

const PART: &str = "Recover (distance to the original, change)";
/// Least median reduction at each intensity, in percent.
const HELD: [(u8, f64); 2] = [(100, 40.0), (50, 20.0)];
/// What is aimed at with an intensity of 100, in percent.
const GOAL_PCT: f64 = 50.0;
/// No song may get worse by more, in percent, at an intensity of 100.
const WORSE_PCT: f64 = 10.0;
/// Less side than this and there is no width to lose, in dB re mid.
const MONO_DB: f64 = -40.0;

/// A way to make a song worse.
struct Damage {
    name: &'static str,
    distance: Distance,
    /// So that loudness plays no part in tone.
    loudness: &'static str,
    apply: fn(&Sound) -> Sound,
}

/// What it changes.
#[derive(Clone, Copy, PartialEq)]
enum Distance {
    Tone,
    SideToMid,
    Note,
    Loudness,
}

const fn tone(name: &'static str, apply: fn(&Sound) -> Sound) -> Damage {
    Damage {
        name,
        distance: Distance::Tone,
        loudness: "keep",
        apply,
    }
}

const DAMAGES: [Damage; 8] = [
    tone("tilt to dark", |sound| damage::tilted(sound, 3.0)),
    tone("tilt to bright", |sound| damage::tilted(sound, -3.0)),
    tone("dull", damage::dull),
    tone("boomy", damage::boomy),
    tone("harsh", damage::harsh),
    Damage {
        distance: Distance::SideToMid,
        ..tone("narrow", damage::narrow)
    },
    Damage {
        distance: Distance::Note,
        ..tone("ringing note", damage::ringing)
    },
    Damage {
        distance: Distance::Loudness,
        loudness: "auto",
        ..tone("12 dB lower", |sound| damage::level(sound, -12.0))
    },
];

/// One song, made worse and mastered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    song: String,
    damage: &'static str,
    intensity_pct: u8,
    /// Distance to the original of the damaged song, in dB.
    before_db: f64,
    /// Of the master of it.
    after_db: f64,
    /// The note of the damaged song over everything else, in dB.
    note_db: f64,
}

impl Case {
    fn reduction_pct(&self) -> f64 {
        100.0 * (1.0 - self.after_db / self.before_db)
    }
}

/// All degradations of one song that `picks` wants.
pub(crate) fn cases(
    desk: &Desk<'_>,
    song: &str,
    original: &Sound,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let was = facts(original, NOTE_HZ);
    let mut cases = Vec::new();
    for (index, damage) in DAMAGES.iter().enumerate() {
        let nothing_to_lose =
            damage.distance == Distance::SideToMid && was.side_to_mid_db < MONO_DB;
        if !picks(index) || nothing_to_lose {
            continue;
        }
        let damaged = (damage.apply)(original);
        let is = facts(&damaged, NOTE_HZ);
        for (intensity_pct, _) in HELD {
            let mastered = desk
                .master(
                    &damaged,
                    &[
                        "--intensity",
                        &intensity_pct.to_string(),
                        "--loudness",
                        damage.loudness,
                        "--bit-depth",
                        "32f",
                    ],
                )
                .map(|(_, master)| facts(&master, NOTE_HZ));
            cases.push(match mastered {
                Ok(mastered) => Ok(Case {
                    song: song.to_owned(),
                    damage: damage.name,
                    intensity_pct,
                    before_db: distance_db(damage.distance, &is, &was),
                    after_db: distance_db(damage.distance, &mastered, &was),
                    note_db: is.note_db,
                }),
                Err(error) => Err(format!("{song}, {}: {error}", damage.name).into()),
            });
        }
    }
    cases
}

fn distance_db(distance: Distance, a: &Facts, b: &Facts) -> f64 {
    match distance {
        Distance::Tone => tone_distance_db(&a.ltas_db, &b.ltas_db),
        Distance::SideToMid => (a.side_to_mid_db - b.side_to_mid_db).abs(),
        Distance::Note => (a.note_db - b.note_db).abs(),
        Distance::Loudness => (a.lufs - b.lufs).abs(),
    }
}

/// A row for all, and one for each degradation, at each intensity.
pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (intensity_pct, held_pct) in HELD {
        let at: Vec<Case> = cases
            .iter()
            .filter(|case| case.intensity_pct == intensity_pct)
            .cloned()
            .collect();
        rows.push(row("all", intensity_pct, held_pct, &at));
        for damage in &DAMAGES {
            let of: Vec<Case> = at
                .iter()
                .filter(|case| case.damage == damage.name)
                .cloned()
                .collect();
            rows.push(row(damage.name, intensity_pct, held_pct, &of));
        }
    }
    rows
}

fn row(name: &str, intensity_pct: u8, held_pct: f64, cases: &[Case]) -> Row {
    let row = Row::new(PART, format!("{name}, {intensity_pct} %"), cases.len());
    let Some(least) = worst(cases, |case| -case.reduction_pct()) else {
        return row;
    };
    let median_pct = median(cases.iter().map(Case::reduction_pct));
    let full = intensity_pct == 100;
    let worse: Vec<&Case> = cases
        .iter()
        .filter(|case| full && case.reduction_pct() < -WORSE_PCT)
        .collect();
    let limit = match full {
        true => format!("≤ −{held_pct:.0} % (goal −{GOAL_PCT:.0}), none > +{WORSE_PCT:.0} %"),
        false => format!("≤ −{held_pct:.0} %"),
    };
    // All misses are named below the degradation they belong to.
    let misses = match name {
        "all" => Vec::new(),
        _ => worse.iter().map(|case| described(case)).collect(),
    };
    row.result(format!(
        "median {}, worst {} ({})",
        signed(-median_pct),
        signed(-least.reduction_pct()),
        least.song
    ))
    .limit(limit, median_pct >= held_pct && worse.is_empty())
    .misses(misses)
}

fn described(case: &Case) -> String {
    let note = match case.damage {
        "ringing note" => format!(", the note {:.1} dB re the rest", case.note_db),
        _ => String::new(),
    };
    format!(
        "{}: {:.2} → {:.2} dB{note}",
        case.song, case.before_db, case.after_db
    )
}

fn signed(percent: f64) -> String {
    format!("{percent:+.0} %").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(song: &str, before_db: f64, after_db: f64) -> Case {
        Case {
            song: song.to_owned(),
            damage: "dull",
            intensity_pct: 100,
            before_db,
            after_db,
            note_db: 0.0,
        }
    }

    #[test]
    fn the_median_and_the_worst_song_decide() {
        let held = |cases: &[Case]| row("dull", 100, 40.0, cases).held;
        let good = [
            case("a", 2.0, 1.0),
            case("b", 2.0, 1.1),
            case("c", 2.0, 2.1),
        ];
        assert_eq!(held(&good), Some(true));
        let worse = [
            case("a", 2.0, 1.0),
            case("b", 2.0, 1.1),
            case("c", 2.0, 2.3),
        ];
        assert_eq!(held(&worse), Some(false));
        assert_eq!(row("dull", 100, 40.0, &worse).misses.len(), 1);
        let little = [case("a", 2.0, 1.3), case("b", 2.0, 1.3)];
        assert_eq!(held(&little), Some(false));
        assert_eq!(held(&[]), None);
    }
}
