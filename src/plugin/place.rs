//! Where in the song a block belongs, by what the host says of its transport.

use crate::handoff::capture::Place;

/// Sound for this long while the transport has never moved: the host has none, whatever it reports.
const NO_TRANSPORT_S: f64 = 4.0;
/// Quieter is no sound: -60 dBFS.
const SOUND: f32 = 1e-3;

/// What is known from the blocks before.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The transport was seen running: the host has one.
    played: bool,
    /// Sound came for this long before the transport ever moved.
    sounded_s: f64,
    /// The position reported last, and where its block ended.
    last: Option<(i64, i64)>,
    /// Whether that block played.
    ran: bool,
}

impl Timeline {
    /// Where a block of `frames` frames belongs. While the transport stands still hosts send silence, noise or
    /// what is played live: none of it is of the song. A host without a transport gives no position, or always
    /// the same one, and never plays; what it sends counts.
    pub fn place(&mut self, playing: bool, position: Option<i64>, frames: usize) -> Place {
        self.played |= playing;
        let ran = std::mem::replace(&mut self.ran, playing);
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
            Some((reported, end)) if ran && playing && reported == position => end,
            _ => position,
        };
        self.last = Some((position, start + frames as i64));
        // Some offline hosts move on without ever saying that they play.
        let moves = last.is_some_and(|(reported, end)| position == end && position != reported);
        // Before the song there is the count-in.
        if (playing || moves) && start >= 0 {
            Place::At(start)
        } else if !self.played && self.sounded_s > NO_TRANSPORT_S {
            Place::Unknown
        } else {
            Place::Stopped
        }
    }

    /// Hears a block before it is placed, of `channels` at `rate_hz`: what sounds although nothing ever played
    /// comes from a host without a transport.
    pub fn hear(&mut self, channels: &[&mut [f32]], rate_hz: f64) {
        if self.played || self.sounded_s > NO_TRANSPORT_S {
            return;
        }
        let sounds = channels.iter().any(|x| x.iter().any(|x| x.abs() > SOUND));
        if let ([first, ..], true) = (channels, sounds) {
            self.sounded_s += first.len() as f64 / rate_hz;
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
    fn a_host_that_always_reports_the_same_place_is_heard_after_a_while() {
        let block = |level: f32, playing: bool, timeline: &mut Timeline| {
            let mut audio = [level; 480];
            timeline.hear(&[&mut audio], 48_000.0);
            timeline.place(playing, Some(0), 480)
        };
        // Silence says nothing.
        let mut timeline = Timeline::default();
        for _ in 0..1000 {
            assert_eq!(block(1e-4, false, &mut timeline), Place::Stopped);
        }
        for _ in 0..390 {
            assert_eq!(block(0.1, false, &mut timeline), Place::Stopped);
        }
        for _ in 0..20 {
            block(0.1, false, &mut timeline);
        }
        assert_eq!(block(0.1, false, &mut timeline), Place::Unknown);
        assert_eq!(block(0.0, false, &mut timeline), Place::Unknown);
        // It has one after all.
        assert_eq!(block(0.1, true, &mut timeline), Place::At(0));
        assert_eq!(block(0.1, false, &mut timeline), Place::Stopped);
    }

    #[test]
    fn a_block_that_was_cut_goes_on() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(true, Some(1000), 300), Place::At(1000));
        assert_eq!(timeline.place(true, Some(1000), 212), Place::At(1300));
        assert_eq!(timeline.place(true, Some(1512), 512), Place::At(1512));
    }
}
