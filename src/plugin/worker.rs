//! The background thread: keeps what was heard, finds the drive for a loudness goal by rehearsal, and makes
//! the assistant's proposals.
//!
//! One per instance, of low priority. It comes and looks: the audio thread never wakes it. It is joined
//! before the instance goes, so that no code of ours runs in an unloaded library.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thread_priority::ThreadPriority;

use super::hearing::Hearing;
use super::linked::{Feed, LinkThread, MakeGround};
use super::proposer::Proposer;
use super::shelf::Shelf;
use super::{rehearsal, turn};
use crate::handoff::WorkerSide;
use crate::handoff::capture::Reader;
use crate::handoff::errand::{Answer, Job, Receiver};
use crate::handoff::joined::Joined;
use crate::params::{Face, FinalcoatParams};
use crate::stems::role::sound::Sound;
use crate::stems::summary::SliceNote;
use crate::stems::track::Track;
use crate::stems::traits::Traits;

/// How often it looks whether there is something to hear.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The running thread. Stopped and joined when dropped.
#[derive(Debug)]
pub struct Worker {
    _thread: Joined,
    _link: Option<LinkThread>,
}

impl Worker {
    /// Starts the thread. Without a thread (the system has none left) the plugin works, but cannot
    /// solve the drive. The styles on the `shelf` are read there, not here.
    pub fn start(side: WorkerSide, params: Arc<FinalcoatParams>, shelf: Shelf) -> Self {
        Self::start_on(side, params, shelf, None)
    }

    /// The same, linked to others through the table that lies on the `ground`.
    pub fn start_on(
        side: WorkerSide,
        params: Arc<FinalcoatParams>,
        shelf: Shelf,
        ground: Option<MakeGround>,
    ) -> Self {
        let WorkerSide {
            capture,
            errand,
            listen,
            linked,
        } = side;
        // Here and not on the thread: what is wished from now on is a change.
        let feed = Feed::default();
        let link =
            ground.map(|ground| LinkThread::start(params.clone(), linked, feed.clone(), ground));
        let heard = (params.face() == Face::Stem).then_some(feed);
        let proposer = Proposer::new(params, listen, shelf);
        let work = move |stop: &AtomicBool| run(capture, &errand, proposer, heard, stop);
        Self {
            _thread: Joined::start("finalcoat worker", work),
            _link: link,
        }
    }
}

fn run(
    capture: Reader,
    errand: &Receiver,
    mut proposer: Proposer,
    feed: Option<Feed>,
    stop: &AtomicBool,
) {
    // Not every system lets a thread step back; then it runs like any other.
    let _ = thread_priority::set_current_thread_priority(ThreadPriority::Min);
    errand.wake_here();
    let mut hearing = match feed {
        Some(_) => Hearing::of_part(capture),
        None => Hearing::new(capture),
    };
    let mut told = Told::default();
    proposer.begin_here();
    while !stop.load(Ordering::Acquire) {
        hearing.listen();
        if let Some(feed) = &feed {
            tell(&mut hearing, feed, &mut told);
        }
        if let Some(job) = errand.take() {
            let result = solve(&job, &mut hearing, stop);
            job.finish(result);
            continue;
        }
        // Styles are of songs: to a stem nothing is proposed but by its master.
        if feed.is_some() {
            proposer.look_on(&hearing);
        } else {
            proposer.step(&mut hearing, &|| {
                stop.load(Ordering::Acquire) || errand.waits()
            });
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// Slices of a stem, of 100 ms, after which it is looked at what they sound like for the first time; then each time
/// there are twice as many.
const SOUND_SLICES: usize = 100;

/// What of a stem's sound was told.
#[derive(Debug, Default)]
struct Told {
    slices: usize,
    /// Slices at the last look at what they sound like.
    looked: usize,
}

/// A stem listens all the time, and the link's thread tells what it heard.
fn tell(hearing: &mut Hearing, feed: &Feed, told: &mut Told) {
    let listening = &mut hearing.listening;
    let news = listening.take_news();
    let analyzer = listening.analyzer();
    told.slices += news.len();
    if told.slices >= SOUND_SLICES.max(2 * told.looked) {
        told.looked = told.slices;
        if let Some(report) = analyzer.report() {
            let sound = Sound::of(&report, &Track::of(analyzer.kept()));
            feed.say(sound, Traits::of(&report));
        }
    }
    let notes = news.into_iter().filter_map(|number| {
        let slice = analyzer.slice(number)?;
        Some(SliceNote::of(number as i64, slice))
    });
    feed.push(notes, listening.position_s());
}

/// Solves the drive when it is this instance's turn.
fn solve(job: &Job, hearing: &mut Hearing, stop: &AtomicBool) -> Result<Answer, String> {
    let turn = turn::wait(|| {
        hearing.listen();
        !job.cancelled() && !stop.load(Ordering::Acquire)
    });
    match turn {
        Some(_turn) => rehearsal::solve(job, hearing, stop),
        None => Err("Stopped.".to_owned()),
    }
}
