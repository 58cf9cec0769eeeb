//! The ear of the worker: takes what comes over the ring into the stores, also while they are busy.

use super::heard::Heard;
use super::listening::Listening;
use crate::dsp::block::Stream;
use crate::handoff::capture::{News, Reader};

/// Frames taken from the ring at a time.
const TAKE_FRAMES: usize = 4096;
/// Frames that may wait while the passage is played: 16 MiB.
const BACKLOG_FRAMES: usize = 1 << 21;
/// Parts played between two looks at the ring: 32768 frames.
const PARTS_PER_LOOK: u32 = 64;

/// The stores, and the ring that feeds them.
#[derive(Debug)]
pub struct Hearing {
    capture: Reader,
    heard: Heard,
    /// Whether the passage is kept: of one part of a song nothing is.
    keeps: bool,
    /// What the assistant listens to.
    pub listening: Listening,
    /// Frames of the passage that the ring lost.
    dropped: u64,
    /// Frames of the passage that the backlog lost.
    lost: u64,
    taken: Vec<[f32; 2]>,
    backlog: Backlog,
}

/// What came while the passage was being played.
#[derive(Debug, Default)]
struct Backlog {
    frames: Vec<[f32; 2]>,
    lost: u64,
    /// A new passage began meanwhile, at this rate; the frames are of it.
    turned: Option<f64>,
}

impl Hearing {
    /// An ear that has heard nothing.
    pub fn new(capture: Reader) -> Self {
        Self {
            capture,
            heard: Heard::new(Stream::new(0.0)),
            keeps: true,
            listening: Listening::new(Stream::new(0.0), &[]),
            dropped: 0,
            lost: 0,
            taken: vec![[0.0; 2]; TAKE_FRAMES],
            backlog: Backlog::default(),
        }
    }

    /// An ear for a stem, which is analysed and not kept.
    pub fn of_part(capture: Reader) -> Self {
        Self {
            keeps: false,
            listening: Listening::of_part(Stream::new(0.0)),
            ..Self::new(capture)
        }
    }

    /// What is kept of the present passage.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Frames that have come since the instance was made.
    pub fn taken_frames(&self) -> u64 {
        self.capture.taken()
    }

    /// Whether the store holds the whole passage.
    pub fn complete(&self) -> bool {
        self.heard.whole() && self.dropped + self.lost == 0
    }

    /// Takes all that has come into the stores.
    pub fn listen(&mut self) {
        let backlog = core::mem::take(&mut self.backlog);
        if let Some(sample_rate_hz) = backlog.turned {
            self.forget(sample_rate_hz);
        }
        self.lost += backlog.lost;
        self.heard.push(&backlog.frames);
        loop {
            let (count, news) = self.capture.read(&mut self.taken);
            if news.new_passage {
                self.forget(news.sample_rate_hz);
            }
            self.dropped = news.dropped;
            let taken = &self.taken[..count];
            if self.keeps {
                self.heard.push(taken);
            }
            hear(&mut self.listening, taken, news);
            if self.capture.waiting() < TAKE_FRAMES / 2 {
                return;
            }
        }
    }

    fn forget(&mut self, sample_rate_hz: f64) {
        self.heard = Heard::new(Stream::new(sample_rate_hz));
        self.lost = 0;
    }

    /// Plays what is kept of the passage, in order and in parts, until `play` says stop by returning false.
    /// What comes meanwhile waits in the backlog.
    pub fn play(&mut self, mut play: impl FnMut(&mut [f32], &mut [f32]) -> bool) {
        let mut parts = 0_u32;
        self.heard.for_each_part(|left, right| {
            parts += 1;
            if parts.is_multiple_of(PARTS_PER_LOOK) {
                loop {
                    let (count, news) = self.capture.read(&mut self.taken);
                    let taken = &self.taken[..count];
                    self.backlog.take(taken, news);
                    hear(&mut self.listening, taken, news);
                    if self.capture.waiting() < TAKE_FRAMES / 2 {
                        break;
                    }
                }
            }
            play(left, right)
        });
    }
}

/// The song goes on over the passages' borders.
fn hear(listening: &mut Listening, frames: &[[f32; 2]], news: News) {
    if news.sample_rate_hz > 0.0 {
        listening.turn(Stream::new(news.sample_rate_hz));
        listening.take(frames, news.place);
    }
}

impl Backlog {
    fn take(&mut self, frames: &[[f32; 2]], news: News) {
        if news.new_passage {
            self.turned = Some(news.sample_rate_hz);
            self.frames.clear();
            self.lost = 0;
        }
        let room = BACKLOG_FRAMES - self.frames.len();
        let fits = frames.len().min(room);
        self.frames.extend(&frames[..fits]);
        self.lost += (frames.len() - fits) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handoff::capture::{self, FRAMES, Place};

    /// The worker may come to its first look only when the song plays already.
    #[test]
    fn of_a_stem_what_came_before_the_first_look_is_heard() {
        let (mut writer, reader) = capture::new(FRAMES);
        let mut hearing = Hearing::of_part(reader);
        writer.start(48_000.0);
        let sound = [0.1; 48_000];
        writer.write(&sound, &sound, Place::At(0));
        hearing.listen();
        // Slices of a tenth of a second, of which the last may wait for its end.
        let heard = hearing.listening.take_news().len();
        assert!((9..=10).contains(&heard), "{heard}");
    }
}
