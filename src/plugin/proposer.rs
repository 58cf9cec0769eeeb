//! The assistant's work on the worker: decides when a proposal is due, makes it from what was heard, and tells
//! the editor where it stands.
//!
//! Wishes, switches and the proposal itself lie in the session, so all of it goes on with the window closed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::hearing::Hearing;
use super::references::{References, Trouble};
use super::shelf::Shelf;
use super::turn;
use crate::assistant::advice::{Advice, Switch, switched};
use crate::assistant::ownership;
use crate::assistant::proposal::{self, Owned};
use crate::assistant::reference;
use crate::assistant::rehearsal::{self, Material};
use crate::assistant::style;
use crate::assistant::wishes::Wishes;
use crate::engine::settings::Settings;
use crate::engine::settings::fields::Group;
use crate::handoff::listen::{Asked, Receiver, Work};
use crate::params::FinalcoatParams;
use crate::params::session::{Listened, Session};

/// Music after which a proposal is made unasked.
const GATED_S: f64 = 20.0;
/// It is made anew when the song heard grew by this,
const GROWTH: f64 = 1.2;
/// or after this time of listening on,
const EVERY: Duration = Duration::from_secs(15);
/// when at least this much came in.
const MORE_S: f64 = 5.0;
/// A value that is being dragged is waited for.
const SETTLED: Duration = Duration::from_millis(150);
/// How often the editor is told what was heard.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// How often the slices are added up while listening.
const REPORT_EVERY: Duration = Duration::from_secs(2);

/// What a proposal depends on beside what was heard.
#[derive(Debug, Clone, PartialEq)]
struct Inputs {
    wishes: Wishes,
    references: Vec<String>,
    switches: Vec<Switch>,
    take_over: [bool; Group::STAGES.len()],
}

impl Inputs {
    fn of(session: &Session) -> Self {
        Self {
            wishes: session.wishes.clone(),
            references: session.references.clone(),
            switches: session.switches.clone(),
            take_over: session.take_over,
        }
    }
}

/// Makes proposals.
pub struct Proposer {
    params: Arc<FinalcoatParams>,
    desk: Receiver,
    shelf: Shelf,
    /// The styles are other ones than at the last proposal.
    restyled: bool,
    /// A proposal was asked for and is not made yet.
    owed: bool,
    references: References,
    asked: Asked,
    /// What the last proposal was made by, and the session's count then.
    made_by: Inputs,
    looked_at: u64,
    /// What is wished now, and since when.
    wished: Inputs,
    wished_since: Instant,
    /// Nothing was applied since listening began: what gets better is proposed.
    unasked: bool,
    /// Seconds covered and taken in at the last proposal since listening began.
    proposed_at: Option<(f64, f64)>,
    last: Instant,
    told: Instant,
    reported: Instant,
    reported_s: f64,
    gated_s: f64,
}

/// Why there is no proposal.
enum Void {
    /// It is not wanted any more, or not now.
    Stopped,
    /// A sentence.
    Fault(String),
}

impl Proposer {
    /// Takes up what the session holds.
    pub fn new(params: Arc<FinalcoatParams>, desk: Receiver, shelf: Shelf) -> Self {
        let made_by = params.kept.session.with(Inputs::of);
        let now = Instant::now();
        Self {
            looked_at: params.kept.session.changes(),
            params,
            desk,
            shelf,
            restyled: false,
            owed: false,
            references: References::default(),
            asked: Asked::default(),
            wished: made_by.clone(),
            wished_since: now,
            made_by,
            unasked: false,
            proposed_at: None,
            last: now,
            told: now,
            reported: now,
            reported_s: 0.0,
            gated_s: 0.0,
        }
    }

    /// Lets the editor wake this thread, on which all is read that is to be read.
    pub fn begin_here(&mut self) {
        self.desk.wake_here();
        self.look_for_styles();
        self.restyled = false;
    }

    fn look_for_styles(&mut self) {
        self.restyled |= self.shelf.read();
        let list = Arc::new(self.shelf.list());
        self.desk.tell(|status| status.styles = list);
    }

    /// Does what is due; `interrupted` says that there is something more urgent.
    pub fn step(&mut self, hearing: &mut Hearing, interrupted: &dyn Fn() -> bool) {
        let before = self.obey(hearing);
        self.tell(hearing);
        if !self.due(hearing, &before) {
            return;
        }
        let session = self.params.kept.session.get();
        let mut inputs = Inputs::of(&session);
        self.desk.tell(|status| status.fault = None);
        let made = self.propose(hearing, &session, interrupted);
        self.desk.tell(|status| status.work = Work::Idle);
        let cancels = self.desk.asked().cancels;
        let cancelled = made.is_err() && cancels != self.asked.cancels;
        if interrupted() && made.is_err() && !cancelled {
            // Taken up again when what is urgent is done.
            return;
        }
        self.last = Instant::now();
        let covered_s = covered_s(hearing);
        self.proposed_at = Some((covered_s, hearing.listening.taken_s()));
        match made {
            Ok(advice) => {
                hearing.listening.settle();
                let listened = Arc::new(listened(hearing));
                self.params.kept.session.edit(|session| {
                    // What was wished meanwhile makes a proposal of its own.
                    session.advice = Some(Arc::new(advice));
                    session.listened = listened;
                });
            }
            Err(Void::Fault(text)) => self.desk.tell(|status| status.fault = Some(text)),
            Err(Void::Stopped) => {
                // Changed wishes begin anew; a cancel stays one, for all that was wished until then.
                if !cancelled {
                    return;
                }
                self.asked.cancels = cancels;
                inputs = self.params.kept.session.with(Inputs::of);
            }
        }
        self.made_by = inputs;
        self.restyled = false;
        self.owed = false;
    }

    /// Tells what was heard, and proposes nothing.
    pub fn look_on(&mut self, hearing: &Hearing) {
        self.tell(hearing);
    }

    /// Takes in what the editor asked; returns what was asked before.
    fn obey(&mut self, hearing: &mut Hearing) -> Asked {
        let before = core::mem::replace(&mut self.asked, self.desk.asked());
        let listening = &mut hearing.listening;
        listening.on = self.asked.on;
        if self.asked.forgets != before.forgets {
            listening.forget();
            self.proposed_at = None;
            self.gated_s = 0.0;
            self.owed = false;
            self.params.kept.session.edit(|session| {
                session.listened = Arc::default();
                session.advice = None;
            });
        }
        let begins = self.asked.on && !before.on;
        if begins || self.asked.looks != before.looks || self.asked.proposals != before.proposals {
            self.look_for_styles();
        }
        if begins {
            self.unasked = true;
            self.proposed_at = None;
        }
        if self.asked.applies != before.applies {
            self.unasked = false;
        }
        before
    }

    /// Whether a proposal is to be made now.
    fn due(&mut self, hearing: &mut Hearing, before: &Asked) -> bool {
        let changes = self.params.kept.session.changes();
        if changes != self.looked_at {
            self.looked_at = changes;
            hearing
                .listening
                .remember(&self.params.kept.session.get().listened.levels);
        }
        self.owed |= self.asked.proposals != before.proposals;
        let asked = self.owed;
        let (inputs, has) = self
            .params
            .kept
            .session
            .with(|session| (Inputs::of(session), session.advice.is_some()));
        if inputs != self.wished {
            self.wished = inputs.clone();
            self.wished_since = Instant::now();
        }
        // Before anything was heard there is nothing to make anew.
        let changed = inputs != self.made_by || (self.restyled && covered_s(hearing) > 0.0);
        if changed && !has && covered_s(hearing) == 0.0 {
            self.made_by = inputs;
            return asked;
        }
        let settled = self.wished_since.elapsed() >= SETTLED;
        if asked || (changed && settled && (has || self.proposed_at.is_some())) {
            return true;
        }
        let taken_s = hearing.listening.taken_s();
        if before.on && !self.asked.on {
            // What came since the last proposal is worth one more.
            return self.unasked && self.proposed_at.is_none_or(|(_, at)| taken_s > at + MORE_S);
        }
        if !self.asked.on || !self.unasked || self.gated_s < GATED_S {
            return false;
        }
        match self.proposed_at {
            None => true,
            Some((covered_then_s, taken_then_s)) => {
                covered_s(hearing) > covered_then_s * GROWTH
                    || (self.last.elapsed() > EVERY && taken_s > taken_then_s + MORE_S)
            }
        }
    }

    /// Tells the editor what was heard.
    fn tell(&mut self, hearing: &Hearing) {
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let listening = &hearing.listening;
        let taken_s = listening.taken_s();
        let mut confidence = None;
        if taken_s != self.reported_s && self.reported.elapsed() > REPORT_EVERY {
            self.reported = Instant::now();
            self.reported_s = taken_s;
            let heard = listening.analyzer().report().map(|report| report.heard);
            self.gated_s = heard.map_or(0.0, |heard| heard.gated_s);
            confidence = Some(heard.map_or(0.0, |heard| heard.confidence));
        }
        let covered = listening.analyzer().covered();
        let changed = listening.changed();
        let position_s = listening.position_s();
        let gated_s = self.gated_s;
        let taken_frames = hearing.taken_frames();
        self.desk.tell(|status| {
            status.taken_frames = taken_frames;
            status.covered_s = covered.iter().map(|span| span.end_s - span.start_s).sum();
            status.covered = covered;
            status.changed = changed;
            status.gated_s = gated_s;
            status.position_s = position_s;
            if let Some(confidence) = confidence {
                status.confidence = confidence;
            }
        });
    }

    fn propose(
        &mut self,
        hearing: &mut Hearing,
        session: &Session,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Advice, Void> {
        let now = self.params.settings();
        let mut owned = ownership::owned(&now, session.applied.as_deref());
        ownership::release(&mut owned, &session.take_over);
        let Some(report) = hearing.listening.analyzer().report() else {
            return from_memory(session, &now, &owned);
        };
        let mut wishes = session.wishes.clone();
        wishes.ceiling_dbtp = now.loudness.ceiling_dbtp;
        let inputs = Inputs::of(session);
        let asked = self.asked;
        let (desk, params) = (&self.desk, &self.params);
        let mut looked_at = self.params.kept.session.changes();
        let mut go_on = |hearing: &mut Hearing, work: Work| {
            let present = desk.asked();
            hearing.listening.on = present.on;
            hearing.listen();
            let taken_frames = hearing.taken_frames();
            desk.tell(|status| {
                status.work = work;
                status.taken_frames = taken_frames;
            });
            let changes = params.kept.session.changes();
            let stays =
                changes == looked_at || params.kept.session.with(|kept| Inputs::of(kept) == inputs);
            looked_at = changes;
            stays
                && present.cancels == asked.cancels
                && present.forgets == asked.forgets
                && !interrupted()
        };
        if let Some(style) = &wishes.style {
            self.shelf.named(style).map_err(Void::Fault)?;
        }
        let mut target = style::target(&report, self.shelf.styles(), wishes.style.as_deref())
            .ok_or_else(|| Void::Fault("There is no style to measure it against.".to_owned()))?;
        if !session.references.is_empty() {
            let mut go_on = |share| go_on(hearing, Work::Reading(share));
            let reports = self
                .references
                .reports(&session.references, &mut go_on)
                .map_err(|trouble| match trouble {
                    Trouble::Cancelled => Void::Stopped,
                    Trouble::File(text) => Void::Fault(text),
                })?;
            target = reference::towards(&target, &reports, &wishes.reference_weights);
        }
        let switches = &session.switches;
        let draft = proposal::draft(&report, &target, &wishes, &now, &owned, switches);
        let Some(song) = rehearsal::programme(&report) else {
            return Err(Void::Fault(
                "What was heard is silent: play the song first.".to_owned(),
            ));
        };
        let turn = turn::wait(|| go_on(hearing, Work::Waiting)).ok_or(Void::Stopped)?;
        let passages = hearing.listening.passages();
        let material = Material {
            stream: hearing.listening.stream(),
            passages: &passages,
            song,
            report: &report,
        };
        let proposal =
            rehearsal::rehearse(draft, &material, &wishes, &owned, switches, &mut |share| {
                go_on(hearing, Work::Rehearsing(share))
            });
        drop(turn);
        let mut proposal = proposal.map_err(|_| Void::Stopped)?;
        proposal.settings = ownership::merged(&proposal.settings, &now, &owned);
        Ok(Advice::of(&proposal, &report))
    }
}

/// With nothing heard since the session was opened: the moves kept, put together anew. Drive and limiter stay
/// as they were found.
fn from_memory(session: &Session, base: &Settings, owned: &Owned) -> Result<Advice, Void> {
    let again = || Void::Fault("Listen to the song again first.".to_owned());
    let advice = session.advice.as_deref().ok_or_else(again)?;
    let mut moves = advice.moves();
    if !switched(&mut moves, &session.switches) {
        return Err(again());
    }
    let mut wished = *base;
    proposal::set_as_wished(&mut wished.loudness, &session.wishes);
    let (mut settings, bands, notes) = proposal::assemble(&wished, owned, &moves);
    let found = &advice.settings;
    settings.loudness.on = found.loudness.on;
    settings.loudness.drive_db = found.loudness.drive_db;
    settings.loudness.drive_trim_db = found.loudness.drive_trim_db;
    settings.input.reference_level_db = found.input.reference_level_db;
    let mut advice = advice.clone();
    advice.settings = ownership::merged(&settings, base, owned).quantized();
    advice.assistant_bands = bands.map(|kind| kind.is_some());
    advice.notes = notes;
    advice.rehearsed = false;
    for (shown, one) in advice.moves.iter_mut().zip(&moves) {
        shown.on = one.on;
    }
    Ok(advice)
}

fn covered_s(hearing: &Hearing) -> f64 {
    let covered = hearing.listening.analyzer().covered();
    covered.iter().map(|span| span.end_s - span.start_s).sum()
}

/// What a session keeps of what was listened to.
fn listened(hearing: &Hearing) -> Listened {
    let covered = hearing.listening.analyzer().covered();
    let tenths = |s: f64| (s * 10.0).round() / 10.0;
    Listened {
        spans: covered
            .iter()
            .map(|span| [tenths(span.start_s), tenths(span.end_s)])
            .collect(),
        levels: hearing.listening.kept(),
    }
}
