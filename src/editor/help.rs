//! One useful sentence about everything that can be set: what it does, not what it is called.

use super::view::{Number, Side};
use crate::engine::settings::fields::{Field, Group};

/// The sentence for a value of the settings.
pub fn of(field: Field) -> &'static str {
    match (field.group, field.key) {
        (Group::Chain, "bypass") => {
            "Lets the mix through untouched, delayed by the same latency, so that nothing jumps."
        }
        (Group::Chain, "intensity") => {
            "How much of the master takes effect: 0 % is the mix, 100 % is all that is set."
        }
        (Group::Input, "subsonic_on") => {
            "Removes DC and rumble below hearing; use it only where there is some."
        }
        (Group::Input, "subsonic_hz") => {
            "Below this frequency the filter falls by 12 dB per octave."
        }
        (Group::Input, "reference_level_db") => {
            "Loudness of the mix's loudest 3 s: thresholds and saturation are counted from it."
        }
        (Group::Equalizer, key) => equalizer(field, key),
        (Group::Multiband, key) => multiband(key),
        (Group::Image, key) => image(key),
        (Group::Glue, key) => glue(key),
        (Group::Colour, key) => colour(key),
        (Group::Loudness, key) => loudness(key),
        (Group::Stem, key) => stem(key),
        _ => "",
    }
}

fn stem(key: &str) -> &'static str {
    match key {
        "gain_db" => {
            "Gain of this stem behind its chain: it changes none of the chain's thresholds."
        }
        "width_pct" => "Width of this stem: 0 % is mono, 100 % as mixed, more is wider.",
        "advice" => "How much of what its master advised takes effect; 0 % is none of it.",
        "role" => "What this stem is: the master holds it against the others by that.",
        _ => "",
    }
}

fn equalizer(field: Field, key: &str) -> &'static str {
    match key {
        "on" if field.band.is_none() => "Turns the whole equalizer on or off.",
        "on" => "Turns this band on or off; what it is set to stays.",
        "shape" => "Bell, shelf, cut, tilt, or a bell that follows the bass note being played.",
        "placement" => "Works on both channels, on the middle, or on the sides only.",
        "slope" => "How steeply the cut falls beyond its frequency.",
        "frequency_hz" => "Centre of a bell, half-way point of a shelf, corner of a cut.",
        "gain_db" => "How much the band lifts or lowers, as long as its dynamics do nothing.",
        "q" => "How narrow the band is: 0.7 is broad, 4 touches one note and its neighbours.",
        "threshold_db" => "Above this level in the band its dynamics begin to work.",
        "range_db" => {
            "The most that the dynamics add to the gain: below 0 they duck, above 0 they lift."
        }
        "ratio" => "How fast the dynamics reach their range above the threshold.",
        "attack_ms" => {
            "How soon the dynamics follow a rise; short catches consonants, long leaves hits alone."
        }
        "release_ms" => "How soon the dynamics let go again.",
        _ => "",
    }
}

fn multiband(key: &str) -> &'static str {
    match key {
        "on" => "Turns the multiband dynamics on or off.",
        "split_low_hz" | "split_mid_hz" | "split_high_hz" => {
            "Where one band ends and the next begins; drag it in the graph."
        }
        "knee_db" => "How softly compression sets in around the threshold, for all bands.",
        "threshold_db" => {
            "Above this level the band is compressed, counted from the reference level."
        }
        "ratio" => "How strongly it is compressed: 2 lets half of each further dB through.",
        "attack_ms" => "How soon compression follows a rise.",
        "release_ms" => "How soon it lets go again.",
        "lift_threshold_db" => "Below this level quiet detail of the band is brought up.",
        "lift_db" => "The most that quiet detail is brought up.",
        "gain_db" => "Constant gain of the band, whatever its dynamics do.",
        _ => "",
    }
}

fn image(key: &str) -> &'static str {
    match key {
        "on" => "Turns the stereo image on or off.",
        "guard_on" => "Holds widening back in a band whose channels begin to cancel in mono.",
        "width_pct" => "Width of this band: 0 % is mono, 100 % as mixed, more is wider.",
        "split_low_hz" | "split_mid_hz" | "split_high_hz" => {
            "Where one width ends and the next begins; drag it in the graph."
        }
        "mono_below_hz" => "Below this frequency the bass is brought to the middle.",
        "mono_amount_pct" => "How far the bass is brought to the middle.",
        _ => "",
    }
}

fn glue(key: &str) -> &'static str {
    match key {
        "on" => "Turns the bus compressor on or off.",
        "auto_release" => "Lets go fast after a hit and slowly after a loud passage.",
        "threshold_db" => {
            "Above this level the whole mix is compressed, counted from the reference level."
        }
        "ratio" => "How strongly it is compressed; 1.5 to 2 holds a mix together.",
        "knee_db" => "How softly compression sets in around the threshold.",
        "attack_ms" => "How soon it follows; 30 ms lets the front of a drum through.",
        "release_ms" => "How soon it lets go; too short pumps, too long dulls.",
        "sidechain_hz" => {
            "Bass below this does not trigger it, so that a kick does not duck the voice."
        }
        "makeup_db" => "Gives back what compression took, so that both can be compared.",
        "mix_pct" => "Share of the compressed sound; below 100 % the mix is blended in.",
        _ => "",
    }
}

fn colour(key: &str) -> &'static str {
    match key {
        "on" => "Turns the saturation on or off.",
        "kind" => "Tape rounds and softens, tube thickens, clean adds least.",
        "drive_db" => "How hard the saturation is driven; loudness stays as it was.",
        "evenness_pct" => "Even harmonics sound warm, odd ones firm.",
        "amount_pct" => "How much of what the saturation adds is blended in.",
        _ => "",
    }
}

fn loudness(key: &str) -> &'static str {
    match key {
        "on" => "Turns drive, clipper and limiter on or off.",
        "drive_db" => "Gain into the clipper and the limiter: what makes the master loud.",
        "ceiling_dbtp" => {
            "No true peak of the master rises above this; \u{2212}1 dBTP survives lossy coding."
        }
        "character" => "Transparent hides its work, punchy keeps hits, dense fills the gaps.",
        "release_ms" => "How soon the limiter lets go; short is louder, long is cleaner.",
        "clip_depth_db" => {
            "The most that short peaks are clipped before the limiter, which then pumps less."
        }
        _ => "",
    }
}

/// The sentence for a number.
pub fn of_number(number: Number) -> &'static str {
    match number {
        Number::Of(field) => of(field),
        Number::Goal => "Integrated loudness that the drive is looked for, in LUFS.",
        Number::Weight(Side::Tone) => "How closely the references' tone is followed.",
        Number::Weight(Side::Dynamics) => "How closely the references' dynamics are followed.",
        Number::Weight(Side::Width) => "How closely the references' stereo width is followed.",
        Number::Weight(Side::Loudness) => "How closely the references' loudness is followed.",
    }
}

/// Loudness since the reset.
pub const INTEGRATED: &str = "Loudness of all that played since the reset, silence left out: the number that services go by.";
/// Loudness of the last seconds.
pub const SHORT_TERM: &str = "Loudness of the last 3 s; the mark is the loudest since the reset. It follows the song's parts.";
/// Loudness of now.
pub const MOMENTARY: &str =
    "Loudness of the last 0.4 s; the mark is the loudest since the reset. It follows each hit.";
/// The limiter's work over time.
pub const HISTORY: &str = "What the limiter took in the last 20 s, hanging from the top, over the level before \
                           and behind the chain.";
/// The stereo image as a picture.
pub const GONIOMETER: &str = "Left against right: upright is mono, wide is stereo, and what lies flat cancels on one speaker.";
/// The stereo image as numbers.
pub const CORRELATION: &str =
    "How alike left and right are: +1 is mono, 0 is wide, and below 0 they cancel on one speaker.";
/// The ground of the equalizer's graph.
pub const GRAPH: &str = "What comes in and goes out by frequency, under the equalizer's curve; a double-click \
                         adds a band where the pointer is.";
/// A band's handle in it.
pub const HANDLE: &str = "Drag it; the wheel turns its Q, Alt-click sets its gain to 0, a double-click turns it \
                          off, a right-click opens the rest.";

/// What a stage is for.
pub fn of_stage(stage: Group) -> &'static str {
    match stage {
        Group::Chain | Group::Stem => "",
        Group::Input => {
            "The door: subsonic filter, and the level that thresholds are counted from."
        }
        Group::Equalizer => {
            "Tonal balance, resonances, bass notes, de-essing: 16 bands, each may be dynamic."
        }
        Group::Multiband => "Compression and lift in four bands.",
        Group::Image => "Stereo width in four bands, and mono bass.",
        Group::Glue => "One gentle compressor over the whole mix.",
        Group::Colour => "Tape, tube or clean saturation.",
        Group::Loudness => "Drive, clipper and true-peak limiter.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::fields::{Variant, Visitor};
    use crate::engine::settings::range::Range;
    use crate::stems::settings::Knobs;

    #[test]
    fn every_value_has_its_sentence() {
        struct All(Vec<Field>);
        impl Visitor for All {
            fn number(&mut self, field: Field, _: &'static Range, _: &mut f32) {
                self.0.push(field);
            }
            fn switch(&mut self, field: Field, _: &mut bool) {
                self.0.push(field);
            }
            fn choice(&mut self, field: Field, _: &'static [Variant], _: &mut usize) {
                self.0.push(field);
            }
        }
        let mut all = All(Vec::new());
        Knobs::default().visit(&mut all);
        for field in all.0 {
            let said = of(field);
            assert!(
                said.ends_with('.') && said.len() > 20,
                "{field:?}: {said:?}"
            );
        }
        for stage in Group::STAGES {
            assert!(of_stage(stage).ends_with('.'));
        }
    }
}
