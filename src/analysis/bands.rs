//! The bands that tone is told in: 31 base-2 third-octaves (IEC 61260), 20 Hz to 20 kHz.

/// Third-octave bands.
pub const THIRDS: usize = 31;
/// The band of 1 kHz.
pub const THIRD_1_KHZ: usize = 17;
/// Bands in which dynamics and stereo are told: those of the multiband stage.
pub const WIDE: usize = 4;

/// Exact centre of a third-octave band in Hz: `1000 · 2^((band − 17) / 3)`.
pub fn center_hz(third: usize) -> f64 {
    1000.0 * libm::exp2((third as f64 - THIRD_1_KHZ as f64) / 3.0)
}

/// What the band is called, in Hz (IEC 61260 nominal values).
pub const NOMINAL_HZ: [f64; THIRDS] = [
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0,
    500.0, 630.0, 800.0, 1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0,
    8000.0, 10_000.0, 12_500.0, 16_000.0, 20_000.0,
];
