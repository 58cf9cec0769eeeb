//! Our own undo: whole settings with a name for what was done to them. Hosts know no step of many parameters.

use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;

/// Steps kept.
const STEPS_MAX: usize = 64;
/// Two touches of the same value closer than this are one step.
const TOUCH_S: f64 = 1.0;

/// All that a step changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The settings.
    pub settings: Settings,
    /// What of the assistant had been applied to them last.
    pub applied: Option<Box<Settings>>,
    /// Equalizer bands that are the assistant's, as applied.
    pub bands: [bool; BANDS],
    /// The slot that was open, from 0.
    pub slot: usize,
}

/// What is brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What was done after it, as "Apply".
    pub name: String,
    /// Where it was done.
    pub place: Place,
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
    /// Something named is about to be done `here`.
    pub fn note(&mut self, name: &str, here: Place) {
        self.future.clear();
        self.touched_s = None;
        self.past.push(Step {
            name: name.to_owned(),
            place: here,
        });
        let surplus = self.past.len().saturating_sub(STEPS_MAX);
        self.past.drain(..surplus);
    }

    /// One value is about to be moved by hand at `now_s`: notches of a wheel that follow each other are one
    /// step.
    pub fn touch(&mut self, name: &str, here: Place, now_s: f64) {
        let soon = self
            .touched_s
            .is_some_and(|touched_s| (0.0..TOUCH_S).contains(&(now_s - touched_s)));
        let same = self.past.last().is_some_and(|step| step.name == name);
        if !(soon && same && self.future.is_empty()) {
            self.note(name, here);
        }
        self.touched_s = Some(now_s);
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
            let Step { name, place } = from.pop()?;
            let left = core::mem::replace(&mut here, place);
            to.push(Step { name, place: left });
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

    fn at(intensity: f32) -> Place {
        Place {
            settings: Settings {
                intensity,
                ..Settings::default()
            },
            applied: None,
            bands: [false; BANDS],
            slot: 0,
        }
    }

    fn next(undo: &Undo) -> [Option<String>; 2] {
        undo.names().map(|names| names.first().cloned())
    }

    #[test]
    fn back_and_forth_ends_where_it_began() {
        let mut undo = Undo::default();
        assert_eq!(undo.back(at(1.0), 1), None);
        undo.note("Apply", at(1.0));
        undo.note("Preset", at(2.0));
        assert_eq!(next(&undo), [Some("Preset".to_owned()), None]);
        assert_eq!(undo.back(at(3.0), 1).unwrap(), at(2.0));
        assert_eq!(undo.back(at(2.0), 1).unwrap(), at(1.0));
        assert_eq!(next(&undo), [None, Some("Apply".to_owned())]);
        assert_eq!(undo.forth(at(1.0), 1).unwrap(), at(2.0));
        assert_eq!(undo.forth(at(2.0), 1).unwrap(), at(3.0));
        assert_eq!(undo.forth(at(3.0), 1), None);
        undo.back(at(3.0), 1);
        undo.note("Apply", at(2.5));
        assert_eq!(next(&undo)[1], None, "what was undone is gone");
    }

    #[test]
    fn several_steps_at_once_are_the_same_as_one_by_one() {
        let mut undo = Undo::default();
        for (n, name) in ["A", "B", "C"].into_iter().enumerate() {
            undo.note(name, at(n as f32));
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
            undo.touch(name, at(now_s as f32), now_s);
        }
        assert_eq!(undo.names()[0], ["Gain", "Q", "Q"]);
        undo.back(at(5.0), 1);
        undo.touch("Q", at(4.0), 9.2);
        assert_eq!(undo.names(), [vec!["Q", "Q", "Q"], vec![]]);
    }
}
