//! The passage that was heard, in bounded memory: all of it while it fits, a fair sample after that.
//!
//! The passage is cut into segments of [`SEGMENT_S`]. When the store is full, every second segment goes
//! and from then on only every second one is kept, then every fourth, and so on: what is kept is spread
//! evenly over all that was heard, and the same passage always leaves the same sample. Segments without
//! sound are not counted. Samples are stored as 16 bits relative to the peak of their block of
//! [`BLOCK_FRAMES`]: 96 dB below the loudest sample nearby, which neither loudness nor limiter notices.

use crate::dsp::block::Stream;

/// Memory for samples, in bytes.
pub const BYTES_MAX: usize = 16 << 20;
/// Length of a segment in seconds, unless the rate is absurd.
const SEGMENT_S: f64 = 4.0;
const SEGMENT_FRAMES_MAX: usize = 1 << 20;
const BLOCK_FRAMES: usize = 512;
const BYTES_PER_FRAME: usize = 4;
/// A segment whose peak stays below this has no say in a gated loudness: −80 dBFS.
const SILENCE_PEAK: f32 = 1e-4;

/// Keeps a passage.
#[derive(Debug)]
pub struct Heard {
    stream: Stream,
    segment_frames: usize,
    segments_max: usize,
    /// Every how many segments one is kept.
    stride: u64,
    /// Segments with sound begun so far, the present one not counted.
    index: u64,
    kept: Vec<Segment>,
    present: Segment,
    /// The block that is being filled.
    block: Vec<[f32; 2]>,
    /// Frames heard in finished segments with sound.
    frames: u64,
}

#[derive(Debug, Default)]
struct Segment {
    index: u64,
    peak: f32,
    scales: Vec<f32>,
    samples: Vec<[i16; 2]>,
}

impl Heard {
    /// An empty store for a stream.
    pub fn new(stream: Stream) -> Self {
        let wanted = (SEGMENT_S * stream.sample_rate_hz) as usize;
        let blocks = wanted.clamp(BLOCK_FRAMES, SEGMENT_FRAMES_MAX) / BLOCK_FRAMES;
        let segment_frames = blocks * BLOCK_FRAMES;
        Self {
            stream,
            segment_frames,
            // One less than fits: the present segment needs room too.
            segments_max: BYTES_MAX / (segment_frames * BYTES_PER_FRAME) - 1,
            stride: 1,
            index: 0,
            kept: Vec::new(),
            present: Segment::default(),
            block: Vec::with_capacity(BLOCK_FRAMES),
            frames: 0,
        }
    }

    /// The stream that was heard.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Whether it holds everything with sound that it was given.
    pub fn whole(&self) -> bool {
        self.stride == 1
    }

    /// Seconds with sound that it was given.
    pub fn seconds(&self) -> f64 {
        let present = if self.present.peak >= SILENCE_PEAK {
            self.present.samples.len() as u64
        } else {
            0
        };
        (self.frames + present) as f64 / self.stream.sample_rate_hz
    }

    /// Bytes held for samples.
    pub fn bytes(&self) -> usize {
        let frames = |segment: &Segment| segment.samples.capacity();
        let kept: usize = self.kept.iter().map(frames).sum();
        (kept + frames(&self.present)) * BYTES_PER_FRAME
    }

    /// Hears on.
    pub fn push(&mut self, frames: &[[f32; 2]]) {
        for &frame in frames {
            self.block.push(frame);
            if self.block.len() == BLOCK_FRAMES {
                self.end_block();
            }
        }
    }

    /// Frames that [`Self::for_each_part`] will give.
    pub fn kept_frames(&self) -> usize {
        self.parts().map(|segment| segment.samples.len()).sum()
    }

    /// Gives what is kept in order, in parts of at most [`BLOCK_FRAMES`], until `hear` says stop by
    /// returning false.
    pub fn for_each_part(&self, mut hear: impl FnMut(&mut [f32], &mut [f32]) -> bool) {
        let mut left = [0.0; BLOCK_FRAMES];
        let mut right = [0.0; BLOCK_FRAMES];
        for segment in self.parts() {
            for (block, &scale) in segment.samples.chunks(BLOCK_FRAMES).zip(&segment.scales) {
                for (n, sample) in block.iter().enumerate() {
                    left[n] = f32::from(sample[0]) * scale;
                    right[n] = f32::from(sample[1]) * scale;
                }
                if !hear(&mut left[..block.len()], &mut right[..block.len()]) {
                    return;
                }
            }
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Segment> {
        let present = Some(&self.present)
            .filter(|p| p.peak >= SILENCE_PEAK && self.index.is_multiple_of(self.stride));
        self.kept.iter().chain(present)
    }

    fn end_block(&mut self) {
        let peak = self
            .block
            .iter()
            .flatten()
            .fold(0.0_f32, |top, x| top.max(x.abs()));
        let scale = (peak / 32767.0).max(f32::MIN_POSITIVE);
        let present = &mut self.present;
        if present.samples.capacity() == 0 {
            present.samples.reserve_exact(self.segment_frames);
        }
        present.peak = present.peak.max(peak);
        present.scales.push(scale);
        let pack = |x: f32| (x / scale).round() as i16;
        let packed = self.block.drain(..).map(|[l, r]| [pack(l), pack(r)]);
        present.samples.extend(packed);
        if present.samples.len() >= self.segment_frames {
            self.end_segment();
        }
    }

    fn end_segment(&mut self) {
        let mut segment = core::mem::take(&mut self.present);
        if segment.peak < SILENCE_PEAK {
            return;
        }
        self.frames += segment.samples.len() as u64;
        segment.index = self.index;
        self.index += 1;
        if segment.index.is_multiple_of(self.stride) {
            self.kept.push(segment);
        }
        if self.kept.len() >= self.segments_max {
            self.stride *= 2;
            let stride = self.stride;
            self.kept.retain(|kept| kept.index.is_multiple_of(stride));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frames: usize) -> Vec<[f32; 2]> {
        let sample = |n: usize| (n as f32 * 0.05).sin() * 0.5;
        (0..frames).map(|n| [sample(n), -sample(n)]).collect()
    }

    #[test]
    fn what_fits_comes_back_as_it_was() {
        let mut heard = Heard::new(Stream::new(48_000.0));
        let given = tone(BLOCK_FRAMES * 1000);
        heard.push(&given);
        assert!(heard.whole());
        assert_eq!(heard.kept_frames(), given.len());
        let mut n = 0;
        heard.for_each_part(|left, right| {
            for (l, r) in left.iter().zip(right.iter()) {
                assert!((l - given[n][0]).abs() < 2e-5 && (r - given[n][1]).abs() < 2e-5);
                n += 1;
            }
            true
        });
        assert_eq!(n, given.len());
    }

    #[test]
    fn an_hour_stays_in_bounds_and_is_sampled_evenly() {
        let mut heard = Heard::new(Stream::new(48_000.0));
        let second = tone(48_000);
        for minute in 0..60_u64 {
            for _ in 0..60 {
                heard.push(&second);
            }
            assert!(heard.bytes() <= BYTES_MAX, "minute {minute}");
        }
        assert!((heard.seconds() - 3600.0).abs() < 1.0);
        assert!(!heard.whole());
        let indices: Vec<u64> = heard.kept.iter().map(|segment| segment.index).collect();
        assert!(indices.len() * 2 >= heard.segments_max);
        let even = (0..indices.len() as u64).map(|n| n * heard.stride);
        assert_eq!(indices, even.collect::<Vec<_>>());
    }

    #[test]
    fn silence_is_not_counted() {
        let mut heard = Heard::new(Stream::new(48_000.0));
        for _ in 0..100 {
            heard.push(&vec![[0.0; 2]; 48_000]);
        }
        assert_eq!(heard.seconds(), 0.0);
        assert_eq!(heard.kept_frames(), 0);
    }

    #[test]
    fn any_rate_stays_in_bounds() {
        for rate in [100.0, 8_000.0, 192_000.0, 2e6] {
            let mut heard = Heard::new(Stream::new(rate));
            let part = tone(BLOCK_FRAMES * 64);
            for _ in 0..400 {
                heard.push(&part);
            }
            assert!(heard.bytes() <= BYTES_MAX, "{rate} Hz");
        }
    }
}
