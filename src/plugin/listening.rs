//! What was listened to: the analyser, the passages, and whether what plays now is still the same song.

use super::passages::Store;
use super::watch::{Second, Watch};
use crate::analysis::analyzer::Analyzer;
use crate::analysis::report::Span;
use crate::assistant::rehearsal::{self, Passage};
use crate::dsp::block::Stream;
use crate::handoff::capture::Place;

/// Listens while it is told to, and watches otherwise.
#[derive(Debug)]
pub struct Listening {
    /// Whether what comes is taken in.
    pub on: bool,
    /// One part of a song: nobody rehearses it, and it is not held against what it was.
    part: bool,
    stream: Stream,
    analyzer: Analyzer,
    store: Store,
    watch: Watch,
    /// Position after the last frame, in samples.
    next: i64,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Frames taken in since birth.
    frames: u64,
}

impl Listening {
    /// Has heard nothing, but may remember the levels of an earlier session.
    pub fn new(stream: Stream, remembered: &[Second]) -> Self {
        Self {
            on: false,
            part: false,
            stream,
            analyzer: Analyzer::new(stream),
            store: Store::new(stream),
            watch: Watch::new(stream, remembered),
            next: 0,
            left: Vec::new(),
            right: Vec::new(),
            frames: 0,
        }
    }

    /// Has heard nothing of a stem: what it hears is analysed from the first frame on, and no sound is kept.
    pub fn of_part(stream: Stream) -> Self {
        Self {
            on: true,
            part: true,
            analyzer: Analyzer::of_part(stream),
            ..Self::new(stream, &[])
        }
    }

    /// The same at another rate: what was heard does not compare.
    pub fn turn(&mut self, stream: Stream) {
        if stream == self.stream {
            return;
        }
        if self.part {
            *self = Self::of_part(stream);
        } else {
            let remembered = self.watch.kept();
            *self = Self {
                on: self.on,
                ..Self::new(stream, &remembered)
            };
        }
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        *self = Self {
            on: self.on,
            ..Self::new(self.stream, &[])
        };
    }

    /// Takes over what a session remembers, where nothing was heard yet.
    pub fn remember(&mut self, levels: &[Second]) {
        if self.frames == 0 {
            self.watch = Watch::new(self.stream, levels);
        }
    }

    /// Hears frames that belong together.
    pub fn take(&mut self, frames: &[[f32; 2]], place: Place) {
        let position = match place {
            Place::Stopped => return,
            Place::At(position) => position,
            Place::Unknown => self.next,
        };
        self.next = position + frames.len() as i64;
        let Ok(start) = u64::try_from(position) else {
            return;
        };
        if !self.part {
            self.watch.push(start, frames, self.on);
        }
        if !self.on || frames.is_empty() {
            return;
        }
        self.frames += frames.len() as u64;
        self.left.clear();
        self.left.extend(frames.iter().map(|frame| frame[0]));
        self.right.clear();
        self.right.extend(frames.iter().map(|frame| frame[1]));
        self.analyzer
            .process(&self.left, &self.right, Some(position));
        if !self.part {
            self.store.push(start, frames);
        }
    }

    /// The stream that is heard.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// See [`Analyzer::take_news`].
    pub fn take_news(&mut self) -> Vec<usize> {
        self.analyzer.take_news()
    }

    /// The analyser.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// A proposal was made of what is known now.
    pub fn settle(&mut self) {
        self.analyzer.settle();
    }

    /// The passages that stand for the song: those the analyser names where they are kept, else the nearest.
    pub fn passages(&self) -> Vec<Passage> {
        let named = self.analyzer.passages();
        let named = named.map(|named| rehearsal::spans(&named));
        let kept: Option<Vec<Passage>> =
            named.and_then(|spans| spans.iter().map(|span| self.store.stretch(*span)).collect());
        match kept {
            Some(passages) if !passages.is_empty() => passages,
            _ => self.store.passages(),
        }
    }

    /// Seconds taken in since birth, repeats counted.
    pub fn taken_s(&self) -> f64 {
        self.frames as f64 / self.stream.sample_rate_hz.max(1.0)
    }

    /// Where the song is not what was listened to any more: while listening, since the last proposal; otherwise
    /// by its levels.
    pub fn changed(&self) -> Vec<Span> {
        if self.on {
            self.analyzer.changed()
        } else {
            self.watch.changed()
        }
    }

    /// Where in the song the last frame was, in seconds; `None` before the first.
    pub fn position_s(&self) -> Option<f64> {
        let rate_hz = self.stream.sample_rate_hz;
        (self.frames > 0 && rate_hz > 0.0).then(|| self.next as f64 / rate_hz)
    }

    /// What a session is to remember.
    pub fn kept(&self) -> Vec<Second> {
        self.watch.kept()
    }
}
