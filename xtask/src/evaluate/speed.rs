//! Speed: a song of four minutes, made by looping.

use super::desk::{Cost, Desk};
use super::sound::Sound;
use super::table::Row;
use crate::shell::Result;
use serde::Serialize;

const PART: &str = "Speed (4 minutes, looped; nothing else of ours runs)";
const LENGTH_S: f64 = 240.0;
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
    let frames = (LENGTH_S * excerpt.rate()) as usize;
    let looped = Sound {
        channels: excerpt
            .channels
            .each_ref()
            .map(|side| side.iter().copied().cycle().take(frames).collect()),
        sample_rate_hz: excerpt.sample_rate_hz,
    };
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
