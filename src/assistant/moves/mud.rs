//! Mud: 160–400 Hz that builds up in loud moments. What is too much all through is the tone's.

use super::need::{finished, ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::analysis::bands::{THIRDS, center_hz};
use crate::analysis::report::Report;
use crate::dsp::loudness::k_weighting_power;
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Shape};

/// Authority: so deep at most, in dB.
const DEPTH_MAX_DB: f64 = 3.0;
/// Third-octaves in which mud lies (160–400 Hz), and those it is compared with (500 Hz–2 kHz).
const MUD: core::ops::RangeInclusive<usize> = 9..=13;
const BESIDE: core::ops::RangeInclusive<usize> = 14..=20;
/// By how much the loud moments rise there above what they rise beside it: from here on it is mud, and here
/// all is done, in dB.
const BUILD_UP_DB: [f64; 2] = [3.0, 8.0];
/// On a finished song it may be meant: so much less is done there.
const FINISHED_SHARE: f64 = 0.6;
/// And the band is above the target by so many standard deviations at least.
const SIGMA_MIN: f64 = 0.3;
const Q: f32 = 1.0;
/// A bell of this Q hears more than one third-octave: `π/2 · f/Q` beside `0.2316 · f`, in dB.
const HEARD_WIDER_DB: f64 = 8.3;
const RATIO: f32 = 2.0;
const ATTACK_MS: f32 = 25.0;
const RELEASE_MS: f32 = 150.0;
/// Shallower is not worth a band, in dB.
const DEPTH_MIN_DB: f64 = 0.5;

/// The move: one dynamic bell; `None` where nothing builds up.
pub fn mud(case: &Case<'_>) -> Option<Move> {
    let tone = &case.report.tone;
    let rise_db = |third: usize| tone.p95_db[third] - tone.p50_db[third];
    let beside_db = mean(BESIDE.map(rise_db));
    let (worst, build_up_db) = MUD
        .map(|third| (third, rise_db(third) - beside_db))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let hz = center_hz(worst);
    let style = &case.target.style;
    let sigma = (tone.level_db[worst] - style.level_db[worst]) / style.spread_db[worst].max(0.5);
    let depth_db = DEPTH_MAX_DB
        * ramp(build_up_db, BUILD_UP_DB[0], BUILD_UP_DB[1])
        * ramp(sigma, SIGMA_MIN, 1.0)
        * (1.0 - FINISHED_SHARE * finished(case.report, case.target))
        * case.confidence.clamp(0.0, 1.0)
        - case.lowered_db(hz);
    if depth_db < DEPTH_MIN_DB {
        return None;
    }
    let threshold_db = threshold_db(case.report, tone.p50_db[worst] + HEARD_WIDER_DB)?;
    let band = BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: hz as f32,
        q: Q,
        threshold_db: tenths(threshold_db),
        range_db: -tenths(depth_db),
        ratio: RATIO,
        attack_ms: ATTACK_MS,
        release_ms: RELEASE_MS,
        ..BandSettings::default()
    };
    Some(Move {
        kind: MoveKind::Mud,
        text: format!(
            "Loud moments pile up around {}, {build_up_db:.1} dB more than beside it: they are held back by \
             up to {depth_db:.1} dB.",
            hertz(hz)
        ),
        value: build_up_db,
        unit: "dB",
        change: Change::Bands(vec![band]),
        on: true,
    })
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count.max(1))
}

/// A level of the tone report as a threshold: where the gated spectrum, K-weighted, is as loud as the song,
/// counted from the reference level as thresholds are.
fn threshold_db(report: &Report, level_db: f64) -> Option<f64> {
    let loudness = &report.loudness;
    let below_reference_lu = loudness.integrated_lufs? - loudness.max_short_term_lufs?;
    let weighted: f64 = (0..THIRDS)
        .map(|third| {
            let power = crate::dsp::units::db_to_energy(report.tone.level_db[third]);
            power * k_weighting_power(center_hz(third))
        })
        .sum();
    let offset_db = 0.691 - crate::dsp::units::energy_to_db(weighted.max(1e-12));
    let reference = f64::from(crate::engine::settings::input::REFERENCE_LEVEL_DB.default);
    Some(level_db + offset_db + below_reference_lu + reference)
}
