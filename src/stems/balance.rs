//! The balance of stems: where elements fight, and the nudges that end it.
//!
//! Everything is told from what stems leave over time ([`Track`]: third-octaves of mid and side per tenth of
//! a second) and from what their analysis says of them ([`Traits`]); so that the plugin, which hears stems in
//! other processes, and the command line say the same.
//!
//! Songs differ: how loud a vocal or a bass stands is taste within some 4 dB. What is no more than that is
//! nudged by little; what is far beyond is more than a nudge, and then the mix is where it belongs.

mod clash;
mod headroom;
mod masking;
mod own;
mod scene;
mod standing;

use super::moves::{StemChange, StemMove, StemStage};
use super::role::Role;
use super::track::Track;
use super::traits::Traits;
use crate::analysis::report::{Report, Span};
use scene::Scene;
use serde::Serialize;

pub use headroom::{Eater, wide_band};

/// The furthest that a stem's gain is moved, in dB; what needs more is a remix.
pub const GAIN_MAX_DB: f64 = 2.0;
/// More stems with another gain than these are a remix.
pub const MOVED_MAX: usize = 3;
/// Gains smaller than this are not worth a move, in dB.
const GAIN_MIN_DB: f64 = 0.2;
/// The gain of a stem in the printed mix that is this near the others' is as delivered, in dB.
const AS_DELIVERED_DB: f64 = 0.3;

/// A stem as the balance sees it.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it is.
    pub role: Role,
    /// What it holds over time, as it stands beside the others.
    pub track: &'a Track,
    /// The same as its chain hears it, before the fader: by this thresholds are set.
    pub input: &'a Track,
    /// What it brings along, as far as that is known.
    pub traits: Traits,
    /// Its analysis, if that is at hand: when something happens.
    pub report: Option<&'a Report>,
    /// The gain at which it stands in the printed mix, relative to the delivery, in dB, if a mix was given
    /// that tells.
    pub mix_gain_db: Option<f64>,
}

/// What fights what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// The voice is covered in the band where words are.
    VocalMasked,
    /// Bass covers the kick, or the kick the bass.
    KickAgainstBass,
    /// Cymbals stand over the voice.
    CymbalsOverVocal,
    /// The bass is wide.
    WideBass,
    /// Consonants of the voice are sharp.
    Sibilant,
    /// One note of the bass is louder than the others.
    RingingNote,
    /// One stem makes the limiter work.
    EatsHeadroom,
    /// The element is louder or quieter than usual beside the rest.
    Level,
    /// The stem is louder or quieter than in the printed mix.
    NotAsInMix,
}

/// Where elements fight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// What fights.
    pub kind: ConflictKind,
    /// The stem it is told of, by its place in the list.
    #[serde(skip)]
    pub stem: usize,
    /// The stem against it, if it is one.
    #[serde(skip)]
    pub against: Option<usize>,
    /// How much.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// Where in the spectrum, in Hz.
    pub band_hz: Option<[f64; 2]>,
    /// When.
    #[serde(rename = "where")]
    pub places: Vec<Span>,
    /// A sentence with the number.
    pub text: String,
}

/// What a topic says: conflicts, and what is wanted of which stem.
#[derive(Debug, Default)]
struct Wanted {
    conflicts: Vec<Conflict>,
    moves: Vec<(usize, StemMove)>,
    /// Stems, how their gain should move, and why; summed per stem.
    gains: Vec<(usize, f64, String)>,
}

/// Why nudges are not enough.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remix {
    /// A sentence.
    pub text: String,
    /// The stem that is furthest off, by its place in the list.
    #[serde(skip)]
    pub stem: usize,
    /// How far it would have to move, in dB.
    pub wanted_db: f64,
}

/// The balance of a song.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Balance {
    /// Where elements fight, the worst first.
    pub conflicts: Vec<Conflict>,
    /// What is done about it, with the place of the stem, in the order of the stems.
    pub moves: Vec<(usize, StemMove)>,
    /// Why this is not enough; `None`: it is.
    pub remix: Option<Remix>,
    /// Which stem makes how much of the peaks, in the order of the stems.
    pub eaters: Vec<Eater>,
    /// Each stem's share of the song's power in low, low-mid, high-mid and high band, 0 to 1.
    pub spectra: Vec<[f32; 4]>,
}

/// Works out the balance. Stems that are no part of the sum ([`Role::Reference`]) must not be among them.
pub fn balance(stems: &[Heard<'_>]) -> Balance {
    balance_while(stems, &|| true)
}

/// The same; what comes out soon after `go_on` has said no is worth nothing.
pub fn balance_while(stems: &[Heard<'_>], go_on: &dyn Fn() -> bool) -> Balance {
    let mut wanted = Wanted::default();
    let delivered_db = restored(stems, &mut wanted);
    let restored_db: Vec<f64> = delivered_db
        .iter()
        .map(|db| db.clamp(-GAIN_MAX_DB, GAIN_MAX_DB))
        .collect();
    let scene = Scene::new(stems, &restored_db, go_on);
    standing::say(&scene, &mut wanted);
    masking::say(&scene, &mut wanted);
    clash::say(&scene, &mut wanted);
    own::say(&scene, &mut wanted);
    let eaters = headroom::say(&scene, &mut wanted);
    let spectra = headroom::spectra(stems);
    Balance {
        spectra,
        ..settled(stems, wanted, &delivered_db, eaters)
    }
}

/// What brings the stems back to the levels they have in the printed mix, in dB: the mix is what was
/// approved. A gain that all share is the mix's own.
fn restored(stems: &[Heard<'_>], wanted: &mut Wanted) -> Vec<f64> {
    let mut known: Vec<f64> = stems.iter().filter_map(|stem| stem.mix_gain_db).collect();
    known.sort_by(f64::total_cmp);
    let Some(&common_db) = known.get(known.len().saturating_sub(1) / 2) else {
        return vec![0.0; stems.len()];
    };
    let off = |stem: &Heard<'_>| {
        let off_db = stem.mix_gain_db? - common_db;
        (off_db.abs() >= AS_DELIVERED_DB).then_some(off_db)
    };
    let mut restored_db = vec![0.0; stems.len()];
    for (place, stem) in stems.iter().enumerate() {
        let Some(off_db) = off(stem) else { continue };
        let word = if off_db > 0.0 { "quieter" } else { "louder" };
        let text = format!(
            "{} was delivered {:.1} dB {word} than it stands in the mix: it is brought back.",
            stem.name,
            off_db.abs()
        );
        restored_db[place] = off_db;
        wanted.conflicts.push(Conflict {
            kind: ConflictKind::NotAsInMix,
            stem: place,
            against: None,
            value: -off_db,
            unit: "dB",
            band_hz: None,
            places: Vec::new(),
            text: text.clone(),
        });
        wanted.gains.push((place, off_db, text));
    }
    restored_db
}

/// Wishes as moves within their limits.
fn settled(
    stems: &[Heard<'_>],
    wanted: Wanted,
    delivered_db: &[f64],
    eaters: Vec<Eater>,
) -> Balance {
    let mut moves = wanted.moves;
    let mut furthest: Option<(usize, f64)> = None;
    let mut moved = 0;
    for (place, &fault_db) in delivered_db.iter().enumerate() {
        let of_it = || wanted.gains.iter().filter(|gain| gain.0 == place);
        let wish_db: f64 = of_it().map(|gain| gain.1).sum();
        let gain_db = tenths(wish_db.clamp(-GAIN_MAX_DB, GAIN_MAX_DB));
        if gain_db.abs() < GAIN_MIN_DB - 1e-9 {
            continue;
        }
        // A stem that was delivered at another level than in the mix is no remix.
        let own_db = wish_db - fault_db;
        if own_db.abs() >= GAIN_MIN_DB {
            moved += 1;
        }
        if own_db.abs() > GAIN_MAX_DB && furthest.is_none_or(|(_, most)| own_db.abs() > most.abs())
        {
            furthest = Some((place, own_db));
        }
        let strongest = of_it().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        moves.push((
            place,
            StemMove {
                stage: StemStage::Gain,
                band_hz: None,
                value: gain_db,
                unit: "dB".to_owned(),
                text: strongest.map_or_else(String::new, |gain| gain.2.clone()),
                change: StemChange::Gain(gain_db as f32),
            },
        ));
    }
    moves.sort_by_key(|(place, one)| (*place, one.stage != StemStage::Gain));
    let remix = match furthest {
        Some((stem, wanted_db)) => Some(Remix {
            text: format!(
                "{} would have to move by {wanted_db:+.1} dB, and {GAIN_MAX_DB:.0} dB is as far as a \
                 master goes: that is a remix.",
                stems[stem].name
            ),
            stem,
            wanted_db,
        }),
        None if moved > MOVED_MAX => {
            let gain_of = |place: usize| {
                let gains = moves.iter().filter(|(stem, _)| *stem == place);
                gains.fold(0.0, |most: f64, (_, one)| match one.change {
                    StemChange::Gain(db) if f64::from(db).abs() > most.abs() => f64::from(db),
                    _ => most,
                })
            };
            let most = (0..stems.len())
                .max_by(|&a, &b| gain_of(a).abs().total_cmp(&gain_of(b).abs()))
                .unwrap_or(0);
            Some(Remix {
                text: format!(
                    "{moved} stems would have to move, and {MOVED_MAX} are as many as a master moves: that is \
                     a remix."
                ),
                stem: most,
                wanted_db: gain_of(most),
            })
        }
        None => None,
    };
    let mut conflicts = wanted.conflicts;
    conflicts.sort_by_key(|conflict| conflict.kind == ConflictKind::Level);
    Balance {
        conflicts,
        moves,
        remix,
        eaters,
        spectra: Vec::new(),
    }
}

/// To tenths, as gains in dB are told.
fn tenths(value: f64) -> f64 {
    libm::round(value * 10.0) / 10.0 + 0.0
}

#[cfg(test)]
mod tests;
