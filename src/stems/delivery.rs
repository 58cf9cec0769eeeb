//! Whether a folder of stems was delivered so that a master can be made of it: what is wrong, where, by how
//! much, and how it is exported again.
//!
//! [`files`] looks at each file and at the files beside each other; [`products`] keeps how they go together over
//! time; [`kinship`] tells what is there twice and what is a mix of the others; [`null`] holds their sum against
//! the mix, [`place`] looks for a stem elsewhere in it, [`pressed`] for one that was limited alone, [`residue`] says
//! what is left. Whoever reads the files feeds
//! them in.

mod ceiling;
pub mod files;
pub mod kinship;
pub mod null;
pub mod place;
pub mod pressed;
pub mod products;
pub mod residue;

use serde::{Serialize, Serializer};

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// The file's name; the folder's where it is about all of them.
    pub file: String,
    /// What it is.
    pub kind: ProblemKind,
    /// What follows from it.
    pub level: Level,
    /// The number behind it.
    pub value: f64,
    /// Its unit; empty for a count or a share.
    pub unit: &'static str,
    /// What is wrong and how it is exported again.
    pub text: String,
}

/// What follows from a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No master is made: it would be wrong.
    Refuse,
    /// A master is made, and might be better.
    Warn,
    /// Worth knowing.
    Info,
}

/// What can be wrong with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Not as long as the others.
    LengthMismatch,
    /// Another sample rate than the others.
    RateMismatch,
    /// Later or earlier than in the mix.
    Offset,
    /// Upside down.
    Polarity,
    /// Slower or faster than in the mix.
    Drift,
    /// There twice, also within another.
    Duplicate,
    /// No sound file, or a damaged one.
    Unreadable,
    /// The stems do not add up to the mix.
    DoesNotNull,
    /// Its tops are cut off.
    Clipped,
    /// A limiter is printed on it.
    Limited,
    /// Nothing in it.
    Silent,
    /// Louder or softer than in the mix.
    GainChanged,
    /// The mix went through processing that the stems did not.
    MixBusProcessing,
    /// It went through a lossy coding.
    Lossy,
    /// Fewer bits than the others.
    BitDepth,
    /// It breaks off before it has faded.
    CutTail,
    /// Its name does not say what it is.
    UnclearName,
    /// Fewer stems than help.
    TooFew,
    /// More stems than help.
    TooMany,
    /// One channel.
    MonoFile,
    /// A mix among the stems.
    LooksLikeMix,
}

impl ProblemKind {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::LengthMismatch,
        Self::RateMismatch,
        Self::Offset,
        Self::Polarity,
        Self::Drift,
        Self::Duplicate,
        Self::Unreadable,
        Self::DoesNotNull,
        Self::Clipped,
        Self::Limited,
        Self::Silent,
        Self::GainChanged,
        Self::MixBusProcessing,
        Self::Lossy,
        Self::BitDepth,
        Self::CutTail,
        Self::UnclearName,
        Self::TooFew,
        Self::TooMany,
        Self::MonoFile,
        Self::LooksLikeMix,
    ];

    /// As JSON and the command line say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::LengthMismatch => "length_mismatch",
            Self::RateMismatch => "rate_mismatch",
            Self::Offset => "offset",
            Self::Polarity => "polarity",
            Self::Drift => "drift",
            Self::Duplicate => "duplicate",
            Self::Unreadable => "unreadable",
            Self::DoesNotNull => "does_not_null",
            Self::Clipped => "clipped",
            Self::Limited => "limited",
            Self::Silent => "silent",
            Self::GainChanged => "gain_changed",
            Self::MixBusProcessing => "mix_bus_processing",
            Self::Lossy => "lossy",
            Self::BitDepth => "bit_depth",
            Self::CutTail => "cut_tail",
            Self::UnclearName => "unclear_name",
            Self::TooFew => "too_few",
            Self::TooMany => "too_many",
            Self::MonoFile => "mono_file",
            Self::LooksLikeMix => "looks_like_mix",
        }
    }

    /// The kind of that key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What follows from it.
    pub fn level(self) -> Level {
        match self {
            Self::LengthMismatch
            | Self::RateMismatch
            | Self::Offset
            | Self::Polarity
            | Self::Drift
            | Self::Duplicate
            | Self::Unreadable
            | Self::DoesNotNull => Level::Refuse,
            Self::MonoFile | Self::LooksLikeMix => Level::Info,
            _ => Level::Warn,
        }
    }

    /// Whether a master can be made in spite of it, when the user says so.
    pub fn can_be_accepted(self) -> bool {
        self != Self::Unreadable
    }
}

impl Serialize for ProblemKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl Problem {
    /// A problem of the level that its kind has.
    pub fn new(
        file: impl Into<String>,
        kind: ProblemKind,
        value: f64,
        unit: &'static str,
        text: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            kind,
            level: kind.level(),
            value,
            unit,
            text: text.into(),
        }
    }
}

/// Samples as people read them: `441 samples (10.0 ms)`.
pub fn in_samples(frames: f64, sample_rate_hz: u32) -> String {
    let ms = frames.abs() / f64::from(sample_rate_hz) * 1000.0;
    let count = frames.abs();
    let count = if (count - libm::round(count)).abs() < 0.05 {
        format!("{count:.0}")
    } else {
        format!("{count:.1}")
    };
    let plural = if count == "1" { "" } else { "s" };
    let time = if ms >= 1000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else if ms >= 1.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.2} ms")
    };
    format!("{count} sample{plural} ({time})")
}

/// A place in the song as people read it: `1:02`.
pub fn at_time(seconds: f64) -> String {
    let whole = libm::round(seconds) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_their_kinds() {
        for kind in ProblemKind::ALL {
            assert_eq!(ProblemKind::of_key(kind.key()), Some(kind));
        }
        let refused = ProblemKind::ALL
            .iter()
            .filter(|kind| kind.level() == Level::Refuse)
            .count();
        assert_eq!(refused, 8);
        assert_eq!(ProblemKind::of_key("wet"), None);
    }

    #[test]
    fn samples_are_told_with_their_time() {
        assert_eq!(in_samples(-441.0, 44_100), "441 samples (10.0 ms)");
        assert_eq!(in_samples(1.0, 44_100), "1 sample (0.02 ms)");
        assert_eq!(in_samples(12.5, 48_000), "12.5 samples (0.26 ms)");
        assert_eq!(in_samples(96_000.0, 48_000), "96000 samples (2.00 s)");
        assert_eq!(at_time(62.4), "1:02");
    }
}
