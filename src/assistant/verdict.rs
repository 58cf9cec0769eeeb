//! The verdict: is stereo mastering enough, would stems help, must the mix be fixed, or is it done already?

use super::finding::Finding;
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
    /// It is mastered already.
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

/// The verdict on a song with these findings.
pub fn verdict(_report: &Report, findings: &[Finding], mix_state: MixState) -> Verdict {
    let _ = (findings, mix_state);
    Verdict {
        kind: VerdictKind::Master,
        confidence: 0.0,
        summary: String::new(),
        if_open: String::new(),
        if_locked: String::new(),
    }
}
