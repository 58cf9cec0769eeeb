//! A finding: one thing about the song that matters, where, how much, and what can be done about it.

use crate::analysis::report::Span;
use serde::{Deserialize, Serialize};

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the contract of design §6 and say it
pub enum FindingKind {
    Clipping,
    OverLimited,
    DcOffset,
    LowEndOutOfPhase,
    Mono,
    Narrow,
    WideLowEnd,
    OneSided,
    Dull,
    Bright,
    Boomy,
    Thin,
    Muddy,
    Harsh,
    Sibilant,
    ResonantNote,
    LowEndClash,
    VocalBuried,
    VocalLoud,
    CymbalsLoud,
    LimiterTrigger,
    Quiet,
    Silence,
    Noise,
    LossySource,
    MonoLoss,
    SmallSpeakerBass,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Worth acting on.
    Low,
    /// The master suffers from it.
    High,
}

/// How far a way of working reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// It solves it.
    Yes,
    /// It helps, with side effects.
    Limited,
    /// It does not help.
    No,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fix {
    /// How far the stereo master reaches.
    pub stereo: Reach,
    /// How far stems reach.
    pub stems: Reach,
    /// What would be better than either, a sentence.
    pub better: String,
}

/// Where in the work the cause lies; decides the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// A trait of the whole song: the stereo master's work.
    Song,
    /// One element: stems, or the mix if it is open.
    Element,
    /// Damage in the mix or its sources.
    Source,
}

/// An element of a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum Element {
    Lead,
    Bass,
    Kick,
    Cymbals,
}

/// One thing about the song.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// The number that caused it.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// When it is worst; empty: all through.
    #[serde(rename = "where")]
    pub places: Vec<Span>,
    /// What was found, a sentence with the number.
    pub text: String,
    /// What to do, a sentence.
    pub advice: String,
    /// What each way of working reaches.
    pub fix: Fix,
    /// Where the cause lies.
    pub cause: Cause,
    /// Which element it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<Element>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
}
