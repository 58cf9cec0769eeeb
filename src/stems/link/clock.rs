//! The clock that all processes share, and numbers that no two instances share.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Milliseconds of a clock that never goes back and is the same in every process; tests bring their own.
pub type Clock = Box<dyn Fn() -> u64 + Send>;

/// Milliseconds since the system was started. Stands still while the system sleeps where the system has such
/// a clock, so that nobody is taken for dead on waking up.
#[cfg(unix)]
pub fn system_ms() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
}

/// Milliseconds since the system was started.
#[cfg(windows)]
pub fn system_ms() -> u64 {
    super::memory::tick_ms()
}

/// What tells this start of the system from others; 0 where the system does not say. There, the dead of a
/// table from before the start may be taken for alive for the two seconds in which their last beats
/// happen to lie.
pub(super) fn boot() -> u64 {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.bytes()
        .filter_map(|digit| char::from(digit).to_digit(16))
        .fold(0, |id, digit| id.rotate_left(4) ^ u64::from(digit))
}

/// A random number, never 0: the id of an instance or of a session.
pub fn fresh_id() -> u64 {
    // Its keys are from the system's random numbers. Process and time besides: a process that was forked
    // off has its parent's keys.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_u64(system_ms());
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ() {
        let mut ids: Vec<u64> = (0..10_000).map(|_| fresh_id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 10_000);
        assert!(!ids.contains(&0));
    }

    #[test]
    fn the_clock_goes_on() {
        let before = system_ms();
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(system_ms() > before);
        assert_eq!(boot(), boot());
    }
}
