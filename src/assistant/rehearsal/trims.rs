//! What the drive needs more at lower intensities, so that turning intensity does not turn the level.

use crate::assistant::drive::{self, Driven, Goal, Programme, Solution};
use crate::engine::settings::loudness::{TRIM_DB, TRIM_POINTS_PCT};

/// Trims for a drive that was solved at full intensity. `rehearse` plays an intensity (in %) at a drive (in
/// dB).
pub fn trims<E>(
    programme: &Programme,
    goal: &Goal,
    solution: &Solution,
    mut rehearse: impl FnMut(f32, f32) -> Result<Driven, E>,
) -> Result<[f32; TRIM_POINTS_PCT.len()], E> {
    // As loud as it became at full intensity, with no rule that stops short of it.
    let goal = Goal {
        target_lufs: solution.driven.integrated_lufs,
        force: true,
        ..*goal
    };
    let mut trim_db = [0.0; TRIM_POINTS_PCT.len()];
    let mut drive_db = solution.drive_db;
    for (trim_db, intensity) in trim_db.iter_mut().zip(TRIM_POINTS_PCT).rev() {
        // The search starts at the drive that was right a quarter above.
        let programme = Programme {
            integrated_lufs: goal.target_lufs - f64::from(drive_db),
            ..*programme
        };
        let there = drive::solve(&programme, &goal, |drive_db| rehearse(intensity, drive_db))?;
        drive_db = there.drive_db;
        *trim_db = TRIM_DB.quantized(drive_db - solution.drive_db);
    }
    Ok(trim_db)
}
