//! Instructions of each stage for one second of a dense mix, everything on, at 48 kHz in blocks of 64
//! frames: divide by 48,000 for the cost of a frame (`cargo xtask bench` does).
//!
//! Each unit has already heard three seconds of it.
#![allow(missing_docs)] // of the modules that gungraun's macros make

#[path = "support/song.rs"]
mod song;

use core::hint::black_box;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::Engine;
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
use finalcoat::engine::settings::equalizer::BandSettings;
use finalcoat::engine::settings::trim::TrimSettings;
use finalcoat::stems::moves::{StemChange, laid_over};
use gungraun::prelude::*;
use song::{BLOCK_FRAMES, RATE_HZ, Stereo, settings};

fn stream() -> Stream {
    Stream::new(RATE_HZ as f64)
}

/// Three seconds to warm up, one to measure.
fn halves() -> [Stereo; 2] {
    let song = song::song();
    [
        song.clone().map(|channel| channel[..3 * RATE_HZ].to_vec()),
        song.map(|channel| channel[3 * RATE_HZ..4 * RATE_HZ].to_vec()),
    ]
}

fn run(stereo: &mut Stereo, mut process: impl FnMut(&mut StereoBlock<'_>)) {
    let [left, right] = stereo;
    for (left, right) in left
        .chunks_mut(BLOCK_FRAMES)
        .zip(right.chunks_mut(BLOCK_FRAMES))
    {
        process(&mut StereoBlock::new(black_box(left), black_box(right)));
    }
}

/// Makes a unit that has heard the first half, with what it gets of the second.
macro_rules! warm {
    ($warm:ident, $unit:ident, $part:expr) => {
        fn $warm() -> ($unit, Stereo) {
            let [mut before, now] = halves();
            let part: fn(&Settings) -> _ = $part;
            let mut unit = $unit::new(stream(), &part(&settings().in_effect()));
            run(&mut before, |block| unit.process(block));
            (unit, now)
        }
    };
}

warm!(warm_subsonic, Input, |all| all.input);
warm!(warm_equalizer, Equalizer, |all| all.equalizer);
warm!(warm_multiband, Multiband, |all| all.multiband);
warm!(warm_image, Image, |all| all.image);
warm!(warm_glue, Glue, |all| all.glue);
warm!(warm_colour, Colour, |all| all.colour);
warm!(warm_clipper, Clipper, |all| all.loudness);
warm!(warm_limiter, Limiter, |all| all.loudness);
warm!(warm_loudness, Loudness, |all| all.loudness);
warm!(warm_idle_engine, Engine, |_| Settings::default());

#[library_benchmark(setup = warm_subsonic)]
#[bench::metal()]
fn subsonic((mut unit, mut song): (Input, Stereo)) -> (Input, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_equalizer)]
#[bench::metal()]
fn equalizer((mut unit, mut song): (Equalizer, Stereo)) -> (Equalizer, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_multiband)]
#[bench::metal()]
fn multiband((mut unit, mut song): (Multiband, Stereo)) -> (Multiband, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_image)]
#[bench::metal()]
fn image((mut unit, mut song): (Image, Stereo)) -> (Image, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_glue)]
#[bench::metal()]
fn glue((mut unit, mut song): (Glue, Stereo)) -> (Glue, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_colour)]
#[bench::metal()]
fn colour((mut unit, mut song): (Colour, Stereo)) -> (Colour, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_clipper)]
#[bench::metal()]
fn clipper((mut unit, mut song): (Clipper, Stereo)) -> (Clipper, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_limiter)]
#[bench::metal()]
fn limiter((mut unit, mut song): (Limiter, Stereo)) -> (Limiter, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_loudness)]
#[bench::metal()]
fn loudness((mut unit, mut song): (Loudness, Stereo)) -> (Loudness, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_idle_engine)]
#[bench::metal()]
fn idle_engine((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

fn warm_engine() -> (Engine, Stereo) {
    let [mut before, now] = halves();
    let mut engine = Engine::new(stream(), &settings());
    run(&mut before, |block| engine.process(block));
    (engine, now)
}

#[library_benchmark(setup = warm_engine)]
#[bench::metal()]
fn engine((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

/// A stem's chain: all but what makes loud.
fn stem_settings() -> Settings {
    let mut settings = settings();
    settings.loudness = Settings::default().loudness;
    settings
}

/// What a master advises a stem that fights with others: less of it, room for a voice, a narrower bass.
fn advice() -> [StemChange; 4] {
    let dip = BandSettings {
        on: true,
        frequency_hz: 2_600.0,
        q: 0.9,
        threshold_db: -20.0,
        range_db: -2.0,
        ..BandSettings::default()
    };
    [
        StemChange::Gain(-1.2),
        StemChange::Band(dip),
        StemChange::MonoBass(110.0, 80.0),
        StemChange::Compression(1, -20.0, 1.5),
    ]
}

fn advised(settings: &Settings) -> (Settings, TrimSettings) {
    let (settings, fader) = laid_over(settings, &TrimSettings::default(), &advice(), 1.0);
    (settings.quantized(), fader)
}

fn warm_stem(settings: &Settings, fader: &TrimSettings) -> (Engine, Stereo) {
    let [mut before, now] = halves();
    let mut engine = Engine::new(stream(), settings);
    engine.set_trim(fader);
    run(&mut before, |block| engine.process(block));
    (engine, now)
}

fn warm_full_stem() -> (Engine, Stereo) {
    warm_stem(&stem_settings(), &TrimSettings::default())
}

fn warm_full_advised_stem() -> (Engine, Stereo) {
    let (settings, fader) = advised(&stem_settings());
    warm_stem(&settings, &fader)
}

fn warm_idle_advised_stem() -> (Engine, Stereo) {
    let (settings, fader) = advised(&Settings::default());
    warm_stem(&settings, &fader)
}

#[library_benchmark(setup = warm_full_stem)]
#[bench::metal()]
fn stem((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

#[library_benchmark(setup = warm_full_advised_stem)]
#[bench::metal()]
fn advised_stem((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

// A stem that does nothing of its own.
#[library_benchmark(setup = warm_idle_advised_stem)]
#[bench::metal()]
fn idle_advised_stem((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

// The advice laid over the settings in every block, as where a parameter moves.
#[library_benchmark(setup = warm_full_advised_stem)]
#[bench::metal()]
fn relaid_advised_stem((mut unit, mut song): (Engine, Stereo)) -> (Engine, Stereo) {
    let settings = stem_settings();
    run(&mut song, |block| {
        let (settings, fader) = advised(black_box(&settings));
        unit.set(&settings);
        unit.set_trim(&fader);
        unit.process(block);
    });
    (unit, song)
}

/// What the safety stage gets is what leaves the limiter.
fn warm_safety() -> (Safety, Stereo) {
    let [mut before, mut now] = halves();
    let loudness = settings().loudness;
    let mut limiter = Limiter::new(stream(), &loudness);
    let mut safety = Safety::new(stream(), loudness.ceiling_dbtp);
    run(&mut before, |block| {
        limiter.process(block);
        safety.process(block);
    });
    run(&mut now, |block| limiter.process(block));
    (safety, now)
}

#[library_benchmark(setup = warm_safety)]
#[bench::metal()]
fn safety((mut unit, mut song): (Safety, Stereo)) -> (Safety, Stereo) {
    run(&mut song, |block| unit.process(block));
    (unit, song)
}

fn warm_meter() -> (Meter, Stereo) {
    let [before, now] = halves();
    let mut meter = Meter::new(stream());
    meter.process(&before[0], &before[1]);
    (meter, now)
}

#[library_benchmark(setup = warm_meter)]
#[bench::metal()]
fn meter((mut unit, mut song): (Meter, Stereo)) -> (Meter, Stereo) {
    run(&mut song, |block| unit.process(block.left, block.right));
    (unit, song)
}

library_benchmark_group!(
    name = chain,
    benchmarks = [
        engine,
        idle_engine,
        stem,
        advised_stem,
        idle_advised_stem,
        relaid_advised_stem,
        subsonic,
        equalizer,
        multiband,
        image,
        glue,
        colour,
        clipper,
        limiter,
        safety,
        loudness,
        meter
    ]
);
main!(library_benchmark_groups = chain);
