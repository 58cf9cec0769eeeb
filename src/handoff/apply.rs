//! Many parameters set at once, editor to audio: what they will be when all of them have arrived, and
//! when the last of them has been sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::stems::settings::Knobs;

/// The editor's end.
#[derive(Debug)]
pub struct Writer {
    slot: triple_buffer::Input<(u64, Knobs)>,
    serial: u64,
    /// The last announcement of which everything was sent.
    sent: Arc<AtomicU64>,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Reader {
    slot: triple_buffer::Output<(u64, Knobs)>,
    serial: u64,
    sent: Arc<AtomicU64>,
}

/// A pair with nothing announced.
pub fn new() -> (Writer, Reader) {
    let (input, output) = triple_buffer::triple_buffer(&(0, Knobs::default()));
    let sent = Arc::new(AtomicU64::new(0));
    let writer = Writer {
        slot: input,
        serial: 0,
        sent: sent.clone(),
    };
    let reader = Reader {
        slot: output,
        serial: 0,
        sent,
    };
    (writer, reader)
}

impl Writer {
    /// Says what the parameters are going to be, before the first of them is set. Replaces what was
    /// announced before. Never waits.
    pub fn announce(&mut self, knobs: Knobs) {
        self.serial += 1;
        self.slot.write((self.serial, knobs));
    }

    /// Says that the last parameter of what was announced has been set.
    pub fn finish(&mut self) {
        self.sent.store(self.serial, Ordering::Release);
    }
}

impl Reader {
    /// What was announced since last asked. Never waits.
    pub fn take(&mut self) -> Option<Knobs> {
        let (serial, knobs) = self.slot.read();
        let new = *serial != self.serial;
        self.serial = *serial;
        new.then_some(*knobs)
    }

    /// Whether all of what was taken last has been sent.
    pub fn sent(&self) -> bool {
        self.sent.load(Ordering::Acquire) >= self.serial
    }
}
