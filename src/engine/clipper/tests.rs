use super::*;
use crate::dsp::units::{db_to_gain, energy_to_db};
use core::f64::consts::PI;

/// What folds back below 20 kHz when a 5 kHz sine is clipped, in dB under the sine, with the knee held.
fn alias_db(rate_hz: f64, depth_db: f64, peak_db: f64) -> f64 {
    let seconds = 1.0;
    let frames = (rate_hz * seconds) as usize;
    let hz = 5_001.0;
    let input: Vec<f32> = (0..frames + 2_000)
        .map(|n| (libm::sin(2.0 * PI * hz / rate_hz * n as f64) * db_to_gain(peak_db)) as f32)
        .collect();
    let mut oversampler = Oversampler::new(Stream::new(rate_hz));
    let knees = Knees::steady(1.0, (1.0 - db_to_gain(-depth_db)) as f32);
    let mut output = vec![0.0; input.len()];
    oversampler.process(&input, &mut output, |planes, frames| {
        for plane in planes {
            added(plane, &knees, &mut [0.0; CHUNK_FRAMES], frames);
        }
    });
    // A whole number of periods: every harmonic falls on a line.
    let mut spectrum: Vec<f64> = (0..frames)
        .map(|n| {
            f64::from(output[2_000 + n])
                + f64::from(input[2_000 + n - oversampler.latency_samples()])
        })
        .collect();
    let mut planner = realfft::RealFftPlanner::new();
    let transform = planner.plan_fft_forward(frames);
    let mut lines = transform.make_output_vec();
    transform
        .process(&mut spectrum, &mut lines)
        .expect("the lengths fit");
    let energy = |line: usize| lines[line].norm_sqr();
    let fundamental = energy(5_001);
    let folded: f64 = (20..20_000)
        .filter(|line| line % 5_001 != 0)
        .map(energy)
        .sum();
    energy_to_db(folded / fundamental)
}

#[test]
fn little_folds_back() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for depth_db in [0.5, 1.0, 2.0, 3.0] {
            // Also a peak that does not reach the end of the knee.
            for peak_db in [-4.0, -1.0, 0.0] {
                let alias_db = alias_db(rate_hz, depth_db, peak_db);
                assert!(
                    alias_db < -95.0,
                    "{alias_db} dB, {depth_db} dB deep at {rate_hz} Hz, peak {peak_db} dB"
                );
            }
        }
    }
}

#[test]
fn a_clipped_wave_keeps_its_order_and_its_depth() {
    for depth_db in [0.5, 1.0, 2.0, 3.0] {
        let most = (1.0 - db_to_gain(-depth_db)) as f32;
        let knees = Knees::steady(1.0, most);
        let mut before = 0.0;
        for step in 0..4_000 {
            let x = step as f32 * 5e-4;
            let mut plane = [x; CHUNK_FRAMES];
            let mut taken = [0.0; CHUNK_FRAMES];
            added(&mut plane, &knees, &mut taken, 1);
            let y = x + plane[0];
            assert!(y >= before - 1e-6, "falls at {x}, {depth_db} dB");
            assert!(y >= x * (1.0 - most) - 1e-6 && y <= x);
            if x < 0.398 {
                assert_eq!(y, x);
            }
            before = y;
        }
        assert!((before - 2.0 * (1.0 - most)).abs() < 1e-3);
    }
}
