//! Which passages stand for the song: the loudest, the typical and the quietest 5 s.

use super::report::Span;

/// Length of a passage in seconds.
pub const PASSAGE_S: f64 = 5.0;

/// The passages a rehearsal needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passages {
    /// Highest loudness.
    pub loudest: Span,
    /// Nearest to the integrated loudness (and tone).
    pub typical: Span,
    /// Lowest loudness that still passes the gate.
    pub quietest: Span,
}
