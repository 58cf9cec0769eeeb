//! Sample-rate conversion of a stereo stream, delay removed, to an exact number of frames.

use super::failure::{Failure, Outcome};
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

/// Taps of the anti-aliasing filter, about, at the input's rate. The pass band ends within 1 % of the
/// lower Nyquist frequency.
const FILTER_FRAMES: usize = 4096;

/// Converts from one rate to another, synchronously by FFT.
pub struct Converter {
    resampler: Fft<f64>,
    input: Vec<Vec<f64>>,
    output: Vec<Vec<f64>>,
    /// Output frames of the filter's delay still to be dropped.
    skip_frames: usize,
    frames_in: u64,
    frames_out: u64,
    ratio: (u64, u64),
}

impl std::fmt::Debug for Converter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Converter")
            .field("ratio", &self.ratio)
            .finish_non_exhaustive()
    }
}

/// Frames that a song of `frames` has at another rate, rounded to the nearest.
pub fn converted_frames(frames: u64, from_hz: u32, to_hz: u32) -> u64 {
    let (from, to) = (u128::from(from_hz), u128::from(to_hz));
    ((u128::from(frames) * to + from / 2) / from) as u64
}

impl Converter {
    /// A converter between two sample rates in Hz.
    pub fn new(from_hz: u32, to_hz: u32) -> Outcome<Self> {
        let (from, to) = (from_hz as usize, to_hz as usize);
        // An even number of smallest blocks makes the delay whole on both sides.
        let block = 2 * from / gcd(from, to);
        let chunk = block * (FILTER_FRAMES / block).max(1);
        let resampler = Fft::new_custom(
            from,
            to,
            chunk,
            1,
            2,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|error| {
            Failure::because(format!(
                "{from_hz} Hz cannot be converted to {to_hz} Hz ({error})"
            ))
        })?;
        let frames_max = resampler.output_frames_max();
        Ok(Self {
            skip_frames: resampler.output_delay(),
            input: vec![Vec::new(); 2],
            output: vec![vec![0.0; frames_max]; 2],
            resampler,
            frames_in: 0,
            frames_out: 0,
            ratio: (u64::from(from_hz), u64::from(to_hz)),
        })
    }

    /// Takes frames in and appends to `left` and `right` what they complete.
    pub fn process(
        &mut self,
        input: (&[f32], &[f32]),
        left: &mut Vec<f32>,
        right: &mut Vec<f32>,
    ) -> Outcome<()> {
        self.frames_in += input.0.len() as u64;
        self.input[0].extend(input.0.iter().map(|&x| f64::from(x)));
        self.input[1].extend(input.1.iter().map(|&x| f64::from(x)));
        self.convert(left, right)
    }

    /// The input is over: appends the rest.
    pub fn finish(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Outcome<()> {
        let (from, to) = (self.ratio.0 as u32, self.ratio.1 as u32);
        let wanted = converted_frames(self.frames_in, from, to);
        while self.frames_out < wanted {
            let chunk = self.resampler.input_frames_next();
            for channel in &mut self.input {
                channel.resize(chunk.max(channel.len()), 0.0);
            }
            self.convert(left, right)?;
        }
        let surplus = (self.frames_out - wanted) as usize;
        left.truncate(left.len() - surplus);
        right.truncate(right.len() - surplus);
        Ok(())
    }

    fn convert(&mut self, left: &mut Vec<f32>, right: &mut Vec<f32>) -> Outcome<()> {
        let chunk = self.resampler.input_frames_next();
        let failed = |error: &dyn std::fmt::Display| {
            Failure::because(format!("the sample rate conversion failed ({error})"))
        };
        while self.input[0].len() >= chunk {
            let room = self.output[0].len();
            let source = SequentialSliceOfVecs::new(&self.input[..], 2, chunk)
                .map_err(|error| failed(&error))?;
            let mut sink = SequentialSliceOfVecs::new_mut(&mut self.output[..], 2, room)
                .map_err(|error| failed(&error))?;
            let (_, frames) = self
                .resampler
                .process_into_buffer(&source, &mut sink, None)
                .map_err(|error| failed(&error))?;
            let skip = self.skip_frames.min(frames);
            self.skip_frames -= skip;
            left.extend(self.output[0][skip..frames].iter().map(|&x| x as f32));
            right.extend(self.output[1][skip..frames].iter().map(|&x| x as f32));
            self.frames_out += (frames - skip) as u64;
            for channel in &mut self.input {
                channel.drain(..chunk);
            }
        }
        Ok(())
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine comes out as the same sine at the new rate, at the same time, with the exact length.
    #[test]
    fn a_sine_stays_where_it_is() {
        for (from_hz, to_hz) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (96_000, 44_100),
            (44_100, 96_000),
            (48_000, 16_000),
            (22_050, 44_100),
        ] {
            let frames = from_hz as usize + 123;
            let sine = |n: usize, rate_hz: u32| {
                libm::sin(std::f64::consts::TAU * 997.0 * n as f64 / f64::from(rate_hz)) as f32
                    * 0.5
            };
            let input: Vec<f32> = (0..frames).map(|n| sine(n, from_hz)).collect();
            let mut converter = Converter::new(from_hz, to_hz).expect("a rate");
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for part in input.chunks(1000) {
                converter
                    .process((part, part), &mut left, &mut right)
                    .expect("converted");
            }
            converter.finish(&mut left, &mut right).expect("finished");
            let wanted = converted_frames(frames as u64, from_hz, to_hz) as usize;
            assert_eq!((left.len(), right.len()), (wanted, wanted));
            // The ends ring, as the signal begins and ends at once.
            let edge = wanted / 8;
            let error = (edge..wanted - edge)
                .map(|n| (left[n] - sine(n, to_hz)).abs())
                .fold(0.0, f32::max);
            assert!(error < 1e-6, "{from_hz} -> {to_hz}: {error}");
        }
    }
}
