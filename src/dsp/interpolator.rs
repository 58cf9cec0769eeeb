//! Peaks between samples: a quick 4× reading of every interval, and a 16× reading of a single one.
//!
//! Both interpolate by a Kaiser-windowed sinc. Reading on a grid of `F` points per sample misses at most
//! `20·log10 cos(π·f/(F·fs))` of a band-limited peak (Ehlich & Zeller 1964; Wunder & Boche 2003): 0.69 dB
//! for 4× and 0.04 dB for 16× at Nyquist.
//!
//! The kernels are compiled twice on x86-64, for every processor and for those with AVX2. Both add in
//! the same order and neither fuses a multiplication with an addition, so they give the same samples.
#![allow(unsafe_code)]

use core::ops::Range;

/// Samples that an interval's value waits for: the interval `(x[n−16], x[n−15]]` is known at sample `n`.
pub const QUICK_DELAY_SAMPLES: usize = QUICK_TAPS / 2;
/// Share of the second difference that bounds what lies between grid points: 1/8 for a parabola, 0.14
/// for a sine at Nyquist, the rest for the quick filter's own error.
const BEND_SHARE: f32 = 0.2;
/// Samples of the window for [`FineInterpolator::interval_peak`].
pub const FINE_TAPS: usize = 64;

const QUICK_TAPS: usize = 32;
const QUICK_BETA: f64 = 4.5;
const QUICK_HALF: usize = QUICK_TAPS / 2;
const FINE_PHASES: usize = 16;
const FINE_BETA: f64 = 9.25;
const FINE_HALF: usize = FINE_TAPS / 2;
/// Most frames per pass.
const CHUNK_FRAMES: usize = 64;
/// Outputs computed side by side; every output has the same order of additions whatever its lane.
const LANES: usize = 16;

/// Reads the highest magnitude of each interval between samples of one channel, at 4×.
#[derive(Debug, Clone)]
pub struct QuickInterpolator {
    /// The 31 samples before the chunk, the chunk, and room for whole groups of lanes.
    window: [f32; QUICK_TAPS - 1 + CHUNK_FRAMES + LANES],
    taps: [FoldedTaps; QUICK_HALF],
    wide: WideLanes,
}

/// Whether the processor has AVX2: known only by asking it.
#[derive(Debug, Clone, Copy)]
pub(super) struct WideLanes(
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] pub(super) bool,
);

impl WideLanes {
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        return Self(std::arch::is_x86_feature_detected!("avx2"));
        #[cfg(not(target_arch = "x86_64"))]
        return Self(false);
    }
}

/// Phases 1/4 and 3/4 mirror each other and 2/4 mirrors itself, so sums and differences of mirrored
/// samples serve all three with half the multiplications.
#[derive(Debug, Clone, Copy, Default)]
struct FoldedTaps {
    /// Phase 2/4, on sums.
    middle: f32,
    /// What phases 1/4 and 3/4 have in common, on sums.
    even: f32,
    /// What they differ by, on differences.
    odd: f32,
}

impl Default for QuickInterpolator {
    fn default() -> Self {
        Self::new()
    }
}

impl QuickInterpolator {
    /// Ready, at silence.
    pub fn new() -> Self {
        let mut taps = [FoldedTaps::default(); QUICK_HALF];
        for (i, tap) in taps.iter_mut().enumerate() {
            // Window position i holds the sample at i − 15 from the one the interval starts with.
            let at = |position: usize, phase: f64| {
                windowed_sinc(
                    phase - (position as f64 - (QUICK_HALF - 1) as f64),
                    QUICK_HALF as f64,
                    QUICK_BETA,
                )
            };
            let near = at(i, 0.25);
            let far = at(QUICK_TAPS - 1 - i, 0.25);
            *tap = FoldedTaps {
                middle: at(i, 0.5) as f32,
                even: (0.5 * (near + far)) as f32,
                odd: (0.5 * (near - far)) as f32,
            };
        }
        Self {
            window: [0.0; QUICK_TAPS - 1 + CHUNK_FRAMES + LANES],
            taps,
            wide: WideLanes::detect(),
        }
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.window.fill(0.0);
    }

    /// For every input sample `n`, the highest magnitude on the 4× grid of `(x[n−16], x[n−15]]`, into
    /// `peaks`, which is as long.
    pub fn process(&mut self, input: &[f32], peaks: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if self.wide.0 {
            // SAFETY: `wide` is true only where the processor said that it has AVX2.
            unsafe { self.process_avx2(input, peaks) };
            return;
        }
        self.process_portable(input, peaks);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn process_avx2(&mut self, input: &[f32], peaks: &mut [f32]) {
        self.process_portable(input, peaks);
    }

    #[inline(always)]
    fn process_portable(&mut self, input: &[f32], peaks: &mut [f32]) {
        for (input, peaks) in input
            .chunks(CHUNK_FRAMES)
            .zip(peaks.chunks_mut(CHUNK_FRAMES))
        {
            self.take(input);
            for at in groups(input.len()) {
                let found = self.group(at.start).peaks();
                peaks[at.clone()].copy_from_slice(&found[..at.len()]);
            }
            self.advance(input.len());
        }
    }

    /// As [`process`](Self::process); and into `bounds`, as long, what the peak between the grid points
    /// stays below: the reading and a share of its second differences (a curve leaves the chord of two
    /// points `δ` apart by at most `δ²/8` of its second derivative). Slow waves are known almost exactly
    /// and need no finer look.
    pub fn process_bounded(&mut self, input: &[f32], peaks: &mut [f32], bounds: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if self.wide.0 {
            // SAFETY: `wide` is true only where the processor said that it has AVX2.
            unsafe { self.process_bounded_avx2(input, peaks, bounds) };
            return;
        }
        self.process_bounded_portable(input, peaks, bounds);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn process_bounded_avx2(&mut self, input: &[f32], peaks: &mut [f32], bounds: &mut [f32]) {
        self.process_bounded_portable(input, peaks, bounds);
    }

    #[inline(always)]
    fn process_bounded_portable(&mut self, input: &[f32], peaks: &mut [f32], bounds: &mut [f32]) {
        for ((input, peaks), bounds) in input
            .chunks(CHUNK_FRAMES)
            .zip(peaks.chunks_mut(CHUNK_FRAMES))
            .zip(bounds.chunks_mut(CHUNK_FRAMES))
        {
            self.take(input);
            for at in groups(input.len()) {
                let group = self.group(at.start);
                peaks[at.clone()].copy_from_slice(&group.peaks()[..at.len()]);
                bounds[at.clone()].copy_from_slice(&group.bounds()[..at.len()]);
            }
            self.advance(input.len());
        }
    }

    #[inline(always)]
    fn take(&mut self, input: &[f32]) {
        self.window[QUICK_TAPS - 1..QUICK_TAPS - 1 + input.len()].copy_from_slice(input);
    }

    #[inline(always)]
    fn advance(&mut self, frames: usize) {
        self.window.copy_within(frames..frames + QUICK_TAPS - 1, 0);
    }

    #[inline(always)]
    fn group(&self, start: usize) -> Group {
        let mut middle = [0.0_f32; LANES];
        let mut even = [0.0_f32; LANES];
        let mut odd = [0.0_f32; LANES];
        let window: &[f32; QUICK_TAPS - 1 + LANES] = self.window
            [start..start + QUICK_TAPS - 1 + LANES]
            .try_into()
            .expect("the slice has this length");
        for (i, tap) in self.taps.iter().enumerate() {
            for lane in 0..LANES {
                let early = window[lane + i];
                let late = window[lane + QUICK_TAPS - 1 - i];
                let sum = early + late;
                let difference = early - late;
                middle[lane] += tap.middle * sum;
                even[lane] += tap.even * sum;
                odd[lane] += tap.odd * difference;
            }
        }
        let mut group = Group {
            middle,
            even,
            odd,
            ..Group::default()
        };
        for lane in 0..LANES {
            group.start[lane] = window[lane + QUICK_HALF - 1];
            group.end[lane] = window[lane + QUICK_HALF];
        }
        group
    }
}

/// The frames of a chunk in groups of lanes, the last one perhaps not full.
#[inline(always)]
fn groups(frames: usize) -> impl Iterator<Item = Range<usize>> {
    (0..frames)
        .step_by(LANES)
        .map(move |start| start..(start + LANES).min(frames))
}

/// The five points of neighbouring intervals.
#[derive(Default)]
struct Group {
    start: [f32; LANES],
    middle: [f32; LANES],
    even: [f32; LANES],
    odd: [f32; LANES],
    end: [f32; LANES],
}

impl Group {
    #[inline(always)]
    fn peaks(&self) -> [f32; LANES] {
        core::array::from_fn(|lane| {
            // |even + odd| and |even − odd|: the larger is the sum of magnitudes.
            let outer = self.even[lane].abs() + self.odd[lane].abs();
            larger(larger(outer, self.middle[lane].abs()), self.end[lane].abs())
        })
    }

    #[inline(always)]
    fn bounds(&self) -> [f32; LANES] {
        let peaks = self.peaks();
        core::array::from_fn(|lane| {
            let first = self.even[lane] + self.odd[lane];
            let third = self.even[lane] - self.odd[lane];
            let bend = |before: f32, at: f32, after: f32| (before + after - (at + at)).abs();
            let most = larger(
                larger(
                    bend(self.start[lane], first, self.middle[lane]),
                    bend(first, self.middle[lane], third),
                ),
                bend(self.middle[lane], third, self.end[lane]),
            );
            // A peak just behind the point where the interval starts is known by that point.
            larger(peaks[lane], self.start[lane].abs()) + BEND_SHARE * most
        })
    }
}

/// Maximum by one comparison (`f32::max` has to look for NaN).
#[inline]
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Reads the highest magnitude of one interval between samples at 16×.
#[derive(Debug, Clone)]
pub struct FineInterpolator {
    /// Phases 1…8 of 16, folded as in the quick reading: what phase p and 16 − p have in common.
    even: [[f32; FINE_PHASES / 2]; FINE_HALF],
    /// And what they differ by.
    odd: [[f32; FINE_PHASES / 2]; FINE_HALF],
    wide: WideLanes,
}

impl Default for FineInterpolator {
    fn default() -> Self {
        Self::new()
    }
}

impl FineInterpolator {
    /// Computes the table; nothing is remembered between calls.
    pub fn new() -> Self {
        let mut even = [[0.0; FINE_PHASES / 2]; FINE_HALF];
        let mut odd = even;
        for i in 0..FINE_HALF {
            for phase in 1..=FINE_PHASES / 2 {
                let at = |position: usize| {
                    windowed_sinc(
                        phase as f64 / FINE_PHASES as f64
                            - (position as f64 - (FINE_HALF - 1) as f64),
                        FINE_HALF as f64,
                        FINE_BETA,
                    )
                };
                let (near, far) = (at(i), at(FINE_TAPS - 1 - i));
                even[i][phase - 1] = (0.5 * (near + far)) as f32;
                odd[i][phase - 1] = (0.5 * (near - far)) as f32;
            }
        }
        Self {
            even,
            odd,
            wide: WideLanes::detect(),
        }
    }

    /// The highest magnitude on the 16× grid between `window[31]` and `window[32]`, both included.
    pub fn interval_peak(&self, window: &[f32; FINE_TAPS]) -> f32 {
        #[cfg(target_arch = "x86_64")]
        if self.wide.0 {
            // SAFETY: `wide` is true only where the processor said that it has AVX2.
            return unsafe { self.interval_peak_avx2(window) };
        }
        self.interval_peak_portable(window)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn interval_peak_avx2(&self, window: &[f32; FINE_TAPS]) -> f32 {
        self.interval_peak_portable(window)
    }

    #[inline(always)]
    fn interval_peak_portable(&self, window: &[f32; FINE_TAPS]) -> f32 {
        let sums: [f32; FINE_HALF] =
            core::array::from_fn(|i| window[i] + window[FINE_TAPS - 1 - i]);
        let differences: [f32; FINE_HALF] =
            core::array::from_fn(|i| window[i] - window[FINE_TAPS - 1 - i]);
        let even = weighted_sum(&self.even, &sums);
        let odd = weighted_sum(&self.odd, &differences);
        let ends = larger(window[FINE_HALF - 1].abs(), window[FINE_HALF].abs());
        (0..FINE_PHASES / 2).fold(ends, |peak, phase| {
            larger(peak, even[phase].abs() + odd[phase].abs())
        })
    }
}

/// For each phase the taps' sum over `values`.
#[inline(always)]
fn weighted_sum(
    taps: &[[f32; FINE_PHASES / 2]; FINE_HALF],
    values: &[f32; FINE_HALF],
) -> [f32; FINE_PHASES / 2] {
    let mut sum = [0.0_f32; FINE_PHASES / 2];
    for (taps, value) in taps.iter().zip(values) {
        for (sum, tap) in sum.iter_mut().zip(taps) {
            *sum += tap * value;
        }
    }
    sum
}

/// `sinc(t)` under a Kaiser window that ends at `±half_width`.
fn windowed_sinc(t: f64, half_width: f64, beta: f64) -> f64 {
    let inside = 1.0 - (t / half_width) * (t / half_width);
    if inside < 0.0 {
        return 0.0;
    }
    let angle = core::f64::consts::PI * t;
    let sinc = if angle.abs() < 1e-12 {
        1.0
    } else {
        libm::sin(angle) / angle
    };
    sinc * bessel_i0(beta * libm::sqrt(inside)) / bessel_i0(beta)
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    /// A peak is nowhere higher than the quick reading by more than this: 0.69 dB of grid at Nyquist and
    /// 0.06 dB of filter to 0.45 fs, as a factor.
    const QUICK_MISS_FACTOR_MAX: f32 = 1.0902;

    fn sine(cycles_per_sample: f64, phase: f64, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|n| libm::sin(2.0 * PI * cycles_per_sample * n as f64 + phase) as f32)
            .collect()
    }

    /// Straight from the definition, in f64, all phases.
    fn brute_force_peak(window: &[f32], phases: usize, beta: f64) -> f64 {
        let half = window.len() / 2;
        (0..=phases)
            .map(|phase| {
                let t = phase as f64 / phases as f64;
                window
                    .iter()
                    .enumerate()
                    .map(|(i, &x)| {
                        let distance = t - (i as f64 - (half - 1) as f64);
                        f64::from(x) * windowed_sinc(distance, half as f64, beta)
                    })
                    .sum::<f64>()
                    .abs()
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn quick_and_fine_match_the_definition() {
        let mut state = 1_u32;
        let noise: Vec<f32> = (0..400)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 * 2.0 - 1.0
            })
            .collect();
        let mut quick = QuickInterpolator::new();
        let mut peaks = vec![0.0; noise.len()];
        quick.process(&noise, &mut peaks);
        let fine = FineInterpolator::new();
        for n in 100..300 {
            let window = &noise[n - 31..=n];
            // The quick reading leaves out the sample that its interval starts with.
            let expected = brute_force_peak(window, 4, QUICK_BETA);
            let got = f64::from(peaks[n].max(window[15].abs()));
            assert!((got - expected).abs() < 1e-5, "{got} {expected}");
            let window: &[f32; FINE_TAPS] = noise[n - 31..n + 33].try_into().unwrap();
            let expected = brute_force_peak(window, 16, FINE_BETA);
            let got = f64::from(fine.interval_peak(window));
            assert!((got - expected).abs() < 1e-5, "{got} {expected}");
        }
    }

    #[test]
    fn what_lies_between_the_points_stays_below_the_bound() {
        let fine = FineInterpolator::new();
        for cycles in [0.001, 0.02, 0.1, 0.25, 0.31, 0.4, 0.45] {
            // Two sines, so that peaks of all shapes occur.
            let signal: Vec<f32> = sine(cycles, 0.2, 5000)
                .iter()
                .zip(sine(cycles * 0.7, 0.9, 5000))
                .map(|(a, b)| a + b)
                .collect();
            let mut peaks = vec![0.0; signal.len()];
            let mut bounds = peaks.clone();
            QuickInterpolator::new().process_bounded(&signal, &mut peaks, &mut bounds);
            let mut loose = 0.0_f32;
            for n in 100..4900 {
                let window: &[f32; FINE_TAPS] = signal[n - 47..n + 17].try_into().unwrap();
                let truth = fine.interval_peak(window);
                let bound = bounds[n];
                assert!(
                    truth <= bound * 1.0005,
                    "{cycles} at {n}: {truth} > {bound}"
                );
                loose = loose.max(bound - peaks[n].max(signal[n - 16].abs()));
            }
            if cycles <= 0.001 {
                assert!(
                    loose < 5e-4,
                    "a slow wave is known from the quick reading: {loose}"
                );
            }
        }
    }

    #[test]
    fn readings_stay_within_the_bound_of_their_grid() {
        let fine = FineInterpolator::new();
        for cycles in [0.01, 0.1, 0.25, 0.3333, 0.4, 0.45] {
            let signal = sine(cycles, 0.3, 4096);
            let mut peaks = vec![0.0; signal.len()];
            QuickInterpolator::new().process(&signal, &mut peaks);
            let quick = peaks[200..].iter().copied().fold(0.0, f32::max);
            let miss = 1.0 / quick;
            assert!(miss < QUICK_MISS_FACTOR_MAX, "{cycles}: {miss}");
            assert!(quick < 1.007, "{cycles}: {quick}");
            let exact = signal
                .windows(FINE_TAPS)
                .map(|window| fine.interval_peak(window.try_into().unwrap()))
                .fold(0.0, f32::max);
            let miss = 1.0 / libm::cos(PI * cycles / 16.0);
            assert!(
                f64::from(exact) * miss > 0.9999 && exact < 1.0002,
                "{cycles}: {exact}"
            );
        }
    }

    #[test]
    fn wide_lanes_give_the_same_samples() {
        let signal = sine(0.19, 0.4, 700);
        let readings = |wide: WideLanes| {
            let mut quick = QuickInterpolator::new();
            quick.wide = wide;
            let mut peaks = vec![0.0; 700];
            let mut bounds = peaks.clone();
            quick.process_bounded(&signal, &mut peaks, &mut bounds);
            let mut fine = FineInterpolator::new();
            fine.wide = wide;
            let exact: Vec<f32> = signal
                .windows(FINE_TAPS)
                .map(|window| fine.interval_peak(window.try_into().unwrap()))
                .collect();
            (peaks, bounds, exact)
        };
        assert_eq!(readings(WideLanes(false)), readings(WideLanes::detect()));
    }

    #[test]
    fn cutting_the_input_changes_nothing() {
        let signal = sine(0.21, 0.0, 1000);
        let mut whole = vec![0.0; 1000];
        QuickInterpolator::new().process(&signal, &mut whole);
        for length in [1, 7, 64, 511] {
            let mut quick = QuickInterpolator::new();
            let mut cut = vec![0.0; 1000];
            for (input, peaks) in signal.chunks(length).zip(cut.chunks_mut(length)) {
                quick.process(input, peaks);
            }
            assert_eq!(cut, whole);
        }
    }
}
