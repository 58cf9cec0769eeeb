//! A master's part: hears its stems, works out where they fight, and advises them when the user says so.

use std::collections::BTreeMap;

use crate::handoff::linked::{Linked, Receiver, Sent, State, Stem, Wish};
use crate::stems::advice::StemAdvice;
use crate::stems::balance::{Balance, Heard, balance};
use crate::stems::link::{Link, Peer, Standing, fresh_id};
use crate::stems::moves::StemMove;
use crate::stems::role::Role;
use crate::stems::summary::Summary;
use crate::stems::track::{Moment, Track};

/// The longest song, in slices: an hour, as every stem of it is kept.
const SLICES_MAX: i64 = 36_000;
/// Looks between two balances while something new comes.
const LOOKS_PER_BALANCE: u32 = 10;
/// Nothing is proposed before so many slices of a stem were heard.
const SLICES_MIN: usize = 100;

/// What a master keeps for the link.
#[derive(Debug, Default)]
pub(super) struct MasterDesk {
    ears: BTreeMap<u64, Ear>,
    balance: Balance,
    /// The stems of the balance, in its order.
    order: Vec<u64>,
    looks: u32,
    /// Something was heard since the last balance, or a stem came, went, or changed its role.
    stale: bool,
    /// What was sent to which stem, and its serial number.
    sent: BTreeMap<u64, (u64, Vec<StemMove>)>,
}

/// What is known of one stem.
#[derive(Debug, Default)]
struct Ear {
    track: Track,
    /// Slices of it seen so far.
    seen: u64,
    role: Option<Role>,
    name: String,
    summary: Summary,
}

impl MasterDesk {
    pub(super) fn step(&mut self, link: &mut Link, desk: &Receiver) -> Linked {
        let wishes = desk.wishes();
        if wishes.contains(&Wish::Part) {
            link.set_session(fresh_id());
        }
        let company = link.company();
        let stems = company.stems;
        self.hear(link, &stems);
        self.looks += 1;
        if self.stale && self.looks.is_multiple_of(LOOKS_PER_BALANCE) {
            self.stale = false;
            self.weigh(&stems);
        }
        for wish in wishes {
            match wish {
                Wish::AdviseAll => {
                    for stem in &stems {
                        if self.is_new_to(stem) {
                            self.advise(link, stem.id);
                        }
                    }
                }
                Wish::Advise(id) => self.advise(link, id),
                Wish::Withdraw => stems
                    .iter()
                    .for_each(|stem| self.send(link, stem.id, Vec::new())),
                Wish::Join(_) | Wish::Part => {}
            }
        }
        self.shown(&stems, company.standing)
    }

    fn hear(&mut self, link: &mut Link, stems: &[Peer]) {
        let there = |id: &u64| stems.iter().any(|stem| stem.id == *id);
        let before = self.ears.len();
        self.ears.retain(|id, _| there(id));
        self.sent.retain(|id, _| there(id));
        self.stale |= self.ears.len() != before;
        for stem in stems {
            let ear = self.ears.entry(stem.id).or_default();
            if ear.role != stem.role || ear.name != stem.name {
                ear.role = stem.role;
                ear.name.clone_from(&stem.name);
                self.stale = true;
            }
            let Some(summary) = link.hear(stem.id) else {
                continue;
            };
            let (_lost, notes) = summary.recent.since(ear.seen);
            for note in notes {
                if (0..SLICES_MAX).contains(&note.number) {
                    ear.track.put(note.number as usize, Moment::told(note));
                    self.stale = true;
                }
            }
            ear.seen = summary.recent.heard();
            ear.summary = summary;
        }
    }

    fn weigh(&mut self, stems: &[Peer]) {
        self.order.clear();
        let heard = |ear: &Ear| {
            let moments = ear.track.moments.iter();
            moments.filter(|one| one.weighted > 0.0).count() >= SLICES_MIN
        };
        let mut all = Vec::new();
        for stem in stems {
            let Some(ear) = self.ears.get(&stem.id).filter(|ear| heard(ear)) else {
                continue;
            };
            self.order.push(stem.id);
            all.push(Heard {
                name: &ear.name,
                role: ear.role.unwrap_or(Role::Other),
                track: &ear.track,
                report: None,
                mix_gain_db: None,
            });
        }
        // One stem alone has nobody to fight.
        self.balance = if all.len() > 1 {
            balance(&all)
        } else {
            Balance::default()
        };
    }

    fn moves_of(&self, id: u64) -> Vec<StemMove> {
        let Some(place) = self.order.iter().position(|one| *one == id) else {
            return Vec::new();
        };
        let moves = self.balance.moves.iter();
        moves
            .filter(|(stem, _)| *stem == place)
            .map(|(_, one)| one.clone())
            .collect()
    }

    /// Whether something is proposed that a stem does not obey.
    fn is_new_to(&self, stem: &Peer) -> bool {
        let shown = self.stem(stem);
        let has = shown.sent == Sent::Taken && shown.obeyed > 0;
        !shown.moves.is_empty() && !has
    }

    fn advise(&mut self, link: &mut Link, id: u64) {
        let moves = self.moves_of(id);
        self.send(link, id, moves);
    }

    fn send(&mut self, link: &mut Link, id: u64, moves: Vec<StemMove>) {
        let advice = StemAdvice {
            moves: moves.clone(),
            ..StemAdvice::default()
        };
        // More stems than can be advised: the view shows that it was not taken.
        if let Ok(serial) = link.advise(id, &advice) {
            self.sent.insert(id, (serial, moves));
        }
    }

    fn shown(&self, stems: &[Peer], standing: Standing) -> Linked {
        let twins = matches!(standing, Standing::Linked { twins: true, .. });
        let state = match stems {
            _ if twins => State::Twins,
            [] => State::Alone,
            _ => State::Linked,
        };
        let heard_s = self.ears.values().map(|ear| ear.track.moments.len());
        Linked {
            state,
            stems: stems.iter().map(|stem| self.stem(stem)).collect(),
            conflicts: self
                .balance
                .conflicts
                .iter()
                .map(|conflict| conflict.text.clone())
                .collect(),
            remix: self.balance.remix.as_ref().map(|remix| remix.text.clone()),
            heard_s: heard_s.max().unwrap_or(0) as f64 / 10.0,
            ..Linked::default()
        }
    }

    fn stem(&self, peer: &Peer) -> Stem {
        let place = self.order.iter().position(|id| *id == peer.id);
        let eater = place.and_then(|place| self.balance.eaters.get(place));
        let moves = self.moves_of(peer.id);
        let ear = self.ears.get(&peer.id);
        let sent = match self.sent.get(&peer.id) {
            None => Sent::Nothing,
            Some((serial, _)) if peer.taken.1 < *serial => Sent::OnItsWay,
            Some((_, sent)) if *sent == moves => Sent::Taken,
            Some(_) => Sent::Old,
        };
        Stem {
            id: peer.id,
            name: peer.name.clone(),
            role: peer.role.unwrap_or(Role::Other),
            playing: ear.is_some_and(|ear| ear.summary.playing),
            short_term_lufs: ear.and_then(|ear| ear.summary.short_term_lufs),
            spectrum: place.map_or([0.0; 4], |place| {
                self.balance.spectra.get(place).copied().unwrap_or_default()
            }),
            peaks: eater.map_or(0.0, |eater| eater.share as f32),
            moves,
            sent,
            obeyed: ear.map_or(0, |ear| ear.summary.obeyed),
        }
    }
}
