//! A report with one number off yields that finding, with its reach, and nothing else.

use super::*;
use crate::analysis::bands::{THIRDS, WIDE};
use crate::analysis::faults::{ClippingReport, LimitingReport};
use crate::analysis::report::{
    BandStereo, HeardReport, LoudnessReport, RingingNote, SibilanceReport, ToneReport,
};
use crate::assistant::style::{ReferenceShares, Style};

/// A mix with peaks that want mastering, and nothing wrong.
pub(in crate::assistant) fn song() -> Report {
    let band = |side_to_mid_db| BandStereo {
        correlation: 0.6,
        correlation_p10: 0.5,
        side_to_mid_db,
        balance_db: 0.1,
    };
    let style = style();
    Report {
        heard: HeardReport {
            covered_s: 180.0,
            gated_s: 170.0,
            confidence: 1.0,
        },
        loudness: LoudnessReport {
            integrated_lufs: Some(-12.0),
            plr_db: Some(20.0),
            psr_p10_db: Some(15.0),
            true_peak_dbtp: Some(-1.0),
            ..LoudnessReport::default()
        },
        tone: ToneReport {
            level_db: style.level_db,
            mid_db: style.level_db,
            side_db: style.level_db.map(|db| db - 10.0),
            p10_db: style.level_db.map(|db| db - 10.0),
            p50_db: style.level_db,
            p95_db: style.level_db.map(|db| db + 5.0),
        },
        dynamics: Default::default(),
        rhythm: Default::default(),
        stereo: crate::analysis::report::StereoReport {
            correlation: 0.6,
            mono_change_lu: -0.8,
            balance_lu: 0.1,
            bands: style.side_to_mid_db.map(band),
        },
        low_end: crate::analysis::report::LowEndReport {
            side_to_mid_db: -20.0,
            correlation_p10: 0.8,
            sub_share_db: -4.0,
            ..Default::default()
        },
        resonances: Vec::new(),
        sibilance: SibilanceReport::default(),
        elements: Default::default(),
        faults: crate::analysis::faults::FaultsReport {
            dc_db: [-80.0; 2],
            infrasonic_db: -60.0,
            ..Default::default()
        },
        translation: Vec::new(),
    }
}

/// The same, mastered.
pub(in crate::assistant) fn finished() -> Report {
    let mut report = song();
    report.loudness.plr_db = Some(12.0);
    report.loudness.psr_p10_db = Some(9.5);
    report
}

fn style() -> Style {
    Style {
        name: "pop".to_owned(),
        description: String::new(),
        source: String::new(),
        level_db: [0.0; THIRDS],
        spread_db: [3.0; THIRDS],
        side_to_mid_db: [-20.0, -12.0, -9.0, -7.0],
        side_to_mid_spread_db: [4.0; WIDE],
        dynamics_db: [6.0; WIDE],
        dynamics_spread_db: [2.0; WIDE],
        plr_db: 11.0,
        plr_spread_db: 2.0,
        loudness_lufs: -11.0,
        percussiveness: 0.0,
        energy: 0.5,
    }
}

fn target() -> Target {
    Target {
        name: "pop".to_owned(),
        confidence: 1.0,
        nearness: Vec::new(),
        style: style(),
        chosen: false,
        from_references: ReferenceShares::default(),
    }
}

/// What the topics of this folder find.
fn all(change: impl Fn(&mut Report)) -> Vec<Finding> {
    let mut report = finished();
    change(&mut report);
    let mut all = damage::findings(&report, &target());
    all.extend(stereo::findings(&report, &target()));
    all.extend(low_end::findings(&report));
    all.extend(sibilance::findings(&report));
    sort(&mut all);
    all
}

fn one(change: impl Fn(&mut Report)) -> Finding {
    let mut all = all(change);
    assert_eq!(all.len(), 1, "{all:?}");
    let finding = all.remove(0);
    assert!(finding.text.ends_with('.') && finding.advice.ends_with('.'));
    assert!(finding.fix.better.ends_with('.'));
    assert!(finding.value.is_finite() && (0.0..=1.0).contains(&finding.confidence));
    finding
}

#[test]
fn nothing_is_found_where_nothing_is() {
    assert_eq!(all(|_| ()), Vec::new());
}

#[test]
fn clipping_weighs_by_its_share() {
    let clipped = |share_pct| {
        move |report: &mut Report| {
            report.faults.clipping = ClippingReport {
                share_pct,
                runs_per_s: 10.0,
                level_db: -0.1,
                confidence: 1.0,
                places: vec![Span {
                    start_s: 1.0,
                    end_s: 2.0,
                }],
            };
        }
    };
    let half = one(clipped(0.5));
    assert_eq!(
        (half.kind, half.severity),
        (FindingKind::Clipping, Severity::High)
    );
    assert_eq!(
        (half.cause, half.fix.stereo, half.fix.stems),
        (Cause::Source, Reach::No, Reach::No)
    );
    assert!(half.text.contains("0.50 %") && half.places.len() == 1);
    assert_eq!(one(clipped(0.06)).severity, Severity::Low);
    assert!(all(clipped(0.01)).is_empty());
}

#[test]
fn over_limited_takes_pressed_peaks_and_little_dynamics() {
    let limited = |pressed_pct, psr| {
        move |report: &mut Report| {
            report.loudness.psr_p10_db = Some(psr);
            report.faults.limiting = LimitingReport {
                pressed_pct,
                confidence: 1.0,
                places: Vec::new(),
            };
        }
    };
    let crushed = one(limited(80.0, 5.5));
    assert_eq!(
        (crushed.kind, crushed.severity),
        (FindingKind::OverLimited, Severity::High)
    );
    assert!(all(limited(80.0, 10.0)).is_empty());
    assert!(all(limited(10.0, 6.0)).is_empty());
}

#[test]
fn no_finding_says_minus_zero() {
    let mut report = finished();
    report.loudness.psr_p10_db = Some(-0.04);
    report.faults.limiting = LimitingReport {
        pressed_pct: 80.0,
        confidence: 1.0,
        places: Vec::new(),
    };
    let found = findings(&report, &target());
    let limited = found
        .iter()
        .find(|one| one.kind == FindingKind::OverLimited);
    let text = &limited.expect("it is found").text;
    assert!(text.contains("; 0.0 dB are left"), "{text}");
}

#[test]
fn what_the_master_mends_weighs_little() {
    let dc = one(|report| report.faults.dc_db = [-34.0, -90.0]);
    assert_eq!(
        (dc.kind, dc.fix.stereo),
        (FindingKind::DcOffset, Reach::Yes)
    );
    let quiet = one(|report| report.loudness.integrated_lufs = Some(-13.0));
    assert_eq!(
        (quiet.kind, quiet.severity),
        (FindingKind::Quiet, Severity::Info)
    );
    assert!((quiet.value - 2.0).abs() < 1e-9);
    assert_eq!((quiet.fix.stereo, quiet.fix.stems), (Reach::Yes, Reach::No));
    let peaky = one(|report| {
        report.loudness.integrated_lufs = Some(-23.0);
        report.loudness.plr_db = Some(18.0);
    });
    assert_eq!(peaky.severity, Severity::Low);
    let lossy = one(|report| {
        report.faults.lossy_cutoff_hz = Some(16_700.0);
        report.faults.lossy_confidence = 1.0;
    });
    assert_eq!(
        (lossy.kind, lossy.severity),
        (FindingKind::LossySource, Severity::Low)
    );
    assert!(lossy.text.contains("16.7 kHz"));
    let noise = one(|report| report.faults.noise_floor_db = Some(-40.0));
    assert_eq!(
        (noise.kind, noise.severity),
        (FindingKind::Noise, Severity::Low)
    );
}

#[test]
fn dropouts_are_the_sources() {
    let span = Span {
        start_s: 1.0,
        end_s: 1.1,
    };
    let gaps = one(|report| report.faults.gaps = vec![span; 3]);
    assert_eq!(
        (gaps.kind, gaps.severity, gaps.cause),
        (FindingKind::Silence, Severity::High, Cause::Source)
    );
}

#[test]
fn the_image_is_judged() {
    let turned = one(|report| {
        report.low_end.side_to_mid_db = 3.0;
        report.low_end.correlation_p10 = -0.8;
    });
    assert_eq!(
        (turned.kind, turned.severity),
        (FindingKind::LowEndOutOfPhase, Severity::High)
    );
    assert_eq!(turned.cause, Cause::Source);
    let wide = one(|report| report.low_end.side_to_mid_db = -1.0);
    assert_eq!(
        (wide.kind, wide.fix.stereo),
        (FindingKind::WideLowEnd, Reach::Yes)
    );
    let mono = one(|report| {
        for band in &mut report.stereo.bands {
            band.side_to_mid_db = -120.0;
        }
    });
    assert_eq!(mono.kind, FindingKind::Mono);
    let leaning = |db: f64| {
        one(move |report| {
            for band in &mut report.stereo.bands[..3] {
                band.balance_db = db;
            }
        })
    };
    let left = leaning(4.0);
    assert_eq!(
        (left.kind, left.severity),
        (FindingKind::OneSided, Severity::Low)
    );
    assert!(left.text.starts_with("Left is 4.0 dB"));
    assert_eq!(left.cause, Cause::Song);
    assert!(leaning(-4.0).text.starts_with("Right"));
    let missing = leaning(120.0);
    assert_eq!(
        (missing.cause, missing.severity),
        (Cause::Source, Severity::High)
    );
    assert!(missing.text.contains("right channel"), "{}", missing.text);
    assert!(all(|report| report.stereo.bands[1].balance_db = 9.0).is_empty());
    let loss = one(|report| report.stereo.mono_change_lu = -3.4);
    assert_eq!(loss.kind, FindingKind::MonoLoss);
    let narrow = one(|report| {
        for band in &mut report.stereo.bands[1..] {
            band.side_to_mid_db -= 11.0;
        }
    });
    assert_eq!(
        (narrow.kind, narrow.severity),
        (FindingKind::Narrow, Severity::Low)
    );
}

#[test]
fn a_ringing_note_is_the_basss() {
    let note = |excess_db, active| {
        move |report: &mut Report| {
            report.low_end.notes = vec![RingingNote {
                frequency_hz: 73.4,
                name: "D2".to_owned(),
                excess_db,
                margin_db: 6.0,
                active,
                q: 10.0,
                threshold_db: -20.0,
                places: Vec::new(),
            }];
        }
    };
    let ringing = one(note(14.0, 0.2));
    assert_eq!(
        (ringing.kind, ringing.severity),
        (FindingKind::ResonantNote, Severity::High)
    );
    assert_eq!(
        (ringing.fix.stereo, ringing.fix.stems),
        (Reach::Limited, Reach::Yes)
    );
    assert_eq!(ringing.element, Some(Element::Bass));
    assert!(ringing.text.contains("D2"));
    assert!(all(note(14.0, 0.05)).is_empty() && all(note(3.0, 0.5)).is_empty());
}

#[test]
fn a_bass_of_subs_alone_and_sharp_consonants_are_told() {
    let small = one(|report| report.low_end.sub_share_db = -0.2);
    assert_eq!(
        (small.kind, small.severity),
        (FindingKind::SmallSpeakerBass, Severity::Info)
    );
    let sharp = |jump_db| {
        one(move |report| {
            report.sibilance.jump_db = jump_db;
            report.sibilance.center_hz = 7000.0;
        })
    };
    assert_eq!(
        (sharp(2.5).severity, sharp(2.5).fix.stereo),
        (Severity::Low, Reach::Yes)
    );
    assert_eq!(
        (sharp(6.0).severity, sharp(6.0).fix.stereo),
        (Severity::High, Reach::Limited)
    );
}

#[test]
fn who_drives_the_limiter_matters_when_it_works() {
    let kick = |share, deep| limiter::trigger([20.0, 110.0], share, deep, Some(Element::Kick), &[]);
    let found = kick(0.9, 6.0).expect("it drives the limiter hard");
    assert_eq!(
        (found.severity, found.cause),
        (Severity::High, Cause::Element)
    );
    assert!(found.text.contains("90 %") && found.text.contains("the kick"));
    assert_eq!(kick(0.9, 0.5), None);
    assert_eq!(kick(0.3, 6.0), None);
}

#[test]
fn the_most_severe_comes_first() {
    let all = all(|report| {
        report.faults.dc_db = [-30.0; 2];
        report.loudness.integrated_lufs = Some(-14.0);
        report.low_end.side_to_mid_db = 3.0;
        report.low_end.correlation_p10 = -0.8;
    });
    let severities: Vec<Severity> = all.iter().map(|f| f.severity).collect();
    assert_eq!(severities, [Severity::High, Severity::Low, Severity::Info]);
}
