//! Who drives the limiter: `limiter_trigger`. The rehearsal measures it and asks for the finding.

use super::{Words, finding, located, severity};
use crate::analysis::report::Span;
use crate::assistant::finding::{Cause, Element, Finding, FindingKind, Reach};

/// Share of the limiting that one band or element causes, and how deep it must go at P95, in dB: the master
/// is not hurt by what hardly moves.
const SHARE: [f64; 3] = [0.5, 0.65, 0.85];
const REDUCTION_DB: [f64; 3] = [1.5, 3.0, 5.0];

/// One band (or element) takes the limiter: its edges in Hz, its share of the limiting (0 to 1), the P95 of
/// the gain reduction in dB, the element when it is known, and where. `None` when it does not matter.
pub fn trigger(
    band_hz: [f64; 2],
    share: f64,
    reduction_db: f64,
    element: Option<Element>,
    places: &[Span],
) -> Option<Finding> {
    let by_share = severity(share, SHARE)?;
    let severity = by_share.min(severity(reduction_db, REDUCTION_DB)?);
    let who = match element {
        Some(Element::Lead) => "the lead",
        Some(Element::Bass) => "the bass",
        Some(Element::Kick) => "the kick",
        Some(Element::Cymbals) => "the cymbals",
        None => "one band",
    };
    let words = Words {
        text: format!(
            "{:.0} % of the limiting comes from {who} ({:.0}–{:.0} Hz), {reduction_db:.1} dB deep: the rest \
             ducks with it.",
            100.0 * share,
            band_hz[0],
            band_hz[1]
        ),
        advice: "Less of it, or less loudness: every dB it gives back, the whole song gains.",
        better: "Hold its peaks on its own track before the mix bus.",
    };
    let cause = if element.is_some() {
        Cause::Element
    } else {
        Cause::Song
    };
    let found = finding(
        FindingKind::LimiterTrigger,
        severity,
        (100.0 * share, "%"),
        (cause, Reach::Limited, Reach::Yes),
        words,
        share.clamp(0.0, 1.0),
    );
    Some(located(found, places, element))
}
