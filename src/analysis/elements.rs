//! What the elements of a mix (lead, bass, kick, cymbals) are likely to be doing, told from the stereo sum.

use super::slice::Slices;
use crate::dsp::block::Stream;
use serde::Serialize;

/// What was made out about the elements.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ElementsReport {}

/// What the elements' meter leaves in a slice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElementsPart {}

/// Listens for the parts of the sound that an element owns.
#[derive(Debug)]
pub struct ElementsMeter {}

impl ElementsMeter {
    /// A meter for one stream.
    pub fn new(_stream: Stream) -> Self {
        Self {}
    }

    /// What comes next does not follow from what came before.
    pub fn reset(&mut self) {}

    /// Hears frames of the present slice.
    pub fn process(&mut self, _left: &[f32], _right: &[f32]) {}

    /// Ends the slice.
    pub fn take(&mut self) -> ElementsPart {
        ElementsPart::default()
    }
}

impl ElementsReport {
    /// The report of what was heard.
    pub fn of(_slices: &Slices<'_>) -> Self {
        Self::default()
    }
}
