//! Damage that no mastering repairs: clipping, over-limiting, DC, lossy history, noise.

pub mod clipping;
mod frame;
pub mod gaps;
pub mod limiting;
pub mod lossy;
pub mod noise;
pub mod offset;

use super::report::Span;
use super::slice::{SLICES_PER_SECOND, Slices};
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
    /// Where runs of digital silence of 1 ms to 2 s cut the music off; whole slices of 100 ms.
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

/// What the faults' meter leaves in a slice: about 170 bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultsPart {
    /// Samples per channel.
    pub frames: u32,
    /// Mean square of left and right together.
    pub power: f32,
    /// Peaks of the tenths of the slice, the louder channel's, linear.
    pub peaks: [f32; limiting::PEAKS],
    /// The tops.
    pub clipping: clipping::ClippingPart,
    /// Bands above 15 kHz, in steps below the energy of all.
    pub treble: [u8; lossy::BANDS],
    /// DC and below 10 Hz.
    pub offset: offset::OffsetPart,
    /// Flatness and mains harmonics.
    pub noise: noise::NoisePart,
    /// Runs of zeros.
    pub gap: gaps::GapPart,
}

/// Listens for damage. It keeps the present slice and looks at it when it is complete.
#[derive(Debug)]
pub struct FaultsMeter {
    stream: Stream,
    /// Longest slice that is looked at.
    frames_max: usize,
    left: Vec<f32>,
    right: Vec<f32>,
    frame: frame::Frame,
    offset: offset::Offset,
}

impl FaultsMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let frames = stream.sample_rate_hz / SLICES_PER_SECOND;
        Self {
            stream,
            frames_max: frames as usize + 1,
            left: Vec::with_capacity(frames as usize + 1),
            right: Vec::with_capacity(frames as usize + 1),
            frame: frame::Frame::new(frames as usize, stream.sample_rate_hz),
            offset: offset::Offset::new(stream.sample_rate_hz),
        }
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {
        self.left.clear();
        self.right.clear();
        self.offset.reset();
    }

    /// Hears frames of the present slice.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let frames = left.len().min(right.len());
        let frames = frames.min(self.frames_max.saturating_sub(self.left.len()));
        self.left.extend_from_slice(&left[..frames]);
        self.right.extend_from_slice(&right[..frames]);
    }

    /// Ends the slice.
    pub fn take(&mut self) -> FaultsPart {
        let (left, right) = (&self.left[..], &self.right[..]);
        let energy: f64 = left
            .iter()
            .chain(right)
            .map(|&x| f64::from(x) * f64::from(x))
            .sum();
        let mut part = FaultsPart {
            frames: left.len() as u32,
            power: (energy / (2 * left.len()).max(1) as f64) as f32,
            peaks: limiting::part(left, right),
            clipping: clipping::part(left, right),
            offset: self.offset.part(left, right),
            gap: gaps::part(left, right, self.stream.sample_rate_hz),
            ..FaultsPart::default()
        };
        if part.power > 0.0 && self.frame.look(left, right) {
            part.treble = lossy::part(&self.frame);
            part.noise = noise::part(&self.frame);
        } else {
            part.power = 0.0;
        }
        self.left.clear();
        self.right.clear();
        part
    }
}

impl FaultsReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let (dc_db, infrasonic_db) = offset::report(slices);
        let (lossy_cutoff_hz, lossy_confidence) = lossy::report(slices);
        let (noise_floor_db, hum_hz) = noise::report(slices);
        Self {
            clipping: clipping::report(slices),
            limiting: limiting::report(slices),
            dc_db,
            infrasonic_db,
            lossy_cutoff_hz,
            lossy_confidence,
            noise_floor_db,
            hum_hz,
            gaps: gaps::report(slices),
        }
    }
}

#[cfg(test)]
mod tests;
