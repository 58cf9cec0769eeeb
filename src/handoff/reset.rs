//! The wish to measure anew, editor to audio: a counter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The editor's end.
#[derive(Debug)]
pub struct Writer(Arc<AtomicU32>);

/// The audio thread's end.
#[derive(Debug)]
pub struct Reader {
    asked: Arc<AtomicU32>,
    done: u32,
}

/// A pair with nothing asked.
pub fn new() -> (Writer, Reader) {
    let asked = Arc::new(AtomicU32::new(0));
    let reader = Reader {
        asked: asked.clone(),
        done: 0,
    };
    (Writer(asked), reader)
}

impl Writer {
    /// Asks for a reset.
    pub fn ask(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Reader {
    /// Whether a reset was asked for since the last call.
    pub fn take(&mut self) -> bool {
        let asked = self.asked.load(Ordering::Relaxed);
        let new = asked != self.done;
        self.done = asked;
        new
    }
}
