//! A whole-sample delay of one channel, bit-exact.

/// Delays by a number of samples fixed at birth.
#[derive(Debug, Clone)]
pub struct Delay {
    ring: Vec<f32>,
    position: usize,
}

impl Delay {
    /// A delay of `samples`; zero is a wire.
    pub fn new(samples: usize) -> Self {
        Self {
            ring: vec![0.0; samples],
            position: 0,
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.ring.fill(0.0);
        self.position = 0;
    }

    /// The delay in samples.
    pub fn samples(&self) -> usize {
        self.ring.len()
    }

    /// One sample in, the one from `samples()` ago out.
    #[inline]
    pub fn tick(&mut self, input: f32) -> f32 {
        if self.ring.is_empty() {
            return input;
        }
        let output = core::mem::replace(&mut self.ring[self.position], input);
        self.position += 1;
        if self.position == self.ring.len() {
            self.position = 0;
        }
        output
    }

    /// Delays `input` into `output`, which is as long.
    pub fn process(&mut self, input: &[f32], output: &mut [f32]) {
        let length = self.ring.len();
        if length == 0 {
            output.copy_from_slice(input);
            return;
        }
        let mut done = 0;
        while done < input.len() {
            let run = (length - self.position).min(input.len() - done);
            let held = &mut self.ring[self.position..self.position + run];
            output[done..done + run].copy_from_slice(held);
            held.copy_from_slice(&input[done..done + run]);
            self.position += run;
            if self.position == length {
                self.position = 0;
            }
            done += run;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_and_tick_agree_with_the_definition() {
        for samples in [0, 1, 5, 64] {
            let input: Vec<f32> = (0..200).map(|n| n as f32 * 0.5 + 1.0).collect();
            let expected: Vec<f32> = (0..200)
                .map(|n| if n < samples { 0.0 } else { input[n - samples] })
                .collect();
            let mut delay = Delay::new(samples);
            let ticked: Vec<f32> = input.iter().map(|&x| delay.tick(x)).collect();
            assert_eq!(ticked, expected);
            delay.reset();
            let mut output = vec![0.0; 200];
            for (from, to) in [(0, 3), (3, 90), (90, 200)] {
                delay.process(&input[from..to], &mut output[from..to]);
            }
            assert_eq!(output, expected);
        }
    }
}
