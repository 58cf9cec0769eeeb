//! Harmonic and percussive parts of a spectrum, told apart by medians over time and over frequency.

/// Values of each median.
const TAPS: usize = 9;
/// Distance of the values over frequency, in bins.
const STRIDE: usize = 2;
const REACH: usize = TAPS / 2 * STRIDE;
const LANES: usize = 8;

/// The last frames' powers.
#[derive(Debug)]
pub(super) struct Hits {
    /// The newest last; each padded so that medians need not look at the ends.
    frames: Vec<Vec<f32>>,
    heard: usize,
    bins: usize,
    over_time: Vec<f32>,
    over_frequency: Vec<f32>,
}

impl Hits {
    pub(super) fn new(bins: usize) -> Self {
        let padded = bins + 2 * REACH + LANES;
        Self {
            frames: vec![vec![0.0; padded]; TAPS],
            heard: 0,
            bins,
            over_time: vec![0.0; padded],
            over_frequency: vec![0.0; padded],
        }
    }

    pub(super) fn reset(&mut self) {
        self.heard = 0;
    }

    /// Hears a frame; gives power, and power of hits, of the frame four frames ago.
    pub(super) fn hear(&mut self, powers: &[f32]) -> [f32; 2] {
        self.frames.rotate_left(1);
        let newest = &mut self.frames[TAPS - 1];
        newest[REACH..REACH + self.bins].copy_from_slice(powers);
        self.heard += 1;
        if self.heard < TAPS {
            return [0.0; 2];
        }
        let end = self.bins.div_ceil(LANES) * LANES;
        let center = &self.frames[TAPS / 2];
        let mut start = 0;
        while start < end {
            let time = core::array::from_fn(|tap| lanes(&self.frames[tap][REACH + start..]));
            let frequency = core::array::from_fn(|tap| lanes(&center[tap * STRIDE + start..]));
            self.over_time[start..start + LANES].copy_from_slice(&median(time));
            self.over_frequency[start..start + LANES].copy_from_slice(&median(frequency));
            start += LANES;
        }
        let (mut total, mut hits) = (0.0, 0.0);
        for ((power, steady), broad) in center[REACH..REACH + self.bins]
            .iter()
            .zip(&self.over_time)
            .zip(&self.over_frequency)
        {
            // The soft mask of power 2 on amplitudes, squared for energy.
            let mask = broad / (broad + steady + 1e-30);
            total += power;
            hits += power * mask * mask;
        }
        [total, hits]
    }
}

fn lanes(values: &[f32]) -> [f32; LANES] {
    core::array::from_fn(|lane| values[lane])
}

/// Puts the smaller values of two in the first.
#[inline(always)]
fn sort(v: &mut [[f32; LANES]; TAPS], a: usize, b: usize) {
    let (x, y) = (v[a], v[b]);
    v[a] = core::array::from_fn(|n| if x[n] < y[n] { x[n] } else { y[n] });
    v[b] = core::array::from_fn(|n| if x[n] < y[n] { y[n] } else { x[n] });
}

/// Medians of nine, by the network of 19 exchanges (Smith, "Implementing median filters in XC4000E FPGAs",
/// Xcell 23, 1996).
#[inline(always)]
fn median(mut v: [[f32; LANES]; TAPS]) -> [f32; LANES] {
    const PAIRS: [(usize, usize); 19] = [
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 1),
        (3, 4),
        (6, 7),
        (1, 2),
        (4, 5),
        (7, 8),
        (0, 3),
        (5, 8),
        (4, 7),
        (3, 6),
        (1, 4),
        (2, 5),
        (4, 7),
        (4, 2),
        (6, 4),
        (4, 2),
    ];
    for (a, b) in PAIRS {
        sort(&mut v, a, b);
    }
    v[4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_finds_the_median() {
        let mut state = 3_u32;
        for _ in 0..500 {
            let v: [[f32; LANES]; TAPS] = core::array::from_fn(|_| {
                core::array::from_fn(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 28) as f32
                })
            });
            let found = median(v);
            for lane in 0..LANES {
                let mut column: Vec<f32> = v.iter().map(|row| row[lane]).collect();
                column.sort_by(f32::total_cmp);
                assert_eq!(found[lane], column[4]);
            }
        }
    }

    #[test]
    fn a_click_is_a_hit_and_a_tone_is_none() {
        let bins = 200;
        let mut hits = Hits::new(bins);
        let (mut tone_total, mut tone_hits) = (0.0, 0.0);
        let mut tone = vec![1e-6; bins];
        tone[60] = 1.0;
        for _ in 0..30 {
            let [total, hit] = hits.hear(&tone);
            tone_total += total;
            tone_hits += hit;
        }
        assert!(tone_total > 20.0 && tone_hits < 1e-3 * tone_total);
        hits.reset();
        let (mut click_total, mut click_hits) = (0.0, 0.0);
        for frame in 0..40 {
            let powers = vec![if frame % 10 == 9 { 1.0 } else { 1e-6 }; bins];
            let [total, hit] = hits.hear(&powers);
            click_total += total;
            click_hits += hit;
        }
        assert!(click_total > 1.0 && click_hits > 0.9 * click_total);
    }
}
