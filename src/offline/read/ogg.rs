//! Whether an Ogg file is whole. A decoder takes what is there for all there is; the pages know better.
//!
//! Source: RFC 3533, section 6 (page header).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// A page is at most this long: 27 bytes of header, 255 lacing values, 255 × 255 bytes.
const PAGE_BYTES_MAX: u64 = 65_307;

/// Where the last page says the sound ends, in frames, if the file ends with a whole page; `None` if it
/// is cut.
pub(super) fn last_position(path: &Path) -> std::io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    // The last whole page begins within two page lengths of the end.
    let start = length.saturating_sub(2 * PAGE_BYTES_MAX);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    // From each page to the next, until one does not fit. A page found by its mark alone may be a chance
    // in the sound, so every mark is tried.
    let marks = tail.windows(4).enumerate().filter(|(_, w)| w == b"OggS");
    for (mark, _) in marks {
        let (mut at, mut position) = (mark, None);
        while let Some(next) = page_end(&tail, at) {
            position = position_of(&tail, at).or(position);
            at = next;
        }
        // A tag that some program appended behind the last page is no cut.
        if at > mark && (at == tail.len() || tail.get(at..at + 3) == Some(b"TAG")) {
            return Ok(Some(position.unwrap_or(0)));
        }
    }
    Ok(None)
}

/// The granule position of the page at `at`: the frames that are complete with it, if any packet is.
fn position_of(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at + 6..at + 14)?;
    let position = i64::from_le_bytes(field.try_into().ok()?);
    u64::try_from(position).ok()
}

/// Where the page that begins at `at` ends, if it is one and all there.
fn page_end(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..at + 27)?;
    if &header[..4] != b"OggS" {
        return None;
    }
    let segments = usize::from(header[26]);
    let lacing = bytes.get(at + 27..at + 27 + segments)?;
    let body: usize = lacing.iter().map(|&length| usize::from(length)).sum();
    let end = at + 27 + segments + body;
    (end <= bytes.len()).then_some(end)
}
