//! Loudness of a stereo programme: momentary, short-term, integrated, range (ITU-R BS.1770-5, EBU Tech
//! 3341 and 3342), in bounded memory.
//!
//! The weighted energy is gathered in slots of 5 ms. Windows are sums over slots, summed anew each
//! time, so nothing drifts. Slots are this short because the maxima must be caught wherever a sound
//! begins: half a slot beside the best window costs 0.03 LU of a 400 ms burst (Tech 3341, cases 13
//! and 14 allow 0.1). The gated measures step by 100 ms, as the standards say.

mod gated;
mod histogram;
mod k_weighting;

pub use gated::GatedLoudness;

use super::block::Stream;
use histogram::Histogram;
use k_weighting::KWeighting;
pub use k_weighting::k_weighting_power;

/// Slots per second.
const SLOTS_PER_S: f64 = 200.0;
/// Slots of one 100 ms step.
pub(super) const STEP_SLOTS: u64 = 20;
/// Slots of the momentary window, 400 ms.
pub(super) const MOMENTARY_SLOTS: usize = 80;
/// Slots of the short-term window, 3 s.
const SHORT_TERM_SLOTS: usize = 600;
/// The relative gate of the integrated loudness, below the mean (BS.1770-5).
const INTEGRATED_GATE_LU: f64 = 10.0;
/// The relative gate of the loudness range, below the mean (Tech 3342).
const RANGE_GATE_LU: f64 = 20.0;
/// The quantiles between which the loudness range lies (Tech 3342).
const RANGE_QUANTILES: [f64; 2] = [0.10, 0.95];
/// Quieter than this is silence, not a loudness: under the noise of 24 bits.
const SILENCE_LUFS: f64 = -150.0;

/// The first frame of a slot. Rates that 5 ms do not divide get slots that differ by a frame.
pub(super) fn slot_start_frame(slot: u64, sample_rate_hz: f64) -> u64 {
    libm::round(slot as f64 * sample_rate_hz / SLOTS_PER_S) as u64
}

/// Loudness of a mean energy per frame, left and right summed (BS.1770-5 equation 2); −∞ for zero.
pub(super) fn energy_to_lufs(energy: f64) -> f64 {
    -0.691 + 10.0 * libm::log10(energy)
}

/// Measures loudness slot by slot; who feeds it says where a slot ends.
#[derive(Debug, Clone)]
pub(super) struct Loudness {
    stream: Stream,
    weighting: KWeighting,
    /// Energy so far in the open slot, left and right.
    open: [f64; 2],
    /// Energies of the last 3 s; the slot numbered n lies at n modulo its length.
    slots: Vec<f64>,
    slots_closed: u64,
    momentary: Window,
    short_term: Window,
    integrated: Histogram,
    range: Histogram,
}

/// Mean energy of a sliding window: now, and the highest there was. Zero before it is full.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    energy: f64,
    max_energy: f64,
}

impl Window {
    fn set(&mut self, energy: f64) {
        self.energy = energy;
        self.max_energy = self.max_energy.max(energy);
    }
}

impl Loudness {
    /// Allocates all it will ever need.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            weighting: KWeighting::new(stream.sample_rate_hz),
            open: [0.0; 2],
            slots: vec![0.0; SHORT_TERM_SLOTS],
            slots_closed: 0,
            momentary: Window::default(),
            short_term: Window::default(),
            integrated: Histogram::new(),
            range: Histogram::new(),
        }
    }

    /// Forgets everything heard.
    pub(super) fn reset(&mut self) {
        self.weighting.reset();
        self.open = [0.0; 2];
        self.slots.fill(0.0);
        self.slots_closed = 0;
        self.momentary = Window::default();
        self.short_term = Window::default();
        self.integrated.reset();
        self.range.reset();
    }

    /// Listens to frames of the open slot.
    pub(super) fn process(&mut self, left: &[f32], right: &[f32]) {
        self.weighting.add_energy(left, right, &mut self.open);
    }

    /// The open slot has got all its frames.
    pub(super) fn close_slot(&mut self) {
        let position = (self.slots_closed % SHORT_TERM_SLOTS as u64) as usize;
        self.slots[position] = self.open[0] + self.open[1];
        self.open = [0.0; 2];
        self.slots_closed += 1;
        let step_ends = self.slots_closed.is_multiple_of(STEP_SLOTS);

        if self.slots_closed >= MOMENTARY_SLOTS as u64 {
            let newest_at = position + 1;
            let sum = match newest_at.checked_sub(MOMENTARY_SLOTS) {
                Some(oldest_at) => sum(&self.slots[oldest_at..newest_at]),
                None => {
                    let oldest_at = newest_at + SHORT_TERM_SLOTS - MOMENTARY_SLOTS;
                    sum(&self.slots[oldest_at..]) + sum(&self.slots[..newest_at])
                }
            };
            self.momentary.set(sum / self.last_frames(MOMENTARY_SLOTS));
            if step_ends {
                self.integrated.add(self.momentary.energy);
            }
        }
        if self.slots_closed >= SHORT_TERM_SLOTS as u64 {
            // The ring is exactly as long as the window.
            self.short_term
                .set(sum(&self.slots) / self.last_frames(SHORT_TERM_SLOTS));
            if step_ends {
                self.range.add(self.short_term.energy);
            }
        }
    }

    /// Frames in the last `slots` closed slots.
    fn last_frames(&self, slots: usize) -> f64 {
        let start = |slot| slot_start_frame(slot, self.stream.sample_rate_hz);
        (start(self.slots_closed) - start(self.slots_closed - slots as u64)) as f64
    }

    /// Loudness of the last 400 ms, in LUFS.
    pub(super) fn momentary_lufs(&self) -> Option<f64> {
        audible_lufs(self.momentary.energy)
    }

    /// Highest momentary loudness, in LUFS.
    pub(super) fn max_momentary_lufs(&self) -> Option<f64> {
        audible_lufs(self.momentary.max_energy)
    }

    /// Loudness of the last 3 s, in LUFS.
    pub(super) fn short_term_lufs(&self) -> Option<f64> {
        audible_lufs(self.short_term.energy)
    }

    /// Highest short-term loudness, in LUFS.
    pub(super) fn max_short_term_lufs(&self) -> Option<f64> {
        audible_lufs(self.short_term.max_energy)
    }

    /// Gated loudness since reset, in LUFS.
    pub(super) fn integrated_lufs(&self) -> Option<f64> {
        self.integrated
            .gated_mean_energy(INTEGRATED_GATE_LU)
            .map(energy_to_lufs)
    }

    /// Loudness range since reset, in LU.
    pub(super) fn range_lu(&self) -> Option<f64> {
        let [low, high] = RANGE_QUANTILES;
        self.range.range_lu(RANGE_GATE_LU, low, high)
    }
}

/// The K-weighting's shelf (numerator, level included, and denominator) and the denominator of its
/// high-pass, whose numerator is 1, −2, 1.
pub(super) fn weighting_coefficients(sample_rate_hz: f64) -> ([f64; 3], [f64; 2], [f64; 2]) {
    KWeighting::new(sample_rate_hz).coefficients()
}

/// Weighted energy of a tone's frames from `start` on.
#[cfg(test)]
pub(super) fn weighted_energy(sample_rate_hz: f64, samples: &[f32], start: usize) -> f64 {
    let mut filter = KWeighting::new(sample_rate_hz);
    let mut energy = [0.0; 2];
    filter.add_energy(&samples[..start], &samples[..start], &mut [0.0; 2]);
    filter.add_energy(&samples[start..], &samples[start..], &mut energy);
    energy[0]
}

fn audible_lufs(energy: f64) -> Option<f64> {
    Some(energy_to_lufs(energy)).filter(|&lufs| lufs > SILENCE_LUFS)
}

/// Sum in four lanes, which is quicker than one and the same every time.
fn sum(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut lanes = [0.0; 4];
    for four in fours {
        for (lane, value) in lanes.iter_mut().zip(four) {
            *lane += value;
        }
    }
    rest.iter().sum::<f64>() + (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}
