//! Which session an instance belongs to.
//!
//! A session is a random number in a master's saved state. A stem keeps the number of the session it is in,
//! so both find each other again when the song is opened again. The rules:
//!
//! - A stem with no session joins the only live master. With several it joins none: the user picks. Who
//!   picked none stays alone.
//! - A stem with a session stays in it, also while its master is away: a song that is being opened, or a
//!   plugin that is loaded again after a crash, comes back with the same number.
//! - One exception: the user took the master out of the song and put in another. A stem that has seen its
//!   master go, and did not have it picked by hand, joins a master that came after that, if it is the only one.
//! - Two masters with one session (a song open twice, or the master's track duplicated): the newer one counts,
//!   because it is the one that was loaded again when the old one was not closed properly. When both live on,
//!   both and their stems are told, and the user gives one of them a session of its own.

use super::card::Peer;

/// Two masters of one session that live side by side for so long are no reload.
const TWINS_MS: u64 = 3000;

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A stem with no session, and there is no master, or the user wants none.
    Alone,
    /// A stem with no session, and there are several masters to choose from.
    Choose,
    /// A stem whose master is away. Others may be there to choose from.
    Waiting,
    /// A master, or a stem with its master.
    Linked {
        /// Instance id of the master.
        master: u64,
        /// Whether another master has the same session.
        twins: bool,
    },
}

/// What an instance knows of its own session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Belonging {
    /// 0 for none.
    pub(super) session: u64,
    /// Whether the user chose it.
    pub(super) picked: bool,
    /// Whether its master was seen since the instance was loaded.
    pub(super) met: bool,
    /// When it was first missed after that.
    pub(super) missed_ms: Option<u64>,
}

/// Where a stem stands among the live masters, and what it belongs to from now on.
pub(super) fn of_stem(mut own: Belonging, masters: &[Peer], now_ms: u64) -> (Belonging, Standing) {
    if own.session == 0 {
        return match masters {
            // The user wants it so.
            _ if own.picked => (own, Standing::Alone),
            [] => (own, Standing::Alone),
            [only] => join(own, only),
            _ => (own, Standing::Choose),
        };
    }
    if let Some((master, twins)) = head(masters, own.session, now_ms) {
        own.met = true;
        own.missed_ms = None;
        return (own, Standing::Linked { master, twins });
    }
    if own.met && own.missed_ms.is_none() {
        own.missed_ms = Some(now_ms);
    }
    match (masters, own.missed_ms) {
        ([only], Some(missed_ms)) if !own.picked && only.born_ms >= missed_ms => join(own, only),
        _ => (own, Standing::Waiting),
    }
}

/// Where a master stands. `masters` are the live ones, itself among them.
pub(super) fn of_master(session: u64, masters: &[Peer], now_ms: u64) -> Option<Standing> {
    let (master, twins) = head(masters, session, now_ms)?;
    Some(Standing::Linked { master, twins })
}

fn join(own: Belonging, master: &Peer) -> (Belonging, Standing) {
    let belonging = Belonging {
        session: master.session,
        met: true,
        missed_ms: None,
        ..own
    };
    let standing = Standing::Linked {
        master: master.id,
        twins: false,
    };
    (belonging, standing)
}

/// The newest master of a session, and whether there is another.
fn head(masters: &[Peer], session: u64, now_ms: u64) -> Option<(u64, bool)> {
    let mine = || masters.iter().filter(|master| master.session == session);
    let newest = mine().max_by_key(|master| (master.born_ms, master.id))?;
    let settled = now_ms.saturating_sub(newest.born_ms) > TWINS_MS;
    Some((newest.id, settled && mine().count() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stems::link::card::Kind;

    fn master(id: u64, session: u64, born_ms: u64) -> Peer {
        Peer {
            id,
            kind: Kind::Master,
            session,
            process: 1,
            born_ms,
            name: String::new(),
            role: None,
            taken: (0, 0),
        }
    }

    const NEW: Belonging = Belonging {
        session: 0,
        picked: false,
        met: false,
        missed_ms: None,
    };
    const fn linked(master: u64) -> Standing {
        Standing::Linked {
            master,
            twins: false,
        }
    }

    #[test]
    fn the_only_master_is_joined_and_of_several_none() {
        let (own, standing) = of_stem(NEW, &[], 10);
        assert_eq!((own, standing), (NEW, Standing::Alone));
        let (own, standing) = of_stem(NEW, &[master(1, 11, 5)], 10);
        assert_eq!((own.session, standing), (11, linked(1)));
        let two = [master(1, 11, 5), master(2, 12, 6)];
        assert_eq!(of_stem(NEW, &two, 10), (NEW, Standing::Choose));
        // Who is in a session stays there when another song is opened.
        let (own, standing) = of_stem(own, &two, 10);
        assert_eq!((own.session, standing), (11, linked(1)));
    }

    #[test]
    fn a_saved_session_is_waited_for_whoever_else_is_there() {
        let saved = Belonging { session: 11, ..NEW };
        let other = master(2, 12, 500);
        for now_ms in [600, 60_000] {
            let (own, standing) = of_stem(saved, std::slice::from_ref(&other), now_ms);
            assert_eq!((own, standing), (saved, Standing::Waiting));
        }
        let both = [other, master(1, 11, 700)];
        assert_eq!(of_stem(saved, &both, 800).1, linked(1));
    }

    #[test]
    fn a_master_that_went_and_came_back_is_found_again() {
        let (own, _) = of_stem(NEW, &[master(1, 11, 5)], 10);
        let elder = master(2, 12, 6);
        let (own, standing) = of_stem(own, std::slice::from_ref(&elder), 20);
        assert_eq!(
            standing,
            Standing::Waiting,
            "the other song was there before"
        );
        let (own, standing) = of_stem(own, &[elder, master(3, 11, 30)], 40);
        assert_eq!(
            (own.session, own.missed_ms, standing),
            (11, None, linked(3))
        );
    }

    #[test]
    fn who_picked_none_stays_alone() {
        let none = Belonging {
            session: 0,
            picked: true,
            met: false,
            missed_ms: None,
        };
        for masters in [
            vec![],
            vec![master(1, 7, 0)],
            vec![master(1, 7, 0), master(2, 8, 0)],
        ] {
            assert_eq!(of_stem(none, &masters, 10), (none, Standing::Alone));
        }
    }

    #[test]
    fn a_master_put_in_for_another_is_joined_unless_the_first_was_picked() {
        let joined = of_stem(NEW, &[master(1, 11, 5)], 10).0;
        let picked = Belonging {
            picked: true,
            ..joined
        };
        let new = [master(3, 13, 30)];
        let gone = of_stem(joined, &[], 20).0;
        let (own, standing) = of_stem(gone, &new, 40);
        assert_eq!((own.session, standing), (13, linked(3)));
        let two = [master(3, 13, 30), master(4, 14, 35)];
        assert_eq!(of_stem(gone, &two, 40).1, Standing::Waiting);
        let gone = of_stem(picked, &[], 20).0;
        let (own, standing) = of_stem(gone, &new, 40);
        assert_eq!((own.session, standing), (11, Standing::Waiting));
    }

    #[test]
    fn of_twins_the_newer_counts_and_both_are_told_once_it_is_no_reload() {
        let twins = [master(9, 11, 1000), master(2, 11, 5000)];
        let stem = Belonging { session: 11, ..NEW };
        for (now_ms, told) in [(5001, false), (8000, false), (8001, true)] {
            let standing = Standing::Linked {
                master: 2,
                twins: told,
            };
            assert_eq!(of_stem(stem, &twins, now_ms).1, standing);
            assert_eq!(of_master(11, &twins, now_ms), Some(standing));
        }
        assert_eq!(of_master(11, &twins[..1], 90_000), Some(linked(9)));
    }
}
