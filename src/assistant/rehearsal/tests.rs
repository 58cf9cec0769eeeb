//! Rehearsals of a made-up song: hits over a bass and a chord, 44.1 kHz.

use super::*;
use crate::assistant::finding::{Element, FindingKind};
use crate::assistant::moves::plain::{mix, target};
use crate::assistant::moves::{Change, MoveKind};
use crate::assistant::ownership::merged;
use crate::assistant::proposal::{Owned, draft, limiter_name, stage_index};
use crate::engine::Engine;
use crate::engine::settings::fields::Group;
use crate::engine::settings::loudness::{Character, LoudnessSettings};
use core::f64::consts::TAU;

const RATE_HZ: f64 = 44_100.0;

/// A passage with a hit every half second, at a level in dB.
fn passage(start_s: f64, level_db: f64, hits: f64) -> Passage {
    let gain = crate::dsp::units::db_to_gain(level_db);
    let mut noise = 22_222_u32;
    let sample = |n: usize, side: f64| {
        let t = n as f64 / RATE_HZ;
        let since_hit = t % 0.5;
        let kick = hits * libm::exp(-since_hit / 0.06) * libm::sin(TAU * 62.0 * since_hit);
        let chord: f64 = [220.0, 277.2, 329.6, 880.0, 2637.0]
            .iter()
            .map(|hz| 0.05 * libm::sin(TAU * hz * t + side))
            .sum();
        gain * (kick + chord + 0.1 * libm::sin(TAU * 55.0 * t))
    };
    let mut hiss = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.01 * gain * (f64::from(noise >> 8) / f64::from(1_u32 << 24) - 0.5)
    };
    let frames = (2.0 * RATE_HZ) as usize;
    let left = (0..frames)
        .map(|n| (sample(n, 0.0) + hiss()) as f32)
        .collect();
    let right = (0..frames)
        .map(|n| (sample(n, 0.7) + hiss()) as f32)
        .collect();
    Passage {
        left,
        right,
        start_s,
    }
}

fn song() -> Vec<Passage> {
    vec![passage(10.0, -3.0, 0.7), passage(40.0, -6.0, 0.7)]
}

/// Its loudness and peak, as a meter reads it.
fn programme_of(passages: &[Passage]) -> Programme {
    let mut take = take::Take::new(Stream::new(RATE_HZ), None);
    for passage in passages {
        take.process(&mut passage.left.clone(), &mut passage.right.clone());
    }
    let (reading, _) = take.finish();
    let integrated_lufs = reading.integrated_lufs.expect("a loudness");
    let true_peak_dbtp = reading.true_peak_dbtp.expect("a peak");
    Programme {
        integrated_lufs,
        plr_db: true_peak_dbtp - integrated_lufs,
        true_peak_dbtp,
    }
}

fn rehearsed(passages: &[Passage], loudness: LoudnessWish) -> Proposal {
    let wishes = Wishes {
        loudness,
        ..Wishes::default()
    };
    rehearsed_as(passages, &wishes)
}

fn rehearsed_as(passages: &[Passage], wishes: &Wishes) -> Proposal {
    rehearsed_over(
        passages,
        wishes,
        &Settings::default(),
        &Owned::default(),
        &[],
    )
}

/// The same where the user has these settings, some of which are their own.
fn rehearsed_over(
    passages: &[Passage],
    wishes: &Wishes,
    base: &Settings,
    owned: &Owned,
    switches: &[Switch],
) -> Proposal {
    let song = programme_of(passages);
    let mut report = mix();
    report.loudness.integrated_lufs = Some(song.integrated_lufs);
    report.loudness.true_peak_dbtp = Some(song.true_peak_dbtp);
    report.loudness.sample_peak_dbfs = Some(song.true_peak_dbtp);
    report.loudness.max_short_term_lufs = Some(song.integrated_lufs + 1.0);
    report.rhythm.energy = 0.8;
    let draft = draft(&report, &target(), wishes, base, owned, switches);
    let material = Material {
        stream: Stream::new(RATE_HZ),
        passages,
        song,
        report: &report,
    };
    rehearse(draft, &material, wishes, owned, switches, &mut |_| true).expect("nobody cancels")
}

/// Loudness of the passages, each through a whole engine of its own.
fn through(passages: &[Passage], settings: &Settings) -> f64 {
    let mut meter = crate::dsp::meter::Meter::new(Stream::new(RATE_HZ));
    for passage in passages {
        let [left, right] = by_engine(passage, settings);
        meter.process(&left, &right);
    }
    meter.finish();
    meter.reading().integrated_lufs.expect("a loudness")
}

fn by_engine(passage: &Passage, settings: &Settings) -> [Vec<f32>; 2] {
    let mut engine = Engine::new(Stream::new(RATE_HZ), &settings.quantized());
    let latency = engine.latency_samples();
    let mut stereo = [passage.left.clone(), passage.right.clone()];
    for channel in &mut stereo {
        channel.resize(channel.len() + latency, 0.0);
    }
    let [left, right] = &mut stereo;
    engine.process(&mut crate::dsp::block::StereoBlock::new(left, right));
    stereo.map(|channel| channel[latency..].to_vec())
}

#[test]
fn the_goal_is_met_at_every_intensity() {
    let passages = song();
    let goal_lufs = programme_of(&passages).integrated_lufs + 4.0;
    let made = rehearsed(&passages, LoudnessWish::Target(goal_lufs));
    assert!(made.settings.shapes_sound(), "{:?}", made.moves);
    assert_eq!(made.stopped_by, None);
    let mut before: Option<(f32, f32)> = None;
    for intensity in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let mut settings = made.settings;
        settings.intensity = intensity;
        let lufs = through(&passages, &settings);
        assert!(
            (lufs - goal_lufs).abs() <= 0.1,
            "{intensity} %: {lufs} for {goal_lufs}"
        );
        // What is added to the drive grows or falls one way, as the moves do.
        let trim_db = settings.loudness.trim_db(intensity);
        if let Some((last_db, way)) = before {
            let step: f32 = trim_db - last_db;
            assert!(
                step * way >= -0.03,
                "{intensity} %: {:?}",
                settings.loudness.drive_trim_db
            );
            before = Some((trim_db, if step.abs() > way.abs() { step } else { way }));
        } else {
            before = Some((trim_db, 0.0));
        }
    }
}

#[test]
fn a_stage_of_the_users_is_played_as_it_is_and_the_goal_met_with_it() {
    let passages = vec![passage(10.0, -3.0, 1.5)];
    let goal_lufs = programme_of(&passages).integrated_lufs + 1.0;
    let wishes = Wishes {
        loudness: LoudnessWish::Target(goal_lufs),
        force_loudness: true,
        ..Wishes::default()
    };
    // Fronts pass it and what follows them is held back: dear for the limiter.
    let mut now = Settings::default();
    now.glue.on = true;
    now.glue.ratio = 4.0;
    now.glue.threshold_db = -26.0;
    now.glue.attack_ms = 60.0;
    let mut owned = Owned::default();
    owned.stages[stage_index(Group::Glue)] = true;
    let made = rehearsed_over(&passages, &wishes, &now, &owned, &[]);
    let glue = made.moves.iter().find(|one| one.kind == MoveKind::Glue);
    let glue = &glue.expect("the song asks for glue").text;
    let about_glue: Vec<_> = made
        .notes
        .iter()
        .filter(|note| note.contains(glue))
        .collect();
    assert_eq!(about_glue.len(), 1, "{about_glue:?}");
    assert!(about_glue[0].contains("is yours"), "{about_glue:?}");
    let settings = merged(&made.settings, &now, &owned);
    assert_eq!(settings.glue, now.glue);
    let lufs = through(&passages, &settings);
    assert!((lufs - goal_lufs).abs() <= 0.1, "{lufs} for {goal_lufs}");
    // It is worth 3 dB.
    let mut without = settings;
    without.glue.on = false;
    without.loudness.on = false;
    let mut with = without;
    with.glue.on = true;
    let held_back_db = through(&passages, &without) - through(&passages, &with);
    assert!(held_back_db > 2.0, "{held_back_db}");
}

#[test]
fn what_the_user_switches_on_stays_on_whatever_it_costs() {
    let passages = vec![passage(10.0, -3.0, 1.5)];
    let goal_lufs = programme_of(&passages).integrated_lufs + 1.0;
    let wishes = Wishes {
        loudness: LoudnessWish::Target(goal_lufs),
        ..Wishes::default()
    };
    let made = |switches: &[Switch]| {
        let (base, owned) = (Settings::default(), Owned::default());
        rehearsed_over(&passages, &wishes, &base, &owned, switches)
    };
    let alone = made(&[]);
    let left_out: Vec<_> = alone.moves.iter().filter(|one| !one.on).collect();
    assert!(!left_out.is_empty(), "{:?}", alone.notes);
    for one in left_out {
        let switch = Switch {
            kind: one.kind,
            nth: 0,
            on: true,
        };
        let wanted = made(&[switch]);
        let kept = wanted.moves.iter().find(|other| other.kind == one.kind);
        assert!(kept.is_some_and(|kept| kept.on), "{:?}", one.kind);
        assert!(!wanted.notes.iter().any(|note| note.contains(&one.text)));
    }
}

#[test]
fn the_same_song_gives_the_same_proposal() {
    let passages = song();
    let first = rehearsed(&passages, LoudnessWish::Target(-12.0));
    assert_eq!(first, rehearsed(&passages, LoudnessWish::Target(-12.0)));
}

#[test]
fn the_cost_rises_with_loudness_and_auto_stops_at_the_knee() {
    let passages = song();
    let made = rehearsed(&passages, LoudnessWish::Auto);
    let points = &made.cost.points;
    assert!(points.len() >= 4, "{points:?}");
    for pair in points.windows(2) {
        assert!(pair[1].lufs > pair[0].lufs);
        assert!(pair[1].p95_gain_reduction_db >= pair[0].p95_gain_reduction_db - 0.02);
        assert!(pair[1].plr_db <= pair[0].plr_db + 1e-6);
    }
    if let (Some(knee), Some(goal), Some(reached)) =
        (made.cost.knee_lufs, made.goal_lufs, made.reached_lufs)
    {
        let own = programme_of(&passages).integrated_lufs;
        assert!(goal <= knee.max(own) + 1e-9 && (reached - goal).abs() <= 0.1);
    }
}

#[test]
fn a_goal_that_the_knee_lowers_says_so_and_one_that_is_asked_for_does_not() {
    // The target's songs carry −11 LUFS.
    let passages = vec![passage(10.0, -3.0, 2.0)];
    let made = rehearsed(&passages, LoudnessWish::Auto);
    let knee_lufs = made.cost.knee_lufs.expect("a knee");
    let goal_lufs = made.goal_lufs.expect("a goal");
    assert!(goal_lufs < -11.0, "{goal_lufs}");
    let why: Vec<_> = made
        .notes
        .iter()
        .filter(|note| note.contains("carries -11.0 LUFS"))
        .collect();
    assert_eq!(why.len(), 1, "{:?}", made.notes);
    for number in [knee_lufs, goal_lufs] {
        assert!(why[0].contains(&format!("{number:.1} LUFS")), "{why:?}");
    }
    let asked = rehearsed(&passages, LoudnessWish::Target(goal_lufs));
    assert!(asked.notes.iter().all(|note| !note.contains("LUFS")));
}

#[test]
fn gain_of_the_mix_changes_no_automatic_loudness() {
    for hits in [0.7, 2.0] {
        let [below, above] = [-12.0, 12.0].map(|gain_db| {
            let passages = vec![passage(10.0, -3.0 + gain_db, hits)];
            let made = rehearsed(&passages, LoudnessWish::Auto);
            let lufs = through(&passages, &made.settings);
            let (goal_lufs, knee_lufs) = (made.goal_lufs, made.cost.knee_lufs);
            eprintln!("{hits} {gain_db}: {lufs} for {goal_lufs:?}, knee {knee_lufs:?}");
            assert!(
                (lufs - goal_lufs.expect("a goal")).abs() <= 0.1,
                "{lufs} {goal_lufs:?}"
            );
            lufs
        });
        assert!((below - above).abs() <= 0.3, "{hits}: {below} {above}");
    }
}

#[test]
fn a_limiter_that_is_wished_for_is_not_varied() {
    let passages = vec![passage(10.0, -3.0, 1.5)];
    let goal_lufs = programme_of(&passages).integrated_lufs + 7.0;
    let free = rehearsed(&passages, LoudnessWish::Target(goal_lufs));
    for character in [Character::Transparent, Character::Punchy, Character::Dense] {
        let wishes = Wishes {
            loudness: LoudnessWish::Target(goal_lufs),
            character: Some(character),
            release_ms: Some(50.0),
            ..Wishes::default()
        };
        let made = rehearsed_as(&passages, &wishes);
        let loudness = &made.settings.loudness;
        assert_eq!(loudness.character, character, "{:?}", made.moves);
        assert_eq!(loudness.release_ms, 50.0);
        let limiter = made
            .moves
            .iter()
            .find(|one| one.kind == MoveKind::Limiter)
            .expect("a limiter");
        assert_eq!(
            limiter.change,
            Change::Limiter(character, 50.0, loudness.clip_depth_db)
        );
        assert!(
            limiter.text.contains("release of 50 ms"),
            "{}",
            limiter.text
        );
        let chosen = format!("you chose {}", limiter_name(character));
        // By itself the song asks for the transparent one.
        let differs = character != Character::Transparent;
        assert_eq!(limiter.text.contains(&chosen), differs, "{}", limiter.text);
    }
    let quick = Wishes {
        loudness: LoudnessWish::Target(goal_lufs),
        release_ms: Some(20.0),
        ..Wishes::default()
    };
    let made = rehearsed_as(&passages, &quick);
    let limiter = made.moves.iter().find(|one| one.kind == MoveKind::Limiter);
    let text = &limiter.expect("a limiter").text;
    assert!(text.ends_with("You chose its release of 20 ms."), "{text}");
    let name = limiter_name(made.settings.loudness.character);
    assert!(
        text.contains(name) || !text.contains("lost least"),
        "{text}"
    );
    // Left to itself, the rehearsal takes another than the song's own.
    assert_ne!(free.settings.loudness.character, Character::Transparent);
    assert_ne!(free.settings.loudness.release_ms, 50.0);
}

#[test]
fn who_stops_is_obeyed() {
    let passages = song();
    let song = programme_of(&passages);
    let wishes = Wishes::default();
    let material = Material {
        stream: Stream::new(RATE_HZ),
        passages: &passages,
        song,
        report: &mix(),
    };
    for after in [1, 10, 300] {
        let mut report = mix();
        report.loudness.integrated_lufs = Some(song.integrated_lufs);
        let draft = draft(
            &report,
            &target(),
            &wishes,
            &Settings::default(),
            &Owned::default(),
            &[],
        );
        let mut asked = 0;
        let made = rehearse(
            draft,
            &material,
            &wishes,
            &Owned::default(),
            &[],
            &mut |share| {
                assert!((0.0..=1.0).contains(&share));
                asked += 1;
                asked < after
            },
        );
        assert_eq!(made, Err(Cancelled));
        assert_eq!(asked, after, "it goes on after it was stopped");
    }
}

#[test]
fn a_kick_that_makes_the_peaks_is_named() {
    let passages = vec![passage(10.0, -3.0, 1.5)];
    let goal_lufs = programme_of(&passages).integrated_lufs + 9.0;
    let made = rehearsed(&passages, LoudnessWish::Target(goal_lufs));
    let found = made
        .findings
        .iter()
        .find(|found| found.kind == FindingKind::LimiterTrigger);
    let found = found.unwrap_or_else(|| panic!("no trigger: {:?} {:?}", made.findings, made.cost));
    assert!(
        matches!(found.element, Some(Element::Kick | Element::Bass)),
        "{found:?}"
    );
    for place in &found.places {
        // At a hit: every half second.
        let since_hit = (place.start_s - 10.0) % 0.5;
        assert!(!(0.1..0.48).contains(&since_hit), "{found:?}");
    }
}

#[test]
fn the_loudness_stage_over_what_was_shaped_is_the_engine() {
    let passages = song();
    let mut settings = Settings::default();
    settings.glue.on = true;
    settings.glue.ratio = 2.0;
    settings.loudness = LoudnessSettings {
        on: true,
        drive_db: 8.0,
        ..LoudnessSettings::default()
    };
    let settings = settings.quantized();
    let song = programme_of(&passages);
    let material = Material {
        stream: Stream::new(RATE_HZ),
        passages: &passages[..1],
        song,
        report: &mix(),
    };
    let mut go_on = |_| true;
    let mut stage = Stage::new(&material, &mut go_on);
    let shaped = stage.shape(material.passages, &settings).expect("shaped");
    let played = stage
        .play(&shaped, &settings.in_effect().loudness, true)
        .expect("played");
    let engine = by_engine(&passages[0], &settings);
    assert!(engine == played.output[0]);
}
