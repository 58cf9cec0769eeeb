//! What hosts and sessions rely on: ids, names, ranges, texts, states.
#![cfg(feature = "plugin")]

use std::fmt::Write;

use nice_plug::params::InternalParamMut;
use nice_plug::prelude::*;

use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::fields::{Field, Variant, Visitor};
use finalcoat::engine::settings::loudness::{Character, DRIVE_DB};
use finalcoat::engine::settings::range::Range;
use finalcoat::params::kept::{Kept, KeptState, WINDOW_MIN};
use finalcoat::params::{Face, FinalcoatParams, ParamKind, mend_state};
use finalcoat::plugin::{Finalcoat, FinalcoatStem, pages};
use finalcoat::stems::moves::{StemChange, StemMove, StemStage};
use finalcoat::stems::settings::StemSettings;

const GOLDEN_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/params.txt");
const GOLDEN: &str = include_str!("golden/params.txt");

/// A session saved by version 0.1.0. It loads as long as there is a Finalcoat.
const STATE_1: &str = r#"{"version":"0.1.0","params":{"bypass":{"bool":false},
    "ceiling_dbtp":{"f32":-1.5},"character":{"string":"dense"},"drive_db":{"f32":6.02},
    "loudness_on":{"bool":true},"release_ms":{"f32":120.0}},
    "fields":{"kept":"{\"format\":1,\"window_points\":[1000.0,640.0],\"goal_lufs\":-11.5,\"reset_on_start\":true}"}}"#;

fn describe(params: &FinalcoatParams) -> String {
    let mut text = String::from("id | group | name | default | lowest | highest | steps | flags\n");
    for (id, param, group) in params.param_map() {
        // SAFETY: the pointers are into `params`, which outlives them.
        #[allow(unsafe_code)]
        let (name, unit, default, steps, flags, show) = unsafe {
            (
                param.name().to_owned(),
                param.unit(),
                param.default_normalized_value(),
                param.step_count(),
                param.flags(),
                |at: f32| param.normalized_value_to_string(at, true),
            )
        };
        assert!(
            unit.is_empty() || unit.starts_with([' ', ':']),
            "{id}: {unit:?}"
        );
        let (default, low, high) = (show(default), show(0.0), show(1.0));
        let steps = steps.map_or("-".to_owned(), |steps| steps.to_string());
        writeln!(
            text,
            "{id} | {group} | {name} | {default} | {low} | {high} | {steps} | {flags:?}"
        )
        .unwrap();
    }
    text
}

#[test]
fn ids_names_ranges_and_defaults_are_frozen() {
    // A stem has all of a master's, and its own behind them.
    let found = describe(&FinalcoatParams::new(Face::Stem));
    let of_a_master = describe(&FinalcoatParams::new(Face::Master));
    assert!(found.starts_with(&of_a_master));
    if std::env::var_os("FINALCOAT_BLESS").is_some() {
        std::fs::write(GOLDEN_FILE, found).expect("the golden file");
        return;
    }
    for (found, golden) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, golden, "if this is meant: cargo xtask bless");
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}

#[test]
fn the_plugin_is_who_it_was() {
    assert_eq!(Finalcoat::CLAP_ID, "org.finalcoat.finalcoat");
    assert_eq!(Finalcoat::VST3_CLASS_ID, *b"FinalcoatMaster1");
    assert_eq!(Finalcoat::NAME, "Finalcoat");
    const { assert!(Finalcoat::SAMPLE_ACCURATE_AUTOMATION) };
    for layout in Finalcoat::AUDIO_IO_LAYOUTS {
        assert_eq!(layout.main_input_channels, layout.main_output_channels);
        assert_eq!(layout.names, PortNames::default());
    }
}

#[test]
fn the_stem_is_who_it_was() {
    assert_eq!(FinalcoatStem::CLAP_ID, "org.finalcoat.stem");
    assert_eq!(FinalcoatStem::VST3_CLASS_ID, *b"FinalcoatStem001");
    assert_eq!(FinalcoatStem::NAME, "Finalcoat Stem");
    // All of the master's, and behind them its own.
    let ids = |face| -> Vec<String> {
        let params = FinalcoatParams::new(face);
        params.all().iter().map(|param| param.field.id()).collect()
    };
    let own = ["stem_gain_db", "stem_width_pct", "advice", "stem_role"];
    let (master, stem) = (ids(Face::Master), ids(Face::Stem));
    assert_eq!(stem[..master.len()], master);
    assert_eq!(stem[master.len()..], own);
}

#[test]
fn a_stem_reads_what_is_its_own() {
    let params = FinalcoatParams::new(Face::Stem);
    assert_eq!(params.stem(), StemSettings::default());
    assert_eq!(params.settings(), Settings::default());
    turn_all(&params, 1.0);
    let stem = params.stem();
    assert_eq!((stem.fader.gain_db, stem.fader.width_pct), (12.0, 200.0));
    assert_eq!(stem.advice_pct, 100.0);
    // A master has none of it.
    assert_eq!(FinalcoatParams::default().stem(), StemSettings::default());
}

#[test]
fn saved_advice_comes_back_with_the_state_and_reaches_the_engine() {
    let change = StemChange::Gain(-1.5);
    let advice = StemMove {
        stage: StemStage::Gain,
        band_hz: None,
        value: -1.5,
        unit: "dB".to_owned(),
        text: "Louder than it usually is.".to_owned(),
        change,
    };
    let params = FinalcoatParams::new(Face::Stem);
    let before = params.changes();
    params
        .kept
        .session
        .edit(|session| session.advised = vec![advice.clone()]);
    assert_ne!(params.changes(), before);
    let state = params.serialize_fields();
    let loaded = FinalcoatParams::new(Face::Stem);
    loaded.deserialize_fields(&state);
    assert_eq!(loaded.kept.session.get().advised, [advice]);
    let changes = loaded.kept.session.advised().read().expect("nobody writes");
    assert_eq!(changes.get(), [change]);
}

#[test]
fn a_new_instance_changes_nothing() {
    assert_eq!(FinalcoatParams::default().settings(), Settings::default());
    assert!(!Settings::default().loudness.on);
}

/// Sets every number to the same share of its way.
fn turn_all(params: &FinalcoatParams, share: f32) {
    for param in params.all() {
        if let ParamKind::Number(param, _) = &param.kind {
            // SAFETY: only the framework is meant to set values; here nothing else looks on.
            #[allow(unsafe_code)]
            unsafe {
                param._internal_set_normalized_value(share);
            }
        }
    }
}

/// All numbers of some settings, in order.
fn numbers(mut settings: Settings) -> Vec<f32> {
    struct Numbers(Vec<f32>);
    impl Visitor for Numbers {
        fn number(&mut self, _: Field, _: &'static Range, value: &mut f32) {
            self.0.push(*value);
        }
        fn switch(&mut self, _: Field, _: &mut bool) {}
        fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {}
    }
    let mut numbers = Numbers(Vec::new());
    settings.visit(&mut numbers);
    numbers.0
}

#[test]
fn the_snapshot_is_the_quantised_settings_bit_for_bit() {
    let params = FinalcoatParams::default();
    for part in 0..=2000 {
        turn_all(&params, part as f32 / 2000.0);
        let settings = params.settings();
        let again = numbers(settings.quantized());
        let found = numbers(settings);
        assert!(found.len() > 150);
        let bits = |values: &[f32]| {
            values
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&found), bits(&again), "at {part}");
    }
}

#[test]
fn every_change_is_counted() {
    let params = FinalcoatParams::default();
    for param in params.all() {
        let before = params.changes();
        let was = params.settings();
        // SAFETY: only the framework is meant to set values; here nothing else looks on.
        #[allow(unsafe_code)]
        unsafe {
            match &param.kind {
                ParamKind::Number(param, _) => param._internal_set_normalized_value(0.87),
                ParamKind::Switch(param) => param._internal_set_plain_value(!param.value()),
                ParamKind::Choice(param, _) => {
                    param._internal_set_plain_value(i32::from(param.value() == 0))
                }
            };
        }
        assert_ne!(params.changes(), before, "{}", param.field.id());
        assert_ne!(params.settings(), was, "{}", param.field.id());
    }
    let before = params.changes();
    params.set_drive_trim_db([3.0, 2.0, 1.0, 0.5]);
    assert_ne!(params.changes(), before);
    assert_eq!(
        params.settings().loudness.drive_trim_db,
        [3.0, 2.0, 1.0, 0.5]
    );
}

#[test]
fn quantising_is_what_the_framework_does() {
    let params = FinalcoatParams::default();
    for param in params.all() {
        let ParamKind::Number(number, range) = &param.kind else {
            continue;
        };
        for part in -10..=1010 {
            let value = range.min + (range.max - range.min) * part as f32 / 1000.0;
            let framework = number.preview_plain(number.preview_normalized(value));
            assert_eq!(
                range.quantized(value).to_bits(),
                (framework + 0.0).to_bits(),
                "{}: {value}",
                param.field.id()
            );
        }
    }
}

#[test]
fn every_value_reads_back_as_it_is_shown() {
    let params = FinalcoatParams::default();
    for param in params.all() {
        let ParamKind::Number(number, _) = &param.kind else {
            continue;
        };
        for part in 0..=300 {
            let value = number.preview_plain(part as f32 / 300.0);
            let normalized = number.preview_normalized(value);
            for with_unit in [false, true] {
                let shown = number.normalized_value_to_string(normalized, with_unit);
                let read = number
                    .string_to_normalized_value(&shown)
                    .expect("it reads what it shows");
                assert_eq!(
                    number.preview_plain(read) + 0.0,
                    value + 0.0,
                    "{}: {shown}",
                    param.field.id()
                );
            }
        }
    }
}

fn number<'a>(params: &'a FinalcoatParams, id: &str) -> &'a FloatParam {
    let found = params.all().iter().find(|param| param.field.id() == id);
    match found.map(|param| &param.kind) {
        Some(ParamKind::Number(param, _)) => param,
        _ => panic!("no number {id}"),
    }
}

#[test]
fn people_may_type_as_they_like() {
    let params = FinalcoatParams::default();
    let read = |id: &str, typed: &str| {
        let param = number(&params, id);
        let normalized = param.string_to_normalized_value(typed)?;
        Some(param.preview_plain(normalized))
    };
    assert_eq!(read("drive_db", "-9.5"), Some(-9.5));
    assert_eq!(read("drive_db", "-9.5 dB"), Some(-9.5));
    assert_eq!(read("drive_db", "2 dB"), Some(2.0));
    assert_eq!(read("drive_db", "99"), Some(24.0));
    assert_eq!(read("ceiling_dbtp", "-1 dBTP"), Some(-1.0));
    assert_eq!(read("release_ms", "30 ms"), Some(30.0));
    assert_eq!(read("release_ms", "0.1 s"), Some(100.0));
    assert_eq!(read("release_ms", "fast"), None);
    assert_eq!(read("eq3_frequency_hz", "1.5 kHz"), Some(1500.0));
    assert_eq!(read("glue_ratio", "2:1"), Some(2.0));
    assert_eq!(read("intensity", "50"), Some(50.0));
    for param in params.all() {
        match (&*param.field.id(), &param.kind) {
            ("character", ParamKind::Choice(param, _)) => {
                let punchy = param.string_to_normalized_value("Punchy");
                assert_eq!(punchy.map(|n| param.preview_plain(n)), Some(1));
            }
            ("loudness_on", ParamKind::Switch(param)) => {
                assert_eq!(param.string_to_normalized_value("on"), Some(1.0));
            }
            _ => {}
        }
    }
}

/// As the framework loads it.
fn load(mut state: PluginState) -> FinalcoatParams {
    // Whatever was there before is gone afterwards.
    let params = FinalcoatParams::default();
    turn_all(&params, 0.7);
    params.kept.set_goal_lufs(-7.0);
    Finalcoat::filter_state(&mut state);
    for (id, param, _) in params.param_map() {
        use nice_plug::plugin::ParamValue;
        let Some(value) = state.params.get(&id) else {
            continue;
        };
        // SAFETY: the pointers are into `params`, which outlives them.
        #[allow(unsafe_code)]
        unsafe {
            match (param, value) {
                (ParamPtr::FloatParam(p), ParamValue::F32(value)) => {
                    (*p)._internal_set_plain_value(*value);
                }
                (ParamPtr::BoolParam(p), ParamValue::Bool(value)) => {
                    (*p)._internal_set_plain_value(*value);
                }
                (ParamPtr::IntParam(p), ParamValue::I32(value)) => {
                    (*p)._internal_set_plain_value(*value);
                }
                _ => panic!("{id} is saved as {value:?}"),
            }
        }
    }
    params.deserialize_fields(&state.fields);
    params
}

#[test]
fn a_session_of_version_0_1_loads() {
    let params = load(serde_json::from_str(STATE_1).unwrap());
    let mut expected = Settings::default();
    expected.loudness.on = true;
    expected.loudness.drive_db = DRIVE_DB.quantized(6.02);
    expected.loudness.ceiling_dbtp = -1.5;
    expected.loudness.character = Character::Dense;
    expected.loudness.release_ms = 120.0;
    assert_eq!(params.settings(), expected);
    let kept = KeptState {
        format: 1,
        window_points: [1000.0, 640.0],
        goal_lufs: -11.5,
        reset_on_start: true,
        drive_trim_db: [0.0; 4],
    };
    assert_eq!(params.kept.load(), kept);
    let again = load(PluginState {
        version: "0.1.0".to_owned(),
        params: Default::default(),
        fields: params.serialize_fields(),
    });
    assert_eq!(again.kept.load(), kept);
}

#[test]
fn a_damaged_session_loads_as_far_as_it_makes_sense() {
    let mut state: PluginState = serde_json::from_str(STATE_1).unwrap();
    let damaged = [
        ("drive_db", nice_plug::plugin::ParamValue::F32(1e30)),
        ("release_ms", nice_plug::plugin::ParamValue::F32(33.4)),
        (
            "character",
            nice_plug::plugin::ParamValue::String("no such".to_owned()),
        ),
    ];
    for (id, value) in damaged {
        state.params.insert(id.to_owned(), value);
    }
    state
        .fields
        .insert("kept".to_owned(), "{\"goal_lufs\":\"loud\"}".to_owned());
    let params = load(state);
    let settings = params.settings();
    assert_eq!(settings, settings.quantized());
    assert_eq!(settings.loudness.drive_db, DRIVE_DB.max);
    assert_eq!(settings.loudness.release_ms, 33.0);
    assert_eq!(settings.loudness.character, Character::Transparent);
    assert_eq!(params.kept.load(), KeptState::default());

    let kept = Kept::default();
    kept.set_window_points([10.0, f32::NAN]);
    assert_eq!(kept.window_points()[0], WINDOW_MIN[0]);
    kept.set_goal_lufs(-200.0);
    assert_eq!(kept.goal_lufs(), -36.0);
}

#[test]
fn mending_leaves_a_sound_state_alone() {
    let mut state: PluginState = serde_json::from_str(STATE_1).unwrap();
    mend_state(&mut state, Face::Master);
    let mended = serde_json::to_string(&state).unwrap();
    assert!(mended.contains("\"character\":{\"i32\":2}"), "{mended}");
    mend_state(&mut state, Face::Master);
    assert_eq!(serde_json::to_string(&state).unwrap(), mended);
}

#[test]
fn the_state_stays_small() {
    let fields = FinalcoatParams::default().serialize_fields();
    let bytes: usize = fields
        .iter()
        .map(|(key, json)| key.len() + json.len())
        .sum();
    assert!(bytes + STATE_1.len() < 64 * 1024);
}

/// Collects the pages that a controller would show.
#[derive(Default)]
struct Pages(Vec<(String, Vec<String>)>);

impl RemoteControlsContext for Pages {
    type Section = Pages;
    fn add_section(&mut self, _: impl Into<String>, fill: impl FnOnce(&mut Pages)) {
        let mut section = Pages::default();
        fill(&mut section);
        self.0.extend(section.0);
    }
}

impl RemoteControlsSection for Pages {
    type Page = Page;
    fn add_page(&mut self, name: impl Into<String>, fill: impl FnOnce(&mut Page)) {
        let mut page = Page(Vec::new());
        fill(&mut page);
        self.0.push((name.into(), page.0));
    }
}

struct Page(Vec<String>);

impl RemoteControlsPage for Page {
    fn add_param(&mut self, param: &impl Param) {
        self.0.push(param.name().to_owned());
    }
    fn add_spacer(&mut self) {
        self.0.push(String::new());
    }
}

#[test]
fn controllers_find_every_stage_on_pages_of_eight() {
    for face in [Face::Master, Face::Stem] {
        let mut pages = Pages::default();
        pages::define(&FinalcoatParams::new(face), &mut pages);
        let (first, main) = &pages.0[0];
        assert_eq!(first, "Main");
        assert_eq!(main.len(), 8);
        assert!(main.iter().all(|name| !name.is_empty()), "{main:?}");
        assert_eq!(main.contains(&"Advice".to_owned()), face == Face::Stem);
        for (name, params) in &pages.0 {
            // The framework cuts longer ones into pages of eight.
            assert!((1..=16).contains(&params.len()), "{name}: {params:?}");
        }
        let bands = pages.0.iter().filter(|(name, _)| name.starts_with("Band "));
        assert!(bands.clone().all(|(_, params)| params.len() == 8));
        assert_eq!(bands.count(), 16);
        for stage in ["Input", "Multiband", "Image", "Glue", "Colour", "Loudness"] {
            assert!(pages.0.iter().any(|(name, _)| name == stage), "{stage}");
        }
    }
}
