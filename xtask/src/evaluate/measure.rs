//! Measurements of our own, apart from the engine's: what judges a master shares no code with what
//! made it.

use super::filter::{Filter, chain};
use super::sound::Sound;
use realfft::RealFftPlanner;
use std::f64::consts::PI;

/// Third-octaves from 19.7 Hz to 20.3 kHz.
pub(crate) const THIRDS: usize = 31;
/// Spread of each third-octave over finished music in dB: a band counts for 2.1 over its spread.
const SPREAD_DB: [f64; THIRDS] = [
    9.0, 8.5, 8.0, 7.1, 6.0, 5.0, 4.3, 3.6, 3.2, 2.9, 2.7, 2.6, 2.4, 2.3, 2.2, 2.2, 2.1, 2.1, 2.2,
    2.2, 2.3, 2.6, 2.8, 3.1, 3.4, 3.8, 4.2, 4.6, 5.3, 7.0, 10.0,
];
/// Bands the tone distance looks at, in Hz.
const TONE_HZ: std::ops::RangeInclusive<f64> = 59.85..=13_125.0;
/// Oversampling of the true-peak meter, its taps per phase and its window's shape.
const PEAK_UP: usize = 16;
const PEAK_TAPS: usize = 64;
const PEAK_BETA: f64 = 9.25;
/// Level of nothing at all.
const FLOOR: f64 = 1e-20;
/// Half a band of a sixth of an octave.
const NOTE_HALF_OCTAVES: f64 = 1.0 / 12.0;

/// What distances are made of.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Power of the third-octaves in dB, NaN where the rate has no band.
    pub(crate) ltas_db: [f64; THIRDS],
    /// Side over mid in dB, over everything.
    pub(crate) side_to_mid_db: f64,
    /// A sixth of an octave around a note over everything else, in dB.
    pub(crate) note_db: f64,
    /// Integrated loudness; −∞ for silence.
    pub(crate) lufs: f64,
}

/// Measures a sound and the band around `note_hz`.
pub(crate) fn facts(sound: &Sound, note_hz: f64) -> Facts {
    Facts {
        ltas_db: ltas_db(sound),
        side_to_mid_db: side_to_mid_db(sound),
        note_db: note_db(sound, note_hz),
        lufs: lufs(sound),
    }
}

/// How far two spectra are apart: root mean square over the bands from 63 Hz to 12.5 kHz, weighted, their
/// difference of level removed.
pub(crate) fn tone_distance_db(a: &[f64; THIRDS], b: &[f64; THIRDS]) -> f64 {
    let bands: Vec<(f64, f64)> = (0..THIRDS)
        .filter(|&band| TONE_HZ.contains(&centre_hz(band)))
        .map(|band| (2.1 / SPREAD_DB[band], a[band] - b[band]))
        .filter(|(_, difference)| difference.is_finite())
        .collect();
    let weight: f64 = bands.iter().map(|(weight, _)| weight).sum();
    let mean = bands.iter().map(|(w, d)| w * d).sum::<f64>() / weight;
    let square = bands
        .iter()
        .map(|(w, d)| w * (d - mean).powi(2))
        .sum::<f64>();
    (square / weight).sqrt()
}

/// How far the levels of stems are apart from what they were: root mean square, what all share removed.
/// Stems that are silent in either do not count.
pub(crate) fn level_distance_db(a: &[f64], b: &[f64]) -> f64 {
    let differences: Vec<f64> = (a.iter().zip(b).map(|(a, b)| a - b))
        .filter(|difference| difference.is_finite())
        .collect();
    let count = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / count;
    let square: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    (square / count).sqrt()
}

/// Third-octave powers of left and right together, over frames above a tenth of the mean power (Hann,
/// 8192 frames, half overlapping).
pub(crate) fn ltas_db(sound: &Sound) -> [f64; THIRDS] {
    const SIZE: usize = 8192;
    let mut frames = Vec::new();
    spectra(sound, SIZE, |power| {
        let total: f64 = power.iter().sum();
        frames.push((total, thirds(power, sound.rate(), SIZE)));
    });
    let mean = frames.iter().map(|(total, _)| total).sum::<f64>() / frames.len() as f64;
    let loud: Vec<_> = frames
        .iter()
        .filter(|(total, _)| *total > mean * 0.1)
        .collect();
    std::array::from_fn(|band| {
        let (low_hz, high_hz) = edges_hz(band);
        let step_hz = sound.rate() / SIZE as f64;
        let has_bin = (low_hz / step_hz).ceil() * step_hz < high_hz;
        if high_hz >= sound.rate() / 2.0 || !has_bin {
            return f64::NAN;
        }
        let sum: f64 = loud.iter().map(|(_, thirds)| thirds[band]).sum();
        10.0 * (sum / loud.len() as f64 + FLOOR).log10()
    })
}

/// Power of side over mid in dB.
pub(crate) fn side_to_mid_db(sound: &Sound) -> f64 {
    let (mut mid, mut side) = (0.0, 0.0);
    for (&left, &right) in sound.channels[0].iter().zip(&sound.channels[1]) {
        let (left, right) = (f64::from(left), f64::from(right));
        mid += (left + right).powi(2);
        side += (left - right).powi(2);
    }
    10.0 * ((side + FLOOR) / (mid + FLOOR)).log10()
}

/// Power of a sixth of an octave around `note_hz` over everything else, in dB.
pub(crate) fn note_db(sound: &Sound, note_hz: f64) -> f64 {
    let size = if sound.rate() > 50_000.0 {
        1 << 16
    } else {
        1 << 15
    };
    let half = NOTE_HALF_OCTAVES.exp2();
    let (mut note, mut all) = (0.0, 0.0);
    spectra(sound, size, |power| {
        for (bin, power) in power.iter().enumerate() {
            let frequency_hz = bin as f64 * sound.rate() / size as f64;
            if (note_hz / half..note_hz * half).contains(&frequency_hz) {
                note += power;
            }
            all += power;
        }
    });
    10.0 * ((note + FLOOR) / (all - note + FLOOR)).log10()
}

/// Integrated loudness (BS.1770-5) in LUFS; −∞ for silence or less than 400 ms.
pub(crate) fn lufs(sound: &Sound) -> f64 {
    let rate = sound.rate();
    let (block, hop) = ((0.4 * rate).round() as usize, (0.1 * rate).round() as usize);
    let weighting = k_weighting(rate);
    let mut powers: Vec<f64> = Vec::new();
    for channel in &sound.channels {
        let samples: Vec<f64> = channel.iter().map(|&x| f64::from(x)).collect();
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        for y in chain(&weighting, &samples) {
            sum += y * y;
            sums.push(sum);
        }
        let blocks = (0..)
            .map(|index| index * hop)
            .take_while(|start| start + block < sums.len())
            .map(|start| (sums[start + block] - sums[start]) / block as f64);
        for (index, power) in blocks.enumerate() {
            match powers.get_mut(index) {
                Some(sum) => *sum += power,
                None => powers.push(power),
            }
        }
    }
    let loudness = |power: f64| -0.691 + 10.0 * (power + FLOOR).log10();
    let mean = |threshold: f64| {
        let above: Vec<f64> = powers
            .iter()
            .copied()
            .filter(|&power| loudness(power) > threshold)
            .collect();
        above.iter().sum::<f64>() / above.len() as f64
    };
    let absolute = mean(-70.0);
    if !absolute.is_finite() {
        return f64::NEG_INFINITY;
    }
    loudness(mean((loudness(absolute) - 10.0).max(-70.0)))
}

/// The two filters of BS.1770 for any sample rate (the analogue prototypes behind its tables).
fn k_weighting(rate_hz: f64) -> [Filter; 2] {
    let k = (PI * 1_681.974_450_955_533 / rate_hz).tan();
    let q = 0.707_175_236_955_419_6;
    let high = 10f64.powf(3.999_843_853_973_347 / 20.0);
    let middle = high.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    let shelf = Filter {
        b: [
            (high + middle * k / q + k * k) / a0,
            2.0 * (k * k - high) / a0,
            (high - middle * k / q + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    };
    let k = (PI * 38.135_470_876_024_44 / rate_hz).tan();
    let q = 0.500_327_037_323_877_3;
    let a0 = 1.0 + k / q + k * k;
    let cut = Filter {
        b: [1.0, -2.0, 1.0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    };
    [shelf, cut]
}

/// True peak in dBTP: 16-fold interpolation by a Kaiser-windowed sinc of 64 taps per phase, everywhere.
pub(crate) fn true_peak_dbtp(sound: &Sound) -> f64 {
    const CHUNK: usize = 4096;
    let phases = peak_phases();
    let mut peak = 0.0f64;
    for channel in &sound.channels {
        let mut padded = vec![0.0; PEAK_TAPS];
        padded.extend(channel.iter().map(|&x| f64::from(x)));
        padded.extend([0.0; PEAK_TAPS]);
        let outputs = padded.len() - PEAK_TAPS;
        for start in (0..outputs).step_by(CHUNK) {
            let count = CHUNK.min(outputs - start);
            for taps in &phases {
                let mut sums = [0.0f64; CHUNK];
                for (tap, &h) in taps.iter().enumerate() {
                    let input = &padded[start + tap..start + tap + count];
                    for (sum, x) in sums.iter_mut().zip(input) {
                        *sum += h * x;
                    }
                }
                peak = sums.iter().fold(peak, |peak, sum| peak.max(sum.abs()));
            }
        }
    }
    20.0 * (peak + 1e-12).log10()
}

/// Taps of each phase; phase p of a window that starts at n lies at n + 32 − p/16. The first has a 65th
/// tap, which is zero.
fn peak_phases() -> Vec<[f64; PEAK_TAPS]> {
    let length = (PEAK_UP * PEAK_TAPS) as f64;
    let prototype = |index: usize| {
        let offset = index as f64 - length / 2.0;
        let x = offset / PEAK_UP as f64;
        let sinc = if offset == 0.0 {
            1.0
        } else {
            (PI * x).sin() / (PI * x)
        };
        let edge = (1.0 - (2.0 * offset / length).powi(2)).max(0.0).sqrt();
        sinc * bessel_i0(PEAK_BETA * edge) / bessel_i0(PEAK_BETA)
    };
    (0..PEAK_UP)
        .map(|phase| std::array::from_fn(|tap| prototype(phase + tap * PEAK_UP)))
        .collect()
}

/// The modified Bessel function of order zero, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..64 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

/// Power spectra of left and right together, of Hann windows that overlap by half, scaled so that a bin
/// reads half of a sine's amplitude.
fn spectra(sound: &Sound, size: usize, mut see: impl FnMut(&[f64])) {
    let window: Vec<f64> = (0..size)
        .map(|n| 0.5 - 0.5 * (2.0 * PI * n as f64 / size as f64).cos())
        .collect();
    let scale = window.iter().sum::<f64>().recip();
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(size);
    let mut bins = transform.make_output_vec();
    let mut power = vec![0.0; bins.len()];
    let mut frame = vec![0.0; size];
    let frames = sound.frames();
    for start in (0..(frames + 1).saturating_sub(size)).step_by(size / 2) {
        power.fill(0.0);
        for channel in &sound.channels {
            for ((out, &x), w) in frame.iter_mut().zip(&channel[start..]).zip(&window) {
                *out = f64::from(x) * w * scale;
            }
            transform
                .process(&mut frame, &mut bins)
                .expect("the lengths are the plan's own");
            for (power, bin) in power.iter_mut().zip(&bins) {
                *power += bin.norm_sqr();
            }
        }
        see(&power);
    }
}

fn thirds(power: &[f64], rate_hz: f64, size: usize) -> [f64; THIRDS] {
    let bin = |frequency_hz: f64| {
        let bin = (frequency_hz * size as f64 / rate_hz).ceil() as usize;
        bin.min(power.len())
    };
    std::array::from_fn(|band| {
        let (low_hz, high_hz) = edges_hz(band);
        power[bin(low_hz)..bin(high_hz)].iter().sum()
    })
}

fn centre_hz(band: usize) -> f64 {
    1000.0 * ((band as f64 - 17.0) / 3.0).exp2()
}

fn edges_hz(band: usize) -> (f64, f64) {
    let half = (1.0f64 / 6.0).exp2();
    (centre_hz(band) / half, centre_hz(band) * half)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 48_000;

    fn sine(frequency_hz: f64, gains: [f64; 2], seconds: f64) -> Sound {
        let channel = |gain: f64| {
            (0..(seconds * f64::from(RATE_HZ)) as usize)
                .map(|n| 2.0 * PI * frequency_hz * n as f64 / f64::from(RATE_HZ))
                .map(|phase| (gain * (phase + PI / 4.0).sin()) as f32)
                .collect()
        };
        Sound {
            channels: gains.map(channel),
            sample_rate_hz: RATE_HZ,
        }
    }

    /// Noise of a fixed seed, the same on both sides.
    fn noise() -> Sound {
        let mut state = 1u32;
        let channel: Vec<f32> = (0..10 * RATE_HZ)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32
            })
            .collect();
        Sound {
            channels: [channel.clone(), channel],
            sample_rate_hz: RATE_HZ,
        }
    }

    fn filtered(sound: &Sound, filter: Filter) -> Sound {
        sound.each_channel(|_, samples| filter.run(samples))
    }

    #[test]
    fn a_sine_of_minus_23_dbfs_on_both_sides_reads_minus_23_lufs() {
        // EBU Tech 3341, case 1.
        let gain = 10f64.powf(-23.0 / 20.0);
        let lufs = lufs(&sine(1000.0, [gain; 2], 20.0));
        assert!((lufs + 23.0).abs() < 0.05, "{lufs}");
        assert_eq!(super::lufs(&sine(1000.0, [0.0; 2], 1.0)), f64::NEG_INFINITY);
    }

    #[test]
    fn peaks_between_samples_are_seen() {
        // At a quarter of the rate and 45 degrees every sample lies 3.01 dB below the peak.
        // Faded in and out: a sine that starts at once has higher peaks.
        let mut quarter = sine(12_000.0, [0.5, 0.0], 0.5);
        for (n, x) in quarter.channels[0].iter_mut().enumerate() {
            *x *= (PI * n as f64 / 24_000.0).sin() as f32;
        }
        assert!(quarter.channels[0].iter().all(|x| x.abs() < 0.36));
        let db = true_peak_dbtp(&quarter);
        assert!((db + 6.0206).abs() < 0.01, "{db}");
    }

    #[test]
    fn a_shelf_is_the_tone_distance_its_curve_has() {
        let noise = noise();
        let plain = ltas_db(&noise);
        let louder = noise.each_channel(|_, samples| samples.iter().map(|x| x * 0.1).collect());
        assert!(tone_distance_db(&plain, &ltas_db(&louder)) < 1e-4);
        let filter = Filter::high_shelf(6000.0, -6.0, f64::from(RATE_HZ));
        let dull = ltas_db(&filtered(&noise, filter));
        // The filter's own gain at the centres, from its transfer function.
        let curve: [f64; THIRDS] = std::array::from_fn(|band| {
            let omega = 2.0 * PI * centre_hz(band) / f64::from(RATE_HZ);
            let power = |c: [f64; 3]| {
                let re = c[0] + c[1] * omega.cos() + c[2] * (2.0 * omega).cos();
                let im = c[1] * omega.sin() + c[2] * (2.0 * omega).sin();
                re * re + im * im
            };
            10.0 * (power(filter.b) / power([1.0, filter.a[0], filter.a[1]])).log10()
        });
        let (measured, expected) = (
            tone_distance_db(&plain, &dull),
            tone_distance_db(&[0.0; THIRDS], &curve),
        );
        assert!(expected > 1.5, "{expected}");
        assert!(
            (measured - expected).abs() < 0.03,
            "{measured}, not {expected}"
        );
    }

    #[test]
    fn levels_of_stems_are_held_against_each_other() {
        let was = [-20.0, -25.0, -30.0, f64::NEG_INFINITY];
        let louder = was.map(|lufs| lufs + 4.0);
        assert!(level_distance_db(&louder, &was) < 1e-12);
        // 3 dB of one of three: 2, −1, −1 about the mean.
        let one_up = [-20.0, -22.0, -30.0, f64::NEG_INFINITY];
        assert!((level_distance_db(&one_up, &was) - 2f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn width_and_a_note_are_read_in_db() {
        let sound = sine(1000.0, [1.0, 0.0], 1.0);
        assert!(side_to_mid_db(&sound).abs() < 1e-9);
        let half = sound.mid_and_side(|_, side| side.iter_mut().for_each(|x| *x *= 0.5));
        assert!((side_to_mid_db(&half) + 6.0206).abs() < 1e-4);
        let rest = sine(500.0, [0.5, 0.5], 4.0);
        let note = sine(73.4, [0.05, 0.05], 4.0);
        let both = Sound::mixed(&[(&rest, 1.0), (&note, 1.0)]);
        assert!((note_db(&both, 73.4) + 20.0).abs() < 0.02);
    }
}
