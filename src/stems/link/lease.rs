//! Who holds a slot, in one word: a generation that goes up whenever the slot changes hands, and the time of
//! the holder's last beat.
//!
//! Because the two change together or not at all, a holder that was frozen cannot beat in a slot that
//! was taken from it, and two that want one slot cannot both get it. The clock is read after the word it
//! judges: who was frozen in between would otherwise take the living for ghosts from the future.

use std::sync::atomic::{AtomicU64, Ordering};

/// A holder that has not beaten for so long is gone.
pub const STALE_MS: u64 = 2000;

/// Bits of the time: thirty-four years of milliseconds. The rest is the generation. A time of 0 is a free slot.
const TIME_BITS: u32 = 40;
const TIME: u64 = (1 << TIME_BITS) - 1;

/// A slot that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    generation: u32,
}

impl Held {
    /// The generation of the slot while it is held.
    pub(super) fn generation(self) -> u32 {
        self.generation
    }

    /// Whether the slot is still held.
    pub(super) fn holds(self, lease: &AtomicU64) -> bool {
        generation(lease.load(Ordering::Acquire)) == self.generation()
    }

    /// Says that the holder lives. False when the slot was lost.
    pub(super) fn beat(self, lease: &AtomicU64, now_ms: u64) -> bool {
        let before = lease.load(Ordering::Acquire);
        if generation(before) != self.generation() {
            return false;
        }
        let word = packed(self.generation(), now_ms);
        lease
            .compare_exchange(before, word, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Gives the slot back, unless it was lost.
    pub(super) fn release(self, lease: &AtomicU64) {
        let before = lease.load(Ordering::Acquire);
        if generation(before) == self.generation() {
            // Lost just now: then there is nothing to give back.
            let free = freed(before);
            let _ = lease.compare_exchange(before, free, Ordering::AcqRel, Ordering::Acquire);
        }
    }
}

/// Takes a slot that is free or stale. `None` when it is neither, or another was quicker.
pub(super) fn claim(lease: &AtomicU64, clock: impl Fn() -> u64) -> Option<Held> {
    let before = lease.load(Ordering::Acquire);
    let now_ms = clock();
    if is_live(before, now_ms) {
        return None;
    }
    let word = packed(generation(before).wrapping_add(1), now_ms);
    lease
        .compare_exchange(before, word, Ordering::AcqRel, Ordering::Acquire)
        .ok()
        .map(|_| Held {
            generation: generation(word),
        })
}

/// Frees a slot whose holder is gone.
pub(super) fn sweep(lease: &AtomicU64, clock: impl Fn() -> u64) {
    let before = lease.load(Ordering::Acquire);
    if before & TIME != 0 && !is_live(before, clock()) {
        // Another was quicker, or the holder has just beaten.
        let _ = lease.compare_exchange(before, freed(before), Ordering::AcqRel, Ordering::Acquire);
    }
}

/// The generation of a slot that is held now by somebody who lives.
pub(super) fn live(lease: &AtomicU64, clock: impl Fn() -> u64) -> Option<u32> {
    let word = lease.load(Ordering::Acquire);
    (word & TIME != 0 && is_live(word, clock())).then(|| generation(word))
}

/// A beat from the future is from before the system was started, or garbage.
fn is_live(word: u64, now_ms: u64) -> bool {
    let beat_ms = word & TIME;
    beat_ms != 0 && (now_ms & TIME).abs_diff(beat_ms) <= STALE_MS
}

fn packed(generation: u32, now_ms: u64) -> u64 {
    (u64::from(generation) << TIME_BITS) | (now_ms & TIME).max(1)
}

/// Free, and of the next generation: the last holder must not take it for its own.
fn freed(word: u64) -> u64 {
    u64::from(generation(word).wrapping_add(1)) << TIME_BITS
}

fn generation(word: u64) -> u32 {
    (word >> TIME_BITS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_gets_a_slot_and_who_beats_keeps_it() {
        let lease = AtomicU64::new(0);
        let held = claim(&lease, || 10_000).expect("free");
        assert_eq!(claim(&lease, || 10_000), None);
        assert!(held.beat(&lease, 11_900));
        assert_eq!(claim(&lease, || 13_900), None);
        assert_eq!(live(&lease, || 13_900), Some(held.generation()));
        assert_eq!(live(&lease, || 13_901), None);
        held.release(&lease);
        assert_eq!(live(&lease, || 11_900), None);
        assert!(claim(&lease, || 11_900).is_some());
    }

    #[test]
    fn who_was_frozen_notices_that_the_slot_is_lost() {
        let lease = AtomicU64::new(0);
        let frozen = claim(&lease, || 10_000).expect("free");
        let next = claim(&lease, || 12_001).expect("stale");
        assert!(!frozen.holds(&lease) && !frozen.beat(&lease, 12_001));
        frozen.release(&lease);
        assert!(next.holds(&lease) && next.beat(&lease, 12_002));

        let frozen = next;
        sweep(&lease, || 14_000);
        assert!(frozen.holds(&lease), "alive");
        sweep(&lease, || 14_003);
        assert!(!frozen.holds(&lease) && !frozen.beat(&lease, 14_003));
        // Free is free: nobody sweeps it on and on.
        let word = lease.load(Ordering::Relaxed);
        sweep(&lease, || 90_000);
        assert_eq!(lease.load(Ordering::Relaxed), word);
    }

    #[test]
    fn a_beat_from_the_future_is_not_believed() {
        let lease = AtomicU64::new(packed(7, 500_000));
        assert_eq!(live(&lease, || 1000), None);
        assert_eq!(live(&lease, || 499_000), Some(7));
        assert!(claim(&lease, || 1000).is_some());
    }

    #[test]
    fn who_is_frozen_while_it_looks_takes_nobody_for_a_ghost() {
        let lease = AtomicU64::new(packed(7, 1000));
        // While it reads the clock the slot is lost, and taken and beaten by another.
        let frozen = || {
            lease.store(packed(8, 9000), Ordering::Relaxed);
            4000
        };
        assert_eq!(claim(&lease, frozen), None);
        lease.store(packed(7, 1000), Ordering::Relaxed);
        sweep(&lease, frozen);
        assert_eq!(lease.load(Ordering::Relaxed), packed(8, 9000));
    }

    #[test]
    fn generations_may_overflow() {
        let last = (1 << 24) - 1;
        let lease = AtomicU64::new(packed(last, 1));
        let held = claim(&lease, || 60_000).expect("stale");
        assert_eq!(held.generation(), 0);
        assert!(held.holds(&lease));
    }

    #[test]
    fn of_many_that_want_a_slot_one_gets_it() {
        for round in 1..200 {
            let lease = AtomicU64::new(packed(round, 1));
            let won = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| claim(&lease, || 60_000).is_some()))
                    .collect();
                threads
                    .into_iter()
                    .filter_map(|thread| thread.join().ok())
                    .filter(|&won| won)
                    .count()
            });
            assert_eq!(won, 1);
        }
    }
}
