//! Mono bass: only where the low end is wide or out of phase. It raises peaks by about 2 dB on dense mixes,
//! so that it is no matter of course.

use super::need::ramp;
use super::{Case, Change, Move, MoveKind};
use crate::assistant::finding::{FindingKind, Severity};
use crate::assistant::sentence::beside_the_middle;

/// Authority: the corner in Hz; the amount goes to 100 %.
const BELOW_HZ: f32 = 110.0;
/// Side over mid below 120 Hz: from here on it is too wide, and here all is done, in dB. Recordings of
/// rooms and orchestras have −8 dB and are meant so.
const SIDE_DB: [f64; 2] = [-5.0, 0.0];
/// 10th percentile of the correlation there, likewise.
const CORRELATION: [f64; 2] = [-0.25, -0.6];
/// What a finding asks for at least.
const FOUND_NEED: f64 = 0.6;
/// What is done at least, once something is, in %.
const AMOUNT_MIN: f64 = 40.0;
const AMOUNT_STEP: f64 = 5.0;

/// The move; `None` where the low end stands in the middle.
pub fn mono_bass(case: &Case<'_>) -> Option<Move> {
    let low = &case.report.low_end;
    let need = ramp(low.side_to_mid_db, SIDE_DB[0], SIDE_DB[1]).max(ramp(
        -low.correlation_p10,
        -CORRELATION[0],
        -CORRELATION[1],
    ));
    let found = case.findings.iter().any(|found| {
        let kinds = [FindingKind::WideLowEnd, FindingKind::LowEndOutOfPhase];
        kinds.contains(&found.kind) && found.severity > Severity::Info
    });
    let need = if found { need.max(FOUND_NEED) } else { need };
    if need <= 0.0 {
        return None;
    }
    let amount_pct = (AMOUNT_MIN + (100.0 - AMOUNT_MIN) * need) * case.confidence.clamp(0.0, 1.0);
    let amount_pct = libm::round(amount_pct / AMOUNT_STEP) * AMOUNT_STEP;
    if amount_pct < AMOUNT_STEP {
        return None;
    }
    let (text, value, unit) = if low.correlation_p10 < CORRELATION[0] {
        let text = format!(
            "Below 120 Hz left and right work against each other (correlation {:.2}): the low end is brought \
             to the middle; what cancels there must be mended in the mix.",
            low.correlation_p10
        );
        (text, low.correlation_p10, "")
    } else {
        let text = format!(
            "Below 120 Hz the sides stand {}: the low end is brought to the middle, where loudspeakers carry \
             it together.",
            beside_the_middle(low.side_to_mid_db)
        );
        (text, low.side_to_mid_db, "dB")
    };
    Some(Move {
        kind: MoveKind::MonoBass,
        text,
        value,
        unit,
        change: Change::MonoBass(BELOW_HZ, amount_pct as f32),
        on: true,
    })
}
