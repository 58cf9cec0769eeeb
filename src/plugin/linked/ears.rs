//! What a master has heard of its stems.

use std::collections::BTreeMap;

use super::timeline::Timeline;
use crate::stems::link::Peer;
use crate::stems::role::Role;
use crate::stems::summary::{SliceNote, Summary};

/// Looks for which a stem may be away and what was heard of it is kept: ten minutes. Who stands still for two
/// seconds, as on a busy machine, is taken for gone.
const AWAY_LOOKS: u32 = 3000;
/// Looks after which who has told nothing of a slice, while others did, will not: three seconds.
const LATE_LOOKS: u32 = 15;
/// Hosts let a track sleep that is silent: this K-weighted power, −90 dB, or less.
const ASLEEP_POWER: f32 = 1e-9;

/// All stems, by their instance ids.
#[derive(Debug, Default)]
pub(super) struct Ears {
    all: BTreeMap<u64, Ear>,
    looks: u32,
    /// Slices that somebody told of lately, with the look at which that was first.
    told: BTreeMap<i64, u32>,
}

/// What is known of one stem.
#[derive(Debug, Default)]
pub(super) struct Ear {
    pub(super) heard: Timeline<SliceNote>,
    pub(super) role: Option<Role>,
    pub(super) name: String,
    pub(super) summary: Summary,
    /// Slices of it seen so far.
    seen: u64,
    /// The look at which it came.
    came: u32,
    /// Looks since it was last there.
    away: u32,
    /// What it told last was sound: where it says nothing now, that is no silence.
    sounds: bool,
    /// The look at which that began.
    woke: u32,
    /// The slice that it told last.
    last: Option<i64>,
}

/// What is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct News {
    /// More of the song was heard.
    pub(super) heard: bool,
    /// A stem came, went, is another, or is turned otherwise.
    pub(super) turned: bool,
}

impl News {
    /// With what else is new.
    pub(super) fn add(&mut self, other: Self) {
        self.heard |= other.heard;
        self.turned |= other.turned;
    }
}

impl Ears {
    /// Hears what the stems that are there have told since; `summary` gives what one of them tells.
    pub(super) fn hear(
        &mut self,
        stems: &[Peer],
        mut summary: impl FnMut(u64) -> Option<Summary>,
    ) -> News {
        let mut news = News::default();
        let mut lost = false;
        self.looks += 1;
        for (id, ear) in &mut self.all {
            let is_away = !stems.iter().any(|stem| stem.id == *id);
            news.turned |= is_away != (ear.away > 0);
            if !is_away && ear.away > 0 {
                ear.came = self.looks;
            }
            ear.away = if is_away { ear.away + 1 } else { 0 };
        }
        self.all.retain(|_, ear| ear.away < AWAY_LOOKS);
        for stem in stems {
            let new = || Ear {
                came: self.looks,
                ..Ear::default()
            };
            let ear = self.all.entry(stem.id).or_insert_with(new);
            if ear.role != stem.role || ear.name != stem.name {
                ear.role = stem.role;
                ear.name.clone_from(&stem.name);
                news.turned = true;
            }
            if let Some(summary) = summary(stem.id) {
                news.turned |=
                    ear.summary.output != summary.output || ear.summary.traits != summary.traits;
                news.heard |= ear.seen != summary.recent.heard();
                lost |= ear.take(summary, self.looks, &mut self.told);
            }
        }
        if lost {
            // Nobody knows which slices those were.
            self.told.clear();
        }
        self.settle();
        news
    }

    /// Whoever is there, told nothing of what the others told, and was silent before, is silent there. Who is muted
    /// in a pause is taken for silent too, until it is heard there.
    fn settle(&mut self) {
        let looks = self.looks;
        self.told.retain(|&number, &mut look| {
            if look + LATE_LOOKS > looks {
                return true;
            }
            for ear in self.all.values_mut() {
                if ear.sleeps_at(look) && ear.heard.get(number).is_none() {
                    ear.heard.put(number, SliceNote::default());
                }
            }
            false
        });
    }

    /// One of them.
    pub(super) fn of(&self, id: u64) -> Option<&Ear> {
        self.all.get(&id)
    }
}

impl Ear {
    /// Takes in what it tells, and gives whether slices were missed.
    fn take(&mut self, summary: Summary, look: u32, told: &mut BTreeMap<i64, u32>) -> bool {
        let (lost, notes) = summary.recent.since(self.seen);
        let mut lost = lost > 0;
        for note in notes {
            let sounds = note.weighted_power > ASLEEP_POWER;
            // Nobody falls asleep in the middle of a sound: it was cut, or could not be heard in time.
            lost |= self.sounds
                && self
                    .last
                    .is_some_and(|last| note.number > last.saturating_add(1));
            self.last = Some(note.number);
            if sounds && !self.sounds {
                self.woke = look;
            }
            self.sounds = sounds;
            // After a jump the bands are not known yet.
            if note.known || !sounds {
                self.heard.put(note.number, *note);
                told.entry(note.number).or_insert(look);
            }
        }
        self.seen = summary.recent.heard();
        self.summary = summary;
        lost
    }

    /// Whether it was there at a look, and silent.
    fn sleeps_at(&self, look: u32) -> bool {
        self.away == 0 && self.came < look && (!self.sounds || self.woke >= look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stems::link::Kind;

    /// A stem that tells what it is given.
    struct Player {
        peer: Peer,
        summary: Summary,
    }

    impl Player {
        fn new(id: u64) -> Self {
            Self {
                peer: Peer {
                    id,
                    kind: Kind::Stem,
                    session: 1,
                    process: 1,
                    born_ms: 0,
                    name: String::new(),
                    role: None,
                    taken: (0, 0),
                },
                summary: Summary::default(),
            }
        }

        fn plays(&mut self, numbers: core::ops::Range<i64>, weighted_power: f32) {
            for number in numbers {
                self.summary.recent.push(SliceNote {
                    number,
                    weighted_power,
                    known: true,
                    ..SliceNote::default()
                });
            }
        }
    }

    fn look(ears: &mut Ears, players: &[&Player]) -> News {
        let peers: Vec<Peer> = players.iter().map(|one| one.peer.clone()).collect();
        ears.hear(&peers, |id| {
            let found = players.iter().find(|one| one.peer.id == id);
            found.map(|one| one.summary)
        })
    }

    fn known(ears: &Ears, id: u64) -> Vec<i64> {
        let ear = ears.of(id).expect("it is there");
        ear.heard.known().numbers().collect()
    }

    #[test]
    fn a_track_that_the_host_lets_sleep_is_silent_and_one_that_it_mutes_is_unknown() {
        let mut ears = Ears::default();
        let [mut plays, mut sleeps, mut muted] = [1, 2, 3].map(Player::new);
        look(&mut ears, &[&plays, &sleeps, &muted]);
        for beat in 0..10 {
            plays.plays(2 * beat..2 * beat + 2, 0.1);
            // Sounds, fades, and is asleep from 1.2 s on; the other is cut off there.
            let power = if beat < 5 { 0.1 } else { 0.0 };
            if beat < 6 {
                sleeps.plays(2 * beat..2 * beat + 2, power);
                muted.plays(2 * beat..2 * beat + 2, 0.1);
            }
            look(&mut ears, &[&plays, &sleeps, &muted]);
        }
        assert_eq!(known(&ears, 2).len(), 12, "it may still tell");
        for _ in 0..LATE_LOOKS {
            look(&mut ears, &[&plays, &sleeps, &muted]);
        }
        assert!(known(&ears, 1).into_iter().eq(0..20));
        assert!(known(&ears, 2).into_iter().eq(0..20));
        assert!(known(&ears, 3).into_iter().eq(0..12));
        // What was heard is not forgotten because it is silent the next time.
        let heard = ears.of(2).map(|ear| ear.heard.get(3).copied());
        assert_eq!(heard.flatten().map(|note| note.weighted_power), Some(0.1));
    }

    #[test]
    fn who_was_not_there_was_not_silent() {
        let mut ears = Ears::default();
        let [mut plays, late] = [1, 2].map(Player::new);
        plays.plays(0..10, 0.1);
        look(&mut ears, &[&plays]);
        plays.plays(10..20, 0.1);
        look(&mut ears, &[&plays, &late]);
        plays.plays(20..30, 0.1);
        look(&mut ears, &[&plays, &late]);
        for _ in 0..=LATE_LOOKS {
            look(&mut ears, &[&plays, &late]);
        }
        assert!(known(&ears, 2).into_iter().eq(20..30));
    }

    #[test]
    fn it_slept_until_it_woke() {
        let mut ears = Ears::default();
        let [mut plays, mut wakes] = [1, 2].map(Player::new);
        look(&mut ears, &[&plays, &wakes]);
        for beat in 0..30 {
            plays.plays(2 * beat..2 * beat + 2, 0.1);
            if beat >= 10 {
                wakes.plays(2 * beat..2 * beat + 2, 0.1);
            }
            look(&mut ears, &[&plays, &wakes]);
        }
        assert!(known(&ears, 2).into_iter().eq(0..60));
    }

    #[test]
    fn where_notes_were_missed_nobody_is_taken_for_silent() {
        let mut ears = Ears::default();
        let [mut plays, other] = [1, 2].map(Player::new);
        look(&mut ears, &[&plays, &other]);
        let mut last = Player::new(3);
        plays.plays(0..500, 0.1);
        last.plays(400..500, 0.1);
        for _ in 0..=LATE_LOOKS {
            look(&mut ears, &[&plays, &other, &last]);
        }
        assert!(known(&ears, 1).into_iter().eq(400..500));
        assert!(known(&ears, 3).into_iter().eq(400..500));
        assert!(known(&ears, 2).is_empty());
        // Nor where one is cut off in the middle of a sound.
        last.plays(500..510, 0.1);
        plays.plays(500..505, 0.1);
        plays.plays(508..510, 0.0);
        for _ in 0..=LATE_LOOKS {
            look(&mut ears, &[&plays, &other, &last]);
        }
        assert!(known(&ears, 1).into_iter().eq((400..505).chain(508..510)));
    }

    #[test]
    fn what_is_new_is_told_once() {
        let mut ears = Ears::default();
        let mut stem = Player::new(1);
        look(&mut ears, &[&stem]);
        assert_eq!(look(&mut ears, &[&stem]), News::default());
        stem.plays(5..6, 0.1);
        let heard = News {
            heard: true,
            turned: false,
        };
        assert_eq!(look(&mut ears, &[&stem]), heard);
        assert_eq!(look(&mut ears, &[&stem]), News::default());
        let turned = News {
            heard: false,
            turned: true,
        };
        stem.peer.name = "Bass".to_owned();
        assert_eq!(look(&mut ears, &[&stem]), turned);
        assert_eq!(look(&mut ears, &[]), turned);
        assert_eq!(look(&mut ears, &[]), News::default());
    }
}
