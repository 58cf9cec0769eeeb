//! Plays passages through the real engine: drive for the goal at every intensity, and what it costs.

mod backing_off;
mod balance;
mod loss;
mod stage;
pub mod take;
mod trigger;
pub mod trims;

use super::advice::Switch;
use super::cost::{CostCurve, CostPoint};
use super::drive::{self, Driven, Goal, Programme, Solution};
use super::findings;
use super::own_loudness::own_lufs;
use super::proposal::{Owned, Proposal};
use super::style::{Side, Target, Whose};
use super::verdict;
use super::wishes::{LoudnessWish, Wishes};
use crate::analysis::passages::Passages;
use crate::analysis::report::{Report, Span};
use crate::dsp::block::Stream;
use crate::engine::settings::loudness::{DRIVE_DB, LoudnessSettings, TRIM_POINTS_PCT};
use crate::engine::settings::{INTENSITY, Settings};
use stage::{Played, Shaped, Stage};

/// Drives of the cost curve above the one whose peaks just reach the ceiling, in dB.
const CURVE_DB: [f64; 7] = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0];
/// The curve ends where nobody would go, in dB of gain reduction at the 95th percentile.
const CURVE_REDUCTION_MAX_DB: f64 = 8.0;

/// Some seconds of the song.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel, as long.
    pub right: Vec<f32>,
    /// Where in the song it begins, in seconds.
    pub start_s: f64,
}

/// What a rehearsal plays.
#[derive(Debug)]
pub struct Material<'a> {
    /// The passages' rate.
    pub stream: Stream,
    /// Loudest, typical and quietest passage; fewer if the song is short.
    pub passages: &'a [Passage],
    /// The whole song: what is solved is its loudness, by the change the passages show.
    pub song: Programme,
    /// What was heard of it.
    pub report: &'a Report,
}

/// The user has cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Plays the draft's passages through the engine: drive for the goal at 0/25/50/75/100 %, the balance of
/// multiband, clipper and limiter, moves that cost more than they give, who triggers the limiter, and what
/// loudness costs. What is owned and what was switched on is played and
/// left as it is. `go_on` is told the share done and asked whether to go on, at least every 20 ms.
pub fn rehearse(
    mut draft: Proposal,
    material: &Material<'_>,
    wishes: &Wishes,
    owned: &Owned,
    switches: &[Switch],
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Proposal, Cancelled> {
    let Some(goal_lufs) = draft.goal_lufs else {
        return Ok(draft);
    };
    let mut stage = Stage::new(material, go_on);
    let plain = stage.plain(material.passages)?;
    if !plain.lufs.is_finite() {
        return Ok(draft);
    }
    draft.settings.intensity = INTENSITY.max;
    let mut room = Room {
        material,
        plain,
        stage,
    };
    backing_off::back_off(&mut room, &mut draft, owned, switches, goal_lufs)?;
    let shaped = room.shape(&draft.settings, INTENSITY.max)?;
    draft.cost = cost_curve(&mut room, &shaped, &draft.settings.loudness)?;
    let ceiling_dbtp = f64::from(draft.settings.loudness.ceiling_dbtp);
    let own_lufs = own_lufs(
        material.song.integrated_lufs,
        material.report.loudness.sample_peak_dbfs,
        ceiling_dbtp,
    );
    let goal_lufs = match (wishes.loudness, draft.cost.knee_lufs, wishes.force_loudness) {
        (LoudnessWish::Auto, Some(knee_lufs), false) if knee_lufs.max(own_lufs) < goal_lufs => {
            let lowered_lufs = knee_lufs.max(own_lufs);
            let note = why_lower(&draft, goal_lufs, knee_lufs, own_lufs);
            draft.notes.push(note);
            lowered_lufs
        }
        _ => goal_lufs,
    };
    draft.goal_lufs = Some(goal_lufs);
    balance::balance(&mut room, &shaped, &mut draft, wishes, goal_lufs)?;

    let goal = Goal {
        target_lufs: goal_lufs,
        ceiling_dbtp,
        force: wishes.force_loudness,
    };
    let programme = room.programme(&shaped);
    let mut loudness = draft.settings.loudness;
    let solution = drive::solve(&programme, &goal, |drive_db| {
        loudness.drive_db = drive_db;
        room.drive(&shaped, &loudness)
    })?;
    let solution = nearest_grid(&solution);
    draft.settings.loudness.drive_db = solution.drive_db;
    draft.reached_lufs = Some(solution.driven.integrated_lufs);
    draft.stopped_by = solution.stopped_by;
    if draft.settings.shapes_sound() {
        draft.settings.loudness.drive_trim_db =
            find_trims(&mut room, &draft.settings, &goal, &solution, &programme)?;
    }
    let mut loudness = draft.settings.loudness;
    loudness.drive_trim_db = [0.0; TRIM_POINTS_PCT.len()];
    let played = room.stage.play(&shaped, &loudness, false)?;
    let passages = material.passages;
    if let Some(found) = trigger::limiter_trigger(material.stream, passages, &shaped, &played) {
        draft.findings.push(found);
        findings::sort(&mut draft.findings);
    }
    // Moves may have been left out, and the limiter has been heard.
    draft.verdict = verdict::verdict(
        material.report,
        &draft.findings,
        &draft.moves,
        wishes.mix_state,
    );
    Ok(draft)
}

/// Why the goal is not what songs like this one carry.
fn why_lower(draft: &Proposal, usual_lufs: f64, knee_lufs: f64, own_lufs: f64) -> String {
    let who = usual_loudness_of(&draft.target);
    let then = if own_lufs > knee_lufs {
        format!("it keeps the {own_lufs:.1} LUFS that it has by itself")
    } else {
        format!("the goal is {knee_lufs:.1} LUFS")
    };
    format!(
        "{who} {usual_lufs:.1} LUFS, but above {knee_lufs:.1} LUFS each dB costs this song more than it gives: \
         {then}."
    )
}

/// Whose loudness a target's is, and the verb: "Music like this usually carries".
pub fn usual_loudness_of(target: &Target) -> String {
    let style = if target.chosen {
        format!("Music of the style {}", target.style.name)
    } else {
        "Music like this".to_owned()
    };
    match target.whose(Side::Loudness) {
        Whose::Style => format!("{style} usually carries"),
        Whose::Blend => {
            let references = target.from_references.in_words();
            format!("{style} and {references}, each by its weight, come to")
        }
        Whose::References => "What you gave as reference carries".to_owned(),
    }
}

fn nearest_grid(solution: &Solution) -> Solution {
    Solution {
        drive_db: DRIVE_DB.quantized(solution.drive_db),
        ..*solution
    }
}

/// Trims at the lower intensities; each is shaped once.
fn find_trims(
    room: &mut Room<'_, '_>,
    settings: &Settings,
    goal: &Goal,
    solution: &Solution,
    programme: &Programme,
) -> Result<[f32; TRIM_POINTS_PCT.len()], Cancelled> {
    let mut at: Option<(f32, Shaped)> = None;
    let mut loudness = settings.loudness;
    loudness.drive_trim_db = [0.0; TRIM_POINTS_PCT.len()];
    trims::trims(programme, goal, solution, |intensity, drive_db| {
        let shaped = match at.take() {
            Some((known, shaped)) if known == intensity => shaped,
            _ => room.shape(settings, intensity)?,
        };
        loudness.drive_db = drive_db;
        let driven = room.drive(&shaped, &loudness);
        at = Some((intensity, shaped));
        driven
    })
}

/// What is played, and where.
struct Room<'a, 'b> {
    material: &'a Material<'a>,
    plain: Shaped,
    stage: Stage<'b>,
}

impl Room<'_, '_> {
    fn shape(&mut self, settings: &Settings, intensity: f32) -> Result<Shaped, Cancelled> {
        let mut settings = *settings;
        settings.bypass = false;
        settings.intensity = intensity;
        self.stage.shape(self.material.passages, &settings)
    }

    /// Loudness of the song, in LUFS, when the passages have this one: the song changes as they do.
    fn song_lufs(&self, passages_lufs: f64) -> f64 {
        self.material.song.integrated_lufs + passages_lufs - self.plain.lufs
    }

    /// The song before the loudness stage.
    fn programme(&self, shaped: &Shaped) -> Programme {
        let integrated_lufs = self.song_lufs(shaped.lufs);
        let peak_change_db = shaped.peak_dbfs - self.plain.peak_dbfs;
        let true_peak_dbtp = self.material.song.true_peak_dbtp + peak_change_db;
        Programme {
            integrated_lufs,
            plr_db: true_peak_dbtp - integrated_lufs,
            true_peak_dbtp,
        }
    }

    fn drive(&mut self, shaped: &Shaped, loudness: &LoudnessSettings) -> Result<Driven, Cancelled> {
        let mut loudness = *loudness;
        loudness.on = true;
        let played = self.stage.play(shaped, &loudness, false)?;
        Ok(self.driven(shaped, &loudness, &played))
    }

    fn driven(&self, shaped: &Shaped, loudness: &LoudnessSettings, played: &Played) -> Driven {
        let integrated_lufs = self.song_lufs(played.lufs);
        let before = self.programme(shaped);
        let true_peak_dbtp = (before.true_peak_dbtp + f64::from(loudness.drive_db))
            .min(f64::from(loudness.ceiling_dbtp));
        Driven {
            integrated_lufs,
            p95_gain_reduction_db: played.p95_gain_reduction_db,
            plr_db: true_peak_dbtp - integrated_lufs,
        }
    }
}

fn cost_curve(
    room: &mut Room<'_, '_>,
    shaped: &Shaped,
    loudness: &LoudnessSettings,
) -> Result<CostCurve, Cancelled> {
    let mut loudness = *loudness;
    loudness.on = true;
    let free_db = f64::from(loudness.ceiling_dbtp) - room.programme(shaped).true_peak_dbtp;
    let mut points: Vec<CostPoint> = Vec::new();
    for above_db in CURVE_DB {
        loudness.drive_db = DRIVE_DB.quantized((free_db + above_db) as f32);
        let played = room.stage.play(shaped, &loudness, false)?;
        let driven = room.driven(shaped, &loudness, &played);
        if points
            .last()
            .is_some_and(|last| driven.integrated_lufs <= last.lufs)
        {
            break;
        }
        points.push(CostPoint {
            lufs: driven.integrated_lufs,
            drive_db: f64::from(loudness.drive_db),
            p95_gain_reduction_db: driven.p95_gain_reduction_db,
            plr_db: driven.plr_db,
            distortion_db: played.distortion_db,
        });
        if driven.p95_gain_reduction_db > CURVE_REDUCTION_MAX_DB {
            break;
        }
    }
    Ok(CostCurve::new(points))
}

/// Where 5 s passages of a song lie that was heard as these: loudest, typical, quietest, without those that
/// lie in each other.
pub fn spans(passages: &Passages) -> Vec<Span> {
    let mut chosen: Vec<Span> = Vec::new();
    for span in [passages.loudest, passages.typical, passages.quietest] {
        let apart = |other: &Span| span.end_s <= other.start_s || other.end_s <= span.start_s;
        if chosen.iter().all(apart) {
            chosen.push(span);
        }
    }
    chosen.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    chosen
}

/// The song as rehearsal must know it; `None` where it has no loudness.
pub fn programme(report: &Report) -> Option<Programme> {
    let loudness = &report.loudness;
    let integrated_lufs = loudness.integrated_lufs?;
    let true_peak_dbtp = loudness.true_peak_dbtp?;
    Some(Programme {
        integrated_lufs,
        plr_db: true_peak_dbtp - integrated_lufs,
        true_peak_dbtp,
    })
}

#[cfg(test)]
mod tests;
