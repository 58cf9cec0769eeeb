//! What was found, judged: one function per topic, from the report (and the target) to findings.

pub mod elements;

use super::finding::Finding;
use super::style::Target;
use crate::analysis::report::Report;

/// Everything that was found, most severe first.
pub fn findings(_report: &Report, _target: &Target) -> Vec<Finding> {
    Vec::new()
}
