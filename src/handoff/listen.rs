//! The assistant's errands and where it stands: editor to worker and back. Neither is the audio thread, so a
//! short lock is fine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::Thread;

use super::lock;
use crate::analysis::report::Span;

/// Where the assistant stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Whether what plays is taken in.
    pub on: bool,
    /// What of the song was heard, in order.
    pub covered: Vec<Span>,
    /// Where it is not what was heard any more.
    pub changed: Vec<Span>,
    /// Seconds of song heard.
    pub covered_s: f64,
    /// Seconds of them with music; 0 while not known.
    pub gated_s: f64,
    /// How far it is to be trusted, 0 to 1.
    pub confidence: f64,
    /// Where in the song the last frame was, in seconds.
    pub position_s: Option<f64>,
    /// Frames that have come from the audio thread since the instance was made, of the song or not.
    pub taken_frames: u64,
    /// What is being done.
    pub work: Work,
    /// Why there is no proposal, or not the one wanted; one sentence.
    pub fault: Option<String>,
    /// The styles there are.
    pub styles: Arc<StyleList>,
}

/// The styles there are, as the worker read them. Empty until it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StyleList {
    /// Names of Finalcoat's.
    pub ours: Vec<String>,
    /// Names of the user's.
    pub own: Vec<String>,
    /// Files that were left out: name, and what is wrong.
    pub faults: Vec<[String; 2]>,
    /// Where the user's lie; it may not exist yet.
    pub folder: Option<String>,
}

/// What the worker does for the assistant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Work {
    /// Nothing.
    #[default]
    Idle,
    /// Reads the references; the share done, 0 to 1.
    Reading(f32),
    /// Another instance in this process is at it.
    Waiting,
    /// Rehearses; the share done, 0 to 1.
    Rehearsing(f32),
}

#[derive(Debug, Default)]
struct Desk {
    on: AtomicBool,
    /// Counts the wishes to propose from what was heard.
    asked: AtomicU64,
    /// Counts the wishes to stop the work.
    cancels: AtomicU64,
    /// Counts the wishes to forget all that was heard.
    forgets: AtomicU64,
    /// Counts what was applied: from then on nothing new is proposed unasked.
    applies: AtomicU64,
    /// Counts the wishes to look which styles there are.
    looks: AtomicU64,
    status: Mutex<Status>,
    worker: OnceLock<Thread>,
}

/// The editor's end.
#[derive(Debug)]
pub struct Sender(Arc<Desk>);

/// The worker's end.
#[derive(Debug)]
pub struct Receiver(Arc<Desk>);

/// What was asked so far; each number counts up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Asked {
    /// Whether what plays is to be taken in.
    pub on: bool,
    /// Proposals from what was heard.
    pub proposals: u64,
    /// Ends of the work.
    pub cancels: u64,
    /// Fresh starts.
    pub forgets: u64,
    /// Proposals applied.
    pub applies: u64,
    /// Looks for styles.
    pub looks: u64,
}

/// A pair with nothing asked.
pub fn new() -> (Sender, Receiver) {
    let desk = Arc::new(Desk::default());
    (Sender(desk.clone()), Receiver(desk))
}

impl Sender {
    /// Starts or stops listening.
    pub fn listen(&self, on: bool) {
        self.0.on.store(on, Ordering::Release);
        self.wake();
    }

    /// Asks for a proposal from what was heard.
    pub fn propose(&self) {
        self.0.asked.fetch_add(1, Ordering::Release);
        self.wake();
    }

    /// Ends the work that is being done.
    pub fn cancel(&self) {
        self.0.cancels.fetch_add(1, Ordering::Release);
        self.wake();
    }

    /// Forgets all that was heard.
    pub fn forget(&self) {
        self.0.forgets.fetch_add(1, Ordering::Release);
        self.wake();
    }

    /// Says that the proposal was applied.
    pub fn applied(&self) {
        self.0.applies.fetch_add(1, Ordering::Release);
    }

    /// Asks which styles there are now.
    pub fn look_for_styles(&self) {
        self.0.looks.fetch_add(1, Ordering::Release);
        self.wake();
    }

    /// Wakes the worker: the session's wishes have changed.
    pub fn wake(&self) {
        if let Some(worker) = self.0.worker.get() {
            worker.unpark();
        }
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        let mut status = lock(&self.0.status).clone();
        status.on = self.0.on.load(Ordering::Acquire);
        status
    }
}

impl Receiver {
    /// Lets the editor wake this thread. Called once, by the worker.
    pub fn wake_here(&self) {
        // A second call would find the place taken and change nothing.
        let _ = self.0.worker.set(std::thread::current());
    }

    /// What was asked so far.
    pub fn asked(&self) -> Asked {
        Asked {
            on: self.0.on.load(Ordering::Acquire),
            proposals: self.0.asked.load(Ordering::Acquire),
            cancels: self.0.cancels.load(Ordering::Acquire),
            forgets: self.0.forgets.load(Ordering::Acquire),
            applies: self.0.applies.load(Ordering::Acquire),
            looks: self.0.looks.load(Ordering::Acquire),
        }
    }

    /// Changes what is told.
    pub fn tell(&self, change: impl FnOnce(&mut Status)) {
        change(&mut lock(&self.0.status));
    }
}
