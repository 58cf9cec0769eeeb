//! What a meter hears of a slice: its frames, and what came right before them.

/// Frames of a slice with their past.
#[derive(Debug, Clone, Copy)]
pub struct Hearing<'a> {
    /// The past and the slice, left.
    pub left: &'a [f32],
    /// The same, right.
    pub right: &'a [f32],
    /// The same, `(L+R)/2`.
    pub mid: &'a [f32],
    /// Frames of the slice, the last of the above.
    pub frames: usize,
    /// Frames at the end of the above that follow from each other: all since the last jump.
    pub known: usize,
}

impl<'a> Hearing<'a> {
    /// Left and right of the slice alone.
    pub fn slice(&self) -> [&'a [f32]; 2] {
        let start = self.left.len() - self.frames;
        [&self.left[start..], &self.right[start..]]
    }

    /// The `length` frames of `channel` that end with part `part` of `parts` of the slice; `None` when they
    /// reach over a jump.
    pub fn frame(
        &self,
        channel: &'a [f32],
        length: usize,
        part: usize,
        parts: usize,
    ) -> Option<&'a [f32]> {
        let left = self.frames - self.frames * (part + 1) / parts;
        let end = channel.len() - left;
        let start = end.checked_sub(length)?;
        (left + length <= self.known).then(|| &channel[start..end])
    }
}

/// The audio a hearing is made of: as much of the past as the longest frame needs.
#[derive(Debug)]
pub(super) struct Audio {
    past: usize,
    channels: [Vec<f32>; 3],
    frames: usize,
    known: usize,
}

impl Audio {
    /// Keeps `past` frames before a slice of at most `slice` frames.
    pub(super) fn new(past: usize, slice: usize) -> Self {
        let channel = || {
            let mut samples = Vec::with_capacity(past + slice + 1);
            samples.resize(past, 0.0);
            samples
        };
        Self {
            past,
            channels: core::array::from_fn(|_| channel()),
            frames: 0,
            known: 0,
        }
    }

    /// What comes next does not follow from what came before.
    pub(super) fn reset(&mut self) {
        for channel in &mut self.channels {
            channel.clear();
            channel.resize(self.past, 0.0);
        }
        self.frames = 0;
        self.known = 0;
    }

    /// Frames of the slice; what is no number counts as silence.
    pub(super) fn push(&mut self, left: &[f32], right: &[f32]) {
        let [lefts, rights, mids] = &mut self.channels;
        lefts.extend(left.iter().map(|&x| cleaned(x)));
        rights.extend(right.iter().map(|&x| cleaned(x)));
        let start = lefts.len() - left.len();
        mids.extend(
            lefts[start..]
                .iter()
                .zip(&rights[start..])
                .map(|(l, r)| 0.5 * (l + r)),
        );
        self.frames += left.len();
        self.known += left.len();
    }

    /// Frames of the open slice so far.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    pub(super) fn hearing(&self) -> Hearing<'_> {
        let [left, right, mid] = &self.channels;
        Hearing {
            left,
            right,
            mid,
            frames: self.frames,
            known: self.known,
        }
    }

    /// The slice becomes past.
    pub(super) fn advance(&mut self) {
        for channel in &mut self.channels {
            let start = channel.len() - self.past;
            channel.copy_within(start.., 0);
            channel.truncate(self.past);
        }
        self.frames = 0;
        self.known = self.known.min(self.past);
    }
}

/// Louder than +120 dBFS is no audio.
const MAGNITUDE_MAX: f32 = 1e6;

fn cleaned(x: f32) -> f32 {
    if x.is_finite() {
        x.clamp(-MAGNITUDE_MAX, MAGNITUDE_MAX)
    } else {
        0.0
    }
}
