//! The smallest of the last `n` frames, for whole chunks at a time.
//!
//! Minima over 2, 4, 8 … frames are made from each other, and two of them cover any window: a few
//! straight passes that the processor does many frames at once, and no data-dependent branch.

/// Per channel, the smallest of the last `window` frames.
#[derive(Debug, Clone)]
pub struct WindowMin<const CHANNELS: usize> {
    window: usize,
    rest: f32,
    /// The `window − 1` frames before the chunk, and the chunk.
    frames: Vec<[f32; CHANNELS]>,
    spans: [Vec<[f32; CHANNELS]>; 2],
}

impl<const CHANNELS: usize> WindowMin<CHANNELS> {
    /// A window of `window` frames (at least one), all of them `rest` so far, for chunks of at most
    /// `chunk_frames_max`.
    pub fn new(window: usize, chunk_frames_max: usize, rest: f32) -> Self {
        let window = window.max(1);
        let room = vec![[rest; CHANNELS]; window - 1 + chunk_frames_max];
        Self {
            window,
            rest,
            frames: room.clone(),
            spans: [room.clone(), room],
        }
    }

    /// As if only `rest` had ever come in.
    pub fn reset(&mut self) {
        self.frames.fill([self.rest; CHANNELS]);
    }

    /// Replaces every frame by the minimum, per channel, of it and the `window − 1` before it.
    pub fn process(&mut self, chunk: &mut [[f32; CHANNELS]]) {
        let past = self.window - 1;
        let mut length = past + chunk.len();
        self.frames[past..length].copy_from_slice(chunk);
        let [from, to] = &mut self.spans;
        let (mut from, mut to) = (from, to);
        from[..length].copy_from_slice(&self.frames[..length]);
        let mut span = 1;
        while span * 2 <= self.window {
            length -= span;
            smaller_of(
                &from[..length],
                &from[span..span + length],
                &mut to[..length],
            );
            core::mem::swap(&mut from, &mut to);
            span *= 2;
        }
        let offset = self.window - span;
        smaller_of(
            &from[..chunk.len()],
            &from[offset..offset + chunk.len()],
            chunk,
        );
        self.frames.copy_within(chunk.len()..chunk.len() + past, 0);
    }
}

fn smaller_of<const CHANNELS: usize>(
    a: &[[f32; CHANNELS]],
    b: &[[f32; CHANNELS]],
    to: &mut [[f32; CHANNELS]],
) {
    let (a, b, to) = (a.as_flattened(), b.as_flattened(), to.as_flattened_mut());
    for ((&a, &b), to) in a.iter().zip(b).zip(to) {
        *to = if a < b { a } else { b };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_minimum_of_the_window_for_every_size_and_cut() {
        let mut state = 7_u32;
        let values: Vec<[f32; 2]> = (0..500)
            .map(|_| {
                [0, 1].map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32
                })
            })
            .collect();
        for window in [1, 2, 3, 10, 39, 64, 65, 499] {
            let mut fast = WindowMin::<2>::new(window, 64, f32::MAX);
            for length in [64, 7, 1] {
                fast.reset();
                let mut found = values.clone();
                found
                    .chunks_mut(length)
                    .for_each(|chunk| fast.process(chunk));
                for n in 0..values.len() {
                    for channel in 0..2 {
                        let expected = values[(n + 1).saturating_sub(window)..=n]
                            .iter()
                            .fold(f32::MAX, |least, frame| least.min(frame[channel]));
                        assert_eq!(found[n][channel], expected, "window {window} at {n}");
                    }
                }
            }
        }
    }
}
