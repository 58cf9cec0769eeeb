//! A master and its stems in one process: they find each other, the master hears them, and what it advises is
//! obeyed and saved.
#![cfg(feature = "plugin")]

#[path = "support/instances.rs"]
mod instances;
#[path = "support/song.rs"]
mod song;
#[path = "support/wrapped.rs"]
mod wrapped;

use finalcoat::editor::fields::IMAGE_ON;
use finalcoat::engine::settings::fields::{Field, Group};
use finalcoat::handoff::linked::{Holds, Linked, State, Stem, Wish};
use finalcoat::params::{Face, FinalcoatParams, ParamKind};
use finalcoat::plugin::FinalcoatStem;
use finalcoat::stems::moves::{StemChange, StemMove, StemStage};
use finalcoat::stems::role::Role;
use finalcoat::stems::settings::fields;
use instances::{Instance, RATE_HZ, ground};
use nice_plug::params::InternalParamMut;
use nice_plug::prelude::{Params, Plugin};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use wrapped::{Code, Wrapped};

const SECONDS: usize = 16;

/// One of the demo's stems, changed.
fn stem(name: &str, change: impl Fn([f32; 2]) -> [f32; 2]) -> [Vec<f32>; 2] {
    let (rate_hz, [mut left, mut right]) = song::stem(name);
    assert_eq!(rate_hz, RATE_HZ);
    for (left, right) in left.iter_mut().zip(&mut right) {
        [*left, *right] = change([*left, *right]);
    }
    [left, right]
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_master_hears_its_stems_and_what_it_advises_is_saved_in_them() {
    let folder = folder();
    let master = Instance::new(Face::Master, "Master", folder.path());
    let mut stems = [
        ("Drums", stem("04_drums", |frame| frame)),
        // Louder than it was, and wider below.
        (
            "BASS",
            stem("03_dirt_bass", |[left, right]| {
                let (mid, side) = (0.5 * (left + right), 0.85 * (left - right));
                [mid + side, mid - side].map(|x| 1.8 * x)
            }),
        ),
        // Whose name says nothing.
        ("Track 3", stem("07_rhodes_psynth", |frame| frame)),
    ]
    .map(|(name, sound)| (Instance::new(Face::Stem, name, folder.path()), sound));
    master.shows("three stems", |view| {
        view.stems.len() == 3 && view.state == State::Linked
    });

    let second = RATE_HZ as usize;
    for n in 0..SECONDS {
        for (instance, sound) in &mut stems {
            instance.play(sound, n * second, (n + 1) * second);
        }
        stems.iter().for_each(|(instance, _)| instance.settle());
        // No faster than they tell each other.
        std::thread::sleep(Duration::from_millis(100));
    }
    let view = master.shows("moves for the bass", |view| {
        let bass = view.stems.iter().find(|stem| stem.name == "BASS");
        let known = view.stems.iter().all(|stem| stem.role != Role::Other);
        known
            && view.heard_s >= 12.0
            && bass.is_some_and(|bass| bass.moves.iter().any(|one| one.stage == StemStage::Gain))
    });
    assert!(!view.conflicts.is_empty());
    let of = |name: &str| {
        let found = view.stems.iter().find(|stem| stem.name == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(of("Drums").role, Role::Drums);
    assert_eq!(of("BASS").role, Role::Bass);
    assert_eq!(of("Track 3").role, Role::Music);
    assert_eq!(of("Drums").moves, []);
    let low = |name| of(name).shares.map_or(0.0, |shares| shares.spectrum[0]);
    assert!(low("BASS") > 0.3 && low("Track 3") < 0.3);
    let peaks: f32 = view
        .stems
        .iter()
        .flat_map(|stem| stem.shares)
        .map(|shares| shares.peaks)
        .sum();
    assert!((peaks - 1.0).abs() < 1e-3, "{peaks}");
    let gain = of("BASS")
        .moves
        .iter()
        .find(|one| one.stage == StemStage::Gain);
    assert!(gain.is_some_and(|gain| gain.value < -0.2 && !gain.text.is_empty()));

    // Nobody obeys before the user says so.
    assert_eq!(stems[1].0.params.kept.session.get().advised, []);
    for stem in view.stems.iter().filter(|stem| stem.is_news()) {
        let wish = Wish::Advise(stem.id, stem.moves.clone());
        master.side.linked.wish(wish);
    }
    master.shows("advice taken", |view| {
        let advised = |stem: &&Stem| !stem.moves.is_empty();
        let mut advised = view.stems.iter().filter(advised);
        advised.all(|stem| stem.holds == Holds::Proposed && stem.obeyed_pct == 100)
    });
    let saved = stems[1].0.params.kept.session.get();
    assert_eq!(saved.advised.len(), of("BASS").moves.len());
    assert_eq!(saved.link, master.params.kept.session.get().link);
    let changes = stems[1]
        .0
        .params
        .kept
        .session
        .advised()
        .read()
        .expect("nobody writes");
    assert_eq!(changes.get().len(), saved.advised.len());

    // It is in the stem's own state: a copy of it that never meets a master has it too.
    let state = stems[1].0.params.serialize_fields();
    let alone = FinalcoatParams::new(Face::Stem);
    alone.deserialize_fields(&state);
    assert_eq!(alone.kept.session.get().advised, saved.advised);

    // And is given back.
    for stem in &view.stems {
        master.side.linked.wish(Wish::Withdraw(stem.id));
    }
    master.shows("nothing held", |view| {
        view.stems.iter().all(|stem| stem.held == 0)
    });
    assert_eq!(stems[1].0.params.kept.session.get().advised, []);

    // Done by hand it is proposed no more, and nobody has to play the song again for that.
    let turn = |field, value| {
        let Some(ParamKind::Number(param, _)) = stems[1].0.params.param(field) else {
            panic!("{field:?} is a number");
        };
        // SAFETY: the parameter lives as long as the instance, and no host sets it meanwhile.
        #[allow(unsafe_code)]
        unsafe {
            param._internal_set_plain_value(value);
        }
    };
    let proposes = |view: &Linked, stage| {
        let bass = view.stems.iter().find(|stem| stem.name == "BASS");
        bass.is_some_and(|bass| bass.moves.iter().any(|one| one.stage == stage))
    };
    turn(fields::GAIN, -9.0);
    let view = master.shows("no gain", |view| {
        view.stems.len() == 3 && !proposes(view, StemStage::Gain)
    });
    // Also where the master hears the stem as it is before that.
    assert!(proposes(&view, StemStage::MonoBass));
    let wide = "Below 120 Hz the sides of BASS";
    assert!(view.conflicts.iter().any(|text| text.starts_with(wide)));
    let amount = Field::of(Group::Image, "mono_amount_pct", "Mono bass");
    turn(amount, 60.0);
    let Some(ParamKind::Switch(image)) = stems[1].0.params.param(IMAGE_ON) else {
        panic!("the image can be switched");
    };
    // SAFETY: as above.
    #[allow(unsafe_code)]
    unsafe {
        image._internal_set_plain_value(true);
    }
    let view = master.shows("no mono bass", |view| {
        view.stems.len() == 3 && !proposes(view, StemStage::MonoBass)
    });
    assert!(!view.conflicts.iter().any(|text| text.starts_with(wide)));
}

/// Vowels with a consonant in each half second that is far sharper than they are.
fn sharp_voice(seconds: usize) -> [Vec<f32>; 2] {
    let mut state = 1_u32;
    let mut last = [0.0_f32; 2];
    let voice: Vec<f32> = (0..seconds * RATE_HZ as usize)
        .map(|n| {
            let at = n as f64 / RATE_HZ;
            let vowel = (1..20).map(|k| {
                let hz = 150.0 * f64::from(k);
                (std::f64::consts::TAU * hz * at).sin() / f64::from(k)
            });
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
            // Twice the difference: what is left is high.
            let hiss = noise - 2.0 * last[0] + last[1];
            last = [noise, last[0]];
            match at % 0.5 {
                within if within < 0.08 => 0.25 * hiss,
                _ => 0.05 * vowel.sum::<f64>() as f32,
            }
        })
        .collect();
    [voice.clone(), voice]
}

#[test]
fn a_stem_tells_its_master_of_sharp_consonants() {
    let folder = folder();
    let master = Instance::new(Face::Master, "Master", folder.path());
    let mut stems = [
        ("Lead Vox", sharp_voice(14)),
        ("Keys", stem("07_rhodes_psynth", |frame| frame)),
    ]
    .map(|(name, sound)| (Instance::new(Face::Stem, name, folder.path()), sound));
    master.shows("two stems", |view| view.stems.len() == 2);
    let second = RATE_HZ as usize;
    for n in 0..14 {
        for (instance, sound) in &mut stems {
            instance.play(sound, n * second, (n + 1) * second);
        }
        stems.iter().for_each(|(instance, _)| instance.settle());
        std::thread::sleep(Duration::from_millis(100));
    }
    let view = master.shows("de-essing", |view| {
        let moves = view.stems.iter().flat_map(|stem| &stem.moves);
        moves
            .into_iter()
            .any(|one| one.stage == StemStage::DeEssing)
    });
    let vox = view.stems.iter().find(|stem| stem.name == "Lead Vox");
    let moves = &vox.expect("it is there").moves;
    let held = moves.iter().find(|one| one.stage == StemStage::DeEssing);
    assert!(held.is_some_and(|held| held.value < -0.4 && held.text.contains("Consonants")));
}

#[test]
fn with_two_masters_a_stem_asks_and_remembers() {
    let folder = folder();
    let first = Instance::new(Face::Master, "Song one", folder.path());
    let second = Instance::new(Face::Master, "Song two", folder.path());
    first.shows("itself", |view| view.state == State::Alone);
    let sessions = || [&first, &second].map(|master| master.params.kept.session.get().link);
    // Each has a session of its own once it has joined.
    for _ in 0..400 {
        if sessions().iter().all(|&session| session != 0) {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    assert_ne!(sessions()[0], sessions()[1]);
    let stem = Instance::new(Face::Stem, "Lead Vox", folder.path());
    let view = stem.shows("a choice", |view| {
        view.state == State::Choose && view.masters.len() == 2
    });
    assert_eq!(view.role, Some(Role::LeadVocal));
    let wanted = view.masters.iter().find(|master| master.name == "Song two");
    let wanted = wanted.expect("by its name").session;
    stem.side.linked.wish(Wish::Join(wanted));
    stem.shows("its master", |view| {
        view.state == State::Linked && view.masters.iter().any(|one| one.is_ours)
    });
    second.shows("its stem", |view| view.stems.len() == 1);
    assert_eq!(first.side.linked.view().stems.len(), 0);
    let saved = stem.params.kept.session.get();
    assert_eq!((saved.link, saved.link_picked), (wanted, true));

    // On its own, because the user says so.
    stem.side.linked.wish(Wish::Join(0));
    second.shows("no stem", |view| view.stems.is_empty());
    stem.shows("itself", |view| {
        view.state == State::Alone && view.masters.len() == 2
    });
    std::thread::sleep(Duration::from_millis(600));
    let saved = stem.params.kept.session.get();
    assert_eq!((saved.link, saved.link_picked), (0, true));
    stem.side.linked.wish(Wish::Join(wanted));
    second.shows("its stem again", |view| view.stems.len() == 1);
    stem.shows("its master", |view| view.state == State::Linked);
    std::thread::sleep(Duration::from_millis(600));

    // The song is closed and opened again.
    let state = stem.params.serialize_fields();
    drop(stem);
    let params = FinalcoatParams::new(Face::Stem);
    params.deserialize_fields(&state);
    let again = Instance::of(Arc::new(params), "Lead Vox", folder.path());
    again.shows("its master again", |view| view.state == State::Linked);
    second.shows("one stem", |view| view.stems.len() == 1);
}

#[test]
fn saved_advice_is_heard_from_the_first_sample_and_by_its_share() {
    let change = StemChange::Gain(-6.0);
    let saved = FinalcoatParams::new(Face::Stem);
    saved.kept.session.edit(|session| {
        session.advised = vec![StemMove {
            stage: StemStage::Gain,
            band_hz: None,
            value: -6.0,
            unit: "dB".to_owned(),
            text: "For the test.".to_owned(),
            change,
        }];
    });
    let state = saved.serialize_fields();
    let folder = folder();
    let plugin = FinalcoatStem::meeting_at(ground(folder.path()));
    plugin.params().deserialize_fields(&state);
    let mut wrapped = Wrapped::around(plugin, RATE_HZ);
    let input: Vec<f32> = (0..8192).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
    let out = wrapped.play_within([&input, &input], Code::Plays(0), |process| process());
    let gain = 10.0_f32.powf(-6.0 / 20.0);
    let latency = out[0].iter().position(|x| *x != 0.0).expect("sound");
    // The first sample of the input is silent.
    let latency = latency - 1;
    for (n, (&x, &y)) in input.iter().zip(&out[0][latency..]).enumerate() {
        assert!((y - gain * x).abs() < 1e-6, "{n}: {x} became {y}");
    }
}

#[test]
fn where_no_memory_can_be_shared_it_works_on_its_own_and_says_why() {
    let folder = folder();
    let file = folder.path().join("in the way");
    std::fs::write(&file, "no folder").expect("written");
    let stem = Instance::new(Face::Stem, "Bass", &file);
    let view = stem.shows("why", |view| view.unseen.is_some());
    assert_eq!((view.state, &view.fault), (State::Alone, &None));
}
