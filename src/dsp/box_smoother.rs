//! A finite smoother of gains: three running means in a row, exact in fixed point.
//!
//! Its impulse response is never negative and sums to one, so the smoothed gain is a mean of gains it
//! was given and cannot rise above the largest of them. Sums are integers: no drift, whatever comes.
//! The length ratios give the lowest side lobes of three boxes (Signalsmith Audio, `BoxStackFilter`).

/// Fixed-point gains: this is 1.
pub const UNITY: i32 = 1 << 30;

const RATIOS: [f64; 2] = [0.404, 0.335];

/// Smooths two channels of fixed-point gains over a finite length.
#[derive(Debug, Clone)]
pub struct BoxSmoother {
    layers: [Layer; 3],
    scale: f64,
}

#[derive(Debug, Clone)]
struct Layer {
    ring: Vec<[i64; 2]>,
    position: usize,
    sum: [i64; 2],
}

impl Layer {
    fn new(length: usize) -> Self {
        Self {
            ring: vec![[0; 2]; length],
            position: 0,
            sum: [0; 2],
        }
    }

    /// As if `rest` had always come in; gives what goes out.
    fn reset(&mut self, rest: i64) -> i64 {
        let sum = rest * self.ring.len() as i64;
        self.ring.fill([rest; 2]);
        self.position = 0;
        self.sum = [sum; 2];
        sum
    }

    #[inline]
    fn tick(&mut self, value: [i64; 2]) -> [i64; 2] {
        let oldest = core::mem::replace(&mut self.ring[self.position], value);
        self.position += 1;
        if self.position == self.ring.len() {
            self.position = 0;
        }
        self.sum[0] += value[0] - oldest[0];
        self.sum[1] += value[1] - oldest[1];
        self.sum
    }
}

impl BoxSmoother {
    /// A smoother whose impulse response has `length` samples (at least 3), at rest at unity.
    pub fn new(length: usize) -> Self {
        let length = length.max(3);
        // Lengths of boxes in a row add up to one less per joint.
        let total = (length + 2) as f64;
        let first = (libm::round(total * RATIOS[0]) as usize).max(1);
        let second = (libm::round(total * RATIOS[1]) as usize).max(1);
        let third = length + 2 - first - second;
        let mut smoother = Self {
            layers: [Layer::new(first), Layer::new(second), Layer::new(third)],
            scale: 1.0 / (first as f64 * second as f64 * third as f64 * f64::from(UNITY)),
        };
        smoother.reset();
        smoother
    }

    /// As if only unity had ever come in.
    pub fn reset(&mut self) {
        let mut rest = i64::from(UNITY);
        for layer in &mut self.layers {
            rest = layer.reset(rest);
        }
    }

    /// Fixed-point gains in, linear gains out; exactly 1 after `length` times unity.
    #[inline]
    pub fn tick(&mut self, gains: [i32; 2]) -> [f32; 2] {
        let mut value = gains.map(i64::from);
        for layer in &mut self.layers {
            value = layer.tick(value);
        }
        value.map(|sum| (sum as f64 * self.scale) as f32)
    }
}

/// A linear gain of 0…1 in fixed point, rounded down so that what must not be exceeded is not.
#[inline]
pub fn to_fixed(gain: f32) -> i32 {
    // Exact: a power of two only moves the exponent; the cast cuts towards zero and cannot overflow.
    (gain * UNITY as f32) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impulse_response_is_positive_of_the_promised_length_and_sums_to_one() {
        for length in [3, 4, 10, 170, 700] {
            let mut smoother = BoxSmoother::new(length);
            let response: Vec<f64> = (0..length + 5)
                .map(|n| {
                    let gain = if n == 0 { 0 } else { UNITY };
                    1.0 - f64::from(smoother.tick([gain, UNITY])[0])
                })
                .collect();
            assert!(response[..length].iter().all(|&h| h > 0.0), "{length}");
            assert!(response[length..].iter().all(|&h| h == 0.0), "{length}");
            let sum: f64 = response.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{length}: {sum}");
        }
    }

    #[test]
    fn random_gains_leave_no_trace_after_the_length() {
        let mut smoother = BoxSmoother::new(150);
        let mut state = 3_u32;
        for _ in 0..100_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let gain = (state >> 2) as i32;
            let out = smoother.tick([gain, UNITY]);
            assert!(out[0] <= 1.0 && out[1] == 1.0);
        }
        for _ in 0..150 {
            smoother.tick([UNITY, UNITY]);
        }
        assert_eq!(smoother.tick([UNITY, UNITY]), [1.0, 1.0]);
    }

    #[test]
    fn fixed_point_never_rounds_up() {
        for gain in [0.0_f32, 1e-9, 0.1, 0.3333, 0.999_999_9, 1.0] {
            assert!(f64::from(to_fixed(gain)) <= f64::from(gain) * f64::from(UNITY));
        }
        assert_eq!(to_fixed(1.0), UNITY);
    }
}
