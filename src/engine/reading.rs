//! What the chain did: plain facts. Ballistics, peak hold and colour belong to the editor.

/// What the engine did since it was last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// The loudness stage.
    pub loudness: LoudnessReading,
}

/// What drive, limiter and safety did since last asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoudnessReading {
    /// Smallest gain of limiter and safety together, linear, 0 to 1; 1 = nothing was limited.
    pub min_gain: f32,
    /// Highest magnitude of the limiter's driven input, linear, 4× interpolated.
    pub peak_in: f32,
}

impl Default for LoudnessReading {
    fn default() -> Self {
        Self {
            min_gain: 1.0,
            peak_in: 0.0,
        }
    }
}
