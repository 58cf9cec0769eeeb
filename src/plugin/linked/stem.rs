//! A stem's part: publishes what it hears, joins a session, takes what it is advised.

use super::Feed;
use crate::analysis::loudness::{gated_mean, lufs};
use crate::handoff::linked::{Linked, Master, Receiver, State, Wish};
use crate::params::FinalcoatParams;
use crate::stems::link::{Link, Standing};
use crate::stems::moves::StemChange;
use crate::stems::output::Output;
use crate::stems::role::Role;
use crate::stems::role::names::{Certainty, roles};
use crate::stems::role::sound::Sound;
use crate::stems::settings::RoleChoice;
use crate::stems::summary::{SliceNote, Summary};
use crate::stems::track::{Moment, Track};

/// Slices of the momentary and of the short-term loudness.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;
const GATE_LU: f64 = 10.0;
/// After so many looks without a new slice the host stands.
const LOOKS_STANDING: u32 = 3;
/// Looks between two readings of the integrated loudness, which is costly.
const LOOKS_PER_SUM: u32 = 10;

/// What a stem keeps for the link.
#[derive(Debug, Default)]
pub(super) struct StemDesk {
    summary: Summary,
    /// K-weighted powers of the last slices.
    last: Vec<f64>,
    track: Track,
    looks: u32,
    quiet: u32,
    sound: Option<Sound>,
}

impl StemDesk {
    pub(super) fn step(
        &mut self,
        link: &mut Link,
        desk: &Receiver,
        params: &FinalcoatParams,
        feed: &Feed,
    ) -> Linked {
        for wish in desk.wishes() {
            if let Wish::Join(session) = wish {
                link.set_session(session);
            }
        }
        let knobs = params.knobs();
        self.summary.output = Output::of(&knobs);
        let advised = params.kept.session.with(|session| {
            let changes = session.advised.iter().map(|one| one.change);
            changes.collect::<Vec<StemChange>>()
        });
        self.summary.held = core::array::from_fn(|place| advised.get(place).copied());
        self.summary.blocked = knobs.obstacles(&advised).map(|one| one.is_some());
        self.summary.obeyed_pct = match knobs.settings.bypass {
            true => 0,
            false => knobs.stem.advice_pct.ceil() as u8,
        };
        self.hear(feed);
        let role = self.role(params, &desk.track().unwrap_or_default());
        link.set_role(Some(role));
        // It is told with the next beat if the slot is gone.
        let _ = link.publish(&self.summary);
        if let Some(advice) = link.take_advice() {
            params
                .kept
                .session
                .edit(|session| session.advised = advice.moves);
        }
        shown(link, role)
    }

    fn hear(&mut self, feed: &Feed) {
        let notes = {
            let mut heard = feed.take();
            self.summary.position_s = heard.position_s;
            heard.playing = false;
            self.sound = heard.sound;
            core::mem::take(&mut heard.notes)
        };
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
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS_PER_SUM) {
            self.sum_up();
        }
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
        if let Ok(number) = usize::try_from(note.number) {
            self.track.put(number, out);
        }
        self.summary.recent.push(note);
    }

    fn sum_up(&mut self) {
        let powers: Vec<f64> = self
            .track
            .moments
            .windows(MOMENTARY)
            .map(|window| {
                let sum: f64 = window.iter().map(|one| f64::from(one.weighted)).sum();
                sum / MOMENTARY as f64
            })
            .collect();
        self.summary.integrated_lufs =
            gated_mean(&powers, GATE_LU).map(|(mean, _)| lufs(mean) as f32);
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
