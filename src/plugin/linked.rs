//! The link's thread: tells the others that this instance lives, and what it hears; in a master it works out the
//! balance, in a stem it takes what it is advised.
//!
//! A thread of its own, as the worker may be busy for seconds and who is silent for two is taken for dead. For
//! the same reason it does not step back as the worker does: on a machine that is busy to the brim, as in a
//! bounce, it would not come to beat. What it does is short. It knows of sound only what the worker leaves in
//! the [`Feed`].

mod ears;
mod master;
mod stem;
mod timeline;
mod weighing;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::handoff::joined::Joined;
use crate::handoff::linked::{Linked, Receiver};
use crate::handoff::lock;
use crate::params::session::Session;
use crate::params::{Face, FinalcoatParams};
use crate::stems::link::{Ground, Joining, Kind, Link};
use crate::stems::role::sound::Sound;
use crate::stems::summary::{RECENT, SliceNote};
use crate::stems::traits::Traits;
use master::MasterDesk;
use stem::StemDesk;

/// How often it beats.
const BEAT_EVERY: Duration = Duration::from_millis(200);
/// How often a full table is tried again.
const JOIN_EVERY: Duration = Duration::from_secs(2);

/// What the worker heard of a stem and the link's thread has not seen yet.
#[derive(Debug, Clone, Default)]
pub struct Feed(Arc<Mutex<Heard>>);

/// See [`Feed`].
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Slices, in the order of hearing.
    notes: Vec<SliceNote>,
    /// Slices before them that nobody took in time.
    missed: u64,
    /// Where the song is, in seconds.
    position_s: f64,
    /// What all of it sounds like and brings along, as soon as that was looked at.
    sound: Option<(Sound, Traits)>,
}

impl Feed {
    /// Adds what was heard now.
    pub fn push(&self, notes: impl IntoIterator<Item = SliceNote>, position_s: Option<f64>) {
        let mut heard = lock(&self.0);
        heard.notes.extend(notes);
        // Where nobody takes them, the table being full, only the last can ever be told.
        let surplus = heard.notes.len().saturating_sub(RECENT);
        heard.notes.drain(..surplus);
        heard.missed += surplus as u64;
        heard.position_s = position_s.unwrap_or(heard.position_s);
    }

    /// Says what all that was heard sounds like, and what it brings along.
    pub fn say(&self, sound: Sound, traits: Traits) {
        lock(&self.0).sound = Some((sound, traits));
    }

    fn take(&self) -> MutexGuard<'_, Heard> {
        lock(&self.0)
    }
}

/// The running thread. Stopped and joined when dropped.
#[derive(Debug)]
pub struct LinkThread {
    _thread: Joined,
}

/// Makes the place where the table lies; tests put it elsewhere.
pub type MakeGround = Box<dyn Fn() -> Ground + Send>;

impl LinkThread {
    /// Starts the thread.
    pub fn start(
        params: Arc<FinalcoatParams>,
        desk: Receiver,
        feed: Feed,
        ground: MakeGround,
    ) -> Self {
        let work = move |stop: &AtomicBool| run(&params, &desk, &feed, &ground, stop);
        Self {
            _thread: Joined::start("finalcoat link", work),
        }
    }
}

fn run(
    params: &FinalcoatParams,
    desk: &Receiver,
    feed: &Feed,
    ground: &MakeGround,
    stop: &AtomicBool,
) {
    let mut part = match params.face() {
        Face::Master => Part::Master(Box::default()),
        Face::Stem => Part::Stem(Box::default()),
    };
    let mut link: Option<Link> = None;
    let mut tried: Option<Instant> = None;
    while !stop.load(Ordering::Acquire) {
        if link.is_none() && tried.is_none_or(|at| at.elapsed() >= JOIN_EVERY) {
            tried = Some(Instant::now());
            match Link::join_at(joining(params, desk), ground()) {
                Ok(joined) => link = Some(joined),
                Err(fault) => desk.show(Linked {
                    fault: Some(fault.to_string()),
                    ..Linked::default()
                }),
            }
        }
        if let Some(live) = &mut link {
            live.set_name(&desk.track().unwrap_or_default());
            let loads = params.kept.session.loads();
            let saved = follow_state(live, params);
            // A slot that was lost and cannot be had again: the next look tells.
            let beat = live.beat();
            let mut shown = match &mut part {
                Part::Master(master) => master.step(live, desk),
                Part::Stem(stem) => stem.step(live, desk, params, feed, loads),
            };
            if let Err(fault) = beat
                && !fault.is_quiet()
            {
                shown.fault = Some(fault.to_string());
            }
            shown.unseen = live.unavailable().map(ToString::to_string);
            keep_session(live, params, saved, loads);
            desk.show(shown);
        }
        std::thread::park_timeout(BEAT_EVERY);
    }
}

enum Part {
    Master(Box<MasterDesk>),
    Stem(Box<StemDesk>),
}

fn joining(params: &FinalcoatParams, desk: &Receiver) -> Joining {
    let (session, picked) = params.kept.session.with(saved);
    Joining {
        kind: match params.face() {
            Face::Master => Kind::Master,
            Face::Stem => Kind::Stem,
        },
        session,
        picked,
        name: desk.track().unwrap_or_default(),
        role: None,
    }
}

/// A session as it is saved, and whether the user picked it.
type Saved = (u64, bool);

fn saved(session: &Session) -> Saved {
    (session.link, session.link_picked)
}

/// A state that was loaded meanwhile may name another session. Returns what is saved.
fn follow_state(link: &mut Link, params: &FinalcoatParams) -> Saved {
    let saved = params.kept.session.with(saved);
    // Of no session at all only what the user picked says anything.
    let is_stem = params.face() == Face::Stem;
    let says = saved.0 != 0 || (saved.1 && is_stem);
    // Whose session it is matters to a stem only: masters have their own.
    let is_other = saved.0 != link.session() || (is_stem && saved.1 != link.is_picked());
    if says && is_other {
        link.return_to(saved.0, saved.1);
    }
    saved
}

/// The session that the link has settled on goes into the saved state, unless another state was loaded while
/// it settled.
fn keep_session(link: &Link, params: &FinalcoatParams, before: Saved, loads: u64) {
    let now = (link.session(), link.is_picked());
    if now != before {
        params.kept.session.edit_same(loads, |session| {
            (session.link, session.link_picked) = now;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stems::link::system_ms;

    #[test]
    fn a_loaded_state_also_says_whether_its_session_was_picked() {
        let folder = tempfile::tempdir().expect("a folder");
        let params = FinalcoatParams::new(Face::Stem);
        let (_teller, _sender, desk) = crate::handoff::linked::new();
        let ground = Ground {
            folder: Some(folder.path().to_owned()),
            clock: Box::new(system_ms),
        };
        params.kept.session.edit(|session| session.link = 7);
        let mut link = Link::join_at(joining(&params, &desk), ground).expect("there is room");
        params.kept.session.store(Session {
            link: 7,
            link_picked: true,
            ..Session::default()
        });
        let loads = params.kept.session.loads();
        let saved = follow_state(&mut link, &params);
        assert!(link.is_picked());
        keep_session(&link, &params, saved, loads);
        assert!(params.kept.session.get().link_picked);
        // What was settled for the state before is not written into one that was loaded since.
        link.set_session(9);
        params.kept.session.store(Session::default());
        keep_session(&link, &params, saved, loads);
        assert_eq!(params.kept.session.get().link, 0);
    }
}
