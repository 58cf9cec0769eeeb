//! How loud a song is by itself: the floor of the automatic loudness goal.

/// So far above the ceiling a song's samples may peak and it stays as loud as it is, in dB: a finished song
/// peaks at full scale, that far above the usual ceiling, and is hardly touched by a limiter that brings it
/// there. What peaks higher was never finished, and loses this again within as many dB.
const FINISHED_DB: f64 = 1.0;

/// Loudness in LUFS that a song has by itself under a ceiling (dBTP): its own while it may be finished, and
/// what is left of it with its highest sample at the ceiling where it peaks far above. A float mix driven above
/// full scale is no louder than its quieter copy. What peaks between the samples of a finished song is no
/// reason to lower it.
pub fn own_lufs(song_lufs: f64, sample_peak_dbfs: Option<f64>, ceiling_dbtp: f64) -> f64 {
    let over_db = sample_peak_dbfs.map_or(0.0, |peak_dbfs| {
        (peak_dbfs - ceiling_dbtp - FINISHED_DB).max(0.0)
    });
    song_lufs - over_db - over_db.min(FINISHED_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_song_has_its_own_and_gain_above_full_scale_adds_nothing() {
        assert_eq!(own_lufs(-9.0, Some(-1.0), -1.0), -9.0);
        assert_eq!(own_lufs(-9.0, Some(0.0), -1.0), -9.0);
        assert_eq!(own_lufs(-9.0, Some(0.25), -1.0), -9.5);
        assert_eq!(own_lufs(-9.0, None, -1.0), -9.0);
        for gain_db in [1.0, 6.0, 12.0, 40.0] {
            let own_lufs = own_lufs(-16.8 + gain_db, Some(0.2 + gain_db), -1.0);
            assert!((own_lufs - -18.0).abs() < 1e-9, "{gain_db}: {own_lufs}");
        }
        // Under a lower ceiling less is left.
        assert_eq!(own_lufs(-9.0, Some(0.0), -3.0), -12.0);
    }
}
