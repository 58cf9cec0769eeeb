//! Where in the song a block belongs, by what the host says of its transport.

use crate::handoff::capture::Place;

/// What is known from the blocks before.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The transport was seen running: the host has one.
    played: bool,
    /// The position reported last, and where its block ended.
    last: Option<(i64, i64)>,
}

impl Timeline {
    /// Where a block of `frames` frames belongs. While the transport stands still hosts send silence, noise or
    /// what is played live: none of it is of the song. A host without a transport gives no position and never
    /// plays; what it sends counts.
    pub fn place(&mut self, playing: bool, position: Option<i64>, frames: usize) -> Place {
        self.played |= playing;
        let Some(position) = position else {
            self.last = None;
            return match self.played && !playing {
                true => Place::Stopped,
                false => Place::Unknown,
            };
        };
        let last = self.last;
        // The framework may cut a block at a change of a parameter and report the first part's position
        // again.
        let start = match last {
            Some((reported, end)) if playing && reported == position => end,
            _ => position,
        };
        self.last = Some((position, start + frames as i64));
        // Some offline hosts move on without ever saying that they play.
        let moves = last.is_some_and(|(reported, end)| position == end && position != reported);
        // Before the song there is the count-in.
        if (playing || moves) && start >= 0 {
            Place::At(start)
        } else {
            Place::Stopped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_plays_is_of_the_song() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(false, Some(0), 64), Place::Stopped);
        assert_eq!(timeline.place(false, Some(0), 64), Place::Stopped);
        assert_eq!(timeline.place(true, Some(480), 64), Place::At(480));
        assert_eq!(timeline.place(true, Some(-64), 64), Place::Stopped);
        assert_eq!(timeline.place(true, Some(0), 64), Place::At(0));
        assert_eq!(timeline.place(false, None, 64), Place::Stopped);
    }

    #[test]
    fn a_host_without_a_transport_is_heard() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(false, None, 64), Place::Unknown);
        assert_eq!(timeline.place(true, None, 64), Place::Unknown);
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(false, Some(0), 64), Place::Stopped);
        assert_eq!(timeline.place(false, Some(64), 64), Place::At(64));
    }

    #[test]
    fn a_block_that_was_cut_goes_on() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(true, Some(1000), 300), Place::At(1000));
        assert_eq!(timeline.place(true, Some(1000), 212), Place::At(1300));
        assert_eq!(timeline.place(true, Some(1512), 512), Place::At(1512));
    }
}
