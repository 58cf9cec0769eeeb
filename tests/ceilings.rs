//! The limiter by which mastering tools are judged first: nothing passes the ceiling, and little is
//! lost on the way.

use core::f64::consts::PI;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::units::{db_to_gain, gain_to_db};
use finalcoat::engine::Engine;
use finalcoat::engine::limiter::Limiter;
use finalcoat::engine::safety::Safety;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::{Character, LoudnessSettings};
use realfft::RealFftPlanner;

const CEILING_DBTP: f32 = -1.0;
const CHARACTERS: [Character; 3] = [Character::Transparent, Character::Punchy, Character::Dense];

/// Both channels of a programme.
type Stereo = [Vec<f32>; 2];

fn limited(rate_hz: f64, drive_db: f32, character: Character, input: &Stereo) -> Stereo {
    let settings = Settings {
        loudness: LoudnessSettings {
            on: true,
            drive_db,
            ceiling_dbtp: CEILING_DBTP,
            character,
            ..LoudnessSettings::default()
        },
        ..Settings::default()
    };
    let mut engine = Engine::new(Stream::new(rate_hz), &settings.quantized());
    let latency = engine.latency_samples();
    let mut output = input.clone();
    for channel in &mut output {
        channel.extend(vec![0.0; latency]);
    }
    let [left, right] = &mut output;
    engine.process(&mut StereoBlock::new(left, right));
    output.map(|channel| channel[latency..].to_vec())
}

/// Inter-sample peak in dB by the Fourier transform of the whole programme, 16 times as fine: exact for
/// band-limited sound, and nothing of ours.
fn true_peak_dbtp(stereo: &Stereo) -> f64 {
    const UP: usize = 16;
    let mut planner = RealFftPlanner::<f32>::new();
    let mut peak = 0.0_f32;
    for channel in stereo {
        let mut padded = channel.clone();
        padded.resize((channel.len() + 4096).next_power_of_two(), 0.0);
        let frames = padded.len();
        let forward = planner.plan_fft_forward(frames);
        let mut spectrum = forward.make_output_vec();
        forward
            .process(&mut padded, &mut spectrum)
            .expect("the lengths fit");
        let backward = planner.plan_fft_inverse(UP * frames);
        let mut wide = backward.make_input_vec();
        wide[..spectrum.len() - 1].copy_from_slice(&spectrum[..spectrum.len() - 1]);
        let mut fine = backward.make_output_vec();
        backward
            .process(&mut wide, &mut fine)
            .expect("the lengths fit");
        peak = fine
            .iter()
            .fold(peak, |top, x| top.max(x.abs() / frames as f32));
    }
    gain_to_db(f64::from(peak))
}

fn noise(seed: u32) -> impl FnMut() -> f64 {
    let mut state = u64::from(seed) * 2 + 1;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    }
}

/// Bursts of a tone at a quarter of the rate whose samples miss its peaks by 3 dB.
fn quarter_rate_bursts(rate_hz: f64) -> Stereo {
    let burst = (0.05 * rate_hz) as usize;
    let tone: Vec<f32> = (0..(0.6 * rate_hz) as usize)
        .map(|n| match n / burst % 2 {
            0 => 0.0,
            _ => (0.9 * libm::cos(PI / 2.0 * n as f64 + PI / 4.0)) as f32,
        })
        .collect();
    [tone.clone(), tone]
}

/// Noise clipped at half of full scale and band-limited to 0.45 of the rate by a long windowed sinc.
fn clipped_noise(rate_hz: f64) -> Stereo {
    let taps: Vec<f64> = (-200..=200)
        .map(|k| {
            let k = f64::from(k);
            let sinc = if k == 0.0 {
                0.88
            } else {
                libm::sin(PI * 0.88 * k) / (PI * k)
            };
            sinc * (0.5 + 0.5 * libm::cos(PI * k / 201.0))
        })
        .collect();
    [1, 2].map(|seed| {
        let mut white = noise(seed);
        let clipped: Vec<f64> = (0..(0.2 * rate_hz) as usize)
            .map(|_| (1.5 * white()).clamp(-0.5, 0.5))
            .collect();
        (200..clipped.len() - 200)
            .map(|n| {
                let sum: f64 = (0..=400).map(|k| taps[k] * clipped[n + 200 - k]).sum();
                (1.5 * sum) as f32
            })
            .collect()
    })
}

/// Kicks that fall in pitch, snares of noise, a held chord: peaks and sustain, different left and right.
fn drums_and_chord(rate_hz: f64) -> Stereo {
    let mut white = noise(3);
    let mut recent = [0.0; 3];
    let frames = (1.5 * rate_hz) as usize;
    let mut stereo = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut stereo;
    for (n, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let t = n as f64 / rate_hz;
        let kick_t = t % 0.5;
        let kick = libm::exp(-kick_t * 9.0)
            * libm::sin(2.0 * PI * (50.0 * kick_t - 12.0 * libm::exp(-kick_t * 30.0)));
        let snare_t = (t + 0.25) % 0.5;
        // Duller towards half the rate, as what a converter delivers.
        recent = [white(), recent[0], recent[1]];
        let hiss = 0.25 * (recent[0] + 2.0 * recent[1] + recent[2]);
        let snare = libm::exp(-snare_t * 25.0) * hiss;
        let chord: f64 = [220.0, 277.2, 329.6, 3520.0]
            .iter()
            .map(|hz| libm::sin(2.0 * PI * hz * t))
            .sum();
        *left = (0.6 * kick + 1.2 * snare + 0.08 * chord) as f32;
        *right = (0.6 * kick + 0.8 * snare - 0.05 * chord) as f32;
    }
    stereo
}

fn every_drive_and_character() -> impl Iterator<Item = (f32, Character)> {
    [3.0, 12.0, 24.0]
        .into_iter()
        .flat_map(|drive_db| CHARACTERS.map(|character| (drive_db, character)))
}

#[test]
fn more_drive_never_sounds_quieter() {
    let input = drums_and_chord(48_000.0);
    for character in CHARACTERS {
        let mut before = 0.0;
        for drive_db in [0.0, 3.0, 6.0, 9.0, 12.0, 16.0, 20.0, 24.0] {
            let output = limited(48_000.0, drive_db, character, &input);
            let energy: f64 = output.iter().flatten().map(|&x| f64::from(x * x)).sum();
            assert!(
                energy > before * 0.999,
                "{character:?} at +{drive_db} dB: {energy} after {before}"
            );
            before = energy;
        }
    }
}

#[test]
fn nothing_passes_the_ceiling() {
    for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
        for (name, signal) in [
            ("bursts at fs/4", quarter_rate_bursts(rate_hz)),
            ("clipped noise", clipped_noise(rate_hz)),
            ("drums", drums_and_chord(rate_hz)),
        ] {
            for (drive_db, character) in every_drive_and_character() {
                let peak_dbtp = true_peak_dbtp(&limited(rate_hz, drive_db, character, &signal));
                let over_db = peak_dbtp - f64::from(CEILING_DBTP);
                assert!(
                    over_db < 0.02,
                    "{name} +{drive_db} dB at {rate_hz} Hz: {over_db:+.3} dB"
                );
                assert!(
                    over_db > -0.3,
                    "{name} +{drive_db} dB at {rate_hz} Hz is limited too far: {over_db:+.3} dB"
                );
            }
        }
    }
}

fn tone(rate_hz: f64, hz: f64, level_db: f64, seconds: f64) -> Stereo {
    let gain = db_to_gain(level_db);
    let tone: Vec<f32> = (0..(seconds * rate_hz) as usize)
        .map(|n| (gain * libm::sin(2.0 * PI * hz * n as f64 / rate_hz)) as f32)
        .collect();
    [tone.clone(), tone]
}

/// What is left of `samples`, in dB re the tone, when the best-fitting tone at `hz` is taken out. Whole
/// periods of it are expected.
fn thd_n_db(samples: &[f32], rate_hz: f64, hz: f64) -> f64 {
    let angle = |n: usize| 2.0 * PI * hz * n as f64 / rate_hz;
    let mean = |f: &dyn Fn(usize) -> f64| {
        samples
            .iter()
            .enumerate()
            .map(|(n, &x)| f64::from(x) * f(n))
            .sum::<f64>()
            * 2.0
            / samples.len() as f64
    };
    let (sine, cosine) = (
        mean(&|n| libm::sin(angle(n))),
        mean(&|n| libm::cos(angle(n))),
    );
    let rest: f64 = samples
        .iter()
        .enumerate()
        .map(|(n, &x)| f64::from(x) - sine * libm::sin(angle(n)) - cosine * libm::cos(angle(n)))
        .map(|rest| rest * rest)
        .sum::<f64>()
        / samples.len() as f64;
    10.0 * libm::log10(rest / (0.5 * (sine * sine + cosine * cosine)))
}

#[test]
fn a_driven_tone_stays_a_tone() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for (hz, limit_db) in [(60.0, -110.0), (1000.0, -120.0)] {
            for over_db in [3.0, 6.0, 9.0] {
                let input = tone(rate_hz, hz, over_db - 1.0, 5.0);
                let output = limited(rate_hz, 0.0, Character::Transparent, &input);
                let from = (3.0 * rate_hz) as usize;
                let thd_n = thd_n_db(&output[0][from..from + rate_hz as usize], rate_hz, hz);
                assert!(
                    thd_n < limit_db,
                    "{hz} Hz +{over_db} dB at {rate_hz} Hz: {thd_n:.1} dB"
                );
            }
        }
    }
}

#[test]
fn a_bass_note_is_clean_from_its_second_period() {
    // Long before the sustain gain has arrived, the bass hold keeps the gain still.
    for hz in [50.0, 60.0, 80.0, 120.0] {
        let rate_hz = 48_000.0;
        let output = limited(
            rate_hz,
            0.0,
            Character::Transparent,
            &tone(rate_hz, hz, 5.0, 0.5),
        );
        let from = (2.0 * rate_hz / hz) as usize;
        let periods = libm::floor(0.2 * hz) / hz;
        let frames = libm::round(periods * rate_hz) as usize;
        let thd_n = thd_n_db(&output[0][from..from + frames], rate_hz, hz);
        assert!(thd_n < -60.0, "{hz} Hz: {thd_n:.1} dB");
    }
}

#[test]
fn bass_does_not_modulate_treble() {
    // SMPTE: 60 Hz and 7 kHz, 4:1.
    let rate_hz = 48_000.0;
    for over_db in [3.0, 6.0, 9.0] {
        let gain = db_to_gain(over_db - 1.0);
        let mix: Vec<f32> = (0..5 * 48_000)
            .map(|n| {
                let t = f64::from(n) / rate_hz;
                (gain
                    * (0.8 * libm::sin(2.0 * PI * 60.0 * t)
                        + 0.2 * libm::sin(2.0 * PI * 7000.0 * t))) as f32
            })
            .collect();
        let output = limited(rate_hz, 0.0, Character::Transparent, &[mix.clone(), mix]);
        let second = &output[0][3 * 48_000..4 * 48_000];
        let level = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, &x) in second.iter().enumerate() {
                let angle = 2.0 * PI * hz * n as f64 / rate_hz;
                re += f64::from(x) * libm::cos(angle);
                im += f64::from(x) * libm::sin(angle);
            }
            re * re + im * im
        };
        let sidebands: f64 = (1..=5)
            .flat_map(|k| [7000.0 - 60.0 * f64::from(k), 7000.0 + 60.0 * f64::from(k)])
            .map(level)
            .sum();
        let imd_db = 10.0 * libm::log10(sidebands / level(7000.0));
        assert!(imd_db < -60.0, "+{over_db} dB: {imd_db:.1} dB");
    }
}

#[test]
fn below_the_ceiling_it_is_a_delay_bit_for_bit() {
    let mut input = drums_and_chord(48_000.0);
    let peak_dbtp = true_peak_dbtp(&input);
    let gain = db_to_gain(f64::from(CEILING_DBTP) - 0.1 - peak_dbtp) as f32;
    input.iter_mut().flatten().for_each(|x| *x *= gain);
    for character in CHARACTERS {
        assert_eq!(limited(48_000.0, 0.0, character, &input), input);
    }
}

#[test]
fn latency_is_at_most_12_ms() {
    for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
        let engine = Engine::new(Stream::new(rate_hz), &Settings::default());
        let latency_ms = engine.latency_samples() as f64 / rate_hz * 1e3;
        assert!(latency_ms <= 12.0, "{latency_ms} ms at {rate_hz} Hz");
        let limiter = Limiter::new(Stream::new(rate_hz), &LoudnessSettings::default());
        let safety = Safety::new(Stream::new(rate_hz), -1.0);
        let samples = limiter.latency_samples() + safety.latency_samples();
        let limiter_ms = samples as f64 / rate_hz * 1e3;
        assert!(limiter_ms <= 6.0, "{limiter_ms} ms at {rate_hz} Hz");
    }
}

#[test]
fn characters_are_told_apart_by_how_they_let_go() {
    // A hit 9 dB over the ceiling in a quiet tone; how long the tone is 1 dB down afterwards.
    let rate_hz = 48_000.0;
    let mut input = tone(rate_hz, 1000.0, -20.0, 1.0);
    for channel in &mut input {
        for (n, x) in channel[9_600..9_648].iter_mut().enumerate() {
            *x += (db_to_gain(8.0) * libm::sin(PI * n as f64 / 48.0)) as f32;
        }
    }
    let recovery_ms = CHARACTERS.map(|character| {
        let output = limited(rate_hz, 0.0, character, &input);
        let down = (9_700..input[0].len())
            .filter(|&n| input[0][n].abs() > 0.05)
            .filter(|&n| output[0][n].abs() < input[0][n].abs() * 0.89)
            .max()
            .unwrap_or(9_700);
        (down - 9_648) as f64 / 48.0
    });
    let [transparent, punchy, dense] = recovery_ms;
    assert!(punchy < 0.7 * transparent, "{recovery_ms:?}");
    assert!(dense > 1.5 * transparent, "{recovery_ms:?}");
}
