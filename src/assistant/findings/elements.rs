//! Findings about single elements of the mix.

use crate::analysis::elements::{ElementsReport, Standing};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Element, Finding, FindingKind, Fix, Reach, Severity};

/// From how many standard deviations of finished songs an element is named. 1 in 100 finished songs has an
/// element this far out (378 songs, cross-validated), and 2 in 100 of those in which one is 5 dB off have that
/// one this far out.
const NAMED_FROM_SDS: f64 = 2.87;

/// `vocal_buried, vocal_loud, cymbals_loud, low_end_clash`: the element that stands out most, if it does.
///
/// Only one is named: an element that is too loud makes the others look too quiet. It stays a hint however far
/// out it is. The levels that people choose differ by as much as the faults: even with the stems at hand, a
/// limit that accuses one intact sum in ten by an element's loudness against the rest finds one in nine of the
/// faults of 5 dB (53 multitracks).
pub fn findings(report: &Report) -> Vec<Finding> {
    strongest(&report.elements)
        .and_then(|(element, standing)| finding(element, standing))
        .into_iter()
        .collect()
}

fn strongest(elements: &ElementsReport) -> Option<(Element, &Standing)> {
    let all = [
        (Element::Lead, &elements.lead),
        (Element::Bass, &elements.bass),
        (Element::Kick, &elements.kick),
        (Element::Cymbals, &elements.cymbals),
    ];
    all.into_iter()
        .filter_map(|(element, standing)| Some((element, standing.as_ref()?)))
        .max_by(|a, b| a.1.sds.abs().total_cmp(&b.1.sds.abs()))
}

fn finding(element: Element, standing: &Standing) -> Option<Finding> {
    let far_sds = standing.sds.abs();
    if far_sds < NAMED_FROM_SDS {
        return None;
    }
    let loud = standing.sds > 0.0;
    let (kind, name, stereo) = match (element, loud) {
        (Element::Lead, true) => (FindingKind::VocalLoud, "lead", Reach::Limited),
        (Element::Lead, false) => (FindingKind::VocalBuried, "lead", Reach::Limited),
        (Element::Cymbals, true) => (FindingKind::CymbalsLoud, "cymbals", Reach::Limited),
        // Too little of the cymbals is a dull song: the tone says it and mends it.
        (Element::Cymbals, false) => return None,
        (Element::Bass, _) => (FindingKind::LowEndClash, "bass", Reach::Limited),
        (Element::Kick, _) => (FindingKind::LowEndClash, "kick", Reach::Limited),
    };
    let against = match element {
        Element::Bass => "the kick and the rest",
        Element::Kick => "the bass and the rest",
        Element::Lead | Element::Cymbals => "the rest",
    };
    let (are, them) = match element {
        Element::Cymbals => ("are", "them"),
        _ => ("is", "it"),
    };
    let about_db = standing.offset_db.abs();
    let (too, turn) = if loud {
        ("loud", "down")
    } else {
        ("quiet", "up")
    };
    let text = format!(
        "The {name} may be too {too} against {against}, by about {about_db:.0} dB, give or take {:.0} dB: 99 of 100 \
         finished songs are less far out. It may as well be meant so.",
        standing.uncertainty_db
    );
    let advice = format!(
        "Compare with a song you trust. If the {name} {are} too {too} there as well, turn {them} {turn} by 1 to \
         2 dB in the mix, or as a stem."
    );
    Some(Finding {
        kind,
        severity: Severity::Info,
        value: (standing.offset_db * 10.0).round() / 10.0,
        unit: "dB",
        places: standing.places.clone(),
        text,
        advice,
        fix: Fix {
            stereo,
            stems: Reach::Yes,
            better: format!("Turn the {name} {turn} in the mix."),
        },
        cause: Cause::Element,
        element: Some(element),
        confidence: confidence(far_sds),
    })
}

/// How sure it is that this element is off, and to this side, if every fifth mix has one that is 5 dB off: 0.21
/// where it begins to be named, 0.26 at 3.15 standard deviations (changes of multitracks left out of the fit,
/// put on 378 songs); further out, songs are too few to say more than 0.35.
fn confidence(far_sds: f64) -> f64 {
    (0.21 + 0.18 * (far_sds - NAMED_FROM_SDS)).clamp(0.21, 0.35)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(sds: f64) -> Option<Standing> {
        Some(Standing {
            sds,
            offset_db: sds * 2.0,
            uncertainty_db: 3.2,
            places: Vec::new(),
        })
    }

    fn named(lead: f64, bass: f64, kick: f64, cymbals: f64) -> Option<Finding> {
        let elements = ElementsReport {
            lead: standing(lead),
            bass: standing(bass),
            kick: standing(kick),
            cymbals: standing(cymbals),
        };
        strongest(&elements).and_then(|(element, standing)| finding(element, standing))
    }

    #[test]
    fn nothing_is_named_within_the_usual() {
        assert_eq!(named(2.3, -2.8, 1.0, 2.0), None);
        assert_eq!(strongest(&ElementsReport::default()), None);
    }

    #[test]
    fn the_strongest_is_named_with_kind_and_element() {
        use FindingKind::{CymbalsLoud, LowEndClash, VocalBuried, VocalLoud};
        for (sds, kind, element, word) in [
            (
                [3.0, -2.5, 0.0, 0.0],
                VocalLoud,
                Element::Lead,
                "lead may be too loud",
            ),
            (
                [-3.0, 2.5, 0.0, 0.0],
                VocalBuried,
                Element::Lead,
                "lead may be too quiet",
            ),
            (
                [0.0, 3.0, -2.9, 0.0],
                LowEndClash,
                Element::Bass,
                "bass may be too loud",
            ),
            (
                [0.0, 0.0, -3.0, 2.5],
                LowEndClash,
                Element::Kick,
                "kick may be too quiet",
            ),
            (
                [0.0, 0.0, 0.0, 3.0],
                CymbalsLoud,
                Element::Cymbals,
                "cymbals may be too loud",
            ),
        ] {
            let found = named(sds[0], sds[1], sds[2], sds[3]).expect("named");
            assert_eq!((found.kind, found.element), (kind, Some(element)));
            assert!(found.text.contains(word), "{}", found.text);
            assert_eq!(found.cause, Cause::Element);
            assert_eq!(found.fix.stems, Reach::Yes);
        }
        // Too little of the cymbals is left to the tone.
        assert_eq!(named(0.0, 0.0, 0.0, -3.0), None);
    }

    #[test]
    fn it_stays_a_hint_however_far_out() {
        let barely = named(2.9, 0.0, 0.0, 0.0).expect("named");
        let plainly = named(6.0, 0.0, 0.0, 0.0).expect("named");
        assert!(barely.confidence < 0.25 && plainly.confidence == 0.35);
        for hint in [barely, plainly] {
            assert_eq!(hint.severity, Severity::Info);
        }
    }
}
