//! Sharp consonants: `sibilant`.

use super::{Words, finding, located, severity};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Finding, FindingKind, Reach, Severity};

/// How much more 6–9 kHz jumps than it dips, in dB. Of 45 free songs half have 1.2, one in four 2, one in
/// twenty 3.4 (many of them with rough hats).
const JUMP_DB: [f64; 3] = [1.6, 1.9, 5.5];

/// What was found.
pub fn findings(report: &Report) -> Vec<Finding> {
    sibilant(report).into_iter().collect()
}

fn sibilant(report: &Report) -> Option<Finding> {
    let sibilance = &report.sibilance;
    let severity = severity(sibilance.jump_db, JUMP_DB)?;
    let words = Words {
        text: format!(
            "Around {:.1} kHz it is sharp again and again: bursts rise {:.1} dB further above their \
             surroundings than the band falls below them.",
            sibilance.center_hz / 1000.0,
            sibilance.jump_db,
        ),
        advice: "The master de-esses gently; hi-hats in the same band move with it.",
        better: "A de-esser on the voice, or softer hats: whichever it is that hisses.",
    };
    let stereo = if severity == Severity::High {
        Reach::Limited
    } else {
        Reach::Yes
    };
    let found = finding(
        FindingKind::Sibilant,
        severity,
        (sibilance.jump_db, "dB"),
        (Cause::Element, stereo, Reach::Yes),
        words,
        0.6,
    );
    // A voice or the hats: in a stereo file one hisses like the other.
    Some(located(found, &sibilance.places, None))
}
