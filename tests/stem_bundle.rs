//! Finalcoat Stem of the built CLAP bundle in a host: what comes out is what the offline engine gives with the
//! saved advice laid over the settings, bit for bit.
#![cfg(feature = "plugin")]

#[path = "support/any.rs"]
mod any;
#[path = "support/clap.rs"]
mod clap;
#[path = "support/host.rs"]
mod host;
#[path = "support/signals.rs"]
mod signals;

use any::{any_settings, any_value};
use clap::{
    FRAMES_MAX, RAGGED, RATES_HZ, assert_same, bundle, session_of, stem_values, with_session,
};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::{BandSettings, Placement, Shape};
use finalcoat::engine::settings::trim::{GAIN_DB, TrimSettings, WIDTH_PCT};
use finalcoat::stems::moves::{StemChange, StemMove, StemStage, laid_over};
use finalcoat::stems::role::Role;
use finalcoat::stems::settings::{ADVICE_PCT, Knobs, RoleChoice, StemSettings};
use host::{Change, Hosted};
use signals::{Random, programme};

const MASTER_ID: &str = "org.finalcoat.finalcoat";
const STEM_ID: &str = "org.finalcoat.stem";
const FRAMES: usize = 40_000;

fn any(random: &mut Random) -> Knobs {
    Knobs {
        settings: any_settings(random),
        stem: any_stem(random),
    }
}

/// What the engine shall have of `knobs` when the stem is also to obey these changes.
fn laid(knobs: &Knobs, advised: &[StemChange]) -> (Settings, TrimSettings) {
    let share = knobs.stem.advice_pct / 100.0;
    if advised.is_empty() || share == 0.0 {
        return (knobs.settings, knobs.stem.fader);
    }
    let (settings, fader) = laid_over(&knobs.settings, &knobs.stem.fader, advised, share);
    (settings.quantized(), fader)
}

fn any_stem(random: &mut Random) -> StemSettings {
    StemSettings {
        fader: TrimSettings {
            gain_db: any_value(random, GAIN_DB),
            width_pct: any_value(random, WIDTH_PCT),
        },
        advice_pct: any_value(random, ADVICE_PCT),
        role: RoleChoice::Is(Role::Bass),
    }
}

/// One of each kind of change.
fn advice() -> Vec<StemChange> {
    vec![
        StemChange::Gain(-1.3),
        StemChange::Band(BandSettings {
            on: true,
            shape: Shape::Bell,
            placement: Placement::Mid,
            frequency_hz: 2_600.0,
            gain_db: -0.5,
            q: 0.9,
            threshold_db: -31.0,
            range_db: -2.0,
            ratio: 2.0,
            ..BandSettings::default()
        }),
        StemChange::Width(88.0),
        StemChange::MonoBass(110.0, 80.0),
        StemChange::Compression(1, -28.0, 1.5),
    ]
}

/// A state that was saved by a stem which obeys this.
fn state_with(plugin: &mut Hosted, advised: &[StemChange]) -> Vec<u8> {
    let moves: Vec<StemMove> = advised
        .iter()
        .map(|&change| StemMove {
            stage: StemStage::Gain,
            band_hz: None,
            value: -1.0,
            unit: "dB".to_owned(),
            text: "For the test.".to_owned(),
            change,
        })
        .collect();
    let moves = serde_json::to_value(moves).expect("moves are JSON");
    let saved = plugin.save().expect("the state is saved");
    with_session(&saved, |session| session["advised"] = moves)
}

fn open() -> Hosted {
    Hosted::open(&bundle(), STEM_ID).expect("the bundle loads")
}

/// A stem that stands at `knobs` and obeys `advised`, ready to process.
fn active(knobs: &Knobs, advised: &[StemChange], sample_rate_hz: f64) -> Hosted {
    let mut plugin = open();
    for (id, value) in stem_values(knobs) {
        plugin.set(id, value).expect("the parameter is set");
    }
    if !advised.is_empty() {
        let state = state_with(&mut plugin, advised);
        plugin.load(&state).expect("the state is loaded");
    }
    plugin
        .activate(sample_rate_hz, FRAMES_MAX)
        .expect("the plugin activates");
    plugin
}

/// `input` through an engine that starts at the first of `stands` and is told the others at their frames.
fn rendered(
    sample_rate_hz: f64,
    input: &[Vec<f32>; 2],
    stands: &[(usize, (Settings, TrimSettings))],
) -> [Vec<f32>; 2] {
    let (_, (settings, fader)) = stands[0];
    let mut engine = Engine::new(Stream::new(sample_rate_hz), &settings);
    engine.set_trim(&fader);
    engine.reset();
    let [mut left, mut right] = input.clone();
    let mut block = StereoBlock::new(&mut left, &mut right);
    let mut done = 0;
    for (frame, (settings, fader)) in &stands[1..] {
        engine.process(&mut block.part(done, *frame));
        engine.set(settings);
        engine.set_trim(fader);
        done = *frame;
    }
    let end = block.frames();
    engine.process(&mut block.part(done, end));
    [left, right]
}

/// Knobs that move on the way, and the same as what the host sends.
fn automation(start: &Knobs, seed: u64) -> (Vec<(usize, Knobs)>, Vec<Change<'static>>) {
    let mut random = Random::new(seed);
    let mut knobs = *start;
    let mut moved = Vec::new();
    let mut changes = Vec::new();
    let mut frame = 100;
    while frame < FRAMES {
        let before = stem_values(&knobs);
        let any = any(&mut random);
        match random.below(9) {
            0 => knobs.stem.fader.gain_db = any.stem.fader.gain_db,
            1 => knobs.stem.fader.width_pct = any.stem.fader.width_pct,
            2 => knobs.stem.advice_pct = any.stem.advice_pct,
            3 => knobs.stem.advice_pct = [0.0, 100.0][random.below(2)],
            4 => knobs.settings.equalizer = any.settings.equalizer,
            5 => knobs.settings.multiband = any.settings.multiband,
            6 => knobs.settings.loudness = any.settings.loudness,
            7 => knobs.settings.bypass = !knobs.settings.bypass,
            _ => knobs.settings.intensity = any.settings.intensity,
        }
        moved.push((frame, knobs));
        for (before, after) in before.into_iter().zip(stem_values(&knobs)) {
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
fn a_host_finds_finalcoat_stem() {
    let found = host::scan(&bundle()).expect("the bundle can be scanned");
    let expected = [(MASTER_ID, "Finalcoat"), (STEM_ID, "Finalcoat Stem")];
    let expected = expected.map(|(id, name)| (id.to_owned(), name.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn parameters_are_the_chains_and_the_stems() {
    let mut plugin = open();
    let mut master = Hosted::open(&bundle(), MASTER_ID).expect("the bundle loads");
    let parameters = plugin.parameters();
    let chain = master.parameters();
    assert_eq!(parameters[..chain.len()], chain);
    let of_the_stem: Vec<_> = parameters[chain.len()..]
        .iter()
        .map(|one| (one.number, one.name.as_str(), one.is_automatable))
        .collect();
    let number = host::parameter_number;
    let expected = [
        (number("stem_gain_db"), "Gain", true),
        (number("stem_width_pct"), "Width", true),
        (number("advice"), "Advice", true),
        (number("stem_role"), "Role", false),
    ];
    assert_eq!(of_the_stem, expected);
    for (id, default) in stem_values(&Knobs::default()) {
        let number = number(id);
        let found = parameters.iter().find(|one| one.number == number);
        let found = found.unwrap_or_else(|| panic!("no parameter {id}"));
        assert!((found.default - default).abs() < 1e-6, "{id}");
        let value = plugin.value(id).expect("it has a value");
        assert!((value - default).abs() < 1e-6, "{id} is new at {value}");
    }
    assert_eq!(plugin.value("loudness_on"), Some(0.0));
    for (id, typed, shown) in [
        ("stem_gain_db", "-1.5", "-1.5 dB"),
        ("stem_width_pct", "80 %", "80 %"),
        ("advice", "33.3", "33.3 %"),
        ("stem_role", "Lead vocal", "Lead vocal"),
        ("stem_role", "backing_vocals", "Backing vocals"),
    ] {
        let value = plugin.value_of(id, typed);
        let value = value.unwrap_or_else(|| panic!("{id} does not take {typed:?}"));
        let text = plugin.text_of(id, value).expect("a value has a text");
        assert_eq!(text.replace('−', "-"), shown, "{id}");
    }
}

#[test]
fn a_new_stem_is_the_delayed_input() {
    for rate_hz in RATES_HZ {
        let mut plugin = open();
        plugin.activate(rate_hz, FRAMES_MAX).expect("activates");
        let latency = plugin.latency_samples();
        let input = programme(rate_hz, FRAMES, 4);
        let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
        for (input, output) in input.iter().zip(&output) {
            assert!(output[latency..] == input[..FRAMES - latency]);
        }
    }
}

#[test]
fn output_is_the_offline_engine_with_the_advice_laid_over_bit_for_bit() {
    for (n, rate_hz) in RATES_HZ.into_iter().enumerate() {
        for (seed, advised) in [(1, vec![]), (2, advice()), (3, advice())] {
            let seed = seed + 10 * n as u64;
            let start = match seed % 10 {
                3 => any(&mut Random::new(seed)),
                _ => Knobs::default(),
            };
            let input = programme(rate_hz, FRAMES, seed);
            let (moved, changes) = automation(&start, seed);
            let stands: Vec<_> = [(0, start)]
                .into_iter()
                .chain(moved)
                .map(|(frame, knobs)| (frame, laid(&knobs, &advised)))
                .collect();
            let expected = rendered(rate_hz, &input, &stands);
            let output = active(&start, &advised, rate_hz)
                .process(&input, &RAGGED, &changes)
                .expect("audio is processed");
            assert_same(&output, &expected, &format!("{rate_hz} Hz, seed {seed}"));
        }
    }
}

#[test]
fn each_kind_of_advice_is_heard_and_none_of_it_at_no_percent() {
    let input = programme(48_000.0, FRAMES, 5);
    let mut at_rest = Knobs::default();
    at_rest.stem.advice_pct = 0.0;
    let plain = rendered(48_000.0, &input, &[(0, laid(&at_rest, &[]))]);
    for change in advice() {
        let process = |knobs: &Knobs| {
            let mut plugin = active(knobs, &[change], 48_000.0);
            plugin.process(&input, &RAGGED, &[]).expect("processes")
        };
        assert!(process(&Knobs::default())[..] != plain[..], "{change:?}");
        assert_same(&process(&at_rest), &plain, &format!("{change:?} at 0 %"));
    }
}

#[test]
fn latency_is_the_masters_whatever_is_set() {
    for rate_hz in RATES_HZ {
        let mut master = Hosted::open(&bundle(), MASTER_ID).expect("the bundle loads");
        master.activate(rate_hz, FRAMES_MAX).expect("activates");
        let expected = master.latency_samples();
        let input = programme(rate_hz, FRAMES, 6);
        for (seed, advised) in [(1, vec![]), (2, advice())] {
            let start = any(&mut Random::new(seed));
            let mut plugin = active(&start, &advised, rate_hz);
            assert_eq!(plugin.latency_samples(), expected);
            let (_, changes) = automation(&start, seed);
            plugin.process(&input, &RAGGED, &changes).expect("runs");
            assert_eq!(plugin.latency_samples(), expected);
            // The framework asks for one when the latency is first known.
            assert!(plugin.restart_requests() <= 1);
        }
    }
}

#[test]
fn state_goes_round_with_the_advice() {
    let knobs = any(&mut Random::new(7));
    let mut first = active(&knobs, &advice(), 44_100.0);
    let state = first.save().expect("the state is saved");
    assert!(state.len() <= 64 * 1024, "{} bytes", state.len());
    let mut second = open();
    second.load(&state).expect("the state is loaded");
    for (id, _) in stem_values(&knobs) {
        assert_eq!(second.value(id), first.value(id), "{id}");
    }
    let again = second.save().expect("the state is saved");
    let advised = |state: &[u8]| session_of(state)["advised"].clone();
    assert_eq!(advised(&again), advised(&state));
    assert_eq!(advised(&state).as_array().map(Vec::len), Some(5));
    second.activate(44_100.0, FRAMES_MAX).expect("activates");
    let input = programme(44_100.0, FRAMES, 7);
    let output = second.process(&input, &RAGGED, &[]).expect("processes");
    let expected = rendered(44_100.0, &input, &[(0, laid(&knobs, &advice()))]);
    assert_same(&output, &expected, "with the restored state");
}

#[test]
fn advice_that_is_loaded_while_it_plays_is_glided_to() {
    let knobs = Knobs::default();
    let mut plugin = active(&knobs, &[], 48_000.0);
    let state = state_with(&mut plugin, &advice());
    let none = state_with(&mut plugin, &[]);
    let input = programme(48_000.0, 3 * FRAMES, 8);
    let mut output = [Vec::new(), Vec::new()];
    for (n, state) in [none.as_slice(), &state, &none].into_iter().enumerate() {
        plugin.load(state).expect("the state is loaded");
        let part: Vec<Vec<f32>> = input
            .iter()
            .map(|channel| channel[n * FRAMES..(n + 1) * FRAMES].to_vec())
            .collect();
        let heard = plugin.process(&part, &RAGGED, &[]).expect("processes");
        output.iter_mut().zip(heard).for_each(|(o, h)| o.extend(h));
    }
    let (with, without) = (laid(&knobs, &advice()), laid(&knobs, &[]));
    let stands = [(0, without), (FRAMES, with), (2 * FRAMES, without)];
    let expected = rendered(48_000.0, &input, &stands);
    assert_same(&output, &expected, "advice came and went");
}

#[test]
fn reset_and_reactivation_are_as_good_as_new() {
    let mut knobs = any(&mut Random::new(9));
    knobs.settings.bypass = false;
    let mut plugin = active(&knobs, &advice(), 48_000.0);
    for (n, rate_hz) in [48_000.0, 48_000.0, 96_000.0, 44_100.0]
        .into_iter()
        .enumerate()
    {
        let input = programme(rate_hz, FRAMES, 9);
        let expected = rendered(rate_hz, &input, &[(0, laid(&knobs, &advice()))]);
        let output = plugin.process(&input, &RAGGED, &[]).expect("processes");
        assert_same(&output, &expected, &format!("round {n}"));
        match n {
            0 => plugin.reset(),
            _ => {
                plugin.deactivate();
                let next_hz = if n == 1 { 96_000.0 } else { 44_100.0 };
                plugin.activate(next_hz, FRAMES_MAX).expect("activates");
            }
        }
    }
}

#[test]
fn mono_is_the_engine_on_both_sides() {
    let knobs = any(&mut Random::new(10));
    let mut plugin = open();
    assert_eq!(plugin.layouts().len(), 2);
    plugin.select_layout(1).expect("the mono layout");
    assert_eq!(plugin.channels(), 1);
    for (id, value) in stem_values(&knobs) {
        plugin.set(id, value).expect("the parameter is set");
    }
    let state = state_with(&mut plugin, &advice());
    plugin.load(&state).expect("the state is loaded");
    plugin.activate(48_000.0, FRAMES_MAX).expect("activates");
    let [mono, _] = programme(48_000.0, FRAMES, 10);
    let output = plugin
        .process(std::slice::from_ref(&mono), &RAGGED, &[])
        .expect("processes");
    let stereo = [mono.clone(), mono];
    let expected = rendered(48_000.0, &stereo, &[(0, laid(&knobs, &advice()))]);
    assert!(output[0] == expected[0]);
}
