//! Where the sound of an MP4 file begins and ends: AAC encoders put silence in front (commonly 1024 or
//! 2112 frames) and fill the last packet, and say so in the edit list or in Apple's `iTunSMPB` comment.
//!
//! Sources: ISO/IEC 14496-12 (`elst` 8.6.6, `mdhd` 8.4.2, `mvhd` 8.2.2); Apple Technical Q&A
//! QA1636 and "QuickTime File Format", appendix G (priming).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The part of the decoded frames that is the song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edit {
    /// Frames to drop at the start.
    pub(super) skip_frames: u64,
    /// Frames that follow, if said.
    pub(super) frames: Option<u64>,
}

/// More than any header of a song; cover art lies in there too.
const MOOV_BYTES_MAX: u64 = 64 << 20;

/// Reads the edit of the first sound track; `None` where the file does not say.
pub(super) fn read_edit(path: &Path, sample_rate_hz: u32) -> Option<Edit> {
    let mut file = File::open(path).ok()?;
    let moov = read_top_level(&mut file, b"moov")?;
    from_itunes(&moov).or_else(|| from_edit_list(&moov, sample_rate_hz))
}

fn read_top_level(file: &mut File, wanted: &[u8; 4]) -> Option<Vec<u8>> {
    let length = file.metadata().ok()?.len();
    let mut at = 0;
    while at + 8 <= length {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 16];
        let got = file.read(&mut head).ok()?;
        let (size, header) = match u32_at(&head, 0)? {
            0 => (length - at, 8),
            1 if got == 16 => (
                u64::from(u32_at(&head, 8)?) << 32 | u64::from(u32_at(&head, 12)?),
                16,
            ),
            size => (u64::from(size), 8),
        };
        if size < header || at + size > length {
            return None;
        }
        if &head[4..8] == wanted {
            if size > MOOV_BYTES_MAX {
                return None;
            }
            let mut body = vec![0; (size - header) as usize];
            file.seek(SeekFrom::Start(at + header)).ok()?;
            file.read_exact(&mut body).ok()?;
            return Some(body);
        }
        at += size;
    }
    None
}

/// Boxes directly inside `body`: name and content.
fn boxes(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let size = u32_at(rest, 0)? as usize;
        if size < 8 || size > rest.len() {
            return None;
        }
        let (this, next) = rest.split_at(size);
        rest = next;
        Some((&this[4..8], &this[8..]))
    })
}

fn child<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(body, |body, wanted| {
        boxes(body)
            .find(|(name, _)| *name == wanted.as_slice())
            .map(|(_, content)| content)
    })
}

fn from_edit_list(moov: &[u8], sample_rate_hz: u32) -> Option<Edit> {
    let movie_timescale = timescale(child(moov, &[b"mvhd"])?)?;
    let track = boxes(moov)
        .filter(|(name, _)| *name == b"trak")
        .map(|(_, content)| content)
        .find(|track| {
            child(track, &[b"mdia", b"hdlr"]).is_some_and(|hdlr| hdlr.get(8..12) == Some(b"soun"))
        })?;
    let media_header = child(track, &[b"mdia", b"mdhd"])?;
    let media_timescale = timescale(media_header)?;
    let list = child(track, &[b"edts", b"elst"])?;
    let (version, entries) = (*list.first()?, u32_at(list, 4)? as usize);
    let entry_bytes = if version == 1 { 20 } else { 12 };
    let entry = |n: usize| -> Option<(u64, i64)> {
        let at = 8 + n * entry_bytes;
        if version == 1 {
            let long =
                |at| Some(u64::from(u32_at(list, at)?) << 32 | u64::from(u32_at(list, at + 4)?));
            Some((long(at)?, long(at + 8)? as i64))
        } else {
            Some((
                u64::from(u32_at(list, at)?),
                i64::from(u32_at(list, at + 4)? as i32),
            ))
        }
    };
    // One stretch of sound, perhaps after an empty edit (media time −1); more is an edited film.
    let mut stretches = (0..entries.min(16))
        .filter_map(entry)
        .filter(|(_, media_time)| *media_time >= 0);
    let (duration, media_time) = stretches.next()?;
    if stretches.next().is_some() {
        return None;
    }
    let frames_of = |time: u64, timescale: u32| {
        (u128::from(time) * u128::from(sample_rate_hz) + u128::from(timescale / 2))
            / u128::from(timescale)
    };
    let skip_frames = frames_of(media_time as u64, media_timescale) as u64;
    // A movie clock coarser than the samples cannot say where the last one is; the media clock can, if
    // the encoder shortened its last packet.
    let frames = if movie_timescale >= sample_rate_hz {
        frames_of(duration, movie_timescale) as u64
    } else {
        (frames_of(media_duration(media_header)?, media_timescale) as u64)
            .saturating_sub(skip_frames)
    };
    Some(Edit {
        skip_frames,
        frames: (frames > 0).then_some(frames),
    })
}

/// The duration of an `mdhd`, in its timescale.
fn media_duration(header: &[u8]) -> Option<u64> {
    if *header.first()? == 1 {
        Some(u64::from(u32_at(header, 24)?) << 32 | u64::from(u32_at(header, 28)?))
    } else {
        Some(u64::from(u32_at(header, 16)?))
    }
}

/// The timescale of an `mvhd` or `mdhd`.
fn timescale(header: &[u8]) -> Option<u32> {
    let at = if *header.first()? == 1 { 20 } else { 12 };
    u32_at(header, at).filter(|&timescale| timescale > 0)
}

/// `iTunSMPB`: hexadecimal words; the second is the delay, the third the padding, the fourth the length.
fn from_itunes(moov: &[u8]) -> Option<Edit> {
    let list = child(moov, &[b"udta", b"meta"])?;
    let list = child(list.get(4..)?, &[b"ilst"])?;
    let text = boxes(list)
        .filter(|(name, _)| *name == b"----")
        .map(|(_, content)| content)
        .find(|item| child(item, &[b"name"]).is_some_and(|name| name.get(4..) == Some(b"iTunSMPB")))
        .and_then(|item| child(item, &[b"data"]))
        .and_then(|data| std::str::from_utf8(data.get(8..)?).ok())?;
    let mut words = text.split_whitespace().skip(1);
    let mut word = || u64::from_str_radix(words.next()?, 16).ok();
    let (skip_frames, _padding, frames) = (word()?, word()?, word()?);
    Some(Edit {
        skip_frames,
        frames: (frames > 0).then_some(frames),
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
