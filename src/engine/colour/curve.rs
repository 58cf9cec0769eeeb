//! The curve, and the gain that makes its loudness that of the input.

use crate::dsp::units::db_to_gain;
use crate::engine::settings::colour::{ColourSettings, DRIVE_DB, EVENNESS_PCT, Kind};
use crate::engine::settings::input::REFERENCE_LEVEL_DB;

/// Level of samples under a working level: music at −18 LUFS in its loudest 3 s has about this RMS over
/// its length, in dB below the working level, weighted as the emphasis does. Fitted, with the Laplace
/// distribution below, to 21 songs of 15 styles at four drives and all kinds: what remains of the change
/// of loudness is ±0.1 LU at the default drive and ±0.3 LU 6 dB above it.
const RMS_BELOW_LEVEL_DB: f64 = 7.9;
/// Amplitudes of the quadrature, in units of the RMS: Simpson's rule up to where the weight is gone.
const QUADRATURE_POINTS: usize = 32;
const QUADRATURE_END: f64 = 10.0;
/// The bias at which half of the harmonics' amplitude is even, with peaks at the usual place in the
/// curve, and the bias at 100 %.
const BIAS_HALF: f64 = 0.0917;
const BIAS_MAX: f64 = 0.35;

/// What makes a kind.
#[derive(Debug, Clone, Copy)]
struct Tuning {
    /// How early the curve bends; see [`Curve::bend`].
    bend: f64,
    /// Curve units per full scale, at 0 dB of drive and the default level: peaks of music (95 % of 10 ms)
    /// then reach 0.4 to 0.6 at the default drive.
    scale: f64,
    /// Bias without evenness, and the share of the usual bias for evenness.
    bias: f64,
    bias_share: f64,
    /// Pre-emphasis of highs.
    highs_db: f64,
}

impl Tuning {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Tape => Self {
                bend: 2.0,
                scale: 0.8,
                bias: 0.0,
                bias_share: 1.0,
                highs_db: 4.0,
            },
            // At the default evenness its knees are as 1 to 0.8.
            Kind::Tube => Self {
                bend: 4.0 / 3.0,
                scale: 0.8,
                bias: 0.055,
                bias_share: 1.5,
                highs_db: 0.0,
            },
            Kind::Clean => Self {
                bend: 0.6,
                scale: 1.1,
                bias: 0.0,
                bias_share: 1.0,
                highs_db: 0.0,
            },
        }
    }
}

/// `f(x) = (φ(s·x + b) − φ(b)) / (s·φ′(b))` with `φ(v) = v / ⁴√(1 + c·v² + v⁴)`: slope 1 at 0, ±1 far out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    /// `s`: curve units per full scale.
    pub(super) scale: f64,
    /// `b`: moves the curve out of its centre, for even harmonics.
    pub(super) bias: f64,
    /// `c`, 0 to 2: how early it bends. 2 is `v/√(1 + v²)`, 4/3 bends as tanh does, 0 stays straight longest.
    pub(super) bend: f64,
    /// Gain of highs before the curve, linear; taken back behind it.
    pub(super) highs: f64,
}

impl Curve {
    /// The curve for settings, and what it is multiplied by to be as loud as its input.
    pub(super) fn of(settings: &ColourSettings) -> (Self, f64) {
        let tuning = Tuning::of(settings.kind);
        let drive_db = f64::from(DRIVE_DB.held(settings.drive_db, 0.0));
        let level_db = f64::from(REFERENCE_LEVEL_DB.held(settings.working_level_db, 0.0));
        let evenness = f64::from(EVENNESS_PCT.held(settings.evenness_pct, 0.0)) * 0.01;
        let usual_bias = BIAS_HALF * evenness / (1.0 - evenness * (1.0 - BIAS_HALF / BIAS_MAX));
        let offset_db = f64::from(REFERENCE_LEVEL_DB.default) - level_db;
        let curve = Self {
            scale: tuning.scale * db_to_gain(drive_db + offset_db),
            bias: tuning.bias + tuning.bias_share * usual_bias,
            bend: tuning.bend,
            highs: db_to_gain(tuning.highs_db),
        };
        (
            curve,
            curve.makeup(db_to_gain(level_db - RMS_BELOW_LEVEL_DB)),
        )
    }

    /// One over the share of the input that is left in the output, for samples that follow a Laplace
    /// distribution of the given RMS: `⟨x²⟩ / ⟨x·f(x)⟩`.
    fn makeup(&self, rms: f64) -> f64 {
        let step = QUADRATURE_END / QUADRATURE_POINTS as f64;
        let decay = libm::exp(-core::f64::consts::SQRT_2 * step);
        let (mut input, mut output) = (0.0, 0.0);
        let mut density = 1.0;
        for point in 1..=QUADRATURE_POINTS {
            density *= decay;
            let weight = match point {
                QUADRATURE_POINTS => 1.0,
                _ if point % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let x = step * point as f64 * rms;
            let weighted = weight * density * x;
            input += weighted * 2.0 * x;
            output += weighted * (self.at(x) - self.at(-x));
        }
        input / output
    }

    /// `f(x)`.
    pub(super) fn at(&self, x: f64) -> f64 {
        let shape = |v: f64| v / fourth_root(1.0 + v * v * (self.bend + v * v));
        let (offset, gain) = self.offset_and_gain();
        (shape(self.scale * x + self.bias) - offset) * gain
    }

    /// `φ(b)` and `1 / (s·φ′(b))`.
    pub(super) fn offset_and_gain(&self) -> (f64, f64) {
        let square = self.bias * self.bias;
        let below = 1.0 + square * (self.bend + square);
        let root = fourth_root(below);
        let slope = (1.0 + 0.5 * self.bend * square) / (below * root);
        (self.bias / root, 1.0 / (self.scale * slope))
    }
}

fn fourth_root(x: f64) -> f64 {
    libm::sqrt(libm::sqrt(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves() -> impl Iterator<Item = Curve> {
        [Kind::Tape, Kind::Tube, Kind::Clean]
            .into_iter()
            .flat_map(|kind| {
                [0.0, 30.0, 100.0].map(|evenness_pct| {
                    Curve::of(&ColourSettings {
                        kind,
                        evenness_pct,
                        ..ColourSettings::default()
                    })
                    .0
                })
            })
    }

    #[test]
    fn small_signals_pass_and_large_ones_bend() {
        for curve in curves() {
            assert_eq!(curve.at(0.0), 0.0);
            let slope = (curve.at(1e-6) - curve.at(-1e-6)) / 2e-6;
            assert!((slope - 1.0).abs() < 1e-6, "{curve:?}: {slope}");
            let mut before = curve.at(-20.0);
            for step in -1999..2000 {
                let now = curve.at(f64::from(step) * 0.01);
                assert!(now > before, "{curve:?} at {step}");
                before = now;
            }
            let most = (1.0 + curve.bias) / curve.scale * 1.6;
            assert!(curve.at(1e4).abs() < most && curve.at(-1e4).abs() < most);
        }
    }

    #[test]
    fn without_evenness_only_tube_is_lopsided() {
        let knees = |kind, evenness_pct| {
            let (curve, _) = Curve::of(&ColourSettings {
                kind,
                evenness_pct,
                ..ColourSettings::default()
            });
            -curve.at(1e6) / curve.at(-1e6)
        };
        for kind in [Kind::Tape, Kind::Clean] {
            assert!((knees(kind, 0.0) - 1.0).abs() < 1e-9);
            assert!(knees(kind, 100.0) < 0.6);
        }
        assert!((knees(Kind::Tube, 30.0) - 0.8).abs() < 0.01);
    }

    /// Against the same integral, finely divided.
    #[test]
    fn makeup_is_what_the_integral_says() {
        for curve in curves() {
            for rms in [0.02, 0.05, 0.2, 0.5] {
                let (mut input, mut output) = (0.0, 0.0);
                for point in 0..400_000 {
                    let u = f64::from(point) * 1e-4 - 20.0;
                    let weight = libm::exp(-core::f64::consts::SQRT_2 * u.abs());
                    input += weight * u * u;
                    output += weight * u * curve.at(u * rms) / rms;
                }
                let expected_db = 20.0 * libm::log10(input / output);
                let found_db = 20.0 * libm::log10(curve.makeup(rms));
                assert!(
                    (found_db - expected_db).abs() < 0.02,
                    "{curve:?}, {rms}: {found_db} {expected_db}"
                );
            }
        }
    }
}
