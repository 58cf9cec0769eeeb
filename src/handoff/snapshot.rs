//! The newest readings, audio to editor: the reader gets the last one written whole, or an older one.

use crate::dsp::meter::MeterReading;
use crate::engine::reading::Reading;

/// What the audio thread knows at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Snapshot {
    /// What the chain did since the snapshot before.
    pub reading: Reading,
    /// The meter behind the chain.
    pub output: MeterReading,
    /// The meter before the chain.
    pub input: MeterReading,
    /// The stream's rate in Hz; 0 before the first activation.
    pub sample_rate_hz: f64,
    /// The latency that was reported to the host.
    pub latency_samples: u32,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Writer(triple_buffer::Input<Snapshot>);

/// The editor's end.
#[derive(Debug)]
pub struct Reader(triple_buffer::Output<Snapshot>);

/// A pair that holds an empty snapshot.
pub fn new() -> (Writer, Reader) {
    let (input, output) = triple_buffer::triple_buffer(&Snapshot::default());
    (Writer(input), Reader(output))
}

impl Writer {
    /// Whether the last one was read: with the window closed nobody needs another.
    pub fn wanted(&self) -> bool {
        self.0.consumed()
    }

    /// Replaces what the reader sees next. Never waits.
    pub fn write(&mut self, snapshot: Snapshot) {
        self.0.write(snapshot);
    }
}

impl Reader {
    /// The newest snapshot. Reading it asks for the next.
    pub fn read(&mut self) -> Snapshot {
        *self.0.read()
    }
}
