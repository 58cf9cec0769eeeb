//! The whole way of one song: listen, solve, render, trim, write.

mod assisted;
mod finishing;
mod job;
mod reasons;
mod told;

use super::check::too_little;
use super::failure::{Failure, Outcome};
use super::measure::{Measurement, listen_with, rounded};
#[cfg(feature = "mp3")]
use super::mp3::Mp3Writer;
use super::output::{OutputFile, commit_both};
use super::raw::RawAudio;
use super::render::render;
use super::tags::Tags;
use super::watch::Watch;
use super::write::{Shape, SoundWriter, Written};
use crate::analysis::analyzer::Analyzer;
use crate::assistant::drive::{Goal, Programme, Solution, TOLERANCE_LU};
use crate::assistant::limiting::Limiting;
use crate::assistant::own_loudness::own_lufs;
use crate::dsp::block::Stream;
use crate::dsp::meter::MeterReading;
use crate::dsp::units::gain_to_db;
use finishing::Finishing;
use reasons::reasons;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use assisted::Assisted;
pub use job::{Assist, Job, Loudness, is_sample_rate};
pub(super) use reasons::sentence;
pub use told::{Mastered, Metered, Reason, Target};

/// Where `auto` aims where no style says it (with a preset, or of too little music): what most streaming
/// services play at, in LUFS.
const AUTO_LUFS: f64 = -14.0;

/// Masters `input` into `output`, which appears complete or not at all.
pub fn master(input: &Path, output: &Path, job: &Job, watch: Watch<'_>) -> Outcome<Mastered> {
    let started = Instant::now();
    let places = Places::new(output, &[input], job)?;
    let song = Song::listen(input, job, watch)?;
    master_song(song, places, job, started, watch)
}

/// A song that was listened to and is kept, wherever it came from.
pub(super) struct Song {
    /// What it is called where its master is told of.
    pub(super) name: String,
    pub(super) reading: MeterReading,
    pub(super) measurement: Measurement,
    pub(super) audio: RawAudio,
    /// What heard it; nothing is proposed without.
    pub(super) analyzer: Option<Analyzer>,
    /// What its master is tagged with.
    pub(super) tags: Tags,
}

impl Song {
    fn listen(input: &Path, job: &Job, watch: Watch<'_>) -> Outcome<Self> {
        let mut analyzer: Option<Analyzer> = None;
        let heard = listen_with(input, true, watch, |stream, left, right| {
            if job.assist.is_some() {
                analyzer
                    .get_or_insert_with(|| Analyzer::new(stream))
                    .process(left, right, None);
            }
        })?;
        let Some(audio) = heard.audio else {
            return Err(Failure::because("it was not kept while it was read"));
        };
        Ok(Self {
            name: input.display().to_string(),
            reading: heard.reading,
            measurement: heard.measurement,
            audio,
            analyzer,
            tags: Tags::read(input),
        })
    }
}

/// The files that a master becomes.
pub(super) struct Places {
    path: PathBuf,
    file: OutputFile,
    mp3: Option<(PathBuf, OutputFile, u32)>,
}

impl Places {
    /// Fails if one cannot be made, is there already, or is one of the `sources`.
    pub(super) fn new(output: &Path, sources: &[&Path], job: &Job) -> Outcome<Self> {
        let file = OutputFile::new(output, sources, job.overwrite)?;
        let mp3 = match job.mp3_kbps {
            Some(kbps) => {
                let path = output.with_extension("mp3");
                let file = OutputFile::new(&path, sources, job.overwrite)?;
                Some((path, file, kbps))
            }
            None => None,
        };
        Ok(Self {
            path: output.to_owned(),
            file,
            mp3,
        })
    }
}

/// Masters a song that was listened to. `started` is when work on it began.
pub(super) fn master_song(
    song: Song,
    places: Places,
    job: &Job,
    started: Instant,
    watch: Watch<'_>,
) -> Outcome<Mastered> {
    let Song {
        name,
        reading: before_reading,
        measurement: before,
        audio: mut song,
        analyzer,
        tags,
    } = song;
    let Places {
        path: output,
        file: output_file,
        mp3,
    } = places;
    let sample_rate_hz = job.sample_rate_hz.unwrap_or(song.sample_rate_hz);
    let mut goal_lufs = goal_of(job, &before, job.settings.loudness.ceiling_dbtp)?;
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
        goal_lufs = goal_of(job, &before, settings.loudness.ceiling_dbtp)?;
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
                return Err(no_loudness(&before));
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
        &tags,
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
    let mut verdict = assisted.as_ref().map(|made| made.verdict.clone());
    if let (Some(assist), None) = (&job.assist, &assisted) {
        let (unjudged, _) = too_little(&before);
        warnings.push(unassisted(&unjudged.summary, assist, job, goal_lufs));
        verdict = Some(unjudged);
    }
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
        reasons: reasons(
            assisted.as_ref(),
            (&before, &after),
            &settings,
            job,
            trim_db,
        ),
        before: Metered {
            file: name,
            measurement: before,
        },
        after: Metered {
            file: output.display().to_string(),
            measurement: after,
        },
        verdict,
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

/// The goal in LUFS under a ceiling, if there is one.
fn goal_of(job: &Job, before: &Measurement, ceiling_dbtp: f32) -> Outcome<Option<f64>> {
    let loudness = match (job.loudness, job.service) {
        (Loudness::Auto, Some(service)) if service.sets_loudness => service
            .plays_at_lufs
            .map_or(Loudness::Auto, Loudness::Target),
        (loudness, _) => loudness,
    };
    let song_lufs = || before.integrated_lufs.ok_or_else(|| no_loudness(before));
    Ok(match loudness {
        Loudness::Auto => {
            let song_lufs = song_lufs()?;
            let own_lufs = own_lufs(song_lufs, before.sample_peak_dbfs, f64::from(ceiling_dbtp));
            Some(own_lufs.max(AUTO_LUFS))
        }
        Loudness::Keep => Some(song_lufs()?),
        Loudness::Target(lufs) => {
            song_lufs()?;
            Some(lufs)
        }
        Loudness::Off | Loudness::AsSet => None,
    })
}

/// What the assistant leaves undone in a song of which too little was heard.
fn unassisted(summary: &str, assist: &Assist, job: &Job, goal_lufs: Option<f64>) -> String {
    let mut text = format!("{summary} Its sound is left as it is");
    let unused: Vec<&str> = [
        (assist.wishes.style.is_some(), "--style"),
        (!assist.references.is_empty(), "--reference"),
    ]
    .iter()
    .filter_map(|&(given, flag)| given.then_some(flag))
    .collect();
    if !unused.is_empty() {
        text.push_str(&format!(", without {}", unused.join(" and ")));
    }
    if let (Loudness::Auto, Some(lufs)) = (job.loudness, goal_lufs) {
        text.push_str(&format!("; the goal is {lufs:.1} LUFS"));
    }
    text.push('.');
    text
}

/// Why a song has no loudness.
fn no_loudness(before: &Measurement) -> Failure {
    Failure::because(if before.sample_peak_dbfs.is_none() {
        "it is silent: there is nothing to master; check the export"
    } else if before.duration_s < 0.4 {
        "it is shorter than 0.4 s, too short to have a loudness: use --loudness off"
    } else {
        "it is quieter than -70 LUFS all through, too quiet to have a loudness: check the export, or use \
         --loudness off"
    })
}

/// Writes the file and the MP3; says what the file holds.
fn write(
    audio: &mut RawAudio,
    (output, mp3): (&OutputFile, Option<(&OutputFile, u32)>),
    shape: Shape,
    trim: f64,
    tags: &Tags,
    hear: &mut dyn FnMut(&[f32], &[f32]),
    watch: Watch<'_>,
) -> Outcome<Written> {
    let mut writer = SoundWriter::new(output.file()?, shape, tags)?;
    #[cfg(feature = "mp3")]
    let mut mp3 = match mp3 {
        Some((file, kbps)) => Some(Mp3Writer::new(
            file.file()?,
            shape.channels,
            shape.sample_rate_hz,
            kbps,
            tags,
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
