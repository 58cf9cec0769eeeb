//! What is listened to: the editor says it, the audio thread obeys, and may turn it off. One number, so
//! nothing can tear.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::engine::audition::settings::AuditionSettings;

/// The editor's end.
#[derive(Debug)]
pub struct Writer(Arc<AtomicU32>);

/// The audio thread's end.
#[derive(Debug)]
pub struct Reader(Arc<AtomicU32>);

/// A pair that is off.
pub fn new() -> (Writer, Reader) {
    let code = Arc::new(AtomicU32::new(AuditionSettings::default().code()));
    (Writer(code.clone()), Reader(code))
}

impl Writer {
    /// Says what shall be heard.
    pub fn set(&self, audition: &AuditionSettings) {
        self.0.store(audition.code(), Ordering::Relaxed);
    }

    /// What is heard: what was said last, unless it was turned off since.
    pub fn get(&self) -> AuditionSettings {
        AuditionSettings::of_code(self.0.load(Ordering::Relaxed))
    }

    /// The chain's output again.
    pub fn turn_off(&self) {
        self.set(&AuditionSettings::default());
    }
}

impl Reader {
    /// What shall be heard.
    pub fn get(&self) -> AuditionSettings {
        AuditionSettings::of_code(self.0.load(Ordering::Relaxed))
    }

    /// The chain's output again, until the editor says otherwise.
    pub fn turn_off(&self) {
        self.0
            .store(AuditionSettings::default().code(), Ordering::Relaxed);
    }
}
