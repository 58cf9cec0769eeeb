//! What of the tone is said: `dull, bright, boomy, thin, muddy, harsh`.

use super::hypotheses::{Beliefs, deviation_db, leveled, response_db};
use super::prior::{BANDS, FIRST, prior};
use crate::analysis::bands::{THIRDS, center_hz};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Finding, FindingKind, Fix, Reach, Severity};
use crate::assistant::moves::{Move, MoveKind, bands_of};
use crate::assistant::style::{Side, Target};

/// What is believed to be wrong in a word's region, from how many dB on it is worth a note, a word, and a
/// strong word. From the second on, about one in seven of the finished songs measured is called wrong.
const BELIEVED_DB: [f64; 3] = [1.2, 1.7, 2.6];
/// Mud is not among the faults that are taken away: it is said from so many standard deviations on, with
/// its neighbours taken out.
const MUD_SIGMA: [f64; 3] = [2.0, 2.5, 3.5];
/// Against references: so many dB beyond their spread.
const BEYOND_DB: [f64; 3] = [1.5, 2.0, 4.0];

/// A move that takes back so much of a deviation mends it; one that takes back less than the second share
/// takes it for meant, and so does the finding.
const MENDED_SHARE: f64 = 0.5;
const MEANT_SHARE: f64 = 0.25;
/// What is moved less than this is left, in dB.
const MOVED_MIN_DB: f64 = 0.3;

/// A word: its kind, the region in Hz it is about, whether it is too much there, and the sentences.
struct Word {
    kind: FindingKind,
    region_hz: [f64; 2],
    much: bool,
    region: &'static str,
    advice: &'static str,
    better: &'static str,
    /// How far the master mends it.
    stereo: Reach,
}

const WORDS: [Word; 6] = [
    Word {
        kind: FindingKind::Dull,
        region_hz: [5000.0, 13_000.0],
        much: false,
        region: "above 5 kHz",
        advice: "The master lifts the highs; if hiss or sharp consonants come up with them, take less.",
        better: "Open up the dark tracks in the mix, one by one.",
        stereo: Reach::Yes,
    },
    Word {
        kind: FindingKind::Bright,
        region_hz: [5000.0, 13_000.0],
        much: true,
        region: "above 5 kHz",
        advice: "The master lowers the highs.",
        better: "Turn down the air of cymbals and vocals in the mix.",
        stereo: Reach::Yes,
    },
    Word {
        kind: FindingKind::Boomy,
        region_hz: [80.0, 180.0],
        much: true,
        region: "around 120 Hz",
        advice: "The master lowers this region; kick and bass move together.",
        better: "Cut the bass or the kick around 120 Hz in the mix, whichever is not meant to fill it.",
        stereo: Reach::Yes,
    },
    Word {
        kind: FindingKind::Thin,
        region_hz: [80.0, 180.0],
        much: false,
        region: "around 120 Hz",
        advice: "The master lifts this region.",
        better: "More body of the bass in the mix.",
        stereo: Reach::Yes,
    },
    Word {
        kind: FindingKind::Muddy,
        region_hz: [200.0, 400.0],
        much: true,
        region: "at 200–400 Hz",
        advice: "The master only holds back what piles up there in loud moments; who does is better found in the \
                 mix.",
        better: "Cut low mids of the instruments that do not need them in the mix.",
        stereo: Reach::Limited,
    },
    Word {
        kind: FindingKind::Harsh,
        region_hz: [2500.0, 5000.0],
        much: true,
        region: "at 2.5–5 kHz",
        advice: "The master lowers the presence.",
        better: "Look for the hard guitar, synth or vocal in the mix.",
        stereo: Reach::Yes,
    },
];

/// The findings, most severe first.
pub(super) fn findings(report: &Report, target: &Target, believed: &Beliefs) -> Vec<Finding> {
    let deviation_db = leveled(&deviation_db(&report.tone.level_db, &target.style.level_db));
    let trust = report.heard.confidence.clamp(0.0, 1.0);
    let believed_db = believed.curve_db();
    let mut found = Vec::new();
    for word in &WORDS {
        let beyond_db = mean_db(&deviation_db, word.region_hz);
        let (grade, sure) = if target.follows_references(Side::Tone) {
            let excess_db = if word.much { beyond_db } else { -beyond_db };
            let grade_db = excess_db - spread_db(target, word.region_hz);
            (graded(grade_db, BEYOND_DB), 0.8)
        } else if word.kind == FindingKind::Muddy {
            let sigma = stands_out(&deviation_db, word.region_hz);
            (graded(sigma, MUD_SIGMA), 0.6)
        } else {
            let fault_db = mean_db(&believed_db, word.region_hz) * trust;
            let much_db = if word.much { fault_db } else { -fault_db };
            (graded(much_db, BELIEVED_DB), 1.0 - believed.intact)
        };
        // What is believed must be heard, too.
        let heard = (beyond_db > 0.0) == word.much;
        if let Some(severity) = grade.filter(|_| heard) {
            found.push(finding(word, severity, beyond_db, sure, target));
        }
    }
    found.sort_by(|a, b| {
        let by_severity = b.severity.cmp(&a.severity);
        by_severity.then(b.confidence.total_cmp(&a.confidence))
    });
    found
}

/// Lets what was found say what the moves that are on do about it, at 100 % intensity.
pub(super) fn answer(findings: &mut [Finding], moves: &[Move]) {
    let bands: Vec<_> = bands_of(moves, MoveKind::Tone).copied().collect();
    let moved_db = leveled(&response_db(&bands));
    let mud_is_held = bands_of(moves, MoveKind::Mud).next().is_some();
    for finding in findings {
        let Some(word) = WORDS.iter().find(|word| word.kind == finding.kind) else {
            continue;
        };
        let back_db = -mean_db(&moved_db, word.region_hz) * finding.value.signum();
        let off_db = finding.value.abs();
        if back_db >= MENDED_SHARE * off_db || (word.kind == FindingKind::Muddy && mud_is_held) {
            continue;
        }
        if back_db < MEANT_SHARE * off_db {
            finding.severity = finding.severity.min(Severity::Info);
        }
        finding.fix.stereo = Reach::Limited;
        finding.advice = if back_db >= MOVED_MIN_DB {
            let moves = if word.much { "lowers" } else { "lifts" };
            format!(
                "The master {moves} it by {back_db:.1} dB and leaves the rest: more would make it another song."
            )
        } else {
            "The master leaves it: it is more likely meant.".to_owned()
        };
    }
}

fn graded(value: f64, limits: [f64; 3]) -> Option<Severity> {
    let reached = limits.iter().filter(|&&limit| value >= limit).count();
    match reached {
        0 => None,
        1 => Some(Severity::Info),
        2 => Some(Severity::Low),
        _ => Some(Severity::High),
    }
}

fn inside(region_hz: [f64; 2]) -> impl Iterator<Item = usize> {
    (0..BANDS).filter(move |band| {
        let hz = center_hz(FIRST + band);
        hz >= region_hz[0] * 0.95 && hz <= region_hz[1] * 1.05
    })
}

fn mean_db(curve_db: &[f64; BANDS], region_hz: [f64; 2]) -> f64 {
    let (sum, count) = inside(region_hz).fold((0.0, 0), |(sum, count), band| {
        (sum + curve_db[band], count + 1)
    });
    sum / f64::from(count.max(1))
}

fn spread_db(target: &Target, region_hz: [f64; 2]) -> f64 {
    let spread_db: &[f64; THIRDS] = &target.style.spread_db;
    inside(region_hz)
        .map(|band| spread_db[FIRST + band])
        .fold(0.0, f64::max)
}

/// How far a region stands out of what lies on both sides of it, in standard deviations of music, all other
/// bands known: the likelihood ratio of a plain bump.
fn stands_out(deviation_db: &[f64; BANDS], region_hz: [f64; 2]) -> f64 {
    let middle_hz = libm::sqrt(region_hz[0] * region_hz[1]);
    let bump = core::array::from_fn(|band| {
        let octaves = libm::log2(center_hz(FIRST + band) / middle_hz);
        libm::exp(-2.0 * octaves * octaves)
    });
    let prior = prior();
    let bump = prior.whitened(&leveled(&bump));
    let heard = prior.whitened(deviation_db);
    let alike: f64 = bump.iter().zip(&heard).map(|(a, b)| a * b).sum();
    let energy: f64 = bump.iter().map(|a| a * a).sum();
    alike / libm::sqrt(energy)
}

fn finding(
    word: &Word,
    severity: Severity,
    beyond_db: f64,
    confidence: f64,
    target: &Target,
) -> Finding {
    let more = if beyond_db < 0.0 { "less" } else { "more" };
    Finding {
        kind: word.kind,
        severity,
        value: beyond_db,
        unit: "dB",
        places: Vec::new(),
        text: format!(
            "The song {}: {} it has {:.1} dB {more} {}.",
            match word.kind {
                FindingKind::Dull => "sounds dull",
                FindingKind::Bright => "sounds bright",
                FindingKind::Boomy => "is boomy",
                FindingKind::Thin => "is thin",
                FindingKind::Muddy => "is muddy",
                _ => "is harsh",
            },
            word.region,
            beyond_db.abs(),
            target.than_usual(Side::Tone)
        ),
        advice: word.advice.to_owned(),
        fix: Fix {
            stereo: word.stereo,
            stems: Reach::Yes,
            better: word.better.to_owned(),
        },
        cause: Cause::Song,
        element: None,
        confidence,
    }
}
