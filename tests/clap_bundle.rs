//! The built CLAP bundle in a host: what comes out is what the offline engine gives, bit for bit.
#![cfg(feature = "plugin")]

#[path = "support/any.rs"]
mod any;
#[path = "support/clap.rs"]
mod clap;
#[path = "support/host.rs"]
mod host;
#[path = "support/offline_engine.rs"]
mod offline_engine;
#[path = "support/signals.rs"]
mod signals;

use any::any_settings;
use clap::{FRAMES_MAX, RAGGED, RATES_HZ, assert_same, bundle, host_values};
use finalcoat::dsp::block::Stream;
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::Character;
use host::{Change, Hosted, Transport};
use offline_engine::rendered;
use signals::{Random, programme};

const PLUGIN_ID: &str = "org.finalcoat.finalcoat";

fn open() -> Hosted {
    Hosted::open(&bundle(), PLUGIN_ID).expect("the bundle loads")
}

/// A plugin that stands at `settings`, ready to process.
fn active(settings: &Settings, sample_rate_hz: f64) -> Hosted {
    let mut plugin = open();
    let untouched = host_values(&Settings::default());
    for ((id, value), before) in host_values(settings).into_iter().zip(untouched) {
        if (id, value) != before {
            plugin.set(id, value).expect("the parameter is set");
        }
    }
    plugin
        .activate(sample_rate_hz, FRAMES_MAX)
        .expect("the plugin activates");
    plugin
}

fn driven(drive_db: f32) -> Settings {
    let mut settings = Settings::default();
    settings.loudness.on = true;
    settings.loudness.drive_db = drive_db;
    settings.quantized()
}

/// Settings that move on the way, and the same as what the host sends.
fn automation(
    start: &Settings,
    frames: usize,
    seed: u64,
) -> (Vec<(usize, Settings)>, Vec<Change<'static>>) {
    let mut random = Random::new(seed);
    let mut settings = *start;
    let mut moved = Vec::new();
    let mut changes = Vec::new();
    let mut frame = 100;
    while frame < frames {
        let before = host_values(&settings);
        let any = any_settings(&mut random);
        match random.below(10) {
            0 => settings.loudness.drive_db = random.between(0.0, 20.0) as f32,
            1 => settings.loudness = any.loudness,
            2 => settings.loudness.on = !settings.loudness.on,
            3 => settings.bypass = !settings.bypass,
            4 => settings.equalizer = any.equalizer,
            5 => settings.multiband = any.multiband,
            6 => settings.image = any.image,
            7 => settings.glue = any.glue,
            8 => settings.colour = any.colour,
            _ => settings.intensity = any.intensity,
        }
        settings = settings.quantized();
        moved.push((frame, settings));
        for (before, after) in before.into_iter().zip(host_values(&settings)) {
            if before != after {
                let (id, value) = after;
                changes.push(Change { frame, id, value });
            }
        }
        frame += 1 + random.below(3_000);
    }
    (moved, changes)
}

#[test]
fn a_host_finds_finalcoat() {
    let found = host::scan(&bundle()).expect("the bundle can be scanned");
    let expected = (PLUGIN_ID.to_owned(), "Finalcoat".to_owned());
    assert!(found.contains(&expected), "{found:?}");
}

#[test]
fn the_bundle_carries_no_mp3_encoder() {
    /// How the encoder signs its files; the decoder knows the name alone.
    const ENCODER: &[u8] = b"LAME3.";
    let library = std::fs::read(bundle()).expect("the bundle is a file");
    let program = std::fs::read(env!("CARGO_BIN_EXE_finalcoat")).expect("the program is a file");
    let holds = |file: &[u8], text: &[u8]| file.windows(text.len()).any(|window| window == text);
    assert!(holds(&library, PLUGIN_ID.as_bytes()));
    assert_eq!(holds(&program, ENCODER), cfg!(feature = "mp3"));
    assert!(!holds(&library, ENCODER));
}

#[test]
fn parameters_are_what_the_settings_are() {
    let mut plugin = open();
    let parameters = plugin.parameters();
    let defaults = host_values(&Settings::default());
    assert_eq!(parameters.len(), defaults.len());
    for (id, default) in defaults {
        let number = host::parameter_number(id);
        let parameter = parameters
            .iter()
            .find(|parameter| parameter.number == number)
            .unwrap_or_else(|| panic!("no parameter {id}"));
        assert!((parameter.default - default).abs() < 1e-6, "{id}");
        assert_eq!(parameter.is_bypass, id == "bypass");
        let modes = ["character", "_shape", "_placement", "_slope", "colour_kind"];
        let mode = modes.iter().any(|mode| id.ends_with(mode));
        assert_eq!(parameter.is_automatable, !mode, "{id}");
        assert!(!parameter.name.is_empty());
    }
}

#[test]
fn texts_go_both_ways() {
    let mut plugin = open();
    for (id, typed, shown) in [
        ("drive_db", "6.5 dB", "6.50 dB"),
        ("drive_db", "-3", "-3.00 dB"),
        ("ceiling_dbtp", "-0.5", "-0.50 dBTP"),
        ("release_ms", "120 ms", "120 ms"),
        ("loudness_on", "on", "On"),
        ("character", "Punchy", "Punchy"),
    ] {
        let value = plugin
            .value_of(id, typed)
            .unwrap_or_else(|| panic!("{id} does not take {typed:?}"));
        let text = plugin.text_of(id, value).expect("a value has a text");
        // A minus sign proper is as good as a hyphen.
        assert_eq!(text.replace('−', "-"), shown, "{id}");
        assert_eq!(plugin.value_of(id, &text), Some(value), "{id}: {text}");
    }
}

#[test]
fn output_is_the_offline_engine_bit_for_bit() {
    for rate_hz in RATES_HZ {
        for (seed, drive_db) in [(1, 0.0), (2, 9.0), (3, 24.0)] {
            let start = driven(drive_db);
            let input = programme(rate_hz, 60_000, seed);
            let (moved, changes) = automation(&start, 60_000, seed);
            let expected = rendered(&start, rate_hz, &input, &moved);
            let mut plugin = active(&start, rate_hz);
            let output = plugin
                .process(&input, &RAGGED, &changes)
                .expect("audio is processed");
            assert_same(&output, &expected, &format!("{rate_hz} Hz, seed {seed}"));
        }
    }
}

#[test]
fn a_new_instance_is_the_delayed_input() {
    for rate_hz in RATES_HZ {
        let mut plugin = open();
        plugin.activate(rate_hz, FRAMES_MAX).expect("activates");
        let latency = plugin.latency_samples();
        let input = programme(rate_hz, 30_000, 4);
        let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
        for (input, output) in input.iter().zip(&output) {
            assert!(output[latency..] == input[..input.len() - latency]);
        }
    }
}

#[test]
fn the_transport_changes_nothing_of_the_sound() {
    let input = programme(48_000.0, 60_000, 8);
    let plain = active(&driven(9.0), 48_000.0)
        .process(&input, &RAGGED, &[])
        .expect("processes");
    let mut plugin = active(&driven(9.0), 48_000.0);
    let at = |plays, start, wraps| {
        Some(Transport {
            plays,
            start,
            wraps,
        })
    };
    let mut heard = [Vec::new(), Vec::new()];
    for (n, transport) in [
        at(false, 0, None),
        at(true, 0, None),
        at(true, 1_000, Some([5_000, 1_000])),
        at(true, 9_000_000, None),
        at(true, -4_000, None),
        None,
    ]
    .into_iter()
    .enumerate()
    {
        plugin.set_transport(transport);
        let part: Vec<Vec<f32>> = input
            .iter()
            .map(|channel| channel[n * 10_000..(n + 1) * 10_000].to_vec())
            .collect();
        let output = plugin.process(&part, &RAGGED, &[]).expect("processes");
        for (heard, output) in heard.iter_mut().zip(output) {
            heard.extend(output);
        }
    }
    assert!(heard[..] == plain[..]);
}

#[test]
fn bypass_is_the_delayed_input() {
    let mut settings = driven(18.0);
    settings.bypass = true;
    let mut plugin = active(&settings, 48_000.0);
    let latency = plugin.latency_samples();
    let input = programme(48_000.0, 30_000, 5);
    let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
    assert!(output[0][latency..] == input[0][..30_000 - latency]);
    assert!(output[1][latency..] == input[1][..30_000 - latency]);
}

#[test]
fn latency_and_tail_are_reported() {
    for rate_hz in RATES_HZ {
        let settings = driven(6.0);
        let mut plugin = active(&settings, rate_hz);
        let engine = Engine::new(Stream::new(rate_hz), &settings);
        assert_eq!(plugin.latency_samples(), engine.latency_samples());
        let input = programme(rate_hz, 4_096, 6);
        plugin.process(&input, &RAGGED, &[]).expect("processes");
        assert_eq!(plugin.tail_samples(), Some(engine.tail_samples()));
        // The framework asks for one restart when the latency is first known, and never again.
        let requests = plugin.restart_requests();
        assert!(requests <= 1, "{requests} restarts at {rate_hz} Hz");
        plugin.deactivate();
        plugin.activate(rate_hz, FRAMES_MAX).expect("activates");
        plugin.process(&input, &RAGGED, &[]).expect("processes");
        assert_eq!(plugin.restart_requests(), requests);
    }
}

#[test]
fn state_goes_round() {
    let mut settings = driven(7.77);
    settings.loudness.ceiling_dbtp = -2.34;
    settings.loudness.release_ms = 123.0;
    settings.loudness.character = Character::Dense;
    let settings = settings.quantized();
    let mut first = active(&settings, 44_100.0);
    let state = first.save().expect("the state is saved");
    assert!(state.len() <= 64 * 1024, "{} bytes", state.len());

    let mut second = open();
    second.load(&state).expect("the state is loaded");
    for (id, _) in host_values(&settings) {
        assert_eq!(second.value(id), first.value(id), "{id}");
    }
    second.activate(44_100.0, FRAMES_MAX).expect("activates");
    let input = programme(44_100.0, 30_000, 7);
    let output = second.process(&input, &RAGGED, &[]).expect("processes");
    let expected = rendered(&settings, 44_100.0, &input, &[]);
    assert_same(&output, &expected, "with the restored state");
}

#[test]
fn a_state_loaded_while_active_takes_effect() {
    let settings = driven(7.77);
    let state = active(&settings, 48_000.0).save().expect("saved");
    let mut plugin = active(&Settings::default(), 48_000.0);
    plugin.load(&state).expect("loaded");
    for (id, value) in host_values(&settings) {
        let found = plugin.value(id).expect("the parameter exists");
        assert!((found - value).abs() < 1e-6, "{id}: {found} for {value}");
    }
}

#[test]
fn a_broken_state_is_refused_and_changes_nothing() {
    let settings = driven(3.0);
    let mut plugin = active(&settings, 48_000.0);
    let before: Vec<_> = host_values(&settings)
        .into_iter()
        .map(|(id, _)| plugin.value(id))
        .collect();
    assert!(plugin.load(b"no state at all").is_err());
    assert!(plugin.load(&[]).is_err());
    let after: Vec<_> = host_values(&settings)
        .into_iter()
        .map(|(id, _)| plugin.value(id))
        .collect();
    assert_eq!(before, after);
}

#[test]
fn reset_and_reactivation_are_as_good_as_new() {
    let settings = driven(12.0);
    let input = programme(48_000.0, 30_000, 8);
    let expected = rendered(&settings, 48_000.0, &input, &[]);
    let mut plugin = active(&settings, 48_000.0);
    plugin.process(&input, &RAGGED, &[]).expect("processes");
    plugin.reset();
    let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
    assert_same(&output, &expected, "after reset");

    plugin.deactivate();
    plugin.activate(48_000.0, FRAMES_MAX).expect("activates");
    let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
    assert_same(&output, &expected, "after reactivation");

    for rate_hz in [192_000.0, 44_100.0] {
        plugin.deactivate();
        plugin.activate(rate_hz, FRAMES_MAX).expect("activates");
        let input = programme(rate_hz, 30_000, 9);
        let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
        let expected = rendered(&settings, rate_hz, &input, &[]);
        assert_same(&output, &expected, "at another rate");
    }
}

#[test]
fn mono_is_the_engine_on_both_sides() {
    let settings = driven(10.0);
    let mut plugin = open();
    assert_eq!(plugin.layouts().len(), 2);
    plugin.select_layout(1).expect("the mono layout");
    assert_eq!(plugin.channels(), 1);
    for (id, value) in host_values(&settings) {
        plugin.set(id, value).expect("the parameter is set");
    }
    plugin.activate(48_000.0, FRAMES_MAX).expect("activates");
    let [mono, _] = programme(48_000.0, 30_000, 10);
    let output = plugin
        .process(std::slice::from_ref(&mono), &RAGGED, &[])
        .expect("processes");
    let expected = rendered(&settings, 48_000.0, &[mono.clone(), mono], &[]);
    assert!(output[0] == expected[0]);
}

#[test]
fn what_is_no_number_does_not_come_out() {
    let mut plugin = active(&driven(6.0), 48_000.0);
    let mut input = programme(48_000.0, 30_000, 11);
    for (n, value) in [f32::NAN, f32::INFINITY, 1e30, 1e-40, -f32::NAN]
        .into_iter()
        .enumerate()
    {
        input[n % 2][9_000 + 3 * n] = value;
    }
    let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
    assert!(output.iter().flatten().all(|x| x.is_finite()));
    assert!(output[0].iter().skip(25_000).any(|x| x.abs() > 0.01));
}

#[test]
fn instances_do_not_share_sound() {
    let (soft, hard) = (driven(0.0), driven(20.0));
    let mut plugins = [active(&soft, 48_000.0), active(&hard, 96_000.0)];
    let inputs = [
        programme(48_000.0, 20_000, 12),
        programme(96_000.0, 20_000, 13),
    ];
    let outputs = std::array::from_fn::<_, 2, _>(|n| {
        plugins[n]
            .process(&inputs[n], &RAGGED, &[])
            .expect("processes")
    });
    assert_same(
        &outputs[0],
        &rendered(&soft, 48_000.0, &inputs[0], &[]),
        "soft",
    );
    assert_same(
        &outputs[1],
        &rendered(&hard, 96_000.0, &inputs[1], &[]),
        "hard",
    );
}
