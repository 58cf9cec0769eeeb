//! The proposal: moves, the settings they make, style, findings and verdict.

use super::cost::CostCurve;
use super::drive::Stop;
use super::finding::Finding;
use super::moves::Move;
use super::style::Target;
use super::verdict::Verdict;
use super::wishes::Wishes;
use crate::analysis::report::Report;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;
use crate::engine::settings::fields::Group;

/// What belongs to the user and is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Owned {
    /// Stages changed since the last Apply, in the order of [`Group::STAGES`].
    pub stages: [bool; Group::STAGES.len()],
    /// Equalizer bands that are the user's own.
    pub bands: [bool; BANDS],
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// All settings, the moves that are on made, at 100 % intensity, with drive and its trims.
    pub settings: Settings,
    /// Which equalizer bands are the assistant's.
    pub assistant_bands: [bool; BANDS],
    /// The moves, with their switches.
    pub moves: Vec<Move>,
    /// What was given up and why (bands that found no place, moves that cost more than they gave).
    pub notes: Vec<String>,
    /// What it was measured against.
    pub target: Target,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub verdict: Verdict,
    /// The loudness goal in LUFS; `None`: the loudness stage stays as it is.
    pub goal_lufs: Option<f64>,
    /// What it gives in the passages rehearsed, in LUFS.
    pub reached_lufs: Option<f64>,
    /// Why the goal is not reached.
    pub stopped_by: Option<Stop>,
    /// What loudness costs.
    pub cost: CostCurve,
}

/// What of the proposal follows from the report alone, before anything is played: moves, settings without
/// drive, findings, verdict, and the loudness goal. `base` is what the user has now.
pub fn draft(
    _report: &Report,
    target: &Target,
    _wishes: &Wishes,
    base: &Settings,
    _owned: &Owned,
) -> Proposal {
    Proposal {
        settings: *base,
        assistant_bands: [false; BANDS],
        moves: Vec::new(),
        notes: Vec::new(),
        target: target.clone(),
        findings: Vec::new(),
        verdict: Verdict {
            kind: super::verdict::VerdictKind::Master,
            confidence: 0.0,
            summary: String::new(),
            if_open: String::new(),
            if_locked: String::new(),
        },
        goal_lufs: None,
        reached_lufs: None,
        stopped_by: None,
        cost: CostCurve::default(),
    }
}

/// `base` with the moves that are on, which bands they took, and what found no place. Never touches what is
/// owned.
pub fn assemble(
    base: &Settings,
    _owned: &Owned,
    _moves: &[Move],
) -> (Settings, [bool; BANDS], Vec<String>) {
    (*base, [false; BANDS], Vec::new())
}
