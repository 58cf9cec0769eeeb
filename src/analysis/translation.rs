//! What other loudspeakers make of the song: its spectrum through simple models of them, K-weighted.

use super::bands::{THIRDS, center_hz};
use super::report::Translation;
use super::slice::Slices;
use super::spectrum::Cross;
use super::statistics::power_db;
use super::tone::mean_thirds;
use crate::dsp::loudness::k_weighting_power;

/// Below this a loss is a loss of bass.
const BASS_HZ: f64 = 250.0;

/// A way of listening.
struct System {
    name: &'static str,
    /// Corner and order of the high-pass (Butterworth).
    high_pass: (f64, i32),
    /// Corner and gain of a bass shelf, in dB.
    shelf: (f64, f64),
    /// Left and right come from one place below this.
    mono_below_hz: f64,
}

/// Corners after what such devices typically reproduce: phones little below 300 Hz, laptops little below
/// 200 Hz; car cabins lift the lows by their size.
const SYSTEMS: [System; 5] = [
    System {
        name: "phone",
        high_pass: (350.0, 4),
        shelf: (100.0, 0.0),
        mono_below_hz: f64::INFINITY,
    },
    System {
        name: "laptop",
        high_pass: (200.0, 4),
        shelf: (100.0, 0.0),
        mono_below_hz: 0.0,
    },
    System {
        name: "car",
        high_pass: (35.0, 2),
        shelf: (100.0, 6.0),
        mono_below_hz: 120.0,
    },
    System {
        name: "earbuds",
        high_pass: (60.0, 2),
        shelf: (100.0, 0.0),
        mono_below_hz: 0.0,
    },
    System {
        name: "mono",
        high_pass: (1.0, 2),
        shelf: (100.0, 0.0),
        mono_below_hz: f64::INFINITY,
    },
];

/// Power of a Butterworth high-pass.
fn high_pass(hz: f64, corner_hz: f64, order: i32) -> f64 {
    1.0 / (1.0 + libm::pow(corner_hz / hz, f64::from(2 * order)))
}

/// Power of a shelf of first order.
fn low_shelf(hz: f64, corner_hz: f64, gain_db: f64) -> f64 {
    let ratio = hz / corner_hz;
    let gain = libm::exp10(gain_db / 10.0);
    (gain + ratio * ratio) / (1.0 + ratio * ratio)
}

impl Translation {
    /// The report of what was heard.
    pub fn of(slices: &Slices<'_>) -> Vec<Self> {
        let thirds = mean_thirds(slices);
        SYSTEMS.iter().map(|system| system.hears(&thirds)).collect()
    }
}

impl System {
    fn hears(&self, thirds: &[Cross<f64>; THIRDS]) -> Translation {
        let (mut full, mut here) = (0.0, 0.0);
        let (mut full_bass, mut here_bass) = (0.0, 0.0);
        for (n, third) in thirds.iter().enumerate() {
            let hz = center_hz(n);
            let (corner_hz, order) = self.high_pass;
            let (shelf_hz, shelf_db) = self.shelf;
            let gain = high_pass(hz, corner_hz, order) * low_shelf(hz, shelf_hz, shelf_db);
            let power = if hz < self.mono_below_hz {
                2.0 * third.mid()
            } else {
                third.both()
            };
            full += k_weighting_power(hz) * third.both();
            here += k_weighting_power(hz) * gain * power;
            if hz < BASS_HZ {
                full_bass += third.both();
                here_bass += gain * power;
            }
        }
        let change_db = |here: f64, full: f64| power_db(here, -200.0) - power_db(full, -200.0);
        Translation {
            system: self.name,
            loudness_change_lu: change_db(here, full),
            bass_loss_db: change_db(here_bass, full_bass),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighting_is_that_of_bs_1770() {
        // Magnitudes of the standard's filter at 48 kHz.
        for (hz, db) in [
            (997.0, 0.691),
            (100.0, -1.13),
            (50.0, -3.97),
            (5000.0, 3.86),
        ] {
            let found = 10.0 * libm::log10(k_weighting_power(hz));
            assert!((found - db).abs() < 0.25, "{hz}: {found}");
        }
    }

    #[test]
    fn a_phone_loses_bass_and_mono_loses_sides() {
        let mut thirds = [Cross::default(); THIRDS];
        thirds[6].left = 1.0;
        thirds[20].left = 1e-6;
        let changes = |thirds| SYSTEMS.map(|system| system.hears(thirds));
        let [phone, laptop, car, _, mono] = changes(&thirds);
        assert!(phone.bass_loss_db < -45.0 && laptop.bass_loss_db > phone.bass_loss_db + 10.0);
        assert!(car.bass_loss_db > 0.0);
        // One side alone loses 3 dB when both loudspeakers play half of its amplitude.
        assert!((mono.loudness_change_lu + 3.01).abs() < 0.02);
    }
}
