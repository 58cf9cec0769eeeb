//! What the elements of a mix (lead, bass, kick, cymbals) are likely to be doing, told from the stereo sum.
//!
//! The sum does not say which share of it is whose. What can be said is how far the song is from finished
//! songs in the direction in which it moves when one element is turned up: [`Standing::sds`]. Songs differ
//! in that direction by as much as 8 to 11 dB of the element, so a standing far beyond the usual is a reason
//! to listen, and never one to doubt the mix.

mod meter;
mod model;

pub use meter::{ElementsMeter, ElementsPart};

use super::report::Span;
use super::slice::{Slices, spans};
use model::{BANDS, Levels};
use serde::Serialize;

/// Slices that must pass the gate before anything is said.
const SLICES_MIN: usize = 100;
/// Slices that are judged together to find where an element stands out most: 3 s.
const PASSAGE: usize = 30;
/// How far an element is likely to be off, as a standard deviation in dB, before anything was heard: of the
/// size of the faults that are looked for (±5 dB).
const PRIOR_DB: f64 = 5.0;

/// What was left in a slice of the song, with its number.
type Heard<'a> = (usize, &'a ElementsPart);

/// Where one element stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// How far the song is from finished songs towards more (above 0) or less of the element, in standard
    /// deviations of finished songs.
    pub sds: f64,
    /// How much too loud the element is likely to be, in dB: what `sds` says, drawn towards zero by how much
    /// songs differ (posterior mean for a prior of 5 dB).
    pub offset_db: f64,
    /// Standard deviation of `offset_db`, in dB.
    pub uncertainty_db: f64,
    /// Where it stands out as far as in the whole song or further, at most four.
    pub places: Vec<Span>,
}

/// What was made out about the elements; all `None` before 10 s were heard that pass the gate.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ElementsReport {
    /// Lead vocal or lead instrument.
    pub lead: Option<Standing>,
    /// Bass.
    pub bass: Option<Standing>,
    /// Kick drum.
    pub kick: Option<Standing>,
    /// Cymbals and hats.
    pub cymbals: Option<Standing>,
}

impl ElementsReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let heard: Vec<Heard<'_>> = slices
            .gated()
            .map(|(number, slice)| (number, &slice.elements))
            .collect();
        Self::of_parts(&heard)
    }

    fn of_parts(heard: &[Heard<'_>]) -> Self {
        if heard.len() < SLICES_MIN {
            return Self::default();
        }
        let Some(sds) = standings(heard) else {
            return Self::default();
        };
        let passages: Vec<_> = heard
            .chunks(PASSAGE)
            .filter(|passage| passage.len() == PASSAGE)
            .filter_map(|passage| Some((passage, standings(passage)?)))
            .collect();
        let [lead, bass, kick, cymbals] = core::array::from_fn(|element| {
            let whole = sds[element];
            let worst: Vec<usize> = passages
                .iter()
                .filter(|(_, here)| here[element] * whole.signum() >= whole.abs())
                .flat_map(|(passage, _)| passage.iter().map(|&(number, _)| number))
                .collect();
            let song_sd_db = model::SONG_SD_DB[element];
            let variance = song_sd_db * song_sd_db;
            let share = PRIOR_DB * PRIOR_DB / (PRIOR_DB * PRIOR_DB + variance);
            Some(Standing {
                sds: whole,
                offset_db: whole * song_sd_db * share,
                uncertainty_db: libm::sqrt(variance * share),
                places: spans(&worst, 1.0, 1.0, 4),
            })
        });
        Self {
            lead,
            bass,
            kick,
            cymbals,
        }
    }
}

/// Standing of lead, bass, kick and cymbals over some slices; `None` in silence.
fn standings(heard: &[Heard<'_>]) -> Option<[f64; 4]> {
    Some(model::standings(&levels(heard)?))
}

/// The levels that the model knows, in dB re the weighted total.
fn levels(heard: &[Heard<'_>]) -> Option<Levels> {
    let count = heard.len().max(1) as f64;
    let mean = |of: fn(&ElementsPart) -> &[f32; BANDS], band: usize| {
        heard
            .iter()
            .map(|(_, part)| f64::from(of(part)[band]))
            .sum::<f64>()
            / count
    };
    let ranked = |of: fn(&ElementsPart) -> &[f32; BANDS], band: usize, share: f64| {
        let mut all: Vec<f32> = heard.iter().map(|(_, part)| of(part)[band]).collect();
        all.sort_unstable_by(f32::total_cmp);
        let at = share * all.len().saturating_sub(1) as f64;
        let below = at as usize;
        let above = (below + 1).min(all.len().saturating_sub(1));
        let (low, high) = (f64::from(all[below]), f64::from(all[above]));
        low + (high - low) * (at - below as f64)
    };
    let total: f64 = (0..BANDS)
        .map(|band| {
            model::WEIGHT[band]
                * (mean(|part| &part.mid_mean, band) + mean(|part| &part.side_mean, band))
        })
        .sum();
    if heard.is_empty() || total <= 0.0 {
        return None;
    }
    let level_db =
        |energy: f64| (10.0 * libm::log10(energy.max(1e-30) / total)).max(model::FLOOR_DB);
    // In the order of the model's rows.
    Some(core::array::from_fn(|row| {
        let band = row % BANDS;
        level_db(match row / BANDS {
            0 => mean(|part| &part.mid_mean, band),
            1 => mean(|part| &part.side_mean, band),
            2 => mean(|part| &part.tonal_mean, band),
            3 => mean(|part| &part.mid_floor, band),
            4 => mean(|part| &part.side_floor, band),
            5 => ranked(|part| &part.mid_peak, band, 0.95),
            6 => ranked(|part| &part.mid_floor, band, 0.10),
            7 => ranked(|part| &part.mid_mean, band, 0.50),
            _ => ranked(|part| &part.tonal_mean, band, 0.50),
        })
    }))
}

#[cfg(test)]
mod tests;
