use super::*;
use crate::analysis::bands::THIRDS;
use crate::stems::track::Moment;

/// A stem of 30 s: levels of third-octaves in dB by number of the moment.
fn track(level_db: impl Fn(usize, usize) -> f64) -> Track {
    let mut track = Track::default();
    for n in 0..300 {
        let mut moment = Moment::SILENCE;
        for third in 0..THIRDS {
            let power = libm::pow(10.0, level_db(n, third) / 10.0) / 2.0;
            moment.mid[third] = power as f32;
        }
        let sum: f64 = moment.powers(0..THIRDS);
        moment.weighted = sum as f32;
        moment.peak = libm::sqrt(2.0 * sum) as f32;
        track.put(n, moment);
    }
    track
}

/// Louder by so much.
fn louder(track: &Track, db: f64) -> Track {
    let gain = crate::dsp::units::db_to_gain(db);
    Track {
        moments: track.moments.iter().map(|one| one.times(gain)).collect(),
    }
}

/// Vowels around 600 Hz and a consonant now and then.
fn voice() -> Track {
    track(|n, third| match third {
        12..=20 if n % 12 != 0 => -30.0,
        24..=28 if n % 12 == 0 => -33.0,
        24..=28 => -60.0,
        _ => -90.0,
    })
}

/// Chords from 200 Hz to 5 kHz.
fn chords() -> Track {
    track(|_, third| {
        if (10..25).contains(&third) {
            -34.0
        } else {
            -90.0
        }
    })
}

fn bass() -> Track {
    track(|_, third| {
        if (2..8).contains(&third) {
            -27.0
        } else {
            -90.0
        }
    })
}

/// A hit twice a second.
fn kick() -> Track {
    track(|n, third| match (n % 5, third) {
        (0, 3..=6) => -22.0,
        (0, 15..=25) => -40.0,
        (1, 3..=6) => -40.0,
        _ => -100.0,
    })
}

fn heard<'a>(name: &'a str, role: Role, track: &'a Track) -> Heard<'a> {
    Heard {
        name,
        role,
        track,
        input: track,
        traits: Traits::default(),
        report: None,
        mix_gain_db: None,
    }
}

fn gain_of(balance: &Balance, stem: usize) -> f64 {
    let gains = balance.moves.iter().filter(|(place, _)| *place == stem);
    gains
        .filter(|(_, one)| one.stage == StemStage::Gain)
        .map(|(_, one)| one.value)
        .sum()
}

fn has(balance: &Balance, kind: ConflictKind) -> bool {
    balance.conflicts.iter().any(|one| one.kind == kind)
}

#[test]
fn a_song_in_balance_is_left_alone() {
    let (voice, chords, bass, kick) = (voice(), chords(), bass(), kick());
    let voice = louder(&voice, 5.0);
    let stems = [
        heard("vox", Role::LeadVocal, &voice),
        heard("keys", Role::Music, &chords),
        heard("bass", Role::Bass, &bass),
        heard("kick", Role::Drums, &kick),
    ];
    let found = balance(&stems);
    assert_eq!(found.moves, [], "{found:#?}");
    assert_eq!(found.remix, None);
    let shares: f64 = found.eaters.iter().map(|eater| eater.share).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");
}

#[test]
fn a_buried_voice_comes_up_and_a_loud_bass_down() {
    let (voice, chords, bass) = (louder(&voice(), -4.0), chords(), louder(&bass(), 6.0));
    let stems = [
        heard("vox", Role::LeadVocal, &voice),
        heard("keys", Role::Music, &chords),
        heard("bass", Role::Bass, &bass),
    ];
    let found = balance(&stems);
    assert!(gain_of(&found, 0) >= 0.5, "{found:#?}");
    assert!(gain_of(&found, 2) <= -0.5, "{found:#?}");
    assert_eq!(gain_of(&found, 1), 0.0);
    for (_, one) in &found.moves {
        assert!(one.value.abs() <= GAIN_MAX_DB && !one.text.is_empty());
    }
}

#[test]
fn what_is_far_off_is_a_remix() {
    let (voice, chords) = (louder(&voice(), -16.0), chords());
    let stems = [
        heard("vox", Role::LeadVocal, &voice),
        heard("keys", Role::Music, &chords),
    ];
    let found = balance(&stems);
    let remix = found.remix.as_ref().expect("far off");
    assert!(
        remix.stem == 0 && remix.wanted_db > GAIN_MAX_DB,
        "{remix:?}"
    );
    assert_eq!(gain_of(&found, 0), GAIN_MAX_DB);
    assert!(has(&found, ConflictKind::VocalMasked));
    let cut = found.moves.iter().find(|(place, _)| *place == 1);
    let Some((_, cut)) = cut else {
        panic!("nothing makes room: {found:#?}");
    };
    let StemChange::Band(band) = cut.change else {
        panic!("{cut:?}");
    };
    assert!((-2.0..0.0).contains(&band.range_db));
    assert!((300.0..5000.0).contains(&band.frequency_hz));
}

#[test]
fn the_printed_mix_is_what_was_approved() {
    let (voice, chords, bass) = (louder(&voice(), 5.0), chords(), bass());
    let with = |gains_db: [f64; 3]| {
        let stems = [
            heard("vox", Role::LeadVocal, &voice),
            heard("keys", Role::Music, &chords),
            heard("bass", Role::Bass, &bass),
        ];
        let mut stems = stems;
        for (stem, db) in stems.iter_mut().zip(gains_db) {
            stem.mix_gain_db = Some(db);
        }
        balance(&stems)
    };
    // All 4 dB quieter: the mix was turned down, nobody moved.
    assert_eq!(with([-4.0, -4.0, -4.0]).moves, []);
    let found = with([0.0, 0.0, -1.5]);
    assert!((gain_of(&found, 2) + 1.5).abs() < 0.35, "{found:#?}");
    assert!(has(&found, ConflictKind::NotAsInMix));
    // Further than a nudge.
    let found = with([0.0, 5.0, 0.0]);
    assert_eq!(gain_of(&found, 1), GAIN_MAX_DB);
    assert_eq!(found.remix, None, "the delivery is wrong, not the mix");
}

#[test]
fn a_kick_under_the_bass_gets_room() {
    let (kick, bass, chords) = (kick(), louder(&bass(), 18.0), chords());
    let stems = [
        heard("kick", Role::Drums, &kick),
        heard("bass", Role::Bass, &bass),
        heard("keys", Role::Music, &chords),
    ];
    let found = balance(&stems);
    assert!(has(&found, ConflictKind::KickAgainstBass), "{found:#?}");
    let dip = found
        .moves
        .iter()
        .find(|(place, one)| *place == 1 && one.stage == StemStage::Equalizer);
    let (_, dip) = dip.expect("a dip in the bass");
    assert!(dip.value <= -0.5 && dip.value >= -2.0);
}

#[test]
fn a_wide_bass_is_brought_to_the_middle() {
    let mut bass = bass();
    let chords = chords();
    let beside_chords = |bass: &Track| {
        balance(&[
            heard("bass", Role::Bass, bass),
            heard("keys", Role::Music, &chords),
        ])
    };
    assert!(!has(&beside_chords(&bass), ConflictKind::WideBass));
    // All over, 3 dB over the middle: half of the width goes.
    for moment in &mut bass.moments {
        moment.side = moment.mid.map(|power| 2.0 * power);
    }
    let found = beside_chords(&bass);
    assert!(has(&found, ConflictKind::WideBass));
    let width = found
        .moves
        .iter()
        .find(|(_, one)| one.stage == StemStage::Width);
    assert_eq!(width.expect("less width").1.value, 50.0);
}

#[test]
fn nothing_is_told_of_silence() {
    let silence = Track::default();
    let found = balance(&[
        heard("vox", Role::LeadVocal, &silence),
        heard("bass", Role::Bass, &silence),
    ]);
    assert_eq!(found.moves, []);
    assert_eq!(found.conflicts, []);
    assert_eq!(balance(&[]), Balance::default());
}
