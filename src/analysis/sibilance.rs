//! Sharp consonants: how much 5–9 kHz stands out of 1–4 kHz of mid, every 5 ms, and how much more 6–9 kHz
//! jumps out of what is beside it than it dips ([`jumps`]).

pub mod jumps;

use super::code::{self, code};
use super::dynamics::REFERENCE_DB;
use super::frame::{BinBand, FrameFft};
use super::hearing::Hearing;
use super::report::SibilanceReport;
use super::slice::{SLICES_PER_SECOND, Slices, spans};
use super::statistics::quantile;
use crate::dsp::block::Stream;

/// Frames per slice: one every 5 ms.
const FRAMES: usize = 20;
const FRAME_S: f64 = 0.010_66;
const SHARP_HZ: [f64; 2] = [5_000.0, 9_000.0];
const BODY_HZ: [f64; 2] = [1_000.0, 4_000.0];
/// A hat or a snare raises 3–14 kHz together, a consonant the middle of it.
const JUMPING_HZ: [f64; 2] = [6_000.0, 9_000.0];
const BESIDE_HZ: [[f64; 2]; 2] = [[3_000.0, 4_500.0], [11_500.0, 14_500.0]];
const CENTROID_HZ: [f64; 2] = [4_000.0, 11_000.0];
/// A burst is this far above the median.
const BURST_DB: f64 = 10.0;
/// And so many frames long.
const BURST_FRAMES: [usize; 2] = [4, 50];
/// Frames this far below the reference level say nothing.
const QUIET_DB: f64 = -45.0;
/// A de-esser begins this far above the median of the ratio.
const THRESHOLD_DB: f64 = 6.0;

/// What the meter leaves in a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SibilancePart {
    /// Power of mid in 5–9 kHz, codes of half dB.
    pub sharp: [u8; FRAMES],
    /// The same in 1–4 kHz.
    pub body: [u8; FRAMES],
    /// Density of 6–9 kHz over that of the bands beside it, in quarters of a dB; [`jumps::NOTHING`] where there
    /// is nothing to tell, as with a low rate.
    pub bump: [i8; FRAMES],
    /// Centre of 4–11 kHz in the frame with most of it, in Hz; 0 for nothing heard.
    pub center_hz: f32,
}

impl Default for SibilancePart {
    fn default() -> Self {
        Self {
            sharp: [0; FRAMES],
            body: [0; FRAMES],
            bump: [jumps::NOTHING; FRAMES],
            center_hz: 0.0,
        }
    }
}

/// Listens for consonants.
#[derive(Debug)]
pub struct SibilanceMeter {
    fft: FrameFft,
    first: usize,
    powers: Vec<f32>,
    sharp: BinBand,
    body: BinBand,
    jumping: BinBand,
    /// The bands beside it; `None` where the rate has not both.
    beside: Option<[BinBand; 2]>,
    around: [usize; 2],
}

impl SibilanceMeter {
    /// A meter for one stream.
    pub fn new(stream: Stream) -> Self {
        let fft = FrameFft::lasting(FRAME_S, stream.sample_rate_hz);
        let (bin_hz, bins) = (fft.bin_hz(), fft.bins());
        let place = |hz: f64| ((hz / bin_hz) as usize).min(bins - 1);
        let first = place(BODY_HZ[0]).saturating_sub(1);
        let last = (place(BESIDE_HZ[1][1]) + 1).min(bins - 1);
        let has_both = bin_hz * (bins as f64 - 1.0) >= BESIDE_HZ[1][1];
        let band = |[low, high]: [f64; 2]| BinBand::new(low, high, bin_hz, bins).starting_at(first);
        Self {
            powers: vec![0.0; last + 1 - first],
            sharp: band(SHARP_HZ),
            body: band(BODY_HZ),
            jumping: band(JUMPING_HZ),
            beside: has_both.then(|| BESIDE_HZ.map(band)),
            around: CENTROID_HZ.map(|hz| place(hz).max(first) - first),
            first,
            fft,
        }
    }

    /// Hears a slice.
    pub fn listen(&mut self, hearing: &Hearing<'_>) -> SibilancePart {
        let mut part = SibilancePart::default();
        let mut most = 0.0;
        for frame in 0..FRAMES {
            let length = self.fft.window();
            let Some(samples) = hearing.frame(hearing.mid, length, frame, FRAMES) else {
                continue;
            };
            self.fft.powers(samples, self.first, &mut self.powers);
            let sharp = self.sharp.sum(&self.powers);
            part.sharp[frame] = code(sharp);
            part.body[frame] = code(self.body.sum(&self.powers));
            part.bump[frame] = self.bump();
            if sharp > most {
                most = sharp;
                part.center_hz = self.center_hz();
            }
        }
        part
    }

    /// See [`SibilancePart::bump`].
    fn bump(&self) -> i8 {
        let Some(beside) = &self.beside else {
            return jumps::NOTHING;
        };
        let density = |band: &BinBand, [low, high]: [f64; 2]| {
            f64::from(band.sum(&self.powers)) / (high - low)
        };
        let inside = density(&self.jumping, JUMPING_HZ);
        let [low, high] = [0, 1].map(|n| density(&beside[n], BESIDE_HZ[n]));
        jumps::bump(inside, low, high)
    }

    fn center_hz(&self) -> f32 {
        let [low, high] = self.around;
        let (mut sum, mut weighted) = (0.0, 0.0);
        for (n, power) in self.powers[low..=high].iter().enumerate() {
            sum += power;
            weighted += power * (self.first + low + n) as f32;
        }
        if sum > 0.0 {
            weighted / sum * self.fft.bin_hz() as f32
        } else {
            0.0
        }
    }
}

/// A run of sharp frames.
struct Burst {
    slice: usize,
    /// Highest level in 5–9 kHz, and where it is centred.
    level_db: f64,
    center_hz: f64,
}

impl SibilanceReport {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Self {
        let least_db = slices.reference_lufs + QUIET_DB;
        // Ratio and level of every frame that says something.
        let frames: Vec<Option<(f64, f64)>> = slices
            .gated()
            .flat_map(|(_, slice)| {
                let part = slice.sibilance;
                core::array::from_fn::<_, FRAMES, _>(|n| {
                    let (sharp, body) = (code::db(part.sharp[n]), code::db(part.body[n]));
                    (part.body[n] > 0 && sharp.max(body) > least_db)
                        .then_some((sharp - body, sharp))
                })
            })
            .collect();
        let mut ratios: Vec<f64> = frames.iter().flatten().map(|(ratio, _)| *ratio).collect();
        let (Some(median_db), Some(p95_db)) =
            (quantile(&mut ratios, 0.50), quantile(&mut ratios, 0.95))
        else {
            return Self::default();
        };
        let bumps = slices.gated().flat_map(|(_, slice)| {
            let part = slice.sibilance;
            (0..FRAMES).filter_map(move |n| {
                let (sharp, body) = (code::db(part.sharp[n]), code::db(part.body[n]));
                (part.bump[n] != jumps::NOTHING && sharp.max(body) > least_db)
                    .then_some(part.bump[n])
            })
        });
        let jump_db = jumps::jump_db(&bumps.collect::<Vec<_>>());
        let found = bursts(slices, &frames, median_db);
        let mut levels: Vec<f64> = found.iter().map(|burst| burst.level_db).collect();
        let mut centers: Vec<f64> = found.iter().map(|burst| burst.center_hz).collect();
        let typical_db = quantile(&mut levels, 0.5).unwrap_or(slices.reference_lufs - 20.0);
        let seconds = slices.gated().count() as f64 / SLICES_PER_SECOND;
        let mut places: Vec<usize> = found
            .iter()
            .filter(|burst| burst.level_db >= typical_db)
            .map(|burst| burst.slice)
            .collect();
        places.dedup();
        Self {
            excess_db: p95_db - median_db,
            median_db,
            jump_db,
            bursts_per_s: found.len() as f64 / seconds.max(0.1),
            center_hz: quantile(&mut centers, 0.5).unwrap_or(6_700.0),
            // The equalizer reads a sine's peak, and mid as loud as left and right that carry it.
            threshold_db: typical_db + 3.01 - (BURST_DB - THRESHOLD_DB) - slices.reference_lufs
                + REFERENCE_DB,
            places: spans(&places, 1.0, 0.1, 8),
        }
    }
}

fn bursts(slices: &Slices<'_>, frames: &[Option<(f64, f64)>], median_db: f64) -> Vec<Burst> {
    let gated: Vec<_> = slices.gated().collect();
    let sharp = |n: usize| {
        frames
            .get(n)
            .and_then(|frame| *frame)
            .filter(|(ratio, _)| ratio - median_db > BURST_DB)
    };
    let mut found = Vec::new();
    let mut n = 0;
    while n < frames.len() {
        if sharp(n).is_none() {
            n += 1;
            continue;
        }
        let start = n;
        let mut level_db = f64::NEG_INFINITY;
        while let Some((_, level)) = sharp(n) {
            level_db = level_db.max(level);
            n += 1;
        }
        let [least, most] = BURST_FRAMES;
        if (least..=most).contains(&(n - start)) {
            let (slice, part) = gated[start / FRAMES];
            found.push(Burst {
                slice,
                level_db,
                center_hz: f64::from(part.sibilance.center_hz),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::slice::Slice;

    /// A steady body with a burst of `sharp_db` over it for 80 ms twice a second.
    fn speech(sharp_db: f64) -> Vec<Slice> {
        let level = |db: f64| code(libm::exp10(0.1 * db) as f32);
        (0..100)
            .map(|n| {
                let mut slice = Slice {
                    weighted_power: 0.01,
                    ..Slice::default()
                };
                slice.sibilance.body = [level(-25.0); FRAMES];
                slice.sibilance.sharp = [level(-40.0); FRAMES];
                slice.sibilance.center_hz = 7_000.0;
                if n % 5 == 2 {
                    slice.sibilance.sharp[2..18].fill(level(-40.0 + sharp_db));
                }
                slice
            })
            .collect()
    }

    #[test]
    fn bursts_are_counted_and_their_level_told() {
        let calm = speech(0.0);
        let slices = Slices::of(calm.iter().enumerate().collect()).expect("all of it counts");
        let report = SibilanceReport::of(&slices);
        assert_eq!((report.bursts_per_s, report.excess_db), (0.0, 0.0));
        let sharp = speech(18.0);
        let slices = Slices::of(sharp.iter().enumerate().collect()).expect("all of it counts");
        let report = SibilanceReport::of(&slices);
        assert!((report.bursts_per_s - 2.0).abs() < 0.01);
        assert!((report.excess_db - 18.0).abs() < 0.1 && (report.median_db + 15.0).abs() < 0.1);
        assert_eq!(report.center_hz, 7_000.0);
        assert_eq!(report.places.len(), 1);
    }
}
