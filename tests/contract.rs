//! What every unit promises, one line per unit at the end of this file.

#[path = "support/any.rs"]
mod any;
#[path = "support/signals.rs"]
mod signals;

use any::{any_settings, any_value};
use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::{Meter, MeterReading};
use finalcoat::engine::Engine;
use finalcoat::engine::audition::Audition;
use finalcoat::engine::audition::settings::AuditionSettings;
use finalcoat::engine::clipper::Clipper;
use finalcoat::engine::colour::Colour;
use finalcoat::engine::equalizer::Equalizer;
use finalcoat::engine::glue::Glue;
use finalcoat::engine::image::Image;
use finalcoat::engine::input::Input;
use finalcoat::engine::limiter::Limiter;
use finalcoat::engine::loudness::Loudness;
use finalcoat::engine::multiband::Multiband;
use finalcoat::engine::safety::Safety;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::colour::ColourSettings;
use finalcoat::engine::settings::equalizer::EqualizerSettings;
use finalcoat::engine::settings::glue::GlueSettings;
use finalcoat::engine::settings::image::ImageSettings;
use finalcoat::engine::settings::input::InputSettings;
use finalcoat::engine::settings::loudness::{CEILING_DBTP, Character, LoudnessSettings};
use finalcoat::engine::settings::multiband::MultibandSettings;
use finalcoat::engine::settings::trim::{self, TrimSettings};
use finalcoat::engine::shaping::Shaping;
use finalcoat::engine::trim::Trim;
use signals::{Random, programme};
use std::fmt::Debug;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Rates at which the promises hold.
const RATES_HZ: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];
/// Rates a host may name, at which only soundness is promised.
const ODD_RATES_HZ: [f64; 4] = [1_234.5, 8_000.0, 384_000.0, 1.234_567_8e6];
const BLOCKS: [usize; 4] = [1, 7, 64, 511];
/// Peaks below this are left alone by every stage at its neutral settings.
const QUIET_PEAK: f32 = 0.1;

type Stereo = [Vec<f32>; 2];

/// What the tests must know of a unit to hold it to the contract.
trait Unit: Sized {
    type Settings: Clone + Debug;
    /// Whether it takes NaN and infinity: the engine, and what cleans for it.
    const CLEANS: bool = false;
    /// Whether its filters ring on after the last sample; they fall silent within seconds.
    const RINGS: bool = false;
    fn born(stream: Stream, settings: &Self::Settings) -> Self;
    fn set(&mut self, settings: &Self::Settings);
    fn reset(&mut self);
    fn process(&mut self, block: &mut StereoBlock<'_>);
    fn latency_samples(&self) -> usize;
    /// At which a quiet signal is only delayed.
    fn neutral() -> Self::Settings;
    fn any(random: &mut Random) -> Self::Settings;

    fn render(&mut self, input: &Stereo, block_frames: usize) -> Stereo {
        let [mut left, mut right] = input.clone();
        for (left, right) in left
            .chunks_mut(block_frames)
            .zip(right.chunks_mut(block_frames))
        {
            self.process(&mut StereoBlock::new(left, right));
        }
        [left, right]
    }
}

fn an_impulse_arrives_at_the_latency<U: Unit>() {
    for rate_hz in RATES_HZ {
        let mut unit = U::born(Stream::new(rate_hz), &U::neutral());
        let latency = unit.latency_samples();
        let mut input = [vec![0.0; latency + 500], vec![0.0; latency + 500]];
        input[0][3] = QUIET_PEAK;
        input[1][5] = -QUIET_PEAK;
        let output = unit.render(&input, 64);
        let mut expected = [vec![0.0; latency + 500], vec![0.0; latency + 500]];
        expected[0][latency + 3] = QUIET_PEAK;
        expected[1][latency + 5] = -QUIET_PEAK;
        assert_eq!(output, expected, "at {rate_hz} Hz");
    }
}

fn neutral_is_the_delayed_input<U: Unit>() {
    for rate_hz in RATES_HZ {
        let mut random = Random::new(1);
        let mut unit = U::born(Stream::new(rate_hz), &U::neutral());
        let latency = unit.latency_samples();
        let input = [
            random.noise(QUIET_PEAK, 20_000),
            random.noise(QUIET_PEAK, 20_000),
        ];
        let output = unit.render(&input, 511);
        for (input, output) in input.iter().zip(&output) {
            assert!(output[..latency].iter().all(|&x| x == 0.0));
            assert!(
                output[latency..] == input[..input.len() - latency],
                "at {rate_hz} Hz"
            );
        }
    }
}

fn blocks_do_not_matter<U: Unit>() {
    for rate_hz in RATES_HZ {
        for seed in 0..3 {
            let mut random = Random::new(seed);
            let stream = Stream::new(rate_hz);
            let (before, after) = (U::any(&mut random), U::any(&mut random));
            let input = programme(rate_hz, 30_000, seed);
            // Settings move on the way, at a frame that is no multiple of anything.
            let changed_at = 10_007;
            let render = |block_frames: usize| {
                let mut unit = U::born(stream, &before);
                let part = |from: usize, to: usize| {
                    [input[0][from..to].to_vec(), input[1][from..to].to_vec()]
                };
                let mut output = unit.render(&part(0, changed_at), block_frames);
                unit.set(&after);
                let rest = unit.render(&part(changed_at, 30_000), block_frames);
                output[0].extend(&rest[0]);
                output[1].extend(&rest[1]);
                output
            };
            let whole = render(30_000);
            for block_frames in BLOCKS {
                assert!(
                    render(block_frames) == whole,
                    "blocks of {block_frames} at {rate_hz} Hz, {before:?} then {after:?}"
                );
            }
        }
    }
}

fn reset_is_as_good_as_new<U: Unit>() {
    for rate_hz in RATES_HZ {
        let mut random = Random::new(2);
        let stream = Stream::new(rate_hz);
        let settings = U::any(&mut random);
        let input = programme(rate_hz, 20_000, 2);
        let expected = U::born(stream, &settings).render(&input, 64);
        let mut unit = U::born(stream, &U::any(&mut random));
        unit.render(&programme(rate_hz, 12_345, 3), 7);
        unit.set(&settings);
        // In the middle of its glides.
        unit.render(&programme(rate_hz, 321, 4), 7);
        unit.reset();
        assert!(
            unit.render(&input, 64) == expected,
            "at {rate_hz} Hz, {settings:?}"
        );
    }
}

fn silence_follows_silence<U: Unit>() {
    for rate_hz in RATES_HZ {
        for seed in 0..3 {
            let mut unit = U::born(Stream::new(rate_hz), &U::any(&mut Random::new(seed)));
            let silence = vec![0.0; 60_000];
            let untouched = unit.render(&[silence.clone(), silence], 64);
            assert!(untouched.iter().flatten().all(|&x| x == 0.0));
            unit.render(&programme(rate_hz, 20_000, seed), 64);
            let ringing = if U::RINGS { 3.0 * rate_hz } else { 0.0 } as usize;
            let silence = vec![0.0; 60_000 + ringing];
            let output = unit.render(&[silence.clone(), silence], 64);
            for channel in output {
                let rest = &channel[unit.latency_samples() + ringing..];
                // A bell of 20 Hz and Q 16 falls by 34 dB a second.
                let most = if U::RINGS { 1e-3 } else { 0.0 };
                assert!(rest.iter().all(|x| x.abs() <= most));
                assert!(channel.iter().all(|x| !x.is_subnormal()));
            }
        }
    }
}

fn anything_stays_finite<U: Unit>() {
    for rate_hz in RATES_HZ.into_iter().chain(ODD_RATES_HZ) {
        for seed in 0..4 {
            let mut random = Random::new(seed);
            let mut unit = U::born(Stream::new(rate_hz), &U::any(&mut random));
            for frames in [0, 1, 3_000, 64] {
                unit.set(&U::any(&mut random));
                // +100 dB, and DC beside it.
                let loud = [random.noise(1e5, frames), vec![0.7; frames]];
                let output = unit.render(&loud, 64);
                assert!(
                    output.iter().flatten().all(|x| x.is_finite()),
                    "at {rate_hz} Hz, seed {seed}"
                );
            }
        }
    }
}

fn what_is_no_number_leaves_no_trace<U: Unit>() {
    if !U::CLEANS {
        return;
    }
    for rate_hz in RATES_HZ {
        for seed in 0..3 {
            let stream = Stream::new(rate_hz);
            let settings = U::any(&mut Random::new(seed));
            let mut bad = programme(rate_hz, 20_000, seed);
            let mut clean = bad.clone();
            for (n, value) in [
                (5_000, f32::NAN),
                (5_001, f32::INFINITY),
                (5_100, f32::NEG_INFINITY),
                (9_000, 1e-41),
            ] {
                for channel in 0..2 {
                    bad[channel][n + channel] = value;
                    clean[channel][n + channel] = 0.0;
                }
            }
            let output = U::born(stream, &settings).render(&bad, 64);
            assert!(output.iter().flatten().all(|x| x.is_finite()));
            assert!(output == U::born(stream, &settings).render(&clean, 64));
        }
    }
}

fn audio_allocates_nothing<U: Unit>() {
    for rate_hz in RATES_HZ.into_iter().chain(ODD_RATES_HZ) {
        let mut random = Random::new(5);
        let settings = [(); 4].map(|()| U::any(&mut random));
        let [mut left, mut right] = programme(rate_hz, 8_000, 5);
        let mut unit = U::born(Stream::new(rate_hz), &settings[0]);
        let before = violation_count();
        assert_no_alloc(|| {
            for settings in &settings {
                unit.set(settings);
                for block_frames in BLOCKS {
                    for (left, right) in left
                        .chunks_mut(block_frames)
                        .zip(right.chunks_mut(block_frames))
                        .take(30)
                    {
                        unit.process(&mut StereoBlock::new(left, right));
                    }
                }
                unit.reset();
            }
        });
        assert_eq!(violation_count(), before, "at {rate_hz} Hz");
    }
}

#[test]
fn an_allocation_would_be_noticed() {
    let before = violation_count();
    assert_no_alloc(|| drop(std::hint::black_box(vec![1_u8])));
    assert!(violation_count() > before);
}

#[test]
fn a_muted_stretch_recovers_within_the_tail() {
    for rate_hz in RATES_HZ {
        for character in [Character::Transparent, Character::Punchy, Character::Dense] {
            let mut settings = Settings::default();
            settings.loudness.on = true;
            settings.loudness.character = character;
            let mut engine = Engine::new(Stream::new(rate_hz), &settings);
            let (latency, tail) = (engine.latency_samples(), engine.tail_samples());
            // Half a second 12 dB over the ceiling, then quiet.
            let loud = (rate_hz * 0.5) as usize;
            let frames = loud + tail + 5_000;
            let tone = |n: usize| {
                let peak = if n < loud { 3.55 } else { QUIET_PEAK };
                peak * (n as f32 * 0.05).sin()
            };
            let input: Vec<f32> = (0..frames).map(tone).collect();
            let output = engine.render(&[input.clone(), input.clone()], 64);
            for n in loud + tail..frames {
                let (found, expected) = (output[0][n], input[n - latency]);
                assert!(
                    (found - expected).abs() <= QUIET_PEAK * 0.0116,
                    "{character:?} at {rate_hz} Hz: {found} for {expected}, frame {n}"
                );
            }
        }
    }
}

#[test]
fn nothing_passes_the_ceiling_at_any_settings() {
    for rate_hz in RATES_HZ {
        for seed in 0..6 {
            let mut random = Random::new(seed);
            let mut settings = any_settings(&mut random);
            settings.bypass = false;
            settings.loudness.on = true;
            let input = programme(rate_hz, rate_hz as usize, seed);
            let mut engine = Engine::new(Stream::new(rate_hz), &settings);
            let output = engine.render(&input, 64);
            let mut meter = Meter::new(Stream::new(rate_hz));
            meter.process(&output[0], &output[1]);
            let peak_dbtp = meter.reading().true_peak_dbtp.unwrap_or(-200.0);
            let ceiling_dbtp = f64::from(settings.loudness.ceiling_dbtp);
            assert!(
                peak_dbtp <= ceiling_dbtp + 0.05,
                "{peak_dbtp} dBTP at {rate_hz} Hz, seed {seed}: {settings:?}"
            );
        }
    }
}

/// A unit whose settings are a part of all settings, and which has nothing to say of its own.
macro_rules! stage {
    ($unit:ident, $settings:ty, $part:expr $(, $key:ident = $value:expr)*) => {
        impl Unit for $unit {
            type Settings = $settings;
            $(const $key: bool = $value;)*
            fn born(stream: Stream, settings: &$settings) -> Self {
                $unit::new(stream, settings)
            }
            fn set(&mut self, settings: &$settings) {
                $unit::set(self, settings);
            }
            fn reset(&mut self) {
                $unit::reset(self);
            }
            fn process(&mut self, block: &mut StereoBlock<'_>) {
                $unit::process(self, block);
            }
            fn latency_samples(&self) -> usize {
                $unit::latency_samples(self)
            }
            fn neutral() -> $settings {
                let part: fn(Settings) -> $settings = $part;
                part(Settings::default())
            }
            fn any(random: &mut Random) -> $settings {
                let part: fn(Settings) -> $settings = $part;
                part(any_settings(random))
            }
        }
    };
}

stage!(Engine, Settings, |all| all, CLEANS = true, RINGS = true);
stage!(
    Shaping,
    Settings,
    |all| all.in_effect(),
    CLEANS = true,
    RINGS = true
);
stage!(
    Input,
    InputSettings,
    |all| all.in_effect().input,
    RINGS = true
);
stage!(
    Equalizer,
    EqualizerSettings,
    |all| all.in_effect().equalizer,
    RINGS = true
);
stage!(
    Multiband,
    MultibandSettings,
    |all| all.in_effect().multiband,
    RINGS = true
);
stage!(
    Image,
    ImageSettings,
    |all| all.in_effect().image,
    RINGS = true
);
stage!(Glue, GlueSettings, |all| all.in_effect().glue);
stage!(
    Colour,
    ColourSettings,
    |all| all.in_effect().colour,
    RINGS = true
);
stage!(
    Loudness,
    LoudnessSettings,
    |all| all.in_effect().loudness,
    RINGS = true
);
stage!(
    Clipper,
    LoudnessSettings,
    |all| all.in_effect().loudness,
    RINGS = true
);
stage!(Limiter, LoudnessSettings, |all| all.in_effect().loudness);

/// Beside an original 6 dB louder, so that the matching has something to do. Its own reset turns it off:
/// here it is turned on again.
impl Unit for Audition {
    type Settings = AuditionSettings;
    const RINGS: bool = true;
    fn born(stream: Stream, settings: &AuditionSettings) -> Self {
        let mut audition = Audition::new(stream, &MultibandSettings::default());
        Audition::set(&mut audition, settings);
        audition
    }
    fn set(&mut self, settings: &AuditionSettings) {
        Audition::set(self, settings);
    }
    fn reset(&mut self) {
        let settings = self.settings();
        Audition::reset(self);
        Audition::set(self, &settings);
    }
    fn process(&mut self, block: &mut StereoBlock<'_>) {
        block.for_each_part(64, |part| {
            let mut louder = [[0.0; 64]; 2];
            for (louder, heard) in louder.iter_mut().zip([&*part.left, &*part.right]) {
                louder.iter_mut().zip(heard).for_each(|(l, h)| *l = 2.0 * h);
            }
            let frames = part.frames();
            Audition::process(self, part, [&louder[0][..frames], &louder[1][..frames]]);
        });
    }
    fn latency_samples(&self) -> usize {
        Audition::latency_samples(self)
    }
    fn neutral() -> AuditionSettings {
        AuditionSettings::default()
    }
    fn any(random: &mut Random) -> AuditionSettings {
        AuditionSettings::of_code(
            (random.below(4) | random.below(3) << 8 | random.below(5) << 16) as u32,
        )
    }
}

impl Unit for Safety {
    type Settings = f32;
    fn born(stream: Stream, ceiling_dbtp: &f32) -> Self {
        Safety::new(stream, *ceiling_dbtp)
    }
    fn set(&mut self, ceiling_dbtp: &f32) {
        Safety::set(self, *ceiling_dbtp);
    }
    fn reset(&mut self) {
        Safety::reset(self);
    }
    fn process(&mut self, block: &mut StereoBlock<'_>) {
        Safety::process(self, block);
    }
    fn latency_samples(&self) -> usize {
        Safety::latency_samples(self)
    }
    fn neutral() -> f32 {
        CEILING_DBTP.default
    }
    fn any(random: &mut Random) -> f32 {
        any_value(random, CEILING_DBTP)
    }
}

impl Unit for Trim {
    type Settings = TrimSettings;
    fn born(stream: Stream, settings: &TrimSettings) -> Self {
        Trim::new(stream, settings)
    }
    fn set(&mut self, settings: &TrimSettings) {
        Trim::set(self, settings);
    }
    fn reset(&mut self) {
        Trim::reset(self);
    }
    fn process(&mut self, block: &mut StereoBlock<'_>) {
        Trim::process(self, block);
    }
    fn latency_samples(&self) -> usize {
        Trim::latency_samples(self)
    }
    fn neutral() -> TrimSettings {
        TrimSettings::default()
    }
    fn any(random: &mut Random) -> TrimSettings {
        TrimSettings {
            gain_db: any_value(random, trim::GAIN_DB),
            width_pct: any_value(random, trim::WIDTH_PCT),
        }
    }
}

/// The meter is a unit that only listens: its output is its input, and its readings must stand the
/// contract.
impl Unit for Meter {
    type Settings = ();
    fn born(stream: Stream, (): &()) -> Self {
        Meter::new(stream)
    }
    fn set(&mut self, (): &()) {
        std::hint::black_box(self.reading());
    }
    fn reset(&mut self) {
        Meter::reset(self);
    }
    fn process(&mut self, block: &mut StereoBlock<'_>) {
        Meter::process(self, block.left, block.right);
    }
    fn latency_samples(&self) -> usize {
        0
    }
    fn neutral() {}
    fn any(_random: &mut Random) {}
}

fn listened(rate_hz: f64, input: &Stereo, block_frames: usize) -> MeterReading {
    let mut meter = Meter::new(Stream::new(rate_hz));
    meter.render(input, block_frames);
    meter.reading()
}

#[test]
fn meter_readings_do_not_depend_on_blocks() {
    for rate_hz in RATES_HZ {
        let input = programme(rate_hz, (rate_hz * 3.7) as usize, 6);
        let whole = listened(rate_hz, &input, input[0].len());
        assert!(whole.short_term_lufs.is_some());
        for block_frames in BLOCKS {
            assert_eq!(listened(rate_hz, &input, block_frames), whole);
        }
    }
}

#[test]
fn a_reset_meter_is_as_good_as_new() {
    for rate_hz in RATES_HZ {
        let input = programme(rate_hz, (rate_hz * 3.7) as usize, 7);
        let mut meter = Meter::new(Stream::new(rate_hz));
        meter.render(&programme(rate_hz, 123_457, 8), 511);
        meter.reset();
        meter.render(&input, 64);
        assert_eq!(meter.reading(), listened(rate_hz, &input, 64));
    }
}

#[test]
fn a_meter_reads_finite_numbers_whatever_it_hears() {
    let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    for rate_hz in RATES_HZ.into_iter().chain(ODD_RATES_HZ) {
        let mut random = Random::new(9);
        let frames = (rate_hz.min(48_000.0) * 0.7) as usize;
        let mut input = [random.noise(1e5, frames), random.noise(1e-30, frames)];
        input[0][frames / 2] = f32::NAN;
        input[1][frames / 3] = f32::INFINITY;
        let reading = listened(rate_hz, &input, 64);
        for value in [
            reading.momentary_lufs,
            reading.short_term_lufs,
            reading.integrated_lufs,
            reading.loudness_range_lu,
            reading.true_peak_dbtp,
            reading.true_peak_bs1770_dbtp,
            reading.sample_peak_dbfs,
            reading.plr_db,
            reading.psr_db,
            reading.correlation,
            reading.momentary_correlation,
        ] {
            assert!(finite(value), "at {rate_hz} Hz: {reading:?}");
        }
    }
}

macro_rules! contract {
    ($module:ident, $unit:ty) => {
        contract!(@ $module, $unit:
            an_impulse_arrives_at_the_latency
            neutral_is_the_delayed_input
            blocks_do_not_matter
            reset_is_as_good_as_new
            silence_follows_silence
            anything_stays_finite
            what_is_no_number_leaves_no_trace
            audio_allocates_nothing
        );
    };
    (@ $module:ident, $unit:ty: $($promise:ident)*) => {
        mod $module {
            use super::*;
            $(
                #[test]
                fn $promise() {
                    super::$promise::<$unit>();
                }
            )*
        }
    };
}

contract!(engine, Engine);
contract!(shaping, Shaping);
contract!(input, Input);
contract!(equalizer, Equalizer);
contract!(multiband, Multiband);
contract!(image, Image);
contract!(glue, Glue);
contract!(colour, Colour);
contract!(clipper, Clipper);
contract!(loudness, Loudness);
contract!(limiter, Limiter);
contract!(safety, Safety);
contract!(trim_unit, Trim);
contract!(audition, Audition);

#[test]
fn meter_allocates_nothing() {
    audio_allocates_nothing::<Meter>();
}
