//! The settings as they glide, one value for each step of the grid.

use super::SPLITS;
use crate::dsp::block::Stream;
use crate::dsp::glide::Glide;
use crate::engine::settings::multiband::{
    ATTACK_MS, BANDS, GAIN_DB, KNEE_DB, LIFT_DB, LIFT_THRESHOLD_DB, MultibandBandSettings,
    MultibandSettings, RATIO, RELEASE_MS, SPLIT_HIGH_HZ, SPLIT_LOW_HZ, SPLIT_MID_HZ, THRESHOLD_DB,
};

const GLIDE_MS: f64 = 50.0;
/// Splits move more slowly: a filter that sweeps is heard sooner than a gain that moves.
const SPLIT_GLIDE_MS: f64 = 150.0;
/// How far thresholds may lie outside their ranges, as they count from the reference level.
const OFFSET_MAX_DB: f32 = 60.0;

#[derive(Debug)]
pub(super) struct Knobs {
    /// 0 = nothing, 1 = all of the gains.
    amount: Glide,
    splits_log2_hz: [Glide; SPLITS],
    splits_hz: [f64; SPLITS],
    knee_db: Glide,
    pub(super) bands: [BandKnobs; BANDS],
    /// Whether the settings ask for dynamics.
    dynamic: bool,
    /// Whether any value glides.
    moving: bool,
}

#[derive(Debug)]
pub(super) struct BandKnobs {
    threshold_db: Glide,
    slope: Glide,
    lift_threshold_db: Glide,
    lift_db: Glide,
    gain_db: Glide,
    pub(super) attack_ms: f64,
    pub(super) release_ms: f64,
}

fn slope(ratio: f32) -> f32 {
    1.0 - 1.0 / RATIO.held(ratio, 0.0)
}

fn log2_hz(settings: &MultibandSettings) -> [f32; SPLITS] {
    [
        SPLIT_LOW_HZ.held(settings.split_low_hz, 0.0),
        SPLIT_MID_HZ.held(settings.split_mid_hz, 0.0),
        SPLIT_HIGH_HZ.held(settings.split_high_hz, 0.0),
    ]
    .map(libm::log2f)
}

/// Whether the dynamics of a band do anything.
fn dynamic(band: &MultibandBandSettings) -> bool {
    slope(band.ratio) > 0.0 || LIFT_DB.held(band.lift_db, 0.0) > 0.0
}

fn engaged(settings: &MultibandSettings) -> bool {
    let constant = |band: &MultibandBandSettings| GAIN_DB.held(band.gain_db, 0.0) != 0.0;
    settings.on
        && settings
            .bands
            .iter()
            .any(|band| dynamic(band) || constant(band))
}

impl Knobs {
    pub(super) fn new(stream: Stream, settings: &MultibandSettings) -> Self {
        let glide = |value| Glide::new(stream, GLIDE_MS, value);
        let band = |band: &MultibandBandSettings| BandKnobs {
            threshold_db: glide(THRESHOLD_DB.held(band.threshold_db, OFFSET_MAX_DB)),
            slope: glide(slope(band.ratio)),
            lift_threshold_db: glide(LIFT_THRESHOLD_DB.held(band.lift_threshold_db, OFFSET_MAX_DB)),
            lift_db: glide(LIFT_DB.held(band.lift_db, 0.0)),
            gain_db: glide(GAIN_DB.held(band.gain_db, 0.0)),
            attack_ms: f64::from(ATTACK_MS.held(band.attack_ms, 0.0)),
            release_ms: f64::from(RELEASE_MS.held(band.release_ms, 0.0)),
        };
        let mut knobs = Self {
            amount: glide(if engaged(settings) { 1.0 } else { 0.0 }),
            splits_log2_hz: log2_hz(settings)
                .map(|log2_hz| Glide::new(stream, SPLIT_GLIDE_MS, log2_hz)),
            splits_hz: [0.0; SPLITS],
            knee_db: glide(KNEE_DB.held(settings.knee_db, 0.0)),
            bands: settings.bands.each_ref().map(band),
            dynamic: settings.bands.iter().any(dynamic),
            moving: false,
        };
        knobs.find_splits();
        knobs
    }

    pub(super) fn set(&mut self, settings: &MultibandSettings) {
        self.amount.set(if engaged(settings) { 1.0 } else { 0.0 });
        for (glide, log2_hz) in self.splits_log2_hz.iter_mut().zip(log2_hz(settings)) {
            glide.set(log2_hz);
        }
        self.knee_db.set(KNEE_DB.held(settings.knee_db, 0.0));
        for (knobs, band) in self.bands.iter_mut().zip(&settings.bands) {
            let threshold_db = THRESHOLD_DB.held(band.threshold_db, OFFSET_MAX_DB);
            knobs.threshold_db.set(threshold_db);
            knobs.slope.set(slope(band.ratio));
            let lift_threshold_db = LIFT_THRESHOLD_DB.held(band.lift_threshold_db, OFFSET_MAX_DB);
            knobs.lift_threshold_db.set(lift_threshold_db);
            knobs.lift_db.set(LIFT_DB.held(band.lift_db, 0.0));
            knobs.gain_db.set(GAIN_DB.held(band.gain_db, 0.0));
            knobs.attack_ms = f64::from(ATTACK_MS.held(band.attack_ms, 0.0));
            knobs.release_ms = f64::from(RELEASE_MS.held(band.release_ms, 0.0));
        }
        self.dynamic = settings.bands.iter().any(dynamic);
        self.moving = true;
    }

    /// Glides land.
    pub(super) fn reset(&mut self) {
        self.amount.reset();
        self.prepare();
    }

    /// All but the amount lands: what is not heard need not glide.
    pub(super) fn prepare(&mut self) {
        self.glides().for_each(Glide::reset);
        self.find_splits();
    }

    /// Whether any value glides.
    pub(super) fn moving(&self) -> bool {
        self.moving
    }

    /// One step of the grid; says whether the splits moved.
    pub(super) fn tick(&mut self) -> bool {
        let tuned = self.splits_log2_hz.iter().all(Glide::settled);
        self.amount.tick();
        let mut moving = !self.amount.settled();
        for glide in self.glides() {
            glide.tick();
            moving |= !glide.settled();
        }
        self.moving = moving;
        if !tuned {
            self.find_splits();
        }
        !tuned
    }

    fn find_splits(&mut self) {
        for (hz, log2_hz) in self.splits_hz.iter_mut().zip(&self.splits_log2_hz) {
            *hz = libm::exp2(f64::from(log2_hz.value()));
        }
    }

    /// All but the amount.
    fn glides(&mut self) -> impl Iterator<Item = &mut Glide> {
        let bands = self.bands.iter_mut().flat_map(|band| {
            [
                &mut band.threshold_db,
                &mut band.slope,
                &mut band.lift_threshold_db,
                &mut band.lift_db,
                &mut band.gain_db,
            ]
        });
        core::iter::once(&mut self.knee_db)
            .chain(&mut self.splits_log2_hz)
            .chain(bands)
    }

    /// Share of the gains in effect.
    pub(super) fn amount(&self) -> f64 {
        f64::from(self.amount.value())
    }

    /// Whether nothing is in effect, nor about to be.
    pub(super) fn out(&self) -> bool {
        self.amount.settled() && self.amount.value() == 0.0
    }

    pub(super) fn dynamic(&self) -> bool {
        self.dynamic
    }

    pub(super) fn splits_hz(&self) -> [f64; SPLITS] {
        self.splits_hz
    }

    pub(super) fn knee_db(&self) -> f64 {
        f64::from(self.knee_db.value())
    }
}

impl BandKnobs {
    pub(super) fn threshold_db(&self) -> f64 {
        f64::from(self.threshold_db.value())
    }

    /// `1 − 1/ratio`.
    pub(super) fn slope(&self) -> f64 {
        f64::from(self.slope.value())
    }

    pub(super) fn lift_threshold_db(&self) -> f64 {
        f64::from(self.lift_threshold_db.value())
    }

    pub(super) fn lift_db(&self) -> f64 {
        f64::from(self.lift_db.value())
    }

    pub(super) fn gain_db(&self) -> f64 {
        f64::from(self.gain_db.value())
    }
}
