//! Many parameters set at once, editor to audio: what they will be when all of them have arrived.

use crate::engine::settings::Settings;

/// The editor's end.
#[derive(Debug)]
pub struct Writer {
    slot: triple_buffer::Input<(u64, Settings)>,
    serial: u64,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Reader {
    slot: triple_buffer::Output<(u64, Settings)>,
    serial: u64,
}

/// A pair with nothing announced.
pub fn new() -> (Writer, Reader) {
    let (input, output) = triple_buffer::triple_buffer(&(0, Settings::default()));
    let serial = 0;
    let writer = Writer {
        slot: input,
        serial,
    };
    let reader = Reader {
        slot: output,
        serial,
    };
    (writer, reader)
}

impl Writer {
    /// Says what the settings are going to be, before the first parameter is set. Replaces what was
    /// announced before. Never waits.
    pub fn announce(&mut self, settings: Settings) {
        self.serial += 1;
        self.slot.write((self.serial, settings));
    }
}

impl Reader {
    /// What was announced since last asked. Never waits.
    pub fn take(&mut self) -> Option<Settings> {
        let (serial, settings) = self.slot.read();
        let new = *serial != self.serial;
        self.serial = *serial;
        new.then_some(*settings)
    }
}
