//! A band in a box: kick, bass, hats, a singing lead and a pad, each with a fader.

use super::*;
use crate::dsp::block::Stream;

const RATE_HZ: f64 = 44_100.0;
const SECONDS: f64 = 10.5;

/// Noise between −1 and 1, the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn sine(turns: f64) -> f64 {
    libm::sin(2.0 * std::f64::consts::PI * turns)
}

/// Lead, bass, kick, hats, and what remains on the left and on the right.
fn stems() -> Vec<[f64; 6]> {
    let (mut noise, mut before) = (Noise(7), 0.0);
    (0..(SECONDS * RATE_HZ) as usize)
        .map(|n| {
            let t = n as f64 / RATE_HZ;
            let beat = t % 0.5;
            let kick = 0.5
                * libm::exp(-beat * 14.0)
                * sine(55.0 * beat + 3.0 * (1.0 - libm::exp(-beat * 40.0)));
            let bass_hz = [55.0, 65.4, 73.4, 82.4][t as usize % 4];
            let bass: f64 = (1..5)
                .map(|k| 0.22 / f64::from(k * k) * sine(bass_hz * f64::from(k) * t))
                .sum();
            let hiss = noise.next();
            let hats = 0.12 * libm::exp(-(t % 0.25) * 30.0) * (hiss - before);
            before = hiss;
            let syllable = 0.5 - 0.5 * libm::cos(2.0 * std::f64::consts::PI * 2.0 * t);
            let lead_hz = [220.0, 247.0, 294.0, 262.0][(t * 2.0) as usize % 4];
            let vibrato = 0.15 * sine(5.5 * t);
            let lead: f64 = (1..14)
                .map(|k| 0.2 / f64::from(k) * sine(f64::from(k) * (lead_hz * t + vibrato)))
                .sum();
            let pad = |hz: f64| {
                (1..9)
                    .map(|k| 0.05 / f64::from(k) * sine(hz * f64::from(k) * t))
                    .sum::<f64>()
            };
            let pads = [pad(196.0), pad(330.3)];
            let room = [0.003 * noise.next(), 0.003 * noise.next()];
            let left = pads[0] + 0.4 * pads[1] + room[0];
            let right = 0.4 * pads[0] + pads[1] + room[1];
            [lead * syllable, bass, kick, hats, left, right]
        })
        .collect()
}

/// The report of a mix with lead, bass, kick and cymbals turned up by so many dB.
fn of_mix(
    stems: &[[f64; 6]],
    faders_db: [f64; 4],
    level_db: f64,
    inverted_and_swapped: bool,
) -> ElementsReport {
    let gain = faders_db.map(|db| libm::pow(10.0, db / 20.0));
    let level = libm::pow(10.0, level_db / 20.0);
    let mut meter = ElementsMeter::new(Stream::new(RATE_HZ));
    let parts: Vec<ElementsPart> = stems
        .chunks((RATE_HZ / 10.0) as usize)
        .map(|slice| {
            let (left, right): (Vec<f32>, Vec<f32>) = slice
                .iter()
                .map(|stems| {
                    let middle: f64 = stems.iter().zip(gain).map(|(stem, gain)| stem * gain).sum();
                    let left = (level * (middle + stems[4])) as f32;
                    let right = (level * (middle + stems[5])) as f32;
                    if inverted_and_swapped {
                        (-right, -left)
                    } else {
                        (left, right)
                    }
                })
                .unzip();
            meter.process(&left, &right);
            meter.take()
        })
        .collect();
    let heard: Vec<_> = parts.iter().enumerate().collect();
    ElementsReport::of_parts(&heard)
}

fn sds(report: &ElementsReport) -> [f64; 4] {
    [&report.lead, &report.bass, &report.kick, &report.cymbals]
        .map(|standing| standing.as_ref().map_or(f64::NAN, |standing| standing.sds))
}

#[test]
fn turning_an_element_up_raises_its_standing_and_down_lowers_it() {
    let stems = stems();
    let flat = sds(&of_mix(&stems, [0.0; 4], 0.0, false));
    for element in 0..4 {
        let mut faders_db = [0.0; 4];
        faders_db[element] = 6.0;
        let up = sds(&of_mix(&stems, faders_db, 0.0, false));
        faders_db[element] = -6.0;
        let down = sds(&of_mix(&stems, faders_db, 0.0, false));
        assert!(
            up[element] - flat[element] > 0.3,
            "{element}: {flat:?} {up:?}"
        );
        assert!(
            flat[element] - down[element] > 0.05,
            "{element}: {down:?} {flat:?}"
        );
    }
}

#[test]
fn level_polarity_and_sides_change_nothing() {
    let stems = stems();
    let flat = sds(&of_mix(&stems, [0.0; 4], 0.0, false));
    let other = sds(&of_mix(&stems, [0.0; 4], -12.0, true));
    for (one, two) in flat.iter().zip(other) {
        assert!((one - two).abs() < 0.01, "{flat:?} {other:?}");
    }
}

#[test]
fn too_little_heard_says_nothing() {
    let part = ElementsPart::default();
    let heard: Vec<_> = (0..SLICES_MIN - 1).map(|n| (n, &part)).collect();
    assert_eq!(ElementsReport::of_parts(&heard), ElementsReport::default());
    // Silence as well, however long.
    let heard: Vec<_> = (0..SLICES_MIN + 1).map(|n| (n, &part)).collect();
    assert_eq!(ElementsReport::of_parts(&heard), ElementsReport::default());
}
