//! What each file says by itself and beside the others: rate, length, bits, ends, damage.

use super::ceiling::{Ceiling, PeakListener};
use super::{Level, Problem, ProblemKind, in_samples};
use crate::analysis::report::Report;
use crate::dsp::units::gain_to_db;
use crate::stems::role::Role;
use std::collections::BTreeMap;

/// Stems below this number cannot be balanced at all, above it nobody can hold them apart.
pub const COUNT: std::ops::RangeInclusive<usize> = 2..=12;
/// From four to eight is what a stem master is made of.
const USUAL_COUNT: std::ops::RangeInclusive<usize> = 4..=8;
/// Below this nothing is heard, in dBFS.
const SILENT_DBFS: f64 = -80.0;
/// An end is cut when its last moments are no further below the stem's level than this, in dB, and audible.
const CUT_TAIL_DB: f64 = 30.0;
const CUT_TAIL_DBFS: f64 = -54.0;
/// Files that end within this of each other end together, in seconds.
const TOGETHER_S: f64 = 0.02;
/// How sure the trace of a lossy coding must be: instruments end early too.
const LOSSY_MIN: f64 = 0.9;
/// A top counts as cut where so many samples in a row stand at full scale, so many times per minute.
const CLIPPED_RUN: u32 = 3;
const CLIPPED_PER_MINUTE: f64 = 2.0;

/// What was noted of a stem while it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFacts {
    /// Its name, without folder.
    pub name: String,
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Length in frames.
    pub frames: u64,
    /// The name of the coding that left something out.
    pub lossy: Option<&'static str>,
    /// Bits that all its samples fit into: 16, 24, or 32 for floats.
    pub bits: u32,
    /// Highest sample, linear.
    pub peak: f64,
    /// Mean square of both channels.
    pub power: f64,
    /// Mean square of the last 50 ms.
    pub end_power: f64,
    /// Runs of three and more samples at full scale.
    pub clipped_runs: u32,
    /// Where the first of them is, in frames.
    pub clipped_at: Option<u64>,
    /// How its peaks meet one level.
    pub ceiling: Ceiling,
}

/// Gathers [`FileFacts`] while a stem is read.
#[derive(Debug, Clone)]
pub struct FileListener {
    facts: FileFacts,
    int16: bool,
    int24: bool,
    energy: f64,
    /// Squares of the last 50 ms, in a ring.
    end: Vec<f32>,
    at: usize,
    runs: [u32; 2],
    peaks: PeakListener,
}

/// Length of an end.
const END_S: f64 = 0.05;

impl FileListener {
    /// Of one stem, which may be mono and come as two equal channels.
    pub fn new(name: &str, sample_rate_hz: u32) -> Self {
        Self {
            facts: FileFacts {
                name: name.to_owned(),
                sample_rate_hz,
                channels: 2,
                frames: 0,
                lossy: None,
                bits: 32,
                peak: 0.0,
                power: 0.0,
                end_power: 0.0,
                clipped_runs: 0,
                clipped_at: None,
                ceiling: Ceiling::default(),
            },
            peaks: PeakListener::new(sample_rate_hz),
            int16: true,
            int24: true,
            energy: 0.0,
            end: vec![0.0; (END_S * f64::from(sample_rate_hz)) as usize + 1],
            at: 0,
            runs: [0; 2],
        }
    }

    /// Hears frames.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        self.int16 = self.int16 && fits(left, 32_768.0) && fits(right, 32_768.0);
        self.int24 = self.int24 && fits(left, 8_388_608.0) && fits(right, 8_388_608.0);
        let mut peak = 0.0_f32;
        for (n, (&l, &r)) in left.iter().zip(right).enumerate() {
            let square = l * l + r * r;
            self.energy += f64::from(square);
            self.end[self.at] = square;
            self.at += 1;
            if self.at == self.end.len() {
                self.at = 0;
            }
            let top = l.abs().max(r.abs());
            if top > peak {
                peak = top;
            }
            if top >= FULL_SCALE || self.runs[0] + self.runs[1] > 0 {
                self.clip(l, r, n as u64);
            }
        }
        self.peaks.process(left, right);
        self.facts.peak = self.facts.peak.max(f64::from(peak));
        self.facts.frames += left.len() as u64;
    }

    /// Counts what stands at full scale. Beyond it is no clipping but a float's headroom.
    fn clip(&mut self, left: f32, right: f32, frame: u64) {
        for (run, sample) in self.runs.iter_mut().zip([left, right]) {
            if (FULL_SCALE..=1.0).contains(&sample.abs()) {
                *run += 1;
                if *run == CLIPPED_RUN {
                    self.facts.clipped_runs += 1;
                    self.facts
                        .clipped_at
                        .get_or_insert(self.facts.frames + frame);
                }
            } else {
                *run = 0;
            }
        }
    }

    /// What was gathered of a file of 1 or 2 channels. `lossy`: the name of the coding that left something out.
    pub fn facts(self, channels: usize, lossy: Option<&'static str>) -> FileFacts {
        let mut facts = self.facts;
        facts.channels = channels;
        facts.lossy = lossy;
        facts.ceiling = self.peaks.ceiling();
        let samples = |frames: u64| 2.0 * frames.max(1) as f64;
        facts.power = self.energy / samples(facts.frames);
        let end: f64 = self.end.iter().map(|&square| f64::from(square)).sum();
        facts.end_power = end / samples(facts.frames.min(self.end.len() as u64));
        // Beyond full scale only floats reach.
        facts.bits = match (self.int16, self.int24) {
            (true, _) => 16,
            (_, true) => 24,
            _ => 32,
        };
        facts
    }
}

/// The highest sample of 16 bits, so that of 24 too.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

fn fits(samples: &[f32], full_scale: f32) -> bool {
    samples
        .iter()
        .all(|&sample| (sample * full_scale).fract() == 0.0 && sample.abs() <= 1.0)
}

impl FileFacts {
    /// Whether there is nothing to hear.
    pub fn is_silent(&self) -> bool {
        gain_to_db(self.peak) < SILENT_DBFS
    }

    fn duration_s(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }

    fn is_cut_off(&self) -> bool {
        let end_db = 10.0 * libm::log10(self.end_power.max(1e-20));
        let level_db = 10.0 * libm::log10(self.power.max(1e-20));
        end_db > CUT_TAIL_DBFS && end_db > level_db - CUT_TAIL_DB
    }
}

/// A stem with what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct FileHeard<'a> {
    /// What was noted while it was read.
    pub facts: &'a FileFacts,
    /// Its report, where enough was heard.
    pub report: Option<&'a Report>,
    /// What it is.
    pub role: Role,
}

/// The rate and the length that the stems are held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// In Hz.
    pub sample_rate_hz: u32,
    /// In frames at that rate.
    pub frames: u64,
}

/// The rate and length that most files have; where none has a majority, those of the mix, and without one the
/// higher.
pub fn usual_format(files: &[&FileFacts], mix: Option<&FileFacts>) -> Option<Format> {
    let sample_rate_hz = usual(
        files.iter().map(|file| u64::from(file.sample_rate_hz)),
        mix.map(|mix| u64::from(mix.sample_rate_hz)),
    )? as u32;
    let of_rate = files
        .iter()
        .filter(|file| file.sample_rate_hz == sample_rate_hz);
    let mix = mix.filter(|mix| mix.sample_rate_hz == sample_rate_hz);
    let frames = usual(of_rate.map(|file| file.frames), mix.map(|mix| mix.frames))?;
    Some(Format {
        sample_rate_hz,
        frames,
    })
}

fn usual(values: impl Iterator<Item = u64>, of_mix: Option<u64>) -> Option<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let mut best = counts
        .iter()
        .filter(|&(_, &count)| count == most)
        .map(|(&value, _)| value);
    let last = best.clone().next_back();
    best.find(|&value| Some(value) == of_mix).or(last)
}

/// The problems of files by themselves and beside each other. `folder` is what is named for all of them.
pub fn problems(folder: &str, files: &[FileHeard<'_>], format: Format) -> Vec<Problem> {
    let mut problems = count(folder, files.len());
    let heard: Vec<&FileFacts> = files
        .iter()
        .map(|file| file.facts)
        .filter(|facts| !facts.is_silent())
        .collect();
    let bits = heard.iter().map(|facts| u64::from(facts.bits));
    let usual_bits = usual(bits, None).unwrap_or(0) as u32;
    let last_s = heard
        .iter()
        .map(|facts| facts.duration_s())
        .fold(0.0, f64::max);
    for file in files {
        let facts = file.facts;
        let name = &facts.name;
        let mut push = |kind, value: f64, unit, text: String| {
            problems.push(Problem::new(name, kind, value, unit, text))
        };
        if facts.sample_rate_hz != format.sample_rate_hz {
            push(
                ProblemKind::RateMismatch,
                f64::from(facts.sample_rate_hz),
                "Hz",
                format!(
                    "It has {} Hz, the others have {}: export it again at {} Hz, all stems from one session at one \
                     sample rate.",
                    facts.sample_rate_hz, format.sample_rate_hz, format.sample_rate_hz
                ),
            );
        } else if facts.frames != format.frames {
            let off = facts.frames as f64 - format.frames as f64;
            push(
                ProblemKind::LengthMismatch,
                off,
                "samples",
                format!(
                    "It is {} {} than the others ({:.3} s against {:.3} s): export all stems over one range, from the \
                     same start to the same end, silence included.",
                    in_samples(off, facts.sample_rate_hz),
                    if off < 0.0 { "shorter" } else { "longer" },
                    facts.duration_s(),
                    format.frames as f64 / f64::from(format.sample_rate_hz)
                ),
            );
        }
        if facts.is_silent() {
            push(
                ProblemKind::Silent,
                facts.duration_s(),
                "s",
                "There is nothing in it from start to end: if something should be, its track was muted or routed \
                 elsewhere; unmute it and export again, else leave the file out."
                    .to_owned(),
            );
            continue;
        }
        if facts.channels == 1 {
            push(
                ProblemKind::MonoFile,
                1.0,
                "channel",
                "It is mono and is put in the middle: if it is panned or has a stereo effect in the mix, export it \
                 in stereo."
                    .to_owned(),
            );
        }
        if let Some(coding) = facts.lossy {
            push(
                ProblemKind::Lossy,
                1.0,
                "",
                format!(
                    "It is {coding}, which leaves out what a master brings up again: export it as WAV or FLAC with 24 \
                     bits."
                ),
            );
        } else if let Some(report) = file.report
            && report.faults.lossy_confidence >= LOSSY_MIN
            && let Some(cutoff_hz) = report.faults.lossy_cutoff_hz
        {
            push(
                ProblemKind::Lossy,
                cutoff_hz,
                "Hz",
                format!(
                    "Its sound ends at {:.1} kHz like that of an MP3: it looks as if it had been one. If so, export it \
                     from the session as WAV or FLAC with 24 bits.",
                    cutoff_hz / 1000.0
                ),
            );
        }
        if facts.bits < usual_bits && facts.bits == 16 && facts.lossy.is_none() {
            push(
                ProblemKind::BitDepth,
                f64::from(facts.bits),
                "bit",
                format!(
                    "It holds {} bits, the others hold {}: export all stems with 24 bits or as 32-bit float, without \
                     dither.",
                    facts.bits,
                    if usual_bits == 32 {
                        "32 (float)".to_owned()
                    } else {
                        usual_bits.to_string()
                    }
                ),
            );
        }
        if facts.is_cut_off() && facts.duration_s() < last_s - TOGETHER_S {
            let end_dbfs = 10.0 * libm::log10(facts.end_power);
            push(
                ProblemKind::CutTail,
                end_dbfs,
                "dBFS",
                format!(
                    "It breaks off at {:.3} s with {end_dbfs:.0} dBFS still sounding, and others go on: export it to \
                     the end of the song, tails of reverb and delay included.",
                    facts.duration_s()
                ),
            );
        }
        problems.extend(clipped(file).or_else(|| limited(file)));
    }
    problems
}

/// Tops cut off at full scale; floats beyond it are none.
fn clipped(file: &FileHeard<'_>) -> Option<Problem> {
    let facts = file.facts;
    let per_minute = f64::from(facts.clipped_runs) * 60.0 / facts.duration_s().max(1.0);
    if facts.peak > 1.0 || per_minute < CLIPPED_PER_MINUTE {
        return None;
    }
    let at_s = facts.clipped_at.unwrap_or(0) as f64 / f64::from(facts.sample_rate_hz);
    Some(Problem::new(
        &facts.name,
        ProblemKind::Clipped,
        f64::from(facts.clipped_runs),
        "tops",
        format!(
            "{} of its tops are cut off at full scale, the first at {at_s:.2} s: turn the stem's track or bus down (all \
             stems by the same amount), or export as 32-bit float.",
            facts.clipped_runs
        ),
    ))
}

/// A limiter that was printed.
fn limited(file: &FileHeard<'_>) -> Option<Problem> {
    let ceiling = &file.facts.ceiling;
    if !ceiling.is_limited() {
        return None;
    }
    let what = if file.role == Role::Beat {
        "A limiter is printed on the beat, and nothing takes it off again: ask for its trackouts, or at least for the beat \
         without limiter"
    } else {
        "A limiter is printed on it, and nothing takes it off again: export it without limiter, clipper or maximizer on \
         its bus and on the master"
    };
    Some(Problem::new(
        &file.facts.name,
        ProblemKind::Limited,
        ceiling.share_pct,
        "%",
        format!(
            "{what}. {:.0} % of its loud moments stop at one level, {:.1} dBFS.",
            ceiling.share_pct, ceiling.level_dbfs
        ),
    ))
}

fn count(folder: &str, stems: usize) -> Vec<Problem> {
    let (kind, text) = if stems < *USUAL_COUNT.start() {
        let text = match stems {
            0 | 1 => "there is nothing to balance with fewer than two stems: export at least two, or use finalcoat \
                      master"
                .to_owned(),
            _ => format!(
                "{stems} stems leave little to balance: four to eight groups (drums, bass, music, lead vocal, backing \
                 vocals, effects) say more."
            ),
        };
        (ProblemKind::TooFew, text)
    } else if stems > *USUAL_COUNT.end() {
        (
            ProblemKind::TooMany,
            format!(
                "{stems} stems are more than a stem master needs: four to eight groups are enough, and each bus keeps \
                 its own sound.{}",
                if stems > *COUNT.end() {
                    " At most twelve are taken."
                } else {
                    ""
                }
            ),
        )
    } else {
        return Vec::new();
    };
    let mut problem = Problem::new(folder, kind, stems as f64, "stems", text);
    if !COUNT.contains(&stems) {
        problem.level = Level::Refuse;
    }
    vec![problem]
}
