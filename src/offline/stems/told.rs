//! What became of a folder of stems, as JSON says it.

use super::Delivered;
use super::blame::Blame;
use super::reading::Stem;
use crate::assistant::verdict::{Verdict, VerdictKind};
use crate::offline::master::Mastered;
use crate::offline::measure::rounded;
use crate::stems::balance::{Balance, Conflict};
use crate::stems::delivery::{Level, Problem};
use crate::stems::moves::{StemMove, StemStage};
use crate::stems::role::Role;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What became of a folder of stems.
#[derive(Debug, Clone, Serialize)]
pub struct StemsReport {
    /// The folder.
    pub file: String,
    /// What was delivered; `None` where it could not be looked at.
    pub delivery: Option<Delivery>,
    /// The role of each file.
    pub roles: BTreeMap<String, Role>,
    /// What remains of the mix when the stems are taken from it, in dB re the mix.
    pub null_residue_db: Option<f64>,
    /// Where stems fight each other.
    pub conflicts: Vec<Fought>,
    /// What was done with stems, in their order.
    pub moves: Vec<Moved>,
    /// Whether more than a master's nudges would be needed.
    pub remix: bool,
    /// Which stem made the limiter work.
    pub limiting: Vec<Blame>,
    /// Paths of the finished stems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stems: Vec<String>,
    /// Why more than nudges would be needed.
    #[serde(skip)]
    pub(super) remix_because: Option<String>,
    /// The master.
    #[serde(flatten)]
    pub mastered: Option<Box<Mastered>>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Where one stem fights others.
#[derive(Debug, Clone, Serialize)]
pub struct Fought {
    /// The stem's file.
    pub file: String,
    /// The file against it, if it is one.
    pub against: Option<String>,
    /// What it is about.
    #[serde(flatten)]
    pub conflict: Conflict,
}

/// What was done with a stem.
#[derive(Debug, Clone, Serialize)]
pub struct Moved {
    /// The stem's file.
    pub file: String,
    /// Where in its chain.
    pub stage: StemStage,
    /// Where in the spectrum, in Hz; `None`: everywhere.
    pub band_hz: Option<[f64; 2]>,
    /// How much, at the intensity of the master.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// How much it would be at 100 %.
    pub full_value: f64,
    /// Why.
    pub text: String,
}

/// How much of a move is done: of gains their share, of a width its way from 100 %.
fn in_effect(one: &StemMove, share: f64) -> f64 {
    match one.stage {
        StemStage::Width => 100.0 + (one.value - 100.0) * share,
        _ => one.value * share,
    }
}

/// What was delivered.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// Whether a master may be made of it.
    pub ok: bool,
    /// What was found, gravest first.
    pub problems: Vec<Problem>,
    /// What the user should know besides.
    pub notes: Vec<String>,
}

impl StemsReport {
    /// Nothing was done yet.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            file: folder.display().to_string(),
            delivery: None,
            roles: BTreeMap::new(),
            null_residue_db: None,
            conflicts: Vec::new(),
            moves: Vec::new(),
            remix: false,
            limiting: Vec::new(),
            stems: Vec::new(),
            remix_because: None,
            mastered: None,
            error: None,
        }
    }

    /// Takes over what was delivered.
    pub(super) fn tell(&mut self, delivered: &Delivered) {
        let rounded_problem = |problem: &Problem| Problem {
            value: rounded(problem.value),
            ..problem.clone()
        };
        self.delivery = Some(Delivery {
            ok: delivered.is_ok(),
            problems: delivered.problems.iter().map(rounded_problem).collect(),
            notes: delivered.notes.clone(),
        });
        self.roles = delivered.roles.iter().cloned().collect();
        self.null_residue_db = delivered.null_residue_db.map(rounded);
    }

    /// Takes over the balance, of whose moves `share` (0 to 1) was done.
    pub(super) fn tell_balance(&mut self, stems: &[Stem], balance: &Balance, share: f64) {
        let file = |place: usize| stems[place].name.clone();
        self.conflicts = balance
            .conflicts
            .iter()
            .map(|conflict| Fought {
                file: file(conflict.stem),
                against: conflict.against.map(file),
                conflict: Conflict {
                    value: rounded(conflict.value),
                    band_hz: conflict.band_hz.map(|band| band.map(rounded)),
                    ..conflict.clone()
                },
            })
            .collect();
        let moves = balance.moves.iter().filter(|_| share > 0.0);
        self.moves = moves
            .map(|(place, one)| Moved {
                file: file(*place),
                stage: one.stage,
                band_hz: one.band_hz.map(|band| band.map(rounded)),
                value: rounded(in_effect(one, share)),
                unit: one.unit.clone(),
                full_value: rounded(one.value),
                text: one.text.clone(),
            })
            .collect();
        self.remix = balance.remix.is_some();
        self.remix_because = balance.remix.as_ref().map(|remix| remix.text.clone());
    }

    /// The verdict, now that there are stems: they cannot be asked for any more, but they may not be enough.
    pub(super) fn judge(&self, mastered: &mut Mastered) {
        let Some(verdict) = &mut mastered.verdict else {
            return;
        };
        if let Some(because) = &self.remix_because {
            *verdict = Verdict {
                kind: VerdictKind::Mix,
                confidence: verdict.confidence,
                summary: format!("The balance needs more than nudges. {because}"),
                if_open: "Set the levels in the mix, and export the stems again.".to_owned(),
                if_locked:
                    "The stems are moved as far as a master moves them; what is left is the mix's."
                        .to_owned(),
            };
        } else if matches!(verdict.kind, VerdictKind::Stems | VerdictKind::Master) {
            verdict.kind = VerdictKind::Master;
            verdict.if_locked =
                "The stems are here: what one element needs of its own was done to it alone."
                    .to_owned();
        }
    }

    /// That nothing is wrong, where nothing is; without a mix that is said of less.
    pub fn all_is_well(&self) -> Option<&'static str> {
        let delivery = self.delivery.as_ref()?;
        match (delivery.problems.is_empty(), self.null_residue_db) {
            (false, _) => None,
            (true, Some(_)) => Some("Nothing is wrong with the delivery."),
            (true, None) => Some("Nothing is wrong with the stems by themselves."),
        }
    }

    /// What of the delivery a user should hear of with the master.
    pub(super) fn warnings(&self) -> Vec<String> {
        let problems = self.delivery.iter().flat_map(|delivery| &delivery.problems);
        problems
            .filter(|problem| problem.level == Level::Warn)
            .map(|problem| format!("{}: {}: {}", problem.file, problem.kind.key(), problem.text))
            .collect()
    }
}
