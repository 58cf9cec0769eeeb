//! The meter: loudness, true peak, sample peak and correlation of a stereo programme, in bounded memory.

use super::block::Stream;
use super::correlation::Correlation;
use super::float_mode::FlushDenormals;
use super::interpolator::larger;
use super::loudness::{Loudness, STEP_SLOTS, slot_start_frame};
use super::true_peak::{TruePeak, highest_magnitude};
use super::units::gain_to_db;

/// Frames worked on at a time, whatever the host's block is.
const CHUNK_FRAMES: usize = 64;
/// Louder than this is no audio: +120 dBFS, as at the engine's door. Keeps every sum finite.
const MAGNITUDE_MAX: f32 = 1e6;

/// What the meter reads; `None` where there is nothing to tell yet (silence, too short).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MeterReading {
    /// Loudness of the last 400 ms, ungated (EBU Tech 3341), in LUFS.
    pub momentary_lufs: Option<f64>,
    /// Loudness of the last 3 s, ungated, in LUFS.
    pub short_term_lufs: Option<f64>,
    /// Gated loudness since reset (ITU-R BS.1770-5), in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range since reset (EBU Tech 3342), in LU.
    pub loudness_range_lu: Option<f64>,
    /// Highest momentary loudness since reset, in LUFS.
    pub max_momentary_lufs: Option<f64>,
    /// Highest short-term loudness since reset, in LUFS.
    pub max_short_term_lufs: Option<f64>,
    /// Highest true peak since reset at 16×, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Highest true peak since reset through the filter of BS.1770-5 Annex 2, in dBTP.
    pub true_peak_bs1770_dbtp: Option<f64>,
    /// True peak (16×) of the last 3 s, in dBTP.
    pub short_term_true_peak_dbtp: Option<f64>,
    /// Highest sample since reset, in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// Peak to loudness ratio: `true_peak_dbtp − integrated_lufs`, in dB (LU).
    pub plr_db: Option<f64>,
    /// Peak to short-term loudness ratio: `short_term_true_peak_dbtp − short_term_lufs`, in dB.
    pub psr_db: Option<f64>,
    /// Correlation of left and right since reset, −1 to 1.
    pub correlation: Option<f64>,
    /// Correlation of left and right over the last 400 ms, −1 to 1.
    pub momentary_correlation: Option<f64>,
    /// Sample peak of the left and right channel over the last whole 100 ms step and the one that
    /// has begun, in dBFS.
    pub level_dbfs: [Option<f64>; 2],
    /// Seconds counted since reset.
    pub duration_s: f64,
}

/// Measures a stereo programme block by block, on any thread: `process` and `reset` allocate nothing and
/// their work per frame is bounded. Readings do not depend on how the blocks are cut.
#[derive(Debug, Clone)]
pub struct Meter {
    stream: Stream,
    frames: u64,
    slots_closed: u64,
    /// The frame with which the next slot begins.
    slot_end_frame: u64,
    loudness: Loudness,
    true_peak: TruePeak,
    correlation: Correlation,
    /// Highest magnitude per channel: since reset, in the last whole 100 ms step, in the open one.
    peak: [f32; 2],
    last_step_peak: [f32; 2],
    open_step_peak: [f32; 2],
}

impl Meter {
    /// A meter for one stream. Allocates all it will ever need.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            frames: 0,
            slots_closed: 0,
            slot_end_frame: slot_start_frame(1, stream.sample_rate_hz),
            loudness: Loudness::new(stream),
            true_peak: TruePeak::new(),
            correlation: Correlation::new(),
            peak: [0.0; 2],
            last_step_peak: [0.0; 2],
            open_step_peak: [0.0; 2],
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.frames = 0;
        self.slots_closed = 0;
        self.slot_end_frame = slot_start_frame(1, self.stream.sample_rate_hz);
        self.loudness.reset();
        self.true_peak.reset();
        self.correlation.reset();
        self.peak = [0.0; 2];
        self.last_step_peak = [0.0; 2];
        self.open_step_peak = [0.0; 2];
    }

    /// Listens to a block of any length; both slices are as long. A mono programme is passed twice.
    /// What is no number counts as silence, what is louder than +120 dBFS as that.
    ///
    /// True peaks of the last 96 frames may show only after more frames, or [`finish`](Self::finish).
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let _mode = FlushDenormals::on();
        let frames = left.len().min(right.len());
        let mut clean = [[0.0; CHUNK_FRAMES]; 2];
        let mut done = 0;
        while done < frames {
            while self.frames == self.slot_end_frame {
                self.close_slot();
            }
            let slot_left = (self.slot_end_frame - self.frames).min(CHUNK_FRAMES as u64) as usize;
            let run = slot_left.min(frames - done);
            let [clean_left, clean_right] = &mut clean;
            let left = cleaned(&left[done..done + run], clean_left);
            let right = cleaned(&right[done..done + run], clean_right);
            self.process_run(left, right);
            done += run;
        }
        while self.frames == self.slot_end_frame {
            self.close_slot();
        }
    }

    /// Frames of one slot, all of them audio.
    fn process_run(&mut self, left: &[f32], right: &[f32]) {
        self.loudness.process(left, right);
        self.correlation.process(left, right);
        self.true_peak.process(left, right);
        for (open, samples) in self.open_step_peak.iter_mut().zip([left, right]) {
            *open = larger(*open, highest_magnitude(samples));
        }
        self.frames += left.len() as u64;
    }

    fn close_slot(&mut self) {
        self.loudness.close_slot();
        self.correlation.close_slot();
        self.slots_closed += 1;
        self.slot_end_frame = slot_start_frame(self.slots_closed + 1, self.stream.sample_rate_hz);
        if self.slots_closed.is_multiple_of(STEP_SLOTS) {
            self.true_peak.close_step();
            for channel in 0..2 {
                self.peak[channel] = larger(self.peak[channel], self.open_step_peak[channel]);
            }
            self.last_step_peak = core::mem::take(&mut self.open_step_peak);
        }
    }

    /// The programme is over and silence follows: true peaks of its last frames, and of the edge where
    /// it stops, are read now. For files; a stream that goes on needs it not. Call
    /// [`reset`](Self::reset) before the next programme.
    pub fn finish(&mut self) {
        let _mode = FlushDenormals::on();
        self.true_peak.finish();
    }

    /// What has been heard so far. Costs as much as some hundred frames: meant for every frame of a
    /// display, not for every block of a host.
    pub fn reading(&self) -> MeterReading {
        let sample_peaks: [f32; 2] =
            core::array::from_fn(|channel| larger(self.peak[channel], self.open_step_peak[channel]));
        let levels: [f32; 2] = core::array::from_fn(|channel| {
            larger(self.last_step_peak[channel], self.open_step_peak[channel])
        });
        let sample_peak = larger(sample_peaks[0], sample_peaks[1]);
        // Samples are points of the 16× grid; these here have come in before their neighbourhood has.
        let true_peak_dbtp = peak_db(larger(self.true_peak.peak(), sample_peak));
        let short_term_true_peak_dbtp = peak_db(larger(
            self.true_peak.short_term_peak(),
            larger(levels[0], levels[1]),
        ));
        let integrated_lufs = self.loudness.integrated_lufs();
        let short_term_lufs = self.loudness.short_term_lufs();
        let difference = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        MeterReading {
            momentary_lufs: self.loudness.momentary_lufs(),
            short_term_lufs,
            integrated_lufs,
            loudness_range_lu: self.loudness.range_lu(),
            max_momentary_lufs: self.loudness.max_momentary_lufs(),
            max_short_term_lufs: self.loudness.max_short_term_lufs(),
            true_peak_dbtp,
            true_peak_bs1770_dbtp: peak_db(self.true_peak.bs1770_peak()),
            short_term_true_peak_dbtp,
            sample_peak_dbfs: peak_db(sample_peak),
            plr_db: difference(true_peak_dbtp, integrated_lufs),
            psr_db: difference(short_term_true_peak_dbtp, short_term_lufs),
            correlation: self.correlation.since_reset(),
            momentary_correlation: self.correlation.momentary(),
            level_dbfs: levels.map(peak_db),
            duration_s: self.frames as f64 / self.stream.sample_rate_hz,
        }
    }
}

fn peak_db(peak: f32) -> Option<f64> {
    (peak > 0.0).then(|| gain_to_db(f64::from(peak)))
}

/// Copies audio into `clean` and gives back what it filled: see [`Meter::process`].
fn cleaned<'a>(samples: &[f32], clean: &'a mut [f32; CHUNK_FRAMES]) -> &'a [f32] {
    let clean = &mut clean[..samples.len()];
    for (to, &from) in clean.iter_mut().zip(samples) {
        // False for NaN as well.
        let is_number = from.abs() <= f32::MAX;
        let held = from.clamp(-MAGNITUDE_MAX, MAGNITUDE_MAX);
        *to = if is_number { held } else { 0.0 };
    }
    clean
}
