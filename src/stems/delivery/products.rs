//! How several signals go together over time: the products of each with each, summed over tenths of a second.
//!
//! Everything that least squares asks of the signals at one offset (gains, residues, where and when) is in these
//! sums; the sound need not be read again.

/// Length of a window.
pub const WINDOW_S: f64 = 0.1;
/// A signal counts as made of the others where less than this share of its power remains, in the solver.
const DEPENDENT: f64 = 1e-9;

/// Sums of products, window by window.
#[derive(Debug, Clone)]
pub struct Products {
    count: usize,
    window_frames: usize,
    open: Vec<f64>,
    open_frames: usize,
    windows: Vec<Vec<f64>>,
    wide: Vec<[Vec<f64>; 2]>,
}

/// Sums of products over some time: a Gram matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Gram {
    count: usize,
    sums: Vec<f64>,
}

impl Products {
    /// Of `count` signals at a rate.
    pub fn new(count: usize, sample_rate_hz: u32) -> Self {
        Self {
            count,
            window_frames: ((WINDOW_S * f64::from(sample_rate_hz)) as usize).max(1),
            open: vec![0.0; count * (count + 1) / 2],
            open_frames: 0,
            windows: Vec::new(),
            wide: vec![[Vec::new(), Vec::new()]; count],
        }
    }

    /// Hears the next frames of each signal, left and right, all as long.
    pub fn process(&mut self, signals: &[[&[f32]; 2]]) {
        let frames = signals.first().map_or(0, |[left, _]| left.len());
        for (wide, signal) in self.wide.iter_mut().zip(signals) {
            for (wide, samples) in wide.iter_mut().zip(signal) {
                wide.clear();
                wide.extend(samples.iter().map(|&x| f64::from(x)));
            }
        }
        let mut at = 0;
        while at < frames {
            let now = (self.window_frames - self.open_frames).min(frames - at);
            let mut sums = self.open.iter_mut();
            for i in 0..self.count {
                for j in i..self.count {
                    if let Some(sum) = sums.next() {
                        let [a, b] = [&self.wide[i], &self.wide[j]];
                        *sum += dot(&a[0][at..at + now], &b[0][at..at + now])
                            + dot(&a[1][at..at + now], &b[1][at..at + now]);
                    }
                }
            }
            at += now;
            self.open_frames += now;
            if self.open_frames == self.window_frames {
                self.close();
            }
        }
    }

    /// The signals are over.
    pub fn finish(&mut self) {
        if self.open_frames > 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        let next = vec![0.0; self.open.len()];
        self.windows.push(std::mem::replace(&mut self.open, next));
        self.open_frames = 0;
    }

    /// Windows heard.
    pub fn windows(&self) -> usize {
        self.windows.len()
    }

    /// One window.
    pub fn window(&self, at: usize) -> Gram {
        self.over(at..at + 1)
    }

    /// Some windows together.
    pub fn over(&self, range: std::ops::Range<usize>) -> Gram {
        let mut sums = vec![0.0; self.open.len()];
        for window in
            &self.windows[range.start.min(self.windows.len())..range.end.min(self.windows.len())]
        {
            for (sum, value) in sums.iter_mut().zip(window) {
                *sum += value;
            }
        }
        Gram {
            count: self.count,
            sums,
        }
    }

    /// All of them.
    pub fn total(&self) -> Gram {
        self.over(0..self.windows.len())
    }
}

/// Eight sums at once, so that they are vectors.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_parts, b_parts) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a_parts
        .remainder()
        .iter()
        .zip(b_parts.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (a, b) in a_parts.zip(b_parts) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f64>() + rest
}

impl Gram {
    /// The sum of the products of two signals.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        let (i, j) = (i.min(j), i.max(j));
        self.sums[i * self.count - i * (i + 1) / 2 + j]
    }

    /// Energy of one.
    pub fn energy(&self, i: usize) -> f64 {
        self.at(i, i)
    }

    /// Correlation of two, −1 to 1; 0 of silence.
    pub fn correlation(&self, i: usize, j: usize) -> f64 {
        let scale = libm::sqrt(self.energy(i) * self.energy(j));
        if scale > 0.0 {
            self.at(i, j) / scale
        } else {
            0.0
        }
    }

    /// The gains at which `parts` come nearest to `whole`; 0 for a part that is silent or made of others.
    pub fn fit(&self, whole: usize, parts: &[usize]) -> Vec<f64> {
        let n = parts.len();
        let mut rows: Vec<Vec<f64>> = parts
            .iter()
            .map(|&i| {
                let mut row: Vec<f64> = parts.iter().map(|&j| self.at(i, j)).collect();
                row.push(self.at(i, whole));
                row
            })
            .collect();
        // Gauss and Jordan with the largest of what is left of its own power as pivot.
        let mut done = vec![false; n];
        for _ in 0..n {
            let left = |i: usize| rows[i][i] / self.energy(parts[i]).max(f64::MIN_POSITIVE);
            let Some(pivot) = (0..n)
                .filter(|&i| !done[i])
                .max_by(|&a, &b| left(a).total_cmp(&left(b)))
            else {
                break;
            };
            if left(pivot) < DEPENDENT {
                break;
            }
            done[pivot] = true;
            let scale = rows[pivot][pivot];
            rows[pivot].iter_mut().for_each(|x| *x /= scale);
            let row = rows[pivot].clone();
            for (i, other) in rows.iter_mut().enumerate() {
                if i != pivot {
                    let factor = other[pivot];
                    for (x, y) in other.iter_mut().zip(&row) {
                        *x -= factor * y;
                    }
                }
            }
        }
        (0..n)
            .map(|i| if done[i] { rows[i][n] } else { 0.0 })
            .collect()
    }

    /// Energy of what is left of `whole` without the `parts` at their gains.
    pub fn residue(&self, whole: usize, parts: &[usize], gains: &[f64]) -> f64 {
        let mut energy = self.energy(whole);
        for (n, (&i, gain)) in parts.iter().zip(gains).enumerate() {
            energy -= 2.0 * gain * self.at(i, whole);
            for (m, (&j, other)) in parts.iter().zip(gains).enumerate() {
                if m <= n {
                    let twice = if m == n { 1.0 } else { 2.0 };
                    energy += twice * gain * other * self.at(i, j);
                }
            }
        }
        energy.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, frames: usize) -> Vec<f32> {
        let mut state = seed;
        (0..frames)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                ((state >> 40) as f64 / f64::from(1_u32 << 23) - 1.0) as f32
            })
            .collect()
    }

    fn products(signals: &[Vec<f32>]) -> Products {
        let mut products = Products::new(signals.len(), 1000);
        let chunks: Vec<_> = signals.iter().map(|s| s.chunks(77)).collect();
        for n in 0..chunks[0].len() {
            let now: Vec<[&[f32]; 2]> = signals
                .iter()
                .map(|s| s.chunks(77).nth(n).map_or([&[][..]; 2], |c| [c, c]))
                .collect();
            products.process(&now);
        }
        products.finish();
        products
    }

    #[test]
    fn gains_are_found() {
        let (a, b) = (noise(1, 5000), noise(2, 5000));
        let mix: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a - 0.5 * b).collect();
        let products = products(&[a, b, mix]);
        assert_eq!(products.windows(), 50);
        let gram = products.total();
        let gains = gram.fit(2, &[0, 1]);
        assert!(
            (gains[0] - 1.0).abs() < 1e-6 && (gains[1] + 0.5).abs() < 1e-6,
            "{gains:?}"
        );
        let residue = gram.residue(2, &[0, 1], &gains) / gram.energy(2);
        assert!(residue < 1e-12, "{residue}");
        let without = gram.residue(2, &[0], &[1.0]) / gram.energy(1);
        assert!((without - 0.25).abs() < 1e-6, "{without}");
    }

    #[test]
    fn what_is_there_twice_takes_no_gain_twice() {
        let (a, b) = (noise(3, 4000), noise(4, 4000));
        let mix: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let gram = products(&[a.clone(), b, a, mix]).total();
        let gains = gram.fit(3, &[0, 1, 2]);
        assert!((gains[0] + gains[2] - 1.0).abs() < 1e-6, "{gains:?}");
        assert!((gram.correlation(0, 2) - 1.0).abs() < 1e-9);
        assert!(gram.correlation(0, 1).abs() < 0.1);
    }
}
