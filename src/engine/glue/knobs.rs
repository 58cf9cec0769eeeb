//! The settings as they glide, one value for each step of the grid.

use crate::dsp::block::Stream;
use crate::dsp::glide::Glide;
use crate::engine::settings::glue::{
    ATTACK_MS, GlueSettings, KNEE_DB, MAKEUP_DB, MIX_PCT, RATIO, RELEASE_MS, SIDECHAIN_HZ,
    THRESHOLD_DB,
};

const GLIDE_MS: f64 = 50.0;
/// How far the threshold may lie outside its range, as it counts from the reference level.
const OFFSET_MAX_DB: f32 = 60.0;

#[derive(Debug)]
pub(super) struct Knobs {
    /// 0 = nothing, 1 = all of the gain.
    amount: Glide,
    threshold_db: Glide,
    slope: Glide,
    knee_db: Glide,
    sidechain_hz: Glide,
    makeup_db: Glide,
    mix: Glide,
    pub(super) attack_ms: f64,
    pub(super) release_ms: f64,
    pub(super) auto_release: bool,
    /// Whether any value glides.
    moving: bool,
}

/// Where the values go.
struct Targets {
    amount: f32,
    threshold_db: f32,
    slope: f32,
    knee_db: f32,
    sidechain_hz: f32,
    makeup_db: f32,
    mix: f32,
}

impl Targets {
    fn of(settings: &GlueSettings) -> Self {
        let slope = 1.0 - 1.0 / RATIO.held(settings.ratio, 0.0);
        let makeup_db = MAKEUP_DB.held(settings.makeup_db, 0.0);
        let mix = MIX_PCT.held(settings.mix_pct, 0.0) / MIX_PCT.max;
        let engaged = settings.on && mix > 0.0 && (slope > 0.0 || makeup_db != 0.0);
        Self {
            amount: if engaged { 1.0 } else { 0.0 },
            threshold_db: THRESHOLD_DB.held(settings.threshold_db, OFFSET_MAX_DB),
            slope,
            knee_db: KNEE_DB.held(settings.knee_db, 0.0),
            sidechain_hz: SIDECHAIN_HZ.held(settings.sidechain_hz, 0.0),
            makeup_db,
            mix,
        }
    }
}

impl Knobs {
    pub(super) fn new(stream: Stream, settings: &GlueSettings) -> Self {
        let glide = |value| Glide::new(stream, GLIDE_MS, value);
        let targets = Targets::of(settings);
        let mut knobs = Self {
            amount: glide(targets.amount),
            threshold_db: glide(targets.threshold_db),
            slope: glide(targets.slope),
            knee_db: glide(targets.knee_db),
            sidechain_hz: glide(targets.sidechain_hz),
            makeup_db: glide(targets.makeup_db),
            mix: glide(targets.mix),
            attack_ms: 1.0,
            release_ms: 1.0,
            auto_release: false,
            moving: false,
        };
        knobs.set(settings);
        knobs
    }

    pub(super) fn set(&mut self, settings: &GlueSettings) {
        let targets = Targets::of(settings);
        self.amount.set(targets.amount);
        self.threshold_db.set(targets.threshold_db);
        self.slope.set(targets.slope);
        self.knee_db.set(targets.knee_db);
        self.sidechain_hz.set(targets.sidechain_hz);
        self.makeup_db.set(targets.makeup_db);
        self.mix.set(targets.mix);
        self.attack_ms = f64::from(ATTACK_MS.held(settings.attack_ms, 0.0));
        self.release_ms = f64::from(RELEASE_MS.held(settings.release_ms, 0.0));
        self.auto_release = settings.auto_release;
        self.moving = true;
    }

    /// Glides land.
    pub(super) fn reset(&mut self) {
        self.amount.reset();
        self.prepare();
    }

    /// All but the amount lands: what is not heard need not glide.
    pub(super) fn prepare(&mut self) {
        self.glides().into_iter().for_each(Glide::reset);
    }

    /// Whether any value glides.
    pub(super) fn moving(&self) -> bool {
        self.moving
    }

    /// One step of the grid; says whether the side-chain moved.
    pub(super) fn tick(&mut self) -> bool {
        let tuned = self.sidechain_hz.settled();
        self.amount.tick();
        let mut moving = !self.amount.settled();
        for glide in self.glides() {
            glide.tick();
            moving |= !glide.settled();
        }
        self.moving = moving;
        !tuned
    }

    /// All but the amount.
    fn glides(&mut self) -> [&mut Glide; 6] {
        [
            &mut self.threshold_db,
            &mut self.slope,
            &mut self.knee_db,
            &mut self.sidechain_hz,
            &mut self.makeup_db,
            &mut self.mix,
        ]
    }

    /// Share of the gain in effect.
    pub(super) fn amount(&self) -> f64 {
        f64::from(self.amount.value())
    }

    /// Whether nothing is in effect, nor about to be.
    pub(super) fn out(&self) -> bool {
        self.amount.settled() && self.amount.value() == 0.0
    }

    pub(super) fn threshold_db(&self) -> f64 {
        f64::from(self.threshold_db.value())
    }

    /// `1 − 1/ratio`.
    pub(super) fn slope(&self) -> f64 {
        f64::from(self.slope.value())
    }

    pub(super) fn knee_db(&self) -> f64 {
        f64::from(self.knee_db.value())
    }

    pub(super) fn sidechain_hz(&self) -> f64 {
        f64::from(self.sidechain_hz.value())
    }

    pub(super) fn makeup_db(&self) -> f64 {
        f64::from(self.makeup_db.value())
    }

    /// Share of the compressed signal, 0 to 1.
    pub(super) fn mix(&self) -> f64 {
        f64::from(self.mix.value())
    }
}
