//! A stem's part: publishes what it hears, joins a session, takes what it is advised.

use std::time::Instant;

use super::Feed;
use crate::analysis::loudness::lufs;
use crate::handoff::linked::{Linked, Master, Receiver, State, Wish};
use crate::params::FinalcoatParams;
use crate::stems::link::{Link, Standing};
use crate::stems::moves::{Obstacle, StemChange};
use crate::stems::output::{Output, own_changes};
use crate::stems::role::Role;
use crate::stems::role::names::{Certainty, roles};
use crate::stems::role::sound::Sound;
use crate::stems::settings::RoleChoice;
use crate::stems::summary::{SliceNote, Summary};
use crate::stems::track::Moment;
use crate::stems::traits::Traits;

/// Slices of the momentary and of the short-term loudness.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;
/// After so many looks without a new slice the host stands.
const LOOKS_STANDING: u32 = 3;
/// A song that passes faster than time by this factor is not played but bounced; as soon as it is so many seconds
/// ahead, of which so many count at most.
const PACE: f64 = 1.5;
const AHEAD_S: f64 = 0.5;
const AHEAD_MAX_S: f64 = 1.0;

/// What a stem keeps for the link.
#[derive(Debug, Default)]
pub(super) struct StemDesk {
    summary: Summary,
    /// K-weighted powers of the last slices.
    last: Vec<f64>,
    quiet: u32,
    sound: Option<Sound>,
    /// As it comes in.
    traits: Traits,
    pace: Pace,
}

/// How fast the song passes: hosts bounce faster than one listens, and with VST3 the framework does not tell that
/// they do.
#[derive(Debug, Default)]
struct Pace {
    /// When it was looked at last.
    looked: Option<Instant>,
    /// How far the song is ahead of what could be played.
    ahead_s: f64,
}

impl Pace {
    /// So many slices came since the last look.
    fn take(&mut self, slices: usize) {
        let looked = self.looked.replace(Instant::now());
        let passed_s = looked.map_or(0.0, |at| at.elapsed().as_secs_f64());
        self.pass(slices, passed_s);
    }

    fn pass(&mut self, slices: usize, passed_s: f64) {
        let song_s = slices as f64 / 10.0;
        self.ahead_s = (self.ahead_s + song_s - PACE * passed_s).clamp(0.0, AHEAD_MAX_S);
    }

    fn hurries(&self) -> bool {
        self.ahead_s > AHEAD_S
    }
}

impl StemDesk {
    pub(super) fn step(
        &mut self,
        link: &mut Link,
        desk: &Receiver,
        params: &FinalcoatParams,
        feed: &Feed,
        loads: u64,
    ) -> Linked {
        for wish in desk.wishes() {
            if let Wish::Join(session) = wish {
                link.set_session(session);
            }
        }
        let knobs = params.knobs();
        self.summary.output = Output::of(&knobs);
        self.summary.own = own_changes(&knobs);
        self.hear(feed);
        self.summary.traits = self.traits.through(&knobs);
        // A bounce uses what is saved. First of all, so that who is told that it was taken sees it in effect.
        if !desk.bounces()
            && !self.pace.hurries()
            && let Some(advice) = link.take_advice()
        {
            // A state that was loaded since brought its own.
            let session = &params.kept.session;
            session.edit_same(loads, |session| session.advised = advice.moves);
        }
        let advised = params.kept.session.with(|session| {
            let changes = session.advised.iter().map(|one| one.change);
            changes.collect::<Vec<StemChange>>()
        });
        self.summary.held = core::array::from_fn(|place| advised.get(place).copied());
        self.summary.blocked = knobs
            .obstacles(&advised)
            .map(|one| one.is_some_and(Obstacle::is_whole));
        self.summary.obeyed_pct = match knobs.settings.bypass {
            true => 0,
            false => knobs.stem.advice_pct.ceil() as u8,
        };
        let role = self.role(params, &desk.track().unwrap_or_default());
        link.set_role(Some(role));
        // It is told with the next beat if the slot is gone.
        let _ = link.publish(&self.summary);
        shown(link, role)
    }

    fn hear(&mut self, feed: &Feed) {
        let notes = {
            let mut heard = feed.take();
            self.summary.position_s = heard.position_s;
            self.summary.recent.miss(core::mem::take(&mut heard.missed));
            if let Some((sound, traits)) = heard.sound {
                self.sound = Some(sound);
                self.traits = traits;
            }
            core::mem::take(&mut heard.notes)
        };
        self.pace.take(notes.len());
        self.quiet = if notes.is_empty() { self.quiet + 1 } else { 0 };
        self.summary.playing = self.quiet < LOOKS_STANDING;
        for note in notes {
            self.take(note);
        }
        let loudness = |count: usize| {
            let last = &self.last[self.last.len().saturating_sub(count)..];
            let power = last.iter().sum::<f64>() / count as f64;
            (last.len() == count && power > 0.0).then(|| lufs(power) as f32)
        };
        self.summary.momentary_lufs = loudness(MOMENTARY);
        self.summary.short_term_lufs = loudness(SHORT_TERM);
    }

    fn take(&mut self, note: SliceNote) {
        let out = self.summary.output.of_moment(&Moment::told(&note));
        self.last.push(f64::from(out.weighted));
        if self.last.len() > SHORT_TERM {
            self.last.remove(0);
        }
        let peak_dbtp = 20.0 * out.peak.max(1e-6).log10();
        let highest = self.summary.true_peak_dbtp.unwrap_or(-120.0);
        self.summary.true_peak_dbtp = Some(highest.max(peak_dbtp));
        self.summary.recent.push(note);
    }

    /// What the user says, else what the track is called, else what it sounds like.
    fn role(&self, params: &FinalcoatParams, track: &str) -> Role {
        if let RoleChoice::Is(role) = params.stem().role {
            return role;
        }
        let heard = self.sound.and_then(|sound| sound.role);
        let named = roles(&[track]).into_iter().next();
        match named {
            // A clear name is wrong only where the sound cannot be that.
            Some(named) if named.certainty == Certainty::Clear => match (self.sound, heard) {
                (Some(sound), Some(heard)) if sound.contradicts(named.role) => heard,
                _ => named.role,
            },
            Some(named) if named.certainty == Certainty::Unclear => heard.unwrap_or(named.role),
            _ => heard.unwrap_or(Role::Other),
        }
    }
}

fn shown(link: &mut Link, role: Role) -> Linked {
    let company = link.company();
    let (state, ours) = match company.standing {
        Standing::Alone => (State::Alone, None),
        Standing::Choose => (State::Choose, None),
        Standing::Waiting => (State::Waiting, None),
        Standing::Linked { master, twins } => {
            let state = if twins { State::Twins } else { State::Linked };
            (state, Some(master))
        }
    };
    let masters = company.masters.iter().map(|master| Master {
        session: master.session,
        name: master.name.clone(),
        process: master.process,
        is_ours: ours == Some(master.id),
    });
    Linked {
        state,
        masters: masters.collect(),
        role: Some(role),
        ..Linked::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::slice::Slice;
    use crate::handoff::linked::new;
    use crate::params::Face;
    use crate::params::session::Session;
    use crate::stems::advice::StemAdvice;
    use crate::stems::link::{Ground, Joining, Kind, system_ms};
    use crate::stems::moves::{StemMove, StemStage};
    use std::path::Path;
    use std::time::Duration;

    fn joined(kind: Kind, folder: &Path) -> Link {
        let joining = Joining {
            kind,
            session: 7,
            picked: false,
            name: String::new(),
            role: None,
        };
        let ground = Ground {
            folder: Some(folder.to_owned()),
            clock: Box::new(system_ms),
        };
        Link::join_at(joining, ground).expect("there is room")
    }

    fn gain(db: f32) -> Vec<StemMove> {
        vec![StemMove {
            stage: StemStage::Gain,
            band_hz: None,
            value: f64::from(db),
            unit: "dB".to_owned(),
            text: "For the test.".to_owned(),
            change: StemChange::Gain(db),
        }]
    }

    fn told(link: &mut Link, stem: &Link, moves: Vec<StemMove>) {
        let advice = StemAdvice {
            moves,
            ..StemAdvice::default()
        };
        link.advise(stem.id(), &advice).expect("there is room");
    }

    #[test]
    fn advice_waits_until_a_bounce_is_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut master = joined(Kind::Master, folder.path());
        let mut link = joined(Kind::Stem, folder.path());
        let params = FinalcoatParams::new(Face::Stem);
        let (teller, _sender, desk) = new();
        let mut stem = StemDesk::default();
        let feed = Feed::default();
        let mut step = |link: &mut Link| {
            let loads = params.kept.session.loads();
            stem.step(link, &desk, &params, &feed, loads);
            params.kept.session.get().advised
        };
        let [first, second] = [-1.0, -2.0].map(gain);
        told(&mut master, &link, first.clone());
        assert_eq!(step(&mut link), first);
        teller.tell_bounce(true);
        told(&mut master, &link, second.clone());
        assert_eq!(step(&mut link), first);
        teller.tell_bounce(false);
        // Of which the host says nothing.
        let slice = Slice::default();
        feed.push((0..50).map(|number| SliceNote::of(number, &slice)), None);
        assert_eq!(step(&mut link), first);
        std::thread::sleep(Duration::from_millis(800));
        assert_eq!(step(&mut link), second);
    }

    #[test]
    fn what_a_loaded_state_brings_is_not_overwritten_by_what_came_for_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut master = joined(Kind::Master, folder.path());
        let mut link = joined(Kind::Stem, folder.path());
        let params = FinalcoatParams::new(Face::Stem);
        let (_teller, _sender, desk) = new();
        let mut stem = StemDesk::default();
        told(&mut master, &link, gain(-1.0));
        // The thread has looked what is saved when the host loads another state.
        let loads = params.kept.session.loads();
        params.kept.session.store(Session {
            link: 8,
            advised: gain(-2.0),
            ..Session::default()
        });
        stem.step(&mut link, &desk, &params, &Feed::default(), loads);
        let session = params.kept.session.get();
        assert_eq!((session.link, session.advised), (8, gain(-2.0)));
    }

    #[test]
    fn a_bounce_that_nobody_tells_of_is_known_by_its_pace() {
        let mut pace = Pace::default();
        let mut hurries = |slices| {
            pace.pass(slices, 0.2);
            pace.hurries()
        };
        // As playback comes: two slices in a fifth of a second, and some late ones at once.
        for slices in [0, 2, 2, 0, 0, 6, 2, 2, 4, 2] {
            assert!(!hurries(slices), "{slices}");
        }
        assert!(hurries(20));
        assert!(hurries(90));
        // Over soon, whether the song goes on in its time or not.
        let looks = (0..100).position(|_| !hurries(2));
        assert!(looks.is_some_and(|looks| looks < 10), "{looks:?}");
    }
}
