//! Findings about single elements of the mix.

use crate::analysis::report::Report;
use crate::assistant::finding::Finding;

/// `vocal_buried, vocal_loud, cymbals_loud, low_end_clash`, and whatever else is one element's.
pub fn findings(_report: &Report) -> Vec<Finding> {
    Vec::new()
}
