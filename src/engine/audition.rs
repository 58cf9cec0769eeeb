//! Stage 8, audition: what is listened to, for the moment. It is no part of the master.
//!
//! *Fair compare*: processed and original at equal loudness; the louder one is turned down, nothing is ever
//! turned up: the processed signal stays under the ceiling, the original under its own peaks. *Delta*: the
//! one minus the other, level-true; like the solo of a band it is made by subtraction and may peak above
//! what it is made of. *Mono*, *side*, *solo*.
//!
//! It stands behind the chain and before the bypass: bypass wins. Off, it changes nothing but goes on
//! measuring, so that the gains are known when a comparison begins.

mod matching;
pub mod settings;
mod solo;

use super::settings::multiband::{BANDS, MultibandSettings};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::glide::Glide;
use crate::dsp::units::db_to_gain;
use matching::{Matching, SLOTS_PER_S};
use settings::AuditionSettings;
use solo::{SPLITS, Solo};

/// Duration of every switch.
const SWITCH_FADE_MS: f64 = 20.0;
/// Duration of one move of the matching gains, which come every 100 ms.
const GAIN_GLIDE_MS: f64 = 100.0;
/// Share of its way that the matching gain goes each 100 ms while it is heard.
const GAIN_FOLLOW: f64 = 0.25;
/// What is left of a way is gone at once, in LU.
const GAIN_ARRIVED_LU: f64 = 0.005;
/// While a comparison is heard, its gain stays where it is unless it is that wrong: a gain that followed
/// the parts of a song would make loud parts of a comparison louder than they are. A switch takes the
/// newest.
const GAIN_HELD_LU: f64 = 0.5;

/// One of several, faded over.
#[derive(Debug)]
struct Selector<const N: usize> {
    weights: [Glide; N],
}

impl<const N: usize> Selector<N> {
    /// The first is selected.
    fn new(stream: Stream) -> Self {
        Self {
            weights: core::array::from_fn(|n| {
                Glide::new(stream, SWITCH_FADE_MS, if n == 0 { 1.0 } else { 0.0 })
            }),
        }
    }

    fn set(&mut self, selected: usize) {
        for (n, weight) in self.weights.iter_mut().enumerate() {
            weight.set(if n == selected { 1.0 } else { 0.0 });
        }
    }

    fn reset(&mut self) {
        self.weights.iter_mut().for_each(Glide::reset);
    }

    /// Whether nothing is to be heard of one of them.
    fn silent(&self, n: usize) -> bool {
        self.weights
            .get(n)
            .is_none_or(|weight| weight.settled() && weight.value() == 0.0)
    }

    /// Only the first is heard.
    fn neutral(&self) -> bool {
        (1..N).all(|n| self.silent(n))
    }

    #[inline]
    fn tick(&mut self) -> [f64; N] {
        core::array::from_fn(|n| f64::from(self.weights[n].tick()))
    }
}

/// The audition stage. It knows no delay.
#[derive(Debug)]
pub struct Audition {
    settings: AuditionSettings,
    slot_frames: usize,
    slot_left: usize,
    matching: Matching,
    /// What processed and original are matched by, and where that goes.
    matched_lu: f64,
    follows: bool,
    /// Of processed and original.
    gains: [Glide; 2],
    listen: Selector<4>,
    channels: Selector<3>,
    /// All, and each band.
    selected: Selector<{ BANDS + 1 }>,
    solo: Solo,
}

impl Audition {
    /// Off. Allocates all it will ever need.
    pub fn new(stream: Stream, multiband: &MultibandSettings) -> Self {
        let slot_frames = libm::round(stream.sample_rate_hz / SLOTS_PER_S).max(1.0);
        let slots = Stream::new(stream.sample_rate_hz / slot_frames);
        Self {
            settings: AuditionSettings::default(),
            slot_frames: slot_frames as usize,
            slot_left: slot_frames as usize,
            matching: Matching::new(stream, slot_frames as usize),
            matched_lu: 0.0,
            follows: true,
            gains: [(); 2].map(|()| Glide::new(stream, GAIN_GLIDE_MS, 1.0)),
            listen: Selector::new(stream),
            channels: Selector::new(stream),
            selected: Selector::new(stream),
            solo: Solo::new(stream, slots, splits_hz(multiband)),
        }
    }

    /// Takes effect from the next sample, fading.
    pub fn set(&mut self, settings: &AuditionSettings) {
        if *settings == self.settings {
            return;
        }
        self.follows |= settings.listen != self.settings.listen;
        self.settings = *settings;
        self.listen.set(settings.listen as usize);
        self.channels.set(settings.channels as usize);
        let selected = settings.solo().map_or(0, |band| band + 1);
        if let Some(band) = settings.solo()
            && self.selected.silent(selected)
        {
            self.solo.start(band);
        }
        self.selected.set(selected);
    }

    /// What is listened to.
    pub fn settings(&self) -> AuditionSettings {
        self.settings
    }

    /// The chain was set anew: what it does to the loudness is measured anew.
    pub fn chain_changed(&mut self, multiband: &MultibandSettings) {
        self.solo.set(splits_hz(multiband));
        self.matching.chain_changed();
    }

    /// Another passage is listened to. The gains go on from where they are.
    pub fn measure_anew(&mut self) {
        self.matching.begin();
    }

    /// Off at once, and nothing heard yet. As good as new.
    pub fn reset(&mut self) {
        self.set(&AuditionSettings::default());
        self.listen.reset();
        self.channels.reset();
        self.selected.reset();
        self.solo.reset();
        self.matching.reset();
        self.slot_left = self.slot_frames;
        self.matched_lu = 0.0;
        self.follows = true;
        self.aim();
        self.gains.iter_mut().for_each(Glide::reset);
    }

    /// Only the chain's output is heard, untouched.
    fn idle(&self) -> bool {
        self.listen.neutral() && self.channels.neutral() && self.selected.neutral()
    }

    /// In place; any length. `original` is the delayed input, left and right, each as long as the block.
    pub fn process(&mut self, block: &mut StereoBlock<'_>, original: [&[f32]; 2]) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames {
            let end = (start + self.slot_left).min(frames);
            let original = original.map(|channel| &channel[start..end]);
            let mut part = block.part(start, end);
            self.matching.listen(original, [&*part.left, &*part.right]);
            if !self.idle() {
                self.mix(&mut part, original);
            }
            self.slot_left -= end - start;
            if self.slot_left == 0 {
                self.end_slot();
            }
            start = end;
        }
    }

    fn end_slot(&mut self) {
        self.slot_left = self.slot_frames;
        let idle = self.idle();
        if !self.selected.neutral() {
            self.solo.step();
        }
        if self.matching.close_slot() {
            let left_lu = self.matching.difference_lu() - self.matched_lu;
            self.follows |= idle || self.matching.young() || left_lu.abs() > GAIN_HELD_LU;
            let arrives = idle || left_lu.abs() < GAIN_ARRIVED_LU;
            if self.follows {
                self.matched_lu += left_lu * if arrives { 1.0 } else { GAIN_FOLLOW };
                self.follows = !arrives;
            }
            self.aim();
            if idle {
                self.gains.iter_mut().for_each(Glide::reset);
            }
        }
    }

    /// The louder one is turned down.
    fn aim(&mut self) {
        let louder = [self.matched_lu, -self.matched_lu];
        for (gain, louder_lu) in self.gains.iter_mut().zip(louder) {
            gain.set(db_to_gain(-louder_lu.max(0.0)) as f32);
        }
    }

    fn mix(&mut self, block: &mut StereoBlock<'_>, original: [&[f32]; 2]) {
        let bands: [bool; BANDS] = core::array::from_fn(|band| !self.selected.silent(band + 1));
        let soloed = bands.contains(&true);
        let originals = original[0].iter().zip(original[1]);
        let processed = block.left.iter_mut().zip(block.right.iter_mut());
        for ((left, right), (&dry_left, &dry_right)) in processed.zip(originals) {
            let [output, processed, original, delta] = self.listen.tick();
            let [wet_gain, dry_gain] = [0, 1].map(|n| f64::from(self.gains[n].tick()));
            let wet_share = output + (processed + delta) * wet_gain;
            let dry_share = (original - delta) * dry_gain;
            let listened =
                |wet: f32, dry: f32| f64::from(wet) * wet_share + f64::from(dry) * dry_share;
            let [l, r] = [listened(*left, dry_left), listened(*right, dry_right)];
            let [stereo, mono, side] = self.channels.tick();
            let both = mono * 0.5 * (l + r) + side * 0.5 * (l - r);
            let mut heard = [stereo * l + both, stereo * r + both];
            let [all, weights @ ..] = self.selected.tick();
            if soloed {
                let whole = heard;
                heard = whole.map(|x| all * x);
                for band in 0..BANDS {
                    if bands[band] {
                        let alone = self.solo.tick(band, whole);
                        heard[0] += weights[band] * alone[0];
                        heard[1] += weights[band] * alone[1];
                    }
                }
            }
            [*left, *right] = heard.map(|x| x as f32);
        }
    }

    /// No delay.
    pub fn latency_samples(&self) -> usize {
        0
    }

    /// How much processed and original are turned down to be as loud as each other, in dB, at most 0.
    pub fn match_gains_db(&self) -> [f32; 2] {
        [self.matched_lu, -self.matched_lu].map(|louder_lu| 0.0 - louder_lu.max(0.0) as f32)
    }
}

fn splits_hz(multiband: &MultibandSettings) -> [f32; SPLITS] {
    [
        multiband.split_low_hz,
        multiband.split_mid_hz,
        multiband.split_high_hz,
    ]
}
