//! The proposal: moves, the settings they make, style, findings and verdict.

use super::advice::{Switch, switched};
use super::cost::CostCurve;
use super::drive::Stop;
use super::finding::Finding;
use super::findings;
use super::moves::{self, Case, Change, Move, MoveKind};
use super::own_loudness::own_lufs;
use super::style::Target;
use super::verdict::{self, Verdict, VerdictKind};
use super::wishes::{LoudnessWish, MixState, Wishes};
use crate::analysis::report::Report;
use crate::dsp::units::hertz;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::{BANDS, BandSettings};
use crate::engine::settings::fields::{Field, Group, Variant, Visitor};
use crate::engine::settings::input::REFERENCE_LEVEL_DB;
use crate::engine::settings::loudness::{
    CEILING_DBTP, Character, LoudnessSettings, TRIM_POINTS_PCT,
};
use crate::engine::settings::range::Range;

/// What belongs to the user and is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Owned {
    /// Stages changed since the last Apply, in the order of [`Group::STAGES`].
    pub stages: [bool; Group::STAGES.len()],
    /// Equalizer bands that are the user's own.
    pub bands: [bool; BANDS],
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// All settings, the moves that are on made, at 100 % intensity, with drive and its trims.
    pub settings: Settings,
    /// Which equalizer bands are the assistant's, and the kind of move that each serves.
    pub assistant_bands: [Option<MoveKind>; BANDS],
    /// The moves, with their switches.
    pub moves: Vec<Move>,
    /// What was given up and why (bands that found no place, moves that cost more than they gave).
    pub notes: Vec<String>,
    /// What it was measured against.
    pub target: Target,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub verdict: Verdict,
    /// The loudness goal in LUFS; `None`: the loudness stage stays as it is.
    pub goal_lufs: Option<f64>,
    /// What it gives in the passages rehearsed, in LUFS.
    pub reached_lufs: Option<f64>,
    /// Why the goal is not reached.
    pub stopped_by: Option<Stop>,
    /// What loudness costs.
    pub cost: CostCurve,
}

/// What is found in a song, the moves it calls for, and the verdict.
pub fn judge(
    report: &Report,
    target: &Target,
    mix_state: MixState,
) -> (Vec<Finding>, Vec<Move>, Verdict) {
    let mut findings = findings::findings(report, target);
    let mut moves = moves::moves(&Case {
        report,
        target,
        findings: &findings,
        confidence: report.heard.confidence,
        lowered: &[],
    });
    moves::tone::answer(&mut findings, &moves);
    findings::sort(&mut findings);
    let verdict = verdict::verdict(report, &findings, &moves, mix_state);
    if verdict.kind == VerdictKind::Done {
        for one in moves.iter_mut().filter(|one| shapes_density(one.kind)) {
            one.on = false;
        }
    }
    (findings, moves, verdict)
}

/// What makes a mix denser: left off where it is dense enough, for the user to switch on.
fn shapes_density(kind: MoveKind) -> bool {
    matches!(kind, MoveKind::Dynamics | MoveKind::Glue | MoveKind::Colour)
}

/// What of the proposal follows from the report alone, before anything is played: moves, settings without
/// drive, findings, verdict, and the loudness goal. `base` is what the user has now, `switches` which moves
/// they switched.
pub fn draft(
    report: &Report,
    target: &Target,
    wishes: &Wishes,
    base: &Settings,
    owned: &Owned,
    switches: &[Switch],
) -> Proposal {
    let (findings, mut moves, verdict) = judge(report, target, wishes.mix_state);
    limit_as_wished(&mut moves, wishes);
    switched(&mut moves, switches);
    let mut base = *base;
    if !owned.stages[stage_index(Group::Input)]
        && let Some(loudest_lufs) = report.loudness.max_short_term_lufs
    {
        let level_db = REFERENCE_LEVEL_DB.quantized(loudest_lufs as f32);
        let kept_db = base.input.reference_level_db;
        if (level_db - kept_db).abs() > 1.01 * REFERENCE_LEVEL_DB.step {
            base.input.reference_level_db = level_db;
        }
    }
    let goal_lufs = goal_lufs(report, target, wishes, owned);
    if !owned.stages[stage_index(Group::Loudness)] {
        base.loudness.on = goal_lufs.is_some();
        base.loudness.ceiling_dbtp = CEILING_DBTP.quantized(wishes.ceiling_dbtp);
        base.loudness.drive_db = 0.0;
        base.loudness.drive_trim_db = [0.0; TRIM_POINTS_PCT.len()];
        set_as_wished(&mut base.loudness, wishes);
    }
    let (settings, assistant_bands, mut notes) = assemble(&base, owned, &moves);
    notes.extend(left_off(verdict.kind, &moves));
    notes.extend(target.from_references.shortfall());
    Proposal {
        settings,
        assistant_bands,
        moves,
        notes,
        target: target.clone(),
        findings,
        verdict,
        goal_lufs,
        reached_lufs: None,
        stopped_by: None,
        cost: CostCurve::default(),
    }
}

/// Sets the character and the release that the user wants, whether or not the limiter's move is made.
pub(crate) fn set_as_wished(loudness: &mut LoudnessSettings, wishes: &Wishes) {
    loudness.character = wishes.character.unwrap_or(loudness.character);
    loudness.release_ms = wishes.release_ms.unwrap_or(loudness.release_ms);
}

/// Says what is proposed but left off.
fn left_off(verdict: VerdictKind, moves: &[Move]) -> Option<String> {
    let names: Vec<&str> = moves
        .iter()
        .filter(|one| verdict == VerdictKind::Done && !one.on && shapes_density(one.kind))
        .map(|one| one.kind.stage().name())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "It is dense enough as it is, so what would make it denser is left off: {}.",
            names.join(", ")
        )
    })
}

/// Puts the character and the release that the user wants into the limiter's move, which then says so.
fn limit_as_wished(moves: &mut [Move], wishes: &Wishes) {
    for one in moves {
        let Change::Limiter(character, release_ms, _) = &mut one.change else {
            continue;
        };
        if let Some(wanted) = wishes.character {
            if wanted != *character {
                let heard = one.text.split(':').next().unwrap_or_default();
                one.text = format!(
                    "{heard}: {} would suit it; you chose {}.",
                    limiter_name(*character),
                    limiter_name(wanted)
                );
            }
            *character = wanted;
        }
        if let Some(wanted_ms) = wishes.release_ms {
            one.text.push_str(&chosen_release(wishes));
            *release_ms = wanted_ms;
        }
    }
}

/// Says the release that the user wants, if any.
pub(super) fn chosen_release(wishes: &Wishes) -> String {
    let said = |ms| format!(" You chose its release of {ms:.0} ms.");
    wishes.release_ms.map_or_else(String::new, said)
}

/// A limiter's character in a sentence.
pub(super) fn limiter_name(character: Character) -> &'static str {
    match character {
        Character::Transparent => "the transparent limiter",
        Character::Punchy => "the punchy limiter",
        Character::Dense => "the dense limiter",
    }
}

/// How loud the master is to be, in LUFS. `Auto` is what the style usually carries and never less than the
/// song has by itself ([`own_lufs`]); rehearsal stops it at the knee of the cost curve.
fn goal_lufs(report: &Report, target: &Target, wishes: &Wishes, owned: &Owned) -> Option<f64> {
    let song_lufs = report.loudness.integrated_lufs?;
    if owned.stages[stage_index(Group::Loudness)] {
        return None;
    }
    match wishes.loudness {
        LoudnessWish::Auto => {
            let ceiling_dbtp = f64::from(CEILING_DBTP.quantized(wishes.ceiling_dbtp));
            let sample_peak_dbfs = report.loudness.sample_peak_dbfs;
            let own_lufs = own_lufs(song_lufs, sample_peak_dbfs, ceiling_dbtp);
            Some(own_lufs.max(target.style.loudness_lufs))
        }
        LoudnessWish::Keep => Some(song_lufs),
        LoudnessWish::Target(lufs) => Some(lufs),
        LoudnessWish::Off => None,
    }
}

/// `base` with the moves that are on, which bands they took each, and what found no place. Never touches what is
/// owned; stages that nobody owns and no move works in are off. Values within a step of what `base` has stay
/// as they are there, so that a proposal does not flicker.
pub fn assemble(
    base: &Settings,
    owned: &Owned,
    moves: &[Move],
) -> (Settings, [Option<MoveKind>; BANDS], Vec<String>) {
    let mut settings = cleared(base, owned);
    let mut notes = Vec::new();
    let free = |stage: Group| !owned.stages[stage_index(stage)];
    let mut queues: Vec<(MoveKind, &[BandSettings])> = Vec::new();
    for one in moves.iter().filter(|one| one.on) {
        let stage = one.kind.stage();
        if !free(stage) {
            notes.push(format!(
                "{} is yours and stays as it is: {}",
                stage.name(),
                one.text
            ));
            continue;
        }
        match &one.change {
            Change::Subsonic(hz) => {
                settings.input.subsonic_on = true;
                settings.input.subsonic_hz = *hz;
            }
            Change::Bands(bands) => queues.push((one.kind, bands)),
            Change::Multiband(multiband) => settings.multiband = *multiband,
            Change::Width(widths_pct) => {
                settings.image.on = true;
                for (band, &width_pct) in settings.image.bands.iter_mut().zip(widths_pct) {
                    band.width_pct = width_pct;
                }
            }
            Change::MonoBass(below_hz, amount_pct) => {
                settings.image.on = true;
                settings.image.mono_below_hz = *below_hz;
                settings.image.mono_amount_pct = *amount_pct;
            }
            Change::Glue(glue) => settings.glue = *glue,
            Change::Colour(colour) => settings.colour = *colour,
            Change::Limiter(character, release_ms, clip_depth_db) => {
                settings.loudness.character = *character;
                settings.loudness.release_ms = *release_ms;
                settings.loudness.clip_depth_db = *clip_depth_db;
            }
        }
    }
    let assistant_bands = place(&mut settings, owned, &mut queues, &mut notes);
    (settle(base, &settings.quantized()), assistant_bands, notes)
}

/// `base` without what an earlier proposal left in places that nobody owns.
fn cleared(base: &Settings, owned: &Owned) -> Settings {
    let mut settings = *base;
    let free = |stage: Group| !owned.stages[stage_index(stage)];
    let fresh = Settings::default();
    if free(Group::Input) {
        settings.input.subsonic_on = false;
    }
    if free(Group::Equalizer) {
        settings.equalizer.on = true;
        let bands = settings.equalizer.bands.iter_mut();
        for ((band, &owned), fresh) in bands.zip(&owned.bands).zip(&fresh.equalizer.bands) {
            if !owned {
                *band = *fresh;
            }
        }
    }
    if free(Group::Multiband) {
        settings.multiband = fresh.multiband;
    }
    if free(Group::Image) {
        settings.image = fresh.image;
    }
    if free(Group::Glue) {
        settings.glue = fresh.glue;
    }
    if free(Group::Colour) {
        settings.colour = fresh.colour;
    }
    settings
}

/// Puts the bands of all moves on free places, the most useful of each move first, and in each round by
/// [`RANK`]. Bands go from low to high, as the places do. Says which move each place serves.
fn place(
    settings: &mut Settings,
    owned: &Owned,
    queues: &mut [(MoveKind, &[BandSettings])],
    notes: &mut Vec<String>,
) -> [Option<MoveKind>; BANDS] {
    let mut taken = [None; BANDS];
    let places: Vec<usize> = (0..BANDS).filter(|&band| !owned.bands[band]).collect();
    queues.sort_by_key(|(kind, _)| RANK.iter().position(|ranked| ranked == kind));
    let rounds = queues.iter().map(|(_, bands)| bands.len()).max();
    let mut chosen: Vec<(MoveKind, BandSettings)> = (0..rounds.unwrap_or(0))
        .flat_map(|round| {
            let bands = queues.iter();
            bands.filter_map(move |(kind, bands)| Some((*kind, *bands.get(round)?)))
        })
        .collect();
    if chosen.len() > places.len() {
        for (kind, band) in chosen.drain(places.len()..) {
            notes.push(format!(
                "No equalizer band is free for {} at {}: it was the least useful and is left out.",
                name(kind),
                hertz(f64::from(band.frequency_hz))
            ));
        }
    }
    chosen.sort_by(|a, b| a.1.frequency_hz.total_cmp(&b.1.frequency_hz));
    for ((kind, band), place) in chosen.into_iter().zip(places) {
        settings.equalizer.bands[place] = band;
        taken[place] = Some(kind);
    }
    taken
}

/// Usefulness when bands run out: a single fault weighs more than the last bit of tone.
const RANK: [MoveKind; 5] = [
    MoveKind::BassNote,
    MoveKind::Tone,
    MoveKind::DeEssing,
    MoveKind::Mud,
    MoveKind::Resonance,
];

fn name(kind: MoveKind) -> &'static str {
    match kind {
        MoveKind::BassNote => "the ringing bass note",
        MoveKind::Tone => "the tone",
        MoveKind::DeEssing => "the sharp consonants",
        MoveKind::Mud => "the mud",
        _ => "the resonance",
    }
}

/// Where a stage stands in [`Group::STAGES`].
pub(crate) fn stage_index(stage: Group) -> usize {
    Group::STAGES
        .iter()
        .position(|&one| one == stage)
        .unwrap_or(0)
}

/// `wanted` with the values of `base` where they differ by no more than a step: in stages whose switches and
/// choices are the same in both.
fn settle(base: &Settings, wanted: &Settings) -> Settings {
    let (before, mut after) = (Seen::of(base), Seen::of(wanted));
    let same: Vec<bool> = after
        .0
        .iter()
        .zip(&before.0)
        .map(|(after, before)| match (after.1, before.1) {
            (Value::Number(..), Value::Number(..)) => true,
            (after, before) => after == before,
        })
        .collect();
    let keys: Vec<(Group, Option<u8>)> = after
        .0
        .iter()
        .map(|(field, _)| (field.group, field.band))
        .collect();
    for (index, (_, value)) in after.0.iter_mut().enumerate() {
        let unit_is_same = keys
            .iter()
            .zip(&same)
            .all(|(key, &same)| same || *key != keys[index]);
        if let (true, Value::Number(now, slack), Value::Number(was, _)) =
            (unit_is_same, *value, before.0[index].1)
            && (now - was).abs() <= slack
        {
            *value = Value::Number(was, slack);
        }
    }
    let mut settings = *wanted;
    settings.visit(&mut Putter(after.0.into_iter()));
    settings
}

/// A value, and for numbers how far it may differ and be the same.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Number(f32, f32),
    Switch(bool),
    Choice(usize),
}

/// Every value, in the settings' own order.
#[derive(Debug, Default)]
struct Seen(Vec<(Field, Value)>);

impl Seen {
    fn of(settings: &Settings) -> Self {
        let mut seen = Self::default();
        { *settings }.visit(&mut seen);
        seen
    }
}

impl Visitor for Seen {
    fn number(&mut self, field: Field, range: &'static Range, value: &mut f32) {
        // Frequencies and times by 2 %, all else by a step (0.1 dB, 1 %); loudness is solved, not proposed.
        let slack = match (field.group, range.unit) {
            (Group::Loudness | Group::Chain, _) => 0.0,
            (_, "Hz" | "ms") => 0.02 * value.abs(),
            (_, ":1") => 0.051,
            (_, "") => 0.101,
            _ => 1.01 * range.step,
        };
        self.0.push((field, Value::Number(*value, slack)));
    }
    fn switch(&mut self, field: Field, value: &mut bool) {
        self.0.push((field, Value::Switch(*value)));
    }
    fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
        self.0.push((field, Value::Choice(*index)));
    }
}

/// Puts values back.
struct Putter(std::vec::IntoIter<(Field, Value)>);

impl Visitor for Putter {
    fn number(&mut self, _: Field, _: &'static Range, value: &mut f32) {
        if let Some((_, Value::Number(number, _))) = self.0.next() {
            *value = number;
        }
    }
    fn switch(&mut self, _: Field, _: &mut bool) {
        self.0.next();
    }
    fn choice(&mut self, _: Field, _: &'static [Variant], _: &mut usize) {
        self.0.next();
    }
}

#[cfg(test)]
mod tests;
