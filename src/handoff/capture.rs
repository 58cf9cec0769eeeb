//! What was heard, audio to worker: a ring of frames, and where in it the present passage begins.
//!
//! When the worker does not keep up (a render much faster than real time), the audio side drops frames
//! and counts them. It then stays silent until half of the ring is free, so that what does arrive hangs
//! together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use atomic_float::AtomicF64;

/// Frames the ring of an instance holds: 1 MiB, 2.7 s at 48 kHz.
pub const FRAMES: usize = 1 << 17;

#[derive(Debug)]
struct Facts {
    /// Frames put into the ring before the present passage began.
    start: AtomicU64,
    /// Rate of the present passage in Hz.
    sample_rate_hz: AtomicF64,
    /// Frames of the present passage that were dropped.
    dropped: AtomicU64,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Writer {
    ring: rtrb::Producer<[f32; 2]>,
    facts: Arc<Facts>,
    pushed: u64,
    dropping: bool,
}

/// The worker's end.
#[derive(Debug)]
pub struct Reader {
    ring: rtrb::Consumer<[f32; 2]>,
    facts: Arc<Facts>,
    popped: u64,
    start: u64,
}

/// What a read brought besides frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct News {
    /// The frames are the first of a new passage: what came before is another one.
    pub new_passage: bool,
    /// Rate of the passage in Hz.
    pub sample_rate_hz: f64,
    /// Frames of the passage that got lost on the way, so far.
    pub dropped: u64,
}

/// An empty ring of `frames` frames.
pub fn new(frames: usize) -> (Writer, Reader) {
    let (producer, consumer) = rtrb::RingBuffer::new(frames);
    let facts = Arc::new(Facts {
        start: AtomicU64::new(0),
        sample_rate_hz: AtomicF64::new(0.0),
        dropped: AtomicU64::new(0),
    });
    let writer = Writer {
        ring: producer,
        facts: facts.clone(),
        pushed: 0,
        dropping: false,
    };
    let reader = Reader {
        ring: consumer,
        facts,
        popped: 0,
        start: 0,
    };
    (writer, reader)
}

impl Writer {
    /// What follows is a new passage at this rate.
    pub fn start(&mut self, sample_rate_hz: f64) {
        self.facts
            .sample_rate_hz
            .store(sample_rate_hz, Ordering::Relaxed);
        self.facts.dropped.store(0, Ordering::Relaxed);
        // One empty frame, so that two passages never begin at the same place.
        self.pushed += u64::from(self.ring.push([0.0; 2]).is_ok());
        self.facts.start.store(self.pushed, Ordering::Release);
    }

    /// Adds a block, or drops and counts it. Both slices are as long. Never waits.
    pub fn write(&mut self, left: &[f32], right: &[f32]) {
        let frames = left.len().min(right.len());
        let room = self.ring.slots();
        if self.dropping && room * 2 >= self.ring.buffer().capacity() {
            self.dropping = false;
        }
        let fits = if self.dropping { 0 } else { room.min(frames) };
        if let Ok(chunk) = self.ring.write_chunk_uninit(fits) {
            let pairs = left.iter().zip(right).map(|(&left, &right)| [left, right]);
            chunk.fill_from_iter(pairs);
            self.pushed += fits as u64;
        }
        if fits < frames {
            self.dropping = true;
            let lost = (frames - fits) as u64;
            self.facts.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

impl Reader {
    /// Fills `frames` with what has come, at most as much as fits, and says how many. Frames of a
    /// passage that is over are skipped.
    pub fn read(&mut self, frames: &mut [[f32; 2]]) -> (usize, News) {
        let count = self.ring.pop_partial_slice(frames).0.len();
        // Written before any frame of its passage, so it is known here for every frame taken above.
        let start = self.facts.start.load(Ordering::Acquire);
        let new_passage = start != self.start;
        self.start = start;
        let old = start.saturating_sub(self.popped).min(count as u64) as usize;
        self.popped += count as u64;
        frames.copy_within(old..count, 0);
        let news = News {
            new_passage,
            sample_rate_hz: self.facts.sample_rate_hz.load(Ordering::Relaxed),
            dropped: self.facts.dropped.load(Ordering::Relaxed),
        };
        (count - old, news)
    }
}
