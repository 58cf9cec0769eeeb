//! The one entry: blocks in, report out.

use super::report::{Report, Span};
use crate::dsp::block::Stream;

/// Listens to a song in blocks of any size.
#[derive(Debug)]
pub struct Analyzer {
    stream: Stream,
}

impl Analyzer {
    /// Knows nothing yet.
    pub fn new(stream: Stream) -> Self {
        Self { stream }
    }

    /// The stream it listens to.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Hears a block; both slices are as long, of any length. `position_samples` is where in the song the
    /// block begins, by the host's time-code; `None`: right after what came before. After a jump the slice
    /// begun is dropped; what is heard again replaces what was there.
    pub fn process(&mut self, _left: &[f32], _right: &[f32], _position_samples: Option<i64>) {}

    /// What the song is like so far; `None` before 3 s were heard that pass the gate.
    pub fn report(&self) -> Option<Report> {
        None
    }

    /// What of the song was heard, in order, touching spans joined.
    pub fn covered(&self) -> Vec<Span> {
        Vec::new()
    }

    /// What was heard again and is not what was there before, since the last call of [`Self::settle`].
    pub fn changed(&self) -> Vec<Span> {
        Vec::new()
    }

    /// A proposal was made of what is known now: what changes from here on is [`Self::changed`].
    pub fn settle(&mut self) {}

    /// Forgets everything.
    pub fn forget(&mut self) {}
}
