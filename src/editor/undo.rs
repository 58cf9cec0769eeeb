//! Our own undo: steps with a name and with the values that each of them changed. Hosts know no step of many
//! parameters, and what they move themselves is not ours to bring back.

use crate::editor::apply::{changes, put};
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;
use crate::engine::settings::fields::Field;
use crate::params::session::Chosen;
use crate::stems::moves::StemMove;
use crate::stems::settings::Knobs;

/// Steps kept.
const STEPS_MAX: usize = 64;
/// Two touches of the same value closer than this are one step.
const TOUCH_S: f64 = 1.0;

/// All that a step changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What is set.
    pub knobs: Knobs,
    /// What a stem was advised.
    pub advised: Vec<StemMove>,
    /// What of the assistant had been applied to them last.
    pub applied: Option<Box<Settings>>,
    /// Equalizer bands that are the assistant's, as applied.
    pub bands: [bool; BANDS],
    /// The slot that was open, from 0.
    pub slot: usize,
    /// The preset that was loaded or saved last.
    pub preset: Option<Chosen>,
}

/// What is brought back.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    /// What was done after it, as "Apply".
    name: String,
    /// Where it was done.
    place: Place,
    /// The values that it changed.
    fields: Vec<Field>,
    /// Whether it changed what a stem was advised.
    advice: bool,
    /// Whether it changed what belongs to the drive and is no parameter.
    trims: bool,
}

/// What was done, and what was undone. Lives as long as the instance, also with the window closed.
#[derive(Debug, Default)]
pub struct Undo {
    past: Vec<Step>,
    future: Vec<Step>,
    /// When the newest step was touched, in seconds of the editor's clock.
    touched_s: Option<f64>,
}

impl Undo {
    /// Something named is about to be done `here`, after which the knobs are `to`; `advice`: and what a stem was
    /// advised is another.
    pub fn note(&mut self, name: &str, here: Place, to: &Knobs, advice: bool) {
        let changed = changes(&here.knobs, to).into_iter();
        let fields = changed.map(|(field, _)| field).collect();
        let trims_db = |knobs: &Knobs| knobs.settings.loudness.drive_trim_db;
        let step = Step {
            name: name.to_owned(),
            trims: trims_db(&here.knobs) != trims_db(to),
            place: here,
            fields,
            advice,
        };
        self.push(step);
    }

    fn push(&mut self, step: Step) {
        self.future.clear();
        self.touched_s = None;
        self.past.push(step);
        let surplus = self.past.len().saturating_sub(STEPS_MAX);
        self.past.drain(..surplus);
    }

    /// Some values are about to be moved by hand at `now_s`: notches of a wheel that follow each other are one
    /// step.
    pub fn touch(&mut self, name: &str, here: Place, fields: &[Field], now_s: f64) {
        let soon = self
            .touched_s
            .is_some_and(|touched_s| (0.0..TOUCH_S).contains(&(now_s - touched_s)));
        let same = self.past.last().is_some_and(|step| step.name == name);
        if soon && same && self.future.is_empty() {
            self.go_on(fields);
        } else {
            self.push(Step {
                name: name.to_owned(),
                place: here,
                fields: fields.to_vec(),
                advice: false,
                trims: false,
            });
        }
        self.touched_s = Some(now_s);
    }

    /// The newest step changes these values too.
    pub fn go_on(&mut self, fields: &[Field]) {
        if let Some(step) = self.past.last_mut() {
            let new = fields.iter().filter(|field| !step.fields.contains(field));
            let new: Vec<Field> = new.copied().collect();
            step.fields.extend(new);
        }
    }

    /// Where to go back to from `here` by some steps, 1 or more; `None` where nothing was done.
    pub fn back(&mut self, here: Place, steps: usize) -> Option<Place> {
        Self::walk(&mut self.past, &mut self.future, here, steps)
    }

    /// Where to go forth to from `here` by some steps, 1 or more; `None` where nothing was undone.
    pub fn forth(&mut self, here: Place, steps: usize) -> Option<Place> {
        Self::walk(&mut self.future, &mut self.past, here, steps)
    }

    fn walk(
        from: &mut Vec<Step>,
        to: &mut Vec<Step>,
        mut here: Place,
        steps: usize,
    ) -> Option<Place> {
        let count = steps.clamp(1, from.len().max(1));
        for _ in 0..count {
            let Step {
                name,
                mut place,
                fields,
                advice,
                trims,
            } = from.pop()?;
            // All that the step did not change stays as the host has it.
            let mut knobs = here.knobs;
            for (field, value) in changes(&here.knobs, &place.knobs) {
                if fields.contains(&field) {
                    put(&mut knobs, field, value);
                }
            }
            if trims {
                let loudness = &mut knobs.settings.loudness;
                loudness.drive_trim_db = place.knobs.settings.loudness.drive_trim_db;
            }
            place.knobs = knobs;
            // Newer advice than the step knew stays.
            let newer = !place.advised.is_empty() && !here.advised.is_empty();
            if !advice || newer {
                place.advised.clone_from(&here.advised);
            }
            let left = core::mem::replace(&mut here, place);
            to.push(Step {
                name,
                place: left,
                fields,
                advice,
                trims,
            });
        }
        Some(here)
    }

    /// What can be undone, and what can be done again, by name, the next first.
    pub fn names(&self) -> [Vec<String>; 2] {
        let names = |steps: &[Step]| steps.iter().rev().map(|step| step.name.clone()).collect();
        [names(&self.past), names(&self.future)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stems::moves::{StemChange, StemStage};

    fn at(intensity: f32) -> Place {
        Place {
            knobs: Knobs {
                settings: Settings {
                    intensity,
                    ..Settings::default()
                },
                ..Knobs::default()
            },
            advised: Vec::new(),
            applied: None,
            bands: [false; BANDS],
            slot: 0,
            preset: None,
        }
    }

    fn note(undo: &mut Undo, name: &str, from: f32, to: f32) {
        undo.note(name, at(from), &at(to).knobs, false);
    }

    fn next(undo: &Undo) -> [Option<String>; 2] {
        undo.names().map(|names| names.first().cloned())
    }

    #[test]
    fn back_and_forth_ends_where_it_began() {
        let mut undo = Undo::default();
        assert_eq!(undo.back(at(1.0), 1), None);
        note(&mut undo, "Apply", 1.0, 2.0);
        note(&mut undo, "Preset", 2.0, 3.0);
        assert_eq!(next(&undo), [Some("Preset".to_owned()), None]);
        assert_eq!(undo.back(at(3.0), 1).unwrap(), at(2.0));
        assert_eq!(undo.back(at(2.0), 1).unwrap(), at(1.0));
        assert_eq!(next(&undo), [None, Some("Apply".to_owned())]);
        assert_eq!(undo.forth(at(1.0), 1).unwrap(), at(2.0));
        assert_eq!(undo.forth(at(2.0), 1).unwrap(), at(3.0));
        assert_eq!(undo.forth(at(3.0), 1), None);
        undo.back(at(3.0), 1);
        note(&mut undo, "Apply", 2.5, 4.0);
        assert_eq!(next(&undo)[1], None, "what was undone is gone");
    }

    #[test]
    fn several_steps_at_once_are_the_same_as_one_by_one() {
        let mut undo = Undo::default();
        for (n, name) in ["A", "B", "C"].into_iter().enumerate() {
            note(&mut undo, name, n as f32, n as f32 + 1.0);
        }
        assert_eq!(undo.names()[0], ["C", "B", "A"]);
        assert_eq!(undo.back(at(3.0), 2).unwrap(), at(1.0));
        assert_eq!(undo.names(), [vec!["A"], vec!["B", "C"]]);
        assert_eq!(undo.forth(at(1.0), 9).unwrap(), at(3.0));
        assert_eq!(undo.names()[1].len(), 0);
    }

    #[test]
    fn notches_of_a_wheel_are_one_step() {
        let mut undo = Undo::default();
        for (name, now_s) in [
            ("Q", 1.0),
            ("Q", 1.5),
            ("Q", 2.2),
            ("Q", 9.0),
            ("Gain", 9.1),
        ] {
            undo.touch(name, at(now_s as f32), &[], now_s);
        }
        assert_eq!(undo.names()[0], ["Gain", "Q", "Q"]);
        undo.back(at(5.0), 1);
        undo.touch("Q", at(4.0), &[], 9.2);
        assert_eq!(undo.names(), [vec!["Q", "Q", "Q"], vec![]]);
    }

    #[test]
    fn what_the_host_moved_since_stays() {
        let mut undo = Undo::default();
        note(&mut undo, "Intensity", 1.0, 2.0);
        let mut here = at(2.0);
        here.knobs.settings.glue.threshold_db = -30.0;
        here.knobs.settings.bypass = true;
        let back = undo.back(here.clone(), 1).unwrap();
        assert_eq!(back.knobs.settings.intensity, 1.0);
        assert_eq!(back.knobs.settings.glue.threshold_db, -30.0);
        assert!(back.knobs.settings.bypass);
        let mut later = back;
        later.knobs.settings.glue.threshold_db = -20.0;
        let forth = undo.forth(later, 1).unwrap();
        assert_eq!(forth.knobs.settings.intensity, 2.0);
        assert_eq!(forth.knobs.settings.glue.threshold_db, -20.0);
    }

    #[test]
    fn what_belongs_to_the_drive_comes_back_with_it() {
        let mut undo = Undo::default();
        let mut applied = at(1.0);
        applied.knobs.settings.loudness.drive_db = 6.0;
        applied.knobs.settings.loudness.drive_trim_db = [1.0; 4];
        undo.note("Apply", at(1.0), &applied.knobs, false);
        undo.touch("Intensity", applied.clone(), &[], 1.0);
        let back = undo.back(applied.clone(), 1).unwrap();
        assert_eq!(back, applied);
        assert_eq!(undo.back(back, 1).unwrap(), at(1.0));
        assert_eq!(undo.forth(at(1.0), 1).unwrap(), applied);
    }

    #[test]
    fn advice_comes_back_only_with_the_step_that_took_it() {
        let advised = |db: f32| StemMove {
            stage: StemStage::Gain,
            band_hz: None,
            value: f64::from(db),
            unit: "dB".to_owned(),
            text: String::new(),
            change: StemChange::Gain(db),
        };
        let mut undo = Undo::default();
        note(&mut undo, "Intensity", 1.0, 2.0);
        // Advice came from the master meanwhile.
        let mut here = at(2.0);
        here.advised = vec![advised(-1.0)];
        let mut taken = here.knobs;
        taken.stem.fader.gain_db = -1.0;
        undo.note("Take over advice", here.clone(), &taken, true);
        let there = Place {
            knobs: taken,
            ..at(2.0)
        };
        let back = undo.back(there, 1).unwrap();
        assert_eq!(back, here);
        let back = undo.back(back, 1).unwrap();
        assert_eq!(back.knobs.settings.intensity, 1.0);
        assert_eq!(back.advised, here.advised, "not of that step");
        let forth = undo.forth(back, 2).unwrap();
        assert_eq!((forth.knobs, &forth.advised), (taken, &Vec::new()));
        // The master has thought better of it since: that stays.
        let mut later = forth;
        later.advised = vec![advised(0.5)];
        let back = undo.back(later.clone(), 1).unwrap();
        assert_eq!(
            (back.knobs.stem.fader.gain_db, back.advised),
            (0.0, later.advised)
        );
    }
}
