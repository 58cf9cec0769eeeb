//! Colour and clipper: what they add is what was asked for, and nothing folds back with it.

use core::f64::consts::PI;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::dsp::units::{db_to_gain, energy_to_db, gain_to_db};
use finalcoat::engine::clipper::Clipper;
use finalcoat::engine::colour::Colour;
use finalcoat::engine::limiter::Limiter;
use finalcoat::engine::loudness::Loudness;
use finalcoat::engine::settings::colour::{ColourSettings, Kind};
use finalcoat::engine::settings::loudness::{Character, LoudnessSettings};
use realfft::RealFftPlanner;
use signals::{Random, programme};

#[path = "support/signals.rs"]
mod signals;

const RATE_HZ: f64 = 48_000.0;
const KINDS: [Kind; 3] = [Kind::Tape, Kind::Tube, Kind::Clean];
const CHARACTERS: [Character; 3] = [Character::Transparent, Character::Punchy, Character::Dense];
/// Heard before anything is measured.
const LEAD_FRAMES: usize = 72_000;

fn on() -> ColourSettings {
    ColourSettings {
        on: true,
        ..ColourSettings::default()
    }
}

/// A mono signal through the stage, without the lead.
fn coloured(rate_hz: f64, settings: &ColourSettings, input: &[f32]) -> Vec<f32> {
    let mut colour = Colour::new(Stream::new(rate_hz), settings);
    let (mut left, mut right) = (input.to_vec(), input.to_vec());
    colour.process(&mut StereoBlock::new(&mut left, &mut right));
    assert_eq!(left, right);
    left.split_off(LEAD_FRAMES)
}

/// Sines, one second of which is a whole number of periods, after the lead.
fn sines(rate_hz: f64, tones: &[(f64, f64)]) -> Vec<f32> {
    (0..LEAD_FRAMES + rate_hz as usize)
        .map(|n| {
            let tone = |&(hz, peak): &(f64, f64)| peak * (2.0 * PI * hz / rate_hz * n as f64).sin();
            tones.iter().map(tone).sum::<f64>() as f32
        })
        .collect()
}

/// Energy of each Hz of a second.
fn lines(second: &[f32]) -> Vec<f64> {
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(second.len());
    let mut samples: Vec<f64> = second.iter().map(|&x| f64::from(x)).collect();
    let mut spectrum = transform.make_output_vec();
    transform
        .process(&mut samples, &mut spectrum)
        .expect("the lengths fit");
    let scale = 4.0 / (second.len() as f64).powi(2);
    spectrum
        .iter()
        .map(|line| line.norm_sqr() * scale)
        .collect()
}

/// 5 kHz, 6 dB beyond where the curve's straight line would saturate.
#[test]
fn what_the_curve_adds_does_not_fold_back() {
    const HZ: usize = 5_001;
    for rate_hz in [44_100.0, RATE_HZ, 96_000.0] {
        for kind in KINDS {
            for evenness_pct in [0.0, 30.0, 100.0] {
                let settings = ColourSettings {
                    kind,
                    evenness_pct,
                    ..on()
                };
                // Curve units per full scale at the default drive: 1.6 and, for clean, 2.2.
                let peak = 2.0 / if kind == Kind::Clean { 2.2 } else { 1.6 };
                let input = sines(rate_hz, &[(HZ as f64, peak)]);
                let lines = lines(&coloured(rate_hz, &settings, &input));
                let folded: f64 = (20..20_000)
                    .filter(|line| line % HZ != 0)
                    .map(|line| lines[line])
                    .sum();
                let folded_db = energy_to_db(folded / lines[HZ]);
                assert!(
                    folded_db < -100.0,
                    "{folded_db} dB: {kind:?}, {evenness_pct} % at {rate_hz} Hz"
                );
                assert!(energy_to_db(lines[3 * HZ] / lines[HZ]) > -40.0);
            }
        }
    }
}

/// Energy of harmonics 2 to 20 of 100 Hz at −12 dBFS over that of the tone, and the same of the even ones.
fn distortion(settings: &ColourSettings) -> (f64, f64) {
    let lines = lines(&coloured(
        RATE_HZ,
        settings,
        &sines(RATE_HZ, &[(100.0, 0.251_19)]),
    ));
    let share = |first: usize, step: usize| {
        let harmonics = (first..=20).step_by(step);
        (harmonics.map(|k| lines[100 * k]).sum::<f64>() / lines[100]).sqrt()
    };
    (share(2, 1), share(2, 2))
}

#[test]
fn distortion_is_as_much_as_mastering_asks_for() {
    // In %: at a fifth of the amount, at the defaults, 6 dB further.
    for (kind, table) in [
        (Kind::Tape, [0.084, 0.42, 1.15]),
        (Kind::Tube, [0.145, 0.72, 1.56]),
        (Kind::Clean, [0.0475, 0.237, 0.9]),
    ] {
        let driven = |drive_db, amount_pct| {
            let settings = ColourSettings {
                kind,
                drive_db,
                amount_pct,
                ..on()
            };
            100.0 * distortion(&settings).0
        };
        println!(
            "{kind:?} {:?}",
            [driven(6.0, 20.0), driven(6.0, 100.0), driven(12.0, 100.0)]
        );
        for (found, expected) in [driven(6.0, 20.0), driven(6.0, 100.0), driven(12.0, 100.0)]
            .into_iter()
            .zip(table)
        {
            assert!(
                (found / expected - 1.0).abs() < 0.15,
                "{kind:?}: {found} % for {expected} %, {table:?}"
            );
        }
    }
}

#[test]
fn evenness_is_the_share_of_even_harmonics() {
    for kind in KINDS {
        let even = |evenness_pct| {
            let (all, even) = distortion(&ColourSettings {
                kind,
                evenness_pct,
                ..on()
            });
            even / all
        };
        let shares = [0.0, 30.0, 60.0, 100.0].map(even);
        assert!(shares.is_sorted(), "{kind:?}: {shares:?}");
        assert!(shares[3] > 0.9);
        if kind != Kind::Tube {
            assert!(shares[0] < 1e-3, "{kind:?}: {shares:?}");
        }
    }
}

#[test]
fn a_lopsided_curve_leaves_no_dc() {
    for kind in KINDS {
        let settings = ColourSettings {
            kind,
            evenness_pct: 100.0,
            drive_db: 18.0,
            ..on()
        };
        let output = coloured(RATE_HZ, &settings, &sines(RATE_HZ, &[(250.0, 0.5)]));
        let mean = output.iter().map(|&x| f64::from(x)).sum::<f64>() / output.len() as f64;
        assert!(mean.abs() < 1e-4, "{kind:?}: {mean}");
    }
}

/// SMPTE RP 120: 60 Hz and 7 kHz, 4 to 1, peaks at −14 dBFS: as loud as the default working level.
#[test]
fn bass_hardly_modulates_highs() {
    let peak = db_to_gain(-14.0);
    let input = sines(RATE_HZ, &[(60.0, 0.8 * peak), (7_000.0, 0.2 * peak)]);
    let lines = lines(&coloured(RATE_HZ, &on(), &input));
    let sides: f64 = (1..=5)
        .flat_map(|k| [7_000 - 60 * k, 7_000 + 60 * k])
        .map(|line| lines[line])
        .sum();
    let modulation = (sides / lines[7_000]).sqrt();
    assert!(modulation < 0.01, "{modulation}");
}

/// Noise as music has it: Laplace amplitudes under a spectrum that falls, swelling.
fn musical_noise(frames: usize) -> [Vec<f32>; 2] {
    [1, 2].map(|seed| {
        let mut random = Random::new(seed);
        let mut low = 0.0;
        (0..frames)
            .map(|n| {
                let u = random.between(-1.0, 1.0);
                let laplace = -u.signum() * (1.0 - u.abs()).max(1e-9).ln();
                low += 0.2 * (laplace - low);
                let swell = 0.75 + 0.25 * (2.0 * PI * n as f64 / 40_000.0).sin();
                (low * swell) as f32
            })
            .collect()
    })
}

fn lufs(stereo: &[Vec<f32>; 2]) -> (f64, f64) {
    let mut meter = Meter::new(Stream::new(RATE_HZ));
    let mut loudest: f64 = -200.0;
    for (left, right) in stereo[0].chunks(4_800).zip(stereo[1].chunks(4_800)) {
        meter.process(left, right);
        loudest = loudest.max(meter.reading().short_term_lufs.unwrap_or(-200.0));
    }
    let integrated = meter.reading().integrated_lufs.expect("it is loud enough");
    (integrated, loudest)
}

#[test]
fn the_level_stays() {
    let mut stereo = musical_noise(10 * RATE_HZ as usize);
    let to_level = db_to_gain(-14.0 - lufs(&stereo).1) as f32;
    stereo.iter_mut().flatten().for_each(|x| *x *= to_level);
    let before = lufs(&stereo);
    for kind in KINDS {
        for (drive_db, most_lu) in [(0.0, 0.05), (6.0, 0.15), (12.0, 0.4)] {
            let settings = ColourSettings {
                kind,
                drive_db,
                working_level_db: before.1 as f32,
                ..on()
            };
            let [mut left, mut right] = stereo.clone();
            Colour::new(Stream::new(RATE_HZ), &settings)
                .process(&mut StereoBlock::new(&mut left, &mut right));
            let change = lufs(&[left, right]).0 - before.0;
            assert!(change.abs() < most_lu, "{kind:?}, {drive_db} dB: {change}");
        }
    }
}

#[test]
fn the_first_percent_is_a_hundredth() {
    let input = sines(RATE_HZ, &[(440.0, 0.3), (3_000.0, 0.1)]);
    let latency = Colour::new(Stream::new(RATE_HZ), &on()).latency_samples();
    for kind in KINDS {
        let most = |amount_pct: f32| {
            let settings = ColourSettings {
                kind,
                amount_pct,
                ..on()
            };
            coloured(RATE_HZ, &settings, &input)
                .iter()
                .zip(&input[LEAD_FRAMES - latency..])
                .fold(0.0_f32, |most, (y, x)| most.max((y - x).abs()))
        };
        assert_eq!(most(0.0), 0.0);
        let ratio = most(1.0) / most(100.0);
        assert!((ratio - 0.01).abs() < 1e-4, "{kind:?}: {ratio}");
    }
}

/// The same curve on other numbers rounds elsewhere. Against f64: `engine::colour::tests`.
#[test]
fn single_precision_is_enough() {
    let rate_hz = 192_000.0;
    let coarse = sines(rate_hz, &[(997.0, 0.4), (60.0, 0.3), (11_000.0, 0.1)]);
    for kind in KINDS {
        let settings = ColourSettings {
            kind,
            drive_db: 9.0,
            ..on()
        };
        // Twice as loud against a working level twice as high is the same curve on other numbers.
        let whole = coloured(rate_hz, &settings, &coarse);
        let scaled: Vec<f32> = coarse.iter().map(|x| x * 0.3).collect();
        let other = ColourSettings {
            working_level_db: settings.working_level_db + gain_to_db(0.3) as f32,
            ..settings
        };
        let error = coloured(rate_hz, &other, &scaled)
            .iter()
            .zip(&whole)
            .fold(0.0_f64, |most, (a, b)| {
                most.max((f64::from(*a) / 0.3 - f64::from(*b)).abs())
            });
        assert!(error < 2e-6, "{kind:?}: {error}");
    }
}

/// A full-range jump of everything during a tone: away from the tone and its harmonics nothing is heard.
#[test]
fn jumps_glide() {
    let frames = 72_000;
    let tone = sines(RATE_HZ, &[(997.0, 0.1)]);
    let jumps: [(ColourSettings, ColourSettings); 6] = [
        (ColourSettings::default(), on()),
        (
            on(),
            ColourSettings {
                kind: Kind::Tube,
                ..on()
            },
        ),
        (
            on(),
            ColourSettings {
                kind: Kind::Clean,
                ..on()
            },
        ),
        (
            ColourSettings {
                drive_db: 0.0,
                ..on()
            },
            ColourSettings {
                drive_db: 18.0,
                ..on()
            },
        ),
        (
            ColourSettings {
                evenness_pct: 0.0,
                ..on()
            },
            ColourSettings {
                evenness_pct: 100.0,
                ..on()
            },
        ),
        (
            ColourSettings {
                amount_pct: 0.0,
                ..on()
            },
            on(),
        ),
    ];
    for (a, b) in jumps {
        for (before, after) in [(a, b), (b, a)] {
            let mut colour = Colour::new(Stream::new(RATE_HZ), &before);
            let mut output = tone[..frames].to_vec();
            let mut right = output.clone();
            let (left_before, left_after) = output.split_at_mut(36_000);
            let (right_before, right_after) = right.split_at_mut(36_000);
            colour.process(&mut StereoBlock::new(left_before, right_before));
            colour.set(&after);
            colour.process(&mut StereoBlock::new(left_after, right_after));
            // The second difference of a click stands out from that of the tone and its harmonics.
            let rough = |samples: &[f32]| {
                samples
                    .windows(4)
                    .map(|w| (w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0]).abs())
                    .fold(0.0_f32, f32::max)
            };
            let steady = rough(&output[24_000..35_900]).max(rough(&output[48_000..]));
            let moving = rough(&output[35_900..48_000]);
            assert!(
                moving < steady * 1.03,
                "{before:?} to {after:?}: {moving} {steady}"
            );
        }
    }
}

fn clipping(depth_db: f32, character: Character) -> LoudnessSettings {
    LoudnessSettings {
        on: true,
        drive_db: 12.0,
        clip_depth_db: depth_db,
        character,
        ..LoudnessSettings::default()
    }
}

/// The input, delayed, and the clipper's output.
fn clipped(rate_hz: f64, settings: &LoudnessSettings, input: &[f32]) -> (Vec<f32>, Vec<f32>, f32) {
    let mut clipper = Clipper::new(Stream::new(rate_hz), settings);
    let latency = clipper.latency_samples();
    let (mut left, mut right) = (input.to_vec(), input.to_vec());
    clipper.process(&mut StereoBlock::new(&mut left, &mut right));
    let mut delayed = vec![0.0; latency];
    delayed.extend(&input[..input.len() - latency]);
    (delayed, left, clipper.take_reading())
}

#[test]
fn sustained_tones_and_bass_are_not_clipped() {
    for rate_hz in [44_100.0, RATE_HZ, 192_000.0] {
        for hz in [41.0, 55.0, 110.0, 440.0, 1_000.0, 5_000.0] {
            let input = sines(rate_hz, &[(hz, 0.8)]);
            let (delayed, output, _) = clipped(rate_hz, &clipping(3.0, Character::Punchy), &input);
            // The note's start is a hit.
            let from = (0.15 * rate_hz) as usize;
            assert!(output[from..] == delayed[from..], "{hz} Hz at {rate_hz}");
            // And even there little is taken, and of bass nearly nothing.
            let most = if hz < 200.0 { 0.002 } else { 0.06 };
            let taken = output
                .iter()
                .zip(&delayed)
                .fold(0.0_f32, |most, (y, x)| most.max((y - x).abs()));
            assert!(taken < most, "{hz} Hz at {rate_hz}: {taken}");
        }
    }
}

/// A snare of noise over a quiet chord.
fn hits(rate_hz: f64) -> Vec<f32> {
    let mut random = Random::new(4);
    (0..2 * rate_hz as usize)
        .map(|n| {
            let t = n as f64 / rate_hz;
            let decay = (-(t % 0.4) / 0.012).exp();
            // The sum of four has the tips that drums have.
            let noise = (0..4).map(|_| 0.5 * random.between(-1.0, 1.0)).sum::<f64>();
            let chord = (2.0 * PI * 220.0 * t).sin() + (2.0 * PI * 277.2 * t).sin();
            (0.9 * decay * noise + 0.05 * chord) as f32
        })
        .collect()
}

#[test]
fn hits_lose_their_tips_but_never_more_than_the_depth() {
    for rate_hz in [44_100.0, RATE_HZ, 96_000.0, 192_000.0] {
        for depth_db in [1.0, 2.0, 3.0] {
            let settings = clipping(depth_db, Character::Punchy);
            let (delayed, output, gain) = clipped(rate_hz, &settings, &hits(rate_hz));
            let peak = |samples: &[f32]| samples.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
            let lost_db = gain_to_db(f64::from(peak(&delayed) / peak(&output)));
            let depth_db = f64::from(depth_db);
            assert!(
                lost_db > 0.4 * depth_db && lost_db < depth_db + 0.1,
                "{lost_db} dB of {depth_db} dB at {rate_hz} Hz"
            );
            let gain_db = gain_to_db(f64::from(gain));
            assert!(
                gain_db >= -depth_db - 1e-3 && gain_db < -0.5 * depth_db,
                "{gain_db}"
            );
        }
        // Depth 0 and off take nothing.
        let off = LoudnessSettings {
            on: false,
            ..clipping(3.0, Character::Punchy)
        };
        for settings in [clipping(0.0, Character::Punchy), off] {
            let (delayed, output, gain) = clipped(rate_hz, &settings, &hits(rate_hz));
            assert!(output == delayed && gain == 1.0);
        }
    }
}

/// Hits that are nothing but a drum's low skin: no highs to hide behind.
#[test]
fn dark_hits_are_left_to_the_limiter() {
    let input: Vec<f32> = (0..96_000)
        .map(|n| {
            let t = f64::from(n) / RATE_HZ % 0.3;
            ((1.0 - (-t / 0.001).exp()) * (-t / 0.02).exp() * (2.0 * PI * 180.0 * t).sin()) as f32
        })
        .collect();
    let (_, _, gain) = clipped(RATE_HZ, &clipping(3.0, Character::Punchy), &input);
    assert!(gain > 0.98, "{gain}");
}

#[test]
fn colour_and_clipper_fit_their_latency() {
    for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
        let stream = Stream::new(rate_hz);
        let colour = Colour::new(stream, &ColourSettings::default()).latency_samples();
        let loudness = Loudness::new(stream, &LoudnessSettings::default());
        let clipper = Clipper::new(stream, &LoudnessSettings::default()).latency_samples();
        assert!((colour + clipper) as f64 <= 4e-3 * rate_hz, "{rate_hz}");
        assert!((colour + loudness.latency_samples()) as f64 <= 12e-3 * rate_hz);
    }
}

/// What a character does to the same hits and chord at the same drive: how much the clipper takes, how
/// deep the limiter goes, and how much of it is left a tenth of a second after a hit, in dB.
fn behaviour(character: Character) -> [f64; 3] {
    let settings = clipping(2.0, character);
    let stream = Stream::new(RATE_HZ);
    let mut clipper = Clipper::new(stream, &settings);
    let mut limiter = Limiter::new(stream, &settings);
    let input = programme(RATE_HZ, 2 * RATE_HZ as usize, 3);
    let hits = hits(RATE_HZ);
    let [mut left, mut right] = input.map(|channel| {
        channel
            .iter()
            .zip(&hits)
            .map(|(x, hit)| 0.1 * x + hit)
            .collect::<Vec<f32>>()
    });
    let (mut clip, mut deepest, mut after) = (1.0_f32, 1.0_f32, 1.0_f32);
    for (index, (left, right)) in left.chunks_mut(480).zip(right.chunks_mut(480)).enumerate() {
        let mut block = StereoBlock::new(left, right);
        clipper.process(&mut block);
        limiter.process(&mut block);
        let gain = limiter.take_reading().0;
        clip = clip.min(clipper.take_reading());
        deepest = deepest.min(gain);
        // The third of the hits that come every 40 blocks.
        if index == 130 {
            after = gain;
        }
    }
    [clip, deepest, after].map(|gain| gain_to_db(f64::from(gain)))
}

#[test]
fn characters_differ_and_this_is_how() {
    let [transparent, punchy, dense] = CHARACTERS.map(behaviour);
    // Shares of the clipper's depth: a half, all, three quarters.
    for (character, depth_db) in [(transparent, 1.0), (punchy, 2.0), (dense, 1.5)] {
        assert!((character[0] + depth_db).abs() < 0.25, "{character:?}");
    }
    // So less is left for the limiter.
    assert!(punchy[1] > dense[1] && dense[1] > transparent[1]);
    // Dense holds on, punchy lets go.
    assert!(dense[2] < transparent[2] - 0.5 && punchy[2] > transparent[2] + 0.1);
}
