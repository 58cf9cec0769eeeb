//! What the link shows and what the user wants of it: worker to editor and back. Neither is the audio thread,
//! so a short lock is fine. What the audio side says is an atomic.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::lock;
use crate::stems::moves::{CHANGES_MAX, StemMove};
use crate::stems::role::Role;

/// What the link shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Linked {
    /// Where this instance stands.
    pub state: State,
    /// What the user should know; one sentence.
    pub fault: Option<String>,
    /// Why instances in other processes cannot be seen, where the system does not allow it: no fault, each works on
    /// its own.
    pub unseen: Option<String>,
    /// In a stem: the masters to choose from.
    pub masters: Vec<Master>,
    /// In a master: its stems, in the order in which they came.
    pub stems: Vec<Stem>,
    /// In a master: where they fight, each a sentence.
    pub conflicts: Vec<String>,
    /// In a master: why nudges are not enough.
    pub remix: Option<String>,
    /// In a master: seconds of song in which stems were heard.
    pub heard_s: f64,
    /// In a stem: the role that it is taken for.
    pub role: Option<Role>,
}

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// It has not looked yet, or there is nobody.
    #[default]
    Alone,
    /// A stem: there are several masters, and none is chosen.
    Choose,
    /// A stem: its master is away.
    Waiting,
    /// It is one of a session.
    Linked,
    /// It is one of a session that another master has too.
    Twins,
    /// A master whose session another has too, which was opened later: stems listen to that one.
    Elder,
}

/// A master to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// Its session.
    pub session: u64,
    /// What the host calls its track; may be empty.
    pub name: String,
    /// The process it runs in.
    pub process: u32,
    /// Whether it is this stem's.
    pub is_ours: bool,
}

/// A stem as its master sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stem {
    /// Instance id.
    pub id: u64,
    /// What the host calls its track; may be empty.
    pub name: String,
    /// What it is taken for.
    pub role: Role,
    /// Whether the host plays it now.
    pub playing: bool,
    /// Loudness of the last 3 s in LUFS; `None` in silence.
    pub short_term_lufs: Option<f32>,
    /// What it has of the song; `None` where not enough of it was heard beside the others.
    pub shares: Option<Shares>,
    /// What is proposed for it.
    pub moves: Vec<StemMove>,
    /// What it holds of that.
    pub holds: Holds,
    /// How many moves it holds, whatever they are.
    pub held: usize,
    /// Which of the first of them find no room beside what the stem has set itself.
    pub blocked: [bool; CHANGES_MAX],
    /// In what share it obeys them, in %.
    pub obeyed_pct: u8,
}

/// What a stem has of what all of them together have, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares {
    /// Power in low, low-mid, high-mid and high band.
    pub spectrum: [f32; 4],
    /// The highest peaks: who eats the headroom.
    pub peaks: f32,
}

impl Stem {
    /// How many of the moves that it holds have an effect, as far as there is room for them.
    pub fn laid(&self) -> usize {
        let blocked = self.blocked.iter().filter(|is| **is).count();
        self.held.saturating_sub(blocked)
    }

    /// Whether something is proposed that it does not hold.
    pub fn is_news(&self) -> bool {
        !self.moves.is_empty() && matches!(self.holds, Holds::Nothing | Holds::Other)
    }
}

/// What a stem holds of what is proposed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Holds {
    /// Nothing.
    #[default]
    Nothing,
    /// Something was sent to it that it has not taken yet.
    OnItsWay,
    /// What is proposed, as far as one hears.
    Proposed,
    /// Something else.
    Other,
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// In a master: these moves go to this stem.
    Advise(u64, Vec<StemMove>),
    /// In a master: this stem shall drop what it was advised.
    Withdraw(u64),
    /// In a stem: this session; 0 for none.
    Join(u64),
    /// In a master: a session of its own, as another has the same.
    Part,
}

#[derive(Debug, Default)]
struct Desk {
    linked: Mutex<Arc<Linked>>,
    wishes: Mutex<Vec<Wish>>,
    /// What the host calls the track.
    track: Mutex<Option<String>>,
    /// The host says that it bounces.
    bounces: AtomicBool,
}

/// The editor's end.
#[derive(Debug, Clone)]
pub struct Sender(Arc<Desk>);

/// The worker's end.
#[derive(Debug)]
pub struct Receiver(Arc<Desk>);

/// The audio side's end.
#[derive(Debug)]
pub struct Teller(Arc<Desk>);

/// Three ends that show nobody.
pub fn new() -> (Teller, Sender, Receiver) {
    let desk = Arc::new(Desk::default());
    (Teller(desk.clone()), Sender(desk.clone()), Receiver(desk))
}

impl Teller {
    /// Says whether the host bounces. Never waits.
    pub fn tell_bounce(&self, on: bool) {
        self.0.bounces.store(on, Ordering::Release);
    }
}

impl Sender {
    /// What is shown now.
    pub fn view(&self) -> Arc<Linked> {
        lock(&self.0.linked).clone()
    }

    /// Asks for something.
    pub fn wish(&self, wish: Wish) {
        lock(&self.0.wishes).push(wish);
    }

    /// Says what the host calls the track.
    pub fn name_track(&self, name: &str) {
        *lock(&self.0.track) = Some(name.to_owned());
    }
}

impl Receiver {
    /// Shows something else.
    pub fn show(&self, linked: Linked) {
        let mut place = lock(&self.0.linked);
        if **place != linked {
            *place = Arc::new(linked);
        }
    }

    /// Whether the host says that it bounces.
    pub fn bounces(&self) -> bool {
        self.0.bounces.load(Ordering::Acquire)
    }

    /// What was asked since last looked, in order.
    pub fn wishes(&self) -> Vec<Wish> {
        core::mem::take(&mut *lock(&self.0.wishes))
    }

    /// What the host calls the track, if it says so.
    pub fn track(&self) -> Option<String> {
        lock(&self.0.track).clone()
    }
}
