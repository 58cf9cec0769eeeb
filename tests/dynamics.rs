//! Multiband and glue against closed forms, measured times and a reference in double precision.

#[path = "support/dynamics_reference.rs"]
mod dynamics_reference;
#[path = "support/looks.rs"]
mod looks;
#[path = "support/signals.rs"]
mod signals;

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::glue::Glue;
use finalcoat::engine::multiband::Multiband;
use finalcoat::engine::multiband::response::response_db;
use finalcoat::engine::settings::glue::GlueSettings;
use finalcoat::engine::settings::multiband::{BANDS, MultibandSettings};
use looks::{RATE_HZ, Stereo, click_dbfs, gain, gain_db_at_end, looked_at, passes_ms, tone};
use signals::{Random, programme};
use std::f64::consts::TAU;

/// Tones in the middle of each band.
const MIDDLES_HZ: [f64; BANDS] = [60.0, 277.0, 1775.0, 9000.0];
fn multiband_of(edit: impl Fn(&mut MultibandSettings)) -> MultibandSettings {
    let mut settings = MultibandSettings {
        on: true,
        knee_db: 0.0,
        ..MultibandSettings::default()
    };
    edit(&mut settings);
    settings
}

fn glue_of(edit: impl Fn(&mut GlueSettings)) -> GlueSettings {
    let mut settings = GlueSettings {
        on: true,
        knee_db: 0.0,
        auto_release: false,
        sidechain_hz: 20.0,
        ..GlueSettings::default()
    };
    edit(&mut settings);
    settings
}

/// The output, and the moves of each look.
fn through_multiband(settings: &MultibandSettings, input: &Stereo) -> (Stereo, Vec<[f64; BANDS]>) {
    let mut unit = Multiband::new(Stream::new(RATE_HZ), settings);
    looked_at(input, |block| {
        unit.process(block);
        unit.take_reading().moves_db.map(f64::from)
    })
}

fn through_glue(settings: &GlueSettings, input: &Stereo) -> (Stereo, Vec<f64>) {
    let mut unit = Glue::new(Stream::new(RATE_HZ), settings);
    looked_at(input, |block| {
        unit.process(block);
        f64::from(unit.take_reading().move_db)
    })
}

#[test]
fn multiband_compresses_along_its_static_curve() {
    let settings = multiband_of(|settings| {
        settings.knee_db = 6.0;
        for band in &mut settings.bands {
            band.threshold_db = -30.0;
            band.ratio = 3.0;
            (band.attack_ms, band.release_ms) = (20.0, 20.0);
        }
    });
    // By hand: 2/3 of what is over −30 dB, and a parabola from −33 to −27.
    for (level_db, move_db) in [
        (-40.0, 0.0),
        (-33.0, 0.0),
        (-30.0, -0.5),
        (-27.0, -2.0),
        (-18.0, -8.0),
        (-6.0, -16.0),
    ] {
        for (band, hz) in MIDDLES_HZ.into_iter().enumerate() {
            let input = tone(hz, 0.8, |_| level_db);
            let (output, moves_db) = through_multiband(&settings, &input);
            let last_db = moves_db[moves_db.len() - 1];
            assert!(
                (last_db[band] - move_db).abs() < 0.05,
                "{hz} Hz at {level_db} dB: {last_db:?}"
            );
            let splits_hz = [110.0, 700.0, 4500.0];
            let expected_db = response_db(last_db, splits_hz, RATE_HZ, hz);
            let found_db = gain_db_at_end(&output[0], &input[0]);
            assert!(
                (found_db - expected_db).abs() < 0.05,
                "{hz} Hz at {level_db} dB: {found_db} for {expected_db}"
            );
        }
    }
}

#[test]
fn multiband_lifts_along_its_static_curve() {
    let settings = multiband_of(|settings| {
        for band in &mut settings.bands {
            (band.lift_threshold_db, band.lift_db) = (-30.0, 3.0);
            (band.attack_ms, band.release_ms) = (20.0, 20.0);
        }
    });
    for (level_db, move_db) in [
        (-20.0, 0.0),
        (-32.0, 1.0),
        (-36.0, 3.0),
        (-54.0, 3.0),
        (-60.0, 1.5),
        (-66.0, 0.0),
        (-90.0, 0.0),
    ] {
        for (band, hz) in MIDDLES_HZ.into_iter().enumerate() {
            let (_, moves_db) = through_multiband(&settings, &tone(hz, 0.8, |_| level_db));
            let last_db = moves_db[moves_db.len() - 1][band];
            assert!(
                (last_db - move_db).abs() < 0.05,
                "{hz} Hz at {level_db} dB: {last_db}"
            );
        }
    }
}

#[test]
fn a_band_does_not_hear_its_neighbours() {
    // 25 dB below the tone, a band next to it would still move.
    let settings = multiband_of(|settings| {
        for band in &mut settings.bands {
            (band.threshold_db, band.ratio) = (-45.0, 4.0);
        }
    });
    for (hz, own) in [(60.0, 0), (1400.0, 2), (2200.0, 2), (9000.0, 3)] {
        // Faded in, as an onset is heard everywhere.
        let input = tone(hz, 2.0, |t| -20.0 - 60.0 * (1.0 - t / 0.5).max(0.0));
        let (_, moves_db) = through_multiband(&settings, &input);
        for band in 0..BANDS {
            let most_db = moves_db.iter().map(|moves| moves[band]).fold(0.0, f64::min);
            if band == own {
                assert!((most_db + 18.75).abs() < 0.1, "{hz} Hz: {most_db}");
            } else {
                assert!(most_db > -0.01, "{hz} Hz in band {band}: {most_db}");
            }
        }
    }
}

#[test]
fn multiband_attack_and_release_are_true() {
    for (band, hz) in MIDDLES_HZ.into_iter().enumerate() {
        for (attack_ms, release_ms) in [(30.0, 100.0), (60.0, 400.0)] {
            let settings = multiband_of(|settings| {
                let band = &mut settings.bands[band];
                (band.threshold_db, band.ratio) = (-40.0, 2.0);
                (band.attack_ms, band.release_ms) = (attack_ms, release_ms);
            });
            // −10 dB of gain for a second, in a tone that is there before and after.
            let level_db = |t: f64| {
                if (0.5..1.5).contains(&t) {
                    -20.0
                } else {
                    -60.0
                }
            };
            let (_, moves_db) = through_multiband(&settings, &tone(hz, 3.5, level_db));
            let looks: Vec<f64> = moves_db.iter().map(|moves| moves[band]).collect();
            let time = |from_s, from_db, to_db| {
                passes_ms(&looks, from_s, to_db) - passes_ms(&looks, from_s, from_db)
            };
            // The last 3 dB of level come with the RMS window, so the attack is read early.
            let attacked_ms = time(0.5, -0.2, -10.0 + 9.8 * (-1.0_f64).exp());
            let released_ms = time(1.5, -8.0, -8.0 * (-1.0_f64).exp());
            let (asked, window_ms) = (f64::from(attack_ms), [25.0, 15.0, 10.0, 5.0][band]);
            assert!(
                attacked_ms > 0.9 * asked && attacked_ms < 1.1 * asked + 0.4 * window_ms,
                "{hz} Hz: attack {attacked_ms} ms for {asked}"
            );
            let asked = f64::from(release_ms);
            assert!(
                (released_ms / asked - 1.0).abs() < 0.05,
                "{hz} Hz: release {released_ms} ms for {asked}"
            );
        }
    }
}

#[test]
fn percussive_bands_move_faster() {
    let settings = multiband_of(|settings| {
        (settings.bands[2].threshold_db, settings.bands[2].ratio) = (-40.0, 2.0);
        settings.bands[2].release_ms = 400.0;
    });
    // The same step after five seconds of a tone, and after five of short hits of it.
    let released_ms = |hits: bool| {
        let input = tone(1775.0, 9.0, |t| match t {
            ..5.0 if hits && t % 0.25 > 0.01 => -90.0,
            ..5.0 => -14.0,
            5.0..5.3 => -20.0,
            _ => -60.0,
        });
        let (_, moves_db) = through_multiband(&settings, &input);
        let looks: Vec<f64> = moves_db.iter().map(|moves| moves[2]).collect();
        passes_ms(&looks, 5.3, -3.0) - passes_ms(&looks, 5.3, -6.0)
    };
    let (sustained_ms, percussive_ms) = (released_ms(false), released_ms(true));
    assert!((sustained_ms / (400.0 * 2.0_f64.ln()) - 1.0).abs() < 0.05);
    let share = percussive_ms / sustained_ms;
    assert!((0.5..0.75).contains(&share), "{share}");
}

#[test]
fn equal_gains_are_flat() {
    let settings = multiband_of(|settings| {
        for band in &mut settings.bands {
            band.gain_db = -4.5;
        }
    });
    let mut random = Random::new(1);
    let input = [random.noise(0.5, 20_000), random.noise(0.5, 20_000)];
    let (output, _) = through_multiband(&settings, &input);
    for (input, output) in input.iter().flatten().zip(output.iter().flatten()) {
        let expected = f64::from(*input) * gain(-4.5);
        assert!((f64::from(*output) - expected).abs() <= expected.abs() * 1e-7);
    }
}

#[test]
fn measured_response_is_the_stated_one() {
    let splits_hz = [90.0, 1000.0, 8000.0];
    for gains_db in [
        [0.0, -6.0, 0.0, 0.0],
        [6.0, 6.0, -6.0, 3.0],
        [-3.0, 4.0, -1.0, -6.0],
    ] {
        let settings = multiband_of(|settings| {
            settings.split_low_hz = 90.0;
            settings.split_mid_hz = 1000.0;
            settings.split_high_hz = 8000.0;
            for (band, gain_db) in settings.bands.iter_mut().zip(gains_db) {
                band.gain_db = gain_db as f32;
            }
        });
        let mut impulse = [vec![0.0; 48_000], vec![0.0; 48_000]];
        impulse[0][0] = 1.0;
        let (output, _) = through_multiband(&settings, &impulse);
        for hz in [
            20.0, 60.0, 90.0, 300.0, 1000.0, 3000.0, 8000.0, 15_000.0, 23_000.0,
        ] {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, h) in output[0].iter().enumerate() {
                let (sin, cos) = (TAU * hz / RATE_HZ * n as f64).sin_cos();
                re += f64::from(*h) * cos;
                im -= f64::from(*h) * sin;
            }
            let found_db = 10.0 * (re * re + im * im).log10();
            let stated_db = response_db(gains_db, splits_hz, RATE_HZ, hz);
            assert!(
                (found_db - stated_db).abs() < 0.001,
                "{gains_db:?} at {hz} Hz: {found_db} {stated_db}"
            );
        }
    }
}

#[test]
fn a_lone_band_nearly_gets_its_gain_without_ripple() {
    let hz = |n: usize| 10.0 * 2.0_f64.powf(n as f64 / 48.0);
    for band in 0..BANDS {
        let mut gains_db = [0.0; BANDS];
        gains_db[band] = -6.0;
        let response: Vec<f64> = (0..530)
            .map(|n| response_db(gains_db, [110.0, 700.0, 4500.0], RATE_HZ, hz(n)))
            .collect();
        let deepest = (0..530).min_by(|a, b| response[*a].total_cmp(&response[*b]));
        let deepest = deepest.expect("there are many");
        assert!((-6.001..-5.65).contains(&response[deepest]));
        // Down to there, and up again; never above 0.
        for n in 1..530 {
            let falls = response[n] <= response[n - 1] + 1e-9;
            let rises = response[n] >= response[n - 1] - 1e-9;
            assert!(
                if n <= deepest { falls } else { rises },
                "band {band}, {} Hz",
                hz(n)
            );
            assert!(response[n] < 0.01);
        }
    }
}

#[test]
fn what_asks_for_nothing_changes_nothing() {
    let input = programme(RATE_HZ, 96_000, 1);
    let (output, _) = through_multiband(&multiband_of(|_| ()), &input);
    assert_eq!(output, input);
    let (output, _) = through_glue(&glue_of(|settings| settings.ratio = 1.0), &input);
    assert_eq!(output, input);
    let nothing_mixed = glue_of(|settings| {
        settings.threshold_db = -30.0;
        settings.mix_pct = 0.0;
    });
    assert_eq!(through_glue(&nothing_mixed, &input).0, input);
    // And again after it was asked for something.
    let mut multiband = Multiband::new(
        Stream::new(RATE_HZ),
        &multiband_of(|settings| {
            settings.bands[1].ratio = 3.0;
            settings.bands[3].gain_db = 4.0;
        }),
    );
    let mut glue = Glue::new(
        Stream::new(RATE_HZ),
        &glue_of(|settings| settings.ratio = 4.0),
    );
    looked_at(&input, |block| multiband.process(block));
    multiband.set(&multiband_of(|_| ()));
    let (gliding, _) = looked_at(&input, |block| multiband.process(block));
    assert!(gliding != input);
    let (output, _) = looked_at(&input, |block| multiband.process(block));
    assert_eq!(output, input);
    for settings in [
        GlueSettings::default(),
        glue_of(|settings| settings.ratio = 1.0),
    ] {
        glue.set(&glue_of(|settings| settings.ratio = 4.0));
        let (active, _) = looked_at(&input, |block| glue.process(block));
        assert!(active != input);
        glue.set(&settings);
        looked_at(&input, |block| glue.process(block));
        let (output, _) = looked_at(&input, |block| glue.process(block));
        assert_eq!(output, input);
    }
}

#[test]
fn jumps_make_no_click() {
    let input = tone(997.0, 1.0, |_| -20.0);
    let at = (0.5 * RATE_HZ) as usize;
    let limit_dbfs = -75.0;
    // A step of 0.2 dB would be found.
    let mut stepped = input[0].clone();
    stepped[at + 12..].iter_mut().for_each(|x| *x *= 1.023);
    assert!(click_dbfs(&input[0]) < -110.0 && click_dbfs(&stepped) > limit_dbfs + 10.0);

    let busy = multiband_of(|settings| {
        for band in &mut settings.bands {
            (band.threshold_db, band.ratio) = (-50.0, 6.0);
            (band.lift_threshold_db, band.lift_db) = (-10.0, 3.0);
        }
    });
    let jumps: [fn(&mut MultibandSettings); 8] = [
        |settings| settings.on = false,
        |settings| settings.knee_db = 18.0,
        |settings| settings.split_mid_hz = 2000.0,
        |settings| settings.bands[2].threshold_db = 0.0,
        |settings| settings.bands[2].ratio = 1.0,
        |settings| settings.bands[2].lift_db = 6.0,
        |settings| settings.bands[2].gain_db = -6.0,
        |settings| settings.bands[1].gain_db = 6.0,
    ];
    for (index, jump) in jumps.into_iter().enumerate() {
        let mut other = busy;
        jump(&mut other);
        for [before, after] in [[busy, other], [other, busy]] {
            let mut unit = Multiband::new(Stream::new(RATE_HZ), &before);
            let [mut left, mut right] = input.clone();
            let mut block = StereoBlock::new(&mut left, &mut right);
            unit.process(&mut block.part(0, at));
            unit.set(&after);
            unit.process(&mut block.part(at, input[0].len()));
            let found_dbfs = click_dbfs(&left[at / 2..]);
            assert!(found_dbfs < limit_dbfs, "multiband {index}: {found_dbfs}");
        }
    }

    let busy = glue_of(|settings| (settings.threshold_db, settings.ratio) = (-40.0, 10.0));
    let jumps: [fn(&mut GlueSettings); 7] = [
        |settings| settings.on = false,
        |settings| settings.threshold_db = 0.0,
        |settings| settings.ratio = 1.0,
        |settings| settings.sidechain_hz = 500.0,
        |settings| settings.makeup_db = 12.0,
        |settings| settings.mix_pct = 0.0,
        |settings| settings.auto_release = true,
    ];
    for (index, jump) in jumps.into_iter().enumerate() {
        let mut other = busy;
        jump(&mut other);
        for [before, after] in [[busy, other], [other, busy]] {
            let mut unit = Glue::new(Stream::new(RATE_HZ), &before);
            let [mut left, mut right] = input.clone();
            let mut block = StereoBlock::new(&mut left, &mut right);
            unit.process(&mut block.part(0, at));
            unit.set(&after);
            unit.process(&mut block.part(at, input[0].len()));
            let found_dbfs = click_dbfs(&left[at / 2..]);
            assert!(found_dbfs < limit_dbfs, "glue {index}: {found_dbfs}");
        }
    }
}

#[test]
fn glue_compresses_along_its_static_curve() {
    let settings = glue_of(|settings| {
        settings.knee_db = 8.0;
        (settings.threshold_db, settings.ratio) = (-20.0, 4.0);
    });
    // By hand: 3/4 of what is over −20 dB, and a parabola from −24 to −16.
    for (level_db, move_db) in [
        (-40.0, 0.0),
        (-24.0, 0.0),
        (-20.0, -0.75),
        (-16.0, -3.0),
        (-8.0, -9.0),
        (0.0, -15.0),
    ] {
        for hz in [100.0, 997.0, 9000.0] {
            let input = tone(hz, 1.5, |_| level_db);
            let (output, moves_db) = through_glue(&settings, &input);
            let found_db = gain_db_at_end(&output[1], &input[1]);
            let last_db = moves_db[moves_db.len() - 1];
            assert!(
                (found_db - move_db).abs() < 0.05 && (last_db - move_db).abs() < 0.05,
                "{hz} Hz at {level_db} dB: {found_db}, {last_db} for {move_db}"
            );
        }
    }
}

#[test]
fn glue_attack_and_release_are_true() {
    for (attack_ms, release_ms) in [(30.0, 100.0), (80.0, 600.0)] {
        let settings = glue_of(|settings| {
            (settings.threshold_db, settings.ratio) = (-40.0, 2.0);
            (settings.attack_ms, settings.release_ms) = (attack_ms, release_ms);
        });
        let level_db = |t: f64| {
            if (0.5..1.5).contains(&t) {
                -20.0
            } else {
                -60.0
            }
        };
        let (_, looks) = through_glue(&settings, &tone(997.0, 3.5, level_db));
        let time = |from_s, from_db, to_db| {
            passes_ms(&looks, from_s, to_db) - passes_ms(&looks, from_s, from_db)
        };
        let attacked_ms = time(0.5, -0.2, -10.0 + 9.8 * (-1.0_f64).exp());
        let released_ms = time(1.5, -8.0, -8.0 * (-1.0_f64).exp());
        let asked = f64::from(attack_ms);
        assert!(
            attacked_ms > 0.9 * asked && attacked_ms < 1.1 * asked + 4.0,
            "attack {attacked_ms} ms for {asked}"
        );
        let asked = f64::from(release_ms);
        assert!(
            (released_ms / asked - 1.0).abs() < 0.05,
            "release {released_ms} ms for {asked}"
        );
    }
}

#[test]
fn glue_lets_go_of_hits_fast_and_of_sustained_sound_slowly() {
    let settings = glue_of(|settings| {
        (settings.threshold_db, settings.ratio) = (-32.0, 2.0);
        (settings.attack_ms, settings.release_ms) = (5.0, 100.0);
        settings.auto_release = true;
    });
    let recovery_ms = |loud_s: f64| {
        let level_db = |t: f64| {
            if (0.2..0.2 + loud_s).contains(&t) {
                -20.0
            } else {
                -60.0
            }
        };
        let (_, looks) = through_glue(&settings, &tone(997.0, loud_s + 4.0, level_db));
        let most_db = looks.iter().copied().fold(0.0, f64::min);
        assert!((-6.05..-5.3).contains(&most_db), "{most_db}");
        passes_ms(&looks, 0.2 + loud_s, -2.0)
    };
    let (hit_ms, sustained_ms) = (recovery_ms(0.04), recovery_ms(4.0));
    assert!(hit_ms < 200.0, "{hit_ms}");
    assert!((1000.0..1300.0).contains(&sustained_ms), "{sustained_ms}");
}

#[test]
fn glue_moves_both_channels_alike() {
    let settings = glue_of(|settings| (settings.threshold_db, settings.ratio) = (-40.0, 3.0));
    let [left, _] = programme(RATE_HZ, 48_000, 3);
    let right: Vec<f32> = left.iter().map(|x| x * 0.125).collect();
    let (output, looks) = through_glue(&settings, &[left, right]);
    assert!(looks.iter().any(|db| *db < -6.0));
    for (left, right) in output[0].iter().zip(&output[1]) {
        assert_eq!(left * 0.125, *right);
    }
}

#[test]
fn bass_moves_glue_less_behind_the_side_chain_filter() {
    let move_db = |hz: f64, sidechain_hz: f32| {
        let settings = glue_of(|settings| {
            (settings.threshold_db, settings.ratio) = (-40.0, 2.0);
            settings.sidechain_hz = sidechain_hz;
        });
        let (_, looks) = through_glue(&settings, &tone(hz, 1.5, |_| -10.0));
        looks[looks.len() - 1]
    };
    // Half of what a first-order high-pass takes.
    for (hz, sidechain_hz) in [(40.0, 80.0), (80.0, 80.0), (997.0, 200.0)] {
        let lost_db = 10.0 * (1.0 + (f64::from(sidechain_hz) / hz).powi(2)).log10();
        let found_db = move_db(hz, sidechain_hz);
        assert!(
            (found_db - (-15.0 + 0.5 * lost_db)).abs() < 0.1,
            "{hz} Hz at {sidechain_hz}: {found_db}"
        );
    }
    // The lowest value is off.
    assert!((move_db(40.0, 20.0) + 15.0).abs() < 0.1);
}

#[test]
fn makeup_and_mix_are_gains() {
    let settings = glue_of(|settings| {
        (settings.threshold_db, settings.ratio) = (-40.0, 2.0);
        settings.makeup_db = 4.0;
        settings.mix_pct = 30.0;
    });
    let input = tone(997.0, 1.5, |_| -20.0);
    let (output, _) = through_glue(&settings, &input);
    let expected_db = 20.0 * (0.7 + 0.3 * gain(-10.0 + 4.0)).log10();
    let found_db = gain_db_at_end(&output[0], &input[0]);
    assert!(
        (found_db - expected_db).abs() < 0.01,
        "{found_db} {expected_db}"
    );
}

#[test]
fn active_stages_are_as_exact_as_double_precision() {
    for rate_hz in [44_100.0, 96_000.0] {
        let input = programme(rate_hz, (rate_hz * 1.5) as usize, 4)
            .map(|x| x.iter().map(|x| x * 0.5).collect::<Vec<f32>>());
        let exact = input
            .clone()
            .map(|x| x.iter().map(|x| f64::from(*x)).collect());
        let error_dbfs = |found: &Stereo, expected: &dynamics_reference::Stereo64| {
            let both = found.iter().flatten().zip(expected.iter().flatten());
            let worst = both
                .map(|(a, b)| (f64::from(*a) - b).abs())
                .fold(0.0, f64::max);
            20.0 * worst.log10()
        };
        let settings = multiband_of(|settings| {
            settings.knee_db = 6.0;
            for (n, band) in settings.bands.iter_mut().enumerate() {
                (band.threshold_db, band.ratio) = (-32.0 - n as f32, 2.5);
                (band.lift_threshold_db, band.lift_db) = (-30.0, 2.0);
                band.gain_db = 1.5 - n as f32;
            }
        });
        let mut unit = Multiband::new(Stream::new(rate_hz), &settings);
        let (found, _) = looked_at(&input, |block| unit.process(block));
        let expected = dynamics_reference::multiband(&exact, &settings, rate_hz);
        let error = error_dbfs(&found, &expected);
        assert!(error < -120.0, "multiband at {rate_hz} Hz: {error}");

        let settings = GlueSettings {
            on: true,
            threshold_db: -24.0,
            ratio: 3.0,
            makeup_db: 2.0,
            mix_pct: 80.0,
            ..GlueSettings::default()
        };
        let mut unit = Glue::new(Stream::new(rate_hz), &settings);
        let (found, _) = looked_at(&input, |block| unit.process(block));
        let expected = dynamics_reference::glue(&exact, &settings, rate_hz);
        let error = error_dbfs(&found, &expected);
        assert!(error < -120.0, "glue at {rate_hz} Hz: {error}");
    }
}
