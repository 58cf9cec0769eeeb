//! Sharp consonants: `sibilant`.

use super::{Words, finding, located, severity};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Element, Finding, FindingKind, Reach, Severity};

/// How far the bursts of 5–9 kHz stand out, in dB, and how many a second there must be.
const EXCESS_DB: [f64; 3] = [14.5, 14.5, 20.0];
const BURSTS_PER_S: f64 = 0.3;

/// What was found.
pub fn findings(report: &Report) -> Vec<Finding> {
    sibilant(report).into_iter().collect()
}

fn sibilant(report: &Report) -> Option<Finding> {
    let sibilance = &report.sibilance;
    if sibilance.bursts_per_s < BURSTS_PER_S {
        return None;
    }
    let severity = severity(sibilance.excess_db, EXCESS_DB)?;
    let words = Words {
        text: format!(
            "Sharp consonants stand out by {:.1} dB around {:.1} kHz, {:.1} times a second.",
            sibilance.excess_db,
            sibilance.center_hz / 1000.0,
            sibilance.bursts_per_s
        ),
        advice: "The master de-esses gently; hi-hats in the same band move with it.",
        better: "A de-esser on the vocal track.",
    };
    let stereo = if severity == Severity::High {
        Reach::Limited
    } else {
        Reach::Yes
    };
    let found = finding(
        FindingKind::Sibilant,
        severity,
        (sibilance.excess_db, "dB"),
        (Cause::Element, stereo, Reach::Yes),
        words,
        0.6,
    );
    Some(located(found, &sibilance.places, Some(Element::Lead)))
}
