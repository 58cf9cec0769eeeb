//! The balance of what a master has heard, worked out on a thread of its own: that takes a while, and who is
//! silent for two seconds is taken for dead.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thread_priority::ThreadPriority;

use super::timeline::{Known, Timeline};
use crate::handoff::joined::Joined;
use crate::handoff::lock;
use crate::stems::balance::{Balance, Heard, balance_while};
use crate::stems::output::Output;
use crate::stems::role::Role;
use crate::stems::summary::SliceNote;
use crate::stems::track::{Moment, Track};
use crate::stems::traits::Traits;

/// Nothing is said of a stem before so many slices of it sounded.
const SLICES_MIN: usize = 100;
/// A stem of which less is known than of the others waits until so much is known of it, as a share of what is
/// known of them, or as slices: else one that came late would leave a few seconds to weigh all the others by.
const SHARE_MIN: f64 = 0.25;
const SLICES_ENOUGH: usize = 600;
/// Where nothing is known so many slices are left between what is: places do not run together.
const GAP: i64 = 20;

/// A stem to weigh.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) role: Role,
    /// As it is turned now, whenever it was heard.
    pub(super) output: Output,
    pub(super) traits: Traits,
    pub(super) heard: Timeline<SliceNote>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Weighed {
    pub(super) balance: Balance,
    /// The stems of the balance, in its order.
    pub(super) order: Vec<u64>,
    /// Seconds of the song that it is of.
    pub(super) heard_s: f64,
}

/// Weighs one question at a time.
#[derive(Debug, Default)]
pub(super) struct Scales {
    running: Option<Joined>,
    answer: Arc<Mutex<Option<(Weighed, Duration)>>>,
    /// When the last one was done, and how long it took.
    last: Option<(Instant, Duration)>,
}

/// What there is to take.
#[derive(Debug)]
pub(super) enum Answer {
    Weighed(Weighed),
    /// The system had no thread for it.
    Failed,
    /// Nothing was asked, or it is not done.
    NotYet,
}

impl Scales {
    /// Whether something is being weighed.
    pub(super) fn busy(&self) -> bool {
        self.running.is_some()
    }

    /// Whether it is too early to weigh again, if of the time one part in so many may go into it.
    pub(super) fn rests(&self, parts: u32) -> bool {
        self.last
            .is_some_and(|(done, took)| done.elapsed() < took.saturating_mul(parts - 1))
    }

    /// Begins; what was asked before must be answered.
    pub(super) fn weigh(&mut self, parts: Vec<Part>) {
        let place = self.answer.clone();
        self.running = Some(Joined::start("finalcoat balance", move |stop| {
            let _ = thread_priority::set_current_thread_priority(ThreadPriority::Min);
            let began = Instant::now();
            let weighed = weighed(&parts, stop);
            *lock(&place) = Some((weighed, began.elapsed()));
        }));
    }

    /// What came of it, once.
    pub(super) fn take(&mut self) -> Answer {
        if !self.running.as_ref().is_some_and(Joined::is_done) {
            return Answer::NotYet;
        }
        self.running = None;
        match lock(&self.answer).take() {
            Some((weighed, took)) => {
                self.last = Some((Instant::now(), took));
                Answer::Weighed(weighed)
            }
            None => Answer::Failed,
        }
    }
}

fn weighed(parts: &[Part], stop: &AtomicBool) -> Weighed {
    let (parts, known) = known_of(parts);
    let inputs: Vec<Track> = parts.iter().map(|part| track(part, &known)).collect();
    let tracks: Vec<Track> = parts
        .iter()
        .zip(&inputs)
        .map(|(part, input)| part.output.of_track(input))
        .collect();
    let sounds = |number: &usize| inputs.iter().any(|track| track.at(*number).weighted > 0.0);
    let length = inputs.first().map_or(0, |track| track.moments.len());
    let heard_s = (0..length).filter(sounds).count() as f64 / 10.0;
    let all: Vec<Heard<'_>> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| Heard {
            name: &part.name,
            role: part.role,
            track: &tracks[place],
            input: &inputs[place],
            traits: part.traits,
            report: None,
            mix_gain_db: None,
        })
        .collect();
    // One stem alone has nobody to fight.
    let balance = match all.len() > 1 {
        true => balance_while(&all, &|| !stop.load(Ordering::Acquire)),
        false => Balance::default(),
    };
    Weighed {
        balance,
        order: parts.iter().map(|part| part.id).collect(),
        heard_s,
    }
}

/// The stems of which enough is known, and what is known of all of them: what was heard of one alone says
/// nothing of how it stands beside the others.
fn known_of(parts: &[Part]) -> (Vec<&Part>, Known) {
    let sounding = |part: &Part| {
        let heard = part.heard.iter();
        heard.filter(|(_, note)| note.weighted_power > 0.0).count()
    };
    let mut known: Vec<(usize, Known)> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| sounding(part) >= SLICES_MIN)
        .map(|(place, part)| (place, part.heard.known()))
        .collect();
    known.sort_by_key(|(_, known)| core::cmp::Reverse(known.count()));
    // One that was heard longest may have been heard alone.
    let begun = (0..known.len()).map(|first| together(&known, first));
    let best = begun.max_by_key(|(places, all)| {
        let others = places.len() - 1;
        (
            others.min(1) * places.len() * all.count().min(SLICES_ENOUGH),
            others,
        )
    });
    let (mut places, all) = best.unwrap_or_default();
    places.sort_unstable();
    (places.iter().map(|&place| &parts[place]).collect(), all)
}

/// The stems of which enough is known together with the `first`, by their places, and what is known of all of them.
fn together(known: &[(usize, Known)], first: usize) -> (Vec<usize>, Known) {
    let (place, mut all) = known[first].clone();
    let mut places = vec![place];
    for (_, (place, one)) in known.iter().enumerate().filter(|(n, _)| *n != first) {
        let both = all.and(one);
        let count = both.count();
        let enough = count as f64 >= SHARE_MIN * all.count() as f64 || count >= SLICES_ENOUGH;
        if enough && count >= SLICES_MIN {
            places.push(*place);
            all = both;
        }
    }
    (places, all)
}

/// A stem as it comes in, over what is known of all.
fn track(part: &Part, known: &Known) -> Track {
    let mut heard = Track::default();
    let mut last: Option<i64> = None;
    for number in known.numbers() {
        let gap = last.map_or(0, |last| {
            number.saturating_sub(last).saturating_sub(1).min(GAP)
        });
        for _ in 0..gap {
            heard.moments.push(Moment::SILENCE);
        }
        let note = part.heard.get(number);
        heard
            .moments
            .push(note.map_or(Moment::SILENCE, Moment::told));
        last = Some(number);
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::bands::THIRDS;
    use crate::analysis::code::code;
    use core::ops::Range;

    fn note(number: i64, power: f32) -> SliceNote {
        let third = code(power / (2 * THIRDS) as f32);
        SliceNote {
            number,
            weighted_power: power,
            true_peak: power.sqrt(),
            known: true,
            mid: [third; THIRDS],
            side: [0; THIRDS],
        }
    }

    fn part(id: u64, role: Role, heard: &[(Range<i64>, f32)]) -> Part {
        let mut part = Part {
            id,
            name: format!("Stem {id}"),
            role,
            output: Output::default(),
            traits: Traits::default(),
            heard: Timeline::default(),
        };
        for (numbers, power) in heard {
            for number in numbers.clone() {
                part.heard.put(number, note(number, *power));
            }
        }
        part
    }

    fn of(parts: &[Part]) -> Weighed {
        weighed(parts, &AtomicBool::new(false))
    }

    #[test]
    fn a_stem_is_weighed_by_what_all_were_heard_in() {
        // Loud where it was heard beside the others; they were heard in five times as much.
        let all = [
            part(1, Role::Music, &[(0..3000, 0.1)]),
            part(2, Role::Drums, &[(0..3000, 0.1)]),
            part(3, Role::LeadVocal, &[(1000..1800, 0.1)]),
        ];
        let weighed = of(&all);
        assert_eq!(weighed.order, [1, 2, 3]);
        assert_eq!(weighed.heard_s, 80.0);
        for share in weighed.balance.spectra.iter().flatten() {
            assert!((share - 1.0 / 3.0).abs() < 0.01, "{share}");
        }
        let peaks = weighed.balance.eaters.iter().map(|eater| eater.share);
        for share in peaks {
            assert!((share - 1.0 / 3.0).abs() < 0.01, "{share}");
        }
        // Said to be silent there it is what it is: little of the song.
        let silent = [&all[0], &all[1]].map(Clone::clone);
        let vocal = [(0..1000, 0.0), (1000..1800, 0.1), (1800..3000, 0.0)];
        let [music, drums] = silent;
        let weighed = of(&[music, drums, part(3, Role::LeadVocal, &vocal)]);
        assert_eq!(weighed.heard_s, 300.0);
        assert!(weighed.balance.spectra[2][0] < 0.15);
    }

    #[test]
    fn a_few_seconds_of_a_late_stem_do_not_stand_for_the_song() {
        let song = || {
            [
                part(1, Role::Music, &[(0..3000, 0.1)]),
                part(2, Role::Drums, &[(0..3000, 0.1)]),
            ]
        };
        let [music, drums] = song();
        let weighed = of(&[music, part(3, Role::Bass, &[(0..150, 0.1)]), drums]);
        assert_eq!((weighed.order, weighed.heard_s), (vec![1, 2], 300.0));
        let [music, drums] = song();
        let weighed = of(&[music, part(3, Role::Bass, &[(0..600, 0.1)]), drums]);
        assert_eq!((weighed.order, weighed.heard_s), (vec![1, 3, 2], 60.0));
        // All of them new: ten seconds will do.
        let new = [Role::Music, Role::Drums].map(|role| part(1, role, &[(0..100, 0.1)]));
        assert_eq!(of(&new).order.len(), 2);
        let newer = [Role::Music, Role::Drums].map(|role| part(1, role, &[(0..99, 0.1)]));
        assert!(of(&newer).order.is_empty());
    }

    #[test]
    fn one_that_was_heard_alone_for_long_leaves_the_others_together() {
        let all = [
            part(1, Role::Other, &[(10_000..12_000, 0.1)]),
            part(2, Role::Music, &[(0..300, 0.1)]),
            part(3, Role::Drums, &[(0..300, 0.1)]),
            // Hardly ever with them.
            part(4, Role::Bass, &[(201..500, 0.1)]),
        ];
        let weighed = of(&all);
        assert_eq!((weighed.order, weighed.heard_s), (vec![2, 3], 30.0));
    }

    #[test]
    fn wherever_the_song_lies_it_is_weighed() {
        let [late, early] = [10 * 36_000, 0].map(|from| {
            let bass = [
                (from..from + 300, 0.1),
                (from + 900_000..from + 900_300, 0.2),
            ];
            let music = [
                (from..from + 300, 0.2),
                (from + 900_000..from + 900_300, 0.1),
            ];
            of(&[part(1, Role::Bass, &bass), part(2, Role::Music, &music)])
        });
        assert_eq!(late.heard_s, 60.0);
        assert_eq!(late.balance, early.balance);
    }

    #[test]
    fn an_answer_comes_once_and_a_question_can_be_dropped() {
        let song = |slices| {
            let roles = [Role::LeadVocal, Role::Drums, Role::Bass, Role::Music];
            let all = roles.iter().enumerate();
            // A voice that drowns.
            let power = |place| if place == 0 { 0.0005 } else { 0.1 };
            all.map(|(place, &role)| part(place as u64, role, &[(0..slices, power(place))]))
                .collect::<Vec<_>>()
        };
        let mut scales = Scales::default();
        let nothing = |scales: &mut Scales| matches!(scales.take(), Answer::NotYet);
        assert!(!scales.busy() && !scales.rests(1000) && nothing(&mut scales));
        scales.weigh(song(200));
        assert!(scales.busy());
        let weighed = loop {
            if let Answer::Weighed(weighed) = scales.take() {
                break weighed;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        assert_eq!(weighed.order, [0, 1, 2, 3]);
        assert!(!weighed.balance.conflicts.is_empty());
        assert!(!scales.busy() && scales.rests(u32::MAX) && !scales.rests(1));
        assert!(nothing(&mut scales));
        // Stopped before it began: nobody is waited for.
        let dropped = self::weighed(&song(200), &AtomicBool::new(true));
        assert_eq!(dropped.balance.conflicts, []);
        scales.weigh(song(10_000));
        drop(scales);
    }
}
