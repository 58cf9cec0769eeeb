//! One band: its settings on their way, its dynamics, and the filter they make.

use super::super::settings::equalizer::{
    ATTACK_MS, BandSettings, GAIN_DB, Placement, RANGE_DB, RATIO, RELEASE_MS, Shape, Slope,
    THRESHOLD_DB,
};
use super::design::{Place, frequency_hz, quality, sections, within};
use super::detector::{Detector, static_move_db};
use super::grid::Grid;
use super::note::Follower;
use super::ramp::Ramp;
use super::response::amount;
use crate::dsp::pitch::BassNote;
use crate::dsp::svf::StereoSvf;
use crate::dsp::units::one_pole_feedback;
use wide::f64x2;

/// A frequency that jumps farther is not swept to: the band fades out, moves, and fades in.
const SWEEP_OCTAVES_MAX: f64 = 1.0;
/// A move smaller than this on its way to 0 has arrived.
const MOVE_MIN_DB: f64 = 1e-5;

/// What cannot glide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    shape: Shape,
    slope: Slope,
    placement: Placement,
}

impl Kind {
    fn of(settings: &BandSettings) -> Self {
        Self {
            shape: settings.shape,
            slope: settings.slope,
            placement: settings.placement,
        }
    }

    fn is_cut(self) -> bool {
        matches!(self.shape, Shape::LowCut | Shape::HighCut)
    }

    /// How far each lane is filtered: all of it or none.
    fn lanes(self) -> [f64; 2] {
        match self.placement {
            Placement::Stereo => [1.0, 1.0],
            Placement::Mid => [1.0, 0.0],
            Placement::Side => [0.0, 1.0],
        }
    }

    /// How the energies of the lanes add up: to the mean of left and right, or to that of the one lane.
    fn weights(self, mid_side: bool) -> [f64; 2] {
        match self.placement {
            Placement::Stereo if mid_side => [1.0, 1.0],
            Placement::Stereo => [0.5, 0.5],
            Placement::Mid => [1.0, 0.0],
            Placement::Side => [0.0, 1.0],
        }
    }
}

/// What the filter is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sound {
    octave: f64,
    q_octave: f64,
    gain_db: f64,
    /// Of a cut; 1 for all else.
    amount: f64,
}

/// One band.
#[derive(Debug, Clone)]
pub(super) struct Band {
    wanted: BandSettings,
    kind: Kind,
    /// What is wanted cannot be glided to: it is taken up when this has faded out.
    switching: bool,
    /// 0 = not there, 1 = all there.
    presence: Ramp,
    octave: Ramp,
    q_octave: Ramp,
    gain_db: Ramp,
    amount: Ramp,
    threshold_db: Ramp,
    slope: Ramp,
    range_db: Ramp,
    /// Some of these is on its way.
    ramping: bool,
    attack: f64,
    release: f64,
    detector: Detector,
    move_db: f64,
    farthest_move_db: f64,
    follower: Follower,
    note: Option<BassNote>,
    sound: Sound,
    /// What follows from the sound's octaves.
    place: Place,
    q: f64,
    filters: [StereoSvf; 2],
    two_sections: bool,
    /// The filter runs. Changes at the start of a span only.
    active: bool,
}

impl Band {
    pub(super) fn new(settings: &BandSettings, on: bool, grid: &Grid) -> Self {
        let rest = Ramp::at(0.0);
        let sound = Sound {
            octave: 0.0,
            q_octave: 0.0,
            gain_db: 0.0,
            amount: 0.0,
        };
        let mut band = Self {
            wanted: BandSettings { on, ..*settings },
            kind: Kind::of(settings),
            switching: false,
            presence: rest,
            octave: rest,
            q_octave: rest,
            gain_db: rest,
            amount: rest,
            threshold_db: rest,
            slope: rest,
            range_db: rest,
            ramping: false,
            attack: 1.0,
            release: 1.0,
            detector: Detector::new(),
            move_db: 0.0,
            farthest_move_db: 0.0,
            follower: Follower::new(grid.rate_hz),
            note: None,
            sound,
            place: Place::new(1.0, grid.sample_rate_hz),
            q: 1.0,
            filters: [StereoSvf::new(), StereoSvf::new()],
            two_sections: false,
            active: false,
        };
        band.reset(grid);
        band
    }

    /// Goes to `settings`; `on` is that of the band and the stage.
    pub(super) fn set(&mut self, settings: &BandSettings, on: bool, grid: &Grid) {
        let wanted = BandSettings { on, ..*settings };
        if wanted == self.wanted {
            return;
        }
        self.wanted = wanted;
        if !self.active {
            self.take_up(grid);
        } else if self.kind != Kind::of(&wanted) || self.too_far() {
            self.switching = true;
            self.presence.set(0.0, grid.fade_steps);
            self.ramping = true;
        } else if !self.switching {
            self.aim(grid);
        }
    }

    /// As good as new.
    pub(super) fn reset(&mut self, grid: &Grid) {
        self.take_up(grid);
        self.presence.land();
        self.farthest_move_db = 0.0;
        self.active = false;
    }

    /// Takes up what is wanted at once and fades in, while nothing is heard of the band.
    fn take_up(&mut self, grid: &Grid) {
        self.kind = Kind::of(&self.wanted);
        self.switching = false;
        self.presence = Ramp::at(0.0);
        self.aim(grid);
        for ramp in [
            &mut self.octave,
            &mut self.q_octave,
            &mut self.gain_db,
            &mut self.amount,
            &mut self.threshold_db,
            &mut self.slope,
            &mut self.range_db,
        ] {
            ramp.land();
        }
        self.move_db = 0.0;
        self.follower.reset();
        self.detector.reset();
        self.filters.iter_mut().for_each(StereoSvf::reset);
    }

    fn aim(&mut self, grid: &Grid) {
        let wanted = &self.wanted;
        let presence = if wanted.on { 1.0 } else { 0.0 };
        self.presence.set(presence, grid.fade_steps);
        let steps = grid.glide_steps;
        let ratio = within(&RATIO, wanted.ratio);
        self.octave
            .set(libm::log2(frequency_hz(wanted.frequency_hz)), steps);
        self.q_octave.set(libm::log2(quality(wanted.q)), steps);
        self.gain_db.set(within(&GAIN_DB, wanted.gain_db), steps);
        self.amount.set(amount(wanted), steps);
        self.threshold_db.set(threshold_db(wanted), steps);
        self.slope.set(1.0 - 1.0 / ratio, steps);
        self.range_db.set(within(&RANGE_DB, wanted.range_db), steps);
        let rise = |tau_ms| 1.0 - one_pole_feedback(tau_ms, grid.rate_hz);
        self.attack = rise(within(&ATTACK_MS, wanted.attack_ms));
        self.release = rise(within(&RELEASE_MS, wanted.release_ms));
        self.ramping = true;
    }

    fn too_far(&self) -> bool {
        let octave = libm::log2(frequency_hz(self.wanted.frequency_hz));
        (octave - self.octave.value()).abs() > SWEEP_OCTAVES_MAX
    }

    /// Whether the filter runs.
    pub(super) fn active(&self) -> bool {
        self.active
    }

    /// Whether the band needs mid and side.
    pub(super) fn needs_mid_side(&self) -> bool {
        self.active && self.kind.placement != Placement::Stereo
    }

    /// Whether the band needs to know the note.
    pub(super) fn needs_note(&self) -> bool {
        self.active && self.kind.shape == Shape::BassNote
    }

    /// Whether the band needs the stage's input.
    pub(super) fn needs_dry(&self) -> bool {
        self.active && self.dynamic()
    }

    fn dynamic(&self) -> bool {
        !self.kind.is_cut() && !self.range_db.rests_at(0.0)
    }

    /// Whether it would change nothing, now and until it is set anew.
    fn rests(&self) -> bool {
        let neutral = if self.kind.is_cut() {
            self.amount.rests_at(0.0)
        } else {
            self.gain_db.rests_at(0.0) && !self.dynamic()
        };
        neutral || self.silent()
    }

    fn silent(&self) -> bool {
        self.presence.rests_at(0.0)
    }

    /// What can only change between spans: whether the band runs, and what it is.
    pub(super) fn begin_span(&mut self, note: Option<BassNote>, grid: &Grid) {
        self.note = note;
        if !self.active {
            if !self.rests() {
                self.active = true;
                self.start(grid);
            }
            return;
        }
        if self.rests() && self.filters_steady() {
            // Nothing is heard of it any more.
            self.take_up(grid);
            self.active = !self.rests();
            if self.active {
                self.start(grid);
            }
            return;
        }
        self.filters.iter_mut().for_each(StereoSvf::settle);
        self.detector.settle();
    }

    /// From silence, as things stand.
    fn start(&mut self, grid: &Grid) {
        self.detector.reset();
        self.filters.iter_mut().for_each(StereoSvf::reset);
        self.move_db = 0.0;
        self.follower.reset();
        self.sound = self.sound_now();
        self.place = Place::new(libm::exp2(self.sound.octave), grid.sample_rate_hz);
        self.q = libm::exp2(self.sound.q_octave);
        self.aim_detector(grid);
        self.make(None);
    }

    pub(super) fn turn_to_mid_side(&mut self) {
        self.filters
            .iter_mut()
            .for_each(StereoSvf::turn_to_mid_side);
        self.detector.turn_to_mid_side();
    }

    pub(super) fn turn_to_left_right(&mut self) {
        self.filters
            .iter_mut()
            .for_each(StereoSvf::turn_to_left_right);
        self.detector.turn_to_left_right();
    }

    /// Filters `frames` in place; `dry` is what the stage got, `position` where on the grid it begins.
    pub(super) fn process(
        &mut self,
        dry: &[f64x2],
        frames: &mut [f64x2],
        mut position: usize,
        mid_side: bool,
        grid: &Grid,
    ) {
        if self.steady() {
            self.filter(frames);
            return;
        }
        let mut at = 0;
        while at < frames.len() {
            if position == 0 {
                self.step(mid_side, grid);
            }
            let run = (frames.len() - at).min(grid.samples - position);
            if self.dynamic() {
                self.detector.listen(&dry[at..at + run]);
            }
            self.filter(&mut frames[at..at + run]);
            at += run;
            position += run;
            if position == grid.samples {
                position = 0;
            }
        }
    }

    /// Whether nothing moves until the band is set anew.
    fn steady(&self) -> bool {
        !self.ramping
            && !self.dynamic()
            && self.kind.shape != Shape::BassNote
            && self.filters_steady()
    }

    fn filters_steady(&self) -> bool {
        self.filters.iter().all(StereoSvf::steady)
    }

    /// One step of the control grid.
    fn step(&mut self, mid_side: bool, grid: &Grid) {
        self.filters.iter_mut().for_each(StereoSvf::arrive);
        if self.ramping {
            self.tick_ramps();
        }
        if self.kind.shape == Shape::BassNote && !self.rests() {
            self.follower.tick(self.note, self.octave.value());
        }
        if self.dynamic() {
            self.tick_move(mid_side, grid);
        } else {
            self.move_db = 0.0;
        }
        let sound = self.sound_now();
        if sound != self.sound {
            let moved = sound.octave != self.sound.octave;
            if moved {
                self.place = Place::new(libm::exp2(sound.octave), grid.sample_rate_hz);
            }
            let reshaped = sound.q_octave != self.sound.q_octave;
            if reshaped {
                self.q = libm::exp2(sound.q_octave);
            }
            self.sound = sound;
            if moved || reshaped {
                self.aim_detector(grid);
            }
            self.make(Some(grid.samples));
        }
    }

    fn tick_ramps(&mut self) {
        let mut ramping = false;
        for ramp in [
            &mut self.presence,
            &mut self.octave,
            &mut self.q_octave,
            &mut self.gain_db,
            &mut self.amount,
            &mut self.threshold_db,
            &mut self.slope,
            &mut self.range_db,
        ] {
            ramp.tick();
            ramping |= !ramp.settled();
        }
        self.ramping = ramping;
    }

    fn tick_move(&mut self, mid_side: bool, grid: &Grid) {
        let weights = self.kind.weights(mid_side);
        let level_db = self.detector.level_db(weights, grid.samples);
        let range_db = self.range_db.value();
        let target_db = static_move_db(
            level_db,
            self.threshold_db.value(),
            self.slope.value(),
            range_db,
        );
        let rise = if target_db.abs() > self.move_db.abs() {
            self.attack
        } else {
            self.release
        };
        let move_db = self.move_db + (target_db - self.move_db) * rise;
        self.move_db = move_db.clamp(range_db.min(0.0), range_db.max(0.0));
        if target_db == 0.0 && self.move_db.abs() < MOVE_MIN_DB {
            self.move_db = 0.0;
        }
        let heard_db = self.move_db * self.heard();
        if heard_db.abs() > self.farthest_move_db.abs() {
            self.farthest_move_db = heard_db;
        }
    }

    /// How much of the band is there: without corners where the fade begins and ends.
    fn heard(&self) -> f64 {
        let presence = self.presence.value();
        presence * presence * (3.0 - 2.0 * presence)
    }

    fn sound_now(&self) -> Sound {
        let presence = self.heard();
        let (gain_db, amount) = if self.kind.is_cut() {
            (0.0, self.amount.value() * presence)
        } else {
            ((self.gain_db.value() + self.move_db) * presence, 1.0)
        };
        Sound {
            octave: self.octave.value() + self.follower.offset_octaves(),
            q_octave: self.q_octave.value(),
            gain_db,
            amount,
        }
    }

    fn aim_detector(&mut self, grid: &Grid) {
        if !self.kind.is_cut() {
            let hz = libm::exp2(self.sound.octave);
            self.detector
                .aim(self.kind.shape, &self.place, hz, self.q, grid.rate_hz);
        }
    }

    /// Makes the filter of the sound, within so many frames or at once.
    fn make(&mut self, frames: Option<usize>) {
        let Sound {
            gain_db, amount, ..
        } = self.sound;
        let Kind { shape, slope, .. } = self.kind;
        let made = sections(shape, slope, &self.place, self.q, gain_db, amount);
        let lanes = self.kind.lanes();
        self.two_sections = made.second.is_some();
        for (filter, svf) in self.filters.iter_mut().zip([Some(made.first), made.second]) {
            match (svf, frames) {
                (Some(svf), Some(frames)) => filter.aim(&svf, lanes, frames),
                (Some(svf), None) => filter.land(&svf, lanes),
                (None, _) => {}
            }
        }
    }

    fn filter(&mut self, frames: &mut [f64x2]) {
        let [first, second] = &mut self.filters;
        first.process(frames);
        if self.two_sections {
            second.process(frames);
        }
    }

    /// The farthest move since last asked, in dB.
    pub(super) fn take_farthest_move_db(&mut self) -> f32 {
        core::mem::take(&mut self.farthest_move_db) as f32
    }

    /// Where a bass note stands, in Hz; 0 for all else.
    pub(super) fn note_hz(&self) -> f32 {
        if self.needs_note() {
            libm::exp2(self.sound.octave) as f32
        } else {
            0.0
        }
    }
}

/// The threshold may lie outside the range of its setting, as it counts from the reference level.
fn threshold_db(settings: &BandSettings) -> f64 {
    let db = settings.threshold_db;
    f64::from(if db.is_nan() {
        THRESHOLD_DB.default
    } else {
        db.clamp(-150.0, 60.0)
    })
}
