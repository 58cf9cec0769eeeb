//! What the window shows: the parameters, what the audio thread and the worker tell, and what is kept.

use std::time::Instant;

use super::{App, SCOPE_FRAMES, STALE};
use crate::assistant::advice::Advice;
use crate::assistant::ownership;
use crate::assistant::proposal::Owned;
use crate::dsp::spectrum::Spectrum;
use crate::editor::view::{AssistantView, Slots, StemView, ViewModel};
use crate::engine::settings::Settings;
use crate::handoff::history::Column;
use crate::handoff::listen::Status;
use crate::handoff::player::Remote;
use crate::handoff::snapshot::Snapshot;
use crate::handoff::{EditorSide, lock};
use crate::params::Face;
use crate::stems::settings::Knobs;

impl App {
    /// The view model of this frame, and whether something moves.
    pub(super) fn look(&mut self) -> (ViewModel, bool) {
        let side = self.side.clone();
        let mut side = lock(&side);
        let written = side.history.read(&mut self.history);
        // The first look tells nothing of when the columns came.
        if written != self.columns_written && self.columns_written != 0 {
            self.heard = Some(Instant::now());
        }
        self.columns_written = written;
        let running = self.heard.is_some_and(|heard| heard.elapsed() < STALE);
        let snapshot = side.snapshot.read();
        let Knobs { settings, stem } = self.params.knobs();
        let sounds = self.measure(&mut side, snapshot.sample_rate_hz);
        let moves = sounds || (running && self.moves(&snapshot));
        let heading = self.pending.heading(&Knobs { settings, stem }).settings;
        let preferences = self.preferences.newest().clone();
        let chosen = self
            .params
            .kept
            .session
            .with(|session| session.preset.clone());
        let stem = (self.params.face() == Face::Stem).then(|| StemView {
            settings: stem,
            advised: self
                .params
                .kept
                .session
                .with(|session| session.advised.clone()),
        });
        let locked = preferences.lock_loudness || stem.is_some();
        let view = ViewModel {
            settings,
            stem,
            linked: side.linked.view(),
            goal_lufs: self.params.kept.goal_lufs(),
            reset_on_start: self.params.kept.reset_on_start(),
            snapshot,
            running,
            history: core::mem::take(&mut self.history),
            spectra: core::mem::take(&mut self.shown),
            errand: side.errand.look(),
            presets: self.library.look(chosen, &heading, locked),
            audition: side.audition.get(),
            preferences,
            slots: self.slots(),
            undo: lock(&self.undo).names(),
            scope: core::mem::take(&mut self.scope),
            assistant: self.assistant(&settings, side.listen.status()),
            player: side.player.as_ref().map(Remote::view),
        };
        (view, moves)
    }

    /// Whether meters or history are other than in the frame before; time that is only counted is not.
    fn moves(&mut self, snapshot: &Snapshot) -> bool {
        let mut now = *snapshot;
        for meter in [&mut now.input, &mut now.output] {
            meter.duration_s = meter.duration_s.floor();
        }
        let same = self.still.replace(now) == Some(now);
        !(same && self.history.iter().all(Column::is_silent))
    }

    /// What is shown of the assistant.
    pub(super) fn assistant(&self, settings: &Settings, mut status: Status) -> AssistantView {
        if status.styles.ours.is_empty() {
            status.styles = self.styles.clone();
        }
        let session = self.params.kept.session.get();
        let applied = session.applied.as_deref();
        let owned = match self.pending.is_empty() {
            true => ownership::owned(settings, applied),
            // What was applied is still on its way.
            false => Owned::default(),
        };
        let mut kept = owned;
        ownership::release(&mut kept, &session.take_over);
        let is_applied = |advice: &Advice| {
            let wanted = ownership::merged(&advice.settings, settings, &kept);
            applied.is_some() && wanted.quantized() == settings.quantized()
        };
        AssistantView {
            status,
            applied: session.advice.as_deref().is_some_and(is_applied),
            wishes: session.wishes,
            references: session.references,
            switches: session.switches,
            listened: session.listened,
            advice: session.advice,
            owned,
            take_over: session.take_over,
            bands: session.applied_bands,
        }
    }

    /// The places for settings to compare.
    fn slots(&self) -> Slots {
        self.params.kept.session.with(|session| Slots {
            current: session.slot,
            filled: core::array::from_fn(|place| {
                place == session.slot || session.slots[place].settings.is_some()
            }),
        })
    }

    /// Brings the spectra up to now, and says whether there is anything in them.
    fn measure(&mut self, side: &mut EditorSide, sample_rate_hz: f64) -> bool {
        let passed_s = self.drawn.elapsed().as_secs_f64();
        self.drawn = Instant::now();
        let [input, output] = &mut self.spectra;
        if sample_rate_hz > 0.0 && input.sample_rate_hz() != sample_rate_hz {
            *input = Spectrum::new(sample_rate_hz);
            *output = Spectrum::new(sample_rate_hz);
        }
        side.spectrum.read_input(|frames| input.push(frames));
        let scope = &mut self.scope;
        side.spectrum.read_output(|frames| {
            output.push(frames);
            scope.extend_from_slice(&frames[frames.len().saturating_sub(SCOPE_FRAMES)..]);
        });
        let surplus = scope.len().saturating_sub(SCOPE_FRAMES);
        scope.drain(..surplus);
        for (spectrum, shown) in [
            (input, &mut self.shown.input_db),
            (output, &mut self.shown.output_db),
        ] {
            spectrum.advance(passed_s);
            shown.clear();
            shown.extend_from_slice(spectrum.levels_db());
        }
        let [_, output] = &self.spectra;
        self.shown.average_db.clear();
        self.shown.average_db.extend_from_slice(output.average_db());
        self.spectra.iter().any(Spectrum::shows)
    }
}
