//! Whose the numbers of a target are, side by side: the style's, the user's references', or a blend of both.

use super::Target;

/// From this share on the greater part is the references': they are meant as they are.
const MOSTLY: f64 = 0.5;
/// Within this of 0 or of 1 a share is one side's alone, as far as words go.
const NEARLY: f64 = 0.1;

/// What a target speaks of, and what a reference has a weight for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The spectrum.
    Tone,
    /// Dynamics of the bands, and the peak to loudness ratio.
    Dynamics,
    /// Width of the bands.
    Width,
    /// Integrated loudness.
    Loudness,
}

/// How far a target's numbers are those of the user's references: by side from 0 (all the style's) to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReferenceShares {
    /// How many references there are.
    pub count: usize,
    /// How far what was heard of them is to be trusted, 0 to 1: they count for so much of their weights.
    pub heard: f64,
    /// See [`Side::Tone`].
    pub tone: f64,
    /// See [`Side::Dynamics`].
    pub dynamics: f64,
    /// See [`Side::Width`].
    pub width: f64,
    /// See [`Side::Loudness`].
    pub loudness: f64,
}

impl ReferenceShares {
    /// The references as they stand in a sentence.
    pub fn in_words(&self) -> &'static str {
        if self.count > 1 {
            "your references"
        } else {
            "your reference"
        }
    }

    /// A sentence, where so little of them was heard that they count for less than they are meant to.
    pub fn shortfall(&self) -> Option<String> {
        let counts_pct = libm::round(100.0 * self.heard);
        (self.count > 0 && self.heard < 1.0 - NEARLY).then(|| {
            format!(
                "Too little music was heard in {}: {counts_pct:.0} % of the weight counts, the rest is left to the \
                 style.",
                self.in_words()
            )
        })
    }

    fn of(&self, side: Side) -> f64 {
        match side {
            Side::Tone => self.tone,
            Side::Dynamics => self.dynamics,
            Side::Width => self.width,
            Side::Loudness => self.loudness,
        }
    }
}

/// Whose the numbers of one side are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The style's.
    Style,
    /// Neither's: between the two.
    Blend,
    /// The references'.
    References,
}

impl Target {
    /// Whose the numbers of a side are.
    pub fn whose(&self, side: Side) -> Whose {
        let share = self.from_references.of(side);
        if share <= NEARLY {
            Whose::Style
        } else if share < 1.0 - NEARLY {
            Whose::Blend
        } else {
            Whose::References
        }
    }

    /// Whether a side is held against the user's references: their word counts for more than the style's.
    pub fn follows_references(&self, side: Side) -> bool {
        self.from_references.of(side) >= MOSTLY
    }

    /// The style as it stands in a sentence: "rock", or, where all are blended, "finished music like this".
    pub fn style_in_words(&self) -> &str {
        if self.chosen {
            &self.style.name
        } else {
            "finished music like this"
        }
    }

    /// Whose a side's numbers are, after "what is shown is": "usual for rock", "your references".
    pub fn in_words(&self, side: Side) -> String {
        let (style, references) = (self.style_in_words(), self.from_references.in_words());
        match self.whose(side) {
            Whose::Style => format!("usual for {style}"),
            Whose::Blend => format!("a blend of {references} and what is usual for {style}"),
            Whose::References => references.to_owned(),
        }
    }

    /// What comes after "more": "than is usual for rock", "than in your references".
    pub fn than_usual(&self, side: Side) -> String {
        let words = self.in_words(side);
        match self.whose(side) {
            Whose::Style => format!("than is {words}"),
            Whose::Blend => format!("than {words}"),
            Whose::References => format!("than in {words}"),
        }
    }

    /// What comes after a number: "is usual for rock", "is that of your references".
    pub fn is_usual(&self, side: Side) -> String {
        let words = self.in_words(side);
        match self.whose(side) {
            Whose::Style | Whose::Blend => format!("is {words}"),
            Whose::References => format!("is that of {words}"),
        }
    }
}
