//! Filters against their formulas: what the equalizer states, what the analogue curves say, and what is
//! measured.

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::equalizer::Equalizer;
use finalcoat::engine::equalizer::response::{Lane, band_response_db, response_db};
use finalcoat::engine::settings::equalizer::{
    BandSettings, EqualizerSettings, Placement, Shape, Slope,
};
use std::f64::consts::TAU;

const RATES_HZ: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];

type Complex = [f64; 2];

fn times(a: Complex, b: Complex) -> Complex {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

fn energy(a: Complex) -> f64 {
    a[0] * a[0] + a[1] * a[1]
}

fn band(shape: Shape, frequency_hz: f64, gain_db: f64, q: f64) -> BandSettings {
    BandSettings {
        on: true,
        shape,
        frequency_hz: frequency_hz as f32,
        gain_db: gain_db as f32,
        q: q as f32,
        ..BandSettings::default()
    }
}

fn cut(shape: Shape, frequency_hz: f64, slope: Slope, q: f64) -> BandSettings {
    BandSettings {
        slope,
        ..band(shape, frequency_hz, 0.0, q)
    }
}

/// The analogue curve of a band in dB at `hz`: the textbook's, frequency by frequency.
fn analogue_db(band: &BandSettings, hz: f64) -> f64 {
    let w = hz / f64::from(band.frequency_hz);
    let q = f64::from(band.q);
    let a = 10_f64.powf(f64::from(band.gain_db) / 40.0);
    let s = |second: f64, first: f64, none: f64| [none - second * w * w, first * w];
    let ratio_db = |over: Complex, under: Complex| 10.0 * (energy(over) / energy(under)).log10();
    let low = |w: f64| if band.shape == Shape::LowCut { w } else { 1.0 };
    let first_db = || 10.0 * (low(w * w) / (1.0 + w * w)).log10();
    let pair_db = |q: f64| ratio_db([low(w * w), 0.0], s(1.0, 1.0 / q, 1.0));
    let scale = q / 0.5_f64.sqrt();
    match band.shape {
        Shape::Bell | Shape::BassNote => ratio_db(s(1.0, a / q, 1.0), s(1.0, 1.0 / (a * q), 1.0)),
        Shape::LowShelf => {
            let bend = a.sqrt() / q;
            20.0 * a.log10() + ratio_db(s(1.0, bend, a), s(a, bend, 1.0))
        }
        Shape::HighShelf => {
            let bend = a.sqrt() / q;
            20.0 * a.log10() + ratio_db(s(a, bend, 1.0), s(1.0, bend, a))
        }
        Shape::Tilt => ratio_db([1.0, a * w], [a, w]),
        Shape::LowCut | Shape::HighCut => match band.slope {
            Slope::Db6 => first_db(),
            Slope::Db12 => pair_db(q),
            Slope::Db18 => first_db() + pair_db(scale),
            Slope::Db24 => {
                pair_db(0.541_196_100_146_197) + pair_db(1.306_562_964_876_376_5 * scale)
            }
        },
    }
}

/// Frequencies from 10 Hz to 20 kHz.
fn audible_hz() -> impl Iterator<Item = f64> {
    (0..=330).map(|n| 10.0 * 2_f64.powf(f64::from(n) / 30.09))
}

/// The largest distance in dB of the stated curve from the analogue one to 20 kHz, where that is above
/// `floor_db`, and where.
fn analogue_error_db(band: &BandSettings, rate_hz: f64, floor_db: f64) -> (f64, f64) {
    audible_hz()
        .filter(|&hz| analogue_db(band, hz) > floor_db)
        .map(|hz| {
            let stated_db = band_response_db(band, 0.0, rate_hz, hz);
            ((stated_db - analogue_db(band, hz)).abs(), hz)
        })
        .fold(
            (0.0, 0.0),
            |most, next| if next.0 > most.0 { next } else { most },
        )
}

fn centres_hz(from: f64, to: f64) -> impl Iterator<Item = f64> {
    (0..60)
        .map(move |n| from * 1.25_f64.powi(n))
        .take_while(move |hz| *hz < to)
        .chain([to])
}

#[test]
fn bells_follow_the_analogue_curve_to_20_khz() {
    for rate_hz in RATES_HZ {
        // At 96 kHz and above a matched bell is as good as exact.
        let limit_db = if rate_hz < 80_000.0 { 0.6 } else { 0.04 };
        for centre_hz in centres_hz(30.0, 16_000.0) {
            for gain_db in [-6.0, 6.0] {
                let bell = band(Shape::Bell, centre_hz, gain_db, 0.7);
                let (error_db, hz) = analogue_error_db(&bell, rate_hz, -200.0);
                assert!(
                    error_db < limit_db,
                    "{gain_db} dB at {centre_hz} Hz, {rate_hz} Hz: {error_db} dB off at {hz} Hz"
                );
            }
        }
    }
}

#[test]
fn narrow_and_low_bells_are_exact() {
    for rate_hz in RATES_HZ {
        for centre_hz in [20.0, 25.0, 31.5, 40.0, 1000.0] {
            for (gain_db, q) in [(12.0, 16.0), (-12.0, 16.0), (3.0, 0.5), (-12.0, 2.0)] {
                let bell = band(Shape::Bell, centre_hz, gain_db, q);
                for hz in audible_hz().filter(|hz| *hz < 3000.0) {
                    let stated_db = band_response_db(&bell, 0.0, rate_hz, hz);
                    let error_db = stated_db - analogue_db(&bell, hz);
                    assert!(
                        error_db.abs() < 0.03,
                        "{gain_db} dB, Q {q} at {centre_hz} Hz: {error_db} dB off at {hz} Hz"
                    );
                }
            }
        }
    }
}

/// Largest error in dB, where the curve is above −40 dB, to 20 kHz at 44.1 and 48 kHz: what a user may
/// rely on.
#[test]
fn shelves_tilts_and_cuts_follow_the_analogue_curve() {
    use Shape::{HighCut, HighShelf, LowCut, LowShelf, Tilt};
    let corners_hz = [30.0, 1000.0, 5000.0, 10_000.0, 16_000.0];
    let gained = |shape, gain_db| (shape, Slope::Db12, gain_db);
    let steep = |shape, slope| (shape, slope, 0.0);
    let table = [
        (gained(LowShelf, 6.0), [0.01, 0.01, 0.01, 0.1, 0.2]),
        (gained(LowShelf, -6.0), [0.01, 0.01, 0.01, 0.1, 0.2]),
        (gained(HighShelf, 6.0), [0.01, 0.01, 0.01, 0.1, 0.2]),
        (gained(HighShelf, -6.0), [0.01, 0.01, 0.01, 0.1, 0.2]),
        (gained(LowShelf, 12.0), [0.01, 0.01, 0.02, 0.1, 0.3]),
        (gained(HighShelf, -12.0), [0.01, 0.01, 0.02, 0.1, 0.3]),
        (gained(Tilt, 6.0), [0.01, 0.01, 0.05, 0.15, 0.4]),
        (gained(Tilt, -6.0), [0.01, 0.01, 0.05, 0.15, 0.4]),
        (steep(LowCut, Slope::Db6), [0.01, 0.01, 0.05, 0.2, 1.5]),
        (steep(LowCut, Slope::Db12), [0.01, 0.01, 0.01, 0.1, 0.4]),
        (steep(LowCut, Slope::Db18), [0.01, 0.01, 0.1, 0.4, 2.0]),
        (steep(LowCut, Slope::Db24), [0.01, 0.01, 0.01, 0.02, 0.2]),
        (steep(HighCut, Slope::Db6), [0.01, 0.3, 0.3, 0.2, 0.2]),
        (steep(HighCut, Slope::Db12), [0.01, 0.1, 0.4, 0.3, 0.3]),
        (steep(HighCut, Slope::Db18), [0.01, 0.01, 0.6, 0.6, 0.5]),
        (steep(HighCut, Slope::Db24), [0.01, 0.01, 0.6, 0.6, 0.5]),
    ];
    let mut faults = Vec::new();
    for rate_hz in [44_100.0, 48_000.0] {
        for ((shape, slope, gain_db), limits_db) in table {
            for (corner_hz, limit_db) in corners_hz.into_iter().zip(limits_db) {
                let band = BandSettings {
                    slope,
                    ..band(shape, corner_hz, gain_db, 0.71)
                };
                let (error_db, hz) = analogue_error_db(&band, rate_hz, -40.0);
                if error_db >= limit_db {
                    faults.push(format!(
                        "{shape:?} {slope:?} {gain_db} dB at {corner_hz} Hz, {rate_hz} Hz: \
                         {error_db} dB off at {hz} Hz"
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Mid and side of what an impulse on the left becomes.
fn impulse_response(settings: &EqualizerSettings, rate_hz: f64, frames: usize) -> [Vec<f64>; 2] {
    let mut left = vec![0.0; frames];
    let mut right = vec![0.0; frames];
    left[0] = 1.0;
    let mut equalizer = Equalizer::new(Stream::new(rate_hz), settings);
    equalizer.process(&mut StereoBlock::new(&mut left, &mut right));
    let lane = |sign: f64| {
        left.iter()
            .zip(&right)
            .map(|(l, r)| f64::from(*l) + sign * f64::from(*r))
            .collect()
    };
    [lane(1.0), lane(-1.0)]
}

fn gain_at(response: &[f64], hz: f64, rate_hz: f64) -> f64 {
    let turn = TAU * hz / rate_hz;
    let step = [turn.cos(), -turn.sin()];
    let (mut phase, mut sum) = ([1.0, 0.0], [0.0; 2]);
    for h in response {
        sum = [sum[0] + h * phase[0], sum[1] + h * phase[1]];
        phase = times(phase, step);
    }
    energy(sum).sqrt()
}

fn assert_measured_is_stated(settings: &EqualizerSettings, rate_hz: f64) {
    let measured = impulse_response(settings, rate_hz, (rate_hz * 0.6) as usize);
    for (lane, measured) in [Lane::Mid, Lane::Side].into_iter().zip(&measured) {
        for n in 0..28 {
            let hz = (12.0 * 2_f64.powf(0.4 * f64::from(n))).min(0.49 * rate_hz);
            let stated = 10_f64.powf(response_db(settings, rate_hz, hz, lane) / 20.0);
            let found = gain_at(measured, hz, rate_hz);
            // 0.0005 dB, or what f32 outputs leave of a stop band.
            assert!(
                (found - stated).abs() < 6e-5 * stated + 3e-6,
                "{lane:?} at {hz} Hz of {rate_hz}: {found} is stated as {stated}; {settings:?}"
            );
        }
    }
}

#[test]
fn the_measured_response_is_the_stated_one() {
    use Shape::{BassNote, Bell, HighCut, HighShelf, LowCut, LowShelf, Tilt};
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for shape in [Bell, BassNote, LowShelf, HighShelf, Tilt] {
            for (hz, gain_db, q) in [
                (60.0, 6.0, 0.7),
                (900.0, -12.0, 9.0),
                (9000.0, 12.0, 0.3),
                (20_000.0, -5.5, 2.0),
            ] {
                let mut settings = EqualizerSettings::default();
                settings.bands[3] = band(shape, hz, gain_db, q);
                assert_measured_is_stated(&settings, rate_hz);
            }
        }
        for shape in [LowCut, HighCut] {
            for slope in [Slope::Db6, Slope::Db12, Slope::Db18, Slope::Db24] {
                for (hz, q, amount) in [(40.0, 0.71, 1.0), (2500.0, 3.0, 0.3), (18_000.0, 0.4, 0.8)]
                {
                    let mut settings = EqualizerSettings::default();
                    settings.bands[15] = BandSettings {
                        amount,
                        ..cut(shape, hz, slope, q)
                    };
                    assert_measured_is_stated(&settings, rate_hz);
                }
            }
        }
    }
}

const SLOPES: [Slope; 4] = [Slope::Db6, Slope::Db12, Slope::Db18, Slope::Db24];

#[test]
fn a_partial_cut_is_stated_as_it_is_measured() {
    for shape in [Shape::LowCut, Shape::HighCut] {
        for slope in SLOPES {
            for (hz, q) in [(60.0, 0.71), (300.0, 2.0), (15_000.0, 2.0)] {
                for amount in [0.3, 0.7] {
                    let mut settings = EqualizerSettings::default();
                    settings.bands[15] = BandSettings {
                        amount,
                        ..cut(shape, hz, slope, q)
                    };
                    assert_measured_is_stated(&settings, 48_000.0);
                }
            }
        }
    }
}

/// Gain in dB of a cut at one frequency for amounts from 0 to 100 %.
fn by_amount_db(whole: &BandSettings, rate_hz: f64, hz: f64) -> Vec<f64> {
    (0..=100)
        .map(|pct| {
            let partial = BandSettings {
                amount: pct as f32 / 100.0,
                ..*whole
            };
            band_response_db(&partial, 0.0, rate_hz, hz)
        })
        .collect()
}

/// The energy of a cut goes on a straight line of `(1 − amount)^(2·order)` from the whole cut's to 1: exactly
/// at 6 and 12 dB/oct, resonant or not. Steep Butterworth cuts leave it as their sections, matched one by
/// one, leave the analogue curve: by at most 0.12 dB to a twentieth of the rate, more above. Sections that
/// did not know of each other would be 3 dB off.
#[test]
fn the_energy_of_a_cut_is_in_proportion() {
    for (order, slope) in (1..).zip(SLOPES) {
        for (shape, q) in [Shape::LowCut, Shape::HighCut]
            .into_iter()
            .flat_map(|shape| [(shape, 0.5_f64.sqrt()), (shape, 2.0)])
        {
            if order > 2 && q > 1.0 {
                continue;
            }
            for corner_hz in [30.0, 300.0, 2000.0] {
                let whole = cut(shape, corner_hz, slope, q);
                for hz in audible_hz()
                    .step_by(5)
                    .filter(|&hz| order < 3 || hz < 2400.0)
                {
                    let gains_db = by_amount_db(&whole, 48_000.0, hz);
                    let end = 10_f64.powf(gains_db[100] / 10.0);
                    for (pct, found_db) in gains_db.iter().enumerate() {
                        let rest = 1.0 - f64::from(pct as f32 / 100.0);
                        let expected = end + rest.powi(2 * order) * (1.0 - end);
                        let error_db = found_db - 10.0 * expected.log10();
                        let limit_db = if order > 2 { 0.15 } else { 1e-6 };
                        assert!(
                            error_db.abs() < limit_db || expected < 1e-9,
                            "{whole:?} at {hz} Hz, {pct} %: {error_db} dB off"
                        );
                    }
                }
            }
        }
    }
}

/// No part of a cut is deeper at any frequency than the whole of it. At 6 and 12 dB/oct, and without
/// resonance, every frequency goes one way, from 0 dB to its end; what resonates on a steep slope may
/// overshoot, and so may the corner of a steep cut near the end of the spectrum.
#[test]
fn a_cut_grows_with_its_amount() {
    for (rate_hz, shape, slope) in [44_100.0, 96_000.0].into_iter().flat_map(|rate_hz| {
        [Shape::LowCut, Shape::HighCut]
            .into_iter()
            .flat_map(move |shape| SLOPES.map(|slope| (rate_hz, shape, slope)))
    }) {
        for (corner_hz, q) in [30.0, 300.0, 5000.0, 12_000.0, 18_000.0]
            .into_iter()
            .flat_map(|hz| [0.3, 0.71, 2.0, 8.0].map(|q| (hz, q)))
        {
            let whole = cut(shape, corner_hz, slope, q);
            let [mut back_db, mut under_db, mut over_db, mut step_db] = [0.0_f64; 4];
            // Floors of 6 dB/oct are proportional to what is left of it: the last steps to silence are long.
            let floor_db = if slope == Slope::Db6 { -20.0 } else { -40.0 };
            for hz in audible_hz().step_by(2) {
                let gains_db = by_amount_db(&whole, rate_hz, hz);
                assert_eq!(gains_db[0], 0.0);
                let end_db = gains_db[100];
                for pair in gains_db.windows(2) {
                    back_db = back_db.max(end_db.signum() * (pair[0] - pair[1]));
                    under_db = under_db.max(end_db.min(0.0) - pair[1]);
                    over_db = over_db.max(pair[1] - end_db.max(0.0));
                    if pair[1] > floor_db {
                        step_db = step_db.max((pair[1] - pair[0]).abs());
                    }
                }
            }
            let steep = matches!(slope, Slope::Db18 | Slope::Db24);
            let high = corner_hz > 1000.0;
            // Steps back in dB per %, overshoot and steps in dB.
            let (back_max_db, over_max_db, step_max_db) = match (steep, q > 1.0) {
                (false, _) => (1e-9, 1e-9, if q > 2.0 { 6.5 } else { 1.7 }),
                (true, false) if high => (0.1, 0.6, 1.7),
                (true, false) => (1e-4, 1e-3, 1.7),
                (true, true) if q > 2.0 => (f64::MAX, f64::MAX, f64::MAX),
                (true, true) if high => (0.5, 2.6, 2.2),
                (true, true) => (0.3, 1.1, 1.4),
            };
            assert!(
                under_db < 1e-6
                    && back_db < back_max_db
                    && over_db < over_max_db
                    && step_db < step_max_db,
                "{shape:?} {slope:?} at {corner_hz} Hz, Q {q}, {rate_hz} Hz: {under_db} dB under, \
                 {back_db} dB back, {over_db} dB over, steps of {step_db} dB"
            );
        }
    }
}

#[test]
fn bands_on_mid_and_side_are_stated_by_lane() {
    let mut settings = EqualizerSettings::default();
    settings.bands[0] = cut(Shape::LowCut, 60.0, Slope::Db18, 0.71);
    settings.bands[1] = BandSettings {
        placement: Placement::Mid,
        ..band(Shape::Bell, 300.0, -4.0, 2.0)
    };
    settings.bands[2] = BandSettings {
        placement: Placement::Side,
        ..band(Shape::HighShelf, 6000.0, 5.0, 0.71)
    };
    settings.bands[3] = BandSettings {
        placement: Placement::Side,
        amount: 0.6,
        ..cut(Shape::LowCut, 200.0, Slope::Db24, 0.71)
    };
    settings.bands[7] = band(Shape::Tilt, 900.0, 2.0, 0.71);
    assert_measured_is_stated(&settings, 48_000.0);
    settings.on = false;
    assert_measured_is_stated(&settings, 48_000.0);
}
