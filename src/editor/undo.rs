//! Our own undo: whole settings with a name for what was done to them. Hosts know no step of many parameters.

use crate::engine::settings::Settings;

/// Steps kept.
const STEPS_MAX: usize = 64;
/// Two touches of the same value closer than this are one step.
const TOUCH_S: f64 = 1.0;

/// What is brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What was done after it, as "Apply".
    pub name: String,
    /// The settings before.
    pub settings: Settings,
    /// What had been applied by the assistant before.
    pub applied: Option<Box<Settings>>,
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
    /// Something named is about to be done to `before`.
    pub fn note(&mut self, name: &str, before: &Settings, applied: Option<Box<Settings>>) {
        self.future.clear();
        self.touched_s = None;
        self.past.push(Step {
            name: name.to_owned(),
            settings: *before,
            applied,
        });
        let surplus = self.past.len().saturating_sub(STEPS_MAX);
        self.past.drain(..surplus);
    }

    /// One value is about to be moved by hand at `now_s`: notches of a wheel that follow each other are one
    /// step.
    pub fn touch(
        &mut self,
        name: &str,
        before: &Settings,
        applied: Option<Box<Settings>>,
        now_s: f64,
    ) {
        let soon = self
            .touched_s
            .is_some_and(|touched_s| (0.0..TOUCH_S).contains(&(now_s - touched_s)));
        let same = self.past.last().is_some_and(|step| step.name == name);
        if !(soon && same && self.future.is_empty()) {
            self.note(name, before, applied);
        }
        self.touched_s = Some(now_s);
    }

    /// What to go back to from `now` by some steps, 1 or more; `None` where nothing was done.
    pub fn back(
        &mut self,
        now: &Settings,
        applied: Option<Box<Settings>>,
        steps: usize,
    ) -> Option<Step> {
        Self::walk(&mut self.past, &mut self.future, now, applied, steps)
    }

    /// What to go forth to from `now` by some steps, 1 or more; `None` where nothing was undone.
    pub fn forth(
        &mut self,
        now: &Settings,
        applied: Option<Box<Settings>>,
        steps: usize,
    ) -> Option<Step> {
        Self::walk(&mut self.future, &mut self.past, now, applied, steps)
    }

    fn walk(
        from: &mut Vec<Step>,
        to: &mut Vec<Step>,
        now: &Settings,
        applied: Option<Box<Settings>>,
        steps: usize,
    ) -> Option<Step> {
        let mut here = (*now, applied);
        let mut last = None;
        for _ in 0..steps.max(1) {
            let Some(step) = from.pop() else { break };
            to.push(Step {
                name: step.name.clone(),
                settings: here.0,
                applied: here.1,
            });
            here = (step.settings, step.applied.clone());
            last = Some(step);
        }
        last
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

    fn at(intensity: f32) -> Settings {
        Settings {
            intensity,
            ..Settings::default()
        }
    }

    fn next(undo: &Undo) -> [Option<String>; 2] {
        undo.names().map(|names| names.first().cloned())
    }

    #[test]
    fn back_and_forth_ends_where_it_began() {
        let mut undo = Undo::default();
        assert_eq!(undo.back(&at(1.0), None, 1), None);
        undo.note("Apply", &at(1.0), None);
        undo.note("Preset", &at(2.0), None);
        assert_eq!(next(&undo), [Some("Preset".to_owned()), None]);
        assert_eq!(undo.back(&at(3.0), None, 1).unwrap().settings, at(2.0));
        assert_eq!(undo.back(&at(2.0), None, 1).unwrap().settings, at(1.0));
        assert_eq!(next(&undo), [None, Some("Apply".to_owned())]);
        assert_eq!(undo.forth(&at(1.0), None, 1).unwrap().settings, at(2.0));
        assert_eq!(undo.forth(&at(2.0), None, 1).unwrap().settings, at(3.0));
        assert_eq!(undo.forth(&at(3.0), None, 1), None);
        undo.back(&at(3.0), None, 1);
        undo.note("Apply", &at(2.5), None);
        assert_eq!(next(&undo)[1], None, "what was undone is gone");
    }

    #[test]
    fn several_steps_at_once_are_the_same_as_one_by_one() {
        let mut undo = Undo::default();
        for (n, name) in ["A", "B", "C"].into_iter().enumerate() {
            undo.note(name, &at(n as f32), None);
        }
        assert_eq!(undo.names()[0], ["C", "B", "A"]);
        assert_eq!(undo.back(&at(3.0), None, 2).unwrap().settings, at(1.0));
        assert_eq!(undo.names(), [vec!["A"], vec!["B", "C"]]);
        assert_eq!(undo.forth(&at(1.0), None, 9).unwrap().settings, at(3.0));
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
            undo.touch(name, &at(now_s as f32), None, now_s);
        }
        assert_eq!(undo.names()[0], ["Gain", "Q", "Q"]);
        undo.back(&at(5.0), None, 1);
        undo.touch("Q", &at(4.0), None, 9.2);
        assert_eq!(undo.names(), [vec!["Q", "Q", "Q"], vec![]]);
    }
}
