//! References: the user's own tracks as a target.

use super::style::{ReferenceShares, Side, Target};
use super::wishes::ReferenceWeights;
use crate::analysis::bands::{THIRDS, WIDE, center_hz};
use crate::analysis::report::Report;

/// How far from a reference nobody hears a fault, one standard deviation in dB.
const TONE_SPREAD_MIN_DB: f64 = 1.5;
/// The same of width and of dynamics, which vary more from song to song.
const WIDTH_SPREAD_MIN_DB: f64 = 2.0;
const DYNAMICS_SPREAD_MIN_DB: f64 = 1.5;
/// A band below this holds nothing: the rate or a codec ends under it.
const EMPTY_DB: f64 = -100.0;
/// Side below this in all bands: a mono track, which says nothing about width.
const MONO_DB: f64 = -50.0;
/// A lossy cutoff less sure than this is taken for the music's own end.
const LOSSY_CONFIDENCE: f64 = 0.5;

/// `target` (the style's) moved towards the references, each side by its weight.
///
/// Tone, width, dynamics and loudness are the means of the references; spreads come from their disagreement,
/// with a floor. What a reference cannot tell is left to the others and to the style: bands its rate or codec
/// does not reach, the width of a mono track, and the dynamics of a limited one (as far as it surely is), so
/// that a rough master's limiting is not asked of the song.
pub fn towards(target: &Target, references: &[Report], weights: &ReferenceWeights) -> Target {
    let mut moved = target.clone();
    let share = |weight: f64| {
        if weight.is_finite() {
            weight.clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let [tone, dynamics, width, loudness] = [
        weights.tone,
        weights.dynamics,
        weights.width,
        weights.loudness,
    ]
    .map(share);
    if references.is_empty() || [tone, dynamics, width, loudness] == [0.0; 4] {
        return moved;
    }
    let style = &mut moved.style;
    let heard = references.iter().map(trust).fold(0.0, f64::max);
    let mut shares = ReferenceShares {
        count: references.len(),
        heard,
        ..ReferenceShares::default()
    };

    for third in 0..THIRDS {
        let seen = references
            .iter()
            .filter(|reference| reaches(reference, third))
            .map(|reference| (reference.tone.level_db[third], trust(reference)));
        let (level_db, spread_db) = (&mut style.level_db[third], &mut style.spread_db[third]);
        let share = blend(
            Mean::of(seen),
            TONE_SPREAD_MIN_DB,
            tone,
            level_db,
            spread_db,
        );
        shares.tone = shares.tone.max(share);
    }
    for band in 0..WIDE {
        let seen = references
            .iter()
            .filter(|reference| tells_width(reference))
            .map(|reference| {
                let side_to_mid_db = reference.stereo.bands[band].side_to_mid_db;
                (side_to_mid_db.max(MONO_DB), trust(reference))
            });
        let (level_db, spread_db) = (
            &mut style.side_to_mid_db[band],
            &mut style.side_to_mid_spread_db[band],
        );
        shares.width = blend(
            Mean::of(seen),
            WIDTH_SPREAD_MIN_DB,
            width,
            level_db,
            spread_db,
        );

        let seen = references.iter().map(|reference| {
            let band = &reference.dynamics.bands[band];
            (band.p95_db - band.p50_db, unlimited(reference))
        });
        let (level_db, spread_db) = (
            &mut style.dynamics_db[band],
            &mut style.dynamics_spread_db[band],
        );
        shares.dynamics = blend(
            Mean::of(seen),
            DYNAMICS_SPREAD_MIN_DB,
            dynamics,
            level_db,
            spread_db,
        );
    }
    let seen = references
        .iter()
        .filter_map(|reference| Some((reference.loudness.plr_db?, unlimited(reference))));
    blend(
        Mean::of(seen),
        DYNAMICS_SPREAD_MIN_DB,
        dynamics,
        &mut style.plr_db,
        &mut style.plr_spread_db,
    );
    let seen = references
        .iter()
        .filter_map(|reference| Some((reference.loudness.integrated_lufs?, trust(reference))));
    shares.loudness = blend(
        Mean::of(seen),
        0.0,
        loudness,
        &mut style.loudness_lufs,
        &mut 0.0,
    );

    moved.from_references = shares;
    // What the sound is held against gives the name; loudness alone does not.
    if [Side::Tone, Side::Dynamics, Side::Width].map(|side| moved.follows_references(side))
        != [false; 3]
    {
        moved.name = shares.in_words().to_owned();
    }
    moved.confidence += tone * (heard - moved.confidence).max(0.0);
    moved
}

/// A weighted mean, its standard deviation, and the sum of the weights (at most 1): how much of an opinion
/// there is.
#[derive(Debug, Clone, Copy)]
struct Mean {
    value: f64,
    deviation: f64,
    opinion: f64,
}

impl Mean {
    /// Of (value, weight); `None` if nothing has a weight.
    fn of(seen: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let (mut sum, mut squares, mut weights) = (0.0, 0.0, 0.0);
        for (value, weight) in seen.filter(|(value, _)| value.is_finite()) {
            sum += weight * value;
            squares += weight * value * value;
            weights += weight;
        }
        if weights <= 0.0 {
            return None;
        }
        let value = sum / weights;
        Some(Self {
            value,
            deviation: libm::sqrt((squares / weights - value * value).max(0.0)),
            opinion: weights.min(1.0),
        })
    }
}

/// Moves a value of the style and its spread by `weight`, as far as there is an opinion; returns how far.
fn blend(
    mean: Option<Mean>,
    spread_min: f64,
    weight: f64,
    value: &mut f64,
    spread: &mut f64,
) -> f64 {
    let Some(mean) = mean else { return 0.0 };
    let weight = weight * mean.opinion;
    let disagreement = libm::sqrt(mean.deviation * mean.deviation + spread_min * spread_min);
    *value += weight * (mean.value - *value);
    *spread += weight * (disagreement - *spread);
    weight
}

/// How much of the reference was heard, 0 to 1.
fn trust(reference: &Report) -> f64 {
    reference.heard.confidence.clamp(0.0, 1.0)
}

/// The same for what a limiter changes.
fn unlimited(reference: &Report) -> f64 {
    trust(reference) * (1.0 - reference.faults.limiting.confidence.clamp(0.0, 1.0))
}

/// Whether the reference is stereo at all.
fn tells_width(reference: &Report) -> bool {
    let bands = &reference.stereo.bands;
    bands.iter().any(|band| band.side_to_mid_db > MONO_DB)
}

/// Whether the reference holds this band at all.
fn reaches(reference: &Report, third: usize) -> bool {
    let end_hz = reference
        .faults
        .lossy_cutoff_hz
        .filter(|_| reference.faults.lossy_confidence >= LOSSY_CONFIDENCE)
        .unwrap_or(f64::INFINITY);
    let upper_edge_hz = center_hz(third) * libm::exp2(1.0 / 6.0);
    reference.tone.level_db[third] > EMPTY_DB && upper_edge_hz <= end_hz
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::report::{
        DynamicsReport, HeardReport, LoudnessReport, LowEndReport, RhythmReport, SibilanceReport,
        StereoReport, ToneReport,
    };
    use crate::assistant::finding::FindingKind;
    use crate::assistant::moves::tone::tone;
    use crate::assistant::moves::{MoveKind, plain};
    use crate::assistant::proposal::judge;
    use crate::assistant::style::{Style, Whose};
    use crate::assistant::wishes::MixState;

    const SIDES: [Side; 4] = [Side::Tone, Side::Dynamics, Side::Width, Side::Loudness];

    const ALL: ReferenceWeights = ReferenceWeights {
        tone: 1.0,
        dynamics: 1.0,
        width: 1.0,
        loudness: 1.0,
    };

    /// Weights of one side alone, in the order of [`SIDES`].
    fn alone() -> [ReferenceWeights; 4] {
        core::array::from_fn(|n| {
            let weight = |of: usize| if of == n { 1.0 } else { 0.0 };
            ReferenceWeights {
                tone: weight(0),
                dynamics: weight(1),
                width: weight(2),
                loudness: weight(3),
            }
        })
    }

    fn target() -> Target {
        Target {
            name: "closest to rock".to_owned(),
            confidence: 0.4,
            nearness: Vec::new(),
            style: Style {
                name: "rock".to_owned(),
                description: String::new(),
                source: String::new(),
                level_db: [0.0; THIRDS],
                spread_db: [3.0; THIRDS],
                side_to_mid_db: [-10.0; WIDE],
                side_to_mid_spread_db: [4.0; WIDE],
                dynamics_db: [6.0; WIDE],
                dynamics_spread_db: [2.0; WIDE],
                plr_db: 12.0,
                plr_spread_db: 2.0,
                loudness_lufs: -12.0,
                percussiveness: 0.0,
                energy: 0.5,
            },
            chosen: false,
            from_references: ReferenceShares::default(),
        }
    }

    /// A reference whose tone is `level_db` everywhere, with width −6 dB, dynamics 3 dB, PLR 8 dB, −9 LUFS.
    fn reference(level_db: f64) -> Report {
        let mut dynamics = DynamicsReport::default();
        let mut stereo = StereoReport::default();
        for band in 0..WIDE {
            dynamics.bands[band].p95_db = -10.0;
            dynamics.bands[band].p50_db = -13.0;
            stereo.bands[band].side_to_mid_db = -6.0;
        }
        let level_db = [level_db; THIRDS];
        Report {
            heard: HeardReport {
                covered_s: 60.0,
                gated_s: 60.0,
                confidence: 1.0,
            },
            loudness: LoudnessReport {
                integrated_lufs: Some(-9.0),
                plr_db: Some(8.0),
                ..LoudnessReport::default()
            },
            tone: ToneReport {
                level_db,
                mid_db: level_db,
                side_db: level_db,
                p10_db: level_db,
                p50_db: level_db,
                p95_db: level_db,
            },
            dynamics,
            rhythm: RhythmReport::default(),
            stereo,
            low_end: LowEndReport::default(),
            resonances: Vec::new(),
            sibilance: SibilanceReport::default(),
            elements: Default::default(),
            faults: Default::default(),
            translation: Vec::new(),
        }
    }

    #[test]
    fn a_reference_is_the_target() {
        let moved = towards(&target(), &[reference(2.0)], &ALL);
        assert_eq!(moved.style.level_db, [2.0; THIRDS]);
        assert_eq!(moved.style.spread_db, [TONE_SPREAD_MIN_DB; THIRDS]);
        assert_eq!(moved.style.side_to_mid_db, [-6.0; WIDE]);
        assert_eq!(moved.style.dynamics_db, [3.0; WIDE]);
        assert_eq!(moved.style.plr_db, 8.0);
        assert_eq!(moved.style.loudness_lufs, -9.0);
        for side in SIDES {
            assert_eq!(moved.whose(side), Whose::References);
        }
        assert_eq!(moved.name, "your reference");
        assert_eq!(moved.confidence, 1.0);
    }

    #[test]
    fn a_side_without_weight_is_not_called_the_references() {
        for (side, weights) in SIDES.into_iter().zip(alone()) {
            let moved = towards(&target(), &[reference(2.0)], &weights);
            for other in SIDES {
                let whose = if other == side {
                    Whose::References
                } else {
                    Whose::Style
                };
                assert_eq!(moved.whose(other), whose, "{side:?} {other:?}");
                let mine = moved.than_usual(other).contains("reference");
                assert_eq!(mine, other == side, "{}", moved.than_usual(other));
                let mine = moved.is_usual(other).contains("reference");
                assert_eq!(mine, other == side, "{}", moved.is_usual(other));
            }
            // Loudness is not what the sound is measured against.
            let renamed = moved.name == "your reference";
            assert_eq!(renamed, side != Side::Loudness, "{}", moved.name);
        }
    }

    #[test]
    fn half_a_reference_is_a_blend_and_says_so() {
        let with = |tone| ReferenceWeights { tone, ..ALL };
        let moved = towards(&target(), &[reference(2.0), reference(2.0)], &with(0.5));
        assert!(moved.follows_references(Side::Tone));
        assert_eq!(
            moved.than_usual(Side::Tone),
            "than a blend of your references and what is usual for finished music like this"
        );
        // Where the style's part is the greater, it is not taken as it is meant.
        let moved = towards(&target(), &[reference(2.0)], &with(0.3));
        assert!(!moved.follows_references(Side::Tone));
        assert_eq!(moved.whose(Side::Tone), Whose::Blend);
    }

    /// Moves and findings of a dark, narrow song that moves much and is quiet, by what its target says.
    fn said(target: &Target) -> Vec<(Side, String)> {
        let mut song = plain::narrow();
        song.rhythm.energy = 0.9;
        for third in 24..THIRDS {
            song.tone.level_db[third] -= 9.0;
        }
        let (findings, moves, _) = judge(&song, target, MixState::Unknown);
        let moves = moves.into_iter().filter_map(|one| {
            let side = match one.kind {
                MoveKind::Tone => Side::Tone,
                MoveKind::Dynamics | MoveKind::Glue => Side::Dynamics,
                MoveKind::Width => Side::Width,
                _ => return None,
            };
            Some((side, one.text))
        });
        let findings = findings.into_iter().filter_map(|one| {
            let side = match one.kind {
                FindingKind::Dull => Side::Tone,
                FindingKind::Narrow => Side::Width,
                FindingKind::Quiet => Side::Loudness,
                _ => return None,
            };
            Some((side, one.text))
        });
        moves.chain(findings).collect()
    }

    #[test]
    fn what_is_said_names_the_reference_only_where_its_numbers_are_used() {
        let plain_target = plain::target();
        let own = plain::report();
        for (side, weights) in SIDES.into_iter().zip(alone()) {
            let target = towards(&plain_target, core::slice::from_ref(&own), &weights);
            let said = said(&target);
            for wanted in SIDES {
                assert!(said.iter().any(|(side, _)| *side == wanted), "{said:?}");
            }
            for (of, text) in said {
                assert_eq!(
                    text.contains("your reference"),
                    of == side,
                    "{side:?}: {text}"
                );
            }
        }
    }

    #[test]
    fn a_reference_for_loudness_alone_leaves_the_tone_as_it_is_without() {
        let mut song = plain::mix();
        for third in 24..THIRDS {
            song.tone.level_db[third] -= 9.0;
        }
        let target = plain::target();
        let [.., weights] = alone();
        let moved = towards(&target, &[reference(2.0)], &weights);
        let without = tone(&plain::case(&song, &target)).expect("a dark song");
        assert_eq!(tone(&plain::case(&song, &moved)), Some(without));
    }

    #[test]
    fn each_side_has_its_own_weight() {
        let nothing = ReferenceWeights {
            tone: 0.0,
            dynamics: 0.0,
            width: 0.0,
            loudness: 0.0,
        };
        assert_eq!(towards(&target(), &[reference(2.0)], &nothing), target());
        assert_eq!(towards(&target(), &[], &ALL), target());
        let half = ReferenceWeights {
            tone: 0.5,
            ..nothing
        };
        let moved = towards(&target(), &[reference(2.0)], &half);
        assert_eq!(moved.style.level_db, [1.0; THIRDS]);
        assert_eq!(moved.style.side_to_mid_db, target().style.side_to_mid_db);
        assert_eq!(moved.style.dynamics_db, target().style.dynamics_db);
        assert_eq!(moved.style.loudness_lufs, -12.0);
        let width = ReferenceWeights {
            width: 1.0,
            ..nothing
        };
        let moved = towards(&target(), &[reference(2.0)], &width);
        assert_eq!(moved.style.level_db, [0.0; THIRDS]);
        assert_eq!(moved.style.side_to_mid_db, [-6.0; WIDE]);
    }

    #[test]
    fn references_that_disagree_widen_the_tolerance() {
        let moved = towards(&target(), &[reference(-2.0), reference(4.0)], &ALL);
        assert_eq!(moved.style.level_db, [1.0; THIRDS]);
        let expected = libm::sqrt(9.0 + TONE_SPREAD_MIN_DB * TONE_SPREAD_MIN_DB);
        assert!((moved.style.spread_db[0] - expected).abs() < 1e-12);
    }

    #[test]
    fn the_limiting_of_a_rough_master_is_not_asked_of_the_song() {
        let mut rough = reference(2.0);
        rough.faults.limiting.confidence = 1.0;
        let moved = towards(&target(), &[rough.clone()], &ALL);
        assert_eq!(moved.style.dynamics_db, target().style.dynamics_db);
        assert_eq!(moved.style.plr_db, target().style.plr_db);
        assert_eq!(moved.style.level_db, [2.0; THIRDS]);
        assert_eq!(moved.style.loudness_lufs, -9.0);
        assert_eq!(moved.whose(Side::Dynamics), Whose::Style);
        // Beside one that is not limited, that one counts.
        let moved = towards(&target(), &[rough, reference(2.0)], &ALL);
        assert_eq!(moved.style.dynamics_db, [3.0; WIDE]);
    }

    #[test]
    fn what_a_reference_does_not_hold_is_left_to_the_style() {
        let mut low_rate = reference(2.0);
        low_rate.tone.level_db[30] = -120.0;
        let mut lossy = low_rate.clone();
        lossy.faults.lossy_cutoff_hz = Some(15_500.0);
        lossy.faults.lossy_confidence = 0.9;
        lossy.tone.level_db[29] = -60.0;
        for band in &mut lossy.stereo.bands {
            band.side_to_mid_db = -120.0;
        }
        let moved = towards(&target(), &[lossy.clone()], &ALL);
        assert_eq!(moved.style.level_db[28], 2.0);
        assert_eq!(moved.style.level_db[29..], [0.0, 0.0]);
        assert_eq!(moved.style.side_to_mid_db, [-10.0; WIDE]);
        assert_eq!(moved.whose(Side::Width), Whose::Style);
        let moved = towards(&target(), &[lossy, low_rate], &ALL);
        assert_eq!(moved.style.level_db[29..], [2.0, 0.0]);
        assert_eq!(moved.style.side_to_mid_db, [-6.0; WIDE]);
    }
}
