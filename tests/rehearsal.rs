//! The way of a song through the plugin: heard on the audio thread, kept and rehearsed by the worker.
#![cfg(feature = "plugin")]

#[path = "support/song.rs"]
mod song;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::{Meter, MeterReading};
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::Shape;
use finalcoat::handoff::errand::{Answer, Errand, Request};
use finalcoat::handoff::{self, AudioSide, EditorSide};
use finalcoat::plugin::live::Live;
use finalcoat::plugin::shelf::Shelf;
use finalcoat::plugin::worker::Worker;

struct Rig {
    live: Live,
    out: AudioSide,
    editor: EditorSide,
    worker: Worker,
}

impl Rig {
    fn new(rate_hz: f64) -> Self {
        let (mut out, editor, worker_side) = handoff::new();
        let mut live = Live::new(Stream::new(rate_hz), &Settings::default());
        live.measure_anew(&mut out);
        Self {
            live,
            out,
            editor,
            worker: Worker::start(worker_side, Arc::default(), Shelf::default()),
        }
    }

    /// Plays, not so fast that the worker loses anything, unless `hurry`.
    fn play(&mut self, channels: &[Vec<f32>; 2], hurry: bool) {
        let [mut left, mut right] = channels.clone();
        for (n, (left, right)) in left.chunks_mut(500).zip(right.chunks_mut(500)).enumerate() {
            self.live
                .process(&mut StereoBlock::new(left, right), &mut self.out);
            if !hurry && n % 100 == 99 {
                thread::sleep(Duration::from_millis(30));
            }
        }
    }

    fn input(&mut self) -> MeterReading {
        // The first read asks for a fresh one.
        self.editor.snapshot.read();
        let silence = || vec![0.0; 20_000];
        self.live.process(
            &mut StereoBlock::new(&mut silence(), &mut silence()),
            &mut self.out,
        );
        self.editor.snapshot.read().input
    }

    fn ask(&mut self, settings: &Settings, goal_lufs: f64) -> Errand {
        let input = self.input();
        self.editor.errand.ask(Request {
            settings: *settings,
            goal_lufs,
            input,
        });
        self.wait()
    }

    fn wait(&self) -> Errand {
        loop {
            match self.editor.errand.look() {
                Errand::Working(share) => assert!((0.0..1.0).contains(&share)),
                end => return end,
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// What an engine of its own makes of the song, as a bounce would.
fn bounced_lufs(rate_hz: f64, channels: &[Vec<f32>; 2], settings: &Settings) -> f64 {
    let stream = Stream::new(rate_hz);
    let [mut left, mut right] = channels.clone();
    Engine::new(stream, settings).process(&mut StereoBlock::new(&mut left, &mut right));
    let mut meter = Meter::new(stream);
    meter.process(&left, &right);
    meter.reading().integrated_lufs.unwrap()
}

fn done(errand: Errand) -> Answer {
    match errand {
        Errand::Done(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_drive_that_is_found_gives_the_loudness_wanted() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, false);
    for goal_lufs in [-20.0, -14.0, -11.0] {
        let answer = done(rig.ask(&Settings::default(), goal_lufs));
        let mut settings = Settings::default();
        settings.loudness.on = true;
        settings.loudness.drive_db = answer.drive_db;
        let bounced = bounced_lufs(rate_hz, &channels, &settings.quantized());
        assert!(
            (bounced - goal_lufs).abs() <= 0.1 && (bounced - answer.reached_lufs).abs() <= 0.05,
            "{goal_lufs} LUFS wanted, {bounced} bounced; {}",
            answer.text
        );
        println!("{} Bounced: {bounced:.3} LUFS.", answer.text);
    }
    drop(rig.worker);
}

#[test]
fn turning_intensity_does_not_turn_the_level() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, false);
    let mut settings = Settings::default();
    let band = &mut settings.equalizer.bands[0];
    band.on = true;
    band.shape = Shape::Tilt;
    band.frequency_hz = 400.0;
    band.gain_db = 6.0;
    settings.glue.on = true;
    settings.glue.threshold_db = -24.0;
    settings.glue.ratio = 2.0;
    settings.input.reference_level_db = -16.0;
    let answer = done(rig.ask(&settings, -14.0));
    settings.loudness.on = true;
    settings.loudness.drive_db = answer.drive_db;
    settings.loudness.drive_trim_db = answer.drive_trim_db;
    for intensity in [0.0, 25.0, 40.0, 50.0, 75.0, 100.0] {
        settings.intensity = intensity;
        let bounced = bounced_lufs(rate_hz, &channels, &settings.quantized());
        assert!(
            (bounced + 14.0).abs() <= 0.1,
            "{bounced} LUFS at {intensity} %; {answer:?}"
        );
    }
    drop(rig.worker);
}

#[test]
fn a_render_in_a_hurry_counts_fully_and_is_corrected_for() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, true);
    let seconds = channels[0].len() as f64 / rate_hz;
    assert!(
        (rig.input().duration_s - seconds).abs() < 1.0,
        "the meter missed something"
    );
    thread::sleep(Duration::from_millis(200));
    let answer = done(rig.ask(&Settings::default(), -14.0));
    let mut settings = Settings::default();
    settings.loudness.on = true;
    settings.loudness.drive_db = answer.drive_db;
    let bounced = bounced_lufs(rate_hz, &channels, &settings.quantized());
    // Only a part was kept, so only nearly.
    assert!(
        (bounced + 14.0).abs() <= 0.5,
        "{bounced} LUFS; {}",
        answer.text
    );
}

#[test]
fn too_little_is_answered_with_what_to_do() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    let Errand::Failed(why) = rig.ask(&Settings::default(), -14.0) else {
        panic!("it found a drive in silence");
    };
    assert!(why.starts_with("Play at least 3 s"), "{why}");
    let short = channels
        .each_ref()
        .map(|channel| channel[..80_000].to_vec());
    rig.play(&short, false);
    assert!(matches!(
        rig.ask(&Settings::default(), -14.0),
        Errand::Failed(_)
    ));
}

#[test]
fn a_reset_begins_a_new_passage() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, false);
    rig.live.measure_anew(&mut rig.out);
    assert!(rig.editor.snapshot.read().input.duration_s == 0.0);
    assert!(matches!(
        rig.ask(&Settings::default(), -14.0),
        Errand::Failed(_)
    ));
}

#[test]
fn a_search_can_be_stopped_and_the_worker_goes_at_once() {
    let (rate_hz, channels) = song::demo();
    let mut rig = Rig::new(rate_hz);
    rig.play(&channels, false);
    let request = Request {
        settings: Settings::default(),
        goal_lufs: -14.0,
        input: MeterReading::default(),
    };
    rig.editor.errand.ask(request.clone());
    thread::sleep(Duration::from_millis(20));
    rig.editor.errand.cancel();
    assert_eq!(rig.editor.errand.look(), Errand::Idle);
    rig.editor.errand.ask(request);
    thread::sleep(Duration::from_millis(20));
    // Joined in the middle of its work.
    drop(rig.worker);
    assert!(matches!(
        rig.editor.errand.look(),
        Errand::Working(_) | Errand::Failed(_)
    ));
}
