//! Why instances are not linked.

use std::fmt;

use super::table::{ADVICE_ENTRIES, MASTERS, STEMS};

/// Why instances are not linked, in a sentence that says what the user can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkFault {
    /// Every slot for this plugin is taken by a live instance.
    Full,
    /// The master advises as many stems as it can.
    TooManyStems,
    /// The system does not allow it, or a file is in the way. Said where somebody looks for it and not as a fault:
    /// instances of one process still see each other.
    Unavailable(String),
}

impl LinkFault {
    /// Whether it is no fault to the user.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl fmt::Display for LinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(
                f,
                "No room: {MASTERS} masters or {STEMS} stems are linked. Close some, and this one joins by itself."
            ),
            Self::TooManyStems => write!(
                f,
                "One Finalcoat advises at most {} stems: remove some, or send them to another session.",
                ADVICE_ENTRIES
            ),
            Self::Unavailable(why) => write!(
                f,
                "Instances in other processes cannot be seen: {why}. If the host runs plugins in \
                 processes of their own, let it run Finalcoat in one."
            ),
        }
    }
}

impl std::error::Error for LinkFault {}
