//! The assistant's part of a master: what the song needs, rehearsed on passages cut from the file.

use super::job::{Assist, Job, Loudness};
use crate::analysis::analyzer::Analyzer;
use crate::analysis::passages::Passages;
use crate::analysis::report::{Report, Span};
use crate::assistant::cost::{CostCurve, CostPoint};
use crate::assistant::finding::Finding;
use crate::assistant::moves::Move;
use crate::assistant::proposal::{Owned, draft};
use crate::assistant::reference::towards;
use crate::assistant::rehearsal::{self, Material, Passage, rehearse};
use crate::assistant::style::{self, Side, target};
use crate::assistant::verdict::Verdict;
use crate::assistant::wishes::{LoudnessWish, Wishes};
use crate::dsp::block::Stream;
use crate::engine::settings::Settings;
use crate::offline::check::{StyleFound, analyse, rounded_finding, rounded_verdict};
use crate::offline::failure::{Failure, Outcome};
use crate::offline::measure::rounded;
use crate::offline::raw::RawAudio;
use crate::offline::watch::Watch;
use serde::Serialize;
use std::path::Path;

/// What was proposed for a song, and what it was proposed by.
#[derive(Debug, Clone, Serialize)]
pub struct Assisted {
    /// What the song is closest to.
    pub style: StyleFound,
    /// What was found, most severe first.
    pub findings: Vec<Finding>,
    /// What was given up and why.
    pub notes: Vec<String>,
    /// What loudness costs.
    pub cost: CostCurve,
    /// The song.
    #[serde(skip)]
    pub before: Report,
    /// The master; `None` where too little is left to tell.
    #[serde(skip)]
    pub after: Option<Report>,
    /// What it was measured against.
    #[serde(skip)]
    pub target: style::Target,
    /// Deepest gain reduction of each tenth of a second, in dB, positive.
    #[serde(skip)]
    pub reductions_db: Vec<f32>,
    /// The moves, those that are off too.
    #[serde(skip)]
    pub moves: Vec<Move>,
    #[serde(skip)]
    pub(super) verdict: Verdict,
    #[serde(skip)]
    pub(super) settings: Settings,
    #[serde(skip)]
    pub(super) goal_lufs: Option<f64>,
    /// What the target carries, in LUFS, where the goal comes from it.
    #[serde(skip)]
    pub(super) usual_lufs: Option<f64>,
    /// Whether the cost of loudness lowered the goal; a note says so.
    #[serde(skip)]
    pub(super) is_lowered: bool,
    /// The drive that was rehearsed, in dB.
    #[serde(skip)]
    pub(super) drive_db: Option<f32>,
}

impl Assisted {
    /// What it was measured against, in words.
    pub fn style_words(&self) -> String {
        const SOUND: [(Side, &str); 3] = [
            (Side::Tone, "tone"),
            (Side::Dynamics, "dynamics"),
            (Side::Width, "width"),
        ];
        let (style, target) = (&self.style, &self.target);
        let followed: Vec<&str> = SOUND
            .iter()
            .filter_map(|&(side, name)| target.follows_references(side).then_some(name))
            .collect();
        if followed.is_empty() {
            return style.in_words();
        }
        let mut references = format!("measured against {}", target.from_references.in_words());
        if followed.len() < SOUND.len() {
            references.push_str(&format!(" in {}", followed.join(" and ")));
        }
        if style.chosen {
            format!("{references}, and {} where that says nothing", style.name)
        } else {
            format!("{references}; {}", style.in_words())
        }
    }

    /// What the tone is held against, in words.
    pub fn tone_words(&self) -> String {
        self.target.in_words(Side::Tone)
    }
}

/// Works out what the song needs; `None` where too little was heard to tell.
pub(super) fn propose(
    job: &Job,
    assist: &Assist,
    analyzer: &Analyzer,
    song: &mut RawAudio,
    goal_lufs: Option<f64>,
    watch: Watch<'_>,
) -> Outcome<Option<Assisted>> {
    let (Some(report), Some(passages)) = (analyzer.report(), analyzer.passages()) else {
        return Ok(None);
    };
    let chosen = assist.wishes.style.as_deref();
    let Some(target) = target(&report, &assist.styles, chosen) else {
        return Ok(None);
    };
    let style = StyleFound::of(&target);
    let mut references = Vec::new();
    for path in &assist.references {
        references.push(heard_reference(path, watch)?);
    }
    let target = towards(&target, &references, &assist.wishes.reference_weights);
    let mut wishes = wishes(job, assist, goal_lufs);
    let owned = Owned::default();
    let mut proposal = draft(&report, &target, &wishes, &job.settings, &owned, &[]);
    if let Some(service) = job.service
        && !job.ceiling_is_set
    {
        wishes.ceiling_dbtp = service.advised_ceiling_dbtp(proposal.goal_lufs);
        proposal = draft(&report, &target, &wishes, &job.settings, &owned, &[]);
    }
    let planned_lufs = proposal.goal_lufs;
    if let Some(programme) = rehearsal::programme(&report) {
        let cuts = cut(song, &passages)?;
        let material = Material {
            stream: Stream::new(f64::from(song.sample_rate_hz)),
            passages: &cuts,
            song: programme,
            report: &report,
        };
        let mut go_on = |share: f32| watch.at("rehearsing", (share * 1e3) as u64, 1000).is_ok();
        proposal = rehearse(proposal, &material, &wishes, &owned, &[], &mut go_on)
            .map_err(|_| Failure::Interrupted)?;
    }
    let is_lowered = proposal.goal_lufs != planned_lufs;
    if assist.intensity_pct <= 0.0 {
        // Nothing was left out of what is not done: of the notes, that on the loudness stays, the last.
        let kept = usize::from(is_lowered);
        let others = proposal.notes.len().saturating_sub(kept);
        proposal.notes.drain(..others);
    }
    let mut settings = proposal.settings;
    settings.intensity = assist.intensity_pct;
    // Nothing of it and no loudness: then the door changes nothing either.
    if assist.intensity_pct <= 0.0 && job.loudness == Loudness::Off {
        settings.input.subsonic_on = false;
    }
    let rehearsed = proposal.reached_lufs.map(|_| settings.loudness.drive_db);
    Ok(Some(Assisted {
        style,
        findings: proposal.findings.into_iter().map(rounded_finding).collect(),
        notes: proposal.notes,
        cost: rounded_cost(proposal.cost),
        usual_lufs: (wishes.loudness == LoudnessWish::Auto)
            .then_some(proposal.target.style.loudness_lufs),
        is_lowered,
        before: report,
        after: None,
        target: proposal.target,
        reductions_db: Vec::new(),
        moves: proposal.moves,
        verdict: rounded_verdict(proposal.verdict),
        settings: settings.quantized(),
        goal_lufs: proposal.goal_lufs,
        drive_db: rehearsed,
    }))
}

/// What is heard of a reference, or why it is of no use.
fn heard_reference(path: &Path, watch: Watch<'_>) -> Outcome<Report> {
    let useless = |why: &str| {
        let path = path.display();
        Failure::because(format!("the reference {path} cannot be used: {why}"))
    };
    match analyse(path, watch) {
        Ok((_, Some(report))) => Ok(report),
        Ok((_, None)) => Err(useless(
            "it is too short or too quiet to compare with (3 s above the loudness gate are needed)",
        )),
        Err(Failure::Because(why)) => Err(useless(&why)),
        Err(Failure::Interrupted) => Err(Failure::Interrupted),
    }
}

/// The curve in the digits that mean something.
fn rounded_cost(cost: CostCurve) -> CostCurve {
    let point = |point: &CostPoint| CostPoint {
        lufs: rounded(point.lufs),
        drive_db: rounded(point.drive_db),
        p95_gain_reduction_db: rounded(point.p95_gain_reduction_db),
        plr_db: rounded(point.plr_db),
        distortion_db: rounded(point.distortion_db),
    };
    CostCurve {
        points: cost.points.iter().map(point).collect(),
        knee_lufs: cost.knee_lufs.map(rounded),
    }
}

/// The wishes, with the loudness that a service demands.
fn wishes(job: &Job, assist: &Assist, goal_lufs: Option<f64>) -> Wishes {
    let mut wishes = assist.wishes.clone();
    if let (Loudness::Auto, Some(service), Some(lufs)) = (job.loudness, job.service, goal_lufs)
        && service.sets_loudness
    {
        wishes.loudness = LoudnessWish::Target(lufs);
    }
    wishes
}

/// The passages' sound.
fn cut(song: &mut RawAudio, passages: &Passages) -> Outcome<Vec<Passage>> {
    let rate_hz = f64::from(song.sample_rate_hz);
    let frames = |seconds: f64| libm::round(seconds * rate_hz) as u64;
    let passage = |span: Span| {
        let start = frames(span.start_s.max(0.0));
        let [left, right] = song.cut(start, frames(span.end_s) - start)?;
        Ok(Passage {
            left,
            right,
            start_s: span.start_s,
        })
    };
    rehearsal::spans(passages)
        .into_iter()
        .map(passage)
        .collect()
}
