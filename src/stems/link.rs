//! The link: how instances find each other and what they tell each other, across processes.
//!
//! ```text
//! stem's worker ── publish(Summary) ─► its slot ─► hear(stem) ── master's worker
//!               ◄─ take_advice() ◄─── master's slot ◄─ advise(stem, StemAdvice) ──
//! ```
//! Everything lies in one table in memory that processes share ([`table`]). Nobody waits for anybody: there
//! is no lock, a reader that keeps meeting a write keeps what it had, and what an instance leaves behind
//! when it is killed is free two seconds later ([`lease`]). Where no memory can be shared, instances of one
//! process still see each other, and that is said quietly.
//!
//! For workers: it makes system calls. A [`Link`] can be sent to a thread but not shared by two, so it cannot
//! be within reach of an audio thread and a worker at once.

mod board;
mod card;
mod clock;
mod company;
mod fault;
mod lease;
mod memory;
mod place;
mod table;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

pub use card::{Kind, NAME_BYTES, Peer};
pub use clock::{Clock, fresh_id, system_ms};
pub use company::Standing;
pub use fault::LinkFault;
pub use lease::STALE_MS;
pub use table::{ADVICE_ENTRIES, MASTERS, STEMS, TABLE_BYTES, file_name};

use self::card::CARD_BYTES;
use self::company::Belonging;
use self::lease::Held;
use self::table::{SLOTS, Table, slots_for};
use super::advice::{ADVICE_BYTES, StemAdvice};
use super::role::Role;
use super::summary::{SUMMARY_BYTES, Summary};

/// How often a slot is sought, should others be quicker at every one.
const CLAIM_PASSES: usize = 4;
/// Beats after which a link that sees only its own process looks for the others again.
const RETRY_BEATS: u32 = 16;

/// How an instance joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// Which plugin it is.
    pub kind: Kind,
    /// Its session, from its saved state; 0 for none. A master without one gets a fresh one.
    pub session: u64,
    /// Whether the user picked the session of this stem; from its saved state as well.
    pub picked: bool,
    /// What the host calls its track; empty where it does not say.
    pub name: String,
    /// What it is, where that is known.
    pub role: Option<Role>,
}

/// Where the table lies and what time it is; tests choose both.
pub struct Ground {
    /// The folder; `None` for this user's own.
    pub folder: Option<PathBuf>,
    /// The clock.
    pub clock: Clock,
}

impl Default for Ground {
    fn default() -> Self {
        Self {
            folder: None,
            clock: Box::new(system_ms),
        }
    }
}

/// Who else is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Where this instance stands.
    pub standing: Standing,
    /// All live masters but this one, the oldest first: what a stem's picker shows.
    pub masters: Vec<Peer>,
    /// The live stems of this instance's session but itself, the oldest first.
    pub stems: Vec<Peer>,
}

/// One instance's place among the others. Left when dropped.
pub struct Link {
    ground: Ground,
    table: Table,
    /// Why only this process is seen.
    fault: Option<LinkFault>,
    slot: Option<(usize, Held)>,
    card: Peer,
    belonging: Belonging,
    /// The last good card of each slot, with its generation.
    cards: Vec<Option<(u32, Peer)>>,
    /// What this master advises.
    advices: [Option<StemAdvice>; ADVICE_ENTRIES],
    serial: u64,
    beats: u32,
    /// A process that was forked off has a copy of this, but not the slot.
    process: u32,
    /// Not for two threads.
    _alone: PhantomData<Cell<()>>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("card", &self.card)
            .field("slot", &self.slot)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Joins, with a fresh id. Fails only when the table is full: then try again from time to time.
    pub fn join(joining: Joining) -> Result<Self, LinkFault> {
        Self::join_at(joining, Ground::default())
    }

    /// Joins somewhere else, by another clock.
    pub fn join_at(joining: Joining, ground: Ground) -> Result<Self, LinkFault> {
        let Joining {
            kind,
            session,
            picked,
            name,
            role,
        } = joining;
        let session = match kind {
            Kind::Master if session == 0 => fresh_id(),
            _ => session,
        };
        let (table, fault) = opened(ground.folder.as_deref());
        let process = std::process::id();
        let mut link = Self {
            card: Peer {
                id: fresh_id(),
                kind,
                session,
                process,
                born_ms: (ground.clock)(),
                name,
                role,
                taken: (0, 0),
            },
            belonging: Belonging {
                session,
                picked,
                met: false,
                missed_ms: None,
            },
            ground,
            table,
            fault,
            slot: None,
            cards: vec![None; SLOTS],
            advices: [const { None }; ADVICE_ENTRIES],
            serial: 0,
            beats: 0,
            process,
            _alone: PhantomData,
        };
        link.stand()?;
        Ok(link)
    }

    /// This instance's id.
    pub fn id(&self) -> u64 {
        self.card.id
    }

    /// The session it is in, for the saved state; 0 for none.
    pub fn session(&self) -> u64 {
        self.belonging.session
    }

    /// Whether the user picked the session, for the saved state.
    pub fn is_picked(&self) -> bool {
        self.belonging.picked
    }

    /// Why instances of other processes cannot be seen; `None` when they can.
    pub fn unavailable(&self) -> Option<&LinkFault> {
        self.fault.as_ref()
    }

    /// Says that this instance lives, clears away who does not, and joins anew where that is needed. To be
    /// called at least twice a second, whatever else its thread has to do: who is silent for
    /// [`STALE_MS`] is taken for dead.
    pub fn beat(&mut self) -> Result<(), LinkFault> {
        self.beats = self.beats.wrapping_add(1);
        if !self.table.is_shared() && self.beats.is_multiple_of(RETRY_BEATS) {
            self.reopen();
        }
        self.stand()?;
        for number in 0..SLOTS {
            lease::sweep(self.table.slot(number).lease(), &self.ground.clock);
        }
        // Once more: a process that was frozen may have spoilt them.
        self.show();
        Ok(())
    }

    /// What the host calls the track.
    pub fn set_name(&mut self, name: &str) {
        if self.card.name != name {
            name.clone_into(&mut self.card.name);
            self.show_card();
        }
    }

    /// What the stem is.
    pub fn set_role(&mut self, role: Option<Role>) {
        if self.card.role != role {
            self.card.role = role;
            self.show_card();
        }
    }

    /// Moves to another session: a stem to the one the user picked (or, with 0, to none, to stay alone), a master
    /// to one of its own.
    pub fn set_session(&mut self, session: u64) {
        self.return_to(session, true);
    }

    /// Is in the session that a saved state names, which the user picked or not.
    pub fn return_to(&mut self, session: u64, picked: bool) {
        self.belonging = Belonging {
            session,
            picked,
            met: false,
            missed_ms: None,
        };
        self.card.session = session;
        // Made for the stems of the session before.
        self.advices = [const { None }; ADVICE_ENTRIES];
        self.show_card();
    }

    /// Tells the others what this stem hears. The slices since the last time may be up to ten seconds.
    pub fn publish(&mut self, summary: &Summary) -> Result<(), LinkFault> {
        debug_assert_eq!(self.card.kind, Kind::Stem, "masters have no summary");
        self.stand()?;
        if let Some((number, held)) = self.slot {
            let slot = self.table.slot(number);
            let lease = slot.lease();
            board::write(slot.summary(), held.generation(), &summary.bytes(), || {
                held.holds(lease)
            });
        }
        Ok(())
    }

    /// Who else is there. A stem that finds the one master it can join does so: keep [`Self::session`].
    pub fn company(&mut self) -> Company {
        // Full: then it looks without being seen.
        let _ = self.stand();
        self.look();
        let mut others: Vec<Peer> = self
            .cards
            .iter()
            .flatten()
            .map(|(_, card)| card.clone())
            .filter(|card| card.id != self.card.id)
            .collect();
        others.sort_by_key(|peer| (peer.born_ms, peer.id));
        let (mut masters, stems): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|peer| peer.kind == Kind::Master);
        let standing = match self.card.kind {
            Kind::Stem => self.settle(&masters),
            Kind::Master => {
                masters.push(self.card.clone());
                let standing = company::of_master(self.card.session, &masters, self.now_ms());
                masters.pop();
                standing.unwrap_or(Standing::Alone)
            }
        };
        let session = self.card.session;
        Company {
            standing,
            masters,
            stems: stems
                .into_iter()
                .filter(|stem| session != 0 && stem.session == session)
                .collect(),
        }
    }

    /// What a stem told last; `None` when it is gone, or told nothing yet, or was telling all the time one
    /// looked (then keep what it told before).
    pub fn hear(&mut self, stem: u64) -> Option<Summary> {
        if !self.table.sound() {
            return None;
        }
        let (number, generation) = self.place_of(stem)?;
        if !slots_for(Kind::Stem).contains(&number) {
            return None;
        }
        let mut bytes = [0; SUMMARY_BYTES];
        let slot = self.table.slot(number);
        board::read(slot.summary(), generation, &mut bytes)
            .then(|| Summary::of_bytes(&bytes))
            .flatten()
    }

    /// Advises a stem of this master's session, in place of what it was advised before. Gives the serial number,
    /// which the stem's [`Peer::taken`] shows once it has taken it.
    pub fn advise(&mut self, stem: u64, advice: &StemAdvice) -> Result<u64, LinkFault> {
        debug_assert_eq!(self.card.kind, Kind::Master, "stems do not advise");
        self.stand()?;
        let entry = self.entry_for(stem).ok_or(LinkFault::TooManyStems)?;
        self.serial += 1;
        self.advices[entry] = Some(StemAdvice {
            serial: self.serial,
            session: self.card.session,
            stem,
            moves: advice.moves.clone(),
        });
        self.show_advice(entry);
        Ok(self.serial)
    }

    /// What the master of this stem's session advises it, once for each advice.
    pub fn take_advice(&mut self) -> Option<StemAdvice> {
        if self.card.session == 0 || !self.table.sound() {
            return None;
        }
        self.look();
        let (number, generation, master) = self.master()?;
        let slot = self.table.slot(number);
        let mut bytes = [0; ADVICE_BYTES];
        let advice = (0..ADVICE_ENTRIES)
            .filter_map(|entry| {
                board::read(slot.advice(entry), generation, &mut bytes)
                    .then(|| StemAdvice::of_bytes(&bytes))
                    .flatten()
            })
            .find(|advice| advice.stem == self.card.id && advice.session == self.card.session)?;
        let known = self.card.taken;
        if known.0 == master && known.1 >= advice.serial {
            return None;
        }
        self.card.taken = (master, advice.serial);
        self.show_card();
        Some(advice)
    }

    fn now_ms(&self) -> u64 {
        (self.ground.clock)()
    }

    /// Sees that the table is whole and this instance has a live slot in it.
    fn stand(&mut self) -> Result<(), LinkFault> {
        if !self.table.sound() {
            self.reopen();
        }
        let now_ms = self.now_ms();
        if let Some((number, held)) = self.slot {
            if held.beat(self.table.slot(number).lease(), now_ms) {
                return Ok(());
            }
            self.slot = None;
        }
        self.claim()?;
        self.show();
        Ok(())
    }

    /// Takes a slot. Everybody starts elsewhere, so that many who come at once do not meet.
    fn claim(&mut self) -> Result<(), LinkFault> {
        let slots = slots_for(self.card.kind);
        let start = (self.card.id % slots.len() as u64) as usize;
        for n in 0..CLAIM_PASSES * slots.len() {
            let number = slots.start + (start + n) % slots.len();
            if let Some(held) = lease::claim(self.table.slot(number).lease(), &self.ground.clock) {
                self.slot = Some((number, held));
                return Ok(());
            }
        }
        Err(LinkFault::Full)
    }

    /// Lets go of the table, and opens what lies under its name now.
    fn reopen(&mut self) {
        self.leave();
        (self.table, self.fault) = opened(self.ground.folder.as_deref());
        self.cards.fill(None);
    }

    fn leave(&mut self) {
        if let Some((number, held)) = self.slot.take()
            && self.table.sound()
        {
            held.release(self.table.slot(number).lease());
        }
    }

    /// Everything that others are to see and that is not published all the time.
    fn show(&self) {
        self.show_card();
        for entry in 0..ADVICE_ENTRIES {
            self.show_advice(entry);
        }
    }

    fn show_card(&self) {
        if let Some((number, held)) = self.slot
            && self.table.sound()
        {
            let slot = self.table.slot(number);
            let lease = slot.lease();
            board::write(slot.card(), held.generation(), &self.card.bytes(), || {
                held.holds(lease)
            });
        }
    }

    fn show_advice(&self, entry: usize) {
        if let Some((number, held)) = self.slot
            && let Some(advice) = &self.advices[entry]
            && self.table.sound()
        {
            let slot = self.table.slot(number);
            let (lease, board) = (slot.lease(), slot.advice(entry));
            board::write(board, held.generation(), &advice.bytes(), || {
                held.holds(lease)
            });
        }
    }

    /// Reads the cards of the live. Of one that cannot be read just now, the last good one stays.
    fn look(&mut self) {
        if !self.table.sound() {
            return;
        }
        let mut bytes = [0; CARD_BYTES];
        for (number, known) in self.cards.iter_mut().enumerate() {
            let slot = self.table.slot(number);
            let Some(generation) = lease::live(slot.lease(), &self.ground.clock) else {
                *known = None;
                continue;
            };
            if known.as_ref().is_some_and(|known| known.0 != generation) {
                *known = None;
            }
            if board::read(slot.card(), generation, &mut bytes)
                && let Some(card) = Peer::of_bytes(&bytes)
                && slots_for(card.kind).contains(&number)
            {
                *known = Some((generation, card));
            }
        }
    }

    fn settle(&mut self, masters: &[Peer]) -> Standing {
        let (belonging, standing) = company::of_stem(self.belonging, masters, self.now_ms());
        self.belonging = belonging;
        if self.card.session != belonging.session {
            self.card.session = belonging.session;
            self.show_card();
        }
        standing
    }

    /// Slot and generation of an instance that was seen when one last looked, or is seen now.
    fn place_of(&mut self, id: u64) -> Option<(usize, u32)> {
        let find = |link: &Self| {
            let found = link.cards.iter().enumerate().find_map(|(number, known)| {
                let (generation, card) = known.as_ref()?;
                (card.id == id).then_some((number, *generation))
            })?;
            let live = lease::live(link.table.slot(found.0).lease(), &link.ground.clock);
            (live == Some(found.1)).then_some(found)
        };
        find(self).or_else(|| {
            self.look();
            find(self)
        })
    }

    /// The newest master of this instance's session: slot, generation, id.
    fn master(&self) -> Option<(usize, u32, u64)> {
        let cards = self.cards.iter().enumerate();
        cards
            .filter_map(|(number, known)| known.as_ref().map(|known| (number, known)))
            .filter(|(_, (_, card))| card.kind == Kind::Master && card.session == self.card.session)
            .max_by_key(|(_, (_, card))| (card.born_ms, card.id))
            .map(|(number, (generation, card))| (number, *generation, card.id))
    }

    /// The entry of a stem, else a free one, else that of a stem that is gone.
    fn entry_for(&mut self, stem: u64) -> Option<usize> {
        let of = |advices: &[Option<StemAdvice>], id| {
            advices
                .iter()
                .position(|advice| advice.as_ref().map(|advice| advice.stem) == id)
        };
        of(&self.advices, Some(stem))
            .or_else(|| of(&self.advices, None))
            .or_else(|| {
                self.look();
                let live = |id| self.cards.iter().flatten().any(|(_, card)| card.id == id);
                self.advices
                    .iter()
                    .position(|advice| advice.as_ref().is_some_and(|advice| !live(advice.stem)))
            })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            self.leave();
        }
    }
}

/// The table of a folder, or else one of this process alone with why it is.
fn opened(folder: Option<&Path>) -> (Table, Option<LinkFault>) {
    let table = match folder {
        None => place::of_this_user().and_then(|folder| Table::open(&folder)),
        Some(folder) => place::prepare(folder)
            .map_err(LinkFault::Unavailable)
            .and_then(|()| Table::open(folder)),
    };
    match table {
        Ok(table) => (table, None),
        Err(fault) => (Table::local(), Some(fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link may go to a worker, but no two threads can hold one.
    #[test]
    fn a_link_is_one_threads() {
        fn moves<T: Send>() {}
        moves::<Link>();
        // Ambiguous, and no longer compiling, should it become `Sync`.
        trait Unshared<A> {
            fn holds() {}
        }
        struct Shared;
        impl<T> Unshared<()> for T {}
        impl<T: Sync> Unshared<Shared> for T {}
        <Link as Unshared<_>>::holds();
    }
}
