//! The stereo image: `low_end_out_of_phase, wide_low_end, mono, narrow, one_sided, mono_loss`.

use super::{Words, finding, located, severity};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Finding, FindingKind, Reach, Severity};
use crate::assistant::sentence::beside_the_middle;
use crate::assistant::style::{Side, Target};

/// Lows that cancel: side over mid in dB, and the 10th percentile of their correlation, from where it is low
/// and from where it is high. Lows that are only decorrelated stay below the first.
const LOW_CANCELS_DB: [f64; 2] = [1.0, 2.0];
const LOW_CORRELATION: [f64; 2] = [-0.3, -0.45];
/// Side over mid of lows that are wide, in dB: of 378 free songs one in four has −5.3, one in ten −1.9.
const LOW_WIDE_DB: f64 = -2.2;
/// Side over mid in every band, in dB, below which it is mono.
const MONO_DB: f64 = -45.0;
/// Spreads below the style's width in the middle and upper bands.
const NARROW_SPREADS: [f64; 2] = [1.5, 2.5];
/// Difference of left and right in dB that all bands but one have: a pan of one element is in one band.
const ONE_SIDED_DB: [f64; 3] = [2.3, 2.3, 6.0];
/// A channel so far below the other counts as missing, in dB.
const ONE_MISSING_DB: f64 = 30.0;
/// What the mono fold loses, in LU.
const MONO_LOSS_LU: [f64; 3] = [-2.8, -3.2, -4.5];

/// What was found.
pub fn findings(report: &Report, target: &Target) -> Vec<Finding> {
    if is_mono(report) {
        return vec![mono(report)];
    }
    [
        lows(report),
        one_sided(report),
        mono_loss(report),
        narrow(report, target),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_mono(report: &Report) -> bool {
    let bands = &report.stereo.bands;
    bands.iter().all(|band| band.side_to_mid_db < MONO_DB)
}

fn mono(report: &Report) -> Finding {
    let sides = report.stereo.bands.iter().map(|band| band.side_to_mid_db);
    let widest_db = sides.fold(-120.0, f64::max);
    let words = Words {
        text: "Left and right are the same: the song is mono.".to_owned(),
        advice: "If it is not meant, look for a mono switch on the mix bus or a mono export.",
        better: "A stereo export of the mix.",
    };
    finding(
        FindingKind::Mono,
        Severity::Low,
        (widest_db, "dB"),
        (Cause::Song, Reach::No, Reach::Limited),
        words,
        1.0,
    )
}

/// Lows that cancel in mono, or else lows that are only wide.
fn lows(report: &Report) -> Option<Finding> {
    let low = &report.low_end;
    let beyond = |n: usize| {
        low.side_to_mid_db > LOW_CANCELS_DB[n] && low.correlation_p10 < LOW_CORRELATION[n]
    };
    if beyond(0) {
        let severity = if beyond(1) {
            Severity::High
        } else {
            Severity::Low
        };
        let words = Words {
            text: format!(
                "Below 120 Hz left and right work against each other: side is {:.1} dB over mid, and mono \
                 loses the bass.",
                low.side_to_mid_db
            ),
            advice: "Find the track whose polarity is turned or whose widener reaches into the bass.",
            better: "Turn the polarity of that channel in the mix; making the bass mono here removes it.",
        };
        let found = finding(
            FindingKind::LowEndOutOfPhase,
            severity,
            (low.side_to_mid_db, "dB"),
            (Cause::Source, Reach::Limited, Reach::Yes),
            words,
            0.9,
        );
        return Some(located(found, &low.out_of_phase, None));
    }
    if low.side_to_mid_db < LOW_WIDE_DB {
        return None;
    }
    let words = Words {
        text: format!(
            "Below 120 Hz the sound is wide: the sides stand {}.",
            beside_the_middle(low.side_to_mid_db)
        ),
        advice: "The master makes the bass mono; loudspeakers then work together on it.",
        better: "Bass and kick in the centre of the mix.",
    };
    Some(finding(
        FindingKind::WideLowEnd,
        Severity::Low,
        (low.side_to_mid_db, "dB"),
        (Cause::Song, Reach::Yes, Reach::Yes),
        words,
        0.8,
    ))
}

fn one_sided(report: &Report) -> Option<Finding> {
    let mut bands = report.stereo.bands.map(|band| band.balance_db);
    bands.sort_by(f64::total_cmp);
    let balance_db = if bands[1] > 0.0 {
        bands[1]
    } else {
        bands[2].min(0.0)
    };
    let severity = severity(balance_db.abs(), ONE_SIDED_DB)?;
    let side = if balance_db > 0.0 { "Left" } else { "Right" };
    let text = if balance_db.abs() < ONE_MISSING_DB {
        format!(
            "{side} is {:.1} dB louder, from the lows to the top.",
            balance_db.abs()
        )
    } else if balance_db > 0.0 {
        "There is next to nothing on the right channel.".to_owned()
    } else {
        "There is next to nothing on the left channel.".to_owned()
    };
    let words = Words {
        text,
        advice: "The master leaves the balance as it is. If it is not meant, check the pan and the gain of left \
                 and right on the mix bus.",
        better: "Balance left and right in the mix.",
    };
    // A pan of everything is never so far: a channel is missing or was turned down.
    let cause = if severity == Severity::High {
        Cause::Source
    } else {
        Cause::Song
    };
    Some(finding(
        FindingKind::OneSided,
        severity,
        (balance_db, "dB"),
        (cause, Reach::No, Reach::Yes),
        words,
        0.9,
    ))
}

fn mono_loss(report: &Report) -> Option<Finding> {
    let change_lu = report.stereo.mono_change_lu;
    let severity = severity(change_lu, MONO_LOSS_LU)?;
    let words = Words {
        text: format!("Played in mono it loses {:.1} LU.", -change_lu),
        advice: "Narrow what is widest; decorrelated wideners lose 3 LU by definition.",
        better: "Check the wideners and double takes of the mix in mono.",
    };
    Some(finding(
        FindingKind::MonoLoss,
        severity,
        (change_lu, "LU"),
        (Cause::Song, Reach::Limited, Reach::Yes),
        words,
        0.8,
    ))
}

fn narrow(report: &Report, target: &Target) -> Option<Finding> {
    let style = &target.style;
    // The lows are to be narrow; the middle and the top tell.
    let (mut spreads, mut missing_db) = (0.0, 0.0);
    let bands = 1..report.stereo.bands.len();
    let count = bands.len() as f64;
    for band in bands {
        let missing = style.side_to_mid_db[band] - report.stereo.bands[band].side_to_mid_db;
        missing_db += missing / count;
        spreads += missing / style.side_to_mid_spread_db[band].max(0.5) / count;
    }
    let severity = severity(
        spreads,
        [NARROW_SPREADS[0], NARROW_SPREADS[1], f64::INFINITY],
    )?;
    let words = Words {
        text: format!(
            "Above 150 Hz the sides are {missing_db:.1} dB further below the middle {}.",
            target.than_usual(Side::Width)
        ),
        advice: "The master widens it a little; more is the mix's work.",
        better: "Pan and double in the mix.",
    };
    Some(finding(
        FindingKind::Narrow,
        severity,
        (missing_db, "dB"),
        (Cause::Song, Reach::Yes, Reach::Yes),
        words,
        (0.5 + 0.2 * spreads).min(0.9),
    ))
}
