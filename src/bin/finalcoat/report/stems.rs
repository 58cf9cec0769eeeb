//! What is printed of a folder of stems.

use super::{number, paragraph, print_mastered};
use finalcoat::dsp::units::hertz;
use finalcoat::offline::stems::StemsReport;
use finalcoat::stems::delivery::Level;
use std::io::Write;
use std::path::Path;

/// Prints what was delivered and what became of it.
pub(crate) fn print_stems(folder: &Path, report: &StemsReport) {
    line!("{}", folder.display());
    let widest = report.roles.keys().map(|name| name.chars().count()).max();
    for (name, role) in &report.roles {
        line!(
            "  {name:<width$}  {}",
            role.key(),
            width = widest.unwrap_or(0)
        );
    }
    line!();
    if let Some(delivery) = &report.delivery {
        for problem in &delivery.problems {
            let level = match problem.level {
                Level::Refuse => "refused",
                Level::Warn => "warning",
                Level::Info => "info",
            };
            line!("  {level:<8} {}: {}", problem.file, problem.kind.key());
            paragraph("           ", &problem.text);
        }
        for note in &delivery.notes {
            paragraph("  note     ", note);
        }
        if let Some(residue_db) = report.null_residue_db {
            line!(
                "  The stems give the mix but for a residue of {} dB.",
                number(Some(residue_db), 1)
            );
        }
        if let Some(well) = report.all_is_well() {
            line!("  {well}");
        }
        line!();
    }
    if let Some(mastered) = &report.mastered {
        print_balance(report);
        print_mastered(folder, mastered);
    }
}

/// Prints where stems fight, what was done about it, and who was limited.
fn print_balance(report: &StemsReport) {
    if report.conflicts.is_empty() && report.moves.is_empty() {
        line!("  The stems are in balance: none of them is changed.");
    }
    for fought in &report.conflicts {
        let against = fought.against.as_ref();
        let pair = against.map_or(String::new(), |other| format!(" and {other}"));
        line!("  conflict {}{pair}", fought.file);
        paragraph("           ", &fought.conflict.text);
    }
    for moved in &report.moves {
        let band = moved.band_hz.map_or(String::new(), |[from, to]| {
            format!(", {} to {}", hertz(from), hertz(to))
        });
        line!(
            "  move     {}: {} {:+.1} {}{band}",
            moved.file,
            moved.stage.name(),
            moved.value,
            moved.unit
        );
    }
    let mut limited: Vec<_> = report.limiting.iter().collect();
    limited.sort_by(|a, b| b.share_pct.total_cmp(&a.share_pct));
    for (n, blame) in limited.iter().take(3).enumerate() {
        let head = if n == 0 { "limiting" } else { "" };
        let [from, to] = blame.band_hz;
        line!(
            "  {head:<8} {:>3.0} % {}, {} to {}",
            blame.share_pct,
            blame.file,
            hertz(from),
            hertz(to)
        );
    }
    for stem in &report.stems {
        line!("  stem     {stem}");
    }
    line!();
}
