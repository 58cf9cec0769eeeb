//! One rehearsal at a time in this process: instances on other tracks wait for their turn, so that their
//! workers do not take the machine from the host together.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

static TURN: Mutex<()> = Mutex::new(());

/// How often somebody who waits looks again.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Whose turn it is, until dropped.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code)] MutexGuard<'static, ()>);

/// Waits for the turn; `None` when `go_on`, which is asked while waiting, says no. Workers only.
pub fn wait(mut go_on: impl FnMut() -> bool) -> Option<Turn> {
    loop {
        match TURN.try_lock() {
            Ok(turn) => return Some(Turn(turn)),
            // Whoever panicked has no turn any more.
            Err(TryLockError::Poisoned(turn)) => return Some(Turn(turn.into_inner())),
            Err(TryLockError::WouldBlock) => {}
        }
        if !go_on() {
            return None;
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}
