//! The loudest seconds before and after, at one loudness, small enough to be carried in the page.

use super::Before;
use crate::dsp::block::Stream;
use crate::dsp::meter::Meter;
use crate::dsp::units::{db_to_energy, db_to_gain};
use crate::offline::compare::converted;
use crate::offline::failure::{Failure, Outcome};
use crate::offline::raw::{RawAudio, RawWriter};
use crate::offline::read::SoundFile;
use crate::offline::watch::Watch;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Length of what is played, in seconds. Without MP3 it must be short to be small.
const SECONDS: f64 = if cfg!(feature = "mp3") { 30.0 } else { 8.0 };
/// Highest true peak of what is played, in dBTP: coding adds to it.
const PEAK_MAX_DBTP: f64 = -1.0;
#[cfg(feature = "mp3")]
const KBPS: u32 = 160;

/// What is played.
#[derive(Debug)]
pub(super) struct Sounds {
    /// Before and after, coded.
    pub(super) coded: [Vec<u8>; 2],
    /// What they are coded as.
    pub(super) mime: &'static str,
    /// What a reader should know about the coding.
    pub(super) note: &'static str,
    /// Where in the song it begins, in seconds.
    pub(super) start_s: f64,
    /// How long it is, in seconds.
    pub(super) seconds: f64,
    /// What each is turned down by, in dB.
    pub(super) gain_db: [f64; 2],
}

/// The loudest passage of both files, matched. `short_term_lufs` is the loudness of the song before, every
/// second.
pub(super) fn sounds(
    before: &mut Before<'_>,
    output: &Path,
    short_term_lufs: &[Option<f64>],
    watch: Watch<'_>,
) -> Outcome<Sounds> {
    let start_s = loudest_start_s(short_term_lufs);
    let before = match before {
        Before::File(path) => cut(path, start_s, watch)?,
        Before::Kept(song) => cut_kept(song, start_s)?,
    };
    let mut after = cut(output, start_s, watch)?;
    if after.sample_rate_hz != before.sample_rate_hz {
        after = converted(&mut after, before.sample_rate_hz, watch)?;
    }
    let seconds = before.duration_s();
    let mut clips = [before, after];
    let mut readings = Vec::new();
    for clip in &mut clips {
        let mut meter = Meter::new(Stream::new(f64::from(clip.sample_rate_hz)));
        let mut reader = clip.reader()?;
        while let Some((left, right)) = reader.next_chunk()? {
            meter.process(left, right);
        }
        meter.finish();
        readings.push(meter.reading());
    }
    let lufs = |at: usize| readings[at].integrated_lufs.unwrap_or(-70.0);
    let quieter = lufs(0).min(lufs(1));
    let matched_db = [quieter - lufs(0), quieter - lufs(1)];
    let peak_dbtp = (0..2)
        .map(|at| readings[at].true_peak_dbtp.unwrap_or(-120.0) + matched_db[at])
        .fold(f64::NEG_INFINITY, f64::max);
    let room_db = (PEAK_MAX_DBTP - peak_dbtp).min(0.0);
    let gain_db = matched_db.map(|db| db + room_db);
    let [before, after] = &mut clips;
    Ok(Sounds {
        coded: [coded(before, gain_db[0])?, coded(after, gain_db[1])?],
        mime: MIME,
        note: NOTE,
        start_s,
        seconds,
        gain_db,
    })
}

/// Where the loudest passage begins, by the energy of its seconds.
fn loudest_start_s(short_term_lufs: &[Option<f64>]) -> f64 {
    let energy = |lufs: &Option<f64>| lufs.map_or(0.0, db_to_energy);
    let length = (SECONDS as usize).min(short_term_lufs.len()).max(1);
    let sums = short_term_lufs
        .windows(length)
        .map(|window| window.iter().map(energy).sum::<f64>());
    let best = sums
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map_or(0.0, |(second, _)| second as f64)
}

/// Some seconds of a song that is kept.
fn cut_kept(song: &mut RawAudio, start_s: f64) -> Outcome<RawAudio> {
    let rate_hz = f64::from(song.sample_rate_hz);
    let (start, frames) = ((start_s * rate_hz) as u64, (SECONDS * rate_hz) as u64);
    let [left, right] = song.cut(start, frames)?;
    let mut writer = RawWriter::new(2, song.sample_rate_hz)?;
    writer.write(&left, &right)?;
    writer.finish()
}

/// Some seconds of a file.
fn cut(path: &Path, start_s: f64, watch: Watch<'_>) -> Outcome<RawAudio> {
    let mut file = SoundFile::open(path)?;
    let facts = file.facts();
    let rate_hz = f64::from(facts.sample_rate_hz);
    let start = (start_s * rate_hz) as usize;
    let end = start + (SECONDS * rate_hz) as usize;
    let mut writer = RawWriter::new(2, facts.sample_rate_hz)?;
    let mut interleaved = Vec::new();
    let mut position = 0;
    while position < end {
        file.read(&mut interleaved)?;
        if interleaved.is_empty() {
            break;
        }
        let frames = interleaved.len() / facts.channels;
        let from = start.saturating_sub(position).min(frames);
        let to = end.saturating_sub(position).min(frames);
        let channel = |at: usize| -> Vec<f32> {
            let at = at.min(facts.channels - 1);
            let frames = interleaved.chunks_exact(facts.channels);
            frames.map(|frame| frame[at]).take(to).skip(from).collect()
        };
        writer.write(&channel(0), &channel(1))?;
        position += frames;
        watch.at("cutting out", position as u64, end as u64)?;
    }
    writer.finish()
}

#[cfg(feature = "mp3")]
const MIME: &str = "audio/mpeg";
#[cfg(feature = "mp3")]
const NOTE: &str = "Both are MP3 at 160 kbit/s here; the master itself is not.";

#[cfg(feature = "mp3")]
fn coded(clip: &mut RawAudio, gain_db: f64) -> Outcome<Vec<u8>> {
    use crate::offline::mp3::Mp3Writer;
    use crate::offline::tags::Tags;
    let file = temporary()?;
    let kept = file
        .try_clone()
        .map_err(|error| Failure::temporary(&error))?;
    let mut writer = Mp3Writer::new(file, 2, clip.sample_rate_hz, KBPS, &Tags::default())?;
    each_chunk(clip, gain_db, |left, right| writer.write(left, right))?;
    writer.finish()?;
    all_of(kept)
}

#[cfg(not(feature = "mp3"))]
const MIME: &str = "audio/flac";
#[cfg(not(feature = "mp3"))]
const NOTE: &str =
    "Only 8 seconds, as this finalcoat was built without MP3: build it with --features mp3 for 30.";

#[cfg(not(feature = "mp3"))]
fn coded(clip: &mut RawAudio, gain_db: f64) -> Outcome<Vec<u8>> {
    use crate::offline::quantize::BitDepth;
    use crate::offline::tags::Tags;
    use crate::offline::write::{Container, Shape, SoundWriter};
    /// More would make the page too large, and is not heard in a comparison.
    const RATE_MAX_HZ: u32 = 48_000;
    if clip.sample_rate_hz > RATE_MAX_HZ {
        let watch_nobody = std::sync::atomic::AtomicBool::new(false);
        *clip = converted(clip, RATE_MAX_HZ, Watch::new(&watch_nobody, &|_, _| ()))?;
    }
    let file = temporary()?;
    let kept = file
        .try_clone()
        .map_err(|error| Failure::temporary(&error))?;
    let shape = Shape {
        container: Container::Flac,
        depth: BitDepth::Int16,
        dither: true,
        channels: 2,
        sample_rate_hz: clip.sample_rate_hz,
        frames: clip.frames,
    };
    let mut writer = SoundWriter::new(file, shape, &Tags::default())?;
    each_chunk(clip, gain_db, |left, right| writer.write(left, right))?;
    writer.finish()?;
    all_of(kept)
}

fn each_chunk(
    clip: &mut RawAudio,
    gain_db: f64,
    mut write: impl FnMut(&[f32], &[f32]) -> Outcome<()>,
) -> Outcome<()> {
    let gain = db_to_gain(gain_db) as f32;
    let mut reader = clip.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        left.iter_mut().for_each(|x| *x *= gain);
        right.iter_mut().for_each(|x| *x *= gain);
        write(left, right)?;
    }
    Ok(())
}

fn temporary() -> Outcome<File> {
    tempfile::tempfile().map_err(|error| Failure::temporary(&error))
}

fn all_of(mut file: File) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_end(&mut bytes))
        .map_err(|error| Failure::temporary(&error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_passage_is_found() {
        let mut lufs = vec![Some(-30.0); 100];
        lufs[3] = Some(-5.0);
        for second in &mut lufs[50..50 + SECONDS as usize] {
            *second = Some(-12.0);
        }
        assert_eq!(loudest_start_s(&lufs), 50.0);
        assert_eq!(loudest_start_s(&[None, Some(-20.0)]), 0.0);
        assert_eq!(loudest_start_s(&[]), 0.0);
    }
}
