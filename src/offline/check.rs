//! Listening to a file and saying what is to be said: report, style, findings, verdict.

mod numbers;

use super::failure::Outcome;
use super::measure::{Measurement, listen_with, rounded};
use super::watch::Watch;
use crate::analysis::analyzer::Analyzer;
use crate::analysis::bands::{NOMINAL_HZ, THIRDS};
use crate::analysis::report::{Report, Span, Translation};
use crate::assistant::finding::{Cause, Finding, FindingKind, Fix, Reach, Severity};
use crate::assistant::proposal::judge as judge_song;
use crate::assistant::style::{Nearness, Target, target};
use crate::assistant::verdict::{Verdict, VerdictKind};
use crate::assistant::wishes::MixState;
use crate::preset::styles::Styles;
use serde::Serialize;
use std::path::Path;

/// Bands in which the level offset between song and target is found: 63 Hz to 12.5 kHz.
const OFFSET_THIRDS: std::ops::RangeInclusive<usize> = 5..=28;
/// A band below this holds nothing: the sample rate ends under it.
const EMPTY_DB: f64 = -100.0;

/// From this confidence on a style counts as near; below, the song is near none.
const NEAR: f64 = 0.25;

/// What was made of a song.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// What the meter says.
    #[serde(flatten)]
    pub measurement: Measurement,
    /// What it is closest to; `None` if too little was heard to tell.
    pub style: Option<StyleFound>,
    /// Song − target in third-octaves, level offset removed; only bands the sample rate holds.
    pub tone_deviation_db: Vec<BandDeviation>,
    /// What other loudspeakers make of it.
    pub translation: Vec<Translation>,
    /// What is to be done.
    pub verdict: Verdict,
    /// What was found, most severe first.
    pub findings: Vec<Finding>,
    /// All that was measured of it; `None` of what is too short or too quiet.
    #[serde(serialize_with = "numbers::serialize")]
    pub report: Option<Box<Report>>,
}

/// A style and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StyleFound {
    /// The nearest style, or the one that was chosen.
    pub name: String,
    /// Whether it was chosen.
    pub chosen: bool,
    /// How sure it is, 0 to 1; of one that was chosen, how far the song was heard.
    pub confidence: f64,
    /// The nearest besides.
    pub next: Option<String>,
    /// All of them, nearest first.
    pub nearness: Vec<Nearness>,
}

/// The deviation of one band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandDeviation {
    /// Nominal centre in Hz.
    pub center_hz: f64,
    /// Level above the target in dB.
    pub db: f64,
}

/// How a song is to be checked.
#[derive(Debug, Clone)]
pub struct CheckJob {
    /// The styles there are.
    pub styles: Styles,
    /// The name of one of them; `None`: what it is closest to.
    pub style: Option<String>,
    /// Whether the mix can be reopened.
    pub mix_state: MixState,
}

/// Listens to a file once, and judges it.
pub fn check(path: &Path, job: &CheckJob, watch: Watch<'_>) -> Outcome<Checked> {
    let (measurement, report) = analyse(path, watch)?;
    Ok(judge(measurement, report.as_ref(), job))
}

/// Meters a file and analyses it; no report of what is too short or too quiet.
pub fn analyse(path: &Path, watch: Watch<'_>) -> Outcome<(Measurement, Option<Report>)> {
    let mut analyzer: Option<Analyzer> = None;
    let heard = listen_with(path, false, watch, |stream, left, right| {
        analyzer
            .get_or_insert_with(|| Analyzer::new(stream))
            .process(left, right, None);
    })?;
    let report = analyzer.and_then(|analyzer| analyzer.report());
    Ok((heard.measurement, report))
}

fn judge(measurement: Measurement, report: Option<&Report>, job: &CheckJob) -> Checked {
    let target = report.and_then(|report| target(report, &job.styles.all, job.style.as_deref()));
    let (Some(report), Some(target)) = (report, target) else {
        let (verdict, findings) = too_little(&measurement);
        return Checked {
            measurement,
            style: None,
            tone_deviation_db: Vec::new(),
            translation: report.map_or_else(Vec::new, translation),
            verdict,
            findings,
            report: report.cloned().map(Box::new),
        };
    };
    let (findings, _, verdict) = judge_song(report, &target, job.mix_state);
    Checked {
        measurement,
        style: Some(StyleFound::of(&target)),
        tone_deviation_db: tone_deviation_db(report, &target),
        translation: translation(report),
        verdict: rounded_verdict(verdict),
        findings: findings.into_iter().map(rounded_finding).collect(),
        report: Some(Box::new(report.clone())),
    }
}

impl StyleFound {
    /// What a target says about the style, which was the user's choice or was heard.
    pub fn of(target: &Target) -> Self {
        let name = match target.nearness.first() {
            Some(nearest) if !target.chosen => &nearest.name,
            _ => &target.style.name,
        };
        let mut others = target.nearness.iter().filter(|other| other.name != *name);
        let near = |other: &Nearness| Nearness {
            name: other.name.clone(),
            weight: rounded(other.weight),
        };
        Self {
            name: name.clone(),
            chosen: target.chosen,
            confidence: rounded(target.confidence),
            next: others.next().map(|next| next.name.clone()),
            nearness: target.nearness.iter().map(near).collect(),
        }
    }

    /// As people are told: "measured against jazz", "closest to rock (42 %)", "near no style".
    pub fn in_words(&self) -> String {
        let (name, percent) = (&self.name, self.confidence * 100.0);
        let weight = self.nearness.first().map_or(0.0, |nearest| nearest.weight);
        if self.chosen {
            format!("measured against {name}")
        } else if self.confidence >= NEAR {
            format!("closest to {name} ({percent:.0} %)")
        } else if weight >= NEAR {
            format!("too little heard to be sure, perhaps {name}")
        } else {
            "near no style".to_owned()
        }
    }
}

/// A finding in the digits that mean something.
pub(super) fn rounded_finding(mut finding: Finding) -> Finding {
    finding.value = rounded(finding.value);
    finding.confidence = rounded(finding.confidence);
    for place in &mut finding.places {
        place.start_s = rounded(place.start_s);
        place.end_s = rounded(place.end_s);
    }
    finding
}

/// A verdict in the digits that mean something.
pub(super) fn rounded_verdict(verdict: Verdict) -> Verdict {
    Verdict {
        confidence: rounded(verdict.confidence),
        ..verdict
    }
}

fn translation(report: &Report) -> Vec<Translation> {
    let rounded = |there: &Translation| Translation {
        system: there.system,
        loudness_change_lu: rounded(there.loudness_change_lu),
        bass_loss_db: rounded(there.bass_loss_db),
    };
    report.translation.iter().map(rounded).collect()
}

/// Song − target in dB, the level offset removed: the mean over 63 Hz to 12.5 kHz, weighted by one over the
/// target's spread.
pub fn tone_deviation_db(report: &Report, target: &Target) -> Vec<BandDeviation> {
    let style = &target.style;
    let bands: Vec<(usize, f64)> = (0..THIRDS)
        .filter(|&third| report.tone.level_db[third] > EMPTY_DB)
        .map(|third| (third, report.tone.level_db[third] - style.level_db[third]))
        .collect();
    let (mut sum, mut weights) = (0.0, 0.0);
    for &(third, db) in &bands {
        if OFFSET_THIRDS.contains(&third) {
            let weight = 1.0 / style.spread_db[third].max(0.1);
            sum += weight * db;
            weights += weight;
        }
    }
    let offset_db = if weights > 0.0 { sum / weights } else { 0.0 };
    let deviation = |&(third, db): &(usize, f64)| BandDeviation {
        center_hz: NOMINAL_HZ[third],
        db: rounded(db - offset_db),
    };
    bands.iter().map(deviation).collect()
}

/// The verdict on what has too little sound to be judged.
pub(super) fn too_little(measurement: &Measurement) -> (Verdict, Vec<Finding>) {
    let nothing_heard = measurement.integrated_lufs.is_none();
    let (kind, summary, to_do) = if measurement.sample_peak_dbfs.is_none() {
        (
            VerdictKind::Mix,
            "The file is silent: there is nothing to master.",
            "Check the export: no track was audible in it.",
        )
    } else if nothing_heard && measurement.duration_s >= 0.4 {
        (
            VerdictKind::Mix,
            "The file stays below \u{2212}70 LUFS all through: too quiet to be judged.",
            "Check the export: its level is that of silence.",
        )
    } else {
        (
            VerdictKind::Master,
            "Too little music to judge: 3 s above the loudness gate are needed, 25 s tell it well.",
            "Check a longer piece, best the whole song.",
        )
    };
    let verdict = Verdict {
        kind,
        confidence: if kind == VerdictKind::Mix { 1.0 } else { 0.0 },
        summary: summary.to_owned(),
        if_open: to_do.to_owned(),
        if_locked: to_do.to_owned(),
    };
    let silence = Finding {
        kind: FindingKind::Silence,
        severity: Severity::High,
        value: rounded(measurement.duration_s),
        unit: "s",
        places: vec![Span {
            start_s: 0.0,
            end_s: measurement.duration_s,
        }],
        text: format!(
            "Nothing is heard in the {:.1} s of this file.",
            measurement.duration_s
        ),
        advice: to_do.to_owned(),
        fix: Fix {
            stereo: Reach::No,
            stems: Reach::No,
            better: "Export the mix again.".to_owned(),
        },
        cause: Cause::Source,
        element: None,
        confidence: 1.0,
    };
    let findings = if kind == VerdictKind::Mix {
        vec![silence]
    } else {
        Vec::new()
    };
    (verdict, findings)
}
