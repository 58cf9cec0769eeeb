//! The low end: `resonant_note, small_speaker_bass`.

use super::{Words, finding, located, severity};
use crate::analysis::report::Report;
use crate::assistant::finding::{Cause, Element, Finding, FindingKind, Reach};

/// Level of a note above the median of the notes, in dB: of 378 free songs one in ten has one of 9.4 dB, one
/// in twenty of 11 dB.
const NOTE_DB: [f64; 3] = [8.5, 11.0, 13.0];
/// The least share of time it sounds, and the highest note that is the bass's, in Hz.
const NOTE_ACTIVE: f64 = 0.08;
const NOTE_MAX_HZ: f64 = 160.0;
/// Power below 60 Hz over that below 250 Hz in dB: so little is left above that small loudspeakers lose it.
const SUB_SHARE_DB: f64 = -0.6;

/// What was found.
pub fn findings(report: &Report) -> Vec<Finding> {
    notes(report).into_iter().chain(small(report)).collect()
}

fn notes(report: &Report) -> Vec<Finding> {
    let notes = report.low_end.notes.iter();
    let judged = notes.filter(|n| n.active >= NOTE_ACTIVE && n.frequency_hz <= NOTE_MAX_HZ);
    judged
        .filter_map(|note| {
            let severity = severity(note.excess_db, NOTE_DB)?;
            let words = Words {
                text: format!(
                    "The bass note {} ({:.0} Hz) is {:.1} dB louder than its neighbours.",
                    note.name, note.frequency_hz, note.excess_db
                ),
                advice: "A dynamic band holds it back in the master, and its neighbours a little with it.",
                better: "Even out that note on the bass track: its volume, or the synth's resonance.",
            };
            let found = finding(
                FindingKind::ResonantNote,
                severity,
                (note.excess_db, "dB"),
                (Cause::Element, Reach::Limited, Reach::Yes),
                words,
                (0.5 + 0.05 * (note.excess_db - NOTE_DB[0])).clamp(0.5, 0.95),
            );
            Some(located(found, &note.places, Some(Element::Bass)))
        })
        .collect()
}

fn small(report: &Report) -> Option<Finding> {
    let share_db = report.low_end.sub_share_db;
    let severity = severity(share_db, [SUB_SHARE_DB, f64::INFINITY, f64::INFINITY])?;
    let loss = report.translation.iter().find(|t| t.system == "phone");
    let lost = loss.map_or(String::new(), |t| {
        format!("; a phone loses {:.0} dB of it", t.bass_loss_db.abs())
    });
    let words = Words {
        text: format!(
            "Nearly all of the bass is below 60 Hz ({share_db:.1} dB of what is below 250 Hz){lost}."
        ),
        advice: "A little saturation gives the bass harmonics that small loudspeakers can play.",
        better: "Harmonics on the bass track itself.",
    };
    Some(finding(
        FindingKind::SmallSpeakerBass,
        severity,
        (share_db, "dB"),
        (Cause::Song, Reach::Limited, Reach::Yes),
        words,
        0.6,
    ))
}
