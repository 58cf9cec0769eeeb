//! What a signal's spectrum looks like at the moment, for the eye: windowed FFT frames, levels in sixths
//! of an octave, quick to rise and slow to fall.

use std::fmt;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::units::{db_to_energy, energy_to_db};

/// Points of a spectrum, spread evenly over the octaves from [`LOW_HZ`] to [`HIGH_HZ`].
pub const POINTS: usize = 240;
/// Frequency of the first point.
pub const LOW_HZ: f64 = 20.0;
/// Frequency of the last point.
pub const HIGH_HZ: f64 = 20_000.0;
/// Level that stands for silence.
pub const FLOOR_DB: f32 = -120.0;

/// Length of a frame at about 48 kHz; at higher rates it is as long in time.
const FRAME_AT_48K: usize = 8192;
const FRAME_MAX: usize = 65_536;
/// Half of a sixth of an octave, as a factor.
const HALF_BAND: f64 = 1.059_463_094_359_295_3;
/// Bins on each side that a Hann window spreads a tone over.
const WINDOW_BINS: f64 = 2.0;
/// Time constant towards more.
const RISE_S: f64 = 0.04;
/// Time constant of the average.
const AVERAGE_S: f64 = 5.0;
/// Energy of all bins together below which nothing plays: −80 dB.
const SILENT: f64 = 1e-8;
/// How fast it falls at most.
const FALL_DB_PER_S: f64 = 24.0;

/// The spectrum of a stereo signal: the energy of both channels together.
pub struct Spectrum {
    sample_rate_hz: f64,
    /// Remembers its one plan.
    planner: RealFftPlanner<f32>,
    window: Vec<f32>,
    /// The last samples of each channel, as a ring.
    heard: [Vec<f32>; 2],
    at: usize,
    /// Samples that came since the last frame.
    fresh: usize,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Energy of all bins below.
    sums: Vec<f64>,
    levels_db: Vec<f32>,
    /// Energy at each point, on average.
    averages: Vec<f64>,
    average_db: Vec<f32>,
}

impl fmt::Debug for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spectrum")
            .field("sample_rate_hz", &self.sample_rate_hz)
            .field("frame", &self.frame.len())
            .finish_non_exhaustive()
    }
}

impl Spectrum {
    /// Silence at a rate; allocates all it will ever need.
    pub fn new(sample_rate_hz: f64) -> Self {
        let sample_rate_hz = if sample_rate_hz > 0.0 {
            sample_rate_hz
        } else {
            48_000.0
        };
        let mut length = FRAME_AT_48K;
        while length < FRAME_MAX && sample_rate_hz > 60_000.0 * (length / FRAME_AT_48K) as f64 {
            length *= 2;
        }
        let mut planner = RealFftPlanner::new();
        let fft = planner.plan_fft_forward(length);
        let turn = 2.0 * std::f64::consts::PI / length as f64;
        let window = |n: usize| (0.5 - 0.5 * libm::cos(turn * n as f64)) as f32;
        let bins = fft.make_output_vec();
        Self {
            sample_rate_hz,
            window: (0..length).map(window).collect(),
            heard: [vec![0.0; length], vec![0.0; length]],
            at: 0,
            fresh: 0,
            frame: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            sums: vec![0.0; bins.len() + 1],
            bins,
            planner,
            levels_db: vec![FLOOR_DB; POINTS],
            averages: vec![0.0; POINTS],
            average_db: vec![FLOOR_DB; POINTS],
        }
    }

    /// The rate it was made for, in Hz.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Level at each point in dB, that of a sine at full scale in both channels being 0: the energy in a
    /// sixth of an octave around it, so that pink noise is level.
    pub fn levels_db(&self) -> &[f32] {
        &self.levels_db
    }

    /// Mean energy at each point over the last seconds in which there was sound, in dB.
    pub fn average_db(&self) -> &[f32] {
        &self.average_db
    }

    /// Whether anything is above the floor.
    pub fn shows(&self) -> bool {
        self.levels_db.iter().any(|&level_db| level_db > FLOOR_DB)
    }

    /// Hears more of the signal.
    pub fn push(&mut self, frames: &[[f32; 2]]) {
        let length = self.window.len();
        for frame in frames {
            for (heard, &sample) in self.heard.iter_mut().zip(frame) {
                heard[self.at] = sample;
            }
            self.at = (self.at + 1) % length;
        }
        self.fresh = self.fresh.saturating_add(frames.len());
    }

    /// Moves the levels on by a time. Where nothing new was heard, they fall.
    pub fn advance(&mut self, seconds: f64) {
        let seconds = seconds.clamp(0.0, 1.0);
        let heard = core::mem::take(&mut self.fresh) > 0;
        if heard {
            self.measure();
        }
        let share = 1.0 - libm::exp(-seconds / RISE_S);
        let sounds = heard && self.sums.last().is_some_and(|&all| all > SILENT);
        let average_share = 1.0 - libm::exp(-seconds / AVERAGE_S);
        let fall_db = (FALL_DB_PER_S * seconds) as f32;
        let floor = db_to_energy(f64::from(FLOOR_DB));
        let bins_per_hz = self.window.len() as f64 / self.sample_rate_hz;
        for (point, level_db) in self.levels_db.iter_mut().enumerate() {
            let now_db = if heard {
                let center = frequency_hz(point) * bins_per_hz;
                let low = (center / HALF_BAND).min(center - WINDOW_BINS);
                let high = (center * HALF_BAND).max(center + WINDOW_BINS);
                let energy = below(&self.sums, high) - below(&self.sums, low);
                if sounds {
                    let average = &mut self.averages[point];
                    let share = if *average == 0.0 { 1.0 } else { average_share };
                    *average += (energy - *average) * share;
                    self.average_db[point] = energy_to_db(average.max(floor)) as f32;
                }
                energy_to_db(energy.max(floor)) as f32
            } else {
                FLOOR_DB
            };
            *level_db = if now_db > *level_db {
                let before = db_to_energy(f64::from(*level_db));
                let now = db_to_energy(f64::from(now_db));
                energy_to_db(before + (now - before) * share) as f32
            } else {
                now_db.max(*level_db - fall_db)
            };
        }
    }

    /// Adds up the energy of the last frame from bin to bin.
    fn measure(&mut self) {
        let length = self.window.len();
        self.sums.fill(0.0);
        for heard in &self.heard {
            let (newer, older) = heard.split_at(self.at);
            let in_order = older.iter().chain(newer);
            for ((to, &from), &weight) in self.frame.iter_mut().zip(in_order).zip(&self.window) {
                *to = if from.is_finite() { from * weight } else { 0.0 };
            }
            // The lengths are those that the plan made, so this cannot fail.
            let fft = self.planner.plan_fft_forward(length);
            let done = fft.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok());
            for (sum, bin) in self.sums[1..].iter_mut().zip(&self.bins) {
                *sum += f64::from(bin.norm_sqr());
            }
        }
        // A sine of amplitude 1 has the energy N²/4 · mean of the squared window (3/8) in its bins.
        let scale = 1.0 / (length as f64 * length as f64 * 0.25 * 0.375 * 2.0);
        let mut sum = 0.0;
        for below in &mut self.sums {
            sum += *below * scale;
            *below = sum;
        }
    }
}

/// Frequency of a point.
pub fn frequency_hz(point: usize) -> f64 {
    LOW_HZ * libm::pow(HIGH_HZ / LOW_HZ, point as f64 / (POINTS - 1) as f64)
}

/// Energy below a place between the bins; a bin reaches half a bin to each side.
fn below(sums: &[f64], place: f64) -> f64 {
    let place = (place + 0.5).clamp(0.0, (sums.len() - 1) as f64);
    let whole = (place as usize).min(sums.len() - 2);
    let part = place - whole as f64;
    sums[whole] + (sums[whole + 1] - sums[whole]) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(sample_rate_hz: f64, sample: impl Fn(usize) -> f32) -> Spectrum {
        let mut spectrum = Spectrum::new(sample_rate_hz);
        let frames: Vec<[f32; 2]> = (0..sample_rate_hz as usize)
            .map(|n| [sample(n); 2])
            .collect();
        for part in frames.chunks((sample_rate_hz / 60.0) as usize) {
            spectrum.push(part);
            spectrum.advance(1.0 / 60.0);
        }
        spectrum
    }

    fn level_db(spectrum: &Spectrum, hz: f64) -> f32 {
        let point = libm::log(hz / LOW_HZ) / libm::log(HIGH_HZ / LOW_HZ);
        spectrum.levels_db()[libm::round(point * (POINTS - 1) as f64) as usize]
    }

    #[test]
    fn a_sine_reads_its_level_where_it_is() {
        for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for hz in [40.0, 100.0, 997.0, 12_000.0] {
                let spectrum = settled(rate_hz, |n| {
                    let phase = 2.0 * std::f64::consts::PI * hz * n as f64 / rate_hz;
                    0.1 * libm::sin(phase) as f32
                });
                let found = level_db(&spectrum, hz);
                assert!((found + 20.0).abs() < 0.5, "{found} dB at {hz} Hz");
                let beside = level_db(&spectrum, hz * 4.0_f64.min(19_000.0 / hz));
                assert!(beside < -60.0, "{beside} dB beside {hz} Hz");
            }
        }
    }

    #[test]
    fn pink_noise_is_level() {
        // White noise rises by 3 dB per octave in bands of a fixed share of an octave.
        let mut seed = 1_u32;
        let noise: Vec<f32> = (0..48_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        let spectrum = settled(48_000.0, |n| noise[n]);
        let rise = level_db(&spectrum, 8000.0) - level_db(&spectrum, 500.0);
        assert!((rise - 12.0).abs() < 4.0, "{rise} dB over four octaves");
    }

    #[test]
    fn the_average_is_that_of_the_energy_and_outlasts_silence() {
        // Half of the time 0 dB, half of it −20 dB: −3 dB.
        let mut spectrum = Spectrum::new(48_000.0);
        let sine =
            |n: usize, gain: f32| gain * (n as f32 * 997.0 * std::f32::consts::TAU / 48e3).sin();
        for frame in 0..60 * 60 {
            let gain = if frame / 15 % 2 == 0 { 1.0 } else { 0.1 };
            let part: Vec<[f32; 2]> = (0..800).map(|n| [sine(frame * 800 + n, gain); 2]).collect();
            spectrum.push(&part);
            spectrum.advance(1.0 / 60.0);
        }
        let point = libm::log(997.0 / LOW_HZ) / libm::log(HIGH_HZ / LOW_HZ);
        let point = libm::round(point * (POINTS - 1) as f64) as usize;
        let average_db = spectrum.average_db()[point];
        assert!((average_db + 3.0).abs() < 0.8, "{average_db} dB");
        for _ in 0..60 {
            spectrum.push(&[[0.0; 2]; 800]);
            spectrum.advance(1.0 / 60.0);
        }
        let after_db = spectrum.average_db()[point];
        assert!((average_db - after_db).abs() < 1.5, "{after_db} dB");
    }

    #[test]
    fn it_falls_when_nothing_comes() {
        let mut spectrum = settled(48_000.0, |n| (n as f32 * 0.13).sin());
        let before = level_db(&spectrum, 993.0);
        spectrum.advance(0.5);
        let after = level_db(&spectrum, 993.0);
        assert!((before - after - 12.0).abs() < 0.1, "{before} -> {after}");
        assert!(spectrum.shows());
        for _ in 0..20 {
            spectrum.advance(1.0);
        }
        assert!(!spectrum.shows());
    }

    #[test]
    fn anything_may_come() {
        let mut spectrum = Spectrum::new(0.0);
        spectrum.push(&[[f32::NAN, f32::INFINITY], [1e30, -1e30]]);
        spectrum.advance(f64::NAN);
        spectrum.advance(1e9);
        assert!(spectrum.levels_db().iter().all(|level| level.is_finite()));
    }
}
