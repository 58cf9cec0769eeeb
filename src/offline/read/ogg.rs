//! Whether an Ogg file is whole. A decoder takes what is there for all there is; the pages know better.
//!
//! Source: RFC 3533, section 6 (page header).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// A page is at most this long: 27 bytes of header, 255 lacing values, 255 × 255 bytes.
const PAGE_BYTES_MAX: u64 = 65_307;

/// Whether the file ends with a complete page.
pub(super) fn ends_with_a_whole_page(path: &Path) -> std::io::Result<bool> {
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
        let mut at = mark;
        while let Some(next) = page_end(&tail, at) {
            if next == tail.len() {
                return Ok(true);
            }
            at = next;
        }
        // Bytes behind the last page (a tag that some program appended) are no cut.
        if tail.get(at..at + 3) == Some(b"TAG") {
            return Ok(true);
        }
    }
    Ok(false)
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
