//! What hosts and sessions rely on: ids, names, ranges, texts, states.
#![cfg(feature = "plugin")]

use std::fmt::Write;

use nice_plug::params::InternalParamMut;
use nice_plug::prelude::*;

use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::{
    CEILING_DBTP, Character, DRIVE_DB, LoudnessSettings, RELEASE_MS,
};
use finalcoat::params::kept::{Kept, KeptState, WINDOW_MIN};
use finalcoat::params::{FinalcoatParams, mend_state};
use finalcoat::plugin::Finalcoat;

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
        assert!(unit.is_empty() || unit.starts_with(' '), "{id}: {unit:?}");
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
    assert_eq!(describe(&FinalcoatParams::default()), GOLDEN);
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
fn a_new_instance_changes_nothing() {
    assert_eq!(FinalcoatParams::default().settings(), Settings::default());
    assert!(!Settings::default().loudness.on);
}

#[test]
fn the_snapshot_is_the_quantised_settings_bit_for_bit() {
    let params = FinalcoatParams::default();
    for part in 0..=4000 {
        let share = part as f32 / 4000.0;
        let loudness = &params.loudness;
        for param in [
            &loudness.drive_db,
            &loudness.ceiling_dbtp,
            &loudness.release_ms,
        ] {
            // SAFETY: only the framework is meant to set values; here nothing else looks on.
            #[allow(unsafe_code)]
            unsafe {
                param._internal_set_normalized_value(share);
            }
        }
        let settings = params.settings();
        let again = settings.quantized();
        assert_eq!(settings.loudness.drive_db, loudness.drive_db.value());
        assert_eq!(
            settings.loudness.ceiling_dbtp,
            loudness.ceiling_dbtp.value()
        );
        assert_eq!(settings.loudness.release_ms, loudness.release_ms.value());
        assert_eq!(
            settings.loudness.drive_db.to_bits(),
            again.loudness.drive_db.to_bits()
        );
        assert_eq!(
            settings.loudness.ceiling_dbtp.to_bits(),
            again.loudness.ceiling_dbtp.to_bits()
        );
        assert_eq!(
            settings.loudness.release_ms.to_bits(),
            again.loudness.release_ms.to_bits()
        );
    }
}

#[test]
fn quantising_is_what_the_framework_does() {
    let params = FinalcoatParams::default();
    let loudness = &params.loudness;
    for (param, range) in [
        (&loudness.drive_db, DRIVE_DB),
        (&loudness.ceiling_dbtp, CEILING_DBTP),
        (&loudness.release_ms, RELEASE_MS),
    ] {
        for part in -10..=2010 {
            let value = range.min + (range.max - range.min) * part as f32 / 2000.0;
            let framework = param.preview_plain(param.preview_normalized(value));
            assert_eq!(
                range.quantized(value).to_bits(),
                (framework + 0.0).to_bits(),
                "{value}"
            );
        }
    }
}

#[test]
fn every_value_reads_back_as_it_is_shown() {
    let params = FinalcoatParams::default();
    let loudness = &params.loudness;
    for param in [
        &loudness.drive_db,
        &loudness.ceiling_dbtp,
        &loudness.release_ms,
    ] {
        for part in 0..=1000 {
            let value = param.preview_plain(part as f32 / 1000.0);
            let normalized = param.preview_normalized(value);
            for with_unit in [false, true] {
                let shown = param.normalized_value_to_string(normalized, with_unit);
                let read = param
                    .string_to_normalized_value(&shown)
                    .expect("it reads what it shows");
                assert_eq!(
                    param.preview_plain(read).to_bits(),
                    value.to_bits(),
                    "{shown}"
                );
            }
        }
    }
}

#[test]
fn people_may_type_as_they_like() {
    let params = FinalcoatParams::default();
    let loudness = &params.loudness;
    let read = |param: &FloatParam, typed: &str| {
        let normalized = param.string_to_normalized_value(typed)?;
        Some(param.preview_plain(normalized))
    };
    assert_eq!(read(&loudness.drive_db, "-9.5"), Some(-9.5));
    assert_eq!(read(&loudness.drive_db, "-9.5 dB"), Some(-9.5));
    assert_eq!(read(&loudness.drive_db, "2 dB"), Some(2.0));
    assert_eq!(read(&loudness.drive_db, "99"), Some(24.0));
    assert_eq!(read(&loudness.ceiling_dbtp, "-1 dBTP"), Some(-1.0));
    assert_eq!(read(&loudness.release_ms, "30 ms"), Some(30.0));
    assert_eq!(read(&loudness.release_ms, "0.1 s"), Some(100.0));
    assert_eq!(read(&loudness.release_ms, "fast"), None);
    let punchy = loudness.character.string_to_normalized_value("Punchy");
    assert_eq!(
        punchy.map(|n| loudness.character.preview_plain(n)),
        Some(Character::Punchy)
    );
    assert_eq!(loudness.on.string_to_normalized_value("on"), Some(1.0));
}

/// As the framework loads it.
fn load(mut state: PluginState) -> FinalcoatParams {
    let params = FinalcoatParams::default();
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
                (ParamPtr::EnumParam(p), ParamValue::String(id)) => {
                    (*p).set_from_id(id);
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
    assert_eq!(
        params.settings(),
        Settings {
            bypass: false,
            loudness: LoudnessSettings {
                on: true,
                drive_db: DRIVE_DB.quantized(6.02),
                ceiling_dbtp: -1.5,
                character: Character::Dense,
                release_ms: 120.0,
            },
        }
    );
    let kept = KeptState {
        format: 1,
        window_points: [1000.0, 640.0],
        goal_lufs: -11.5,
        reset_on_start: true,
    };
    assert_eq!(params.kept.load(), kept);
    let fields = params.serialize_fields();
    let saved: PluginState = serde_json::from_str(STATE_1).unwrap();
    assert_eq!(fields, saved.fields);
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
    let state: PluginState = serde_json::from_str(STATE_1).unwrap();
    let mut mended = state.clone();
    mend_state(&mut mended);
    assert_eq!(
        serde_json::to_string(&state).unwrap(),
        serde_json::to_string(&mended).unwrap()
    );
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
