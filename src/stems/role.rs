//! What a stem is in its song.

pub mod names;
pub mod sound;
mod words;

use serde::{Deserialize, Serialize};

/// What a stem is in its song.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Drums and percussion, all of them or one.
    Drums,
    /// Bass or 808.
    Bass,
    /// The voice that carries the song.
    LeadVocal,
    /// Doubles, ad-libs, harmonies, choirs.
    BackingVocals,
    /// Reverb and delay returns of voices.
    VocalFx,
    /// Guitars, keys, synthesizers, strings: what plays the notes.
    Music,
    /// Risers, impacts, noises, effect returns.
    Fx,
    /// Everything but the voices, on one file.
    Beat,
    /// None of these.
    Other,
    /// A mix or a master: compared with, never summed.
    Reference,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Drums,
        Self::Bass,
        Self::LeadVocal,
        Self::BackingVocals,
        Self::VocalFx,
        Self::Music,
        Self::Fx,
        Self::Beat,
        Self::Other,
        Self::Reference,
    ];

    /// As JSON and the command line say it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Bass => "bass",
            Self::LeadVocal => "lead_vocal",
            Self::BackingVocals => "backing_vocals",
            Self::VocalFx => "vocal_fx",
            Self::Music => "music",
            Self::Fx => "fx",
            Self::Beat => "beat",
            Self::Other => "other",
            Self::Reference => "reference",
        }
    }

    /// As people are told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drums => "Drums",
            Self::Bass => "Bass",
            Self::LeadVocal => "Lead vocal",
            Self::BackingVocals => "Backing vocals",
            Self::VocalFx => "Vocal FX",
            Self::Music => "Music",
            Self::Fx => "FX",
            Self::Beat => "Beat",
            Self::Other => "Other",
            Self::Reference => "Reference",
        }
    }

    /// The role of that key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_json_says() {
        for role in Role::ALL {
            let json = serde_json::to_string(&role).expect("a plain name");
            assert_eq!(json, format!("\"{}\"", role.key()));
            assert_eq!(Role::of_key(role.key()), Some(role));
        }
        assert_eq!(Role::of_key("vocals"), None);
    }
}
