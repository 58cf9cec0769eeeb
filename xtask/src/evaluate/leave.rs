//! Leave alone: a finished song comes back as it was, and is said to be done; a mix is not sent back.

use super::desk::Desk;
use super::measure::{ltas_db, tone_distance_db};
use super::sound::Sound;
use super::table::{Row, median, percent, worst};
use crate::shell::Result;
use serde::Serialize;
use serde_json::Value;

const PART: &str = "Leave alone (finished songs, intensity 50, their own loudness)";
const MEDIAN_DB: f64 = 0.5;
const WORST_DB: f64 = 0.9;
const P95_REDUCTION_DB: f64 = 1.0;
const DONE_PCT: f64 = 70.0;

/// One finished song, mastered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    song: String,
    /// Tone distance of the master to the song, in dB.
    change_db: f64,
    /// 95th percentile of the limiter's gain reduction, as the command says it, in dB.
    p95_reduction_db: Option<f64>,
}

/// What a song was said to be.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Judged {
    pub(crate) song: String,
    pub(crate) is_finished: bool,
    pub(crate) verdict: String,
    pub(crate) summary: String,
}

/// Masters a finished song.
pub(crate) fn case(desk: &Desk<'_>, song: &str, sound: &Sound) -> Result<Case> {
    let flags = [
        "--intensity",
        "50",
        "--loudness",
        "keep",
        "--bit-depth",
        "32f",
    ];
    let (said, master) = desk
        .master(sound, &flags)
        .map_err(|error| format!("{song}: {error}"))?;
    Ok(Case {
        song: song.to_owned(),
        change_db: tone_distance_db(&ltas_db(&master), &ltas_db(sound)),
        p95_reduction_db: said["limiter"]["p95_gain_reduction_db"].as_f64(),
    })
}

/// The verdict in the answer of `finalcoat check`.
pub(crate) fn judged(song: &str, is_finished: bool, said: &Value) -> Judged {
    let text = |key: &str| said["verdict"][key].as_str().unwrap_or("none").to_owned();
    Judged {
        song: song.to_owned(),
        is_finished,
        verdict: text("kind"),
        summary: text("summary"),
    }
}

pub(crate) fn rows(cases: &[Case], judged: &[Judged]) -> Vec<Row> {
    let changed = Row::new(PART, "tone distance", cases.len());
    let changed = match worst(cases, |case| case.change_db) {
        Some(most) => {
            let median_db = median(cases.iter().map(|case| case.change_db));
            changed
                .result(format!(
                    "median {median_db:.2}, worst {:.2} dB ({})",
                    most.change_db, most.song
                ))
                .limit(
                    format!("≤ {MEDIAN_DB}, worst ≤ {WORST_DB} dB"),
                    median_db <= MEDIAN_DB && most.change_db <= WORST_DB,
                )
        }
        None => changed,
    };
    let too_much = |case: &&Case| case.change_db > WORST_DB;
    let named = |case: &Case| format!("{}: {:.2} dB", case.song, case.change_db);
    let changed = changed.misses(cases.iter().filter(too_much).map(named).collect());

    let reduction = |case: &Case| case.p95_reduction_db.unwrap_or(f64::INFINITY);
    let limited = Row::new(PART, "P95 of the limiter's gain reduction", cases.len());
    let limited = match worst(cases, reduction) {
        Some(most) => limited
            .result(format!("worst {:.2} dB ({})", reduction(most), most.song))
            .limit(
                format!("≤ {P95_REDUCTION_DB} dB"),
                reduction(most) <= P95_REDUCTION_DB,
            ),
        None => limited,
    };
    let too_much = |case: &&Case| reduction(case) > P95_REDUCTION_DB;
    let named = |case: &Case| format!("{}: {:.2} dB", case.song, reduction(case));
    let limited = limited.misses(cases.iter().filter(too_much).map(named).collect());

    let of = |is_finished: bool| -> Vec<&Judged> {
        judged
            .iter()
            .filter(|song| song.is_finished == is_finished)
            .collect()
    };
    let (finished, sums) = (of(true), of(false));
    let says = |song: &Judged| format!("{}: {}: {}", song.song, song.verdict, song.summary);
    let others: Vec<String> = finished
        .iter()
        .filter(|song| song.verdict != "done" && song.verdict != "master")
        .map(|song| says(song))
        .collect();
    let right = finished.len() - others.len();
    let mastered = Row::new(PART, "verdict `done` or `master`", finished.len())
        .result(format!("{right} of {}", finished.len()))
        .limit("all", others.is_empty())
        .misses(others);
    let not_done: Vec<String> = finished
        .iter()
        .filter(|song| song.verdict == "master")
        .map(|song| says(song))
        .collect();
    let done = finished
        .iter()
        .filter(|song| song.verdict == "done")
        .count();
    let done_pct = percent(done, finished.len());
    let done = Row::new(PART, "verdict `done`", finished.len())
        .result(format!("{done} of {} ({done_pct:.0} %)", finished.len()))
        .limit(format!("≥ {DONE_PCT:.0} %"), done_pct >= DONE_PCT)
        .misses(not_done);
    let fixed: Vec<String> = sums
        .iter()
        .filter(|song| song.verdict == "mix")
        .map(|song| says(song))
        .collect();
    let verdicts: Vec<&str> = sums.iter().map(|song| song.verdict.as_str()).collect();
    let sums = Row::new(PART, "unmastered mixes: verdict `mix`", sums.len())
        .result(format!(
            "{} of {} ({})",
            fixed.len(),
            sums.len(),
            verdicts.join(", ")
        ))
        .limit("none", fixed.is_empty())
        .misses(fixed);
    vec![changed, limited, mastered, done, sums]
}
