//! What was heard, audio to worker: a ring of frames, where in it the present passage begins, and where in
//! the song its frames belong.
//!
//! A second ring holds a [`Place`] for each run of frames, written before the first of them. When the worker does not keep up (a render much faster than real time), the audio side drops frames
//! and counts them. It then stays silent until half of the ring is free, so that what does arrive hangs
//! together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use atomic_float::AtomicF64;

/// Frames the ring of an instance holds: 1 MiB, 2.7 s at 48 kHz.
pub const FRAMES: usize = 1 << 17;
/// Jumps of the song position that may wait beside them.
const MARKS: usize = 256;
/// Time-code that lies this near to where the frames before ended goes on from there: hosts round.
const JITTER_S: f64 = 0.01;

/// Where in the song frames belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The host gives no position: after what came before.
    Unknown,
    /// The transport stands still: they are not of the song.
    Stopped,
    /// The first of them is this many samples into the song.
    At(i64),
}

impl Place {
    /// Where the frame that many frames later belongs.
    #[must_use]
    pub fn after(self, frames: u64) -> Self {
        match self {
            Place::At(position) => Place::At(position.saturating_add_unsigned(frames)),
            other => other,
        }
    }
}

/// From the frame with this number on.
#[derive(Debug, Clone, Copy)]
struct Mark {
    index: u64,
    place: Place,
}

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
    marks: rtrb::Producer<Mark>,
    facts: Arc<Facts>,
    pushed: u64,
    dropping: bool,
    /// Where the next frame belongs if nothing jumps; `None` where a mark must tell.
    expected: Option<Place>,
    jitter_samples: u64,
}

/// The worker's end.
#[derive(Debug)]
pub struct Reader {
    ring: rtrb::Consumer<[f32; 2]>,
    marks: rtrb::Consumer<Mark>,
    facts: Arc<Facts>,
    popped: u64,
    start: u64,
    run: Mark,
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
    /// Where the first frame belongs; the others follow it.
    pub place: Place,
}

/// An empty ring of `frames` frames.
pub fn new(frames: usize) -> (Writer, Reader) {
    let (producer, consumer) = rtrb::RingBuffer::new(frames);
    let (to_marks, marks) = rtrb::RingBuffer::new(MARKS);
    let facts = Arc::new(Facts {
        start: AtomicU64::new(0),
        sample_rate_hz: AtomicF64::new(0.0),
        dropped: AtomicU64::new(0),
    });
    let writer = Writer {
        ring: producer,
        marks: to_marks,
        facts: facts.clone(),
        pushed: 0,
        dropping: false,
        expected: None,
        jitter_samples: 0,
    };
    let reader = Reader {
        ring: consumer,
        marks,
        facts,
        popped: 0,
        start: 0,
        run: Mark {
            index: 0,
            place: Place::Unknown,
        },
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
        self.jitter_samples = (sample_rate_hz * JITTER_S) as u64;
        self.expected = None;
        // One empty frame, so that two passages never begin at the same place.
        self.pushed += u64::from(self.ring.push([0.0; 2]).is_ok());
        self.facts.start.store(self.pushed, Ordering::Release);
    }

    /// Adds a block whose first frame belongs at `place`, or drops and counts it. Both slices are as long.
    /// Never waits.
    pub fn write(&mut self, left: &[f32], right: &[f32], place: Place) {
        let frames = left.len().min(right.len());
        let room = self.ring.slots();
        if self.dropping && room * 2 >= self.ring.buffer().capacity() {
            self.dropping = false;
        }
        let place = self.smoothed(place);
        let jumps = self.expected != Some(place);
        let mark = Mark {
            index: self.pushed,
            place,
        };
        let fits = if self.dropping { 0 } else { room.min(frames) };
        // Frames of which nobody knows where they belong are not sent.
        let fits = if fits > 0 && jumps && self.marks.push(mark).is_err() {
            0
        } else {
            fits
        };
        if let Ok(chunk) = self.ring.write_chunk_uninit(fits) {
            let pairs = left.iter().zip(right).map(|(&left, &right)| [left, right]);
            chunk.fill_from_iter(pairs);
            self.pushed += fits as u64;
        }
        self.expected = Some(place.after(fits as u64));
        if fits < frames {
            self.dropping = true;
            self.expected = None;
            let lost = (frames - fits) as u64;
            self.facts.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }

    /// `place`, or where the frames before ended if that is as good as the same.
    fn smoothed(&self, place: Place) -> Place {
        match (place, self.expected) {
            (Place::At(given), Some(Place::At(expected)))
                if given.abs_diff(expected) <= self.jitter_samples =>
            {
                Place::At(expected)
            }
            _ => place,
        }
    }
}

impl Reader {
    /// Fills `frames` with what has come, at most as much as fits and belongs together, and says how many.
    /// Frames of a passage that is over are skipped. With less than all that waits, it is to be read again:
    /// see [`Self::waiting`].
    pub fn read(&mut self, frames: &mut [[f32; 2]]) -> (usize, News) {
        let mut new_passage = false;
        loop {
            let count = self.take(frames);
            // Written before any frame of its passage, so it is known here for every frame taken.
            let start = self.facts.start.load(Ordering::Acquire);
            new_passage |= start != self.start;
            self.start = start;
            let old = start.saturating_sub(self.popped).min(count as u64) as usize;
            let first = self.popped + old as u64;
            self.popped += count as u64;
            if count > 0 && old == count {
                continue;
            }
            frames.copy_within(old..count, 0);
            let news = News {
                new_passage,
                sample_rate_hz: self.facts.sample_rate_hz.load(Ordering::Relaxed),
                dropped: self.facts.dropped.load(Ordering::Relaxed),
                place: self.run.place.after(first.saturating_sub(self.run.index)),
            };
            return (count - old, news);
        }
    }

    /// Takes frames of one run.
    fn take(&mut self, frames: &mut [[f32; 2]]) -> usize {
        let mut limit = self.ring.slots().min(frames.len());
        // Written before the frames they are of, so those of all frames counted above are here.
        while let Ok(&mark) = self.marks.peek() {
            if mark.index > self.popped {
                limit = limit.min((mark.index - self.popped) as usize);
                break;
            }
            self.run = mark;
            // The mark that was looked at is there.
            let _ = self.marks.pop();
        }
        self.ring.pop_partial_slice(&mut frames[..limit]).0.len()
    }

    /// Frames that wait to be read, of any passage.
    pub fn waiting(&self) -> usize {
        self.ring.slots()
    }

    /// Frames read since the ring was made.
    pub fn taken(&self) -> u64 {
        self.popped
    }
}
