//! What a session keeps beside the parameters: window size, loudness goal, drive table, one option.
//!
//! Plain atomics, because the framework may load a state on the audio thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use atomic_float::AtomicF32;
use serde::{Deserialize, Serialize};

use super::session::Shared;
use crate::engine::settings::loudness::{TRIM_DB, TRIM_POINTS_PCT};
use crate::engine::settings::range::Range;

/// Version of the layout of [`KeptState`]; goes up when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// Smallest window, in points.
pub const WINDOW_MIN: [f32; 2] = [720.0, 480.0];
/// Window of a new instance, in points.
pub const WINDOW_DEFAULT: [f32; 2] = [1200.0, 740.0];
/// Window of a new stem, in points: small, as there are several.
pub const WINDOW_STEM: [f32; 2] = [760.0, 520.0];
/// Largest window that is believed, in points.
const WINDOW_MAX: [f32; 2] = [7680.0, 4320.0];

/// The integrated loudness that the drive is solved for, in LUFS.
pub const GOAL_LUFS: Range = Range::linear(-36.0, -4.0, -14.0, 0.1, "LUFS");

/// What is kept, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptState {
    /// See [`FORMAT`].
    pub format: u32,
    /// Window width and height in points.
    pub window_points: [f32; 2],
    /// The loudness goal, in LUFS; see [`GOAL_LUFS`].
    pub goal_lufs: f32,
    /// Whether the meters start anew when the transport starts.
    pub reset_on_start: bool,
    /// What is added to the drive at lower intensities, in dB; see
    /// [`crate::engine::settings::loudness::LoudnessSettings::drive_trim_db`].
    pub drive_trim_db: [f32; TRIM_POINTS_PCT.len()],
}

impl Default for KeptState {
    fn default() -> Self {
        Self {
            format: FORMAT,
            window_points: WINDOW_DEFAULT,
            goal_lufs: GOAL_LUFS.default,
            reset_on_start: false,
            drive_trim_db: [0.0; TRIM_POINTS_PCT.len()],
        }
    }
}

/// What is kept, shared by host, editor and audio thread.
#[derive(Debug)]
pub struct Kept {
    window_points: [AtomicF32; 2],
    goal_lufs: AtomicF32,
    reset_on_start: AtomicBool,
    drive_trim_db: [AtomicF32; TRIM_POINTS_PCT.len()],
    /// What the assistant knows and was told.
    pub session: Shared,
}

impl Default for Kept {
    fn default() -> Self {
        Self::new(Arc::default(), &KeptState::default())
    }
}

impl Kept {
    /// What a new instance keeps; `changes` counts what the engine has to hear of.
    pub(super) fn new(changes: Arc<AtomicU32>, usual: &KeptState) -> Self {
        let kept = Self {
            window_points: [AtomicF32::new(0.0), AtomicF32::new(0.0)],
            goal_lufs: AtomicF32::new(0.0),
            reset_on_start: AtomicBool::new(false),
            drive_trim_db: [const { AtomicF32::new(0.0) }; TRIM_POINTS_PCT.len()],
            session: Shared::new(changes),
        };
        kept.store(usual);
        kept
    }

    /// All of it.
    pub fn load(&self) -> KeptState {
        KeptState {
            format: FORMAT,
            window_points: self.window_points(),
            goal_lufs: self.goal_lufs(),
            reset_on_start: self.reset_on_start(),
            drive_trim_db: self.drive_trim_db(),
        }
    }

    /// Takes over a state; what is out of range is put into it.
    pub fn store(&self, state: &KeptState) {
        self.set_window_points(state.window_points);
        self.set_goal_lufs(state.goal_lufs);
        self.set_reset_on_start(state.reset_on_start);
        self.set_drive_trim_db(state.drive_trim_db);
    }

    /// Window width and height in points.
    pub fn window_points(&self) -> [f32; 2] {
        self.window_points
            .each_ref()
            .map(|side| side.load(Ordering::Relaxed))
    }

    /// Sets the window's size in points, within what is sensible.
    pub fn set_window_points(&self, points: [f32; 2]) {
        for (axis, side) in self.window_points.iter().enumerate() {
            let points = if points[axis].is_finite() {
                points[axis].clamp(WINDOW_MIN[axis], WINDOW_MAX[axis])
            } else {
                WINDOW_DEFAULT[axis]
            };
            side.store(points, Ordering::Relaxed);
        }
    }

    /// The loudness goal, in LUFS.
    pub fn goal_lufs(&self) -> f32 {
        self.goal_lufs.load(Ordering::Relaxed)
    }

    /// Sets the loudness goal, within [`GOAL_LUFS`].
    pub fn set_goal_lufs(&self, goal_lufs: f32) {
        let goal_lufs = GOAL_LUFS.quantized(goal_lufs);
        self.goal_lufs.store(goal_lufs, Ordering::Relaxed);
    }

    /// Whether the meters start anew when the transport starts.
    pub fn reset_on_start(&self) -> bool {
        self.reset_on_start.load(Ordering::Relaxed)
    }

    /// Sets whether the meters start anew when the transport starts.
    pub fn set_reset_on_start(&self, on: bool) {
        self.reset_on_start.store(on, Ordering::Relaxed);
    }

    /// What is added to the drive at lower intensities, in dB.
    pub fn drive_trim_db(&self) -> [f32; TRIM_POINTS_PCT.len()] {
        self.drive_trim_db
            .each_ref()
            .map(|trim_db| trim_db.load(Ordering::Relaxed))
    }

    /// Sets what is added to the drive at lower intensities, within what makes sense.
    pub fn set_drive_trim_db(&self, trim_db: [f32; TRIM_POINTS_PCT.len()]) {
        for (kept, trim_db) in self.drive_trim_db.iter().zip(trim_db) {
            kept.store(TRIM_DB.quantized(trim_db), Ordering::Relaxed);
        }
    }
}
