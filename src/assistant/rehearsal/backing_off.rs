//! Moves that cost more than they give: what makes the limiter work more than the move is worth is left out,
//! and said.

use super::stage::Shaped;
use super::{Cancelled, Room};
use crate::assistant::advice::Switch;
use crate::assistant::finding::{FindingKind, Severity};
use crate::assistant::moves::{Change, MoveKind};
use crate::assistant::proposal::{Owned, Proposal, stage_index};
use crate::engine::settings::INTENSITY;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::{BANDS, EqualizerSettings};
use crate::engine::settings::image::ImageSettings;
use crate::engine::settings::loudness::DRIVE_DB;

/// All moves together may cost so much more limiting at the 95th percentile before they are looked at one by
/// one, in dB.
const TOGETHER_DB: f64 = 0.5;
/// Moves are tried without in this order, those that are known to raise peaks first; each with what it may
/// cost, in dB of limiting at the 95th percentile.
const SUSPECTS: [(MoveKind, f64); 8] = [
    (MoveKind::MonoBass, 0.6),
    (MoveKind::Subsonic, 0.6),
    (MoveKind::Width, 0.6),
    (MoveKind::Colour, 0.3),
    (MoveKind::Dynamics, 0.3),
    (MoveKind::Glue, 0.3),
    (MoveKind::Mud, 0.5),
    (MoveKind::Resonance, 0.5),
];
/// What mends a severe fault may cost so many times more.
const SEVERE: f64 = 2.5;

/// Switches off what is too dear, in the draft's moves and settings. Stages that are owned stay as they are:
/// the moves in them are not made anyway. What the user switched on is wanted at its price.
pub(super) fn back_off(
    room: &mut Room<'_, '_>,
    draft: &mut Proposal,
    owned: &Owned,
    switches: &[Switch],
    goal_lufs: f64,
) -> Result<(), Cancelled> {
    if !draft.settings.shapes_sound() && !draft.settings.input.subsonic_on {
        return Ok(());
    }
    let plain = room.plain.clone();
    let without_any_db = work_db(room, &plain, &draft.settings, goal_lufs)?;
    let shaped = room.shape(&draft.settings, INTENSITY.max)?;
    let mut with_all_db = work_db(room, &shaped, &draft.settings, goal_lufs)?;
    for (kind, allowed_db) in SUSPECTS {
        if with_all_db - without_any_db <= TOGETHER_DB {
            break;
        }
        let is_wanted = switches
            .iter()
            .any(|switch| switch.kind == kind && switch.on);
        if is_wanted || owned.stages[stage_index(kind.stage())] {
            continue;
        }
        let Some(index) = draft
            .moves
            .iter()
            .position(|one| one.kind == kind && one.on)
        else {
            continue;
        };
        let (settings, bands) = without(draft, index);
        let shaped = room.shape(&settings, INTENSITY.max)?;
        let without_db = work_db(room, &shaped, &settings, goal_lufs)?;
        let costs_db = with_all_db - without_db;
        let allowed_db = if mends_severe(draft, kind) {
            allowed_db * SEVERE
        } else {
            allowed_db
        };
        if costs_db <= allowed_db {
            continue;
        }
        draft.moves[index].on = false;
        draft.settings = settings;
        draft.assistant_bands = bands;
        draft.notes.push(format!(
            "Left out, for it would cost {costs_db:.1} dB more limiting than it is worth: {}",
            draft.moves[index].text
        ));
        with_all_db = without_db;
    }
    Ok(())
}

/// Limiting at the 95th percentile when what was shaped is brought to the goal by gain alone, in dB.
fn work_db(
    room: &mut Room<'_, '_>,
    shaped: &Shaped,
    settings: &Settings,
    goal_lufs: f64,
) -> Result<f64, Cancelled> {
    let mut loudness = settings.loudness;
    loudness.on = true;
    let drive_db = goal_lufs - room.song_lufs(shaped.lufs);
    loudness.drive_db = DRIVE_DB.quantized(drive_db as f32);
    let played = room.stage.play(shaped, &loudness, false)?;
    Ok(played.p95_gain_reduction_db)
}

/// The draft's settings and its equalizer bands without one of its moves.
fn without(draft: &Proposal, index: usize) -> (Settings, [Option<MoveKind>; BANDS]) {
    let (mut settings, mut bands) = (draft.settings, draft.assistant_bands);
    let left_out = &draft.moves[index];
    match &left_out.change {
        Change::Subsonic(_) => settings.input.subsonic_on = false,
        Change::Bands(_) => {
            let fresh = EqualizerSettings::default().bands;
            for place in
                (0..BANDS).filter(|&place| draft.assistant_bands[place] == Some(left_out.kind))
            {
                settings.equalizer.bands[place] = fresh[place];
                bands[place] = None;
            }
        }
        Change::Multiband(_) => settings.multiband.on = false,
        Change::Width(_) => settings.image.bands = ImageSettings::default().bands,
        Change::MonoBass(..) => settings.image.mono_amount_pct = 0.0,
        Change::Glue(_) => settings.glue.on = false,
        Change::Colour(_) => settings.colour.on = false,
        Change::Limiter(..) => {}
    }
    if matches!(left_out.change, Change::Width(_) | Change::MonoBass(..)) {
        let image = &settings.image;
        let idle = image.mono_amount_pct == 0.0 && image.bands == ImageSettings::default().bands;
        settings.image.on &= !idle;
    }
    (settings, bands)
}

fn mends_severe(draft: &Proposal, kind: MoveKind) -> bool {
    draft.findings.iter().any(|found| {
        found.severity == Severity::High
            && matches!(
                (kind, found.kind),
                (MoveKind::MonoBass, FindingKind::LowEndOutOfPhase)
                    | (MoveKind::Width, FindingKind::MonoLoss)
                    | (MoveKind::Mud, FindingKind::Muddy)
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::moves::Move;
    use crate::assistant::moves::plain::{mix, target};
    use crate::assistant::proposal::{assemble, draft};
    use crate::assistant::wishes::Wishes;
    use crate::engine::settings::equalizer::BandSettings;

    /// A move of bands at these frequencies that hold back by a range in dB.
    fn held_back(kind: MoveKind, frequencies_hz: &[f32], range_db: f32) -> Move {
        let band = |&frequency_hz: &f32| BandSettings {
            on: true,
            frequency_hz,
            range_db: -range_db,
            ..BandSettings::default()
        };
        Move {
            kind,
            text: String::new(),
            value: 0.0,
            unit: "dB",
            change: Change::Bands(frequencies_hz.iter().map(band).collect()),
            on: true,
        }
    }

    #[test]
    fn a_move_is_left_out_with_all_its_bands_and_no_other() {
        let (base, owned) = (Settings::default(), Owned::default());
        let mut draft = draft(&mix(), &target(), &Wishes::default(), &base, &owned, &[]);
        for tenth in 5..=60 {
            let range_db = tenth as f32 * 0.1;
            // As close to each other as bands may come.
            draft.moves = vec![
                held_back(MoveKind::Mud, &[300.0], range_db),
                held_back(MoveKind::Resonance, &[302.0, 1234.567, 4000.0], range_db),
            ];
            let (settings, bands, _) = assemble(&base, &owned, &draft.moves);
            (draft.settings, draft.assistant_bands) = (settings.quantized(), bands);
            let without = |index| {
                let (settings, bands) = without(&draft, index);
                let on = settings.equalizer.bands.iter().filter(|band| band.on);
                let on: Vec<f32> = on.map(|band| libm::roundf(band.frequency_hz)).collect();
                (on, bands.iter().flatten().count())
            };
            assert_eq!(without(0), (vec![302.0, 1235.0, 4000.0], 3), "{range_db}");
            assert_eq!(without(1), (vec![300.0], 1), "{range_db}");
        }
    }
}
