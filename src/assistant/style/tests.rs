use super::*;
use crate::assistant::moves::plain;

#[test]
fn the_files_are_whole_and_plausible() {
    let styles = factory();
    assert_eq!(styles.len(), FILES.len());
    for style in &styles {
        let name = &style.name;
        let mean_db = REFERENCE.map(|third| style.level_db[third]).sum::<f64>() / 11.0;
        assert!(mean_db.abs() < 0.1, "{name} {mean_db}");
        assert!(
            style.spread_db.iter().all(|db| (1.0..16.0).contains(db)),
            "{name}"
        );
        assert!((8.0..20.0).contains(&style.plr_db), "{name}");
        assert!((-20.0..-7.0).contains(&style.loudness_lufs), "{name}");
        assert!(
            !style.source.is_empty() && !style.description.is_empty(),
            "{name}"
        );
    }
    let [metal, classical] = ["metal", "classical"].map(|name| named(&styles, name).unwrap());
    // Distorted guitars against an orchestra at 4 kHz, in loudness and in dynamics.
    assert!(metal.level_db[23] > classical.level_db[23] + 3.0);
    assert!(metal.loudness_lufs > classical.loudness_lufs + 6.0);
    assert!(metal.plr_db < classical.plr_db - 4.0);
}

/// A song that measures exactly as the style's file says.
fn song(style: &Style) -> Report {
    let mut report = plain::report();
    report.tone.level_db = style.level_db;
    for band in 0..WIDE {
        let heard = &mut report.dynamics.bands[band];
        heard.p95_db = heard.p50_db + style.dynamics_db[band];
        report.stereo.bands[band].side_to_mid_db = style.side_to_mid_db[band];
    }
    report.loudness.plr_db = Some(style.plr_db);
    report.rhythm.percussiveness = style.percussiveness;
    report.rhythm.energy = style.energy;
    report
}

#[test]
fn a_song_is_nearest_to_its_own_style() {
    let styles = factory();
    for style in &styles {
        let target = target(&song(style), &styles, None).unwrap();
        assert_eq!(target.nearness[0].name, style.name);
        let near = target.nearness[0].weight >= NEAR;
        let name = format!("closest to {}", style.name);
        assert_eq!(target.name, if near { &name } else { "near no style" });
        assert_eq!(target.style_in_words(), "finished music like this");
        let all: f64 = target.nearness.iter().map(|near| near.weight).sum();
        assert!(all <= 1.0 + 1e-9 && all > 0.5, "{all}");
        // Styles overlap: nothing is ever certain.
        assert!(
            target.confidence < 0.9,
            "{} {}",
            style.name,
            target.confidence
        );
    }
}

#[test]
fn a_song_like_nothing_is_near_none() {
    let styles = factory();
    let mut report = song(&styles[0]);
    for third in 0..THIRDS {
        report.tone.level_db[third] += if third % 2 == 0 { 25.0 } else { -25.0 };
    }
    report.loudness.plr_db = Some(30.0);
    let target = target(&report, &styles, None).unwrap();
    let all: f64 = target.nearness.iter().map(|near| near.weight).sum();
    assert!(all < 0.3, "{all}");
    assert!(target.confidence < 0.2);
    let neutral = named(&styles, NEUTRAL).unwrap();
    assert!((target.style.plr_db - neutral.plr_db).abs() < 1.0);
}

#[test]
fn the_users_choice_is_the_target() {
    let styles = factory();
    let report = song(&styles[0]);
    let target = target(&report, &styles, Some(" Metal ")).unwrap();
    assert_eq!(target.name, "metal");
    assert_eq!(target.style_in_words(), "metal");
    assert_eq!(target.style.plr_db, named(&styles, "metal").unwrap().plr_db);
    assert_eq!(target.confidence, 1.0);
    // A name that nobody knows is no choice.
    let unknown = self::target(&report, &styles, Some("skiffle")).unwrap();
    assert!(!unknown.chosen && unknown.style_in_words() != "skiffle");
}

#[test]
fn styles_of_the_users_own_are_styles() {
    let mut own = factory().remove(4);
    own.name = "my band".to_owned();
    let text = toml::to_string(&own).unwrap();
    let own: Style = toml::from_str(&text).unwrap();
    let target = target(&song(&own), std::slice::from_ref(&own), None).unwrap();
    assert_eq!(target.name, "closest to my band");
    assert!(super::target(&song(&own), &[], None).is_none());
}

#[test]
fn an_equalizer_does_not_move_the_target_and_level_moves_nothing() {
    let styles = factory();
    let report = song(&styles[2]);
    let mut turned = report.clone();
    let tone = &mut turned.tone;
    for levels in [
        &mut tone.level_db,
        &mut tone.mid_db,
        &mut tone.side_db,
        &mut tone.p10_db,
        &mut tone.p50_db,
        &mut tone.p95_db,
    ] {
        for (third, db) in levels.iter_mut().enumerate() {
            *db += if third > 24 { -6.0 } else { 0.0 };
        }
    }
    let [before, after] = [&report, &turned].map(|report| target(report, &styles, None).unwrap());
    for third in FIRST..FIRST + BANDS {
        let moved_db = after.style.level_db[third] - before.style.level_db[third];
        assert!(moved_db.abs() < 1e-9, "{third} {moved_db}");
    }
}
