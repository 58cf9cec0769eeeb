use super::*;
use crate::analysis::report::ToneReport;
use crate::assistant::finding::{Cause, FindingKind, Fix, Reach, Severity};
use crate::assistant::moves::plain;
use crate::assistant::style::{factory, target};
use hypotheses::Fault;
use prior::{BANDS, FIRST};
use serde::Deserialize;

#[derive(Deserialize)]
struct Songs {
    songs: Vec<Song>,
}

#[derive(Deserialize, Clone)]
struct Song {
    name: String,
    level_db: [f64; THIRDS],
    mid_db: [f64; THIRDS],
    side_db: [f64; THIRDS],
    p10_db: [f64; THIRDS],
    p50_db: [f64; THIRDS],
    p95_db: [f64; THIRDS],
}

fn songs() -> Vec<Song> {
    let text = include_str!("../../../../tests/data/tone_songs.toml");
    toml::from_str::<Songs>(text).unwrap().songs
}

impl Song {
    /// The report of the song after an equalizer.
    fn through(&self, curve_db: &[f64; BANDS]) -> Report {
        let turned = |levels: &[f64; THIRDS]| -> [f64; THIRDS] {
            core::array::from_fn(|third| {
                let band = third.clamp(FIRST, FIRST + BANDS - 1) - FIRST;
                levels[third] + curve_db[band]
            })
        };
        let mut report = plain::report();
        report.tone = ToneReport {
            level_db: turned(&self.level_db),
            mid_db: turned(&self.mid_db),
            side_db: turned(&self.side_db),
            p10_db: turned(&self.p10_db),
            p50_db: turned(&self.p50_db),
            p95_db: turned(&self.p95_db),
        };
        report
    }
}

/// The damages of issue 4: tilt ±1.5 dB/oct, dull, boomy, harsh.
fn damages() -> [(&'static str, [f64; BANDS]); 5] {
    let of = |fault: Fault, size: f64| response_db(&fault.bands(size));
    [
        ("bright", of(Fault::Tilt, 1.0)),
        ("dark", of(Fault::Tilt, -1.0)),
        ("dull", of(Fault::Dull, 1.0)),
        ("boomy", of(Fault::Boomy, 1.0)),
        ("harsh", of(Fault::Harsh, 1.0)),
    ]
}

/// What the move does to the tone at an intensity, in dB.
fn change_db(report: &Report, intensity: f64) -> [f64; BANDS] {
    let target = target(report, &factory(), None).unwrap();
    let case = plain::case(report, &target);
    let Some(found) = tone(&case) else {
        return [0.0; BANDS];
    };
    let Change::Bands(mut bands) = found.change else {
        panic!("the tone is bands")
    };
    for band in &mut bands {
        band.gain_db *= intensity as f32;
    }
    response_db(&bands)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn damaged_songs_come_nearer_to_what_they_were() {
    let (mut whole, mut half) = (Vec::new(), Vec::new());
    for (_, damage_db) in damages() {
        let before_db = weight_db(&damage_db);
        for song in songs() {
            let report = song.through(&damage_db);
            for (intensity, falls) in [(1.0, &mut whole), (0.5, &mut half)] {
                let change_db = change_db(&report, intensity);
                let after_db = weight_db(&core::array::from_fn(|n| damage_db[n] + change_db[n]));
                falls.push(1.0 - after_db / before_db);
            }
        }
    }
    let worse = whole.iter().filter(|fall| **fall < -0.1).count() as f64 / whole.len() as f64;
    let (whole, half) = (median(&mut whole), median(&mut half));
    eprintln!("recovered {whole:.2} at 100 %, {half:.2} at 50 %, worse {worse:.2}");
    assert!(whole >= 0.4, "{whole}");
    assert!(half >= 0.2, "{half}");
    assert!(worse <= 0.2, "{worse}");
}

#[test]
fn finished_songs_stay_as_they_are() {
    let mut changes_db: Vec<f64> = songs()
        .iter()
        .map(|song| weight_db(&change_db(&song.through(&[0.0; BANDS]), 0.5)))
        .collect();
    let median_db = median(&mut changes_db);
    let most_db = changes_db.last().copied().unwrap();
    eprintln!("left alone: {median_db:.2} dB, at most {most_db:.2} dB");
    assert!(median_db <= 0.5, "{median_db}");
    assert!(most_db <= 0.9, "{most_db}");
}

#[test]
fn the_authority_holds_whatever_is_heard() {
    let mut steep = plain::report();
    for slope_db in [-3.0, -1.0, 1.0, 3.0] {
        for (third, db) in steep.tone.level_db.iter_mut().enumerate() {
            *db = slope_db * (third as f64 - 15.0);
        }
        let target = target(&steep, &factory(), None).unwrap();
        let found = tone(&plain::case(&steep, &target)).unwrap();
        let Change::Bands(bands) = found.change else {
            panic!("the tone is bands")
        };
        assert!(bands.len() <= 6);
        for band in &bands {
            assert!(f64::from(band.gain_db.abs()) <= GAIN_MAX_DB);
        }
        assert!(weight_db(&response_db(&bands)) <= CHANGE_MAX_DB + 0.15);
        // 20–35 Hz is never lifted beside the rest of the lows' skirts.
        for hz in [20.0, 25.0, 31.5] {
            let lift_db: f64 = bands
                .iter()
                .map(|band| {
                    crate::engine::equalizer::response::band_response_db(band, 0.0, 48_000.0, hz)
                })
                .sum();
            assert!(lift_db < 0.8, "{slope_db} {hz} {lift_db}");
        }
    }
}

#[test]
fn highs_that_a_codec_ended_are_not_lifted() {
    let mut report = plain::report();
    for third in 25..THIRDS {
        report.tone.level_db[third] = -110.0;
    }
    let target = target(&report, &factory(), None).unwrap();
    let lifts = |report: &Report| {
        tone(&plain::case(report, &target)).is_some_and(|found| match found.change {
            Change::Bands(bands) => bands
                .iter()
                .any(|band| band.frequency_hz > 5000.0 && band.gain_db > 0.0),
            _ => false,
        })
    };
    assert!(!lifts(&report));
}

#[test]
fn without_confidence_nothing_moves() {
    let song = &songs()[0];
    let (_, dull_db) = damages()[2];
    let report = song.through(&dull_db);
    let target = target(&report, &factory(), None).unwrap();
    let mut case = plain::case(&report, &target);
    case.confidence = 0.0;
    assert_eq!(tone(&case), None);
}

#[test]
fn faults_are_named_more_often_than_falsely() {
    let spoken = |report: &Report| -> Vec<FindingKind> {
        let target = target(report, &factory(), None).unwrap();
        let found = findings(report, &target);
        let heavy = found.iter().filter(|one| one.severity != Severity::Info);
        heavy.map(|one| one.kind).collect()
    };
    let songs = songs();
    let intact: Vec<Report> = songs
        .iter()
        .map(|song| song.through(&[0.0; BANDS]))
        .collect();
    let falsely = intact
        .iter()
        .filter(|report| !spoken(report).is_empty())
        .count();
    eprintln!("falsely {falsely} of {}", songs.len());
    assert!(falsely * 5 <= songs.len(), "{falsely}");
    let kinds = [
        &[FindingKind::Bright, FindingKind::Thin, FindingKind::Harsh][..],
        &[FindingKind::Dull, FindingKind::Boomy, FindingKind::Muddy],
        &[FindingKind::Dull],
        &[FindingKind::Boomy, FindingKind::Muddy],
        &[FindingKind::Harsh, FindingKind::Bright],
    ];
    let mut named = 0;
    for ((name, damage_db), kinds) in damages().iter().zip(kinds) {
        let hits = songs.iter().filter(|song| {
            let spoken = spoken(&song.through(damage_db));
            spoken.iter().any(|kind| kinds.contains(kind))
        });
        let hits = hits.count();
        eprintln!("{name}: {hits} of {}", songs.len());
        named += hits;
    }
    assert!(named > 5 * 2 * falsely, "{named} {falsely}");
}

#[test]
fn references_are_followed_and_said_in_their_name() {
    let report = plain::report();
    let mut target = plain::target();
    target.from_references.tone = 1.0;
    target.from_references.count = 2;
    target.style.spread_db = [1.5; THIRDS];
    for third in 24..THIRDS {
        target.style.level_db[third] += 6.0;
    }
    let found = tone(&plain::case(&report, &target)).unwrap();
    assert!(found.text.contains("your references"), "{}", found.text);
    assert!(found.text.contains("above 6.5 kHz"), "{}", found.text);
    let said = findings(&report, &target);
    assert!(said.iter().any(|one| one.kind == FindingKind::Dull));
    assert!(songs().iter().all(|song| !song.name.is_empty()));
}

#[test]
fn a_word_says_what_the_moves_do_about_it() {
    let boomy = |excess_db: f64| Finding {
        kind: FindingKind::Boomy,
        severity: Severity::High,
        value: excess_db,
        unit: "dB",
        places: Vec::new(),
        text: "It is boomy.".to_owned(),
        advice: "The master lowers this region.".to_owned(),
        fix: Fix {
            stereo: Reach::Yes,
            stems: Reach::Yes,
            better: String::new(),
        },
        cause: Cause::Song,
        element: None,
        confidence: 0.8,
    };
    let answered = |excess_db: f64, gain_db: f32, on: bool| {
        let band = BandSettings {
            on: true,
            shape: Shape::Bell,
            frequency_hz: 120.0,
            q: 0.7,
            gain_db,
            ..BandSettings::default()
        };
        let one = Move {
            kind: MoveKind::Tone,
            text: String::new(),
            value: 0.0,
            unit: "dB",
            change: Change::Bands(vec![band]),
            on,
        };
        let mut findings = [boomy(excess_db)];
        answer(&mut findings, &[one]);
        let [finding] = findings;
        (finding.severity, finding.fix.stereo, finding.advice)
    };
    let mended = answered(4.0, -4.0, true);
    assert_eq!((mended.0, mended.1), (Severity::High, Reach::Yes));
    assert!(mended.2.contains("lowers this region"));
    let in_part = answered(8.0, -4.0, true);
    assert_eq!((in_part.0, in_part.1), (Severity::High, Reach::Limited));
    assert!(in_part.2.contains("leaves the rest"), "{}", in_part.2);
    // So much is more likely meant than wrong.
    let hardly = answered(10.0, -1.0, true);
    assert_eq!((hardly.0, hardly.1), (Severity::Info, Reach::Limited));
    let (severity, _, advice) = answered(4.0, -4.0, false);
    assert_eq!(severity, Severity::Info);
    assert!(advice.contains("leaves it"), "{advice}");
}
