//! A master's part: hears its stems, works out where they fight, and advises them when the user says so.

use std::collections::BTreeMap;

use super::ears::{Ears, News};
use super::weighing::{Answer, Part, Scales, Weighed};
use crate::handoff::linked::{Holds, Linked, Receiver, Shares, State, Stem, Wish};
use crate::stems::advice::StemAdvice;
use crate::stems::balance::Conflict;
use crate::stems::link::{Link, Peer, Standing, fresh_id};
use crate::stems::moves::{StemChange, StemMove};
use crate::stems::role::Role;

/// Looks between two balances while the song plays, and where a stem is turned.
const LOOKS_PER_BALANCE: u32 = 10;
const LOOKS_PER_TURN: u32 = 5;
/// Of the time no more than one part in so many goes into weighing while the song plays, and while a stem is turned.
const REST: u32 = 20;
const REST_TURNED: u32 = 3;

/// What a master keeps for the link.
#[derive(Debug, Default)]
pub(super) struct MasterDesk {
    ears: Ears,
    scales: Scales,
    weighed: Weighed,
    /// Looks since something was weighed last.
    looks: u32,
    /// What is new since.
    news: News,
    /// The serial number of what was sent to which stem last.
    sent: BTreeMap<u64, u64>,
    /// Why something could not be sent.
    fault: Option<String>,
}

impl MasterDesk {
    pub(super) fn step(&mut self, link: &mut Link, desk: &Receiver) -> Linked {
        let wishes = desk.wishes();
        if wishes.contains(&Wish::Part) {
            link.set_session(fresh_id());
        }
        let company = link.company();
        let stems = company.stems;
        let heard = self.ears.hear(&stems, |id| link.hear(id));
        self.news.add(heard);
        self.sent.retain(|id, _| self.ears.of(*id).is_some());
        self.weigh(&stems);
        for wish in wishes {
            match wish {
                Wish::Advise(id, moves) => self.send(link, id, moves),
                Wish::Withdraw(id) => self.send(link, id, Vec::new()),
                Wish::Join(_) | Wish::Part => {}
            }
        }
        self.shown(link, &stems, company.standing)
    }

    /// Weighs anew where something is new: soon where a stem is turned, now and then while the song plays.
    fn weigh(&mut self, stems: &[Peer]) {
        self.looks = self.looks.saturating_add(1);
        match self.scales.take() {
            Answer::Weighed(weighed) => self.weighed = weighed,
            Answer::Failed => self.news.turned = true,
            Answer::NotYet => {}
        }
        let rested = |looks, parts| self.looks >= looks && !self.scales.rests(parts);
        let is_due = (self.news.turned && rested(LOOKS_PER_TURN, REST_TURNED))
            || (self.news.heard && rested(LOOKS_PER_BALANCE, REST));
        if self.scales.busy() || !is_due {
            return;
        }
        self.news = News::default();
        self.looks = 0;
        let part = |stem: &Peer| {
            let ear = self.ears.of(stem.id)?;
            Some(Part {
                id: stem.id,
                name: ear.name.clone(),
                role: ear.role.unwrap_or(Role::Other),
                output: ear.summary.output,
                traits: ear.summary.traits,
                heard: ear.heard.clone(),
            })
        };
        self.scales.weigh(stems.iter().filter_map(part).collect());
    }

    fn moves_of(&self, id: u64) -> Vec<StemMove> {
        let Some(place) = self.weighed.order.iter().position(|one| *one == id) else {
            return Vec::new();
        };
        let moves = self.weighed.balance.moves.iter();
        moves
            .filter(|(stem, one)| *stem == place && !self.does_itself(id, one))
            .map(|(_, one)| one.clone())
            .collect()
    }

    /// Whether a stem does a move itself: it is weighed as it sounds before its dynamics.
    fn does_itself(&self, id: u64, one: &StemMove) -> bool {
        let own = self.ears.of(id).map(|ear| &ear.summary.own);
        let mut own = own.into_iter().flatten().flatten();
        own.any(|own| own.answers(&one.change))
    }

    /// Whether that is why a conflict is no reason of a move.
    fn is_answered(&self, conflict: &Conflict) -> bool {
        let mut moves = self.weighed.balance.moves.iter();
        moves.any(|(place, one)| {
            let id = self.weighed.order.get(*place);
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
                .weighed
                .balance
                .conflicts
                .iter()
                .filter(|conflict| !self.is_answered(conflict))
                .map(|conflict| conflict.text.clone())
                .collect(),
            fault: self.fault.clone(),
            remix: self
                .weighed
                .balance
                .remix
                .as_ref()
                .map(|remix| remix.text.clone()),
            heard_s: self.weighed.heard_s,
            ..Linked::default()
        }
    }

    /// What the stem at this place of the balance has of the song.
    fn shares(&self, place: usize) -> Option<Shares> {
        let balance = &self.weighed.balance;
        Some(Shares {
            spectrum: *balance.spectra.get(place)?,
            peaks: balance.eaters.get(place)?.share as f32,
        })
    }

    fn stem(&self, link: &Link, peer: &Peer) -> Stem {
        let place = self.weighed.order.iter().position(|id| *id == peer.id);
        let moves = self.moves_of(peer.id);
        let ear = self.ears.of(peer.id);
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
            shares: place.and_then(|place| self.shares(place)),
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
