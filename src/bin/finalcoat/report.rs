//! What is printed for people.

/// Prints a line; a reader that has gone away is no error.
macro_rules! line {
    ($($part:tt)*) => {
        drop(writeln!(std::io::stdout(), $($part)*))
    };
}

#[path = "report/judged.rs"]
mod judged;
#[path = "report/stems.rs"]
mod stems;

use judged::{paragraph, print_found, print_style, print_verdict};
pub(crate) use judged::{print_checked, print_compared};
pub(crate) use stems::print_stems;

use finalcoat::offline::master::Mastered;
use finalcoat::offline::measure::Measurement;
use std::io::Write;
use std::path::Path;

/// A table of measurements, its head printed with the first row.
pub(crate) struct MeterTable {
    has_head: bool,
}

impl MeterTable {
    pub(crate) fn new() -> Self {
        Self { has_head: false }
    }

    /// Prints one file's row.
    pub(crate) fn print(&mut self, input: &Path, m: &Measurement) {
        if !self.has_head {
            line!(
                "{:>8} {:>6} {:>6} {:>6} {:>7} {:>7} {:>6} {:>6} {:>8} {:>7}  file",
                "I",
                "LRA",
                "max M",
                "max S",
                "TP",
                "peak",
                "PLR",
                "corr",
                "length",
                "rate"
            );
            line!(
                "{:>8} {:>6} {:>6} {:>6} {:>7} {:>7} {:>6} {:>6} {:>8} {:>7}",
                "LUFS",
                "LU",
                "LUFS",
                "LUFS",
                "dBTP",
                "dBFS",
                "dB",
                "",
                "",
                "kHz"
            );
            self.has_head = true;
        }
        line!(
            "{:>8} {:>6} {:>6} {:>6} {:>7} {:>7} {:>6} {:>6} {:>8} {:>7}  {}{}",
            number(m.integrated_lufs, 2),
            number(m.loudness_range_lu, 1),
            number(m.max_momentary_lufs, 1),
            number(m.max_short_term_lufs, 1),
            number(m.true_peak_dbtp, 2),
            number(m.sample_peak_dbfs, 2),
            number(m.plr_db, 1),
            number(m.correlation, 2),
            time(m.duration_s),
            f64::from(m.sample_rate_hz) / 1000.0,
            input.display(),
            if m.channels == 1 { " (mono)" } else { "" }
        );
    }
}

/// Prints what was done with a song.
pub(crate) fn print_mastered(input: &Path, mastered: &Mastered) {
    let (before, after) = (&mastered.before.measurement, &mastered.after.measurement);
    line!("{} -> {}", input.display(), mastered.output);
    if let Some(mp3) = &mastered.mp3 {
        line!("  MP3              {mp3}");
    }
    if let Some(page) = &mastered.report {
        line!("  report           {page}");
    }
    let row = |name: &str, from: Option<f64>, to: Option<f64>, decimals: usize, unit: &str| {
        line!(
            "  {name:<16} {:>8} -> {:>7} {unit}",
            number(from, decimals),
            number(to, decimals)
        );
    };
    row(
        "loudness",
        before.integrated_lufs,
        after.integrated_lufs,
        2,
        "LUFS",
    );
    row(
        "true peak",
        before.true_peak_dbtp,
        after.true_peak_dbtp,
        2,
        "dBTP",
    );
    row("PLR", before.plr_db, after.plr_db, 1, "dB");
    row(
        "loudness range",
        before.loudness_range_lu,
        after.loudness_range_lu,
        1,
        "LU",
    );
    if before.sample_rate_hz != after.sample_rate_hz {
        let khz = |m: &Measurement| Some(f64::from(m.sample_rate_hz) / 1000.0);
        row("sample rate", khz(before), khz(after), 3, "kHz");
    }
    if mastered.settings.loudness.on {
        line!(
            "  limiting         at most {:.1} dB, below {:.1} dB for 95 % of the loud passages, {:.1} dB on average",
            mastered.limiter.max_gain_reduction_db,
            mastered.limiter.p95_gain_reduction_db,
            mastered.limiter.mean_gain_reduction_db
        );
    }
    if let (Some(goal), Some(stopped_by)) = (mastered.target.lufs, &mastered.target.stopped_by) {
        paragraph(
            "  stopped short    ",
            &format!("of {goal:.1} LUFS: {stopped_by}"),
        );
    }
    line!(
        "  time             {} in {:.1} s, {:.0} times real time",
        time(before.duration_s),
        mastered.render_s,
        mastered.times_real_time
    );
    print_why(mastered);
}

/// Prints what the song is like, what was done and what was left, and why.
fn print_why(mastered: &Mastered) {
    let assisted = mastered.assisted.as_deref();
    if let Some(verdict) = &mastered.verdict {
        line!();
        print_verdict(verdict);
    }
    if let Some(made) = assisted {
        print_style(&made.style_words());
        if made.findings.is_empty() {
            line!("  Found     nothing that stands in the way");
        } else {
            line!("  Found");
        }
        for finding in &made.findings {
            print_found(finding);
        }
    }
    line!();
    for reason in &mastered.reasons {
        paragraph(&format!("  {:<16} ", reason.stage), &reason.text);
    }
    let notes = assisted.map_or(&[][..], |made| &made.notes);
    for note in notes {
        paragraph(&format!("  {:<16} ", "held back"), note);
    }
    line!();
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(
        || "-".to_owned(),
        |value| {
            let text = format!("{value:.decimals$}");
            // What rounds to zero has no sign.
            match text.strip_prefix('-') {
                Some(digits) if digits.chars().all(|c| "0.".contains(c)) => digits.to_owned(),
                _ => text,
            }
        },
    )
}

fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    if whole >= 3600 {
        format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
    } else {
        format!("{}:{:02}", whole / 60, whole % 60)
    }
}
