//! What the stages are doing, made for the eye: rises at once, falls slowly, and is remembered for some
//! seconds.

use std::collections::VecDeque;

use crate::dsp::units::gain_to_db;
use crate::engine::reading::Reading;
use crate::engine::settings::{equalizer, multiband};

/// How fast a shown value goes back to where nothing happens.
const FALL_DB_PER_S: f32 = 20.0;
/// Time of one column of the past.
pub const COLUMN_S: f64 = 1.0 / 30.0;
/// Columns of the past.
pub const COLUMNS: usize = 360;
/// What stands for silence.
pub const FLOOR_DB: f32 = -90.0;

/// Values that move, in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moves {
    /// The dynamic bands of the equalizer.
    pub equalizer_db: [f32; equalizer::BANDS],
    /// The bands of the multiband dynamics.
    pub multiband_db: [f32; multiband::BANDS],
    /// The bus compressor, at most 0.
    pub glue_db: f32,
    /// The highest peak that the saturation added, below full scale.
    pub colour_db: f32,
    /// The clipper, at most 0.
    pub clip_db: f32,
    /// The limiter, at most 0.
    pub limit_db: f32,
    /// Peaks of left and right behind the chain, below full scale.
    pub peaks_db: [f32; 2],
}

impl Default for Moves {
    fn default() -> Self {
        Self {
            equalizer_db: [0.0; equalizer::BANDS],
            multiband_db: [0.0; multiband::BANDS],
            glue_db: 0.0,
            colour_db: FLOOR_DB,
            clip_db: 0.0,
            limit_db: 0.0,
            peaks_db: [FLOOR_DB; 2],
        }
    }
}

/// The values as they are shown.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    /// Now.
    pub now: Moves,
    /// The past of the bus compressor and of the saturation, oldest first.
    pub past: VecDeque<[f32; 2]>,
    /// What [`Activity::now`] is on its way to.
    goal: Moves,
    seen_s: Option<f64>,
    column_s: f64,
    column: Option<[f32; 2]>,
}

impl Activity {
    /// Moves on to `time_s`; `reading` is `None` where nothing is processed.
    ///
    /// `peaks_dbfs`: of the last tenth of a second, left and right.
    pub fn follow(&mut self, reading: Option<&Reading>, peaks_dbfs: [Option<f64>; 2], time_s: f64) {
        let passed_s = self.seen_s.map_or(0.0, |seen_s| time_s - seen_s);
        self.seen_s = Some(time_s);
        let fall_db = FALL_DB_PER_S * passed_s.clamp(0.0, 1.0) as f32;
        let mut new = reading.map(moves).unwrap_or_default();
        new.peaks_db = peaks_dbfs.map(|db| db.map_or(FLOOR_DB, |db| db as f32).max(FLOOR_DB));
        let now = &mut self.now;
        for (now, new) in now.equalizer_db.iter_mut().zip(new.equalizer_db) {
            *now = fall(*now, new, fall_db);
        }
        for (now, new) in now.multiband_db.iter_mut().zip(new.multiband_db) {
            *now = fall(*now, new, fall_db);
        }
        now.glue_db = fall(now.glue_db, new.glue_db, fall_db);
        now.clip_db = fall(now.clip_db, new.clip_db, fall_db);
        now.limit_db = fall(now.limit_db, new.limit_db, fall_db);
        for (now, new) in now.peaks_db.iter_mut().zip(new.peaks_db) {
            *now = new.max(*now - fall_db);
        }
        now.colour_db = new.colour_db.max(now.colour_db - fall_db);
        self.goal = new;
        if reading.is_some() {
            self.remember([new.glue_db, new.colour_db], passed_s);
        }
    }

    /// Whether the values stay as they are until something else happens.
    pub fn at_rest(&self) -> bool {
        self.now == self.goal
    }

    fn remember(&mut self, [glue_db, colour_db]: [f32; 2], passed_s: f64) {
        let [glue, colour] = self.column.unwrap_or([0.0, FLOOR_DB]);
        let column = [glue.min(glue_db), colour.max(colour_db)];
        self.column = Some(column);
        self.column_s += passed_s;
        // After a pause there is no past to fill.
        if self.column_s > 1.0 {
            self.column_s = COLUMN_S;
        }
        while self.column_s >= COLUMN_S {
            self.column_s -= COLUMN_S;
            self.past.push_back(column);
            self.column = None;
        }
        while self.past.len() > COLUMNS {
            self.past.pop_front();
        }
    }
}

/// What a reading says, in dB.
fn moves(reading: &Reading) -> Moves {
    let level_db = |gain: f32| gain_to_db(f64::from(gain)).max(f64::from(FLOOR_DB)) as f32;
    Moves {
        equalizer_db: reading.equalizer.moves_db,
        multiband_db: reading.multiband.moves_db,
        glue_db: reading.glue.move_db,
        colour_db: level_db(reading.colour.added_peak),
        clip_db: level_db(reading.loudness.clip_gain),
        limit_db: level_db(reading.loudness.min_gain),
        peaks_db: [FLOOR_DB; 2],
    }
}

/// The new value, or the old one on its way to 0, whichever is farther from it.
fn fall(old: f32, new: f32, fall_db: f32) -> f32 {
    let left = (old.abs() - fall_db).max(0.0);
    if new.abs() >= left {
        new
    } else {
        left.copysign(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [Option<f64>; 2] = [None; 2];

    #[test]
    fn peaks_fall_to_silence_and_no_farther() {
        let mut activity = Activity::default();
        activity.follow(None, [Some(-3.0), Some(-6.0)], 1.0);
        assert_eq!(activity.now.peaks_db, [-3.0, -6.0]);
        activity.follow(None, NONE, 1.5);
        assert_eq!(activity.now.peaks_db, [-13.0, -16.0]);
        for second in 2..10 {
            activity.follow(None, NONE, f64::from(second));
        }
        assert_eq!(activity.now.peaks_db, [FLOOR_DB; 2]);
    }

    #[test]
    fn it_rises_at_once_and_falls_slowly() {
        let mut activity = Activity::default();
        let mut reading = Reading::default();
        reading.glue.move_db = -4.0;
        reading.equalizer.moves_db[3] = 2.0;
        activity.follow(Some(&reading), NONE, 10.0);
        assert_eq!(activity.now.glue_db, -4.0);
        assert_eq!(activity.now.equalizer_db[3], 2.0);
        activity.follow(Some(&Reading::default()), NONE, 10.05);
        assert!((activity.now.glue_db + 3.0).abs() < 1e-4);
        assert!((activity.now.equalizer_db[3] - 1.0).abs() < 1e-4);
        activity.follow(None, NONE, 11.0);
        assert_eq!(activity.now.glue_db, 0.0);
    }

    #[test]
    fn it_rests_where_nothing_falls_any_more() {
        let mut activity = Activity::default();
        assert!(activity.at_rest());
        let mut reading = Reading::default();
        reading.multiband.moves_db[2] = 3.0;
        reading.colour.added_peak = 1e-4;
        let mut time_s = 10.0;
        for _ in 0..3 {
            activity.follow(Some(&reading), NONE, time_s);
            assert!(activity.at_rest(), "a steady lift does not move");
            time_s += 0.1;
        }
        // The highest of them is 10 dB above the floor, and falls 2 dB in each frame.
        let mut frames = 0;
        while !activity.at_rest() || frames == 0 {
            activity.follow(None, NONE, time_s);
            time_s += 0.1;
            frames += 1;
        }
        assert_eq!(activity.now, Moves::default());
        assert_eq!(frames, 5);
    }

    #[test]
    fn the_past_is_bounded_and_keeps_every_peak() {
        let mut activity = Activity::default();
        for frame in 0..2000_u32 {
            let mut reading = Reading::default();
            if frame % 100 == 99 {
                reading.glue.move_db = -6.0;
            }
            activity.follow(Some(&reading), NONE, f64::from(frame) / 60.0);
        }
        assert_eq!(activity.past.len(), COLUMNS);
        let peaks = activity.past.iter().filter(|column| column[0] == -6.0);
        // A column is two frames: 720 of them, with a peak in each 100.
        assert!((7..=8).contains(&peaks.count()));
    }
}
