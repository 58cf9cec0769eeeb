//! The shape of the tree: who may import whom, and what a file may hold. There is no other style check
//! beside `cargo fmt` and clippy.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules at the top of `src`, each with those it may import.
const LAYERS: [(&str, &[&str]); 12] = [
    ("dsp", &[]),
    ("engine", &["dsp"]),
    ("analysis", &["dsp", "engine"]),
    ("assistant", &["dsp", "engine", "analysis"]),
    ("stems", &["dsp", "engine", "analysis", "assistant"]),
    ("preset", &["engine::settings", "assistant::style"]),
    (
        "offline",
        &["dsp", "engine", "analysis", "assistant", "stems", "preset"],
    ),
    (
        "params",
        &[
            "engine::settings",
            "assistant::advice",
            "assistant::wishes",
            "stems::moves",
            "stems::settings",
        ],
    ),
    (
        "handoff",
        &[
            "dsp::meter",
            "dsp::units",
            "engine::audition::settings",
            "engine::settings",
            "engine::reading",
            "analysis::report",
            "stems::moves",
            "stems::role",
            "stems::settings",
        ],
    ),
    (
        "editor",
        &[
            "params",
            "handoff",
            "preset",
            "stems::moves",
            "stems::role",
            "stems::settings",
            "assistant::advice",
            "assistant::finding",
            "assistant::moves",
            "assistant::ownership",
            "assistant::proposal",
            "assistant::services",
            "assistant::style",
            "assistant::verdict",
            "assistant::wishes",
            "analysis::report",
            "dsp::meter",
            "dsp::block",
            "dsp::spectrum",
            "dsp::units",
            "engine::audition::settings",
            "engine::equalizer::response",
            "engine::multiband::response",
            "engine::image::response",
            "engine::settings",
            "engine::reading",
        ],
    ),
    (
        "plugin",
        &[
            "stems",
            "dsp",
            "engine",
            "analysis",
            "assistant",
            "params",
            "handoff",
            "editor",
            "offline::read",
            "offline::convert",
            "offline::failure",
            "preset::styles",
        ],
    ),
    (
        "bin",
        &[
            "offline",
            "preset",
            "engine::settings",
            "dsp::meter",
            "dsp::units",
            "analysis::report",
            "assistant",
            "stems",
            "plugin::standalone",
        ],
    ),
];

/// What sound may not know: hosts, windows, threads, files, clocks.
const SOUND_NEVER_SEES: [&str; 9] = [
    "nice_plug",
    "egui",
    "std::thread",
    "std::sync",
    "std::fs",
    "std::io",
    "std::time",
    "std::net",
    "std::process",
];

/// Files in which `unsafe` may stand, with the proof beside each block.
const UNSAFE_FILES: [&str; 11] = [
    "src/dsp/float_mode.rs",
    "src/dsp/interpolator.rs",
    "src/dsp/oversampler.rs",
    "src/editor/focus/x11.rs",
    "src/params.rs",
    "src/stems/link/memory.rs",
    "tests/linked.rs",
    "tests/params.rs",
    "tests/stem_window.rs",
    "tests/support/host.rs",
    "tests/support/wrapped.rs",
];

const LINES_MAX: usize = 700;

/// Things of `dsp` that have a `process` of their own form and are held to it by tests in their file.
const PARTS: [&str; 7] = [
    "BoxSmoother",
    "Crossfade",
    "Delay",
    "Oversampler",
    "QuickInterpolator",
    "StereoSvf",
    "WindowMin",
];

#[test]
fn imports_point_one_way() {
    let mut faults = Vec::new();
    for (path, text) in sources("src") {
        faults.extend(import_faults(&path, &text));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_import_against_the_grain_is_found() {
    let found = |path: &str, text: &str| !import_faults(path, text).is_empty();
    assert!(found("src/dsp/x.rs", "use crate::engine::Engine;\n"));
    assert!(found("src/editor/x.rs", "use crate::engine::Engine;\n"));
    assert!(found(
        "src/editor/x.rs",
        "use crate::{handoff, engine::Engine};\n"
    ));
    assert!(found(
        "src/params.rs",
        "fn f() { crate::editor::open(); }\n"
    ));
    assert!(found("src/handoff/x.rs", "use crate::params::Params;\n"));
    assert!(found("src/engine/x.rs", "use std::sync::Mutex;\n"));
    assert!(found("src/dsp/x.rs", "use nice_plug::prelude::*;\n"));
    assert!(found("src/stems/x.rs", "use std::fs;\n"));
    assert!(!found("src/stems/link/x.rs", "use std::fs;\n"));
    assert!(!found(
        "src/engine/x.rs",
        "use crate::dsp::block::Stream;\n"
    ));
    assert!(!found(
        "src/engine/x.rs",
        "use crate::engine::input::Input;\n"
    ));
    assert!(!found(
        "src/editor/x.rs",
        "//! As [`crate::engine::Engine`] says.\nuse crate::engine::settings::Settings;\n"
    ));
}

#[test]
fn unsafe_stands_only_where_it_is_named() {
    let mut faults = Vec::new();
    for (path, text) in all_sources() {
        if !UNSAFE_FILES.contains(&path.as_str()) && has_unsafe(&text) {
            faults.push(path);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn unsafe_is_found() {
    assert!(has_unsafe(&["fn f() { un", "safe { g() } }"].concat()));
    assert!(has_unsafe(&["#![allow(un", "safe_code)]"].concat()));
    assert!(!has_unsafe(
        "// unsafe in a comment, and \"unsafe_flush\"\n"
    ));
}

#[test]
fn files_stay_readable() {
    for (path, text) in all_sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{path} has {lines} lines");
    }
}

#[test]
fn a_module_is_named_by_its_file() {
    for (path, _) in sources("src").into_iter().chain(sources("xtask")) {
        assert!(!path.ends_with("/mod.rs"), "{path}: use x.rs beside x/");
    }
}

#[test]
fn nothing_is_left_to_do() {
    let mut faults = Vec::new();
    for (path, text) in committed_texts() {
        faults.extend(marks(&text).map(|line| format!("{path}: {line}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn what_is_left_to_do_is_found() {
    assert_eq!(marks(&["// TO", "DO: later"].concat()).count(), 1);
    assert_eq!(marks(&["// FIX", "ME"].concat()).count(), 1);
    assert_eq!(marks("the method todo() is fine").count(), 0);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let mut faults = Vec::new();
    for (path, text) in committed_texts() {
        if path != "Cargo.lock" {
            faults.extend(machine_words(&text).map(|word| format!("{path}: {word}")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_machine_is_found() {
    for text in [
        ["see /wo", "rk/shared"].concat(),
        ["/ho", "me/someone/x"].concat(),
        ["/ro", "ot/.cargo"].concat(),
        ["https://index.cra", "tes.io"].concat(),
        ["--index-url https://py", "pi.org/simple"].concat(),
    ] {
        assert_eq!(machine_words(&text).count(), 1, "{text}");
    }
    assert_eq!(machine_words("pedalboard from PyPI, ~/.clap").count(), 0);
}

#[test]
fn every_unit_stands_to_the_contract() {
    // A long line may be broken behind the bracket.
    let contract = text_of("tests/contract.rs").replace("stage!(\n    ", "stage!(");
    let mut units = 0;
    for (path, text) in sources("src/dsp").into_iter().chain(sources("src/engine")) {
        for unit in units_of(&text) {
            units += 1;
            assert!(
                PARTS.contains(&unit.as_str())
                    || contract.contains(&format!("impl Unit for {unit} "))
                    || contract.contains(&format!("stage!({unit},")),
                "{path}: {unit} is not in tests/contract.rs"
            );
        }
    }
    assert!(units > 5, "only {units} units were found");
}

#[test]
fn a_unit_is_found() {
    let text = "impl Delay {\n    pub fn process(&mut self, x: &mut [f32]) {}\n}\n\nimpl Inner {\n    fn process(&mut self) {}\n}\n";
    assert_eq!(units_of(text), ["Delay"]);
    let generic = "impl<const N: usize> Mean<N> {\n    pub fn process(&mut self) {}\n}\n";
    assert_eq!(units_of(generic), ["Mean"]);
}

#[test]
fn the_audio_side_of_a_handoff_has_no_lock() {
    for path in [
        "src/handoff/apply.rs",
        "src/handoff/audition.rs",
        "src/handoff/capture.rs",
        "src/handoff/deck.rs",
        "src/handoff/history.rs",
        "src/handoff/reset.rs",
        "src/handoff/snapshot.rs",
        "src/handoff/spectrum.rs",
        "src/plugin/deck.rs",
        "src/plugin/live.rs",
    ] {
        let text = text_of(path);
        for lock in ["Mutex", "RwLock", "Condvar", "mpsc", "unpark", "Barrier"] {
            assert!(!code(&text).contains(lock), "{path} names {lock}");
        }
    }
}

/// Imports of `text` that its layer may not have, and what sound may not see.
fn import_faults(path: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer_of(path) else {
        return Vec::new();
    };
    let (name, allowed) = layer;
    let code = code(text);
    let own = if name == "bin" {
        "finalcoat::"
    } else {
        "crate::"
    };
    let mut faults: Vec<String> = imported(&code, own)
        .into_iter()
        .filter(|import| {
            !allowed
                .iter()
                .chain([name].iter())
                .any(|allowed| within(import, allowed))
        })
        .map(|import| format!("{path} imports {import}"))
        .collect();
    let links = path.starts_with("src/stems/link");
    if ["dsp", "engine", "assistant", "stems"].contains(&name) && !links {
        let seen = SOUND_NEVER_SEES.iter().filter(|word| code.contains(*word));
        faults.extend(seen.map(|word| format!("{path} sees {word}")));
    }
    faults
}

fn layer_of(path: &str) -> Option<(&'static str, &'static [&'static str])> {
    let rest = path.strip_prefix("src/")?;
    let top = rest.split(['/', '.']).next()?;
    LAYERS.iter().copied().find(|(name, _)| *name == top)
}

/// Whether `import` names `allowed` or something in it.
fn within(import: &str, allowed: &str) -> bool {
    import == allowed
        || import
            .strip_prefix(allowed)
            .is_some_and(|rest| rest.starts_with("::"))
}

/// Every path after `root` in the code, `use` groups unfolded by one step at each brace.
fn imported(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        unfold(&code[at + root.len()..], "", &mut found);
    }
    found
}

/// Reads one path, or the members of one group, behind `prefix`.
fn unfold(text: &str, prefix: &str, found: &mut Vec<String>) {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let rest = &text[end..];
    if !rest.starts_with('{') || !(path.is_empty() || path.ends_with("::")) {
        found.push(path.trim_end_matches(':').to_owned());
        return;
    }
    let mut depth = 0;
    let mut start = 1;
    for (n, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || (c == '}' && depth == 0) {
            let member = rest[start..n].trim();
            if !member.is_empty() {
                unfold(member, &path, found);
            }
            start = n + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

/// The text without comments, doc comments included.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn has_unsafe(text: &str) -> bool {
    let word = ["un", "safe"].concat();
    let block = |rest: &str| {
        let rest = rest.trim_start();
        ["{", "fn ", "impl ", "extern "]
            .iter()
            .any(|next| rest.starts_with(next))
    };
    let code = code(text);
    code.contains(&format!("allow({word}_code"))
        || code
            .match_indices(&word)
            .any(|(at, _)| block(&code[at + word.len()..]))
}

fn marks(text: &str) -> impl Iterator<Item = &str> {
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X:"].concat(),
    ];
    text.lines()
        .filter(move |line| words.iter().any(|word| line.contains(word)))
}

fn machine_words(text: &str) -> impl Iterator<Item = String> {
    let words = [
        ["/wo", "rk/"].concat(),
        ["/ho", "me/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/Us", "ers/"].concat(),
        ["cra", "tes.io"].concat(),
        ["py", "pi.org"].concat(),
        ["../sha", "red"].concat(),
    ];
    words.into_iter().filter(|word| text.contains(word))
}

/// Types with a public `process` that changes them.
fn units_of(text: &str) -> Vec<String> {
    let mut unit = String::new();
    let mut units = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("impl") {
            // Behind the parameters of a generic one.
            let name = rest.split_once("> ").map_or(rest, |(_, name)| name);
            unit = name
                .trim_start()
                .split(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default()
                .to_owned();
        }
        if line.starts_with("    pub fn process(&mut self") {
            units.push(unit.clone());
        }
    }
    units
}

/// Rust files below a folder, by their path from the root, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    files(folder)
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(|path| (path.clone(), text_of(&path)))
        .collect()
}

fn all_sources() -> Vec<(String, String)> {
    ["src", "tests", "benches", "xtask"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// Every text that is part of the project.
fn committed_texts() -> Vec<(String, String)> {
    let folders = [
        "src", "tests", "benches", "xtask", "assets", ".ci", ".cargo",
    ];
    let inside = folders.into_iter().flat_map(files);
    let beside = fs::read_dir(root())
        .expect("the root can be read")
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    inside
        .chain(beside)
        // In a linked worktree `.git` is a file that holds a path.
        .filter(|path| path != ".git")
        .filter_map(|path| {
            let text = fs::read_to_string(root().join(&path)).ok()?;
            Some((path, text))
        })
        .collect()
}

fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
