//! Computing at a higher rate, in the parallel form `y = delay(x) + down(g(up x))`.
//!
//! Linear-phase half-band filters, in their polyphase form: at each doubling one phase of the new
//! samples is the input itself, the other its folded convolution. What is computed at the high rate is
//! handed out by phase (`planes`), so that it is never interleaved. The rate is raised 4× below 88.2 kHz,
//! 2× up to 96 kHz, and not at all above.
//!
//! The delay is a whole number of samples: of the high-rate samples that come down, those are kept
//! whose distance to an input sample is whole (`2k₁ + k₂ − 2` for filters of `4k₁ − 1` and `4k₂ − 1` taps).
//!
//! The code is compiled twice on x86-64, for every processor and for those with AVX2. Both add in the
//! same order and neither fuses a multiplication with an addition, so they give the same samples.
#![allow(unsafe_code)]

mod taps;

use super::block::Stream;
use super::interpolator::WideLanes;
use taps::{LATER, NARROW, USUAL};

/// Most frames that one pass computes.
pub const CHUNK_FRAMES: usize = 64;
/// Most phases of the high rate.
pub const PHASES_MAX: usize = 4;
/// One phase of a chunk at the high rate.
pub type Plane = [f32; CHUNK_FRAMES];

/// Up to this rate the pass-band needs the narrow transition.
const NARROW_BELOW_HZ: f64 = 48_000.0;
const TWICE_FROM_HZ: f64 = 88_200.0;
const ONCE_ABOVE_HZ: f64 = 96_000.0;
/// Outputs computed side by side: many where the taps are loaded one by one, few where all of them stay
/// in registers. Every output has the same order of additions whatever its lane.
const LANES: usize = 32;
const LATER_LANES: usize = 8;
/// After so many frames of nothing, nothing is left in the lines of the way down.
const MEMORY_FRAMES: usize = 160;

/// One channel's way up and down.
#[derive(Debug, Clone)]
pub struct Oversampler {
    factor: usize,
    narrow: bool,
    input: LongLine,
    /// The convolved phase of the doubled rate; the other one is the input.
    convolved: ShortLine,
    /// Whether the past of `convolved` belongs to the input.
    convolved_known: bool,
    /// What was computed at the high rate, by phase.
    computed: [ShortLine; PHASES_MAX],
    /// The same at the doubled rate: what the last filter convolves, and what it passes.
    halved: [LongLine; 2],
    /// Frames since anything but nothing was computed.
    quiet_frames: usize,
    wide: WideLanes,
}

impl Oversampler {
    /// Ready, at silence.
    pub fn new(stream: Stream) -> Self {
        let rate_hz = stream.sample_rate_hz;
        Self {
            factor: if rate_hz > ONCE_ABOVE_HZ {
                1
            } else if rate_hz >= TWICE_FROM_HZ {
                2
            } else {
                4
            },
            narrow: rate_hz < NARROW_BELOW_HZ,
            input: LongLine::new(),
            convolved: ShortLine::new(),
            convolved_known: false,
            computed: [(); PHASES_MAX].map(|()| ShortLine::new()),
            halved: [LongLine::new(), LongLine::new()],
            quiet_frames: MEMORY_FRAMES,
            wide: WideLanes::detect(),
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.input.reset();
        self.convolved.reset();
        self.convolved_known = false;
        self.computed.iter_mut().for_each(Line::reset);
        self.halved.iter_mut().for_each(Line::reset);
        self.quiet_frames = MEMORY_FRAMES;
    }

    /// How often the high rate is the stream's: 4, 2 or 1.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Samples from input to output.
    pub fn latency_samples(&self) -> usize {
        let first = if self.narrow {
            NARROW.len()
        } else {
            USUAL.len()
        };
        match self.factor {
            1 => 0,
            2 => 2 * first - 1,
            _ => 2 * first + LATER.len() - 2,
        }
    }

    /// Samples from the input to the place where it is computed with, rounded down.
    pub fn rise_samples(&self) -> usize {
        self.latency_samples() / 2
    }

    /// Hands `input`, at the high rate, to `compute` by phase and frame: sample `factor · n + phase` is
    /// `planes[phase][n]`; the frames are the second argument, what lies behind them is no sound. What
    /// `compute` leaves there comes down into `output`, which is as long as `input`.
    #[inline]
    pub fn process(
        &mut self,
        input: &[f32],
        output: &mut [f32],
        mut compute: impl FnMut(&mut [Plane], usize),
    ) {
        for (input, output) in input
            .chunks(CHUNK_FRAMES)
            .zip(output.chunks_mut(CHUNK_FRAMES))
        {
            self.quiet_frames = 0;
            #[cfg(target_arch = "x86_64")]
            if self.wide.0 {
                // SAFETY: `wide` is true only where the processor said that it has AVX2.
                unsafe { self.chunk_avx2(input, output, &mut compute) };
                continue;
            }
            self.chunk_portable(input, output, &mut compute);
        }
    }

    /// As [`process`](Self::process) with a `compute` that leaves nothing; almost free when nothing is left
    /// from before.
    pub fn pass(&mut self, input: &[f32], output: &mut [f32]) {
        for (input, output) in input
            .chunks(CHUNK_FRAMES)
            .zip(output.chunks_mut(CHUNK_FRAMES))
        {
            let quiet_frames = self.quiet_frames + input.len();
            if self.quiet_frames < MEMORY_FRAMES {
                self.process(input, output, |planes, _| planes.fill([0.0; CHUNK_FRAMES]));
            } else {
                self.input.now()[..input.len()].copy_from_slice(input);
                self.input.advance(input.len());
                self.convolved_known = false;
                output.fill(0.0);
            }
            self.quiet_frames = quiet_frames.min(MEMORY_FRAMES);
        }
    }

    /// Whether nothing that was computed is still on its way.
    pub fn at_rest(&self) -> bool {
        self.quiet_frames >= MEMORY_FRAMES
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn chunk_avx2(
        &mut self,
        input: &[f32],
        output: &mut [f32],
        compute: &mut impl FnMut(&mut [Plane], usize),
    ) {
        self.chunk_portable(input, output, compute);
    }

    #[inline(always)]
    fn chunk_portable(
        &mut self,
        input: &[f32],
        output: &mut [f32],
        compute: &mut impl FnMut(&mut [Plane], usize),
    ) {
        let frames = input.len();
        let mut planes = [[0.0_f32; CHUNK_FRAMES]; PHASES_MAX];
        if self.factor == 1 {
            planes[0][..frames].copy_from_slice(input);
            compute(&mut planes[..1], frames);
            output.copy_from_slice(&planes[0][..frames]);
            return;
        }
        self.input.now()[..frames].copy_from_slice(input);
        if self.narrow {
            self.rise(&NARROW, &mut planes, frames);
        } else {
            self.rise(&USUAL, &mut planes, frames);
        }
        self.input.advance(frames);
        self.convolved.advance(frames);
        compute(&mut planes[..self.factor], frames);
        self.halve(&planes, frames);
        if self.narrow {
            self.fall(&NARROW, output);
        } else {
            self.fall(&USUAL, output);
        }
        self.halved.iter_mut().for_each(|line| line.advance(frames));
    }

    #[inline(always)]
    fn rise<const TAPS: usize>(
        &mut self,
        taps: &[f32; TAPS],
        planes: &mut [Plane; PHASES_MAX],
        frames: usize,
    ) {
        if !self.convolved_known {
            self.convolved_known = true;
            self.convolve::<TAPS, LATER_LANES>(taps, 0, LATER_LANES);
        }
        for start in groups::<LANES>(frames) {
            self.convolve::<TAPS, LANES>(taps, start, 0);
        }
        let Self {
            input, convolved, ..
        } = self;
        // The passed phase is the input `TAPS − 1` frames ago.
        let passed = TAPS - 1;
        if self.factor == 2 {
            planes[0].copy_from_slice(&convolved.from(0, 0)[..CHUNK_FRAMES]);
            planes[1].copy_from_slice(&input.from(0, passed)[..CHUNK_FRAMES]);
            return;
        }
        const LAST: usize = LATER.len() - 1;
        for start in groups::<LATER_LANES>(frames) {
            let first: [f32; LATER_LANES] = folded(
                &LATER,
                convolved.from(start, LAST),
                input.from(start, passed + LAST + 1),
            );
            let third: [f32; LATER_LANES] = folded(
                &LATER,
                input.from(start, passed + LAST),
                convolved.from(start, LAST),
            );
            planes[0][start..start + LATER_LANES].copy_from_slice(&first);
            planes[2][start..start + LATER_LANES].copy_from_slice(&third);
        }
        planes[1].copy_from_slice(&convolved.from(0, LAST / 2)[..CHUNK_FRAMES]);
        planes[3].copy_from_slice(&input.from(0, passed + LAST / 2)[..CHUNK_FRAMES]);
    }

    /// The convolved phase of the frames that lie `back` before those at `start`.
    #[inline(always)]
    fn convolve<const TAPS: usize, const LANES: usize>(
        &mut self,
        taps: &[f32; TAPS],
        start: usize,
        back: usize,
    ) {
        let group: [f32; LANES] = folded(
            taps,
            self.input.from(start, back + TAPS - 1),
            self.input.from(start, back + 2 * TAPS - 1),
        );
        self.convolved.put(start, back, &group);
    }

    /// From 4× to 2×, or what is there already.
    #[inline(always)]
    fn halve(&mut self, planes: &[Plane; PHASES_MAX], frames: usize) {
        let [convolved, passed] = &mut self.halved;
        if self.factor == 2 {
            convolved.now()[..CHUNK_FRAMES].copy_from_slice(&planes[0]);
            passed.now()[..CHUNK_FRAMES].copy_from_slice(&planes[1]);
            return;
        }
        for (line, plane) in self.computed.iter_mut().zip(planes) {
            line.now()[..CHUNK_FRAMES].copy_from_slice(plane);
        }
        const LAST: usize = LATER.len() - 1;
        let [first, second, third, fourth] = &mut self.computed;
        for start in groups::<LATER_LANES>(frames) {
            let mut even: [f32; LATER_LANES] =
                folded(&LATER, first.from(start, LAST), third.from(start, LAST + 1));
            let mut odd: [f32; LATER_LANES] =
                folded(&LATER, third.from(start, LAST), first.from(start, LAST));
            add_and_halve(&mut even, fourth.from(start, LAST / 2 + 1));
            add_and_halve(&mut odd, second.from(start, LAST / 2));
            convolved.put(start, 0, &odd);
            passed.put(start, 0, &even);
        }
        for line in [first, second, third, fourth] {
            line.advance(frames);
        }
    }

    /// From 2× to the stream's rate.
    #[inline(always)]
    fn fall<const TAPS: usize>(&self, taps: &[f32; TAPS], output: &mut [f32]) {
        let [convolved, passed] = &self.halved;
        // Of 4×, the later sample of each pair is kept; of 2×, the earlier.
        let back = if self.factor == 2 { TAPS } else { TAPS - 1 };
        for (start, output) in groups::<LANES>(output.len()).zip(output.chunks_mut(LANES)) {
            let mut group: [f32; LANES] = folded(
                taps,
                convolved.from(start, TAPS - 1),
                convolved.from(start, 2 * TAPS - 1),
            );
            add_and_halve(&mut group, passed.from(start, back));
            output.copy_from_slice(&group[..output.len()]);
        }
    }
}

/// Where the groups of lanes start.
#[inline(always)]
fn groups<const LANES: usize>(frames: usize) -> impl Iterator<Item = usize> {
    (0..frames).step_by(LANES)
}

/// A symmetric filter of `2 · TAPS` taps, of which the given ones are the first half: `falling` starts
/// `TAPS − 1` frames before the first output, `rising` where the filter's oldest sample lies.
#[inline(always)]
fn folded<const TAPS: usize, const LANES: usize>(
    taps: &[f32; TAPS],
    falling: &[f32],
    rising: &[f32],
) -> [f32; LANES] {
    let falling = &falling[..TAPS - 1 + LANES];
    let rising = &rising[..TAPS - 1 + LANES];
    let mut sum = [0.0_f32; LANES];
    for (i, tap) in taps.iter().enumerate() {
        let late = &falling[TAPS - 1 - i..TAPS - 1 - i + LANES];
        let early = &rising[i..i + LANES];
        for lane in 0..LANES {
            sum[lane] += tap * (late[lane] + early[lane]);
        }
    }
    sum
}

#[inline(always)]
fn add_and_halve<const LANES: usize>(sum: &mut [f32; LANES], middle: &[f32]) {
    for (sum, middle) in sum.iter_mut().zip(&middle[..LANES]) {
        *sum = 0.5 * (*sum + middle);
    }
}

/// Past samples, a chunk, and room for whole groups of lanes.
#[derive(Debug, Clone)]
struct Line<const LENGTH: usize>([f32; LENGTH]);

/// Reaches back over both halves of the longest filter and one small group more.
type LongLine = Line<{ 96 + CHUNK_FRAMES + LANES }>;
type ShortLine = Line<{ 2 * LATER_LANES + CHUNK_FRAMES + LANES }>;

const _: () = assert!(2 * NARROW.len() - 1 + LATER_LANES <= LongLine::PAST);
const _: () = assert!(NARROW.len() + LATER.len() <= LongLine::PAST);
const _: () = assert!(LATER.len() <= LATER_LANES);
const _: () = assert!(MEMORY_FRAMES >= LongLine::PAST + ShortLine::PAST);

impl<const LENGTH: usize> Line<LENGTH> {
    const PAST: usize = LENGTH - CHUNK_FRAMES - LANES;

    fn new() -> Self {
        Self([0.0; LENGTH])
    }

    fn reset(&mut self) {
        self.0.fill(0.0);
    }

    #[inline(always)]
    fn now(&mut self) -> &mut [f32] {
        &mut self.0[Self::PAST..]
    }

    /// What lies `back` frames before frame `start` of the chunk, and all after.
    #[inline(always)]
    fn from(&self, start: usize, back: usize) -> &[f32] {
        &self.0[Self::PAST + start - back..]
    }

    #[inline(always)]
    fn put<const LANES: usize>(&mut self, start: usize, back: usize, group: &[f32; LANES]) {
        let at = Self::PAST + start - back;
        self.0[at..at + LANES].copy_from_slice(group);
    }

    #[inline(always)]
    fn advance(&mut self, frames: usize) {
        self.0.copy_within(frames..frames + Self::PAST, 0);
    }
}

#[cfg(test)]
mod tests;
