//! What goes in and comes out, audio to editor: two rings of frames, filled only while somebody looks.
//!
//! A spectrum needs no whole signal: what finds no room is left out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Frames each ring holds: 0.34 s at 96 kHz.
pub const FRAMES: usize = 1 << 15;

/// The audio thread's end.
#[derive(Debug)]
pub struct Writer {
    wanted: Arc<AtomicBool>,
    input: rtrb::Producer<[f32; 2]>,
    output: rtrb::Producer<[f32; 2]>,
}

/// The editor's end.
#[derive(Debug)]
pub struct Reader {
    wanted: Arc<AtomicBool>,
    input: rtrb::Consumer<[f32; 2]>,
    output: rtrb::Consumer<[f32; 2]>,
}

/// A pair that nobody looks at.
pub fn new(frames: usize) -> (Writer, Reader) {
    let wanted = Arc::new(AtomicBool::new(false));
    let (to_input, input) = rtrb::RingBuffer::new(frames);
    let (to_output, output) = rtrb::RingBuffer::new(frames);
    let writer = Writer {
        wanted: wanted.clone(),
        input: to_input,
        output: to_output,
    };
    let reader = Reader {
        wanted,
        input,
        output,
    };
    (writer, reader)
}

impl Writer {
    /// Adds what went in. Both slices are as long. Never waits.
    pub fn write_input(&mut self, left: &[f32], right: &[f32]) {
        if self.wanted.load(Ordering::Relaxed) {
            write(&mut self.input, left, right);
        }
    }

    /// Adds what came out. Both slices are as long. Never waits.
    pub fn write_output(&mut self, left: &[f32], right: &[f32]) {
        if self.wanted.load(Ordering::Relaxed) {
            write(&mut self.output, left, right);
        }
    }
}

impl Reader {
    /// Asks for frames, or for no more. What is left of an earlier look is thrown away.
    pub fn want(&mut self, wanted: bool) {
        if wanted {
            self.read_input(|_| ());
            self.read_output(|_| ());
        }
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Hands over what went in since the last call, in at most two parts.
    pub fn read_input(&mut self, take: impl FnMut(&[[f32; 2]])) {
        read(&mut self.input, take);
    }

    /// Hands over what came out since the last call, in at most two parts.
    pub fn read_output(&mut self, take: impl FnMut(&[[f32; 2]])) {
        read(&mut self.output, take);
    }
}

fn write(ring: &mut rtrb::Producer<[f32; 2]>, left: &[f32], right: &[f32]) {
    let frames = left.len().min(right.len()).min(ring.slots());
    if let Ok(chunk) = ring.write_chunk_uninit(frames) {
        let pairs = left.iter().zip(right).map(|(&left, &right)| [left, right]);
        chunk.fill_from_iter(pairs);
    }
}

fn read(ring: &mut rtrb::Consumer<[f32; 2]>, mut take: impl FnMut(&[[f32; 2]])) {
    if let Ok(chunk) = ring.read_chunk(ring.slots()) {
        let (first, second) = chunk.as_slices();
        take(first);
        take(second);
        chunk.commit_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(reader: &mut Reader) -> [Vec<[f32; 2]>; 2] {
        let (mut input, mut output) = (Vec::new(), Vec::new());
        reader.read_input(|frames| input.extend_from_slice(frames));
        reader.read_output(|frames| output.extend_from_slice(frames));
        [input, output]
    }

    #[test]
    fn frames_come_only_while_they_are_wanted() {
        let (mut writer, mut reader) = new(4);
        let nothing: [Vec<[f32; 2]>; 2] = Default::default();
        writer.write_input(&[1.0], &[2.0]);
        assert_eq!(heard(&mut reader), nothing);
        reader.want(true);
        writer.write_input(&[1.0, 3.0], &[2.0, 4.0]);
        writer.write_output(&[5.0], &[6.0]);
        let both = [vec![[1.0, 2.0], [3.0, 4.0]], vec![[5.0, 6.0]]];
        assert_eq!(heard(&mut reader), both);
        writer.write_input(&[1.0; 9], &[2.0; 9]);
        assert_eq!(heard(&mut reader)[0].len(), 4, "the ring is bounded");
        writer.write_input(&[1.0], &[2.0]);
        reader.want(true);
        assert_eq!(heard(&mut reader), nothing, "of an earlier look");
        reader.want(false);
        writer.write_input(&[1.0], &[2.0]);
        assert_eq!(heard(&mut reader), nothing);
    }
}
