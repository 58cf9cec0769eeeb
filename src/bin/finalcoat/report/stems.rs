//! What is printed of a folder of stems.

use super::{number, paragraph, print_mastered};
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
        if delivery.problems.is_empty() {
            line!("  Nothing is wrong with the delivery.");
        }
        line!();
    }
    if let Some(mastered) = &report.mastered {
        print_mastered(folder, mastered);
    }
}
