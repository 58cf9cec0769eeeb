//! From floats to whole numbers: dithered where bits are lost, exact where the samples already fit.

/// What a finished file's samples are stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitDepth {
    /// 16-bit integers.
    Int16,
    /// 24-bit integers.
    Int24,
    /// 32-bit floats.
    Float32,
}

impl BitDepth {
    /// Bits per sample.
    pub fn bits(self) -> u32 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }

    /// Steps from zero to full scale; `None` for floats.
    fn full_scale(self) -> Option<f32> {
        match self {
            Self::Int16 => Some(32_768.0),
            Self::Int24 => Some(8_388_608.0),
            Self::Float32 => None,
        }
    }

    /// Whether these samples are on this depth's grid, so that nothing is lost.
    pub fn holds(self, samples: &[f32]) -> bool {
        let Some(full_scale) = self.full_scale() else {
            return true;
        };
        samples.iter().all(|&sample| {
            let steps = sample * full_scale;
            steps == steps.round_ties_even() && (-full_scale..full_scale).contains(&steps)
        })
    }

    /// How far dither and rounding may move the interpolated peak, linear; 0 for floats.
    ///
    /// A sample moves by at most 1.5 steps (triangular dither of ±1, rounding of ±0.5), and the
    /// absolute values of a 64-tap interpolation kernel sum to less than 3.5.
    pub fn peak_error(self, dithered: bool) -> f64 {
        let steps = if dithered { 1.5 } else { 0.0 };
        self.full_scale()
            .map_or(0.0, |full_scale| steps * 3.5 / f64::from(full_scale))
    }
}

/// Turns one channel's floats into integers of a depth.
#[derive(Debug)]
pub struct Quantizer {
    full_scale: f32,
    dither: Option<Noise>,
    clipped: u64,
}

impl Quantizer {
    /// Quantises to `depth` (an integer one; floats are taken as 24 bits). The dither of each channel
    /// has its own fixed seed: the same song gives the same file.
    pub fn new(depth: BitDepth, dither: bool, channel: usize) -> Self {
        Self {
            full_scale: depth.full_scale().unwrap_or(8_388_608.0),
            dither: dither.then(|| Noise::new(channel as u64)),
            clipped: 0,
        }
    }

    /// The nearest integer, after triangular dither of two steps' width (Lipshitz, Wannamaker and
    /// Vanderkooy, "Quantization and Dither", JAES 40, 1992).
    pub fn quantize(&mut self, sample: f32) -> i32 {
        let noise = self
            .dither
            .as_mut()
            .map_or(0.0, |noise| noise.uniform() - noise.uniform());
        let steps = (f64::from(sample) * f64::from(self.full_scale) + noise).round_ties_even();
        let (low, high) = (
            -f64::from(self.full_scale),
            f64::from(self.full_scale) - 1.0,
        );
        if steps < low || steps > high {
            self.clipped += 1;
        }
        steps.clamp(low, high) as i32
    }

    /// What is read back of a whole number that [`quantize`](Self::quantize) gave; exact.
    pub fn read_back(&self, steps: i32) -> f32 {
        steps as f32 / self.full_scale
    }

    /// Samples that did not fit below full scale.
    pub fn clipped(&self) -> u64 {
        self.clipped
    }
}

/// White noise with a fixed seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug)]
struct Noise {
    state: u64,
}

impl Noise {
    fn new(channel: u64) -> Self {
        Self {
            state: 0x4649_4E41_4C43_4F41 ^ (channel << 32),
        }
    }

    /// Evenly spread from 0 up to 1.
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_grid_comes_back_exactly() {
        for value in [-32_768, -1, 0, 1, 12_345, 32_767] {
            let sample = value as f32 / 32_768.0;
            assert!(BitDepth::Int16.holds(&[sample]) && BitDepth::Int24.holds(&[sample]));
            assert_eq!(
                Quantizer::new(BitDepth::Int16, false, 0).quantize(sample),
                value
            );
            assert_eq!(
                Quantizer::new(BitDepth::Int24, false, 0).quantize(sample),
                value * 256
            );
        }
        assert!(!BitDepth::Int16.holds(&[0.1]));
        assert!(
            !BitDepth::Int16.holds(&[1.0]),
            "full scale itself does not fit"
        );
    }

    /// Golden value of the theory: a step's variance of 1/12 for rounding and 1/6 for triangular dither
    /// make −96.3 dBFS at 16 bits (re a full-scale sine, −98.1 + 4.77 + ... = 20·lg(0.5/32768)).
    #[test]
    fn the_error_of_dither_is_white_and_as_large_as_theory_says() {
        let mut quantizer = Quantizer::new(BitDepth::Int16, true, 0);
        let frames = 200_000;
        let (mut energy, mut mean, mut neighbour, mut last) = (0.0, 0.0, 0.0, 0.0);
        for n in 0..frames {
            let sample = 0.25 * libm::sin(0.0031 * f64::from(n)) as f32;
            let error = f64::from(quantizer.quantize(sample)) - f64::from(sample) * 32_768.0;
            energy += error * error;
            mean += error;
            neighbour += error * last;
            last = error;
        }
        let rms_dbfs = 10.0 * (energy / f64::from(frames)).log10() - 20.0 * 32_768_f64.log10();
        assert!((rms_dbfs - -96.33).abs() < 0.05, "{rms_dbfs}");
        assert!((mean / f64::from(frames)).abs() < 0.01);
        assert!((neighbour / energy).abs() < 0.01);
    }

    #[test]
    fn channels_are_dithered_apart() {
        let (mut left, mut right) = (Noise::new(0), Noise::new(1));
        let mut product = 0.0;
        for _ in 0..10_000 {
            product += (left.uniform() - 0.5) * (right.uniform() - 0.5);
        }
        assert!((product / 10_000.0 * 12.0).abs() < 0.05, "{product}");
    }
}
