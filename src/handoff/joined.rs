//! A thread beside the audio: stopped and waited for when it is dropped, as the host may unload its code right
//! after.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// The running thread. It must not need a lock that is held where this is dropped.
#[derive(Debug)]
pub struct Joined {
    stop: Arc<AtomicBool>,
    /// `None` where the system has no thread left: then nothing is done.
    thread: Option<JoinHandle<()>>,
}

impl Joined {
    /// Starts it. `work` ends soon after the flag that it is given is set; where it is parked then, it is woken.
    pub fn start(name: &str, work: impl FnOnce(&AtomicBool) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || work(&stopped)).ok();
        Self { stop, thread }
    }

    /// Whether it has ended, or never began.
    pub fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It has nothing to say; if it panicked, whoever owns it is going anyway.
            let _ = thread.join();
        }
    }
}
