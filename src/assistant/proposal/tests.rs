//! What is proposed, and what is left alone.

use super::*;
use crate::assistant::moves::plain::{mix, narrow, report, target};
use crate::engine::settings::equalizer::Shape;

fn bands(kind: MoveKind, count: usize) -> Move {
    let band = |n: usize| BandSettings {
        on: true,
        frequency_hz: 100.0 + 500.0 * n as f32,
        gain_db: 2.0,
        ..BandSettings::default()
    };
    Move {
        kind,
        text: "Because of 1.".to_owned(),
        value: 1.0,
        unit: "dB",
        change: Change::Bands((0..count).map(band).collect()),
        on: true,
    }
}

#[test]
fn only_free_bands_are_used_and_the_least_useful_is_dropped_and_said() {
    let mut base = Settings::default();
    let mut owned = Owned::default();
    for place in 0..12 {
        base.equalizer.bands[place].on = true;
        base.equalizer.bands[place].shape = Shape::HighCut;
        owned.bands[place] = true;
    }
    let wanted = [
        bands(MoveKind::Tone, 3),
        bands(MoveKind::Resonance, 2),
        bands(MoveKind::BassNote, 1),
    ];
    let (settings, taken, notes) = assemble(&base, &owned, &wanted);
    assert_eq!(settings.equalizer.bands[..12], base.equalizer.bands[..12]);
    assert_eq!(taken[..12], [None; 12]);
    assert!(taken[12..].iter().all(Option::is_some), "{taken:?}");
    let serves = |kind| taken.iter().filter(|&&taken| taken == Some(kind)).count();
    let served = [MoveKind::Tone, MoveKind::Resonance, MoveKind::BassNote].map(serves);
    assert_eq!(served, [2, 1, 1]);
    assert_eq!(notes.len(), 2, "{notes:?}");
    // The second resonance and the third of the tone.
    assert!(notes[0].contains("resonance"), "{notes:?}");
    assert!(
        notes[1].contains("tone") && notes[1].contains("1.1 kHz"),
        "{notes:?}"
    );
    let frequencies = settings.equalizer.bands[12..]
        .iter()
        .map(|band| band.frequency_hz);
    assert!(frequencies.is_sorted());
}

#[test]
fn what_is_owned_is_untouched() {
    let mut base = Settings::default();
    base.glue.on = true;
    base.glue.ratio = 3.0;
    base.multiband.on = true;
    base.multiband.bands[2].ratio = 3.0;
    base.loudness.drive_db = 7.0;
    let mut owned = Owned::default();
    for stage in [Group::Glue, Group::Multiband, Group::Loudness, Group::Input] {
        owned.stages[stage_index(stage)] = true;
    }
    let mut song = narrow();
    song.rhythm.energy = 0.9;
    song.faults.dc_db = [-20.0; 2];
    let made = draft(&song, &target(), &Wishes::default(), &base, &owned, &[]);
    assert_eq!(made.settings.glue, base.glue);
    assert_eq!(made.settings.multiband, base.multiband);
    assert_eq!(made.settings.loudness, base.loudness);
    assert_eq!(made.settings.input, base.input);
    assert_eq!(made.goal_lufs, None);
    assert!(made.notes.len() >= 3, "{:?}", made.notes);
    // What nobody owns goes.
    let nobody = draft(
        &report(),
        &target(),
        &Wishes::default(),
        &base,
        &Owned::default(),
        &[],
    );
    assert!(!nobody.settings.glue.on && !nobody.settings.multiband.on);
}

#[test]
fn a_switched_off_move_is_not_made() {
    let mut song = narrow();
    song.rhythm.energy = 0.9;
    let mut made = draft(
        &song,
        &target(),
        &Wishes::default(),
        &Settings::default(),
        &Owned::default(),
        &[],
    );
    assert!(made.settings.image.on);
    for one in &mut made.moves {
        one.on = one.kind != MoveKind::Width;
    }
    let (settings, _, _) = assemble(&made.settings, &Owned::default(), &made.moves);
    assert!(!settings.image.on && settings.glue == made.settings.glue);
}

#[test]
fn what_is_switched_off_is_not_noted_and_the_limiter_is_as_wished() {
    let mut song = narrow();
    song.rhythm.energy = 0.9;
    let mut owned = Owned::default();
    for stage in [Group::Glue, Group::Multiband] {
        owned.stages[stage_index(stage)] = true;
    }
    let wishes = Wishes {
        character: Some(Character::Dense),
        release_ms: Some(77.0),
        ..Wishes::default()
    };
    let made = |switched_off: &[MoveKind]| {
        let off = |&kind| Switch {
            kind,
            nth: 0,
            on: false,
        };
        let switches: Vec<Switch> = switched_off.iter().map(off).collect();
        let base = Settings::default();
        draft(&song, &target(), &wishes, &base, &owned, &switches)
    };
    let all = made(&[]);
    assert_eq!(all.notes.len(), 2, "{:?}", all.notes);
    let some = made(&[MoveKind::Glue, MoveKind::Limiter]);
    assert_eq!(some.notes, all.notes[..1]);
    for one in [all, some] {
        let loudness = &one.settings.loudness;
        assert_eq!(loudness.character, Character::Dense);
        assert_eq!(loudness.release_ms, 77.0);
    }
}

#[test]
fn the_goal_follows_the_wish() {
    let goal = |report: &Report, loudness| {
        let wishes = Wishes {
            loudness,
            ..Wishes::default()
        };
        draft(
            report,
            &target(),
            &wishes,
            &Settings::default(),
            &Owned::default(),
            &[],
        )
        .goal_lufs
    };
    assert_eq!(goal(&mix(), LoudnessWish::Auto), Some(-11.0));
    assert_eq!(goal(&mix(), LoudnessWish::Keep), Some(-19.0));
    assert_eq!(goal(&mix(), LoudnessWish::Target(-9.0)), Some(-9.0));
    assert_eq!(goal(&mix(), LoudnessWish::Off), None);
    let mut loud = report();
    loud.loudness.integrated_lufs = Some(-7.5);
    assert_eq!(goal(&loud, LoudnessWish::Auto), Some(-7.5));
    // Gain above full scale is no loudness of the song's own; who says keep means it.
    loud.loudness.sample_peak_dbfs = Some(11.0);
    assert_eq!(goal(&loud, LoudnessWish::Auto), Some(-11.0));
    assert_eq!(goal(&loud, LoudnessWish::Keep), Some(-7.5));
    loud.loudness.sample_peak_dbfs = Some(0.5);
    assert_eq!(goal(&loud, LoudnessWish::Auto), Some(-8.0));
}

#[test]
fn what_changes_by_a_fiftieth_of_a_db_changes_nothing() {
    let mut song = narrow();
    song.rhythm.energy = 0.9;
    let wishes = Wishes::default();
    let propose = |song: &Report, base: &Settings| {
        draft(song, &target(), &wishes, base, &Owned::default(), &[]).settings
    };
    let first = propose(&song, &Settings::default());
    for step in 0..40 {
        let change_db = if step % 2 == 0 { 0.02 } else { -0.02 };
        let mut other = song.clone();
        for band in &mut other.dynamics.bands {
            band.p50_db += change_db;
            band.p95_db += 0.3 * change_db;
        }
        for band in &mut other.stereo.bands {
            band.side_to_mid_db += change_db;
        }
        other.loudness.max_short_term_lufs = Some(-17.0 + change_db);
        other.loudness.plr_db = Some(16.0 - change_db);
        assert_eq!(propose(&other, &first), first, "{step}");
    }
}

#[test]
fn what_would_make_a_dense_song_denser_is_left_off_and_said() {
    let draft = |plr_db: f64| {
        let mut song = mix();
        song.rhythm.energy = 0.0;
        song.loudness.plr_db = Some(plr_db);
        let (base, owned) = (Settings::default(), Owned::default());
        draft(&song, &target(), &Wishes::default(), &base, &owned, &[])
    };
    let dense: Vec<MoveKind> = [MoveKind::Dynamics, MoveKind::Glue, MoveKind::Colour].into();
    let on = |made: &Proposal| -> Vec<MoveKind> {
        let moves = made.moves.iter().filter(|one| one.on);
        moves
            .map(|one| one.kind)
            .filter(|kind| dense.contains(kind))
            .collect()
    };
    // A calm song is finished up to a PLR of 19 dB.
    let made = draft(18.5);
    assert_eq!(made.verdict.kind, VerdictKind::Done);
    assert!(made.moves.iter().any(|one| dense.contains(&one.kind)));
    assert!(on(&made).is_empty() && !made.settings.glue.on && !made.settings.multiband.on);
    assert!(
        made.notes.iter().any(|note| note.contains("left off")),
        "{:?}",
        made.notes
    );
    let made = draft(19.5);
    assert_eq!(made.verdict.kind, VerdictKind::Master);
    assert!(!on(&made).is_empty() && made.settings.glue.on);
    assert!(!made.notes.iter().any(|note| note.contains("left off")));
}
