//! Two files held against each other: aligned in time, at one sample rate, at equal loudness.

mod align;
mod spectrum;

use super::convert::{Converter, converted_frames};
use super::failure::{Failure, Outcome};
use super::measure::{Heard, Measurement, listen_with, rounded};
use super::raw::{RawAudio, RawReader, RawWriter};
use super::watch::Watch;
use crate::analysis::analyzer::Analyzer;
use crate::analysis::bands::{NOMINAL_HZ, THIRDS, WIDE};
use crate::analysis::report::Report;
use crate::dsp::units::{db_to_gain, energy_to_db, gain_to_db};
use crate::engine::settings::range::Range;
use crate::engine::settings::{image, multiband};
use align::{Alignment, align};
use serde::Serialize;
use spectrum::{Spectrum, tone_distance_db};
use std::path::Path;

/// What no difference at all is told as, in dB.
const IDENTICAL_DB: f64 = -200.0;
/// A residue above this, in dB, looks like another song, and is explained.
const LARGE_RESIDUE_DB: f64 = -3.0;
/// Files whose lengths differ by more, in seconds, are told.
const LENGTH_SLACK_S: f64 = 0.1;

/// Where the report's wide bands of dynamics meet.
pub(super) const DYNAMICS_SPLITS: [Range; WIDE - 1] = [
    multiband::SPLIT_LOW_HZ,
    multiband::SPLIT_MID_HZ,
    multiband::SPLIT_HIGH_HZ,
];
/// The same of width.
pub(super) const STEREO_SPLITS: [Range; WIDE - 1] = [
    image::SPLIT_LOW_HZ,
    image::SPLIT_MID_HZ,
    image::SPLIT_HIGH_HZ,
];

/// How B differs from A: every difference is B − A.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The two files, A and B, each as it is.
    #[serde(skip)]
    pub files: [Measurement; 2],
    /// Whether both hold the same music, so that they could be aligned; else nothing is said about a residue.
    pub aligned: bool,
    /// Correlation of the two where they were aligned, −1 to 1.
    pub alignment: f64,
    /// How much later B is, in frames of A's sample rate.
    pub delay_frames: i64,
    /// The same in ms.
    pub delay_ms: f64,
    /// Whether B is A upside down.
    pub polarity_inverted: bool,
    /// Length of what both hold, in seconds.
    pub compared_s: f64,
    /// Integrated loudness, in LU.
    pub loudness_difference_lu: Option<f64>,
    /// True peak at equal loudness − that is, of PLR −, in dB.
    pub plr_difference_db: Option<f64>,
    /// Loudness range, in LU.
    pub loudness_range_difference_lu: Option<f64>,
    /// Correlation of left and right.
    pub correlation_difference: Option<f64>,
    /// Weighted distance of the spectra, level offset removed, in dB.
    pub tone_distance_db: Option<f64>,
    /// Third-octave levels at equal loudness, in dB.
    pub tone_db: Vec<BandDifference>,
    /// How the multiband's four bands move, low to high, those that both hold; empty if too little was heard.
    pub dynamics: Vec<DynamicsDifference>,
    /// How wide the image's four bands are, low to high, those that both hold; empty if too little was heard.
    pub width: Vec<WidthDifference>,
    /// What remains of B − A at equal loudness, in dB re A; −200 for nothing. `None` if not aligned.
    pub null_residue_db: Option<f64>,
    /// What stands in the way of a fair comparison.
    pub notes: Vec<String>,
}

/// One third-octave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandDifference {
    /// Nominal centre in Hz.
    pub center_hz: f64,
    /// In dB.
    pub db: f64,
}

/// One wide band's dynamics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DynamicsDifference {
    /// Lower edge in Hz.
    pub from_hz: f64,
    /// Upper edge in Hz.
    pub to_hz: f64,
    /// Peak − RMS over 100 ms, in dB.
    pub crest_db: f64,
    /// 95th percentile − median of the level, in dB.
    pub range_db: f64,
}

/// One wide band's width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WidthDifference {
    /// Lower edge in Hz.
    pub from_hz: f64,
    /// Upper edge in Hz.
    pub to_hz: f64,
    /// Side over mid, in dB.
    pub side_to_mid_db: f64,
    /// Correlation of left and right.
    pub correlation: f64,
}

/// A file that was listened to, and kept.
struct Side {
    heard: Measurement,
    audio: RawAudio,
    report: Option<Report>,
}

/// Compares `b` with `a`. A failure says which of the two it is about.
pub fn compare(a: &Path, b: &Path, watch: Watch<'_>) -> Result<Compared, (usize, Failure)> {
    let mut a = listen(a, watch).map_err(|failure| (0, failure))?;
    let mut b = listen(b, watch).map_err(|failure| (1, failure))?;
    held_together(&mut a, &mut b, watch).map_err(|failure| (1, failure))
}

fn listen(path: &Path, watch: Watch<'_>) -> Outcome<Side> {
    let mut analyzer: Option<Analyzer> = None;
    let Heard {
        measurement, audio, ..
    } = listen_with(path, true, watch, |stream, left, right| {
        analyzer
            .get_or_insert_with(|| Analyzer::new(stream))
            .process(left, right, None);
    })?;
    let audio = match audio {
        Some(audio) => audio,
        None => RawWriter::new(measurement.channels, measurement.sample_rate_hz)?.finish()?,
    };
    Ok(Side {
        heard: measurement,
        audio,
        report: analyzer.and_then(|analyzer| analyzer.report()),
    })
}

fn held_together(a: &mut Side, b: &mut Side, watch: Watch<'_>) -> Outcome<Compared> {
    let mut notes = Vec::new();
    let (rate_a_hz, rate_b_hz) = (a.audio.sample_rate_hz, b.audio.sample_rate_hz);
    if rate_a_hz != rate_b_hz {
        notes.push(format!(
            "B was converted from {rate_b_hz} to {rate_a_hz} Hz, A's sample rate"
        ));
        b.audio = converted(&mut b.audio, rate_a_hz, watch)?;
    }
    let length_difference_s = b.audio.duration_s() - a.audio.duration_s();
    if length_difference_s.abs() > LENGTH_SLACK_S {
        notes.push(format!(
            "B is {:.2} s {}: what both hold is compared",
            length_difference_s.abs(),
            if length_difference_s > 0.0 {
                "longer"
            } else {
                "shorter"
            }
        ));
    }
    let mut alignment = align(&mut a.audio, &mut b.audio)?;
    if !alignment.found {
        notes.push(
            "the two do not hold the same music at the same time (within 1 s): there is no null residue"
                .to_owned(),
        );
        alignment.delay_frames = 0;
    }
    let difference =
        |f: fn(&Measurement) -> Option<f64>| Some(rounded(f(&b.heard)? - f(&a.heard)?));
    let loudness_difference_lu = difference(|m| m.integrated_lufs);
    if loudness_difference_lu.is_none() {
        notes.push("one of the two has no loudness: levels are compared as they are".to_owned());
    }
    let gain = db_to_gain(-loudness_difference_lu.unwrap_or(0.0));
    let polarity_inverted = alignment.found && alignment.correlation < 0.0;
    let gain = if polarity_inverted {
        notes.push(
            "B is upside down (inverted polarity): it was turned over for the null".to_owned(),
        );
        -gain
    } else {
        gain
    };
    let passed = pass(&mut a.audio, &mut b.audio, alignment, gain, watch)?;
    let residue_db = if passed.power_a > 0.0 && passed.power_residue > 0.0 {
        energy_to_db(passed.power_residue / passed.power_a)
    } else {
        IDENTICAL_DB
    };
    if alignment.found && residue_db > LARGE_RESIDUE_DB {
        notes.push(
            "the null residue is large though both hold the same music: filters that turn the phase of the \
             lows, as a mono bass does, leave much of what the ear hears as the same"
                .to_owned(),
        );
    }
    let [tone_a, tone_b] = passed.spectra.map(Spectrum::levels_db);
    let gain_db = gain_to_db(gain);
    let tone_db = (0..THIRDS).filter_map(|third| {
        Some(BandDifference {
            center_hz: NOMINAL_HZ[third],
            db: rounded(tone_b[third]? + gain_db - tone_a[third]?),
        })
    });
    for (name, own, other) in [("A", &tone_a, &tone_b), ("B", &tone_b, &tone_a)] {
        let missing = (0..THIRDS).filter(|&third| own[third].is_none() && other[third].is_some());
        let missing: Vec<f64> = missing.map(|third| NOMINAL_HZ[third]).collect();
        if let ([first, .., last] | [first @ last], true) =
            (&missing[..], own.iter().any(Option::is_some))
        {
            notes.push(format!(
                "{name} holds nothing in {} third-octaves between {first} and {last} Hz: they are left out",
                missing.len()
            ));
        }
    }
    let reports = a.report.as_ref().zip(b.report.as_ref());
    // Wide bands above half the lower sample rate are in one of the two only.
    let end_hz = f64::from(rate_a_hz.min(rate_b_hz)) / 2.0;
    Ok(Compared {
        aligned: alignment.found,
        alignment: rounded(alignment.correlation),
        delay_frames: alignment.delay_frames,
        delay_ms: rounded(alignment.delay_frames as f64 / f64::from(rate_a_hz) * 1000.0),
        polarity_inverted,
        compared_s: rounded(passed.frames as f64 / f64::from(rate_a_hz)),
        loudness_difference_lu,
        plr_difference_db: difference(|m| m.plr_db),
        loudness_range_difference_lu: difference(|m| m.loudness_range_lu),
        correlation_difference: difference(|m| m.correlation),
        tone_distance_db: tone_distance_db(&tone_a, &tone_b).map(rounded),
        tone_db: tone_db.collect(),
        dynamics: reports.map_or_else(Vec::new, |(a, b)| dynamics(a, b, end_hz)),
        width: reports.map_or_else(Vec::new, |(a, b)| width(a, b, end_hz)),
        null_residue_db: alignment
            .found
            .then(|| rounded(residue_db.max(IDENTICAL_DB))),
        notes,
        files: [a.heard.clone(), b.heard.clone()],
    })
}

fn dynamics(a: &Report, b: &Report, end_hz: f64) -> Vec<DynamicsDifference> {
    let band = |at: usize| {
        let (a, b) = (a.dynamics.bands[at], b.dynamics.bands[at]);
        let (from_hz, to_hz) = edges_hz(&DYNAMICS_SPLITS, at);
        DynamicsDifference {
            from_hz,
            to_hz,
            crest_db: rounded(b.crest_db - a.crest_db),
            range_db: rounded((b.p95_db - b.p50_db) - (a.p95_db - a.p50_db)),
        }
    };
    (0..WIDE)
        .map(band)
        .filter(|band| band.from_hz < end_hz)
        .collect()
}

fn width(a: &Report, b: &Report, end_hz: f64) -> Vec<WidthDifference> {
    let band = |at: usize| {
        let (a, b) = (a.stereo.bands[at], b.stereo.bands[at]);
        let (from_hz, to_hz) = edges_hz(&STEREO_SPLITS, at);
        WidthDifference {
            from_hz,
            to_hz,
            side_to_mid_db: rounded(b.side_to_mid_db - a.side_to_mid_db),
            correlation: rounded(b.correlation - a.correlation),
        }
    };
    (0..WIDE)
        .map(band)
        .filter(|band| band.from_hz < end_hz)
        .collect()
}

/// Edges of a wide band in Hz.
pub(super) fn edges_hz(splits: &[Range; WIDE - 1], band: usize) -> (f64, f64) {
    let split = |at: usize| f64::from(splits[at].default);
    let lower = if band == 0 { 20.0 } else { split(band - 1) };
    let upper = if band == WIDE - 1 {
        20_000.0
    } else {
        split(band)
    };
    (lower, upper)
}

/// All of a song at another rate.
pub(super) fn converted(audio: &mut RawAudio, rate_hz: u32, watch: Watch<'_>) -> Outcome<RawAudio> {
    let mut converter = Converter::new(audio.sample_rate_hz, rate_hz)?;
    let mut writer = RawWriter::new(audio.channels, rate_hz)?;
    let total = converted_frames(audio.frames, audio.sample_rate_hz, rate_hz);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut done = 0;
    let mut reader = audio.reader()?;
    while let Some((l, r)) = reader.next_chunk()? {
        left.clear();
        right.clear();
        converter.process((l, r), &mut left, &mut right)?;
        writer.write(&left, &right)?;
        done += left.len() as u64;
        watch.at("converting", done.min(total), total)?;
    }
    left.clear();
    right.clear();
    converter.finish(&mut left, &mut right)?;
    writer.write(&left, &right)?;
    writer.finish()
}

/// What one pass over both gives.
struct Passed {
    power_a: f64,
    power_residue: f64,
    frames: u64,
    spectra: [Spectrum; 2],
}

/// Goes through both at once, B by `gain` and as much earlier as it is late.
fn pass(
    a: &mut RawAudio,
    b: &mut RawAudio,
    alignment: Alignment,
    gain: f64,
    watch: Watch<'_>,
) -> Outcome<Passed> {
    let rate_hz = f64::from(a.sample_rate_hz);
    let total = a.frames;
    let mut passed = Passed {
        power_a: 0.0,
        power_residue: 0.0,
        frames: 0,
        spectra: [Spectrum::new(rate_hz), Spectrum::new(rate_hz)],
    };
    let gain = gain as f32;
    let mut a = Frames::new(a.reader()?);
    let mut b = Frames::new(b.reader()?);
    let late = alignment.delay_frames;
    a.skip((-late).max(0) as u64)?;
    b.skip(late.max(0) as u64)?;
    loop {
        let frames = a.ready()?.min(b.ready()?);
        if frames == 0 {
            break;
        }
        let (al, ar) = a.take(frames);
        let (bl, br) = b.take(frames);
        passed.spectra[0].process(al, ar);
        passed.spectra[1].process(bl, br);
        for (a, b) in al.iter().chain(ar).zip(bl.iter().chain(br)) {
            let residue = f64::from(a - b * gain);
            passed.power_a += f64::from(*a) * f64::from(*a);
            passed.power_residue += residue * residue;
        }
        passed.frames += frames as u64;
        watch.at("comparing", passed.frames.min(total), total)?;
    }
    Ok(passed)
}

/// A reader whose frames are taken in any number.
struct Frames<'a> {
    reader: RawReader<'a>,
    left: Vec<f32>,
    right: Vec<f32>,
    taken: usize,
}

impl<'a> Frames<'a> {
    fn new(reader: RawReader<'a>) -> Self {
        Self {
            reader,
            left: Vec::new(),
            right: Vec::new(),
            taken: 0,
        }
    }

    /// Frames that can be taken now; 0 at the end.
    fn ready(&mut self) -> Outcome<usize> {
        if self.taken == self.left.len() {
            self.taken = 0;
            self.left.clear();
            self.right.clear();
            if let Some((left, right)) = self.reader.next_chunk()? {
                self.left.extend_from_slice(left);
                self.right.extend_from_slice(right);
            }
        }
        Ok(self.left.len() - self.taken)
    }

    fn take(&mut self, frames: usize) -> (&[f32], &[f32]) {
        let from = self.taken;
        self.taken += frames;
        (&self.left[from..self.taken], &self.right[from..self.taken])
    }

    fn skip(&mut self, mut frames: u64) -> Outcome<()> {
        while frames > 0 {
            let now = self.ready()?.min(frames as usize);
            if now == 0 {
                break;
            }
            self.take(now);
            frames -= now as u64;
        }
        Ok(())
    }
}
