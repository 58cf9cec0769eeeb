use super::*;
use crate::dsp::units::gain_to_db;
use core::f64::consts::PI;

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// All samples at the high rate while `input` runs through, in order.
fn risen(rate_hz: f64, input: &[f32]) -> Vec<f32> {
    let mut oversampler = Oversampler::new(Stream::new(rate_hz));
    let mut high = Vec::new();
    let mut output = vec![0.0; input.len()];
    oversampler.process(input, &mut output, |planes, frames| {
        for n in 0..frames {
            high.extend(planes.iter().map(|plane| plane[n]));
        }
    });
    high
}

fn impulse(frames: usize) -> Vec<f32> {
    let mut impulse = vec![0.0; frames];
    impulse[0] = 1.0;
    impulse
}

fn gain_db(response: &[f32], cycles_per_sample: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &h) in response.iter().enumerate() {
        let angle = 2.0 * PI * cycles_per_sample * n as f64;
        re += f64::from(h) * libm::cos(angle);
        im -= f64::from(h) * libm::sin(angle);
    }
    gain_to_db(libm::hypot(re, im))
}

fn noise(frames: usize) -> Vec<f32> {
    let mut state = 7_u32;
    (0..frames)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        })
        .collect()
}

#[test]
fn the_way_up_is_flat_to_20_khz_and_leaves_no_image() {
    for rate_hz in RATES_HZ {
        let response = risen(rate_hz, &impulse(300));
        let factor = Oversampler::new(Stream::new(rate_hz)).factor();
        let high_hz = rate_hz * factor as f64;
        let gain_db = |hz: f64| gain_db(&response, hz / high_hz) - gain_to_db(factor as f64);
        for step in 0..=200 {
            let hz = 20_000.0 * f64::from(step) / 200.0;
            assert!(
                gain_db(hz).abs() < 2e-5,
                "{hz} of {rate_hz}: {}",
                gain_db(hz)
            );
            for image in 1..=factor / 2 {
                for image_hz in [image as f64 * rate_hz - hz, image as f64 * rate_hz + hz] {
                    if image_hz < 0.5 * high_hz {
                        let image_db = gain_db(image_hz);
                        assert!(image_db < -114.0, "{image_hz} of {rate_hz}: {image_db}");
                    }
                }
            }
        }
    }
}

/// A tone that lies at the high rate only must not come down into the pass-band.
#[test]
fn the_way_down_stops_what_would_fold_into_20_khz() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for share in 1..24 {
            let mut oversampler = Oversampler::new(Stream::new(rate_hz));
            let factor = oversampler.factor();
            let lowest_hz = rate_hz - 20_000.0;
            let highest_hz = 0.5 * rate_hz * factor as f64;
            let hz = lowest_hz + (highest_hz - lowest_hz) * f64::from(share) / 24.0;
            let folded_hz = (hz - rate_hz * libm::round(hz / rate_hz)).abs();
            if folded_hz > 20_000.0 {
                continue;
            }
            let mut sample = 0;
            let mut output = vec![0.0; 4_000];
            oversampler.process(&vec![0.0; 4_000], &mut output, |planes, frames| {
                for n in 0..frames {
                    for plane in planes.iter_mut() {
                        let angle = 2.0 * PI * hz / (rate_hz * factor as f64) * f64::from(sample);
                        plane[n] = libm::cos(angle) as f32;
                        sample += 1;
                    }
                }
            });
            let peak = output[400..].iter().fold(0.0_f32, |a, &b| a.max(b.abs()));
            let peak_db = gain_to_db(f64::from(peak));
            assert!(peak_db < -112.0, "{hz} at {rate_hz}: {peak_db}");
        }
    }
}

#[test]
fn up_and_down_is_a_delay_of_whole_samples() {
    for rate_hz in RATES_HZ {
        for hz in [100.0, 1_000.0, 9_999.0, 20_000.0] {
            let mut oversampler = Oversampler::new(Stream::new(rate_hz));
            let tone = |n: usize| libm::sin(2.0 * PI * hz / rate_hz * n as f64) as f32;
            let input: Vec<f32> = (0..3_000).map(tone).collect();
            let mut output = vec![0.0; input.len()];
            oversampler.process(&input, &mut output, |_, _| {});
            let latency = oversampler.latency_samples();
            for n in 500..3_000 {
                let error = (output[n] - input[n - latency]).abs();
                assert!(error < 6e-6, "{hz} Hz at {rate_hz}: {error} at {n}");
            }
        }
    }
}

#[test]
fn two_ways_fit_into_4_ms_at_44_1_khz() {
    for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0] {
        let samples = 2 * Oversampler::new(Stream::new(rate_hz)).latency_samples();
        assert!(samples as f64 <= 4e-3 * rate_hz, "{samples} at {rate_hz}");
    }
}

fn cube(planes: &mut [Plane], frames: usize) {
    for plane in planes {
        for x in &mut plane[..frames] {
            *x = *x * *x * *x;
        }
    }
}

#[test]
fn wide_lanes_give_the_same_samples() {
    for rate_hz in RATES_HZ {
        let computed = |wide: WideLanes| {
            let mut oversampler = Oversampler::new(Stream::new(rate_hz));
            oversampler.wide = wide;
            let mut output = vec![0.0; 1_000];
            oversampler.process(&noise(1_000), &mut output, cube);
            output
        };
        assert_eq!(computed(WideLanes(false)), computed(WideLanes::detect()));
    }
}

/// Also where nothing is computed for a while, and back.
#[test]
fn cutting_and_passing_change_nothing() {
    for rate_hz in RATES_HZ {
        let input = noise(3_000);
        let silent = |n: usize| (500..1_203).contains(&n) || (1_400..1_450).contains(&n);
        let computed = |length: usize, skips: bool| {
            let mut oversampler = Oversampler::new(Stream::new(rate_hz));
            let mut output = vec![0.0; input.len()];
            let mut start = 0;
            while start < input.len() {
                let end = (start + 1..=input.len().min(start + length))
                    .find(|&n| n == input.len() || silent(n) != silent(start))
                    .unwrap_or(start + length);
                let (from, to) = (&input[start..end], &mut output[start..end]);
                match silent(start) {
                    false => oversampler.process(from, to, cube),
                    true if skips => oversampler.pass(from, to),
                    true => oversampler.process(from, to, |planes, _| planes.fill([0.0; 64])),
                }
                start = end;
            }
            output
        };
        let whole = computed(3_000, false);
        for length in [1, 7, 64, 511] {
            assert!(computed(length, true) == whole, "{length} at {rate_hz}");
        }
    }
}

/// A half-band filter with all its taps and gain 2, from its table.
fn half_band(taps: &[f32]) -> Vec<f64> {
    let mut filter = vec![0.0; 4 * taps.len() - 1];
    let last = filter.len() - 1;
    for (i, &tap) in taps.iter().enumerate() {
        filter[2 * i] = f64::from(tap);
        filter[last - 2 * i] = f64::from(tap);
    }
    filter[last / 2] = 1.0;
    filter
}

fn convolved(signal: &[f64], filter: &[f64]) -> Vec<f64> {
    (0..signal.len())
        .map(|n| {
            let taps = filter.iter().take(n + 1).enumerate();
            taps.map(|(k, tap)| tap * signal[n - k]).sum()
        })
        .collect()
}

/// Zeros between the samples, filters in full, in f64.
#[test]
fn phases_are_those_of_the_plain_definition() {
    let input: Vec<f32> = noise(600).iter().map(|x| 0.5 * x).collect();
    let later: Vec<f32> = [0, 6, 1, 5, 2, 4, 3].map(|i| LATER[i]).to_vec();
    for (rate_hz, first) in [
        (44_100.0, &NARROW[..]),
        (48_000.0, &USUAL),
        (96_000.0, &USUAL),
    ] {
        let mut oversampler = Oversampler::new(Stream::new(rate_hz));
        let mut filters = vec![half_band(first)];
        if oversampler.factor() == 4 {
            filters.push(half_band(&later));
        }
        let mut signal: Vec<f64> = input.iter().map(|&x| f64::from(x)).collect();
        for filter in &filters {
            let stuffed: Vec<f64> = signal.iter().flat_map(|&x| [x, 0.0]).collect();
            signal = convolved(&stuffed, filter);
        }
        signal.iter_mut().for_each(|x| *x = *x * *x * *x);
        // Of two steps down, the second keeps the later sample of each pair.
        for (filter, kept) in filters.iter().rev().zip([0, 1]) {
            let full = convolved(&signal, filter);
            signal = full[kept..].iter().step_by(2).map(|x| 0.5 * x).collect();
        }
        let mut output = vec![0.0; input.len()];
        oversampler.process(&input, &mut output, cube);
        for (n, (&found, expected)) in output.iter().zip(&signal).enumerate() {
            let error = (f64::from(found) - expected).abs();
            assert!(error < 5e-7, "{n} at {rate_hz}: {error}");
        }
    }
}
