//! What is printed of a song that was judged, and of two that were compared.

use super::{number, time};
use finalcoat::analysis::report::Span;
use finalcoat::assistant::finding::{Finding, Reach, Severity};
use finalcoat::assistant::verdict::{Verdict, VerdictKind};
use finalcoat::offline::check::Checked;
use finalcoat::offline::compare::Compared;
use std::io::Write;
use std::path::Path;

/// Columns of running text.
const COLUMNS: usize = 96;
/// Differences of bands that are listed; smaller ones nobody hears.
const BAND_DB: f64 = 0.5;
/// Time ranges that are listed of a finding.
const PLACES: usize = 4;

/// Prints what a song needs: the verdict first.
pub(crate) fn print_checked(input: &Path, checked: &Checked) {
    let m = &checked.measurement;
    line!("{}", input.display());
    line!(
        "  {}  {} LUFS  {} dBTP  PLR {} dB  LRA {} LU",
        time(m.duration_s),
        number(m.integrated_lufs, 1),
        number(m.true_peak_dbtp, 1),
        number(m.plr_db, 1),
        number(m.loudness_range_lu, 1)
    );
    line!();
    print_verdict(&checked.verdict);
    if let Some(style) = &checked.style {
        print_style(&style.in_words());
    }
    let tone = tone_words(checked);
    if !tone.is_empty() {
        paragraph("  Tone      ", &tone);
    }
    let away: Vec<String> = checked
        .translation
        .iter()
        .map(|t| format!("{} {} LU", t.system, signed(Some(t.loudness_change_lu), 1)))
        .collect();
    if !away.is_empty() {
        paragraph("  Elsewhere ", &away.join(", "));
    }
    line!();
    if checked.findings.is_empty() && checked.style.is_some() {
        line!("  Nothing was found that stands in the way.");
    }
    for finding in &checked.findings {
        print_finding(finding);
    }
    line!();
}

pub(super) fn print_style(words: &str) {
    paragraph("  Style     ", words);
}

pub(super) fn print_verdict(verdict: &Verdict) {
    let kind = match verdict.kind {
        VerdictKind::Master => "MASTER",
        VerdictKind::Stems => "STEMS",
        VerdictKind::Mix => "MIX",
        VerdictKind::Done => "DONE",
    };
    if verdict.confidence > 0.0 {
        paragraph("  Verdict   ", &format!("{kind}. {}", verdict.summary));
    } else {
        paragraph("  Verdict   ", &verdict.summary);
    }
    if verdict.if_open == verdict.if_locked {
        if !verdict.if_open.is_empty() {
            paragraph("            ", &verdict.if_open);
        }
        return;
    }
    for (case, to_do) in [
        ("If the mix is open: ", &verdict.if_open),
        ("If it is locked: ", &verdict.if_locked),
    ] {
        if !to_do.is_empty() {
            paragraph("            ", &format!("{case}{to_do}"));
        }
    }
}

/// Where the tone is furthest from the target, in words with numbers; at most four bands.
fn tone_words(checked: &Checked) -> String {
    let mut far: Vec<_> = checked
        .tone_deviation_db
        .iter()
        .filter(|band| (40.0..=16_000.0).contains(&band.center_hz) && band.db.abs() >= 2.0)
        .collect();
    far.sort_by(|a, b| b.db.abs().total_cmp(&a.db.abs()));
    far.truncate(4);
    far.sort_by(|a, b| a.center_hz.total_cmp(&b.center_hz));
    let words: Vec<String> = far
        .iter()
        .map(|band| format!("{}\u{a0}{:+.1}\u{a0}dB", hertz(band.center_hz), band.db))
        .collect();
    match (words.is_empty(), checked.tone_deviation_db.is_empty()) {
        (_, true) => String::new(),
        (true, _) => "within 2 dB of its target everywhere".to_owned(),
        _ => format!("furthest from its target at {}", words.join(", ")),
    }
}

fn print_finding(finding: &Finding) {
    let mark = match finding.severity {
        Severity::High => "!",
        Severity::Low => "-",
        Severity::Info => " ",
    };
    line!(
        "  {mark} {:<22} {:>9}   {}",
        kind_words(finding),
        value_words(finding),
        places_words(&finding.places)
    );
    paragraph("      ", &finding.text);
    paragraph("      -> ", &finding.advice);
    let reach = |reach| match reach {
        Reach::Yes => "yes",
        Reach::Limited => "limited",
        Reach::No => "no",
    };
    let mut fix = format!(
        "Repaired by a stereo master: {}; from stems: {}.",
        reach(finding.fix.stereo),
        reach(finding.fix.stems)
    );
    if !finding.fix.better.is_empty() {
        fix.push_str(&format!(" Better: {}", finding.fix.better));
    }
    paragraph("      ", &fix);
}

/// Prints a finding in short: what and where.
pub(super) fn print_found(finding: &Finding) {
    line!(
        "            {:<22} {:>9}   {}",
        kind_words(finding),
        value_words(finding),
        places_words(&finding.places)
    );
    paragraph("              ", &finding.text);
}

/// The kind as words: `low_end_clash` is a low end clash.
fn kind_words(finding: &Finding) -> String {
    serde_json::to_value(finding.kind)
        .ok()
        .and_then(|kind| Some(kind.as_str()?.replace('_', " ")))
        .unwrap_or_default()
}

fn value_words(finding: &Finding) -> String {
    let decimals = if finding.value.abs() >= 100.0 { 0 } else { 1 };
    format!("{} {}", number(Some(finding.value), decimals), finding.unit)
}

/// Time ranges as m:ss–m:ss, in whole seconds, what touches then as one; the first few.
fn places_words(places: &[Span]) -> String {
    if places.is_empty() {
        return "all through".to_owned();
    }
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for span in places {
        let (from_s, to_s) = (span.start_s.floor(), span.end_s.ceil());
        match joined.last_mut() {
            Some(last) if from_s <= last.1 => last.1 = last.1.max(to_s),
            _ => joined.push((from_s, to_s)),
        }
    }
    let range = |&(from_s, to_s): &(f64, f64)| format!("{}\u{2013}{}", time(from_s), time(to_s));
    let mut words: Vec<String> = joined.iter().take(PLACES).map(range).collect();
    if joined.len() > PLACES {
        words.push(format!("and {} more", joined.len() - PLACES));
    }
    words.join(", ")
}

/// Prints how B differs from A.
pub(crate) fn print_compared(a: &Path, b: &Path, compared: &Compared) {
    line!("A  {}", a.display());
    line!("B  {}", b.display());
    for note in &compared.notes {
        paragraph("   ", note);
    }
    line!();
    let [ma, mb] = &compared.files;
    let row = |name: &str, a: Option<f64>, b: Option<f64>, unit: &str| {
        let difference = a.zip(b).map(|(a, b)| b - a);
        line!(
            "  {name:<16} {:>8} {:>8} {:>9} {unit}",
            number(a, 2),
            number(b, 2),
            signed(difference, 2)
        );
    };
    line!("  {:<16} {:>8} {:>8} {:>9}", "", "A", "B", "B - A");
    row("loudness", ma.integrated_lufs, mb.integrated_lufs, "LU");
    row("true peak", ma.true_peak_dbtp, mb.true_peak_dbtp, "dB");
    row("PLR", ma.plr_db, mb.plr_db, "dB");
    row(
        "loudness range",
        ma.loudness_range_lu,
        mb.loudness_range_lu,
        "LU",
    );
    row("correlation", ma.correlation, mb.correlation, "");
    line!();
    if compared.aligned {
        let ms = number(Some(compared.delay_ms.abs()), 2);
        match compared.delay_frames {
            0 => line!("  B is at the same time as A"),
            late @ 1.. => line!("  B is {late} frames ({ms} ms) later than A"),
            early => line!("  B is {} frames ({ms} ms) earlier than A", -early),
        }
    }
    line!("  at equal loudness:");
    let residue = match compared.null_residue_db {
        Some(db) if db <= -200.0 => "nothing: the two are identical".to_owned(),
        Some(db) => format!("{} dB of A", number(Some(db), 1)),
        None => "-".to_owned(),
    };
    line!("  null residue     {residue}");
    match compared.tone_distance_db {
        Some(db) => {
            line!("  tone distance    {db:.2} dB (weighted third-octaves, 63 Hz to 12.5 kHz)")
        }
        None => line!("  tone distance    -"),
    }
    let bands: Vec<String> = compared
        .tone_db
        .iter()
        .filter(|band| band.db.abs() >= BAND_DB)
        .map(|band| format!("{}\u{a0}{:+.1}", hertz(band.center_hz), band.db))
        .collect();
    if compared.tone_db.is_empty() {
        line!("  tone             -");
    } else if bands.is_empty() {
        line!("  tone             within {BAND_DB} dB in every band");
    } else {
        paragraph("  tone, dB         ", &bands.join(", "));
    }
    let edges = |from: f64, to: f64| format!("{}\u{2013}{}", hertz(from), hertz(to));
    let crest: Vec<String> = compared
        .dynamics
        .iter()
        .map(|band| {
            let edges = edges(band.from_hz, band.to_hz);
            format!("{edges}\u{a0}{}", signed(Some(band.crest_db), 1))
        })
        .collect();
    if !crest.is_empty() {
        paragraph("  crest, dB        ", &crest.join(", "));
    }
    let width: Vec<String> = compared
        .width
        .iter()
        .map(|band| {
            let edges = edges(band.from_hz, band.to_hz);
            format!("{edges}\u{a0}{}", signed(Some(band.side_to_mid_db), 1))
        })
        .collect();
    if !width.is_empty() {
        paragraph("  side/mid, dB     ", &width.join(", "));
    }
}

fn signed(value: Option<f64>, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_zero = !text.contains(|c: char| ('1'..='9').contains(&c));
    match value {
        Some(value) if value > 0.0 && !is_zero => format!("+{text}"),
        _ => text,
    }
}

/// A frequency as people say it: 63 Hz, 3.15 kHz.
fn hertz(hz: f64) -> String {
    if hz >= 1000.0 {
        format!("{}\u{a0}kHz", hz / 1000.0)
    } else {
        format!("{hz}\u{a0}Hz")
    }
}

/// Prints running text behind a head, broken into lines that stand under it.
pub(super) fn paragraph(head: &str, text: &str) {
    let indent = head.chars().count();
    let mut row = head.to_owned();
    let mut columns = indent;
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if columns > indent && columns + length > COLUMNS {
            line!("{}", row.trim_end());
            row = " ".repeat(indent);
            columns = indent;
        }
        row.push_str(word);
        row.push(' ');
        columns += length + 1;
    }
    line!("{}", row.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_rounded_then_joined_then_counted() {
        let words = |places: &[(f64, f64)]| {
            let spans: Vec<Span> = places
                .iter()
                .map(|&(start_s, end_s)| Span { start_s, end_s })
                .collect();
            places_words(&spans).replace('\u{2013}', "-")
        };
        assert_eq!(words(&[]), "all through");
        assert_eq!(words(&[(6.1, 6.2), (6.5, 6.6), (7.3, 7.4)]), "0:06-0:08");
        assert_eq!(words(&[(1.0, 2.0), (3.1, 3.2)]), "0:01-0:02, 0:03-0:04");
        // One within another, as elements' places may lie.
        assert_eq!(words(&[(1.0, 9.5), (2.0, 3.0), (10.0, 11.0)]), "0:01-0:11");
        let apart: Vec<(f64, f64)> = (0..6)
            .flat_map(|n| {
                [(0.2, 0.3), (0.6, 0.8)]
                    .map(|(a, b)| (a + 60.0 * f64::from(n), b + 60.0 * f64::from(n)))
            })
            .collect();
        assert_eq!(
            words(&apart),
            "0:00-0:01, 1:00-1:01, 2:00-2:01, 3:00-3:01, and 2 more"
        );
    }
}
