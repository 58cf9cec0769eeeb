//! What was found, judged: one function per topic, from the report (and the target) to findings.
//!
//! A finding comes with a remedy and says what each way of working reaches. What the master itself mends
//! (level, DC, a little width) never weighs much; a trait of the whole song is the stereo master's work,
//! what one element does is the stems', damage of the source is the mix's.

pub mod damage;
pub mod elements;
pub mod limiter;
pub mod low_end;
pub mod sibilance;
pub mod stereo;

use super::finding::{Cause, Element, Finding, FindingKind, Fix, Reach, Severity};
use super::moves::tone;
use super::sentence::unsigned_zeros;
use super::style::Target;
use crate::analysis::report::{Report, Span};

/// Everything that was found, most severe first.
pub fn findings(report: &Report, target: &Target) -> Vec<Finding> {
    let mut all = damage::findings(report, target);
    all.extend(stereo::findings(report, target));
    all.extend(low_end::findings(report));
    all.extend(sibilance::findings(report));
    all.extend(tone::findings(report, target));
    all.extend(elements::findings(report));
    for one in &mut all {
        one.text = unsigned_zeros(&one.text);
    }
    sort(&mut all);
    all
}

/// Most severe first, then the surest; otherwise the order they came in.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let by_severity = b.severity.cmp(&a.severity);
        by_severity.then(b.confidence.total_cmp(&a.confidence))
    });
}

/// Note, warn and fail of one number: from which value on it is information, of low and of high severity.
/// Falling limits (−1, −2, −3) are for numbers that are worse the lower they are.
fn severity(value: f64, limits: [f64; 3]) -> Option<Severity> {
    let falling = limits[2] < limits[0];
    let reached = |limit: f64| {
        if falling {
            value <= limit
        } else {
            value >= limit
        }
    };
    if reached(limits[2]) {
        Some(Severity::High)
    } else if reached(limits[1]) {
        Some(Severity::Low)
    } else if reached(limits[0]) {
        Some(Severity::Info)
    } else {
        None
    }
}

/// What is said of a finding, beside its numbers.
struct Words {
    text: String,
    advice: &'static str,
    better: &'static str,
}

/// A finding about the whole song, all through, without an element.
fn finding(
    kind: FindingKind,
    severity: Severity,
    (value, unit): (f64, &'static str),
    (cause, stereo, stems): (Cause, Reach, Reach),
    words: Words,
    confidence: f64,
) -> Finding {
    Finding {
        kind,
        severity,
        value,
        unit,
        places: Vec::new(),
        text: words.text,
        advice: words.advice.to_owned(),
        fix: Fix {
            stereo,
            stems,
            better: words.better.to_owned(),
        },
        cause,
        element: None,
        confidence,
    }
}

/// The same, at these places, of this element.
fn located(mut finding: Finding, places: &[Span], element: Option<Element>) -> Finding {
    finding.places = places.to_vec();
    finding.element = element;
    finding
}

#[cfg(test)]
pub(super) mod tests;
