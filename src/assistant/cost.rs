//! What loudness costs: limiting, peak to loudness ratio and distortion against the goal, and the knee.

use serde::Serialize;

/// One loudness and its price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CostPoint {
    /// Integrated loudness in LUFS.
    pub lufs: f64,
    /// Drive that gives it, in dB.
    pub drive_db: f64,
    /// 95th percentile of the gain reduction over 10 ms, gated, in dB.
    pub p95_gain_reduction_db: f64,
    /// Peak to loudness ratio in dB.
    pub plr_db: f64,
    /// What clipper and limiter added, in dB re the music (gain-matched residue).
    pub distortion_db: f64,
}

/// The curve, quietest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CostCurve {
    /// The points.
    pub points: Vec<CostPoint>,
    /// Loudness from which more costs more than it gives, in LUFS.
    pub knee_lufs: Option<f64>,
}
