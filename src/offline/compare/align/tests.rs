//! Music whose power lies in the bass, as most has it; B is that with its lows turned, late, at another gain.

use super::*;
use crate::offline::raw::RawWriter;
use std::f64::consts::TAU;

const RATE_HZ: f64 = 44_100.0;

/// Seven seconds of a bass line, never quite periodic, and quieter hits of noise above it.
fn music(seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    };
    let notes: Vec<f64> = (0..15).map(|_| 50.0 + 15.0 * random()).collect();
    let (mut phase, mut low) = (0.0, 0.0);
    (0..(7.0 * RATE_HZ) as usize)
        .map(|n| {
            let beat = n as f64 / RATE_HZ / 0.47;
            phase += TAU * notes[beat as usize] / RATE_HZ;
            low += 0.4 * (random() - low);
            0.5 * libm::sin(phase) + 0.1 * low * libm::exp(-5.0 * beat.fract())
        })
        .collect()
}

/// A second-order all-pass: it turns what lies at its corner over, as the sum of a crossover of the fourth
/// order does (Linkwitz and Riley 1976; biquad after R. Bristow-Johnson's cookbook).
fn turned(signal: &[f64], corner_hz: f64) -> Vec<f64> {
    let angle = TAU * corner_hz / RATE_HZ;
    let alpha = libm::sin(angle) * std::f64::consts::FRAC_1_SQRT_2;
    let (near, far) = (
        (1.0 - alpha) / (1.0 + alpha),
        -2.0 * libm::cos(angle) / (1.0 + alpha),
    );
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    signal
        .iter()
        .map(|&x| {
            let y = near * x + far * x1 + x2 - far * y1 - near * y2;
            (x1, x2, y1, y2) = (x, x1, y, y1);
            y
        })
        .collect()
}

/// At a gain, later by frames (earlier if negative).
fn moved(signal: &[f64], late: i64, gain: f64) -> Vec<f64> {
    let early = (-late).max(0) as usize;
    let mut moved = vec![0.0; late.max(0) as usize];
    moved.extend(signal[early..].iter().map(|x| gain * x));
    moved
}

fn aligned(a: &[f64], b: &[f64]) -> Alignment {
    let [mut a, mut b] = [a, b].map(|signal| {
        let samples: Vec<f32> = signal.iter().map(|&x| x as f32).collect();
        let mut writer = RawWriter::new(1, RATE_HZ as u32).expect("a temporary file");
        writer.write(&samples, &samples).expect("written");
        writer.finish().expect("written")
    });
    align(&mut a, &mut b).expect("an alignment")
}

#[test]
fn turned_lows_neither_move_nor_invert() {
    let a = music(1);
    // Mono bass and a crossover: 55 Hz comes out upside down.
    let b = turned(&turned(&a, 110.0), 60.0);
    let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    assert!(plain < 0.0, "the lows were to rule the plain correlation");
    for (late, gain) in [
        (0, 1.0),
        (0, 0.05),
        (441, 3.0),
        (-1234, -0.3),
        (40_000, -1.0),
    ] {
        let found = aligned(&a, &moved(&b, late, gain));
        assert!(found.found, "{late} {gain}: {found:?}");
        assert_eq!(found.delay_frames, late, "{gain}: {found:?}");
        assert_eq!(found.correlation < 0.0, gain < 0.0, "{late}: {found:?}");
    }
}

#[test]
fn the_same_correlates_wholly_and_other_music_by_chance_only() {
    let a = music(1);
    let same = aligned(&a, &moved(&a, 0, -0.01));
    assert!(same.correlation < -0.99, "{same:?}");
    let other = aligned(&a, &music(2));
    assert!(!other.found && other.correlation.abs() < 0.1, "{other:?}");
    let silent = aligned(&a, &vec![0.0; a.len()]);
    assert!(!silent.found && silent.correlation == 0.0, "{silent:?}");
}

#[test]
fn what_has_bass_alone_is_aligned_by_it() {
    let mut bass = music(3);
    for _ in 0..5 {
        let mut low = 0.0;
        for x in &mut bass {
            low += 0.01 * (*x - low);
            *x = low;
        }
    }
    let found = aligned(&bass, &moved(&bass, 700, -0.5));
    assert_eq!(found.delay_frames, 700, "{found:?}");
    assert!(found.found && found.correlation < -0.9, "{found:?}");
}
