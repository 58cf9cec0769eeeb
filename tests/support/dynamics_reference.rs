//! Multiband and glue once more, in double precision throughout and in the plainest form: one channel,
//! one sample, one filter at a time.
#![allow(dead_code, unreachable_pub)]

use finalcoat::engine::settings::glue::GlueSettings;
use finalcoat::engine::settings::multiband::MultibandSettings;
use std::f64::consts::PI;

pub type Stereo64 = [Vec<f64>; 2];

/// A first- or second-order section in transposed direct form.
struct Section {
    b: [f64; 3],
    a: [f64; 2],
    z: [f64; 2],
}

impl Section {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|b| b / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
            z: [0.0; 2],
        }
    }

    fn tick(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.z[0];
        self.z[0] = self.b[1] * x - self.a[0] * y + self.z[1];
        self.z[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// Fifth-order Butterworth filters by the bilinear transform.
fn butterworth5(hz: f64, rate_hz: f64, high: bool) -> Vec<Section> {
    let g = (PI * hz / rate_hz).tan();
    let b = |low: [f64; 3], gain: f64| {
        if high {
            [low[0], -low[1], low[2]]
        } else {
            low.map(|b| b * gain)
        }
    };
    let mut sections = vec![Section::new(b([1.0, 1.0, 0.0], g), [g + 1.0, g - 1.0, 0.0])];
    for degrees in [36.0_f64, 72.0] {
        let k = 2.0 * degrees.to_radians().cos();
        sections.push(Section::new(
            b([1.0, 2.0, 1.0], g * g),
            [
                1.0 + k * g + g * g,
                2.0 * (g * g - 1.0),
                1.0 - k * g + g * g,
            ],
        ));
    }
    sections
}

fn filtered(x: &[f64], mut sections: Vec<Section>) -> Vec<f64> {
    x.iter()
        .map(|&x| sections.iter_mut().fold(x, |x, section| section.tick(x)))
        .collect()
}

/// Mean and highest energy of both channels for each step.
fn steps(band: &Stereo64, step: usize) -> Vec<[f64; 2]> {
    let of = |channel: &[f64]| {
        let energy = channel.iter().map(|x| x * x);
        [
            energy.clone().sum::<f64>() / channel.len() as f64,
            energy.fold(0.0, f64::max),
        ]
    };
    band[0]
        .chunks_exact(step)
        .zip(band[1].chunks_exact(step))
        .map(|(left, right)| {
            let (l, r) = (of(left), of(right));
            [(l[0] + r[0]) / 2.0, (l[1] + r[1]) / 2.0]
        })
        .collect()
}

fn box_mean(x: &[f64], length: usize) -> Vec<f64> {
    (0..x.len())
        .map(|n| x[(n + 1).saturating_sub(length)..=n].iter().sum::<f64>() / length as f64)
        .collect()
}

/// The level in dB after each step.
fn levels_db(steps: &[[f64; 2]], window_ms: f64, steps_hz: f64) -> Vec<f64> {
    let length = |share: f64| ((window_ms * share * 1e-3 * steps_hz).round() as usize).max(1);
    let means: Vec<f64> = steps.iter().map(|step| step[0]).collect();
    let means = box_mean(&box_mean(&means, length(0.6)), length(0.4));
    let keep = (-1.0 / (window_ms * 1e-3 * steps_hz)).exp();
    let mut peak = 0.0_f64;
    means
        .iter()
        .zip(steps)
        .map(|(mean, step)| {
            peak = step[1].max(peak * keep);
            10.0 * (2.0 * mean).max(0.5 * peak).max(1e-20).log10()
        })
        .collect()
}

fn share(step_ms: f64, tau_ms: f64) -> f64 {
    let x = step_ms / tau_ms;
    let grown = x + x.powi(2) / 2.0 + x.powi(3) / 6.0 + x.powi(4) / 24.0;
    grown / (1.0 + grown)
}

fn compression_db(level_db: f64, threshold_db: f64, ratio: f64, knee_db: f64) -> f64 {
    let slope = 1.0 / ratio - 1.0;
    let over_db = level_db - threshold_db;
    if 2.0 * over_db < -knee_db {
        0.0
    } else if 2.0 * over_db.abs() <= knee_db {
        slope * (over_db + knee_db / 2.0).powi(2) / (2.0 * knee_db)
    } else {
        slope * over_db
    }
}

fn lift_db(level_db: f64, threshold_db: f64, most_db: f64) -> f64 {
    let below_db = threshold_db - level_db;
    let fade = ((35.0 - below_db) / 10.0).clamp(0.0, 1.0);
    fade * (below_db / 2.0).clamp(0.0, most_db)
}

/// The gain of one band after each step, in dB.
fn band_gains_db(
    steps: &[[f64; 2]],
    window_ms: f64,
    steps_hz: f64,
    settings: &MultibandSettings,
    band: usize,
) -> Vec<f64> {
    let band = &settings.bands[band];
    let keep = |ms: f64| (-1.0 / (ms * 1e-3 * steps_hz)).exp();
    let (crest_keep, pace_keep) = (keep(200.0), keep(1000.0));
    let (mut peak, mut mean, mut pace, mut gain_db) = (0.0_f64, 0.0, 1.0, 0.0);
    levels_db(steps, window_ms, steps_hz)
        .iter()
        .zip(steps)
        .map(|(&level_db, step)| {
            peak = step[1].max(peak * crest_keep + step[1] * (1.0 - crest_keep));
            mean = mean * crest_keep + step[0] * (1.0 - crest_keep);
            if mean > 1e-20 {
                let wanted = (2.0 * mean / peak).powf(0.25).clamp(0.5, 2.0);
                pace = pace * pace_keep + wanted * (1.0 - pace_keep);
            }
            let wanted_db = compression_db(
                level_db,
                f64::from(band.threshold_db),
                f64::from(band.ratio),
                f64::from(settings.knee_db),
            ) + lift_db(
                level_db,
                f64::from(band.lift_threshold_db),
                f64::from(band.lift_db),
            );
            let tau_ms = if wanted_db < gain_db {
                band.attack_ms
            } else {
                band.release_ms
            };
            gain_db += (wanted_db - gain_db) * share(1e3 / steps_hz, f64::from(tau_ms) * pace);
            gain_db
        })
        .collect()
}

/// Along straight lines from the value before a step to the value after the one before it.
fn line(values: &[f64], start: f64, step: usize, n: usize) -> f64 {
    let at = |index: usize| if index == 0 { start } else { values[index - 1] };
    let index = n / step;
    let before = at(index.saturating_sub(1));
    before + (at(index) - before) * (n % step + 1) as f64 / step as f64
}

/// `g + k`, `g`, `g / (1 + g (g + k))` and the two mixing factors of a low shelf.
fn shelf(hz: f64, gain_db: f64, rate_hz: f64) -> [f64; 5] {
    let a = 10.0_f64.powf(gain_db / 40.0);
    let k = 2.0_f64.sqrt();
    let g = (PI * hz / rate_hz).tan() / a.sqrt();
    [
        g + k,
        g,
        g / (1.0 + g * (g + k)),
        k * (a - 1.0),
        a * a - 1.0,
    ]
}

/// The multiband stage from its birth at `settings`, which are in their ranges and ask for something.
pub fn multiband(input: &Stereo64, settings: &MultibandSettings, rate_hz: f64) -> Stereo64 {
    let step = (rate_hz / 1500.0).round() as usize;
    let splits_hz = [
        settings.split_low_hz,
        settings.split_mid_hz,
        settings.split_high_hz,
    ]
    .map(f64::from);
    let mut rest = input.clone();
    let mut gains_db = Vec::new();
    for (band, window_ms) in [25.0, 15.0, 10.0, 5.0].into_iter().enumerate() {
        let own = match splits_hz.get(band) {
            Some(&hz) => {
                let half = |high| {
                    rest.clone()
                        .map(|x| filtered(&x, butterworth5(hz, rate_hz, high)))
                };
                let low = half(false);
                rest = half(true);
                low
            }
            None => rest.clone(),
        };
        let steps = steps(&own, step);
        let constant_db = f64::from(settings.bands[band].gain_db);
        gains_db.push(
            band_gains_db(&steps, window_ms, rate_hz / step as f64, settings, band)
                .iter()
                .map(|db| db + constant_db)
                .collect::<Vec<f64>>(),
        );
    }
    let starts_db = settings.bands.map(|band| f64::from(band.gain_db));
    let mut output = input.clone();
    for (index, &hz) in splits_hz.iter().enumerate() {
        let difference =
            |gains: &dyn Fn(usize) -> f64| shelf(hz, gains(index) - gains(index + 1), rate_hz);
        let start = difference(&|band| starts_db[band]);
        let moved: Vec<[f64; 5]> = (0..gains_db[0].len())
            .map(|n| difference(&|band| gains_db[band][n]))
            .collect();
        let columns: Vec<Vec<f64>> = (0..5)
            .map(|c| moved.iter().map(|m| m[c]).collect())
            .collect();
        for channel in &mut output {
            let (mut s1, mut s2) = (0.0, 0.0);
            for (n, x) in channel.iter_mut().enumerate() {
                let [damped, g, scale, band_part, low_part] =
                    core::array::from_fn(|c| line(&columns[c], start[c], step, n));
                let band = s1 + scale * (*x - damped * s1 - s2);
                let low = s2 + g * band;
                s1 = 2.0 * band - s1;
                s2 = 2.0 * low - s2;
                *x += band_part * band + low_part * low;
            }
        }
    }
    let gain = |db: f64| 10.0_f64.powf(db / 20.0);
    let gains: Vec<f64> = gains_db[3].iter().map(|&db| gain(db)).collect();
    for channel in &mut output {
        for (n, x) in channel.iter_mut().enumerate() {
            *x *= line(&gains, gain(starts_db[3]), step, n);
        }
    }
    output
}

/// The bus compressor from its birth at `settings`, with the side-chain filter and auto release on.
pub fn glue(input: &Stereo64, settings: &GlueSettings, rate_hz: f64) -> Stereo64 {
    let step = (rate_hz / 6000.0).round() as usize;
    let steps_hz = rate_hz / step as f64;
    let g = (PI * f64::from(settings.sidechain_hz) / rate_hz).tan();
    let heard = input.clone().map(|x| {
        filtered(
            &x,
            vec![Section::new([1.0, -1.0, 0.0], [g + 1.0, g - 1.0, 0.0])],
        )
    });
    let levels_db = levels_db(&steps(&heard, step), 20.0, steps_hz);
    let (mut slow_db, mut quick_db) = (0.0_f64, 0.0_f64);
    let step_ms = 1e3 / steps_hz;
    let gains: Vec<f64> = levels_db
        .iter()
        .map(|&level_db| {
            let asked_db = -compression_db(
                level_db,
                f64::from(settings.threshold_db),
                f64::from(settings.ratio),
                f64::from(settings.knee_db),
            );
            if asked_db > slow_db {
                let moved_db = (asked_db - slow_db) * share(step_ms, 400.0);
                slow_db += moved_db;
                quick_db = (quick_db - moved_db).max(0.0);
            } else {
                slow_db += (asked_db - slow_db) * share(step_ms, 1000.0);
            }
            let rest_db = (asked_db - slow_db).max(0.0);
            let tau_ms = if rest_db > quick_db {
                settings.attack_ms
            } else {
                settings.release_ms
            };
            quick_db += (rest_db - quick_db) * share(step_ms, f64::from(tau_ms));
            let wet = 10.0_f64.powf((f64::from(settings.makeup_db) - slow_db - quick_db) / 20.0);
            1.0 + f64::from(settings.mix_pct) / 100.0 * (wet - 1.0)
        })
        .collect();
    let makeup = 10.0_f64.powf(f64::from(settings.makeup_db) / 20.0);
    let start = 1.0 + f64::from(settings.mix_pct) / 100.0 * (makeup - 1.0);
    let mut output = input.clone();
    for channel in &mut output {
        for (n, x) in channel.iter_mut().enumerate() {
            *x *= line(&gains, start, step, n);
        }
    }
    output
}
