//! What moves, glides; and whatever a host does with everything at once, the promises stand.

#[path = "support/any.rs"]
mod any;
#[path = "support/signals.rs"]
mod signals;

use any::any_settings;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::Shape;
use finalcoat::engine::settings::fields::{Field, Variant, Visitor};
use finalcoat::engine::settings::range::Range;
use realfft::RealFftPlanner;
use signals::{Random, programme};
use std::f64::consts::TAU;

const RATE_HZ: f64 = 48_000.0;
const TONE_HZ: f64 = 997.0;
/// −20 dBFS.
const TONE_PEAK: f64 = 0.1;
/// Frames of one look at the spectrum, and of the steps between two looks.
const LOOK_FRAMES: usize = 4096;
const LOOK_STEP: usize = 1024;
/// Only what lies above this, and …
const SPLATTER_FROM_HZ: f64 = 3_000.0;
/// … this far from every harmonic of the tone, is splatter.
const HARMONIC_HZ: f64 = 200.0;
/// All of it together stays this far below the loudest there is. A step of 0.4 dB between two samples makes
/// as much.
const SPLATTER_MAX_DB: f64 = -72.0;

/// Every stage at work on the tone: once as usual, once with cuts, wide, in mono below and driven into
/// clipper and limiter.
const WAYS: [fn() -> Settings; 2] = [busy, busier];

fn busier() -> Settings {
    let mut settings = busy();
    for (band, shape) in
        settings
            .equalizer
            .bands
            .iter_mut()
            .zip([Shape::LowCut, Shape::HighCut, Shape::BassNote])
    {
        band.shape = shape;
    }
    settings.equalizer.bands[0].frequency_hz = 200.0;
    settings.equalizer.bands[1].frequency_hz = 8000.0;
    settings.equalizer.bands[2].frequency_hz = 100.0;
    for (band, width_pct) in settings
        .image
        .bands
        .iter_mut()
        .zip([60.0, 130.0, 150.0, 170.0])
    {
        band.width_pct = width_pct;
    }
    settings.image.guard_on = false;
    settings.image.mono_amount_pct = 100.0;
    for band in &mut settings.multiband.bands {
        band.lift_db = 3.0;
        band.lift_threshold_db = -10.0;
        band.gain_db = 1.0;
    }
    settings.loudness.drive_db = 24.0;
    settings.loudness.clip_depth_db = 3.0;
    settings
}

/// Every stage at work on a quiet tone.
fn busy() -> Settings {
    let mut settings = Settings::default();
    settings.input.subsonic_on = true;
    for (index, shape) in [Shape::Bell, Shape::HighShelf, Shape::Tilt]
        .into_iter()
        .enumerate()
    {
        let band = &mut settings.equalizer.bands[index];
        band.on = true;
        band.shape = shape;
        band.frequency_hz = 1000.0;
        band.gain_db = 3.0;
        band.threshold_db = -40.0;
    }
    settings.equalizer.bands[0].range_db = -6.0;
    settings.multiband.on = true;
    for band in &mut settings.multiband.bands {
        band.threshold_db = -30.0;
        band.ratio = 2.0;
    }
    settings.image.on = true;
    settings.glue.on = true;
    settings.glue.threshold_db = -30.0;
    settings.glue.ratio = 2.0;
    settings.colour.on = true;
    settings.colour.drive_db = 0.0;
    settings.loudness.on = true;
    settings.loudness.drive_db = 3.0;
    settings
}

/// One jump of one value.
struct Jump {
    name: String,
    before: Settings,
    after: Settings,
}

/// Every value from one end of its range to the other, every switch, every choice; both ways.
fn jumps(base: &Settings) -> Vec<Jump> {
    struct Counter(usize);
    impl Visitor for Counter {
        fn number(&mut self, _: Field, _: &'static Range, _: &mut f32) {
            self.0 += 1;
        }
        fn switch(&mut self, _: Field, _: &mut bool) {
            self.0 += 1;
        }
        fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {
            self.0 += 1;
        }
    }
    /// Puts the value at a place to its lower or upper end.
    struct Ends {
        left: usize,
        upper: bool,
        name: String,
    }
    impl Ends {
        fn here(&mut self, field: Field) -> bool {
            let here = self.left == 0;
            self.left = self.left.wrapping_sub(1);
            if here {
                self.name = field.path();
            }
            here
        }
    }
    impl Visitor for Ends {
        fn number(&mut self, field: Field, range: &'static Range, value: &mut f32) {
            if self.here(field) {
                *value = if self.upper { range.max } else { range.min };
            }
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            if self.here(field) {
                *value = self.upper;
            }
        }
        fn choice(&mut self, field: Field, variants: &'static [Variant], index: &mut usize) {
            if self.here(field) {
                *index = if self.upper { variants.len() - 1 } else { 0 };
            }
        }
    }
    let mut counter = Counter(0);
    { *base }.visit(&mut counter);
    let mut jumps = Vec::new();
    for place in 0..counter.0 {
        let end = |upper| {
            let mut settings = *base;
            let mut ends = Ends {
                left: place,
                upper,
                name: String::new(),
            };
            settings.visit(&mut ends);
            (ends.name, settings)
        };
        let ((name, low), (_, high)) = (end(false), end(true));
        // The other bands of the equalizer are as these.
        if (3..16).any(|band| name.starts_with(&format!("equalizer.bands.{band}."))) {
            continue;
        }
        for (way, before, after) in [("up", low, high), ("down", high, low)] {
            let name = format!("{name} {way}");
            jumps.push(Jump {
                name,
                before,
                after,
            });
        }
    }
    jumps
}

/// [`loudest_splatter_db`] of the tone through the engine after the settings jump.
fn splatter_db(jump: &Jump) -> f64 {
    let (settle, tail) = (24_000, 16_384);
    let tone = |n: usize| (TONE_PEAK * (TAU * TONE_HZ * n as f64 / RATE_HZ).sin()) as f32;
    let mut left: Vec<f32> = (0..settle + tail).map(tone).collect();
    // A little side, so that width has something to do.
    let mut right: Vec<f32> = left.iter().map(|x| x * 0.8).collect();
    let mut engine = Engine::new(Stream::new(RATE_HZ), &jump.before);
    let mut block = StereoBlock::new(&mut left, &mut right);
    engine.process(&mut block.part(0, settle));
    engine.set(&jump.after);
    engine.process(&mut block.part(settle, settle + tail));
    loudest_splatter_db(&left[settle - LOOK_FRAMES / 2..])
}

/// The loudest look at what is neither the tone nor a harmonic of it, in dB of the loudest look at all.
fn loudest_splatter_db(samples: &[f32]) -> f64 {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(LOOK_FRAMES);
    // Blackman-Harris: side lobes below −92 dB.
    let window: Vec<f64> = (0..LOOK_FRAMES)
        .map(|n| {
            let x = TAU * n as f64 / LOOK_FRAMES as f64;
            0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
        })
        .collect();
    let (mut worst, mut loudest) = (0.0_f64, 0.0_f64);
    let mut start = 0;
    while start + LOOK_FRAMES <= samples.len() {
        let look = samples[start..start + LOOK_FRAMES].iter();
        let mut frame: Vec<f64> = look.zip(&window).map(|(&x, w)| f64::from(x) * w).collect();
        let mut spectrum = fft.make_output_vec();
        fft.process(&mut frame, &mut spectrum).expect("lengths fit");
        let power: f64 = spectrum
            .iter()
            .enumerate()
            .filter(|(bin, _)| {
                let hz = *bin as f64 * RATE_HZ / LOOK_FRAMES as f64;
                let harmonic = (hz / TONE_HZ).round() * TONE_HZ;
                hz > SPLATTER_FROM_HZ && (hz - harmonic).abs() > HARMONIC_HZ
            })
            .map(|(_, x)| x.norm_sqr())
            .sum();
        worst = worst.max(power);
        let all: f64 = spectrum.iter().map(|x| x.norm_sqr()).sum();
        loudest = loudest.max(all);
        start += LOOK_STEP;
    }
    10.0 * (worst / loudest).log10()
}

#[test]
fn no_parameter_clicks_when_it_jumps() {
    let mut found: Vec<(f64, String)> = WAYS
        .into_iter()
        .flat_map(|way| jumps(&way()))
        .map(|jump| (splatter_db(&jump), jump.name))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let clicks: Vec<String> = found
        .iter()
        .take_while(|(db, _)| *db > SPLATTER_MAX_DB)
        .map(|(db, name)| format!("{name}: {db:.1} dB"))
        .collect();
    assert!(clicks.is_empty(), "{clicks:#?}");
}

#[test]
fn a_click_would_be_found() {
    let tone = |n: usize| TONE_PEAK * (TAU * TONE_HZ * n as f64 / RATE_HZ).sin();
    let stepped = |step_db: f64| -> Vec<f32> {
        let gain = |n: usize| {
            if n < 3_010 {
                1.0
            } else {
                10.0_f64.powf(step_db / 20.0)
            }
        };
        (0..8_192).map(|n| (tone(n) * gain(n)) as f32).collect()
    };
    let quiet_db = loudest_splatter_db(&stepped(0.0));
    assert!(quiet_db < SPLATTER_MAX_DB - 20.0, "{quiet_db:.1} dB");
    let click_db = loudest_splatter_db(&stepped(0.5));
    assert!(click_db > SPLATTER_MAX_DB, "{click_db:.1} dB");
}

/// Everything automated at random for a minute.
#[test]
fn random_automation_of_everything_stays_finite_and_under_the_ceiling() {
    let rate_hz = 44_100.0;
    let mut random = Random::new(77);
    let mut settings = any_settings(&mut random);
    let fixed = |settings: &mut Settings| {
        settings.bypass = false;
        settings.loudness.on = true;
        settings.loudness.ceiling_dbtp = -1.0;
    };
    fixed(&mut settings);
    let mut engine = Engine::new(Stream::new(rate_hz), &settings);
    let mut meter = Meter::new(Stream::new(rate_hz));
    let mut frames_left = (60.0 * rate_hz) as usize;
    while frames_left > 0 {
        let frames = (1 + random.below(6_000)).min(frames_left);
        frames_left -= frames;
        let [mut left, mut right] = programme(rate_hz, frames, frames as u64);
        engine.process(&mut StereoBlock::new(&mut left, &mut right));
        assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        meter.process(&left, &right);
        let any = any_settings(&mut random);
        match random.below(8) {
            0 => settings = any,
            1 => settings.intensity = any.intensity,
            2 => settings.equalizer = any.equalizer,
            3 => settings.multiband = any.multiband,
            4 => settings.image = any.image,
            5 => settings.glue = any.glue,
            6 => settings.colour = any.colour,
            _ => settings.loudness = any.loudness,
        }
        fixed(&mut settings);
        engine.set(&settings);
    }
    let peak_dbtp = meter.reading().true_peak_dbtp.expect("it was loud");
    assert!(peak_dbtp <= -0.95, "{peak_dbtp} dBTP");
}
