//! The image does what it states, keeps what it must, and never costs the mono sum more than it may.

#[path = "support/signals.rs"]
mod signals;
#[path = "support/song.rs"]
mod song;

use core::f64::consts::{SQRT_2, TAU};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::image::Image;
use finalcoat::engine::image::response::side_response_db;
use finalcoat::engine::reading::ImageReading;
use finalcoat::engine::settings::image::ImageSettings;
use realfft::RealFftPlanner;
use signals::{Random, programme};

type Stereo = [Vec<f32>; 2];

fn widths(widths_pct: [f32; 4]) -> ImageSettings {
    let mut settings = ImageSettings {
        on: true,
        guard_on: false,
        ..ImageSettings::default()
    };
    for (band, width_pct) in settings.bands.iter_mut().zip(widths_pct) {
        band.width_pct = width_pct;
    }
    settings
}

fn guarded(widths_pct: [f32; 4]) -> ImageSettings {
    ImageSettings {
        guard_on: true,
        ..widths(widths_pct)
    }
}

fn mono_bass(mono_below_hz: f32, mono_amount_pct: f32) -> ImageSettings {
    ImageSettings {
        mono_below_hz,
        mono_amount_pct,
        ..widths([100.0; 4])
    }
}

fn run(image: &mut Image, input: &Stereo) -> Stereo {
    let [mut left, mut right] = input.clone();
    image.process(&mut StereoBlock::new(&mut left, &mut right));
    [left, right]
}

fn rendered(settings: &ImageSettings, rate_hz: f64, input: &Stereo) -> Stereo {
    run(&mut Image::new(Stream::new(rate_hz), settings), input)
}

/// Responses of mid and side at `hz`, as complex numbers.
fn responses(settings: &ImageSettings, rate_hz: f64, hz: &[f64]) -> Vec<[[f64; 2]; 2]> {
    let frames = rate_hz as usize;
    let impulse = |right: f32| {
        let mut input = [vec![0.0; frames], vec![0.0; frames]];
        (input[0][0], input[1][0]) = (1.0, right);
        rendered(settings, rate_hz, &input)
    };
    let (mid, side) = (impulse(1.0), impulse(-1.0));
    // Mid stays mid and side stays side.
    assert!(mid[0] == mid[1] && side[0].iter().zip(&side[1]).all(|(l, r)| *l == -*r));
    let at = |response: &[f32], hz: f64| {
        let mut sum = [0.0; 2];
        for (n, &h) in response.iter().enumerate() {
            let angle = -TAU * hz / rate_hz * n as f64;
            sum[0] += f64::from(h) * angle.cos();
            sum[1] += f64::from(h) * angle.sin();
        }
        sum
    };
    hz.iter()
        .map(|&hz| [at(&mid[0], hz), at(&side[0], hz)])
        .collect()
}

fn db([re, im]: [f64; 2]) -> f64 {
    10.0 * (re * re + im * im).log10()
}

#[test]
fn the_side_responds_as_stated() {
    let hz = [
        30.0, 75.0, 150.0, 300.0, 700.0, 2_000.0, 4_000.0, 9_000.0, 18_000.0,
    ];
    let mut moved = widths([60.0, 80.0, 110.0, 150.0]);
    (moved.split_low_hz, moved.split_mid_hz, moved.split_high_hz) = (250.0, 1_500.0, 9_000.0);
    (moved.mono_below_hz, moved.mono_amount_pct) = (80.0, 60.0);
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for settings in [
            widths([50.0, 100.0, 150.0, 200.0]),
            widths([0.0, 100.0, 100.0, 100.0]),
            widths([100.0, 100.0, 100.0, 0.0]),
            mono_bass(110.0, 100.0),
            moved,
        ] {
            for (hz, [mid, side]) in hz.iter().zip(responses(&settings, rate_hz, &hz)) {
                let stated_db = side_response_db(&settings, Stream::new(rate_hz), *hz);
                let side_db = db(side);
                assert!(
                    (side_db - stated_db).abs() < 0.005,
                    "{hz} Hz at {rate_hz} Hz: {side_db} dB, stated {stated_db}, {settings:?}"
                );
                assert!(db(mid).abs() < 0.001, "mid at {hz} Hz: {} dB", db(mid));
            }
        }
    }
}

#[test]
fn a_width_is_the_gain_of_the_side_in_the_middle_of_its_band() {
    // Two octaves and a half into the outer bands, and in the middle of the inner ones.
    let centers_hz = [26.0, 274.0, 1_414.0, 18_000.0];
    for (band, hz) in centers_hz.into_iter().enumerate() {
        for width_pct in [50.0, 200.0] {
            let mut widths_pct = [100.0; 4];
            widths_pct[band] = width_pct;
            let [[_, side]] = responses(&widths(widths_pct), 96_000.0, &[hz])[..] else {
                unreachable!()
            };
            let asked_db = 20.0 * f64::from(width_pct / 100.0).log10();
            let share = db(side) / asked_db;
            assert!((0.8..1.01).contains(&share), "band {band}: {share}");
        }
        let mut widths_pct = [100.0; 4];
        widths_pct[band] = 0.0;
        let [[_, side]] = responses(&widths(widths_pct), 96_000.0, &[hz])[..] else {
            unreachable!()
        };
        assert!(db(side) < -18.0, "band {band}: {} dB left", db(side));
    }
}

#[test]
fn equal_widths_are_flat_and_all_at_none_is_mono() {
    let hz = [20.0, 110.0, 150.0, 500.0, 1_000.0, 4_000.0, 20_000.0];
    for width_pct in [37.0, 133.0, 200.0] {
        let asked_db = 20.0 * f64::from(width_pct / 100.0_f32).log10();
        for [_, side] in responses(&widths([width_pct; 4]), 48_000.0, &hz) {
            assert!((db(side) - asked_db).abs() < 0.001);
        }
    }
    let [left, right] = rendered(&widths([0.0; 4]), 48_000.0, &programme(48_000.0, 48_000, 1));
    let apart = left.iter().zip(&right).map(|(l, r)| (l - r).abs());
    assert!(apart.fold(0.0, f32::max) < 2e-7);
}

#[test]
fn neutral_is_bit_exact_also_when_on_and_after_it_was_not() {
    let input = programme(48_000.0, 48_000, 2);
    for settings in [widths([100.0; 4]), guarded([100.0; 4])] {
        assert!(rendered(&settings, 48_000.0, &input) == input);
        let mut image = Image::new(Stream::new(48_000.0), &widths([30.0, 60.0, 140.0, 170.0]));
        run(&mut image, &input);
        image.set(&mono_bass(200.0, 80.0));
        assert!(run(&mut image, &input) != input);
        image.set(&settings);
        run(&mut image, &input);
        assert!(run(&mut image, &input) == input);
    }
}

#[test]
fn a_mono_track_passes_any_width_bit_for_bit() {
    let [left, _] = programme(48_000.0, 48_000, 3);
    let mono = [left.clone(), left];
    for settings in [widths([200.0, 0.0, 150.0, 30.0]), guarded([200.0; 4])] {
        assert!(rendered(&settings, 48_000.0, &mono) == mono);
    }
    let [left, right] = rendered(&mono_bass(110.0, 100.0), 48_000.0, &mono);
    assert!(left == right);
}

#[test]
fn mono_bass_turns_mid_and_side_alike_and_leaves_no_side_below() {
    for rate_hz in [44_100.0, 96_000.0] {
        for (below_hz, amount_pct) in [(110.0, 100.0), (110.0, 50.0), (40.0, 100.0), (300.0, 75.0)]
        {
            let settings = mono_bass(below_hz, amount_pct);
            let corner_hz = f64::from(below_hz);
            let hz: Vec<f64> = [0.25, 0.5, 1.0, 2.0, 4.0, 30.0]
                .iter()
                .map(|octaves| octaves * corner_hz)
                .collect();
            for ([mid, side], hz) in responses(&settings, rate_hz, &hz).into_iter().zip(hz) {
                let apart = (mid[0] * side[1] - mid[1] * side[0])
                    .atan2(mid[0] * side[0] + mid[1] * side[1]);
                assert!(apart.abs() < 1e-3, "{apart} rad at {hz} Hz, {settings:?}");
                // α·ω²/(1 + ω²) + 1 − α: at full amount 14.0 dB are gone an octave below the corner
                // and 24.6 dB two octaves below.
                let square = (hz / corner_hz).powi(2);
                let alpha = f64::from(amount_pct) / 100.0;
                let expected_db = 20.0 * (1.0 - alpha / (1.0 + square)).log10();
                assert!(
                    (db(side) - expected_db).abs() < 0.02,
                    "{hz} Hz: {}",
                    db(side)
                );
            }
        }
    }
    // Above the corner the polarity stays.
    let [[mid, _]] = responses(&mono_bass(110.0, 100.0), 48_000.0, &[5_000.0])[..] else {
        unreachable!()
    };
    assert!(mid[0] > 0.99);
}

#[test]
fn the_error_is_that_of_the_format() {
    // Filters of the textbook in direct form and double precision: low shelves (RBJ's cookbook, Q 0.7071,
    // bilinear) in series on the side.
    let rate_hz = 48_000.0;
    let mut random = Random::new(4);
    let input = [random.noise(0.5, 96_000), random.noise(0.5, 96_000)];
    let widths_pct = [40.0, 120.0, 90.0, 160.0];
    let output = rendered(&widths(widths_pct), rate_hz, &input);
    let side: Vec<f64> = (0..96_000)
        .map(|n| 0.5 * (f64::from(input[0][n]) - f64::from(input[1][n])))
        .collect();
    let w = widths_pct.map(|width| f64::from(width / 100.0));
    let mut wide: Vec<f64> = side.iter().map(|x| w[3] * x).collect();
    for (split, hz) in [150.0, 500.0, 4_000.0].into_iter().enumerate() {
        let a = (w[split] / w[split + 1]).sqrt();
        let (sin, cos) = (TAU * hz / rate_hz).sin_cos();
        let alpha = 2.0 * a.sqrt() * sin / SQRT_2;
        let b = [
            a * ((a + 1.0) - (a - 1.0) * cos + alpha),
            2.0 * a * ((a - 1.0) - (a + 1.0) * cos),
            a * ((a + 1.0) - (a - 1.0) * cos - alpha),
        ];
        let d = [
            (a + 1.0) + (a - 1.0) * cos + alpha,
            -2.0 * ((a - 1.0) + (a + 1.0) * cos),
            (a + 1.0) + (a - 1.0) * cos - alpha,
        ];
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in &mut wide {
            let x = *sample;
            let y = (b[0] * x + b[1] * x1 + b[2] * x2 - d[1] * y1 - d[2] * y2) / d[0];
            (x2, x1, y2, y1) = (x1, x, y1, y);
            *sample = y;
        }
    }
    let mut energy = 0.0;
    for n in 0..96_000 {
        let added = wide[n] - side[n];
        energy += (f64::from(output[0][n]) - (f64::from(input[0][n]) + added)).powi(2);
        energy += (f64::from(output[1][n]) - (f64::from(input[1][n]) - added)).powi(2);
    }
    let error_db = 10.0 * (energy / 192_000.0).log10();
    assert!(error_db < -140.0, "{error_db} dBFS");
}

/// Highest audible component in dBFS away from the tone, over a second in whose middle `image` is set anew.
fn splatter_db(before: &ImageSettings, after: &ImageSettings) -> f64 {
    const FRAMES: usize = 48_000;
    let rate_hz = 48_000.0;
    let tone = |shift: f64| {
        (0..2 * FRAMES)
            .map(|n| (0.1 * (TAU * 997.0 / rate_hz * n as f64 + shift).sin()) as f32)
            .collect::<Vec<f32>>()
    };
    let [left, right] = [tone(0.0), tone(1.2)];
    let part = |from: usize, to: usize| [left[from..to].to_vec(), right[from..to].to_vec()];
    let mut image = Image::new(Stream::new(rate_hz), before);
    run(&mut image, &part(0, FRAMES));
    let mut output = run(&mut image, &part(FRAMES, FRAMES + FRAMES / 3));
    image.set(after);
    let rest = run(&mut image, &part(FRAMES + FRAMES / 3, 2 * FRAMES));
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(FRAMES);
    let mut worst = 0.0_f64;
    for (channel, rest) in output.iter_mut().zip(&rest) {
        channel.extend(rest);
        // Blackman–Harris; its mean is 0.35875.
        let mut windowed: Vec<f64> = channel
            .iter()
            .enumerate()
            .map(|(n, &x)| {
                let turn = TAU * n as f64 / FRAMES as f64;
                let window = 0.35875 - 0.48829 * turn.cos() + 0.14128 * (2.0 * turn).cos()
                    - 0.01168 * (3.0 * turn).cos();
                f64::from(x) * window
            })
            .collect();
        let mut spectrum = forward.make_output_vec();
        forward
            .process(&mut windowed, &mut spectrum)
            .expect("the lengths fit");
        for (hz, bin) in spectrum.iter().enumerate() {
            if hz >= 20 && !(497..=1_497).contains(&hz) {
                worst = worst.max(bin.norm() * 2.0 / FRAMES as f64 / 0.35875);
            }
        }
    }
    20.0 * worst.log10()
}

#[test]
fn nothing_clicks() {
    let on = widths([100.0; 4]);
    let mut high_splits = widths([20.0, 200.0, 20.0, 200.0]);
    let mut low_splits = high_splits;
    (
        low_splits.split_low_hz,
        low_splits.split_mid_hz,
        low_splits.split_high_hz,
    ) = (60.0, 300.0, 2_000.0);
    (
        high_splits.split_low_hz,
        high_splits.split_mid_hz,
        high_splits.split_high_hz,
    ) = (300.0, 2_000.0, 12_000.0);
    let off = ImageSettings {
        on: false,
        ..widths([0.0, 200.0, 0.0, 200.0])
    };
    for (before, after) in [
        (widths([0.0; 4]), widths([200.0; 4])),
        (widths([200.0; 4]), widths([0.0; 4])),
        (on, widths([0.0, 200.0, 0.0, 200.0])),
        (widths([200.0, 0.0, 200.0, 0.0]), on),
        (off, widths([0.0, 200.0, 0.0, 200.0])),
        (widths([0.0, 200.0, 0.0, 200.0]), off),
        (low_splits, high_splits),
        (high_splits, low_splits),
        (mono_bass(40.0, 100.0), mono_bass(300.0, 100.0)),
        (mono_bass(300.0, 100.0), mono_bass(40.0, 1.0)),
        (mono_bass(300.0, 0.0), mono_bass(300.0, 100.0)),
        (mono_bass(300.0, 100.0), mono_bass(300.0, 0.0)),
        (widths([200.0; 4]), guarded([200.0; 4])),
        (guarded([200.0; 4]), widths([200.0; 4])),
    ] {
        let found_db = splatter_db(&before, &after);
        assert!(
            found_db < -100.0,
            "{found_db} dBFS: {before:?} to {after:?}"
        );
    }
}

#[test]
fn bass_does_not_drop_out_while_mono_bass_comes_and_goes() {
    let rate_hz = 48_000.0;
    let tone: Vec<f32> = (0..96_000)
        .map(|n| (0.5 * (TAU * 55.0 / rate_hz * f64::from(n)).sin()) as f32)
        .collect();
    let input = [tone.clone(), tone];
    let mut image = Image::new(Stream::new(rate_hz), &widths([100.0; 4]));
    for settings in [mono_bass(110.0, 100.0), mono_bass(110.0, 0.0)] {
        image.set(&settings);
        let [left, _] = run(&mut image, &input);
        let quietest = left
            .chunks_exact(960)
            .map(|chunk| chunk.iter().fold(0.0_f32, |top, x| top.max(x.abs())))
            .fold(f32::INFINITY, f32::min);
        assert!(quietest > 0.47, "{quietest}");
    }
}

fn lufs(rate_hz: f64, left: &[f32], right: &[f32]) -> f64 {
    let mut meter = Meter::new(Stream::new(rate_hz));
    meter.process(left, right);
    meter.reading().integrated_lufs.expect("it sounds")
}

/// Loudness of the mono sum in both channels beside that of the stereo sound.
fn fold_lu(rate_hz: f64, [left, right]: &Stereo) -> f64 {
    let mono: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
    lufs(rate_hz, &mono, &mono) - lufs(rate_hz, left, right)
}

/// Noise whose side lies `side_db` beside its mid.
fn noise(side_db: f64, frames: usize) -> Stereo {
    let mut random = Random::new(5);
    let (mid, side) = (random.noise(0.3, frames), random.noise(0.3, frames));
    let gain = 10.0_f64.powf(side_db / 20.0) as f32;
    let channel = |sign: f32| {
        mid.iter()
            .zip(&side)
            .map(|(m, s)| m + sign * gain * s)
            .collect()
    };
    [channel(1.0), channel(-1.0)]
}

#[test]
fn the_mono_sum_loses_no_more_than_half_a_unit_by_widening() {
    let (rate_hz, demo) = song::demo();
    let mut inputs = vec![demo, programme(rate_hz, 10 * rate_hz as usize, 6)];
    inputs.extend([-20.0, -12.0, -6.0, -3.0, 0.0].map(|side_db| noise(side_db, 400_000)));
    for input in &inputs {
        let before_lu = fold_lu(rate_hz, input);
        for widths_pct in [
            [200.0; 4],
            [130.0; 4],
            [200.0, 200.0, 100.0, 60.0],
            [100.0, 100.0, 100.0, 200.0],
        ] {
            for mono_amount_pct in [0.0, 100.0] {
                let settings = ImageSettings {
                    mono_amount_pct,
                    ..guarded(widths_pct)
                };
                let lost_lu = before_lu - fold_lu(rate_hz, &rendered(&settings, rate_hz, input));
                assert!(lost_lu < 0.5, "{lost_lu} LU lost, {settings:?}");
            }
        }
        // Without the guard what is asked for is done, whatever it costs.
        if before_lu < -1.0 {
            let wide = rendered(&widths([200.0; 4]), rate_hz, input);
            assert!(before_lu - fold_lu(rate_hz, &wide) > 1.0);
        }
    }
}

/// The readings of every 10 ms.
fn readings(settings: &ImageSettings, input: &Stereo) -> Vec<ImageReading> {
    let mut image = Image::new(Stream::new(48_000.0), settings);
    let [mut left, mut right] = input.clone();
    left.chunks_mut(480)
        .zip(right.chunks_mut(480))
        .map(|(left, right)| {
            image.process(&mut StereoBlock::new(left, right));
            image.take_reading()
        })
        .collect()
}

#[test]
fn the_guard_widens_what_is_narrow_and_leaves_the_rest() {
    let frames = 8 * 48_000;
    let wide = guarded([200.0; 4]);
    let last = |input: &Stereo| readings(&wide, input).pop().expect("it ran");
    let left = Random::new(7).noise(0.3, frames);
    let turned: Vec<f32> = left.iter().map(|x| -x).collect();
    // Against each other, and in one channel only: nothing is widened.
    let against = last(&[left.clone(), turned]);
    assert_eq!(against.widths_pct, [100.0; 4]);
    assert!(against.correlations.iter().all(|&c| c < -0.999));
    let panned = last(&[left.clone(), vec![0.0; frames]]);
    assert_eq!(panned.widths_pct, [100.0; 4]);
    // Uncorrelated: has no room either.
    assert_eq!(last(&noise(0.0, frames)).widths_pct, [100.0; 4]);
    // Mono: there is nothing that could do harm.
    let mono = last(&[left.clone(), left.clone()]);
    assert!(mono.correlations.iter().all(|&c| c > 0.999));
    // 16 dB narrower than mid: bass may not be widened so that it passes −20 dB, the rest may be; the mono
    // sum has room for 1.0965·(1 + 0.025) = 1 + 0.124, of which 200 % takes 0.1.
    let narrow = last(&noise(-16.0, frames));
    assert_eq!(narrow.widths_pct[0], 100.0);
    assert!(
        narrow.widths_pct[2..].iter().all(|&w| w > 190.0),
        "{narrow:?}"
    );
    // 8 dB narrower: low mids may not pass −10 dB; what the mono sum can bear is shared by the rest.
    let medium = last(&noise(-8.0, frames));
    assert_eq!(medium.widths_pct[1], 100.0);
    assert!((105.0..141.0).contains(&medium.widths_pct[2]), "{medium:?}");
    assert!((115.0..159.0).contains(&medium.widths_pct[3]), "{medium:?}");
    // (1 − u)/(1 + u) with u the side's energy beside the mid's.
    let side = (f64::from(medium.widths_pct[3]) / 100.0).powi(2) * 10.0_f64.powf(-0.8);
    let expected = (1.0 - side) / (1.0 + side);
    assert!(
        (f64::from(medium.correlations[3]) - expected).abs() < 0.03,
        "{medium:?}"
    );
    assert_eq!(
        readings(&ImageSettings::default(), &noise(-8.0, 4_800)).pop(),
        Some(ImageReading::default())
    );
}

#[test]
fn the_guard_starts_from_nothing_and_moves_slowly() {
    let narrow = noise(-20.0, 6 * 48_000);
    let mut input = narrow.clone();
    let against = noise(0.0, 4 * 48_000);
    for (channel, more) in input.iter_mut().zip(&against) {
        channel.extend(more);
    }
    let readings = readings(&guarded([150.0; 4]), &input);
    assert!(readings[0].widths_pct.iter().all(|&w| w < 102.0));
    assert!(readings[599].widths_pct[3] > 149.9);
    assert!(readings[999].widths_pct[3] < 101.0);
    for pair in readings.windows(2) {
        for (before, after) in pair[0].widths_pct.iter().zip(&pair[1].widths_pct) {
            assert!((before - after).abs() < 4.0, "{before} to {after}");
        }
    }
}
