//! Goal: the loudness asked for is reached or it is said why not, and no peak passes the ceiling.

use super::desk::Desk;
use super::measure::{lufs, true_peak_dbtp};
use super::sound::Sound;
use super::table::{Row, worst};
use crate::shell::Result;
use serde::Serialize;

const PART: &str = "Goal (measured by our own meters)";
const GOALS_LUFS: [f64; 3] = [-14.0, -11.0, -9.0];
const TOLERANCE_LU: f64 = 0.1;
const CEILING_DBTP: f64 = -1.0;
/// The limiter's promise: so far at most above the ceiling, on whatever music.
const PEAK_TOLERANCE_DB: f64 = 0.05;
/// How far the command's meters may be from ours, in dB.
const METERS_DB: f64 = 0.05;

/// One song, mastered to one goal.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    song: String,
    goal_lufs: f64,
    lufs: f64,
    true_peak_dbtp: f64,
    said_lufs: Option<f64>,
    said_peak_dbtp: Option<f64>,
    stopped_by: Option<String>,
}

impl Case {
    fn is_reached(&self) -> bool {
        (self.lufs - self.goal_lufs).abs() <= TOLERANCE_LU
    }

    /// How far what was said of the master is from what we measure.
    fn disagreement_db(&self) -> f64 {
        let apart =
            |said: Option<f64>, own: f64| said.map_or(f64::INFINITY, |said| (said - own).abs());
        apart(self.said_lufs, self.lufs).max(apart(self.said_peak_dbtp, self.true_peak_dbtp))
    }
}

/// Every goal of one song that `picks` wants.
pub(crate) fn cases(
    desk: &Desk<'_>,
    song: &str,
    sound: &Sound,
    picks: impl Fn(usize) -> bool,
) -> Vec<Result<Case>> {
    let goals = GOALS_LUFS
        .iter()
        .enumerate()
        .filter(|(index, _)| picks(*index));
    goals
        .map(|(_, &goal_lufs)| {
            let flags = [
                format!("--target-lufs={goal_lufs}"),
                format!("--ceiling-dbtp={CEILING_DBTP}"),
            ];
            let (said, master) = desk
                .master(sound, &flags.each_ref().map(String::as_str))
                .map_err(|error| format!("{song} to {goal_lufs} LUFS: {error}"))?;
            Ok(Case {
                song: song.to_owned(),
                goal_lufs,
                lufs: lufs(&master),
                true_peak_dbtp: true_peak_dbtp(&master),
                said_lufs: said["after"]["integrated_lufs"].as_f64(),
                said_peak_dbtp: said["after"]["true_peak_dbtp"].as_f64(),
                stopped_by: said["target"]["stopped_by"].as_str().map(str::to_owned),
            })
        })
        .collect()
}

pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut rows: Vec<Row> = GOALS_LUFS
        .iter()
        .map(|&goal| reached(goal, cases))
        .collect();
    let peak = Row::new(PART, "true peak at 16×", cases.len());
    rows.push(match worst(cases, |case| case.true_peak_dbtp) {
        Some(most) => peak
            .result(format!(
                "highest {:.3} dBTP ({})",
                most.true_peak_dbtp, most.song
            ))
            .limit(
                format!("≤ {CEILING_DBTP:.2} + {PEAK_TOLERANCE_DB} dBTP"),
                most.true_peak_dbtp <= CEILING_DBTP + PEAK_TOLERANCE_DB,
            ),
        None => peak,
    });
    let meters = Row::new(PART, "the command's meters against ours", cases.len());
    rows.push(match worst(cases, Case::disagreement_db) {
        Some(most) => meters
            .result(format!(
                "apart by {:.3} dB ({})",
                most.disagreement_db(),
                most.song
            ))
            .limit(
                format!("≤ {METERS_DB} dB"),
                most.disagreement_db() <= METERS_DB,
            ),
        None => meters,
    });
    rows
}

fn reached(goal_lufs: f64, cases: &[Case]) -> Row {
    let at: Vec<&Case> = cases
        .iter()
        .filter(|case| case.goal_lufs == goal_lufs)
        .collect();
    let reached = at.iter().filter(|case| case.is_reached()).count();
    let stopped: Vec<&&Case> = at
        .iter()
        .filter(|case| !case.is_reached() && case.stopped_by.is_some())
        .collect();
    let missed: Vec<String> = at
        .iter()
        .filter(|case| !case.is_reached() && case.stopped_by.is_none())
        .map(|case| format!("{}: {:.2} LUFS, and nothing said", case.song, case.lufs))
        .collect();
    let held = missed.is_empty();
    let said = stopped.iter().map(|case| {
        let why = case.stopped_by.as_deref().unwrap_or_default();
        format!("stopped: {} at {:.2} LUFS: {why}", case.song, case.lufs)
    });
    Row::new(
        PART,
        format!("{goal_lufs} LUFS").replace('-', "−"),
        at.len(),
    )
    .result(format!("{reached} reached, {} stopped", stopped.len()))
    .limit(format!("± {TOLERANCE_LU} LU or a reason"), held)
    .misses(missed.into_iter().chain(said).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_reached_or_it_is_said_why_not() {
        let case = |lufs: f64, stopped_by: Option<&str>| Case {
            song: "song".to_owned(),
            goal_lufs: -14.0,
            lufs,
            true_peak_dbtp: -1.0,
            said_lufs: Some(lufs),
            said_peak_dbtp: Some(-1.0),
            stopped_by: stopped_by.map(str::to_owned),
        };
        let held = |cases: &[Case]| rows(cases)[0].held;
        assert_eq!(
            held(&[case(-14.09, None), case(-17.0, Some("crushed"))]),
            Some(true)
        );
        assert_eq!(held(&[case(-14.2, None)]), Some(false));
        let mut over = case(-14.0, None);
        over.true_peak_dbtp = -0.94;
        assert_eq!(rows(&[over])[3].held, Some(false));
    }
}
