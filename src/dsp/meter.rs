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
        let sample_peaks: [f32; 2] = core::array::from_fn(|channel| {
            larger(self.peak[channel], self.open_step_peak[channel])
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::units::db_to_gain;
    use core::f64::consts::PI;

    fn noise(frames: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..frames)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    fn sine(frequency_hz: f64, peak_dbfs: f64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
        let peak = db_to_gain(peak_dbfs);
        (0..frames)
            .map(|n| {
                let turns = (frequency_hz * n as f64 / sample_rate_hz).fract();
                (peak * libm::sin(2.0 * PI * turns)) as f32
            })
            .collect()
    }

    fn metered(sample_rate_hz: f64, left: &[f32], right: &[f32]) -> Meter {
        let mut meter = Meter::new(Stream::new(sample_rate_hz));
        meter.process(left, right);
        meter.finish();
        meter
    }

    #[test]
    fn a_full_scale_tone_on_one_side_reads_minus_3_01_lufs_at_every_rate() {
        for sample_rate_hz in [
            8_000.0, 22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 384_000.0,
        ] {
            let frames = (2.0 * sample_rate_hz) as usize;
            let tone = sine(997.0, 0.0, sample_rate_hz, frames);
            let meter = metered(sample_rate_hz, &tone, &vec![0.0; frames]);
            let lufs = meter.reading().momentary_lufs.unwrap();
            // BS.1770-5 Annex 1 says −3.01; the table's own filter gives −3.0103 − 0.691 + 0.6912.
            assert!((lufs + 3.010).abs() < 0.001, "{sample_rate_hz} Hz: {lufs}");
        }
    }

    #[test]
    fn cutting_the_blocks_changes_no_reading() {
        for sample_rate_hz in [44_100.0, 12_345.6] {
            let frames = 4 * sample_rate_hz as usize + 37;
            let (left, right) = (noise(frames, 1), noise(frames, 2));
            let whole = metered(sample_rate_hz, &left, &right).reading();
            for length in [1, 7, 64, 511, 10_000] {
                let mut meter = Meter::new(Stream::new(sample_rate_hz));
                for (left, right) in left.chunks(length).zip(right.chunks(length)) {
                    meter.process(left, right);
                }
                meter.finish();
                assert_eq!(meter.reading(), whole, "blocks of {length}");
            }
        }
    }

    #[test]
    fn reset_is_as_good_as_new() {
        let (left, right) = (noise(200_000, 3), noise(200_000, 4));
        let mut meter = metered(48_000.0, &left, &right);
        meter.reset();
        assert_eq!(meter.reading(), MeterReading::default());
        meter.process(&right[..190_001], &left[..190_001]);
        let mut new = Meter::new(Stream::new(48_000.0));
        new.process(&right[..190_001], &left[..190_001]);
        assert_eq!(meter.reading(), new.reading());
    }

    #[test]
    fn silence_reads_as_nothing() {
        let frames = 48_000 * 4;
        let reading = metered(48_000.0, &vec![0.0; frames], &vec![0.0; frames]).reading();
        let nothing = MeterReading {
            duration_s: 4.0,
            ..MeterReading::default()
        };
        assert_eq!(reading, nothing);
    }

    #[test]
    fn after_a_sound_the_present_falls_silent_and_the_past_stays() {
        let mut meter = Meter::new(Stream::new(48_000.0));
        let tone = sine(1_000.0, -20.0, 48_000.0, 4 * 48_000);
        meter.process(&tone, &tone);
        meter.process(&[0.0; 4 * 48_000], &[0.0; 4 * 48_000]);
        let reading = meter.reading();
        assert_eq!(reading.momentary_lufs, None);
        assert_eq!(reading.short_term_lufs, None);
        assert_eq!(reading.short_term_true_peak_dbtp, None);
        assert_eq!(reading.psr_db, None);
        assert_eq!(reading.momentary_correlation, None);
        assert_eq!(reading.level_dbfs, [None; 2]);
        assert!((reading.max_short_term_lufs.unwrap() + 20.0).abs() < 0.01);
        // The blocks with the end of the tone pull the mean down a little.
        assert!((0.0..0.4).contains(&reading.plr_db.unwrap()));
    }

    #[test]
    fn what_is_no_number_passes_like_silence() {
        let frames = 48_000 * 4;
        let mut broken = sine(1_000.0, -20.0, 48_000.0, frames);
        let mut mended = broken.clone();
        for (at, bad) in [
            (50, f32::NAN),
            (9_000, f32::INFINITY),
            (70_000, f32::NEG_INFINITY),
        ] {
            broken[at] = bad;
            mended[at] = 0.0;
        }
        let reading = metered(48_000.0, &broken, &broken).reading();
        assert_eq!(reading, metered(48_000.0, &mended, &mended).reading());
        let deafening = metered(48_000.0, &vec![f32::MAX; frames], &vec![f32::MIN; frames]);
        assert_eq!(deafening.reading().sample_peak_dbfs, Some(120.0));
        assert!(deafening.reading().true_peak_dbtp.unwrap().is_finite());
    }

    #[test]
    fn every_rate_is_survived() {
        for sample_rate_hz in [100.0, 123.4, 999.0, 3_363.0, 8_000.0, 768_000.0, 2e6] {
            let frames = (sample_rate_hz * 3.5) as usize;
            let (left, right) = (noise(frames, 5), noise(frames, 6));
            let reading = metered(sample_rate_hz, &left, &right).reading();
            for value in [
                reading.momentary_lufs,
                reading.short_term_lufs,
                reading.integrated_lufs,
                reading.loudness_range_lu,
                reading.true_peak_dbtp,
                reading.true_peak_bs1770_dbtp,
                reading.psr_db,
                reading.correlation,
            ] {
                assert!(
                    value.is_some_and(f64::is_finite),
                    "{sample_rate_hz} Hz: {reading:?}"
                );
            }
        }
    }

    #[test]
    fn correlation_tells_same_from_opposite_from_unrelated() {
        let (a, b) = (noise(96_000, 7), noise(96_000, 8));
        let minus_a: Vec<f32> = a.iter().map(|x| -x).collect();
        for (right, expected, within) in
            [(&a, 1.0, 1e-12), (&minus_a, -1.0, 1e-12), (&b, 0.0, 0.02)]
        {
            let reading = metered(48_000.0, &a, right).reading();
            assert!((reading.correlation.unwrap() - expected).abs() <= within);
            assert!((reading.momentary_correlation.unwrap() - expected).abs() <= within);
        }
        let reading = metered(48_000.0, &a, &vec![0.0; a.len()]).reading();
        assert_eq!(reading.correlation, None);
    }

    #[test]
    fn the_short_term_peak_forgets_after_3_s() {
        let mut meter = Meter::new(Stream::new(48_000.0));
        let quiet = sine(100.0, -40.0, 48_000.0, 48_000 / 2);
        meter.process(&[0.5; 48], &[0.5; 48]);
        let mut heard_s = 0.0;
        while heard_s < 4.0 {
            meter.process(&quiet, &quiet);
            heard_s += 0.5;
            let peak_dbtp = meter.reading().short_term_true_peak_dbtp.unwrap();
            let held = peak_dbtp > -10.0;
            assert_eq!(held, heard_s < 3.1, "{peak_dbtp} dBTP after {heard_s} s");
        }
        assert!(meter.reading().true_peak_dbtp.unwrap() > -6.1);
    }
}
