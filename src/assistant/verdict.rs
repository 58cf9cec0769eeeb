//! The verdict: is stereo mastering enough, would stems help, must the mix be fixed, or is it done already?

mod eased;

use super::finding::{Cause, Element, Finding, FindingKind, Reach, Severity};
use super::moves::{Change, Move};
use super::wishes::MixState;
use crate::analysis::report::Report;
use serde::{Deserialize, Serialize};

/// What is to be done with the song.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// Stereo mastering is enough.
    Master,
    /// One element fights the rest: stems would help.
    Stems,
    /// The mix must be fixed first.
    Mix,
    /// Nothing needs to be done.
    Done,
}

/// The verdict and its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What is to be done.
    pub kind: VerdictKind,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// One or two sentences.
    pub summary: String,
    /// What to do if the mix can be reopened.
    pub if_open: String,
    /// What to do if it cannot.
    pub if_locked: String,
}

/// An element's finding counts from this confidence on.
const ELEMENT_CONFIDENCE: f64 = 0.5;
/// Peaks over loudness of a finished song, in dB: the calmer the music, the higher they may stand.
const DONE_PLR_CALM_DB: f64 = 19.0;
const DONE_PLR_DRIVING_DB: f64 = 14.5;
/// What is widened by more than this, in %, is hardly finished.
const WIDENED_MUCH_PCT: f32 = 150.0;
/// So far from that limit it is clear whether a song is finished, in dB.
const CLEAR_DB: f64 = 3.0;

/// The verdict on a song with these findings, when these moves are made. The level decides nothing: turned
/// down, it is the same song.
pub fn verdict(
    report: &Report,
    findings: &[Finding],
    moves: &[Move],
    mix_state: MixState,
) -> Verdict {
    let heard = report.heard.confidence.clamp(0.0, 1.0);
    let sure = |confidence: f64| (confidence * (0.5 + 0.5 * heard)).clamp(0.0, 1.0);
    if let Some(damage) = worst(findings, is_damage) {
        return damaged(damage, sure(damage.confidence));
    }
    let open = mix_state == MixState::Open;
    let is_left = |f: &Finding| is_elements(f) && (open || !eased::is_eased(f, moves, report));
    if let Some(problem) = worst(findings, is_left) {
        return element(problem, mix_state, sure(problem.confidence));
    }
    let denser_db = denser_than_needed_db(report);
    let clear = 0.5 + 0.4 * (denser_db.unwrap_or(-CLEAR_DB).abs() / CLEAR_DB).min(1.0);
    match findings.iter().find(|f| hinders(f)) {
        Some(problem) => master(Some(problem), sure(problem.confidence.max(0.5))),
        None if denser_db.is_some_and(|db| db >= 0.0) && !widens_much(moves) => {
            done(findings, sure(clear))
        }
        None => master(None, sure(clear)),
    }
}

/// The most severe, then the surest, of those that count.
fn worst(findings: &[Finding], counts: impl Fn(&Finding) -> bool) -> Option<&Finding> {
    let chosen = findings.iter().filter(|finding| counts(finding));
    chosen.reduce(|best, next| {
        let by_severity = next.severity.cmp(&best.severity);
        match by_severity.then(next.confidence.total_cmp(&best.confidence)) {
            std::cmp::Ordering::Greater => next,
            _ => best,
        }
    })
}

/// Damage that no master repairs. What was an MP3 or is noisy can be mastered all the same.
fn is_damage(finding: &Finding) -> bool {
    let mild = matches!(finding.kind, FindingKind::LossySource | FindingKind::Noise);
    finding.cause == Cause::Source && finding.severity == Severity::High && !mild
}

/// One element is the problem, and the stereo master reaches it only in part, or not at all.
fn is_elements(finding: &Finding) -> bool {
    finding.cause == Cause::Element
        && finding.severity > Severity::Info
        && finding.confidence >= ELEMENT_CONFIDENCE
        && finding.fix.stereo != Reach::Yes
        && finding.fix.stems != Reach::No
        // What triggers the limiter at the loudness asked for is a matter of that loudness, until it is much.
        && (finding.kind != FindingKind::LimiterTrigger || finding.severity == Severity::High)
}

/// What keeps a song from being done: all that is worth acting on, but for what no work on this file changes,
/// or what may be meant and the master leaves, and for its level, which decides nothing.
fn hinders(finding: &Finding) -> bool {
    finding.severity > Severity::Info
        && !matches!(
            finding.kind,
            FindingKind::LossySource
                | FindingKind::Mono
                | FindingKind::Noise
                | FindingKind::Quiet
                | FindingKind::LimiterTrigger
        )
        && (!matches!(
            finding.kind,
            FindingKind::OneSided | FindingKind::WideLowEnd
        ) || finding.severity == Severity::High)
}

/// Whether the stereo image is so much narrower than usual that it is hardly finished.
fn widens_much(moves: &[Move]) -> bool {
    moves
        .iter()
        .filter(|one| one.on)
        .any(|one| match one.change {
            Change::Width(widths_pct) => widths_pct.iter().any(|&pct| pct > WIDENED_MUCH_PCT),
            _ => false,
        })
}

/// How much nearer the peaks stand to the loudness than a finished song's of this energy need to, in dB;
/// `None` when there is no loudness.
fn denser_than_needed_db(report: &Report) -> Option<f64> {
    let energy = report.rhythm.energy.clamp(0.0, 1.0);
    let limit_db = DONE_PLR_CALM_DB + (DONE_PLR_DRIVING_DB - DONE_PLR_CALM_DB) * energy;
    Some(limit_db - report.loudness.plr_db?)
}

fn damaged(damage: &Finding, confidence: f64) -> Verdict {
    Verdict {
        kind: VerdictKind::Mix,
        confidence,
        summary: format!("Fix the mix first. {}", damage.text),
        if_open: sentence(&damage.fix.better, &damage.advice),
        if_locked: match damage.fix.stems {
            Reach::No => {
                "Neither the master nor stems repair this. Master it gently and leave the damage alone, or \
                 find an earlier export."
            }
            _ => "Stems would let it be repaired where it is; the stereo master can only hide it.",
        }
        .to_owned(),
    }
}

fn element(problem: &Finding, mix_state: MixState, confidence: f64) -> Verdict {
    let name = name(problem);
    let open = mix_state == MixState::Open;
    let summary = if open {
        format!(
            "A small change in the mix beats everything: {name}. {}",
            problem.text
        )
    } else {
        format!("Stems would help: {name}. {}", problem.text)
    };
    let stems = match problem.fix.stems {
        Reach::Yes => format!("Master from stems with {name} on its own"),
        _ => format!("Stems help only if {name} can be had on its own, dry and wet apart"),
    };
    Verdict {
        kind: if open {
            VerdictKind::Mix
        } else {
            VerdictKind::Stems
        },
        confidence,
        summary,
        if_open: sentence(&problem.fix.better, &problem.advice),
        if_locked: match problem.fix.stereo {
            Reach::No => format!("{stems}; the stereo master does not reach it."),
            _ => {
                format!("{stems}; the stereo master can only ease it, and moves what is beside it.")
            }
        },
    }
}

fn done(findings: &[Finding], confidence: f64) -> Verdict {
    let found = if findings.iter().all(|one| one.kind == FindingKind::Quiet) {
        "nothing stands out"
    } else {
        "nothing that was found calls for work"
    };
    Verdict {
        kind: VerdictKind::Done,
        confidence,
        summary: format!(
            "Nothing needs to be done: it is as dense as finished music, and {found}. What is proposed is a \
             matter of taste."
        ),
        if_open: "Leave the mix as it is.".to_owned(),
        if_locked: "Leave it as it is; set the level for where it is played.".to_owned(),
    }
}

fn master(main: Option<&Finding>, confidence: f64) -> Verdict {
    let (summary, if_open) = match main {
        Some(finding) if finding.fix.stereo == Reach::Yes => (
            format!("Stereo mastering is enough. {}", finding.text),
            "Master it as it is; the mix need not be touched.".to_owned(),
        ),
        Some(finding) => (
            format!(
                "Stereo mastering is enough; one thing is better mended in the mix. {}",
                finding.text
            ),
            sentence(&finding.fix.better, &finding.advice),
        ),
        None => (
            "Stereo mastering is enough: nothing in the mix stands in the way.".to_owned(),
            "Master it as it is; the mix need not be touched.".to_owned(),
        ),
    };
    Verdict {
        kind: VerdictKind::Master,
        confidence,
        summary,
        if_open,
        if_locked: "Master the stereo file.".to_owned(),
    }
}

fn sentence(better: &str, advice: &str) -> String {
    if better.is_empty() {
        advice.to_owned()
    } else {
        better.to_owned()
    }
}

fn name(problem: &Finding) -> &'static str {
    match problem.element {
        None if problem.kind == FindingKind::Sibilant => "the voice or the hats",
        Some(Element::Lead) => "lead vocal",
        Some(Element::Bass) => "bass",
        Some(Element::Kick) => "kick",
        Some(Element::Cymbals) => "cymbals",
        None => "one element",
    }
}

#[cfg(test)]
mod tests;
