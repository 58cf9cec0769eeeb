//! The thread beside the standalone app's audio: reads the file that is to be played, at the rate of the
//! stream, and makes what processes anew when that rate is another than was promised. Frees what the audio
//! thread has done with.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use atomic_float::AtomicF64;

use super::live::Live;
use crate::dsp::block::Stream;
use crate::handoff::deck::Song;
use crate::handoff::joined::Joined;
use crate::handoff::player::Reader;
use crate::offline::convert::Converter;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::read::{SoundFile, split};
use crate::params::FinalcoatParams;

/// How often it looks what there is to do.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Longest song that is kept in memory: 2 GiB, 93 minutes at 48 kHz.
const FRAMES_MAX: usize = 1 << 28;
/// Parts of [`crate::handoff::player::PlayerView::overview`].
const OVERVIEW_PARTS: usize = 800;
/// Frames converted at a time.
const PART_FRAMES: usize = 8192;

/// The running thread. Stopped and joined when dropped.
#[derive(Debug)]
pub struct Player {
    _thread: Joined,
}

/// Where the audio thread asks for what processes at another rate, and leaves what it had.
#[derive(Debug)]
pub struct Refit {
    asked_hz: Arc<AtomicF64>,
    new: rtrb::Consumer<Box<Live>>,
    old: rtrb::Producer<Box<Live>>,
}

impl Refit {
    /// What processes at this rate, once it is there.
    pub fn take(&mut self, sample_rate_hz: f64) -> Option<Box<Live>> {
        self.asked_hz.store(sample_rate_hz, Ordering::Relaxed);
        self.new.pop().ok()
    }

    /// Has this one freed elsewhere.
    pub fn give_back(&mut self, live: Box<Live>) {
        // There is room: the next one is only made when this one is gone.
        let _ = self.old.push(live);
    }
}

impl Player {
    /// Starts the thread. Without a thread (the system has none left) nothing is played.
    pub fn start(reader: Reader, params: Arc<FinalcoatParams>) -> (Self, Refit) {
        let (to_take, new) = rtrb::RingBuffer::new(1);
        let (old, to_free) = rtrb::RingBuffer::new(2);
        let asked_hz = Arc::new(AtomicF64::new(0.0));
        let mut workshop = Workshop {
            params,
            asked_hz: asked_hz.clone(),
            made_hz: 0.0,
            to_take,
            to_free,
        };
        let work = move |stop: &AtomicBool| run(reader, &mut workshop, stop);
        let player = Self {
            _thread: Joined::start("finalcoat player", work),
        };
        let refit = Refit { asked_hz, new, old };
        (player, refit)
    }
}

/// Where what processes is made.
struct Workshop {
    params: Arc<FinalcoatParams>,
    asked_hz: Arc<AtomicF64>,
    made_hz: f64,
    to_take: rtrb::Producer<Box<Live>>,
    to_free: rtrb::Consumer<Box<Live>>,
}

impl Workshop {
    fn look(&mut self) {
        while self.to_free.pop().is_ok() {}
        let rate_hz = self.asked_hz.load(Ordering::Relaxed);
        if rate_hz != self.made_hz && !self.to_take.is_full() {
            let live = Live::new(Stream::new(rate_hz), &self.params.settings());
            // There is room: it was looked for.
            let _ = self.to_take.push(Box::new(live));
            self.made_hz = rate_hz;
        }
    }
}

fn run(mut reader: Reader, workshop: &mut Workshop, stop: &AtomicBool) {
    let mut read = None;
    while !stop.load(Ordering::Acquire) {
        reader.source.free();
        workshop.look();
        let rate_hz = reader.controls.sample_rate_hz();
        if let Some((path, file)) = reader.opened()
            && rate_hz > 0.0
            && read != Some((file, rate_hz))
        {
            read = Some((file, rate_hz));
            let go_on = |share| {
                reader.progress(file, share);
                reader.wanted(file) && !stop.load(Ordering::Acquire)
            };
            match song(&path, rate_hz, &go_on) {
                Ok([left, right]) => {
                    let length_s = left.len() as f64 / rate_hz;
                    let overview = overview(&left, &right);
                    let song = Song {
                        left,
                        right,
                        sample_rate_hz: rate_hz,
                        file,
                    };
                    if reader.source.send(Box::new(song)) {
                        reader.ready(file, length_s, overview);
                    } else {
                        read = None;
                    }
                }
                Err(Failure::Interrupted) => {}
                Err(failure) => reader.failed(file, &path, &failure.to_string()),
            }
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// All of a file at a rate. `go_on` is told the share done and asked whether to go on.
pub fn song(path: &Path, rate_hz: f64, go_on: &dyn Fn(f32) -> bool) -> Outcome<[Vec<f32>; 2]> {
    let mut file = SoundFile::open(path)?;
    let facts = file.facts();
    let (from_hz, to_hz) = (facts.sample_rate_hz, rate_hz.round() as u32);
    let mut converter = match from_hz == to_hz {
        true => None,
        false => Some(Converter::new(from_hz, to_hz)?),
    };
    let mut interleaved = Vec::new();
    let [mut left, mut right] = [Vec::new(), Vec::new()];
    let (mut part_left, mut part_right) = (Vec::new(), Vec::new());
    let mut frames_in = 0_u64;
    loop {
        file.read(&mut interleaved)?;
        if interleaved.is_empty() {
            break;
        }
        for part in interleaved.chunks(facts.channels * PART_FRAMES) {
            frames_in += (part.len() / facts.channels) as u64;
            let share = facts
                .frames
                .map_or(0.0, |all| frames_in as f32 / all.max(1) as f32);
            if !go_on(share.min(1.0)) {
                return Err(Failure::Interrupted);
            }
            split(part, facts.channels, &mut part_left, &mut part_right);
            match &mut converter {
                Some(converter) => {
                    converter.process((&part_left, &part_right), &mut left, &mut right)?;
                }
                None => {
                    left.extend_from_slice(&part_left);
                    right.extend_from_slice(&part_right);
                }
            }
            if left.len() > FRAMES_MAX {
                return Err(too_long(rate_hz));
            }
        }
    }
    if let Some(converter) = &mut converter {
        converter.finish(&mut left, &mut right)?;
    }
    if left.is_empty() {
        return Err(Failure::because("there is no sound in it"));
    }
    Ok([left, right])
}

fn too_long(rate_hz: f64) -> Failure {
    let minutes = FRAMES_MAX as f64 / rate_hz / 60.0;
    Failure::because(format!(
        "it is longer than the {minutes:.0} minutes that are kept in memory at {rate_hz} Hz: cut it"
    ))
}

/// The highest magnitude in each of some equal parts.
fn overview(left: &[f32], right: &[f32]) -> Vec<f32> {
    let parts = OVERVIEW_PARTS.min(left.len());
    let peak = |samples: &[f32]| samples.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
    (0..parts)
        .map(|part| {
            let range = part * left.len() / parts..(part + 1) * left.len() / parts;
            peak(&left[range.clone()]).max(peak(&right[range]))
        })
        .collect()
}
