//! Powers as single bytes: half dB steps from −120 dB on. Keeps an hour of song small.

const FLOOR_DB: f32 = -120.0;
const STEPS_PER_DB: f32 = 2.0;

/// The code of a mean square; 0 for −120 dB and below.
pub fn code(power: f32) -> u8 {
    let db = 10.0 * libm::log10f(power.max(1e-13));
    libm::roundf((db - FLOOR_DB) * STEPS_PER_DB).clamp(0.0, 255.0) as u8
}

/// The level of a code in dB.
pub fn db(code: u8) -> f64 {
    f64::from(f32::from(code) / STEPS_PER_DB + FLOOR_DB)
}

/// The mean square of a code; 0 for the lowest.
pub fn power(code: u8) -> f64 {
    if code == 0 {
        0.0
    } else {
        libm::exp10(0.1 * db(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_within_a_quarter_db() {
        for db10 in -1195..70 {
            let exact = f64::from(db10) * 0.1;
            let found = db(code(libm::exp10(0.1 * exact) as f32));
            assert!((found - exact).abs() <= 0.2501, "{exact}: {found}");
        }
        assert_eq!(power(code(0.0)), 0.0);
    }
}
