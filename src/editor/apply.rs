//! Many parameters set at once: only those that change, and no more of them in one frame than hosts bear.

use std::collections::VecDeque;

use crate::engine::settings::fields::{Field, Variant, Visitor};
use crate::engine::settings::range::Range;
use crate::stems::settings::Knobs;

/// Parameters set in one frame at most: hosts have crashed on 150.
pub const PER_FRAME: usize = 64;

/// What a parameter shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f32),
    /// A switch.
    Switch(bool),
    /// The place of one of some names.
    Choice(usize),
}

/// What is still to be set.
#[derive(Debug, Default)]
pub struct Pending {
    queue: VecDeque<(Field, Value)>,
    /// Where it leads, until it has been seen to arrive: what was sent is not in the parameters at once.
    target: Option<Knobs>,
    /// Looks since the last was sent, at which it had not arrived.
    looks: u32,
}

/// Looks after which nobody waits any more: the host wants it otherwise.
const LOOKS_MAX: u32 = 120;

impl Pending {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Sets out from `from` to `to`; what was pending before is dropped, and what of it may still be on
    /// its way is set again.
    pub fn start(&mut self, from: &Knobs, to: &Knobs) {
        let mut wanted = changes(from, to);
        if let Some(before) = self.target.replace(*to) {
            let late = changes(&before, to).into_iter();
            let late: Vec<_> = late.filter(|change| !wanted.contains(change)).collect();
            wanted.extend(late);
        }
        self.queue = wanted.into();
        self.looks = 0;
    }

    /// Looks whether what was sent has arrived.
    pub fn look(&mut self, now: &Knobs) {
        if !self.queue.is_empty() {
            self.looks = 0;
            return;
        }
        self.looks += 1;
        let arrived = |target: &Knobs| changes(now, target).is_empty();
        if self.looks > LOOKS_MAX || self.target.as_ref().is_some_and(arrived) {
            self.target = None;
        }
    }

    /// Where the knobs lead: what is on its way counts as arrived.
    pub fn heading(&self, now: &Knobs) -> Knobs {
        self.target.unwrap_or(*now)
    }

    /// The user set a value by hand while others are on their way.
    pub fn touched(&mut self, field: Field, value: Value) {
        if let Some(target) = &mut self.target {
            put(target, field, value);
        }
        self.queue.retain(|(other, _)| *other != field);
    }

    /// What is to be set in this frame.
    pub fn take(&mut self) -> Vec<(Field, Value)> {
        let count = self.queue.len().min(PER_FRAME);
        self.queue.drain(..count).collect()
    }

    /// All that is left.
    pub fn take_all(&mut self) -> Vec<(Field, Value)> {
        self.queue.drain(..).collect()
    }
}

/// The values in which two sets of knobs differ, with those of the second.
pub fn changes(from: &Knobs, to: &Knobs) -> Vec<(Field, Value)> {
    let (before, mut after) = (values(from), values(to));
    let mut old = before.iter();
    after.retain(|new| old.next() != Some(new));
    after
}

/// Sets one value.
pub fn put(knobs: &mut Knobs, field: Field, value: Value) {
    struct Setter(Field, Value);
    impl Visitor for Setter {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            if let (true, Value::Number(new)) = (field == self.0, self.1) {
                *value = new;
            }
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            if let (true, Value::Switch(new)) = (field == self.0, self.1) {
                *value = new;
            }
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
            if let (true, Value::Choice(new)) = (field == self.0, self.1) {
                *index = new;
            }
        }
    }
    knobs.visit(&mut Setter(field, value));
}

fn values(knobs: &Knobs) -> Vec<(Field, Value)> {
    #[derive(Default)]
    struct Reader(Vec<(Field, Value)>);
    impl Visitor for Reader {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            self.0.push((field, Value::Number(*value)));
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            self.0.push((field, Value::Switch(*value)));
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
            self.0.push((field, Value::Choice(*index)));
        }
    }
    let mut reader = Reader::default();
    { *knobs }.visit(&mut reader);
    reader.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::equalizer::Shape;

    #[test]
    fn only_what_changes_is_set_and_never_too_much_at_once() {
        let from = Knobs::default();
        assert!(changes(&from, &from).is_empty());
        let mut to = from;
        to.settings.glue.on = true;
        to.settings.glue.ratio = 3.0;
        to.settings.equalizer.bands[2].shape = Shape::Tilt;
        let found: Vec<Value> = changes(&from, &to).iter().map(|change| change.1).collect();
        assert_eq!(
            found,
            [Value::Choice(5), Value::Switch(true), Value::Number(3.0)]
        );

        for band in &mut to.settings.equalizer.bands {
            band.on = true;
            band.gain_db = 1.0;
            band.q = 2.0;
            band.attack_ms = 20.0;
            band.release_ms = 200.0;
            band.range_db = -2.0;
        }
        let mut pending = Pending::default();
        pending.start(&from, &to);
        let frames: Vec<usize> = std::iter::from_fn(|| {
            let count = pending.take().len();
            (count > 0).then_some(count)
        })
        .collect();
        assert_eq!(frames, [64, 35]);
        assert!(pending.is_empty());
    }

    #[test]
    fn what_is_on_its_way_counts_as_arrived_and_a_hand_comes_between() {
        let from = Knobs::default();
        let mut to = from;
        to.settings.glue.on = true;
        to.settings.glue.ratio = 3.0;
        let mut pending = Pending::default();
        assert_eq!(pending.heading(&from), from);
        pending.start(&from, &to);
        assert_eq!(pending.heading(&from), to);
        let (ratio, _) = changes(&from, &to)[1];
        pending.touched(ratio, Value::Number(5.0));
        let mut there = to;
        there.settings.glue.ratio = 5.0;
        assert_eq!(pending.heading(&from), there);
        let sent: Vec<Value> = pending.take().into_iter().map(|change| change.1).collect();
        assert_eq!(sent, [Value::Switch(true)], "the hand has the last word");
        // A host that never does it is believed in the end.
        for _ in 0..=LOOKS_MAX {
            pending.look(&from);
        }
        assert_eq!(pending.heading(&from), from);
    }

    #[test]
    fn a_second_preset_does_not_trust_what_the_first_has_not_set_yet() {
        let from = Knobs::default();
        let mut first = from;
        first.settings.glue.on = true;
        let mut pending = Pending::default();
        pending.start(&from, &first);
        assert_eq!(pending.take().len(), 1);
        // Sent, not arrived: the parameters still look as the second preset wants them.
        pending.look(&from);
        pending.start(&from, &from);
        let again: Vec<Value> = pending.take().into_iter().map(|change| change.1).collect();
        assert_eq!(again, [Value::Switch(false)]);
        pending.look(&from);
        pending.start(&from, &from);
        assert!(pending.is_empty());
    }
}
