//! What became of a folder of stems, as JSON says it.

use super::Delivered;
use crate::offline::master::Mastered;
use crate::offline::measure::rounded;
use crate::stems::delivery::{Level, Problem};
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
    /// What was done with each stem.
    pub moves: [(); 0],
    /// The master.
    #[serde(flatten)]
    pub mastered: Option<Box<Mastered>>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
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
            moves: [],
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

    /// What of the delivery a user should hear of with the master.
    pub(super) fn warnings(&self) -> Vec<String> {
        let problems = self.delivery.iter().flat_map(|delivery| &delivery.problems);
        problems
            .filter(|problem| problem.level == Level::Warn)
            .map(|problem| format!("{}: {}: {}", problem.file, problem.kind.key(), problem.text))
            .collect()
    }
}
