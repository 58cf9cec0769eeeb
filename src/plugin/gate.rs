//! Lets many parameters through as one change: from the announcement of a preset until its last parameter
//! has arrived the engine keeps the values that the preset changes, then glides once. Other parameters
//! pass as always.

use crate::dsp::block::Stream;
use crate::dsp::units::ms_to_samples;
use crate::engine::settings::values::Values;
use crate::stems::settings::Knobs;

/// Longest that the engine waits after the last parameter was sent. Then it takes what is there.
const WAIT_MS: f64 = 100.0;
/// Longest that it waits for the last parameter to be sent.
const SEND_MS: f64 = 1000.0;

/// Between the parameters and the engine.
#[derive(Debug)]
pub struct Gate {
    wait_frames: usize,
    send_frames: usize,
    awaited: Option<Awaited>,
}

#[derive(Debug)]
struct Awaited {
    from: Values,
    to: Values,
    wait_left: usize,
    send_left: usize,
}

impl Gate {
    /// Nothing is awaited.
    pub fn new(stream: Stream) -> Self {
        Self {
            wait_frames: ms_to_samples(WAIT_MS, stream.sample_rate_hz, 1),
            send_frames: ms_to_samples(SEND_MS, stream.sample_rate_hz, 1),
            awaited: None,
        }
    }

    /// From now on the values that differ between `obeyed`, which the engine has, and `announced` wait
    /// for each other. What is awaited already goes on being held.
    pub fn announce(&mut self, obeyed: &Knobs, announced: &Knobs) {
        self.awaited = Some(Awaited {
            from: Values::of(obeyed),
            to: Values::of(announced),
            wait_left: self.wait_frames,
            send_left: self.send_frames,
        });
    }

    /// Whether something is awaited.
    pub fn waits(&self) -> bool {
        self.awaited.is_some()
    }

    /// What the engine is to obey in a block of `frames` frames, while the parameters are `knobs`;
    /// `sent` says that all of what was announced was sent.
    pub fn pass(&mut self, knobs: &Knobs, sent: bool, frames: usize) -> Knobs {
        let Some(awaited) = &mut self.awaited else {
            return *knobs;
        };
        let left = match sent {
            true => &mut awaited.wait_left,
            false => &mut awaited.send_left,
        };
        let arrived = Values::of(knobs).arrived(&awaited.from, &awaited.to);
        if arrived || *left == 0 {
            self.awaited = None;
            return *knobs;
        }
        *left = left.saturating_sub(frames);
        Values::held(knobs, &awaited.from, &awaited.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> (Knobs, Knobs) {
        let now = Knobs::default();
        let mut then = now;
        then.settings.glue.on = true;
        then.settings.glue.ratio = 3.0;
        then.settings.loudness.drive_trim_db = [1.0; 4];
        then.stem.fader.gain_db = -1.5;
        (now, then)
    }

    #[test]
    fn nothing_passes_until_all_has_arrived_but_what_is_not_awaited() {
        let mut gate = Gate::new(Stream::new(48_000.0));
        let (now, then) = preset();
        assert_eq!(gate.pass(&now, true, 64), now);
        gate.announce(&now, &then);
        let mut half = now;
        half.settings.glue.on = true;
        half.settings.intensity = 40.0;
        let mut obeyed = now;
        obeyed.settings.intensity = 40.0;
        assert_eq!(gate.pass(&half, false, 64), obeyed, "automation passes");
        let mut whole = then;
        whole.settings.intensity = 41.0;
        assert_eq!(gate.pass(&whole, true, 64), whole);
        assert!(gate.awaited.is_none());
        assert_eq!(
            gate.pass(&half, true, 64),
            half,
            "the announcement is spent"
        );
    }

    #[test]
    fn what_never_arrives_is_not_waited_for() {
        let mut gate = Gate::new(Stream::new(48_000.0));
        let (now, then) = preset();
        let mut half = now;
        half.settings.glue.on = true;
        gate.announce(&now, &then);
        // Half a second of sending, then 100 ms in blocks of 10.
        for _ in 0..50 {
            assert_eq!(gate.pass(&half, false, 480), now);
        }
        let waited = (0..)
            .take_while(|_| gate.pass(&half, true, 480) == now)
            .count();
        assert_eq!(waited, 10);

        gate.announce(&now, &then);
        let waited = (0..)
            .take_while(|_| gate.pass(&half, false, 480) == now)
            .count();
        assert_eq!(waited, 100, "an editor that stopped sending");
    }
}
