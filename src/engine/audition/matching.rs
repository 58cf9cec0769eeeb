//! How much louder the chain makes what is listened to, measured all the time, so that a comparison is
//! fair the moment it begins.
//!
//! Both the delayed input and the chain's output are K-weighted and gated (ITU-R BS.1770-5) over the same
//! passage: all that was heard since the last reset. A change of the chain begins a new passage, as the
//! loudness before it says nothing about the loudness behind it; until three seconds of it were heard, the
//! old difference counts for the rest.

use crate::dsp::block::Stream;
use crate::dsp::loudness::GatedLoudness;
use crate::dsp::weighted::WeightedLanes;
use wide::f32x4;

/// Control points per second.
pub(super) const SLOTS_PER_S: f64 = 1_000.0;
/// Slots of one step of the gated loudness.
const STEP_SLOTS: u32 = 100;
/// Steps after which a new passage counts alone.
const TRUSTED_STEPS: f64 = 30.0;
/// Steps until a passage is no longer young.
const YOUNG_STEPS: u64 = 100;
/// Steps before a further change begins a new passage once more: under steady automation the difference
/// still follows.
const LEAST_STEPS: u32 = 10;
/// Differences beyond this are no loudness of a master.
const DIFFERENCE_MAX_LU: f64 = 40.0;

/// Measures original and processed side by side.
#[derive(Debug)]
pub(super) struct Matching {
    weighting: WeightedLanes,
    slot_frames: f64,
    /// Squares of the open slot: original left and right, processed left and right.
    open: f32x4,
    slots: u32,
    energies: [f64; 2],
    original: GatedLoudness,
    processed: GatedLoudness,
    steps: u32,
    changed: bool,
    /// What was known when the passage began.
    before_lu: Option<f64>,
    difference_lu: Option<f64>,
}

impl Matching {
    pub(super) fn new(stream: Stream, slot_frames: usize) -> Self {
        Self {
            weighting: WeightedLanes::new(stream),
            slot_frames: slot_frames as f64,
            open: f32x4::ZERO,
            slots: 0,
            energies: [0.0; 2],
            original: GatedLoudness::new(),
            processed: GatedLoudness::new(),
            steps: 0,
            changed: false,
            before_lu: None,
            difference_lu: None,
        }
    }

    /// Nothing heard yet.
    pub(super) fn reset(&mut self) {
        self.weighting.reset();
        self.open = f32x4::ZERO;
        self.slots = 0;
        self.energies = [0.0; 2];
        self.begin();
        self.before_lu = None;
        self.difference_lu = None;
    }

    /// The chain does something else from now on.
    pub(super) fn chain_changed(&mut self) {
        self.changed = true;
    }

    /// A new passage.
    pub(super) fn begin(&mut self) {
        self.original.reset();
        self.processed.reset();
        self.steps = 0;
        self.changed = false;
        self.before_lu = self.difference_lu;
    }

    /// Frames of one slot; all slices are as long.
    pub(super) fn listen(&mut self, original: [&[f32]; 2], processed: [&[f32]; 2]) {
        let mut weighting = self.weighting.clone();
        let mut open = self.open;
        let originals = original[0].iter().zip(original[1]);
        let processed = processed[0].iter().zip(processed[1]);
        for ((&a, &b), (&c, &d)) in originals.zip(processed) {
            let frame = weighting.tick(f32x4::from([a, b, c, d]));
            open += frame * frame;
        }
        self.weighting = weighting;
        self.open = open;
    }

    /// The open slot has got all its frames; whether there is news.
    pub(super) fn close_slot(&mut self) -> bool {
        let squares = self.open.to_array().map(f64::from);
        self.open = f32x4::ZERO;
        self.energies[0] += squares[0] + squares[1];
        self.energies[1] += squares[2] + squares[3];
        self.slots += 1;
        if self.slots < STEP_SLOTS {
            return false;
        }
        self.slots = 0;
        let frames = self.slot_frames * f64::from(STEP_SLOTS);
        let [original, processed] = self.energies.map(|energy| energy / frames);
        self.energies = [0.0; 2];
        self.original.add_step(original);
        self.processed.add_step(processed);
        self.steps += 1;
        self.judge();
        if self.changed && self.steps >= LEAST_STEPS {
            self.begin();
        }
        true
    }

    fn judge(&mut self) {
        let (Some(original), Some(processed)) = (self.original.lufs(), self.processed.lufs())
        else {
            return;
        };
        let now_lu = (processed - original).clamp(-DIFFERENCE_MAX_LU, DIFFERENCE_MAX_LU);
        let trust = (self.original.windows() as f64 / TRUSTED_STEPS).min(1.0);
        self.difference_lu = Some(match self.before_lu {
            Some(before_lu) => before_lu + (now_lu - before_lu) * trust,
            None => now_lu,
        });
    }

    /// Whether so little of the passage was heard that the difference still moves.
    pub(super) fn young(&self) -> bool {
        self.original.windows() < YOUNG_STEPS
    }

    /// Loudness of the chain's output beside that of the original, in LU; 0 until something was heard.
    pub(super) fn difference_lu(&self) -> f64 {
        self.difference_lu.unwrap_or(0.0)
    }
}
