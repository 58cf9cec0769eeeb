//! The background thread: keeps what was heard, and finds the drive for a loudness goal by rehearsal.
//!
//! One per instance, of low priority. It comes and looks: the audio thread never wakes it. It is joined
//! before the instance goes, so that no code of ours runs in an unloaded library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use thread_priority::ThreadPriority;

use super::hearing::Hearing;
use super::rehearsal;
use crate::handoff::WorkerSide;

/// How often it looks whether there is something to hear.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// The running thread. Stopped and joined when dropped.
#[derive(Debug)]
pub struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread. Without a thread (the system has none left) the plugin works, but cannot
    /// solve the drive.
    pub fn start(side: WorkerSide) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("finalcoat worker".to_owned())
            .spawn(move || run(side, &stopped));
        Self {
            stop,
            thread: thread.ok(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It has nothing to say; if it panicked, the instance is going anyway.
            let _ = thread.join();
        }
    }
}

fn run(side: WorkerSide, stop: &AtomicBool) {
    // Not every system lets a thread step back; then it runs like any other.
    let _ = thread_priority::set_current_thread_priority(ThreadPriority::Min);
    side.errand.wake_here();
    let mut hearing = Hearing::new(side.capture);
    while !stop.load(Ordering::Acquire) {
        hearing.listen();
        if let Some(job) = side.errand.take() {
            let result = rehearsal::solve(&job, &mut hearing, stop);
            job.finish(result);
        } else {
            std::thread::park_timeout(LOOK_EVERY);
        }
    }
}
