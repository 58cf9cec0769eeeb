//! The six cases of what each way of working can reach, given as findings, and the order in which findings
//! decide. Four of them are heard in real sound in `tests/verdicts.rs`; no stereo file lets a voice that is 1 dB
//! low, or a printed reverb, be told from what is meant.

use super::*;
use crate::assistant::finding::{Fix, Severity};
use crate::assistant::findings::tests::{finished, song};

fn found(
    kind: FindingKind,
    severity: Severity,
    cause: Cause,
    (stereo, stems): (Reach, Reach),
    element: Option<Element>,
    better: &str,
) -> Finding {
    Finding {
        kind,
        severity,
        value: 1.0,
        unit: "dB",
        places: Vec::new(),
        text: "This is what was found.".to_owned(),
        advice: "Do this.".to_owned(),
        fix: Fix {
            stereo,
            stems,
            better: better.to_owned(),
        },
        cause,
        element,
        confidence: 0.8,
    }
}

/// The verdict for open, locked and not said.
fn kinds(finding: &Finding) -> [VerdictKind; 3] {
    [MixState::Open, MixState::Locked, MixState::Unknown]
        .map(|state| verdict(&song(), std::slice::from_ref(finding), &[], state).kind)
}

use VerdictKind::{Done, Master, Mix, Stems};

#[test]
fn a_vocal_1_db_low_is_for_the_mix_or_else_for_stems() {
    let vocal = found(
        FindingKind::VocalBuried,
        Severity::Low,
        Cause::Element,
        (Reach::Limited, Reach::Yes),
        Some(Element::Lead),
        "Vocal 1 dB up in the mix.",
    );
    assert_eq!(kinds(&vocal), [Mix, Stems, Stems]);
    let said = verdict(&song(), &[vocal], &[], MixState::Locked);
    assert!(said.summary.contains("lead vocal"), "{}", said.summary);
    assert_eq!(said.if_open, "Vocal 1 dB up in the mix.");
    assert!(said.if_locked.contains("stems"), "{}", said.if_locked);
}

#[test]
fn one_808_note_is_for_the_mix_or_else_for_stems() {
    let note = found(
        FindingKind::ResonantNote,
        Severity::High,
        Cause::Element,
        (Reach::Limited, Reach::Yes),
        Some(Element::Bass),
        "Even out that note.",
    );
    assert_eq!(kinds(&note), [Mix, Stems, Stems]);
    assert!(
        verdict(&song(), &[note], &[], MixState::Locked)
            .summary
            .contains("bass")
    );
}

#[test]
fn a_clipped_vocal_is_recorded_again() {
    let clipped = found(
        FindingKind::Clipping,
        Severity::High,
        Cause::Source,
        (Reach::No, Reach::No),
        Some(Element::Lead),
        "Record it again.",
    );
    assert_eq!(kinds(&clipped), [Mix; 3]);
    let said = verdict(&song(), &[clipped], &[], MixState::Locked);
    assert_eq!(said.if_open, "Record it again.");
    assert!(said.if_locked.starts_with("Neither"), "{}", said.if_locked);
}

#[test]
fn an_over_limited_beat_needs_its_trackouts() {
    let pressed = found(
        FindingKind::OverLimited,
        Severity::High,
        Cause::Source,
        (Reach::No, Reach::No),
        None,
        "Get the trackouts.",
    );
    assert_eq!(kinds(&pressed), [Mix; 3]);
}

#[test]
fn a_printed_reverb_is_for_stems_only_if_the_wet_return_is_apart() {
    let reverb = found(
        FindingKind::Muddy,
        Severity::Low,
        Cause::Element,
        (Reach::No, Reach::Limited),
        Some(Element::Lead),
        "Less reverb in the mix.",
    );
    assert_eq!(kinds(&reverb), [Mix, Stems, Stems]);
    let said = verdict(&song(), &[reverb], &[], MixState::Locked).if_locked;
    assert!(said.contains("only if") && said.contains("wet"), "{said}");
    assert!(said.contains("does not reach"), "{said}");
}

#[test]
fn two_db_quiet_is_the_masters_work() {
    let quiet = found(
        FindingKind::Quiet,
        Severity::Low,
        Cause::Song,
        (Reach::Yes, Reach::No),
        None,
        "Nothing.",
    );
    assert_eq!(kinds(&quiet), [Master; 3]);
    let said = verdict(&song(), &[quiet], &[], MixState::Open);
    assert!(
        said.if_open.contains("need not be touched"),
        "{}",
        said.if_open
    );
}

#[test]
fn damage_outweighs_an_element_and_an_element_the_song() {
    let clipped = found(
        FindingKind::Clipping,
        Severity::High,
        Cause::Source,
        (Reach::No, Reach::No),
        None,
        "",
    );
    let kick = found(
        FindingKind::LimiterTrigger,
        Severity::High,
        Cause::Element,
        (Reach::Limited, Reach::Yes),
        Some(Element::Kick),
        "",
    );
    let dull = found(
        FindingKind::Dull,
        Severity::High,
        Cause::Song,
        (Reach::Yes, Reach::Yes),
        None,
        "",
    );
    let kind = |findings: &[Finding]| verdict(&song(), findings, &[], MixState::Locked).kind;
    assert_eq!(kind(&[dull.clone(), kick.clone(), clipped]), Mix);
    assert_eq!(kind(&[dull.clone(), kick.clone()]), Stems);
    assert_eq!(kind(&[dull]), Master);
    // What stereo reaches, or what is hardly sure, is no reason for stems.
    let mut easy = kick.clone();
    easy.fix.stereo = Reach::Yes;
    let mut unsure = kick;
    unsure.confidence = 0.3;
    assert_eq!(kind(&[easy, unsure]), Master);
}

#[test]
fn a_finished_song_is_done_and_a_peaky_one_is_mastered() {
    let quiet = found(
        FindingKind::Quiet,
        Severity::Info,
        Cause::Song,
        (Reach::Yes, Reach::No),
        None,
        "",
    );
    assert_eq!(
        verdict(&finished(), &[quiet], &[], MixState::Open).kind,
        Done
    );
    assert_eq!(verdict(&song(), &[], &[], MixState::Open).kind, Master);
    let said = verdict(&finished(), &[], &[], MixState::Unknown);
    assert!(said.confidence > 0.5 && !said.if_open.is_empty() && !said.if_locked.is_empty());
    let dull = found(
        FindingKind::Dull,
        Severity::Low,
        Cause::Song,
        (Reach::Yes, Reach::Yes),
        None,
        "",
    );
    assert_eq!(
        verdict(&finished(), &[dull], &[], MixState::Open).kind,
        Master
    );
}

#[test]
fn what_is_widened_much_is_not_done() {
    let widened = |pct: f32| Move {
        kind: crate::assistant::moves::MoveKind::Width,
        text: String::new(),
        value: 0.0,
        unit: "dB",
        change: Change::Width([100.0, 100.0, pct, 100.0]),
        on: true,
    };
    let kind = |moves: &[Move]| verdict(&finished(), &[], moves, MixState::Unknown).kind;
    assert_eq!(kind(&[widened(140.0)]), Done);
    assert_eq!(kind(&[widened(160.0)]), Master);
    let off = Move {
        on: false,
        ..widened(160.0)
    };
    assert_eq!(kind(&[off]), Done);
}
