//! Plays a song in place of the input, on the audio thread.

use crate::dsp::units::ms_to_samples;
use crate::handoff::deck::{Audio, Song};

/// Sound that breaks off clicks, and the chain would answer to it. The song itself is left alone where it
/// begins, ends and begins again.
const FADE_MS: f64 = 5.0;

/// A song and where it is.
#[derive(Debug)]
pub struct Deck {
    audio: Audio,
    song: Option<Box<Song>>,
    /// The next frame of the song.
    frame: usize,
    /// Where it is to go, in seconds.
    jump_s: Option<f64>,
    /// How far it is faded in, in frames, of how many.
    fade: usize,
    fade_frames: usize,
}

/// Some frames that hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// How many.
    pub frames: usize,
    /// Whether they are of the song; silence otherwise.
    pub playing: bool,
    /// Where in the song the first of them is.
    pub position: i64,
}

impl Deck {
    /// Nothing to play yet.
    pub fn new(audio: Audio) -> Self {
        Self {
            audio,
            song: None,
            frame: 0,
            jump_s: None,
            fade: 0,
            fade_frames: 1,
        }
    }

    /// Says the rate of the stream, in Hz, for which songs are to be read.
    pub fn tell_rate(&self, sample_rate_hz: f64) {
        self.audio.tell_rate(sample_rate_hz);
    }

    /// Whether it is heard in place of the input.
    pub fn loaded(&self) -> bool {
        self.audio.loaded()
    }

    /// Fills the beginning of both slices, which are as long, as far as it hangs together: all of it, or
    /// up to a jump, a stop, or the end of the song.
    pub fn fill(&mut self, left: &mut [f32], right: &mut [f32]) -> Run {
        self.jump_s = self.audio.take_seek().or(self.jump_s);
        let mut goes_on = self.audio.playing();
        // Whatever changes what is heard waits until the sound is faded out.
        if self.fade == 0 {
            self.change(goes_on);
        } else {
            goes_on &= self.jump_s.is_none() && !self.audio.waits();
        }
        let Some(song) = &self.song else {
            return stopped(left, right, 0);
        };
        let position = self.frame as i64;
        if !goes_on && self.fade == 0 {
            return stopped(left, right, position);
        }
        let rest = song.left.len() - self.frame;
        let fading = match goes_on {
            true => self.fade_frames - self.fade,
            false => self.fade,
        };
        let frames = left.len().min(rest);
        let frames = if goes_on { frames } else { frames.min(fading) };
        let from = self.frame..self.frame + frames;
        left[..frames].copy_from_slice(&song.left[from.clone()]);
        right[..frames].copy_from_slice(&song.right[from]);
        let pairs = left[..frames].iter_mut().zip(&mut right[..frames]);
        for (left, right) in pairs.take(fading) {
            self.fade = if goes_on {
                self.fade + 1
            } else {
                self.fade - 1
            };
            let gain = self.fade as f32 / self.fade_frames as f32;
            *left *= gain;
            *right *= gain;
        }
        self.frame += frames;
        if self.frame == song.left.len() {
            self.frame = 0;
            if !self.audio.repeats() {
                self.audio.stop();
                self.fade = 0;
            }
        }
        self.audio
            .tell_position(self.frame as f64 / song.sample_rate_hz);
        Run {
            frames,
            playing: true,
            position,
        }
    }

    /// Takes the song that waits, and goes where it is to go. Nothing sounds.
    fn change(&mut self, goes_on: bool) {
        if self.audio.waits() {
            let before = self
                .song
                .as_ref()
                .map(|song| (song.file, self.position_s()));
            self.audio.exchange(&mut self.song);
            if let Some(song) = &self.song {
                self.fade_frames = ms_to_samples(FADE_MS, song.sample_rate_hz, 1);
                // The same file at another rate goes on where it was.
                let kept = before.filter(|(file, _)| *file == song.file);
                self.frame = 0;
                self.jump_s = self.jump_s.or(kept.map(|(_, position_s)| position_s));
            }
        }
        let Some(song) = &self.song else {
            return;
        };
        if let Some(jump_s) = self.jump_s.take() {
            let frame = (jump_s * song.sample_rate_hz).round() as usize;
            self.frame = frame.min(song.left.len() - 1);
        }
        self.audio.tell_position(self.position_s());
        if goes_on && self.frame == 0 {
            self.fade = self.fade_frames;
        }
    }

    fn position_s(&self) -> f64 {
        let rate_hz = self.song.as_ref().map_or(1.0, |song| song.sample_rate_hz);
        self.frame as f64 / rate_hz
    }
}

fn stopped(left: &mut [f32], right: &mut [f32], position: i64) -> Run {
    left.fill(0.0);
    right.fill(0.0);
    Run {
        frames: left.len(),
        playing: false,
        position,
    }
}
