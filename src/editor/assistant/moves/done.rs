//! What a move does, in a few words with numbers, as they are said of a setting.

use crate::assistant::moves::Change;
use crate::dsp::units;
use crate::editor::widgets::decibels;
use crate::engine::settings::equalizer::{BandSettings, Placement, Shape};
use crate::engine::settings::fields::Choice;
use crate::engine::settings::image;
use crate::engine::settings::multiband::{BANDS, MultibandSettings};

/// So many places are named one by one; of more it is said how many they are.
const NAMED_MAX: usize = 2;

/// What a change does at 100 % intensity: "+1.2 dB above 6 kHz", "up to −3.2 dB at 6.6 kHz", "1.6:1".
pub(super) fn done(change: &Change) -> String {
    match change {
        Change::Subsonic(hz) => hertz(*hz),
        Change::Bands(bands) => equalized(bands),
        Change::Multiband(multiband) => compressed(multiband),
        Change::Width(widths_pct) => widened(widths_pct),
        Change::MonoBass(hz, amount_pct) if *amount_pct >= 99.5 => format!("below {}", hertz(*hz)),
        Change::MonoBass(hz, amount_pct) => format!("{amount_pct:.0} % below {}", hertz(*hz)),
        Change::Glue(glue) => ratio(glue.ratio),
        Change::Colour(colour) => format!(
            "{} {:.0} %, {} dB drive",
            name(colour.kind),
            colour.amount_pct,
            decibels(colour.drive_db, 1, true)
        ),
        Change::Limiter(character, _, clip_depth_db) => {
            let name = name(*character);
            if *clip_depth_db > 0.0 {
                format!("{name}, clips {} dB", decibels(*clip_depth_db, 1, false))
            } else {
                name
            }
        }
    }
}

/// Equalizer bands, the first first: of two both, of more how many there are beside it.
fn equalized(bands: &[BandSettings]) -> String {
    let moves = |band: &BandSettings| band.dynamic() && band.gain_db == 0.0;
    let up_to = bands.iter().all(moves);
    let mut said: Vec<String> = bands
        .iter()
        .take(NAMED_MAX)
        .map(|band| band_done(band, up_to))
        .collect();
    if bands.len() > NAMED_MAX {
        said.truncate(1);
        said[0].push_str(&format!(" and {} more", bands.len() - 1));
    }
    let said = said.join(", ");
    if up_to && !bands.is_empty() {
        format!("up to {said}")
    } else {
        said
    }
}

/// A band; `up_to` is said already.
fn band_done(band: &BandSettings, up_to: bool) -> String {
    let hz = hertz(band.frequency_hz);
    let whom = match band.placement {
        Placement::Stereo => "",
        Placement::Mid => " (mid)",
        Placement::Side => " (side)",
    };
    let gain = match (band.dynamic(), band.gain_db == 0.0) {
        (false, _) => format!("{} dB", decibels(band.gain_db, 1, true)),
        (true, true) if up_to => format!("{} dB", decibels(band.range_db, 1, true)),
        (true, true) => format!("up to {} dB", decibels(band.range_db, 1, true)),
        (true, false) => format!(
            "{} to {} dB",
            decibels(band.gain_db, 1, true),
            decibels(band.gain_db + band.range_db, 1, true)
        ),
    };
    let done = match band.shape {
        Shape::Bell | Shape::BassNote => format!("{gain} at {hz}"),
        Shape::LowShelf => format!("{gain} below {hz}"),
        Shape::HighShelf => format!("{gain} above {hz}"),
        Shape::Tilt => format!("{gain} tilt about {hz}"),
        Shape::LowCut => format!("cut below {hz}"),
        Shape::HighCut => format!("cut above {hz}"),
    };
    done + whom
}

/// What the bands of the dynamics do: hold back loud moments, or lift quiet ones, or only stand higher or lower.
fn compressed(set: &MultibandSettings) -> String {
    let splits = [set.split_low_hz, set.split_mid_hz, set.split_high_hz];
    let place = |band: usize| match band {
        0 => format!("below {}", hertz(splits[0])),
        _ if band == BANDS - 1 => format!("above {}", hertz(splits[BANDS - 2])),
        _ => {
            let [from, to] = [splits[band - 1], splits[band]].map(hertz);
            // One unit is said once.
            let from = match to.strip_suffix(" Hz") {
                Some(_) => from.trim_end_matches(" Hz").to_owned(),
                None => from,
            };
            format!("at {from}\u{2013}{to}")
        }
    };
    let that = |does: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..BANDS).filter(|&band| does(band)).collect()
    };
    let held = that(&|band| set.bands[band].ratio >= 1.005);
    if !held.is_empty() {
        let of = |band: usize| f64::from(set.bands[band].ratio);
        return spread(&held, of, |ratio| digits(ratio, 2), ":1", place);
    }
    let lifted = that(&|band| set.bands[band].lift_db >= 0.05);
    if !lifted.is_empty() {
        let of = |band: usize| f64::from(set.bands[band].lift_db);
        let lift = |db: f64| decibels(db as f32, 1, true);
        let said = spread(&lifted, of, lift, " dB", place);
        return format!("lifts by {said}");
    }
    let moved = that(&|band| set.bands[band].gain_db.abs() >= 0.05);
    let of = |band: usize| f64::from(set.bands[band].gain_db);
    spread(&moved, of, |db| decibels(db as f32, 1, true), " dB", place)
}

fn widened(widths_pct: &[f32; image::BANDS]) -> String {
    let changed: Vec<usize> = (0..image::BANDS)
        .filter(|&band| (widths_pct[band] - 100.0).abs() >= 0.5)
        .collect();
    let of = |band: usize| f64::from(widths_pct[band]);
    let place = |band: usize| image::BAND_NAMES[band].to_lowercase();
    spread(&changed, of, |pct| format!("{pct:.0}"), " %", place)
}

/// Each of a few bands with its value; of more the least and the most of them.
fn spread(
    bands: &[usize],
    of: impl Fn(usize) -> f64,
    number: impl Fn(f64) -> String,
    unit: &str,
    place: impl Fn(usize) -> String,
) -> String {
    if bands.len() <= NAMED_MAX {
        let each = bands
            .iter()
            .map(|&band| format!("{}{unit} {}", number(of(band)), place(band)));
        return each.collect::<Vec<String>>().join(", ");
    }
    let values = bands.iter().map(|&band| of(band));
    let least = number(values.clone().fold(f64::INFINITY, f64::min));
    let most = number(values.fold(f64::NEG_INFINITY, f64::max));
    let count = bands.len();
    if least == most {
        format!("{most}{unit} in {count} bands")
    } else {
        format!("{least} to {most}{unit} in {count} bands")
    }
}

/// The name of a choice inside a sentence.
fn name<C: Choice>(choice: C) -> String {
    choice.name().to_lowercase()
}

fn ratio(ratio: f32) -> String {
    format!("{}:1", digits(f64::from(ratio), 2))
}

/// A frequency as people say it.
fn hertz(hz: f32) -> String {
    units::hertz(f64::from(hz))
}

/// A number with at most so many places, without zeros at its end, one at least where there is one to say.
fn digits(value: f64, places: usize) -> String {
    let said = format!("{value:.places$}");
    said.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::colour::{ColourSettings, Kind};
    use crate::engine::settings::glue::GlueSettings;
    use crate::engine::settings::loudness::Character;

    fn band(shape: Shape, frequency_hz: f32, gain_db: f32, range_db: f32) -> BandSettings {
        BandSettings {
            on: true,
            shape,
            frequency_hz,
            gain_db,
            range_db,
            ..BandSettings::default()
        }
    }

    fn said(bands: &[BandSettings]) -> String {
        done(&Change::Bands(bands.to_vec()))
    }

    #[test]
    fn filters_say_their_corner() {
        assert_eq!(done(&Change::Subsonic(25.0)), "25 Hz");
        assert_eq!(done(&Change::MonoBass(110.0, 100.0)), "below 110 Hz");
        assert_eq!(done(&Change::MonoBass(110.0, 65.0)), "65 % below 110 Hz");
    }

    #[test]
    fn equalizer_bands_say_gain_and_place() {
        let shelf = band(Shape::HighShelf, 6000.0, 1.2, 0.0);
        let low = band(Shape::LowShelf, 300.0, -0.8, 0.0);
        let bell = band(Shape::Bell, 320.4, -2.4, 0.0);
        assert_eq!(said(&[shelf]), "+1.2 dB above 6 kHz");
        assert_eq!(said(&[bell]), "\u{2212}2.4 dB at 320 Hz");
        assert_eq!(
            said(&[shelf, low]),
            "+1.2 dB above 6 kHz, \u{2212}0.8 dB below 300 Hz"
        );
        assert_eq!(said(&[shelf, low, bell]), "+1.2 dB above 6 kHz and 2 more");
        let tilt = band(Shape::Tilt, 1000.0, 1.0, 0.0);
        assert_eq!(said(&[tilt]), "+1.0 dB tilt about 1 kHz");
        assert_eq!(
            said(&[band(Shape::LowCut, 30.0, 0.0, 0.0)]),
            "cut below 30 Hz"
        );
        let cut = band(Shape::HighCut, 18_500.0, 0.0, 0.0);
        assert_eq!(said(&[cut]), "cut above 18.5 kHz");
        assert_eq!(said(&[]), "");
    }

    #[test]
    fn dynamic_bands_say_how_far_they_go() {
        let sharp = band(Shape::Bell, 6600.0, 0.0, -3.2);
        let note = band(Shape::BassNote, 73.4, 0.0, -1.5);
        assert_eq!(said(&[sharp]), "up to \u{2212}3.2 dB at 6.6 kHz");
        assert_eq!(
            said(&[sharp, note]),
            "up to \u{2212}3.2 dB at 6.6 kHz, \u{2212}1.5 dB at 73 Hz"
        );
        assert_eq!(
            said(&[sharp, note, note]),
            "up to \u{2212}3.2 dB at 6.6 kHz and 2 more"
        );
        let both = band(Shape::Bell, 320.0, -1.0, -2.0);
        assert_eq!(said(&[both]), "\u{2212}1.0 to \u{2212}3.0 dB at 320 Hz");
        let shelf = band(Shape::HighShelf, 6000.0, 1.2, 0.0);
        assert_eq!(
            said(&[shelf, sharp]),
            "+1.2 dB above 6 kHz, up to \u{2212}3.2 dB at 6.6 kHz"
        );
        let middle = BandSettings {
            placement: Placement::Mid,
            ..sharp
        };
        assert_eq!(said(&[middle]), "up to \u{2212}3.2 dB at 6.6 kHz (mid)");
        let sides = BandSettings {
            placement: Placement::Side,
            ..shelf
        };
        assert_eq!(said(&[sides]), "+1.2 dB above 6 kHz (side)");
    }

    #[test]
    fn the_multiband_says_ratios_and_places() {
        let with = |changed: &[(usize, f32)]| {
            let mut set = MultibandSettings::default();
            for &(band, ratio) in changed {
                set.bands[band].ratio = ratio;
            }
            done(&Change::Multiband(set))
        };
        assert_eq!(with(&[(0, 1.6)]), "1.6:1 below 110 Hz");
        assert_eq!(with(&[(1, 1.35)]), "1.35:1 at 110\u{2013}700 Hz");
        assert_eq!(with(&[(2, 1.5)]), "1.5:1 at 700 Hz\u{2013}4.5 kHz");
        assert_eq!(
            with(&[(0, 1.6), (3, 2.0)]),
            "1.6:1 below 110 Hz, 2:1 above 4.5 kHz"
        );
        assert_eq!(
            with(&[(0, 1.6), (2, 1.15), (3, 2.0)]),
            "1.15 to 2:1 in 3 bands"
        );
        let mut set = MultibandSettings::default();
        set.bands[0].gain_db = -1.0;
        assert_eq!(done(&Change::Multiband(set)), "\u{2212}1.0 dB below 110 Hz");
        set.bands[3].lift_db = 2.0;
        let lifted = done(&Change::Multiband(set));
        assert_eq!(lifted, "lifts by +2.0 dB above 4.5 kHz");
    }

    #[test]
    fn widths_say_where() {
        let width = |widths_pct| done(&Change::Width(widths_pct));
        assert_eq!(width([100.0, 100.0, 115.0, 100.0]), "115 % high mid");
        assert_eq!(
            width([100.0, 100.0, 115.0, 112.0]),
            "115 % high mid, 112 % high"
        );
        assert_eq!(
            width([100.0, 120.0, 115.0, 112.0]),
            "112 to 120 % in 3 bands"
        );
        assert_eq!(width([80.0; 4]), "80 % in 4 bands");
    }

    #[test]
    fn glue_colour_and_limiter_say_what_they_are_set_to() {
        let glue = GlueSettings {
            ratio: 1.6,
            ..GlueSettings::default()
        };
        assert_eq!(done(&Change::Glue(glue)), "1.6:1");
        let colour = ColourSettings {
            kind: Kind::Tube,
            amount_pct: 35.0,
            drive_db: 4.5,
            ..ColourSettings::default()
        };
        assert_eq!(done(&Change::Colour(colour)), "tube 35 %, +4.5 dB drive");
        let limiter = |clip_db| done(&Change::Limiter(Character::Punchy, 12.0, clip_db));
        assert_eq!(limiter(0.0), "punchy");
        assert_eq!(limiter(1.5), "punchy, clips 1.5 dB");
    }
}
