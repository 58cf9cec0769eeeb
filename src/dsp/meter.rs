//! The meter: loudness, true peak, sample peak and correlation of a stereo programme, in bounded memory.

use super::block::Stream;

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
    /// Sample peak of the left and right channel over the last 100 ms step, in dBFS.
    pub level_dbfs: [Option<f64>; 2],
    /// Seconds counted since reset.
    pub duration_s: f64,
}

/// Measures a stereo programme block by block.
#[derive(Debug)]
pub struct Meter {
    stream: Stream,
    frames: u64,
}

impl Meter {
    /// A meter for one stream. Allocates all it will ever need.
    pub fn new(stream: Stream) -> Self {
        Self { stream, frames: 0 }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.frames = 0;
    }

    /// Listens to a block of any length; both slices are as long. A mono programme is passed twice.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        self.frames += left.len().min(right.len()) as u64;
    }

    /// What has been heard so far.
    pub fn reading(&self) -> MeterReading {
        MeterReading {
            duration_s: self.frames as f64 / self.stream.sample_rate_hz,
            ..MeterReading::default()
        }
    }
}
