//! The tonal balance: from the deviation to a few equalizer bands.

use super::{Case, Move};
use crate::analysis::report::Report;
use crate::assistant::finding::Finding;
use crate::assistant::style::Target;

/// The move: at most six bands that bring the song towards the target; `None` inside the tolerance.
pub fn tone(_case: &Case<'_>) -> Option<Move> {
    None
}

/// What of the tone is a finding: `dull, bright, boomy, thin, muddy, harsh`.
pub fn findings(_report: &Report, _target: &Target) -> Vec<Finding> {
    Vec::new()
}
