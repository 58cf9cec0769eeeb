//! Every conversion between the units people think in and the units sound is computed in, once.
//!
//! Transcendentals go through `libm`, so that the same build gives the same samples on every system.

/// Level in dB of a linear amplitude; −∞ for zero.
pub fn gain_to_db(gain: f64) -> f64 {
    20.0 * libm::log10(gain.abs())
}

/// Linear amplitude of a level in dB. Exactly 1 at 0 dB.
pub fn db_to_gain(db: f64) -> f64 {
    if db == 0.0 {
        1.0
    } else {
        libm::pow(10.0, db / 20.0)
    }
}

/// Level in dB of an energy (squared amplitude); −∞ for zero.
pub fn energy_to_db(energy: f64) -> f64 {
    10.0 * libm::log10(energy)
}

/// Energy (squared amplitude) of a level in dB.
pub fn db_to_energy(db: f64) -> f64 {
    libm::pow(10.0, db / 10.0)
}

/// A time in milliseconds as a whole number of samples, at least `least`.
pub fn ms_to_samples(ms: f64, sample_rate_hz: f64, least: usize) -> usize {
    (libm::round(ms * 1e-3 * sample_rate_hz) as usize).max(least)
}

/// Feedback coefficient of a one-pole low-pass with time constant `tau_ms`: `exp(−1/(τ·fs))`.
pub fn one_pole_feedback(tau_ms: f64, sample_rate_hz: f64) -> f64 {
    libm::exp(-1.0 / (tau_ms * 1e-3 * sample_rate_hz).max(1e-9))
}

/// The note of MIDI nearest to a frequency.
pub fn midi_of(hz: f64) -> i32 {
    libm::round(69.0 + 12.0 * libm::log2(hz / 440.0)) as i32
}

/// What a note of MIDI is called, as D2; C4 is the middle one.
pub fn midi_name(midi: i32) -> String {
    const NAMES: [&str; 12] = [
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
    ];
    format!(
        "{}{}",
        NAMES[midi.rem_euclid(12) as usize],
        midi.div_euclid(12) - 1
    )
}

/// A frequency as people say it, in no more digits than it needs: 63 Hz, 6 kHz, 18.5 kHz.
pub fn hertz(hz: f64) -> String {
    if hz >= 999.5 {
        let khz = format!("{:.1}", hz / 1000.0);
        format!("{} kHz", khz.trim_end_matches(".0"))
    } else {
        format!("{hz:.0} Hz")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequency_has_the_digits_that_it_needs() {
        for (hz, said) in [
            (62.6, "63 Hz"),
            (999.4, "999 Hz"),
            (999.5, "1 kHz"),
            (4000.0, "4 kHz"),
            (6607.1, "6.6 kHz"),
            (10_000.0, "10 kHz"),
            (18_500.0, "18.5 kHz"),
        ] {
            assert_eq!(hertz(hz), said);
        }
    }

    #[test]
    fn conversions_round_trip() {
        for db in [-120.0, -6.0, 0.0, 0.1, 24.0] {
            assert!((gain_to_db(db_to_gain(db)) - db).abs() < 1e-12);
            assert!((energy_to_db(db_to_energy(db)) - db).abs() < 1e-12);
        }
        assert_eq!(db_to_gain(0.0), 1.0);
        assert_eq!(gain_to_db(0.0), f64::NEG_INFINITY);
        assert_eq!(ms_to_samples(1.0, 48_000.0, 1), 48);
        assert_eq!(ms_to_samples(0.0, 48_000.0, 1), 1);
    }
}
