//! A finite smoother of gains: three running means in a row, exact in fixed point.
//!
//! Its impulse response is never negative and sums to one, so the smoothed gain is a mean of gains it
//! was given and cannot rise above the largest of them. Sums are integers: no drift, whatever comes.
//! The length ratios give the lowest side lobes of three boxes (Signalsmith Audio, `BoxStackFilter`).

/// Fixed-point gains: this is 1.
pub const UNITY: i32 = 1 << 30;

const RATIOS: [f64; 2] = [0.404, 0.335];

/// Smooths gains of a number of channels over a finite length.
#[derive(Debug, Clone)]
pub struct BoxSmoother<const CHANNELS: usize> {
    layers: [Layer<CHANNELS>; 3],
    values: Vec<[i64; CHANNELS]>,
    scale: f64,
}

#[derive(Debug, Clone)]
struct Layer<const CHANNELS: usize> {
    length: usize,
    /// The `length` values before the chunk, and the chunk.
    values: Vec<[i64; CHANNELS]>,
    sum: [i64; CHANNELS],
}

impl<const CHANNELS: usize> Layer<CHANNELS> {
    fn new(length: usize, chunk_frames_max: usize) -> Self {
        Self {
            length,
            values: vec![[0; CHANNELS]; length + chunk_frames_max],
            sum: [0; CHANNELS],
        }
    }

    /// As if `rest` had always come in; gives what goes out.
    fn reset(&mut self, rest: i64) -> i64 {
        self.values.fill([rest; CHANNELS]);
        let sum = rest * self.length as i64;
        self.sum = [sum; CHANNELS];
        sum
    }

    /// Replaces every value by the sum of the last `length`.
    #[inline]
    fn process(&mut self, chunk: &mut [[i64; CHANNELS]]) {
        let frames = chunk.len();
        self.values[self.length..self.length + frames].copy_from_slice(chunk);
        for (value, oldest) in chunk.iter_mut().zip(&self.values[..frames]) {
            for channel in 0..CHANNELS {
                self.sum[channel] += value[channel] - oldest[channel];
            }
            *value = self.sum;
        }
        self.values.copy_within(frames..frames + self.length, 0);
    }
}

impl<const CHANNELS: usize> BoxSmoother<CHANNELS> {
    /// A smoother whose impulse response has `length` samples (at least 3), at rest at unity, for
    /// chunks of at most `chunk_frames_max`.
    pub fn new(length: usize, chunk_frames_max: usize) -> Self {
        let length = length.max(3);
        // Lengths of boxes in a row add up to one less per joint.
        let total = (length + 2) as f64;
        let first = (libm::round(total * RATIOS[0]) as usize).max(1);
        let second = (libm::round(total * RATIOS[1]) as usize).max(1);
        let third = length + 2 - first - second;
        let mut smoother = Self {
            layers: [first, second, third].map(|length| Layer::new(length, chunk_frames_max)),
            values: vec![[0; CHANNELS]; chunk_frames_max],
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

    /// Smooths linear gains of 0…1, in place; exactly 1 after `length` times unity.
    pub fn process(&mut self, gains: &mut [[f32; CHANNELS]]) {
        let values = &mut self.values[..gains.len()];
        for (value, gain) in values.iter_mut().zip(gains.iter()) {
            *value = gain.map(|gain| i64::from(to_fixed(gain)));
        }
        for layer in &mut self.layers {
            layer.process(values);
        }
        for (gain, value) in gains.iter_mut().zip(values.iter()) {
            *gain = value.map(|sum| (sum as f64 * self.scale) as f32);
        }
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
            let mut smoother = BoxSmoother::<2>::new(length, 64);
            let mut gains = vec![[1.0; 2]; length + 5];
            gains[0][0] = 0.0;
            gains
                .chunks_mut(64)
                .for_each(|chunk| smoother.process(chunk));
            let response: Vec<f64> = gains.iter().map(|gain| 1.0 - f64::from(gain[0])).collect();
            assert!(response[..length].iter().all(|&h| h > 0.0), "{length}");
            assert!(response[length..].iter().all(|&h| h == 0.0), "{length}");
            let sum: f64 = response.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{length}: {sum}");
            assert!(gains.iter().all(|gain| gain[1] == 1.0));
        }
    }

    #[test]
    fn random_gains_leave_no_trace_after_the_length() {
        let mut smoother = BoxSmoother::<1>::new(150, 64);
        let mut state = 3_u32;
        let mut gains: Vec<[f32; 1]> = (0..100_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                [state as f32 / u32::MAX as f32]
            })
            .collect();
        let end = gains.len();
        gains.extend([[1.0]; 200]);
        gains
            .chunks_mut(33)
            .for_each(|chunk| smoother.process(chunk));
        assert!(gains.iter().all(|gain| gain[0] <= 1.0));
        assert!(gains[end + 100][0] < 1.0);
        assert!(gains[end + 150..].iter().all(|gain| gain[0] == 1.0));
    }

    #[test]
    fn fixed_point_never_rounds_up() {
        for gain in [0.0_f32, 1e-9, 0.1, 0.3333, 0.999_999_9, 1.0] {
            assert!(f64::from(to_fixed(gain)) <= f64::from(gain) * f64::from(UNITY));
        }
        assert_eq!(to_fixed(1.0), UNITY);
    }
}
