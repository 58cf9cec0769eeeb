//! A stem with its window: what was advised becomes its own, or is dropped, and each is one step that can be taken
//! back; nothing of it is heard that is not meant.
#![cfg(feature = "plugin")]

#[path = "support/wrapped.rs"]
mod wrapped;

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::Id;
use finalcoat::editor::fields::STEM_FADER;
use finalcoat::editor::widgets::Icon;
use finalcoat::engine::settings::equalizer::{BandSettings, Shape};
use finalcoat::params::session::Session;
use finalcoat::params::{Face, FinalcoatParams};
use finalcoat::plugin::FinalcoatStem;
use finalcoat::stems::link::{Ground, system_ms};
use finalcoat::stems::moves::{StemChange, StemMove, StemStage};
use nice_plug::prelude::{Params, Plugin};
use tempfile::TempDir;
use wrapped::{Code, Wrapped};

const RATE_HZ: f64 = 48_000.0;
const SECOND: usize = 48_000;

fn one(stage: StemStage, change: StemChange) -> StemMove {
    StemMove {
        stage,
        band_hz: None,
        value: 1.0,
        unit: "dB".to_owned(),
        text: "For the test.".to_owned(),
        change,
    }
}

fn advice() -> Vec<StemMove> {
    let dip = BandSettings {
        on: true,
        shape: Shape::Bell,
        frequency_hz: 1000.0,
        q: 1.0,
        gain_db: -3.0,
        ..BandSettings::default()
    };
    vec![
        one(StemStage::Gain, StemChange::Gain(-1.2)),
        one(StemStage::Width, StemChange::Width(50.0)),
        one(StemStage::Equalizer, StemChange::Band(dip)),
    ]
}

/// A stem with advice in its state and its window open.
struct Stem {
    host: Wrapped<FinalcoatStem>,
    params: Arc<dyn Params>,
    played: usize,
    _folder: TempDir,
}

impl Stem {
    fn advised(advised: Vec<StemMove>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let ground = Box::new(move || Ground {
            folder: Some(path.clone()),
            clock: Box::new(system_ms),
        });
        let plugin = FinalcoatStem::meeting_at(ground);
        let saved = FinalcoatParams::new(Face::Stem);
        saved.kept.session.edit(|session| session.advised = advised);
        let params = plugin.params();
        params.deserialize_fields(&saved.serialize_fields());
        Self {
            host: Wrapped::around(plugin, RATE_HZ),
            params,
            played: 0,
            _folder: folder,
        }
    }

    fn advice(&self) -> Vec<StemMove> {
        let fields: BTreeMap<String, String> = self.params.serialize_fields();
        let session: Session = serde_json::from_str(&fields["session"]).expect("a session");
        session.advised
    }

    fn fader(&mut self) -> [f32; 2] {
        self.values(["stem_gain_db", "stem_width_pct"])
    }

    fn values<const N: usize>(&mut self, ids: [&str; N]) -> [f32; N] {
        self.host.obey();
        let map = self.params.param_map();
        ids.map(|id| {
            let found = map.iter().find(|(one, ..)| one == id).expect(id);
            // SAFETY: the parameters live as long as the plugin, which the host holds.
            #[allow(unsafe_code)]
            unsafe {
                found.1.unmodulated_plain_value()
            }
        })
    }

    /// Two tones, one on each side, in blocks with a frame of the window between them.
    fn play(&mut self, frames: usize) -> [Vec<f32>; 2] {
        let mut out = [Vec::new(), Vec::new()];
        let end = self.played + frames;
        while self.played < end {
            let count = (end - self.played).min(1000);
            let tone = |hz: f64| -> Vec<f32> {
                (self.played..self.played + count)
                    .map(|n| 0.25 * (std::f64::consts::TAU * hz * n as f64 / RATE_HZ).sin() as f32)
                    .collect()
            };
            let (left, right) = (tone(1000.0), tone(160.0));
            let code = Code::Plays(self.played as i64);
            let part = self
                .host
                .play_within([&left, &right], code, |process| process());
            for (all, part) in out.iter_mut().zip(part) {
                all.extend(part);
            }
            self.played += count;
            self.host.frame(Vec::new());
        }
        out
    }

    fn undo(&mut self) {
        let [past, _] = self.host.undo();
        let said = format!("Undo: {}. Right-click for all steps.", past[0]);
        self.host
            .click_on(Id::unique(("icon", Icon::Undo, said.as_str())));
    }
}

/// The largest difference.
fn apart(one: &[Vec<f32>; 2], other: &[Vec<f32>; 2]) -> f32 {
    let pairs = one.iter().flatten().zip(other.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_is_taken_over_sounds_the_same_all_the_way_there_and_back() {
    let mut still = Stem::advised(advice());
    let mut moved = Stem::advised(advice());
    assert_eq!(apart(&moved.play(SECOND / 2), &still.play(SECOND / 2)), 0.0);
    moved.host.click("Take over");
    // Hosts take their time.
    moved.host.is_late = true;
    assert_eq!(apart(&moved.play(3000), &still.play(3000)), 0.0, "before");
    moved.host.is_late = false;
    assert_eq!(
        apart(&moved.play(SECOND), &still.play(SECOND)),
        0.0,
        "on the way"
    );
    assert_eq!(moved.advice(), []);
    assert_eq!(moved.fader(), [-1.2, 50.0]);
    let band = moved.host.settings().equalizer.bands[0];
    assert_eq!((band.on, band.gain_db), (true, -3.0));
    assert_eq!(moved.host.undo()[0], ["Take over advice"]);

    moved.undo();
    moved.host.is_late = true;
    assert_eq!(apart(&moved.play(3000), &still.play(3000)), 0.0, "before");
    moved.host.is_late = false;
    assert_eq!(
        apart(&moved.play(SECOND), &still.play(SECOND)),
        0.0,
        "on the way back"
    );
    assert_eq!(moved.advice(), advice());
    assert_eq!(moved.fader(), [0.0, 100.0]);
    assert!(!moved.host.settings().equalizer.bands[0].on);
}

#[test]
fn half_of_the_advice_is_taken_over_by_half() {
    let mut stem = Stem::advised(advice());
    stem.play(SECOND / 10);
    let entry = Id::unique(("entry", finalcoat::editor::fields::STEM_ADVICE));
    for _ in 0..10 {
        stem.host.notch_down_on(entry);
        stem.host.obey();
    }
    let [share_pct] = stem.values(["advice"]);
    assert!((10.0..95.0).contains(&share_pct), "{share_pct} %");
    stem.host.click("Take over");
    stem.play(SECOND / 2);
    let [gain_db, width_pct] = stem.fader();
    let share = share_pct / 100.0;
    assert!(
        (gain_db + 1.2 * share).abs() < 0.051,
        "{gain_db} dB at {share_pct} %"
    );
    assert!(
        (width_pct - (100.0 - 50.0 * share)).abs() < 0.51,
        "{width_pct} %"
    );
    let band = stem.host.settings().equalizer.bands[0];
    assert!(
        (band.gain_db + 3.0 * share).abs() < 0.051,
        "{} dB",
        band.gain_db
    );
}

#[test]
fn dropped_advice_is_heard_no_more_and_comes_back() {
    let mut stem = Stem::advised(advice());
    let mut plain = Stem::advised(Vec::new());
    assert!(apart(&stem.play(SECOND / 2), &plain.play(SECOND / 2)) > 0.01);
    stem.host.click("Drop");
    stem.play(SECOND);
    plain.play(SECOND);
    assert_eq!(stem.advice(), []);
    let left = apart(&stem.play(SECOND / 2), &plain.play(SECOND / 2));
    assert!(left < 1e-6, "{left}");
    stem.undo();
    stem.play(SECOND / 10);
    assert_eq!(stem.advice(), advice());
}

/// Presets are made for masters: they drive the limiter.
#[test]
fn no_preset_makes_a_stem_loud() {
    let mut stem = Stem::advised(Vec::new());
    let next = Id::unique(("icon", Icon::Next, "The next preset."));
    for _ in 0..5 {
        let before = stem.host.settings();
        stem.host.click_on(next);
        stem.play(SECOND / 10);
        let after = stem.host.settings();
        assert_ne!(after, before);
        assert_eq!(after.loudness, Default::default());
    }
}

#[test]
fn the_fader_has_its_steps() {
    let mut stem = Stem::advised(Vec::new());
    let [gain, _] = STEM_FADER;
    for _ in 0..3 {
        stem.host.notch_down_on(Id::unique(("knob", gain)));
        stem.host.obey();
    }
    let [turned_db, _] = stem.fader();
    assert!(turned_db < -0.2, "{turned_db}");
    assert_eq!(stem.host.undo()[0], ["Gain"]);
    stem.undo();
    stem.play(SECOND / 10);
    assert_eq!(stem.fader(), [0.0, 100.0]);
}

#[test]
fn slots_hold_the_fader_and_how_much_is_obeyed_but_not_the_advice() {
    let mut stem = Stem::advised(advice());
    let slot = |place: usize| Id::unique(("slot", place));
    let ids = ["stem_gain_db", "stem_width_pct", "advice"];
    let a = stem.values(ids);
    stem.host.click_on(slot(1));
    let [gain, width] = STEM_FADER;
    let share = Id::unique(("entry", finalcoat::editor::fields::STEM_ADVICE));
    for knob in [gain, width].map(|number| Id::unique(("knob", number))) {
        stem.host.notch_down_on(knob);
        stem.host.obey();
    }
    stem.host.notch_down_on(share);
    stem.play(SECOND / 10);
    let b = stem.values(ids);
    assert!(a.iter().zip(&b).all(|(a, b)| a > b), "{a:?}, {b:?}");
    for (place, wanted) in [(0, a), (1, b), (0, a)] {
        stem.host.click_on(slot(place));
        stem.play(SECOND / 10);
        assert_eq!(stem.values(ids), wanted, "{place}");
        assert_eq!(stem.advice(), advice());
    }
    stem.undo();
    stem.play(SECOND / 10);
    assert_eq!(stem.values(ids), b);

    // A state of before there was this: the slot says nothing of it.
    let mut fields = stem.params.serialize_fields();
    let mut session: serde_json::Value = serde_json::from_str(&fields["session"]).expect("JSON");
    let slots = session["slots"].as_array_mut().expect("slots");
    for slot in slots.iter_mut().filter_map(|slot| slot.as_object_mut()) {
        assert!(slot.remove("stem").is_some());
    }
    fields.insert("session".to_owned(), session.to_string());
    stem.params.deserialize_fields(&fields);
    stem.host.click_on(slot(0));
    stem.play(SECOND / 10);
    assert_eq!(stem.values(ids), b);
}
