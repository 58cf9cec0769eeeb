//! Where in the mix a stem lies: how much later or earlier, and whether that drifts.
//!
//! A stem is looked for in what the other stems leave of the mix, in its loudest windows (dsp-notes §7). An offset
//! that cannot be proven is not guessed.

use super::products::{Products, WINDOW_S};
use crate::analysis::alignment::{correlations, peak_of};

/// Furthest offset looked for, either way.
pub const OFFSET_MAX_S: f64 = 2.0;
/// Length of the windows that are looked for, and of shorter ones where those find nothing: a drift smears them.
pub const LENGTHS_S: [f64; 2] = [5.0, 1.0];
/// At most so many of them, of stems that are out of place for sure, and of others.
pub const WINDOWS_MAX: [usize; 2] = [12, 3];
/// A window counts from this share of the loudest's energy on.
const LOUD_SHARE: f64 = 0.003;
/// Below bass is turned by filters, above it is lost by codecs.
const BAND_HZ: (f64, f64) = (150.0, 8000.0);
/// Where one window is all there is, its peak stands out from this ratio to the second on. Of several each may find
/// another turn of a loop; that most of them find the same is what counts.
const PEAK_RATIO: f64 = 1.5;
/// Below this a peak is chance.
const CORRELATION_MIN: f64 = 0.04;
/// Share of the windows that must agree, and how far off they may be, in frames.
const AGREE_SHARE: f64 = 0.7;
const AGREE_FRAMES: f64 = 1.5;
/// What drifts less, in frames per minute, does not.
const DRIFT_MIN: f64 = 1.0;
/// A line takes so many windows.
const LINE_WINDOWS: usize = 3;

/// One window's finding.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sighting {
    at_s: f64,
    late_frames: f64,
    stands_out: bool,
}

/// What was seen of a stem, window by window.
#[derive(Debug, Clone, Default)]
pub struct Search {
    sightings: Vec<Sighting>,
    windows: usize,
    /// Correlations of all windows together, by how much later the stem lies in the mix.
    together: Vec<f64>,
    rate_hz: f64,
}

/// Where a stem lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// So many frames later in the mix than the stem says, below 0 earlier.
    Offset {
        /// In frames; whole where the stem was moved by frames.
        frames: f64,
        /// The windows agree on it by themselves; else the null must show it.
        is_certain: bool,
    },
    /// It drifts.
    Drift {
        /// In frames per minute.
        frames_per_minute: f64,
    },
}

/// Starts of the loudest windows of a signal, in frames.
pub fn windows(
    products: &Products,
    signal: usize,
    length_s: f64,
    most: usize,
    rate_hz: f64,
) -> Vec<u64> {
    let span = libm::round(length_s / WINDOW_S) as usize;
    let energies: Vec<f64> = (0..products.windows())
        .map(|at| products.window(at).energy(signal))
        .collect();
    let last = energies.len().saturating_sub(span);
    let mut found: Vec<(usize, f64)> = (0..=last)
        .map(|at| {
            (
                at,
                energies[at..(at + span).min(energies.len())].iter().sum(),
            )
        })
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let loudest = found.first().map_or(0.0, |window| window.1);
    let mut chosen: Vec<usize> = Vec::new();
    for (at, energy) in found {
        if chosen.len() == most || energy <= LOUD_SHARE * loudest {
            break;
        }
        if chosen.iter().all(|other| other.abs_diff(at) >= span) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    let frames = |at: usize| libm::round(at as f64 * WINDOW_S * rate_hz) as u64;
    chosen.into_iter().map(frames).collect()
}

impl Search {
    /// Nothing seen yet.
    pub fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            ..Self::default()
        }
    }

    /// Looks for a window of the stem, which begins at `at_s`, in what is left of the mix from
    /// [`OFFSET_MAX_S`] before it to as much behind it.
    pub fn look(&mut self, at_s: f64, stem: Vec<f64>, left: Vec<f64>) {
        self.windows += 1;
        let Some(values) = correlations(stem, left, self.rate_hz, BAND_HZ) else {
            return;
        };
        let peak = peak_of(&values, self.rate_hz);
        if self.together.len() < values.len() {
            self.together.resize(values.len(), 0.0);
        }
        for (sum, value) in self.together.iter_mut().zip(&values) {
            *sum += value;
        }
        if peak.correlation.abs() >= CORRELATION_MIN {
            self.sightings.push(Sighting {
                at_s,
                late_frames: peak.lag as f64 + peak.fraction - self.middle(),
                stands_out: peak.correlation.abs() >= PEAK_RATIO * peak.second,
            });
        }
    }

    fn middle(&self) -> f64 {
        libm::floor(OFFSET_MAX_S * self.rate_hz)
    }

    /// Where the windows say that the stem lies.
    pub fn place(&self) -> Option<Place> {
        if let Some(drift) = self.drift() {
            return Some(drift);
        }
        if let Some(frames) = self.agreed() {
            return Some(Place::Offset {
                frames,
                is_certain: true,
            });
        }
        // Loops repeat, and each window may find another turn; all together less so.
        if self.together.is_empty() {
            return None;
        }
        let peak = peak_of(&self.together, self.rate_hz);
        let height = self.together[peak.lag].abs() / self.windows as f64;
        (height >= CORRELATION_MIN).then(|| Place::Offset {
            frames: peak.lag as f64 + peak.fraction - self.middle(),
            is_certain: false,
        })
    }

    /// The offset that most windows have.
    fn agreed(&self) -> Option<f64> {
        let mut late: Vec<f64> = self.sightings.iter().map(|s| s.late_frames).collect();
        late.sort_by(f64::total_cmp);
        let middle = *late.get(late.len() / 2)?;
        let near: Vec<f64> = late
            .into_iter()
            .filter(|late| (late - middle).abs() <= AGREE_FRAMES)
            .collect();
        let agree = near.len() as f64 >= AGREE_SHARE * self.windows as f64;
        let proven = near.len() > 1 || self.sightings.iter().any(|seen| seen.stands_out);
        (agree && proven).then(|| near.iter().sum::<f64>() / near.len() as f64)
    }

    /// The drift that most windows show (Theil and Sen: the median of the slopes of all pairs).
    fn drift(&self) -> Option<Place> {
        let seen = &self.sightings;
        if seen.len() < LINE_WINDOWS || (seen.len() as f64) < AGREE_SHARE * self.windows as f64 {
            return None;
        }
        let mut slopes: Vec<f64> = Vec::new();
        for (n, a) in seen.iter().enumerate() {
            for b in &seen[n + 1..] {
                slopes.push((b.late_frames - a.late_frames) / (b.at_s - a.at_s));
            }
        }
        let slope = median(slopes)?;
        let start = median(
            seen.iter()
                .map(|s| s.late_frames - slope * s.at_s)
                .collect(),
        )?;
        let near = seen
            .iter()
            .filter(|s| (s.late_frames - start - slope * s.at_s).abs() <= 2.0 * AGREE_FRAMES)
            .count();
        let ends = seen.last()?.at_s - seen.first()?.at_s;
        let drifts = (slope * 60.0).abs() > DRIFT_MIN && (slope * ends).abs() > 2.0 * AGREE_FRAMES;
        let agree = near as f64 >= AGREE_SHARE * self.windows as f64;
        (drifts && agree).then_some(Place::Drift {
            frames_per_minute: slope * 60.0,
        })
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(late: &[f64]) -> Search {
        Search {
            sightings: late
                .iter()
                .enumerate()
                .map(|(n, &late_frames)| Sighting {
                    at_s: 5.0 * n as f64,
                    late_frames,
                    stands_out: true,
                })
                .collect(),
            windows: late.len(),
            together: Vec::new(),
            rate_hz: 44_100.0,
        }
    }

    #[test]
    fn most_windows_decide() {
        let place = seen(&[441.0, 441.1, 440.9, 441.0, 9000.0]).place();
        let Some(Place::Offset { frames, is_certain }) = place else {
            panic!("{place:?}");
        };
        assert!((frames - 441.0).abs() < 0.1 && is_certain);
        assert_eq!(seen(&[441.0, -3.0, 9000.0, 12.0]).place(), None);
    }

    #[test]
    fn a_drift_is_no_offset() {
        let place = seen(&[0.0, 22.0, 44.0, 66.0, 88.0]).place();
        let Some(Place::Drift { frames_per_minute }) = place else {
            panic!("{place:?}");
        };
        assert!((frames_per_minute - 264.0).abs() < 0.1);
    }
}
