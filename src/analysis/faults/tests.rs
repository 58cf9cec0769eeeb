//! Each fault is made on synthetic music and must be found; the same music intact, turned down, turned
//! over, swapped or dithered to 16 bits must stay clean.

use super::*;
use crate::analysis::slice::Slice;

const RATE_HZ: f64 = 44_100.0;
const SECONDS: f64 = 6.0;

/// Steps of a fixed random sequence in −1 to 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Chords, a bass, hits and hiss, never the same twice: left and right.
fn music(rate_hz: f64) -> [Vec<f32>; 2] {
    let frames = (SECONDS * rate_hz) as usize;
    let mut random = Random(7);
    let mut channels = [vec![0.0f32; frames], vec![0.0f32; frames]];
    let turn = 2.0 * std::f64::consts::PI;
    let (mut low, mut hit) = ([0.0f64; 2], 0.0f64);
    let notes = [55.0, 65.4, 73.4, 49.0];
    for n in 0..frames {
        let t = n as f64 / rate_hz;
        let beat = (t * 2.0).fract() * 0.5;
        let root = notes[(t as usize) % 4];
        hit = if beat < 1.0 / rate_hz {
            1.0
        } else {
            hit * libm::exp(-1.0 / (0.05 * rate_hz))
        };
        let bass = 0.25 * libm::sin(turn * root * t + 0.3 * libm::sin(turn * 0.7 * t));
        for (c, channel) in channels.iter_mut().enumerate() {
            let side = c as f64;
            let hiss = random.next();
            low[c] += 0.25 * (hiss - low[c]);
            let pads: f64 = [4.0, 5.0, 6.0, 9.1]
                .iter()
                .map(|k| libm::sin(turn * k * root * t * (1.0 + 1e-3 * side) + k * side))
                .sum();
            let sweep = 0.6 + 0.4 * libm::sin(turn * 0.31 * t);
            let x = bass + 0.05 * sweep * pads + 0.3 * hit * low[c] + 0.02 * hiss;
            channel[n] = (0.9 * x) as f32;
        }
    }
    channels
}

fn report_at(rate_hz: f64, channels: &[Vec<f32>; 2]) -> FaultsReport {
    let mut meter = FaultsMeter::new(Stream::new(rate_hz));
    let frames = (rate_hz / SLICES_PER_SECOND) as usize;
    let parts = channels[0]
        .chunks_exact(frames)
        .zip(channels[1].chunks_exact(frames));
    let slices: Vec<Slice> = parts
        .map(|(left, right)| {
            // In pieces, as a host hands it over.
            let (first, rest) = left.split_at(1000);
            meter.process(first, &right[..1000]);
            meter.process(rest, &right[1000..]);
            let faults = meter.take();
            Slice {
                weighted_power: 2.0 * f64::from(faults.power),
                faults,
                ..Slice::default()
            }
        })
        .collect();
    let loudest = slices.iter().fold(0.0f64, |a, s| a.max(s.weighted_power));
    FaultsReport::of(&Slices {
        all: slices.iter().enumerate().collect(),
        gated: vec![true; slices.len()],
        loud: vec![true; slices.len()],
        reference_lufs: -0.691 + 10.0 * libm::log10(loudest.max(1e-12)),
    })
}

fn report(channels: &[Vec<f32>; 2]) -> FaultsReport {
    report_at(RATE_HZ, channels)
}

fn changed(channels: &[Vec<f32>; 2], change: impl Fn(f32) -> f32) -> [Vec<f32>; 2] {
    [0, 1].map(|c| channels[c].iter().map(|&x| change(x)).collect())
}

/// The level that this share of the samples exceeds.
fn exceeded_by(channels: &[Vec<f32>; 2], share: f64) -> f32 {
    let mut all: Vec<f32> = channels.iter().flatten().map(|x| x.abs()).collect();
    all.sort_by(f32::total_cmp);
    all[((1.0 - share) * all.len() as f64) as usize]
}

/// Turned down, with triangular dither, in 16 bits.
fn sixteen_bits(channels: &[Vec<f32>; 2], gain: f32) -> [Vec<f32>; 2] {
    let mut random = Random(3);
    [0, 1].map(|c| {
        channels[c]
            .iter()
            .map(|&x| {
                let dither = 0.5 * (random.next() + random.next());
                (libm::round(f64::from(x * gain) * 32_768.0 + dither) / 32_768.0) as f32
            })
            .collect()
    })
}

fn limited(channels: &[Vec<f32>; 2], threshold: f32, release_ms: f64) -> [Vec<f32>; 2] {
    let keep = libm::exp(-1000.0 / (release_ms * RATE_HZ)) as f32;
    let mut out = channels.clone();
    let mut gain = 1.0f32;
    for n in 0..out[0].len() {
        let peak = channels[0][n].abs().max(channels[1][n].abs());
        gain = (1.0 - (1.0 - gain) * keep).min(threshold / peak.max(threshold));
        for channel in &mut out {
            channel[n] *= gain;
        }
    }
    out
}

#[test]
fn intact_music_is_clean() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        let intact = music(rate_hz);
        let found = report_at(rate_hz, &intact);
        assert!(found.clipping.share_pct < 0.01, "{:?}", found.clipping);
        assert!(found.limiting.pressed_pct < 15.0, "{:?}", found.limiting);
        assert!(found.dc_db[0] < -45.0, "{:?}", found.dc_db);
        assert_eq!(found.lossy_cutoff_hz, None);
        assert_eq!(found.hum_hz, None);
        assert!(found.gaps.is_empty());
    }
}

#[test]
fn clipping_is_found_also_turned_down_in_16_bits() {
    let intact = music(RATE_HZ);
    let level = exceeded_by(&intact, 0.005);
    let clipped = changed(&intact, |x| x.clamp(-level, level));
    for heard in [clipped.clone(), sixteen_bits(&clipped, 0.25)] {
        let found = report(&heard).clipping;
        assert!((0.2..=0.6).contains(&found.share_pct), "{found:?}");
        assert!(found.confidence > 0.99);
        assert!(found.level_db.abs() < 0.02, "{found:?}");
        assert!(!found.places.is_empty());
    }
    assert!(report(&sixteen_bits(&intact, 0.25)).clipping.share_pct < 0.01);
}

#[test]
fn a_bass_tone_of_one_level_is_not_clipped() {
    let step = 2.0 * std::f64::consts::PI * 41.2 / RATE_HZ;
    let tone: Vec<f32> = (0..(4.0 * RATE_HZ) as usize)
        .map(|n| (0.8 * libm::sin(step * n as f64)) as f32)
        .collect();
    let found = report(&[tone.clone(), tone]).clipping;
    assert!(found.share_pct < 0.01, "{found:?}");
}

#[test]
fn a_fast_limiter_that_took_a_tenth_is_found() {
    let intact = music(RATE_HZ);
    let level = exceeded_by(&intact, 0.1);
    for release_ms in [0.5, 5.0, 50.0] {
        let found = report(&limited(&intact, level, release_ms)).limiting;
        assert!(found.pressed_pct > 40.0, "{release_ms} ms: {found:?}");
        assert!(!found.places.is_empty());
    }
}

#[test]
fn dc_is_told_re_the_peak_whatever_the_level_and_the_channel() {
    let intact = music(RATE_HZ);
    let peak = exceeded_by(&intact, 1e-9);
    let offset = changed(&intact, |x| 0.8 * x / peak + 0.02);
    let wanted = 20.0 * libm::log10(0.02 / 0.82);
    for gain in [1.0, 0.25, -4.0] {
        let found = report(&changed(&offset, |x| gain * x));
        assert!((found.dc_db[0] - wanted).abs() < 1.0, "{:?}", found.dc_db);
        assert!(found.infrasonic_db > -40.0);
    }
    let left_only = [offset[0].clone(), intact[1].clone()];
    let found = report(&left_only).dc_db;
    assert!(found[0] > -36.0 && found[1] < -45.0, "{found:?}");
}

#[test]
fn a_spectrum_that_ends_at_once_is_lossy_and_one_that_falls_off_is_not() {
    // Hiss of many sines up to the edge; above it a floor, or a slope of 24 dB in 500 Hz.
    let hiss = |slope: bool| {
        let frames = (4.0 * RATE_HZ) as usize;
        let mut random = Random(11);
        let mut wave = vec![0.0f64; frames];
        let turn = 2.0 * std::f64::consts::PI / RATE_HZ;
        let mut hz = 14_000.0;
        while hz < 20_900.0 {
            let over = f64::max(hz - 16_700.0, 0.0);
            let fall_db = if slope {
                0.048 * over
            } else {
                65.0 * f64::min(over, 1.0)
            };
            let gain = 0.003 * libm::pow(10.0, -f64::min(fall_db, 65.0) / 20.0);
            let phase = 3.0 * random.next();
            for (n, x) in wave.iter_mut().enumerate() {
                *x += gain * libm::sin(turn * hz * n as f64 + phase);
            }
            hz += 37.3;
        }
        let low = turn * 300.0;
        let wave: Vec<f32> = wave
            .iter()
            .enumerate()
            .map(|(n, x)| (x + 0.3 * libm::sin(low * n as f64)) as f32)
            .collect();
        [wave.clone(), wave]
    };
    let sudden = report(&hiss(false));
    assert!(sudden.lossy_confidence > 0.9, "{sudden:?}");
    assert!((sudden.lossy_cutoff_hz.unwrap_or(0.0) - 16_700.0).abs() <= 150.0);
    assert_eq!(report(&hiss(true)).lossy_confidence, 0.0);
}

#[test]
fn dropouts_are_found_and_stops_of_the_music_are_not() {
    let mut broken = music(RATE_HZ);
    for start_s in [1.23, 2.51, 4.07] {
        let from = (start_s * RATE_HZ) as usize;
        for channel in &mut broken {
            channel[from..from + 300].fill(0.0);
        }
    }
    let found = report(&broken).gaps;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].start_s <= 1.23 && found[0].end_s >= 1.23);
    let mut faded = music(RATE_HZ);
    for channel in &mut faded {
        for (n, x) in channel.iter_mut().enumerate() {
            let phase = (n as f64 / RATE_HZ).fract();
            let fade = ((0.5 - phase).abs() * 20.0 - 1.0).clamp(0.0, 1.0);
            *x *= fade as f32;
        }
    }
    assert!(report(&faded).gaps.is_empty());
}

#[test]
fn noise_and_hum_are_heard_where_the_music_pauses() {
    let with = |added: fn(usize, f64) -> f64| {
        let mut random = Random(5);
        let mut song = music(RATE_HZ);
        for n in 0..song[0].len() {
            let pause = (2.0..3.0).contains(&(n as f64 / RATE_HZ));
            for channel in &mut song {
                let x = if pause { 0.0 } else { channel[n] };
                channel[n] = x + added(n, random.next()) as f32;
            }
        }
        report(&song)
    };
    let noisy = with(|_, random| 0.002 * random);
    assert!(
        noisy
            .noise_floor_db
            .is_some_and(|db| (-60.0..-30.0).contains(&db)),
        "{noisy:?}"
    );
    assert_eq!(noisy.hum_hz, None);
    let hum = with(|n, _| {
        let turn = 2.0 * std::f64::consts::PI * n as f64 / RATE_HZ;
        let partials = [50.0, 100.0, 150.0, 200.0, 300.0];
        0.002 * partials.iter().map(|hz| libm::sin(turn * hz)).sum::<f64>()
    });
    assert_eq!(hum.hum_hz, Some(50.0), "{hum:?}");
    let silent = with(|_, _| 0.0);
    assert_eq!(silent.noise_floor_db, None);
}

#[test]
fn level_polarity_and_channels_change_nothing() {
    let intact = music(RATE_HZ);
    let level = exceeded_by(&intact, 0.005);
    let clipped = changed(&intact, |x| x.clamp(-level, level) + 0.01);
    let wanted = report(&clipped);
    for gain in [0.25f32, 4.0, -1.0] {
        assert_eq!(report(&changed(&clipped, |x| gain * x)), wanted);
    }
    let swapped = report(&[clipped[1].clone(), clipped[0].clone()]);
    assert_eq!(swapped.clipping, wanted.clipping);
    assert_eq!(swapped.limiting, wanted.limiting);
    assert_eq!(swapped.dc_db, [wanted.dc_db[1], wanted.dc_db[0]]);
}

#[test]
fn silence_and_nothing_are_no_fault() {
    let silent = [vec![0.0; 44_100], vec![0.0; 44_100]];
    let found = report(&silent);
    assert_eq!(found.clipping, ClippingReport::default());
    assert_eq!(found.dc_db, [-120.0; 2]);
    assert_eq!(report(&[Vec::new(), Vec::new()]).gaps, Vec::new());
    let bytes = size_of::<FaultsPart>();
    assert!(bytes <= 180, "{bytes}");
}
