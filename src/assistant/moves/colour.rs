//! Colour: a little saturation, of a kind and an amount that follow from the song's energy and tone.

use super::need::{of_density, ramp};
use super::{Case, Change, Move, MoveKind};
use crate::engine::settings::colour::{ColourSettings, Kind};

/// Authority: amount in % at the drive used; 0.7 % of distortion for a sine at −12 dBFS (dsp-notes §0.2).
const AMOUNT_MAX_PCT: f64 = 50.0;
/// Drive of a calm and of a driving song, in dB.
const DRIVE_DB: [f64; 2] = [2.5, 4.5];
/// A calm song gets this share of the amount.
const CALM_SHARE: f64 = 0.3;
/// Calmer than this is warmed by a tube; more driving than the second value stays even over the spectrum.
const ENERGY_TUBE: f64 = 0.4;
const ENERGY_CLEAN: f64 = 0.75;
/// Highs (4–12.5 kHz) above the target by this: tape, which softens them first, in dB.
const BRIGHT_DB: f64 = 1.5;
const HIGHS: core::ops::RangeInclusive<usize> = 23..=28;
const EVENNESS_PCT: [f32; 3] = [30.0, 50.0, 15.0];
/// Saturation thickens what has contrast left: nothing from this peak to loudness ratio down, all from the
/// second value on, in dB.
const PLR_DB: [f64; 2] = [9.0, 14.0];
/// Less is not worth a stage, in %.
const AMOUNT_MIN_PCT: f64 = 8.0;

/// The move; `None` for a finished song.
pub fn colour(case: &Case<'_>) -> Option<Move> {
    let energy = case.report.rhythm.energy.clamp(0.0, 1.0);
    let plr_db = case.report.loudness.plr_db?;
    let amount = of_density(case)
        * ramp(plr_db, PLR_DB[0], PLR_DB[1])
        * (CALM_SHARE + (1.0 - CALM_SHARE) * energy);
    let amount_pct = libm::round(AMOUNT_MAX_PCT * amount);
    if amount_pct < AMOUNT_MIN_PCT {
        return None;
    }
    let style = &case.target.style;
    let bright_db = HIGHS
        .map(|third| case.report.tone.level_db[third] - style.level_db[third])
        .sum::<f64>()
        / HIGHS.count() as f64;
    let (kind, evenness_pct, why) = if energy < ENERGY_TUBE {
        (
            Kind::Tube,
            EVENNESS_PCT[1],
            "a calm song is warmed a little, with a tube's even harmonics",
        )
    } else if bright_db > BRIGHT_DB || energy < ENERGY_CLEAN {
        (
            Kind::Tape,
            EVENNESS_PCT[0],
            "tape thickens it and softens the highs first",
        )
    } else {
        (
            Kind::Clean,
            EVENNESS_PCT[2],
            "a driving song is made denser evenly, with the least change of tone",
        )
    };
    let drive_db = DRIVE_DB[0] + (DRIVE_DB[1] - DRIVE_DB[0]) * energy;
    let settings = ColourSettings {
        on: true,
        kind,
        drive_db: (libm::round(drive_db * 2.0) / 2.0) as f32,
        evenness_pct,
        amount_pct: amount_pct as f32,
        ..ColourSettings::default()
    };
    Some(Move {
        kind: MoveKind::Colour,
        text: format!("Energy {energy:.2} of 1 and contrast to spare: {why}."),
        value: energy,
        unit: "",
        change: Change::Colour(settings),
        on: true,
    })
}
