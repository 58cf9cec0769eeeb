//! A number on its way, counted in steps of the control grid.

/// Moves to its target along a straight line; exactly the target when it has arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ramp {
    value: f64,
    target: f64,
    step: f64,
    left: u32,
}

impl Ramp {
    pub(super) fn at(value: f64) -> Self {
        Self {
            value,
            target: value,
            step: 0.0,
            left: 0,
        }
    }

    /// Arrives in `steps` steps, unless it is on its way there already.
    pub(super) fn set(&mut self, target: f64, steps: u32) {
        if target != self.target {
            self.target = target;
            self.left = steps;
            self.step = (target - self.value) / f64::from(steps);
        }
    }

    pub(super) fn land(&mut self) {
        self.value = self.target;
        self.left = 0;
    }

    pub(super) fn tick(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            if self.left == 0 {
                self.value = self.target;
            } else {
                self.value += self.step;
            }
        }
    }

    pub(super) fn value(&self) -> f64 {
        self.value
    }

    pub(super) fn settled(&self) -> bool {
        self.left == 0
    }

    /// Whether it is this value and stays it.
    pub(super) fn rests_at(&self, value: f64) -> bool {
        self.settled() && self.value == value
    }
}
