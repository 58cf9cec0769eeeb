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
/// Intervals of one channel and chunk read at 16×, most promising first. Only tones above a quarter of
/// the rate and clipped noise ask for more, and those come back with the next chunk.
const FINE_READINGS_MAX: usize = 8;
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
            self.bs1770_peak = larger(self.bs1770_peak, channel.annex_2_peak());
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
}

impl Channel {
    fn new() -> Self {
        Self {
            samples: [0.0; HISTORY + CHUNK_FRAMES],
            quick: QuickInterpolator::new(),
        }
    }

    fn reset(&mut self) {
        self.samples.fill(0.0);
        self.quick.reset();
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
        for _ in 0..FINE_READINGS_MAX {
            let highest = highest_magnitude(&bounds);
            // The bound holds the point where the interval ends, not the one where it starts.
            if highest <= peak {
                break;
            }
            let interval = bounds.iter().position(|&b| b == highest).unwrap_or(0);
            bounds[interval] = 0.0;
            if let Some(window) = self.samples[interval + 1..].first_chunk::<FINE_TAPS>() {
                peak = larger(peak, fine.interval_peak(window));
            }
        }
        peak
    }

    /// Highest magnitude of the chunk's intervals through the standard's filter.
    fn annex_2_peak(&self) -> f32 {
        const TAPS: usize = 12;
        // Mirrored phases share their sums and differences, and the larger of |a + b| and |a − b| is
        // |a| + |b|.
        const FOLDED: [[f32; TAPS / 2]; 4] = {
            let mut folded = [[0.0; TAPS / 2]; 4];
            let mut i = 0;
            while i < TAPS / 2 {
                let mut pair = 0;
                while pair < 2 {
                    let (near, far) = (ANNEX_2_PHASES[pair][i], ANNEX_2_PHASES[pair][TAPS - 1 - i]);
                    folded[2 * pair][i] = 0.5 * (near + far);
                    folded[2 * pair + 1][i] = 0.5 * (near - far);
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
            for i in 0..TAPS / 2 {
                let early = self.samples[at + i];
                let late = self.samples[at + TAPS - 1 - i];
                let sum = early + late;
                let difference = early - late;
                outer_even += FOLDED[0][i] * sum;
                outer_odd += FOLDED[1][i] * difference;
                inner_even += FOLDED[2][i] * sum;
                inner_odd += FOLDED[3][i] * difference;
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
