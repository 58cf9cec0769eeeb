//! Lets many parameters through as one change: from the announcement of a preset until its last parameter
//! has arrived the engine keeps what it had, then glides once.

use crate::dsp::block::Stream;
use crate::dsp::units::ms_to_samples;
use crate::engine::settings::Settings;

/// Longest that the engine waits for what was announced. After that it takes what is there.
const WAIT_MS: f64 = 100.0;

/// Between the parameters and the engine.
#[derive(Debug)]
pub struct Gate {
    wait_frames: usize,
    awaited: Option<(Settings, usize)>,
}

impl Gate {
    /// Nothing is awaited.
    pub fn new(stream: Stream) -> Self {
        Self {
            wait_frames: ms_to_samples(WAIT_MS, stream.sample_rate_hz, 1),
            awaited: None,
        }
    }

    /// Whether `settings`, which are the parameters now, may pass before a block of `frames` frames.
    pub fn passes(
        &mut self,
        announced: Option<Settings>,
        settings: &Settings,
        frames: usize,
    ) -> bool {
        if let Some(announced) = announced {
            self.awaited = Some((announced, self.wait_frames));
        }
        let Some((awaited, left)) = &mut self.awaited else {
            return true;
        };
        if awaited == settings || *left == 0 {
            self.awaited = None;
            return true;
        }
        *left = left.saturating_sub(frames);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_until_all_has_arrived() {
        let mut gate = Gate::new(Stream::new(48_000.0));
        let now = Settings::default();
        assert!(gate.passes(None, &now, 64));
        let mut then = now;
        then.glue.on = true;
        then.glue.ratio = 3.0;
        assert!(!gate.passes(Some(then), &now, 64));
        let mut half = now;
        half.glue.on = true;
        assert!(!gate.passes(None, &half, 64));
        assert!(gate.passes(None, &then, 64));
        assert!(gate.passes(None, &half, 64), "the announcement is spent");
    }

    #[test]
    fn what_never_arrives_is_not_waited_for() {
        let mut gate = Gate::new(Stream::new(48_000.0));
        let now = Settings::default();
        let mut then = now;
        then.glue.on = true;
        assert!(!gate.passes(Some(then), &now, 480));
        let waited = (0..).take_while(|_| !gate.passes(None, &now, 480)).count();
        assert_eq!(waited, 9, "100 ms in blocks of 10");
    }
}
