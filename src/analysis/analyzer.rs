//! The one entry: blocks in, report out.

use super::dynamics::DynamicsMeter;
use super::elements::{ElementsMeter, ElementsReport};
use super::faults::{FaultsMeter, FaultsReport};
use super::hearing::Audio;
use super::loudness::LoudnessMeter;
use super::low_end::LowEndMeter;
use super::passages::Passages;
use super::report::{
    DynamicsReport, HeardReport, LoudnessReport, LowEndReport, Report, RhythmReport,
    SibilanceReport, Span, StereoReport, ToneReport, Translation,
};
use super::resonances;
use super::rhythm::RhythmMeter;
use super::sibilance::SibilanceMeter;
use super::slice::{SLICES_PER_SECOND, Slice, Slices};
use super::song::{SLICES_MAX, Song};
use super::spectrum::SpectrumMeter;
use super::statistics::saturated;
use crate::dsp::block::Stream;
use crate::dsp::float_mode::FlushDenormals;

/// Hosts round positions: what is off by no more than this follows.
const POSITION_SLACK_FRAMES: i64 = 16;
/// After a jump filters need this much before a slice counts, unless the song begins there.
const WARM_UP_S: f64 = 0.03;
/// Nobody may ask for them: more are not kept.
const NEWS_MAX: usize = 1000;
/// A report needs so many seconds that pass the gate.
const GATED_MIN_S: f64 = 3.0;
/// Seconds passing the gate from which confidence grows, and over which it does (dsp-notes §3.3).
const CONFIDENCE_S: [f64; 2] = [5.0, 20.0];

/// Listens to a song in blocks of any size.
#[derive(Debug)]
pub struct Analyzer {
    stream: Stream,
    song: Song,
    /// Where in the song the next frame lies; `None` before anything came.
    next_frame: Option<i64>,
    /// Whether the open slice was heard from its start.
    whole: bool,
    /// Frames heard since the last jump.
    since_jump: u64,
    audio: Audio,
    meters: Meters,
    /// Numbers of the slices kept since somebody last asked, in the order of hearing.
    news: Vec<usize>,
}

/// One of each topic.
#[derive(Debug)]
struct Meters {
    loudness: LoudnessMeter,
    spectrum: SpectrumMeter,
    dynamics: DynamicsMeter,
    rhythm: RhythmMeter,
    low_end: LowEndMeter,
    sibilance: SibilanceMeter,
    /// Of a mix.
    elements: Option<ElementsMeter>,
    faults: FaultsMeter,
}

/// The first frame of a slice.
fn slice_start(number: i64, sample_rate_hz: f64) -> i64 {
    libm::round(number as f64 * sample_rate_hz / SLICES_PER_SECOND) as i64
}

/// The slice a frame lies in.
fn slice_of(frame: i64, sample_rate_hz: f64) -> i64 {
    let guess = libm::floor(frame as f64 * SLICES_PER_SECOND / sample_rate_hz) as i64;
    // Starts are rounded, so that the guess may be one too low or too high.
    if frame >= slice_start(guess + 1, sample_rate_hz) {
        guess + 1
    } else if frame < slice_start(guess, sample_rate_hz) {
        guess - 1
    } else {
        guess
    }
}

impl Analyzer {
    /// Knows nothing yet.
    pub fn new(stream: Stream) -> Self {
        let meters = Meters::new(stream);
        let past = SpectrumMeter::past_frames(stream).max(meters.low_end.past_frames());
        let slice = libm::ceil(stream.sample_rate_hz / SLICES_PER_SECOND) as usize;
        Self {
            stream,
            song: Song::new(),
            next_frame: None,
            whole: true,
            since_jump: 0,
            audio: Audio::new(past, slice),
            meters,
            news: Vec::new(),
        }
    }

    /// As [`Self::new`], for one part of a mix: what a mix is made of is not looked for.
    pub fn of_part(stream: Stream) -> Self {
        let mut analyzer = Self::new(stream);
        analyzer.meters.elements = None;
        analyzer
    }

    /// The stream it listens to.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Hears a block; both slices are as long, of any length. `position_samples` is where in the song the
    /// block begins, by the host's time-code; `None`: right after what came before. After a jump the slice
    /// begun is dropped; what is heard again replaces what was there.
    pub fn process(&mut self, left: &[f32], right: &[f32], position_samples: Option<i64>) {
        let _mode = FlushDenormals::on();
        let frames = left.len().min(right.len());
        if frames == 0 {
            return;
        }
        let expected = self.next_frame;
        let follows = |position: i64| {
            expected.is_some_and(|next| {
                position.saturating_sub(next).saturating_abs() <= POSITION_SLACK_FRAMES
            })
        };
        let mut at = match (position_samples, expected) {
            (Some(position), _) if !follows(position) => {
                self.jump(position);
                position
            }
            (_, Some(next)) => next,
            (_, None) => 0,
        };
        let rate_hz = self.stream.sample_rate_hz;
        let end_of_song = slice_start(SLICES_MAX as i64, rate_hz);
        let mut done = 0;
        while done < frames {
            // What lies before the song or too far behind is not kept.
            if at < 0 || at >= end_of_song {
                let silent = if at < 0 { at.unsigned_abs() } else { u64::MAX };
                let skipped = silent.min((frames - done) as u64) as usize;
                done += skipped;
                at = at.saturating_add(skipped as i64);
                self.whole = true;
                continue;
            }
            let number = slice_of(at, rate_hz);
            let end = slice_start(number + 1, rate_hz);
            let run = ((end - at) as usize).min(frames - done);
            self.audio
                .push(&left[done..done + run], &right[done..done + run]);
            done += run;
            at += run as i64;
            self.since_jump += run as u64;
            if at == end {
                self.close(number as usize);
            }
        }
        self.next_frame = Some(at);
    }

    /// What comes now lies elsewhere in the song.
    fn jump(&mut self, position: i64) {
        self.audio.reset();
        self.meters.reset();
        self.since_jump = 0;
        let rate_hz = self.stream.sample_rate_hz;
        self.whole = position == slice_start(slice_of(position, rate_hz), rate_hz);
    }

    fn close(&mut self, number: usize) {
        let warm_up = (WARM_UP_S * self.stream.sample_rate_hz) as u64;
        let frames = self.audio.frames() as u64;
        // The song's start follows silence; elsewhere the filters have to settle first.
        let settled = self.since_jump - frames >= warm_up
            || number as u64 * frames + frames <= self.since_jump;
        let counts = self.whole && (settled || self.song.is_empty());
        let slice = self.meters.listen(&self.audio);
        if counts {
            self.song.put(number, slice);
            if self.news.len() < NEWS_MAX {
                self.news.push(number);
            }
        } else {
            self.meters.loudness.forget_windows();
        }
        self.audio.advance();
        self.whole = true;
    }

    /// Numbers of the slices heard since the last call, in the order of hearing; the first thousand of them.
    pub fn take_news(&mut self) -> Vec<usize> {
        core::mem::take(&mut self.news)
    }

    /// One slice, if it is kept.
    pub fn slice(&self, number: usize) -> Option<&Slice> {
        self.song.slice(number)
    }

    /// All slices kept, with their numbers, whatever counts of them.
    pub fn kept(&self) -> Vec<(usize, &Slice)> {
        self.song.slices()
    }

    /// The slices heard, with what of them counts; `None` when nothing passes the gate.
    pub fn slices(&self) -> Option<Slices<'_>> {
        Slices::of(self.song.slices())
    }

    /// What the song is like so far; `None` before 3 s were heard that pass the gate.
    pub fn report(&self) -> Option<Report> {
        let slices = self.slices()?;
        let gated_s = slices.gated().count() as f64 / SLICES_PER_SECOND;
        if gated_s < GATED_MIN_S {
            return None;
        }
        let loudness = LoudnessReport::of(&slices);
        let [none_s, grows_s] = CONFIDENCE_S;
        Some(Report {
            heard: HeardReport {
                covered_s: slices.all.len() as f64 / SLICES_PER_SECOND,
                gated_s,
                confidence: saturated((gated_s - none_s) / grows_s),
            },
            tone: ToneReport::of(&slices),
            dynamics: DynamicsReport::of(&slices),
            rhythm: RhythmReport::of(&slices, &loudness),
            stereo: StereoReport::of(&slices),
            low_end: LowEndReport::of(&slices),
            resonances: resonances::of(&slices),
            sibilance: SibilanceReport::of(&slices),
            elements: ElementsReport::of(&slices),
            faults: FaultsReport::of(&slices),
            translation: Translation::of(&slices),
            loudness,
        })
    }

    /// The passages that stand for the song.
    pub fn passages(&self) -> Option<Passages> {
        Passages::of(&self.slices()?)
    }

    /// What of the song was heard, in order, touching spans joined.
    pub fn covered(&self) -> Vec<Span> {
        self.song.covered()
    }

    /// What was heard again and is not what was there before, since the last call of [`Self::settle`].
    pub fn changed(&self) -> Vec<Span> {
        self.song.changed()
    }

    /// A proposal was made of what is known now: what changes from here on is [`Self::changed`].
    pub fn settle(&mut self) {
        self.song.settle();
    }
}

impl Meters {
    fn new(stream: Stream) -> Self {
        Self {
            loudness: LoudnessMeter::new(stream),
            spectrum: SpectrumMeter::new(stream),
            dynamics: DynamicsMeter::new(stream),
            rhythm: RhythmMeter::new(stream),
            low_end: LowEndMeter::new(stream),
            sibilance: SibilanceMeter::new(stream),
            elements: Some(ElementsMeter::new(stream)),
            faults: FaultsMeter::new(stream),
        }
    }

    fn reset(&mut self) {
        self.loudness.reset();
        self.dynamics.reset();
        self.rhythm.reset();
        self.low_end.reset();
        if let Some(elements) = &mut self.elements {
            elements.reset();
        }
        self.faults.reset();
    }

    fn listen(&mut self, audio: &Audio) -> Slice {
        let hearing = audio.hearing();
        let [left, right] = hearing.slice();
        let elements = self.elements.as_mut().map(|elements| {
            elements.process(left, right);
            elements.take()
        });
        self.faults.process(left, right);
        let loudness = self.loudness.listen(&hearing);
        let spectrum = self.spectrum.listen(&hearing);
        let low_end = self.low_end.listen(&hearing);
        Slice {
            weighted_power: loudness.weighted.iter().map(|&w| f64::from(w)).sum(),
            complete: spectrum.known && low_end.known(),
            loudness,
            spectrum,
            dynamics: self.dynamics.listen(&hearing),
            rhythm: self.rhythm.listen(&hearing),
            low_end,
            sibilance: self.sibilance.listen(&hearing),
            elements: elements.unwrap_or_default(),
            faults: self.faults.take(),
        }
    }
}

#[cfg(test)]
mod tests;
