//! What the editor wants done and what came of it: editor to worker and back. Neither is the audio
//! thread, so a short lock is fine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::Thread;

use atomic_float::AtomicF32;

use super::lock;
use crate::dsp::meter::MeterReading;
use crate::engine::settings::Settings;
use crate::engine::settings::loudness::TRIM_POINTS_PCT;

/// Find the drive that brings what was heard to a loudness.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The settings that the passage is rehearsed with; its drive is only where the search starts.
    pub settings: Settings,
    /// Integrated loudness wanted, in LUFS.
    pub goal_lufs: f64,
    /// What the meter before the chain says of the whole passage.
    pub input: MeterReading,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The drive, in dB, on the parameter's grid.
    pub drive_db: f32,
    /// What is added to it at lower intensities, in dB; see
    /// [`crate::engine::settings::loudness::LoudnessSettings::drive_trim_db`].
    pub drive_trim_db: [f32; TRIM_POINTS_PCT.len()],
    /// Integrated loudness that it gives, in LUFS.
    pub reached_lufs: f64,
    /// What to tell the user, one sentence.
    pub text: String,
}

/// Where the errand stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Nothing asked.
    Idle,
    /// The worker is at it; the share done, 0 to 1.
    Working(f32),
    /// Found.
    Done(Answer),
    /// Not found, and why, in one sentence.
    Failed(String),
}

#[derive(Debug)]
struct Desk {
    request: Mutex<Option<Request>>,
    result: Mutex<Option<Result<Answer, String>>>,
    /// Counts up with every request and every cancel; work with an older number is void.
    ticket: AtomicU64,
    busy: AtomicBool,
    share: AtomicF32,
    worker: OnceLock<Thread>,
}

/// The editor's end.
#[derive(Debug)]
pub struct Sender(Arc<Desk>);

/// The worker's end.
#[derive(Debug)]
pub struct Receiver(Arc<Desk>);

/// A request in the worker's hands.
#[derive(Debug)]
pub struct Job {
    /// What is asked.
    pub request: Request,
    ticket: u64,
    desk: Arc<Desk>,
}

/// A pair with nothing asked.
pub fn new() -> (Sender, Receiver) {
    let desk = Arc::new(Desk {
        request: Mutex::new(None),
        result: Mutex::new(None),
        ticket: AtomicU64::new(0),
        busy: AtomicBool::new(false),
        share: AtomicF32::new(0.0),
        worker: OnceLock::new(),
    });
    (Sender(desk.clone()), Receiver(desk))
}

impl Sender {
    /// Asks; whatever was asked before is void.
    pub fn ask(&self, request: Request) {
        let desk = &*self.0;
        let mut waiting = lock(&desk.request);
        desk.ticket.fetch_add(1, Ordering::AcqRel);
        *lock(&desk.result) = None;
        desk.share.store(0.0, Ordering::Relaxed);
        desk.busy.store(true, Ordering::Release);
        *waiting = Some(request);
        drop(waiting);
        if let Some(worker) = desk.worker.get() {
            worker.unpark();
        }
    }

    /// Takes back what was asked and forgets what came of it.
    pub fn cancel(&self) {
        let desk = &*self.0;
        let mut waiting = lock(&desk.request);
        desk.ticket.fetch_add(1, Ordering::AcqRel);
        *waiting = None;
        *lock(&desk.result) = None;
        desk.busy.store(false, Ordering::Release);
    }

    /// Where it stands.
    pub fn look(&self) -> Errand {
        match &*lock(&self.0.result) {
            Some(Ok(answer)) => Errand::Done(answer.clone()),
            Some(Err(why)) => Errand::Failed(why.clone()),
            None if self.0.busy.load(Ordering::Acquire) => {
                Errand::Working(self.0.share.load(Ordering::Relaxed))
            }
            None => Errand::Idle,
        }
    }
}

impl Receiver {
    /// Lets the editor wake this thread when it asks for something. Called once, by the worker.
    pub fn wake_here(&self) {
        // A second call would find the place taken and change nothing.
        let _ = self.0.worker.set(std::thread::current());
    }

    /// Whether something is to be done.
    pub fn waits(&self) -> bool {
        lock(&self.0.request).is_some()
    }

    /// What is to be done, if anything.
    pub fn take(&self) -> Option<Job> {
        let mut waiting = lock(&self.0.request);
        let request = waiting.take()?;
        Some(Job {
            request,
            ticket: self.0.ticket.load(Ordering::Acquire),
            desk: self.0.clone(),
        })
    }
}

impl Job {
    /// Whether nobody waits for this any more.
    pub fn cancelled(&self) -> bool {
        self.desk.ticket.load(Ordering::Acquire) != self.ticket
    }

    /// Tells the share done, 0 to 1.
    pub fn progress(&self, share: f32) {
        if !self.cancelled() {
            self.desk.share.store(share, Ordering::Relaxed);
        }
    }

    /// Hands in what came of it, or why nothing did. Void if cancelled.
    pub fn finish(self, result: Result<Answer, String>) {
        let _order = lock(&self.desk.request);
        if !self.cancelled() {
            *lock(&self.desk.result) = Some(result);
            self.desk.busy.store(false, Ordering::Release);
        }
    }
}
