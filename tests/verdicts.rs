//! From sound to verdict: the cases that tell what each way of working can reach, as far as a stereo file lets
//! them be heard. A voice that is 1 dB low and a printed reverb do not show in it; what would be said of them
//! is tested where the verdict is.

#[path = "support/song.rs"]
mod song;

use finalcoat::analysis::analyzer::Analyzer;
use finalcoat::assistant::finding::{Element, Finding, FindingKind, Severity};
use finalcoat::assistant::proposal::judge;
use finalcoat::assistant::style;
use finalcoat::assistant::verdict::{Verdict, VerdictKind};
use finalcoat::assistant::wishes::MixState;
use finalcoat::dsp::block::Stream;
use std::f64::consts::TAU;

use VerdictKind::{Master, Mix, Stems};

/// What is found, and the verdicts for a mix that is open, locked, not said.
fn heard(rate_hz: f64, [left, right]: &[Vec<f32>; 2]) -> (Vec<Finding>, [Verdict; 3]) {
    let mut analyzer = Analyzer::new(Stream::new(rate_hz));
    analyzer.process(left, right, Some(0));
    let report = analyzer.report().expect("the demo song is long enough");
    let target = style::target(&report, &style::factory(), None).expect("there are styles");
    let judged = [MixState::Open, MixState::Locked, MixState::Unknown]
        .map(|state| judge(&report, &target, state));
    let findings = judged[0].0.clone();
    (findings, judged.map(|(_, _, verdict)| verdict))
}

/// The demo song with each channel changed.
fn demo_with(change: impl Fn(&mut [f32])) -> (Vec<Finding>, [Verdict; 3]) {
    let (rate_hz, mut channels) = song::demo();
    for channel in &mut channels {
        change(channel);
    }
    heard(rate_hz, &channels)
}

fn kinds(verdicts: &[Verdict; 3]) -> [VerdictKind; 3] {
    verdicts.each_ref().map(|verdict| verdict.kind)
}

fn severity(findings: &[Finding], kind: FindingKind) -> Option<Severity> {
    let found = findings.iter().find(|finding| finding.kind == kind);
    found.map(|finding| finding.severity)
}

/// A bell of the audio EQ cookbook.
fn bell(rate_hz: f64, (hz, q, gain_db): (f64, f64, f64), samples: &mut [f32]) {
    let a = 10_f64.powf(gain_db / 40.0);
    let w = TAU * hz / rate_hz;
    let alpha = w.sin() / (2.0 * q);
    let middle = -2.0 * w.cos();
    let b = [1.0 + alpha * a, middle, 1.0 - alpha * a];
    let [a0, a1, a2] = [1.0 + alpha / a, middle, 1.0 - alpha / a];
    let (mut first, mut second) = (0.0, 0.0);
    for sample in samples {
        let x = f64::from(*sample);
        let y = (b[0] * x + first) / a0;
        first = b[1] * x - a1 * y + second;
        second = b[2] * x - a2 * y;
        *sample = y as f32;
    }
}

#[test]
fn two_db_less_is_the_same_song() {
    let (_, before) = demo_with(|_| {});
    let (findings, after) = demo_with(|channel| {
        for sample in channel {
            *sample *= 0.794;
        }
    });
    assert_eq!(kinds(&after), kinds(&before));
    assert_eq!(before[1].kind, Master);
    assert_eq!(after[1].summary, before[1].summary);
    let quiet = findings.iter().find(|one| one.kind == FindingKind::Quiet);
    let quiet = quiet.expect("it is 10 LU below its style");
    assert!(
        quiet.advice.contains("brings the level"),
        "{}",
        quiet.advice
    );
    assert_eq!(quiet.severity, Severity::Info);
}

#[test]
fn a_clipped_mix_is_to_be_exported_again() {
    let (findings, verdicts) = demo_with(|channel| {
        for sample in channel {
            *sample = (2.8 * *sample).clamp(-0.9, 0.9);
        }
    });
    assert_eq!(
        severity(&findings, FindingKind::Clipping),
        Some(Severity::High)
    );
    assert_eq!(kinds(&verdicts), [Mix; 3]);
    assert!(
        verdicts[0].if_open.contains("without clipping"),
        "{verdicts:?}"
    );
    assert!(verdicts[1].if_locked.starts_with("Neither"), "{verdicts:?}");
}

#[test]
fn an_over_limited_mix_needs_an_export_without_its_limiter() {
    let (rate_hz, mut channels) = song::demo();
    let release = (-1.0 / (0.005 * rate_hz)).exp() as f32;
    let mut held = 0.0_f32;
    // It sees a quarter of a millisecond ahead, so that it limits rather than clips.
    let ahead = (rate_hz / 4000.0) as usize;
    let [left, right] = channels.clone();
    let peaks: Vec<f32> = left
        .iter()
        .zip(&right)
        .map(|(l, r)| 8.0 * l.abs().max(r.abs()))
        .collect();
    for n in 0..peaks.len() {
        let next = &peaks[n..(n + ahead).min(peaks.len())];
        held = next
            .iter()
            .fold(held * release, |most, peak| most.max(*peak));
        let gain = 8.0 * 0.9 / held.max(0.9);
        for channel in &mut channels {
            channel[n] *= gain;
        }
    }
    let (findings, verdicts) = heard(rate_hz, &channels);
    assert_eq!(
        severity(&findings, FindingKind::OverLimited),
        Some(Severity::High)
    );
    assert_eq!(kinds(&verdicts), [Mix; 3]);
    assert!(verdicts[0].if_open.contains("limiter"), "{verdicts:?}");
}

#[test]
fn one_note_that_the_master_cannot_ease_is_for_the_mix_or_else_for_stems() {
    let (rate_hz, _) = song::demo();
    let ringing = |gain_db| demo_with(|channel| bell(rate_hz, (65.406, 12.0, gain_db), channel));
    let (findings, _) = ringing(0.0);
    assert_eq!(severity(&findings, FindingKind::ResonantNote), None);
    // A dynamic band eases it: stems are not needed for it.
    let (findings, verdicts) = ringing(12.0);
    assert_eq!(
        severity(&findings, FindingKind::ResonantNote),
        Some(Severity::Low)
    );
    assert_eq!(verdicts[1].kind, Master);
    let (findings, verdicts) = ringing(18.0);
    let note = findings
        .iter()
        .find(|one| one.kind == FindingKind::ResonantNote)
        .expect("C2 rings");
    assert_eq!(note.element, Some(Element::Bass));
    assert!(note.text.contains("C2"), "{}", note.text);
    assert_eq!(kinds(&verdicts), [Mix, Stems, Stems]);
    for verdict in &verdicts {
        assert!(verdict.summary.contains("bass"), "{verdict:?}");
    }
}
