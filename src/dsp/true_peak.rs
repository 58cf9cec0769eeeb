//! True peak of a stereo programme: at 16×, and through the filter of ITU-R BS.1770-5 Annex 2.
//!
//! The 16× reading is exact only where it matters: the 4× reading bounds what an interval can hold, and
//! only intervals that could raise the highest peak of the running 100 ms step are read at 16×.
//!
//! The standard's filter runs at four times any rate. From 96 kHz on the standard would be content with
//! less; more only reads closer.

use super::interpolator::{FINE_TAPS, FineInterpolator, QuickInterpolator, larger};

/// Frames worked on at a time, counted from reset, so that the cutting of blocks changes nothing.
const CHUNK_FRAMES: usize = 64;
/// Samples of the past that the longest window, the one at 16×, needs before a chunk.
const HISTORY: usize = FINE_TAPS;
/// The quick interpolator looks this much less far into the future than the fine one.
const QUICK_LAG: usize = FINE_TAPS / 4;
/// Intervals of one channel and chunk read at 16×, the most promising first.
const PROMISING_READINGS_MAX: usize = 6;
/// Those read at 16× where that was not enough: steady high tones and clipped noise, which promise the
/// same everywhere. They are taken in turn, from where the last chunk stopped, so that whatever repeats
/// is soon read at its highest.
const TURN_READINGS_MAX: usize = 2;
/// Steps of 100 ms that make 3 s.
const SHORT_TERM_STEPS: usize = 30;
const LANES: usize = 8;

/// Phases 0 and 1 of the filter of BS.1770-5 Annex 2; phases 3 and 2 are these backwards.
const ANNEX_2_PHASES: [[f32; 12]; 2] = [
    [
        0.001_708_984_4,
        0.010_986_328,
        -0.019_653_32,
        0.033_203_125,
        -0.059_448_242,
        0.137_329_1,
        0.972_167_97,
        -0.102_294_92,
        0.047_607_42,
        -0.026_611_328,
        0.014_892_578,
        -0.008_300_781,
    ],
    [
        -0.029_174_805,
        0.029_296_875,
        -0.051_757_813,
        0.089_111_33,
        -0.166_503_9,
        0.465_087_9,
        0.779_785_16,
        -0.200_317_38,
        0.101_562_5,
        -0.058_227_54,
        0.033_081_055,
        -0.018_920_898,
    ],
];

/// Holds the highest true peak of both channels since reset and over the last 3 s.
#[derive(Debug, Clone)]
pub(super) struct TruePeak {
    channels: [Channel; 2],
    fine: FineInterpolator,
    /// Frames of the open chunk.
    filled: usize,
    /// Highest magnitude at 16× since reset.
    peak: f32,
    /// The same within the open 100 ms step.
    step_peak: f32,
    /// The same of the steps closed within the last 3 s, in a ring.
    steps: [f32; SHORT_TERM_STEPS],
    step_position: usize,
    /// Highest magnitude behind the standard's filter since reset.
    bs1770_peak: f32,
    /// Whether the standard's filter is asked for.
    standard: bool,
}

/// The highest true peak at 16× of each step, and nothing else.
#[derive(Debug, Clone)]
pub struct StepPeaks(TruePeak);

impl Default for StepPeaks {
    fn default() -> Self {
        Self::new()
    }
}

impl StepPeaks {
    /// Allocates all it will ever need.
    pub fn new() -> Self {
        Self(TruePeak {
            standard: false,
            ..TruePeak::new()
        })
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Listens; both slices are as long.
    pub fn listen(&mut self, left: &[f32], right: &[f32]) {
        self.0.process(left, right);
    }

    /// Ends the step: its highest magnitude. That of its last 96 frames may be told with the next.
    pub fn take(&mut self) -> f32 {
        core::mem::take(&mut self.0.step_peak)
    }
}

impl TruePeak {
    /// Allocates all it will ever need.
    pub(super) fn new() -> Self {
        Self {
            channels: [Channel::new(), Channel::new()],
            fine: FineInterpolator::new(),
            filled: 0,
            peak: 0.0,
            step_peak: 0.0,
            steps: [0.0; SHORT_TERM_STEPS],
            step_position: 0,
            bs1770_peak: 0.0,
            standard: true,
        }
    }

    /// Forgets everything heard.
    pub(super) fn reset(&mut self) {
        self.channels.iter_mut().for_each(Channel::reset);
        self.filled = 0;
        self.peak = 0.0;
        self.step_peak = 0.0;
        self.steps = [0.0; SHORT_TERM_STEPS];
        self.step_position = 0;
        self.bs1770_peak = 0.0;
    }

    /// Listens. What it heard of the last 96 frames may show only later.
    pub(super) fn process(&mut self, mut left: &[f32], mut right: &[f32]) {
        while !left.is_empty() {
            let frames = left.len().min(CHUNK_FRAMES - self.filled);
            let (left_now, left_later) = left.split_at(frames);
            let (right_now, right_later) = right.split_at(frames);
            let at = HISTORY + self.filled..HISTORY + self.filled + frames;
            self.channels[0].samples[at.clone()].copy_from_slice(left_now);
            self.channels[1].samples[at].copy_from_slice(right_now);
            (left, right) = (left_later, right_later);
            self.filled += frames;
            if self.filled == CHUNK_FRAMES {
                self.filled = 0;
                self.process_chunk();
            }
        }
    }

    fn process_chunk(&mut self) {
        for channel in &mut self.channels {
            self.step_peak = channel.raise_peak(self.step_peak, &self.fine);
            if self.standard {
                self.bs1770_peak = larger(self.bs1770_peak, channel.annex_2_peak());
            }
            channel.advance();
        }
    }

    /// The programme is over and silence follows: reads on until the last sample has rung out.
    pub(super) fn finish(&mut self) {
        let silence = [0.0; FINE_TAPS + CHUNK_FRAMES];
        self.process(&silence, &silence);
    }

    /// A step of 100 ms has got all its frames.
    pub(super) fn close_step(&mut self) {
        self.peak = larger(self.peak, self.step_peak);
        self.steps[self.step_position] = core::mem::take(&mut self.step_peak);
        self.step_position = (self.step_position + 1) % SHORT_TERM_STEPS;
    }

    /// Highest magnitude at 16× since reset, linear.
    pub(super) fn peak(&self) -> f32 {
        larger(self.peak, self.step_peak)
    }

    /// Highest magnitude at 16× in the last 3 s, linear.
    pub(super) fn short_term_peak(&self) -> f32 {
        self.steps.iter().copied().fold(self.step_peak, larger)
    }

    /// Highest magnitude through the standard's filter since reset, linear.
    pub(super) fn bs1770_peak(&self) -> f32 {
        self.bs1770_peak
    }
}

/// One channel's samples and quick interpolator.
#[derive(Debug, Clone)]
struct Channel {
    /// History and the open chunk.
    samples: [f32; HISTORY + CHUNK_FRAMES],
    quick: QuickInterpolator,
    /// The interval of a chunk at which readings in turn go on.
    turn: usize,
}

impl Channel {
    fn new() -> Self {
        Self {
            samples: [0.0; HISTORY + CHUNK_FRAMES],
            quick: QuickInterpolator::new(),
            turn: 0,
        }
    }

    fn reset(&mut self) {
        self.samples.fill(0.0);
        self.quick.reset();
        self.turn = 0;
    }

    /// The chunk becomes history.
    fn advance(&mut self) {
        self.samples.copy_within(CHUNK_FRAMES.., 0);
    }

    /// The higher of `peak` and the highest magnitude at 16× of the chunk's intervals.
    fn raise_peak(&mut self, mut peak: f32, fine: &FineInterpolator) -> f32 {
        let mut readings = [0.0; CHUNK_FRAMES];
        let mut bounds = [0.0; CHUNK_FRAMES];
        let quick_at = HISTORY - QUICK_LAG;
        self.quick.process_bounded(
            &self.samples[quick_at..quick_at + CHUNK_FRAMES],
            &mut readings,
            &mut bounds,
        );
        let read = |interval: usize| match self.samples[interval + 1..].first_chunk::<FINE_TAPS>() {
            Some(window) => fine.interval_peak(window),
            None => 0.0,
        };
        for _ in 0..PROMISING_READINGS_MAX {
            let highest = highest_magnitude(&bounds);
            if highest <= peak {
                return peak;
            }
            let interval = bounds.iter().position(|&b| b == highest).unwrap_or(0);
            peak = larger(peak, read(interval));
            bounds[interval] = 0.0;
        }
        let mut readings_left = TURN_READINGS_MAX;
        for interval in (self.turn..CHUNK_FRAMES).chain(0..self.turn) {
            if bounds[interval] > peak {
                peak = larger(peak, read(interval));
                readings_left -= 1;
                if readings_left == 0 {
                    self.turn = (interval + 1) % CHUNK_FRAMES;
                    break;
                }
            }
        }
        peak
    }

    /// Highest magnitude of the chunk's intervals through the standard's filter.
    fn annex_2_peak(&self) -> f32 {
        const TAPS: usize = 12;
        // Mirrored phases share their sums and differences, and the larger of |a + b| and |a − b| is
        // |a| + |b|.
        const FOLDED: [[f32; 4]; TAPS / 2] = {
            let mut folded = [[0.0; 4]; TAPS / 2];
            let mut i = 0;
            while i < TAPS / 2 {
                let mut pair = 0;
                while pair < 2 {
                    let (near, far) = (ANNEX_2_PHASES[pair][i], ANNEX_2_PHASES[pair][TAPS - 1 - i]);
                    folded[i][2 * pair] = 0.5 * (near + far);
                    folded[i][2 * pair + 1] = 0.5 * (near - far);
                    pair += 1;
                }
                i += 1;
            }
            folded
        };
        // Straight through time, all taps in the body: the form that compilers vectorise.
        let mut readings = [0.0_f32; CHUNK_FRAMES];
        for (frame, reading) in readings.iter_mut().enumerate() {
            let at = frame + (HISTORY - TAPS) / 2;
            let [mut outer_even, mut outer_odd, mut inner_even, mut inner_odd] = [0.0_f32; 4];
            for (i, taps) in FOLDED.iter().enumerate() {
                let early = self.samples[at + i];
                let late = self.samples[at + TAPS - 1 - i];
                let sum = early + late;
                let difference = early - late;
                outer_even += taps[0] * sum;
                outer_odd += taps[1] * difference;
                inner_even += taps[2] * sum;
                inner_odd += taps[3] * difference;
            }
            *reading = larger(
                outer_even.abs() + outer_odd.abs(),
                inner_even.abs() + inner_odd.abs(),
            );
        }
        highest_magnitude(&readings)
    }
}

/// Highest magnitude, in lanes because one maximum after the other would be slow.
pub(super) fn highest_magnitude(samples: &[f32]) -> f32 {
    let (groups, rest) = samples.as_chunks::<LANES>();
    let mut highest = [0.0_f32; LANES];
    for group in groups {
        for lane in 0..LANES {
            highest[lane] = larger(highest[lane], group[lane].abs());
        }
    }
    let rest = rest.iter().fold(0.0, |peak, x| larger(peak, x.abs()));
    highest.into_iter().fold(rest, larger)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    /// Every interval at 16×, none left out.
    fn exhaustive_peak(signal: &[f32]) -> f32 {
        let fine = FineInterpolator::new();
        let silence = [0.0; FINE_TAPS];
        let padded = [&silence, signal, &silence].concat();
        padded
            .windows(FINE_TAPS)
            .filter_map(|window| window.first_chunk())
            .fold(0.0, |peak, window| larger(peak, fine.interval_peak(window)))
    }

    fn lazy_peak(signal: &[f32]) -> TruePeak {
        let mut true_peak = TruePeak::new();
        let silence = vec![0.0; signal.len()];
        for (left, right) in silence.chunks(4_800).zip(signal.chunks(4_800)) {
            true_peak.process(left, right);
            true_peak.close_step();
        }
        true_peak.finish();
        true_peak
    }

    fn error_db(signal: &[f32]) -> f64 {
        let lazy = f64::from(lazy_peak(signal).peak());
        20.0 * libm::log10(lazy / f64::from(exhaustive_peak(signal)))
    }

    /// A burst of a tone at `cycles` per sample, faded in and out.
    fn burst(cycles: f64, phase: f64, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|n| {
                let fade = libm::sin(PI * n as f64 / frames as f64);
                (fade * libm::sin(2.0 * PI * cycles * n as f64 + phase)) as f32
            })
            .collect()
    }

    #[test]
    fn reading_few_intervals_finds_the_peak_of_all() {
        for cycles in [0.001, 0.0123, 0.09, 0.25, 0.2501, 0.31, 0.4, 0.45] {
            for frames in [90, 2_000, 20_000] {
                let error_db = error_db(&burst(cycles, PI / 4.0, frames));
                assert!(error_db.abs() < 0.005, "{cycles}, {frames}: {error_db} dB");
            }
        }
    }

    #[test]
    fn a_steady_tone_is_read_at_its_highest() {
        for frames_per_period in [2.22, 2.6, 3.0, 4.0, 4.001, 6.0, 7.9, 8.0, 12.0] {
            for phase_degrees in [0.0, 10.0, 45.0, 60.0, 67.5] {
                let phase = f64::to_radians(phase_degrees);
                let tone: Vec<f32> = (0..19_200)
                    .map(|n| libm::sin(2.0 * PI * f64::from(n) / frames_per_period + phase) as f32)
                    .collect();
                // Its edges, where it would overshoot, are left out.
                let mut true_peak = TruePeak::new();
                for part in tone.chunks(4_800) {
                    true_peak.process(part, part);
                    true_peak.close_step();
                }
                let steady = true_peak.steps[1];
                let all = tone[4_800..9_600]
                    .windows(FINE_TAPS)
                    .fold(0.0, |peak, window| {
                        let window = window.first_chunk().expect("windows have this length");
                        larger(peak, true_peak.fine.interval_peak(window))
                    });
                let error_db = 20.0 * libm::log10(f64::from(steady / all));
                assert!(
                    error_db.abs() < 0.002,
                    "{frames_per_period}, {phase_degrees} degrees: {error_db} dB"
                );
            }
        }
    }

    #[test]
    fn a_tone_that_promises_the_same_everywhere_is_read_in_turn() {
        for frames_per_period in [2.3, 2.6, 2.8, 3.4] {
            let tone: Vec<f32> = (0..22_050)
                .map(|n| {
                    let t = f64::from(n);
                    let fade = libm::pow(libm::sin(PI * t / 22_050.0), 0.4);
                    (fade * libm::sin(2.0 * PI * t / frames_per_period + 0.1745)) as f32
                })
                .collect();
            let error_db = error_db(&tone);
            assert!(error_db.abs() < 0.001, "{frames_per_period}: {error_db} dB");
        }
    }

    #[test]
    fn noise_clipped_and_limited_to_the_band_is_read_within_a_hundredth() {
        let mut state = 9_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        let clipped: Vec<f64> = (0..40_000)
            .map(|_| (4.0 * random()).clamp(-1.0, 1.0))
            .collect();
        // A Blackman-windowed sinc that ends at 0.45 of the rate.
        let taps: Vec<f64> = (-127..=127)
            .map(|n: i32| {
                let t = f64::from(n);
                let angle = PI * 0.86 * t;
                let sinc = if n == 0 {
                    1.0
                } else {
                    libm::sin(angle) / angle
                };
                let w = PI * t / 128.0;
                0.86 * sinc * (0.42 + 0.5 * libm::cos(w) + 0.08 * libm::cos(2.0 * w))
            })
            .collect();
        let signal: Vec<f32> = clipped
            .windows(taps.len())
            .map(|window| window.iter().zip(&taps).map(|(x, h)| x * h).sum::<f64>() as f32)
            .collect();
        let error_db = error_db(&signal);
        assert!(error_db.abs() < 0.01, "{error_db} dB");
    }

    #[test]
    fn the_standards_filter_is_the_standards_filter() {
        // Straight from the definition: zeros between samples, then the 48 taps.
        let signal = burst(0.23, 0.4, 500);
        let mut expected = 0.0_f64;
        for n in 0..signal.len() + 11 {
            for phase in 0..4 {
                let sum: f64 = (0..12)
                    .map(|tap| {
                        let coefficient = match phase {
                            0 | 1 => ANNEX_2_PHASES[phase][tap],
                            _ => ANNEX_2_PHASES[3 - phase][11 - tap],
                        };
                        let sample = n.checked_sub(tap).and_then(|at| signal.get(at));
                        f64::from(coefficient) * f64::from(*sample.unwrap_or(&0.0))
                    })
                    .sum();
                expected = expected.max(sum.abs());
            }
        }
        let got = f64::from(lazy_peak(&signal).bs1770_peak());
        assert!((got - expected).abs() < 1e-5, "{got} is not {expected}");
    }
}
