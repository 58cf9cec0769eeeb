//! From a render to a file that meets the goal and keeps the ceiling.

use crate::assistant::drive::{self, Driven, Goal, Programme, Solution};
use crate::dsp::units::{db_to_gain, gain_to_db};
use crate::engine::settings::Settings;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::quantize::BitDepth;
use crate::offline::raw::RawAudio;
use crate::offline::render::{Rendered, keeps_ceiling, render, render_loudness, shape};
use crate::offline::watch::Watch;

/// The finished file stays as far below the ceiling as meters may differ, in dB: ours looks only where
/// the peak can be and may read up to 0.01 dB too low, and any two at 16× are 0.002 dB apart.
const PEAK_SLACK_DB: f64 = 0.012;

/// What happens between the render and the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finishing {
    pub(super) depth: BitDepth,
    pub(super) sample_rate_hz: u32,
}

/// The last gain, and whether bits are lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finish {
    pub(super) trim: f64,
    pub(super) dither: bool,
}

impl Finishing {
    /// How a render becomes a file that keeps the ceiling, dither and rounding included.
    pub(super) fn finish(&self, rendered: &Rendered, settings: &Settings) -> Finish {
        let peak = rendered.reading.true_peak_dbtp.map_or(0.0, db_to_gain);
        let limit = |dithered| {
            if keeps_ceiling(settings) {
                let ceiling_db = f64::from(settings.loudness.ceiling_dbtp) - PEAK_SLACK_DB;
                db_to_gain(ceiling_db) - self.depth.peak_error(dithered)
            } else {
                f64::INFINITY
            }
        };
        if rendered.holds.all_in(self.depth) && peak <= limit(false) {
            return Finish {
                trim: 1.0,
                dither: false,
            };
        }
        let dither = self.depth != BitDepth::Float32;
        let trim = if peak > limit(dither) {
            limit(dither) / peak
        } else {
            1.0
        };
        Finish { trim, dither }
    }

    /// Renders with the drive that meets the goal.
    pub(super) fn solve(
        &self,
        song: &mut RawAudio,
        mut settings: Settings,
        programme: &Programme,
        goal: &Goal,
        watch: Watch<'_>,
    ) -> Outcome<(Settings, Rendered, Solution)> {
        let mut latest: Option<(f32, Rendered)> = None;
        let mut count = 0;
        // Only the loudness stage depends on the drive.
        let mut shaped = if settings.bypass {
            None
        } else {
            Some(shape(song, &settings, watch, "shaping")?)
        };
        let mut at = |drive_db: f32, settings: &mut Settings, song: &mut RawAudio| {
            count += 1;
            settings.loudness.drive_db = drive_db;
            let step = format!("rendering ({count})");
            match &mut shaped {
                Some(shaped) => {
                    render_loudness(shaped, settings, self.sample_rate_hz, watch, &step)
                }
                None => render(song, settings, self.sample_rate_hz, watch, &step),
            }
        };
        let solution = drive::solve(programme, goal, |drive_db| {
            // The former render's temporary file goes before the next one comes.
            latest = None;
            let rendered = at(drive_db, &mut settings, song)?;
            let trim_db = gain_to_db(self.finish(&rendered, &settings).trim);
            let driven = Driven {
                integrated_lufs: rendered
                    .reading
                    .integrated_lufs
                    .map_or(f64::NEG_INFINITY, |lufs| lufs + trim_db),
                p95_gain_reduction_db: rendered.limiting.p95_gain_reduction_db,
                plr_db: rendered.reading.plr_db.unwrap_or(programme.plr_db),
            };
            latest = Some((drive_db, rendered));
            Ok::<_, Failure>(driven)
        })?;
        let rendered = match latest {
            Some((drive_db, rendered)) if drive_db == solution.drive_db => rendered,
            _ => at(solution.drive_db, &mut settings, song)?,
        };
        settings.loudness.drive_db = solution.drive_db;
        Ok((settings, rendered, solution))
    }
}
