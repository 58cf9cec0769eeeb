//! What the saved advice changes, where the audio thread can read it: atomics under a sequence number, as a
//! state may be loaded while audio runs and on any thread.

use std::sync::atomic::{AtomicU32, Ordering, fence};

use crate::stems::moves::{CHANGES_MAX, CODE_NUMBERS, StemChange};

/// Words of one change: which, and its numbers.
const WORDS: usize = 1 + CODE_NUMBERS;
/// Tries of a reader before it keeps what it has.
const TRIES: usize = 3;

/// The place. One writer at a time (the session's lock sees to it), any number of readers.
#[derive(Debug)]
pub struct Advised {
    /// Odd while it is being written.
    sequence: AtomicU32,
    count: AtomicU32,
    words: [[AtomicU32; WORDS]; CHANGES_MAX],
}

/// What was read: the changes and how many they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changes {
    all: [StemChange; CHANGES_MAX],
    count: usize,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            all: [StemChange::Gain(0.0); CHANGES_MAX],
            count: 0,
        }
    }
}

impl Changes {
    /// The changes, in order.
    pub fn get(&self) -> &[StemChange] {
        &self.all[..self.count]
    }

    /// The first of them, as many as there is room for.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a StemChange>) -> Self {
        let mut kept = Self::default();
        for change in changes.into_iter().take(CHANGES_MAX) {
            kept.all[kept.count] = *change;
            kept.count += 1;
        }
        kept
    }
}

impl Default for Advised {
    fn default() -> Self {
        Self {
            sequence: AtomicU32::new(0),
            count: AtomicU32::new(0),
            words: [const { [const { AtomicU32::new(0) }; WORDS] }; CHANGES_MAX],
        }
    }
}

impl Advised {
    /// Writes them. Only one thread at a time may.
    pub(super) fn write(&self, changes: &Changes) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence
            .store(sequence.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        self.count.store(changes.count as u32, Ordering::Relaxed);
        for (place, change) in self.words.iter().zip(changes.get()) {
            for (word, value) in place.iter().zip(encoded(change)) {
                word.store(value, Ordering::Relaxed);
            }
        }
        self.sequence
            .store(sequence.wrapping_add(2), Ordering::Release);
    }

    /// Reads them; `None` while they are being written. Never waits.
    pub fn read(&self) -> Option<Changes> {
        for _ in 0..TRIES {
            let before = self.sequence.load(Ordering::Acquire);
            if before % 2 == 1 {
                continue;
            }
            let mut read = Changes::default();
            let count = self.count.load(Ordering::Relaxed) as usize;
            for place in &self.words[..count.min(CHANGES_MAX)] {
                let words = place.each_ref().map(|word| word.load(Ordering::Relaxed));
                read.all[read.count] = decoded(&words);
                read.count += 1;
            }
            fence(Ordering::Acquire);
            if self.sequence.load(Ordering::Relaxed) == before {
                return Some(read);
            }
        }
        None
    }
}

fn encoded(change: &StemChange) -> [u32; WORDS] {
    let (names, numbers) = change.code();
    let mut words = [u32::from_le_bytes(names); WORDS];
    for (word, number) in words[1..].iter_mut().zip(numbers) {
        *word = number.to_bits();
    }
    words
}

/// What is torn may be no change at all: the sequence number tells.
fn decoded(words: &[u32; WORDS]) -> StemChange {
    let numbers = core::array::from_fn(|place| f32::from_bits(words[place + 1]));
    StemChange::of_code(words[0].to_le_bytes(), numbers).unwrap_or(StemChange::Gain(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::{BandSettings, Placement, Shape, Slope};
    use std::sync::atomic::AtomicBool;

    fn some() -> [StemChange; 5] {
        [
            StemChange::Gain(-1.5),
            StemChange::Width(80.0),
            StemChange::MonoBass(120.0, 55.0),
            StemChange::Compression(3, -21.5, 1.75),
            StemChange::Band(BandSettings {
                on: true,
                shape: Shape::HighShelf,
                placement: Placement::Side,
                slope: Slope::Db24,
                frequency_hz: 6300.0,
                gain_db: 0.5,
                q: 1.2,
                threshold_db: -33.3,
                range_db: -2.0,
                ratio: 3.0,
                attack_ms: 0.7,
                release_ms: 40.0,
                ..BandSettings::default()
            }),
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        let place = Advised::default();
        assert_eq!(place.read(), Some(Changes::default()));
        place.write(&Changes::of(&some()));
        assert_eq!(place.read().expect("nobody writes").get(), some());
        place.write(&Changes::of(&some()[..1]));
        assert_eq!(place.read().expect("nobody writes").get(), &some()[..1]);
        // No more than there is room for.
        let many = [StemChange::Gain(1.0); 20];
        place.write(&Changes::of(&many));
        assert_eq!(
            place.read().expect("nobody writes").get().len(),
            CHANGES_MAX
        );
    }

    #[test]
    fn no_reader_sees_half_of_it() {
        let place = Advised::default();
        let done = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for n in (0..1000_u16).cycle() {
                    let one = StemChange::MonoBass(f32::from(n), f32::from(n));
                    place.write(&Changes::of(&[one; CHANGES_MAX]));
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    // Or a reader on a busy machine finds it written at every look.
                    (0..n % 64).for_each(|_| std::hint::spin_loop());
                }
            });
            let (mut tries, mut read) = (0, 0);
            while read < 2000 && tries < 50_000_000 {
                tries += 1;
                let Some(changes) = place.read() else {
                    continue;
                };
                let Some(first) = changes.get().first() else {
                    continue;
                };
                read += 1;
                assert!(changes.get().iter().all(|one| one == first), "{changes:?}");
                assert!(matches!(first, StemChange::MonoBass(a, b) if a == b));
            }
            done.store(true, Ordering::Relaxed);
            assert_eq!(read, 2000);
        });
    }
}
