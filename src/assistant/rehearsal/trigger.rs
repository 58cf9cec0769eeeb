//! Who triggers the limiter: what the peaks are made of at the moments of most reduction.

use super::Passage;
use super::stage::{Played, Shaped};
use crate::analysis::report::Span;
use crate::assistant::finding::{Element, Finding};
use crate::assistant::findings::limiter;
use crate::dsp::block::Stream;

/// Less limiting at the 95th percentile than this is nobody's fault, in dB.
const REDUCTION_MIN_DB: f64 = 2.0;
/// A band triggers the limiter when it makes up so much of the peaks.
const SHARE_MIN: f64 = 0.5;
/// And it is one element's fault from here on.
const SHARE_ELEMENT: f64 = 0.65;
/// Where the bands part, in Hz.
const SPLITS_HZ: [f64; 3] = [120.0, 500.0, 4000.0];
const BANDS_HZ: [[f64; 2]; 4] = [
    [20.0, 120.0],
    [120.0, 500.0],
    [500.0, 4000.0],
    [4000.0, 20_000.0],
];
/// Frames of 10 ms before a moment that it is compared with, and by how much a hit stands out of them, in dB.
const BEFORE_FRAMES: usize = 12;
const HIT_DB: f64 = 4.0;
/// Moments named at most.
const PLACES_MAX: usize = 5;
/// Moments nearer to each other than this are one, in seconds.
const PLACES_APART_S: f64 = 0.3;

/// The finding; `None` where little is limited or no band stands out.
pub(super) fn limiter_trigger(
    stream: Stream,
    passages: &[Passage],
    shaped: &Shaped,
    played: &Played,
) -> Option<Finding> {
    let p95_db = played.p95_gain_reduction_db;
    if p95_db < REDUCTION_MIN_DB {
        return None;
    }
    let frame = libm::round(stream.sample_rate_hz / 100.0) as usize;
    let mut shares = [0.0; 4];
    let (mut moments, mut hits) = (0.0_f64, 0.0_f64);
    let mut places: Vec<(f32, Span)> = Vec::new();
    let all = passages
        .iter()
        .zip(shaped.passages())
        .zip(&played.reductions_db);
    for ((passage, stereo), reductions_db) in all {
        let bands = Bands::of(stereo, stream.sample_rate_hz);
        let levels_db: Vec<f64> = (0..reductions_db.len())
            .map(|n| {
                bands.peak(n * frame, frame).map_or(-120.0, |(.., peak)| {
                    crate::dsp::units::gain_to_db(peak.max(1e-9))
                })
            })
            .collect();
        for (n, &reduction_db) in reductions_db.iter().enumerate() {
            if f64::from(reduction_db) < p95_db {
                continue;
            }
            // The limiter is ahead of the sound by up to a frame.
            let Some((at, channel, _)) = bands.peak(n.saturating_sub(1) * frame, 2 * frame) else {
                continue;
            };
            let made_of = bands.shares(at, channel);
            for (sum, share) in shares.iter_mut().zip(made_of) {
                *sum += share;
            }
            moments += 1.0;
            let before = &levels_db[n.saturating_sub(BEFORE_FRAMES)..n.max(1)];
            let usual_db = before.iter().sum::<f64>() / before.len() as f64;
            if levels_db[n] - usual_db > HIT_DB {
                hits += 1.0;
            }
            let start_s = passage.start_s + at as f64 / stream.sample_rate_hz;
            places.push((
                reduction_db,
                Span {
                    start_s,
                    end_s: start_s + 0.1,
                },
            ));
        }
    }
    if moments == 0.0 {
        return None;
    }
    let (band, share) = shares
        .iter()
        .map(|share| share / moments)
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    if share < SHARE_MIN {
        return None;
    }
    let element = match (band, hits / moments >= 0.5) {
        (0, true) => Some(Element::Kick),
        (0, false) => Some(Element::Bass),
        (2, false) => Some(Element::Lead),
        (3, true) => Some(Element::Cymbals),
        _ => None,
    };
    // A band is one element's only where it makes up most of the peaks.
    let element = element.filter(|_| share >= SHARE_ELEMENT);
    limiter::trigger(BANDS_HZ[band], share, p95_db, element, &strongest(places))
}

/// The deepest moments, apart from each other, in order.
fn strongest(mut places: Vec<(f32, Span)>) -> Vec<Span> {
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut chosen: Vec<Span> = Vec::new();
    for (_, place) in places {
        if chosen.len() < PLACES_MAX
            && chosen
                .iter()
                .all(|other| (other.start_s - place.start_s).abs() > PLACES_APART_S)
        {
            chosen.push(place);
        }
    }
    chosen.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    chosen
}

/// Left and right, each in four bands that add up to it: low-passes run forwards and backwards, which keep
/// every wave in its place, and what each leaves.
struct Bands {
    bands: [[Vec<f32>; 4]; 2],
    frames: usize,
}

impl Bands {
    fn of(stereo: [&[f32]; 2], rate_hz: f64) -> Self {
        let bands = stereo.map(|channel| {
            let mut rest = channel.to_vec();
            let [low, low_mid, mid] = SPLITS_HZ.map(|hz| {
                let low = low_passed(&rest, hz, rate_hz);
                for (rest, low) in rest.iter_mut().zip(&low) {
                    *rest -= low;
                }
                low
            });
            [low, low_mid, mid, rest]
        });
        let frames = stereo[0].len().min(stereo[1].len());
        Self { bands, frames }
    }

    fn sample(&self, channel: usize, at: usize) -> f32 {
        self.bands[channel].iter().map(|band| band[at]).sum()
    }

    /// Where the highest sample of a range is, in which channel, and how high.
    fn peak(&self, start: usize, frames: usize) -> Option<(usize, usize, f64)> {
        let end = (start + frames).min(self.frames);
        let all = (start..end).flat_map(|at| [(at, 0), (at, 1)]);
        let high = all.map(|(at, channel)| (at, channel, self.sample(channel, at).abs()));
        let (at, channel, peak) = high.max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some((at, channel, f64::from(peak)))
    }

    /// What a peak is made of: the bands' values there that point its way, as shares of their sum.
    fn shares(&self, at: usize, channel: usize) -> [f64; 4] {
        let sign = self.sample(channel, at).signum();
        let values = [0, 1, 2, 3]
            .map(|band: usize| f64::from((self.bands[channel][band][at] * sign).max(0.0)));
        let sum: f64 = values.iter().sum::<f64>().max(1e-9);
        values.map(|value| value / sum)
    }
}

/// A second-order Butterworth low-pass, once forwards and once backwards.
fn low_passed(samples: &[f32], hz: f64, rate_hz: f64) -> Vec<f32> {
    let g = libm::tan(core::f64::consts::PI * (hz / rate_hz).min(0.45));
    let hidden = 1.0 / (1.0 + g * (g + core::f64::consts::SQRT_2));
    let mut passed = samples.to_vec();
    for _ in 0..2 {
        let (mut s1, mut s2) = (0.0_f64, 0.0_f64);
        for x in &mut passed {
            // The state-variable form of Zavalishin, *The Art of VA Filter Design*.
            let v3 = f64::from(*x) - s2;
            let v1 = hidden * (s1 + g * v3);
            let v2 = s2 + g * v1;
            s1 = 2.0 * v1 - s1;
            s2 = 2.0 * v2 - s2;
            *x = v2 as f32;
        }
        passed.reverse();
    }
    passed
}
