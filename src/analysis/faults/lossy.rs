//! The trace of an MP3 encoder: a spectrum that ends within 250 Hz at 16 to 17 kHz, in a floor that is flat.
//!
//! LAME ends 128 kbit/s at 16.5–17 kHz (or at 16 kHz, where its last scale factor band begins, when little is
//! above). Vorbis and resamplers end there too, but fall off over more than a kilohertz.

use super::super::slice::Slices;
use super::frame::Frame;
use crate::dsp::units::{db_to_energy, energy_to_db};

/// Narrow bands from [`LOW_HZ`] on.
const NARROW: usize = 23;
const NARROW_HZ: f64 = 100.0;
const LOW_HZ: f64 = 15_300.0;
/// Wide bands above them.
const WIDE: usize = 6;
const WIDE_HZ: f64 = 500.0;
/// All of them.
pub const BANDS: usize = NARROW + WIDE;
/// Levels are kept in steps of this below the energy of all bins, in dB.
const STEP_DB: f64 = 0.7;
/// Where an edge may be.
const EDGES_HZ: [f64; 2] = [15_850.0, 16_950.0];
/// How far the spectrum falls at the edge: from here on it may be one, here it is certain.
const JUMP_DB: [f64; 2] = [18.0, 30.0];
/// The floor 400 Hz above the edge is at most so much above that further up.
const SLOPE_DB: f64 = 9.0;
/// What is still above the floor within 300 Hz of the edge; a slower fall that ends in the rounding noise of
/// 16 bits leaves more.
const SKIRT_DB: f64 = 12.0;
/// Other codecs do not fall so far at once, whatever the skirt.
const CLIFF_DB: f64 = 34.0;

/// Level of each band, in steps below the energy of all bins.
pub(super) fn part(frame: &Frame) -> [u8; BANDS] {
    let all: f64 = frame.energy.iter().sum();
    let mut steps = [u8::MAX; BANDS];
    if all <= 0.0 {
        return steps;
    }
    for (n, step) in steps.iter_mut().enumerate() {
        let (from, to) = band(n);
        if let Some(mean) = frame.mean(from, to).filter(|&mean| mean > 0.0) {
            *step = libm::round(-energy_to_db(mean / all) / STEP_DB).clamp(0.0, 255.0) as u8;
        }
    }
    steps
}

fn band(n: usize) -> (f64, f64) {
    if n < NARROW {
        let from = LOW_HZ + NARROW_HZ * n as f64;
        (from, from + NARROW_HZ)
    } else {
        let from = LOW_HZ + NARROW_HZ * NARROW as f64 + WIDE_HZ * (n - NARROW) as f64;
        (from, from + WIDE_HZ)
    }
}

/// Where the spectrum ends like that of an MP3, in Hz, and how sure that is.
pub(super) fn report(slices: &Slices<'_>) -> (Option<f64>, f64) {
    let mut mean = [0.0f64; BANDS];
    let mut all = 0.0;
    for (_, slice) in slices.gated() {
        let power = f64::from(slice.faults.power);
        all += power;
        for (sum, &step) in mean.iter_mut().zip(&slice.faults.treble) {
            *sum += power * db_to_energy(-STEP_DB * f64::from(step));
        }
    }
    // Above the stream's own range there is nothing to see: a rate below 40 kHz says nothing.
    let lowest = db_to_energy(-STEP_DB * f64::from(u8::MAX)) * 1.01;
    if all <= 0.0 || mean[BANDS - 1] <= all * lowest {
        return (None, 0.0);
    }
    let level = mean.map(|sum| energy_to_db(sum / all));
    let mut best: Option<(f64, f64)> = None;
    for edge in 0..NARROW - 2 {
        let (_, edge_hz) = band(edge);
        if !(EDGES_HZ[0]..=EDGES_HZ[1]).contains(&edge_hz) {
            continue;
        }
        let average = |from_hz: f64, to_hz: f64| {
            let inside = (0..BANDS).filter(|&n| {
                band(n).0 >= edge_hz + from_hz - 1.0 && band(n).1 <= edge_hz + to_hz + 1.0
            });
            let (sum, count) = inside.fold((0.0, 0), |(sum, count), n| (sum + level[n], count + 1));
            sum / f64::from(count.max(1))
        };
        let skirt = average(100.0, 300.0);
        let (near, far) = (average(400.0, 900.0), average(1100.0, 3000.0));
        let jump = average(-500.0, 0.0) - skirt;
        let flat = near - far <= SLOPE_DB && near <= skirt + 4.0;
        let sudden = skirt - near <= SKIRT_DB || jump >= CLIFF_DB;
        if flat && sudden && best.is_none_or(|b| jump > b.1) {
            best = Some((edge_hz, jump));
        }
    }
    let Some((edge_hz, jump)) = best else {
        return (None, 0.0);
    };
    let confidence = ((jump - JUMP_DB[0]) / (JUMP_DB[1] - JUMP_DB[0])).clamp(0.0, 1.0);
    ((confidence > 0.0).then_some(edge_hz), confidence)
}
