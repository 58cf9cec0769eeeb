//! The background thread: keeps what was heard, finds the drive for a loudness goal by rehearsal, and makes
//! the assistant's proposals.
//!
//! One per instance, of low priority. It comes and looks: the audio thread never wakes it. It is joined
//! before the instance goes, so that no code of ours runs in an unloaded library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thread_priority::ThreadPriority;

use super::hearing::Hearing;
use super::proposer::Proposer;
use super::shelf::Shelf;
use super::{rehearsal, turn};
use crate::handoff::WorkerSide;
use crate::handoff::capture::Reader;
use crate::handoff::errand::{Answer, Job, Receiver};
use crate::handoff::joined::Joined;
use crate::params::FinalcoatParams;

/// How often it looks whether there is something to hear.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The running thread. Stopped and joined when dropped.
#[derive(Debug)]
pub struct Worker {
    _thread: Joined,
}

impl Worker {
    /// Starts the thread. Without a thread (the system has none left) the plugin works, but cannot
    /// solve the drive. The styles on the `shelf` are read there, not here.
    pub fn start(side: WorkerSide, params: Arc<FinalcoatParams>, shelf: Shelf) -> Self {
        let WorkerSide {
            capture,
            errand,
            listen,
            linked,
        } = side;
        // Here and not on the thread: what is wished from now on is a change.
        let proposer = Proposer::new(params, listen, shelf);
        let work = move |stop: &AtomicBool| run(capture, &errand, proposer, stop);
        Self {
            _thread: Joined::start("finalcoat worker", work),
        }
    }
}

fn run(capture: Reader, errand: &Receiver, mut proposer: Proposer, stop: &AtomicBool) {
    // Not every system lets a thread step back; then it runs like any other.
    let _ = thread_priority::set_current_thread_priority(ThreadPriority::Min);
    errand.wake_here();
    let mut hearing = Hearing::new(capture);
    proposer.begin_here();
    while !stop.load(Ordering::Acquire) {
        hearing.listen();
        if let Some(job) = errand.take() {
            let result = solve(&job, &mut hearing, stop);
            job.finish(result);
            continue;
        }
        proposer.step(&mut hearing, &|| {
            stop.load(Ordering::Acquire) || errand.waits()
        });
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// Solves the drive when it is this instance's turn.
fn solve(job: &Job, hearing: &mut Hearing, stop: &AtomicBool) -> Result<Answer, String> {
    let turn = turn::wait(|| {
        hearing.listen();
        !job.cancelled() && !stop.load(Ordering::Acquire)
    });
    match turn {
        Some(_turn) => rehearsal::solve(job, hearing, stop),
        None => Err("Stopped.".to_owned()),
    }
}
