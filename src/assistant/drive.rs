//! Solves the drive that brings a programme to a loudness goal through the real limiter, and stops
//! where more would crush the song.
//!
//! Loudness grows with drive, less and less the more is limited (slopes of 1.0 without limiting, 0.62 at
//! 4 dB, 0.34 at 11 dB of drive are typical). A secant with bounded slope and step finds the goal in two
//! to five renders; a bisection takes over where the secant leaves the bracket. Deterministic.

use crate::engine::settings::loudness::DRIVE_DB;

/// The solver stops trying to come closer to the goal than this.
const AIM_LU: f64 = 0.03;
/// A goal is reached when the loudness is as near as this.
pub const TOLERANCE_LU: f64 = 0.1;
/// Limiting at the 95th percentile above which a song counts as crushed.
pub const GAIN_REDUCTION_MAX_DB: f64 = 6.0;
/// Peak to loudness ratio below which no song is pushed by us.
pub const PLR_MIN_DB: f64 = 7.0;
/// Loudness that a dB of drive must at least buy.
pub const SLOPE_MIN: f64 = 0.25;

/// Meters repeat within this; a song that is below [`PLR_MIN_DB`] already may lose no more.
const PLR_SLACK_DB: f64 = 0.1;
/// A secant flatter than this makes the solver look at the local slope.
const SLOPE_SUSPECT: f64 = 0.5;
/// Limiting above which the local slope is looked at when no secant is known.
const GAIN_REDUCTION_SUSPECT_DB: f64 = 4.5;
const SLOPE_CLAMP: (f64, f64) = (0.15, 1.0);
/// Slope assumed for the second render.
const SLOPE_FIRST: f64 = 1.0 / 1.3;
const STEP_MAX_DB: f64 = 3.0;
/// Renders spent at most on reaching the goal, and again at most on backing off.
const RENDERS_MAX: usize = 12;
/// A dB of drive that buys less than this buys nothing, in LU.
const NOTHING_LU: f64 = 0.02;
/// Renders spent at most on the smallest drive that gives all the loudness there is.
const TRIM_RENDERS_MAX: usize = 8;
/// How near to a stop rule the solver backs off, in dB of its measure.
const BACK_OFF_DB: f64 = 0.2;

/// The programme before the loudness stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Programme {
    /// Its integrated loudness, in LUFS.
    pub integrated_lufs: f64,
    /// Its peak to loudness ratio, in dB.
    pub plr_db: f64,
    /// Its true peak, in dBTP.
    pub true_peak_dbtp: f64,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Integrated loudness of the result, in LUFS.
    pub target_lufs: f64,
    /// The limiter's ceiling, in dBTP: says how far the drive goes without limiting.
    pub ceiling_dbtp: f64,
    /// Go to the goal whatever it costs.
    pub force: bool,
}

/// What one drive gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Driven {
    /// Integrated loudness of the result, in LUFS.
    pub integrated_lufs: f64,
    /// 95th percentile of the gain reduction over 10 ms frames inside the −10 LU gate, in dB, positive.
    pub p95_gain_reduction_db: f64,
    /// Peak to loudness ratio of the result, in dB.
    pub plr_db: f64,
}

/// Why the goal was not reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// More than [`GAIN_REDUCTION_MAX_DB`] of limiting would be needed.
    GainReduction,
    /// The peak to loudness ratio would fall below the value given, in dB.
    Plr(f64),
    /// A dB of drive buys less than [`SLOPE_MIN`].
    Slope,
    /// The drive parameter ends here, at this value in dB.
    DriveRange(f64),
    /// The limiter gives no more than this, in LUFS, whatever the drive.
    Exhausted(f64),
    /// The loudness jumps past the goal, because passages cross the measurement's gate.
    Gate,
}

impl Stop {
    /// Whether [`Goal::force`] would go on from here.
    pub fn can_be_forced(&self) -> bool {
        matches!(self, Self::GainReduction | Self::Plr(_) | Self::Slope)
    }

    /// The reason as a sentence.
    pub fn text(&self) -> String {
        match self {
            Self::GainReduction => format!(
                "more would take over {GAIN_REDUCTION_MAX_DB:.0} dB of limiting in the loud passages \
                 (95th percentile) and crush the song"
            ),
            Self::Plr(floor_db) => {
                format!("more would push the peak to loudness ratio (PLR) below {floor_db:.1} dB")
            }
            Self::Slope => {
                format!("each further dB of drive buys less than {SLOPE_MIN} LU of loudness")
            }
            Self::DriveRange(drive_db) => {
                format!("the drive ends at {drive_db:+.0} dB")
            }
            Self::Exhausted(lufs) => {
                format!("the limiter gives no more than {lufs:.1} LUFS from this song")
            }
            Self::Gate => "the loudness jumps past the goal here, because passages cross the \
                           measurement's gate"
                .to_owned(),
        }
    }
}

/// Where the solver ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solution {
    /// The drive, in dB, on the grid of [`DRIVE_DB`]. It was rendered.
    pub drive_db: f32,
    /// What it gave.
    pub driven: Driven,
    /// Whether the loudness is within [`TOLERANCE_LU`] of the goal.
    pub reached: bool,
    /// Why not.
    pub stopped_by: Option<Stop>,
    /// Renders it took.
    pub renders: usize,
}

/// Finds the drive with which `render` (drive in dB → what it gave) meets the goal or comes as near as
/// the stop rules allow. An error of `render` ends the search.
pub fn solve<E>(
    programme: &Programme,
    goal: &Goal,
    render: impl FnMut(f32) -> Result<Driven, E>,
) -> Result<Solution, E> {
    let mut search = Search {
        plr_floor_db: PLR_MIN_DB.min(programme.plr_db - PLR_SLACK_DB),
        goal: *goal,
        render,
        points: Vec::new(),
    };
    let found = search.approach(programme)?;
    match found {
        Found::Here(index) => Ok(search.solution(index, None)),
        Found::Stopped(index, stop) => Ok(search.solution(index, Some(stop))),
        Found::Crushed(index, Stop::Slope) => search.back_off_slope(index),
        Found::Crushed(index, stop) => search.back_off(programme, index, stop),
        Found::Exhausted => search.trim_drive(programme),
    }
}

/// One render.
#[derive(Debug, Clone, Copy)]
struct Point {
    drive_db: f64,
    driven: Driven,
}

/// How the approach ended; the number is the point's index.
enum Found {
    Here(usize),
    Stopped(usize, Stop),
    Crushed(usize, Stop),
    Exhausted,
}

struct Search<R> {
    plr_floor_db: f64,
    goal: Goal,
    render: R,
    points: Vec<Point>,
}

impl<E, R: FnMut(f32) -> Result<Driven, E>> Search<R> {
    /// Renders at the grid value next to `drive_db`, unless that is known.
    fn point_at(&mut self, drive_db: f64) -> Result<usize, E> {
        let drive_db = DRIVE_DB.quantized(drive_db as f32);
        if let Some(known) = self.known(drive_db) {
            return Ok(known);
        }
        let driven = (self.render)(drive_db)?;
        self.points.push(Point {
            drive_db: f64::from(drive_db),
            driven,
        });
        Ok(self.points.len() - 1)
    }

    fn known(&self, drive_db: f32) -> Option<usize> {
        self.points
            .iter()
            .position(|point| point.drive_db == f64::from(drive_db))
    }

    fn error_lu(&self, index: usize) -> f64 {
        self.points[index].driven.integrated_lufs - self.goal.target_lufs
    }

    /// Secant, kept inside what is known to be too quiet and too loud.
    fn approach(&mut self, programme: &Programme) -> Result<Found, E> {
        let (drive_min_db, drive_max_db) = (f64::from(DRIVE_DB.min), f64::from(DRIVE_DB.max));
        let mut drive_db =
            (self.goal.target_lufs - programme.integrated_lufs).clamp(drive_min_db, drive_max_db);
        let mut before: Option<Point> = None;
        for _ in 0..RENDERS_MAX {
            let index = self.point_at(drive_db)?;
            let point = self.points[index];
            let error_lu = self.error_lu(index);
            // Crushed and still too quiet: the goal lies beyond a stop rule. Crushed but too loud is on
            // its way down.
            if error_lu <= AIM_LU
                && let Some(stop) = self.broken_rule(index)?
            {
                return Ok(Found::Crushed(index, stop));
            }
            if error_lu.abs() <= AIM_LU {
                return Ok(Found::Here(index));
            }
            if error_lu < 0.0 {
                if point.drive_db >= drive_max_db && self.loudest_below(index) < -NOTHING_LU {
                    return Ok(self.at_the_end(index));
                }
            } else if point.drive_db <= drive_min_db {
                return Ok(self.at_the_end(index));
            }
            let loud_db = self
                .drives(|error_lu| error_lu > 0.0)
                .fold(f64::INFINITY, f64::min);
            if loud_db == f64::INFINITY && self.loudest_below(index) >= -NOTHING_LU {
                // More drive buys nothing here. The end of the range tells whether it does further up.
                if self.known(DRIVE_DB.max).is_some() {
                    return Ok(Found::Exhausted);
                }
                before = Some(point);
                drive_db = drive_max_db;
                continue;
            }
            // The lowest drive that is too loud, and the highest below it that is not.
            let quiet_db = self
                .drives(|error_lu| error_lu < 0.0)
                .filter(|&drive_db| drive_db < loud_db)
                .fold(drive_min_db, f64::max);
            let loud_db = loud_db.min(drive_max_db);
            let slope = match before {
                Some(before) if before.drive_db != point.drive_db => {
                    ((point.driven.integrated_lufs - before.driven.integrated_lufs)
                        / (point.drive_db - before.drive_db))
                        .clamp(SLOPE_CLAMP.0, SLOPE_CLAMP.1)
                }
                _ => SLOPE_FIRST,
            };
            before = Some(point);
            let step_db = (-error_lu / slope).clamp(-STEP_MAX_DB, STEP_MAX_DB);
            drive_db = point.drive_db + step_db;
            // Outside the bracket, or on a value already rendered: halve the bracket instead.
            let inside = (quiet_db..=loud_db).contains(&drive_db);
            if !inside || self.known(DRIVE_DB.quantized(drive_db as f32)).is_some() {
                drive_db = 0.5 * (quiet_db + loud_db);
            }
            if self.known(DRIVE_DB.quantized(drive_db as f32)).is_some() {
                break;
            }
        }
        // The grid or the gate allows no closer value: the nearest one rendered.
        let nearest = self.nearest();
        Ok(if self.error_lu(nearest).abs() <= TOLERANCE_LU {
            Found::Here(nearest)
        } else if self.drives(|error_lu| error_lu > 0.0).next().is_some() {
            Found::Stopped(nearest, Stop::Gate)
        } else {
            Found::Exhausted
        })
    }

    fn at_the_end(&self, index: usize) -> Found {
        Found::Stopped(index, Stop::DriveRange(self.points[index].drive_db))
    }

    fn nearest(&self) -> usize {
        (0..self.points.len())
            .min_by(|&a, &b| self.error_lu(a).abs().total_cmp(&self.error_lu(b).abs()))
            .unwrap_or(0)
    }

    /// Drives whose distance from the goal, in LU, is as asked.
    fn drives(&self, wanted: impl Fn(f64) -> bool) -> impl Iterator<Item = f64> {
        (0..self.points.len())
            .filter(move |&index| wanted(self.error_lu(index)))
            .map(|index| self.points[index].drive_db)
    }

    /// How much louder than a point the loudest is of those at least 1 dB of drive below, in LU.
    fn loudest_below(&self, index: usize) -> f64 {
        let point = &self.points[index];
        self.points
            .iter()
            .filter(|other| other.drive_db <= point.drive_db - 1.0)
            .map(|other| other.driven.integrated_lufs - point.driven.integrated_lufs)
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// The smallest drive that is about as loud as the loudest, none of which reaches the goal.
    fn trim_drive(&mut self, programme: &Programme) -> Result<Solution, E> {
        for _ in 0..TRIM_RENDERS_MAX {
            let (best, loudest_lufs) = self.smallest_of_the_loudest();
            let Point { drive_db, driven } = self.points[best];
            // A dB of drive gives a dB at most: less than this cannot be as loud.
            let least_db = (loudest_lufs - programme.integrated_lufs).min(drive_db);
            let below_db = self
                .drives(|_| true)
                .filter(|&other_db| other_db < drive_db)
                .fold(least_db, f64::max);
            let above = self
                .points
                .iter()
                .filter(|other| other.drive_db > drive_db)
                .min_by(|a, b| a.drive_db.total_cmp(&b.drive_db));
            // Where it is quieter further up, the loudest may lie between.
            let above_db = above
                .filter(|above| above.driven.integrated_lufs < driven.integrated_lufs - NOTHING_LU)
                .map_or(drive_db, |above| above.drive_db);
            let (gap_below_db, gap_above_db) = (drive_db - below_db, above_db - drive_db);
            if gap_below_db.max(gap_above_db) <= 0.25 {
                break;
            }
            let next_db = if gap_below_db >= gap_above_db {
                drive_db - 0.5 * gap_below_db
            } else {
                drive_db + 0.5 * gap_above_db
            };
            let index = self.point_at(next_db)?;
            if self.error_lu(index).abs() <= TOLERANCE_LU {
                return Ok(self.solution(index, None));
            }
        }
        let (best, loudest_lufs) = self.smallest_of_the_loudest();
        Ok(self.solution(best, Some(Stop::Exhausted(loudest_lufs))))
    }

    /// The point with the least drive within [`TOLERANCE_LU`] of the loudest, and the loudest in LUFS.
    fn smallest_of_the_loudest(&self) -> (usize, f64) {
        let lufs = |index: usize| self.points[index].driven.integrated_lufs;
        let loudest_lufs = (0..self.points.len())
            .map(lufs)
            .fold(f64::NEG_INFINITY, f64::max);
        let best = (0..self.points.len())
            .filter(|&index| lufs(index) >= loudest_lufs - TOLERANCE_LU)
            .min_by(|&a, &b| self.points[a].drive_db.total_cmp(&self.points[b].drive_db));
        (best.unwrap_or(0), loudest_lufs)
    }

    /// Distance to the nearest stop rule in dB, and that rule; negative beyond it.
    fn margin(&self, driven: &Driven) -> (f64, Stop) {
        let gain_reduction_db = GAIN_REDUCTION_MAX_DB - driven.p95_gain_reduction_db;
        let plr_db = driven.plr_db - self.plr_floor_db;
        if gain_reduction_db < plr_db {
            (gain_reduction_db, Stop::GainReduction)
        } else {
            (plr_db, Stop::Plr(self.plr_floor_db))
        }
    }

    /// The stop rule that the point breaks. May render the point one dB below to learn the slope.
    fn broken_rule(&mut self, index: usize) -> Result<Option<Stop>, E> {
        if self.goal.force {
            return Ok(None);
        }
        let (margin_db, stop) = self.margin(&self.points[index].driven);
        // What limits nothing cannot push the ratio down.
        let limits = self.points[index].driven.p95_gain_reduction_db > 0.0;
        if margin_db < 0.0 && limits {
            return Ok(Some(stop));
        }
        Ok(self.too_flat(index)?.then_some(Stop::Slope))
    }

    fn too_flat(&mut self, index: usize) -> Result<bool, E> {
        let point = self.points[index];
        let below = self
            .points
            .iter()
            .filter(|other| (0.2..=4.0).contains(&(point.drive_db - other.drive_db)))
            .max_by(|a, b| a.drive_db.total_cmp(&b.drive_db));
        let suspect = match below {
            Some(below) => slope(below, &point) < SLOPE_SUSPECT,
            None => point.driven.p95_gain_reduction_db > GAIN_REDUCTION_SUSPECT_DB,
        };
        if !suspect {
            return Ok(false);
        }
        let below = self.point_at(point.drive_db - 1.0)?;
        Ok(slope(&self.points[below], &point) < SLOPE_MIN)
    }

    /// The highest drive that keeps the stop rules, between one that does and `crushed`, which does not.
    fn back_off(
        &mut self,
        programme: &Programme,
        crushed: usize,
        stop: Stop,
    ) -> Result<Solution, E> {
        let mut high = (
            self.points[crushed].drive_db,
            self.margin(&self.points[crushed].driven).0,
        );
        // Up to here nothing is limited, so the ratio is what it was.
        let free_db = self.goal.ceiling_dbtp - programme.true_peak_dbtp;
        let free_db = free_db.clamp(f64::from(DRIVE_DB.min), high.0);
        let free_margin_db = GAIN_REDUCTION_MAX_DB.min(programme.plr_db - self.plr_floor_db);
        let mut low = (free_db, free_margin_db.max(PLR_SLACK_DB));
        let mut stop = stop;
        for point in &self.points {
            let (margin_db, _) = self.margin(&point.driven);
            if margin_db >= 0.0 && point.drive_db > low.0 && point.drive_db < high.0 {
                low = (point.drive_db, margin_db);
            }
        }
        for _ in 0..RENDERS_MAX {
            if low.1 <= BACK_OFF_DB && self.known(low.0 as f32).is_some() {
                break;
            }
            // False position aimed half-way into the allowed rest, kept off both ends.
            let share = (low.1 - 0.5 * BACK_OFF_DB) / (low.1 - high.1);
            let drive_db = low.0 + (high.0 - low.0) * share.clamp(0.1, 0.9);
            let index = self.point_at(drive_db)?;
            let drive_db = self.points[index].drive_db;
            let (margin_db, rule) = self.margin(&self.points[index].driven);
            if margin_db >= 0.0 {
                if drive_db <= low.0 {
                    break;
                }
                low = (drive_db, margin_db);
            } else {
                if drive_db >= high.0 {
                    break;
                }
                high = (drive_db, margin_db);
                stop = rule;
            }
        }
        let index = self.point_at(low.0)?;
        Ok(self.solution(index, Some(stop)))
    }

    /// Goes down in steps that grow until a dB buys enough, then up again by single dB.
    fn back_off_slope(&mut self, crushed: usize) -> Result<Solution, E> {
        let mut index = crushed;
        let mut step_db = 1.0;
        for _ in 0..RENDERS_MAX {
            let below = self.point_at(self.points[index].drive_db - step_db)?;
            if below == index {
                break;
            }
            if slope(&self.points[below], &self.points[index]) >= SLOPE_MIN {
                if step_db == 1.0 {
                    break;
                }
                step_db = 1.0;
            } else {
                index = below;
                step_db = f64::min(2.0 * step_db, 4.0);
            }
        }
        Ok(self.solution(index, Some(Stop::Slope)))
    }

    fn solution(&self, index: usize, stop: Option<Stop>) -> Solution {
        let point = &self.points[index];
        let reached = self.error_lu(index).abs() <= TOLERANCE_LU;
        Solution {
            drive_db: point.drive_db as f32,
            driven: point.driven,
            reached,
            stopped_by: if reached { None } else { stop },
            renders: self.points.len(),
        }
    }
}

/// Loudness bought per dB of drive between two points.
fn slope(low: &Point, high: &Point) -> f64 {
    let distance_db = high.drive_db - low.drive_db;
    if distance_db <= 0.0 {
        return 1.0;
    }
    (high.driven.integrated_lufs - low.driven.integrated_lufs) / distance_db
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const SONG: Programme = Programme {
        integrated_lufs: -20.0,
        plr_db: 16.0,
        true_peak_dbtp: -4.0,
    };

    fn goal(target_lufs: f64, force: bool) -> Goal {
        Goal {
            target_lufs,
            ceiling_dbtp: -1.0,
            force,
        }
    }

    /// A limiter as simple as can be: from 3 dB of drive on, each dB costs `loss` dB of the dB, growing.
    fn song(drive_db: f32, bend: f64) -> Driven {
        let over_db = (f64::from(drive_db) - 3.0).max(0.0);
        let gain_reduction_db = 0.75 * over_db;
        let integrated_lufs =
            SONG.integrated_lufs + f64::from(drive_db) - over_db + over_db / (1.0 + bend * over_db);
        Driven {
            integrated_lufs,
            p95_gain_reduction_db: gain_reduction_db,
            plr_db: (SONG.true_peak_dbtp + f64::from(drive_db)).min(-1.0) - integrated_lufs,
        }
    }

    fn solved(target_lufs: f64, force: bool, bend: f64) -> Solution {
        let render = |drive_db: f32| {
            assert_eq!(drive_db, DRIVE_DB.quantized(drive_db), "off the grid");
            Ok::<_, Infallible>(song(drive_db, bend))
        };
        match solve(&SONG, &goal(target_lufs, force), render) {
            Ok(solution) => solution,
        }
    }

    #[test]
    fn a_goal_below_the_limiter_takes_one_render() {
        let solution = solved(-18.0, false, 0.05);
        assert!(solution.reached && solution.renders == 1);
        assert_eq!(solution.drive_db, 2.0);
    }

    #[test]
    fn reachable_goals_are_met_in_few_renders() {
        for bend in [0.0, 0.02, 0.05, 0.1] {
            for tenth in 0..=50 {
                let target_lufs = -17.0 + f64::from(tenth) * 0.1;
                let solution = solved(target_lufs, true, bend);
                let error_lu = solution.driven.integrated_lufs - target_lufs;
                let can = target_lufs <= song(DRIVE_DB.max, bend).integrated_lufs;
                assert_eq!(solution.reached, can, "{target_lufs} {bend}: {solution:?}");
                if can {
                    assert!(error_lu.abs() <= AIM_LU, "{target_lufs}: {solution:?}");
                    assert!(solution.renders <= 6, "{target_lufs}: {solution:?}");
                }
            }
        }
    }

    #[test]
    fn limiting_stops_at_six_db_and_not_much_before() {
        let solution = solved(-9.0, false, 0.01);
        assert!(!solution.reached);
        assert_eq!(solution.stopped_by, Some(Stop::GainReduction));
        let gain_reduction_db = solution.driven.p95_gain_reduction_db;
        assert!((5.7..=6.0).contains(&gain_reduction_db), "{solution:?}");
        assert!(solution.renders <= 5, "{solution:?}");
    }

    #[test]
    fn force_goes_there_anyway_and_ends_with_the_drive() {
        let solution = solved(-9.0, true, 0.01);
        assert!(solution.reached, "{solution:?}");
        assert!(solution.driven.p95_gain_reduction_db > GAIN_REDUCTION_MAX_DB);
        let solution = solved(-1.0, true, 0.2);
        assert!(!solution.reached);
        assert_eq!(solution.stopped_by, Some(Stop::DriveRange(24.0)));
        assert_eq!(solution.drive_db, DRIVE_DB.max);
    }

    #[test]
    fn a_goal_far_below_ends_with_the_drive() {
        let solution = solved(-50.0, false, 0.05);
        assert_eq!(solution.stopped_by, Some(Stop::DriveRange(-24.0)));
        assert_eq!(solution.drive_db, DRIVE_DB.min);
    }

    #[test]
    fn the_peak_to_loudness_ratio_stops_at_seven() {
        // Peaks at −1, so −8 LUFS is a ratio of 7; little limiting, as of a few high peaks.
        let render = |drive_db: f32| {
            let integrated_lufs = SONG.integrated_lufs + f64::from(drive_db);
            Ok::<_, Infallible>(Driven {
                integrated_lufs,
                p95_gain_reduction_db: (f64::from(drive_db) - 10.0).max(0.0),
                plr_db: -1.0 - integrated_lufs,
            })
        };
        let Ok(solution) = solve(&SONG, &goal(-6.0, false), render);
        assert!(matches!(solution.stopped_by, Some(Stop::Plr(_))));
        assert!(
            (7.0..=7.21).contains(&solution.driven.plr_db),
            "{solution:?}"
        );
    }

    #[test]
    fn a_finished_dense_song_at_its_own_loudness_is_not_stopped() {
        let dense = Programme {
            integrated_lufs: -6.0,
            plr_db: 5.0,
            true_peak_dbtp: -1.0,
        };
        let render = |drive_db: f32| {
            Ok::<_, Infallible>(Driven {
                integrated_lufs: -6.0 + f64::from(drive_db),
                p95_gain_reduction_db: 0.01,
                plr_db: 4.98,
            })
        };
        let Ok(solution) = solve(&dense, &goal(-6.0, false), render);
        assert!(solution.reached && solution.drive_db == 0.0, "{solution:?}");
    }

    #[test]
    fn a_flat_cost_curve_stops() {
        let render = |drive_db: f32| {
            let drive_db = f64::from(drive_db);
            Ok::<_, Infallible>(Driven {
                integrated_lufs: -20.0 + drive_db.min(4.0) + 0.1 * (drive_db - 4.0).max(0.0),
                p95_gain_reduction_db: (0.8 * (drive_db - 3.0)).clamp(0.0, 5.0),
                plr_db: 12.0,
            })
        };
        let Ok(solution) = solve(&SONG, &goal(-14.0, false), render);
        assert_eq!(solution.stopped_by, Some(Stop::Slope));
        assert!((3.0..=5.1).contains(&solution.drive_db), "{solution:?}");
    }

    /// Loudness that ends at −10 LUFS, or sinks again, is the limiter's end and not the gate's.
    #[test]
    fn a_limiter_that_gives_no_more_says_so_with_the_least_drive() {
        for sinking in [0.0, 0.05, 0.3] {
            for force in [true, false] {
                let render = |drive_db: f32| {
                    let drive_db = f64::from(drive_db);
                    let lost_lu = sinking * (drive_db - 10.0).max(0.0);
                    Ok::<_, Infallible>(Driven {
                        integrated_lufs: -20.0 + drive_db.min(10.0) - lost_lu,
                        p95_gain_reduction_db: 3.0,
                        plr_db: 12.0,
                    })
                };
                let Ok(solution) = solve(&SONG, &goal(-5.0, force), render);
                assert!(!solution.reached && solution.renders <= 14, "{solution:?}");
                match solution.stopped_by {
                    Some(Stop::Exhausted(lufs)) => {
                        assert!((-10.2..=-9.99).contains(&lufs), "{sinking}: {solution:?}")
                    }
                    stop => assert!(!force && stop == Some(Stop::Slope), "{solution:?}"),
                }
                assert!(
                    (9.5..=11.1).contains(&solution.drive_db),
                    "{sinking} {force}: {solution:?}"
                );
            }
        }
    }

    #[test]
    fn an_error_of_the_render_comes_through() {
        let render = |_| Err("broken");
        assert_eq!(solve(&SONG, &goal(-14.0, false), render), Err("broken"));
    }
}
