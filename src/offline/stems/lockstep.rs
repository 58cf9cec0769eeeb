//! Several songs read side by side, each from its own place on.

use crate::offline::failure::Outcome;
use crate::offline::raw::{CHUNK_FRAMES, RawAudio, RawReader};

/// Reads songs side by side. What lies before their beginning and behind their end is silence.
pub(super) struct Lockstep<'a> {
    lanes: Vec<Lane<'a>>,
    frames_left: u64,
}

struct Lane<'a> {
    reader: RawReader<'a>,
    /// Silence still to come before the song.
    silence: u64,
    /// What was read and not yet taken.
    read: [Vec<f32>; 2],
    out: [Vec<f32>; 2],
}

impl<'a> Lockstep<'a> {
    /// Over `frames`. `late`: by how much each song begins before what is read (above 0, so much of it is left
    /// out) or after it.
    pub(super) fn new(
        songs: impl IntoIterator<Item = (&'a mut RawAudio, i64)>,
        frames: u64,
    ) -> Outcome<Self> {
        let lanes = songs
            .into_iter()
            .map(|(song, late)| {
                Ok(Lane {
                    reader: song.reader_at(late.max(0) as u64)?,
                    silence: (-late).max(0) as u64,
                    read: [Vec::new(), Vec::new()],
                    out: [Vec::new(), Vec::new()],
                })
            })
            .collect::<Outcome<_>>()?;
        Ok(Self {
            lanes,
            frames_left: frames,
        })
    }

    /// Left and right of each song, all as long, at most [`CHUNK_FRAMES`]; none at the end.
    pub(super) fn next_chunk(&mut self) -> Outcome<Option<Vec<[&[f32]; 2]>>> {
        let frames = (CHUNK_FRAMES as u64).min(self.frames_left) as usize;
        if frames == 0 {
            return Ok(None);
        }
        self.frames_left -= frames as u64;
        for lane in &mut self.lanes {
            lane.fill(frames)?;
        }
        Ok(Some(
            self.lanes
                .iter()
                .map(|lane| [&lane.out[0][..], &lane.out[1][..]])
                .collect(),
        ))
    }
}

impl Lane<'_> {
    fn fill(&mut self, frames: usize) -> Outcome<()> {
        let silence = self.silence.min(frames as u64) as usize;
        self.silence -= silence as u64;
        let [left, right] = &mut self.out;
        left.clear();
        right.clear();
        left.resize(silence, 0.0);
        right.resize(silence, 0.0);
        while left.len() < frames {
            if self.read[0].is_empty() {
                match self.reader.next_chunk()? {
                    Some((l, r)) => {
                        self.read[0].extend_from_slice(l);
                        self.read[1].extend_from_slice(r);
                    }
                    None => break,
                }
            }
            let now = self.read[0].len().min(frames - left.len());
            left.extend(self.read[0].drain(..now));
            right.extend(self.read[1].drain(..now));
        }
        left.resize(frames, 0.0);
        right.resize(frames, 0.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::raw::RawWriter;

    fn counting(from: f32, frames: usize) -> RawAudio {
        let mut writer = RawWriter::new(1, 44_100).expect("a file");
        let samples: Vec<f32> = (0..frames).map(|n| from + n as f32).collect();
        writer.write(&samples, &samples).expect("written");
        writer.finish().expect("finished")
    }

    #[test]
    fn songs_are_read_from_their_own_places() {
        let (mut early, mut late) = (counting(1.0, 20_000), counting(100_001.0, 20_000));
        let frames = 20_000;
        let mut lockstep =
            Lockstep::new([(&mut early, -100), (&mut late, 7)], frames).expect("a reader");
        let mut n = 0;
        while let Some(songs) = lockstep.next_chunk().expect("read") {
            for (&a, &b) in songs[0][0].iter().zip(songs[1][1]) {
                let expected_a = if n < 100 { 0.0 } else { (n - 99) as f32 };
                let expected_b = if n < 20_000 - 7 {
                    (100_008 + n) as f32
                } else {
                    0.0
                };
                assert_eq!((a, b), (expected_a, expected_b), "{n}");
                n += 1;
            }
        }
        assert_eq!(n as u64, frames);
    }
}
