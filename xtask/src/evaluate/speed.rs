//! Speed: a song of four minutes and six stems of five, made by looping.

use super::corpus::StemSet;
use super::desk::{Cost, Desk};
use super::folder::{Stem, read};
use super::sound::Sound;
use super::table::Row;
use crate::shell::Result;
use serde::Serialize;

const PART: &str = "Speed (a song of 4 minutes, stems of 5, looped; nothing else of ours runs)";
const LENGTH_S: f64 = 240.0;
/// So many stems of so many seconds are mastered.
pub(crate) const STEMS: usize = 6;
const STEMS_LENGTH_S: f64 = 300.0;
const STEMS_TIMES: f64 = 10.0;
const MASTER_TIMES: f64 = 12.0;
const MASTER_GOAL_TIMES: f64 = 30.0;
const CHECK_TIMES: f64 = 100.0;
const MEMORY_MB: f64 = 500.0;

/// What a command took for a song.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    verb: &'static str,
    song: String,
    duration_s: f64,
    wall_s: f64,
    processor_s: Option<f64>,
    memory_mb: Option<f64>,
}

/// Both commands.
pub(crate) fn cases(desk: &Desk<'_>, song: &str, excerpt: &Sound) -> Vec<Result<Case>> {
    let looped = looped(excerpt, LENGTH_S);
    let timed = |verb: &'static str| {
        let cost: Cost = desk
            .timed(verb, &looped)
            .map_err(|error| format!("{verb} of 4 minutes of {song}: {error}"))?;
        Ok(Case {
            verb,
            song: song.to_owned(),
            duration_s: looped.duration_s(),
            wall_s: cost.wall_s,
            processor_s: cost.processor_s,
            memory_mb: cost.memory_mb,
        })
    };
    vec![timed("master"), timed("check")]
}

/// The first stems of a set.
pub(crate) fn stems_case(desk: &Desk<'_>, set: &StemSet) -> Result<Case> {
    let stems: Vec<Stem> = read(set)?
        .into_iter()
        .take(STEMS)
        .map(|stem| Stem {
            sound: looped(&stem.sound, STEMS_LENGTH_S),
            ..stem
        })
        .collect();
    let cost = desk
        .timed_stems(&stems)
        .map_err(|error| format!("{STEMS} stems of {}: {error}", set.name))?;
    Ok(Case {
        verb: "stems",
        song: set.name.clone(),
        duration_s: STEMS_LENGTH_S,
        wall_s: cost.wall_s,
        processor_s: cost.processor_s,
        memory_mb: cost.memory_mb,
    })
}

fn looped(excerpt: &Sound, seconds: f64) -> Sound {
    let frames = (seconds * excerpt.rate()) as usize;
    let side = |side: &Vec<f32>| side.iter().copied().cycle().take(frames).collect();
    Sound {
        channels: excerpt.channels.each_ref().map(side),
        sample_rate_hz: excerpt.sample_rate_hz,
    }
}

pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut rows = Vec::new();
    for case in cases {
        let times = case.duration_s / case.wall_s;
        let own = case.processor_s.map(|seconds| case.duration_s / seconds);
        let of_one_core = own.map_or("not known".to_owned(), |own| format!("{own:.0}×"));
        let row = Row::new(PART, format!("`finalcoat {}`", case.verb), 1).result(format!(
            "{times:.0}× real time, {of_one_core} by processor time ({})",
            case.song
        ));
        rows.push(match case.verb {
            "master" => row.limit(
                format!("≥ {MASTER_TIMES:.0}× (goal {MASTER_GOAL_TIMES:.0})"),
                times >= MASTER_TIMES,
            ),
            "stems" => row.limit(format!("≥ {STEMS_TIMES:.0}×"), times >= STEMS_TIMES),
            // On one core: processor time of all threads, where it is known.
            _ => row.limit(
                format!("≥ {CHECK_TIMES:.0}× of one core"),
                own.unwrap_or(times) >= CHECK_TIMES,
            ),
        });
        if let Some(memory_mb) = case.memory_mb {
            rows.push(
                Row::new(PART, format!("memory of `finalcoat {}`", case.verb), 1)
                    .result(format!("{memory_mb:.0} MB"))
                    .limit(format!("< {MEMORY_MB:.0} MB"), memory_mb < MEMORY_MB),
            );
        }
    }
    rows
}
