//! Loudness and peaks: K-weighted energies and true peaks per slice, gated as BS.1770-5 says.

use super::hearing::Hearing;
use super::report::LoudnessReport;
use super::slice::{Slice, Slices};
use super::statistics::quantile;
use crate::dsp::block::Stream;
use crate::dsp::interpolator::larger;
use crate::dsp::true_peak::StepPeaks;
use crate::dsp::units::gain_to_db;
use crate::dsp::weighted::WeightedLanes;
use wide::f32x4;

/// The windows that maxima are looked for in step by 5 ms.
const SLOTS: usize = 20;
const MOMENTARY_SLOTS: usize = 4 * SLOTS;
const SHORT_TERM_SLOTS: usize = 30 * SLOTS;
/// Slices of the momentary and the short-term window.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;
/// Gates of BS.1770-5 and EBU Tech 3342.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const GATE_LU: f64 = 10.0;
const RANGE_GATE_LU: f64 = 20.0;
/// Quieter than this is silence.
const SILENCE_LUFS: f64 = -150.0;

/// What the loudness meter leaves in a slice; mean squares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LoudnessPart {
    /// K-weighted power of left and right.
    pub weighted: [f32; 2],
    /// K-weighted power of `(L+R)/2`.
    pub weighted_mid: f32,
    /// Highest K-weighted power, left and right together, of the 400 ms windows that end in the slice; 0
    /// before there is one.
    pub max_momentary: f32,
    /// The same of 3 s.
    pub max_short_term: f32,
    /// True peak (16×), linear.
    pub true_peak: f32,
    /// Highest sample, linear.
    pub sample_peak: f32,
}

/// Listens for loudness and peaks.
#[derive(Debug)]
pub struct LoudnessMeter {
    weighting: WeightedLanes,
    peaks: StepPeaks,
    /// Mean energies of slots of 5 ms; number n lies at n modulo the length.
    slots: Vec<f64>,
    slots_closed: usize,
}

impl LoudnessMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        Self {
            weighting: WeightedLanes::new(stream),
            peaks: StepPeaks::new(),
            slots: vec![0.0; SHORT_TERM_SLOTS],
            slots_closed: 0,
        }
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.weighting.reset();
        self.peaks.reset();
        self.slots_closed = 0;
    }

    /// The slice heard was no whole one: only the filters keep what they heard.
    pub fn forget_windows(&mut self) {
        self.slots_closed = 0;
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> LoudnessPart {
        let [left, right] = hearing.slice();
        let mut part = LoudnessPart::default();
        let mut weighting = self.weighting.clone();
        let mut sums = [0.0_f64; 4];
        let (mut momentary, mut short_term) = (0.0_f64, 0.0_f64);
        for slot in 0..SLOTS {
            let range = hearing.frames * slot / SLOTS..hearing.frames * (slot + 1) / SLOTS;
            let mut sum = f32x4::ZERO;
            for (&l, &r) in left[range.clone()].iter().zip(&right[range.clone()]) {
                let w = weighting.tick(f32x4::from([l, r, 0.5 * (l + r), 0.0]));
                sum += w * w;
            }
            let sum = sum.to_array().map(f64::from);
            let at = self.slots_closed % SHORT_TERM_SLOTS;
            self.slots[at] = (sum[0] + sum[1]) / range.len().max(1) as f64;
            for (total, sum) in sums.iter_mut().zip(sum) {
                *total += sum;
            }
            self.slots_closed += 1;
            if self.slots_closed >= MOMENTARY_SLOTS {
                momentary = momentary.max(self.newest(at, MOMENTARY_SLOTS));
            }
            if self.slots_closed >= SHORT_TERM_SLOTS {
                short_term = short_term.max(self.newest(at, SHORT_TERM_SLOTS));
            }
        }
        self.weighting = weighting;
        let mean = |sum: f64| (sum / hearing.frames.max(1) as f64) as f32;
        part.weighted = [mean(sums[0]), mean(sums[1])];
        part.weighted_mid = mean(sums[2]);
        part.max_momentary = momentary as f32;
        part.max_short_term = short_term as f32;
        self.peaks.listen(left, right);
        part.true_peak = self.peaks.take();
        part.sample_peak = left
            .iter()
            .chain(right)
            .fold(0.0, |peak, x| larger(peak, x.abs()));
        part
    }

    /// Mean of the `count` newest slots, the newest of which is at `at`.
    fn newest(&self, at: usize, count: usize) -> f64 {
        let sum: f64 = match (at + 1).checked_sub(count) {
            Some(oldest) => self.slots[oldest..=at].iter().sum(),
            None => {
                let older = SHORT_TERM_SLOTS + at + 1 - count;
                self.slots[older..].iter().sum::<f64>() + self.slots[..=at].iter().sum::<f64>()
            }
        };
        sum / count as f64
    }
}

/// Loudness in LUFS of a K-weighted power, left and right together.
pub fn lufs(power: f64) -> f64 {
    -0.691 + 10.0 * libm::log10(power.max(1e-20))
}

fn audible(power: f64) -> Option<f64> {
    Some(lufs(power)).filter(|&l| l > SILENCE_LUFS)
}

/// Means over `length` slices that follow each other, with the index of the last.
pub(super) fn windows<'a>(
    all: &'a [(usize, &'a Slice)],
    length: usize,
) -> impl Iterator<Item = (usize, f64)> + 'a {
    all.windows(length).enumerate().filter_map(move |(n, w)| {
        let whole = w[length - 1].0 - w[0].0 == length - 1;
        let mean = || w.iter().map(|(_, s)| s.weighted_power).sum::<f64>() / length as f64;
        whole.then(|| (n + length - 1, mean()))
    })
}

/// Mean power of the windows above the gate `gate_lu` below the mean, and the gate's power.
pub(crate) fn gated_mean(powers: &[f64], gate_lu: f64) -> Option<(f64, f64)> {
    let mean = |gate: f64| {
        let (sum, count) = powers
            .iter()
            .filter(|&&power| power > gate)
            .fold((0.0, 0_usize), |(sum, count), power| {
                (sum + power, count + 1)
            });
        (count > 0).then(|| sum / count as f64)
    };
    let absolute = libm::exp10((ABSOLUTE_GATE_LUFS + 0.691) / 10.0);
    let gate = mean(absolute)? * libm::exp10(-gate_lu / 10.0);
    let gate = gate.max(absolute);
    mean(gate).map(|power| (power, gate))
}

impl LoudnessReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let all = &slices.all;
        let momentary: Vec<f64> = windows(all, MOMENTARY).map(|(_, p)| p).collect();
        let short: Vec<(usize, f64)> = windows(all, SHORT_TERM).collect();
        let short_powers: Vec<f64> = short.iter().map(|&(_, p)| p).collect();
        let integrated_lufs = gated_mean(&momentary, GATE_LU).map(|(power, _)| lufs(power));
        let max = |of: fn(&LoudnessPart) -> f32, windows: &[f64]| {
            let fine = all.iter().map(|(_, s)| f64::from(of(&s.loudness)));
            let coarse = windows.iter().copied();
            audible(fine.chain(coarse).fold(0.0, f64::max))
        };
        let parts = || all.iter().map(|(_, s)| &s.loudness);
        let sample_peak = parts().map(|part| part.sample_peak).fold(0.0, larger);
        let true_peak = parts().map(|part| part.true_peak).fold(sample_peak, larger);
        let peak_db = |peak: f32| (peak > 0.0).then(|| gain_to_db(f64::from(peak)));
        let true_peak_dbtp = peak_db(true_peak);
        Self {
            integrated_lufs,
            loudness_range_lu: range_lu(&short_powers),
            max_momentary_lufs: max(|part| part.max_momentary, &momentary),
            max_short_term_lufs: max(|part| part.max_short_term, &short_powers),
            true_peak_dbtp,
            sample_peak_dbfs: peak_db(sample_peak),
            plr_db: true_peak_dbtp.zip(integrated_lufs).map(|(t, i)| t - i),
            psr_p10_db: psr_p10_db(slices, &short),
            short_term_lufs: series(slices),
        }
    }
}

/// Loudness range of EBU Tech 3342.
fn range_lu(powers: &[f64]) -> Option<f64> {
    let (_, gate) = gated_mean(powers, RANGE_GATE_LU)?;
    let mut levels: Vec<f64> = powers
        .iter()
        .filter(|&&power| power >= gate)
        .map(|&power| lufs(power))
        .collect();
    let low = quantile(&mut levels, 0.10)?;
    Some(quantile(&mut levels, 0.95)? - low)
}

fn psr_p10_db(slices: &Slices<'_>, short: &[(usize, f64)]) -> Option<f64> {
    let mut ratios: Vec<f64> = short
        .iter()
        .filter(|&&(last, power)| {
            let middle = last - SHORT_TERM / 2;
            power > 0.0 && slices.loud.get(middle).copied().unwrap_or(false)
        })
        .map(|&(last, power)| {
            let peak = slices.all[last + 1 - SHORT_TERM..=last]
                .iter()
                .map(|(_, s)| s.loudness.true_peak)
                .fold(0.0, larger);
            gain_to_db(f64::from(peak.max(1e-9))) - lufs(power)
        })
        .collect();
    quantile(&mut ratios, 0.10)
}

/// Loudness of 3 s around every whole second of the song.
fn series(slices: &Slices<'_>) -> Vec<Option<f64>> {
    let all = &slices.all;
    let Some(&(last, _)) = all.last() else {
        return Vec::new();
    };
    let mut series = vec![None; last / 10 + 1];
    let mut start = 0;
    for (second, value) in series.iter_mut().enumerate() {
        let first = (second * 10 + 5).saturating_sub(SHORT_TERM / 2);
        while start < all.len() && all[start].0 < first {
            start += 1;
        }
        let (mut sum, mut count) = (0.0, 0_usize);
        for (_, slice) in all[start..]
            .iter()
            .take_while(|(n, _)| *n < first + SHORT_TERM)
        {
            sum += slice.weighted_power;
            count += 1;
        }
        if count >= SHORT_TERM / 3 {
            *value = audible(sum / count as f64);
        }
    }
    series
}
