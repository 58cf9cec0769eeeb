//! The subsonic filter: only where there is an offset or a rumble. A filter that stands by "to be safe"
//! turns the phase of the lowest octave and raises peaks by up to 4 dB on dense music (dsp-notes §0.1).

use super::{Case, Change, Move, MoveKind};

/// An offset above this is removed, in dB re the song's peak: songs with a slow swell in them read up to
/// −40 dB, and the filter costs headroom.
const DC_MIN_DB: f64 = -38.0;
/// Power below 10 Hz above this is removed, in dB of all.
const RUMBLE_MIN_DB: f64 = -24.0;
/// Authority: the corner is never higher, in Hz.
const CORNER_HZ: f32 = 10.0;

/// The move; `None` where there is nothing below hearing.
pub fn subsonic(case: &Case<'_>) -> Option<Move> {
    let faults = &case.report.faults;
    let dc_db = faults.dc_db[0].max(faults.dc_db[1]);
    let (text, value) = if dc_db > DC_MIN_DB {
        let text = format!(
            "A constant offset, {:.0} dB below the peak, takes headroom and is heard by nobody: it is \
             removed.",
            -dc_db
        );
        (text, dc_db)
    } else if faults.infrasonic_db > RUMBLE_MIN_DB {
        let text = format!(
            "Rumble below 10 Hz, {:.0} dB below the whole, takes headroom and is heard by nobody: it is \
             removed.",
            -faults.infrasonic_db
        );
        (text, faults.infrasonic_db)
    } else {
        return None;
    };
    Some(Move {
        kind: MoveKind::Subsonic,
        text,
        value,
        unit: "dB",
        change: Change::Subsonic(CORNER_HZ),
        on: true,
    })
}
