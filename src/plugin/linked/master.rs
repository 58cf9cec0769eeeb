//! A master's part: hears its stems, works out where they fight, and advises them when the user says so.

use std::collections::BTreeMap;

use crate::handoff::linked::{Holds, Linked, Receiver, State, Stem, Wish};
use crate::stems::advice::StemAdvice;
use crate::stems::balance::{Balance, Conflict, Heard, balance};
use crate::stems::link::{Link, Peer, Standing, fresh_id};
use crate::stems::moves::{StemChange, StemMove};
use crate::stems::role::Role;
use crate::stems::summary::Summary;
use crate::stems::track::{Moment, Track};

/// The longest song, in slices: an hour, as every stem of it is kept.
const SLICES_MAX: i64 = 36_000;
/// Looks between two balances while something new comes.
const LOOKS_PER_BALANCE: u32 = 10;
/// Looks for which a stem may be away and what was heard of it is kept: ten minutes. Who stands still for two
/// seconds, as on a busy machine, is taken for gone.
const AWAY_LOOKS: u32 = 3000;
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
    /// The serial number of what was sent to which stem last.
    sent: BTreeMap<u64, u64>,
    /// Seconds of the song in which some stem sounded.
    heard_s: f64,
    /// Why something could not be sent.
    fault: Option<String>,
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
    /// Looks since it was last there.
    away: u32,
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
                Wish::Advise(id, moves) => self.send(link, id, moves),
                Wish::Withdraw(id) => self.send(link, id, Vec::new()),
                Wish::Join(_) | Wish::Part => {}
            }
        }
        self.shown(link, &stems, company.standing)
    }

    fn hear(&mut self, link: &mut Link, stems: &[Peer]) {
        for (id, ear) in &mut self.ears {
            let is_away = !stems.iter().any(|stem| stem.id == *id);
            self.stale |= is_away != (ear.away > 0);
            ear.away = if is_away { ear.away + 1 } else { 0 };
        }
        self.ears.retain(|_, ear| ear.away < AWAY_LOOKS);
        self.sent.retain(|id, _| self.ears.contains_key(id));
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
            self.stale |= ear.summary.output != summary.output;
            ear.summary = summary;
        }
    }

    fn weigh(&mut self, stems: &[Peer]) {
        let tracks = || self.ears.values().map(|ear| &ear.track);
        let end = tracks().map(|track| track.moments.len()).max();
        let sounds = |number: &usize| tracks().any(|track| track.at(*number).weighted > 0.0);
        self.heard_s = (0..end.unwrap_or(0)).filter(sounds).count() as f64 / 10.0;
        self.order.clear();
        let heard = |ear: &Ear| {
            let moments = ear.track.moments.iter();
            moments.filter(|one| one.weighted > 0.0).count() >= SLICES_MIN
        };
        let known = stems
            .iter()
            .filter_map(|stem| Some((stem.id, self.ears.get(&stem.id).filter(|ear| heard(ear))?)));
        let known: Vec<(u64, &Ear)> = known.collect();
        self.order.extend(known.iter().map(|(id, _)| id));
        // As they are turned now, whenever they were heard.
        let tracks: Vec<Track> = known
            .iter()
            .map(|(_, ear)| ear.summary.output.of_track(&ear.track))
            .collect();
        let all: Vec<Heard<'_>> = known
            .iter()
            .zip(&tracks)
            .map(|((_, ear), track)| Heard {
                name: &ear.name,
                role: ear.role.unwrap_or(Role::Other),
                track,
                report: None,
                mix_gain_db: None,
            })
            .collect();
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
            .filter(|(stem, one)| *stem == place && !self.does_itself(id, one))
            .map(|(_, one)| one.clone())
            .collect()
    }

    /// Whether a stem does a move itself: it is weighed as it sounds before its dynamics.
    fn does_itself(&self, id: u64, one: &StemMove) -> bool {
        let own = self.ears.get(&id).map(|ear| &ear.summary.own);
        let mut own = own.into_iter().flatten().flatten();
        own.any(|own| own.answers(&one.change))
    }

    /// Whether that is why a conflict is no reason of a move.
    fn is_answered(&self, conflict: &Conflict) -> bool {
        let mut moves = self.balance.moves.iter();
        moves.any(|(place, one)| {
            let id = self.order.get(*place);
            one.text == conflict.text && id.is_some_and(|id| self.does_itself(*id, one))
        })
    }

    fn send(&mut self, link: &mut Link, id: u64, moves: Vec<StemMove>) {
        let advice = StemAdvice {
            moves,
            ..StemAdvice::default()
        };
        match link.advise(id, &advice) {
            Ok(serial) => {
                self.sent.insert(id, serial);
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault.to_string()),
        }
    }

    fn shown(&self, link: &Link, stems: &[Peer], standing: Standing) -> Linked {
        Linked {
            state: state(standing, link.id(), stems.is_empty()),
            stems: stems.iter().map(|stem| self.stem(link, stem)).collect(),
            conflicts: self
                .balance
                .conflicts
                .iter()
                .filter(|conflict| !self.is_answered(conflict))
                .map(|conflict| conflict.text.clone())
                .collect(),
            fault: self.fault.clone(),
            remix: self.balance.remix.as_ref().map(|remix| remix.text.clone()),
            heard_s: self.heard_s,
            ..Linked::default()
        }
    }

    fn stem(&self, link: &Link, peer: &Peer) -> Stem {
        let place = self.order.iter().position(|id| *id == peer.id);
        let eater = place.and_then(|place| self.balance.eaters.get(place));
        let moves = self.moves_of(peer.id);
        let ear = self.ears.get(&peer.id);
        let held: Vec<StemChange> = ear
            .iter()
            .flat_map(|ear| ear.summary.held.iter().flatten().copied())
            .collect();
        let taken = |serial: u64| peer.taken.0 == link.id() && peer.taken.1 >= serial;
        let alike = held.len() == moves.len()
            && held
                .iter()
                .zip(&moves)
                .all(|(held, one)| held.is_like(&one.change));
        let holds = match self.sent.get(&peer.id) {
            Some(serial) if !taken(*serial) => Holds::OnItsWay,
            _ if held.is_empty() => Holds::Nothing,
            _ if alike => Holds::Proposed,
            _ => Holds::Other,
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
            holds,
            held: held.len(),
            blocked: ear.map_or_else(Default::default, |ear| ear.summary.blocked),
            obeyed_pct: ear.map_or(0, |ear| ear.summary.obeyed_pct),
        }
    }
}

/// Where the master with this id stands; `alone` without stems.
fn state(standing: Standing, id: u64, alone: bool) -> State {
    match standing {
        Standing::Linked {
            master,
            twins: true,
        } if master != id => State::Elder,
        Standing::Linked { twins: true, .. } => State::Twins,
        _ if alone => State::Alone,
        _ => State::Linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_twins_the_elder_knows_that_nobody_listens() {
        let standing = |twins| Standing::Linked { master: 5, twins };
        assert_eq!(state(standing(true), 5, false), State::Twins);
        assert_eq!(state(standing(true), 4, false), State::Elder);
        assert_eq!(state(standing(true), 4, true), State::Elder);
        // A reload is no twin yet.
        assert_eq!(state(standing(false), 4, false), State::Linked);
        assert_eq!(state(standing(false), 5, true), State::Alone);
    }
}
