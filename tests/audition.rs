//! What is listened to is fair, is what it says, and never part of the master.

#[path = "support/signals.rs"]
mod signals;
#[path = "support/song.rs"]
mod song;

use core::f64::consts::TAU;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::{Meter, MeterReading};
use finalcoat::engine::Engine;
use finalcoat::engine::audition::settings::{AuditionSettings, Channels, Listen};
use finalcoat::engine::settings::Settings;
use realfft::RealFftPlanner;
use signals::{Random, programme};

const RATE_HZ: f64 = 48_000.0;

type Stereo = [Vec<f32>; 2];

fn listen(listen: Listen) -> AuditionSettings {
    AuditionSettings {
        listen,
        ..AuditionSettings::default()
    }
}

fn channels(channels: Channels) -> AuditionSettings {
    AuditionSettings {
        channels,
        ..AuditionSettings::default()
    }
}

fn solo(band: u8) -> AuditionSettings {
    AuditionSettings {
        solo_band: Some(band),
        ..AuditionSettings::default()
    }
}

fn driven(drive_db: f32) -> Settings {
    let mut settings = Settings::default();
    settings.loudness.on = true;
    settings.loudness.drive_db = drive_db;
    settings
}

fn run(engine: &mut Engine, input: &Stereo) -> Stereo {
    let [mut left, mut right] = input.clone();
    for (left, right) in left.chunks_mut(256).zip(right.chunks_mut(256)) {
        engine.process(&mut StereoBlock::new(left, right));
    }
    [left, right]
}

fn measured(rate_hz: f64, [left, right]: &Stereo) -> MeterReading {
    let mut meter = Meter::new(Stream::new(rate_hz));
    meter.process(left, right);
    meter.finish();
    meter.reading()
}

fn lufs(rate_hz: f64, stereo: &Stereo) -> f64 {
    measured(rate_hz, stereo)
        .integrated_lufs
        .expect("it sounds")
}

#[test]
fn a_comparison_is_fair_on_the_song_that_was_heard() {
    let (rate_hz, song) = song::demo();
    // Driven hard; driven hard from far below; left quieter than it was.
    for (gain, drive_db) in [(1.0, 9.0), (0.1, 12.0), (1.0, 0.0)] {
        let settings = driven(drive_db);
        let song = song.clone().map(|x| x.iter().map(|x| x * gain).collect());
        let mut engine = Engine::new(Stream::new(rate_hz), &settings);
        let output = run(&mut engine, &song);
        assert!(!engine.audition_on());
        engine.set_audition(&listen(Listen::Processed));
        assert!(engine.audition_on());
        let processed = run(&mut engine, &song);
        engine.set_audition(&listen(Listen::Original));
        let original = run(&mut engine, &song);
        let [of_output, of_processed, of_original, of_song] =
            [&output, &processed, &original, &song].map(|x| lufs(rate_hz, x));
        let residual_lu = of_processed - of_original;
        assert!(
            residual_lu.abs() <= 0.1,
            "{residual_lu} LU at {drive_db} dB"
        );
        // The quieter one is heard as it is.
        let quieter = of_output.min(of_song);
        assert!(
            (of_processed - quieter).abs() <= 0.1,
            "{of_processed} for {quieter}"
        );
        let ceiling_dbtp = f64::from(settings.loudness.ceiling_dbtp) + 0.05;
        let peak_dbtp = measured(rate_hz, &processed)
            .true_peak_dbtp
            .expect("it sounds");
        assert!(peak_dbtp <= ceiling_dbtp, "{peak_dbtp} dBTP");
        for (original, song) in original.iter().zip(&song) {
            let peak = |x: &[f32]| x.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
            assert!(peak(original) <= peak(song));
        }
    }
}

#[test]
fn a_comparison_is_fair_soon_after_a_knob_was_turned() {
    let mut random = Random::new(1);
    let noise = |seconds: f64, random: &mut Random| {
        let frames = (seconds * RATE_HZ) as usize;
        [random.noise(0.05, frames), random.noise(0.05, frames)]
    };
    let mut engine = Engine::new(Stream::new(RATE_HZ), &driven(0.0));
    // A minute at one drive must not stand against what is heard now.
    run(&mut engine, &noise(60.0, &mut random));
    engine.set_audition(&listen(Listen::Processed));
    for drive_db in [6.0, 1.0] {
        engine.set(&driven(drive_db));
        run(&mut engine, &noise(7.0, &mut random));
        let [processed_db, original_db] = engine.match_gains_db();
        assert!(
            (processed_db + drive_db).abs() < 0.05,
            "{processed_db} dB at {drive_db}"
        );
        assert_eq!(original_db, 0.0);
    }
    // While it is turned without an end the gains follow.
    for step in 0..600 {
        engine.set(&driven(1.0 + 0.01 * step as f32));
        run(&mut engine, &noise(0.01, &mut random));
    }
    let [processed_db, _] = engine.match_gains_db();
    assert!((-7.0..-3.0).contains(&processed_db), "{processed_db}");
}

#[test]
fn the_gain_moves_slowly_while_it_is_heard() {
    let frames = 4 * 48_000;
    let mut random = Random::new(5);
    let input = [random.noise(0.05, frames), random.noise(0.05, frames)];
    let mut engine = Engine::new(Stream::new(RATE_HZ), &driven(6.0));
    engine.set_audition(&listen(Listen::Processed));
    let mut last_db = 0.0;
    let [mut left, mut right] = input;
    for (left, right) in left.chunks_mut(480).zip(right.chunks_mut(480)) {
        engine.process(&mut StereoBlock::new(left, right));
        let [processed_db, _] = engine.match_gains_db();
        assert!(
            (processed_db - last_db).abs() < 1.6,
            "{last_db} dB to {processed_db}"
        );
        last_db = processed_db;
    }
    assert!((last_db + 6.0).abs() < 0.05, "{last_db}");
}

#[test]
fn the_delta_is_what_was_changed() {
    let input = programme(RATE_HZ, 96_000, 2);
    // Nothing: silence.
    let mut engine = Engine::new(Stream::new(RATE_HZ), &Settings::default());
    engine.set_audition(&listen(Listen::Delta));
    run(&mut engine, &input);
    assert!(run(&mut engine, &input).iter().flatten().all(|&x| x == 0.0));
    // Something: processed minus original, sample for sample, at their matched gains.
    let heard = [Listen::Processed, Listen::Original, Listen::Delta].map(|what| {
        let mut engine = Engine::new(Stream::new(RATE_HZ), &driven(6.0));
        run(&mut engine, &input);
        engine.set_audition(&listen(what));
        let mut output = run(&mut engine, &input);
        assert!(engine.match_gains_db()[0] < -1.0);
        // After the fade.
        output
            .iter_mut()
            .for_each(|channel| drop(channel.drain(..2_000)));
        output
    });
    let [processed, original, delta] = &heard;
    for channel in 0..2 {
        for n in 0..delta[channel].len() {
            let expected = processed[channel][n] - original[channel][n];
            assert!((delta[channel][n] - expected).abs() < 1e-6);
        }
    }
    assert!(delta[0].iter().any(|x| x.abs() > 0.01));
}

#[test]
fn mono_and_side_are_half_the_sum_and_half_the_difference() {
    let input = programme(RATE_HZ, 48_000, 3);
    let mut engine = Engine::new(Stream::new(RATE_HZ), &Settings::default());
    let latency = engine.latency_samples();
    for (what, sign) in [(Channels::Mono, 1.0), (Channels::Side, -1.0)] {
        engine.set_audition(&channels(what));
        run(&mut engine, &input);
        let [left, right] = run(&mut engine, &input);
        assert!(left == right);
        for n in latency..48_000 {
            let expected = 0.5 * (input[0][n - latency] + sign * input[1][n - latency]);
            assert!((left[n] - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn a_solo_is_one_band_and_little_of_the_next() {
    let settings = Settings::default();
    let m = &settings.multiband;
    let splits_hz = [m.split_low_hz, m.split_mid_hz, m.split_high_hz].map(f64::from);
    let mut engine = Engine::new(Stream::new(RATE_HZ), &settings);
    let mut level_db = |band: u8, hz: f64| {
        engine.set_audition(&solo(band));
        let tone: Vec<f32> = (0..48_000)
            .map(|n| (0.1 * (TAU * hz / RATE_HZ * f64::from(n)).sin()) as f32)
            .collect();
        let [left, right] = run(&mut engine, &[tone.clone(), tone]);
        assert!(left == right);
        let energy: f64 = left[24_000..].iter().map(|&x| f64::from(x).powi(2)).sum();
        10.0 * (energy / 24_000.0 / 0.005).log10()
    };
    for (split, hz) in splits_hz.into_iter().enumerate() {
        for (band, sign) in [(split as u8, 1.0), (split as u8 + 1, -1.0)] {
            // Linkwitz–Riley: −6 dB at the split, 24 dB an octave beyond, nearly nothing an octave before.
            let at = |octaves: f64| hz * 2.0_f64.powf(sign * octaves);
            assert!((level_db(band, at(0.0)) + 6.0).abs() < 0.3);
            let beyond = level_db(band, at(1.0));
            assert!((-29.0..-24.0).contains(&beyond), "{beyond} dB beyond {hz}");
            assert!(level_db(band, at(-1.0)) > -0.9);
        }
    }
}

#[test]
fn the_splits_of_the_solo_are_those_of_the_multiband() {
    let mut settings = Settings::default();
    let mut engine = Engine::new(Stream::new(RATE_HZ), &settings);
    settings.multiband.split_low_hz = 200.0;
    engine.set(&settings);
    engine.set_audition(&solo(0));
    let tone: Vec<f32> = (0..48_000)
        .map(|n| (0.1 * (TAU * 200.0 / RATE_HZ * f64::from(n)).sin()) as f32)
        .collect();
    let [left, _] = run(&mut engine, &[tone.clone(), tone]);
    let peak = left[24_000..]
        .iter()
        .fold(0.0_f32, |top, x| top.max(x.abs()));
    assert!((peak - 0.05).abs() < 0.001, "{peak}");
}

#[test]
fn bypass_wins_and_reset_turns_everything_off() {
    let input = programme(RATE_HZ, 48_000, 4);
    let mut settings = driven(6.0);
    settings.bypass = true;
    let mut engine = Engine::new(Stream::new(RATE_HZ), &settings);
    let latency = engine.latency_samples();
    let everything = AuditionSettings {
        listen: Listen::Delta,
        channels: Channels::Side,
        solo_band: Some(2),
    };
    engine.set_audition(&everything);
    let output = run(&mut engine, &input);
    for channel in 0..2 {
        assert!(output[channel][latency..] == input[channel][..48_000 - latency]);
    }
    settings.bypass = false;
    let mut plain = Engine::new(Stream::new(RATE_HZ), &settings);
    engine.set(&settings);
    engine.set_audition(&everything);
    run(&mut engine, &input);
    engine.reset();
    assert!(!engine.audition_on());
    assert!(run(&mut engine, &input) == run(&mut plain, &input));
    // And off again without a reset it is the chain's output to the bit.
    for engine in [&mut engine, &mut plain] {
        engine.reset();
    }
    engine.set_audition(&everything);
    run(&mut engine, &input);
    run(&mut plain, &input);
    engine.set_audition(&AuditionSettings::default());
    run(&mut engine, &input);
    run(&mut plain, &input);
    assert!(run(&mut engine, &input) == run(&mut plain, &input));
}

#[test]
fn no_switch_clicks() {
    const FRAMES: usize = 48_000;
    let ways = [
        AuditionSettings::default(),
        listen(Listen::Processed),
        listen(Listen::Original),
        listen(Listen::Delta),
        channels(Channels::Mono),
        channels(Channels::Side),
        solo(0),
        solo(2),
    ];
    let tone = |shift: f64| {
        (0..2 * FRAMES)
            .map(|n| (0.1 * (TAU * 997.0 / RATE_HZ * n as f64 + shift).sin()) as f32)
            .collect::<Vec<f32>>()
    };
    let [left, right] = [tone(0.0), tone(1.2)];
    let part = |from: usize, to: usize| [left[from..to].to_vec(), right[from..to].to_vec()];
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(FRAMES);
    for before in ways {
        for after in ways {
            // Louder by 3 dB, and never limited.
            let mut engine = Engine::new(Stream::new(RATE_HZ), &driven(3.0));
            engine.set_audition(&before);
            run(&mut engine, &part(0, FRAMES));
            let mut output = run(&mut engine, &part(FRAMES, FRAMES + FRAMES / 3));
            engine.set_audition(&after);
            let rest = run(&mut engine, &part(FRAMES + FRAMES / 3, 2 * FRAMES));
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
                let away = spectrum
                    .iter()
                    .enumerate()
                    .filter(|(hz, _)| *hz >= 20 && !(297..=1_697).contains(hz));
                let worst = away.map(|(_, bin)| bin.norm()).fold(0.0, f64::max);
                let worst_db = 20.0 * (worst * 2.0 / FRAMES as f64 / 0.35875).log10();
                assert!(worst_db < -90.0, "{worst_db} dBFS: {before:?} to {after:?}");
            }
        }
    }
}
