//! The tonal balance: from the deviation to a few equalizer bands.
//!
//! A song is asked which simple fault, undone, would make it more usual for a song that moves as it does
//! ([`hypotheses`]); the answer is taken away in proportion to how likely it is. Against the user's own
//! references nothing is guessed: their curve is meant as it is, and followed up to the authority limit.

pub mod follow;
pub mod hypotheses;
pub mod prior;
mod words;

use super::need::{ramp, tenths};
use super::{Case, Change, Move, MoveKind};
use crate::analysis::bands::THIRDS;
use crate::analysis::report::Report;
use crate::assistant::finding::Finding;
use crate::assistant::style::{Side, Target};
use crate::dsp::units::hertz;
use crate::engine::settings::equalizer::{BandSettings, Shape};
use hypotheses::{FAULTS, Fault, beliefs, deviation_db, response_db, weight_db};
use prior::prior;

/// Authority: no band of the tone moves further than this, in dB.
pub const GAIN_MAX_DB: f64 = 4.0;
/// Authority: how much the tone changes at most, as a tone distance in dB, where a style is the target. At
/// half intensity a song that was right moves by less than its listeners notice.
const CHANGE_MAX_DB: f64 = 1.75;
/// A song so far from what is expected of it (tone distance in dB: all of the authority, half of it) is
/// more likely meant so.
const STRANGE_DB: [f64; 2] = [3.5, 6.5];
/// The mean over hypotheses is timid (least squares): so much of what exceeds the tolerance serves songs
/// best on held-out music. The tolerance, as a tone distance in dB, is what is believed of a song that lies
/// exactly where it is expected.
const DECISION: f64 = 3.2;
const TOLERANCE_DB: f64 = 0.12;
/// Less than this in dB is not worth a band.
const GAIN_MIN_DB: f64 = 0.3;
/// What changes the tone by less than this, in dB, is left.
const CHANGE_MIN_DB: f64 = 0.2;
/// Above this level in dB a band holds sound: below there is nothing to boost.
const SOUND_DB: f64 = -55.0;
/// Third-octave of 12.5 kHz, and of 4 kHz.
const TOP: usize = 28;
const UPPER: usize = 23;
/// A shelf of lows must not lift what lies below music, 20–35 Hz: this one brings it back.
const SUBSONIC_SHELF_HZ: f32 = 40.0;
/// How sure a lossy end must be to count.
const LOSSY_CONFIDENCE: f64 = 0.5;

/// The move: at most six bands that bring the song towards the target; `None` inside the tolerance.
pub fn tone(case: &Case<'_>) -> Option<Move> {
    let (bands, chance) = if case.target.follows_references(Side::Tone) {
        let bands = follow::bands(case.report, case.target);
        (scaled(bands, case.confidence.clamp(0.0, 1.0)), None)
    } else {
        let (bands, chance) = guessed(case);
        (bands, Some(chance))
    };
    let bands: Vec<BandSettings> = bands.into_iter().filter_map(worth_it).collect();
    let change_db = weight_db(&response_db(&bands));
    if bands.is_empty() || change_db < CHANGE_MIN_DB {
        return None;
    }
    let (text, value, unit) = reason(case, &bands, chance);
    Some(Move {
        kind: MoveKind::Tone,
        text,
        value,
        unit,
        change: Change::Bands(bands),
        on: true,
    })
}

/// What of the tone is a finding: `dull, bright, boomy, thin, muddy, harsh`.
pub fn findings(report: &Report, target: &Target) -> Vec<Finding> {
    let away_db = deviation_db(&report.tone.level_db, &target.style.level_db);
    words::findings(report, target, &beliefs(&prior(), &away_db))
}

/// Lets the findings of tone say what these moves do about them.
pub fn answer(findings: &mut [Finding], moves: &[Move]) {
    words::answer(findings, moves);
}

/// The bands that take away what is believed to be wrong, most useful first, and how likely it is that
/// anything is.
fn guessed(case: &Case<'_>) -> (Vec<BandSettings>, f64) {
    let away_db = deviation_db(&case.report.tone.level_db, &case.target.style.level_db);
    let believed = beliefs(&prior(), &away_db);
    let held = |third: usize| case.report.tone.level_db[third] > SOUND_DB;
    let lossy_hz = case
        .report
        .faults
        .lossy_cutoff_hz
        .filter(|_| case.report.faults.lossy_confidence >= LOSSY_CONFIDENCE);
    let believed_db = weight_db(&believed.curve_db());
    let beyond = (believed_db - TOLERANCE_DB).max(0.0) / believed_db.max(TOLERANCE_DB);
    let share = DECISION * beyond * case.confidence.clamp(0.0, 1.0);
    let highs = held(TOP) && lossy_hz.is_none_or(|hz| hz > 12_000.0);
    let mut sizes: [f64; FAULTS] = core::array::from_fn(|fault| {
        let size = -share * believed.size[fault];
        // Highs that are not there are not dull: a codec or the rate ended them.
        match Fault::ALL[fault] {
            Fault::Dull if !highs => size.max(0.0),
            Fault::Tilt | Fault::Harsh if !held(UPPER) => size.min(0.0),
            _ => size,
        }
    });
    let all = |sizes: &[f64; FAULTS]| -> Vec<BandSettings> {
        let faults = Fault::ALL.into_iter().zip(sizes);
        faults
            .flat_map(|(fault, &size)| fault.bands(size))
            .collect()
    };
    let change_db = weight_db(&response_db(&all(&sizes)));
    let strange = ramp(weight_db(&away_db), STRANGE_DB[0], STRANGE_DB[1]);
    let most_db = CHANGE_MAX_DB * (1.0 - 0.5 * strange);
    if change_db > most_db {
        sizes = sizes.map(|size| size * most_db / change_db);
    }
    let mut bands = all(&sizes);
    bands.sort_by(|a, b| b.gain_db.abs().total_cmp(&a.gain_db.abs()));
    let lift_db = bands
        .iter()
        .find(|band| band.shape == Shape::LowShelf)
        .map_or(0.0, |band| band.gain_db);
    if lift_db > 0.0 {
        bands.push(BandSettings {
            on: true,
            shape: Shape::LowShelf,
            frequency_hz: SUBSONIC_SHELF_HZ,
            q: 0.71,
            gain_db: -lift_db,
            ..BandSettings::default()
        });
    }
    (bands, 1.0 - believed.intact)
}

fn scaled(mut bands: Vec<BandSettings>, share: f64) -> Vec<BandSettings> {
    for band in &mut bands {
        band.gain_db *= share as f32;
    }
    bands
}

/// The band in tenths of a dB within the authority; `None` where it does next to nothing.
fn worth_it(mut band: BandSettings) -> Option<BandSettings> {
    let gain_db = f64::from(band.gain_db);
    if !gain_db.is_finite() || gain_db.abs() < GAIN_MIN_DB {
        return None;
    }
    band.gain_db = tenths(gain_db.clamp(-GAIN_MAX_DB, GAIN_MAX_DB));
    Some(band)
}

/// One sentence, and its number with unit: what was heard where most is done, or, where what was heard there
/// does not tell it alone, how likely it is by the whole curve.
fn reason(
    case: &Case<'_>,
    bands: &[BandSettings],
    chance: Option<f64>,
) -> (String, f64, &'static str) {
    let most = bands.first().copied().unwrap_or_default();
    let hz = f64::from(most.frequency_hz);
    let gain_db = f64::from(most.gain_db);
    let place = match most.shape {
        Shape::LowShelf => format!("below {}", hertz(hz)),
        Shape::HighShelf => format!("above {}", hertz(hz)),
        _ => format!("around {}", hertz(hz)),
    };
    let heard_db = beyond_db(
        &case.report.tone.level_db,
        &case.target.style.level_db,
        most.shape,
        hz,
    );
    let than = case.target.than_usual(Side::Tone);
    let more = if gain_db > 0.0 { "less" } else { "more" };
    let done = if gain_db > 0.0 { "lifted" } else { "lowered" };
    let rest = if bands.len() > 1 {
        ", with smaller steps beside it"
    } else {
        ""
    };
    let done = format!("{done} by {:.1} dB{rest}", gain_db.abs());
    let tells = heard_db * gain_db < 0.0 && heard_db.abs() >= gain_db.abs();
    match chance {
        Some(chance) if !tells => {
            let chance_pct = libm::round(100.0 * chance);
            let text = format!(
                "The whole curve says, with a chance of {chance_pct:.0} %, that there is {more} {place} {than}: \
                 {done}."
            );
            (text, chance_pct, "%")
        }
        _ => {
            let text = format!("{:.1} dB {more} {place} {than}: {done}.", heard_db.abs());
            (text, heard_db, "dB")
        }
    }
}

/// Mean deviation where a band works, in dB.
fn beyond_db(level_db: &[f64; THIRDS], target_db: &[f64; THIRDS], shape: Shape, hz: f64) -> f64 {
    let deviation_db = hypotheses::leveled(&deviation_db(level_db, target_db));
    let inside = |band: &usize| {
        let octaves = libm::log2(crate::analysis::bands::center_hz(prior::FIRST + band) / hz);
        match shape {
            Shape::LowShelf => octaves < 0.0 && octaves > -2.0,
            Shape::HighShelf => octaves > 0.0 && octaves < 2.0,
            _ => octaves.abs() < 0.5,
        }
    };
    let (sum, count) = (0..prior::BANDS)
        .filter(inside)
        .fold((0.0, 0), |(sum, count), band| {
            (sum + deviation_db[band], count + 1)
        });
    sum / f64::from(count.max(1))
}

#[cfg(test)]
mod tests;
