//! How loud voice, lead, bass and cymbals stand beside the rest, and how far that is beyond what is usual.
//!
//! What is usual was measured on some fifty multitracks (bands, electronic music, scores played by
//! synthesizers): songs differ by 3 to 5 dB around it, and most of that is meant. So the wish is the mean of
//! what the fault may be, given that most songs have none: small near the usual, growing beyond.

use super::scene::{Kit, Scene, Side};
use super::{Conflict, ConflictKind, Wanted};
use crate::stems::role::Role;
use crate::stems::voice::is_voice;

/// An element's level beside the rest while it is heard, in LU.
struct Usual {
    level_lu: f64,
    /// Standard deviation between songs, in LU.
    sd_lu: f64,
    /// What is wished at most, down and up, in dB: an element that is quiet is mostly meant so.
    most_db: [f64; 2],
    name: &'static str,
}

const VOICE: Usual = Usual {
    level_lu: 1.5,
    sd_lu: 3.0,
    most_db: [6.0, 6.0],
    name: "lead vocal",
};
const LEAD: Usual = Usual {
    level_lu: -4.0,
    sd_lu: 4.0,
    most_db: [1.0, 1.0],
    name: "lead",
};
const BASS: Usual = Usual {
    level_lu: -4.0,
    sd_lu: 3.5,
    most_db: [6.0, 1.0],
    name: "bass",
};
const CYMBALS: Usual = Usual {
    level_lu: -14.0,
    sd_lu: 4.5,
    most_db: [6.0, 0.0],
    name: "cymbals",
};

/// How likely a stem's level is wrong at all, before anything was heard, and by how much then, as a standard
/// deviation in dB.
const FAULT_SHARE: f64 = 0.3;
const FAULT_DB: f64 = 4.0;
/// What is heard less than this share of the song may be meant as a touch, not as the element.
const SHARE_OF_SONG: f64 = 0.3;
/// A level is told as a conflict from this wish on, in dB.
const TOLD_DB: f64 = 0.5;

/// Wishes for the levels of voice, bass and cymbals.
pub(super) fn say(scene: &Scene<'_>, wanted: &mut Wanted) {
    let voices = scene.of(Role::LeadVocal);
    let usual = if voices
        .iter()
        .any(|&place| is_voice(scene.stems[place].track))
    {
        &VOICE
    } else {
        &LEAD
    };
    hold_against(scene, &voices, &[Role::VocalFx], usual, wanted);
    hold_against(scene, &scene.of(Role::Bass), &[], &BASS, wanted);
    let cymbals: Vec<usize> = scene
        .of(Role::Drums)
        .into_iter()
        .filter(|&place| scene.kit(place) == Kit::Cymbals)
        .collect();
    hold_against(scene, &cymbals, &[], &CYMBALS, wanted);
}

fn hold_against(
    scene: &Scene<'_>,
    places: &[usize],
    without: &[Role],
    usual: &Usual,
    wanted: &mut Wanted,
) {
    if places.is_empty() {
        return;
    }
    let side = scene.side(places, without);
    let Some(level_lu) = side.level_lu() else {
        return;
    };
    let off_db = level_lu - usual.level_lu;
    let touch = (scene.share_of_song(&side.active) / SHARE_OF_SONG).min(1.0);
    let wish_db = -fault_db(off_db, usual.sd_lu) * side.trust() * touch;
    let wish_db = wish_db.clamp(-usual.most_db[0], usual.most_db[1]);
    if wish_db == 0.0 {
        return;
    }
    let loudest = loudest(scene, places, &side);
    let name = scene.stems[loudest].name;
    let word = if off_db > 0.0 { "louder" } else { "quieter" };
    let text = format!(
        "{name} stands {level_lu:+.1} LU beside the rest while it plays, {:.1} dB {word} than a {} usually \
         does.",
        off_db.abs(),
        usual.name
    );
    if wish_db.abs() >= TOLD_DB {
        wanted.conflicts.push(Conflict {
            kind: ConflictKind::Level,
            stem: loudest,
            against: None,
            value: off_db,
            unit: "dB",
            band_hz: None,
            places: Vec::new(),
            text: text.clone(),
        });
    }
    wanted.gains.push((loudest, wish_db, text));
}

/// What the fault is likely to be, in dB, where a level is `off_db` beside the usual: the mean of a fault of
/// ±[`FAULT_DB`] that one song in three has, given that songs differ by `sd_lu`.
fn fault_db(off_db: f64, sd_lu: f64) -> f64 {
    let density =
        |variance: f64| libm::exp(-off_db * off_db / (2.0 * variance)) / libm::sqrt(variance);
    let (songs, faults) = (sd_lu * sd_lu, FAULT_DB * FAULT_DB);
    let faulty = FAULT_SHARE * density(songs + faults);
    let sound = (1.0 - FAULT_SHARE) * density(songs);
    let believed = faulty / (faulty + sound).max(1e-300);
    believed * off_db * faults / (songs + faults)
}

/// The loudest of some stems while they are heard.
fn loudest(scene: &Scene<'_>, places: &[usize], side: &Side) -> usize {
    let power = |place: usize| -> f64 {
        side.heard()
            .map(|(number, ..)| f64::from(scene.moment(place, number).weighted))
            .sum()
    };
    places
        .iter()
        .copied()
        .max_by(|&a, &b| power(a).total_cmp(&power(b)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_usual_little_is_believed_and_far_off_most() {
        assert_eq!(fault_db(0.0, 4.0), 0.0);
        assert!(fault_db(2.0, 4.0) < 0.3);
        let far_db = fault_db(14.0, 4.0);
        assert!((6.0..7.0).contains(&far_db), "{far_db}");
        // As far above as below.
        assert_eq!(fault_db(-5.0, 3.0), -fault_db(5.0, 3.0));
        // Monotonic.
        let mut last_db = 0.0;
        for n in 1..60 {
            let here_db = fault_db(f64::from(n) * 0.5, 3.5);
            assert!(here_db > last_db);
            last_db = here_db;
        }
    }
}
