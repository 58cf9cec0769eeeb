//! Who watches the work: progress out, the wish to stop in.

use super::failure::{Failure, Outcome};
use std::sync::atomic::{AtomicBool, Ordering};

/// Hears of progress and may ask to stop; looked at once per few thousand frames.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    stop: &'a AtomicBool,
    progress: &'a (dyn Fn(&str, f64) + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl<'a> Watch<'a> {
    /// Calls `progress` with the step's name and the share of it that is done, 0 to 1; work ends as
    /// [`Failure::Interrupted`] soon after `stop` is set.
    pub fn new(stop: &'a AtomicBool, progress: &'a (dyn Fn(&str, f64) + Sync)) -> Self {
        Self { stop, progress }
    }

    /// Another who hears of progress; the wish to stop stays.
    pub(super) fn with_progress<'b>(self, progress: &'b (dyn Fn(&str, f64) + Sync)) -> Watch<'b>
    where
        'a: 'b,
    {
        Watch {
            stop: self.stop,
            progress,
        }
    }

    /// Says that a share of `step` is through, 0 to 1.
    pub(super) fn tell(&self, step: &str, share: f64) {
        (self.progress)(step, share);
    }

    /// Says that `done` of `total` frames of `step` are through.
    pub fn at(&self, step: &str, done: u64, total: u64) -> Outcome<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        (self.progress)(step, done as f64 / total.max(1) as f64);
        Ok(())
    }
}
