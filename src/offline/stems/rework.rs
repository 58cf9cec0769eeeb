//! What is accepted is put right: stems moved by frames, turned over, brought to one length or rate.

use super::reading::Stem;
use crate::analysis::analyzer::Analyzer;
use crate::dsp::block::Stream;
use crate::offline::compare::converted;
use crate::offline::failure::Outcome;
use crate::offline::raw::{CHUNK_FRAMES, RawAudio, RawWriter};
use crate::offline::watch::Watch;

/// Moves a stem later by frames (below 0 earlier) and turns it over; its length stays. It is heard again.
pub(super) fn moved(stem: &mut Stem, late: i64, inverted: bool, watch: Watch<'_>) -> Outcome<()> {
    let frames = stem.audio.frames;
    stem.audio = rewritten(&mut stem.audio, late, inverted, frames)?;
    hear_again(stem, watch)
}

/// Brings a stem to a length, with silence at its end.
pub(super) fn padded(stem: &mut Stem, frames: u64) -> Outcome<()> {
    if stem.audio.frames < frames {
        stem.audio = rewritten(&mut stem.audio, 0, false, frames)?;
    }
    Ok(())
}

/// Brings a stem to another sample rate. It is heard again.
pub(super) fn resampled(stem: &mut Stem, rate_hz: u32, watch: Watch<'_>) -> Outcome<()> {
    stem.audio = converted(&mut stem.audio, rate_hz, watch)?;
    hear_again(stem, watch)
}

fn rewritten(audio: &mut RawAudio, late: i64, inverted: bool, frames: u64) -> Outcome<RawAudio> {
    let mut writer = RawWriter::new(audio.channels, audio.sample_rate_hz)?;
    let mut left = frames;
    let silence = |frames: u64, writer: &mut RawWriter| -> Outcome<()> {
        let zeros = [0.0; CHUNK_FRAMES];
        let mut frames = frames;
        while frames > 0 {
            let now = frames.min(CHUNK_FRAMES as u64) as usize;
            writer.write(&zeros[..now], &zeros[..now])?;
            frames -= now as u64;
        }
        Ok(())
    };
    let before = (late.max(0) as u64).min(left);
    silence(before, &mut writer)?;
    left -= before;
    let mut reader = audio.reader_at((-late).max(0) as u64)?;
    while left > 0
        && let Some((l, r)) = reader.next_chunk()?
    {
        let now = l.len().min(left as usize);
        if inverted {
            l.iter_mut().for_each(|x| *x = -*x);
            r.iter_mut().for_each(|x| *x = -*x);
        }
        writer.write(&l[..now], &r[..now])?;
        left -= now as u64;
    }
    silence(left, &mut writer)?;
    writer.finish()
}

fn hear_again(stem: &mut Stem, watch: Watch<'_>) -> Outcome<()> {
    let audio = &mut stem.audio;
    let frames = audio.frames;
    let mut analyzer = Analyzer::of_part(Stream::new(f64::from(audio.sample_rate_hz)));
    let mut reader = audio.reader()?;
    while let Some((left, right)) = reader.next_chunk()? {
        analyzer.process(left, right, None);
        watch.at("reading again", frames - reader.frames_left(), frames)?;
    }
    stem.analyzer = analyzer;
    Ok(())
}
