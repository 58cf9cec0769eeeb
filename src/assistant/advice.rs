//! A proposal as plain text and numbers: what an editor shows and a session keeps.

pub mod compact;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, FindingKind, Reach, Severity};
use super::moves::{Change, Move, MoveKind};
use super::proposal::Proposal;
use super::verdict::VerdictKind;
use crate::analysis::bands::THIRDS;
use crate::analysis::report::Report;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;

/// Most of each that is kept, so that a session stays small.
const MOVES_MAX: usize = 24;
const NOTES_MAX: usize = 12;
const FINDINGS_MAX: usize = 24;
const PLACES_MAX: usize = 6;
const COST_POINTS_MAX: usize = 16;
const NEARNESS_MAX: usize = 12;
const TEXT_MAX: usize = 400;

/// A proposal, to be shown and kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Advice {
    /// What it was measured against, as "closest to rock".
    pub style: String,
    /// How sure the style is, 0 to 1.
    pub style_confidence: f64,
    /// The nearest styles and their probabilities, 0 to 1, nearest first.
    pub nearness: Vec<(String, f64)>,
    /// The moves.
    pub moves: Vec<AdviceMove>,
    /// What was given up and why.
    pub notes: Vec<String>,
    /// What was found, most severe first.
    pub findings: Vec<AdviceFinding>,
    /// The verdict.
    pub verdict: AdviceVerdict,
    /// Integrated loudness of the song as it is, in LUFS.
    pub song_lufs: Option<f64>,
    /// The loudness goal in LUFS.
    pub goal_lufs: Option<f64>,
    /// What it gives, in LUFS.
    pub reached_lufs: Option<f64>,
    /// Why the goal is not reached, one sentence.
    pub stopped_by: Option<String>,
    /// What loudness costs: LUFS, 95th percentile of limiting in dB, PLR in dB, distortion in dB.
    pub cost: Vec<[f64; 4]>,
    /// Loudness from which more costs more than it gives, in LUFS.
    pub knee_lufs: Option<f64>,
    /// What the tone was measured against; empty in sessions of before there was one.
    pub corridor: Corridor,
    /// How far what was heard is to be trusted, 0 to 1.
    pub confidence: f64,
    /// Seconds of music it was made from.
    pub gated_s: f64,
    /// All settings, the moves that are on made, at 100 % intensity.
    #[serde(with = "compact")]
    pub settings: Settings,
    /// Which equalizer bands are the assistant's.
    pub assistant_bands: [bool; BANDS],
    /// Whether the drive was found by rehearsal for these very moves.
    pub rehearsed: bool,
}

/// Bands of a [`Corridor`].
pub const CORRIDOR_BANDS: usize = THIRDS;

/// Tone as finished music of the style has it: third-octaves from 20 Hz to 20 kHz.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Corridor {
    /// Level of each in dB re the mean of 200 Hz to 2 kHz; 31, or none.
    pub level_db: Vec<f32>,
    /// One standard deviation of each inside the style, in dB.
    pub spread_db: Vec<f32>,
}

/// A move with its switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdviceMove {
    /// Which.
    pub kind: MoveKind,
    /// Why, one sentence.
    pub text: String,
    /// The number that caused it.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// What it changes.
    pub change: Change,
    /// Whether it is made.
    pub on: bool,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdviceFinding {
    /// What it is.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// The number that caused it.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// When it is worst, start and end in seconds; empty: all through.
    pub places: Vec<[f64; 2]>,
    /// What was found, a sentence.
    pub text: String,
    /// What to do, a sentence.
    pub advice: String,
    /// How far the stereo master mends it.
    pub stereo: Reach,
    /// How far stems do.
    pub stems: Reach,
    /// What is better than both, a sentence; may be empty.
    pub better: String,
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdviceVerdict {
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

impl Default for AdviceVerdict {
    fn default() -> Self {
        Self {
            kind: VerdictKind::Master,
            confidence: 0.0,
            summary: String::new(),
            if_open: String::new(),
            if_locked: String::new(),
        }
    }
}

impl Default for Advice {
    fn default() -> Self {
        Self {
            style: String::new(),
            style_confidence: 0.0,
            nearness: Vec::new(),
            moves: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
            verdict: AdviceVerdict::default(),
            song_lufs: None,
            goal_lufs: None,
            reached_lufs: None,
            stopped_by: None,
            cost: Vec::new(),
            knee_lufs: None,
            corridor: Corridor::default(),
            confidence: 0.0,
            gated_s: 0.0,
            settings: Settings::default(),
            assistant_bands: [false; BANDS],
            rehearsed: false,
        }
    }
}

impl Advice {
    /// What is shown and kept of a proposal that was rehearsed.
    pub fn of(proposal: &Proposal, report: &Report) -> Self {
        let verdict = &proposal.verdict;
        let nearness = proposal.target.nearness.iter().take(NEARNESS_MAX);
        let cost = proposal.cost.points.iter().take(COST_POINTS_MAX);
        Self {
            style: short(&proposal.target.name),
            style_confidence: rounded(proposal.target.confidence),
            nearness: nearness
                .map(|near| (near.name.clone(), rounded(near.weight)))
                .collect(),
            moves: proposal.moves.iter().take(MOVES_MAX).map(shown).collect(),
            notes: proposal
                .notes
                .iter()
                .take(NOTES_MAX)
                .map(|note| short(note))
                .collect(),
            findings: proposal
                .findings
                .iter()
                .take(FINDINGS_MAX)
                .map(found)
                .collect(),
            verdict: AdviceVerdict {
                kind: verdict.kind,
                confidence: rounded(verdict.confidence),
                summary: short(&verdict.summary),
                if_open: short(&verdict.if_open),
                if_locked: short(&verdict.if_locked),
            },
            song_lufs: report.loudness.integrated_lufs.map(rounded),
            goal_lufs: proposal.goal_lufs.map(rounded),
            reached_lufs: proposal.reached_lufs.map(rounded),
            stopped_by: proposal.stopped_by.map(|stop| short(&stop.text())),
            cost: cost
                .map(|point| {
                    [
                        rounded(point.lufs),
                        rounded(point.p95_gain_reduction_db),
                        rounded(point.plr_db),
                        rounded(point.distortion_db),
                    ]
                })
                .collect(),
            knee_lufs: proposal.cost.knee_lufs.map(rounded),
            corridor: Corridor {
                level_db: tenths(&proposal.target.style.level_db),
                spread_db: tenths(&proposal.target.style.spread_db),
            },
            confidence: rounded(report.heard.confidence),
            gated_s: rounded(report.heard.gated_s),
            settings: proposal.settings.quantized(),
            assistant_bands: proposal.assistant_bands.map(|kind| kind.is_some()),
            rehearsed: true,
        }
    }

    /// The moves in the form in which settings are assembled from them.
    pub fn moves(&self) -> Vec<Move> {
        let made = |shown: &AdviceMove| Move {
            kind: shown.kind,
            text: shown.text.clone(),
            value: shown.value,
            unit: "",
            change: shown.change.clone(),
            on: shown.on,
        };
        self.moves.iter().map(made).collect()
    }
}

/// The user's switch of a move: which kind, which one of that kind, and whether it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// Kind of the move.
    pub kind: MoveKind,
    /// Its number among those of its kind, from 0.
    pub nth: usize,
    /// Whether it is wanted.
    pub on: bool,
}

/// The kind and number of each move, by which switches name them.
pub fn names(kinds: impl IntoIterator<Item = MoveKind>) -> Vec<(MoveKind, usize)> {
    let mut named: Vec<(MoveKind, usize)> = Vec::new();
    for kind in kinds {
        let nth = named.iter().filter(|(other, _)| *other == kind).count();
        named.push((kind, nth));
    }
    named
}

/// Sets the moves to the user's switches, and says whether that changed anything.
pub fn switched(moves: &mut [Move], switches: &[Switch]) -> bool {
    let mut changed = false;
    let named = names(moves.iter().map(|one| one.kind));
    for (one, (kind, nth)) in moves.iter_mut().zip(named) {
        let switch = switches
            .iter()
            .find(|switch| switch.kind == kind && switch.nth == nth);
        if let Some(switch) = switch
            && switch.on != one.on
        {
            one.on = switch.on;
            changed = true;
        }
    }
    changed
}

fn shown(one: &Move) -> AdviceMove {
    AdviceMove {
        kind: one.kind,
        text: short(&one.text),
        value: rounded(one.value),
        unit: one.unit.to_owned(),
        change: one.change.clone(),
        on: one.on,
    }
}

fn found(finding: &Finding) -> AdviceFinding {
    let places = finding.places.iter().take(PLACES_MAX);
    AdviceFinding {
        kind: finding.kind,
        severity: finding.severity,
        value: rounded(finding.value),
        unit: finding.unit.to_owned(),
        places: places
            .map(|place| [rounded(place.start_s), rounded(place.end_s)])
            .collect(),
        text: short(&finding.text),
        advice: short(&finding.advice),
        stereo: finding.fix.stereo,
        stems: finding.fix.stems,
        better: short(&finding.fix.better),
    }
}

/// JSON knows no infinity, and nobody reads more than two places.
fn rounded(value: f64) -> f64 {
    if value.is_finite() {
        (value * 100.0).round() / 100.0
    } else {
        0.0
    }
}

/// What is only drawn needs no more.
fn tenths(values: &[f64]) -> Vec<f32> {
    let tenth = |value: &f64| ((rounded(*value) * 10.0).round() / 10.0) as f32;
    values.iter().map(tenth).collect()
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(kind: MoveKind) -> Move {
        Move {
            kind,
            text: String::new(),
            value: 0.0,
            unit: "dB",
            change: Change::Subsonic(20.0),
            on: true,
        }
    }

    #[test]
    fn a_switch_finds_its_move_among_those_of_its_kind() {
        let kinds = [MoveKind::Resonance, MoveKind::Tone, MoveKind::Resonance];
        let mut moves = kinds.map(one);
        let second = Switch {
            kind: MoveKind::Resonance,
            nth: 1,
            on: false,
        };
        assert!(switched(&mut moves, &[second]));
        assert_eq!(moves.each_ref().map(|one| one.on), [true, true, false]);
        assert!(!switched(&mut moves, &[second]));
    }
}
