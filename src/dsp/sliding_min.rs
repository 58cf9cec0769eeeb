//! The smallest of the last `n` values, at a fixed cost per value.
//!
//! Block-wise prefix and suffix minima (van Herk 1992; Gil & Werman 1993): three comparisons a value
//! and, once per window, one pass over it; no data-dependent branches.

/// The smallest of the last `window` values.
#[derive(Debug, Clone)]
pub struct SlidingMin {
    /// Before `position` the values of this block; from there on the suffix minima of the last one.
    values: Vec<i32>,
    position: usize,
    prefix: i32,
}

impl SlidingMin {
    /// A window of `window` values (at least one), all of them `rest` so far.
    pub fn new(window: usize, rest: i32) -> Self {
        Self {
            values: vec![rest; window.max(1)],
            position: 0,
            prefix: i32::MAX,
        }
    }

    /// As if only `rest` had ever come in.
    pub fn reset(&mut self, rest: i32) {
        self.values.fill(rest);
        self.position = 0;
        self.prefix = i32::MAX;
    }

    /// One value in, the smallest of the last `window` (this one included) out.
    #[inline]
    pub fn tick(&mut self, value: i32) -> i32 {
        self.values[self.position] = value;
        self.prefix = self.prefix.min(value);
        self.position += 1;
        if self.position < self.values.len() {
            return self.prefix.min(self.values[self.position]);
        }
        let smallest = self.prefix;
        let mut suffix = i32::MAX;
        for value in self.values.iter_mut().rev() {
            suffix = suffix.min(*value);
            *value = suffix;
        }
        self.position = 0;
        self.prefix = i32::MAX;
        smallest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_minimum_of_the_window_for_every_size() {
        let mut state = 7_u32;
        let values: Vec<i32> = (0..500)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as i32
            })
            .collect();
        for window in [1, 2, 3, 10, 64, 499] {
            let mut fast = SlidingMin::new(window, i32::MAX);
            for n in 0..values.len() {
                let expected = *values[(n + 1).saturating_sub(window)..=n]
                    .iter()
                    .min()
                    .unwrap();
                assert_eq!(fast.tick(values[n]), expected, "window {window} at {n}");
            }
            fast.reset(5);
            assert_eq!(fast.tick(9), if window == 1 { 9 } else { 5 });
        }
    }
}
