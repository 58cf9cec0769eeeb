//! What the gains of the bands do to the spectrum, for the sound and for the picture.

use crate::dsp::shelf::LowShelf;
use crate::engine::settings::multiband::BANDS;

/// Gain in dB at `hz` while the bands stand at `gains_db`, low to high, around the splits.
pub fn response_db(
    gains_db: [f64; BANDS],
    splits_hz: [f64; BANDS - 1],
    rate_hz: f64,
    hz: f64,
) -> f64 {
    let [.., highest_db] = gains_db;
    gains_db
        .windows(2)
        .zip(splits_hz)
        .map(|(gains_db, split_hz)| match gains_db {
            [below_db, above_db] => {
                LowShelf::response_db(split_hz, below_db - above_db, rate_hz, hz)
            }
            _ => 0.0,
        })
        .sum::<f64>()
        + highest_db
}
