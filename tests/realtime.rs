//! Our code on the audio thread allocates nothing, frees nothing, waits for nothing and asks the system
//! for nothing.
#![cfg(feature = "plugin")]

#[path = "support/host.rs"]
mod host;
#[path = "support/signals.rs"]
mod signals;
#[path = "support/wrapped.rs"]
mod wrapped;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::audition::settings::{AuditionSettings, Channels, Listen};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::Character;
use finalcoat::handoff::{self, AudioSide};
use finalcoat::plugin::live::Live;
use signals::programme;
use wrapped::{Code, Wrapped};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn the_audio_side_of_the_plugin_allocates_nothing() {
    for rate_hz in [44_100.0, 48_000.0, 192_000.0] {
        let (mut out, mut editor_side, _worker_side) = handoff::new();
        let mut loud = Settings::default();
        loud.loudness.on = true;
        loud.loudness.drive_db = 12.0;
        let mut dense = loud;
        dense.loudness.character = Character::Dense;
        dense.loudness.ceiling_dbtp = -3.0;
        let mut bypassed = dense;
        bypassed.bypass = true;
        let mut live = Live::new(Stream::new(rate_hz), &Settings::default());
        let [mut left, mut right] = programme(rate_hz, 200_000, 1);
        let delta = AuditionSettings {
            listen: Listen::Delta,
            solo_band: Some(1),
            ..AuditionSettings::default()
        };
        let before = violation_count();
        // Nobody drains the capture: it runs full, and still nothing waits or allocates. The snapshot is
        // read, so that it is written again and again.
        assert_no_alloc(|| {
            for settings in [&loud, &dense, &bypassed, &loud] {
                for (left, right) in left.chunks_mut(511).zip(right.chunks_mut(511)) {
                    live.set(settings);
                    editor_side.audition.set(&delta);
                    live.process(&mut StereoBlock::new(left, right), &mut out);
                    editor_side.snapshot.read();
                }
                live.process_mono(&mut left[..10_000], &mut out);
                live.measure_anew(&mut out);
                live.reset(&mut out);
            }
        });
        assert_eq!(violation_count(), before, "at {rate_hz} Hz");
    }
}

#[test]
fn the_whole_plugin_allocates_nothing_while_it_listens_and_jumps_and_a_proposal_is_applied() {
    let rate_hz = 48_000.0;
    let [left, right] = programme(rate_hz, 144_000, 3);
    let mut host = Wrapped::open(rate_hz);
    // Nobody waits for a loudness.
    host.click("Off");
    host.click("Listen");
    let before = violation_count();
    for code in [
        Code::Plays(0),
        Code::Stands(70_000),
        Code::Plays(48_000),
        Code::Plays(9_000_000),
        Code::None,
    ] {
        host.play_within([&left, &right], code, |process| assert_no_alloc(process));
        host.frame(Vec::new());
    }
    host.click("Stop listening");
    host.click("Propose");
    while host.assistant().advice.is_none() {
        host.play_within([&left, &right], Code::Plays(0), |process| {
            assert_no_alloc(process);
        });
    }
    host.click("Apply");
    // Parameters come in portions, and the gate takes them as one change.
    for _ in 0..8 {
        host.frame(Vec::new());
        host.play_within([&left[..4096], &right[..4096]], Code::Plays(0), |process| {
            assert_no_alloc(process);
        });
    }
    assert_eq!(violation_count(), before);
    assert!(host.settings() != Settings::default());
}

#[test]
fn audition_is_off_after_a_reset_and_while_the_host_bounces() {
    let (mut out, editor_side, _worker_side) = handoff::new();
    let mut live = Live::new(Stream::new(48_000.0), &Settings::default());
    let latency = live.latency_samples() as usize;
    let input = programme(48_000.0, 20_000, 2);
    let original = AuditionSettings {
        channels: Channels::Side,
        ..AuditionSettings::default()
    };
    let heard = |live: &mut Live, out: &mut AudioSide| {
        let [mut left, mut right] = input.clone();
        live.process(&mut StereoBlock::new(&mut left, &mut right), out);
        left[latency..] == input[0][..20_000 - latency]
    };
    editor_side.audition.set(&original);
    assert!(!heard(&mut live, &mut out));
    live.reset(&mut out);
    assert!(!editor_side.audition.get().on());
    assert!(heard(&mut live, &mut out));
    live.reset(&mut out);
    live.set_offline(true);
    editor_side.audition.set(&original);
    assert!(heard(&mut live, &mut out));
    assert!(!editor_side.audition.get().on());
    // Not before somebody asks again.
    live.set_offline(false);
    live.reset(&mut out);
    assert!(heard(&mut live, &mut out));
}

#[test]
fn an_allocation_would_be_noticed() {
    let before = violation_count();
    assert_no_alloc(|| drop(std::hint::black_box(vec![1_u8])));
    assert!(violation_count() > before);
}

/// The built plugin, watched from outside by `strace`.
#[cfg(target_os = "linux")]
mod watched {
    use super::host::{Change, Hosted, Transport};
    use super::programme;
    use std::io::Write;
    use std::path::PathBuf;
    use std::process::Command;

    /// Names the child's run: what it does on the audio thread beside processing.
    const RUN: &str = "FINALCOAT_WATCHED_RUN";
    /// Blocks in which the framework may set up what it keeps per thread.
    const WARM_UP_BLOCKS: usize = 4;
    const BLOCK_FRAMES: usize = 96;

    #[test]
    fn the_built_plugin_makes_no_system_call_on_the_audio_thread() {
        let Some(calls) = calls_between_marks("quiet") else {
            return;
        };
        assert!(calls.is_empty(), "on the audio thread: {calls:#?}");
    }

    #[test]
    fn a_system_call_would_be_noticed() {
        let Some(calls) = calls_between_marks("breach") else {
            return;
        };
        assert!(calls.iter().any(|call| call.contains("sched_yield")));
    }

    /// Not a promise: what the two tests above run under `strace`.
    #[test]
    #[ignore = "run by the tests beside it, under strace"]
    fn run_under_watch() {
        let breach = std::env::var(RUN).is_ok_and(|run| run == "breach");
        let frames = 400 * BLOCK_FRAMES;
        let input = programme(48_000.0, frames, 1);
        let mut plugin = Hosted::open(&bundle(), "org.finalcoat.finalcoat").expect("loads");
        plugin.set("loudness_on", 1.0).expect("is set");
        // The song in a loop of a fifth of a second.
        plugin.set_transport(Some(Transport {
            plays: true,
            start: 0,
            wraps: Some([9_600, 0]),
        }));
        plugin
            .activate(48_000.0, BLOCK_FRAMES as u32)
            .expect("activates");
        // Automation in mid-block, all through: +12 dB of drive and back, bypass in and out.
        let mut changes = Vec::new();
        for frame in (1_000..frames).step_by(777) {
            let step = frame / 777;
            let value = if step % 2 == 0 { 0.75 } else { 0.5 };
            changes.push(Change {
                frame,
                id: "drive_db",
                value,
            });
            if step % 5 == 0 {
                let value = (step / 5 % 2) as f64;
                changes.push(Change {
                    frame,
                    id: "bypass",
                    value,
                });
            }
        }
        let mut mark = move || {
            // The mark in the trace: a call that nothing else makes and no library answers itself.
            std::hint::black_box(std::os::unix::process::parent_id());
            if breach {
                std::thread::yield_now();
            }
        };
        plugin
            .process_between(&input, &[BLOCK_FRAMES], &changes, &mut mark)
            .expect("processes");
    }

    fn bundle() -> PathBuf {
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        target.join("../bundled/Finalcoat.clap")
    }

    /// What the audio thread asked the system for between the first mark after the warm-up and the
    /// last one; `None` where nothing can be watched.
    fn calls_between_marks(run: &str) -> Option<Vec<String>> {
        assert!(
            bundle().exists(),
            "the bundle is missing: run `cargo xtask test`, which builds it first"
        );
        let watchable = Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .output();
        if !watchable.is_ok_and(|output| output.status.success()) {
            // Past the test harness, which would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "\nNOT TESTED: system calls of the audio thread (strace is missing or not permitted)\n"
            );
            return None;
        }
        let trace = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("calls_{run}.txt"));
        let own = std::env::current_exe().expect("a test knows its file");
        let child = Command::new("strace")
            .args(["-f", "-qq", "-o"])
            .arg(&trace)
            .arg(own)
            .args(["--ignored", "--exact", "watched::run_under_watch"])
            .env(RUN, run)
            .env_remove("DISPLAY")
            .output()
            .expect("strace starts");
        assert!(
            child.status.success(),
            "{}{}",
            String::from_utf8_lossy(&child.stdout),
            String::from_utf8_lossy(&child.stderr)
        );
        let trace = std::fs::read_to_string(&trace).expect("strace wrote its trace");
        let lines = || trace.lines().filter_map(|line| line.trim().split_once(' '));
        let is_mark = |call: &str| call.trim_start().starts_with("getppid(");
        let thread = lines()
            .find(|(_, call)| is_mark(call))
            .map(|(thread, _)| thread)
            .expect("the audio thread marks its blocks");
        let calls: Vec<&str> = lines()
            .filter(|(by, _)| *by == thread)
            .map(|(_, call)| call.trim())
            .collect();
        let marks: Vec<usize> = (0..calls.len()).filter(|&n| is_mark(calls[n])).collect();
        assert!(marks.len() > 300, "{} marks", marks.len());
        let watched = &calls[marks[WARM_UP_BLOCKS]..marks[marks.len() - 1]];
        Some(
            watched
                .iter()
                // A mark that another thread interrupted ends on a line of its own.
                .filter(|call| !is_mark(call) && !call.starts_with("<... getppid resumed>"))
                .map(|call| (*call).to_owned())
                .collect(),
        )
    }
}
