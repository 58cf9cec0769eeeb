//! What loudness costs: limiting, peak to loudness ratio and distortion against the goal, and the knee.

use serde::Serialize;

/// Limiting at the 95th percentile at which the knee is at the latest, in dB (dsp-notes §0.2: what the usual
/// intensity allows the limiter).
const KNEE_REDUCTION_DB: f64 = 3.5;
/// Loudness that a dB of drive buys, below which the knee is passed.
const KNEE_SLOPE: f64 = 0.6;
/// Added by clipper and limiter at the knee at the latest, in dB.
const KNEE_DISTORTION_DB: f64 = -24.0;
/// Peak to loudness ratio at the knee at the latest, in dB.
const KNEE_PLR_DB: f64 = 8.0;

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

impl CostCurve {
    /// A curve through points of rising loudness, its knee marked: the first loudness at which limiting,
    /// distortion, peak to loudness ratio or what a dB of drive still buys passes its bound, straight between
    /// points.
    pub fn new(points: Vec<CostPoint>) -> Self {
        let knee_lufs = knee(&points);
        Self { points, knee_lufs }
    }
}

fn knee(points: &[CostPoint]) -> Option<f64> {
    let slope = |n: usize| {
        let (from, to) = (points.get(n)?, points.get(n + 1)?);
        Some((to.lufs - from.lufs) / (to.drive_db - from.drive_db).max(1e-9))
    };
    // How far beyond its bound the worst measure of a point is, as a share of the bound's distance.
    let over = |n: usize| {
        let point = &points[n];
        let slopes = [n.checked_sub(1).and_then(slope), slope(n)];
        let known: Vec<f64> = slopes.into_iter().flatten().collect();
        let slope = known.iter().sum::<f64>() / known.len().max(1) as f64;
        [
            (point.p95_gain_reduction_db - KNEE_REDUCTION_DB) / KNEE_REDUCTION_DB,
            (KNEE_SLOPE - slope) / (1.0 - KNEE_SLOPE),
            (point.distortion_db - KNEE_DISTORTION_DB) / 20.0,
            (KNEE_PLR_DB - point.plr_db) / 4.0,
        ]
        .into_iter()
        .fold(f64::MIN, f64::max)
    };
    let passed = (0..points.len()).find(|&n| over(n) >= 0.0)?;
    let Some(before) = passed.checked_sub(1) else {
        return Some(points[0].lufs);
    };
    let (low, high) = (over(before), over(passed));
    let share = (-low / (high - low).max(1e-9)).clamp(0.0, 1.0);
    Some(points[before].lufs + share * (points[passed].lufs - points[before].lufs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(drive_db: f64, lufs: f64, p95_gain_reduction_db: f64) -> CostPoint {
        CostPoint {
            lufs,
            drive_db,
            p95_gain_reduction_db,
            plr_db: -1.0 - lufs,
            distortion_db: -40.0,
        }
    }

    #[test]
    fn the_knee_lies_where_the_first_bound_is_passed() {
        let points = vec![
            point(0.0, -16.0, 0.0),
            point(2.0, -14.1, 1.0),
            point(4.0, -12.4, 3.0),
            point(6.0, -11.0, 5.0),
        ];
        let knee = CostCurve::new(points.clone()).knee_lufs.expect("a knee");
        // 3.5 dB lie a quarter of the way from 3 to 5.
        assert!((knee - -12.05).abs() < 0.01, "{knee}");
        assert_eq!(CostCurve::new(points[..3].to_vec()).knee_lufs, None);
        let mut flat = points.clone();
        flat[2].lufs = -13.6;
        flat[3].lufs = -13.3;
        let early = CostCurve::new(flat).knee_lufs.expect("a knee");
        assert!((-14.1..=-13.6).contains(&early), "{early}");
        assert_eq!(CostCurve::new(Vec::new()).knee_lufs, None);
    }
}
