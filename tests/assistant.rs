//! The way of a proposal through the plugin: listened to by time-code, rehearsed by the worker, applied.
#![cfg(feature = "plugin")]

#[path = "support/song.rs"]
mod song;
#[path = "assistant/styles.rs"]
mod styles;
#[path = "assistant/transport.rs"]
mod transport;
#[path = "assistant/wishes.rs"]
mod wishes;
#[path = "support/wrapped.rs"]
mod wrapped;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use finalcoat::analysis::report::Span;
use finalcoat::assistant::advice::{Advice, Switch};
use finalcoat::assistant::moves::MoveKind;
use finalcoat::assistant::ownership;
use finalcoat::assistant::proposal::Owned;
use finalcoat::assistant::wishes::LoudnessWish;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::Meter;
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::Character;
use finalcoat::handoff::capture::Place;
use finalcoat::handoff::listen::{Status, Work};
use finalcoat::handoff::{self, AudioSide, EditorSide};
use finalcoat::params::FinalcoatParams;
use finalcoat::params::session::Session;
use finalcoat::plugin::live::Live;
use finalcoat::plugin::shelf::Shelf;
use finalcoat::plugin::worker::Worker;
use nice_plug::prelude::Params;

struct Rig {
    live: Live,
    out: AudioSide,
    editor: EditorSide,
    params: Arc<FinalcoatParams>,
    /// Frames played so far.
    played: u64,
    _worker: Worker,
}

impl Rig {
    fn new(rate_hz: f64) -> Self {
        Self::with(rate_hz, Shelf::default())
    }

    fn with(rate_hz: f64, shelf: Shelf) -> Self {
        let (mut out, editor, worker_side) = handoff::new();
        let mut live = Live::new(Stream::new(rate_hz), &Settings::default());
        live.measure_anew(&mut out);
        let params = Arc::new(FinalcoatParams::default());
        let worker = Worker::start(worker_side, params.clone(), shelf);
        Self {
            live,
            out,
            editor,
            params,
            played: 0,
            _worker: worker,
        }
    }

    /// Plays at a second of the song, not so fast that the worker loses anything.
    fn play(&mut self, channels: &[Vec<f32>; 2], place: Place) {
        let [mut left, mut right] = channels.clone();
        self.live.set_place(place);
        for (n, (left, right)) in left.chunks_mut(500).zip(right.chunks_mut(500)).enumerate() {
            self.live
                .process(&mut StereoBlock::new(left, right), &mut self.out);
            self.played += left.len() as u64;
            if n % 80 == 79 {
                self.wait_for_the_worker();
            }
        }
        self.wait_for_the_worker();
        thread::sleep(Duration::from_millis(400));
    }

    /// Waits until the worker has what was played, but for the last, which it lets gather.
    fn wait_for_the_worker(&self) {
        let played = self.played;
        self.until(|status| status.taken_frames + 4096 > played);
    }

    fn session(&self) -> Session {
        self.params.kept.session.get()
    }

    fn status(&self) -> Status {
        self.editor.listen.status()
    }

    /// Waits until there is another proposal than `before`.
    fn advice(&self, before: Option<&Arc<Advice>>) -> Arc<Advice> {
        for _ in 0..120_000 {
            if let Some(advice) = self.session().advice
                && before.is_none_or(|before| !Arc::ptr_eq(before, &advice))
            {
                return advice;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("no proposal: {:?}", self.status());
    }

    fn until(&self, there: impl Fn(&Status) -> bool) -> Status {
        for _ in 0..600_000 {
            let status = self.status();
            if there(&status) {
                return status;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("{:?}", self.status());
    }

    fn works(&self) {
        self.until(|status| status.work != Work::Idle);
    }
}

fn bounced_lufs(rate_hz: f64, channels: &[Vec<f32>; 2], settings: &Settings) -> f64 {
    let stream = Stream::new(rate_hz);
    let [mut left, mut right] = channels.clone();
    Engine::new(stream, settings).process(&mut StereoBlock::new(&mut left, &mut right));
    let mut meter = Meter::new(stream);
    meter.process(&left, &right);
    meter.reading().integrated_lufs.unwrap()
}

#[test]
fn what_is_listened_to_becomes_a_proposal_and_wishes_change_it_without_playing_again() {
    let (rate_hz, channels) = song::demo();
    let seconds = channels[0].len() as f64 / rate_hz;
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, Place::At(0));
    assert_eq!(rig.status().covered_s, 0.0, "nobody pressed Listen");
    rig.editor.listen.listen(true);
    thread::sleep(Duration::from_millis(300));
    rig.play(&channels, Place::Stopped);
    assert_eq!(rig.status().covered_s, 0.0, "the transport stood");
    // Ten seconds in, and again: it is one song.
    let start = (10.0 * rate_hz) as i64;
    rig.play(&channels, Place::At(start));
    rig.play(&channels, Place::At(start));
    let end_s = 10.0 + seconds;
    let arrived = |covered: &[Span]| covered.last().is_some_and(|last| last.end_s > end_s - 0.2);
    let covered = rig.until(|status| arrived(&status.covered)).covered;
    let [Span { start_s, end_s }] = covered[..] else {
        panic!("{covered:?}");
    };
    assert!((start_s - 10.0).abs() < 0.11 && (end_s - 10.0 - seconds).abs() < 0.2);
    rig.editor.listen.listen(false);
    rig.editor.listen.propose();
    let first = rig.advice(None);
    println!("{first:#?}");
    assert!(first.rehearsed && first.reached_lufs.is_some());
    assert!(!rig.session().listened.spans.is_empty());

    rig.params
        .kept
        .session
        .edit(|session| session.wishes.loudness = LoudnessWish::Target(-14.0));
    let second = rig.advice(Some(&first));
    assert_eq!(second.goal_lufs, Some(-14.0));
    let reached = second.reached_lufs.unwrap();
    assert!((reached + 14.0).abs() <= 0.1, "{reached}");

    // What is applied is what was proposed, and as loud at any intensity.
    let applied = ownership::applied(&second, &Settings::default(), &Owned::default(), false);
    assert_eq!(applied.intensity, ownership::FIRST_INTENSITY_PCT);
    assert_eq!(applied.loudness, second.settings.loudness);
    for intensity in [50.0, 100.0] {
        let settings = Settings {
            intensity,
            ..applied
        };
        let bounced = bounced_lufs(rate_hz, &channels, &settings);
        println!("{intensity} %: {bounced:.2} LUFS");
        assert!((bounced + 14.0).abs() <= 0.5, "{bounced} at {intensity} %");
    }

    let (kind, nth) = (second.moves[0].kind, 0);
    rig.params.kept.session.edit(|session| {
        session.switches.push(Switch {
            kind,
            nth,
            on: false,
        })
    });
    let third = rig.advice(Some(&second));
    assert!(!third.moves[0].on);
    assert_ne!(third.settings, second.settings);

    // A reference that is none says so, and the proposal stays.
    rig.params
        .kept
        .session
        .edit(|session| session.references.push("no/such/song.wav".to_owned()));
    rig.editor.listen.wake();
    let fault = rig.until(|status| status.fault.is_some()).fault.unwrap();
    assert!(
        fault.contains("song.wav") && fault.contains("no such file"),
        "{fault}"
    );
    assert!(rig.session().advice.is_some());

    // All of it fits a state, and comes back.
    let begun = Instant::now();
    let fields = rig.params.serialize_fields();
    let written = begun.elapsed();
    let bytes = serde_json::to_string(&fields).unwrap().len();
    let begun = Instant::now();
    let again = FinalcoatParams::default();
    again.deserialize_fields(&fields);
    println!(
        "state: {bytes} bytes, written in {written:?}, read in {:?}",
        begun.elapsed()
    );
    assert!(bytes < 48 << 10, "{bytes}");
    assert_eq!(again.kept.session.get(), rig.session());
}

#[test]
fn a_move_that_is_switched_off_is_noted_no_more_and_the_limiter_stays_as_wished() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    // Everything that can be is the user's: it was on, and they switched it off.
    let mut applied = Settings::default();
    applied.multiband.on = true;
    applied.image.on = true;
    applied.glue.on = true;
    applied.colour.on = true;
    rig.params.kept.session.edit(|session| {
        session.applied = Some(Box::new(applied));
        session.wishes.character = Some(Character::Dense);
        session.wishes.release_ms = Some(77.0);
        session.wishes.loudness = LoudnessWish::Target(-14.0);
    });
    rig.editor.listen.listen(true);
    thread::sleep(Duration::from_millis(300));
    rig.play(&channels, Place::Unknown);
    rig.editor.listen.propose();
    let first = rig.advice(None);
    let about = |advice: &Advice, text: &str| {
        let notes = advice.notes.iter();
        notes.filter(|note| note.contains(text)).count()
    };
    let yours = "is yours and stays as it is";
    let noted: Vec<_> = first
        .moves
        .iter()
        .filter(|one| one.on && about(&first, &one.text) == 1)
        .collect();
    assert!(noted.len() >= 2, "{:?}", first.notes);
    assert_eq!(about(&first, yours), noted.len());
    rig.params.kept.session.edit(|session| {
        let off = |kind| Switch {
            kind,
            nth: 0,
            on: false,
        };
        session.switches = vec![off(noted[0].kind), off(MoveKind::Limiter)];
    });
    let second = rig.advice(Some(&first));
    assert_eq!(about(&second, &noted[0].text), 0, "{:?}", second.notes);
    assert_eq!(about(&second, yours), noted.len() - 1, "{:?}", second.notes);
    let limiter = second
        .moves
        .iter()
        .find(|one| one.kind == MoveKind::Limiter);
    assert!(!limiter.expect("a limiter").on);
    for advice in [first, second] {
        let loudness = &advice.settings.loudness;
        assert_eq!(loudness.character, Character::Dense);
        assert_eq!(loudness.release_ms, 77.0);
    }
}

#[test]
fn a_cancelled_proposal_stays_cancelled_and_two_instances_take_turns() {
    let (rate_hz, channels) = song::demo();
    let mut rigs = [Rig::new(rate_hz), Rig::new(rate_hz)];
    for rig in &mut rigs {
        rig.editor.listen.listen(true);
        thread::sleep(Duration::from_millis(300));
        rig.play(&channels, Place::At(0));
        rig.editor.listen.listen(false);
        thread::sleep(Duration::from_millis(300));
        rig.editor.listen.cancel();
    }
    thread::sleep(Duration::from_millis(300));
    for rig in &rigs {
        rig.editor.listen.cancel();
        thread::sleep(Duration::from_millis(300));
        assert_eq!(rig.status().work, Work::Idle);
    }
    let before = rigs.each_ref().map(|rig| rig.session().advice);
    for rig in &rigs {
        rig.editor.listen.propose();
        rig.works();
    }
    let (mut together, mut waited) = (0, 0);
    let cancelled = Instant::now();
    while cancelled.elapsed() < Duration::from_millis(1500) {
        let both = rigs.each_ref().map(|rig| rig.status().work);
        let rehearse = |work: &Work| matches!(work, Work::Rehearsing(_));
        together += u32::from(both.iter().all(rehearse));
        waited += u32::from(both.contains(&Work::Waiting));
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(together, 0);
    assert!(waited > 0);
    rigs[0].until(|status| matches!(status.work, Work::Rehearsing(_)));
    let begun = Instant::now();
    rigs[0].editor.listen.cancel();
    while rigs[0].status().work != Work::Idle {
        thread::sleep(Duration::from_micros(200));
    }
    println!("cancelled in {:?}", begun.elapsed());
    let second = rigs[1].advice(before[1].as_ref());
    assert!(second.rehearsed);
    assert_eq!(rigs[0].session().advice, before[0]);
    rigs[0].editor.listen.propose();
    rigs[0].works();
    rigs[0].until(|status| matches!(status.work, Work::Rehearsing(_)));
    let begun = Instant::now();
    drop(rigs);
    println!("joined in {:?}", begun.elapsed());
}

#[test]
fn a_session_that_is_opened_again_can_still_be_switched() {
    let params = Arc::new(FinalcoatParams::default());
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.params
        .kept
        .session
        .edit(|session| session.wishes.character = Some(Character::Dense));
    rig.editor.listen.listen(true);
    thread::sleep(Duration::from_millis(300));
    rig.play(&channels, Place::Unknown);
    rig.editor.listen.propose();
    let advice = rig.advice(None);
    let fields = rig.params.serialize_fields();
    let session = serde_json::from_str::<Session>(&fields["session"]);
    assert_eq!(session.unwrap(), rig.session());
    params.deserialize_fields(&fields);
    drop(rig);
    let (_out, editor, worker_side) = handoff::new();
    let _worker = Worker::start(worker_side, params.clone(), Shelf::default());
    params.kept.session.edit(|session| {
        session.switches = [advice.moves[0].kind, MoveKind::Limiter]
            .map(|kind| Switch {
                kind,
                nth: 0,
                on: false,
            })
            .to_vec();
    });
    editor.listen.wake();
    let again = loop {
        let now = params.kept.session.get().advice.unwrap();
        if !now.rehearsed {
            break now;
        }
        assert_eq!(editor.listen.status().fault, None);
        thread::sleep(Duration::from_millis(5));
    };
    assert!(!again.moves[0].on);
    assert_eq!(
        again.settings.loudness.drive_db,
        advice.settings.loudness.drive_db
    );
    assert_eq!(again.settings.loudness.character, Character::Dense);
}
