//! A snapshot that one writes and others read, without waiting for each other: a seqlock over atomics.
//!
//! The first word tells who writes (the slot's generation) and whether a write is going on (odd). The second
//! is a checksum of the rest and of the first. The seqlock alone would do if only its holder ever wrote. But
//! a process may be frozen between two words, lose its slot, and go on in the next holder's snapshot
//! before it looks again: then the checksum is wrong, readers keep what they had, and the holder's next
//! write puts it right.

use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Words of a board beside its content.
pub(super) const OVERHEAD_WORDS: usize = 2;
/// Words between two looks at whether the slot is still held.
const STRIDE: usize = 64;
/// A reader that meets a write as often as this gives up.
const TRIES: usize = 8;

/// Words of a board for so many bytes.
pub(super) const fn words_for(bytes: usize) -> usize {
    OVERHEAD_WORDS + bytes.div_ceil(8)
}

/// Writes a snapshot of at most the board's length. False when the slot was lost before the end.
pub(super) fn write(
    board: &[AtomicU64],
    generation: u32,
    bytes: &[u8],
    still_held: impl Fn() -> bool,
) -> bool {
    let [sequence, checksum, content @ ..] = board else {
        return false;
    };
    if !still_held() {
        return false;
    }
    let count = sequence.load(Ordering::Relaxed) as u32;
    // Also after a writer that died halfway, and left it odd.
    let writing = count.wrapping_add(1) | 1;
    let done = stamp(generation, writing.wrapping_add(1));
    sequence.store(stamp(generation, writing), Ordering::Relaxed);
    // Who sees a word from below, sees that a write is going on.
    fence(Ordering::Release);
    let mut sum = Sum::of(done);
    for (n, (to, from)) in content.iter().zip(words(bytes)).enumerate() {
        if n % STRIDE == 0 && !still_held() {
            return false;
        }
        sum.add(from);
        to.store(from, Ordering::Relaxed);
    }
    checksum.store(sum.0, Ordering::Relaxed);
    if !still_held() {
        return false;
    }
    sequence.store(done, Ordering::Release);
    true
}

/// Reads the last snapshot of the holder of that generation. False when there is none, or it was being
/// written all the time; then `bytes` are worth nothing.
pub(super) fn read(board: &[AtomicU64], generation: u32, bytes: &mut [u8]) -> bool {
    let [sequence, checksum, content @ ..] = board else {
        return false;
    };
    for _ in 0..TRIES {
        let before = sequence.load(Ordering::Acquire);
        if (before >> 32) as u32 != generation {
            return false;
        }
        if before & 1 == 1 {
            std::hint::spin_loop();
            continue;
        }
        let mut sum = Sum::of(before);
        for (from, to) in content.iter().zip(bytes.chunks_mut(8)) {
            let word = from.load(Ordering::Relaxed);
            sum.add(word);
            to.copy_from_slice(&word.to_le_bytes()[..to.len()]);
        }
        let told = checksum.load(Ordering::Relaxed);
        // What was read above was read before the look below.
        fence(Ordering::Acquire);
        if sequence.load(Ordering::Relaxed) == before && sum.0 == told {
            return true;
        }
    }
    false
}

fn stamp(generation: u32, count: u32) -> u64 {
    (u64::from(generation) << 32) | u64::from(count)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    })
}

/// Not cryptographic: it is to find accidents.
struct Sum(u64);

impl Sum {
    fn of(sequence: u64) -> Self {
        Self(sequence ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// One to one in the sum for each word, so that no single wrong word goes unnoticed.
    fn add(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 = (mixed ^ (mixed >> 32)).rotate_left(13);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    fn board(bytes: usize) -> Vec<AtomicU64> {
        (0..words_for(bytes)).map(|_| AtomicU64::new(0)).collect()
    }

    #[test]
    fn what_is_written_is_read_by_who_knows_the_holder() {
        let board = board(21);
        let mut read_bytes = [0; 21];
        assert!(!read(&board, 3, &mut read_bytes), "nothing there yet");
        assert!(write(&board, 3, b"one and twenty bytes!", || true));
        assert!(read(&board, 3, &mut read_bytes));
        assert_eq!(&read_bytes, b"one and twenty bytes!");
        assert!(!read(&board, 4, &mut read_bytes), "of another holder");
    }

    #[test]
    fn a_writer_that_lost_its_slot_stops_and_the_next_starts_over() {
        let board = board(1024);
        let looks = std::cell::Cell::new(0);
        let held = || looks.replace(looks.get() + 1) < 2;
        assert!(!write(&board, 3, &[7; 1024], held));
        let written = board
            .iter()
            .filter(|word| word.load(Ordering::Relaxed) != 0);
        assert_eq!(written.count(), 1 + STRIDE, "the sequence and one stride");
        let mut bytes = [0; 1024];
        assert!(!read(&board, 3, &mut bytes), "half of it is not read");
        assert!(write(&board, 4, &[8; 1024], || true));
        assert!(read(&board, 4, &mut bytes) && bytes == [8; 1024]);
    }

    #[test]
    fn a_stray_word_is_not_believed() {
        let board = board(64);
        assert!(write(&board, 3, &[7; 64], || true));
        let mut bytes = [0; 64];
        for word in &board {
            let before = word.swap(0x0102_0304_0506_0709, Ordering::Relaxed);
            assert!(!read(&board, 3, &mut bytes));
            word.store(before, Ordering::Relaxed);
            assert!(read(&board, 3, &mut bytes));
        }
    }

    #[test]
    fn nothing_is_torn_while_it_is_written() {
        const LENGTH: usize = 800;
        let (board, stop) = (board(LENGTH), AtomicBool::new(false));
        let (mut good, mut last) = (0_u32, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut n = 0_u8;
                while !stop.load(Ordering::Relaxed) {
                    n = n.wrapping_add(1);
                    write(&board, 1, &[n; LENGTH], || true);
                    (0..200).for_each(|_| std::hint::spin_loop());
                }
            });
            let mut bytes = [0; LENGTH];
            while good < 20_000 {
                if read(&board, 1, &mut bytes) {
                    assert!(bytes.iter().all(|&byte| byte == bytes[0]), "torn");
                    good += u32::from(bytes[0] != last);
                    last = bytes[0];
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}
