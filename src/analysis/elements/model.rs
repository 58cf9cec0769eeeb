//! What finished songs are like and how each element moves them: the numbers of `assets/analysis/elements.tsv`.
//!
//! A song is 99 levels: 9 statistics of 11 bands. For each element the file has the weights of a linear
//! detector: the direction in which the song moves when the element is turned up (mean over multitracks),
//! whitened by how finished songs differ and blind to overall level (minimum variance, J. Capon 1969).

use std::str::FromStr;

/// Bands.
pub(super) const BANDS: usize = 11;
/// Limits of the bands in Hz.
pub(super) const LIMITS_HZ: [f64; BANDS + 1] = [
    30.0, 118.0, 205.0, 330.0, 510.0, 820.0, 1300.0, 2100.0, 3300.0, 5200.0, 8000.0, 16_000.0,
];
/// K-weighting (BS.1770) of the bands' energy, in rough: the reference of all levels.
pub(super) const WEIGHT: [f64; BANDS] = [
    0.33, 0.708, 0.851, 0.933, 1.0, 1.0, 1.148, 1.585, 2.138, 2.512, 2.512,
];
/// Level below which a band counts as empty, in dB re the total.
pub(super) const FLOOR_DB: f64 = -60.0;
/// By how many dB of the element finished songs differ where it is looked for (one standard deviation), by what
/// turning it does to multitracks left out of the fit: lead, bass, kick, cymbals.
pub(super) const SONG_SD_DB: [f64; 4] = [10.7, 7.8, 7.6, 7.9];
/// What a level may differ from the usual and still count in full, in dB.
const FAR_DB: f64 = 20.0;

const ROWS: usize = 9 * BANDS;
const TABLE: &str = include_str!("../../../assets/analysis/elements.tsv");

/// The 99 levels of a song in dB re its weighted total, in the order of the file's rows.
pub(super) type Levels = [f64; ROWS];

/// How far a song is from finished songs towards more of lead, bass, kick and cymbals, in their standard
/// deviations.
pub(super) fn standings(levels: &Levels) -> [f64; 4] {
    let mut standings = [0.0; 4];
    for (level_db, row) in levels.iter().zip(rows()) {
        let [usual_db, weights @ ..] = row;
        let far_db = (level_db - usual_db).clamp(-FAR_DB, FAR_DB);
        for (standing, weight) in standings.iter_mut().zip(weights) {
            *standing += far_db * weight;
        }
    }
    standings
}

/// Usual level and the four weights of each row.
fn rows() -> impl Iterator<Item = [f64; 5]> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("statistic"))
        .map(|line| {
            let mut cells = line.split('\t').skip(2);
            // A test reads every cell of the file.
            core::array::from_fn(|_| {
                cells
                    .next()
                    .and_then(|cell| f64::from_str(cell).ok())
                    .unwrap_or(0.0)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_table_is_a_number_in_its_place() {
        let statistics = [
            "mid_mean",
            "side_mean",
            "tonal_mean",
            "mid_floor_mean",
            "side_floor_mean",
            "mid_peak_p95",
            "mid_floor_p10",
            "mid_p50",
            "tonal_p50",
        ];
        let lines: Vec<&str> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert_eq!(lines.len(), ROWS + 1);
        for (row, line) in lines[1..].iter().enumerate() {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 7, "{line}");
            assert_eq!(cells[0], statistics[row / BANDS]);
            assert_eq!(cells[1], (row % BANDS).to_string());
            assert!(cells[2..].iter().all(|cell| cell.parse::<f64>().is_ok()));
        }
    }

    #[test]
    fn a_usual_song_stands_at_zero_and_level_changes_nothing() {
        let mut usual = [0.0; ROWS];
        for (level, row) in usual.iter_mut().zip(rows()) {
            *level = row[0];
        }
        assert!(standings(&usual).iter().all(|sds| sds.abs() < 1e-9));
        // The detectors were made blind to all levels moving together.
        let shifted = usual.map(|level| level + 3.0);
        let moved = standings(&shifted);
        assert!(moved.iter().all(|sds| sds.abs() < 0.3), "{moved:?}");
    }
}
