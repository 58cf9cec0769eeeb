//! Range, default and step of one number.

/// What one number may be, in the unit its name ends with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lowest value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// What a new instance starts with.
    pub default: f32,
    /// Distance of neighbouring values.
    pub step: f32,
    /// How knobs turn: the value is `min + (max − min) · share^skew`; 1 is linear.
    pub skew: f32,
    /// The unit as it is shown, without a space; empty for plain numbers.
    pub unit: &'static str,
}

impl Range {
    /// A range that turns evenly.
    pub const fn linear(min: f32, max: f32, default: f32, step: f32, unit: &'static str) -> Self {
        let skew = 1.0;
        Self {
            min,
            max,
            default,
            step,
            skew,
            unit,
        }
    }

    /// The same range, finer at its lower end.
    #[must_use]
    pub const fn skewed(mut self, skew: f32) -> Self {
        self.skew = skew;
        self
    }

    /// The same range with another default.
    #[must_use]
    pub const fn starting_at(mut self, default: f32) -> Self {
        self.default = default;
        self
    }

    /// The value as the host parameter gives it back: through the normalised f32 and onto the step.
    /// A value that is no number becomes the default.
    pub fn quantized(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.default;
        }
        let plain = self.unnormalized(self.normalized(value));
        // Adding zero turns −0 into 0.
        ((plain / self.step).round() * self.step).clamp(self.min, self.max) + 0.0
    }

    /// The value within the range, opened by `slack` to both sides, but not onto its steps: for values that
    /// were scaled or offset. What is no number becomes the default.
    pub fn held(&self, value: f32, slack: f32) -> f32 {
        if value.is_nan() {
            self.default
        } else {
            value.clamp(self.min - slack, self.max + slack)
        }
    }

    /// Where a value lies on the way of a knob, 0 to 1.
    pub fn normalized(&self, value: f32) -> f32 {
        let share = (value.clamp(self.min, self.max) - self.min) / (self.max - self.min);
        if self.skew == 1.0 {
            share
        } else {
            // The same function as the framework's, or ties would fall differently.
            share.powf(1.0 / self.skew)
        }
    }

    /// The value at a place on the way of a knob, not yet on its step.
    pub fn unnormalized(&self, share: f32) -> f32 {
        let share = share.clamp(0.0, 1.0);
        let share = if self.skew == 1.0 {
            share
        } else {
            share.powf((1.0 / self.skew).recip())
        };
        share * (self.max - self.min) + self.min
    }
}
