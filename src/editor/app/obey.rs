//! What the user did, done: to the parameters through the host, to the plugin's other threads, to what is kept.

use nice_plug::prelude::*;

use super::App;
use crate::assistant::advice::Switch;
use crate::assistant::wishes::LoudnessWish;
use crate::editor::apply::Value;
use crate::editor::fields::CHARACTER;
use crate::editor::view::{Gesture, Number, ViewModel};
use crate::engine::settings::fields::Field;
use crate::handoff::errand::{Errand, Request};
use crate::handoff::lock;
use crate::params::ParamKind;
use crate::params::session::{REFERENCES_MAX, Session};

impl App {
    pub(super) fn apply(&mut self, gesture: Gesture, setter: &ParamSetter<'_>, view: &ViewModel) {
        let kept = &self.params.kept;
        match gesture {
            Gesture::Begin(number) => self.touch(number, |param| setter.begin_set_parameter(param)),
            Gesture::Set(Number::Goal, value) => {
                kept.set_goal_lufs(value);
                if matches!(view.assistant.wishes.loudness, LoudnessWish::Target(_)) {
                    let lufs = f64::from(kept.goal_lufs());
                    self.wish(|session| session.wishes.loudness = LoudnessWish::Target(lufs));
                }
            }
            Gesture::Set(Number::Weight(side), value) => self.wish(|session| {
                let weights = &mut session.wishes.reference_weights;
                *side.of(weights) = f64::from(value) / 100.0;
            }),
            Gesture::Set(number, value) => {
                if let Number::Of(field) = number {
                    self.pending.touched(field, Value::Number(value));
                }
                self.touch(number, |param| setter.set_parameter(param, value));
            }
            Gesture::End(number) => self.touch(number, |param| setter.end_set_parameter(param)),
            Gesture::Switch(field, on) => self.set(field, Value::Switch(on), setter),
            Gesture::Choose(field, place) => self.set(field, Value::Choice(place), setter),
            Gesture::ResetMeters => lock(&self.side).reset.ask(),
            Gesture::ResetOnStart(on) => kept.set_reset_on_start(on),
            Gesture::FindDrive => {
                lock(&self.side).errand.ask(Request {
                    settings: view.settings,
                    goal_lufs: f64::from(view.goal_lufs),
                    input: view.snapshot.input,
                });
                self.awaited = true;
            }
            Gesture::StopFinding => {
                lock(&self.side).errand.cancel();
                self.awaited = false;
            }
            Gesture::LoadPreset(index) => self.load_preset(index, view),
            Gesture::SavePreset(name, overwrite) => self.save_preset(&name, overwrite, view),
            Gesture::Audition(audition) => lock(&self.side).audition.set(&audition),
            Gesture::Listen(on) => lock(&self.side).listen.listen(on),
            Gesture::Forget => lock(&self.side).listen.forget(),
            Gesture::Propose => lock(&self.side).listen.propose(),
            Gesture::StopProposing => lock(&self.side).listen.cancel(),
            Gesture::LookForStyles => lock(&self.side).listen.look_for_styles(),
            Gesture::Wish(wishes) => self.wish(|session| session.wishes = wishes),
            Gesture::AddReference(path) => self.wish(|session| {
                if session.references.len() < REFERENCES_MAX && !session.references.contains(&path)
                {
                    session.references.push(path);
                }
            }),
            Gesture::RemoveReference(place) => self.wish(|session| {
                if place < session.references.len() {
                    session.references.remove(place);
                }
            }),
            Gesture::SwitchMove(kind, nth, on) => self.wish(|session| {
                let switches = &mut session.switches;
                switches.retain(|switch| switch.kind != kind || switch.nth != nth);
                switches.push(Switch { kind, nth, on });
            }),
            Gesture::TakeOver(place, on) => self.wish(|session| {
                if let Some(take) = session.take_over.get_mut(place) {
                    *take = on;
                }
            }),
            Gesture::Apply => self.apply_advice(view),
            Gesture::Player(command) => {
                if let Some(player) = &lock(&self.side).player {
                    player.obey(command);
                }
            }
            Gesture::Undo(steps) => self.back(steps, view),
            Gesture::Redo(steps) => self.forth(steps, view),
            Gesture::Understood => self.library.understood(),
            Gesture::Prefer(preferences) => {
                let store = self.preferences.store();
                store.change(&view.preferences, &preferences);
            }
            Gesture::OpenSlot(place) => self.open_slot(place, view),
            Gesture::CopyToSlot(place) => self.copy_to_slot(place, view),
            Gesture::Link(wish) => {
                lock(&self.side).linked.wish(wish);
                self.say_changed(setter);
            }
            Gesture::TakeOverAdvice => self.take_over_advice(view),
            Gesture::DropAdvice => {
                self.drop_advice(view);
                self.say_changed(setter);
            }
        }
    }

    /// What is not in the parameters has changed, here or in a stem: hosts ask to save a project only where they
    /// saw a parameter set. A mode that keeps its value is heard by nobody and cannot be automated.
    fn say_changed(&self, setter: &ParamSetter<'_>) {
        if let Some(ParamKind::Choice(param, _)) = self.params.param(CHARACTER) {
            force(setter, param, param.unmodulated_plain_value());
        }
    }

    /// Changes what the assistant is to know, and lets it know.
    fn wish(&self, change: impl FnOnce(&mut Session)) {
        self.params.kept.session.edit(change);
        lock(&self.side).listen.wake();
    }

    /// Sets some of what is pending.
    pub(super) fn send(&mut self, changes: Vec<(Field, Value)>, setter: &ParamSetter<'_>) {
        for (field, value) in changes {
            match (self.params.param(field), value) {
                (Some(ParamKind::Number(param, _)), Value::Number(value)) => {
                    force(setter, param, value);
                }
                (Some(ParamKind::Switch(param)), Value::Switch(on)) => force(setter, param, on),
                (Some(ParamKind::Choice(param, _)), Value::Choice(place)) => {
                    force(setter, param, place as i32);
                }
                _ => {}
            }
        }
        if self.pending.is_empty() {
            lock(&self.side).apply.finish();
        }
    }

    /// Sets a value as a whole gesture, if it changes anything.
    fn set(&mut self, field: Field, value: Value, setter: &ParamSetter<'_>) {
        self.pending.touched(field, value);
        match (self.params.param(field), value) {
            (Some(ParamKind::Number(param, _)), Value::Number(value)) => set(setter, param, value),
            (Some(ParamKind::Switch(param)), Value::Switch(on)) => set(setter, param, on),
            (Some(ParamKind::Choice(param, _)), Value::Choice(place)) => {
                set(setter, param, place as i32);
            }
            _ => {}
        }
    }

    /// Does something with the parameter of a number, if it is one.
    pub(super) fn touch(&self, number: Number, act: impl FnOnce(&FloatParam)) {
        if let Number::Of(field) = number
            && let Some(ParamKind::Number(param, _)) = self.params.param(field)
        {
            act(param);
        }
    }

    /// Sets the drive that was found.
    pub(super) fn receive(&mut self, view: &ViewModel) {
        match &view.errand {
            Errand::Done(answer) if self.awaited => {
                self.awaited = false;
                self.set_drive(answer, view);
            }
            Errand::Failed(_) | Errand::Idle => self.awaited = false,
            Errand::Done(_) | Errand::Working(_) => {}
        }
    }
}

/// A whole gesture, if it changes anything.
fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    if param.unmodulated_plain_value() != value {
        force(setter, param, value);
    }
}

/// A whole gesture.
fn force<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}
