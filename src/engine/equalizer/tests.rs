use super::super::settings::equalizer::{BandSettings, Placement, Shape, Slope};
use super::design::{Place, sections};
use super::*;
use crate::dsp::svf::Svf;
use crate::dsp::units::{db_to_gain, gain_to_db};
use core::f64::consts::TAU;

const RATE_HZ: f64 = 48_000.0;

type Stereo = [Vec<f32>; 2];

fn one(band: BandSettings) -> EqualizerSettings {
    let mut settings = EqualizerSettings::default();
    settings.bands[4] = BandSettings { on: true, ..band };
    settings
}

fn bell(frequency_hz: f32, gain_db: f32, q: f32) -> BandSettings {
    BandSettings {
        frequency_hz,
        gain_db,
        q,
        ..BandSettings::default()
    }
}

/// Moves from −30 dBFS on, at 2:1, at most 12 dB down.
fn dynamic(shape: Shape, frequency_hz: f32, q: f32) -> BandSettings {
    BandSettings {
        shape,
        range_db: -12.0,
        attack_ms: 10.0,
        release_ms: 100.0,
        ..bell(frequency_hz, 0.0, q)
    }
}

fn sine(hz: f64, level_db: f64, frames: usize) -> Vec<f32> {
    let peak = db_to_gain(level_db);
    (0..frames)
        .map(|n| (peak * libm::sin(TAU * hz * n as f64 / RATE_HZ)) as f32)
        .collect()
}

/// White noise of a peak, made from a seed.
fn noise(peak: f32, frames: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        peak * ((state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0)
    };
    core::iter::repeat_with(next).take(frames).collect()
}

fn process(equalizer: &mut Equalizer, stereo: &mut Stereo) {
    let [left, right] = stereo;
    for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        equalizer.process(&mut StereoBlock::new(left, right));
    }
}

fn rendered(settings: &EqualizerSettings, input: &Stereo) -> Stereo {
    let mut output = input.clone();
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), settings);
    process(&mut equalizer, &mut output);
    output
}

fn difference_db(a: &Stereo, b: &Stereo) -> f64 {
    let most = a
        .iter()
        .flatten()
        .zip(b.iter().flatten())
        .map(|(a, b)| f64::from((a - b).abs()))
        .fold(0.0, f64::max);
    gain_to_db(most)
}

#[test]
fn what_does_nothing_is_exact() {
    let input = [noise(0.9, 10_000, 1), noise(0.9, 10_000, 2)];
    let off = BandSettings {
        on: false,
        ..bell(800.0, 6.0, 1.0)
    };
    let mut switched_off = EqualizerSettings::default();
    switched_off.bands[2] = off;
    let mut stage_off = one(bell(800.0, 6.0, 1.0));
    stage_off.on = false;
    let no_cut = BandSettings {
        shape: Shape::LowCut,
        amount: 0.0,
        ..bell(800.0, 0.0, 1.0)
    };
    for settings in [
        switched_off,
        stage_off,
        one(no_cut),
        one(bell(800.0, 0.0, 1.0)),
        one(BandSettings {
            placement: Placement::Side,
            ..bell(800.0, 0.0, 1.0)
        }),
    ] {
        let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
        let mut output = input.clone();
        process(&mut equalizer, &mut output);
        assert!(output == input && !equalizer.working);
    }
    // A dynamic band runs, and is exact below its threshold.
    let quiet = [noise(0.002, 10_000, 1), noise(0.002, 10_000, 2)];
    let settings = one(dynamic(Shape::Bell, 1000.0, 1.0));
    assert!(rendered(&settings, &quiet) == quiet);
}

#[test]
fn what_ends_ends_exactly() {
    let settings = one(bell(100.0, 6.0, 2.0));
    let mut without_gain = settings;
    without_gain.bands[4].gain_db = 0.0;
    let mut without_band = settings;
    without_band.bands[4].on = false;
    let mut without_stage = settings;
    without_stage.on = false;
    for ended in [without_gain, without_band, without_stage] {
        let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
        process(
            &mut equalizer,
            &mut [noise(0.5, 5000, 3), noise(0.5, 5000, 4)],
        );
        equalizer.set(&ended);
        process(
            &mut equalizer,
            &mut [noise(0.5, 3000, 5), noise(0.5, 3000, 6)],
        );
        let input = [noise(0.5, 5000, 7), noise(0.5, 5000, 8)];
        let mut output = input.clone();
        process(&mut equalizer, &mut output);
        assert!(output == input && !equalizer.working);
        // And comes back.
        equalizer.set(&settings);
        process(&mut equalizer, &mut output);
        assert!(output != input);
    }
}

#[test]
fn opposite_gains_undo_each_other() {
    let input = [noise(0.3, 20_000, 1), noise(0.3, 20_000, 2)];
    for shape in [Shape::Bell, Shape::LowShelf, Shape::HighShelf, Shape::Tilt] {
        for frequency_hz in [60.0, 1000.0, 14_000.0] {
            let mut settings = EqualizerSettings::default();
            for (band, gain_db) in [(2, 7.0), (9, -7.0)] {
                settings.bands[band] = BandSettings {
                    on: true,
                    shape,
                    ..bell(frequency_hz, gain_db, 1.3)
                };
            }
            let error_db = difference_db(&rendered(&settings, &input), &input);
            assert!(
                error_db < -140.0,
                "{shape:?} at {frequency_hz}: {error_db} dB"
            );
        }
    }
}

#[test]
fn mid_and_side_are_separate() {
    let mono = noise(0.7, 20_000, 1);
    let opposite: Vec<f32> = mono.iter().map(|x| -x).collect();
    for shape in [Shape::Bell, Shape::HighShelf, Shape::LowCut, Shape::Tilt] {
        for range_db in [0.0, -9.0] {
            let on = |placement| {
                one(BandSettings {
                    shape,
                    placement,
                    slope: Slope::Db24,
                    range_db,
                    ..bell(500.0, 6.0, 1.0)
                })
            };
            let middle = [mono.clone(), mono.clone()];
            let sides = [mono.clone(), opposite.clone()];
            assert!(rendered(&on(Placement::Side), &middle) == middle);
            assert!(rendered(&on(Placement::Mid), &sides) == sides);
            let both = rendered(&on(Placement::Stereo), &middle);
            assert!(difference_db(&rendered(&on(Placement::Mid), &middle), &both) < -140.0);
            assert!(both[0] == both[1] && both != middle);
            let both = rendered(&on(Placement::Stereo), &sides);
            assert!(difference_db(&rendered(&on(Placement::Side), &sides), &both) < -140.0);
        }
    }
}

/// A stereo band on left and right does what it does on mid and side, also while the lanes change.
#[test]
fn the_lanes_make_no_difference() {
    let input = [noise(0.5, 40_000, 1), noise(0.5, 40_000, 2)];
    let settings = one(dynamic(Shape::Bell, 300.0, 3.0));
    let mut with_side = settings;
    with_side.bands[9] = BandSettings {
        on: true,
        placement: Placement::Side,
        gain_db: 1e-6,
        ..BandSettings::default()
    };
    let expected = rendered(&settings, &input);
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
    let mut output = [Vec::new(), Vec::new()];
    for (part, settings) in [settings, with_side, settings].iter().enumerate() {
        equalizer.set(settings);
        let at = part * 12_800..(part + 1) * 12_800;
        let mut stereo = [input[0][at.clone()].to_vec(), input[1][at].to_vec()];
        process(&mut equalizer, &mut stereo);
        output[0].extend_from_slice(&stereo[0]);
        output[1].extend_from_slice(&stereo[1]);
    }
    let expected = expected.map(|channel| channel[..38_400].to_vec());
    let error_db = difference_db(&output, &expected);
    assert!(error_db < -120.0, "{error_db}");
    let mut static_settings = settings;
    static_settings.bands[4].range_db = 0.0;
    static_settings.bands[4].gain_db = 5.0;
    with_side.bands[4] = static_settings.bands[4];
    let error_db = difference_db(
        &rendered(&static_settings, &input),
        &rendered(&with_side, &input),
    );
    assert!(error_db < -120.0, "{error_db}");
}

/// The textbook's biquad in double precision.
fn direct_form(svf: &Svf, input: &[f64]) -> Vec<f64> {
    let Svf {
        g,
        k,
        high,
        band,
        low,
    } = *svf;
    let a0 = 1.0 + k * g + g * g;
    let a = [2.0 * (g * g - 1.0) / a0, (1.0 - k * g + g * g) / a0];
    let b = [
        (high + band * g + low * g * g) / a0,
        2.0 * (low * g * g - high) / a0,
        (high - band * g + low * g * g) / a0,
    ];
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    input
        .iter()
        .map(|&x| {
            let y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            y
        })
        .collect()
}

#[test]
fn the_error_against_double_precision_is_below_minus_120_dbfs() {
    use Shape::{Bell, HighCut, HighShelf, LowCut, LowShelf, Tilt};
    let input = [noise(0.25, 96_000, 1), sine(55.0, -6.0, 96_000)];
    let mut settings = EqualizerSettings::default();
    let bands = [
        (LowCut, 30.0, 0.0, 0.71),
        (Bell, 40.0, 3.0, 8.0),
        (LowShelf, 110.0, -2.0, 0.71),
        (Bell, 500.0, -3.0, 1.0),
        (Bell, 3000.0, 2.0, 14.0),
        (Tilt, 900.0, 1.0, 0.71),
        (HighShelf, 9000.0, 2.5, 0.6),
        (HighCut, 18_000.0, 0.0, 0.71),
    ];
    for (settings, (shape, frequency_hz, gain_db, q)) in settings.bands.iter_mut().zip(bands) {
        *settings = BandSettings {
            on: true,
            shape,
            slope: Slope::Db24,
            ..bell(frequency_hz, gain_db, q)
        };
    }
    let output = rendered(&settings, &input);
    for (input, output) in input.iter().zip(&output) {
        let mut expected: Vec<f64> = input.iter().map(|&x| f64::from(x)).collect();
        for band in settings.bands.iter().filter(|band| band.on) {
            let place = Place::new(f64::from(band.frequency_hz), RATE_HZ);
            let (gain_db, q) = (f64::from(band.gain_db), f64::from(band.q));
            let made = sections(band.shape, band.slope, &place, q, gain_db, 1.0);
            expected = direct_form(&made.first, &expected);
            if let Some(second) = made.second {
                expected = direct_form(&second, &expected);
            }
        }
        let pairs = output.iter().zip(&expected);
        let error = pairs
            .map(|(y, expected)| (f64::from(*y) - expected).abs())
            .fold(0.0, f64::max);
        assert!(gain_to_db(error) < -120.0, "{} dBFS", gain_to_db(error));
    }
}

/// Moves that a band settles at under a sine, in dB.
fn settled_move_db(band: BandSettings, hz: f64, level_db: f64) -> f32 {
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &one(band));
    let sign = match band.placement {
        Placement::Side => -1.0,
        Placement::Stereo | Placement::Mid => 1.0,
    };
    let tone = sine(hz, level_db, 64_800);
    let other: Vec<f32> = tone.iter().map(|x| sign * x).collect();
    let part = |at: core::ops::Range<usize>| [tone[at.clone()].to_vec(), other[at].to_vec()];
    process(&mut equalizer, &mut part(0..60_000));
    equalizer.take_reading();
    process(&mut equalizer, &mut part(60_000..64_800));
    let reading = equalizer.take_reading();
    reading.moves_db[4]
}

#[test]
fn the_static_curve_is_the_stated_one() {
    // dBFS of a sine at the centre → dB of the move, threshold −30, 2:1, range −12, knee 6 dB.
    let table = [
        (-60.0, 0.0),
        (-33.0, 0.0),
        (-31.5, -0.09375),
        (-30.0, -0.375),
        (-28.5, -0.84375),
        (-27.0, -1.5),
        (-20.0, -5.0),
        (-10.0, -10.0),
        (-3.0, -12.0),
    ];
    for (level_db, expected_db) in table {
        let found_db = settled_move_db(dynamic(Shape::Bell, 1000.0, 1.0), 1000.0, level_db);
        assert!(
            (found_db - expected_db).abs() < 0.02,
            "at {level_db} dBFS: {found_db}, not {expected_db}"
        );
        let upward = BandSettings {
            range_db: 12.0,
            ratio: 4.0,
            ..dynamic(Shape::Bell, 1000.0, 1.0)
        };
        let expected_db = (-1.5 * expected_db).min(12.0);
        let found_db = settled_move_db(upward, 1000.0, level_db);
        assert!(
            level_db > -8.0 || (found_db - expected_db).abs() < 0.03,
            "upward at {level_db} dBFS: {found_db}, not {expected_db}"
        );
    }
}

#[test]
fn a_sine_in_the_band_reads_its_level() {
    for (shape, corner_hz, hz, q) in [
        (Shape::Bell, 60.0, 60.0, 0.7),
        (Shape::Bell, 1000.0, 1000.0, 14.0),
        (Shape::Bell, 7000.0, 7000.0, 1.2),
        (Shape::BassNote, 80.0, 80.0, 6.0),
        (Shape::LowShelf, 400.0, 80.0, 0.71),
        (Shape::HighShelf, 3000.0, 12_000.0, 0.71),
        (Shape::Tilt, 800.0, 8_000.0, 0.71),
    ] {
        for placement in [Placement::Stereo, Placement::Mid, Placement::Side] {
            let band = BandSettings {
                placement,
                ..dynamic(shape, corner_hz, q)
            };
            let found_db = settled_move_db(band, hz, -20.0);
            assert!(
                (found_db + 5.0).abs() < 0.1,
                "{shape:?} {placement:?}: {found_db}"
            );
        }
    }
    // Two octaves beside a bell of Q 4 it is as good as silent.
    let beside = settled_move_db(dynamic(Shape::Bell, 1000.0, 4.0), 4000.0, -10.0);
    assert_eq!(beside, 0.0);
}

/// Milliseconds in which the gain of a tone goes 63 % of its way after the level jumps.
fn time_constant_ms(band: BandSettings, from_db: f64, to_db: f64) -> f64 {
    let hz = f64::from(band.frequency_hz);
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &one(band));
    process(
        &mut equalizer,
        &mut [sine(hz, from_db, 96_000), sine(hz, from_db, 96_000)],
    );
    let mut moves_db = Vec::new();
    equalizer.take_reading();
    let after = sine(hz, to_db, 400_000);
    for part in after.chunks(16) {
        let (mut left, mut right) = (part.to_vec(), part.to_vec());
        equalizer.process(&mut StereoBlock::new(&mut left, &mut right));
        moves_db.push(f64::from(equalizer.take_reading().moves_db[4]));
    }
    let (first, last) = (moves_db[0], moves_db[moves_db.len() - 1]);
    let there = first + (last - first) * (1.0 - (-1.0_f64).exp());
    let steps = moves_db
        .iter()
        .position(|db| (db - there) * (last - first).signum() >= 0.0);
    steps.expect("it gets there") as f64 * 16.0 / 48.0
}

#[test]
fn attack_and_release_take_their_time() {
    for (frequency_hz, q, attack_ms, release_ms, slack_ms) in [
        (7000.0, 1.2, 0.7, 40.0, 0.7),
        (1000.0, 1.0, 10.0, 100.0, 1.5),
        (1000.0, 14.0, 10.0, 80.0, 6.0),
        (80.0, 1.0, 20.0, 120.0, 16.0),
        (3000.0, 0.7, 100.0, 1000.0, 2.0),
    ] {
        let band = BandSettings {
            attack_ms,
            release_ms,
            ..dynamic(Shape::Bell, frequency_hz, q)
        };
        let attack = time_constant_ms(band, -60.0, -15.0);
        let release = time_constant_ms(band, -15.0, -60.0);
        let (attack_ms, release_ms) = (f64::from(attack_ms), f64::from(release_ms));
        assert!((attack_ms * 0.9..attack_ms * 1.1 + slack_ms).contains(&attack));
        // The level takes its time to fall under the threshold.
        assert!((release_ms * 0.9..release_ms * 1.1 + 6.0 * slack_ms).contains(&release));
    }
}

/// Level in dBFS of what lies below 500 and above 2000 Hz, at its loudest, by narrow filters' opposite:
/// the tone's neighbourhood taken out by steep cuts.
fn splatter_db(output: &[f32]) -> f64 {
    let far = |shape, hz: f64| {
        let made = sections(
            shape,
            Slope::Db24,
            &Place::new(hz, RATE_HZ),
            0.707,
            0.0,
            1.0,
        );
        let mut samples: Vec<f64> = output.iter().map(|&x| f64::from(x)).collect();
        // 96 dB an octave and more.
        for _ in 0..4 {
            samples = direct_form(&made.first, &samples);
            samples = direct_form(&made.second.expect("24 dB are two sections"), &samples);
        }
        samples.iter().fold(0.0, |most: f64, x| most.max(x.abs()))
    };
    gain_to_db(far(Shape::HighCut, 400.0).max(far(Shape::LowCut, 2500.0)))
}

#[test]
fn no_jump_of_any_setting_clicks() {
    use Shape::{BassNote, Bell, HighCut, HighShelf, LowCut, LowShelf, Tilt};
    let base = BandSettings {
        on: true,
        ..bell(1000.0, 6.0, 2.0)
    };
    let with = |change: &dyn Fn(&mut BandSettings)| {
        let mut band = base;
        change(&mut band);
        band
    };
    let mut jumps: Vec<(String, BandSettings, BandSettings)> = Vec::new();
    let mut jump = |name: &str, from: BandSettings, to: BandSettings| {
        jumps.push((name.to_owned(), from, to));
        jumps.push((format!("{name}, back"), to, from));
    };
    jump(
        "gain",
        with(&|b| b.gain_db = -12.0),
        with(&|b| b.gain_db = 12.0),
    );
    jump(
        "frequency",
        with(&|b| b.frequency_hz = 20.0),
        with(&|b| b.frequency_hz = 20_000.0),
    );
    jump("near frequency", base, with(&|b| b.frequency_hz = 1900.0));
    jump("q", with(&|b| b.q = 0.1), with(&|b| b.q = 16.0));
    jump("on", with(&|b| b.on = false), base);
    jump("placement", base, with(&|b| b.placement = Placement::Side));
    for shape in [LowShelf, HighShelf, LowCut, HighCut, Tilt, BassNote] {
        jump("shape", base, with(&|b| b.shape = shape));
    }
    let cut = with(&|b| b.shape = LowCut);
    jump(
        "slope",
        cut,
        BandSettings {
            slope: Slope::Db24,
            ..cut
        },
    );
    jump("amount", cut, BandSettings { amount: 0.0, ..cut });
    let moving = with(&|b| {
        b.shape = Bell;
        b.range_db = -12.0;
        b.ratio = 10.0;
    });
    jump(
        "threshold",
        BandSettings {
            threshold_db: 0.0,
            ..moving
        },
        BandSettings {
            threshold_db: -60.0,
            ..moving
        },
    );
    jump(
        "range",
        BandSettings {
            range_db: 12.0,
            ..moving
        },
        moving,
    );
    jump(
        "ratio",
        BandSettings {
            ratio: 1.0,
            ..moving
        },
        moving,
    );
    jump("dynamics", base, moving);
    for (name, from, to) in jumps {
        let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &one(from));
        let mut settings = one(to);
        settings.bands[4].on = to.on;
        let mut start = one(from);
        start.bands[4].on = from.on;
        equalizer.set(&start);
        equalizer.reset();
        // The start of the tone is no jump of ours.
        let mut tone = sine(997.0, -20.0, 48_000);
        for (n, x) in tone.iter_mut().take(12_000).enumerate() {
            *x *= (0.5 - 0.5 * libm::cos(0.5 * TAU * n as f64 / 12_000.0)) as f32;
        }
        let mut before = [tone[..24_007].to_vec(), tone[..24_007].to_vec()];
        let mut after = [tone[24_007..].to_vec(), tone[24_007..].to_vec()];
        process(&mut equalizer, &mut before);
        equalizer.set(&settings);
        process(&mut equalizer, &mut after);
        let mut output = before[0].clone();
        output.extend_from_slice(&after[0]);
        let found_db = splatter_db(&output);
        assert!(found_db < -70.0, "{name}: {found_db} dBFS");
    }
}

#[test]
fn random_automation_stays_finite_and_bounded() {
    let mut picks = noise(1.0, 200_000, 9).into_iter().map(|x| 0.5 * (x + 1.0));
    let mut pick = move || picks.next().expect("there are enough");
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &EqualizerSettings::default());
    for step in 0..300 {
        let mut settings = EqualizerSettings::default();
        for band in settings.bands.iter_mut().take(6) {
            let shapes = [
                Shape::Bell,
                Shape::LowShelf,
                Shape::HighShelf,
                Shape::LowCut,
                Shape::HighCut,
                Shape::Tilt,
                Shape::BassNote,
            ];
            *band = BandSettings {
                on: pick() > 0.1,
                shape: shapes[(pick() * 6.99) as usize],
                placement: [Placement::Stereo, Placement::Mid, Placement::Side]
                    [(pick() * 2.99) as usize],
                slope: [Slope::Db6, Slope::Db24][(pick() * 1.99) as usize],
                range_db: 24.0 * pick() - 12.0,
                attack_ms: 0.5,
                ..bell(
                    20.0 * libm::powf(1000.0, pick()),
                    24.0 * pick() - 12.0,
                    0.1 + 3.0 * pick(),
                )
            };
        }
        settings.bands[7].frequency_hz = f32::NAN;
        settings.bands[7].gain_db = f32::INFINITY;
        settings.bands[7].q = f32::NAN;
        settings.bands[7].on = true;
        equalizer.set(&settings);
        let frames = 1 + (700.0 * pick()) as usize;
        let mut stereo = [noise(0.5, frames, step), noise(0.5, frames, step + 1000)];
        process(&mut equalizer, &mut stereo);
        // Seven bands of at most 24 dB and what Q 3.1 resonates.
        let most = stereo
            .iter()
            .flatten()
            .fold(0.0, |most: f32, x| most.max(x.abs()));
        assert!(most.is_finite() && most < 1e7, "{most} at step {step}");
    }
}

#[test]
fn no_output_is_larger_than_160_dbfs() {
    let mut settings = EqualizerSettings::default();
    for settings in &mut settings.bands {
        *settings = BandSettings {
            on: true,
            ..bell(500.0, 12.0, 1.0)
        };
    }
    let loud: Vec<f32> = sine(500.0, 120.0, 9600);
    let opposite = loud.iter().map(|x| -x).collect();
    for channel in rendered(&settings, &[loud, opposite]) {
        let most = channel.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
        assert_eq!(most, 1e8);
    }
}

/// Three notes of a bass with eight harmonics, half a second each, and a kick on every one.
fn bass_line(notes_hz: [f64; 3], kick: f64) -> Vec<f32> {
    let seconds = |n: usize| n as f64 / RATE_HZ;
    let sample = |n: usize| {
        let (t, into_s) = (seconds(n), seconds(n % 24_000));
        let hz = notes_hz[n / 24_000];
        let partial = |p: u32| libm::sin(TAU * hz * f64::from(p) * t) / f64::from(p);
        let drum = kick * libm::exp(-into_s / 0.04) * libm::sin(TAU * 52.0 * into_s);
        (0.15 * (1..9).map(partial).sum::<f64>() + drum) as f32
    };
    (0..72_000).map(sample).collect()
}

#[test]
fn a_bass_note_band_follows_the_fundamental() {
    for (notes_hz, kick) in [
        ([55.0, 73.4, 65.4], 0.0),
        ([82.4, 61.7, 92.5], 0.0),
        ([55.0, 73.4, 65.4], 0.5),
    ] {
        let settings = one(BandSettings {
            shape: Shape::BassNote,
            ..bell(70.0, -6.0, 7.0)
        });
        let line = bass_line(notes_hz, kick);
        let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
        for (note, part) in notes_hz.iter().zip(line.chunks(24_000)) {
            // All but the first 200 ms, in which kick and change of note are.
            let mut head = [part[..9_600].to_vec(), part[..9_600].to_vec()];
            process(&mut equalizer, &mut head);
            for part in part[9_600..].chunks(960) {
                process(&mut equalizer, &mut [part.to_vec(), part.to_vec()]);
                let found_hz = f64::from(equalizer.take_reading().notes_hz[4]);
                let off_cents = 1200.0 * libm::log2(found_hz / note);
                assert!(off_cents.abs() < 35.0, "{found_hz} Hz for {note} Hz");
            }
        }
    }
}

#[test]
fn a_bass_note_band_stays_home_when_no_note_is_near() {
    let settings = one(BandSettings {
        shape: Shape::BassNote,
        ..bell(60.0, -6.0, 7.0)
    });
    for input in [
        sine(120.0, -12.0, 48_000),
        noise(0.3, 48_000, 5),
        vec![0.0; 48_000],
    ] {
        let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
        process(&mut equalizer, &mut [input.clone(), input]);
        let found_hz = equalizer.take_reading().notes_hz[4];
        assert!((found_hz / 60.0 - 1.0).abs() < 0.12, "{found_hz} Hz");
    }
    // And goes back there when the note ends.
    let mut equalizer = Equalizer::new(Stream::new(RATE_HZ), &settings);
    let note = sine(75.0, -12.0, 24_000);
    process(&mut equalizer, &mut [note.clone(), note]);
    assert!((equalizer.take_reading().notes_hz[4] - 75.0).abs() < 1.0);
    process(&mut equalizer, &mut [vec![0.0; 48_000], vec![0.0; 48_000]]);
    assert_eq!(equalizer.take_reading().notes_hz[4], 60.0);
    assert_eq!(equalizer.take_reading().notes_hz[3], 0.0);
}
