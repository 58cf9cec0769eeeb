//! Whether a stem is a voice, by its sound: vowels have little above 5 kHz, and again and again a consonant
//! has almost nothing else. No instrument without cymbals does that.

use super::track::{Moment, Track};

/// Where consonants hiss, and where vowels are, as third-octaves: 5–12.5 kHz, 300 Hz–3.2 kHz.
const HISS: core::ops::Range<usize> = 24..29;
const VOWELS: core::ops::Range<usize> = 12..23;
/// Below 80 Hz there is no voice.
const LOW: core::ops::Range<usize> = 0..7;
/// Hiss beside vowels in the sharpest moments (97th percentile), and how far that is above the median, in dB.
/// Two voices have −4 and 3 dB, 24 and 28 above; of 50 leads, keys and guitars none passes both.
const SHARP_DB: f64 = -9.0;
const JUMP_DB: f64 = 17.0;
/// The most that a voice has below 80 Hz, in dB of the whole.
const LOW_DB: f64 = -15.0;
/// A moment counts where it is no further below the loud ones.
const ACTIVE_DB: f64 = 20.0;
/// Fewer moments than these tell nothing.
const MOMENTS_MIN: usize = 30;

/// Whether a stem is a voice.
pub fn is_voice(track: &Track) -> bool {
    let mut loud: Vec<f32> = track.moments.iter().map(|one| one.weighted).collect();
    loud.sort_unstable_by(|a, b| b.total_cmp(a));
    let Some(&loud) = loud.get(loud.len() / 10) else {
        return false;
    };
    let least = f64::from(loud) * libm::pow(10.0, -ACTIVE_DB / 10.0);
    let active: Vec<&Moment> = track
        .moments
        .iter()
        .filter(|one| one.weighted > 0.0 && f64::from(one.weighted) >= least)
        .collect();
    if active.len() < MOMENTS_MIN {
        return false;
    }
    let sum = |thirds: core::ops::Range<usize>| -> f64 {
        active.iter().map(|one| one.powers(thirds.clone())).sum()
    };
    let low_db = 10.0 * libm::log10((sum(LOW) / sum(0..31).max(1e-30)).max(1e-12));
    let mut hiss_db: Vec<f64> = active
        .iter()
        .map(|one| {
            let ratio = one.powers(HISS).max(1e-12) / one.powers(VOWELS).max(1e-12);
            10.0 * libm::log10(ratio)
        })
        .collect();
    hiss_db.sort_unstable_by(f64::total_cmp);
    let rank = |share: f64| hiss_db[(share * (hiss_db.len() - 1) as f64) as usize];
    low_db < LOW_DB && rank(0.97) > SHARP_DB && rank(0.97) - rank(0.5) > JUMP_DB
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vowels with a consonant now and then (`hiss_db` beside the vowel), over a low end.
    fn track(hiss_db: f64, low_db: f64) -> Track {
        let mut track = Track::default();
        for n in 0..100 {
            let mut moment = Moment {
                weighted: 1.0,
                ..Moment::SILENCE
            };
            let power = |db: f64| libm::pow(10.0, db / 10.0) as f32;
            moment.mid[15] = 1.0;
            moment.mid[3] = power(low_db);
            moment.mid[26] = power(if n % 12 == 0 { hiss_db } else { -28.0 });
            track.put(n, moment);
        }
        track
    }

    #[test]
    fn consonants_tell_a_voice() {
        assert!(is_voice(&track(0.0, -30.0)));
        assert!(!is_voice(&track(-25.0, -30.0)), "a lead without consonants");
        assert!(!is_voice(&track(0.0, -3.0)), "a drum kit");
        assert!(!is_voice(&Track::default()));
    }
}
