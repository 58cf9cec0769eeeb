//! Our own undo: whole settings with a name for what was done to them. Hosts know no step of many parameters.

use crate::engine::settings::Settings;

/// Steps kept.
const STEPS_MAX: usize = 64;

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
}

impl Undo {
    /// Something named is about to be done to `before`.
    pub fn note(&mut self, name: &str, before: &Settings, applied: Option<Box<Settings>>) {
        self.future.clear();
        self.past.push(Step {
            name: name.to_owned(),
            settings: *before,
            applied,
        });
        let surplus = self.past.len().saturating_sub(STEPS_MAX);
        self.past.drain(..surplus);
    }

    /// What to go back to from `now`; `None` where nothing was done.
    pub fn back(&mut self, now: &Settings, applied: Option<Box<Settings>>) -> Option<Step> {
        let step = self.past.pop()?;
        self.future.push(Step {
            name: step.name.clone(),
            settings: *now,
            applied,
        });
        Some(step)
    }

    /// What to go forth to from `now`; `None` where nothing was undone.
    pub fn forth(&mut self, now: &Settings, applied: Option<Box<Settings>>) -> Option<Step> {
        let step = self.future.pop()?;
        self.past.push(Step {
            name: step.name.clone(),
            settings: *now,
            applied,
        });
        Some(step)
    }

    /// What can be undone, and what can be done again, by name.
    pub fn names(&self) -> [Option<String>; 2] {
        let last = |steps: &[Step]| steps.last().map(|step| step.name.clone());
        [last(&self.past), last(&self.future)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forth_ends_where_it_began() {
        let at = |intensity| Settings {
            intensity,
            ..Settings::default()
        };
        let mut undo = Undo::default();
        assert_eq!(undo.back(&at(1.0), None), None);
        undo.note("Apply", &at(1.0), None);
        undo.note("Preset", &at(2.0), None);
        assert_eq!(undo.names(), [Some("Preset".to_owned()), None]);
        assert_eq!(undo.back(&at(3.0), None).unwrap().settings, at(2.0));
        assert_eq!(undo.back(&at(2.0), None).unwrap().settings, at(1.0));
        assert_eq!(undo.names(), [None, Some("Apply".to_owned())]);
        assert_eq!(undo.forth(&at(1.0), None).unwrap().settings, at(2.0));
        assert_eq!(undo.forth(&at(2.0), None).unwrap().settings, at(3.0));
        assert_eq!(undo.forth(&at(3.0), None), None);
        undo.back(&at(3.0), None);
        undo.note("Apply", &at(2.5), None);
        assert_eq!(undo.names()[1], None, "what was undone is gone");
    }
}
