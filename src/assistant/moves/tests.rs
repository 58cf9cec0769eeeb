//! The moves over songs with one trait each.

use super::plain::{case, mix, narrow, report, target};
use super::*;
use crate::analysis::report::{Resonance, RingingNote};
use crate::engine::settings::colour::Kind;

/// All moves but the tone, which has its own target and tests.
fn kinds(report: &Report) -> Vec<MoveKind> {
    moves(&case(report, &target()))
        .iter()
        .map(|one| one.kind)
        .filter(|kind| *kind != MoveKind::Tone)
        .collect()
}

fn found(report: &Report, kind: MoveKind) -> Option<Move> {
    moves(&case(report, &target()))
        .into_iter()
        .find(|one| one.kind == kind)
}

#[test]
fn a_finished_song_inside_the_tolerance_gets_nothing() {
    assert_eq!(kinds(&report()), [MoveKind::Limiter]);
    // Nor does one that is a little off in everything.
    let mut off = report();
    for band in &mut off.dynamics.bands {
        band.p95_db += 1.5;
    }
    for band in &mut off.stereo.bands {
        band.side_to_mid_db -= 0.8;
    }
    assert_eq!(kinds(&off), [MoveKind::Limiter]);
}

#[test]
fn energy_makes_the_difference() {
    let (mut calm, mut driving) = (narrow(), narrow());
    calm.rhythm.energy = 0.1;
    calm.rhythm.percussiveness = -0.8;
    driving.rhythm.energy = 0.9;
    driving.rhythm.percussiveness = 0.8;
    let (calm, driving) = (|kind| found(&calm, kind), |kind| found(&driving, kind));

    let Some(Change::Multiband(hard)) = driving(MoveKind::Dynamics).map(|one| one.change) else {
        panic!("a driving mix is steadied");
    };
    let slope = |ratio: f32| 1.0 - 1.0 / ratio;
    let soft = match calm(MoveKind::Dynamics).map(|one| one.change) {
        Some(Change::Multiband(soft)) => slope(soft.bands[1].ratio),
        _ => 0.0,
    };
    assert!(slope(hard.bands[1].ratio) > 1.8 * soft, "{soft} {hard:?}");

    let Some(Change::Colour(bold)) = driving(MoveKind::Colour).map(|one| one.change) else {
        panic!("a driving mix is coloured");
    };
    assert_ne!(bold.kind, Kind::Tube);
    let Some(Change::Colour(faint)) = calm(MoveKind::Colour).map(|one| one.change) else {
        panic!("a calm mix is warmed a little");
    };
    assert_eq!(faint.kind, Kind::Tube);
    assert!(faint.amount_pct < 0.6 * bold.amount_pct);

    let Some(Change::Glue(firm)) = driving(MoveKind::Glue).map(|one| one.change) else {
        panic!("a driving mix is held together");
    };
    let Some(Change::Glue(loose)) = calm(MoveKind::Glue).map(|one| one.change) else {
        panic!("a calm mix with high peaks is held together, too");
    };
    assert!(loose.ratio < firm.ratio - 0.2 && loose.threshold_db > firm.threshold_db + 0.5);

    let (Some(Change::Limiter(quick, _, clip)), Some(Change::Limiter(even, _, none))) = (
        driving(MoveKind::Limiter).map(|one| one.change),
        calm(MoveKind::Limiter).map(|one| one.change),
    ) else {
        panic!("there always is a limiter");
    };
    assert_ne!(quick, even);
    assert!(clip >= 1.0 && none == 0.0);
}

#[test]
fn half_the_side_comes_back_by_more_than_two_fifths() {
    let Some(Change::Width(widths_pct)) = found(&narrow(), MoveKind::Width).map(|one| one.change)
    else {
        panic!("a narrow song is widened");
    };
    assert_eq!(widths_pct[0], 100.0, "never the low end");
    for &width_pct in &widths_pct[1..] {
        let gain_db = 20.0 * libm::log10(f64::from(width_pct) / 100.0);
        assert!((2.4..=6.0).contains(&gain_db), "{widths_pct:?}");
    }
    let mut mono = narrow();
    for band in &mut mono.stereo.bands {
        band.side_to_mid_db = -120.0;
        band.correlation = 1.0;
        band.correlation_p10 = 1.0;
    }
    assert_eq!(found(&mono, MoveKind::Width), None);
    let mut fragile = narrow();
    fragile.stereo.mono_change_lu = -2.2;
    assert_eq!(found(&fragile, MoveKind::Width), None);
}

fn ringing(excess_db: f64) -> Report {
    let mut report = report();
    report.low_end.notes.push(RingingNote {
        frequency_hz: 73.4,
        name: "D2".to_owned(),
        excess_db,
        margin_db: excess_db - 3.0,
        active: 0.4,
        q: 12.0,
        threshold_db: -22.0,
        places: Vec::new(),
    });
    report
}

#[test]
fn a_ringing_note_is_pulled_down_by_what_it_is_too_loud() {
    let depth = |excess_db| match found(&ringing(excess_db), MoveKind::BassNote)?.change {
        Change::Bands(bands) => Some(-bands[0].range_db),
        _ => None,
    };
    assert_eq!(depth(4.5), None);
    let depths = [5.5, 7.0, 9.0].map(|excess_db| depth(excess_db).expect("it is held back"));
    assert!(depths.is_sorted() && depths[0] < depths[2], "{depths:?}");
    // Two fifths of 9 dB, and never more than the authority.
    assert!(depth(9.0) >= Some(3.6));
    assert_eq!(depth(20.0), Some(6.0));
}

#[test]
fn resonances_together_take_little_from_an_octave() {
    let mut report = mix();
    for n in 0..8 {
        report.resonances.push(Resonance {
            frequency_hz: 1000.0 + 100.0 * f64::from(n),
            q: 6.0,
            prominence_db: 12.0,
            occupancy: 0.6,
            score_db: 9.0,
            threshold_db: -30.0,
            places: Vec::new(),
        });
    }
    let Some(Change::Bands(bands)) = found(&report, MoveKind::Resonance).map(|one| one.change)
    else {
        panic!("resonances are held back");
    };
    let taken: f32 = bands.iter().map(|band| -band.range_db * 2.27 / 6.0).sum();
    assert!(bands.len() <= 4 && taken <= 1.55, "{taken} of {bands:?}");
}

#[test]
fn the_subsonic_filter_needs_a_reason() {
    let mut report = report();
    assert_eq!(found(&report, MoveKind::Subsonic), None);
    report.faults.dc_db[1] = -34.0;
    assert!(found(&report, MoveKind::Subsonic).is_some());
    report.faults.dc_db[1] = -120.0;
    report.faults.infrasonic_db = -20.0;
    assert!(found(&report, MoveKind::Subsonic).is_some());
}

#[test]
fn bass_goes_to_the_middle_only_where_it_is_not() {
    let mut report = report();
    assert_eq!(found(&report, MoveKind::MonoBass), None);
    report.low_end.side_to_mid_db = 1.0;
    let Some(Change::MonoBass(_, amount_pct)) =
        found(&report, MoveKind::MonoBass).map(|m| m.change)
    else {
        panic!("a wide low end is brought in");
    };
    assert_eq!(amount_pct, 100.0);
}

#[test]
fn sharp_consonants_are_held_back_in_the_middle() {
    let mut report = report();
    assert_eq!(found(&report, MoveKind::DeEssing), None);
    report.sibilance.jump_db = 4.8;
    let Some(Change::Bands(bands)) = found(&report, MoveKind::DeEssing).map(|one| one.change)
    else {
        panic!("a sharp voice is de-essed");
    };
    assert!((-4.0..=-2.0).contains(&bands[0].range_db));
    assert_eq!(
        bands[0].placement,
        crate::engine::settings::equalizer::Placement::Mid
    );
}

#[test]
fn mud_is_what_builds_up() {
    let mut report = mix();
    assert_eq!(found(&report, MoveKind::Mud), None);
    report.tone.p95_db[11] += 8.0;
    report.tone.level_db[11] += 3.0;
    let Some(Change::Bands(bands)) = found(&report, MoveKind::Mud).map(|one| one.change) else {
        panic!("what builds up is held back");
    };
    assert!((bands[0].frequency_hz - 250.0).abs() < 1.0);
    assert!((-3.0..=-1.0).contains(&bands[0].range_db));
}

#[test]
fn every_reason_is_one_sentence_with_its_number() {
    let mut report = narrow();
    report.rhythm.energy = 0.9;
    report.low_end = ringing(9.0).low_end;
    report.faults.dc_db[0] = -30.0;
    let all = moves(&case(&report, &target()));
    assert!(all.len() >= 6, "{all:?}");
    for one in all {
        assert!(
            one.text.ends_with('.') && one.text.len() < 240,
            "{}",
            one.text
        );
        let shown = [0, 1, 2].map(|digits| format!("{:.digits$}", one.value.abs()));
        let said = shown.iter().any(|number| one.text.contains(number));
        assert!(said, "{} {shown:?}", one.text);
    }
}

#[test]
fn no_confidence_no_move() {
    let (report, target) = (narrow(), target());
    let unheard = Case {
        confidence: 0.0,
        ..case(&report, &target)
    };
    let kinds: Vec<MoveKind> = moves(&unheard).iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [MoveKind::Limiter]);
}
