//! Everything that crosses a thread: each a (writer, reader) pair, one moved to each side.
//!
//! The audio side never waits, allocates or calls the system: it writes the newest, or drops and
//! counts. It never wakes anybody; the others come and look. Only editor and worker, who have time,
//! share a lock.

pub mod apply;
pub mod audition;
pub mod capture;
pub mod deck;
pub mod errand;
pub mod history;
pub mod joined;
pub mod linked;
pub mod listen;
pub mod player;
pub mod reset;
pub mod snapshot;
pub mod spectrum;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The value behind a lock; a thread that panicked while holding it left a plain value behind. Never for the
/// audio thread.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the audio thread holds.
#[derive(Debug)]
pub struct AudioSide {
    /// The newest readings, for the editor.
    pub snapshot: snapshot::Writer,
    /// Gain and level over time, for the editor.
    pub history: history::Writer,
    /// What was heard, for the worker.
    pub capture: capture::Writer,
    /// The editor's wish to measure anew.
    pub reset: reset::Reader,
    /// What a preset is going to set.
    pub apply: apply::Reader,
    /// What the editor wants to listen to.
    pub audition: audition::Reader,
    /// What goes in and comes out, for the editor.
    pub spectrum: spectrum::Writer,
    /// Whether the host bounces, for the link.
    pub linked: linked::Teller,
}

/// What the editor holds.
#[derive(Debug)]
pub struct EditorSide {
    /// The newest readings.
    pub snapshot: snapshot::Reader,
    /// Gain and level over time.
    pub history: history::Reader,
    /// The wish to measure anew, to the audio thread.
    pub reset: reset::Writer,
    /// What a preset is going to set, to the audio thread.
    pub apply: apply::Writer,
    /// What shall be listened to, to the audio thread.
    pub audition: audition::Writer,
    /// What the worker shall do, and what came of it.
    pub errand: errand::Sender,
    /// What goes in and comes out.
    pub spectrum: spectrum::Reader,
    /// What the assistant shall do, and where it stands.
    pub listen: listen::Sender,
    /// Who else there is, and what they do.
    pub linked: linked::Sender,
    /// What is played in place of the input; only the standalone app does that.
    pub player: Option<player::Remote>,
}

/// What the worker holds.
#[derive(Debug)]
pub struct WorkerSide {
    /// What was heard.
    pub capture: capture::Reader,
    /// What the editor wants done.
    pub errand: errand::Receiver,
    /// What the assistant shall do, and where it stands.
    pub listen: listen::Receiver,
    /// Who else there is, and what they do.
    pub linked: linked::Receiver,
}

/// All the pairs of one instance.
pub fn new() -> (AudioSide, EditorSide, WorkerSide) {
    let (snapshot_writer, snapshot_reader) = snapshot::new();
    let (history_writer, history_reader) = history::new();
    let (capture_writer, capture_reader) = capture::new(capture::FRAMES);
    let (reset_writer, reset_reader) = reset::new();
    let (apply_writer, apply_reader) = apply::new();
    let (audition_writer, audition_reader) = audition::new();
    let (errand_sender, errand_receiver) = errand::new();
    let (listen_sender, listen_receiver) = listen::new();
    let (linked_teller, linked_sender, linked_receiver) = linked::new();
    let (spectrum_writer, spectrum_reader) = spectrum::new(spectrum::FRAMES);
    (
        AudioSide {
            snapshot: snapshot_writer,
            history: history_writer,
            capture: capture_writer,
            reset: reset_reader,
            apply: apply_reader,
            audition: audition_reader,
            spectrum: spectrum_writer,
            linked: linked_teller,
        },
        EditorSide {
            snapshot: snapshot_reader,
            history: history_reader,
            reset: reset_writer,
            apply: apply_writer,
            audition: audition_writer,
            errand: errand_sender,
            spectrum: spectrum_reader,
            listen: listen_sender,
            linked: linked_sender,
            player: None,
        },
        WorkerSide {
            capture: capture_reader,
            errand: errand_receiver,
            listen: listen_receiver,
            linked: linked_receiver,
        },
    )
}
