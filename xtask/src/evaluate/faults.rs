//! Faults: injected damage is named, and intact songs are not accused of it.

use super::damage;
use super::desk::Desk;
use super::sound::Sound;
use super::table::{Row, percent};
use crate::shell::Result;
use serde::Serialize;
use serde_json::Value;

/// Faults of one kind of promise.
struct Group {
    part: &'static str,
    named_pct: f64,
    falsely_pct: f64,
    faults: &'static [Fault],
}

/// Damage, and the findings that name it.
struct Fault {
    name: &'static str,
    kinds: &'static [&'static str],
    apply: Apply,
}

enum Apply {
    Sound(fn(&Sound) -> Sound),
    ThroughMp3,
}

const fn fault(
    name: &'static str,
    kinds: &'static [&'static str],
    apply: fn(&Sound) -> Sound,
) -> Fault {
    Fault {
        name,
        kinds,
        apply: Apply::Sound(apply),
    }
}

const GROUPS: [Group; 2] = [
    Group {
        part: "Faults (injected: named; intact: falsely named)",
        named_pct: 90.0,
        falsely_pct: 5.0,
        faults: &[
            fault("0.5 % of samples clipped", &["clipping"], |sound| {
                damage::clipped(sound, 0.005)
            }),
            fault("10 % into a fast limiter", &["over_limited"], |sound| {
                damage::limited(sound, 0.1)
            }),
            fault("DC 0.02", &["dc_offset"], damage::dc),
            fault(
                "right inverted below 150 Hz",
                &["low_end_out_of_phase"],
                damage::low_inverted,
            ),
            fault("mono", &["mono"], damage::mono),
            fault("right −4 dB", &["one_sided"], damage::one_sided),
            fault("ringing note", &["resonant_note"], damage::ringing),
            fault(
                "bass widened",
                &["wide_low_end", "low_end_out_of_phase"],
                damage::bass_widened,
            ),
            fault("sibilance", &["sibilant"], damage::sibilant),
            Fault {
                name: "MP3 at 128 kbit/s",
                kinds: &["lossy_source"],
                apply: Apply::ThroughMp3,
            },
        ],
    },
    Group {
        part: "Faults of tone (injected: named; intact: falsely named)",
        named_pct: 75.0,
        falsely_pct: 15.0,
        faults: &[
            fault("tilt to dark", &["dull", "boomy", "muddy"], |sound| {
                damage::tilted(sound, 3.0)
            }),
            fault("tilt to bright", &["bright", "thin", "harsh"], |sound| {
                damage::tilted(sound, -3.0)
            }),
            fault("dull", &["dull"], damage::dull),
            fault("boomy", &["boomy", "muddy"], damage::boomy),
            fault("harsh", &["harsh", "bright"], damage::harsh),
        ],
    },
];

/// One check of a damaged song, or of an intact one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    song: String,
    /// Nothing: intact.
    damage: Option<&'static str>,
    group: usize,
    /// Kinds of the findings of low or high severity.
    found: Vec<String>,
}

/// Every fault of one song that `picks` wants.
pub(crate) fn cases(
    desk: &Desk<'_>,
    song: &str,
    sound: &Sound,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let faults = GROUPS
        .iter()
        .enumerate()
        .flat_map(|(group, of)| of.faults.iter().map(move |fault| (group, fault)));
    faults
        .enumerate()
        .filter(|(index, _)| picks(*index))
        .map(|(_, (group, fault))| {
            let damaged = match fault.apply {
                Apply::Sound(apply) => Ok(apply(sound)),
                Apply::ThroughMp3 => desk.through_mp3(sound),
            };
            match damaged.and_then(|damaged| desk.check(&damaged, &[])) {
                Ok(said) => Ok(Case {
                    song: song.to_owned(),
                    damage: Some(fault.name),
                    group,
                    found: found(&said),
                }),
                Err(error) => Err(format!("{song}, {}: {error}", fault.name).into()),
            }
        })
        .collect()
}

/// An intact song, from what `finalcoat check` says of it.
pub(crate) fn intact(song: &str, said: &Value) -> Case {
    Case {
        song: song.to_owned(),
        damage: None,
        group: 0,
        found: found(said),
    }
}

/// Kinds of the findings that matter: what is only good to know accuses nobody.
pub(crate) fn found(said: &Value) -> Vec<String> {
    let findings = said["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["severity"] != "info")
        .filter_map(|finding| finding["kind"].as_str().map(str::to_owned))
        .collect()
}

/// For each group a row for all, and one for each fault.
pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let intact: Vec<&Case> = cases.iter().filter(|case| case.damage.is_none()).collect();
    let mut rows = Vec::new();
    for (index, group) in GROUPS.iter().enumerate() {
        let mut all = [0; 4];
        let mut each = Vec::new();
        for fault in group.faults {
            let damaged: Vec<&Case> = cases
                .iter()
                .filter(|case| case.group == index && case.damage == Some(fault.name))
                .collect();
            let names = |case: &&&Case| {
                case.found
                    .iter()
                    .any(|kind| fault.kinds.contains(&kind.as_str()))
            };
            let missed = damaged.iter().filter(|case| !names(case));
            let accused = intact.iter().filter(names);
            let misses: Vec<String> = missed
                .map(|case| format!("not named: {} (found: {})", case.song, list(&case.found)))
                .chain(
                    accused.map(|case| format!("falsely: {} ({})", case.song, list(&case.found))),
                )
                .collect();
            let falsely = intact.iter().filter(names).count();
            let named = damaged.iter().filter(names).count();
            let counts = [named, damaged.len(), falsely, intact.len()];
            all = std::array::from_fn(|index| all[index] + counts[index]);
            each.push(row(group, fault.name, counts).misses(misses));
        }
        rows.push(row(group, "all", all));
        rows.extend(each);
    }
    rows
}

fn row(group: &Group, name: &str, [named, damaged, falsely, intact]: [usize; 4]) -> Row {
    let (named_pct, falsely_pct) = (percent(named, damaged), percent(falsely, intact));
    let row = Row::new(group.part, name, damaged);
    if damaged == 0 {
        return row;
    }
    let accused = match intact {
        0 => String::new(),
        _ => format!(", falsely {falsely} of {intact} ({falsely_pct:.0} %)"),
    };
    row.result(format!("{named} of {damaged} ({named_pct:.0} %){accused}"))
        .limit(
            format!("≥ {:.0} %, ≤ {:.0} %", group.named_pct, group.falsely_pct),
            // Without an intact song there is no share to be above the limit.
            named_pct >= group.named_pct && (intact == 0 || falsely_pct <= group.falsely_pct),
        )
}

fn list(kinds: &[String]) -> String {
    match kinds {
        [] => "nothing".to_owned(),
        kinds => kinds.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naming_and_accusing_are_counted_apart() {
        let case = |damage, found: &[&str]| Case {
            song: "song".to_owned(),
            damage,
            group: 0,
            found: found.iter().map(|&kind| kind.to_owned()).collect(),
        };
        let cases = [
            case(Some("mono"), &["mono", "dull"]),
            case(Some("mono"), &["narrow"]),
            case(None, &[]),
            case(None, &["mono"]),
        ];
        let rows = rows(&cases);
        let mono = rows.iter().find(|row| row.what == "mono").expect("a row");
        assert_eq!(mono.result, "1 of 2 (50 %), falsely 1 of 2 (50 %)");
        assert_eq!(mono.held, Some(false));
        assert_eq!(mono.misses.len(), 2);
    }

    #[test]
    fn what_is_only_good_to_know_names_nothing() {
        let said = serde_json::json!({"findings": [
            {"kind": "mono", "severity": "info"}, {"kind": "dull", "severity": "low"}]});
        assert_eq!(found(&said), ["dull"]);
    }
}
