//! The whole way of one song: listen, solve, render, trim, write.

mod assisted;

use super::failure::{Failure, Outcome};
use super::measure::{Heard, Measurement, listen_with, rounded};
#[cfg(feature = "mp3")]
use super::mp3::Mp3Writer;
use super::output::{OutputFile, commit_both};
use super::quantize::BitDepth;
use super::raw::RawAudio;
use super::read::SAMPLE_RATE_HZ;
use super::render::{Rendered, keeps_ceiling, render, render_loudness, shape};
use super::tags::Tags;
use super::watch::Watch;
use super::write::{Container, Shape, SoundWriter, Written};
use crate::analysis::analyzer::Analyzer;
use crate::assistant::drive::{self, Driven, Goal, Programme, Solution, TOLERANCE_LU};
use crate::assistant::limiting::Limiting;
use crate::assistant::services::Service;
use crate::assistant::style::Style;
use crate::assistant::verdict::Verdict;
use crate::assistant::wishes::Wishes;
use crate::dsp::block::Stream;
use crate::dsp::units::{db_to_gain, gain_to_db};
use crate::engine::settings::Settings;
use crate::preset;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use assisted::Assisted;

/// Where `auto` aims until styles are known: what most streaming services play at, in LUFS.
const AUTO_LUFS: f64 = -14.0;
/// The finished file stays as far below the ceiling as meters may differ, in dB: ours looks only where
/// the peak can be and may read up to 0.01 dB too low, and any two at 16× are 0.002 dB apart.
const PEAK_SLACK_DB: f64 = 0.012;

/// How loud the master is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loudness {
    /// As usual, never lower than the song is already.
    Auto,
    /// As loud as the song is already.
    Keep,
    /// The loudness stage is off: only the format changes.
    Off,
    /// This integrated loudness, in LUFS.
    Target(f64),
    /// Whatever the settings give.
    AsSet,
}

/// What is to be done with each song.
#[derive(Debug, Clone)]
pub struct Job {
    /// How loud.
    pub loudness: Loudness,
    /// Go to the goal whatever it costs.
    pub force_loudness: bool,
    /// All settings but the drive, which the goal decides unless it is [`Loudness::AsSet`].
    pub settings: Settings,
    /// The ceiling was chosen by the user: no advice changes it.
    pub ceiling_is_set: bool,
    /// The reference level was given; else it is the loudest 3 s of the song.
    pub reference_level_is_set: bool,
    /// Where the master goes.
    pub service: Option<&'static Service>,
    /// WAV or FLAC.
    pub container: Container,
    /// What samples are stored as.
    pub depth: BitDepth,
    /// Sample rate of the master in Hz; `None`: the song's.
    pub sample_rate_hz: Option<u32>,
    /// Bit rate of an MP3 beside the master, in kbit/s.
    pub mp3_kbps: Option<u32>,
    /// Existing files are overwritten.
    pub overwrite: bool,
    /// What the song needs is worked out from it; `None`: the settings are taken as they are.
    pub assist: Option<Assist>,
}

/// How the assistant is to work.
#[derive(Debug, Clone, PartialEq)]
pub struct Assist {
    /// How much of its proposal takes effect, 0 to 100 %.
    pub intensity_pct: f32,
    /// What the user wants.
    pub wishes: Wishes,
    /// Tracks to come near to.
    pub references: Vec<PathBuf>,
    /// The styles there are.
    pub styles: Vec<Style>,
}

/// What was done with a song.
#[derive(Debug, Clone, Serialize)]
pub struct Mastered {
    /// The master's path.
    pub output: String,
    /// The path of the MP3 beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mp3: Option<String>,
    /// The path of the page beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The song.
    pub before: Metered,
    /// The master as written.
    pub after: Metered,
    /// The loudness that was wanted and came out.
    pub target: Target,
    /// All settings: a preset.
    #[serde(serialize_with = "preset::serialize")]
    pub settings: Settings,
    /// What was done and why.
    pub reasons: Vec<Reason>,
    /// What is to be done with the song; `None`, JSON `null`, where nothing was proposed.
    pub verdict: Option<Verdict>,
    /// What was proposed and why, where the assistant worked.
    #[serde(flatten)]
    pub assisted: Option<Box<Assisted>>,
    /// What the user should know and may want to act on.
    pub warnings: Vec<String>,
    /// How much was limited.
    pub limiter: Limiting,
    /// Renders that the search for the drive took.
    pub renders: usize,
    /// Seconds of work.
    pub render_s: f64,
    /// Length of the song by seconds of work.
    pub times_real_time: f64,
}

/// A file and what the meter says about it.
#[derive(Debug, Clone, Serialize)]
pub struct Metered {
    /// The file's path.
    pub file: String,
    /// What the meter says.
    #[serde(flatten)]
    pub measurement: Measurement,
}

/// The loudness goal and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// The goal in LUFS; `None` if there was none.
    pub lufs: Option<f64>,
    /// Whether the master is within 0.1 LU of it; true if there was none.
    pub reached: bool,
    /// Loudness of the master in LUFS.
    pub reached_lufs: Option<f64>,
    /// What stood in the way.
    pub stopped_by: Option<String>,
}

/// One thing that was done, with the number behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The stage of the chain, or `delivery`.
    pub stage: &'static str,
    /// A sentence.
    pub text: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// Masters `input` into `output`, which appears complete or not at all.
pub fn master(input: &Path, output: &Path, job: &Job, watch: Watch<'_>) -> Outcome<Mastered> {
    let started = Instant::now();
    let output_file = OutputFile::new(output, input, job.overwrite)?;
    let mp3 = match job.mp3_kbps {
        Some(kbps) => {
            let path = output.with_extension("mp3");
            let file = OutputFile::new(&path, input, job.overwrite)?;
            Some((path, file, kbps))
        }
        None => None,
    };
    let mut analyzer: Option<Analyzer> = None;
    let Heard {
        reading: before_reading,
        measurement: before,
        audio,
    } = listen_with(input, true, watch, |stream, left, right| {
        if job.assist.is_some() {
            analyzer
                .get_or_insert_with(|| Analyzer::new(stream))
                .process(left, right, None);
        }
    })?;
    let Some(mut song) = audio else {
        return Err(Failure::because("it was not kept while it was read"));
    };
    let sample_rate_hz = job.sample_rate_hz.unwrap_or(song.sample_rate_hz);
    let mut goal_lufs = goal_lufs(job, &before)?;
    let mut assisted = match (&job.assist, &analyzer) {
        (Some(assist), Some(analyzer)) => {
            assisted::propose(job, assist, analyzer, &mut song, goal_lufs, watch)?
        }
        _ => None,
    };
    drop(analyzer);

    let mut settings = job.settings;
    if let Some(assisted) = &assisted {
        settings = assisted.settings;
        goal_lufs = assisted.goal_lufs;
    } else if let Some(service) = job.service
        && !job.ceiling_is_set
    {
        settings.loudness.ceiling_dbtp = service.advised_ceiling_dbtp(goal_lufs);
    }
    if let Some(loudest_lufs) = before_reading.max_short_term_lufs
        && !job.reference_level_is_set
        && assisted.is_none()
    {
        settings.input.reference_level_db = loudest_lufs as f32;
    }
    match job.loudness {
        Loudness::Off => settings.loudness.on = false,
        Loudness::AsSet => {}
        _ => settings.loudness.on = true,
    }
    let settings = settings.quantized();
    let finishing = Finishing {
        depth: job.depth,
        sample_rate_hz,
    };
    let (settings, mut rendered, solution) = match goal_lufs {
        None => {
            let rendered = render(&mut song, &settings, sample_rate_hz, watch, "rendering")?;
            (settings, rendered, None)
        }
        Some(target_lufs) => {
            let goal = Goal {
                target_lufs,
                ceiling_dbtp: f64::from(settings.loudness.ceiling_dbtp),
                force: job.force_loudness,
            };
            let (Some(integrated_lufs), Some(true_peak_dbtp)) = (
                before_reading.integrated_lufs,
                before_reading.true_peak_dbtp,
            ) else {
                return Err(too_little(&before));
            };
            // The search starts at the drive that was rehearsed.
            let rehearsed_db = assisted.as_ref().and_then(|assisted| assisted.drive_db);
            let programme = Programme {
                integrated_lufs: rehearsed_db.map_or(integrated_lufs, |drive_db| {
                    target_lufs - f64::from(drive_db)
                }),
                plr_db: true_peak_dbtp - integrated_lufs,
                true_peak_dbtp,
            };
            let (settings, rendered, solution) =
                finishing.solve(&mut song, settings, &programme, &goal, watch)?;
            (settings, rendered, Some(solution))
        }
    };

    let finish = finishing.finish(&rendered, &settings);
    let frames = rendered.audio.frames;
    let shape = Shape {
        container: job.container,
        depth: job.depth,
        dither: finish.dither,
        channels: song.channels,
        sample_rate_hz,
        frames,
    };
    let mp3_file = mp3.as_ref().map(|(_, file, kbps)| (file, *kbps));
    let mut ear = assisted
        .as_ref()
        .map(|_| Analyzer::new(Stream::new(f64::from(sample_rate_hz))));
    let written = write(
        &mut rendered.audio,
        (&output_file, mp3_file),
        shape,
        finish.trim,
        input,
        &mut |left, right| {
            if let Some(ear) = &mut ear {
                ear.process(left, right, None);
            }
        },
        watch,
    )?;
    let trim_db = gain_to_db(finish.trim);
    let after = Measurement::new(&written.reading, sample_rate_hz, song.channels, frames);
    let (mp3, mp3_file) = mp3.map(|(path, file, _)| (path, file)).unzip();
    commit_both(output_file, mp3_file)?;

    let target = target(goal_lufs, after.integrated_lufs, solution.as_ref(), job);
    let render_s = started.elapsed().as_secs_f64();
    let mut warnings = Vec::new();
    let clipped = written.clipped;
    if clipped > 0 {
        warnings.push(format!(
            "{clipped} samples were above full scale and are clipped in this file: use --bit-depth 32f, or \
             leave the loudness stage on"
        ));
    }
    Ok(Mastered {
        output: output.display().to_string(),
        mp3: mp3.map(|path| path.display().to_string()),
        report: None,
        reasons: [
            assisted
                .as_ref()
                .map_or_else(Vec::new, |made| made.reasons()),
            reasons(&before, &after, &settings, job, trim_db),
        ]
        .concat(),
        before: Metered {
            file: input.display().to_string(),
            measurement: before,
        },
        after: Metered {
            file: output.display().to_string(),
            measurement: after,
        },
        verdict: assisted.as_ref().map(|made| made.verdict.clone()),
        assisted: assisted.take().map(|mut made| {
            made.after = ear.and_then(|ear| ear.report());
            made.reductions_db = std::mem::take(&mut rendered.reductions_db);
            Box::new(made)
        }),
        target,
        settings,
        warnings,
        limiter: Limiting {
            max_gain_reduction_db: rounded(rendered.limiting.max_gain_reduction_db),
            p95_gain_reduction_db: rounded(rendered.limiting.p95_gain_reduction_db),
            mean_gain_reduction_db: rounded(rendered.limiting.mean_gain_reduction_db),
        },
        renders: solution.map_or(1, |solution| solution.renders),
        render_s: rounded(render_s),
        times_real_time: rounded(song.duration_s() / render_s),
    })
}

/// The goal in LUFS, if there is one.
fn goal_lufs(job: &Job, before: &Measurement) -> Outcome<Option<f64>> {
    let loudness = match (job.loudness, job.service) {
        (Loudness::Auto, Some(service)) if service.sets_loudness => service
            .plays_at_lufs
            .map_or(Loudness::Auto, Loudness::Target),
        (loudness, _) => loudness,
    };
    let song_lufs = || before.integrated_lufs.ok_or_else(|| too_little(before));
    Ok(match loudness {
        Loudness::Auto => Some(song_lufs()?.max(AUTO_LUFS)),
        Loudness::Keep => Some(song_lufs()?),
        Loudness::Target(lufs) => {
            song_lufs()?;
            Some(lufs)
        }
        Loudness::Off | Loudness::AsSet => None,
    })
}

/// Why a song has no loudness.
fn too_little(before: &Measurement) -> Failure {
    Failure::because(if before.sample_peak_dbfs.is_none() {
        "it is silent: there is nothing to master; check the export"
    } else if before.duration_s < 0.4 {
        "it is shorter than 0.4 s, too short to have a loudness: use --loudness off"
    } else {
        "it is quieter than -70 LUFS all through, too quiet to have a loudness: check the export, or use \
         --loudness off"
    })
}

/// What happens between the render and the file.
#[derive(Debug, Clone, Copy)]
struct Finishing {
    depth: BitDepth,
    sample_rate_hz: u32,
}

/// The last gain, and whether bits are lost.
#[derive(Debug, Clone, Copy)]
struct Finish {
    trim: f64,
    dither: bool,
}

impl Finishing {
    /// How a render becomes a file that keeps the ceiling, dither and rounding included.
    fn finish(&self, rendered: &Rendered, settings: &Settings) -> Finish {
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
    fn solve(
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

/// Writes the file and the MP3; says what the file holds.
fn write(
    audio: &mut RawAudio,
    (output, mp3): (&OutputFile, Option<(&OutputFile, u32)>),
    shape: Shape,
    trim: f64,
    input: &Path,
    hear: &mut dyn FnMut(&[f32], &[f32]),
    watch: Watch<'_>,
) -> Outcome<Written> {
    let tags = Tags::read(input);
    let mut writer = SoundWriter::new(output.file()?, shape, &tags)?;
    #[cfg(feature = "mp3")]
    let mut mp3 = match mp3 {
        Some((file, kbps)) => Some(Mp3Writer::new(
            file.file()?,
            shape.channels,
            shape.sample_rate_hz,
            kbps,
            &tags,
        )?),
        None => None,
    };
    #[cfg(not(feature = "mp3"))]
    if mp3.is_some() {
        return Err(Failure::because(
            "this finalcoat was built without MP3: build it with --features mp3",
        ));
    }
    let trim = trim as f32;
    let total = audio.frames;
    let mut reader = audio.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        if trim != 1.0 {
            left.iter_mut().for_each(|x| *x *= trim);
            right.iter_mut().for_each(|x| *x *= trim);
        }
        hear(left, right);
        writer.write(left, right)?;
        #[cfg(feature = "mp3")]
        if let Some(mp3) = &mut mp3 {
            mp3.write(left, right)?;
        }
        watch.at("writing", total - reader.frames_left(), total)?;
    }
    #[cfg(feature = "mp3")]
    if let Some(mp3) = mp3 {
        mp3.finish()?;
    }
    writer.finish()
}

fn target(
    goal_lufs: Option<f64>,
    reached_lufs: Option<f64>,
    solution: Option<&Solution>,
    job: &Job,
) -> Target {
    let reached = match (goal_lufs, reached_lufs) {
        (Some(goal), Some(lufs)) => (lufs - goal).abs() <= TOLERANCE_LU,
        (None, _) => true,
        _ => false,
    };
    let stopped_by = solution
        .and_then(|solution| solution.stopped_by)
        .filter(|_| !reached);
    Target {
        lufs: goal_lufs.map(rounded),
        reached,
        reached_lufs,
        stopped_by: stopped_by.map(|stop| {
            let mut text = stop.text();
            if stop.can_be_forced() && !job.force_loudness {
                text.push_str("; --force-loudness goes there anyway");
            }
            text
        }),
    }
}

fn reasons(
    before: &Measurement,
    after: &Measurement,
    settings: &Settings,
    job: &Job,
    trim_db: f64,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let loudness = &settings.loudness;
    if let (true, Some(from), Some(to)) = (
        keeps_ceiling(settings),
        before.integrated_lufs,
        after.integrated_lufs,
    ) {
        reasons.push(Reason {
            stage: "loudness",
            text: format!(
                "a drive of {:+.2} dB into the limiter, with a ceiling of {:.2} dBTP, takes the song from \
                 {from:.1} to {to:.1} LUFS",
                loudness.drive_db, loudness.ceiling_dbtp
            ),
            value: f64::from(loudness.drive_db),
            unit: "dB",
        });
    }
    if trim_db < 0.0 {
        reasons.push(Reason {
            stage: "delivery",
            text: "the finished file is trimmed so that no meter reads it above the ceiling"
                .to_owned(),
            value: rounded(trim_db),
            unit: "dB",
        });
    }
    if let (Some(service), Some(lufs), Some(peak)) =
        (job.service, after.integrated_lufs, after.true_peak_dbtp)
    {
        reasons.push(Reason {
            stage: "delivery",
            text: service.says(lufs, peak),
            value: rounded(service.gain_db(lufs, peak)),
            unit: "dB",
        });
    }
    reasons
}

/// Whether a sample rate can be written.
pub fn is_sample_rate(sample_rate_hz: u32) -> bool {
    SAMPLE_RATE_HZ.contains(&sample_rate_hz)
}
