//! The song that the standalone app plays in place of an input: the song itself, whether and where it
//! plays, and where it is. The audio thread waits for nothing and frees nothing: a song it has done with
//! goes back to where it came from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use atomic_float::AtomicF64;

/// Songs on their way, in each direction. No more are ever about than the reader sends before it has one
/// back.
const SONGS: usize = 4;
/// The lower bits of a seek hold its place in microseconds, up to 12 days; the upper ones count.
const SEEK_BITS: u32 = 40;

/// A whole song at the rate of a stream.
#[derive(Debug, PartialEq)]
pub struct Song {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel, as long.
    pub right: Vec<f32>,
    /// Rate in Hz.
    pub sample_rate_hz: f64,
    /// Which of the files opened so far it is, from 1: the same one at another rate has the same number.
    pub file: u64,
}

#[derive(Debug, Default)]
struct Facts {
    playing: AtomicBool,
    repeats: AtomicBool,
    /// The song is what is heard, also while it is still being read.
    loaded: AtomicBool,
    seek: AtomicU64,
    position_s: AtomicF64,
    sample_rate_hz: AtomicF64,
}

/// What any thread may say and ask, but the audio thread.
#[derive(Debug, Clone)]
pub struct Controls(Arc<Facts>);

/// The end of the thread that reads files.
#[derive(Debug)]
pub struct Source {
    songs: rtrb::Producer<Box<Song>>,
    back: rtrb::Consumer<Box<Song>>,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Audio {
    facts: Arc<Facts>,
    songs: rtrb::Consumer<Box<Song>>,
    back: rtrb::Producer<Box<Song>>,
    /// How many seeks were obeyed.
    seeks: u64,
}

/// The three ends, with nothing to play.
pub fn new() -> (Audio, Controls, Source) {
    let facts = Arc::new(Facts::default());
    let (songs, to_play) = rtrb::RingBuffer::new(SONGS);
    let (back, to_free) = rtrb::RingBuffer::new(SONGS);
    let audio = Audio {
        facts: facts.clone(),
        songs: to_play,
        back,
        seeks: 0,
    };
    let source = Source {
        songs,
        back: to_free,
    };
    (audio, Controls(facts), source)
}

impl Controls {
    /// Starts or stops.
    pub fn play(&self, on: bool) {
        self.0.playing.store(on, Ordering::Relaxed);
    }

    /// Whether it plays, or shall as soon as it can.
    pub fn playing(&self) -> bool {
        self.0.playing.load(Ordering::Relaxed)
    }

    /// Whether it begins again at its end.
    pub fn repeat(&self, on: bool) {
        self.0.repeats.store(on, Ordering::Relaxed);
    }

    /// Whether it begins again at its end.
    pub fn repeats(&self) -> bool {
        self.0.repeats.load(Ordering::Relaxed)
    }

    /// Goes to a place, in seconds from the beginning. One thread at a time.
    pub fn seek(&self, position_s: f64) {
        let count = (self.0.seek.load(Ordering::Relaxed) >> SEEK_BITS) + 1;
        let micros = ((position_s.max(0.0) * 1e6).round() as u64).min((1 << SEEK_BITS) - 1);
        let code = (count << SEEK_BITS) | micros;
        self.0.seek.store(code, Ordering::Relaxed);
    }

    /// Where it is, in seconds.
    pub fn position_s(&self) -> f64 {
        self.0.position_s.load(Ordering::Relaxed)
    }

    /// Whether a song is heard in place of the input, from when its file is opened.
    pub fn load(&self, on: bool) {
        self.0.loaded.store(on, Ordering::Relaxed);
    }

    /// The rate of the stream in Hz; 0 until there is one.
    pub fn sample_rate_hz(&self) -> f64 {
        self.0.sample_rate_hz.load(Ordering::Relaxed)
    }
}

impl Source {
    /// Hands a song over. `false`, and the song is gone, if those before it were not even looked at: the
    /// audio thread stands still.
    pub fn send(&mut self, song: Box<Song>) -> bool {
        self.songs.push(song).is_ok()
    }

    /// Frees what was played.
    pub fn free(&mut self) {
        while self.back.pop().is_ok() {}
    }
}

impl Audio {
    /// Whether it is to play.
    pub fn playing(&self) -> bool {
        self.facts.playing.load(Ordering::Relaxed)
    }

    /// It has come to its end.
    pub fn stop(&self) {
        self.facts.playing.store(false, Ordering::Relaxed);
    }

    /// Whether it begins again at its end.
    pub fn repeats(&self) -> bool {
        self.facts.repeats.load(Ordering::Relaxed)
    }

    /// Whether a song is heard in place of the input.
    pub fn loaded(&self) -> bool {
        self.facts.loaded.load(Ordering::Relaxed)
    }

    /// Where to go, in seconds, if that was said since last asked.
    pub fn take_seek(&mut self) -> Option<f64> {
        let code = self.facts.seek.load(Ordering::Relaxed);
        let (count, micros) = (code >> SEEK_BITS, code & ((1 << SEEK_BITS) - 1));
        let new = count != self.seeks;
        self.seeks = count;
        new.then_some(micros as f64 / 1e6)
    }

    /// Says where it is, in seconds.
    pub fn tell_position(&self, position_s: f64) {
        self.facts.position_s.store(position_s, Ordering::Relaxed);
    }

    /// Says the rate of the stream, in Hz.
    pub fn tell_rate(&self, sample_rate_hz: f64) {
        self.facts
            .sample_rate_hz
            .store(sample_rate_hz, Ordering::Relaxed);
    }

    /// Whether a song waits to be taken.
    pub fn waits(&self) -> bool {
        // Without room to give the old one back the new one is left where it is.
        !self.songs.is_empty() && !self.back.is_full()
    }

    /// Puts the song that waits in the place of `old`, which goes back to be freed.
    pub fn exchange(&mut self, old: &mut Option<Box<Song>>) {
        if self.waits()
            && let Ok(new) = self.songs.pop()
            && let Some(old) = old.replace(new)
        {
            // There is room: it was looked for.
            let _ = self.back.push(old);
        }
    }
}
