//! Damage that no mastering repairs: clipping, over-limiting, DC, lossy history, noise.

use super::report::Span;
use super::slice::Slices;
use crate::dsp::block::Stream;
use serde::Serialize;

/// Damage, as measured; what of it matters is judged in `assistant::findings`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FaultsReport {
    /// Flat tops, also when turned down afterwards.
    pub clipping: ClippingReport,
    /// Peaks pressed against one level.
    pub limiting: LimitingReport,
    /// Mean of left and right, in dBFS re the song's peak; −120 for none.
    pub dc_db: [f64; 2],
    /// Power below 10 Hz over that of all, in dB.
    pub infrasonic_db: f64,
    /// Where the spectrum ends like that of a lossy codec, in Hz.
    pub lossy_cutoff_hz: Option<f64>,
    /// How sure that is, 0 to 1.
    pub lossy_confidence: f64,
    /// Level of the quietest moments in dB re the loudest 3 s; `None` when nothing was quiet.
    pub noise_floor_db: Option<f64>,
    /// 50 or 60 Hz comb, in Hz.
    pub hum_hz: Option<f64>,
    /// Runs of silence longer than 1 ms inside music.
    pub gaps: Vec<Span>,
}

/// Flat tops.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ClippingReport {
    /// Share of samples that are clipped, in %.
    pub share_pct: f64,
    /// Flat runs per second.
    pub runs_per_s: f64,
    /// Level of the flat tops re the song's peak, in dB.
    pub level_db: f64,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Where.
    pub places: Vec<Span>,
}

/// Peaks pressed against one level.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct LimitingReport {
    /// Share of the peaks of 10 ms within 0.3 dB of the highest (of their neighbourhood), in the loud third, in %.
    pub pressed_pct: f64,
    /// How sure it is that a limiter took more than is good, 0 to 1.
    pub confidence: f64,
    /// Where.
    pub places: Vec<Span>,
}

/// What the faults' meter leaves in a slice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultsPart {}

/// Listens for damage.
#[derive(Debug)]
pub struct FaultsMeter {}

impl FaultsMeter {
    /// A meter for one stream.
    pub fn new(_stream: Stream) -> Self {
        Self {}
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {}

    /// Hears frames of the present slice.
    pub fn process(&mut self, _left: &[f32], _right: &[f32]) {}

    /// Ends the slice.
    pub fn take(&mut self) -> FaultsPart {
        FaultsPart::default()
    }
}

impl FaultsReport {
    /// The report of what was heard.
    pub fn of(_slices: &Slices<'_>) -> Self {
        Self::default()
    }
}
