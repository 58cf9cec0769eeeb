//! A song and a target without any trait of their own, for tests.

use super::Case;
use crate::analysis::bands::{THIRDS, WIDE};
use crate::analysis::report::{BandDynamics, BandStereo, Report};
use crate::assistant::style::{ReferenceShares, Style, Target};

/// A style that [`report`] is right in the middle of.
pub(crate) fn target() -> Target {
    let report = report();
    Target {
        name: "plain".to_owned(),
        confidence: 0.8,
        nearness: Vec::new(),
        style: Style {
            name: "plain".to_owned(),
            description: String::new(),
            source: String::new(),
            level_db: report.tone.level_db,
            spread_db: [3.0; THIRDS],
            side_to_mid_db: report.stereo.bands.map(|band| band.side_to_mid_db),
            side_to_mid_spread_db: [4.0; WIDE],
            dynamics_db: report.dynamics.bands.map(|band| band.p95_db - band.p50_db),
            dynamics_spread_db: [2.0; WIDE],
            plr_db: 11.0,
            plr_spread_db: 2.0,
            loudness_lufs: -11.0,
            percussiveness: 0.0,
            energy: 0.5,
        },
        chosen: false,
        from_references: ReferenceShares::default(),
    }
}

/// A finished song in the middle of everything.
pub(crate) fn report() -> Report {
    Report::plain()
}

/// The same before it was mastered: quieter, with peaks that stand out.
pub(crate) fn mix() -> Report {
    let mut report = report();
    report.loudness.integrated_lufs = Some(-19.0);
    report.loudness.max_momentary_lufs = Some(-15.5);
    report.loudness.max_short_term_lufs = Some(-17.0);
    report.loudness.true_peak_dbtp = Some(-3.0);
    report.loudness.plr_db = Some(16.0);
    report.loudness.psr_p10_db = Some(13.0);
    report.dynamics.bands = report.dynamics.bands.map(|band| BandDynamics {
        p10_db: band.p10_db - 6.0,
        p95_db: band.p95_db + 4.0,
        ..band
    });
    report
}

/// A mix with half its side.
pub(crate) fn narrow() -> Report {
    let mut report = mix();
    report.stereo.bands = report.stereo.bands.map(|band| BandStereo {
        side_to_mid_db: band.side_to_mid_db - 6.0,
        correlation: 0.9,
        correlation_p10: 0.7,
        ..band
    });
    report
}

/// A case with full confidence and without findings.
pub(crate) fn case<'a>(report: &'a Report, target: &'a Target) -> Case<'a> {
    Case {
        report,
        target,
        findings: &[],
        confidence: 1.0,
        lowered: &[],
    }
}
