//! What the loudness stage costs, as one number: log-spectral distance plus a share of the crest lost.
//!
//! The distance is that of frames of 2048 (Hann, half overlapping) within 40 dB of the loudest, brought to
//! the same loudness: per frame the RMS over 20 Hz to 16 kHz of the difference in dB, both floored 80 dB
//! below the frame's maximum, and of that the mean. Two masters of one loudness have lost the same PLR, so
//! what tells them apart is the crest over 50 ms.

use super::Cancelled;
use super::stage::{Played, Shaped, Stage};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

const FRAME: usize = 2048;
const HOP: usize = FRAME / 2;
const RANGE_HZ: [f64; 2] = [20.0, 16_000.0];
/// Quieter frames do not count.
const QUIET_DB: f32 = 40.0;
/// What is further below the frame's maximum is not heard.
const FLOOR_DB: f32 = 80.0;
/// A dB of crest lost counts as so many of spectral distance.
const CREST_SHARE: f64 = 0.1;
/// Frames between two questions whether to go on.
const ASK_FRAMES: usize = 40;

/// Spectra in dB of the loud frames of what was shaped.
pub(super) struct Reference {
    bins: core::ops::Range<usize>,
    /// Of each passage: start of the frame, its spectrum.
    frames: Vec<Vec<(usize, Vec<f32>)>>,
    lufs: f64,
    window: Vec<f32>,
    planner: RealFftPlanner<f32>,
}

impl Reference {
    pub(super) fn new(
        stage: &mut Stage<'_>,
        shaped: &Shaped,
        rate_hz: f64,
    ) -> Result<Self, Cancelled> {
        let bin = |hz: f64| (hz * FRAME as f64 / rate_hz) as usize;
        let turn = 2.0 * core::f64::consts::PI / FRAME as f64;
        let window = |n: usize| (0.5 - 0.5 * libm::cos(turn * n as f64)) as f32;
        let mut reference = Self {
            bins: bin(RANGE_HZ[0]).max(1)..bin(RANGE_HZ[1]).min(FRAME / 2),
            frames: Vec::new(),
            lufs: shaped.lufs,
            window: (0..FRAME).map(window).collect(),
            planner: RealFftPlanner::new(),
        };
        let mut loudest_db = f32::MIN;
        for passage in shaped.passages() {
            let starts = (0..(passage[0].len() + 1).saturating_sub(FRAME)).step_by(HOP);
            let mut frames = Vec::new();
            for (n, start) in starts.enumerate() {
                if n.is_multiple_of(ASK_FRAMES) {
                    stage.ask(0.0)?;
                }
                let spectrum = reference.spectrum_db(passage, start);
                let level_db = maximum(&spectrum);
                loudest_db = loudest_db.max(level_db);
                frames.push((start, spectrum));
            }
            reference.frames.push(frames);
        }
        for frames in &mut reference.frames {
            frames.retain(|(_, spectrum)| maximum(spectrum) > loudest_db - QUIET_DB);
        }
        Ok(reference)
    }

    /// The loss of a play whose output was kept, in dB.
    pub(super) fn loss_db(
        &mut self,
        stage: &mut Stage<'_>,
        played: &Played,
    ) -> Result<f64, Cancelled> {
        let match_db = (self.lufs - played.lufs) as f32;
        let (mut sum, mut count) = (0.0_f64, 0.0_f64);
        let all = core::mem::take(&mut self.frames);
        let mut asked = Ok(());
        for (frames, passage) in all.iter().zip(&played.output) {
            for (n, (start, before)) in frames.iter().enumerate() {
                if n.is_multiple_of(ASK_FRAMES) {
                    asked = asked.and(stage.ask(0.0));
                }
                if asked.is_err() {
                    break;
                }
                let after = self.spectrum_db([&passage[0], &passage[1]], *start);
                let (floor_before, floor_after) =
                    (maximum(before) - FLOOR_DB, maximum(&after) - FLOOR_DB);
                let square = |(&before, &after): (&f32, &f32)| {
                    let difference = before.max(floor_before) - after.max(floor_after) - match_db;
                    f64::from(difference * difference)
                };
                let squares: f64 = before.iter().zip(&after).map(square).sum();
                sum += libm::sqrt(squares / before.len().max(1) as f64);
                count += 1.0;
            }
        }
        self.frames = all;
        asked?;
        Ok(sum / count.max(1.0) + CREST_SHARE * played.crest_lost_db.max(0.0))
    }

    /// Power of both channels in each bin of the range, in dB.
    fn spectrum_db(&mut self, passage: [&[f32]; 2], start: usize) -> Vec<f32> {
        let fft = self.planner.plan_fft_forward(FRAME);
        let mut bins = vec![Complex::default(); FRAME / 2 + 1];
        let mut power = vec![0.0_f32; self.bins.len()];
        for channel in passage {
            let samples = &channel[start..start + FRAME];
            let mut frame: Vec<f32> = samples
                .iter()
                .zip(&self.window)
                .map(|(x, w)| x * w)
                .collect();
            if fft.process(&mut frame, &mut bins).is_ok() {
                for (power, bin) in power.iter_mut().zip(&bins[self.bins.clone()]) {
                    *power += bin.norm_sqr();
                }
            }
        }
        power
            .iter()
            .map(|&power| 10.0 * libm::log10f(power + 1e-12))
            .collect()
    }
}

fn maximum(spectrum_db: &[f32]) -> f32 {
    spectrum_db.iter().copied().fold(f32::MIN, f32::max)
}
