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
use finalcoat::params::{Face, FinalcoatParams};
use finalcoat::plugin::FinalcoatStem;
use finalcoat::plugin::live::Live;
use finalcoat::stems::advice::StemAdvice;
use finalcoat::stems::link::{Ground, Joining, Kind, Link};
use finalcoat::stems::moves::{StemChange, StemMove, StemStage};
use nice_plug::prelude::{Params, Plugin};
use signals::programme;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
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

/// A master in this process, of a table in this folder.
fn master(folder: &Path) -> Link {
    let joining = Joining {
        kind: Kind::Master,
        session: 7,
        picked: false,
        name: "Song".to_owned(),
        role: None,
    };
    Link::join_at(joining, ground(folder)).expect("there is room")
}

fn ground(folder: &Path) -> Ground {
    Ground {
        folder: Some(folder.to_owned()),
        ..Ground::default()
    }
}

fn turned(db: f32) -> Vec<StemMove> {
    let one = |stage, change| StemMove {
        stage,
        band_hz: None,
        value: f64::from(db),
        unit: "dB".to_owned(),
        text: "For the test.".to_owned(),
        change,
    };
    vec![
        one(StemStage::Gain, StemChange::Gain(db)),
        one(StemStage::MonoBass, StemChange::MonoBass(110.0, 80.0)),
        one(
            StemStage::Compression,
            StemChange::Compression(1, -30.0, 1.5),
        ),
    ]
}

/// Says at its end that there is no more to do, also when a test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Gives all its stems other advice every few milliseconds, until it is `done`.
fn advise_on(master: &mut Link, done: &AtomicBool) {
    let mut serial = 0_u8;
    while !done.load(Ordering::Acquire) {
        for stem in master.company().stems {
            serial = serial.wrapping_add(1);
            let advice = StemAdvice {
                moves: turned(-2.0 - 0.1 * f32::from(serial.wrapping_mul(37) % 100)),
                ..StemAdvice::default()
            };
            assert!(master.advise(stem.id, &advice).is_ok());
        }
        assert!(master.beat().is_ok());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_stem_allocates_nothing_while_advice_and_states_come_in() {
    let rate_hz = 48_000.0;
    let folder = tempfile::tempdir().expect("a folder");
    let mut master = master(folder.path());
    let at = folder.path().to_owned();
    let plugin = FinalcoatStem::meeting_at(Box::new(move || ground(&at)));
    let params = plugin.params();
    let mut host = Wrapped::around(plugin, rate_hz);
    let states: Vec<BTreeMap<String, String>> = (0..3)
        .map(|n| {
            let saved = FinalcoatParams::new(Face::Stem);
            saved.kept.session.edit(|session| {
                session.link = 7;
                session.advised = turned(n as f32 - 1.0);
            });
            saved.serialize_fields()
        })
        .collect();
    let [left, right] = programme(rate_hz, 2400, 4);
    let before = violation_count();
    let done = AtomicBool::new(false);
    let mut sums = Vec::new();
    std::thread::scope(|threads| {
        let _ends = Ends(&done);
        threads.spawn(|| advise_on(&mut master, &done));
        threads.spawn(|| {
            for state in states.iter().cycle() {
                if done.load(Ordering::Acquire) {
                    return;
                }
                params.deserialize_fields(state);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        // Until much that is different was heard: states change some hundred times a second, advice from the
        // link five times.
        for round in 0.. {
            let heard = host.play_within([&left, &right], Code::Plays(0), |process| {
                assert_no_alloc(process);
            });
            // What passes faster than time is taken for a bounce, in which no advice is taken.
            std::thread::sleep(Duration::from_millis(45));
            sums.push(heard[0].iter().map(|x| x.abs()).sum::<f32>().to_bits());
            sums.sort_unstable();
            sums.dedup();
            if sums.len() > 50 || round > 2_000 {
                break;
            }
        }
    });
    assert_eq!(violation_count(), before);
    assert!(sums.len() > 50, "{} different sounds", sums.len());
    let stem = master.company().stems[0].clone();
    assert!(stem.taken.0 == master.id() && stem.taken.1 > 1, "{stem:?}");
    // It was not only states that brought what it obeys.
    let advice = StemAdvice {
        moves: turned(-1.125),
        ..StemAdvice::default()
    };
    assert!(master.advise(stem.id, &advice).is_ok());
    let arrives = (0..400).any(|_| {
        std::thread::sleep(Duration::from_millis(25));
        let _ = master.beat();
        let told = master.hear(stem.id);
        told.is_some_and(|told| told.held[0] == Some(StemChange::Gain(-1.125)))
    });
    assert!(arrives, "the advice is kept");
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
    use super::{Ends, Joining, Kind, Link, advise_on, ground, master, programme};
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::time::Duration;

    /// Names the child's run: what it does on the audio thread beside processing.
    const RUN: &str = "FINALCOAT_WATCHED_RUN";
    /// Blocks in which the framework may set up what it keeps per thread.
    const WARM_UP_BLOCKS: usize = 4;
    const BLOCK_FRAMES: usize = 96;
    /// Advice that the watched stem shall take, and the blocks between one and the next.
    const ADVICES: usize = 8;
    const BLOCKS_PER_ADVICE: usize = 100;

    #[test]
    fn the_built_plugin_makes_no_system_call_on_the_audio_thread() {
        let Some(calls) = calls_between_marks("quiet", None) else {
            return;
        };
        assert!(calls.is_empty(), "on the audio thread: {calls:#?}");
    }

    /// Its master is in another process: this one.
    #[test]
    fn the_built_stem_makes_none_while_its_master_advises_it() {
        let place = tempfile::tempdir().expect("a folder");
        let mut master = master(&table_of(place.path()));
        let done = AtomicBool::new(false);
        let calls = std::thread::scope(|threads| {
            let _ends = Ends(&done);
            threads.spawn(|| advise_on(&mut master, &done));
            calls_between_marks("linked", Some(place.path()))
        });
        let calls = calls.unwrap_or_default();
        assert!(calls.is_empty(), "on the audio thread: {calls:#?}");
    }

    #[test]
    fn a_system_call_would_be_noticed() {
        let Some(calls) = calls_between_marks("breach", None) else {
            return;
        };
        assert!(calls.iter().any(|call| call.contains("sched_yield")));
    }

    /// Not a promise: what the two tests above run under `strace`.
    #[test]
    #[ignore = "run by the tests beside it, under strace"]
    fn run_under_watch() {
        let run = std::env::var(RUN).unwrap_or_default();
        if run == "linked" {
            return run_linked();
        }
        let breach = run == "breach";
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

    /// Where instances meet when this is the user's runtime folder.
    fn table_of(place: &Path) -> PathBuf {
        place.join("finalcoat")
    }

    /// A stem that takes one advice after the other while it processes.
    fn run_linked() {
        let place = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").expect("it is set"));
        let frames = ADVICES * BLOCKS_PER_ADVICE * BLOCK_FRAMES;
        let input = programme(48_000.0, frames, 1);
        let mut plugin = Hosted::open(&bundle(), "org.finalcoat.stem").expect("loads");
        plugin
            .activate(48_000.0, BLOCK_FRAMES as u32)
            .expect("activates");
        plugin.set_transport(Some(Transport {
            plays: true,
            start: 0,
            wraps: None,
        }));
        let mut changes = Vec::new();
        for frame in (1_000..frames).step_by(1_777) {
            let value = 0.5 + 0.01 * (frame % 7) as f64;
            let id = "stem_width_pct";
            changes.push(Change { frame, id, value });
        }
        // What the stem took last, seen by another instance on another thread: the audio thread waits for
        // news of it without a call.
        let (taken, done) = (AtomicU64::new(0), AtomicBool::new(false));
        let output = std::thread::scope(|threads| {
            let _ends = Ends(&done);
            threads.spawn(|| observe(&place, &taken, &done));
            let (mut block, mut last) = (0, 0);
            let mut mark = || {
                std::hint::black_box(std::os::unix::process::parent_id());
                if block % BLOCKS_PER_ADVICE == 0 {
                    while taken.load(Ordering::Acquire) == last {
                        std::hint::spin_loop();
                    }
                    last = taken.load(Ordering::Acquire);
                }
                block += 1;
            };
            plugin
                .process_between(&input, &[BLOCK_FRAMES], &changes, &mut mark)
                .expect("processes")
        });
        // All of it was heard: each part ends at a gain of its own, but for chance.
        let latency = plugin.latency_samples();
        let mut gains: Vec<f64> = (1..=ADVICES)
            .map(|n| {
                let end = n * BLOCKS_PER_ADVICE * BLOCK_FRAMES;
                let sum = |sound: &[f32]| sound.iter().map(|x| f64::from(x.abs())).sum::<f64>();
                let heard = sum(&output[0][end - 2_000..end]);
                heard / sum(&input[0][end - latency - 2_000..end - latency])
            })
            .collect();
        assert!(gains.iter().all(|gain| *gain < 0.9), "{gains:?}");
        gains.sort_by(f64::total_cmp);
        gains.dedup_by(|b, a| *b < 1.02 * *a);
        assert!(gains.len() >= ADVICES / 2, "{gains:?}");
    }

    fn observe(place: &Path, taken: &AtomicU64, done: &AtomicBool) {
        let joining = Joining {
            kind: Kind::Stem,
            session: 7,
            picked: true,
            name: "Observer".to_owned(),
            role: None,
        };
        let mut link = Link::join_at(joining, ground(&table_of(place))).expect("there is room");
        let mut looks = 0;
        while !done.load(Ordering::Acquire) {
            let _ = link.beat();
            if let Some(stem) = link.company().stems.first() {
                taken.store(stem.taken.1, Ordering::Release);
            }
            looks += 1;
            // Nothing comes any more: nobody shall wait for it, and the gains tell.
            if looks > 12_000 {
                taken.fetch_add(1, Ordering::Release);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn bundle() -> PathBuf {
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        target.join("../bundled/Finalcoat.clap")
    }

    /// What the audio thread asked the system for between the first mark after the warm-up and the
    /// last one; `None` where nothing can be watched.
    fn calls_between_marks(run: &str, place: Option<&Path>) -> Option<Vec<String>> {
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
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-o"])
            .arg(&trace)
            .arg(own)
            .args(["--ignored", "--exact", "watched::run_under_watch"])
            .env(RUN, run)
            .env_remove("DISPLAY");
        if let Some(place) = place {
            command.env("XDG_RUNTIME_DIR", place);
        }
        let child = command.output().expect("strace starts");
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
