//! What the page tells of stems: what was delivered, where they fight, what each got, and who was limited.

use super::Story;
use super::charts::{Axis, chart, rows_height};
use super::markup::{escaped, number, signed};
use super::text::section;
use crate::dsp::units::hertz;
use crate::offline::stems::{Moved, StemsReport};
use crate::stems::balance::ConflictKind;
use crate::stems::delivery::Level;
use std::fmt::Write;

/// The part about stems; nothing where a file was mastered.
pub(super) fn stems(story: &Story<'_>) -> String {
    let Some(report) = story.stems else {
        return String::new();
    };
    let parts = [
        table(report),
        conflicts(report, story.mastered.before.measurement.duration_s),
        delivery(report),
    ];
    section("stems", "Stems", &parts.concat())
}

/// Role, moves and share of the limiting of every file.
fn table(report: &StemsReport) -> String {
    let mut rows = String::new();
    for (file, role) in &report.roles {
        let done: Vec<String> = report
            .moves
            .iter()
            .filter(|moved| moved.file == *file)
            .map(done)
            .collect();
        let done = if done.is_empty() {
            "as delivered".to_owned()
        } else {
            done.join("; ")
        };
        let blame = report.limiting.iter().find(|blame| blame.file == *file);
        let share = blame.map_or_else(String::new, |blame| {
            let [from_hz, to_hz] = blame.band_hz;
            let (share, band) = (number(blame.share_pct, 0), band(from_hz, to_hz));
            format!("{share} %<br/><small>{band}</small>")
        });
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{share}</td></tr>",
            escaped(file),
            role.name(),
            escaped(&done)
        );
    }
    let mut table = format!(
        "<table class=\"stems\"><thead><tr><th scope=\"col\">Stem</th><th scope=\"col\">Role</th>\
         <th scope=\"col\">Done</th><th scope=\"col\">Share of the limiting</th></tr></thead>\
         <tbody>{rows}</tbody></table>"
    );
    for moved in &report.moves {
        let _ = write!(
            table,
            "<p class=\"move\"><strong>{}: {}.</strong> {}</p>",
            escaped(&moved.file),
            escaped(&done(moved)),
            escaped(&moved.text)
        );
    }
    table
}

fn done(moved: &Moved) -> String {
    let decimals = if moved.unit == "%" { 0 } else { 1 };
    let value = match moved.unit.as_str() {
        "%" => number(moved.value, decimals),
        _ => signed(moved.value, decimals),
    };
    let mut text = format!("{} {value} {}", moved.stage.name(), moved.unit);
    if let Some([from_hz, to_hz]) = moved.band_hz {
        let _ = write!(text, " ({})", band(from_hz, to_hz));
    }
    text
}

/// Conflicts over time.
fn conflicts(report: &StemsReport, seconds: f64) -> String {
    let heading = "<h3>Conflicts</h3>";
    if report.conflicts.is_empty() {
        return format!("{heading}<p>The stems do not fight each other.</p>");
    }
    let x = Axis::time(seconds);
    let y = Axis {
        min: 0.0,
        max: 1.0,
        logarithmic: false,
        title: "",
        ticks: Vec::new(),
    };
    let label = format!("Time line of {} conflicts of stems", report.conflicts.len());
    let height = rows_height(report.conflicts.len());
    let line = chart(&label, height, &x, &y, |chart| {
        for (row, fought) in report.conflicts.iter().enumerate() {
            let places = &fought.conflict.places;
            let mut spans: Vec<(f64, f64)> = places
                .iter()
                .map(|span| (span.start_s, span.end_s))
                .collect();
            let mut name = format!("{}: {}", fought.file, words(fought.conflict.kind));
            let class = if spans.is_empty() {
                spans.push((0.0, seconds));
                name.push_str(" (all through)");
                "bar low through"
            } else {
                "bar low"
            };
            chart.bars(row, &name, &spans, class);
        }
    });
    let mut told = String::new();
    for fought in &report.conflicts {
        let _ = write!(told, "<p>{}</p>", escaped(&fought.conflict.text));
    }
    format!("{heading}<figure>{line}</figure>{told}")
}

fn words(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::VocalMasked => "words covered",
        ConflictKind::KickAgainstBass => "kick under the bass",
        ConflictKind::CymbalsOverVocal => "over the voice",
        ConflictKind::WideBass => "wide bass",
        ConflictKind::Sibilant => "sharp consonants",
        ConflictKind::RingingNote => "one note rings",
        ConflictKind::EatsHeadroom => "eats the headroom",
        ConflictKind::Level => "level",
        ConflictKind::NotAsInMix => "not as in the mix",
    }
}

/// What was wrong with the files.
fn delivery(report: &StemsReport) -> String {
    let Some(delivery) = &report.delivery else {
        return String::new();
    };
    let mut body = "<h3>Delivery</h3>".to_owned();
    if let Some(residue_db) = report.null_residue_db {
        let _ = write!(
            body,
            "<p>Against the mix a residue of {} dB remains.</p>",
            signed(residue_db, 1)
        );
    }
    if let Some(well) = report.all_is_well() {
        let _ = write!(body, "<p>{well}</p>");
    }
    for problem in &delivery.problems {
        let level = match problem.level {
            Level::Refuse => "Refused",
            Level::Warn => "Warning",
            Level::Info => "For your information",
        };
        let _ = write!(
            body,
            "<p><strong>{level}: {}.</strong> {}</p>",
            escaped(&problem.file),
            escaped(&problem.text)
        );
    }
    for note in &delivery.notes {
        let _ = write!(body, "<p class=\"note\">{}</p>", escaped(note));
    }
    body
}

/// A band as people say it: the unit once where both ends have it.
fn band(from_hz: f64, to_hz: f64) -> String {
    let (from, to) = (hertz(from_hz), hertz(to_hz));
    match from.split_once(' ') {
        Some((number, unit)) if to.ends_with(&format!(" {unit}")) => {
            format!("{number}\u{2013}{to}")
        }
        _ => format!("{from}\u{2013}{to}"),
    }
}
