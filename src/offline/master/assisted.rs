//! The assistant's part of a master: what the song needs, rehearsed on passages cut from the file.

use super::{Assist, Job, Loudness, Reason};
use crate::analysis::analyzer::Analyzer;
use crate::analysis::passages::Passages;
use crate::analysis::report::{Report, Span};
use crate::assistant::cost::CostCurve;
use crate::assistant::finding::Finding;
use crate::assistant::moves::Move;
use crate::assistant::proposal::{Owned, draft};
use crate::assistant::reference::towards;
use crate::assistant::rehearsal::{self, Material, Passage, rehearse};
use crate::assistant::style::{self, target};
use crate::assistant::verdict::Verdict;
use crate::assistant::wishes::{LoudnessWish, Wishes};
use crate::dsp::block::Stream;
use crate::engine::settings::Settings;
use crate::offline::check::{StyleFound, analyse};
use crate::offline::failure::{Failure, Outcome};
use crate::offline::measure::rounded;
use crate::offline::raw::RawAudio;
use crate::offline::watch::Watch;
use serde::Serialize;

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
    /// The drive that was rehearsed, in dB.
    #[serde(skip)]
    pub(super) drive_db: Option<f32>,
}

impl Assisted {
    /// A reason for every move that is on.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let moves = self.moves.iter().filter(|one| one.on);
        let reason = |one: &Move| Reason {
            stage: one.kind.stage().key(),
            text: one.text.clone(),
            value: rounded(one.value),
            unit: one.unit,
        };
        moves.map(reason).collect()
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
        let (_, reference) = analyse(path, watch)?;
        references.push(reference.ok_or_else(|| {
            Failure::because(format!(
                "the reference {} is too short or too quiet to compare with",
                path.display()
            ))
        })?);
    }
    let target = towards(&target, &references, &assist.wishes.reference_weights);
    let mut wishes = wishes(job, assist, goal_lufs);
    let owned = Owned::default();
    let mut proposal = draft(&report, &target, &wishes, &job.settings, &owned);
    if let Some(service) = job.service
        && !job.ceiling_is_set
    {
        wishes.ceiling_dbtp = service.advised_ceiling_dbtp(proposal.goal_lufs);
        proposal = draft(&report, &target, &wishes, &job.settings, &owned);
    }
    if let Some(programme) = rehearsal::programme(&report) {
        let cuts = cut(song, &passages)?;
        let material = Material {
            stream: Stream::new(f64::from(song.sample_rate_hz)),
            passages: &cuts,
            song: programme,
            report: &report,
        };
        let mut go_on = |share: f32| watch.at("rehearsing", (share * 1e3) as u64, 1000).is_ok();
        proposal =
            rehearse(proposal, &material, &wishes, &mut go_on).map_err(|_| Failure::Interrupted)?;
    }
    let mut settings = proposal.settings;
    settings.intensity = assist.intensity_pct;
    let rehearsed = proposal.reached_lufs.map(|_| settings.loudness.drive_db);
    Ok(Some(Assisted {
        style,
        findings: proposal.findings,
        notes: proposal.notes,
        cost: proposal.cost,
        before: report,
        after: None,
        target: proposal.target,
        reductions_db: Vec::new(),
        moves: proposal.moves,
        verdict: proposal.verdict,
        settings: settings.quantized(),
        goal_lufs: proposal.goal_lufs,
        drive_db: rehearsed,
    }))
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
