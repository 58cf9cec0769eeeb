//! Changes of many values at once, each one step of undo: presets, slots, the proposal, the drive that was found.

use super::App;
use crate::assistant::ownership;
use crate::editor::apply::{Value, put};
use crate::editor::undo::Place;
use crate::editor::view::{Gesture, Number, ViewModel};
use crate::engine::audition::settings::{AuditionSettings, Listen};
use crate::engine::settings::fields::{Field, Group};
use crate::handoff::errand::Answer;
use crate::handoff::lock;
use crate::params::session::{Chosen, SLOTS, Session, Slot, SlotStem};
use crate::stems::moves::StemChange;
use crate::stems::settings::Knobs;

impl App {
    /// Where the user stands; what is on its way counts as arrived.
    fn here(&self, view: &ViewModel) -> Place {
        let knobs = self.pending.heading(&view.knobs());
        self.params.kept.session.with(|session| Place {
            knobs,
            advised: session.advised.clone(),
            applied: session.applied.clone(),
            bands: session.applied_bands,
            slot: session.slot.min(SLOTS - 1),
            preset: session.preset.clone(),
        })
    }

    /// Keeps for undo where the user stands, if the way `to` the new settings changes anything.
    fn note(&self, name: &str, here: Place, to: &Knobs) {
        if here.knobs != *to {
            lock(&self.undo).note(name, here, to, false);
        }
    }

    /// The same before gestures that change values by hand. Taking hold of a value is no step yet.
    pub(super) fn note_gestures(&mut self, gestures: &[Gesture], view: &ViewModel, now_s: f64) {
        if let Some(name) = name(gestures) {
            self.begun = Some(name);
        }
        let fields: Vec<Field> = gestures
            .iter()
            .filter_map(|gesture| changed(gesture, &view.knobs()))
            .collect();
        if fields.is_empty() {
            return;
        }
        match self.begun.take() {
            Some(name) => lock(&self.undo).touch(&name, self.here(view), &fields, now_s),
            None => lock(&self.undo).go_on(&fields),
        }
    }

    /// Some steps back.
    pub(super) fn back(&mut self, steps: usize, view: &ViewModel) {
        let place = lock(&self.undo).back(self.here(view), steps);
        self.go(place, view);
    }

    /// Some steps forth.
    pub(super) fn forth(&mut self, steps: usize, view: &ViewModel) {
        let place = lock(&self.undo).forth(self.here(view), steps);
        self.go(place, view);
    }

    /// To a place of before, and to its slot.
    fn go(&mut self, place: Option<Place>, view: &ViewModel) {
        let Some(place) = place else { return };
        let here = self.here(view);
        // First, so that the sound waits for the values where they belong to the advice.
        self.set_out(view, &place.knobs);
        self.params.kept.session.edit(|session| {
            let left = here.slot;
            if place.slot != left {
                session.slots[left] = slot_of(here);
                session.slots[place.slot] = Slot::default();
            }
            session.slot = place.slot;
            session.applied = place.applied;
            session.applied_bands = place.bands;
            session.preset = place.preset;
            session.advised = place.advised;
        });
    }

    /// What is set goes into the open slot, and what another one holds is set; an empty one takes what is
    /// set.
    pub(super) fn open_slot(&mut self, place: usize, view: &ViewModel) {
        let here = self.here(view);
        if place >= SLOTS || place == here.slot {
            return;
        }
        let held = self.params.kept.session.edit(|session| {
            session.slots[here.slot] = slot_of(here.clone());
            session.slot = place;
            let slot = core::mem::take(&mut session.slots[place]);
            let settings = slot.settings?;
            session.applied = slot.applied;
            session.applied_bands = slot.bands;
            session.preset = slot.preset;
            Some((*settings, slot.stem))
        });
        if let Some((settings, beside)) = held {
            let letter = char::from(b'A' + place as u8);
            let mut stem = here.knobs.stem;
            if let Some(SlotStem { fader, advice_pct }) = beside {
                (stem.fader, stem.advice_pct) = (fader, advice_pct);
            }
            let to = Knobs { settings, stem };
            lock(&self.undo).note(&format!("Slot {letter}"), here, &to, false);
            self.set_out(view, &to);
            self.match_loudness(view);
        }
    }

    /// What is set is put into another slot too.
    pub(super) fn copy_to_slot(&self, place: usize, view: &ViewModel) {
        let here = self.here(view);
        if place < SLOTS && place != here.slot {
            let edit = |session: &mut Session| session.slots[place] = slot_of(here);
            self.params.kept.session.edit(edit);
        }
    }

    /// A preset of the list is set.
    pub(super) fn load_preset(&mut self, index: usize, view: &ViewModel) {
        let here = self.here(view);
        let now = here.knobs.settings;
        let Some((chosen, mut settings)) = self.library.load(index, &now) else {
            return;
        };
        // A stem is not made loud.
        if view.preferences.lock_loudness || view.stem.is_some() {
            settings.loudness = now.loudness;
        }
        let to = Knobs {
            settings,
            ..here.knobs
        };
        self.note(&format!("Preset {}", chosen.name), here, &to);
        self.choose(chosen);
        self.set_out(view, &to);
        self.match_loudness(view);
    }

    /// What is set is kept as a preset.
    pub(super) fn save_preset(&mut self, name: &str, overwrite: bool, view: &ViewModel) {
        let here = self.here(view).knobs.settings;
        if let Some(chosen) = self.library.save(name, overwrite, &here) {
            self.choose(chosen);
        }
    }

    fn choose(&self, preset: Chosen) {
        let edit = |session: &mut Session| session.preset = Some(preset);
        self.params.kept.session.edit(edit);
    }

    /// Fair comparison goes on, where the user wants it: louder does not win by being louder.
    fn match_loudness(&self, view: &ViewModel) {
        if view.preferences.match_loudness && view.audition.listen == Listen::Output {
            lock(&self.side).audition.set(&AuditionSettings {
                listen: Listen::Processed,
                ..view.audition
            });
        }
    }

    /// The proposal becomes the settings, but for what is the user's; fair comparison goes on.
    pub(super) fn apply_advice(&mut self, view: &ViewModel) {
        let Some(advice) = &view.assistant.advice else {
            return;
        };
        let mut owned = view.assistant.owned;
        ownership::release(&mut owned, &view.assistant.take_over);
        let here = self.here(view);
        let now = here.knobs.settings;
        let settings = self.params.kept.session.edit(|session| {
            let to = ownership::applied(advice, &now, &owned, session.was_applied);
            session.was_applied = true;
            session.applied_bands = advice.assistant_bands;
            session.take_over = [false; Group::STAGES.len()];
            let before = session.applied.as_deref();
            let remembered = ownership::remembered(&to, before, &owned);
            session.applied = Some(Box::new(remembered));
            to
        });
        let to = Knobs {
            settings,
            ..here.knobs
        };
        self.note("Apply", here, &to);
        self.set_out(view, &to);
        lock(&self.side).listen.applied();
        self.match_loudness(view);
    }

    /// The drive that was found is set.
    pub(super) fn set_drive(&mut self, answer: &Answer, view: &ViewModel) {
        let here = self.here(view);
        let mut found = here.knobs;
        let loudness = &mut found.settings.loudness;
        loudness.on = true;
        loudness.drive_db = answer.drive_db;
        loudness.drive_trim_db = answer.drive_trim_db;
        self.note("Drive", here, &found);
        self.set_out(view, &found);
    }

    /// What a stem was advised becomes its own: it sounds the same, and every knob can be turned.
    pub(super) fn take_over_advice(&mut self, view: &ViewModel) {
        let here = self.here(view);
        let changes: Vec<StemChange> = here.advised.iter().map(|one| one.change).collect();
        let Some(laid) = here.knobs.obeying(&changes) else {
            return;
        };
        let to = laid.quantized();
        lock(&self.undo).note("Take over advice", here, &to, true);
        // First, so that the sound waits for the values with the advice as it was.
        self.set_out(view, &to);
        self.forget_advice();
    }

    /// What a stem was advised is dropped.
    pub(super) fn drop_advice(&mut self, view: &ViewModel) {
        let here = self.here(view);
        let to = here.knobs;
        lock(&self.undo).note("Drop advice", here, &to, true);
        self.forget_advice();
    }

    fn forget_advice(&self) {
        let edit = |session: &mut Session| session.advised.clear();
        self.params.kept.session.edit(edit);
    }

    /// Tells the audio thread what is coming, so that it takes it as one change, and begins.
    fn set_out(&mut self, view: &ViewModel, to: &Knobs) {
        self.pending.start(&view.knobs(), to);
        lock(&self.side).apply.announce(*to);
        let trim_db = to.settings.loudness.drive_trim_db;
        self.params.set_drive_trim_db(trim_db);
    }
}

fn slot_of(place: Place) -> Slot {
    Slot {
        settings: Some(Box::new(place.knobs.settings)),
        stem: Some(SlotStem {
            fader: place.knobs.stem.fader,
            advice_pct: place.knobs.stem.advice_pct,
        }),
        applied: place.applied,
        bands: place.bands,
        preset: place.preset,
    }
}

/// The value that a gesture changes by hand, where it does.
fn changed(gesture: &Gesture, now: &Knobs) -> Option<Field> {
    let (field, value) = match *gesture {
        Gesture::Set(Number::Of(field), value) => (field, Value::Number(value)),
        Gesture::Switch(field, on) => (field, Value::Switch(on)),
        Gesture::Choose(field, place) => (field, Value::Choice(place)),
        _ => return None,
    };
    let mut to = *now;
    put(&mut to, field, value);
    (to != *now).then_some(field)
}

/// What the gestures of a frame do, in a few words; `None` where they change no value.
fn name(gestures: &[Gesture]) -> Option<String> {
    let field = |gesture: &Gesture| match gesture {
        Gesture::Begin(Number::Of(field))
        | Gesture::Switch(field, _)
        | Gesture::Choose(field, _) => Some(*field),
        _ => None,
    };
    let mut fields = gestures.iter().filter_map(field);
    let first = fields.next()?;
    match (first.band, fields.next()) {
        // Several values of a band at once: it is new, or its handle was taken.
        (Some(band), Some(_)) if first.group == Group::Equalizer => {
            let new = gestures
                .iter()
                .any(|gesture| matches!(gesture, Gesture::Choose(..)));
            let what = if new { "New band" } else { "Band" };
            Some(format!("{what} {}", band + 1))
        }
        _ => Some(full_name(&first)),
    }
}

/// What a value is called where its panel is not in sight.
fn full_name(field: &Field) -> String {
    match (field.group, field.band) {
        (Group::Chain | Group::Stem, _) => field.name.to_owned(),
        (group, _) if field.name == group.name() => group.name().to_owned(),
        (group, None) => format!("{}: {}", group.name(), field.name),
        (group, Some(band)) => format!("{} {}: {}", group.name(), band + 1, field.name),
    }
}
